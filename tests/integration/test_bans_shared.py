# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Bans of several machines that share a store, with a real Redis or Valkey: good days and bad ones."""

import json
import re
import shutil
import time

import pytest

from kit.admin import Admin
from kit.doorward import Doorward, configuration, run
from kit.process import connects, free_port, wait_for
from kit.store import Store, secret_file, shared

POLICY = "[policy default]\nrdns = off\ndefault = allow\n"
BANS = "[bans]\nfile = bans\nshared_file = kept/bans\n"
HASH = b"dw1:ban:"


@pytest.fixture
def store(folder, stack):
    (folder / "db").mkdir()
    db = Store(folder / "db")
    stack.callback(db.close)
    return db


@pytest.fixture
def machine(folder, stack, store):
    """A doorward with a folder and files of its own."""

    def start(name, secret=b"a secret of all machines in tests", policy=POLICY, **more):
        own = folder / name
        (own / "kept").mkdir(parents=True, exist_ok=True)
        lines = f"server = unix:{store.socket}\nsecret_file = {secret_file(own, secret=secret)}\n"
        door = Doorward(
            own,
            policy,
            dns="nameservers = 127.0.0.1:9",
            shared=lines + "timeout = 500ms",
            server=f"listen = admin:unix:{own}/admin.sock",
            before=BANS,
            **more,
        )
        stack.callback(door.close)
        return door

    return start


def command(door, *words, expect=0):
    _, out, errors = run(words[0], "-c", door.file, *words[1:], expect=expect)
    return out + errors


def status(door, address):
    return door.ask({"REMOTE_ADDR": address}).status


def wait_for_status(doors, address, expected):
    for door in doors:
        wait_for(lambda: status(door, address) == expected, f"{expected} for {address}")


def bans(door):
    return {ban["ip"] for ban in json.loads(command(door, "bans", "--json"))}


def hash_key(store):
    """The key of the hash with all bans."""
    keys = [k for k in store.command("KEYS", "dw1:ban:*") if store.command("TYPE", k) == "hash"]
    return keys[0] if keys else None


def test_a_ban_reaches_all_machines_within_a_second(machine, store):
    doors = [machine(f"m{number}") for number in range(4)]
    command(doors[0], "ban", "203.0.113.1")
    wait_for_status(doors, "203.0.113.1", 403)
    for banned, expected in (("ban", 403), ("unban", 200)):
        command(doors[1], banned, "192.0.2.7", "--why", "a reason")
        since = time.monotonic()
        wait_for_status(doors, "192.0.2.7", expected)
        assert time.monotonic() - since < 1.5, banned
    command(doors[2], "ban", "192.0.2.0/24", "--for", "1h")
    wait_for_status(doors, "192.0.2.9", 403)
    assert bans(doors[3]) == {"192.0.2.0/24", "203.0.113.1"}
    # A machine may lift what another one has banned.
    command(doors[3], "unban", "192.0.2.0/24")
    wait_for_status(doors, "192.0.2.9", 200)
    assert "ban: 192.0.2.0/24 until 20" in doors[0].stderr()
    assert "unban: 192.0.2.0/24, by root" in doors[0].stderr()
    dump = b"".join(
        part for part in store.command("HGETALL", hash_key(store)) + store.command("KEYS", "*")
    )
    assert b"192.0.2" not in dump and b"203.0.113" not in dump and b"reason" not in dump
    assert store.command("PTTL", hash_key(store)) > 0


def test_an_emptied_store_ends_no_ban_and_is_told_again(machine, store):
    doors = [machine("a"), machine("b")]
    command(doors[0], "ban", "192.0.2.7")
    wait_for_status(doors, "192.0.2.7", 403)
    for lose in ("FLUSHALL", "HDEL"):
        if lose == "FLUSHALL":
            store.command(lose)
        else:
            key = hash_key(store)
            store.command("HDEL", key, *store.command("HKEYS", key))
            for epoch in store.command("KEYS", "dw1:ban:*"):
                store.command("DEL", epoch)
        wait_for(lambda: hash_key(store), "the bans in the store")
        assert {status(door, "192.0.2.7") for door in doors for _ in range(5)} == {403}
    late = machine("c")
    wait_for_status([late], "192.0.2.7", 403)


def test_a_store_that_is_away(machine, store):
    doors = [machine("a"), machine("b")]
    command(doors[0], "ban", "192.0.2.7")
    wait_for_status(doors, "192.0.2.7", 403)
    wait_for(lambda: (doors[1].folder / "kept" / "bans").exists(), "the file of what was learned")
    store.kill()
    # A restart without the store knows the bans of the other machine.
    doors[1].stop()
    doors[1] = machine("b")
    assert status(doors[1], "192.0.2.7") == 403
    # What is banned meanwhile is told when the store is there again.
    command(doors[1], "ban", "192.0.2.8")
    command(doors[0], "unban", "192.0.2.7")
    wait_for_status([doors[1]], "192.0.2.8", 403)
    wait_for_status([doors[0]], "192.0.2.7", 200)
    assert (status(doors[0], "192.0.2.8"), status(doors[1], "192.0.2.7")) == (200, 403)
    store.start()
    wait_for_status(doors, "192.0.2.8", 403)
    wait_for_status(doors, "192.0.2.7", 200)


