# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The demonstration: its output is true, and it leaves no files or processes behind."""

import os
import re
import signal
import subprocess

from conftest import REPOSITORY
from kit.doorward import BINARY
from kit.process import DEADLINE, connects, wait_for

DEMO = REPOSITORY / "conf" / "demo" / "run"


def run(folder, **environment):
    """The finished demo: its exit status and its output; `after` is called while it keeps
    running."""
    after = environment.pop("after", None)
    demo = subprocess.Popen(
        [DEMO],
        env={**os.environ, "DOORWARD": str(BINARY), "TMPDIR": str(folder), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output = demo.communicate(timeout=4 * DEADLINE)[0]
        if after:
            after(output)
        return demo.returncode, output
    finally:
        try:
            os.killpg(demo.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        demo.wait()


def test_the_table_and_a_clean_end(folder):
    code, output = run(folder)
    assert code == 0, output
    rows = [line for line in output.splitlines() if re.search(r" (200|403) +(200|403) ", line)]
    assert len(rows) >= 10
    for row in rows:
        assert re.search(r" (\d+) +\1 ", row), row
    for word in ["forged PTR", "X-Real-IP", "forged header", "expired", "Googlebot", "IPv6"]:
        assert word in output
    assert list(folder.iterdir()) == []


def test_a_difference_is_a_failure(folder):
    """If doorward does not start, the demo fails, too, and cleans up."""
    code, _ = run(folder, DOORWARD="/bin/false")
    assert code != 0
    assert list(folder.iterdir()) == []


def test_keep(folder):
    def use_and_end(output):
        port = int(re.search(r"https://127\.0\.0\.1:(\d+)/", output).group(1))
        end = re.search(r"^ *(kill \d+ \d+; rm -rf \S+)$", output, re.MULTILINE).group(1)
        assert connects(("127.0.0.1", port))
        subprocess.run(["/bin/sh", "-c", end], check=True)
        wait_for(lambda: not connects(("127.0.0.1", port)), "the end of nginx")

    code, output = run(folder, KEEP="1", after=use_and_end)
    assert code == 0, output
