# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
The programs of a measurement: servers on one core, load generators on another, and rounds. All of
them use only loopback and one folder.
"""

import contextlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

from kit.certs import Authority
from kit.doorward import BINARY, Doorward
from kit.names import Nsd, reverse
from kit.process import Process, connects, wait_for

PROGRAMS = Path(os.environ["BENCH"])
TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
LOG = "format = text\nlevel = warning\ndecisions = none"
ALLOW = "allow = host .bench.example\n"
SMOKE_REQUESTS = 300
FILES = 20_000  # open at one time, for thousands of connections


def tasks(pid):
    return Path(f"/proc/{pid}/task").iterdir()


def cpu_ns(pid):
    """User and system time of the present threads: by the scheduler's clock, or by ticks."""
    total = 0
    for task in tasks(pid):
        try:
            total += int((task / "schedstat").read_text().split()[0])
            continue
        except OSError:
            pass
        try:
            fields = (task / "stat").read_text().rpartition(")")[2].split()
            total += (int(fields[11]) + int(fields[12])) * TICK_NS
        except OSError:
            pass
    return total


def child(pid):
    """The worker of a server with one worker, once it has started."""

    def found():
        return [c for task in tasks(pid) for c in (task / "children").read_text().split()]

    return int(wait_for(found, f"a child of {pid}")[0])


def address(client):
    """The address of a client, as in wire_load."""
    return f"11.{100 + client // 10000}.{100 + client // 100 % 100}.{100 + client % 100}"


class Stage(contextlib.ExitStack):
    """The servers of one group, which end with it."""

    def __init__(self, smoke=False):
        super().__init__()
        self.smoke = smoke
        self.cores = sorted(os.sched_getaffinity(0))
        self.folder = Path(tempfile.mkdtemp(prefix="doorward-bench-", dir=self._memory()))
        self.callback(shutil.rmtree, self.folder)
        self.callback(os.sched_setaffinity, 0, self.cores)
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        soft = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        self._nsd = None
        self._cert = None

    @staticmethod
    def _memory():
        return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None

    def new_folder(self):
        return Path(tempfile.mkdtemp(dir=self.folder))

    def ask_from_the_last_core(self):
        """Moves this program, and later programs without a core of their own, to the last core."""
        os.sched_setaffinity(0, self.cores[-1:])

    def during(self, ms):
        """An option of wire_load: how long to ask."""
        return {"ms": 30_000, "requests": SMOKE_REQUESTS} if self.smoke else {"ms": ms}

    def rounds(self, count):
        return 1 if self.smoke else count

    # Servers

    def on(self, cores):
        """For Popen: starts a program on these cores."""
        return {"preexec_fn": lambda: os.sched_setaffinity(0, cores)}

    def names(self, count):
        """An NSD with the names of so many clients."""
        if self._nsd is None:
            zones = {"11.in-addr.arpa": [], "bench.example": []}
            for n in range(count):
                parts = reverse(address(n)).removesuffix(".11.in-addr.arpa")
                zones["11.in-addr.arpa"].append(f"{parts} PTR c{n}.bench.example.")
                zones["bench.example"].append(f"c{n} A {address(n)}")
            texts = {zone: "\n".join(lines) + "\n" for zone, lines in zones.items()}
            self._nsd = Nsd(self.new_folder(), texts)
            self.callback(self._nsd.close)
        return self._nsd.port

    def cert(self):
        if self._cert is None:
            authority = Authority(self.new_folder(), "bench")
            self._cert = authority.issue("client", subject="O=Bench,CN=client")
        return self._cert

    def door(self, rules=ALLOW, threads=1, cores=None, clients=1000, log=LOG, under=(), **more):
        """A doorward that looks up names on NSD, and relies on the front end's verdict on
        certificates."""
        folder = self.new_folder()
        server = f"threads = {threads}\n{more.pop('server', '')}"
        dns = f"nameservers = 127.0.0.1:{self.names(clients)}\n{more.pop('dns', '')}"
        door = Doorward(
            folder,
            f"[policy default]\nclient_cert = optional\n{rules}",
            server=server,
            dns=f"{dns}\nmax_in_flight_per_prefix = 100000",
            log=log,
            argv=[*under, BINARY, "-c", folder / "doorward.conf"],
            **self.on(cores or self.cores[:1]),
            **more,
        )
        self.callback(door.close)
        return Server(door.process, door.socket)

    def _started(self, name, cores, *arguments):
        folder = self.new_folder()
        path = folder / f"{name}.sock"
        argv = [PROGRAMS / name, path, *map(str, arguments)]
        process = Process(argv, folder / "stderr", **self.on(cores or self.cores[:1]))
        self.callback(process.kill)
        process.wait_until(lambda: connects(path), f"a listening {name}")
        return Server(process, path)

    def bare(self, *arguments, status="200 OK", cores=None):
        return self._started("bare", cores, status, *arguments)

    def pool(self, threads=16, cores=None):
        return self._started("pool", cores, threads)


class Server:
    def __init__(self, process, socket):
        self.process, self.pid, self.socket = process, process.pid, socket

    def load(self, denied=False, cert=None, **options):
        """The output of wire_load, with the server's own CPU time a request."""
        argv = [PROGRAMS / "wire_load", self.socket]
        argv += [f"{name}={value}" for name, value in options.items()]
        if cert is not None:
            argv.append(f"cert={cert.file}")
        before = cpu_ns(self.pid)
        text = subprocess.run([str(a) for a in argv], stdout=subprocess.PIPE, check=True).stdout
        used = cpu_ns(self.pid) - before
        run = json.loads(text)
        answers = run["denied" if denied else "allowed"]
        assert answers == run["answers"] > 0 and run["lost"] == 0, f"{self.socket}: {run}"
        return {**run, "cpu_us": used / answers / 1000}


class Rounds:
    """
    Sides that took turns: medians of each, and medians of their ratios in the same round, so that a
    disturbance of the machine affects both sides in the same way.
    """

    def __init__(self, count, sides):
        self.rows = {name: [] for name in sides}
        for turn in range(count):
            order = list(sides.items())
            for name, side in order if turn % 2 == 0 else reversed(order):
                self.rows[name].append(side())

    def median(self, side, key):
        return statistics.median(row[key] for row in self.rows[side])

    def ratio(self, side, beside, key):
        pairs = zip(self.rows[side], self.rows[beside])
        return statistics.median(a[key] / b[key] for a, b in pairs)

    def compare(self, report, what, key, unit, side, beside, **bound):
        report.row(
            what,
            self.median(side, key),
            self.median(beside, key),
            unit,
            self.ratio(side, beside, key),
            **bound,
        )
