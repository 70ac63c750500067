# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Failed lookups: dead, slow and failing name servers. An error is never taken for "no name"."""

import time

import pytest

import fcgi
from kit.doorward import reason, summary
from kit.names import REFUSED, SERVFAIL, Tap, reverse
from kit.process import free_port

NAMED = "[policy default]\nallow = host client.example\n"
QUICK = "timeout = 100ms\nattempts = 2\nlookup_timeout = 500ms"


def nobody_there():
    return f"nameservers = 127.0.0.1:{free_port()}\n{QUICK}"


def test_dead_server(doorward):
    door = doorward(NAMED, dns=nobody_there())
    reply = door.ask(REMOTE_ADDR="192.0.2.1")
    assert summary(reply) == (403, "dns_error", None)
    assert reply.header("X-Client-Rdns") == "error"
    assert reply.header("X-Accel-Expires") == "0"


@pytest.mark.parametrize(
    "on_error, status", [("deny", 403), ("error", 503), ("allow", 200), (None, 403)]
)
def test_on_dns_error(doorward, on_error, status):
    line = f"on_dns_error = {on_error}\n" if on_error else ""
    door = doorward(
        f"[policy default]\n{line}allow = host client.example\n"
        f"[policy inverted]\n{line}default = allow\ndeny = !host client.example\n"
        f"[policy negated]\n{line}allow = !host client.example\n",
        dns=nobody_there(),
    )
    for policy in ["default", "inverted", "negated"]:
        reply = door.ask(REMOTE_ADDR="192.0.2.1", DOORWARD_POLICY=policy)
        assert summary(reply) == (status, "dns_error", None), policy
        assert reply.header("X-Accel-Expires") == "0"


@pytest.mark.parametrize("code", [SERVFAIL, REFUSED])
def test_servers_that_refuse(doorward, tap, code):
    tap.spoil(rcode=code)
    door = doorward(NAMED, dns=QUICK, server_of_names=tap)
    assert summary(door.ask(REMOTE_ADDR="192.0.2.1")) == (403, "dns_error", None)


def test_an_error_for_the_name_is_an_error(doorward, tap):
    tap.drop("client.example")
    door = doorward(NAMED, dns=QUICK, server_of_names=tap)
    assert summary(door.ask(REMOTE_ADDR="192.0.2.1")) == (403, "dns_error", None)


def test_rules_that_need_no_name_decide_without_one(doorward):
    door = doorward(
        "[policy default]\nallow = ip 192.0.2.7\nallow = host .example & ip 192.0.2.8\n",
        dns=nobody_there(),
    )
    reply = door.ask(REMOTE_ADDR="192.0.2.7")
    assert summary(reply) == (200, "rule", None)
    # False by its address, with any name.
    assert summary(door.ask(REMOTE_ADDR="192.0.2.9")) == (403, "default", None)
    assert summary(door.ask(REMOTE_ADDR="192.0.2.8")) == (403, "dns_error", None)


def test_others_are_answered_meanwhile(doorward, tap):
    """One client waits for DNS; clients that need no name, or other names, do not wait with it."""
    door = doorward(
        "[policy default]\nallow = host client.example\n"
        "[policy off]\nrdns = off\nallow = *\n",
        dns="timeout = 10s\nlookup_timeout = 20s",
        server="threads = 1",
        server_of_names=tap,
    )
    tap.hold(reverse("192.0.2.50"))
    with door.connection() as waiting:
        waiting.send(fcgi.request_bytes({"REMOTE_ADDR": "192.0.2.50"}))
        tap.wait_for_query(reverse("192.0.2.50"))
        start = time.monotonic()
        assert door.ask(REMOTE_ADDR="192.0.2.1").status == 200
        for _ in range(20):
            assert door.ask(REMOTE_ADDR="192.0.2.50", DOORWARD_POLICY="off").status == 200
        assert time.monotonic() - start < 5
        tap.release()
        assert reason(waiting.read_reply()) == "default"


def test_a_lost_answer_is_asked_for_again(doorward, tap):
    tap.drop(reverse("192.0.2.1"))
    door = doorward(
        NAMED, dns="timeout = 50ms\nattempts = 10\nlookup_timeout = 20s", server_of_names=tap
    )
    with door.connection() as connection:
        connection.send(fcgi.request_bytes({"REMOTE_ADDR": "192.0.2.1"}))
        tap.wait_for_query(reverse("192.0.2.1"))
        tap.heal()
        assert connection.read_reply().status == 200


def test_the_next_server_is_asked(doorward, tap, stack):
    dead = Tap(None)
    stack.callback(dead.close)
    dead.drop()
    door = doorward(
        NAMED,
        dns=f"nameservers = 127.0.0.1:{dead.port}, 127.0.0.1:{tap.port}\n"
        "timeout = 100ms\nattempts = 4\nlookup_timeout = 10s",
    )
    assert summary(door.ask(REMOTE_ADDR="192.0.2.1")) == (200, "rule", "client.example")


def test_names_come_back_with_the_server(doorward, tap):
    tap.drop()
    door = doorward(NAMED, dns=QUICK, server_of_names=tap)
    assert reason(door.ask(REMOTE_ADDR="192.0.2.1")) == "dns_error"
    tap.heal()
    end = time.monotonic() + 30
    while reason(door.ask(REMOTE_ADDR="192.0.2.1")) != "rule":
        assert time.monotonic() < end, "a failure must not stick"


def test_certificate_denials_send_no_query(doorward, tap):
    door = doorward(
        "[policy default]\nclient_cert = required\nallow = host client.example\n",
        server_of_names=tap,
    )
    assert reason(door.ask(REMOTE_ADDR="192.0.2.1")) == "cert_missing"
    assert tap.count() == 0


def test_a_flood_from_one_network_is_that_networks_overload(doorward, tap):
    """Above max_in_flight_per_prefix other clients of that /24 are refused; other networks are
    not."""
    door = doorward(
        "[policy default]\nallow = host ~ .\n",
        dns="timeout = 10s\nlookup_timeout = 20s\nmax_in_flight_per_prefix = 3",
        server="threads = 1",
        server_of_names=tap,
    )
    flood = [f"192.0.2.{n}" for n in (101, 102, 103)]
    for address in flood:
        tap.hold(reverse(address))
    with door.connection() as waiting:
        for number, address in enumerate(flood, 1):
            waiting.send(fcgi.request_bytes({"REMOTE_ADDR": address}, keep=True, id=number))
            tap.wait_for_query(reverse(address))
        reply = door.ask(REMOTE_ADDR="192.0.2.104")
        assert summary(reply) == (503, "overload", None)
        assert reply.header("X-Accel-Expires") == "0"
        assert summary(door.ask(REMOTE_ADDR="66.249.66.1"))[:2] == (200, "rule")
        tap.release()
        replies = waiting.read_replies([1, 2, 3])
        assert {reason(r) for r in replies.values()} == {"default"}
    assert summary(door.ask(REMOTE_ADDR="192.0.2.1"))[:2] == (200, "rule")
