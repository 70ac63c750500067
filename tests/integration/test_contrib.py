# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The shipped configurations for systemd and lighttpd, changed only in their paths."""

import os
import signal
import stat
import subprocess

import pytest

from conftest import REPOSITORY
from kit import life, web
from kit.doorward import BINARY
from kit.process import wait_for

CONTRIB = REPOSITORY / "contrib"
SCRIPTS = [CONTRIB / "crawlers" / "doorward-crawlers", CONTRIB / "crls" / "doorward-crls"]


def test_systemd_finds_nothing_wrong_with_the_units(folder):
    for unit in (CONTRIB / "systemd").iterdir():
        text = unit.read_text()
        for script in SCRIPTS:
            text = text.replace(f"/usr/local/sbin/{script.name}", str(script))
        (folder / unit.name).write_text(text.replace("/usr/local/sbin/doorward", str(BINARY)))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no"]
        + [folder / "doorward.service", folder / "doorward-crawlers.timer"]
        + [folder / "doorward-crls.timer"]
        + [folder / "doorward-audit.timer", folder / "doorward-http.socket"]
        + [folder / "doorward-admin.socket"],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_systemd_finds_the_service_well_guarded():
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=12"]
        + [CONTRIB / "systemd" / "doorward.service"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout.splitlines()[-1:] + done.stderr.splitlines()


IN, OUT = {"REMOTE_ADDR": "192.0.2.1"}, {"REMOTE_ADDR": "198.51.100.1"}
NETWORK = "[policy default]\nrdns = off\nallow = ip 192.0.2.0/24\n"


@pytest.fixture
def recipe(doorward, folder):
    """A doorward started by a script of contrib/, as the user that the script chooses."""

    def start(script, **more):
        folder.chmod(0o777)
        path = folder / "recipe.sock"
        env = dict(CONFIG=str(folder / "doorward.conf"), SOCKET=str(path), DOORWARD=str(BINARY))
        return doorward(
            NETWORK, address=str(path), argv=[CONTRIB / script], env={**os.environ, **env, **more}
        )

    return start


def test_spawn_fcgi(recipe):
    door = recipe("spawn-fcgi/doorward-spawn")
    assert (door.ask(IN).status, door.ask(OUT).status) == (200, 403)
    assert stat.S_IMODE(os.stat(door.address).st_mode) == 0o660
    if os.geteuid() == 0:
        assert os.stat(f"/proc/{door.process.pid}").st_uid == 65534
    door.stop()


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(child) for child in file.read().split()]


def serving(pid):
    """The children of multiwatch that already serve."""
    return [child for child in children(pid) if life.state(child) == "S" and threads_of(child)]


def threads_of(pid):
    return [task for task in os.listdir(f"/proc/{pid}/task") if int(task) != pid]


def test_multiwatch(recipe):
    door = recipe("multiwatch/doorward-multiwatch", PROCESSES="3")
    watcher = door.process.pid
    wait_for(lambda: len(serving(watcher)) == 3, "three that serve")
    with life.Callers(door.address, [(IN, 200), (OUT, 403)], kept=20, fresh=20) as callers:
        for old in children(watcher):
            callers.some_more()
            os.kill(old, signal.SIGTERM)
            wait_for(lambda: old not in children(watcher), "its end")
            wait_for(lambda: len(serving(watcher)) == 3, "another in its place")
        callers.some_more()
    assert callers.wrong == []
    killed = children(watcher)[0]
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: killed not in children(watcher), "its end")
    assert [door.ask(IN).status for _ in range(20)] == [200] * 20
    wait_for(lambda: len(serving(watcher)) == 3, "another in its place")
    rest = children(watcher)
    door.process.send(signal.SIGTERM)
    door.process.ended()
    wait_for(lambda: all(life.ended(pid) for pid in rest), "the end of all")


def test_lighttpd(doorward, lighttpd, nsd, folder):
    door = doorward("[policy default]\nallow = host client.example\n", server_of_names=nsd)
    text = (CONTRIB / "lighttpd" / "doorward.conf").read_text()
    text = text.replace("/run/doorward/doorward.sock", str(door.socket))
    server = lighttpd(
        'server.modules = ( "mod_extforward" )\n'
        'extforward.forwarder = ( "127.0.0.1" => "trust" )\n'
        'extforward.headers = ( "X-Played-Client" )\n' + text.replace("/srv/www", str(folder / "www"))
    )
    (server.root / "protected").mkdir()
    (server.root / "protected" / "file.txt").write_text("inside\n")

    def get(address, path="/protected/file.txt"):
        return web.get(server.port, path, [("X-Played-Client", address)])

    assert (get("192.0.2.1").status, get("192.0.2.1").body) == (200, "inside\n")
    assert get("192.0.2.2").status == 403
    assert get("192.0.2.2", "/protected/missing").status == 403
    assert get("192.0.2.2", "//protected/file.txt").status == 403
    assert get("192.0.2.2", "/./protected/file.txt").status == 403
