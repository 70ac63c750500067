# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""[shared]: a client of a real Redis or Valkey, on its good and bad days. No request ever waits for it here."""

import json
import shutil
import signal
import socket
import threading
import time

import pytest

from kit import life
from kit.doorward import Doorward, configuration, run, summary
from kit.metrics import scrape
from kit.process import free_port, wait_for
from kit.store import FakeStore, SlowProxy, Store, secret_file, shared, wait_for_clients

POLICY = "[policy default]\nrdns = off\nallow = ip 192.0.2.1\n"
MEMBERS = "dw1:members:*"


@pytest.fixture
def store(tmp_path):
    stores = []

    def start(*arguments, **named):
        stores.append(Store(tmp_path, *arguments, **named))
        return stores[-1]

    yield start
    for each in stores:
        each.close()


@pytest.fixture
def listener():
    started = []

    def start(one):
        started.append(one)
        return one

    yield start
    for each in started:
        each.close()


def told(door):
    """The log's lines about the store."""
    return [
        (line["level"], line["message"])
        for line in door.log()
        if line.get("message", "").startswith("shared:")
    ]


def up(door):
    return scrape(door).get("doorward_shared_up") == 1


def wait_until_up(door):
    wait_for(lambda: up(door), "a store that is there")


def assert_decides(door):
    """By its own rules, at once."""
    for _ in range(3):
        since = time.monotonic()
        assert summary(door.ask(REMOTE_ADDR="192.0.2.1"))[:2] == (200, "rule")
        assert summary(door.ask(REMOTE_ADDR="192.0.2.2"))[:2] == (403, "default")
        assert time.monotonic() - since < 1


def assert_away(door, reason):
    door.wait_for_log(f"is away: {reason}")
    assert not up(door)
    assert_decides(door)
    assert [level for level, _ in told(door)] == ["warning"]


@pytest.fixture
def machine(folder, stack):
    """Further doorwards, each with a folder of its own."""

    def start(name, **more):
        (folder / name).mkdir()
        door = Doorward(folder / name, POLICY, dns="nameservers = 127.0.0.1:9", **more)
        stack.callback(door.close)
        return door

    return start


# Good days


@pytest.mark.parametrize("tcp", [False, True], ids=["unix", "tcp"])
def test_it_connects(doorward, store, tmp_path, tcp):
    db = store()
    door = doorward(POLICY, shared=db.lines(tmp_path, tcp=tcp))
    wait_until_up(door)
    wait_for_clients(db, 2)
    wait_for(lambda: len(db.command("KEYS", "*")) == 1, "the members")
    (key,) = db.command("KEYS", "*")
    assert key.startswith(b"dw1:members:") and len(key) == len("dw1:members:") + 32
    assert 0 < db.command("PTTL", key) <= 120000
    assert_decides(door)
    assert told(door) == [("info", f"shared: the store {where(db, tcp)} is there")]
    # The store does not know a member that ends well any longer.
    door.stop()
    assert db.command("KEYS", "*") == []


def where(db, tcp):
    return f"127.0.0.1:{db.port}" if tcp else f"unix:{db.socket}"


def test_machines_count_each_other(machine, store, tmp_path):
    db = store()
    first = machine("first", shared=db.lines(tmp_path))
    wait_for(lambda: db.command("KEYS", MEMBERS), "a member")
    (key,) = db.command("KEYS", MEMBERS)
    # One that ended without a word a minute ago, and one from a clock that was wrong.
    now = int(time.time() * 1000)
    db.command("ZADD", key, now - 61000, "gone", now + 3600000, "ahead")
    second = machine("second", shared=db.lines(tmp_path))
    wait_for(lambda: scrape(second).get("doorward_shared_members") == 2, "two members")
    assert db.command("ZCARD", key) == 2
    # With another secret, nothing is shared.
    other = f"server = unix:{db.socket}\nsecret_file = {secret_file(tmp_path, 'other', b'x' * 32)}"
    stranger = machine("stranger", shared=other)
    wait_for(lambda: len(db.command("KEYS", MEMBERS)) == 2, "another set of members")
    assert scrape(stranger).get("doorward_shared_members") == 1
    assert first.process.running()


