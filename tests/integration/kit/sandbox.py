# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""What the kernel and the program under test have of a sandbox."""

import subprocess

from kit.doorward import BINARY, SANITIZED


def _run(*argv):
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout


def has_seccomp():
    return "libseccomp" in _run(BINARY, "--version")


def is_built():
    """AddressSanitizer has no sandbox."""
    return has_seccomp() and not SANITIZED


def landlock():
    """The version of the kernel's Landlock; 0: none."""
    code = "import ctypes; print(max(0, ctypes.CDLL(None).syscall(444, None, 0, 1)))"
    return int(_run("/usr/bin/python3", "-c", code))
