# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Bans: doorward ban, unban and bans, and what a running doorward makes of them."""

import json
import os
import subprocess
import time

import pytest

from kit.doorward import BINARY, reason, run
from kit.process import wait_for

OPEN = "[policy default]\nrdns = off\ndefault = allow\nmax_cache = 1h\n"
BANS = "[bans]\nfile = bans\n"
ENVIRONMENT = {"SSH_CONNECTION": "", "SUDO_USER": ""}


def doorward_ban(door, *words, expect=0, env=None):
    """One of the commands about bans, with the configuration of `door`."""
    _, out, errors = run(
        words[0], "-c", door.file, *words[1:], expect=expect, env={**ENVIRONMENT, **(env or {})}
    )
    return out + errors


def replace(path, text, mode=0o644):
    new = path.with_suffix(".new")
    new.write_text(text)
    new.chmod(mode)
    os.replace(new, path)


def status(door, address, **more):
    return door.ask({"REMOTE_ADDR": address}, **more).status


def test_a_ban_denies_and_its_end_admits(doorward, folder):
    door = doorward(OPEN, before=BANS)
    assert status(door, "192.0.2.7") == 200
    out = doorward_ban(door, "ban", "192.0.2.0/24", "--for", "1h", "--why", "too many\n404")
    assert out.startswith("192.0.2.0/24 is banned until 20")
    wait_for(lambda: status(door, "192.0.2.7") == 403, "the ban")
    reply = door.ask({"REMOTE_ADDR": "192.0.2.7"})
    assert (reply.status, reason(reply)) == (403, "banned")
    assert not any("too many" in str(header) for header in reply.headers)
    line = door.decisions()[-1]
    assert line["reason"] == "banned"
    assert line["detail"].startswith("ban of 192.0.2.0/24 until 20")
    assert line["detail"].endswith(r"by root: too many\x0a404")
    assert status(door, "192.0.3.7") == 200
    assert r"ban: 192.0.2.0/24 until 20" in door.stderr()
    # A restart keeps it.
    door.stop()
    door = doorward(OPEN, before=BANS)
    assert status(door, "192.0.2.7") == 403
    assert "192.0.2.0/24 is not banned any more" in doorward_ban(door, "unban", "192.0.2.0/24")
    wait_for(lambda: status(door, "192.0.2.7") == 200, "the end of the ban")
    door.wait_for_log("unban: 192.0.2.0/24")
    assert (folder / "bans").read_text().count("\n") == 1


def test_a_ban_ends_by_itself(doorward):
    door = doorward(OPEN, before=BANS)
    doorward_ban(door, "ban", "192.0.2.7", "--for", "3s")
    wait_for(lambda: status(door, "192.0.2.7") == 403, "the ban")
    reply = door.ask({"REMOTE_ADDR": "192.0.2.7"})
    assert int(reply.header("X-Accel-Expires")) <= 3
    wait_for(lambda: status(door, "192.0.2.7") == 200, "its end")


def test_a_remembered_response_does_not_outlive_a_new_ban(doorward):
    door = doorward(OPEN, before=BANS, cache="answers = 1M")
    assert [status(door, "192.0.2.7") for _ in range(3)] == [200, 200, 200]
    doorward_ban(door, "ban", "192.0.2.7")
    door.wait_for_log("the file of bans has changed, and was read again")
    wait_for(lambda: status(door, "192.0.2.7") == 403, "the ban")
    assert {status(door, "192.0.2.7") for _ in range(5)} == {403}


def test_a_banned_client_costs_no_lookup_and_no_certificate(doorward, tap):
    policy = "[policy default]\nrdns = double\nclient_cert = required\nallow = host .example\n"
    door = doorward(policy, before=BANS, server_of_names=tap)
    doorward_ban(door, "ban", "192.0.2.1")
    door.wait_for_log("the file of bans has changed, and was read again")
    wait_for(lambda: reason(door.ask({"REMOTE_ADDR": "192.0.2.1"})) == "banned", "the ban")
    assert tap.count() == 0


