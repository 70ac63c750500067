# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The page and documents of the admin listener, while many decisions are made."""

import os
import statistics
import threading
import time

from kit.admin import ready

RATE = 20_000  # decisions a second
MOST_MS = 200  # for each answer
MS = 4000
PATHS = [
    "/",
    "/decisions",
    "/whatif?ip=11.100.100.100",
    "/status.json",
    "/history.json",
    "/recent.json?limit=1000",
    "/whatif.json?ip=11.100.100.100",
    "/metrics",
]


class Reading(threading.Thread):
    """Reads all paths in turn, until it is told to stop; `took` has milliseconds by path."""

    def __init__(self, admin):
        super().__init__()
        self.admin, self.over = admin, threading.Event()
        self.took = {path: [] for path in PATHS}
        self.wrong = []

    def run(self):
        turns = 0
        while turns == 0 or not self.over.is_set():
            turns += 1
            for path in PATHS:
                began = time.monotonic()
                response, body = self.admin.get(path)
                self.took[path].append((time.monotonic() - began) * 1000)
                if response.status != 200 or not body:
                    self.wrong.append(path)


def page(stage, report):
    """Server.load fails if an answer is lost."""
    admin = stage.new_folder() / "admin.sock"
    rules = "deny = rate 1000000/s\nallow = host .bench.example\n"
    door = stage.door(rules, server=f"listen = admin:unix:{admin}")
    reader = Reading(ready(str(admin)))
    how = {"addresses": 1000, "uris": 1000, "keep": 1, "connections": 64, "rate": RATE}
    os.sched_setaffinity(0, stage.cores[-1:])
    door.load(addresses=1000, requests=2000, in_turn=1, keep=1, connections=16, ms=30_000)
    alone = door.load(**stage.during(MS), **how)
    os.sched_setaffinity(0, stage.cores)
    reader.start()
    os.sched_setaffinity(0, stage.cores[-1:])
    both = door.load(**stage.during(MS), **how)
    os.sched_setaffinity(0, stage.cores)
    reader.over.set()
    reader.join()
    for path in reader.wrong:
        report.fail(f"{path} is not answered")
    report.title(f"pages during {RATE:,} decisions a second, none cached", "slowest", "median")
    for path, took in reader.took.items():
        median = statistics.median(took)
        report.row(path, max(took), median, "ms", most=None if stage.smoke else MOST_MS)
        report.keep(f"{path}: all", [round(ms, 2) for ms in took])
    report.title("the clients' answers meanwhile", "with pages", "without")
    report.row("answers", both["per_second"], alone["per_second"], "/s")
    report.row("lost", both["lost"], alone["lost"], most=0)
    report.row("99 %", both["p99_us"], alone["p99_us"], "µs")
