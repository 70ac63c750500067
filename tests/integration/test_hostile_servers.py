# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Name servers over TCP, several servers, dead servers; and data that replies must not leave in the
cache."""

import struct
import time
from ipaddress import ip_address

import pytest

import fcgi
from kit.doorward import hostname, reason
from kit.hostile import (
    COOKIE,
    NXDOMAIN,
    QR,
    RA,
    RD,
    REFUSED,
    SERVFAIL,
    TC,
    TO_QUESTION,
    a,
    cname,
    honest,
    opt,
    ptr,
    rr,
    soa,
    wire,
)
from kit.names import reverse
from kit.process import wait_for

NAME, CLIENT, OTHER = "good.example", "192.0.2.1", "192.0.2.200"
POLICY = "[policy default]\nallow = host ~ .\n"
QUICK = "timeout = 100ms\nattempts = 2\nlookup_timeout = 800ms"
PATIENT = "timeout = 100ms\nattempts = 4\nlookup_timeout = 10s"


def packed(address):
    return ip_address(address).packed


def world(*names):
    """(name, address) pairs, both ways."""
    records = {}
    for name, address in names:
        records[reverse(address), "PTR"] = [wire(name)]
        records[name, "A"] = [packed(address)]
    return records


TRUTH = honest(world((NAME, CLIENT)))


def told(q, says=TRUTH):
    q.send(q.reply(*says(q)))


def silent(q):
    pass


def rcode(code):
    return lambda q: q.send(q.reply(rcode=code))


def rdns(door, address=CLIENT):
    reply = door.ask(REMOTE_ADDR=address)
    word = reply.header("X-Client-Rdns")
    assert (hostname(reply) is not None) == (word == "verified") == (reply.status == 200)
    return word


# TCP, after a truncated reply over UDP (RFC 7766).


def truncated(q, answer=()):
    q.send(q.reply(answer, flags=QR | RD | RA | TC))


def over_tcp(act, type="A", says=TRUTH):
    """Replies of the type over UDP are truncated; over TCP `act` decides."""

    def script(q):
        q.truth = q.reply(*says(q))
        if q.type != type:
            q.send(q.truth)
        elif not q.tcp:
            truncated(q)
        else:
            act(q)

    return script


def whole(q):
    q.send(q.truth)


def trickled(q):
    q.trickle(q.truth)


def closes_at_once(q):
    q.close()


def closes_the_first(q):
    if len(q.server.asked(tcp=True)) == 1:
        q.close()
    else:
        q.send(q.truth)


def closes_after_the_answer(q):
    q.send(q.truth)
    q.close()


def closes_inside(length):
    def act(q):
        q.raw((struct.pack(">H", len(q.truth)) + q.truth)[:length])
        q.close()

    return act


def never_ends(q):
    q.raw(struct.pack(">H", 65535) + q.truth)


def wrong_id(q):
    q.send(q.reply(*TRUTH(q), id=q.id ^ 1))


def wrong_id_first(q):
    q.send(q.reply([a(TO_QUESTION, OTHER)], id=q.id ^ 1))
    q.send(q.truth)


def wrong_question(q):
    q.send(q.reply(*TRUTH(q), question=wire("other.example") + q.question[-4:]))


def empty(q):
    q.raw(b"\0\0" * 3)
    q.send(q.truth)


def only_empty(q):
    q.raw(b"\0\0" * 3)


def a_byte(q):
    q.raw(b"\0\1x")
    q.close()


def truncated_again(q):
    truncated(q, TRUTH(q).answer)


def trailing(q):
    q.send(q.truth + b"\0")


def twice(q):
    q.send(q.truth)
    q.send(q.truth)


TCP_CASES = [
    (whole, "verified"),
    (trickled, "verified"),
    (twice, "verified"),
    (closes_after_the_answer, "verified"),
    (closes_the_first, "verified"),
    (wrong_id_first, None),  # a stream with such data may be closed
    (empty, None),
    (closes_at_once, "error"),
    (closes_inside(1), "error"),
    (closes_inside(2), "error"),
    (closes_inside(13), "error"),
    (closes_inside(40), "error"),
    (never_ends, "error"),
    (wrong_id, "error"),
    (wrong_question, "error"),
    (only_empty, "error"),
    (a_byte, "error"),
    (truncated_again, "error"),
    (trailing, "error"),
]


@pytest.mark.parametrize("type", ["PTR", "A"])
@pytest.mark.parametrize("act, wanted", TCP_CASES, ids=lambda v: getattr(v, "__name__", None))
def test_tcp_after_truncation(doorward, hostile, act, wanted, type):
    server = hostile(over_tcp(act, type))
    door = doorward(POLICY, dns=QUICK, server="threads = 1", server_of_names=server)
    word = rdns(door)
    assert word == wanted or (wanted is None and word in ("verified", "error"))
    assert server.asked(type=type, tcp=True)


def test_a_truncated_answer_is_not_used(doorward, hostile):
    """The truncated datagram has the address; the whole answer does not."""

    def script(q):
        if q.type == "PTR":
            told(q)
        elif q.tcp:
            q.send(q.reply([a(TO_QUESTION, OTHER)]))
        else:
            truncated(q, [a(TO_QUESTION, CLIENT)])

    door = doorward(POLICY, dns=QUICK, server_of_names=hostile(script))
    assert rdns(door) == "mismatch"


def test_no_tcp_where_there_should_be(doorward, hostile):
    server = hostile(over_tcp(whole), tcp=False)
    door = doorward(POLICY, dns=QUICK, server_of_names=server)
    assert rdns(door) == "error"


def test_one_connection_serves_many(doorward, hostile):
    """Pipelined and answered in the reverse order, in one segment."""
    names = [(f"n{n}.example", f"192.0.{n}.1") for n in range(20)]
    says, held = honest(world(*names)), []

    def script(q):
        if q.type == "PTR" or not q.tcp:
            told(q, says) if q.type == "PTR" else truncated(q)
            return
        held.append(q)
        if len(held) == len(names):
            messages = [q.reply(*says(q)) for q in reversed(held)]
            for connection in {q.connection for q in held}:
                mine = [m for q, m in zip(reversed(held), messages) if q.connection is connection]
                connection.sendall(b"".join(struct.pack(">H", len(m)) + m for m in mine))

    server = hostile(script)
    door = doorward(POLICY, dns=PATIENT, server="threads = 1", server_of_names=server)
    with door.connection() as connection:
        for number, (_, address) in enumerate(names, 1):
            connection.send(fcgi.request_bytes({"REMOTE_ADDR": address}, keep=True, id=number))
        replies = connection.read_replies(range(1, len(names) + 1))
    for number, (name, _) in enumerate(names, 1):
        assert hostname(replies[number]) == name
    assert server.accepted <= 2


def test_tcp_after_many_wrong_ids(doorward, hostile):
    """An attacker guesses IDs: from then on only replies over TCP count."""
    says = honest({**world((NAME, CLIENT)), (NAME, "A"): [packed(OTHER)]})

    def script(q):
        if q.type == "A" and not q.tcp:
            for n in range(1, 10):
                q.send(q.reply([a(TO_QUESTION, CLIENT)], id=(q.id + n) & 0xFFFF))
        else:
            told(q, says)

    server = hostile(script)
    door = doorward(POLICY, dns=QUICK, server="threads = 1", server_of_names=server)
    assert rdns(door) == "mismatch"
    assert server.asked(NAME, tcp=True)


def test_a_connection_at_once(doorward, hostile):
    server = hostile(told)
    door = doorward(POLICY, dns=f"{QUICK}\nuse_tcp = yes", server_of_names=server)
    assert rdns(door) == "verified"
    assert server.asked(tcp=False) == []


# Cookies (RFC 7873).


def with_cookie(q, cookie, code=0, answer=()):
    edns = opt(options=[(COOKIE, cookie)], rcode=code)
    return q.reply(answer, rcode=code, edns=False, additional=[edns])


def test_cookies_come_back(doorward, hostile):
    def script(q):
        client = q.options[COOKIE][:8]
        q.send(with_cookie(q, client + b"servers!", answer=says(q).answer))

    names = [(f"n{n}.example", f"192.0.2.{n}") for n in range(1, 5)]
    says = honest(world(*names))
    server = hostile(script)
    door = doorward(POLICY, dns=QUICK, server="threads = 1", server_of_names=server)
    assert [rdns(door, address) for _, address in names] == ["verified"] * 4
    cookies = [q.options[COOKIE] for q in server.asked()]
    assert len(cookies[0]) == 8
    assert {cookie[8:] for cookie in cookies[1:]} == {b"servers!"}


def test_a_server_that_insists_on_cookies(doorward, hostile):
    def script(q):
        if len(q.options[COOKIE]) == 8:
            q.send(with_cookie(q, q.options[COOKIE] + b"servers!", code=23))
        else:
            q.send(with_cookie(q, q.options[COOKIE], answer=TRUTH(q).answer))

    server = hostile(script)
    door = doorward(POLICY, dns=QUICK, server="threads = 1", server_of_names=server)
    assert rdns(door) == "verified"


def test_a_reply_with_a_wrong_cookie_is_dropped(doorward, hostile):
    def script(q):
        if q.type == "A" and not q.tcp:
            q.send(with_cookie(q, b"12345678servers!", answer=[a(TO_QUESTION, CLIENT)]))
        told(q, says)

    says = honest({**world((NAME, CLIENT)), (NAME, "A"): [packed(OTHER)]})
    server = hostile(script)
    door = doorward(POLICY, dns=QUICK, server="threads = 1", server_of_names=server)
    assert rdns(door) == "mismatch"


# Servers that do not support what protects a query, or misread it.

BOTH = honest(world((NAME, CLIENT), ("second.example", OTHER)))
DEFAULTS = "cookies = yes\ncase_randomization = yes"


def is_mixed(q):
    return any(chr(byte).isupper() for byte in q.question[:-4])


def mixed_case(type, act):
    return lambda q: act(q) if is_mixed(q) and type in (None, q.type) else told(q, BOTH)


def to_edns(act):
    return lambda q: act(q) if q.edns else told(q, BOTH)


def to_cookies(act):
    return lambda q: act(q) if q.edns and COOKIE in q.options else told(q, BOTH)


def foreign_cookie(q):
    if q.edns and COOKIE in q.options:
        q.send(with_cookie(q, b"12345678servers!", answer=BOTH(q).answer))
    else:
        told(q, BOTH)


def nothing_there(q):
    q.send(q.reply(authority=[soa()]))


QUIRKS = [
    (mixed_case(None, rcode(NXDOMAIN)), "case_randomization = no"),
    (mixed_case("PTR", rcode(NXDOMAIN)), "case_randomization = no"),
    (mixed_case("A", rcode(NXDOMAIN)), "case_randomization = no"),
    (mixed_case(None, nothing_there), "case_randomization = no"),
    (mixed_case(None, rcode(SERVFAIL)), "case_randomization = no"),
    (mixed_case(None, rcode(REFUSED)), "case_randomization = no"),
    (foreign_cookie, "cookies = no"),
    (to_cookies(silent), "cookies = no"),
    (to_cookies(rcode(REFUSED)), "edns_size = off"),
    (to_edns(silent), "edns_size = off"),
    (to_edns(rcode(SERVFAIL)), "edns_size = off"),
    (to_edns(rcode(REFUSED)), "edns_size = off"),
]


@pytest.mark.parametrize("number", range(len(QUIRKS)))
def test_a_quirk_is_tolerated_and_logged_once(doorward, hostile, number):
    script, key = QUIRKS[number]
    server = hostile(script)
    door = doorward(
        "[policy default]\ndefault = allow\nrdns = double\non_dns_error = error\n"
        "deny = !host .example\n",
        dns=DEFAULTS,
        server="threads = 1",
        server_of_names=server,
    )
    for client in (CLIENT, OTHER):
        started = time.monotonic()
        reply = door.ask(REMOTE_ADDR=client)
        assert reply.status == 200
        assert reply.header("X-Client-Rdns") == "verified"
        assert time.monotonic() - started < 2.4
    door.wait_for_log("dns: name server 127")
    log = door.stderr()
    assert log.count("dns: name server 127") == 1
    assert key in log
    assert f"dns: name server 127.0.0.1:{server.port} " in log


# Many names, and empty non-terminals.


def many_pointers(first, count, confirmed):
    names = [f"h{n:04}.example" for n in range(first, first + count)]

    def script(q):
        if q.type == "PTR" and not q.tcp:
            truncated(q)
        elif q.type == "PTR":
            q.send(q.reply([ptr(TO_QUESTION, name) for name in reversed(names)]))
        else:
            q.send(q.reply([a(TO_QUESTION, CLIENT if q.name == confirmed else OTHER)]))

    return script


@pytest.mark.parametrize(
    "confirmed, result",
    [
        ("h0000.example", "verified"),
        ("h0009.example", "verified"),
        ("h0010.example", "error"),
        ("h1999.example", "error"),
    ],
)
def test_two_thousand_names(doorward, hostile, confirmed, result):
    """The first ten in the order of their text, because a rule could match every name; the rest is
    unknown."""
    server = hostile(many_pointers(0, 2000, confirmed))
    door = doorward(POLICY, dns=QUICK, server="threads = 1", server_of_names=server)
    assert rdns(door) == result
    asked = {q.name for q in server.asked(type="A")}
    assert asked <= {f"h{n:04}.example" for n in range(10)}
    assert result == "verified" or len(asked) == 10


def test_sixteen_queries_are_enough(doorward, hostile):
    """Ten names, each with a chain of CNAMEs, one reply each."""

    def script(q):
        if q.type == "PTR":
            q.send(q.reply([ptr(TO_QUESTION, f"a0.n{n}.example") for n in range(10)]))
        else:
            number, _, rest = q.name[1:].partition(".")
            q.send(q.reply([cname(TO_QUESTION, f"a{int(number) + 1}.{rest}")]))

    server = hostile(script)
    door = doorward(POLICY, dns=QUICK, server="threads = 1", server_of_names=server)
    assert rdns(door) in ("mismatch", "error")
    assert len(server.asked()) <= 16


def test_a_name_between_names(doorward, hostile):
    """NXDOMAIN for an empty non-terminal says nothing of the names below it."""
    says = honest(world(("host.ent.example", CLIENT)))

    def script(q):
        if q.name in (reverse(OTHER), "ent.example"):
            answer = [ptr(TO_QUESTION, "ent.example")] if q.type == "PTR" else []
            q.send(q.reply(answer, [] if answer else [soa()], 0 if answer else NXDOMAIN))
        else:
            told(q, says)

    door = doorward(POLICY, dns=QUICK, server_of_names=hostile(script))
    assert rdns(door, OTHER) == "mismatch"
    assert rdns(door, CLIENT) == "verified"


# Data that a reply must not leave in the cache.

VICTIM = "192.0.2.66"
POISON = [
    a("victim.example", VICTIM, ttl=86400),
    ptr(reverse(VICTIM), "victim.example", ttl=86400),
    ptr(reverse(VICTIM), NAME, ttl=86400),
    a(NAME, VICTIM, ttl=86400),
    rr("example", "NS", wire("victim.example"), ttl=86400),
    cname("other.example", "victim.example", ttl=86400),
    a("victim.example", VICTIM, ttl=86400),
]


@pytest.mark.parametrize("section", ["answer", "authority", "additional"])
@pytest.mark.parametrize("first", [True, False], ids=["before", "behind"])
@pytest.mark.parametrize("good", [True, False], ids=["with-truth", "alone"])
def test_poison(doorward, hostile, section, first, good):
    """Records of other names, in any section of a reply, do not replace a query for them."""
    says = honest(world((NAME, CLIENT), ("victim.example", OTHER)))
    spiked = True

    def script(q):
        answer = list(says(q).answer) if good else []
        sections = {"answer": answer, "authority": [], "additional": []}
        poison = [record for record in POISON if not record.startswith(wire(q.name))]
        if spiked:
            at = 0 if first else len(sections[section])
            sections[section][at:at] = poison
        elif q.name == reverse(VICTIM):
            sections["answer"] = [ptr(TO_QUESTION, "victim.example")]
        else:
            sections["answer"] = list(says(q).answer)
        q.send(q.reply(**sections))

    server = hostile(script)
    door = doorward(POLICY, dns=QUICK, server="threads = 1", server_of_names=server)
    assert rdns(door) == ("verified" if good else "none")
    spiked = False
    assert rdns(door, VICTIM) == "mismatch"
    assert server.asked(reverse(VICTIM), "PTR")
    assert server.asked("victim.example", "A")


def test_a_chain_vouches_for_its_own_question_only(doorward, hostile):
    """evil.example may lead to victim.example with any address, which proves nothing about that
    name."""
    evil = "192.0.2.50"

    def script(q):
        if q.type == "PTR":
            name = "evil.example" if q.name == reverse(evil) else "victim.example"
            q.send(q.reply([ptr(TO_QUESTION, name)]))
        elif q.name == "evil.example":
            addresses = [a("victim.example", address) for address in (evil, VICTIM)]
            q.send(q.reply([cname(TO_QUESTION, "victim.example"), *addresses]))
        else:
            q.send(q.reply([a(TO_QUESTION, OTHER)]))

    server = hostile(script)
    door = doorward(POLICY, dns=QUICK, server="threads = 1", server_of_names=server)
    assert hostname(door.ask(REMOTE_ADDR=evil)) == "evil.example"
    assert rdns(door, VICTIM) == "mismatch"
    assert server.asked("victim.example", "A")


# Several servers.


def dns_of(*servers, timing=PATIENT):
    return "nameservers = " + ", ".join(f"{s.address}:{s.port}" for s in servers) + "\n" + timing


@pytest.mark.parametrize(
    "bad", [silent, rcode(SERVFAIL), rcode(REFUSED)], ids=["dead", "servfail", "refused"]
)
@pytest.mark.parametrize("order", [1, -1], ids=["first", "second"])
def test_the_other_server_knows(doorward, hostile, bad, order):
    names = [(f"n{n}.example", f"192.0.2.{n}") for n in range(1, 9)]
    says = honest(world(*names))
    servers = [hostile(bad), hostile(lambda q: told(q, says))]
    door = doorward(POLICY, dns=dns_of(*servers[::order]), server="threads = 1")
    assert [rdns(door, address) for _, address in names] == ["verified"] * len(names)


def test_a_dead_server_is_suspended(doorward, hostile):
    """A suspended server is asked only now and then."""
    names = [(f"n{n}.example", f"192.0.2.{n}") for n in range(1, 101)]
    says = honest(world(*names))
    dead, live = hostile(silent), hostile(lambda q: told(q, says))
    door = doorward(POLICY, dns=dns_of(dead, live), server="threads = 1")
    for _, address in names:
        assert rdns(door, address) == "verified"
    assert len(dead.asked()) < 30


def test_no_server_runs(doorward, hostile):
    dead = [hostile(silent), hostile(silent)]
    door = doorward(POLICY, dns=dns_of(*dead, timing=QUICK), server="threads = 1")
    start = time.monotonic()
    assert rdns(door) == "error"
    assert time.monotonic() - start < 5
    assert all(server.asked() for server in dead)


def test_it_recovers(doorward, hostile):
    down = True

    def script(q):
        if not down:
            told(q)

    server = hostile(script)
    door = doorward(POLICY, dns=QUICK, server="threads = 1", server_of_names=server)
    assert rdns(door) == "error"
    down = False
    wait_for(lambda: rdns(door) == "verified", "names again")


def test_other_clients_do_not_wait_for_dead_servers(doorward, hostile):
    """300 clients wait for DNS; clients that need no lookup, and cached ones, are answered at
    once."""
    names = [(f"n{n}.example", f"192.0.2.{n}") for n in range(1, 51)]
    says = honest(world(*names))

    def script(q):
        if q.name.endswith("2.0.192.in-addr.arpa") or q.type == "A":
            told(q, says)

    server = hostile(script)
    timing = "timeout = 5s\nlookup_timeout = 20s"
    door = doorward(POLICY, dns=timing, server="threads = 1", server_of_names=server)
    assert rdns(door, names[0][1]) == "verified"
    waiting = [door.connection() for _ in range(10)]
    try:
        for n, connection in enumerate(waiting):
            for id in range(1, 31):
                client = {"REMOTE_ADDR": f"203.0.{n}.{id}"}
                connection.send(fcgi.request_bytes(client, keep=True, id=id))
        wait_for(lambda: len(server.asked(type="PTR")) >= 300, "the queries of those who wait")
        start = time.monotonic()
        for _, address in names * 2:
            assert rdns(door, address) == "verified"
        assert time.monotonic() - start < 5
    finally:
        for connection in waiting:
            connection.close()


def test_a_slow_server_is_slow_for_itself_only(doorward, hostile):
    """Each reply takes 50 ms: a hundred clients at once do not take a hundred times as long."""
    names = [(f"n{n}.example", f"203.0.{n}.1") for n in range(100)]
    says = honest(world(*names))
    server = hostile(lambda q: q.later(0.05, q.reply(*says(q))))
    many = "threads = 1\nmax_requests_per_connection = 100"
    door = doorward(POLICY, dns=PATIENT, server=many, server_of_names=server)
    start = time.monotonic()
    with door.connection() as connection:
        for number, (_, address) in enumerate(names, 1):
            connection.send(fcgi.request_bytes({"REMOTE_ADDR": address}, keep=True, id=number))
        replies = connection.read_replies(range(1, 101))
    assert {reason(reply) for reply in replies.values()} == {"rule"}
    assert time.monotonic() - start < 3
