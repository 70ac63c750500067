# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
The replies that a misbehaving name server can send, and their results. 192.0.2.1 claims the name
good.example; each case spoils the replies about one half of the lookup, the PTR or the A records.
"""

import struct
from ipaddress import ip_address

import pytest

from kit.doorward import hostname, reason
from kit.hostile import (
    AA,
    CHAOS,
    FORMERR,
    NOTIMP,
    NXDOMAIN,
    QR,
    RA,
    RD,
    REFUSED,
    SERVFAIL,
    TO_QUESTION,
    a,
    cname,
    honest,
    opt,
    ptr,
    rr,
    soa,
    tsig,
    wire,
)
from kit.names import reverse

CLIENT, OTHER = "192.0.2.1", "192.0.2.200"
PTR_NAME = reverse(CLIENT)
NAME = "good.example"
POLICY = "[policy default]\nallow = host ~ .\nmax_cache = 24h\n"
QUICK = "timeout = 100ms\nattempts = 2\nlookup_timeout = 600ms"

TRUE_WORLD = {
    (PTR_NAME, "PTR"): [wire(NAME)],
    (NAME, "A"): [ip_address(CLIENT).packed],
}
# The opposite of the truth, for a forger: no PTR at all, or another address.
NO_PTR = {(NAME, "A"): [ip_address(CLIENT).packed]}
OTHER_A = {(PTR_NAME, "PTR"): [wire(NAME)], (NAME, "A"): [ip_address(OTHER).packed]}
truth = honest(TRUE_WORLD)

RESULT_REASONS = {
    "verified": "rule",
    "mismatch": "default",
    "none": "default",
    "error": "dns_error",
}
TOLD = "verified"


@pytest.fixture
def door(doorward, hostile):
    """A doorward whose only server plays the script: (doorward, server)."""

    def start(script, policy=POLICY, dns=QUICK, **more):
        server = hostile(script)
        front = doorward(policy, dns=dns, server="threads = 1", server_of_names=server, **more)
        return front, server

    return start


def result(door, address=CLIENT):
    """The word of the result; the reason must match it, and only a verified client has a name."""
    reply = door.ask(REMOTE_ADDR=address)
    word = reply.header("X-Client-Rdns")
    assert reason(reply) == RESULT_REASONS[word]
    assert (hostname(reply) is not None) == (word == "verified") == (reply.status == 200)
    return word


def spoiling(type, act, says=truth):
    """A script that is honest but for the queries of one type."""

    def script(query):
        query.says = says(query)
        query.truth = query.reply(*query.says)
        if query.type == type:
            act(query)
        else:
            query.send(query.truth)

    return script


# The ways in which the true answer comes.


def lost_once(q):
    if q.nth > 1:
        q.send(q.truth)


def lost(q):
    pass


def soon(q):
    q.later(0.03, q.truth)


def late(q):
    """After the query was repeated: an earlier query may still be answered."""
    if q.nth == 1:
        q.later(0.15, q.truth)


def many_times(q):
    for _ in range(5):
        q.send(q.truth)


def mixed_case(q):
    """The owners in another case than the question, which has the case of the query."""
    q.send(q.reply([rr(wire(q.name.upper()), q.type, record[12:]) for record in q.says.answer]))


def folded(q):
    """The whole answer in lower case, the question included."""
    q.send(q.reply(*q.says, question=q.question.lower()))


def without_opt(q):
    q.send(q.reply(*q.says, edns=False))


def formerr_to_edns(q):
    q.send(q.reply(rcode=FORMERR, edns=False) if q.edns else q.truth)


def notimp_to_edns(q):
    q.send(q.reply(rcode=NOTIMP, edns=False) if q.edns else q.truth)


def padded(q):
    options = [(12, bytes(400)), (13, wire("x"))]  # padding, and CHAIN
    q.send(q.reply(*q.says, additional=[opt(options=options)], edns=False))


def jumbo(q):
    """More bytes than the size in EDNS."""
    q.send(q.reply(*q.says, additional=[rr("x.example", "TXT", b"\1x") for _ in range(500)]))


def rcode(number):
    def answer(q):
        q.send(q.reply(rcode=number))

    return answer


def only_headers(q):
    q.send(q.reply(rcode=FORMERR, question=b"", edns=False))


def lame(q):
    q.send(q.reply(authority=[rr("example", "NS", wire("ns.other.example"))], flags=QR | RD))


def lame_upwards(q):
    q.send(q.reply(authority=[rr("", "NS", wire("a.root-servers.net"))], flags=QR | RD))


def no_recursion(q):
    q.send(q.reply(rcode=NXDOMAIN, flags=QR | RD))


def nodata(q):
    q.send(q.reply(authority=[soa()]))


def nxdomain(q):
    q.send(q.reply(authority=[soa()], rcode=NXDOMAIN))


def nxdomain_without_soa(q):
    q.send(q.reply(rcode=NXDOMAIN))


def nxdomain_with_answer(q):
    q.send(q.reply(q.says.answer, rcode=NXDOMAIN))


def another_name(q):
    q.send(q.reply([rr("other.example", q.type, record[12:]) for record in q.says.answer]))


def another_class(q):
    q.send(q.reply([rr(TO_QUESTION, q.type, record[12:], cls=CHAOS) for record in q.says.answer]))


def another_type(q):
    q.send(q.reply([rr(TO_QUESTION, "TXT", b"\4good")]))


def another_section(q):
    q.send(q.reply((), q.says.answer, additional=q.says.answer))


def below_the_name(q):
    q.send(q.reply([rr("x." + q.name, q.type, record[12:]) for record in q.says.answer]))


# CNAMEs.


def chain(length, at_once):
    def answer(q):
        names = [q.name] + [f"c{n}.example" for n in range(1, length + 1)]
        links = [cname(name, target) for name, target in zip(names, names[1:])]
        last = [rr(names[-1], q.type, record[12:]) for record in truth_of(q.type)]
        if at_once:
            q.send(q.reply(links + last))
        elif q.name in names[1:-1]:
            q.send(q.reply([links[names.index(q.name, 1)]]))
        else:
            q.send(q.reply(last if q.name == names[-1] else links[:1]))

    return answer


def truth_of(type):
    """The true records of a type."""
    return [
        rr(TO_QUESTION, type, data)
        for (_, its_type), all_data in TRUE_WORLD.items()
        if its_type == type
        for data in all_data
    ]


def loop_in_one(q):
    q.send(q.reply([cname(q.name, "x.example"), cname("x.example", q.name)]))


def loop_over_many(q):
    q.send(q.reply([cname(TO_QUESTION, "x.example" if q.name != "x.example" else "y.example")]))
    # x leads to y, and y to x.


def loop_to_itself(q):
    q.send(q.reply([cname(TO_QUESTION, q.name)]))


def cname_and_data(q):
    q.send(q.reply([cname(TO_QUESTION, "x.example"), *q.says.answer]))


def two_cnames(q):
    q.send(q.reply([cname(TO_QUESTION, "x.example"), cname(TO_QUESTION, "y.example")]))


# TTLs.


def ttl(seconds):
    def answer(q):
        q.send(q.reply([rr(TO_QUESTION, q.type, r[12:], ttl=seconds) for r in q.says.answer]))

    return answer


# Against the format.


def rdlength(change):
    def answer(q):
        records = [
            rr(TO_QUESTION, q.type, record[12:], rdlength=(len(record[12:]) + change) & 0xFFFF)
            for record in q.says.answer
        ]
        q.send(q.reply(records, edns=False))

    return answer


def with_rdata_of(data):
    def answer(q):
        q.send(q.reply([rr(TO_QUESTION, q.type, data)]))

    return answer


def owner(name):
    """A record with an impossible owner name, beside the true one."""

    def answer(q):
        at = 12 + len(q.question) + sum(map(len, q.says.answer))
        bad = name(at) if callable(name) else name
        q.send(q.reply([*q.says.answer, rr(bad, "TXT", b"\1x")]))

    return answer


def pointer(offset):
    return struct.pack(">H", 0xC000 | offset)


def pointer_stairs(length):
    """A name that begins with the last of many pointers, each to the one before it."""

    def answer(q):
        start = 12 + len(q.question) + 2 + 10
        stairs = TO_QUESTION + b"".join(pointer(start + 2 * n) for n in range(length - 1))
        steps = rr(TO_QUESTION, 65280, stairs)
        records = [rr(pointer(start + 2 * (length - 1)), q.type, r[12:]) for r in q.says.answer]
        q.send(q.reply([steps, *records]))

    return answer


def with_additional(*records):
    def answer(q):
        q.send(q.reply(*q.says, additional=records, edns=False))

    return answer


def opt_among_answers(q):
    q.send(q.reply([*q.says.answer, opt()], edns=False))


def trailing(q):
    q.send(q.truth + b"\0")


def cut_short(q):
    q.send(q.truth[:-1])


def counts(questions, answers, authorities=0, additionals=0):
    def answer(q):
        q.send(
            q.reply(*q.says, edns=False, counts=[questions, answers, authorities, additionals])
        )

    return answer


CASES = [
    # the change, its result for the PTR, and for the A
    (lost_once, TOLD, TOLD),
    (lost, "error", "error"),
    (soon, TOLD, TOLD),
    (late, TOLD, TOLD),
    (many_times, TOLD, TOLD),
    (mixed_case, TOLD, TOLD),
    (folded, TOLD, TOLD),
    (without_opt, TOLD, TOLD),
    (formerr_to_edns, TOLD, TOLD),
    (notimp_to_edns, TOLD, TOLD),
    (padded, TOLD, TOLD),
    (jumbo, TOLD, TOLD),
    (rcode(FORMERR), "error", "error"),
    (rcode(SERVFAIL), "error", "error"),
    (rcode(NOTIMP), "error", "error"),
    (rcode(REFUSED), "error", "error"),
    (rcode(6), "error", "error"),
    (rcode(9), "error", "error"),
    (rcode(15), "error", "error"),
    (rcode(16), "error", "error"),
    (rcode(0xFF0), "error", "error"),
    (only_headers, "error", "error"),
    (lame, "error", "error"),
    (lame_upwards, "error", "error"),
    (no_recursion, "error", "error"),
    (nodata, "none", "mismatch"),
    (nxdomain, "none", "mismatch"),
    (nxdomain_without_soa, "none", "mismatch"),
    (nxdomain_with_answer, "error", "error"),
    (another_name, "none", "mismatch"),
    (another_class, "none", "mismatch"),
    (another_type, "none", "mismatch"),
    (another_section, "none", "mismatch"),
    (below_the_name, "none", "mismatch"),
    (chain(1, True), TOLD, TOLD),
    (chain(8, True), TOLD, TOLD),
    (chain(8, False), TOLD, TOLD),
    (chain(9, True), "error", "error"),
    (chain(9, False), "error", "error"),
    (loop_in_one, "mismatch", "mismatch"),
    (loop_over_many, "mismatch", "mismatch"),
    (loop_to_itself, "mismatch", "mismatch"),
    (cname_and_data, "error", "error"),
    (two_cnames, "error", "error"),
    (ttl(0), TOLD, TOLD),
    (ttl(2**31 - 1), TOLD, TOLD),
    (ttl(2**31), TOLD, TOLD),
    (ttl(2**32 - 1), TOLD, TOLD),
    (rdlength(-1), "error", "error"),
    (rdlength(+1), "error", "error"),
    (rdlength(-1000), "error", "error"),
    (with_rdata_of(b""), "error", "error"),
    (with_rdata_of(ip_address(CLIENT).packed[:3]), "error", "error"),
    (with_rdata_of(ip_address(CLIENT).packed + b"\0"), "error", "error"),
    (with_rdata_of(wire(NAME) + b"\0"), "error", "error"),
    (with_rdata_of(wire(NAME)[:-1]), "error", "error"),
    (with_rdata_of(b"\3wwww"), "error", "error"),
    (with_rdata_of(b"\x40" + b"x" * 64 + b"\0"), "error", "error"),
    (with_rdata_of(b"\x80" + b"x" * 63), "error", "error"),
    (with_rdata_of(b"\x3fxxxx"), "error", "error"),
    (owner(lambda at: pointer(at)), "error", "error"),
    (owner(lambda at: b"\1x" + pointer(at)), "error", "error"),
    (owner(lambda at: b"\1x" + pointer(at + 1)), "error", "error"),
    (owner(lambda at: pointer(at + 12)), "error", "error"),
    (owner(pointer(0)), "error", "error"),
    (owner(pointer(11)), "error", "error"),
    (owner(pointer(0x3FFF)), "error", "error"),
    (owner(b"\xc0"), "error", "error"),
    (owner(wire([b"x"] * 128)), "error", "error"),
    (owner(wire([b"x" * 63] * 4)), "error", "error"),
    (pointer_stairs(15), TOLD, TOLD),
    (pointer_stairs(17), "error", "error"),
    (with_additional(opt()), TOLD, TOLD),
    (with_additional(opt(), opt()), "error", "error"),
    (with_additional(opt(), a("x.example", OTHER), opt()), "error", "error"),
    (with_additional(opt(wire("x.example"))), "error", "error"),
    (with_additional(opt(TO_QUESTION)), "error", "error"),
    (opt_among_answers, "error", "error"),
    (with_additional(tsig()), "error", "error"),
    (with_additional(tsig(), tsig()), "error", "error"),
    (with_additional(*[rr("", "TXT", b"\0")] * 4096), "error", "error"),
    (trailing, "error", "error"),
    (cut_short, "error", "error"),
    (counts(1, 0), "error", "error"),
    (counts(1, 2), "error", "error"),
    (counts(1, 0xFFFF), "error", "error"),
    (counts(1, 1, 1), "error", "error"),
    (counts(1, 1, 0, 1), "error", "error"),
    (counts(1, 1, 0xFFFF, 0xFFFF), "error", "error"),
]


def label(n):
    act = CASES[n][0]
    return f"{act.__qualname__.split('.')[0]}-{n}"


@pytest.mark.parametrize("type", ["PTR", "A"])
@pytest.mark.parametrize("case", range(len(CASES)), ids=label)
def test_one_half_spoilt(door, case, type):
    act, *results = CASES[case]
    wanted = results[type == "A"]
    front, server = door(spoiling(type, act))
    assert result(front) == wanted
    if type == "PTR" and wanted != "verified":
        assert server.asked(NAME) == []


@pytest.mark.parametrize(
    "seconds, holds", [(0, 5), (2**31, 5), (2**32 - 1, 5), (1, 5), (77, 77), (2**31 - 1, 3600)]
)
def test_lifetimes_are_clamped(door, seconds, holds):
    """RFC 2181: a TTL with its uppermost bit set is 0."""
    front, _ = door(spoiling("A", ttl(seconds)))
    wanted = min(holds, 300)  # of the PTR
    age = int(front.ask(REMOTE_ADDR=CLIENT).header("X-Accel-Expires"))
    assert wanted - 2 <= age <= wanted


def long_lived(q):
    q.send(q.reply([rr(TO_QUESTION, q.type, r[12:], ttl=2**31 - 1) for r in truth(q).answer]))


def test_an_answer_holds_for_an_hour_at_most(door):
    front, _ = door(long_lived)
    assert 3590 <= int(front.ask(REMOTE_ADDR=CLIENT).header("X-Accel-Expires")) <= 3600


# Messages that only look like a reply: they do not count, and the query still waits for the true
# reply.


def forged(**how):
    def packets(q, lie):
        yield q.reply(*lie, **{k: v(q) if callable(v) else v for k, v in how.items()})

    return packets


def all_wrong_ids(q, lie):
    for n in range(1, 50):
        yield q.reply(*lie, id=(q.id + n * 97) & 0xFFFF)


def two_questions(q, lie):
    yield q.reply(*lie, question=q.question * 2, counts=[2, 1, 0, 0], edns=False)


def too_short(q, lie):
    for length in range(13):
        yield q.reply(*lie)[:length]


def swapped_case(q):
    return q.question.swapcase()


FORGERIES = [
    forged(id=lambda q: q.id ^ 1),
    forged(id=lambda q: q.id >> 8 | (q.id & 255) << 8 if q.id >> 8 != q.id & 255 else q.id ^ 256),
    all_wrong_ids,
    forged(question=lambda q: wire("other.example") + q.question[-4:]),
    forged(question=lambda q: q.question[:-4] + struct.pack(">2H", 16, 1)),
    forged(question=lambda q: q.question[:-4] + struct.pack(">2H", 255, 1)),
    forged(question=lambda q: q.question[:-2] + struct.pack(">H", CHAOS)),
    forged(question=lambda q: b"\1x" + q.question),
    forged(question=swapped_case),
    forged(question=b""),
    two_questions,
    forged(flags=RD | RA | AA),
    forged(flags=QR | AA | RD | RA | 4 << 11),
    too_short,
]


@pytest.mark.parametrize("number", range(len(FORGERIES)))
@pytest.mark.parametrize(
    "type, world, wanted", [("PTR", NO_PTR, "none"), ("A", OTHER_A, "mismatch")]
)
def test_forgeries_do_not_count(door, number, type, world, wanted):
    def act(q):
        for packet in FORGERIES[number](q, truth(q)):
            q.send(packet)
        q.send(q.truth)

    front, _ = door(spoiling(type, act, honest(world)))
    assert result(front) == wanted


@pytest.mark.parametrize("number", range(len(FORGERIES)))
@pytest.mark.parametrize("type", ["PTR", "A"])
def test_forgeries_alone_are_a_failed_lookup(door, number, type):
    """The forgeries would make doorward ask over TCP; the server does not reply there."""

    def act(q):
        if not q.tcp:
            for packet in FORGERIES[number](q, truth(q)):
                q.send(packet)

    front, server = door(spoiling(type, act))
    assert result(front) == "error"
    assert server.asked(type=type)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2"])
def test_other_ports_and_addresses_do_not_count(door, address):
    def act(q):
        if not q.tcp:
            for _ in range(3):
                q.elsewhere(q.reply(*truth(q)), address)
        q.send(q.truth)

    front, _ = door(spoiling("A", act, honest(OTHER_A)))
    assert result(front) == "mismatch"


# Names.

UNUSABLE = [
    [b"good\0", b"example"],
    [b"\0", b"example"],
    [b"good.example"],
    [b"good.", b"example"],
    [b".", b"example"],
    [b"go\\od", b"example"],
    [b"good\\000", b"example"],
    [b"good\n", b"example"],
    [b"good\r\nX-Client-Rdns: verified", b"example"],
    [b"good\x1b[2J", b"example"],
    [b"good\x7f", b"example"],
    [b"good\xff", b"example"],
    ["göod".encode(), b"example"],
    ["ｇood".encode(), b"example"],
    [b"good example"],
    [b"good ", b"example"],
    [b"good\t", b"example"],
    [b"*", b"example"],
    [b"good:80", b"example"],
    [b"good@example"],
    [b"good/24", b"example"],
    [b"<good>", b"example"],
    [b"12345"],
    [b"1", b"2"],
    [b"192", b"0", b"2", b"1"],
    [b"good", b"example", b"1"],
    [b"0x7f000001"],
    [b"good", b"0xc0"],
    [b"[2001:db8::1]"],
    [b"2001:db8::1"],
    [b"localhost"],
    [],
]


@pytest.mark.parametrize("labels", UNUSABLE, ids=repr)
def test_names_that_are_not_host_names(door, labels):
    """Once with the true name beside it: the bad name is dropped, the true name is not."""
    name = [ptr(TO_QUESTION, labels)]

    def script(q):
        if q.type != "PTR":
            q.send(q.reply([a(TO_QUESTION, CLIENT)]))  # every name has the client's address
        elif q.name == PTR_NAME:
            q.send(q.reply(name))
        else:
            q.send(q.reply([*name, ptr(TO_QUESTION, NAME)]))

    front, server = door(script)
    assert result(front) == "mismatch"
    assert server.asked(type="A") == []
    assert result(front, "192.0.2.2") == "mismatch"
    assert {q.name for q in server.asked(type="A")} == {NAME}


@pytest.mark.parametrize(
    "labels, name",
    [
        ([b"a"] * 127, ".".join("a" * 127)),
        ([b"x" * 63] * 3 + [b"y" * 61], ".".join(["x" * 63] * 3 + ["y" * 61])),
        ([b"xn--bcher-kva", b"example"], "xn--bcher-kva.example"),
        ([b"XN--BCHER-KVA", b"EXAMPLE"], "xn--bcher-kva.example"),
        ([b"_dmarc", b"host_1", b"example"], "_dmarc.host_1.example"),
        ([b"1", b"2", b"3", b"example"], "1.2.3.example"),
        ([b"192-0-2-1", b"example"], "192-0-2-1.example"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_names_that_are_unusual(door, labels, name):
    def script(q):
        if q.type == "PTR":
            q.send(q.reply([ptr(TO_QUESTION, labels)]))
        else:
            q.send(q.reply([a(TO_QUESTION, CLIENT)]))

    front, server = door(script)
    reply = front.ask(REMOTE_ADDR=CLIENT)
    assert (reply.header("X-Client-Rdns"), hostname(reply)) == ("verified", name)
    assert [q.name for q in server.asked(type="A")] == [name]
