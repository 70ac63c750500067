# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""What the memory of recent decisions costs: the same doorward with it and without it."""

from stage import Rounds
from wire import ROUNDS, WAYS, compare, side

MOST = 1.02  # of the CPU time of a request


def recent(stage, report):
    stage.ask_from_the_last_core()
    doors = {}
    for count in (1000, 0):
        admin = stage.new_folder() / "admin.sock"
        doors[count] = stage.door(server=f"listen = admin:unix:{admin}\nrecent = {count}")
    for way, how in WAYS.items():
        sides = {n: side(stage, door, **how) for n, door in doors.items()}
        runs = Rounds(stage.rounds(2 * ROUNDS), sides)
        report.title(f"recent decisions, name alone, {way}", "recent = 1000", "recent = 0", "ratio")
        report.keep("rounds", runs.rows)
        compare(report, runs, 1000, 0, lower={"most": MOST})
