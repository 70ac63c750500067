# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The clients that are nearest to a rate: in /status.json, on the page, and in status and top."""

import pytest

from kit.doorward import run
from kit.process import wait_for
from test_glance import started
from test_rates import policy

RULE = "rate 10/h"


@pytest.fixture
def door(doorward, folder, request):
    return started(doorward, folder, policy(f"deny = {RULE}"), getattr(request, "param", ""))


def ask(door, address, times):
    for _ in range(times):
        door.ask(REMOTE_ADDR=address)


def clients(door):
    rates = door.admin.status()["rates"]
    return [c for rate in rates for c in rate["clients"]]


def test_who_is_near_is_told(door):
    ask(door, "192.0.2.1", 4)
    assert door.admin.status()["rates"] == []
    ask(door, "192.0.2.2", 7)
    ask(door, "192.0.2.3", 13)
    ask(door, "2001:db8::1", 9)
    [rate] = door.admin.status()["rates"]
    assert {k: v for k, v in rate.items() if k != "clients"} == {
        "policy": "default",
        "rule": RULE,
        "by": "address",
        "limit": 10,
        "seconds": 3600,
    }
    first, *others = rate["clients"]
    assert first == {"client": "192.0.2.3", "used": 10, "over": True, "refused": 3}
    assert [(c["client"], c["used"], c["over"]) for c in others] == [
        ("2001:db8::/64", 9, False),
        ("192.0.2.2", 7, False),
    ]


def test_they_are_shown(door):
    ask(door, "192.0.2.3", 12)
    for command in ("status", "top"):
        shown = run(command, "-c", door.file, expect=0)[1]
        assert f"default: {RULE}\n" in shown
        assert "192.0.2.3: 10 of 10 in 3600 s, OVER: 2 refused" in shown
    page = door.admin.get("/")[1].decode()
    section = page[page.index('id="rates"') :]
    assert "192.0.2.3" in section and RULE in section


def test_of_many_the_nearest_are_told(door):
    """As many from one worker as from all: each has a table of its own."""
    for number in range(1, 41):
        ask(door, f"192.0.2.{number}", 5 + number // 10)
    found = clients(door)
    assert len(found) == 8 and {c["used"] for c in found} <= {8, 9}


def test_a_reload_keeps_them(door):
    """Also where the rate has another number than before."""
    ask(door, "192.0.2.3", 11)
    door.configure(policy("deny = ip 10.0.0.0/8 & rate 5/m", f"deny = {RULE}"))
    door.reload()
    wait_for(lambda: "is in force" in door.stderr(), "the new configuration")
    ask(door, "192.0.2.3", 1)
    assert [(c["client"], c["used"], c["over"]) for c in clients(door)] == [("192.0.2.3", 10, True)]


@pytest.mark.parametrize("door", ["recent = 0"], indirect=True)
def test_nothing_is_noted_without_recent_decisions(door):
    ask(door, "192.0.2.3", 12)
    assert door.admin.status()["rates"] is None


@pytest.mark.parametrize("door", ["recent_addresses = cut"], indirect=True)
def test_addresses_are_cut(door):
    ask(door, "192.0.2.3", 12)
    ask(door, "2001:db8:0:7::1", 12)
    assert sorted(c["client"] for c in clients(door)) == ["192.0.2.0/24", "2001:db8::/48"]
    assert "192.0.2.3" not in door.admin.get("/status.json")[1].decode()


def test_a_trial_is_not_noted(door):
    for _ in range(12):
        door.admin.read("whatif", ip="192.0.2.9")
    assert clients(door) == []
