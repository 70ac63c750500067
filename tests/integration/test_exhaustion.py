# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
A machine at its limits: no descriptors, a full disk, one that is read-only, a clock that steps, a
process that stands still, a peer that does not read. Responses are late or denials, never an allow
that is not one, and all is as before once the trouble is over.
"""

import contextlib
import errno
import os
import re
import resource
import signal
import socket
import subprocess
import time

import pytest

import fcgi
from kit.doorward import BINARY, summary
from kit.faults import faults_for
from kit.hostile import a, ptr
from kit.process import DEADLINE, wait_for

FULL = bool(os.environ.get("DOORWARD_FAULTS_FULL"))
POLICY = "[policy default]\nrdns = off\nallow = ip 192.0.2.0/24\n"
IN, OUT = {"REMOTE_ADDR": "192.0.2.1"}, {"REMOTE_ADDR": "198.51.100.1"}


def is_right(door):
    return (door.ask(IN).status, door.ask(OUT).status) == (200, 403)


# Descriptors


def limited(soft):
    """A limit for the new process, hard and soft."""
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, soft))


def test_without_descriptors_connections_wait(doorward):
    door = doorward(POLICY, server="threads = 1\nrequest_timeout = 60s", preexec_fn=limited(64))
    with contextlib.ExitStack() as stack:
        crowd = [stack.enter_context(door.connection()) for _ in range(100)]
        door.wait_for_log("connections have to wait: Too many open files")
        served = 0
        for connection in crowd:
            connection.send(fcgi.request_bytes(OUT))
        for connection in crowd:
            served += connection.read_reply().status == 403
        assert served == len(crowd), "each is served once others have closed"
    assert is_right(door)


def test_a_reload_without_descriptors_changes_nothing(doorward, folder):
    (folder / "nets").write_text("203.0.113.0/24\n")
    policy = "[policy default]\nrdns = off\ndefault = allow\ndeny = ip in file:nets\n"
    door = doorward(policy, server="threads = 1\nrequest_timeout = 60s", preexec_fn=limited(64))
    denied = {"REMOTE_ADDR": "203.0.113.1"}
    with contextlib.ExitStack() as stack:
        kept = stack.enter_context(door.connection())
        assert kept.request(denied).status == 403
        for _ in range(100):
            stack.enter_context(door.connection())
        door.wait_for_log("connections have to wait")
        (folder / "nets").write_text("203.0.113.0/24\n192.0.2.0/24\n")
        door.reload()
        door.wait_for_log("has errors; nothing has changed|has changed, and has errors")
        kept.records.clear()
        assert kept.request(denied).status == 403
    wait_for(lambda: door.ask(IN).status == 403, "the list, once there are descriptors")
    assert door.ask(denied).status == 403


# A peer that does not read


def test_a_peer_that_does_not_read_holds_only_itself_up(doorward):
    door = doorward(POLICY, server="threads = 1\nmax_requests_per_connection = 1024", log="decisions = none")
    with contextlib.closing(fcgi.connect(door.address)) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        deaf.settimeout(0.3)
        sent = 0
        with contextlib.suppress(socket.timeout):
            for number in range(200_000):
                deaf.sendall(fcgi.begin(keep=True) + fcgi.params(IN) + fcgi.stdin(b""))
                sent = number
        assert sent < 199_999, "the buffers never fill"
        before = time.monotonic()
        assert is_right(door)
        assert time.monotonic() - before < 2
    assert is_right(door)


# Disks


def mounted(folder, size, command):
    """A command whose namespace has a small tmpfs at `folder`."""
    script = f'mount -t tmpfs -o size={size},mode=755 tmpfs "{folder}" && exec "$@"'
    return ["unshare", "-m", "sh", "-ec", script, "sh", *command]


def inside(pid, *command):
    done = subprocess.run(["nsenter", "-t", str(pid), "-m", "-r", *map(str, command)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def disk(doorward, folder):
    if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode != 0:
        pytest.skip("no right to mount")
    (folder / "disk").mkdir()

    def start(policy=POLICY, size="64k"):
        door = doorward(
            policy,
            log=f"target = file:{folder}/disk/log",
            argv=mounted(folder / "disk", size, [BINARY, "-c", folder / "doorward.conf"]),
        )
        return door, door.process.pid, folder / "disk"

    return start


def decisions(text):
    return sum('"reason"' in line and line.endswith("}") for line in text.split("\n"))


def test_a_full_disk_delays_the_log_and_nothing_else(disk):
    """No response waits for the disk; once there is room, each line is written or told as lost."""
    door, pid, path = disk()
    asked = 0

    def ask():
        nonlocal asked
        asked += 1
        return door.ask(OUT, REQUEST_URI="/" + "x" * 200).status == 403

    assert all(ask() for _ in range(400))
    old = inside(pid, "cat", path / "log")
    assert len(old) == 64 << 10 and decisions(old) < 400
    inside(pid, "mount", "-o", "remount,size=16m", str(path))

    def is_complete():
        assert ask()
        text = inside(pid, "cat", path / "log")
        lost = sum(int(n) for n in re.findall(r"(\d+) line\(s\) of the log were lost", text))
        return decisions(text) + lost >= asked - 1

    wait_for(is_complete, "each line written or told as lost")


def test_dev_full_as_log(doorward):
    door = doorward(POLICY, log="target = file:/dev/full")
    assert all(is_right(door) for _ in range(50))
    door.process.send(signal.SIGUSR1)
    door.reload()
    assert is_right(door)


def test_a_disk_that_becomes_read_only(doorward, folder, clock):
    """As the kernel does it after an error of the disk: open files cannot be written either."""
    faults, log = clock, folder / "log"
    door = doorward(POLICY, log=f"target = file:{log}", env=faults.environment())
    assert is_right(door)
    with faults.failing("write", errno.EROFS):
        assert all(is_right(door) for _ in range(20))
        door.configure(POLICY.replace("allow", "deny = ip 192.0.2.77\nallow"))
        door.reload()
        wait_for(lambda: door.ask(REMOTE_ADDR="192.0.2.77").status == 403, "the new configuration")
        assert is_right(door)
    with faults.failing("open", errno.EROFS):
        door.process.send(signal.SIGUSR1)
        door.reload()
        assert all(is_right(door) for _ in range(20))
    wait_for(lambda: "could not be reopened" in log.read_text(), "a line about the log")
    wait_for(lambda: log.read_text().count('"198.51.100.1"') >= 42, "each line, once there is a disk")


def read_only(folder, *command):
    script = f'mount -o bind "{folder}" "{folder}" && mount -o remount,ro,bind "{folder}" && exec "$@"'
    return ["unshare", "-m", "sh", "-ec", script, "sh", *command]


@pytest.mark.skipif(subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode != 0, reason="no right to mount")
@pytest.mark.parametrize(
    "lines, what",
    [
        ("[server]\nlisten = unix:{folder}/x.sock\n", "x.sock.*Read-only file system"),
        ("[server]\nlisten = unix:/tmp/x{pid}.sock\n[log]\ntarget = file:{folder}/log\n", "may not write to .*, which is read-only"),
    ],
)
def test_a_start_on_a_read_only_disk(folder, lines, what):
    (folder / "d.conf").write_text(lines.format(folder=folder, pid=os.getpid()) + POLICY)
    done = subprocess.run(read_only(folder, BINARY, "-c", folder / "d.conf"), capture_output=True, text=True)
    assert done.returncode > 0
    assert re.search(what, done.stderr), done.stderr


# Time


@pytest.fixture
def clock(folder):
    return faults_for(BINARY, folder)


DAYS = 86400


@pytest.mark.parametrize("answers", ["0", "1M"])
def test_certificates_follow_the_wall_clock(doorward, pki, clock, answers):
    """A certificate that has ended, or whose time has not come, is denied, whatever was cached."""
    door = doorward(
        "[policy default]\nrdns = off\nclient_cert = required\nverify = both\n"
        f"ca_file = {pki.authority.file}\nallow = *\n",
        cache=f"answers = {answers}",
        env=clock.environment(),
    )
    known = pki.alice.pem

    def ask(certificate):
        return door.ask(REMOTE_ADDR="192.0.2.1", SSL_CLIENT_CERT=certificate, SSL_CLIENT_VERIFY="SUCCESS").status

    assert ask(known) == 200
    for days, status in [(40, 403), (0, 200), (-400, 403), (20, 200), (31, 403), (0, 200)]:
        clock.shift_clock(days * DAYS)
        assert ask(pki.authority.issue("carol").pem) == status, days
        # A denial is kept for a moment.
        assert ask(known) in (status, 403), days


def test_lookups_rates_and_timeouts_do_not_follow_the_wall_clock(doorward, clock, hostile):
    """Cached names stay as long as their TTL, a rate is counted, and nothing hangs or spins."""
    client = "192.0.2.1"

    def script(query):
        if query.type == "PTR":
            query.send(query.reply([ptr(query.name, "client.example", ttl=3600)]))
        else:
            query.send(query.reply([a(query.name, client, ttl=3600)]))

    server = hostile(script)
    door = doorward(
        "[policy default]\nrdns = double\nallow = host client.example\n"
        "[policy rate]\nrdns = off\ndeny = rate 3/h\nallow = *\n",
        server_of_names=server,
        server="threads = 1",
        env=clock.environment(),
    )
    limited = {"REMOTE_ADDR": client, "DOORWARD_POLICY": "rate"}
    assert [door.ask(limited).status for _ in range(5)] == [200] * 3 + [403] * 2
    assert summary(door.ask(REMOTE_ADDR=client)) == (200, "rule", "client.example")
    asked = len(server.asked())
    for days in [1, -1, 4000, -4000, 0]:
        clock.shift_clock(days * DAYS)
        assert summary(door.ask(REMOTE_ADDR=client)) == (200, "rule", "client.example")
        assert door.ask(limited).status == 403, "a step of the clock gives no new requests"
    assert len(server.asked()) == asked, "a step of the clock empties no cache"
    used = cpu_ms(door.process.pid)
    time.sleep(0.3)
    assert cpu_ms(door.process.pid) - used < 150


def cpu_ms(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 // os.sysconf("SC_CLK_TCK")


def test_a_process_that_stood_still(doorward, hostile):
    """STOP and CONT: what came meanwhile is answered, late; lookups begin again."""
    seconds = 30 if FULL else 3

    def script(query):
        if query.type == "PTR":
            query.send(query.reply([ptr(query.name, "client.example")]))
        else:
            query.send(query.reply([a(query.name, "192.0.2.1")]))

    door = doorward(
        "[policy default]\nrdns = double\nallow = host client.example\n",
        server_of_names=hostile(script),
        server="threads = 2\nrequest_timeout = 60s",
    )
    assert door.ask(IN).status == 200
    with contextlib.ExitStack() as stack:
        waiting = [stack.enter_context(door.connection()) for _ in range(20)]
        door.process.send(signal.SIGSTOP)
        for number, connection in enumerate(waiting):
            connection.timeout = DEADLINE + seconds
            connection.send(fcgi.request_bytes({"REMOTE_ADDR": f"192.0.2.{1 + number % 2}"}))
        time.sleep(seconds)
        door.process.send(signal.SIGCONT)
        door.decided += len(waiting)
        for number, connection in enumerate(waiting):
            status = connection.read_reply().status
            assert status == (200 if number % 2 == 0 else 403), (number, status)
    assert summary(door.ask(IN)) == (200, "rule", "client.example")