@pytest.mark.parametrize("mode", ["single", "double"])
def test_a_name_is_banned(doorward, nsd, mode):
    policy = f"[policy default]\nrdns = {mode}\nrdns_when = needed\ndefault = allow\n"
    policy += "[policy off]\nrdns = off\ndefault = allow\n"
    door = doorward(policy, before=BANS, server_of_names=nsd)
    doorward_ban(door, "ban", "host", ".client.example", "--why", "x")
    wait_for(lambda: status(door, "192.0.2.1") == 403, "the ban")
    reply = door.ask({"REMOTE_ADDR": "192.0.2.1"})
    assert (reason(reply), reply.header("X-Client-Hostname")) == ("banned", "client.example")
    assert door.decisions()[-1]["detail"].startswith("ban of host .client.example, by ")
    # Another name, no name, and a lookup that failed.
    assert status(door, "192.0.2.9") == 200
    assert status(door, "192.0.2.4") == 200
    assert reason(door.ask({"REMOTE_ADDR": "203.0.113.5"})) == "dns_error"
    # Without names, none is banned.
    assert status(door, "192.0.2.1", DOORWARD_POLICY="off") == 200
    doorward_ban(door, "unban", "host", ".client.example")
    wait_for(lambda: status(door, "192.0.2.1") == 200, "the end of the ban")
    assert status(door, "203.0.113.5") == 200


@pytest.mark.parametrize(
    "on_error, expected", [("deny", 403), ("error", 503), ("allow", 200)]
)
def test_names_that_are_unknown_are_settled_by_on_dns_error(doorward, nsd, on_error, expected):
    policy = f"[policy default]\nrdns_when = needed\ndefault = allow\non_dns_error = {on_error}\n"
    door = doorward(policy, before=BANS, server_of_names=nsd)
    doorward_ban(door, "ban", "host", "client.example")
    wait_for(lambda: status(door, "192.0.2.1") == 403, "the ban")
    assert status(door, "203.0.113.5") == expected


def test_a_policy_can_leave_bans_to_its_rules(doorward, nsd):
    policy = """
[policy default]
rdns = off
bans = no
default = allow
[policy login]
rdns = off
bans = no
deny = ban & uri ~ ^/login
allow = *
[policy guests]
bans = no
allow = !ban
"""
    door = doorward(policy, before=BANS, server_of_names=nsd)
    assert status(door, "192.0.2.4", DOORWARD_POLICY="guests") == 200
    doorward_ban(door, "ban", "192.0.2.4")
    wait_for(lambda: status(door, "192.0.2.4", DOORWARD_POLICY="guests") == 403, "the ban")
    assert status(door, "192.0.2.4") == 200
    login = dict(DOORWARD_POLICY="login", REQUEST_URI="/login?x")
    assert reason(door.ask({"REMOTE_ADDR": "192.0.2.4"}, **login)) == "rule"
    assert status(door, "192.0.2.4", **login) == 403
    assert status(door, "192.0.2.4", **{**login, "REQUEST_URI": "/"}) == 200
    assert status(door, "192.0.2.5", **login) == 200
    doorward_ban(door, "ban", "host", "client.example")
    wait_for(lambda: status(door, "192.0.2.1", DOORWARD_POLICY="guests") == 403, "the name")
    # In an `allow`, a fact that is unknown admits no client.
    assert reason(door.ask({"REMOTE_ADDR": "203.0.113.5"}, DOORWARD_POLICY="guests")) == "dns_error"