def test_members_can_be_given(doorward, tmp_path):
    door = doorward(POLICY, shared=shared(tmp_path, f"127.0.0.1:{free_port()}", "members = 7"))
    assert scrape(door).get("doorward_shared_members") == 7


def test_without_a_store_nothing_changes(doorward):
    door = doorward(POLICY)
    assert not [name for name in scrape(door).names() if "shared" in name]
    assert told(door) == []


def test_user_password_and_database(doorward, store, tmp_path):
    db = store("user door on >pass-word ~dw1:* +@all -@admin -@dangerous +role")
    password = tmp_path / "password"
    password.write_text("pass-word\n")
    password.chmod(0o640)
    door = doorward(
        POLICY,
        shared=db.lines(tmp_path, "user = door", f"password_file = {password}", "database = 3"),
    )
    wait_until_up(door)
    wait_for(lambda: db.command("KEYS", MEMBERS, database=3), "the members in database 3")
    assert db.command("KEYS", "*") == []


def test_a_password_alone(doorward, store, tmp_path):
    db = store(password="of-the-server")
    password = tmp_path / "password"
    password.write_text("of-the-server\n")
    password.chmod(0o600)
    door = doorward(POLICY, shared=db.lines(tmp_path, f"password_file = {password}", tcp=True))
    wait_until_up(door)
    wait_for(lambda: db.command("KEYS", MEMBERS), "the members")


def test_a_reload_keeps_the_connections(doorward, store, tmp_path):
    db = store()
    door = doorward(POLICY, shared=db.lines(tmp_path))
    wait_until_up(door)
    wait_for_clients(db, 2)
    before = db.clients()
    door.configure(POLICY + "deny = ip 192.0.2.9\n")
    door.reload()
    door.wait_for_log("is in force")
    assert_decides(door)
    assert db.clients() == before

    def changed(**sections):
        known = door.stderr().count("is in force")
        door.configure(POLICY, **sections)
        door.reload()
        wait_for(lambda: door.stderr().count("is in force") > known, "a reload")

    changed(shared=db.lines(tmp_path, "timeout = 30ms"))
    wait_for(lambda: len(db.clients()) == 2 and not db.clients() & before, "other connections")
    # One process is one member, whatever its settings were.
    wait_for(lambda: db.command("KEYS", MEMBERS), "the members")
    assert db.command("ZCARD", db.command("KEYS", MEMBERS)[0]) == 1
    changed(shared="")
    wait_for_clients(db, 0)
    assert db.command("KEYS", "*") == []
    assert_decides(door)
    changed(shared=db.lines(tmp_path))
    wait_for_clients(db, 2)
    assert [level for level, _ in told(door)] == ["info"] * 3


# Bad days


def test_it_is_away_at_the_start(doorward, store, tmp_path):
    db = store()
    lines = db.lines(tmp_path)
    db.kill()
    door = doorward(POLICY, shared=lines)
    assert_away(door, "no such file or directory")
    assert scrape(door).get("doorward_shared_members") == 1
    db.start()
    wait_until_up(door)
    assert [level for level, _ in told(door)] == ["warning", "info"]
    assert "is there again, after" in told(door)[1][1]


def test_it_is_killed_and_started_again(doorward, store, tmp_path):
    db = store()
    door = doorward(POLICY, shared=db.lines(tmp_path, tcp=True))
    wait_until_up(door)
    wait_for(lambda: scrape(door).get("doorward_shared_replies_total") >= 1, "a reply")
    db.kill()
    door.wait_for_log("is away: ")
    assert_decides(door)
    assert scrape(door).get("doorward_shared_members") == 1
    db.start()
    wait_until_up(door)
    assert [level for level, _ in told(door)] == ["info", "warning", "info"]
    assert scrape(door).get("doorward_shared_connections_lost_total") == 2


def test_connections_that_the_server_closes_are_made_again(doorward, store, tmp_path):
    """As with its key `timeout`. Nothing is told: nothing was missed."""
    db = store()
    door = doorward(POLICY, shared=db.lines(tmp_path))
    wait_until_up(door)
    wait_for_clients(db, 2)
    before = db.clients()
    db.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    wait_for(lambda: len(db.clients()) == 2 and not db.clients() & before, "other connections")
    wait_until_up(door)
    assert [level for level, _ in told(door)] == ["info"]


