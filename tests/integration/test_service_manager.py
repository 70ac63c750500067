# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The messages to the service manager, by a real NOTIFY_SOCKET."""

import contextlib
import ctypes
import os
import signal
import socket
import time
from pathlib import Path

import pytest

from kit import life
from kit.doorward import Doorward
from kit.process import DEADLINE, wait_for

OPEN = "[policy default]\nrdns = off\nallow = *\n"
SHUT = "[policy default]\nrdns = off\ndeny = *\n"
BAD = "[policy default]\nnonsense = 1\n"
CLIENT = {"REMOTE_ADDR": "192.0.2.1"}
PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT, WALL = 17, 0x4206, 0x4207, 0x40000000


@pytest.fixture
def manager(folder, stack):
    manager = life.Manager(folder)
    stack.callback(manager.close)
    return manager


def test_ready_once_it_serves(doorward, manager):
    door = doorward(OPEN, env=manager.environment(), wait=False)
    manager.wait_for("READY")
    assert door.ask(CLIENT).status == 200
    pid, message = manager.heard[0]
    assert pid == door.process.pid
    assert message["READY"] == "1"
    assert message["STATUS"] == f"serving on unix:{door.socket} with 2 thread(s), policies from {door.file}"
    door.stop()
    assert [list(message) for _, message in manager.listen()] == [
        ["READY", "STATUS"],
        ["STOPPING", "STATUS"],
    ]


def test_an_abstract_address(doorward):
    name = f"doorward-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("\0" + name)
        listening.settimeout(DEADLINE)
        doorward(OPEN, env={**os.environ, "NOTIFY_SOCKET": "@" + name})
        assert listening.recv(4096).startswith(b"READY=1\n")


@pytest.mark.parametrize("address", ["", "relative", "@", "/" + "x" * 108, "/missing/folder"])
def test_a_manager_that_cannot_be_reached(doorward, address):
    door = doorward(OPEN, env={**os.environ, "NOTIFY_SOCKET": address})
    door.wait_for_log("NOTIFY_SOCKET")
    assert door.ask(CLIENT).status == 200


@pytest.mark.parametrize(
    "policy, more", [(BAD, {}), (OPEN, {"server": "listen = unix:/missing/folder/s"})]
)
def test_a_process_that_cannot_serve_is_never_ready(folder, manager, stack, policy, more):
    door = Doorward(folder, policy, env=manager.environment(), wait=False, **more)
    stack.callback(door.process.kill)
    assert door.process.ended() != 0
    assert manager.said("READY") == []


def test_a_reload(doorward, manager):
    door = doorward(OPEN, env=manager.environment())
    manager.wait_for("READY")
    for count, (policy, status) in enumerate([(SHUT, 403), (OPEN, 200)] * 5, 2):
        before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        door.configure(policy)
        door.reload()
        manager.wait_for("READY", count)
        assert door.ask(CLIENT).status == status
        assert before <= int(manager.said("MONOTONIC_USEC")[-1])
    order = [name for _, message in manager.heard for name in message if name in ("RELOADING", "READY")]
    assert order == ["READY"] + ["RELOADING", "READY"] * 10


def test_a_reload_that_fails(doorward, manager):
    door = doorward(OPEN, env=manager.environment())
    manager.wait_for("READY")
    door.configure(BAD)
    door.reload()
    manager.wait_for("READY", 2)
    assert manager.said("STATUS")[-1].startswith("reload failed: ")
    assert len(manager.said("RELOADING")) == 1
    door.configure(SHUT)
    door.reload()
    manager.wait_for("READY", 3)
    assert manager.said("STATUS")[-1].startswith("serving on ")
    assert door.ask(CLIENT).status == 403


def watchdog(manager, milliseconds, **more):
    return manager.environment(WATCHDOG_USEC=str(milliseconds * 1000), **more)


@contextlib.contextmanager
def a_worker_stopped(pid):
    """Stops one thread of many, as in an endless loop or a deadlock (ptrace(2))."""
    tasks = [int(task) for task in os.listdir(f"/proc/{pid}/task")]
    workers = [t for t in tasks if Path(f"/proc/{pid}/task/{t}/comm").read_text() == "worker\n"]
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    libc.ptrace.restype = ctypes.c_long

    def ptrace(request):
        assert libc.ptrace(request, workers[-1], None, None) == 0, os.strerror(ctypes.get_errno())

    ptrace(PTRACE_SEIZE)
    ptrace(PTRACE_INTERRUPT)
    os.waitpid(workers[-1], WALL)
    yield
    ptrace(PTRACE_DETACH)


def test_the_watchdog(doorward, manager):
    door = doorward(OPEN, env=watchdog(manager, 200))
    manager.wait_for("WATCHDOG", 5)
    assert {pid for pid, _ in manager.heard} == {door.process.pid}


def test_no_watchdog_for_another(doorward, manager):
    doorward(OPEN, env=watchdog(manager, 20, WATCHDOG_PID="1"))
    manager.wait_for("READY")
    manager.listen(0.2)
    assert manager.said("WATCHDOG") == []


def test_a_worker_that_hangs_stops_the_watchdog(doorward, manager):
    door = doorward(OPEN, env=watchdog(manager, 200), server="threads = 3")
    manager.wait_for("WATCHDOG", 3)
    with a_worker_stopped(door.process.pid):
        manager.listen(0.1)
        count = len(manager.said("WATCHDOG"))
        door.reload()
        manager.wait_for("RELOADING")
        time.sleep(1)
        assert len(manager.said("WATCHDOG")) == count
        assert len(manager.said("READY")) == 1
    manager.wait_for("WATCHDOG", count + 3)
    assert len(manager.said("READY")) == 2


def test_the_new_process_is_the_main_process(doorward, manager, folder):
    door = doorward(OPEN, env=watchdog(manager, 200))
    manager.wait_for("WATCHDOG", 2)
    door.configure(SHUT)
    new = life.upgrade(door, door.process.pid)
    manager.wait_for("READY", 2)
    count = len(manager.said("WATCHDOG"))
    manager.wait_for("WATCHDOG", count + 3)
    told = [n for n, (_, message) in enumerate(manager.heard) if "MAINPID" in message]
    assert [manager.heard[n][1]["MAINPID"] for n in told] == [str(new)]
    assert {pid for pid, _ in manager.heard[: told[0] + 1]} == {door.process.pid}
    assert {pid for pid, _ in manager.heard[told[0] + 1 :]} == {new}
    assert "STOPPING" not in str(manager.heard)
    assert door.ask(CLIENT).status == 403
    life.end(new)
    manager.wait_for("STOPPING")


def test_an_upgrade_that_fails_is_told(doorward, manager):
    door = doorward(OPEN, env=manager.environment())
    manager.wait_for("READY")
    door.configure(BAD)
    door.process.send(signal.SIGUSR2)
    wait_for(lambda: "hand-over failed" in manager.said("STATUS")[-1], "the failure")
    assert manager.said("MAINPID") == []
    assert len(manager.said("READY")) == 1
