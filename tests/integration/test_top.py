# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""doorward top, on a terminal and in a pipe."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import threading

import pytest

from kit.doorward import BINARY, run
from kit.process import DEADLINE, wait_for
from test_glance import HOSTILE, started
from test_status import IN, OUT

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class Terminal:
    def __init__(self, *argv, rows=24, columns=80, **env):
        self.ours, theirs = pty.openpty()
        self.resize(rows, columns)
        environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "CLICOLOR_FORCE")}
        self.before = termios.tcgetattr(theirs)
        self.process = subprocess.Popen(
            [BINARY, *map(os.fspath, argv)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env={**environment, "TERM": "xterm", "LANG": "C.UTF-8", "LC_ALL": "", **env},
        )
        self.theirs = theirs
        self.got = b""
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        try:
            while piece := os.read(self.ours, 65536):
                self.got += piece
        except OSError:
            pass

    def resize(self, rows, columns):
        fcntl.ioctl(self.ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys):
        os.write(self.ours, keys)

    def frames(self):
        """The lines of each whole screen."""
        text = self.got.decode(errors="replace").split("\x1b[?7l")[-1]
        whole = [frame.split("\x1b[J")[0] for frame in text.split("\x1b[H")[1:] if "\x1b[J" in frame]
        return [[line.replace("\x1b[K", "") for line in frame.split("\r\n")] for frame in whole]

    def frame(self, number=0):
        return wait_for(lambda: self.frames()[number:] and self.frames()[number], "a screen")

    def ended(self):
        """The exit status, once the terminal has left the second screen."""
        status = self.process.wait(DEADLINE)
        wait_for(lambda: self.got.endswith(b"\x1b[?7h\x1b[?25h\x1b[?1049l"), "the first screen")
        return status

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.theirs)


@pytest.fixture
def door(doorward, folder):
    return started(doorward, folder)


@pytest.fixture
def top(door, stack):
    def start(**how):
        terminal = Terminal("top", "-c", door.file, **how)
        stack.callback(terminal.close)
        return terminal

    return start


def test_it_shows_the_state_until_q(door, top):
    for _ in range(3):
        door.ask(OUT)
    terminal = top(rows=60, columns=160)
    frame = [COLOUR.sub("", line) for line in terminal.frame()]
    assert frame[0].startswith("allow ") and frame[1].startswith("deny ") and frame[2].startswith("error ")
    assert sum(OUT["REMOTE_ADDR"] in line for line in frame) == 3
    assert any(line.startswith("Decisions ") and "deny 3" in line for line in frame)
    terminal.type(b"q")
    assert terminal.ended() == 0
    # The terminal is as it was.
    assert termios.tcgetattr(terminal.theirs) == terminal.before


@pytest.mark.parametrize("how", ["ctrl-c", "term", "hangup"])
def test_other_ends_leave_the_terminal_as_it_was(top, how):
    terminal = top()
    terminal.frame()
    if how == "ctrl-c":
        terminal.type(b"\x03")
    else:
        terminal.process.send_signal(15 if how == "term" else 1)
    assert terminal.ended() == 0
    assert termios.tcgetattr(terminal.theirs) == terminal.before


def test_it_fits_and_resizes(door, top):
    for _ in range(5):
        door.ask(OUT, REQUEST_URI="/" + "\u00e9" * 200)
    terminal = top(rows=10, columns=40)
    frame = [COLOUR.sub("", line) for line in terminal.frame()]
    assert len(frame) == 10 and max(map(len, frame)) == 40
    seen = len(terminal.frames())
    terminal.resize(30, 100)
    frame = [COLOUR.sub("", line) for line in wait_for(
        lambda: next((f for f in terminal.frames()[seen:] if len(f) > 10), None), "a larger screen", 1
    )]
    assert len(frame) <= 30 and max(map(len, frame)) == 100


def test_it_asks_again(door, top):
    terminal = top(rows=60, columns=160)
    terminal.frame()
    door.ask(OUT)
    wait_for(lambda: OUT["REMOTE_ADDR"] in "".join(terminal.frames()[-1]), "the decision")
    door.stop()
    wait_for(lambda: "does not run" in "".join(terminal.frames()[-1]), "the end of the process")


def test_a_client_cannot_reach_the_terminal(door, top):
    door.ask(OUT, HTTP_USER_AGENT=HOSTILE, REQUEST_URI=HOSTILE, HTTP_HOST=HOSTILE, DOORWARD_POLICY=HOSTILE)
    text = "\n".join(top(rows=60, columns=400).frame())
    assert "<script>" in text and "\x1b" not in COLOUR.sub("", text).replace("\x1b[2m", "") and "\u202e" not in text
    assert "\x1b[31m\r" not in text and r"\x1b" in text


def test_no_colours(top):
    assert not COLOUR.search("".join(top(NO_COLOR="1").frame()))


def test_a_pipe_gets_it_once(door):
    door.ask(IN)
    door.ask(OUT)
    shown = run("top", "-c", door.file, expect=0)[1]
    assert "\x1b" not in shown and shown.startswith("allow ") and shown.count("Decisions ") == 1
    assert "unexpected argument" in run("top", "x", expect=64)[2]
    door.stop()
    assert "does not run" in run("top", "-c", door.file, expect=2)[2]