def test_it_is_frozen(doorward, store, tmp_path):
    db = store()
    db.freeze()
    door = doorward(POLICY, shared=db.lines(tmp_path))
    assert_away(door, "it does not answer within one second")
    db.thaw()
    wait_until_up(door)
    assert [level for level, _ in told(door)] == ["warning", "info"]


def test_it_is_slow(doorward, machine, store, listener, tmp_path):
    db = store()
    proxy = listener(SlowProxy(db, 0.1))
    door = doorward(POLICY, shared=shared(tmp_path, f"127.0.0.1:{proxy.port}", "timeout = 20ms"))
    assert_away(door, r"it does not answer in time \(timeout = 20ms\)")
    # For one who can wait, it is not.
    patient = machine("patient", shared=shared(tmp_path, f"127.0.0.1:{proxy.port}", "timeout = 1s"))
    wait_until_up(patient)
    wait_for(lambda: scrape(patient).get("doorward_shared_replies_total") >= 1, "a reply")


def test_it_has_no_memory(doorward, store, tmp_path):
    db = store("maxmemory 1\nmaxmemory-policy noeviction")
    door = doorward(POLICY, shared=db.lines(tmp_path))
    door.wait_for_log("refuses commands: OOM ")
    assert not up(door)
    assert_decides(door)
    assert [level for level, _ in told(door)] == ["info", "warning"]
    assert scrape(door).get("doorward_shared_refusals_total") >= 1
    # The heartbeat is asked again each second, and is no new line.
    db.command("CONFIG", "SET", "maxmemory", "0")
    wait_for(lambda: db.command("KEYS", MEMBERS), "the members")
    assert [level for level, _ in told(door)] == ["info", "warning"]


def test_its_scripts_are_gone(doorward, machine, store, tmp_path):
    """As after a restart: the text is sent instead of its name, within the same question."""
    db = store()
    door = doorward(POLICY, shared=db.lines(tmp_path))
    wait_for(lambda: scrape(door).get("doorward_shared_replies_total") == 1, "a reply")
    assert scrape(door).get("doorward_shared_script_loads_total") == 1
    second = machine("second", shared=db.lines(tmp_path))
    wait_for(lambda: scrape(second).get("doorward_shared_replies_total") == 1, "a reply")
    assert scrape(second).get("doorward_shared_script_loads_total") == 0
    second.stop()
    db.command("SCRIPT", "FLUSH")
    third = machine("third", shared=db.lines(tmp_path))
    wait_for(lambda: scrape(third).get("doorward_shared_replies_total") == 1, "a reply")
    assert scrape(third).get("doorward_shared_script_loads_total") == 1


def test_a_replica(doorward, store, tmp_path):
    """The primary has failed over, and the address leads to what is a replica now."""
    db = store()
    db.command("REPLICAOF", "127.0.0.1", free_port())
    door = doorward(POLICY, shared=db.lines(tmp_path))
    assert_away(door, "it is a replica")
    db.command("REPLICAOF", "NO", "ONE")
    wait_until_up(door)
    wait_for(lambda: db.command("KEYS", MEMBERS), "the members")
    assert [level for level, _ in told(door)] == ["warning", "info"]


@pytest.mark.parametrize(
    "keys, why",
    [
        ("", "CLIENT SETNAME: NOAUTH "),
        ("password_file = {wrong}", "AUTH: WRONGPASS "),
        ("user = someone\npassword_file = {right}", "AUTH: WRONGPASS "),
        ("password_file = {right}\ndatabase = 99", "SELECT: ERR DB index is out of range"),
    ],
    ids=["none", "password", "user", "database"],
)
def test_wrong_credentials(doorward, store, tmp_path, keys, why):
    db = store(password="right")
    for word in ("right", "wrong"):
        (tmp_path / word).write_text(word)
        (tmp_path / word).chmod(0o600)
    keys = keys.format(right=tmp_path / "right", wrong=tmp_path / "wrong")
    door = doorward(POLICY, shared=db.lines(tmp_path, *keys.splitlines()))
    assert_away(door, why)
    assert "right" not in door.stderr().replace(str(tmp_path), "")


