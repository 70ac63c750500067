# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The DNS engine under load: beside dnsperf, beside itself at rest, and its cache during a scan."""

import json
import os
import re
import statistics
import subprocess
import time
from pathlib import Path

from kit.doorward import Doorward
from kit.hostile import TO_QUESTION, Hostile, a, ptr
from kit.names import Nsd, reverse
from report import median
from stage import ALLOW, LOG, PROGRAMS, cpu_ns

POLICY = f"[policy default]\n{ALLOW}"
CLIENTS = 100_000
ROUNDS = 3
IN_FLIGHT = 1000
DNSPERF_SECONDS = 3

SILENT_IN_FLIGHT = 10_000
KNOWN = 100
SILENT_ROUNDS = 3
SILENT_SECONDS = 4
FLOOD_SETTLES = 4  # seconds, until the flood has reached its full size


def address(client):
    """The address of a client, as in door_load: neighbours in different /24s."""
    host, network = client // 400, client % 400 + client // 400 // 250 * 400
    return f"11.{network >> 8 & 255}.{network & 255}.{host % 250 + 1}"


def load(door, mode, first, count, in_flight, seconds):
    argv = [PROGRAMS / "door_load", door.socket, mode, first, count, in_flight, seconds]
    return subprocess.Popen([str(a) for a in argv], stdout=subprocess.PIPE, text=True)


def finished(process):
    output = process.communicate(timeout=120)[0]
    assert process.returncode == 0, "door_load failed"
    return json.loads(output)


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


def start(stage, **more):
    door = Doorward(stage.new_folder(), POLICY, log=LOG, **more)
    stage.callback(door.close)
    return door


# Unique addresses against NSD, beside dnsperf.


def unique(stage, report):
    clients = 1000 if stage.smoke else CLIENTS
    queries = stage.folder / "queries"
    zones = {"11.in-addr.arpa": [], "bench.example": []}
    with open(queries, "w") as file:
        for n in range(clients):
            parts = reverse(address(n))
            relative = parts.removesuffix(".11.in-addr.arpa")
            zones["11.in-addr.arpa"].append(f"{relative} PTR c{n}.bench.example.")
            zones["bench.example"].append(f"c{n} A {address(n)}")
            file.write(f"{parts} PTR\nc{n}.bench.example A\n")
    folder = stage.new_folder()
    nsd = Nsd(folder, {zone: "\n".join(lines) + "\n" for zone, lines in zones.items()})
    stage.callback(nsd.close)
    rows = [
        {**dnsperf(stage, nsd, queries), **decisions(stage, nsd, clients)}
        for _ in range(stage.rounds(ROUNDS))
    ]
    report.keep("rounds", rows)
    out = {key: median(rows, key) for key in rows[0]}
    ratio = statistics.median(r["decisions_s"] / (r["dnsperf_qps"] / 2) for r in rows)
    report.title(f"{clients:,} names never asked before", beside="dnsperf", ratio="ratio")
    halved = out["dnsperf_qps"] / 2
    row = "decisions, two questions each"
    report.row(row, out["decisions_s"], halved, "/s", ratio, "higher", least=0.5)
    report.row("CPU a lookup, or two queries", out["cpu_us"], 2 * out["dnsperf_cpu_us"], "µs")
    report.row("median latency of a decision", out["median_us"] / 1000, unit="ms")
    if out["verified"] < clients * 0.999:
        report.fail(f"not all were verified: {out['verified']} of {clients}")


def dnsperf(stage, nsd, queries):
    how_long = ["-n", 1] if stage.smoke else ["-l", DNSPERF_SECONDS]
    argv = ["dnsperf", "-s", "127.0.0.1", "-p", nsd.port, "-d", queries]
    argv += [*how_long, "-q", IN_FLIGHT, "-c", 1, "-T", 1]
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


