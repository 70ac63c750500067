# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
`rate` rules of several doorwards with one store. By what the bounds are for any load: the simulation in
tests/unit/shared/test_lease_bounds.c; here the parts are real.
"""

import collections
import itertools
import json
import time

import pytest

import fcgi
from kit import web
from kit.doorward import Doorward, run, summary
from kit.metrics import scrape
from kit.process import free_port, wait_for
from kit.store import FakeStore, SlowProxy, Store, shared

RATE, MACHINES = 20, 4
SHARE = RATE // MACHINES
POLICY = f"[policy default]\nrdns = off\ndefault = allow\ndeny = rate {RATE}/h\n"
KEYS = "dw1:rate:*"
CLIENTS = (f"192.0.2.{n}" for n in itertools.count(1))


@pytest.fixture
def store(tmp_path, closing):
    return lambda *lines: closing(Store(tmp_path, *lines))


@pytest.fixture
def machines(folder, closing):
    """Four doorwards; `lines` is the [shared] section of each, or of all."""

    def start(lines, count=MACHINES, **more):
        lines = [lines] * count if isinstance(lines, str) else lines
        doors = []
        for number, text in enumerate(lines):
            (folder / str(number)).mkdir()
            doors.append(
                closing(
                    Doorward(
                        folder / str(number),
                        more.get("policy", POLICY),
                        dns="nameservers = 127.0.0.1:9",
                        shared=f"{text}\nmembers = {count}",
                        server=f"listen = admin:unix:{folder}/{number}/admin.sock",
                    )
                )
            )
        return doors

    return start


def wait_until_up(*doors):
    for door in doors:
        wait_for(lambda: scrape(door).get("doorward_shared_up") == 1, "a store that is there")


def count(doors, requests, client):
    """How many of the requests, to one machine after the other, get in."""
    statuses = [
        door.ask(REMOTE_ADDR=client).status
        for door, _ in zip(itertools.cycle(doors), range(requests))
    ]
    assert set(statuses) <= {200, 403}
    return statuses.count(200)


def total(doors, name, **labels):
    return sum(scrape(door).get(name, **labels) for door in doors)


def by_share(doors):
    return total(doors, "doorward_shared_rate_decisions_total", by="share", over="no")


# With the store


def test_machines_behind_one_nginx_count_as_one(machines, store, nginx, folder, tmp_path):
    db = store()
    doors = machines(db.lines(tmp_path))
    port = free_port()
    servers = "".join(f"server unix:{door.socket}; " for door in doors)
    nginx(
        f"""
	upstream doors {{ {servers} }}
	server {{
		listen 127.0.0.1:{port};
		location / {{
			auth_request /auth;
			try_files /none =404;
		}}
		location = /auth {{
			internal;
			fastcgi_pass doors;
			fastcgi_pass_request_body off;
			fastcgi_param REMOTE_ADDR $remote_addr;
			fastcgi_param REQUEST_URI $request_uri;
			fastcgi_param REQUEST_METHOD $request_method;
		}}
	}}
