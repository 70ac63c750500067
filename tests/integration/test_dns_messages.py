# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Messages of the log about DNS: failures, the servers in use, unconfirmed names, private
addresses."""

import itertools
import json
import re

import pytest

from kit import metrics
from kit.doorward import configuration, run, summary
from kit.hostile import NXDOMAIN, REFUSED, SERVFAIL, TO_QUESTION, a, ptr, soa
from kit.process import free_port, wait_for

POLICY = "[policy default]\ndefault = allow\nrdns = double\n"
QUICK = "timeout = 100ms\nattempts = 2\nlookup_timeout = 400ms"


def clients():
    """Addresses that were not looked up before."""
    return (f"198.51.{n // 250}.{n % 250 + 1}" for n in itertools.count())


def messages(door):
    """All messages of the log about DNS, without the servers in use."""
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
def test_trouble_is_logged_when_it_begins_and_when_it_ends(doorward, hostile, act, what):
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
    assert begins == name + what + "; it is the only one, so names stay unknown"

    trouble = False
    asks_until(door, addresses, lambda: len(messages(door)) > 1, "its end told")
    for _ in range(10):
        door.ask(REMOTE_ADDR=next(addresses))
    _, ends = messages(door)
    assert ends.startswith(name + "works again, after ")


def test_trouble_of_one_of_two(doorward, hostile):
    """The other server replies: no client notices, and the log names the server that refuses."""
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


def test_a_server_that_does_not_run(doorward):
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


# The servers in use.


def test_the_start_names_the_servers(doorward):
    door = doorward(dns="nameservers = 127.0.0.1:5301, 127.0.0.2, [2001:db8::53]:5302")
    door.wait_for_log("name servers in use")
    lines = [line for line in door.log() if "name servers in use" in line.get("message", "")]
    wanted = "dns: name servers in use: 127.0.0.1:5301, 127.0.0.2:53, [2001:db8::53]:5302"
    assert [(line["level"], line["message"]) for line in lines] == [("info", wanted)]


def test_the_dump_has_no_comment_where_the_file_names_them(folder):
    file = folder / "doorward.conf"
    file.write_text(configuration(POLICY, dns="nameservers = 127.0.0.1:5301"))
    _, dump, _ = run("-T", "-c", file, expect=0)
    assert "nameservers = 127.0.0.1:5301\n" in dump
    assert "in use" not in dump


# The names that the PTR claims.

CLIENT, OTHER = "198.51.0.1", "198.51.0.2"
HOSTILE = [
    [b'evil" verdict="allow', b"example"],
    [b"a\nverdict=allow status=200", b"example"],
    [b"a.b", b"example"],
    [b"x,y", b"example"],
    [b"\x1b[2J", b"example"],
    ["\u202eexe.gpj".encode(), b"example"],
    [b"caf\xe9", b"example"],
]


@pytest.fixture
def claiming(hostile):
    """The address claims these names; the confirmed ones have the address."""

    def start(names, confirmed=()):
        def script(q):
            if q.type == "PTR":
                q.send(q.reply([ptr(TO_QUESTION, name) for name in names]))
            else:
                q.send(q.reply([a(TO_QUESTION, CLIENT if q.name in confirmed else OTHER)]))

        return hostile(script)

    return start


def line_of(doorward, server, form):
    """The one line of a denied client's decision."""
    door = doorward(
        "[policy default]\nallow = host .partner.example\n",
        log=f"format = {form}\nlevel = info",
        server_of_names=server,
    )
    door.ask(REMOTE_ADDR=CLIENT)
    door.wait_for_log("verdict\\W+\\w+")
    (line,) = [line for line in door.stderr().splitlines() if "verdict" in line]
    return line


