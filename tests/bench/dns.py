# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
`make bench`: what the DNS engine does under load, each figure beside a baseline of the same run.
Everything stays on loopback. Prints a table, and writes the figures to the file named first.
"""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))

from kit.doorward import Doorward  # noqa: E402
from kit.hostile import TO_QUESTION, Hostile, a, ptr  # noqa: E402
from kit.names import Nsd  # noqa: E402

PROGRAMS = Path(os.environ["BENCH"])
LOG = "format = text\nlevel = warning\ndecisions = none"
POLICY = "[policy default]\nallow = host .bench.example\n"
TICKS = os.sysconf("SC_CLK_TCK")

CLIENTS = 100_000
ROUNDS = 3
IN_FLIGHT = 1000
DNSPERF_SECONDS = 3

SILENT_IN_FLIGHT = 10_000
KNOWN = 100
SILENT_ROUNDS = 3
SILENT_SECONDS = 4
FLOOD_SETTLES = 4  # seconds, until as many are in flight as shall be


def address(client):
    """As door_load counts them: neighbours in different /24s."""
    host, network = client // 400, client % 400 + client // 400 // 250 * 400
    return f"11.{network >> 8 & 255}.{network & 255}.{host % 250 + 1}"


def load(door, mode, first, count, in_flight, seconds):
    argv = [PROGRAMS / "door_load", door.socket, mode, first, count, in_flight, seconds]
    return subprocess.Popen([str(a) for a in argv], stdout=subprocess.PIPE, text=True)


def finished(process):
    output = process.communicate(timeout=120)[0]
    assert process.returncode == 0, "door_load failed"
    return json.loads(output)


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_kib(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1])


def steady(pid, core, priority=None):
    """
    On one core, and where that is allowed before all other programs of the machine: what they do
    must not count as a latency. Before and during a flood alike.
    """
    for thread in os.listdir(f"/proc/{pid}/task"):
        os.sched_setaffinity(int(thread), {core})
        if priority is not None:
            try:
                os.sched_setscheduler(int(thread), os.SCHED_FIFO, os.sched_param(priority))
            except PermissionError:
                pass


def median(rows, key):
    return statistics.median(row[key] for row in rows)


class Bench:
    def __init__(self, folder):
        self.folder = folder
        self.figures = {}
        self.failed = []
        self.cores = sorted(os.sched_getaffinity(0))

    def door(self, **more):
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        return Doorward(folder, POLICY, server=more.pop("server", "threads = auto"), log=LOG, **more)

    def show(self, what, value, bound=None, good=True):
        bound = "" if bound is None else f"{bound:<14}{'' if good else 'FAILED'}"
        print(f"  {what:<58}{value:>14}  {bound}".rstrip(), flush=True)
        if not good:
            self.failed.append(what)

    # Unique addresses against NSD, beside dnsperf.

    def unique(self):
        zones = {"11.in-addr.arpa": [], "bench.example": []}
        with open(self.folder / "queries", "w") as queries:
            for n in range(CLIENTS):
                parts = address(n).split(".")
                reverse = ".".join(parts[:0:-1])
                zones["11.in-addr.arpa"].append(f"{reverse} PTR c{n}.bench.example.")
                zones["bench.example"].append(f"c{n} A {address(n)}")
                queries.write(f"{reverse}.11.in-addr.arpa PTR\nc{n}.bench.example A\n")
        nsd = Nsd(self.folder, {zone: "\n".join(lines) + "\n" for zone, lines in zones.items()})
        try:
            rows = [{**self.dnsperf(nsd), **self.decisions(nsd)} for _ in range(ROUNDS)]
        finally:
            nsd.close()
        out = {key: median(rows, key) for key in rows[0]}
        out["ratio"] = statistics.median(r["decisions_s"] / (r["dnsperf_qps"] / 2) for r in rows)
        self.figures["unique"] = {**out, "rounds": rows}
        print(f"{CLIENTS} unique addresses, {IN_FLIGHT} at a time; medians of {ROUNDS}")
        self.show("dnsperf, queries/s", f"{out['dnsperf_qps']:.0f}")
        self.show("dnsperf, CPU per query", f"{out['dnsperf_cpu_us']:.1f} µs")
        self.show("doorward, decisions/s (two queries each)", f"{out['decisions_s']:.0f}")
        self.show("doorward, CPU per look-up", f"{out['cpu_us']:.1f} µs")
        self.show("doorward, latency: median", f"{out['median_us'] / 1000:.1f} ms")
        ratio = out["ratio"]
        self.show("decisions/s ÷ (queries/s ÷ 2)", f"{ratio:.2f}", "at least 0.5", ratio >= 0.5)

    def dnsperf(self, nsd):
        argv = ["dnsperf", "-s", "127.0.0.1", "-p", nsd.port, "-d", self.folder / "queries"]
        argv += ["-l", DNSPERF_SECONDS, "-q", IN_FLIGHT, "-c", 1, "-T", 1]
        before = os.times()
        text = subprocess.run([str(a) for a in argv], capture_output=True, text=True).stdout
        after = os.times()
        used = after.children_user + after.children_system
        used -= before.children_user + before.children_system
        completed = int(re.search(r"Queries completed:\s+(\d+)", text)[1])
        return {
            "dnsperf_qps": float(re.search(r"Queries per second:\s+([\d.]+)", text)[1]),
            "dnsperf_cpu_us": used / completed * 1e6,
        }

    def decisions(self, nsd):
        door = self.door(dns=f"nameservers = 127.0.0.1:{nsd.port}")
        try:
            before = cpu_seconds(door.process.pid)
            run = finished(load(door, "once", 0, CLIENTS, IN_FLIGHT, 0))
            used = cpu_seconds(door.process.pid) - before
        finally:
            door.close()
        if run["verified"] < CLIENTS * 0.999:
            self.failed.append(f"not all were verified: {run}")
        return {
            "decisions_s": CLIENTS / run["seconds"],
            "cpu_us": used / CLIENTS * 1e6,
            "median_us": run["median_us"],
            "verified": run["verified"],
        }

    # A silent server, and those whose names are known meanwhile.

    def silent(self):
        known = {f"{n}": n for n in range(KNOWN)}
        reverse = {".".join(address(n).split(".")[::-1]) + ".in-addr.arpa": n for n in range(KNOWN)}

        def script(q):
            n = reverse.get(q.name, known.get(q.labels[0].decode("latin-1")))
            if n is not None and q.type == "PTR":
                q.send(q.reply([ptr(TO_QUESTION, f"{n}.bench.example", ttl=86400)]))
            elif n is not None:
                q.send(q.reply([a(TO_QUESTION, address(n), ttl=86400)]))

        server = Hostile(script)
        door = self.door(
            dns=f"nameservers = 127.0.0.1:{server.port}\nmax_in_flight = 32768",
            server="threads = 1",
        )
        try:
            warm = finished(load(door, "once", 0, KNOWN, 50, 0))
            assert warm["verified"] == KNOWN, warm
            server.pause()
            self.silent_rounds(door)
        finally:
            door.close()
            server.close()

    def known(self, door):
        """What clients with a cached name get."""
        clients = load(door, "again", 0, KNOWN, 64, SILENT_SECONDS)
        steady(clients.pid, self.cores[-1], 50)
        run = finished(clients)
        assert run["answers"] == run["verified"] > 0, run
        return run

    def silent_rounds(self, door):
        rows, grown, first = [], 0, 1_000_000
        steady(door.process.pid, self.cores[0], 40)
        for _ in range(SILENT_ROUNDS):
            idle = self.known(door)
            before = resident_kib(door.process.pid)
            seconds = FLOOD_SETTLES + SILENT_SECONDS + 1
            flood = load(door, "flood", first, 10_000_000, SILENT_IN_FLIGHT, seconds)
            steady(flood.pid, self.cores[-1])
            time.sleep(FLOOD_SETTLES)
            busy = self.known(door)
            grown = max(grown, resident_kib(door.process.pid) - before)
            run = finished(flood)
            first += 1_000_000
            rows.append(
                {
                    "idle_median_us": idle["median_us"],
                    "idle_p99_us": idle["p99_us"],
                    "busy_median_us": busy["median_us"],
                    "busy_p99_us": busy["p99_us"],
                    "median_ratio": busy["median_us"] / idle["median_us"],
                    "p99_ratio": busy["p99_us"] / idle["p99_us"],
                    "least_in_flight": run["least_in_flight"],
                    "flood_errors": run["error"],
                    "flood_answers": run["answers"],
                }
            )
            time.sleep(3)
        out = {key: median(rows, key) for key in rows[0]}
        out["grown_mib"] = grown / 1024
        self.figures["silent"] = {**out, "rounds": rows}
        print(f"{SILENT_IN_FLIGHT} in flight to a silent server; medians of {SILENT_ROUNDS}")
        self.show("in flight, at least", f"{out['least_in_flight']:.0f}")
        for part, word in [("median", "median"), ("p99", "99th percentile")]:
            self.show(f"known clients, idle: {word}", f"{out[f'idle_{part}_us']:.0f} µs")
            self.show(f"known clients, meanwhile: {word}", f"{out[f'busy_{part}_us']:.0f} µs")
            ratio = out[f"{part}_ratio"]
            self.show(f"{word}: ratio", f"{ratio:.2f}", "at most 2", ratio <= 2)
        grown = out["grown_mib"]
        self.show("memory grows by", f"{grown:.1f} MiB", "under 64 MiB", grown < 64)

    # Ten million addresses through the cache.

    def scan(self):
        argv = [PROGRAMS / "cache_scan", "10000000", "1000", "64"]
        run = json.loads(subprocess.run(argv, stdout=subprocess.PIPE, check=True).stdout)
        self.figures["cache"] = run
        print(f"{run['addresses']} addresses through a cache of {run['cap_bytes'] >> 20} MiB")
        rate, most = run["hit_rate"], run["most_bytes"]
        self.show("1000 clients in use: hits", f"{rate:.2%}", "over 99 %", rate > 0.99)
        self.show(
            "bytes held at most",
            f"{most / 2**20:.1f} MiB",
            "the cap",
            most <= run["cap_bytes"],
        )
        self.show("memory grows by", f"{run['grown_kib'] / 1024:.1f} MiB")
        self.show("a hit", f"{run['hit_ns']:.0f} ns")
        self.show("a miss, stored", f"{run['scan_ns']:.0f} ns")


def main(out, *parts):
    folder = Path(tempfile.mkdtemp(prefix="doorward-bench-"))
    bench = Bench(folder)
    try:
        for part in parts or ["unique", "silent", "scan"]:
            getattr(bench, part)()
    finally:
        shutil.rmtree(folder)
    Path(out).parent.mkdir(parents=True, exist_ok=True)
    Path(out).write_text(json.dumps(bench.figures, indent=1) + "\n")
    if bench.failed:
        sys.exit("bench: out of bounds: " + "; ".join(bench.failed))


main(*sys.argv[1:])
