# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""`make soak`: long runs that `make check` has no time for."""

import signal
import textwrap

from kit.doorward import BINARY, summary

REQUESTS = 10_000
RELOADS = 100
VALGRIND = ["valgrind", "-q", "--leak-check=full", "--show-leak-kinds=all", "--error-exitcode=99"]

POLICIES = [
    """
    [policy default]
    rdns = double
    client_cert = optional
    allow = host .example
    """,
    """
    [policy default]
    rdns = double
    client_cert = optional
    allow = user_agent ~ ^nobody & ip 192.0.2.0/24
    allow = host client.example
    """,
]


def test_no_leak_after_requests_reloads_and_a_term(doorward, folder, nsd, pki):
    """10,000 requests, 100 reloads of configurations that differ, a TERM, under valgrind."""
    good = pki.alice.pem
    kinds = [
        ({"REMOTE_ADDR": "192.0.2.1"}, (200, "rule", "client.example")),
        ({"REMOTE_ADDR": "192.0.2.2"}, (403, "default", None)),
        ({"REMOTE_ADDR": "192.0.2.200"}, (403, "default", None)),
        ({"REMOTE_ADDR": "2001:db8::1"}, (200, "rule", "client.example")),
        ({"REMOTE_ADDR": "nonsense"}, (403, "bad_address", None)),
        (
            {"REMOTE_ADDR": "192.0.2.1", "SSL_CLIENT_CERT": good, "SSL_CLIENT_VERIFY": "SUCCESS"},
            (200, "rule", "client.example"),
        ),
        (
            {"REMOTE_ADDR": "192.0.2.1", "SSL_CLIENT_CERT": good, "SSL_CLIENT_VERIFY": "FAILED:x"},
            (403, "cert_unverified", None),
        ),
    ]
    door = doorward(
        textwrap.dedent(POLICIES[0]),
        server_of_names=nsd,
        log="decisions = none",
        argv=[*VALGRIND, BINARY, "-c", folder / "doorward.conf"],
    )
    for number in range(REQUESTS):
        if number % (REQUESTS // RELOADS) == 0:
            door.configure(textwrap.dedent(POLICIES[number // (REQUESTS // RELOADS) % 2]))
            door.reload()
        params, expected = kinds[number % len(kinds)]
        assert summary(door.ask(params)) == expected, f"request {number}"
    door.stop(signal.SIGTERM)
    assert "==" not in door.stderr(), door.stderr()
