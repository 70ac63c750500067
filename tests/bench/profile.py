# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
The cost of one cached request in doorward, on any machine: instructions (callgrind), heap
allocations (memcheck) and system calls (strace -c). Each is the difference between two runs that
differ by a known number of requests, so that start and end do not count. Prints a table, with the
functions that take most instructions of a whole run, and writes build/bench/profile.json.
"""

import json
import re
import subprocess
from pathlib import Path

from kit.process import wait_for
from stage import Stage

RESULTS = Path("build/bench/profile.json")
WARM = 500
FEW, MANY = 1_000, 5_000
FUNCTIONS = 12
WAYS = {
    "name and certificate, a connection a request": dict(keep=0, cert=True),
    "name and certificate, kept connections": dict(keep=1, cert=True),
    "name alone, a connection a request": dict(keep=0, cert=False),
    "name alone, kept connections": dict(keep=1, cert=False),
}


def run(stage, tool, requests, keep, cert):
    """Runs doorward under a tool with so many requests; returns its output."""
    # valgrind makes system calls of its own.
    door = stage.door(under=tool, cores=stage.cores, server="sandbox = off")
    how = {"keep": keep, "connections": 8, "addresses": 100, "uris": 1000, "ms": 120_000}
    how["cert"] = stage.cert() if cert else None
    door.load(requests=WARM, in_turn=1, **how)
    door.load(requests=requests, **how)
    door.process.stop()
    return door.process.output()


def instructions(stage, requests, how):
    out = stage.new_folder() / "callgrind.out"
    run(stage, ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}"], requests, **how)
    return int(re.search(r"^(?:totals|summary): (\d+)", out.read_text(), re.M)[1]), out


def allocations(stage, requests, how):
    text = run(stage, ["valgrind", "--leak-check=no"], requests, **how)
    return int(re.search(r"total heap usage: ([\d,]+) allocs", text)[1].replace(",", ""))


def system_calls(stage, requests, how):
    out = stage.new_folder() / "strace.out"
    # -D: doorward is the child that ends, and strace ends with it.
    run(stage, ["strace", "-D", "-f", "-c", "-U", "name,calls", "-o", out], requests, **how)
    wait_for(lambda: "total" in out.read_text(), "the counts of strace")
    rows = re.findall(r"^(\w+) +(\d+)$", out.read_text(), re.M)
    return {name: int(calls) for name, calls in rows if name != "total"}


def measure(stage, how):
    more = MANY - FEW
    (few, _), (many, out) = (instructions(stage, n, how) for n in (FEW, MANY))
    seldom, often = (allocations(stage, n, how) for n in (FEW, MANY))
    before, after = (system_calls(stage, n, how) for n in (FEW, MANY))
    calls = {name: (after[name] - before.get(name, 0)) / more for name in after}
    text = subprocess.run(
        ["callgrind_annotate", "--show-percs=yes", out], stdout=subprocess.PIPE, text=True
    ).stdout
    return {
        "instructions": (many - few) / more,
        "allocations": (often - seldom) / more,
        "system_calls": {name: round(n, 3) for name, n in sorted(calls.items()) if n >= 0.005},
        "functions": re.findall(r"^ *[\d,]+ \(.*?%\) +[^:\n]+:(\w+)", text, re.M)[:FUNCTIONS],
    }


def main():
    figures = {}
    for way, how in WAYS.items():
        with Stage() as stage:
            figures[way] = row = measure(stage, how)
        print(f"{way}")
        print(f"  instructions      {row['instructions']:,.0f}")
        print(f"  heap allocations  {max(0, row['allocations']):.2f}")
        print(f"  system calls      {sum(row['system_calls'].values()):.2f}: ", end="")
        print(", ".join(f"{name} {n:.2f}" for name, n in row["system_calls"].items()))
        print(f"  most of a run in  {', '.join(row['functions'])}", flush=True)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(figures, indent=1) + "\n")


main()