def test_bans_are_listed(doorward):
    door = doorward(OPEN, before=BANS)
    assert doorward_ban(door, "bans") == ""
    assert json.loads(doorward_ban(door, "bans", "--json")) == []
    doorward_ban(door, "ban", "host", "Bot.Example.net.", "--why", 'say "no"')
    doorward_ban(door, "ban", "2001:DB8::/64", "--for", "2h")
    lines = doorward_ban(door, "bans").splitlines()
    assert lines[0].startswith("2001:db8::/64: until 20")
    assert lines[1].startswith("host bot.example.net: until never, by root at 20")
    assert lines[1].endswith(': say "no"')
    six, host = json.loads(doorward_ban(door, "bans", "--json"))
    assert (six["ip"], six["why"], host["host"], host["until"]) == (
        "2001:db8::/64",
        "",
        "bot.example.net",
        None,
    )
    assert host["why"] == 'say "no"'


@pytest.mark.parametrize(
    "words, says",
    [
        ("ban", "expected an address, a prefix, or host and a name"),
        ("ban host", "expected an address, a prefix, or host and a name"),
        ("ban 192.0.2.7 198.51.100.1", "unexpected argument: 198.51.100.1"),
        ("ban 192.0.2.7/24", "did you mean 192.0.2.0/24?"),
        ("ban example.net", '"example.net" is not an address or prefix'),
        ("ban host 192.0.2.7", "192.0.2.7"),
        ("ban host *.example.net", "*.example.net"),
        ("ban 0.0.0.0/0", "is more than any one network has: --force"),
        ("ban ::/0", "is more than any one network has: --force"),
        ("ban 198.51.100.0/24", "has the address from which you are connected"),
        ("ban 192.0.2.7 --for 1", "expected a time from 1s to 3660d"),
        ("ban 192.0.2.7 --for 0s", "expected a time from 1s to 3660d"),
        ("ban 192.0.2.7 --for -5s", "expected a time from 1s to 3660d"),
        ("ban 192.0.2.7 --for 99999d", "expected a time from 1s to 3660d"),
        (f"ban 192.0.2.7 --why {'w' * 257}", "expected at most 256 bytes"),
        ("unban 192.0.2.7 --for 1h", "there is no option: --for"),
        ("bans 192.0.2.7", "unexpected argument"),
    ],
)
def test_wrong_words_change_nothing(doorward, folder, words, says):
    door = doorward(OPEN, before=BANS)
    env = {"SSH_CONNECTION": "198.51.100.9 50000 192.0.2.1 22"}
    assert says in doorward_ban(door, *words.split(), expect=64, env=env)
    assert not (folder / "bans").exists()


def test_force_bans_what_looks_like_a_mistake(doorward):
    door = doorward(OPEN, before=BANS)
    doorward_ban(door, "ban", "--force", "0.0.0.0/0")
    wait_for(lambda: status(door, "255.1.2.3") == 403, "the ban of all")
    assert status(door, "2001:db8::1") == 200


def test_what_is_not_banned_is_not_unbanned(doorward):
    door = doorward(OPEN, before=BANS)
    doorward_ban(door, "ban", "192.0.2.0/24")
    assert "192.0.2.7 is not banned by itself, but by the ban of 192.0.2.0/24" in doorward_ban(
        door, "unban", "192.0.2.7", expect=1
    )
    assert "host a.example is not banned" in doorward_ban(
        door, "unban", "host", "a.example", expect=1
    )


def test_a_bad_file_keeps_what_was_read_before(doorward, folder):
    bans = folder / "bans"
    door = doorward(OPEN, before=BANS)
    doorward_ban(door, "ban", "192.0.2.7")
    wait_for(lambda: status(door, "192.0.2.7") == 403, "the ban")
    good = bans.read_text()
    replace(bans, good + "ban 192.0.2.8\n")
    door.wait_for_log("the file of bans has changed, and has errors; what was read before stays")
    assert "bans:3: this is no ban: expected ban WHAT UNTIL KEPT MADE BY WHY" in door.stderr()
    assert status(door, "192.0.2.7") == 403
    doorward_ban(door, "ban", "192.0.2.9", expect=2)
    replace(bans, good, mode=0o666)
    door.wait_for_log("every user can write it .mode 0666., and it decides who is kept out")
    assert status(door, "192.0.2.7") == 403
    # A file with errors is no reason to start without bans.
    door.stop()
    _, _, errors = run("-t", "-c", door.file, expect=1)
    assert "every user can write it (mode 0666), and it decides who is kept out" in errors
    _, _, errors = run("-c", door.file, expect=78)
    assert "every user can write it" in errors
    bans.unlink()
    bans.mkdir()
    _, _, errors = run("-c", door.file, expect=78)
    assert "this is not a file: expected the file of bans" in errors


