# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""FastCGI over a Unix socket, as nginx asks: doorward beside the fastest possible authorizer."""

import json
import os
import socket
import statistics
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from stage import ALLOW, PROGRAMS, Rounds

ROUNDS = 9
MS = 800
CROWD = dict(addresses=100, uris=1000)
WAYS = {
    "a connection a request": dict(keep=0, connections=16),
    "kept connections": dict(keep=1, connections=16),
}
FRESH_A_RUN = 4000  # more clients than one run of `mixed` meets for the first time


def side(stage, server, ms=MS, **how):
    """A measurement for Rounds; the first requests, which fill caches, are left out."""
    how = {**CROWD, **how}
    first = {"in_turn": 1, "rate": 0, "ms": 30_000, "requests": 300 if stage.smoke else 2000}
    server.load(**{**how, **first})
    return lambda: server.load(**stage.during(ms), **how)


def beside_baselines(stage, report):
    """Each bound of a cached client; one worker, one core."""
    stage.ask_from_the_last_core()
    servers = {"door": stage.door(), "bare": stage.bare(), "pool": stage.pool()}
    for what, given in [("name and certificate", stage.cert()), ("name alone", None)]:
        for way, how in WAYS.items():
            sides = {n: side(stage, s, cert=given, **how) for n, s in servers.items()}
            runs = Rounds(stage.rounds(ROUNDS), sides)
            higher, lower, pool = {}, {}, {}
            if given is not None:
                higher = {"least": 0.75 if how["keep"] else 0.85}
                lower = {"most": 1.6 if how["keep"] else 1.3}
                pool = {"least": 1.5}
            report.title(f"{what}, {way}", "doorward", "bare epoll", "ratio")
            report.keep("rounds", runs.rows)
            compare(report, runs, "door", "bare", higher=higher, lower=lower)
            runs.compare(report, "the generator's own core", "busy_percent", "%", "door", "bare")
            key = f"{what}, {way}, pool"
            report.title(f"{what}, {way}", "doorward", "libfcgi × 16", "ratio", key)
            compare(report, runs, "door", "pool", higher=pool)


def compare(report, runs, ours, beside, what="requests", higher=None, lower=None):
    """A row for the requests a second, and a row for the CPU time of one, with their bounds."""
    higher, lower = {"better": "higher", **(higher or {})}, {"better": "lower", **(lower or {})}
    runs.compare(report, what, "per_second", "/s", ours, beside, **higher)
    runs.compare(report, f"{what}: CPU of one", "cpu_us", "µs", ours, beside, **lower)


def cases(stage, report):
    """Unusual requests, beside the usual request to the same doorward."""
    stage.ask_from_the_last_core()
    cert = stage.cert()
    rounds = stage.rounds(3)
    runs = 2 * rounds
    door = stage.door(clients=1000 + runs * FRESH_A_RUN)
    strict = stage.door("deny = host .bench.example\n")
    bare = stage.bare(status="403 Forbidden")
    # On a disk: a memory file system may be small.
    logs = stage.enter_context(TemporaryDirectory())
    logged = f"format = text\nlevel = warning\ndecisions = all\ntarget = file:{logs}/log"
    talking = stage.door(log=logged)
    known = {**CROWD, "addresses": 1000, "cert": cert}
    door.load(**known, in_turn=1, requests=2000, ms=30_000)
    firsts = iter(range(runs))

    def mixed(how):
        """A client that is new in one run is not new in another."""
        offset = next(firsts) * FRESH_A_RUN
        return door.load(**stage.during(MS), fresh=10, fresh_first=offset, **known, **how)

    for way, how in WAYS.items():
        report.title(f"beside the usual request, {way}", "these", "the usual", "ratio")
        for what, other in [
            ("1 of 100 clients is new", lambda how=how: mixed(how)),
            ("certificates never seen before", side(stage, door, cert=cert, fresh_certs=1, **how)),
            ("each decision is logged", side(stage, talking, cert=cert, **how)),
        ]:
            both = {"these": other, "usual": side(stage, door, cert=cert, **how)}
            compare(report, Rounds(rounds, both), "these", "usual", what)
        report.title(f"denied, {way}", "doorward", "bare epoll", "ratio")
        both = {
            "door": side(stage, strict, denied=True, cert=cert, **how),
            "bare": side(stage, bare, denied=True, cert=cert, **how),
        }
        compare(report, Rounds(rounds, both), "door", "bare")


