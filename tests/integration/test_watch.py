# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""doorward watch: decisions as they are made."""

import os
import re
import subprocess

import pytest

from kit.doorward import BINARY, run
from kit.process import Process, wait_for
from test_glance import HOSTILE, started
from test_status import IN, OUT

LINE = re.compile(r"^\d\d:\d\d:\d\dZ (allow|deny|error) +(\d+) (\S+) +(\S+) +(\S+) +(\S+) (.*?) ?([0-9a-f]{24})$")


@pytest.fixture
def door(doorward, folder):
    return started(doorward, folder)


@pytest.fixture
def watch(door, folder, stack):
    started = []

    def start(*options, **env):
        started.append(folder / f"watch.{len(started)}")
        process = Process([BINARY, "watch", "-c", door.file, *options], started[-1], env={**os.environ, **env})
        stack.callback(process.kill)
        return process

    return start


def lines(process, count):
    def enough():
        found = process.output().splitlines()
        return found if len(found) >= count else None

    return wait_for(enough, f"{count} lines of doorward watch")


def test_each_decision_has_a_line(door, watch):
    door.ask(IN, REQUEST_METHOD="GET", REQUEST_URI="/before")
    process = watch()
    lines(process, 1)
    door.ask(OUT, REQUEST_METHOD="GET", REQUEST_URI="/after", HTTP_HOST="x.example", HTTP_USER_AGENT="ua")
    for number in range(30):
        door.ask(IN, REQUEST_URI=f"/{number}")
    shown = [LINE.match(line) for line in lines(process, 32)]
    assert all(shown) and len(shown) == 32
    assert [m[8] for m in shown] == [r["id"] for r in reversed(door.admin.recent(limit=1000))]
    assert shown[1].groups()[:7] == ("deny", "403", "default", "default", OUT["REMOTE_ADDR"], "-", 'GET x.example/after "ua"')


def test_denied_ones_of_a_policy(door, watch):
    process = watch("--denied", "--policy", "other")
    door.ask(IN)
    door.ask(OUT)
    door.ask(IN, DOORWARD_POLICY="other")
    [line] = lines(process, 1)
    assert LINE.match(line)[4] == "other" and LINE.match(line)[1] == "deny"


def test_a_client_cannot_reach_the_terminal(door, watch):
    process = watch()
    door.ask(OUT, HTTP_USER_AGENT=HOSTILE, REQUEST_URI=HOSTILE, HTTP_HOST=HOSTILE, DOORWARD_POLICY=HOSTILE)
    [line] = lines(process, 1)
    assert "\x1b" not in line and "\u202e" not in line and "<script>" in line and r"\x1b" in line


def test_colours(door, watch):
    process = watch(CLICOLOR_FORCE="1")
    door.ask(OUT)
    assert "\x1b[31mdeny" in lines(process, 1)[0]
    process = watch(CLICOLOR_FORCE="1", NO_COLOR="1")
    assert "\x1b" not in lines(process, 1)[0]


def test_it_goes_on_after_a_restart(doorward, door, watch, folder):
    process = watch()
    door.ask(IN)
    lines(process, 1)
    door.stop()
    wait_for(lambda: "does not run" in process.output(), "a message")
    again = started(doorward, folder)
    again.ask(OUT)
    assert "deny" in lines(process, 4)[-1]
    assert process.output().count("does not run") == 1


def test_what_it_cannot_watch(doorward, folder, door):
    assert "unexpected argument" in run("watch", "x", expect=64)[2]
    door.stop()
    assert "does not run" in run("watch", "-c", door.file, expect=2)[2]
    door = started(doorward, folder, server="recent = 0")
    assert "keeps no recent decisions" in run("watch", "-c", door.file, expect=2)[2]


def test_a_closed_pipe_ends_it(door):
    door.ask(IN)
    shown = subprocess.run(f"'{BINARY}' watch -c '{door.file}' | head -n 1", shell=True, capture_output=True, timeout=20)
    assert shown.stdout.count(b"\n") == 1
