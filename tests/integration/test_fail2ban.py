# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
fail2ban bans by doorward: its own client accepts the files, and a real server uses them. CrowdSec's
custom bouncer calls a script.
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from kit.doorward import BINARY, run
from kit.process import DEADLINE, wait_for

SOURCE = Path(__file__).parents[2] / "contrib/fail2ban"
CLIENT = shutil.which("fail2ban-client")
REGEX = shutil.which("fail2ban-regex")
POLICY = "[policy default]\nrdns = off\ndeny = uri /wrong\nallow = *\n"

needs_fail2ban = pytest.mark.skipif(CLIENT is None, reason="fail2ban is not installed")


class Fail2ban:
    def __init__(self, folder, jail):
        self.folder = folder / "fail2ban"
        shutil.copytree("/etc/fail2ban", self.folder, symlinks=False)
        for path in (self.folder / "jail.d").iterdir():
            path.unlink()
        for kind in ("action.d", "filter.d", "jail.d"):
            for path in (SOURCE / kind).iterdir():
                shutil.copy(path, self.folder / kind)
        settings = f"[Definition]\nlogtarget = {self.folder}/log\ndbfile = None\n"
        (self.folder / "fail2ban.local").write_text(settings)
        (self.folder / "jail.d" / "test.local").write_text(f"[doorward]\n{jail}")

    def call(self, *words, expect=0):
        done = subprocess.run(
            [CLIENT, "-c", self.folder, "-s", self.folder / "sock", "-p", self.folder / "pid"]
            + list(words),
            capture_output=True,
            text=True,
            timeout=DEADLINE,
        )
        assert expect is None or done.returncode == expect, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture
def fail2ban(folder, stack):
    def prepare(jail):
        server = Fail2ban(folder, jail)
        stack.callback(server.call, "stop", expect=None)
        return server

    return prepare


def bans(door):
    _, out, _ = run("bans", "-c", door.file, "--json", expect=0)
    return {ban["ip"]: ban for ban in json.loads(out)}


@pytest.fixture
def door(doorward, folder):
    return doorward(
        POLICY,
        log=f"format = text\ntarget = file:{folder}/log",
        before="[bans]\nfile = bans\n",
    )


@needs_fail2ban
def test_the_files_are_accepted(fail2ban):
    server = fail2ban("backend = auto\nlogpath = /dev/null\n")
    assert "ERROR" not in server.call("-t")
    dump = server.call("-d")
    assert "'add', 'doorward'" in dump and "ban -c" in dump


@needs_fail2ban
def test_denied_clients_are_banned(fail2ban, folder, door):
    server = fail2ban(
        f"backend = polling\nlogpath = {folder}/log\nmaxretry = 3\nbantime = 1h\n"
        f"action = doorward[doorward={BINARY}, config={door.file}]\n"
    )
    (folder / "log").touch()
    server.call("start")
    for _ in range(3):
        assert door.ask({"REMOTE_ADDR": "192.0.2.7", "REQUEST_URI": "/wrong"}).status == 403
        assert door.ask({"REMOTE_ADDR": "192.0.2.8", "REQUEST_URI": "/"}).status == 200
    wait_for(lambda: set(bans(door)) == {"192.0.2.7"}, "the ban")
    ban = bans(door)["192.0.2.7"]
    assert ban["why"] == "fail2ban: doorward" and ban["until"] is not None
    wait_for(
        lambda: door.ask({"REMOTE_ADDR": "192.0.2.7", "REQUEST_URI": "/"}).status == 403, "a denial"
    )
    assert server.call("set", "doorward", "unbanip", "192.0.2.7").strip() == "1"
    wait_for(lambda: not bans(door), "the end of the ban")
    # It has ended already: no error.
    server.call("set", "doorward", "banip", "2001:db8::7")
    wait_for(lambda: set(bans(door)) == {"2001:db8::7"}, "the ban of an IPv6 address")
    run("unban", "-c", door.file, "2001:db8::7", expect=0)
    server.call("set", "doorward", "unbanip", "2001:db8::7")
    server.call("set", "doorward", "bantime", "-1")
    server.call("set", "doorward", "banip", "192.0.2.9")
    wait_for(lambda: set(bans(door)) == {"192.0.2.9"}, "the ban without an end")
    assert bans(door)["192.0.2.9"]["until"] is None
    assert "ERROR" not in (server.folder / "log").read_text()


@needs_fail2ban
def test_no_client_can_name_another_address(folder, door):
    """What clients write into the line is in quotes, or behind the address."""
    forged = "x doorward: decision: id=1 verdict=deny status=403 reason=rule ip=192.0.2.66 "
    for name in ("REQUEST_URI", "HTTP_USER_AGENT", "HTTP_HOST", "REQUEST_METHOD", "DOORWARD_POLICY"):
        params = {"REMOTE_ADDR": "192.0.2.7", "REQUEST_URI": "/wrong", name: forged}
        door.ask(params)
        door.ask({**params, name: f'" {forged}'})
        door.ask({**params, name: f"\n{forged}"})
    door.ask({"REMOTE_ADDR": forged, "REQUEST_URI": "/wrong"})
    run("ban", "-c", door.file, "198.51.100.1", "--why", forged, expect=0)
    ask = {"REMOTE_ADDR": "198.51.100.1", "REQUEST_URI": "/"}
    wait_for(lambda: door.ask(ask).status == 403, "the ban")
    wait_for(lambda: "reason=banned" in (folder / "log").read_text(), "the line of the log")
    done = subprocess.run(
        [REGEX, "--print-all-matched", folder / "log", SOURCE / "filter.d" / "doorward.conf"],
        capture_output=True,
        text=True,
        timeout=DEADLINE,
    )
    addresses = subprocess.run(
        [REGEX, "-o", "ip", folder / "log", SOURCE / "filter.d" / "doorward.conf"],
        capture_output=True,
        text=True,
        timeout=DEADLINE,
    ).stdout.split()
    assert set(addresses) == {"192.0.2.7"} and len(addresses) > 3, done.stdout


def test_the_script_for_crowdsec(door):
    """Called as the manual of crowdsec-custom-bouncer says."""
    script = SOURCE.parent / "crowdsec" / "doorward-bouncer"
    env = {"PATH": "/usr/bin:/bin", "DOORWARD": str(BINARY), "DOORWARD_CONFIG": str(door.file)}

    def call(*words, expect=0):
        done = subprocess.run([script, *words], env=env, capture_output=True, text=True)
        assert done.returncode == expect, done.stderr

    decision = json.dumps({"value": "192.0.2.7", "scope": "Ip"})
    call("add", "192.0.2.7/32", "3600", "crowdsecurity/http-probing", decision)
    call("add", "2001:db8::/64", "60", "x" * 300, decision)
    assert bans(door)["192.0.2.7"]["why"] == "crowdsec: crowdsecurity/http-probing"
    assert set(bans(door)) == {"192.0.2.7", "2001:db8::/64"}
    call("del", "192.0.2.7/32", "3600", "crowdsecurity/http-probing", decision)
    call("del", "192.0.2.7/32", "3600", "crowdsecurity/http-probing", decision)
    assert set(bans(door)) == {"2001:db8::/64"}
    call("add", "not an address", "60", "x", expect=64)
    call("flush", expect=64)