def rules(stage, report):
    """A cached client whose rule comes after many rules about others."""
    stage.ask_from_the_last_core()
    counts = [10, 1_000, 100_000]
    doors = {}
    for count in counts:
        text = "".join(f"deny = host h{n}.other.example\n" for n in range(count - 1))
        doors[count] = stage.door(text + ALLOW)
    how = {**WAYS["kept connections"], "cert": stage.cert()}
    runs = Rounds(stage.rounds(ROUNDS), {n: side(stage, doors[n], **how) for n in counts})
    report.title("rules, of which the client's own is the last", "so many", "10 rules", "ratio")
    for count in counts[1:]:
        row = f"{count:,} rules"
        limit = {"most": 1.1} if count == counts[-1] else {}
        compare(report, runs, count, 10, row, lower=limit)


def workers(stage, report):
    """Two workers need two cores beside the generator's core to show their full speed."""
    cores = stage.cores[:2]
    stage.ask_from_the_last_core()
    doors = {n: stage.door(threads=n, cores=cores) for n in (1, 2)}
    shared = "" if len(stage.cores) > 2 else " (a core is the generator's, too)"
    for way, how in WAYS.items():
        sides = {n: side(stage, doors[n], cert=stage.cert(), **how) for n in doors}
        runs = Rounds(stage.rounds(3), sides)
        report.title(f"workers{shared}, {way}", "two", "one", "ratio", f"workers, {way}")
        compare(report, runs, 2, 1)


def connections(stage, report):
    stage.ask_from_the_last_core()
    servers = {"door": stage.door(), "bare": stage.bare()}

    def row(what, **how):
        sides = {n: side(stage, s, 500, cert=stage.cert(), **how) for n, s in servers.items()}
        runs = Rounds(stage.rounds(3), sides)
        runs.compare(report, what, "per_second", "/s", "door", "bare", better="higher")

    for way, how in WAYS.items():
        report.title(f"at one time, {way}", "doorward", "bare epoll", "ratio")
        for count in [1, 64] if stage.smoke else [1, 8, 64, 512, 4096]:
            row(f"{count:,} connections", **{**how, "connections": count})
    row("16 connections, 16 requests multiplexed on each", **how, multiplex=16)


def stalls(stage, rate, ms):
    """The worse one of the two cores, which are busy at the same time, as they are with
    requests."""
    argv = [PROGRAMS / "stalls", str(rate), "10" if stage.smoke else str(ms)]
    runs = [
        subprocess.Popen(argv, stdout=subprocess.PIPE, **stage.on([core]))
        for core in stage.cores[:2]
    ]
    return max((json.loads(run.communicate()[0]) for run in runs), key=lambda run: run["p999_us"])


