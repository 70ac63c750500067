# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The benchmarks still work: each of their cases for a moment, whatever time it takes."""

import os
import subprocess
import sys

import pytest

from conftest import REPOSITORY
from kit.doorward import BINARY, BUILT

BENCH = BUILT.parent / "bench"


@pytest.mark.skipif(not BENCH.exists(), reason="the benchmarks are not built")
def test_each_case_of_the_benchmarks():
    script = REPOSITORY / "tests" / "bench" / "bench.py"
    done = subprocess.run(
        [sys.executable, "-B", script, "--smoke"],
        env={
            **os.environ,
            "BENCH": str(BENCH),
            "DOORWARD": str(BINARY),
            "PYTHONPATH": str(REPOSITORY / "tests" / "integration"),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert "through nginx" in done.stdout and "through Apache" in done.stdout
