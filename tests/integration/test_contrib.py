# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The shipped configurations for systemd and lighttpd, as they are but for paths."""

import subprocess

from conftest import REPOSITORY
from kit import web
from kit.doorward import BINARY

CONTRIB = REPOSITORY / "contrib"
SCRIPT = CONTRIB / "crawlers" / "doorward-crawlers"


def test_systemd_finds_nothing_wrong_with_the_units(folder):
    for unit in (CONTRIB / "systemd").iterdir():
        text = unit.read_text().replace("/usr/local/sbin/doorward-crawlers", str(SCRIPT))
        (folder / unit.name).write_text(text.replace("/usr/local/sbin/doorward", str(BINARY)))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no"]
        + [folder / "doorward.service", folder / "doorward-crawlers.timer"]
        + [folder / "doorward-audit.timer"],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


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
