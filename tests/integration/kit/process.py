# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Processes, ports and waiting with a deadline."""

import os
import random
import signal
import socket
import subprocess
import time

DEADLINE = 30.0  # seconds; generous, for sanitizers on a slow machine


def wait_for(condition, what, seconds=DEADLINE):
    """Polls until `condition` returns a true value, and returns this value."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds:.0f} s in vain: {what}")
        time.sleep(0.01)


def settled(read, seconds=0.05, most=0.5):
    """The result of `read` once it has not changed for a while, or at the deadline."""
    last = read()
    end = time.monotonic() + most
    since = time.monotonic()
    while time.monotonic() < min(since + seconds, end):
        time.sleep(0.01)
        now = read()
        if now != last:
            last, since = now, time.monotonic()
    return last


# Test processes that run side by side (pytest-xdist) have no port in common.
PORTS = range(20000, 32000)[
    int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])::int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
]

_given = set()


def free_port(host="127.0.0.1"):
    """A port that is free for TCP and UDP, below the range of ephemeral ports."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    while True:
        port = random.choice(PORTS)
        if port in _given:
            continue
        try:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(family, kind) as probe:
                    probe.bind((host, port))
        except OSError:
            continue
        _given.add(port)
        return port


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


def connects(address):
    """Whether a process listens on a Unix socket's path or a (host, port)."""
    if isinstance(address, tuple):
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    else:
        family, address = socket.AF_UNIX, os.fspath(address)
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(DEADLINE)
        try:
            probe.connect(address)
            return True
        except OSError:
            return False


class Process:
    """A child whose output goes to a file and that never outlives its test."""

    def __init__(self, argv, log, **popen):
        self.argv = [os.fspath(a) for a in argv]
        self.log = log
        with open(log, "ab") as output:
            popen.setdefault("stdin", subprocess.DEVNULL)
            popen.setdefault("stdout", output)
            self.popen = subprocess.Popen(
                self.argv, stderr=output, start_new_session=True, **popen
            )

    @property
    def pid(self):
        return self.popen.pid

    def output(self):
        return self.log.read_text(errors="backslashreplace")

    def running(self):
        return self.popen.poll() is None

    def wait_until(self, condition, what):
        """As wait_for, but fails as soon as the process has ended."""

        def step():
            if condition():
                return True
            if not self.running():
                raise AssertionError(
                    f"{self.argv[0]} ended with {self.popen.returncode} "
                    f"instead of {what}:\n{self.output()}"
                )
            return False

        try:
            wait_for(step, what)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.output()}") from None

    def send(self, number):
        self.popen.send_signal(number)

    def ended(self):
        """The exit status, once the process has ended."""
        try:
            return self.popen.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.argv[0]} does not end:\n{self.output()}") from None

    def stop(self, number=signal.SIGTERM):
        if self.running():
            self.send(number)
        return self.ended()

    def kill(self):
        """Ends the whole process group in any state."""
        try:
            os.killpg(self.popen.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        self.popen.wait()