def test_status_tells_what_is_known_and_since_when(machine, store):
    doors = [machine("a"), machine("b")]

    def told(door):
        # It may not be ready yet.
        return json.loads(command(door, "status", "--json", expect=None))["shared"]["bans"]

    wait_for(lambda: told(doors[1])["compared"], "a comparison with the store")
    assert (told(doors[1])["known"], told(doors[1])["forged"]) == (0, 0)
    command(doors[0], "ban", "192.0.2.7")
    wait_for_status(doors, "192.0.2.7", 403)
    assert told(doors[1])["known"] == 1
    metrics = Admin(str(doors[1].file.parent / "admin.sock")).get("/metrics")[1].decode()
    assert "\ndoorward_shared_bans 1\n" in metrics and "\ndoorward_shared_bans_forged 0\n" in metrics
    compared = re.search(r"^doorward_shared_bans_compared_time_seconds ([0-9]+)$", metrics, re.M)
    assert abs(int(compared[1]) - time.time()) < 60
    assert re.search(
        r"^  bans +1 known, 0 forged entries; last compared 20[0-9TZ:-]+, [0-3] s ago$",
        command(doors[1], "status"),
        re.M,
    )
    store.kill()
    time.sleep(1.1)
    last = told(doors[1])["compared"]
    time.sleep(1.1)
    assert told(doors[1]) == {"known": 1, "compared": last, "forged": 0}
    store.start()
    wait_for(lambda: told(doors[1])["compared"] > last, "another comparison")


def test_status_of_a_store_that_never_was_there(machine, store):
    store.kill()
    text = command(machine("a"), "status", expect=None)
    assert "  bans         0 known, 0 forged entries; last compared never\n" in text


def test_check_knows_the_bans_of_other_machines(machine, store):
    doors = [machine("a"), machine("b")]
    command(doors[0], "ban", "192.0.2.7", "--why", "a reason")
    wait_for_status(doors, "192.0.2.7", 403)
    out = command(doors[1], "check", "--ip", "192.0.2.7", expect=1)
    assert "reason banned" in out and "a reason" in out
    # The store need not be there for it.
    store.kill()
    assert "reason banned" in command(doors[1], "check", "--ip", "192.0.2.7", expect=1)
    # A file that cannot be read is not taken for one without bans.
    (doors[1].folder / "kept" / "bans").write_text("x\n")
    assert "kept/bans:1: " in command(doors[1], "check", "--ip", "192.0.2.7", expect=78)


def test_the_cgi_program_knows_the_bans_of_other_machines(machine, store):
    doors = [machine("a"), machine("b")]
    command(doors[0], "ban", "192.0.2.7")
    wait_for_status(doors, "192.0.2.7", 403)
    environment = {"GATEWAY_INTERFACE": "CGI/1.1", "DOORWARD_CONFIG": str(doors[1].file)}
    for address, expected in (("192.0.2.7", "Status: 403"), ("192.0.2.8", "Status: 200")):
        out = run("cgi", env={**environment, "REMOTE_ADDR": address})[1]
        assert out.startswith(expected), out


def test_who_has_no_secret_can_neither_ban_nor_unban(machine, store):
    doors = [machine("a"), machine("b")]
    command(doors[0], "ban", "192.0.2.7")
    wait_for_status(doors, "192.0.2.7", 403)
    key = hash_key(store)
    pairs = store.command("HGETALL", key)
    (field, value) = pairs[0], pairs[1]
    # Foreign values, a value under another field, a changed one.
    store.command("HSET", key, "x", "ban 0.0.0.0/0 never never 1 root", "y", value, "z", b"\0" * 99)
    store.command("HSET", key, field, value[:-1] + bytes([value[-1] ^ 1]))
    epoch = [k for k in store.command("KEYS", "dw1:ban:*") if k != key][0]
    store.command("SET", epoch, "another")
    doors[1].wait_for_log("entries in the store are ignored, as they were not made with the secret")
    assert {status(door, "192.0.2.7") for door in doors} == {403}
    assert {status(door, "198.51.100.1") for door in doors} == {200}
    forged = json.loads(command(doors[1], "status", "--json"))["shared"]["bans"]["forged"]
    assert forged in (3, 4) and f"  bans         1 known, {forged} forged entries; " in command(doors[1], "status")
    # Another secret.
    stranger = machine("stranger", secret=b"a secret that no other machine has")
    command(stranger, "ban", "198.51.100.1")
    wait_for_status([stranger], "198.51.100.1", 403)
    wait_for(lambda: len(store.command("KEYS", "dw1:ban:*")) == 4, "the bans of the stranger")
    time.sleep(0.6)
    assert {status(door, "198.51.100.1") for door in doors} == {200}
    assert status(stranger, "192.0.2.7") == 200


