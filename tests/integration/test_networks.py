# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""`asn` and `country` in rules, by databases in the MaxMind format, and rates by network."""

import json
import os
import time

import pytest

from kit import mmdb
from kit.doorward import run, summary
from kit.process import wait_for

NOW = int(time.time())
ASNS = {
    "192.0.2.0/24": 64496,
    "198.51.100.0/24": 64497,
    "203.0.113.0/24": 4200000000,
    "2001:db8::/32": 64496,
}
COUNTRIES = {"192.0.2.0/24": "DE", "198.51.100.0/24": "AT", "2001:db8::/32": "CH"}
REFUSED = "a database of networks has changed, and has errors; what was read before stays in force"
REREAD = "a database of networks has changed, and was read again"


def replace(path, data):
    """As scripts do it that download a database."""
    new = path.with_name("new")
    new.write_bytes(data)
    new.rename(path)


@pytest.fixture
def databases(folder):
    (folder / "asn.mmdb").write_bytes(mmdb.asn_database(ASNS, NOW))
    (folder / "country.mmdb").write_bytes(mmdb.country_database(COUNTRIES, NOW))
    return (
        f"[networks]\nasn_database = {folder}/asn.mmdb\n"
        f"country_database = {folder}/country.mmdb\n"
    )


def ask(door, ip, policy="default"):
    return summary(door.ask(REMOTE_ADDR=ip, DOORWARD_POLICY=policy))[:2]


RULE = (200, "rule")
DEFAULT = (403, "default")
UNKNOWN = (403, "network_unknown")


@pytest.mark.parametrize(
    "rule, results",
    [
        ("asn 64496", [RULE, DEFAULT, DEFAULT, RULE, UNKNOWN]),
        ("asn AS64490-AS64496, 4200000000", [RULE, DEFAULT, RULE, RULE, UNKNOWN]),
        ("!asn 64496", [DEFAULT, RULE, RULE, DEFAULT, UNKNOWN]),
        ("country de", [RULE, DEFAULT, UNKNOWN, DEFAULT, UNKNOWN]),
        ("country DE, ch", [RULE, DEFAULT, UNKNOWN, RULE, UNKNOWN]),
        ("!country DE", [DEFAULT, RULE, UNKNOWN, RULE, UNKNOWN]),
        ("country known", [RULE, RULE, DEFAULT, RULE, DEFAULT]),
        ("!asn known", [DEFAULT, DEFAULT, DEFAULT, DEFAULT, RULE]),
        ("asn known & country AT & asn 64497", [DEFAULT, RULE, DEFAULT, DEFAULT, DEFAULT]),
    ],
)
def test_rules(doorward, databases, rule, results):
    door = doorward(databases + f"[policy default]\nrdns = off\nallow = {rule}\n")
    clients = ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "10.0.0.1"]
    assert [ask(door, ip) for ip in clients] == results
    assert ask(door, "::ffff:192.0.2.1") == results[0]


def test_what_the_database_does_not_say_is_unknown(doorward, databases):
    """Not false in a deny, not true in an allow, whatever on_dns_error says."""
    door = doorward(
        databases + "[policy default]\nrdns = off\non_dns_error = allow\ndefault = allow\n"
        "deny = country DE\n"
        "[policy known]\nrdns = off\ndefault = allow\ndeny = country known & country DE\n"
        "[policy before]\nrdns = off\ndefault = allow\nallow = ip 10.0.0.0/8\ndeny = country DE\n"
    )
    for ip in ["10.0.0.1", "203.0.113.1", "::1", "fe80::1", "2001:db9::1"]:
        assert ask(door, ip) == UNKNOWN
        assert ask(door, ip, "known") == (200, "default")
    assert ask(door, "192.0.2.1") == ask(door, "192.0.2.1", "known") == (403, "rule")
    assert ask(door, "198.51.100.1") == (200, "default")
    assert ask(door, "10.0.0.1", "before") == (200, "rule")
    lines = door.decisions()
    assert lines[0]["detail"] == "the databases do not have the client's address"
    assert "country" not in lines[0]
    assert [line for line in lines if line["ip"] == "192.0.2.1"][0]["country"] == "DE"


def test_a_database_is_read_again(doorward, databases, folder):
    door = doorward(databases + "[policy default]\nrdns = off\nallow = asn 64496\n")
    assert ask(door, "192.0.2.1") == RULE
    replace(folder / "asn.mmdb", mmdb.asn_database({"192.0.2.0/25": 64499}, NOW))
    wait_for(lambda: ask(door, "192.0.2.1") == DEFAULT, "the new database")
    assert ask(door, "198.51.100.1") == UNKNOWN
    assert REREAD in door.stderr()


