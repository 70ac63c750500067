# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
Calls that fail when a test says so, by the library of tests/faults: DOORWARD_FAULTS names the file
that both map.
"""

import contextlib
import ctypes
import errno
import functools
import mmap
import os
import struct
import subprocess
import tempfile
from pathlib import Path

import pytest

LIBRARY = Path(__file__).resolve().parents[3] / "build/faults/faults.so"
FIELDS = ["kinds", "first", "count", "error", "seen", "failed", "wall_s", "allocated"]
ALL = 1 << 62  # "that one and all after it"

# What fails, and with which errors, of those that the manual pages of the calls name.
ERRORS = {
    "memory": [errno.ENOMEM],
    "map": [errno.ENOMEM],
    "open": [errno.EMFILE, errno.EACCES],
    "read": [errno.EIO],
    "write": [errno.ENOSPC, errno.EIO],
    "recv": [errno.ECONNRESET, errno.ENOMEM],
    "send": [errno.ENOBUFS, errno.EPIPE, errno.EPERM],
    "accept": [errno.EMFILE, errno.ECONNABORTED],
    "socket": [errno.EMFILE, errno.ENOBUFS],
    "sockopt": [errno.ENOBUFS],
    "connect": [errno.ENETUNREACH, errno.EADDRNOTAVAIL],
    "bind": [errno.EADDRINUSE],
    "listen": [errno.EADDRINUSE],
    "epoll": [errno.ENOSPC],
    "pipe": [errno.EMFILE],
    "thread": [errno.EAGAIN],
    "fork": [errno.EAGAIN],
    "exec": [errno.ENOENT],
    "stat": [errno.EACCES],
    "rename": [errno.EROFS],
    "unlink": [errno.EROFS],
    "fcntl": [errno.EBADF],
    "random": [errno.EAGAIN],
    "owner": [errno.EPERM],
}


def _kinds():
    names = (ctypes.c_char_p * 64).in_dll(ctypes.CDLL(str(LIBRARY)), "faults_kinds")
    found = []
    for name in names:
        if name is None:
            return found
        found.append(name.decode())
    raise AssertionError("faults_kinds has no end")


KINDS = _kinds() if LIBRARY.exists() else []


@functools.cache
def _dies_with_it(binary):
    """AddressSanitizer of gcc 14 (Debian 13) takes the library's allocations for its own."""
    with tempfile.TemporaryDirectory() as folder:
        environment = Faults(Path(folder)).environment()
        done = subprocess.run([binary, "-t", folder], env=environment, capture_output=True)
    return b"Sanitizer" in done.stderr


def faults_for(binary, folder):
    """The control of calls of this program; the test is skipped where there can be none."""
    if not KINDS:
        pytest.skip("make integration-programs builds the library that this test needs")
    if _dies_with_it(binary):
        pytest.skip("this AddressSanitizer does not work with a preloaded library")
    return Faults(folder)


class Faults:
    """One control file, for all processes that are started with `environment`."""

    def __init__(self, folder):
        self.path = folder / "faults"
        self.path.write_bytes(bytes(4096))
        with open(self.path, "r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 4096)

    def environment(self, **more):
        return {
            **os.environ,
            "LD_PRELOAD": str(LIBRARY),
            "DOORWARD_FAULTS": str(self.path),
            **more,
        }

    def _get(self, field):
        return struct.unpack_from("q", self._memory, 8 * FIELDS.index(field))[0]

    def _set(self, field, value):
        struct.pack_into("q", self._memory, 8 * FIELDS.index(field), value)

    def fail(self, kind, error, first=1, count=1):
        """From now on, the `first`th call of this kind fails, and `count` - 1 after it."""
        for field, value in [
            ("first", first), ("count", count), ("error", error), ("seen", 0), ("failed", 0),
            ("kinds", 1 << KINDS.index(kind)),
        ]:
            self._set(field, value)

    def stop(self):
        """No call fails any more. How many did."""
        self._set("kinds", 0)
        return self._get("failed")

    @contextlib.contextmanager
    def failing(self, kind, error, first=1, count=ALL):
        self.fail(kind, error, first, count)
        try:
            yield
        finally:
            self.stop()

    def seen(self):
        return self._get("seen")

    def shift_clock(self, seconds):
        """The wall clock of the processes is this far from the right one."""
        self._set("wall_s", int(seconds))

    def allocated(self):
        """Blocks that the processes have allocated and not freed."""
        return self._get("allocated")
