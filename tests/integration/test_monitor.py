# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The monitor: the process beside the one that serves, which starts its successor."""

import os
import signal
import socket
from pathlib import Path

import pytest

import fcgi
from kit import life
from kit.process import free_port, wait_for

POLICY = "[policy default]\nrdns = off\nallow = ip 192.0.2.0/24\n"
IN = {"REMOTE_ADDR": "192.0.2.1"}


def monitors(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as children:
        return [int(child) for child in children.read().split()]


def monitor(door):
    door.wait_for_log("serving on")
    [pid] = monitors(door.process.pid)
    wait_for(lambda: name(pid) == "dw-monitor", "the name of the monitor")
    return pid


def name(pid):
    with open(f"/proc/{pid}/comm") as comm:
        return comm.read().strip()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_it_ends_with_the_process_that_serves(doorward, number):
    door = doorward(POLICY)
    pid = monitor(door)
    door.process.send(number)
    door.process.ended()
    wait_for(lambda: life.ended(pid), "the end of the monitor")


def test_it_holds_no_socket_that_serves(doorward):
    """A client that connects while the process stops must not wait in a queue that stays open."""
    port = free_port()
    door = doorward(POLICY, server=f"listen = 127.0.0.1:{port}")
    os.kill(monitor(door), signal.SIGSTOP)
    try:
        assert fcgi.request(f"127.0.0.1:{port}", IN).status == 200
        door.stop()
        for family, where in ((socket.AF_INET, ("127.0.0.1", port)), (socket.AF_UNIX, str(door.socket))):
            with socket.socket(family) as client, pytest.raises(OSError):
                client.connect(where)
    finally:
        door.process.kill()


def test_it_ignores_the_signals_of_its_group(doorward):
    door = doorward(POLICY)
    pid = monitor(door)
    for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGTERM, signal.SIGINT):
        os.kill(pid, number)
    new = life.upgrade(door, door.process.pid)
    wait_for(lambda: life.ended(pid), "the end of the first monitor")
    assert door.ask(IN).status == 200
    life.end(new)


def has_ended(pid):
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"


def test_without_it_the_process_goes_on(doorward):
    door = doorward(POLICY)
    pid = monitor(door)
    os.kill(pid, signal.SIGKILL)
    # Its end, and not that of a question that it has begun.
    wait_for(lambda: has_ended(pid), "the end of the monitor")
    for _ in range(2):
        door.process.send(signal.SIGUSR2)
    door.wait_for_log(r"no process can be started: the monitor \(dw-monitor\) has ended, .*; this one goes on")
    assert door.ask(IN).status == 200
    door.stop()


def test_a_monitor_that_did_not_answer_starts_nothing_later(doorward):
    door = doorward(POLICY)
    pid = monitor(door)
    os.kill(pid, signal.SIGSTOP)
    door.process.send(signal.SIGUSR2)
    door.wait_for_log("no process can be started: Connection timed out; this one goes on")
    os.kill(pid, signal.SIGCONT)
    assert door.ask(IN).status == 200
    new = life.upgrade(door, door.process.pid)
    assert f"was started as PID {new}" in door.stderr()
    assert door.stderr().count("serving on") == 2
    life.end(new)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_it_is_of_the_same_user(doorward, folder):
    folder.chmod(0o777)
    door = doorward(POLICY, server="user = nobody\nsocket_mode = 0666")
    with open(f"/proc/{monitor(door)}/status") as status:
        lines = dict(line.rstrip("\n").split(":\t", 1) for line in status)
    assert set(lines["Uid"].split()) == {"65534"}
    assert int(lines["CapEff"], 16) == 0
