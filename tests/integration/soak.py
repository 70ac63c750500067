# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""`make soak`: long runs that `make check` has no time for."""

import multiprocessing
import os
import random
import signal
import socket
import textwrap
from pathlib import Path

import fcgi

from kit import sites
from kit.doorward import BINARY, summary
from kit.storm import Storm
from test_front_ends import names, place, site  # noqa: F401  fixtures

STREAMS = 1_000_000
SENDERS = 2
REQUESTS = 10_000
RELOADS = 100
STORM = 20_000
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


def mutated(rng, stream):
    """A stream as a broken or hostile peer might send it."""
    stream = bytearray(stream)
    for _ in range(rng.randrange(4)):
        at = rng.randrange(len(stream) or 1)
        kind = rng.randrange(5)
        if kind == 0:
            stream[at : at + 1] = rng.randbytes(1)
        elif kind == 1:
            del stream[at : at + rng.randrange(1, 16)]
        elif kind == 2:
            stream[at:at] = rng.randbytes(rng.randrange(1, 16))
        elif kind == 3:
            stream[at:at] = stream[at : at + rng.randrange(1, 64)]
        else:
            stream = stream[:at]
    return bytes(stream)


def send_streams(path, seed, count):
    rng = random.Random(seed)
    seeds = [
        fcgi.request_bytes({"REMOTE_ADDR": "192.0.2.1", "HTTP_USER_AGENT": "x" * size}, role, keep=keep)
        for role in (fcgi.RESPONDER, fcgi.AUTHORIZER, fcgi.FILTER)
        for keep in (False, True)
        for size in (0, 10, 127, 128, 3000)
    ]
    seeds += [fcgi.get_values("FCGI_MAX_CONNS"), fcgi.begin() + fcgi.abort(), fcgi.record(77, b"x", id=0)]
    seeds.append(fcgi.begin(keep=True, id=1) + fcgi.begin(keep=True, id=2) + seeds[0])
    for _ in range(count):
        stream = rng.randbytes(rng.randrange(64)) if rng.randrange(10) == 0 else mutated(rng, rng.choice(seeds))
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(30)
            peer.connect(path)
            try:
                peer.sendall(stream)
                peer.shutdown(socket.SHUT_WR)
                while peer.recv(65536):
                    pass
            except (BrokenPipeError, ConnectionResetError):
                pass


def resident_kib(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError("no VmRSS")


def test_hostile_streams(doorward):
    """A million random and mutated FastCGI streams: every one is answered or closed, nothing grows."""
    # What the sanitizer keeps back of freed memory must not look like growth.
    door = doorward(
        "[policy default]\nrdns = off\nallow = ip 192.0.2.0/24\n",
        log="decisions = none",
        env={**os.environ, "ASAN_OPTIONS": "quarantine_size_mb=4"},
    )
    sizes = []
    for part in range(10):
        senders = [
            multiprocessing.Process(
                target=send_streams, args=(str(door.socket), f"{part}/{n}", STREAMS // 10 // SENDERS)
            )
            for n in range(SENDERS)
        ]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
            assert sender.exitcode == 0
        sizes.append(resident_kib(door.process.pid))
    assert door.ask({"REMOTE_ADDR": "192.0.2.1"}).status == 200
    door.stop()
    print("resident KiB after each tenth:", *sizes)
    assert sizes[-1] < sizes[1] * 1.05 + 1024, sizes


def test_storm(site, pki):
    """200 clients at once, 50 reloads, 10 of nginx: not one wrong or lost answer."""
    requests = 2_000 if isinstance(site, sites.Cgi) else STORM
    Storm(site, pki, requests, reloads=50, nginx_reloads=10 if site.nginx else 0).run()