@pytest.mark.parametrize(
    "names, confirmed, claimed",
    [
        (["forged.example"], (), "forged.example"),
        (["b.example", "A.Example", "c.example"], (), "a.example,b.example,c.example"),
        ([f"h{n}.example" for n in range(12)], (), "h0.example,h1.example,h10.example,..."),
        (["true.example", "forged.example"], ("true.example",), None),
        ([], (), None),
        (HOSTILE, (), None),
        ([*HOSTILE, "forged.example"], (), "forged.example"),
    ],
    ids=["one", "three", "twelve", "confirmed", "none", "hostile", "beside-hostile"],
)
def test_claimed_names_in_the_log(doorward, claiming, names, confirmed, claimed):
    """Only host names: no other data of a client's zone gets into the line."""
    server = claiming(names, confirmed)
    text = line_of(doorward, server, "text")
    assert re.findall(r" ptr=(\S*)", text) == ([claimed] if claimed else [])
    assert text.isascii() and text.isprintable()
    assert text.count("verdict=") == text.count(" verdict=deny status=403 ") == 1


@pytest.mark.parametrize("names, claimed", [(["x.example"], "x.example"), (HOSTILE, None)])
def test_claimed_names_in_the_log_as_json(doorward, claiming, names, claimed):
    line = json.loads(line_of(doorward, claiming(names), "json"))
    assert (line["verdict"], line["rdns"], line.get("ptr")) == ("deny", "mismatch", claimed)


# Private addresses.

PRIVATE = [
    ("10.1.2.3", "10.0.0.0/8"),
    ("192.168.1.1", "192.168.0.0/16"),
    ("172.16.0.9", "172.16.0.0/12"),
    ("::ffff:10.1.2.3", "10.0.0.0/8"),
    ("fd00::1", "fc00::/7"),
    ("fe80::1", "fe80::/10"),
    ("::1", "::/96"),
]


@pytest.mark.parametrize("address, network", PRIVATE)
def test_private_addresses_are_logged_once(doorward, tap, address, network):
    door = doorward(
        "[policy default]\nallow = host ~ .\n"
        "[policy others]\nallow = !host .example\n",
        dns="private_ptr = no",
        server_of_names=tap,
    )
    for client in (address, address, "10.9.9.9", "127.0.0.1"):
        reply = door.ask(REMOTE_ADDR=client)
        assert summary(reply) == (403, "default", None)
        assert reply.header("X-Client-Rdns") == "private"
    reply = door.ask(REMOTE_ADDR=address, DOORWARD_POLICY="others")
    assert summary(reply) == (200, "rule", None)
    assert tap.count() == 0
    assert [line["rdns"] for line in door.decisions()] == ["private"] * 5
    plain = address.removeprefix("::ffff:")
    assert messages(door) == [
        f"dns: the name of {plain} is not asked for, as {network} is private (rdns=private); "
        "private_ptr = yes in [dns] asks; this is said once"
    ]
    counted = metrics.scrape(door).series
    assert counted["doorward_dns_lookups_total", (("result", "private"),)] >= 1


def test_private_addresses_that_are_looked_up(doorward, hostile):
    server = hostile(nothing_there)
    door = doorward(POLICY, dns="private_ptr = yes", server_of_names=server)
    assert door.ask(REMOTE_ADDR="10.1.2.3").header("X-Client-Rdns") == "none"
    assert server.asked("3.2.1.10.in-addr.arpa", "PTR")
    assert messages(door) == []


def test_check_says_that_a_private_address_is_not_looked_up(folder):
    file = folder / "doorward.conf"
    file.write_text(configuration(POLICY, dns="nameservers = 127.0.0.1:9"))
    arguments = ("check", "-c", file, "--ip", "10.1.2.3")
    _, text, _ = run(*arguments, expect=0)
    assert "private: not asked" in text and "private_ptr = yes in [dns] asks" in text
    _, out, _ = run(*arguments, "--json", expect=0)
    rdns = json.loads(out)["rdns"]
    assert (rdns["result"], rdns["hostname"], rdns["queries"]) == ("private", None, [])
