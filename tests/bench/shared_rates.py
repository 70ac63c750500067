# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""What rates that machines count together cost: a request, and the store."""

from kit.store import Store
from stage import ALLOW, Rounds

RATE = "rdns = off\ndefault = allow\ndeny = rate {}\n"
KEPT = {"keep": 1, "connections": 8, "uris": 1000}
MEMBERS = 4
CLIENTS = 100_000


def store(stage):
    db = Store(stage.new_folder())
    stage.callback(db.close)
    return db


def door(stage, rules, db=None, **more):
    if db is not None:
        more["shared"] = db.lines(stage.new_folder(), "timeout = 1s", f"members = {MEMBERS}")
    return stage.door(rules, **more)


def requests(stage, report):
    """Beside the same doorward without a store."""
    report.title("with a store, beside without one", "with", "without", "ratio")
    for what, rules, addresses, most in (
        ("a cached request", ALLOW, 100, 1.05),
        ("a request under a rate", RATE.format("1000000/s"), 8, 1.15),
    ):
        how = {**KEPT, "addresses": addresses, **stage.during(1500)}
        with_one, without = door(stage, rules, store(stage)), door(stage, rules)
        for each in (with_one, without):
            each.load(requests=500, in_turn=1, ms=30_000, addresses=addresses, **KEPT)
        rounds = Rounds(
            stage.rounds(7),
            {
                "with": lambda: with_one.load(**how),
                "without": lambda: without.load(**how),
            },
        )
        rounds.compare(
            report, what, "cpu_us", "µs", "with", "without", better="lower", most=most
        )


def statistics(db):
    """Questions for leases, bytes of memory, and keys."""
    calls = {}
    for line in db.command("INFO", "commandstats").decode().splitlines():
        if line.startswith("cmdstat_"):
            name, _, rest = line.removeprefix("cmdstat_").partition(":calls=")
            calls[name] = int(rest.partition(",")[0])
    memory = db.command("INFO", "memory").decode()
    used = next(l for l in memory.splitlines() if l.startswith("used_memory:"))
    return (
        sum(calls.get(name, 0) for name in ("evalsha", "eval")),
        int(used.partition(":")[2]),
        int(db.command("DBSIZE")),
    )


def machines(stage, report):
    """Three requests of each client on average, at random, to one machine after the other."""
    clients = 300 if stage.smoke else CLIENTS
    report.title(
        f"{clients:,} clients under rate 60/m", "questions", "bytes", key="machines of one store"
    )
    for count in (1, MEMBERS, 2 * MEMBERS):
        db = store(stage)
        before = statistics(db)
        doors = [door(stage, RATE.format("60/m"), db) for _ in range(count)]
        sent = 0
        for each in doors:
            run = each.load(
                requests=3 * clients // count, addresses=clients, ms=600_000, **KEPT
            )
            sent += run["answers"]
        asked, memory, keys = (b - a for a, b in zip(before, statistics(db)))
        report.row(
            f"{count} machines: of the store, a request and a client", asked / sent, memory / keys
        )
        for each in doors:
            each.process.stop()
        db.close()


def shared_rates(stage, report):
    requests(stage, report)
    machines(stage, report)