def test_a_flood_of_forged_bans_is_read_seldom(machine, store):
    """Each entry delays the next reading by 0.1 ms, so that who writes them costs no core."""
    doors = [machine("a"), machine("b")]
    command(doors[0], "ban", "192.0.2.7")
    wait_for_status(doors, "192.0.2.7", 403)
    key = hash_key(store)
    epoch = [k for k in store.command("KEYS", "dw1:ban:*") if k != key][0]
    forged = [part for i in range(8000) for part in (f"f{i}", b"\0" * 99)]
    store.command("HSET", key, *forged)
    store.command("SET", epoch, "0")
    for door in doors:
        door.wait_for_log("8000 entries in the store are ignored")

    def pages():
        stats = store.command("INFO", "commandstats").decode()
        return int(re.search(r"cmdstat_hscan:calls=(\d+)", stats)[1])

    begin, before = time.monotonic(), pages()
    for change in range(60):
        store.command("SET", epoch, f"{change}")
        time.sleep(0.05)
    readings = (time.monotonic() - begin) / 0.8 + 2
    assert pages() - before <= len(doors) * readings * 8001 / 200 * 1.1
    # What is banned here is told the others, if later.
    command(doors[1], "ban", "192.0.2.8")
    wait_for_status(doors, "192.0.2.8", 403)


def test_an_old_copy_of_a_ban_does_not_count_after_its_end(machine, store):
    doors = [machine("a"), machine("b")]
    command(doors[0], "ban", "192.0.2.7")
    wait_for_status(doors, "192.0.2.7", 403)
    key = hash_key(store)
    field, value = store.command("HGETALL", key)
    command(doors[0], "unban", "192.0.2.7")
    wait_for_status(doors, "192.0.2.7", 200)
    wait_for(lambda: store.command("HGET", key, field) != value, "the end of the ban in the store")
    store.command("HSET", key, field, value)
    epoch = [k for k in store.command("KEYS", "dw1:ban:*") if k != key][0]
    store.command("SET", epoch, "another")
    wait_for(lambda: store.command("HGET", key, field) != value, "the newer record")
    assert {status(door, "192.0.2.7") for door in doors for _ in range(5)} == {200}


def test_foreign_values_under_the_keys_are_told_and_stop_nothing(machine, store):
    doors = [machine("a"), machine("b")]
    command(doors[0], "ban", "192.0.2.7")
    wait_for_status(doors, "192.0.2.7", 403)
    key = hash_key(store)
    store.command("SET", key, "a text")
    epoch = [k for k in store.command("KEYS", "dw1:ban:*") if k != key][0]
    store.command("SET", epoch, "another")
    doors[0].wait_for_log("shared: bans: the store's answer cannot be used: WRONGTYPE")
    assert {status(door, "192.0.2.7") for door in doors} == {403}
    store.command("DEL", key)
    wait_for(lambda: hash_key(store), "the bans in the store")


def test_a_folder_that_cannot_be_written_is_told(machine, folder, store):
    door = machine("a")
    shutil.rmtree(folder / "a" / "kept")
    other = machine("b")
    command(other, "ban", "192.0.2.7")
    wait_for_status([door, other], "192.0.2.7", 403)
    door.wait_for_log("a restart knows the bans of other machines only once the store is there")


def test_a_secret_that_is_changed_keeps_bans(machine, folder, store):
    doors = [machine("a"), machine("b")]
    command(doors[0], "ban", "192.0.2.7")
    wait_for_status(doors, "192.0.2.7", 403)
    old = (folder / "a" / "secret").read_bytes()
    secret_file(folder / "a", secret=b"the next secret of all machines!")
    new = (folder / "a" / "secret").read_bytes()
    (folder / "a" / "secret").write_bytes(new + old)
    (folder / "b" / "secret").write_bytes(old + new)
    for door in doors:
        door.reload()
        door.wait_for_log("is in force")
    command(doors[0], "ban", "192.0.2.8")
    command(doors[1], "ban", "192.0.2.9")
    for address in ("192.0.2.7", "192.0.2.8", "192.0.2.9"):
        wait_for_status(doors, address, 403)


def test_many_bans_reach_another_machine(machine, folder, store):
    door = machine("a")
    lines = [f"ban 10.{n >> 8}.{n & 255}.0/24 never never {n} root many" for n in range(3000)]
    (folder / "a" / "bans").write_text("\n".join(lines) + "\n")
    wait_for_status([door], "10.11.183.1", 403)
    other = machine("b")
    wait_for_status([other], "10.11.183.1", 403)
    wait_for(lambda: len(bans(other)) == 3000, "all bans")
