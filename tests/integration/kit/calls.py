# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The system calls of doorward in its sandbox: those that are allowed, and those that strace sees."""

import re
from pathlib import Path

LIST = Path(__file__).resolve().parents[3] / "src/sandbox/calls.h"
ROW = re.compile(r"^(CALL|SELDOM|QUIET)\((\w+), (?:\w+(?:\([^)]*\))?), \"(.+)\"\)$", re.M)
LINE = re.compile(r"^(\d+) +(?:<\.\.\. )?(\w+)(?:\(| resumed)(.*)$")


def rows():
    """Kinds by the names of calls, as the list has them; a call may have several rows."""
    found = {}
    text = re.sub(r"\n[ \t]+(?=\S)(?!\*)", " ", LIST.read_text())
    assert len(ROW.findall(text)) == len(re.findall(r"^(?:CALL|SELDOM|QUIET)\(", text, re.M))
    for kind, name, reason in ROW.findall(text):
        assert len(reason) > 4, f"{name}: expected the reason"
        found.setdefault(name, set()).add(kind)
    return found


def joined(lines):
    """A call during which another thread had a line is written in two parts."""
    begun = {}
    for pid, name, rest in lines:
        if rest.endswith("<unfinished ...>"):
            begun[pid] = rest.removesuffix("<unfinished ...>")
            if not name.startswith("exit"):
                continue
        elif rest.startswith(">"):
            rest = begun.pop(pid, "") + rest[1:]
        yield pid, name, rest


class Trace:
    """The output of strace -f."""

    def __init__(self, text):
        self.lines = list(joined(match.groups() for match in map(LINE.match, text.splitlines()) if match))
        # Threads belong to the process that started the first of them.
        self.leaders = {}
        for pid, name, rest in self.lines:
            child = re.search(r"\) = (\d+)$", rest)
            if name in ("clone", "clone3", "fork", "vfork") and child:
                self.leaders[child[1]] = (pid, "CLONE_THREAD" in rest)

    def leader(self, pid):
        while self.leaders.get(pid, (None, False))[1]:
            pid = self.leaders[pid][0]
        return pid

    def confined(self):
        """The calls of processes after they have loaded a filter, and of threads started then."""
        inside, found = set(), {}
        for pid, name, rest in self.lines:
            leader = self.leader(pid)
            if leader in inside:
                found.setdefault(name, rest)
            elif name == "seccomp" and "SECCOMP_SET_MODE_FILTER" in rest and "{len=" in rest:
                inside.add(leader)
        return found