def test_a_user_without_rights(doorward, store, tmp_path):
    db = store("user door on >word ~other:* +ping +evalsha +eval")
    (tmp_path / "password").write_text("word")
    (tmp_path / "password").chmod(0o600)
    door = doorward(
        POLICY,
        shared=db.lines(tmp_path, "user = door", f"password_file = {tmp_path / 'password'}"),
    )
    door.wait_for_log("refuses commands: NOPERM ")
    assert not up(door)
    assert_decides(door)


def test_it_has_no_room_for_clients(doorward, store, tmp_path):
    db = store("maxclients 3")

    def first():
        """A connection that has one of the places: two workers and the bans need three."""
        conn = socket.socket(socket.AF_UNIX)
        conn.connect(str(db.socket))
        conn.sendall(b"PING\r\n")
        return conn if conn.recv(100) == b"+PONG\r\n" else conn.close()

    with (
        wait_for(first, "the first place"),
        wait_for(first, "the second place"),
        wait_for(first, "the third place"),
    ):
        door = doorward(POLICY, shared=db.lines(tmp_path))
        assert_away(door, "")
    wait_for(lambda: scrape(door).get("doorward_shared_connections_total") >= 1, "a connection")


# Servers that are no store, or a hostile one


def good(words):
    return {"EVALSHA": b":3\r\n", "ZREM": b":1\r\n", "ROLE": b"*1\r\n$6\r\nmaster\r\n"}.get(
        words[0], b"+OK\r\n"
    )


