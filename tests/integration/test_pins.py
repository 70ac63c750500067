# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Pins: a name counts only inside its networks, whatever DNS says."""

import json
from pathlib import Path

import pytest

from kit.doorward import hostname, reason, run

POLICY = "[policy default]\nmax_cache = 1h\n"
NAMES = "rdns = double\nallow = host .example\n"


def pin_line(said):
    """The line of the policy that a line of the log names; None: no pin kept a name out."""
    if "pin" not in said:
        return None
    file, line = said["pin"].rsplit(":", 1)
    lines = Path(file).read_text().splitlines()
    assert said["kept_out"] in lines[int(line) - 1] or "= .example" in lines[int(line) - 1]
    return int(line) - lines.index("[policy default]")


@pytest.fixture
def ask(doorward, nsd):
    """The response of a policy for an address, and the decision's line in the log."""

    def start(policy, dns=""):
        door = doorward(POLICY + policy, server_of_names=nsd, dns=dns)

        def one(address, **more):
            reply = door.ask(REMOTE_ADDR=address, **more)
            return reply, door.decisions()[-1]

        return one

    return start


@pytest.mark.parametrize(
    "pin, address, status, name, rdns, line",
    [
        ("client.example 192.0.2.0/24", "192.0.2.1", 200, "client.example", "verified", None),
        ("client.example 198.51.100.0/24", "192.0.2.1", 403, None, "mismatch", 3),
        ("client.example 192.0.2.0/24", "2001:db8::1", 403, None, "mismatch", 3),
        (".example 2001:db8::/32", "2001:db8::1", 200, "client.example", "verified", None),
        (".example 192.0.2.3", "192.0.2.1", 403, None, "mismatch", 3),
        # The more specific pin lets pass what the other would not.
        (".example 192.0.2.3\npin = client.example 192.0.2.1", "192.0.2.1", 200,
         "client.example", "verified", None),
        # One of two names is left.
        ("a.two.example 192.0.2.3", "192.0.2.16", 200, "b.two.example", "verified", 3),
        ("a.two.example 192.0.2.3\npin = b.two.example ::1", "192.0.2.16", 403, None,
         "mismatch", 3),
    ],
)  # fmt: skip
def test_confirmed_names(ask, pin, address, status, name, rdns, line):
    reply, said = ask(f"pin = {pin}\n{NAMES}")(address)
    assert (reply.status, hostname(reply), reply.header("X-Client-Rdns")) == (status, name, rdns)
    assert pin_line(said) == line
    assert int(reply.header("X-Accel-Expires")) > 0


def test_claimed_names_and_denials(ask):
    """A pin keeps a name out of `!host`, too, and applies where nothing is confirmed."""
    one = ask("rdns = single\npin = .example 192.0.2.2\ndeny = !host .example\nallow = *\n")
    assert one("192.0.2.1")[0].status == 403
    assert one("192.0.2.2")[0].status == 200


def test_forward_outside_its_pin_sends_no_query(doorward, tap):
    policy = POLICY + "rdns = off\npin = client.example 192.0.2.1, 2001:db8::1\n"
    door = doorward(policy + "allow = forward client.example\n", server_of_names=tap)
    reply = door.ask(REMOTE_ADDR="192.0.2.9")
    assert (reply.status, reason(reply), tap.count()) == (403, "default", 0)
    assert int(reply.header("X-Accel-Expires")) == 3600
    assert door.decisions()[-1]["kept_out"] == "client.example"
    assert door.ask(REMOTE_ADDR="192.0.2.1").status == 200
    assert tap.count() == 1


def test_a_failed_lookup_beside_a_name_kept_out(ask):
    """An unknown name stays unknown: `!host` does not become true."""
    one = ask(
        "pin = client.example 198.51.100.1\non_dns_error = error\n"
        "deny = !host .broken.example\nallow = *\n",
    )
    assert one("192.0.2.8")[0].status == 503


def test_cert_host(doorward, nsd, pki):
    """Only a name that its pin lets pass can agree with a name of the certificate."""
    named = pki.authority.issue("pinned", dns=["client.example"])
    policy = POLICY + "client_cert = required\ncert_host = exact\nallow = *\n"
    door = doorward(f"{policy}pin = client.example 192.0.2.1\n", server_of_names=nsd)
    sent = {"SSL_CLIENT_CERT": named.pem, "SSL_CLIENT_VERIFY": "SUCCESS"}
    assert door.ask(sent, REMOTE_ADDR="192.0.2.1").status == 200
    reply = door.ask(sent, REMOTE_ADDR="2001:db8::1")
    assert (reason(reply), hostname(reply)) == ("cert_host_mismatch", None)


def test_check_shows_the_pin(folder, nsd):
    file = folder / "doorward.conf"
    file.write_text(
        f"[dns]\nnameservers = 127.0.0.1:{nsd.port}\n[policy default]\n"
        "pin = client.example 198.51.100.1\nallow = host client.example\n"
    )
    _, out, _ = run("check", "-c", file, "--ip", "192.0.2.1", "--json", expect=1)
    said = json.loads(out)
    assert said["kept_out"] == [{"name": "client.example", "pin": f"{file}:4"}]
    assert said["rdns"]["result"] == "mismatch" and said["rdns"]["names"] == []
    assert said["rdns"]["ptr"] == ["client.example"]
    _, out, _ = run("check", "-c", file, "--ip", "192.0.2.1", expect=1)
    assert "client.example" in out and f"{file}:4" in out