def decisions(stage, nsd, clients):
    door = start(stage, dns=f"nameservers = 127.0.0.1:{nsd.port}", server="threads = auto")
    before = cpu_ns(door.process.pid)
    run = finished(load(door, "once", 0, clients, IN_FLIGHT, 0))
    used = cpu_ns(door.process.pid) - before
    door.close()
    return {
        "decisions_s": clients / run["seconds"],
        "cpu_us": used / clients / 1000,
        "median_us": run["median_us"],
        "verified": run["verified"],
    }


# A silent server, and clients with a cached name meanwhile.


def silent(stage, report):
    known = {f"{n}": n for n in range(KNOWN)}
    by_reverse = {reverse(address(n)): n for n in range(KNOWN)}

    def script(q):
        n = by_reverse.get(q.name, known.get(q.labels[0].decode("latin-1")))
        if n is not None and q.type == "PTR":
            q.send(q.reply([ptr(TO_QUESTION, f"{n}.bench.example", ttl=86400)]))
        elif n is not None:
            q.send(q.reply([a(TO_QUESTION, address(n), ttl=86400)]))

    server = Hostile(script)
    stage.callback(server.close)
    dns = f"nameservers = 127.0.0.1:{server.port}\nmax_in_flight = 32768"
    door = start(stage, dns=dns, server="threads = 1")
    warm = finished(load(door, "once", 0, KNOWN, 50, 0))
    assert warm["verified"] == KNOWN, warm
    if stage.smoke:
        return
    server.pause()
    rows = silent_rounds(stage, door)
    report.keep("rounds", rows)
    out = {key: median(rows, key) for key in rows[0]}
    report.title(f"{SILENT_IN_FLIGHT:,} in flight to a silent server", "then", "at rest", "ratio")
    report.row("in flight, at least", out["least_in_flight"])
    for part, word in [("median", "median"), ("p99", "99 %")]:
        busy, idle = out[f"busy_{part}_us"], out[f"idle_{part}_us"]
        row = f"latency of clients that are known: {word}"
        report.row(row, busy, idle, "µs", out[f"{part}_ratio"], most=2)
    grown = max(row["grown_kib"] for row in rows) / 1024
    report.row("memory grows by", grown, unit="MiB", most=64)


def known_clients(stage, door):
    """The latencies of clients with a cached name."""
    clients = load(door, "again", 0, KNOWN, 64, SILENT_SECONDS)
    steady(clients.pid, stage.cores[-1], 50)
    run = finished(clients)
    assert run["answers"] == run["verified"] > 0, run
    return run


def silent_rounds(stage, door):
    rows, first = [], 1_000_000
    steady(door.process.pid, stage.cores[0], 40)
    for _ in range(SILENT_ROUNDS):
        idle = known_clients(stage, door)
        before = resident_kib(door.process.pid)
        seconds = FLOOD_SETTLES + SILENT_SECONDS + 1
        flood = load(door, "flood", first, 10_000_000, SILENT_IN_FLIGHT, seconds)
        steady(flood.pid, stage.cores[-1])
        time.sleep(FLOOD_SETTLES)
        busy = known_clients(stage, door)
        grown = resident_kib(door.process.pid) - before
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
                "grown_kib": grown,
                "flood_errors": run["error"],
                "flood_answers": run["answers"],
            }
        )
        time.sleep(3)
    return rows


# Ten million addresses through the cache.


def scan(stage, report):
    addresses = 20_000 if stage.smoke else 10_000_000
    argv = [PROGRAMS / "cache_scan", str(addresses), "1000", "64"]
    run = json.loads(subprocess.run(argv, stdout=subprocess.PIPE, check=True).stdout)
    report.keep("cache_scan", run)
    mib = run["cap_bytes"] / 2**20
    report.title(f"{run['addresses']:,} addresses through a cache of {mib:.0f} MiB")
    report.row("1,000 clients in use: hits", run["hit_rate"] * 100, unit="%", least=99)
    report.row("held at most", run["most_bytes"] / 2**20, unit="MiB", most=mib)
    report.row("memory grows by", run["grown_kib"] / 1024, unit="MiB")
    report.row("a hit", run["hit_ns"], unit="ns")
    report.row("a miss, stored", run["scan_ns"], unit="ns")
