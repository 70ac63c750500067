# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
What a flood of forged signatures (Web Bot Auth) costs other clients, beside none, and beside a
flood of as many requests, with the same parameters, that have no signature.
"""

import json
import os
import subprocess
import time

from dns import steady
from kit.agents import Agent, params
from stage import PROGRAMS, Rounds, tasks

HOST = "www.bench.example"  # as wire_load says
RATE = 2000  # requests a second of the clients
MS = 800
SETTLES_MS = 300  # until the flood has used up the checks that it finds
ENDS_MS = 200
ROUNDS = 3
MOST = 2  # of the clients' 99 %
LABELS = ["s0", "s1", "s2", "s3"]
FIELDS = 24
FLOODS = {
    "32 at a time, 250/s": {"rate": 250, "pulse": 32, "connections": 64},
    "5,000/s": {"rate": 5000, "connections": 64},
    "20,000/s": {"rate": 20_000, "connections": 256},
    "as fast as it goes": {"rate": 0, "connections": 64},
}


def of_another_key(agent):
    """The path is that of no request, so each has another signature base."""
    stranger = Agent()
    how = {"cover": ("@authority", "@path"), "key": stranger.key}
    return [params(agent.sign(HOST, "/", **how)) for _ in range(100)]


def of_unknown_keys(agent):
    return [params(agent.sign(HOST, keyid=Agent().keyid)) for _ in range(100)]


def the_largest(agent):
    """As many labels, components and bytes as doorward reads."""
    now = int(time.time())
    names = [f"x-{n:02}" for n in range(FIELDS)]
    covered = " ".join(f'"{name}"' for name in names)
    inputs = [
        f'{label}=("@authority" "@path" "signature-agent";key="{label}" {covered})'
        f';created={now};expires={now + 3600};keyid="{agent.keyid}";tag="web-bot-auth"'
        for label in LABELS
    ]
    fields = [(name, "v" * 200) for name in names]
    return [
        params(
            [
                ("Signature-Agent", ",".join(f'{label}="{agent.url}"' for label in LABELS)),
                ("Signature-Input", ",".join(inputs)),
                ("Signature", ",".join(f"{label}=:{'A' * 86}==:" for label in LABELS)),
                *fields,
            ]
        )
    ]


FORGED = {
    "signatures of another key": of_another_key,
    "signatures of unknown keys": of_unknown_keys,
    "the largest signatures": the_largest,
}


class Parameters:
    """Files for wire_load."""

    def __init__(self, folder):
        self.folder, self.count = folder, 0

    def save(self, requests):
        self.count += 1
        file = self.folder / f"params{self.count}"
        texts = ("".join(f"{name}={value}\n" for name, value in pairs) for pairs in requests)
        file.write_text("\n".join(texts))
        return file

    def forged_and_plain(self, requests):
        plain = [
            [(name.replace("HTTP_SIGNATURE", "HTTP_NOTHING"), value) for name, value in pairs]
            for pairs in requests
        ]
        return self.save(requests), self.save(plain)


def start(stage, door, priority=None, **options):
    argv = [PROGRAMS / "wire_load", door.socket, "keep=1"]
    argv += [f"{name}={value}" for name, value in options.items()]
    process = subprocess.Popen([str(a) for a in argv], stdout=subprocess.PIPE, text=True)
    steady(process.pid, stage.cores[-1], priority)
    return process


def finished(process):
    output = process.communicate(timeout=60)[0]
    assert process.returncode == 0, "wire_load failed"
    run = json.loads(output)
    assert run["answers"] > 0 and run["lost"] == 0, run
    return run


def ask(stage, door, file):
    """The clients. Their generator comes before that of the flood, which has the same core."""
    how = {"connections": 16, "addresses": 100, "rate": RATE, **stage.during(MS)}
    run = finished(start(stage, door, 50, **how, **({"params": file} if file else {})))
    assert run["allowed"] == run["answers"], run
    return run


def beside_a_flood(stage, door, file, flood, how):
    ms = SETTLES_MS + (MS if not stage.smoke else 0) + ENDS_MS
    more = {"first": 500, "addresses": 400, "uris": 80_000_000, "params": flood}
    attacker = start(stage, door, ms=ms, **more, **how)
    time.sleep(SETTLES_MS / 1000)
    run = ask(stage, door, file)
    return {**run, "flood_per_second": finished(attacker)["per_second"]}


def prefer(door, how):
    """
    Where that is allowed, before all other programs of the machine: what they do must not count as
    a latency. A worker that is never idle would be stopped for a while by the kernel.
    """
    policy, priority = (os.SCHED_FIFO, 40) if how["rate"] > 0 else (os.SCHED_OTHER, 0)
    for task in tasks(door.pid):
        try:
            os.sched_setscheduler(int(task.name), policy, os.sched_param(priority))
        except PermissionError:
            pass


def flood(stage, report):
    agent = Agent()
    agent.publish(stage.folder / "agents")
    door = stage.door(
        f"allow = agent {agent.url}\nallow = host .bench.example\n",
        before=f"[agents]\nkeys = {stage.folder}/agents\n",
    )
    door.load(addresses=1000, requests=2000, in_turn=1, ms=30_000, keep=1, connections=16)
    files = Parameters(stage.folder)
    clients = {
        "browsers": None,
        "agents, verified before": files.save([params(agent.sign(HOST, lifetime=3600))]),
    }
    floods = {what: files.forged_and_plain(make(agent)) for what, make in FORGED.items()}
    for who, file in clients.items():
        for pace, how in FLOODS.items():
            prefer(door, how)
            sides = {"alone": lambda: ask(stage, door, file)}
            for what, both in floods.items():
                for side, params_file in zip(("forged", "plain"), both):
                    sides[what, side] = lambda flooded=params_file: beside_a_flood(
                        stage, door, file, flooded, how
                    )
            rounds = Rounds(stage.rounds(ROUNDS), sides)
            show(report, who, pace, rounds)


def show(report, who, pace, rounds):
    """
    As fast as it goes, the requests of a flood wait for each other, too: there is no bound; nor for
    headers so large and so many that to read them takes two fifths of the worker's time.
    """
    rate = FLOODS[pace]["rate"]
    report.title(f"{who}, a flood of {pace}", "flood", "beside", "ratio", f"{who}, {pace}")
    report.keep("rounds", {str(side): rows for side, rows in rounds.rows.items()})
    for what in FORGED:
        forged, plain = (what, "forged"), (what, "plain")
        too_much = rate == 0 or (rate == 20_000 and FORGED[what] is the_largest)
        bound = {} if too_much else {"most": MOST}
        rounds.compare(report, f"{what}: median, alone", "p50_us", "µs", forged, "alone")
        rounds.compare(report, f"{what}: 99 %, alone", "p99_us", "µs", forged, "alone", **bound)
        row = f"{what}: 99 %, plain requests"
        rounds.compare(report, row, "p99_us", "µs", forged, plain, **bound)
        if rate == 0:
            row = f"{what}: the flood, plain requests"
            rounds.compare(report, row, "flood_per_second", "/s", forged, plain)
