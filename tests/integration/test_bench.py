# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The benchmarks still work: each of their cases runs for a moment, without a look at its
figures."""

import os
import subprocess
import sys

import pytest

from conftest import REPOSITORY
from kit.doorward import BINARY, BUILT

BENCH = BUILT.parent / "bench"
SOURCES = REPOSITORY / "tests" / "bench"


@pytest.mark.skipif(not BENCH.exists(), reason="the benchmarks are not built")
def test_each_case_of_the_benchmarks():
    script = SOURCES / "bench.py"
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


@pytest.mark.parametrize(
    "better, now, is_worse",
    [
        ("higher", 0.86, False),
        ("higher", 0.84, True),
        ("higher", 2.0, False),
        ("lower", 1.16, False),
        ("lower", 1.19, True),
        ("lower", 0.1, False),
    ],
)
def test_a_ratio_counts_as_worse_by_more_than_15_percent(monkeypatch, better, now, is_worse):
    monkeypatch.syspath_prepend(str(SOURCES))
    from report import Report

    report = Report()
    report.begin("wire")
    report.title("cached")
    report.row("requests", 1, 1, ratio=now, better=better)
    then = {"better": better, "ratio": 1.0}
    recorded = {
        "wire: cached: requests": then,
        "wire: cached: no more measured": then,
        "rules: not in this run: requests": then,
    }
    worse = {"wire: cached: requests"} if is_worse else set()
    assert set(report.fallen(recorded)) == worse | {"wire: cached: no more measured"}
