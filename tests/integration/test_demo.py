# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The demonstration: what it shows is true, and it leaves nothing behind."""

import os
import re
import subprocess

from conftest import REPOSITORY
from kit.doorward import BINARY
from kit.process import connects, wait_for

DEMO = REPOSITORY / "conf" / "demo" / "run"


def run(folder, **environment):
    return subprocess.run(
        [DEMO],
        env={**os.environ, "DOORWARD": str(BINARY), "TMPDIR": str(folder), **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_table_and_a_clean_end(folder):
    done = run(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [line for line in done.stdout.splitlines() if re.search(r" (200|403) +(200|403) ", line)]
    assert len(rows) >= 10
    for row in rows:
        assert re.search(r" (\d+) +\1 ", row), row
    for word in ["forged PTR", "X-Real-IP", "forged header", "expired", "Googlebot", "IPv6"]:
        assert word in done.stdout
    assert list(folder.iterdir()) == []


def test_a_difference_is_a_failure(folder):
    """A doorward that does not start fails the demo, too, and is cleaned up after."""
    done = run(folder, DOORWARD="/bin/false")
    assert done.returncode != 0
    assert list(folder.iterdir()) == []


def test_keep(folder):
    done = run(folder, KEEP="1")
    assert done.returncode == 0, done.stdout + done.stderr
    port = int(re.search(r"https://127\.0\.0\.1:(\d+)/", done.stdout).group(1))
    kill = re.search(r"kill (\d+) (\d+); rm -r (\S+)", done.stdout)
    try:
        assert connects(("127.0.0.1", port))
    finally:
        subprocess.run(["kill", kill.group(1), kill.group(2)], check=True)
    wait_for(lambda: not connects(("127.0.0.1", port)), "the end of nginx")