def hostile():
    good = mmdb.asn_database(ASNS, NOW)
    loop = mmdb.Database("x", NOW)
    loop.data = b"\x20\x00" + b"\x20\x00"  # a pointer to itself
    loop.nodes = [[("data", 0), None]]
    deep = mmdb.Database("x", NOW)
    deep.data = b"\xe2\x41a" + b"\x01\x04" * 2000000
    deep.nodes = [[("data", 0), None]]
    text = mmdb.Database("x", NOW)
    text.add("192.0.2.0/24", {"autonomous_system_number": "64496"})
    return {
        "empty": b"",
        "cut": good[: len(good) // 2],
        "cut at its end": good[:-1],
        "zeros in the middle": good[:600] + bytes(600) + good[1200:],
        "text": b"<html>503</html>",
        "another kind": mmdb.country_database(COUNTRIES, NOW),
        "a pointer that loops": loop.written(),
        "nested without an end": deep.written(),
        "a number in quotes": text.written(),
        "a tree that is longer than the file": loop.written(node_count=1 << 31),
        "another version": mmdb.Database("x", NOW).written(binary_format_major_version=3),
    }


def test_a_bad_database_changes_nothing(doorward, databases, folder):
    door = doorward(databases + "[policy default]\nrdns = off\nallow = asn 64496\n")
    for count, data in enumerate(hostile().values(), 1):
        replace(folder / "asn.mmdb", data)
        wait_for(lambda: door.stderr().count(REFUSED) == count, "the refusal")
        assert ask(door, "192.0.2.1") == RULE
        assert ask(door, "198.51.100.1") == DEFAULT
    replace(folder / "asn.mmdb", mmdb.asn_database({"198.51.100.0/24": 64496}, NOW))
    wait_for(lambda: ask(door, "198.51.100.1") == RULE, "the good one")


@pytest.mark.parametrize("what", hostile())
def test_a_bad_database_is_refused_at_the_start(databases, folder, what):
    conf = folder / "doorward.conf"
    conf.write_text(databases + "[policy default]\nrdns = off\nallow = asn 64496\n")
    (folder / "asn.mmdb").write_bytes(hostile()[what])
    errors = run("-t", "-c", conf, expect=1)[2]
    assert f"{folder}/asn.mmdb: error: cannot be used: " in errors


def test_a_file_that_is_cut_in_place_does_no_harm(doorward, databases, folder):
    """What was read is in memory: a page of the file that is gone is not touched."""
    door = doorward(databases + "[policy default]\nrdns = off\nallow = asn 64496\n")
    os.truncate(folder / "asn.mmdb", 0)
    wait_for(lambda: REFUSED in door.stderr(), "the refusal")
    assert ask(door, "192.0.2.1") == RULE
    assert ask(door, "2001:db8::1") == RULE


def test_a_database_that_is_not_there(databases, folder):
    conf = folder / "doorward.conf"
    conf.write_text(databases + "[policy default]\nrdns = off\nallow = asn 64496\n")
    (folder / "asn.mmdb").unlink()
    errors = run("-t", "-c", conf, expect=1)[2]
    assert f"{folder}/asn.mmdb: cannot be read: No such file or directory" in errors


def test_rules_need_a_database(folder):
    conf = folder / "doorward.conf"
    conf.write_text(
        "[policy default]\nrdns = off\nallow = asn 64496\nallow = country DE\n"
        "deny = rate asn 5/s\n"
    )
    errors = run("-t", "-c", conf, expect=1)[2]
    assert "doorward.conf:3:9: error: asn: nothing says which AS" in errors
    assert "expected asn_database in [networks]" in errors
    assert "doorward.conf:4:9: error: country: nothing says which country" in errors
    assert "doorward.conf:5:8: error: asn: nothing says which AS" in errors


def test_the_type_and_date_are_told(databases, folder):
    conf = folder / "doorward.conf"
    conf.write_text(databases + "[policy default]\nrdns = off\nallow = asn 64496\n")
    day = 86400
    (folder / "asn.mmdb").write_bytes(mmdb.asn_database(ASNS, 1_700_000_000, "GeoLite2-ASN"))
    told = run("-t", "-c", conf, expect=0)[2]
    assert f"asn_database {folder}/asn.mmdb: GeoLite2-ASN, built 2023-11-14, 4 networks\n" in told
    assert f"country_database {folder}/country.mmdb: Example-Country, built " in told
    assert f"{folder}/asn.mmdb: warning: the database was built " in told
    assert f"{folder}/country.mmdb: warning" not in told
    told = "".join(run("doctor", "-c", conf)[1:])
    assert f"{folder}/asn.mmdb: warning: the database was built " in told
    (folder / "asn.mmdb").write_bytes(mmdb.asn_database(ASNS, NOW - 50 * day))
    told = "".join(run("doctor", "-c", conf)[1:])
    assert "networks: ok: each database was built within 60 days" in told
    assert "0 warning(s)" in run("-t", "-c", conf, expect=0)[2]


def test_check_explains(databases, folder):
    conf = folder / "doorward.conf"
    conf.write_text(databases + "[policy default]\nrdns = off\nallow = asn 64496\n")
    arguments = ["check", "-c", conf, "--ip"]
    got = json.loads(run(*arguments, "192.0.2.1", "--json", expect=0)[1])
    assert got["network"] == {"asn": 64496, "country": "DE"}
    got = json.loads(run(*arguments, "10.0.0.1", "--json", expect=1)[1])
    assert got["network"] == {"asn": None, "country": None}
    assert got["reason"] == "network_unknown"
    assert got["steps"][0]["terms"] == [{"text": "asn 64496", "outcome": "unknown"}]
    shown = run(*arguments, "192.0.2.1", expect=0)[1]
    assert "AS64496, country DE" in shown


def test_rates_by_network(doorward, databases):
    door = doorward(
        databases + "[policy default]\nrdns = off\ndefault = allow\ndeny = rate asn 2/h\n"
        "[policy net]\nrdns = off\ndefault = allow\ndeny = rate net/24,48 2/h\n"
    )
    over = (403, "rate")
    within = (200, "default")
    # One AS, by IPv4 and IPv6; another one; and addresses without an AS, each alone.
    clients = ["192.0.2.1", "2001:db8::1", "192.0.2.3", "198.51.100.1", "10.0.0.1", "10.0.0.2"]
    assert [ask(door, ip) for ip in clients] == [within, within, over, within, within, within]
    clients = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.3.1"]
    assert [ask(door, ip, "net") for ip in clients] == [within, within, over, within]
    clients = ["2001:db8::1", "2001:db8:0:ffff::1", "2001:db8::2", "2001:db8:1::1"]
    assert [ask(door, ip, "net") for ip in clients] == [within, within, over, within]