""",
        port,
    )
    wait_until_up(*doors)
    statuses = [web.get(port, "/").status for _ in range(3 * RATE)]
    # What a machine holds and has not used is one lease at most: RATE / 8.
    assert RATE - MACHINES * (RATE // 8) <= statuses.count(404) <= RATE
    assert set(statuses) == {404, 403}
    assert by_share(doors) == 0
    # Refusals are remembered: not each one was asked about.
    assert total(doors, "doorward_shared_leases_total", result="refused") <= 2 * MACHINES
    decided = total(doors, "doorward_shared_rate_decisions_total", by="lease", over="no")
    assert decided == statuses.count(404)


def test_other_machines_know_what_one_has_let_in(machines, store, tmp_path):
    db = store()
    doors = machines(db.lines(tmp_path))
    wait_until_up(*doors)
    client = next(CLIENTS)
    assert count(doors[:1], RATE, client) == RATE
    for door in doors:
        assert summary(door.ask(REMOTE_ADDR=client)) == (403, "rate", None)
    # Each client, rule and policy has a bucket of its own.
    assert count(doors[1:], SHARE, next(CLIENTS)) == SHARE


def test_status_tells_what_decided(machines, store, tmp_path):
    db = store()
    doors = machines(db.lines(tmp_path))
    wait_until_up(*doors)
    count(doors, 2 * RATE, next(CLIENTS))
    db.kill()
    count(doors, RATE, next(CLIENTS))
    sums = collections.Counter()
    for door in doors:
        document = json.loads(run("status", "-c", door.file, "--json")[1])["shared"]
        metrics = scrape(door)
        leases = {
            word: metrics.get("doorward_shared_leases_total", result=word)
            for word in ("given", "refused", "unanswered")
        }
        decided = {
            name: metrics.get("doorward_shared_rate_decisions_total", by=by, over=over)
            for name, by, over in (
                ("by_lease", "lease", "no"),
                ("by_refusal", "store", "yes"),
                ("in_share", "share", "no"),
                ("over_share", "share", "yes"),
            )
        }
        decided["waited"] = metrics.get("doorward_shared_rate_waits_total")
        assert (document["leases"], document["rate_decisions"]) == (leases, decided)
        assert (
            f"  rates        leases: given {leases['given']:.0f}, refused {leases['refused']:.0f}, "
            f"not answered {leases['unanswered']:.0f}; requests: {decided['by_lease']:.0f} by lease, "
            f"{decided['by_refusal']:.0f} over by the store, {decided['in_share']:.0f} in the share, "
            f"{decided['over_share']:.0f} over it\n"
        ) in run("status", "-c", door.file)[1]
        sums.update(leases)
        sums.update(decided)
    assert sums["given"] > 0 and sums["by_lease"] > 0 and sums["in_share"] > 0


def test_the_store_holds_nothing_in_clear(machines, store, tmp_path):
    db = store()
    doors = machines(db.lines(tmp_path), count=1)
    wait_until_up(*doors)
    for _ in range(3):
        count(doors, 2, next(CLIENTS))
    keys = db.command("KEYS", KEYS)
    assert len(keys) == 3
    for key in keys:
        assert len(key) == len("dw1:rate:") + 32
        assert b"192" not in key and b"default" not in key
        # It goes by itself, once the bucket is full: it lacks what was used, and a lease.
        assert 0 < db.command("PTTL", key) <= (2 + RATE // 8) * 3600_000 / RATE
        # A time, and nothing else.
        assert float(db.command("GET", key)) > time.time() * 1e6
    assert set(db.command("KEYS", "*")) - set(keys) == set(db.command("KEYS", "dw1:members:*"))


def test_the_clock_is_the_store_s(closing, doorward, tmp_path):
    """What a machine sends has no time in it: its clock does not matter."""
    asked = []

    def reply(words):
        if words[0] == "EVALSHA" and len(words) == 8:
            asked.append(words[3:])
            return b"*2\r\n:1\r\n:0\r\n"
        return {"EVALSHA": b":1\r\n", "ROLE": b"*1\r\n$6\r\nmaster\r\n"}.get(words[0], b"+OK\r\n")

    fake = closing(FakeStore(reply))
    door = doorward(POLICY, shared=shared(tmp_path, f"127.0.0.1:{fake.port}"))
    wait_until_up(door)
    client = next(CLIENTS)
    for _ in range(3):
        assert door.ask(REMOTE_ADDR=client).status == 200
        time.sleep(0.1)
    for _, between, tokens, want, change in asked:
        assert (between, tokens) == ("180000000.000", str(RATE))
        assert 1 <= int(want) <= RATE // 8 and abs(int(change)) <= RATE // 8
    assert len({words[0] for words in asked}) == 1


def test_many_at_once_in_one_worker(machines, store, tmp_path):
    """Requests wait for one question together, and each token is used once."""
    db = store()
    (door,) = machines(db.lines(tmp_path), count=1)
    wait_until_up(door)
    client = next(CLIENTS)
    with door.connection() as connection:
        for number in range(1, 41):
            connection.send(fcgi.request_bytes({"REMOTE_ADDR": client}, keep=True, id=number))
        replies = connection.read_replies(range(1, 41))
    statuses = [reply.status for reply in replies.values()]
    assert (statuses.count(200), statuses.count(403)) == (RATE, 20)
    assert total([door], "doorward_shared_leases_total", result="given") < RATE


# The store's bad days


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_it_goes_away_in_the_middle(machines, store, tmp_path, how):
    db = store()
    doors = machines(db.lines(tmp_path, "timeout = 300ms"))
    wait_until_up(*doors)
    known, fresh = next(CLIENTS), next(CLIENTS)
    within = count(doors, 2 * RATE, known)
    late = by_share(doors)
    assert within <= RATE + late
    db.kill() if how == "killed" else db.freeze()
    # Those that were refused stay refused, and the share was used up with the leases.
    after = count(doors, 2 * RATE, known)
    assert within + after <= RATE + SHARE + late
    # Another client gets the shares, which are the rate in sum.
    assert count(doors, 3 * RATE, fresh) == RATE
    assert by_share(doors) == RATE + after + late
    longest = [shortest_wait(door, next(CLIENTS)) for door in doors]
    assert max(longest) < 0.25, "once it is known to be away, no request waits"
    if how == "frozen":
        db.thaw()
        wait_until_up(*doors)
        # The machines tell what they have let in: there is no second bucket for it.
        assert count(doors, 2 * RATE, fresh) <= MACHINES


def shortest_wait(door, client):
    """Each of its two workers finds out by three questions that the store is away."""
    waits = []
    for _ in range(7):
        since = time.monotonic()
        door.ask(REMOTE_ADDR=client)
        waits.append(time.monotonic() - since)
    return min(waits)


def test_it_is_slow(machines, store, closing, tmp_path):
    db = store()
    proxy = closing(SlowProxy(db, 0.1))
    doors = machines(shared(tmp_path, f"127.0.0.1:{proxy.port}", "timeout = 20ms"))
    client = next(CLIENTS)
    since = time.monotonic()
    assert count(doors, 3 * RATE, client) == RATE
    assert by_share(doors) == RATE
    # Three questions a machine at most are waited for, and then none for a second.
    assert time.monotonic() - since < 3 * RATE * 0.1


def test_it_is_full(machines, store, tmp_path):
    db = store("maxmemory 1\nmaxmemory-policy noeviction")
    doors = machines(db.lines(tmp_path))
    assert count(doors, 3 * RATE, next(CLIENTS)) == RATE
    assert by_share(doors) == RATE
    assert db.command("KEYS", "*") == []


def test_it_is_flushed(machines, store, tmp_path):
    """Each machine still knows what it has let in by itself."""
    db = store()
    doors = machines(db.lines(tmp_path))
    wait_until_up(*doors)
    client = next(CLIENTS)
    within = count(doors, RATE, client)
    for _ in range(2 * MACHINES):
        db.command("FLUSHALL")
        within += count(doors, 2 * RATE, client)
    assert within <= MACHINES * RATE


def test_one_of_four_does_not_reach_it(machines, store, closing, tmp_path):
    db = store()
    there = db.lines(tmp_path)
    doors = machines([there] * 3 + [shared(tmp_path, f"127.0.0.1:{free_port()}")])
    wait_until_up(*doors[:3])
    client = next(CLIENTS)
    within = count(doors, 6 * RATE, client)
    assert by_share(doors) == SHARE
    assert RATE + SHARE - 3 * (RATE // 8) <= within <= RATE + SHARE


FOREIGN = [
    ("SET", "rubbish"),
    ("SET", ""),
    ("SET", "nan"),
    ("SET", "inf"),
    ("SET", "-inf"),
    ("SET", "1e300"),
    ("SET", "-1e300"),
    ("SET", "0x7fffffffffffffff"),
    ("SET", "99999999999999999999"),
    ("RPUSH", "a", "b"),
    ("HSET", "a", "b"),
]


def test_foreign_values_under_its_keys(machines, store, tmp_path):
    db = store()
    (door,) = machines(db.lines(tmp_path), count=1)
    wait_until_up(door)
    for command, *values in FOREIGN:
        client = next(CLIENTS)
        assert door.ask(REMOTE_ADDR=client).status == 200
        (key,) = set(db.command("KEYS", KEYS))
        db.command("DEL", key)
        db.command(command, key, *values)
        assert count([door], 2 * RATE, client) <= RATE - 1, (command, values)
        db.command("DEL", key)
    assert total([door], "doorward_shared_leases_total", result="unanswered") == 0


ANSWERS = {
    # more than was asked for, each time: the bucket of the machine is what is left
    "too many": (b"*2\r\n:1000000\r\n:0\r\n", RATE),
    "the most": (b"*2\r\n:9223372036854775807\r\n:9223372036854775807\r\n", RATE),
    # none: it refuses
    "none": (b"*2\r\n:0\r\n:0\r\n", 0),
    "none for ever": (b"*2\r\n:0\r\n:9223372036854775807\r\n", 0),
    # no answer: the share
    "negative": (b"*2\r\n:-1\r\n:0\r\n", SHARE),
    "negative wait": (b"*2\r\n:1\r\n:-1\r\n", SHARE),
    "number": (b":1\r\n", SHARE),
    "null": (b"*-1\r\n", SHARE),
    "empty": (b"*0\r\n", SHARE),
    "three": (b"*3\r\n:1\r\n:1\r\n:1\r\n", SHARE),
    "strings": (b"*2\r\n$1\r\n1\r\n$1\r\n0\r\n", SHARE),
    "nested": (b"*2\r\n*1\r\n:1\r\n:1\r\n", SHARE),
    "error": (b"-ERR user_script:1: no\r\n", SHARE),
    "wrong type": (b"-WRONGTYPE Operation against a key\r\n", SHARE),
    "status": (b"+OK\r\n", SHARE),
    "full": (b"-OOM command not allowed\r\n", SHARE),
    "closed": (b"", SHARE),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_hostile_answers(doorward, closing, tmp_path, name):
    answer, within = ANSWERS[name]

    def reply(words):
        if words[0] == "EVALSHA" and len(words) == 8:
            return answer
        return {"EVALSHA": b":4\r\n", "ROLE": b"*1\r\n$6\r\nmaster\r\n"}.get(words[0], b"+OK\r\n")

    fake = closing(FakeStore(reply))
    lines = shared(tmp_path, f"127.0.0.1:{fake.port}", f"members = {MACHINES}")
    door = doorward(POLICY, shared=lines)
    wait_until_up(door)
    assert count([door], 3 * RATE, next(CLIENTS)) == within
