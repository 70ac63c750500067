# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Service managers, upgrades to a new process, and clients that ask during an upgrade."""

import contextlib
import os
import re
import select
import signal
import socket
import threading

import fcgi
from kit.process import DEADLINE, wait_for


class Manager:
    """The service manager's end of NOTIFY_SOCKET."""

    def __init__(self, folder):
        self.path = folder / "notify.sock"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.path))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.path.chmod(0o777)
        self.heard = []  # (PID, {name: value})

    def environment(self, **more):
        return {**os.environ, "NOTIFY_SOCKET": str(self.path), **more}

    def close(self):
        self.socket.close()

    def listen(self, seconds=0):
        """Reads the messages that have come, and waits for the first one at most this long."""
        while select.select([self.socket], [], [], seconds)[0]:
            text, ancillary, _, _ = self.socket.recvmsg(4096, socket.CMSG_SPACE(12))
            pid = int.from_bytes(ancillary[0][2][:4], "little")
            lines = text.decode().splitlines()
            self.heard.append((pid, dict(line.split("=", 1) for line in lines)))
            seconds = 0
        return self.heard

    def said(self, name):
        return [message[name] for _, message in self.listen() if name in message]

    def wait_for(self, name, count=1):
        """The latest value, once there are `count` of them."""
        wait_for(lambda: len(self.said(name)) >= count, f"{count} of {name}=")
        return self.said(name)[-1]


def state(pid):
    """As in proc(5): R, S, T, Z, …; None: there is no such process."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return None


def ended(pid):
    return state(pid) in (None, "Z", "X")


def new_process(door, number=1):
    """The PID of the process after the number-th upgrade."""

    def found():
        pids = re.findall(r"hand-over: PID (\d+) serves now", door.stderr())
        return len(pids) >= number and int(pids[number - 1])

    return wait_for(found, "a new process")


def upgrade(door, pid, number=1):
    """Upgrades `pid`, waits until it has ended, and returns the PID of the new process."""
    os.kill(pid, signal.SIGUSR2)
    new = new_process(door, number)
    wait_for(lambda: ended(pid), f"the end of {pid}")
    return new


def end(pid):
    os.kill(pid, signal.SIGTERM)
    wait_for(lambda: ended(pid), f"the end of {pid}")


class Callers:
    """
    Threads that ask until they are told to stop: `kept` threads over kept connections, as front
    ends do (a closed connection is replaced before it is used; if a connection closes without a
    byte of a response, it is replaced, and the request sent again: `retried`), and `fresh` threads
    over a new connection for each request. `wrong` has every response that was lost or not as
    expected.
    """

    def __init__(self, where, questions, kept, fresh):
        self.where, self.questions = where, questions
        self.answers, self.retried, self.wrong = 0, 0, []
        self.leave, self.lock = threading.Event(), threading.Lock()
        runs = [self._keep] * kept + [self._renew] * fresh
        self.threads = [threading.Thread(target=self._run, args=(run,)) for run in runs]

    def _run(self, run):
        try:
            run()
        except (OSError, fcgi.ProtocolError) as error:
            self.wrong.append(repr(error))

    def _check(self, reply, wanted):
        with self.lock:
            self.answers += 1
            if reply.status != wanted:
                self.wrong.append((reply.status, wanted))

    def _asked(self):
        n = 0
        while not self.leave.wait(0.002):
            n += 1
            yield self.questions[n % len(self.questions)]

    def _renew(self):
        for params, wanted in self._asked():
            self._check(fcgi.request(self.where, params, timeout=DEADLINE), wanted)

    def _keep(self):
        with contextlib.ExitStack() as stack:

            def connect():
                return stack.enter_context(fcgi.Connection(self.where, DEADLINE))

            kept, used = connect(), False
            for params, wanted in self._asked():
                if select.select([kept.sock], [], [], 0)[0]:
                    stack.close()
                    kept, used = connect(), False
                kept.records.clear()
                try:
                    reply = kept.request(params)
                except (ConnectionError, fcgi.ProtocolError):
                    if not used or kept.records:
                        raise
                    stack.close()
                    with self.lock:
                        self.retried += 1
                    kept = connect()
                    reply = kept.request(params)
                self._check(reply, wanted)
                used = True

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *exc):
        self.leave.set()
        for thread in self.threads:
            thread.join()

    def some_more(self, count=500):
        enough = self.answers + count
        wait_for(lambda: self.answers >= enough or self.wrong, "more answers")
        assert self.wrong == [], self.wrong
