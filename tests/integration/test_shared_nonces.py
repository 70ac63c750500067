# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Signatures that count once (agent_nonce) on all machines of one store, and over restarts."""

import base64

import pytest

import fcgi
from kit import agents, life
from kit.doorward import Doorward
from kit.metrics import scrape
from kit.process import wait_for
from kit.store import FakeStore, SlowProxy, Store, shared

HOST = "www.example.org"
AGENT = agents.Agent()
POLICY = f"""[policy default]
rdns = off
default = deny
agent_nonce = once
allow = agent {AGENT.url}
"""


@pytest.fixture
def store(tmp_path, closing):
    return closing(Store(tmp_path))


@pytest.fixture
def machine(folder, closing):
    """`lines` is the [shared] section."""
    AGENT.publish(folder / "agents")

    def start(name, lines, policy=POLICY):
        (folder / name).mkdir(exist_ok=True)
        return closing(
            Doorward(
                folder / name,
                policy,
                dns="nameservers = 127.0.0.1:9",
                before=f"[agents]\nkeys = {folder}/agents\n",
                shared=f"{lines}\nmembers = 2",
                server=f"listen = admin:unix:{folder}/{name}/admin.sock",
            )
        )

    return start


def wait_until_up(*doors):
    for door in doors:
        wait_for(lambda: scrape(door).get("doorward_shared_up") == 1, "a store that is there")


def request(signed):
    pairs = {
        "REMOTE_ADDR": "192.0.2.1",
        "REQUEST_METHOD": "GET",
        "REQUEST_URI": "/",
        "REQUEST_SCHEME": "https",
        "HTTP_HOST": HOST,
    }
    return [*pairs.items(), *agents.params(signed)]


def ask(door, signed):
    return door.ask(request(signed)).status


def nonces(door, result):
    return scrape(door).get("doorward_shared_nonces_total", result=result)


def test_another_machine_refuses_it(machine, store, tmp_path):
    doors = [machine(name, store.lines(tmp_path)) for name in ("a", "b")]
    wait_until_up(*doors)
    for first, second in (doors, reversed(doors)):
        signed = AGENT.sign(HOST)
        assert ask(first, signed) == 200
        assert ask(second, signed) == 403
        line = second.decisions()[-1]
        assert (line["agent_status"], line["agent_reason"]) == ("invalid", "agent_replayed")
        assert ask(first, signed) == 403
    assert [nonces(door, "set") for door in doors] == [1, 1]
    assert [nonces(door, "used") for door in doors] == [1, 1]
    # Many at once, of which each is new.
    assert {ask(doors[n % 2], AGENT.sign(HOST)) for n in range(20)} == {200}


def test_beside_a_rate(machine, store, tmp_path):
    """The request waits for both answers of the store."""
    door = machine("a", store.lines(tmp_path), POLICY.replace("allow", "deny = rate 2/h\nallow"))
    wait_until_up(door)
    signed = AGENT.sign(HOST)
    assert [ask(door, each) for each in (signed, signed, AGENT.sign(HOST))] == [200, 403, 403]
    # Each worker's lines come in their order.
    reasons = sorted(line["reason"] for line in door.decisions())
    assert reasons == ["default", "rate", "rule"]


def test_a_restart_forgets_nothing(machine, store, tmp_path):
    door = machine("a", store.lines(tmp_path))
    wait_until_up(door)
    signed = AGENT.sign(HOST)
    assert ask(door, signed) == 200
    door.stop()
    door = machine("a", store.lines(tmp_path))
    wait_until_up(door)
    assert ask(door, signed) == 403
    assert ask(door, AGENT.sign(HOST)) == 200


def test_a_hand_over_forgets_nothing(machine, store, tmp_path):
    door = machine("a", store.lines(tmp_path))
    wait_until_up(door)
    signed = AGENT.sign(HOST)
    assert ask(door, signed) == 200
    new = life.upgrade(door, door.process.pid)
    wait_until_up(door)
    assert fcgi.request(door.address, request(signed)).status == 403
    assert fcgi.request(door.address, request(AGENT.sign(HOST))).status == 200
    life.end(new)


def test_while_the_secret_changes(machine, store, tmp_path):
    """One machine has the new secret, with the old one below it; the other has the old one."""
    old, new = (base64.b64encode(secret * 32).decode() for secret in (b"o", b"n"))
    doors = []
    for name, secrets in (("a", f"{new}\n{old}\n"), ("b", f"{old}\n")):
        lines = store.lines(tmp_path)
        file = tmp_path / f"secret-{name}"
        file.write_text(secrets)
        file.chmod(0o600)
        doors.append(machine(name, lines.replace(str(tmp_path / "secret"), str(file))))
    wait_until_up(*doors)
    for first, second in (doors, reversed(doors)):
        signed = AGENT.sign(HOST)
        assert [ask(door, signed) for door in (first, second, first)] == [200, 403, 403]


def test_the_store_sees_no_nonce_and_keeps_it_until_the_end(machine, store, tmp_path):
    door = machine("a", store.lines(tmp_path))
    wait_until_up(door)
    assert ask(door, AGENT.sign(HOST, lifetime=300, nonce="a-nonce-in-clear")) == 200
    [key] = store.command("KEYS", "dw1:nonce:*")
    assert b"a-nonce" not in key and AGENT.keyid.encode() not in key
    assert store.command("GET", key) == b""
    # A clock of another machine may be a minute behind.
    assert 330_000 < store.command("PTTL", key) <= 360_000


# Without the store


def test_each_machine_remembers_while_it_is_away(machine, store, tmp_path):
    doors = [machine(name, store.lines(tmp_path)) for name in ("a", "b")]
    wait_until_up(*doors)
    store.kill()
    for door in doors:
        wait_for(lambda: scrape(door).get("doorward_shared_up") == 0, "a store that is away")
    signed = AGENT.sign(HOST)
    assert [ask(door, signed) for door in doors] == [200, 200]
    assert [ask(door, signed) for door in doors] == [403, 403]
    assert nonces(doors[0], "unanswered") == 1
    store.start()
    wait_until_up(*doors)
    signed = AGENT.sign(HOST)
    assert [ask(door, signed) for door in doors] == [200, 403]


def test_a_slow_store_is_not_waited_for(machine, store, tmp_path, closing):
    proxy = closing(SlowProxy(store, 1))
    door = machine("a", shared(tmp_path, f"127.0.0.1:{proxy.port}", "timeout = 50ms"))
    signed = AGENT.sign(HOST)
    assert [ask(door, signed), ask(door, signed)] == [200, 403]
    assert nonces(door, "unanswered") == 1


@pytest.mark.parametrize(
    "reply, status",
    [
        (b":1\r\n", 200),
        (b":0\r\n", 403),
        (b":2\r\n", 403),
        (b":-1\r\n", 403),
        (b"$1\r\n1\r\n", 200),
        (b"$-1\r\n", 200),
        (b"*0\r\n", 200),
        (b"-ERR no\r\n", 200),
        (b"-OOM command not allowed\r\n", 200),
    ],
)
def test_hostile_answers(machine, tmp_path, closing, reply, status):
    """An integer says whether it is new; what cannot be an answer is not used."""

    def say(words):
        return reply if words[0] in ("EVALSHA", "EVAL") and "nonce" in words[3] else b"+OK\r\n"

    fake = closing(FakeStore(say))
    door = machine("a", shared(tmp_path, f"127.0.0.1:{fake.port}"))
    wait_until_up(door)
    assert ask(door, AGENT.sign(HOST)) == status
