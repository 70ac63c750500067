# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""What the log says of DNS: trouble when it begins and ends, servers in use, names that a PTR claims."""

import itertools

import pytest

from kit.hostile import NXDOMAIN, REFUSED, SERVFAIL, soa
from kit.process import free_port, wait_for

POLICY = "[policy default]\ndefault = allow\nrdns = double\n"
QUICK = "timeout = 100ms\nattempts = 2\nlookup_timeout = 400ms"


def clients():
    """Addresses that were not asked about before."""
    return (f"198.51.{n // 250}.{n % 250 + 1}" for n in itertools.count())


def messages(door):
    """All that the log says of DNS, but for the servers in use."""
    lines = [line["message"] for line in door.log() if "message" in line]
    told = [text for text in lines if text.startswith("dns: ")]
    return [text for text in told if not text.startswith("dns: name servers in use: ")]


def asks_until(door, addresses, condition, what):
    def step():
        door.ask(REMOTE_ADDR=next(addresses))
        return condition()

    wait_for(step, what)


def nothing_there(q):
    q.send(q.reply(authority=[soa()], rcode=NXDOMAIN))


def silent(q):
    pass


def servfail(q):
    q.send(q.reply(rcode=SERVFAIL))


def refused(q):
    q.send(q.reply(rcode=REFUSED))


TROUBLE = [
    (silent, "does not answer (timeout)"),
    (servfail, "fails to answer (SERVFAIL)"),
    (refused, "refuses to answer this host (REFUSED)"),
]


@pytest.mark.parametrize("act, what", TROUBLE, ids=["silent", "servfail", "refused"])
def test_trouble_is_told_when_it_begins_and_when_it_ends(doorward, hostile, act, what):
    trouble = False
    server = hostile(lambda q: act(q) if trouble else nothing_there(q))
    door = doorward(POLICY, dns=QUICK, server_of_names=server)
    name = f"dns: name server 127.0.0.1:{server.port} "
    addresses = clients()
    for _ in range(5):
        assert door.ask(REMOTE_ADDR=next(addresses)).header("X-Client-Rdns") == "none"
    assert messages(door) == []

    trouble = True
    asks_until(door, addresses, lambda: messages(door), "the trouble told")
    for _ in range(10):
        door.ask(REMOTE_ADDR=next(addresses))
    (begins,) = messages(door)
    assert begins == name + what + "; it is the only one, and what it is asked is unknown"

    trouble = False
    asks_until(door, addresses, lambda: len(messages(door)) > 1, "its end told")
    for _ in range(10):
        door.ask(REMOTE_ADDR=next(addresses))
    _, ends = messages(door)
    assert ends.startswith(name + "works again, after ")


def test_trouble_of_one_of_two(doorward, hostile):
    """The other answers: no client notices, and the log names the one that refuses."""
    bad, live = hostile(refused), hostile(nothing_there)
    door = doorward(
        POLICY,
        dns=f"nameservers = 127.0.0.1:{bad.port}, 127.0.0.1:{live.port}\n"
        "timeout = 100ms\nattempts = 4\nlookup_timeout = 10s",
    )
    addresses = clients()
    asks_until(door, addresses, lambda: messages(door), "the trouble told")
    for _ in range(10):
        assert door.ask(REMOTE_ADDR=next(addresses)).header("X-Client-Rdns") == "none"
    assert messages(door) == [
        f"dns: name server 127.0.0.1:{bad.port} refuses to answer this host (REFUSED); "
        "the others are asked"
    ]


def test_a_server_that_is_not_there(doorward):
    port = free_port()
    door = doorward(POLICY, dns=f"nameservers = 127.0.0.1:{port}\n{QUICK}")
    addresses = clients()
    asks_until(door, addresses, lambda: messages(door), "the trouble told")
    for _ in range(10):
        door.ask(REMOTE_ADDR=next(addresses))
    (begins,) = messages(door)
    assert begins.startswith(f"dns: name server 127.0.0.1:{port} cannot be reached (")


def test_failures_between_answers_are_no_trouble(doorward, hostile):
    """A client whose own zone fails does not make the log name the server."""

    def script(q):
        servfail(q) if int(q.name.partition(".")[0]) % 3 else nothing_there(q)

    door = doorward(POLICY, dns=QUICK, server_of_names=hostile(script))
    addresses = clients()
    words = [door.ask(REMOTE_ADDR=next(addresses)).header("X-Client-Rdns") for _ in range(30)]
    assert words == ["error", "error", "none"] * 10
    assert messages(door) == []
