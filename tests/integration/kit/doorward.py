# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""doorward itself: started with a configuration, asked, stopped, and checked afterwards."""

import atexit
import collections
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from pathlib import Path

import fcgi
from kit import life
from kit.process import DEADLINE, Process, connects, settled, wait_for


def within_reach(path):
    """Some front ends start it as a user of their own that cannot enter this folder."""
    if all(folder.stat().st_mode & stat.S_IXOTH for folder in path.parents):
        return path
    folder = Path(tempfile.mkdtemp(prefix="doorward-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)
    return Path(shutil.copy(path, folder))


BUILT = Path(os.environ.get("DOORWARD", "build/release/doorward")).resolve()
BINARY = within_reach(BUILT)
SANITIZED = b"__asan_init" in BUILT.read_bytes()
SANITIZER = re.compile(r"(Address|Leak|UndefinedBehavior|Thread)Sanitizer|runtime error:")
BLOCKED = "sandbox: the system call "


def assert_clean(text, may_be_blocked=False):
    """No sanitizer reported an error, and the sandbox has blocked nothing."""
    assert not SANITIZER.search(text), text
    assert may_be_blocked or BLOCKED not in text, text


def run(*arguments, env=None, cwd=None, input=b"", expect=None):
    """The program as a command: (exit status, stdout, stderr)."""
    done = subprocess.run(
        [BINARY, *map(os.fspath, arguments)],
        env={**os.environ, **(env or {})},
        cwd=cwd,
        input=input,
        capture_output=True,
        timeout=DEADLINE,
    )
    errors = done.stderr.decode(errors="backslashreplace")
    assert_clean(errors)
    if expect is not None:
        assert done.returncode == expect, f"exit {done.returncode}: {done.stdout!r} {errors}"
    return done.returncode, done.stdout.decode(errors="backslashreplace"), errors


def json_lines(text):
    """The JSON objects in a log. A last line without its end is still being written."""
    return [json.loads(line) for line in text.split("\n")[:-1] if line.startswith("{")]


def configuration(policy="", **sections):
    """INI text from sections by name; `policy` is the end, with its own section headers."""
    text = ""
    for section in ("server", "frontend", "dns", "cache", "shared", "log"):
        if sections.get(section):
            lines = [line.strip() for line in sections[section].strip().splitlines()]
            text += f"[{section}]\n" + "\n".join(lines) + "\n"
    return sections.get("before", "") + text + policy


Waits = collections.namedtuple("Waits", "task count")


def waits_of(pid, name):
    """How often the thread of that name has waited; None: the process has none."""
    for task in Path(f"/proc/{pid}/task").glob("*"):
        try:
            if (task / "comm").read_text() == f"{name}\n":
                count = re.search(r"^voluntary_ctxt_switches:\s+(\d+)", (task / "status").read_text(), re.M)
                return Waits(f"{pid}/task/{task.name}", int(count[1]))
        except (FileNotFoundError, ProcessLookupError):
            pass
    return None


class Doorward:
    """
    A running doorward. `policy` is the subject of the test; the lines of the sections are added to
    the settings that every test needs: a Unix socket, two threads, decisions as JSON on stderr.
    """

    def __init__(
        self,
        folder,
        policy="[policy default]\n",
        *,
        listen=None,
        address=None,
        server="",
        frontend="",
        dns="",
        cache="",
        shared="",
        log="",
        before="",
        argv=None,
        wait=True,
        may_be_blocked=False,
        **popen,
    ):
        self.may_be_blocked = may_be_blocked
        self.folder = folder
        self.socket = folder / "doorward.sock"
        self.address = address or str(self.socket)
        self.file = folder / "doorward.conf"
        if "threads" not in server:
            server += "\nthreads = 2"
        # Sockets are opened in this order: if the last one listens, all do.
        self._fixed = dict(
            server=f"{server}\nlisten = {listen or f'unix:{self.socket}'}",
            frontend=frontend,
            dns=f"{dns}\nprivate_ptr = yes" if "private_ptr" not in dns else dns,
            cache=cache,
            shared=shared,
            log=f"format = json\nlevel = debug\n{log}" if "format" not in log else log,
            before=before,
        )
        self.configure(policy)
        self.logs_all = "decisions" not in log and "target" not in log and "level" not in log
        self.decided = 0
        self.process = Process(
            argv or [BINARY, "-c", self.file], folder / "doorward.stderr", **popen
        )
        if wait:
            self.process.wait_until(lambda: connects(self.where()), "a listening doorward")

    def where(self):
        """The address in the form that a socket takes: a path, or host and port."""
        if self.address.startswith("/"):
            return self.address
        host, _, port = self.address.rpartition(":")
        return host.strip("[]"), int(port)

    def configure(self, policy, **sections):
        """By renaming, so that a reload never reads half a file."""
        sections = {**self._fixed, **sections}
        if "size" not in sections["cache"]:
            # ASan fills the tables of the default size, which costs a fifth of a start.
            sections["cache"] += "\nsize = 1M"
        text = configuration(policy, **sections)
        new = self.file.with_suffix(".new")
        new.write_text(text)
        new.replace(self.file)

    # Asking

    def ask(self, params=None, role=fcgi.RESPONDER, **more):
        """One request over its own connection. Params: a dict (lists repeat a name) or pairs."""
        pairs = list(params.items() if isinstance(params, dict) else params or [])
        pairs += list(more.items())
        reply = fcgi.request(self.address, pairs, role, timeout=DEADLINE)
        self.decided += "DOORWARD_ENDPOINT" not in dict(pairs)
        return reply

    def connection(self):
        return fcgi.Connection(self.address, DEADLINE)

    # Its output

    def stderr(self):
        """The log is written some hundredths of a second after the responses, until the end."""
        if self.process.running():
            self._wait_for_writer()
            return settled(self.process.output)
        return self.process.output()

    def log(self):
        """The log's JSON lines."""
        return json_lines(self.stderr())

    def decisions(self, at_least=0):
        """The log's decision lines. Waits for one line for each request that ask() sent, or for
        `at_least` of them."""
        expected = max(self.decided, at_least)
        self._wait_for_silence()
        if not (self.process.running() and self.logs_all and expected):
            return [line for line in self.log() if "reason" in line]

        def lines():
            found = [line for line in json_lines(self.process.output()) if "reason" in line]
            return found if len(found) >= expected else None

        return wait_for(lines, "a log line for each decision")

    def _wait_for_silence(self):
        def is_silent():
            before = self.process.output()
            time.sleep(0.05)
            return self.process.output() == before

        if self.process.running():
            self._wait_for_writer()
            wait_for(is_silent, "the log's last line")

    def _wait_for_writer(self):
        """A line is handed to the log's thread before its response is sent. It is written once this
        thread has gone round, and has rested after it; or was asleep, and has not been woken."""
        first = waits_of(self.process.pid, "log")

        def is_written():
            now = waits_of(self.process.pid, "log")
            if not (first and now) or now.count >= first.count + 3:
                return True
            if life.state(now.task) != "S":
                return False
            time.sleep(0.05)  # longer than it rests
            return waits_of(self.process.pid, "log") == now

        wait_for(is_written, "a round of the log's thread")

    def wait_for_log(self, pattern):
        return wait_for(lambda: re.search(pattern, self.process.output()), f"{pattern!r} in the log")

    # Its end

    def reload(self):
        self.process.send(signal.SIGHUP)

    def stop(self, number=signal.SIGTERM, expect=0):
        status = self.process.stop(number)
        assert status == expect, f"exit status {status}:\n{self.stderr()}"
        assert_clean(self.stderr(), self.may_be_blocked)

    def close(self):
        """For the fixture: a doorward that still runs must end with 0, and each must be clean."""
        try:
            if self.process.running():
                self.stop()
            assert_clean(self.stderr(), self.may_be_blocked)
        finally:
            self.process.kill()


def reason(reply):
    return reply.header("X-Doorward-Reason")


def hostname(reply):
    return reply.header("X-Client-Hostname")


def summary(reply):
    """The part of a response that most tests check: (status, reason, host name)."""
    return reply.status, reason(reply), hostname(reply)