def test_many_callers_at_once_lose_nothing(doorward, folder):
    door = doorward(OPEN, before=BANS)
    calls = [
        subprocess.Popen(
            [BINARY, "ban", "-c", door.file, f"192.0.2.{number}", "--for", "1h"],
            env={**os.environ, **ENVIRONMENT},
            stdout=subprocess.DEVNULL,
        )
        for number in range(40)
    ]
    assert {call.wait() for call in calls} == {0}
    assert len(json.loads(doorward_ban(door, "bans", "--json"))) == 40
    assert sorted(os.listdir(folder)).count("bans") == 1
    assert not [name for name in os.listdir(folder) if name.startswith(".bans")]


def test_the_caller_is_noted(doorward):
    door = doorward(OPEN, before=BANS)
    doorward_ban(door, "ban", "192.0.2.1", env={"SUDO_USER": "alice"})
    doorward_ban(door, "ban", "192.0.2.2", env={"SUDO_USER": "a b\nban 0.0.0.0/0"})
    assert [ban["by"] for ban in json.loads(doorward_ban(door, "bans", "--json"))] == [
        "alice",
        "root",
    ]


def test_check_explains_a_ban(doorward):
    door = doorward(OPEN, before=BANS)
    doorward_ban(door, "ban", "192.0.2.1", "--why", "a reason")
    _, out, _ = run("check", "-c", door.file, "--ip", "192.0.2.1", expect=1)
    assert "reason banned" in out and "ban of 192.0.2.1, by root: a reason" in out


def test_metrics_and_status_count_bans(doorward, folder):
    door = doorward(OPEN, before=BANS, server=f"listen = admin:unix:{folder}/admin.sock")
    doorward_ban(door, "ban", "192.0.2.1")
    doorward_ban(door, "ban", "192.0.2.2", "--for", "1h")
    door.wait_for_log("the file of bans has changed, and was read again")

    def bans():
        _, out, _ = run("status", "-c", door.file, "--json")
        return json.loads(out)["bans"] == 2

    wait_for(bans, "two bans in the status")


def test_the_file_of_bans_need_not_exist(doorward, folder):
    door = doorward(OPEN, before=BANS, server=f"listen = admin:unix:{folder}/admin.sock")

    def file():
        files = json.loads(run("status", "-c", door.file, "--json")[1])["files"]
        return next(f for f in files if f["path"] == f"{folder}/bans")

    assert file() == {"path": f"{folder}/bans", "kind": "optional", "modified": None}
    shown = run("status", "-c", door.file)[1]
    assert f"{folder}/bans: does not exist, and need not\n" in shown and "GONE" not in shown
    doorward_ban(door, "ban", "192.0.2.1")
    assert file()["modified"].startswith("20")
    assert f"{folder}/bans: of 20" in run("status", "-c", door.file)[1]


def test_a_ban_is_in_force_within_a_second(doorward):
    door = doorward(OPEN, before=BANS, env={**os.environ, "DOORWARD_FILE_WATCH_MS": "1000"})
    doorward_ban(door, "ban", "192.0.2.1")
    since = time.monotonic()
    wait_for(lambda: status(door, "192.0.2.1") == 403, "the ban")
    assert time.monotonic() - since < 1.5