def latency(stage, report):
    """
    An open loop at half the rate at which doorward is saturated, for both; and a loop without a
    server: no authorizer's latencies can be better than the noise that the machine adds to this
    loop.
    """
    stage.ask_from_the_last_core()
    servers = {"door": stage.door(), "bare": stage.bare()}
    for way, how in WAYS.items():
        how = {**how, "connections": 64, "cert": stage.cert()}
        saturated = side(stage, servers["door"], **how)()["per_second"]
        how = {**how, "connections": 512, "rate": int(saturated / 2), "ms": 2000}
        sides = {name: side(stage, server, **how) for name, server in servers.items()}
        sides["machine"] = lambda rate=how["rate"], ms=how["ms"]: stalls(stage, rate, ms)
        runs = Rounds(stage.rounds(5), sides)
        title = f"latency at {how['rate']:,}/s, half the most, {way}"
        report.title(title, "doorward", "bare epoll", "ratio", key=f"latency, {way}")
        report.keep("rounds", runs.rows)
        for key, word in [("p50_us", "median"), ("p99_us", "99 %"), ("p999_us", "99.9 %")]:
            runs.compare(report, word, key, "µs", "door", "bare")
        alone = {key: runs.median("machine", key) for key in ("p99_us", "p999_us")}
        report.row("99 % without a server", alone["p99_us"], unit="µs")
        report.row("99.9 % without a server", alone["p999_us"], unit="µs")
        spread = [
            statistics.median(row["p999_us"] / row["p50_us"] for row in runs.rows[name])
            for name in ("door", "bare")
        ]
        machine = alone["p999_us"] / runs.median("door", "p50_us")
        bound = {"most": 5} if machine < 5 else {}
        report.row("99.9 % as a multiple of the median", *spread, **bound)
        if not bound:
            report.remark(
                f"at most 5 is asked for, which cannot be shown on this machine: its own stalls "
                f"alone are {machine:.0f} medians"
            )


def resident(pid):
    """Private bytes of this process."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    fields = dict(line.split(":") for line in text.splitlines()[1:])
    return sum(int(fields[f"Private_{state}"].split()[0]) for state in ("Clean", "Dirty")) * 1024


def scanned(count):
    """Bytes that a cache holds after so many addresses."""
    argv = [PROGRAMS / "cache_scan", str(count), "1000", "64"]
    return json.loads(subprocess.run(argv, stdout=subprocess.PIPE, check=True).stdout)["most_bytes"]


def memory(stage, report):
    """Memory of a connection, a request in flight and a cached result."""
    stage.ask_from_the_last_core()
    count = 200 if stage.smoke else 4000
    clients = 1000 if stage.smoke else 50_000
    door = stage.door(clients=clients, server="max_connections = 20000\nrequest_timeout = 60s")
    door.load(**CROWD, requests=2000, ms=30_000, keep=1, connections=16)

    begin = bytes([1, 1, 0, 1, 0, 8, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0])
    pairs = b"".join(
        bytes([len(name), len(value)]) + name + value
        for name, value in [
            (b"REMOTE_ADDR", b"11.100.100.100"),
            (b"REQUEST_URI", b"/catalogue/item/10000000?page=2"),
            (b"HTTP_USER_AGENT", b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101"),
        ]
    )
    half = begin + bytes([1, 4, 0, 1, 0, len(pairs), 0, 0]) + pairs
    before = resident(door.pid)
    all_open = [socket.socket(socket.AF_UNIX) for _ in range(count)]
    for each in all_open:
        each.connect(os.fspath(door.socket))
    door.load(requests=100, ms=30_000)  # further clients are answered later
    idle = resident(door.pid)
    for each in all_open:
        each.sendall(half)
    door.load(requests=100, ms=30_000)
    in_flight = resident(door.pid)
    for each in all_open:
        each.close()
    report.title("memory")
    row = "an idle connection"
    report.row(row, (idle - before) / count, unit="B", most=1024)
    report.row("a request in flight", (in_flight - idle) / count, unit="B", most=4096)

    # The first requests also cause allocations that are made once.
    door = stage.door(clients=clients)
    how = {"keep": 1, "connections": 16, "in_turn": 1, "ms": 60_000}
    first = clients // 5
    door.load(addresses=clients, requests=first, **how)
    before = resident(door.pid)
    more = clients - 2 * first
    door.load(addresses=clients, first=first, requests=more, **how)
    row = "a client that was looked up, with the answers of DNS"
    report.row(row, (resident(door.pid) - before) / more, unit="B")
    half, whole = (scanned(count) for count in (50_000, 100_000))
    report.row("a cached result with its name", (whole - half) / 50_000, unit="B", most=300)
