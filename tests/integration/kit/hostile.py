# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
A name server that misbehaves: UDP and TCP on one loopback port, where a script decides about each
query. Packets are built by hand (RFC 1035, RFC 6891), so that they can be wrong in any way.

    Hostile(lambda q: q.send(q.reply([a(q.name, "192.0.2.1")])))
"""

import heapq
import ipaddress
import itertools
import os
import selectors
import socket
import struct
import threading
import time
import traceback
from collections import namedtuple

from kit.process import DEADLINE, free_port, wait_for

TYPES = {
    "A": 1,
    "NS": 2,
    "CNAME": 5,
    "SOA": 6,
    "PTR": 12,
    "TXT": 16,
    "AAAA": 28,
    "OPT": 41,
    "TSIG": 250,
}
TYPE_NAMES = {number: name for name, number in TYPES.items()}
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED, BADCOOKIE = 0, 1, 2, 3, 4, 5, 23
QR, AA, TC, RD, RA = 0x8000, 0x0400, 0x0200, 0x0100, 0x0080
COOKIE = 10
IN, CHAOS = 1, 3
TO_QUESTION = b"\xc0\x0c"  # a pointer to the question's name
PAUSE = 0.001  # seconds between two bytes of a trickle


# Building


def wire(name):
    """A name's wire form, given 'host.example', or labels [b'a.b', b'example'], or itself."""
    if isinstance(name, bytes):
        return name
    if isinstance(name, str):
        name = [label.encode("latin-1") for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in name) + b"\0"


def rr(owner, type, rdata, ttl=300, rdlength=None, cls=IN):
    """One record; `rdlength` may be false."""
    length = len(rdata) if rdlength is None else rdlength
    return wire(owner) + struct.pack(">HHIH", TYPES.get(type, type), cls, ttl, length) + rdata


def a(owner, address, **more):
    """An A or AAAA record, by the family of the address."""
    address = ipaddress.ip_address(address)
    return rr(owner, "A" if address.version == 4 else "AAAA", address.packed, **more)


def ptr(owner, target, **more):
    return rr(owner, "PTR", wire(target), **more)


def cname(owner, target, **more):
    return rr(owner, "CNAME", wire(target), **more)


def soa(owner="example", minimum=60, **more):
    numbers = struct.pack(">5I", 1, 3600, 600, 86400, minimum)
    return rr(owner, "SOA", wire("ns.example") + wire("host.example") + numbers, **more)


def opt(owner=b"\0", options=(), rcode=0):
    """An OPT; `options` are (code, bytes), `rcode` has all 12 bits."""
    data = b"".join(struct.pack(">2H", code, len(value)) + value for code, value in options)
    return rr(owner, "OPT", data, ttl=rcode >> 4 << 24, cls=1232)


def tsig(owner="key.example"):
    numbers = struct.pack(">HIHH", 0, 0x65000000, 300, 4) + b"mac!" + struct.pack(">3H", 0, 0, 0)
    return rr(owner, "TSIG", wire("hmac-sha256") + numbers, ttl=0, cls=255)


Says = namedtuple("Says", "answer authority rcode", defaults=((), (), NOERROR))


def honest(world):
    """The reply of an authority with the names `world`: {(name, type): [rdata, …]}."""
    names = {name for name, _ in world}

    def says(query):
        for type in (query.type, "CNAME"):
            if (query.name, type) in world:
                return Says([rr(TO_QUESTION, type, data) for data in world[query.name, type]])
        below = any(name.endswith("." + query.name) for name in names)
        known = query.name in names or below
        return Says((), [soa(query.name.rpartition(".")[2])], NOERROR if known else NXDOMAIN)

    return says