HOSTILE = {
    "resp3": b"%1\r\n+a\r\n+b\r\n",
    "http": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "long line": b"+" + b"x" * 5000,
    "huge string": b"$99999999\r\n",
    "negative": b"$-7\r\n",
    "many values": b"*99999999\r\n",
    "deep": b"*1\r\n" * 100,
    "line feed": b"+OK\n",
    "two replies": b"+OK\r\n+OK\r\n+OK\r\n+OK\r\n+OK\r\n",
    "zeros": bytes(4096),
    "closed": b"",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_replies(doorward, listener, tmp_path, name):
    """To the first command: the connection is given up."""
    fake = listener(FakeStore(lambda words: HOSTILE[name]))
    door = doorward(POLICY, shared=shared(tmp_path, f"127.0.0.1:{fake.port}"))
    door.wait_for_log("is away: ")
    assert_decides(door)
    wait_for(lambda: fake.accepted > 2, "another connection")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_replies_later(doorward, listener, tmp_path, name):
    """To the heartbeat, on a connection that had worked."""
    hostile = threading.Event()

    def reply(words):
        if words[0] == "EVALSHA":
            hostile.set()
            return HOSTILE[name]
        return good(words)

    fake = listener(FakeStore(reply))
    door = doorward(POLICY, shared=shared(tmp_path, f"127.0.0.1:{fake.port}"))
    wait_for(hostile.is_set, "a heartbeat")
    assert_decides(door)
    wait_for(lambda: scrape(door).get("doorward_shared_connections_lost_total") >= 1, "a loss")
    assert scrape(door).get("doorward_shared_members") == 1


@pytest.mark.parametrize(
    "reply, members",
    [
        (b":0\r\n", 1),
        (b":-5\r\n", 1),
        (b":99999999999\r\n", 10000),
        (b"$1\r\n4\r\n", 1),
        (b"*0\r\n", 1),
        (b"$-1\r\n", 1),
        (b"-WRONGTYPE Operation against a key holding the wrong kind of value\r\n", 1),
        (b"-ERR unknown command 'EVALSHA'\r\n", 1),
        (b"-NOSCRIPT No matching script.\r\n", 1),
        (b"-\r\n", 1),
        (b":4\r\n", 4),
    ],
)
def test_foreign_values(doorward, listener, tmp_path, reply, members):
    """Well-formed replies that no store would send: they count for nothing, or for little."""
    asked = threading.Event()

    def answer(words):
        if words[0] in ("EVALSHA", "EVAL"):
            asked.set()
            return reply
        return good(words)

    fake = listener(FakeStore(answer))
    door = doorward(POLICY, shared=shared(tmp_path, f"127.0.0.1:{fake.port}"))
    wait_for(asked.is_set, "a heartbeat")
    wait_for(lambda: scrape(door).get("doorward_shared_members") == members, "the members")
    assert_decides(door)
    assert scrape(door).get("doorward_shared_members") == members


def test_timeouts_open_the_breaker(doorward, listener, tmp_path):
    """Connected, and silent from then on: the heartbeat, asked each second, fails three times."""
    fake = listener(FakeStore(lambda words: None if words[0] == "EVALSHA" else good(words)))
    lines = shared(tmp_path, f"127.0.0.1:{fake.port}", "timeout = 200ms")
    door = doorward(POLICY, server="threads = 1", shared=lines)
    door.wait_for_log(r"is away: it does not answer in time")
    assert scrape(door).get("doorward_shared_timeouts_total") == 3
    assert_decides(door)


def test_the_end_with_a_silent_store(doorward, listener, tmp_path):
    fake = listener(FakeStore(lambda words: None))
    door = doorward(POLICY, shared=shared(tmp_path, f"127.0.0.1:{fake.port}"))
    assert_decides(door)
    since = time.monotonic()
    door.stop(signal.SIGTERM)
    assert time.monotonic() - since < 5


# Commands


def test_status_shows_it(doorward, store, folder, tmp_path):
    db = store()
    admin = f"listen = admin:unix:{folder}/admin.sock"
    door = doorward(POLICY, server=admin, shared=db.lines(tmp_path))

    def status():
        document = json.loads(run("status", "-c", door.file, "--json")[1])["shared"]
        return document, run("status", "-c", door.file)[1]

    wait_until_up(door)
    wait_for(lambda: status()[0]["replies"] == 1, "a reply")
    document, text = status()
    assert document["store"] == f"unix:{db.socket}"
    assert (document["up"], document["connections"], document["fault"]) == (True, 2, "none")
    assert (document["members"], document["questions"], document["timeouts"]) == (1, 1, 0)
    assert f"Store          unix:{db.socket}: up, 1 machine(s), 1 questions" in text
    db.kill()
    wait_for(lambda: not status()[0]["up"], "a store that is away")
    document, text = status()
    assert document["fault"] == "connect"
    assert f"unix:{db.socket}: AWAY: " in text


def test_check_says_that_it_does_not_ask_it(tmp_path):
    """The store is away, and the secret is not for those who ask: neither matters."""
    file = tmp_path / "doorward.conf"
    line = "Store        not asked: decided with this machine's own counts and names"
    for section, document in (
        (f"server = unix:{tmp_path}/absent\nsecret_file = {tmp_path}/absent", "not asked"),
        ("server = 127.0.0.1:9\nsecret_file = /absent", "not asked"),
        ("", None),
    ):
        file.write_text(configuration(POLICY, shared=section))
        out = run("check", "-c", file, "--ip", "192.0.2.1", expect=0)[1]
        assert (line in out.splitlines()) == (document is not None), out
        out = run("check", "-c", file, "--ip", "192.0.2.1", "--json", expect=0)[1]
        assert json.loads(out)["store"] == document


def test_status_without_a_store(doorward, folder):
    door = doorward(POLICY, server=f"listen = admin:unix:{folder}/admin.sock")
    assert json.loads(run("status", "-c", door.file, "--json")[1])["shared"] is None
    assert "Store" not in run("status", "-c", door.file)[1]


def test_the_doctor_asks_it(store, tmp_path):
    db = store(password="right")
    password = tmp_path / "password"
    file = tmp_path / "doorward.conf"
    file.write_text(configuration(POLICY, shared=db.lines(tmp_path, f"password_file = {password}")))

    def look():
        status, out, error = run("doctor", "-c", file)
        assert error == ""
        return [line for line in out.splitlines() if "store" in line or "password" in line]

    password.write_text("right\n")
    password.chmod(0o600)
    (line,) = look()
    assert line.startswith(f"unix:{db.socket}: ok: the store answered in ")
    assert db.command("KEYS", "*") == []
    password.write_text("wrong\n")
    (line,) = look()
    assert f"unix:{db.socket}: error: the store ([shared] server): AUTH: WRONGPASS " in line
    password.chmod(0o644)
    (line,) = look()
    assert f"{password}: error: password_file: every user can read or write it" in line
    password.chmod(0o600)
    db.freeze()
    (line,) = look()
    assert "it does not answer within one second" in line
    db.thaw()
    db.kill()
    (line,) = look()
    assert "no such file or directory" in line


# The configuration


def check(tmp_path, lines, expect):
    file = tmp_path / "doorward.conf"
    file.write_text(configuration(POLICY, shared=lines))
    return run("-t", "-c", file, expect=expect)[2]


def test_the_secret_is_needed(tmp_path):
    text = check(tmp_path, "server = 127.0.0.1:6379", 1)
    assert "expected secret_file, too" in text and "openssl rand -base64 32" in text


def test_the_files_are_checked(tmp_path):
    secret = secret_file(tmp_path)
    lines = f"server = 127.0.0.1:6379\nsecret_file = {secret}"
    check(tmp_path, lines, 0)
    secret.chmod(0o644)
    assert f"{secret}: error: secret_file: every user can read or write it (mode 0644)" in check(
        tmp_path, lines, 1
    )
    secret.chmod(0o600)
    secret.write_text("secret\n")
    assert f"{secret}:1: error: secret_file: expected base64" in check(tmp_path, lines, 1)
    secret.unlink()
    assert f"{secret}: error: secret_file: No such file" in check(tmp_path, lines, 1)


def test_the_user_must_be_able_to_read_it(tmp_path):
    secret = secret_file(tmp_path)
    file = tmp_path / "doorward.conf"
    file.write_text(
        configuration(
            POLICY,
            server="user = daemon",
            shared=f"server = 127.0.0.1:6379\nsecret_file = {secret}",
        )
    )
    text = run("-t", "-c", file, expect=1)[2]
    assert "secret_file: user = daemon cannot read it" in text
    secret.chmod(0o640)
    shutil.chown(secret, group="daemon")
    run("-t", "-c", file, expect=0)


def test_other_subcommands_do_not_need_the_secret(tmp_path):
    file = tmp_path / "doorward.conf"
    file.write_text(
        configuration(POLICY, shared=f"server = 127.0.0.1:6379\nsecret_file = {tmp_path}/none")
    )
    run("check", "-c", file, "--ip", "192.0.2.1", expect=0)


def test_a_reload_with_a_bad_secret_changes_nothing(doorward, store, tmp_path):
    db = store()
    door = doorward(POLICY, shared=db.lines(tmp_path))
    wait_until_up(door)
    wait_for_clients(db, 2)
    before = db.clients()
    (tmp_path / "secret").write_text("x\n")
    door.reload()
    door.wait_for_log("has errors; nothing has changed")
    assert_decides(door)
    assert db.clients() == before and up(door)


def test_a_new_secret_is_a_new_key(doorward, store, tmp_path):
    """The file is read again from inside of the sandbox, also if another one has its name now."""
    db = store()
    door = doorward(POLICY, shared=db.lines(tmp_path))
    wait_for(lambda: db.command("KEYS", MEMBERS), "a member")
    before = db.command("KEYS", MEMBERS)
    secret_file(tmp_path, "new", b"another secret of all the machines").rename(tmp_path / "secret")
    door.reload()
    door.wait_for_log("is in force")
    wait_for(lambda: set(db.command("KEYS", MEMBERS)) - set(before), "the key of another secret")
    wait_for(lambda: len(db.command("KEYS", MEMBERS)) == 1, "the end of the old one")
    assert up(door)


@pytest.mark.parametrize("tcp", [False, True], ids=["unix", "tcp"])
def test_an_upgrade_hands_over(doorward, store, tmp_path, tcp):
    db = store()
    door = doorward(POLICY, shared=db.lines(tmp_path, tcp=tcp))
    wait_until_up(door)
    wait_for_clients(db, 2)
    before = db.clients()
    new = life.upgrade(door, door.process.pid)
    assert door.process.ended() == 0
    # The old process leaves, the new one has connections of its own, and is the only member.
    wait_for(lambda: len(db.clients()) == 2 and not db.clients() & before, "new connections")
    wait_for(lambda: db.command("KEYS", MEMBERS), "the new member")
    (key,) = db.command("KEYS", MEMBERS)
    wait_for(lambda: db.command("ZCARD", key) == 1, "one member")
    assert summary(door.ask(REMOTE_ADDR="192.0.2.1"))[:2] == (200, "rule")
    life.end(new)
    wait_for_clients(db, 0)
    assert db.command("KEYS", "*") == []
