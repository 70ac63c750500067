# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
Calls that fail: for each kind of call, the first one of a path fails, then the second one, and so on
until the path makes no further call of that kind. The process goes on; while a call fails, a client
gets its true verdict or a denial, an error or a closed connection, and never an allow that is not
its own; afterwards everything is as before.
"""

import errno
import http.client
import itertools
import os
import re
import signal
import socket
import struct
import subprocess
import textwrap
import time
from pathlib import Path
from urllib.parse import quote

import pytest

import fcgi
from kit import life
from kit.doorward import BINARY, SANITIZED, within_reach
from kit.faults import ERRORS, KINDS, faults_for
from kit.hostile import AA, QR, RA, RD, TC, a, ptr
from kit.process import DEADLINE, Process, connects, wait_for

# `make soak` lets each call fail, and under valgrind some of the allocations; `make check` lets fewer
# fail, with one error each.
FULL = os.environ.get("DOORWARD_FAULTS_FULL")
UNDER_VALGRIND = FULL == "valgrind"
VALGRIND = ["valgrind", "-q", "--leak-check=full", "--error-exitcode=99", "--soname-synonyms=somalloc=nouserintercepts"]

# The allocator of a program with AddressSanitizer cannot be replaced.
RELEASE = Path(__file__).resolve().parents[2] / "build/release/doorward"

# doorward ends if there are no random numbers for the IDs and ports of queries, and ldns ends it if
# there is no memory for a static zone.
ENDS_THE_PROCESS = {"random", "static zone"}

POLICIES = """
[policy default]
rdns = double
default = allow
deny = host .denied.example
deny = user_agent ~ evil
deny = uri ~ ^/admin
deny = ip in file:nets
deny = host in file:hosts
[policy list]
rdns = off
default = allow
deny = dnsbl bl.example
[policy cert]
rdns = off
client_cert = optional
verify = both
ca_file = {ca}
default = allow
deny = cert.cn mallory
[policy only]
rdns = off
allow = ip in file:friends
"""
NETS, HOSTS, FRIENDS = "10.7.0.0/16\n", ".listed.example\n", "10.1.0.0/16\n"
QUICK = "timeout = 60ms\nattempts = 2\nlookup_timeout = 300ms"

# The second number of an address says what DNS knows of it; even ones are denied.
ZONES = {1: "good", 2: "denied", 3: "good", 4: "denied", 6: "listed", 8: "listed"}
TRUNCATED = {3, 4, 8}


def name_server(query):
    """PTR and A of 10.ZONE.x.y; some only over TCP; 10.11.x.y is in the list bl.example."""
    labels = query.name.split(".")
    if query.name.endswith(".in-addr.arpa"):
        octets = [int(label) for label in labels[3::-1]]
    elif query.name.endswith(".bl.example"):
        octets = [int(label) for label in labels[3::-1]]
        listed = octets[1] == 11
        query.send(query.reply([a(query.name, "127.0.0.2")]) if listed else query.reply(rcode=3))
        return
    else:
        octets = [int(label) for label in labels[0].split("-")[1:]]
    zone = ZONES.get(octets[1])
    if zone is None:
        query.send(query.reply(rcode=3))
    elif octets[1] in TRUNCATED and not query.tcp:
        query.send(query.reply(flags=QR | AA | RD | RA | TC))
    elif query.type == "PTR":
        name = "c-" + "-".join(map(str, octets)) + f".{zone}.example"
        query.send(query.reply([ptr(query.name, name)]))
    else:
        query.send(query.reply([a(query.name, ".".join(map(str, octets)))]))
    if query.tcp:
        query.close()  # so that each lookup over TCP opens a connection


NUMBERS = itertools.count(1)


def address(zone):
    """A client of its own for each request: no cache knows it."""
    number = next(NUMBERS)
    return f"10.{zone}.{number >> 8 & 255}.{number & 255}"


def fresh_certificates(pki, name):
    """More of them than the cache of certificates has room for, again and again."""
    certs = [pki.authority.issue(f"fresh-{name}", f"O=Acme,CN={name}") for _ in range(40)]
    return itertools.cycle([cert.pem for cert in certs])


def cases(pki):
    """By name: (input, the true status)."""
    good, bad = (fresh_certificates(pki, name) for name in ["alice", "mallory"])
    signed = {"SSL_CLIENT_VERIFY": "SUCCESS", "DOORWARD_POLICY": "cert"}
    return {
        "allowed": (lambda: {"REMOTE_ADDR": address(1)}, 200),
        "denied": (lambda: {"REMOTE_ADDR": address(2)}, 403),
        "allowed over TCP": (lambda: {"REMOTE_ADDR": address(3)}, 200),
        "denied over TCP": (lambda: {"REMOTE_ADDR": address(4)}, 403),
        "agent": (lambda: {"REMOTE_ADDR": address(1), "HTTP_USER_AGENT": "evil"}, 403),
        "path": (lambda: {"REMOTE_ADDR": address(1), "REQUEST_URI": "/x/../admin"}, 403),
        "net in a list": (lambda: {"REMOTE_ADDR": address(7)}, 403),
        "name in a list": (lambda: {"REMOTE_ADDR": address(6)}, 403),
        "dnsbl": (lambda: {"REMOTE_ADDR": address(11), "DOORWARD_POLICY": "list"}, 403),
        "not in dnsbl": (lambda: {"REMOTE_ADDR": address(1), "DOORWARD_POLICY": "list"}, 200),
        "good cert": (lambda: {"REMOTE_ADDR": address(1), "SSL_CLIENT_CERT": next(good), **signed}, 200),
        "bad cert": (lambda: {"REMOTE_ADDR": address(1), "SSL_CLIENT_CERT": next(bad), **signed}, 403),
        "no friend": (lambda: {"REMOTE_ADDR": address(2), "DOORWARD_POLICY": "only"}, 403),
    }


# The ways of a front end

def ask_fastcgi(door, params):
    """The status, or None without an answer."""
    try:
        everything = {"REQUEST_URI": "/", "HTTP_USER_AGENT": "", **params}
        return fcgi.request(door.address, list(everything.items()), timeout=DEADLINE).status
    except (OSError, fcgi.ProtocolError):
        return None


def ask_http(door, params):
    wanted = {
        "X-Real-IP": params["REMOTE_ADDR"],
        "X-Original-URI": params.get("REQUEST_URI", "/"),
        "User-Agent": params.get("HTTP_USER_AGENT", ""),
        "X-SSL-Client-Cert": quote(params.get("SSL_CLIENT_CERT", ""), safe=""),
        "X-SSL-Client-Verify": params.get("SSL_CLIENT_VERIFY", ""),
    }
    lines = [f"{name}: {value}" for name, value in wanted.items() if value]
    path = "/auth" + ("/" + params["DOORWARD_POLICY"] if "DOORWARD_POLICY" in params else "")
    head = "\r\n".join([f"GET {path} HTTP/1.1", "Host: d", "Connection: close", *lines, "", ""])
    try:
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(DEADLINE)
            peer.connect(door.http)
            peer.sendall(head.encode())
            response = http.client.HTTPResponse(peer)
            response.begin()
            return response.status
    except (OSError, http.client.HTTPException):
        return None


WAYS = {"fastcgi": ask_fastcgi, "http": ask_http}


class Sweep:
    """Lets the calls of one kind fail, one after the other."""

    def __init__(self, faults):
        self.faults = faults

    def run(self, kind, error, step, stride=1, most=100_000):
        """`step(n)` for n = 1, 2, 3 … as long as a call fails in it. How many failed."""
        failures = 0
        if FULL:
            stride = max(1, stride // 10) if UNDER_VALGRIND else 1
        for first in range(1, most, stride):
            self.faults.fail(kind, error, first)
            try:
                step(first)
            finally:
                failed = self.faults.stop()
            if failed == 0:
                return failures
            failures += failed
        raise AssertionError(f"{kind}: still a failure at the {most}th call")


def errors(kind):
    return ERRORS[kind] if FULL else ERRORS[kind][:1]


@pytest.fixture
def faults(folder):
    return faults_for(BINARY, folder)


def program(kind):
    """The arguments that come before -c."""
    if kind != "memory":
        return [BINARY]
    if SANITIZED and not RELEASE.exists():
        pytest.skip(f"{RELEASE} is not built, and allocations of {BINARY} cannot fail")
    binary = within_reach(RELEASE) if SANITIZED else BINARY
    return [*VALGRIND, binary] if UNDER_VALGRIND else [binary]


class Front:
    """A doorward whose calls can fail, and the clients that it must know."""

    def __init__(self, start, folder, pki, server, faults, argv, log, dns=""):
        (folder / "nets").write_text(NETS)
        (folder / "hosts").write_text(HOSTS)
        (folder / "friends").write_text(FRIENDS)
        self.start, self.folder, self.faults = start, folder, faults
        self.policy = textwrap.dedent(POLICIES).format(ca=pki.authority.file)
        self.world = cases(pki)
        self.http = str(folder / "http.sock")
        self.more = dict(
            dns=f"{QUICK}\n{dns}",
            server=f"threads = 1\nrequest_timeout = 2s\nlisten = http:unix:{self.http}",
            cache="cert_entries = 16\nanswers = 0",
            server_of_names=server,
            env=faults.environment(),
            argv=[*argv, "-c", folder / "doorward.conf"],
            log=log,
        )
        self.again()

    def again(self):
        self.door = self.start(self.policy, **self.more)
        self.door.http = self.http
        self.door.process.wait_until(lambda: connects(self.http), "the HTTP listener")
        # The sockets listen before the start is over.
        self.door.process.wait_until(lambda: self.is_right("allowed"), "a response")

    def ask(self, case, way="fastcgi"):
        """The status of a new client of this kind: the true one, a denial or none."""
        make, true = self.world[case]
        status = WAYS[way](self.door, make())
        assert status in (true, None, 403, 500, 502, 503), (case, way, status)
        return status

    def is_right(self, case):
        return all(self.ask(case, way) == self.world[case][1] for way in WAYS)

    def is_as_before(self, kind=None, names=None, endings=(-signal.SIGABRT,)):
        """A name server that could not be reached is left alone for a moment. A process that ended
        by a fault which may end it is started again."""

        def is_right(case):
            if not self.door.process.running():
                status = self.door.process.ended()
                may_end = kind in ENDS_THE_PROCESS and status in endings
                assert may_end, f"ended with {status}: {self.door.stderr()}"
                self.again()
            return self.is_right(case)

        for case in names or self.world:
            wait_for(lambda: is_right(case), f"the truth about {case!r}")

    def lets_in_only_its_own(self):
        """Asks as each client, once."""
        for case in self.world:
            self.ask(case)


@pytest.fixture
def front(doorward, folder, hostile, pki, faults):
    def start(kind, log="decisions = none", **more):
        server = hostile(name_server)
        return Front(doorward, folder, pki, server, faults, program(kind), log, **more)

    return start


# In a short run: what comes first has all parts of a request.
SHORT = ["denied over TCP", "bad cert", "dnsbl", "allowed"]
REACHED = {"memory", "recv", "send", "accept", "socket", "sockopt", "connect", "epoll"}


@pytest.mark.parametrize("kind", KINDS if FULL else sorted(REACHED | {"random"}))
def test_requests_and_lookups(front, faults, kind):
    front = front(kind)
    front.is_as_before()
    failures = 0
    for error in errors(kind):
        for case in front.world if FULL else SHORT:
            for way in WAYS:

                def step(first):
                    front.ask(case, way)
                    if kind in ENDS_THE_PROCESS:
                        faults.stop()
                        front.is_as_before(kind, [case])

                failures += Sweep(faults).run(kind, error, step)
        front.is_as_before(kind, None if FULL else SHORT)
    assert failures > 0 or kind not in REACHED, "no call of this kind has failed"


def asked_for_reload(front):
    """A configuration with the same verdicts and another text, and HUP; until a line tells how it went.
    A line that is itself lost for want of memory is not waited for."""
    door = front.door
    door.configure(front.policy + f"; {next(NUMBERS)}\n")
    before = len(door.process.output())
    door.reload()
    end = time.monotonic() + 0.5
    while not re.search("reload:|out of memory", door.process.output()[before:]):
        if time.monotonic() > end or not door.process.running():
            break
        time.sleep(0.002)


@pytest.mark.parametrize("kind", ["memory", "open", "read", "stat"])
def test_a_reload(front, faults, kind):
    front = front(kind)
    failures = 0
    for error in errors(kind):

        def step(first):
            asked_for_reload(front)
            faults.stop()
            front.lets_in_only_its_own()

        failures += Sweep(faults).run(kind, error, step, stride=97 if kind == "memory" else 5)
    assert failures > 0, "no call of this kind has failed"
    front.door.configure(front.policy + "[policy new]\nrdns = off\nallow = *\n")
    front.door.reload()
    front.door.wait_for_log("is in force")
    new = {"REMOTE_ADDR": address(1), "DOORWARD_POLICY": "new"}
    wait_for(lambda: front.door.ask(new).status == 200, "the new configuration")
    front.is_as_before()


ZONE = """$ORIGIN 12.10.in-addr.arpa.
1.0 PTR static.denied.example.
@ 60 SOA ns.example. host.example. 1 2 3 4 5
static.denied.example. A 10.12.0.1
b.static.denied.example. AAAA 2001:db8::1
"""


def test_a_reload_of_a_static_zone(front, folder, faults):
    (folder / "zone").write_text(ZONE)
    front = front("memory", dns="static_zone = zone")
    front.world["static"] = (lambda: {"REMOTE_ADDR": "10.12.0.1"}, 403)

    def step(first):
        asked_for_reload(front)
        faults.stop()
        front.lets_in_only_its_own()
        ends = (-signal.SIGABRT, -signal.SIGSEGV)
        front.is_as_before("static zone", ["static", "allowed"], ends)

    assert Sweep(faults).run("memory", errno.ENOMEM, step, stride=97) > 0


@pytest.mark.parametrize("kind", ["memory", "open", "read", "stat"])
def test_a_list_that_changes(front, folder, faults, kind, monkeypatch):
    """It is read again until it can be: neither the old lines nor the new ones are lost."""
    monkeypatch.setenv("DOORWARD_FILE_WATCH_MS", "10")
    front = front(kind)
    nets = [12]

    def step(first):
        nets.append(nets[-1] + 1)
        new = folder / "nets.new"
        new.write_text(NETS + "".join(f"10.{net}.0.0/16\n" for net in nets))
        new.replace(folder / "nets")
        time.sleep(0.03)  # files are looked at each hundredth of a second
        faults.stop()
        front.lets_in_only_its_own()
        added = {"REMOTE_ADDR": f"10.{nets[-1]}.0.1", "REQUEST_URI": "/", "HTTP_USER_AGENT": ""}
        wait_for(lambda: front.door.ask(added).header("X-Doorward-Reason") == "rule", "the new list")

    for error in errors(kind):
        assert Sweep(faults).run(kind, error, step, stride=23 if kind == "memory" else 4) > 0


@pytest.mark.parametrize("kind", ["memory", "write", "open", "stat"])
def test_the_log(front, folder, faults, kind):
    """Lines may be lost, and the log says how many; responses do not wait, and the log goes on."""
    path = folder / "log"
    front = front(kind, log=f"target = file:{path}")

    def reopen_and_ask(first):
        if path.exists():
            path.rename(folder / "log.1")
        front.door.process.send(signal.SIGUSR1)
        front.ask("net in a list")
        front.ask("no friend")
        time.sleep(0.03)  # the log is written by a thread of its own

    for error in errors(kind):
        assert Sweep(faults).run(kind, error, reopen_and_ask) > 0
        front.door.process.send(signal.SIGUSR1)
        wait_for(path.exists, "the log")
        door = front.door
        marker = "x%d" % next(NUMBERS)
        line = {"REMOTE_ADDR": address(7), "REQUEST_URI": "/" + marker, "HTTP_USER_AGENT": ""}
        wait_for(lambda: door.ask(line).status == 403 and marker in path.read_text(), "a line")


NO_PROCESS = -1


def hand_over(front, pid, kind):
    """The PID of the process that serves afterwards; the log may not tell, for want of memory."""
    door = front.door
    before = len(door.process.output())
    os.kill(pid, signal.SIGUSR2)

    def over():
        found = re.search(
            r"hand-over: PID (\d+) serves now|this (?:process|one) goes on", door.process.output()[before:]
        )
        if found:
            return int(found[1]) if found[1] else pid
        return NO_PROCESS if life.ended(pid) else None

    try:
        serves = wait_for(over, "the end of a hand-over", 10)
    except AssertionError:
        serves = peer_of(door.socket)
    if serves == NO_PROCESS:
        # The line of the log may have come just now, or not at all.
        serves = peer_of(door.socket)
    if serves == NO_PROCESS:
        assert kind in ENDS_THE_PROCESS, "the process has ended"
        front.faults.stop()
        front.again()
        return front.door.process.pid
    if serves != pid:
        wait_for(lambda: life.ended(pid), f"the end of {pid}")
    return serves


def peer_of(path):
    """The PID of the process that listens (SO_PEERCRED)."""
    with socket.socket(socket.AF_UNIX) as peer:
        try:
            peer.connect(str(path))
        except ConnectionRefusedError:
            return NO_PROCESS
        return struct.unpack("3i", peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]


STRIDES = {"memory": 997, "open": 23, "read": 23, "epoll": 7, "fcntl": 7, "sockopt": 7, "socket": 2, "listen": 2, "pipe": 2}


@pytest.mark.parametrize("kind", ["memory", "fork", "exec", "socket", "open", "read", "thread", "epoll", "pipe", "fcntl", "listen", "sockopt"])
def test_a_hand_over(front, faults, kind):
    """Either the new process serves or the old one, and both only by the rules."""
    front = front(kind)
    pid = front.door.process.pid
    failures = 0
    for first in range(1, 100_000, 1 if FULL and kind != "memory" else STRIDES.get(kind, 1)):
        faults.fail(kind, errors(kind)[0], first)
        try:
            pid = hand_over(front, pid, kind)
        finally:
            failed = faults.stop()
        front.lets_in_only_its_own()
        if failed == 0:
            break
        failures += 1
    assert failures > 0
    wait_for(lambda: front.is_right("allowed") and front.is_right("denied"), "the truth")
    if pid != front.door.process.pid:
        life.end(pid)


def run(faults, argv, kind, error, first):
    """(the exit status, stdout, stderr, how many calls failed) of a command."""
    faults.fail(kind, error, first)
    done = subprocess.run(
        [os.fspath(a) for a in argv], env=faults.environment(), capture_output=True, timeout=DEADLINE
    )
    failed = faults.stop()
    return done.returncode, done.stdout, done.stderr, failed


# What libuv and ldns do to a process that starts without pipes or memory; and libuv, if epoll_ctl(2)
# fails for the eventfd and the pipe of its loops, which it adds itself when a loop runs first. The
# descriptors that it watches later are in the epoll set before (src/base/epoll.h).
# SIGALRM: the sandbox, where libseccomp left a call out.
ABORTS = (-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGALRM)


@pytest.mark.parametrize("kind", ["memory", "open", "read", "write", "stat", "map"])
def test_commands(folder, pki, faults, kind):
    """-t never passes bad files, -T never prints a part, check never allows what is denied."""
    (folder / "nets").write_text(NETS)
    (folder / "hosts").write_text(HOSTS)
    (folder / "friends").write_text(FRIENDS)
    good, bad = folder / "good.conf", folder / "bad.conf"
    policy = textwrap.dedent(POLICIES).format(ca=pki.authority.file)
    good.write_text("[dns]\nnameservers = 127.0.0.1:9\n" + policy)
    bad.write_text("[dns]\nnameservers = 127.0.0.1:9\n" + policy + "allow = ip 1.2.3\n")
    binary = program(kind)[-1]
    whole = subprocess.run([binary, "-T", "-c", good], capture_output=True, check=True).stdout
    denied = [binary, "check", "-c", good, "--policy", "only", "--ip", "192.0.2.1"]

    def dump(first):
        status, out, _, failed = run(faults, [binary, "-T", "-c", good], kind, error, first)
        assert status != 0 or out == whole, f"{first}: a part of the configuration"
        return failed

    def test_bad(first):
        status, _, _, failed = run(faults, [binary, "-t", "-c", bad], kind, error, first)
        assert status != 0, first
        return failed

    def check(first):
        status, out, _, failed = run(faults, denied, kind, error, first)
        assert status != 0, (first, out)
        return failed

    stride = 1 if FULL else {"memory": 151, "open": 11, "read": 11, "stat": 11}.get(kind, 3)
    for command in [dump, test_bad, check]:
        for error in errors(kind):
            for first in range(1, 100_000, stride):
                if command(first) == 0:
                    break


@pytest.mark.parametrize("kind", ["memory", "open", "read", "socket", "bind", "listen", "epoll", "pipe", "thread", "stat", "owner", "fcntl", "map"])
def test_a_start(front, folder, faults, kind):
    """It serves, and rightly, or ends with an error."""
    front = front(kind)
    front.door.stop()
    if kind == "memory" and not FULL:
        # libseccomp makes a filter without calls that it had no memory for; the end takes 5 s then.
        text = front.door.file.read_text()
        front.door.file.write_text(text.replace("threads = 1", "threads = 1\nsandbox = off"))
    stride = 1 if FULL else {"memory": 499, "open": 41, "read": 41, "stat": 23}.get(kind, 5)
    ended = served = 0
    for first in range(1, 100_000, stride):
        faults.fail(kind, errors(kind)[0], first)
        process = Process([*program(kind), "-c", front.door.file], folder / "start", env=faults.environment())
        front.door.process = process
        try:
            wait_for(lambda: connects(front.http) or not process.running(), "a start or an end")
            if process.running():
                front.lets_in_only_its_own()
            failed = faults.stop()
            if process.running():
                # It may be about to end: the sockets listen before the start is over.
                endings = (0, 2, *ABORTS) if kind in {"epoll", "pipe", "memory"} else (0, 2)
                assert process.stop() in endings, process.output()
                served += 1
            else:
                assert process.ended() != 0
                ended += process.ended() > 0
                assert process.ended() > 0 or process.ended() in ABORTS
                # fcntl(2) fails where the descriptor of the message itself is closed.
                told = process.output() or process.ended() < 0 or kind == "fcntl"
                assert told, "an end without a message"
        finally:
            faults.stop()
            process.kill()
        if failed == 0:
            break
        (folder / "start").unlink()
    assert served > 0
