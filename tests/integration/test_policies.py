# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Rules and policies, through the whole program."""

import pytest

from kit.doorward import reason, run

CLIENT = {"REMOTE_ADDR": "192.0.2.1", "HTTP_USER_AGENT": "curl/7.88.1", "HTTP_HOST": "a.example"}


def ask(door, params=CLIENT, **more):
    reply = door.ask({**params, **more})
    return reply.status, reason(reply)


ALLOWED, REFUSED, DEFAULT = (200, "rule"), (403, "rule"), (403, "default")
UNKNOWN = (403, "bad_input")  # the front end sent no method


@pytest.mark.parametrize(
    "rules, expected",
    [
        ("allow = *", ALLOWED),
        ("deny = *", REFUSED),
        ("", DEFAULT),
        ("default = allow", (200, "default")),
        ("deny = ip 192.0.2.0/24\nallow = *", REFUSED),
        ("allow = ip 192.0.2.0/24\ndeny = *", ALLOWED),
        ("allow = !ip 192.0.2.0/24", DEFAULT),
        ("allow = !ip 198.51.100.0/24", ALLOWED),
        ("allow = user_agent ~ ^CURL/ & ip 192.0.2.1", ALLOWED),
        ("allow = user_agent ~ ^curl/ & ip 192.0.2.2", DEFAULT),
        ("allow = user_agent ~ ^curl/ &\n  http_host a.example &\n  ip 192.0.2.1", ALLOWED),
        ("allow = user_agent curl", DEFAULT),
        ("allow = user_agent curl/7.88.1", ALLOWED),
        ("allow = method GET", UNKNOWN),
        ("allow = !method GET", UNKNOWN),
        ("deny_status = 401", (401, "default")),
    ],
)
def test_rules(doorward, rules, expected):
    assert ask(doorward(f"[policy default]\nrdns = off\n{rules}\n")) == expected


def test_parents(doorward):
    door = doorward(
        """
[policy default]
rdns = off
deny_status = 401
allow = ip 192.0.2.0/24
[policy keys]
parent = default
deny = *
[policy all]
parent = keys
deny_status = 403
"""
    )
    assert ask(door) == ALLOWED
    assert ask(door, DOORWARD_POLICY="keys") == (401, "rule")
    assert ask(door, DOORWARD_POLICY="all") == REFUSED


def test_prefix_lists_in_files(doorward, folder):
    lines = [f"10.{a}.{b}.0/24" for a in range(40) for b in range(250)]
    (folder / "networks").write_text("# partners\n" + "\n".join(lines) + "\n2001:db8::/32\n")
    door = doorward("[policy default]\nrdns = off\nallow = ip in file:networks\n")
    assert ask(door, REMOTE_ADDR="10.39.249.255") == ALLOWED
    assert ask(door, REMOTE_ADDR="10.40.0.1") == DEFAULT
    assert ask(door, REMOTE_ADDR="2001:db8:1::1") == ALLOWED
    assert ask(door, REMOTE_ADDR="192.0.2.1") == DEFAULT


def test_name_lists_in_files(doorward, folder, nsd):
    (folder / "hosts").write_text(".two.example\nclient.example\n")
    door = doorward("[policy default]\nallow = host in file:hosts\n", server_of_names=nsd)
    assert ask(door) == ALLOWED
    assert ask(door, REMOTE_ADDR="192.0.2.16") == ALLOWED
    assert ask(door, REMOTE_ADDR="192.0.2.3") == DEFAULT
    assert ask(door, REMOTE_ADDR="192.0.2.2") == DEFAULT  # forged


def test_lists_of_the_nginx_modules(doorward, nsd):
    door = doorward(
        "[policy default]\ndefault = allow\n"
        "rdns_allow = ^client\\.example$\nrdns_deny = \\.example$\n",
        server_of_names=nsd,
    )
    assert ask(door) == ALLOWED
    assert ask(door, REMOTE_ADDR="192.0.2.3") == REFUSED
    assert ask(door, REMOTE_ADDR="192.0.2.4") == (200, "default")


def test_a_regex_at_its_limit_denies(doorward):
    """Catastrophic backtracking hits a limit; unknown is never taken for false in a deny."""
    bomb = "a" * 40 + "!"
    door = doorward(
        "[policy default]\nrdns = off\nallow = user_agent ~ ^(a|a?)+$\n"
        "[policy inverted]\nrdns = off\ndefault = allow\ndeny = user_agent ~ ^(a|a?)+$\n"
    )
    for policy in ["default", "inverted"]:
        assert ask(door, HTTP_USER_AGENT=bomb, DOORWARD_POLICY=policy) == (403, "regex_limit")


def test_suffixes_match_whole_labels(doorward, nsd):
    door = doorward("[policy default]\nallow = host .lient.example\n", server_of_names=nsd)
    assert ask(door) == DEFAULT


def test_host_rules_without_rdns_are_an_error(folder):
    """A rule that can never be true is an error at once."""
    file = folder / "doorward.conf"
    file.write_text("[policy default]\nrdns = off\nallow = !host .example\n")
    assert f"{file}:3" in run("-t", "-c", file, expect=1)[2]
