# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""How far what people wait for is: on a terminal while it lasts, and in the log if it was slow."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios

import pytest

from kit.doorward import BINARY, run
from kit.process import DEADLINE, wait_for
from kit.terminal import read_to_end

STEP = re.compile(r"\rdoorward: ([^\r]*): ([0-9]+) %")


def on_terminal(*argv, columns=80, code=0, **env):
    """What a command writes to a terminal, with its escape sequences."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    inherited = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "CLICOLOR_FORCE")}
    process = subprocess.Popen(
        [BINARY, *map(os.fspath, argv)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={**inherited, "TERM": "xterm", **env},
    )
    os.close(theirs)
    got = read_to_end(ours)
    assert process.wait(DEADLINE) == code, got
    return got.decode().replace("\r\n", "\n")


def left(text, columns=80):
    """What stands on the terminal at the end, line by line."""
    lines = []
    for line in re.sub(r"\x1b\[[0-9;]*m", "", text).split("\n"):
        shown = ""
        for part in line.split("\r"):
            assert len(part) < columns or "%" not in part
            shown = part + shown[len(part) :]
        lines.append(shown.rstrip())
    return lines


@pytest.fixture
def conf(folder):
    (folder / "long").write_text("".join(f"10.{i >> 8 & 255}.{i & 255}.0/24\n" for i in range(65536)))
    (folder / "names").write_text("".join(f"host{i}.example.net\n" for i in range(20000)))
    (folder / "short").write_text("192.0.2.0/24\n")
    file = folder / "doorward.conf"
    file.write_text(
        f"[server]\nlisten = unix:{folder}/s\n[policy default]\nrdns = off\nallow = ip in file:long\nallow = ip in file:short\n"
        "deny = user_agent in file:names\n"
    )
    return file


def test_a_long_list_is_shown_and_gone_at_the_end(conf, folder):
    text = on_terminal("-t", conf)
    steps = STEP.findall(re.sub(r"\x1b\[[0-9;]*m", "", text))
    assert [int(percent) for what, percent in steps if what == f"{folder}/long"][0] <= 1
    for name in ("long", "names"):
        percents = [int(percent) for what, percent in steps if what == f"{folder}/{name}"]
        assert len(percents) >= 50 and percents == sorted(set(percents)) and percents[-1] >= 98
    assert not any(what.endswith("/short") for what, _ in steps)
    assert left(text) == [f"doorward: {conf}: 0 error(s), 0 warning(s)", ""]


def test_a_long_path_does_not_wrap(conf):
    text = on_terminal("-t", conf, columns=30)
    assert STEP.search(re.sub(r"\x1b\[[0-9;]*m", "", text))
    assert all(len(f"doorward: {what}: {percent} %") < 30 for what, percent in STEP.findall(re.sub(r"\x1b\[[0-9;]*m", "", text)))
    assert STEP.search(on_terminal("-t", conf, columns=10)) is None


def test_a_long_path_is_cut_between_characters(conf, folder):
    """Of one, two, three and four bytes: what is read from the terminal is UTF-8 throughout."""
    for width in range(30, 36):
        inner = folder / ("ü€😀" * 12)
        inner.mkdir(exist_ok=True)
        (inner / "long").write_bytes((folder / "long").read_bytes())
        (inner / "conf").write_text("[policy default]\nrdns = off\nallow = ip in file:long\n")
        shown = [what for what, _ in STEP.findall(on_terminal("-t", inner / "conf", columns=width, NO_COLOR="1"))]
        assert shown and all(what.endswith("/long") for what in shown)


def test_no_color_has_no_escape_sequence(conf):
    assert "\x1b[2m" in on_terminal("-t", conf)
    text = on_terminal("-t", conf, NO_COLOR="1")
    assert "\x1b" not in text and STEP.search(text)


def test_only_a_terminal_gets_it(conf):
    assert "%" not in run("-t", conf, expect=0)[2]
    assert "%" not in run("-t", conf, env={"CLICOLOR_FORCE": "1", "TERM": "xterm"}, expect=0)[2]
    assert "%" not in on_terminal("-t", conf, TERM="dumb")


def test_errors_come_after_it(conf, folder):
    (folder / "long").write_text((folder / "long").read_text() + "not an address\n")
    text = on_terminal("-t", conf, code=1)
    assert left(text)[0].startswith(f"{folder}/long:65537: error: ")


def test_imports_show_it(folder):
    nginx = folder / "nginx.conf"
    nginx.write_text("http { server {\n" + "location /a { proxy_pass http://127.0.0.1:8080; }\n" * 8000 + "}}\n")
    apache = folder / "apache.conf"
    apache.write_text("<Location /a>\n" + "Require ip 192.0.2.0/24\n" * 20000 + "</Location>\n")
    for command, file in (("import-nginx", nginx), ("import-apache", apache)):
        steps = STEP.findall(re.sub(r"\x1b\[[0-9;]*m", "", on_terminal(command, file)))
        assert len(steps) >= 50 and {what for what, _ in steps} == {str(file)}


def test_an_audit_shows_it(folder, nsd):
    file = folder / "doorward.conf"
    names = "".join(f"allow = host n{i}.example\n" for i in range(200))
    file.write_text(
        f"[server]\nlisten = unix:{folder}/s\n[dns]\nnameservers = 127.0.0.1:{nsd.port}\n[policy default]\n{names}"
    )
    text = re.sub(r"\x1b\[[0-9;]*m", "", on_terminal("audit", "-c", file, "--state", "-", code=1))
    steps = STEP.findall(text)
    for what in ("looking up names", "looking for their zones"):
        percents = [int(percent) for shown, percent in steps if shown == what]
        assert len(percents) >= 10 and percents == sorted(percents), what
    assert left(text)[-1] == ""


def test_a_start_shows_it(conf):
    ours, theirs = pty.openpty()
    process = subprocess.Popen([BINARY, "-c", conf], stderr=theirs, env={**os.environ, "TERM": "xterm"})
    os.close(theirs)
    got = b""
    while b"serving on" not in got:
        got += os.read(ours, 65536)
    process.terminate()
    assert process.wait(DEADLINE) == 0
    os.close(ours)
    text = got.decode().replace("\r\n", "\n")
    assert STEP.search(re.sub(r"\x1b\[[0-9;]*m", "", text))
    assert not any("%" in line for line in left(text, 1000))


SLOW = r"/long: reading this list took [0-9]+\.[0-9] s"


def test_a_slow_list_is_logged_at_the_start_at_a_reload_and_at_a_change(doorward, folder):
    """Each is slow here."""
    (folder / "long").write_text("".join(f"10.{i >> 8 & 255}.{i & 255}.0/24\n" for i in range(65536)))
    env = {**os.environ, "DOORWARD_SLOW_LIST_MS": "0", "DOORWARD_FILE_WATCH_MS": "20"}
    door = doorward("[policy default]\nrdns = off\nallow = ip in file:long\n", env=env)

    def slow():
        return len(re.findall(SLOW, door.stderr()))

    assert slow() == 1
    door.reload()
    wait_for(lambda: slow() == 2, "a line about the reload")
    with open(folder / "long", "a", encoding="ascii") as file:
        file.write("192.0.2.0/24\n")
    wait_for(lambda: slow() >= 3, "a line about the change")


def test_a_list_that_is_not_slow_is_not_logged(doorward, folder):
    (folder / "long").write_text("192.0.2.0/24\n")
    env = {**os.environ, "DOORWARD_SLOW_LIST_MS": "3600000"}
    door = doorward("[policy default]\nrdns = off\nallow = ip in file:long\n", env=env)
    assert door.ask(REMOTE_ADDR="192.0.2.1").status == 200
    assert "reading this list took" not in door.stderr()
