# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Thousands of packets: forged ones, and replies that are damaged at random."""

import ipaddress
import random
import re
import socket
import struct

import pytest

import fcgi
from kit.doorward import reason
from kit.hostile import (
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

NAME, CLIENT, OTHER = "good.example", "192.0.2.1", "192.0.2.200"
POLICY = "[policy default]\nallow = host ~ .\n"
UNHURRIED = "timeout = 30s\nattempts = 10\nlookup_timeout = 60s"


# Forged: the forger knows everything but the ID, and cannot send from the server's address and
# port.

FORGED = 100_000


def forgers():
    """Sockets on other ports and other addresses."""
    addresses = ["127.0.0.1"] * 4 + [f"127.0.{n}.{n}" for n in range(1, 13)]
    sockets = []
    for address in addresses:
        forger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        forger.bind((address, 0))
        sockets.append(forger)
    return sockets


@pytest.mark.parametrize("type", ["PTR", "A"])
def test_forged_replies_change_nothing(doorward, hostile, type):
    packed = ipaddress.ip_address(CLIENT).packed
    lies = honest({(reverse(CLIENT), "PTR"): [wire(NAME)], (NAME, "A"): [packed]})
    done = False

    def answer(q):
        q.send(q.reply([a(TO_QUESTION, OTHER)] if type == "A" else [], [soa()]))

    def script(q):
        if q.type == "PTR" and type == "A":
            q.send(q.reply(*lies(q)))
        elif done:
            answer(q)
        # The other query stays open until the forgers have finished.

    server = hostile(script)
    door = doorward(POLICY, dns=UNHURRIED, server="threads = 1", server_of_names=server)
    dice = random.Random(type)
    sockets = forgers()
    with door.connection() as connection:
        connection.send(fcgi.request_bytes({"REMOTE_ADDR": CLIENT}))
        query = server.wait_for(type=type)
        for n in range(FORGED):
            if n % 1000 == 0:
                query = server.asked(type=type)[-1]  # it is sent again from time to time
                lie = query.reply(*lies(query))[2:]
            id = dice.getrandbits(16) if n % 16 else query.id
            sockets[n % len(sockets)].sendto(struct.pack(">H", id) + lie, query.peer)
        done = True
        answer(query)
        reply = connection.read_reply()
    for forger in sockets:
        forger.close()
    assert reply.header("X-Client-Rdns") == ("none" if type == "PTR" else "mismatch")
    assert reason(reply) == "default"


# Malformed: ID and question are right, and the rest was good before it was mutated.

CLIENTS = 6000
CONNECTIONS, AT_ONCE = 4, 50
INTERESTING = [0, 1, 0x3F, 0x40, 0x7F, 0x80, 0xBF, 0xC0, 0xC1, 0xFF]


def client_address(n):
    """Each in a /64 of its own, and without two bytes in a row that a reply could contain by
    accident."""
    return ipaddress.ip_address(bytes([0x20, 0x01, 0x0D, 0xB8]) + random.Random(n).randbytes(12))


def other_address(address):
    """An address that differs in every byte, so that a few mutated bytes cannot make it right."""
    return ipaddress.ip_address(bytes(byte ^ 0x5A for byte in address.packed))


def good_reply(q, dice, name, address):
    """A well-formed reply in one of many shapes, which never has the client's address."""
    chain = [cname(TO_QUESTION, "c1.example"), cname("c1.example", "c2.example")]
    owner = "c2.example" if (chained := dice.random() < 0.3) else TO_QUESTION
    if q.type == "PTR":
        targets = [name, "x" + name, "y" + name][: dice.randrange(1, 4)]
        records = [ptr(owner, target) for target in targets]
    else:
        records = [a(owner, address) for _ in range(dice.randrange(1, 4))]
    shape = dice.random()
    if shape < 0.1:
        return q.reply((), [soa()], rcode=dice.choice([0, 3]))
    more = [a("x.example", "192.0.2.66"), rr("x.example", "NS", wire("y.example")), soa()]
    extra = [opt(options=[(dice.randrange(16), dice.randbytes(dice.randrange(20)))])]
    if shape < 0.2:
        extra.append(tsig())
    return q.reply(
        (chain if chained else []) + records,
        dice.sample(more, dice.randrange(3)),
        additional=dice.sample(more, dice.randrange(3)) + extra,
        edns=False,
    )


def mutate(dice, message, question_end):
    """Changes counts, the rcode and the bytes after the question; the reply still matches the
    query."""
    out = bytearray(message)
    places = [3, 7, 7, 9, 11, *range(question_end, len(out))]
    for _ in range(dice.randrange(1, 6)):
        what, at = dice.random(), dice.choice(places)
        if at >= len(out):
            continue
        if what < 0.3:
            out[at] ^= 1 << dice.randrange(8)
        elif what < 0.7:
            out[at] = dice.choice(INTERESTING)
        elif what < 0.78 and at >= question_end and at + 2 <= len(out):
            out[at : at + 2] = struct.pack(">H", 0xC000 | dice.randrange(len(out) + 4))
        elif what < 0.84 and at >= question_end:
            del out[at:]
        elif what < 0.9 and at >= question_end:
            del out[at : at + dice.randrange(1, 12)]
        elif at >= question_end:
            out[at:at] = dice.choice([dice.randbytes(3), bytes(2), bytes(out[at : at + 16])])
    return bytes(out)


def name_end(message, at):
    """The offset after the name at `at`; ValueError if it is not a name of RFC 1035."""
    end, length, run = None, 1, at
    while True:
        octet = message[at]
        if octet >= 0xC0:
            target = (octet & 0x3F) << 8 | message[at + 1]
            end = at + 2 if end is None else end
            if not 12 <= target < run:
                raise ValueError
            at = run = target
            continue
        length += octet + 1
        if octet > 63 or length > 256:
            raise ValueError
        at += octet + 1
        if octet == 0:
            return at if end is None else end


def is_well_formed(message):
    """Whether names, lengths and counts of all sections fit."""
    counts = struct.unpack_from(">4H", message, 4)
    try:
        at = 12
        for _ in range(counts[0]):
            at = name_end(message, at) + 4
        for _ in range(sum(counts[1:])):
            at = name_end(message, at) + 10
            type, length = struct.unpack_from(">H6xH", message, at - 10)
            if type in (2, 5, 12) and name_end(message, at) != at + length:
                return False
            if type in (1, 28) and length != {1: 4, 28: 16}[type]:
                return False
            at += length
    except (ValueError, IndexError, struct.error):
        return False
    return at == len(message)


def test_malformed_replies_verify_no_client(doorward, hostile):
    dice = random.Random(8499)
    clients = {reverse(str(client_address(n))): n for n in range(CLIENTS)}
    malformed = 0

    def script(q):
        nonlocal malformed
        n = clients[q.name] if q.name in clients else None
        if n is None:
            n = int(b"0" + re.sub(rb"[^0-9]", b"", q.labels[0])) % CLIENTS
        address = client_address(n)
        message = good_reply(q, dice, f"v{n}.example", other_address(address))
        if q.type != "PTR" or n % 2 == 0:
            message = mutate(dice, message, 12 + len(q.question))
            malformed += not is_well_formed(message)
        assert address.packed not in message
        q.send(message)

    server = hostile(script)
    timing = "timeout = 2s\nattempts = 2\nlookup_timeout = 4s"
    door = doorward(POLICY, dns=timing, log="decisions = none", server_of_names=server)
    words = {}
    connections = [door.connection() for _ in range(CONNECTIONS)]
    for start in range(0, CLIENTS, CONNECTIONS * AT_ONCE):
        waves = [range(start + k * AT_ONCE, start + (k + 1) * AT_ONCE) for k in range(CONNECTIONS)]
        for connection, wave in zip(connections, waves):
            connection.send(
                b"".join(
                    fcgi.request_bytes({"REMOTE_ADDR": client_address(n)}, keep=True, id=id)
                    for id, n in enumerate(wave, 1)
                )
            )
        for connection in connections:
            for reply in connection.read_replies(range(1, AT_ONCE + 1)).values():
                word = reply.header("X-Client-Rdns")
                words[word] = words.get(word, 0) + 1
    for connection in connections:
        connection.close()
    assert malformed >= 5000
    assert sum(words.values()) == CLIENTS
    assert set(words) == {"mismatch", "none", "error"}  # each of the expected results, and never "verified"
