# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
A client that comes for the first time, and another machine has looked it up: the store beside DNS.
Both answer on loopback, so that what is compared is the work; real DNS takes milliseconds more.
"""

import statistics

from dns import address, finished, load, start
from kit.metrics import scrape
from kit.names import Nsd, reverse
from kit.process import wait_for
from kit.store import Store
from report import median
from stage import cpu_ns

CLIENTS = 3000
ROUNDS = 3


def shared_names(stage, report):
    clients = 200 if stage.smoke else CLIENTS
    reverses = "".join(
        f"{reverse(address(n)).removesuffix('.11.in-addr.arpa')} PTR c{n}.bench.example.\n"
        for n in range(clients)
    )
    names = "".join(f"c{n} A {address(n)}\n" for n in range(clients))
    nsd = Nsd(stage.new_folder(), {"11.in-addr.arpa": reverses, "bench.example": names})
    stage.callback(nsd.close)
    store = Store(stage.new_folder())
    stage.callback(store.close)
    lines = store.lines(stage.new_folder())
    rows = [one_round(stage, nsd, store, lines, clients) for _ in range(stage.rounds(ROUNDS))]
    report.keep("rounds", rows)
    out = {key: median(rows, key) for key in rows[0]}
    report.title(f"{clients:,} clients, one after the other", "the store", "DNS", "ratio")
    for what, key, unit in [("latency, median", "median_us", "µs"), ("CPU", "cpu_us", "µs")]:
        ratio = statistics.median(r[f"store_{key}"] / r[f"dns_{key}"] for r in rows)
        row = f"another machine has looked them up: {what}"
        report.row(row, out[f"store_{key}"], out[f"dns_{key}"], unit, ratio, "lower")
        ratio = statistics.median(r[f"first_{key}"] / r[f"dns_{key}"] for r in rows)
        row = f"the first machine asks both, and writes: {what}"
        report.row(row, out[f"first_{key}"], out[f"dns_{key}"], unit, ratio, "lower")
    report.row("clients that DNS was asked for all the same", out["asked_all_the_same"])


def one_round(stage, nsd, store, lines, clients):
    store.command("FLUSHALL")
    dns = f"nameservers = 127.0.0.1:{nsd.port}"
    row = {}
    for name, shared in [("dns", ""), ("first", lines), ("store", lines)]:
        door = start(stage, dns=dns, server="threads = 1", shared=shared)
        if shared:
            wait_for(lambda d=door: scrape(d).get("doorward_shared_up") == 1, "the store")
        before = cpu_ns(door.process.pid)
        run = finished(load(door, "once", 0, clients, 1, 0))
        row[f"{name}_cpu_us"] = (cpu_ns(door.process.pid) - before) / clients / 1000
        row[f"{name}_median_us"] = run["median_us"]
        assert run["verified"] == clients, run
        if name == "store":
            used = scrape(door).get("doorward_shared_names_questions_total", reply="used")
            row["asked_all_the_same"] = clients - used
        door.close()
    return row
