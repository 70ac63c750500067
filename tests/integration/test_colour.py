# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Colours of check and test: on a terminal, by NO_COLOR and CLICOLOR_FORCE, and by hostile text."""

import os
import pty
import re
import subprocess

import pytest

from kit.doorward import BINARY, run
from kit.process import DEADLINE
from kit.terminal import read_to_end

POLICY = """[policy default]
rdns = off
deny = user_agent ~ evil
allow = ip 192.0.2.0/24
"""
CASES = """[case good]
ip = 192.0.2.1
expect = allow
[case bad]
ip = 198.51.100.1
expect = allow
"""
GREEN, RED = "\x1b[32m", "\x1b[31m"
SGR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def conf(folder):
    file = folder / "doorward.conf"
    file.write_text(f"[server]\nlisten = unix:{folder}/s\n" + POLICY)
    (folder / "cases").write_text(CASES)
    return file


def on_terminal(*arguments, **env):
    """What the program writes to a terminal."""
    ours, theirs = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "CLICOLOR_FORCE")}
    process = subprocess.Popen(
        [BINARY, *map(os.fspath, arguments)], stdin=theirs, stdout=theirs, stderr=theirs,
        env={**environment, "TERM": "xterm", **env},
    )
    os.close(theirs)
    got = read_to_end(ours)
    process.wait(DEADLINE)
    return got.decode().replace("\r\n", "\n")


def commands(conf):
    return [("check", "-c", conf, "--ip", "192.0.2.1"), ("test", "-c", conf, conf.parent / "cases")]


def test_a_terminal_has_colours(conf):
    check, test = (on_terminal(*command) for command in commands(conf))
    assert f"Decision     {GREEN}allow\x1b[0m, status 200" in check
    assert f"{RED}false\x1b[0m" in check and f"{GREEN}holds\x1b[0m" in check
    assert f"{GREEN}ok\x1b[0m 1 - good" in test and f"{RED}not ok\x1b[0m 2 - bad" in test
    assert f"#   Decision     {RED}deny\x1b[0m" in test


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}])
def test_a_terminal_without_colours(conf, env):
    for command in commands(conf):
        assert "\x1b" not in on_terminal(*command, **env)


@pytest.mark.parametrize("env", [{}, {"CLICOLOR_FORCE": "0"}, {"CLICOLOR_FORCE": ""}, {"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}])
def test_a_pipe_has_none(conf, env):
    for command in commands(conf):
        assert "\x1b" not in run(*command, env=env)[1]


def test_colours_can_be_forced_and_change_nothing_else(conf):
    for command in commands(conf):
        plain = run(*command)[1]
        forced = run(*command, env={"CLICOLOR_FORCE": "1", "NO_COLOR": ""})[1]
        assert forced != plain and SGR.sub("", forced) == plain


def test_json_has_none(conf):
    forced = run("check", "-c", conf, "--ip", "192.0.2.1", "--json", env={"CLICOLOR_FORCE": "1"})[1]
    assert "\x1b" not in forced and forced.startswith("{")


@pytest.mark.parametrize(
    "option, text",
    [
        ("--user-agent", "\x1b[32mDecision     allow\x1b[0m"),
        ("--user-agent", "x\nDecision     allow, status 200"),
        ("--user-agent", "\x9b32m \u202e \x07 \x1b]0;title\x07"),
        ("--uri", "/\x1b[2J/: holds"),
        ("--http-host", "a\x1b[31m.example"),
        ("--policy", "\x1b[32mdefault"),
    ],
)
def test_escape_sequences_of_a_client_do_not_pass(conf, option, text):
    arguments = ["check", "-c", conf, "--ip", "198.51.100.1", option, text]
    plain = run(*arguments, expect=1)[1]
    forced = run(*arguments, env={"CLICOLOR_FORCE": "1"}, expect=1)[1]
    assert SGR.sub("", forced) == plain
    for output in (plain, SGR.sub("", forced)):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", output)
    assert GREEN not in forced and len(re.findall(r"^Decision", plain, re.M)) == 1


def test_a_case_cannot_colour_its_name(folder, conf):
    (folder / "cases").write_text("[case a\x9b31m \x7f]\nip = 192.0.2.1\nexpect = allow\n")
    out = run("test", "-c", conf, folder / "cases")[1]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", out)
