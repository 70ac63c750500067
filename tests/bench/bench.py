# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
bench.py [--smoke] [record | check] [GROUP ...]

Measures, prints one table and writes build/bench/bench.json; exits with 1 if a bound is missed.
`record` takes the ratios of the run into expected.json, `check` fails where one is more than 15 %
below what stands there. --smoke tries that all of it works, and measures nothing.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import dns
import fronts
import wire
from report import Report
from stage import PROGRAMS, Stage

HERE = Path(__file__).resolve().parent
RESULTS = Path("build/bench/bench.json")
EXPECTED = HERE / "expected.json"


def certificate(stage, report):
    if stage.smoke:
        return
    report.title("a certificate, from its parameters to the answer", ours="")
    if subprocess.run([PROGRAMS / "certificate"]).returncode != 0:
        report.fail("what a certificate costs that was seen before")


def lists(stage, report):
    if stage.smoke:
        return
    report.title("a decision alone, with many rules and long lists", ours="")
    file = stage.folder / "rules.json"
    subprocess.run([PROGRAMS / "rules", file], check=True)
    report.keep("rules", json.loads(file.read_text()))


GROUPS = {
    "wire": wire.beside_baselines,
    "cases": wire.cases,
    "rules": wire.rules,
    "workers": wire.workers,
    "connections": wire.connections,
    "latency": wire.latency,
    "memory": wire.memory,
    "nginx": fronts.nginx,
    "apache": fronts.apache,
    "unique": dns.unique,
    "silent": dns.silent,
    "scan": dns.scan,
    "certificate": certificate,
    "lists": lists,
}


def warn_of_others():
    """What else runs now: the load average would still show the compiler that built this."""

    def idle():
        fields = [int(f) for f in Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
        return fields[3] + fields[4], sum(fields)

    before = idle()
    time.sleep(1)
    after = idle()
    busy = 1 - (after[0] - before[0]) / max(1, after[1] - before[1])
    if busy > 0.1:
        print(
            f"bench: other programs keep the machine {busy:.0%} busy (load average "
            f"{os.getloadavg()[0]:.1f}): these figures are worth nothing",
            flush=True,
        )


def main(arguments):
    smoke = "--smoke" in arguments
    words = [a for a in arguments if a != "--smoke"]
    verbs = [w for w in words if w in ("record", "check")]
    groups = [w for w in words if w not in verbs] or list(GROUPS)
    unknown = [g for g in groups if g not in GROUPS]
    if unknown or len(verbs) > 1:
        sys.exit(f"{__doc__.strip()}\n\ngroups: {' '.join(GROUPS)}")
    if "check" in verbs and not EXPECTED.exists():
        sys.exit("bench: nothing is recorded yet; on a quiet machine: make bench ARGS=record")
    if not smoke:
        warn_of_others()
    began = time.monotonic()
    report = Report(bounds=not smoke)
    for group in groups:
        report.begin(group)
        with Stage(smoke) as stage:
            GROUPS[group](stage, report)
        report.keep("seconds since the start", round(time.monotonic() - began, 1))
    if "record" in verbs:
        report.record(EXPECTED)
    if "check" in verbs:
        report.check(EXPECTED)
    print(f"\n{time.monotonic() - began:.0f} s", flush=True)
    if not smoke:
        report.write(RESULTS)
        print(f"all figures are in {RESULTS}", flush=True)
    if report.failed:
        sys.exit("bench: FAILED: " + "; ".join(report.failed))


main(sys.argv[1:])