class Query:
    """One query as it came, and the ways to reply."""

    def __init__(self, message, server, connection=None, peer=None):
        self.message, self.server, self.connection, self.peer = message, server, connection, peer
        self.tcp = connection is not None
        self.id, self.flags, _, _, _, additional = struct.unpack_from(">6H", message)
        labels, at = [], 12
        while message[at]:
            labels.append(message[at + 1 : at + 1 + message[at]])
            at += 1 + message[at]
        self.labels = labels
        self.name = ".".join(label.decode("latin-1") for label in labels).lower()
        self.question = message[12 : at + 5]
        (number,) = struct.unpack_from(">H", message, at + 1)
        self.type = TYPE_NAMES.get(number, str(number))
        self.edns = additional > 0
        self.options = dict(self._options(at + 5)) if self.edns else {}
        self.nth = 1  # how often this query has come, over UDP and TCP

    def _options(self, at):
        at += 11  # the OPT's root owner, type, class, TTL and RDLENGTH
        while at + 4 <= len(self.message):
            code, length = struct.unpack_from(">2H", self.message, at)
            yield code, self.message[at + 4 : at + 4 + length]
            at += 4 + length

    def reply(
        self,
        answer=(),
        authority=(),
        rcode=NOERROR,
        additional=(),
        flags=QR | AA | RD | RA,
        id=None,
        question=None,
        counts=None,
        edns=None,
        tail=b"",
    ):
        """A reply's wire form; `edns` False leaves out the OPT, which a query with OPT gets
        otherwise."""
        sections = [list(answer), list(authority), list(additional)]
        if self.edns if edns is None else edns:
            sections[2].append(opt(rcode=rcode))
        question = self.question if question is None else question
        counts = counts or [1 if question else 0, *map(len, sections)]
        head = struct.pack(">6H", self.id if id is None else id, flags | rcode & 15, *counts)
        return head + question + b"".join(b"".join(section) for section in sections) + tail

    def send(self, message):
        """The usual way: over the connection, or from the socket that got the query."""
        if self.tcp:
            self.raw(struct.pack(">H", len(message)) + message)
        else:
            self.server.udp.sendto(message, self.peer)

    def raw(self, data):
        """TCP: these bytes, without a length in front."""
        try:
            self.connection.sendall(data)
        except OSError:
            pass

    def later(self, seconds, message):
        self.server.at(seconds, lambda: self.send(message))

    def trickle(self, message):
        """TCP: byte by byte."""
        data = struct.pack(">H", len(message)) + message
        for n in range(len(data)):
            self.server.at(n * PAUSE, lambda byte=data[n : n + 1]: self.raw(byte))

    def elsewhere(self, message, address="127.0.0.1"):
        """From another port; from another address, the port may be the same."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind((address, 0 if address == self.server.address else self.server.port))
            other.sendto(message, self.peer)

    def close(self):
        self.server.hang_up(self.connection)


class Hostile:
    """
    The server. `script(query)` runs on its thread. `queries` has all queries; `close` raises an
    error of the script.
    """

    def __init__(self, script, address="127.0.0.1", tcp=True):
        self.script, self.address, self.port = script, address, free_port(address)
        self.queries, self.errors, self._timers, self._asked = [], [], [], {}
        self._order = itertools.count()
        self._lock = threading.Lock()
        self._selector = selectors.DefaultSelector()
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.udp.bind((address, self.port))
        self._selector.register(self.udp, selectors.EVENT_READ, self._datagram)
        self._stop_read, self._stop_write = os.pipe()
        self._selector.register(self._stop_read, selectors.EVENT_READ, None)
        self._listener = None
        if tcp:
            self._listener = socket.create_server((address, self.port), backlog=128)
            self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._connections = {}  # the bytes of an incomplete message, by connection
        self.accepted = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def asked(self, name=None, type=None, tcp=None):
        """The queries so far: all, or only for a name, of a type, over TCP or UDP."""
        with self._lock:
            return [
                q
                for q in self.queries
                if name in (None, q.name) and type in (None, q.type) and tcp in (None, q.tcp)
            ]

    def wait_for(self, name=None, type=None):
        """The first such query, once it has come."""
        return wait_for(lambda: self.asked(name, type), f"a query for {name} {type}")[0]

    def at(self, seconds, what):
        """Runs `what` on the server's thread after `seconds`; to be called on this thread."""
        heapq.heappush(self._timers, (time.monotonic() + seconds, next(self._order), what))

    def pause(self):
        """Stops reading, for ever, without using CPU time."""
        os.write(self._stop_write, b"x")
        self._thread.join(DEADLINE)

    def close(self):
        self.pause()
        for connection in list(self._connections):
            self.hang_up(connection)
        self._selector.close()
        for opened in filter(None, [self.udp, self._listener]):
            opened.close()
        os.close(self._stop_read)
        os.close(self._stop_write)
        assert not self.errors, "\n".join(self.errors)

    def _serve(self):
        while True:
            timeout = max(0, self._timers[0][0] - time.monotonic()) if self._timers else None
            for key, _ in self._selector.select(timeout):
                if key.data is None:
                    return
                key.data(key.fileobj)
            while self._timers and self._timers[0][0] <= time.monotonic():
                heapq.heappop(self._timers)[2]()

    def _play(self, query):
        try:
            with self._lock:
                seen = self._asked.get((query.name, query.type), 0) + 1
                self._asked[query.name, query.type] = query.nth = seen
                self.queries.append(query)
            self.script(query)
        except Exception:
            self.errors.append(traceback.format_exc())

    def _datagram(self, udp):
        try:
            message, peer = udp.recvfrom(65535)
        except OSError:
            return  # the peer closed its port
        self._play(Query(message, self, peer=peer))

    def _accept(self, listener):
        connection, _ = listener.accept()
        connection.settimeout(DEADLINE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.accepted += 1
        self._connections[connection] = b""
        self._selector.register(connection, selectors.EVENT_READ, self._stream)

    def _stream(self, connection):
        try:
            data = connection.recv(65536)
        except OSError:
            data = b""
        if not data:
            self.hang_up(connection)
            return
        rest = self._connections[connection] + data
        while len(rest) >= 2 and len(rest) >= 2 + (rest[0] << 8 | rest[1]):
            end = 2 + (rest[0] << 8 | rest[1])
            message, rest = rest[2:end], rest[end:]
            self._play(Query(message, self, connection))
        if connection in self._connections:
            self._connections[connection] = rest

    def hang_up(self, connection):
        if self._connections.pop(connection, None) is not None:
            self._selector.unregister(connection)
            connection.close()
