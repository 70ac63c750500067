# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
bench.py [--smoke] [record | check] [GROUP ...]

Measures, prints one table and writes build/bench/bench.json; exits with 1 if a bound is missed.
`record` measures three times, and writes the medians of the ratios to expected.json. `check`
compares with these ratios instead of the bounds, and exits with 1 if one is more than 15 % worse
than recorded, three times out of three: groups with such a ratio are measured again. --smoke tests
that everything works, and measures nothing.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import dns
import flood
import fronts
import module
import page
import recent
import shared_names
import shared_rates
import wire
from report import Report
from stage import PROGRAMS, Stage

HERE = Path(__file__).resolve().parent
RESULTS = Path("build/bench/bench.json")
EXPECTED = HERE / "expected.json"
RECORDED = 3  # runs of `record`
AGAIN = 2  # how often `check` measures what is worse again


def certificate(stage, report):
    if stage.smoke:
        return
    report.title("a certificate, from its parameters to the answer", ours="")
    if subprocess.run([PROGRAMS / "certificate"]).returncode != 0:
        report.fail("what a certificate costs that was seen before")


def agent(stage, report):
    if stage.smoke:
        return
    report.title("the signature of a request (Web Bot Auth)", ours="", key="signatures")
    file = stage.folder / "agent.json"
    subprocess.run([PROGRAMS / "agent", file], check=True)
    cost = json.loads(file.read_text())
    report.title("the same, beside a check by the public key", beside="the key", ratio="ratio")
    for what, most in [
        ("verified before", 0.1),
        ("new", 1.3),
        ("forged, of an unknown key", 0.05),
        ("forged, of a known key, over the budget", 0.1),
        ("forged, as large as can be, over the budget", 0.5),
    ]:
        report.row(what, cost[what], cost["key"], "us", cost[what] / cost["key"], "lower", most=most)
    report.row("no signature", 1000 * cost["no signature"], unit="ns", most=100)


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
    "recent": recent.recent,
    "page": page.page,
    "nginx": fronts.nginx,
    "apache": fronts.apache,
    "module": module.module,
    "unique": dns.unique,
    "silent": dns.silent,
    "scan": dns.scan,
    "shared_names": shared_names.shared_names,
    "shared_rates": shared_rates.shared_rates,
    "certificate": certificate,
    "agent": agent,
    "flood": flood.flood,
    "lists": lists,
}


def warn_of_others():
    """The other programs that run now: the load average would still show the compiler that built
    this."""

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


def measure(groups, smoke, bounds):
    report = Report(bounds)
    for group in groups:
        report.begin(group)
        began = time.monotonic()
        with Stage(smoke) as stage:
            GROUPS[group](stage, report)
        report.keep("seconds", round(time.monotonic() - began, 1))
    return report


def check(report, smoke):
    """The names of ratios that are worse than recorded in each of the repeated measurements."""
    fallen = report.fallen(json.loads(EXPECTED.read_text()))
    for _ in range(AGAIN):
        if not fallen:
            break
        groups = [g for g in GROUPS if any(name.startswith(f"{g}:") for name in fallen)]
        fallen = measure(groups, smoke, bounds=False).fallen(fallen)
    return list(fallen)


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
    report = measure(groups, smoke, bounds=not smoke and "check" not in verbs)
    if "record" in verbs:
        others = [measure(groups, smoke, bounds=False) for _ in range(RECORDED - 1)]
        report.record(EXPECTED, [report, *others])
    failed = check(report, smoke) if "check" in verbs else report.failed
    print(f"\n{time.monotonic() - began:.0f} s", flush=True)
    if not smoke:
        report.write(RESULTS)
        print(f"all figures are in {RESULTS}", flush=True)
    if failed:
        sys.exit("bench: FAILED: " + "; ".join(failed))


main(sys.argv[1:])
