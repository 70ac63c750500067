# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""A real interactive shell on a terminal of its own, to which a test types."""

import os
import pty
import re
import select
import signal
import subprocess
import time

from kit.process import DEADLINE


class Shell:
    """`start` is typed first; `prompt` must be what the shell prints when it waits."""

    def __init__(self, argv, start, env):
        self.terminal, inside = pty.openpty()
        self.process = subprocess.Popen(
            argv, stdin=inside, stdout=inside, stderr=inside, env=env, start_new_session=True
        )
        os.close(inside)
        self.text = ""
        self.enter(start)

    def _read_until(self, pattern):
        end = time.monotonic() + DEADLINE
        while not re.search(pattern, self.text):
            left = end - time.monotonic()
            assert left > 0, f"{pattern!r} is not in {self.text!r}"
            if select.select([self.terminal], [], [], left)[0]:
                self.text += os.read(self.terminal, 65536).decode(errors="replace")
        return self.text

    def enter(self, line):
        """Types a line; returns when the shell has done it."""
        self.text = ""
        os.write(self.terminal, f"{line}\nprintf 'do%s\\n' ne\n".encode())
        self._read_until(r"(?m)^done\r")

    def complete(self, line, keys="\t"):
        """The words of a line after the key for completion."""
        self.text = ""
        os.write(self.terminal, f"{line}{keys}".encode())
        # To the beginning of the line (^A), and a command that prints the words in its place.
        os.write(self.terminal, b"\x01printf '<%s>' \x05; printf '\\nen%s\\n' d\n")
        text = self._read_until(r"(?m)^end\r")
        return re.findall(r"<([^<>]*)>", text[text.rindex("\n<") if "\n<" in text else 0 :])

    def close(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.terminal)
