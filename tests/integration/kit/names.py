# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
Names: a real NSD with the zones that the tests share, and a tap between it and doorward that counts
queries, and drops, holds or spoils replies (RFC 1035).
"""

import ipaddress
import os
import select
import socket
import struct
import threading
import time
from collections import Counter

from kit.process import DEADLINE, Process, free_port, wait_for

NSD = "/usr/sbin/nsd"
TYPES = {"A": 1, "CNAME": 5, "SOA": 6, "PTR": 12, "AAAA": 28}
TYPE_NAMES = {number: name for name, number in TYPES.items()}
NOERROR, SERVFAIL, NXDOMAIN, REFUSED = 0, 2, 3, 5

SOA = "@ 300 IN SOA ns.example. host.example. 1 3600 600 86400 60\n@ 300 IN NS ns.example.\n"


def reverse(address):
    """'192.0.2.1' as '1.2.0.192.in-addr.arpa'."""
    return ipaddress.ip_address(address).reverse_pointer


def query(name, type, id=0x1234):
    """A query's wire form; `name` is in presentation form without escapes."""
    labels = [label.encode() for label in name.rstrip(".").split(".")]
    question = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    header = struct.pack(">6H", id, 0x0100, 1, 0, 0, 0)
    return header + question + struct.pack(">2H", TYPES[type], 1)


def question_of(message):
    """(name in lower case, type) of a message's first question."""
    labels, at = [], 12
    while message[at]:
        labels.append(message[at + 1 : at + 1 + message[at]].decode("latin-1").lower())
        at += 1 + message[at]
    (number,) = struct.unpack_from(">H", message, at + 1)
    return ".".join(labels), TYPE_NAMES.get(number, str(number))


def rcode_of(message):
    return message[3] & 15


class Nsd:
    """
    A real NSD with zones as master-file text by name; each gets its SOA and NS here. `also` is one
    more place to listen on, as address@port.
    """

    def __init__(self, folder, zones, broken=(), soa=SOA, also=None):
        self.port = free_port()
        configuration = (
            f"server:\n ip-address: 127.0.0.1@{self.port}\n"
            + (f" ip-address: {also}\n" if also else "")
            + f' username: ""\n chroot: ""\n zonesdir: "{folder}"\n'
            f' pidfile: "{folder}/nsd.pid"\n database: ""\n zonelistfile: "{folder}/nsd.zones"\n'
            f' xfrdfile: "{folder}/nsd.xfrd"\n xfrdir: "{folder}"\n server-count: 1\n'
            " rrl-ratelimit: 0\n hide-version: yes\nremote-control:\n control-enable: no\n"
        )
        for number, (zone, text) in enumerate(zones.items()):
            path = folder / f"{number}.zone"
            path.write_text(f"$ORIGIN {zone}.\n$TTL 300\n" + soa + text)
            configuration += f'zone:\n name: "{zone}"\n zonefile: "{path}"\n'
        for zone in broken:  # a zone that cannot be loaded: SERVFAIL
            configuration += f'zone:\n name: "{zone}"\n zonefile: "{folder}/missing.zone"\n'
        file = folder / "nsd.conf"
        file.write_text(configuration)
        self.process = Process([NSD, "-d", "-c", file], folder / "nsd.stderr")
        self.process.wait_until(lambda: self.ask(next(iter(zones)), "SOA"), "an answering nsd")

    def ask(self, name, type):
        """The reply's wire form, or None."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(1)
            s.connect(("127.0.0.1", self.port))
            try:
                s.send(query(name, type))
                return s.recv(4096)
            except OSError:
                return None

    def close(self):
        try:
            if self.process.running():
                self.process.stop()
        finally:
            self.process.kill()


class Tap:
    """
    A DNS server for doorward that forwards to `upstream` (a port on loopback; None: it never
    replies) and counts. `hold(name)` holds back replies for a name until `release()`; `drop(name)`
    loses the queries; `spoil(name, rcode)` replies with an error. None stands for every name. Each reply
    is `delay` seconds late.
    """

    def __init__(self, upstream):
        self.upstream = upstream
        self.asked = Counter()
        self.delay = 0
        self._rules = {}
        self._held = []
        self._lock = threading.Lock()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.port = free_port()
        self._socket.bind(("127.0.0.1", self.port))
        self._stop_read, self._stop_write = os.pipe()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    # The interface for tests

    def drop(self, name=None):
        self._rules[name] = ("drop", None)

    def hold(self, name=None):
        self._rules[name] = ("hold", None)

    def spoil(self, name=None, rcode=SERVFAIL):
        self._rules[name] = ("spoil", rcode)

    def heal(self):
        self._rules.clear()

    def release(self):
        """Sends the replies that were held back, and holds back no further ones."""
        with self._lock:
            self._rules.clear()
            held, self._held = self._held, []
        for message, peer in held:
            self._forward(message, peer)

    def count(self):
        with self._lock:
            return sum(self.asked.values())

    def counted(self, name, type=None):
        with self._lock:
            return sum(
                n for (asked, t), n in self.asked.items() if asked == name and type in (None, t)
            )

    def wait_for_query(self, name):
        wait_for(lambda: self.counted(name), f"a query for {name}", DEADLINE)

    # The implementation

    def _serve(self):
        while True:
            ready, _, _ = select.select([self._socket, self._stop_read], [], [])
            if self._stop_read in ready:
                return
            message, peer = self._socket.recvfrom(4096)
            name, type = question_of(message)
            with self._lock:
                self.asked[name, type] += 1
            time.sleep(self.delay)
            with self._lock:
                what, rcode = self._rules.get(name) or self._rules.get(None) or ("forward", None)
                if what == "hold":
                    self._held.append((message, peer))
            if what == "spoil":
                self._answer_code(message, peer, rcode)
            elif what == "forward":
                self._forward(message, peer)

    def _answer_code(self, message, peer, rcode):
        end = message.index(b"\0", 12) + 5
        header = message[:2] + struct.pack(">5H", 0x8180 | rcode, 1, 0, 0, 0)
        self._socket.sendto(header + message[12:end], peer)

    def _forward(self, message, peer):
        if self.upstream is None:
            self._answer_code(message, peer, SERVFAIL)
            return
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(DEADLINE)
            s.connect(("127.0.0.1", self.upstream))
            try:
                s.send(message)
                self._socket.sendto(s.recv(4096), peer)
            except OSError:
                pass

    def close(self):
        os.write(self._stop_write, b"x")
        self._thread.join(DEADLINE)
        self._socket.close()
        os.close(self._stop_read)
        os.close(self._stop_write)
