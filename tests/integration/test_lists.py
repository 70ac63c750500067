# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Files that rules read: they are watched, and change a running doorward without a reload."""

import json
import os

import pytest

from kit.doorward import run
from kit.process import wait_for

NETS = "[policy default]\nrdns = off\nallow = ip in file:nets\n"
IN_FORCE = "a file that rules read has changed, and was read again"
REFUSED = "a file that rules read has changed, and has errors; what was read before stays in force"


def replace(path, text):
    new = path.with_suffix(".new")
    new.write_text(text)
    os.replace(new, path)


def status(door, address, **more):
    return door.ask({"REMOTE_ADDR": address}, **more).status


def wait_for_count(door, text, count):
    wait_for(lambda: door.stderr().count(text) == count, f"{count} times {text!r}")


def test_a_list_is_read_again_when_it_changes(doorward, folder):
    nets = folder / "nets"
    nets.write_text("192.0.2.0/24\n")
    door = doorward(NETS)
    assert (status(door, "192.0.2.1"), status(door, "198.51.100.1")) == (200, 403)
    replace(nets, "198.51.100.0/24\n")
    wait_for(lambda: status(door, "198.51.100.1") == 200, "the file put in its place")
    assert status(door, "192.0.2.1") == 403
    with nets.open("a") as file:
        file.write("192.0.2.1\n")
    wait_for(lambda: status(door, "192.0.2.1") == 200, "what was appended")
    nets.write_text("2001:db8::/32\n")
    wait_for(lambda: status(door, "2001:db8::1") == 200, "what was written over it")
    wait_for(lambda: status(door, "192.0.2.1") == 403, "what it held before")


@pytest.mark.parametrize("value", ["soon", "", "9", "60001", "1s"])
def test_a_bad_interval_of_the_watch_is_told(doorward, folder, value):
    (folder / "nets").write_text("192.0.2.0/24\n")
    door = doorward(NETS, env={**os.environ, "DOORWARD_FILE_WATCH_MS": value})
    door.wait_for_log(
        f"DOORWARD_FILE_WATCH_MS is '{value}', not a number of milliseconds from 10 to 60000: "
        "files are watched every 1000 ms"
    )


def test_a_bad_list_changes_nothing_and_is_read_once(doorward, folder, pki):
    nets = folder / "nets"
    nets.write_text("192.0.2.0/24\n")
    (folder / "ca.pem").write_text(pki.authority.certificate.pem)
    trust = "[policy trust]\nrdns = off\nclient_cert = optional\nca_file = ca.pem\n"
    door = doorward(NETS + trust)
    replace(nets, "192.0.2.0/24\n\n198.51.100.1/24\n")
    door.wait_for_log(REFUSED)
    assert f"{nets}:3: " in door.stderr()
    for count in (1, 2):
        replace(folder / "ca.pem", pki.authority.certificate.pem)
        wait_for_count(door, "certificates are verified by has changed, and was read again", count)
    assert door.stderr().count(f"{nets}:3: ") == 1
    assert (status(door, "192.0.2.1"), status(door, "198.51.100.1")) == (200, 403)
    nets.unlink()
    wait_for_count(door, REFUSED, 2)
    assert status(door, "192.0.2.1") == 200
    replace(nets, "198.51.100.1\n")
    wait_for(lambda: status(door, "198.51.100.1") == 200, "the mended file")
    assert status(door, "192.0.2.1") == 403


def test_only_lists_are_read_again(doorward, folder):
    """Other changes wait for the reload, and then apply, together with the lists."""
    nets = folder / "nets"
    nets.write_text("192.0.2.0/24\n")
    door = doorward(NETS + "[policy heir]\nparent = default\n")
    door.configure("[policy default]\nrdns = off\nallow = *\n")
    replace(nets, "198.51.100.0/24\n")
    door.wait_for_log(IN_FORCE)
    wait_for(lambda: status(door, "198.51.100.1", DOORWARD_POLICY="heir") == 200, "the list")
    assert status(door, "192.0.2.1") == 403
    replace(nets, "203.0.113.0/24\n")
    wait_for(lambda: status(door, "203.0.113.1") == 200, "the next list")
    door.reload()
    wait_for(lambda: status(door, "192.0.2.1") == 200, "the reload")
    door.configure(NETS)
    door.reload()
    wait_for(lambda: status(door, "192.0.2.1") == 403, "the lists again")
    replace(nets, "192.0.2.0/24\n")
    wait_for(lambda: status(door, "192.0.2.1") == 200, "a list of the new configuration")


def test_all_kinds_of_lists_are_watched(doorward, folder, pki, nsd):
    (folder / "names").write_text("nobody.example\n")
    (folder / "prints").write_text("00" * 32 + "\n")
    (folder / "nets.json").write_text('{"prefixes": [{"ipv4Prefix": "203.0.113.0/24"}]}')
    door = doorward(
        "[policy default]\nallow = host in file:names\n"
        "[policy cert]\nrdns = off\nclient_cert = optional\n"
        "allow = cert.sha256 in file:prints\nallow = ip in json:nets.json\n",
        server_of_names=nsd,
    )
    asked = {"SSL_CLIENT_CERT": pki.alice.pem, "SSL_CLIENT_VERIFY": "SUCCESS"}
    assert status(door, "192.0.2.1") == 403
    assert status(door, "192.0.2.1", DOORWARD_POLICY="cert", **asked) == 403
    replace(folder / "names", ".example\n")
    wait_for(lambda: status(door, "192.0.2.1") == 200, "the names")
    replace(folder / "prints", pki.alice.sha256 + "\n")
    wait_for(
        lambda: status(door, "192.0.2.1", DOORWARD_POLICY="cert", **asked) == 200, "the prints"
    )
    replace(folder / "nets.json", '{"prefixes": [{"ipv4Prefix": "192.0.2.0/24"}]}')
    wait_for(lambda: status(door, "192.0.2.2", DOORWARD_POLICY="cert") == 200, "the networks")


def test_requests_are_answered_meanwhile(doorward, folder):
    nets = folder / "nets"
    many = "".join(f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}\n" for i in range(200_000))
    nets.write_text("192.0.2.0/24\n" + many)
    door = doorward(NETS)
    with door.connection() as kept:
        replace(nets, many + "192.0.2.0/24\n198.51.100.0/24\n")
        while door.ask({"REMOTE_ADDR": "198.51.100.1"}).status != 200:
            assert kept.request({"REMOTE_ADDR": "192.0.2.1"}).status == 200
        assert kept.request({"REMOTE_ADDR": "10.2.255.255"}).status == 200


def test_reloads_and_lists_take_turns(doorward, folder):
    nets = folder / "nets"
    nets.write_text("192.0.2.0/24\n" + "".join(f"10.{i}.0.0/16\n" for i in range(256)))
    door = doorward(NETS)
    for i in range(3):
        door.configure(f"[policy default]\nrdns = off\nallow = ip 198.51.100.{i}\n")
        door.reload()
        wait_for(lambda: status(door, f"198.51.100.{i}") == 200, "the reload")
        door.configure(NETS)
        door.reload()
        wait_for(lambda: status(door, "192.0.2.1") == 200, "the lists")
        replace(nets, f"192.0.2.0/24\n203.0.113.{i}\n")
        wait_for(lambda: status(door, f"203.0.113.{i}") == 200, "the new list")


@pytest.mark.parametrize(
    "prefix, good",
    [("8.0.0.0/8", True), ("8.0.0.0/7", False), ("0.0.0.0/0", False), ("128.0.0.0/1", False),
     ("2600::/16", True), ("2000::/3", False), ("::/0", False), ("::ffff:0:0/96", False)],
)  # fmt: skip
def test_no_vendor_has_the_whole_internet(folder, prefix, good):
    """Only downloaded lists have this limit; a list of one's own does not."""
    text = "[dns]\nnameservers = 127.0.0.1:9\n[policy default]\nrdns = off\nallow = ip in json:l\n"
    (folder / "doorward.conf").write_text(text)
    (folder / "l").write_text(json.dumps({"prefixes": [{"ipv4Prefix": prefix}]}))
    _, _, errors = run("-t", "-c", folder / "doorward.conf", expect=0 if good else 1)
    assert good or "prefixes[0].ipv4Prefix: error" in errors
    (folder / "doorward.conf").write_text(text.replace("json:", "file:"))
    (folder / "l").write_text(prefix.replace("::ffff:0:0/96", "::/0") + "\n")
    run("-t", "-c", folder / "doorward.conf", expect=0)


@pytest.mark.parametrize(
    "prefixes, good",
    [
        ([f"{i}.0.0.0/8" for i in range(256)], False),
        ([f"{i}.0.0.0/8" for i in range(8)], True),  # a /5
        ([f"{i}.0.0.0/8" for i in range(8)] + ["8.0.0.0"], False),
        ([f"{i}.{j}.0.0/16" for i in range(9) for j in range(256)], False),
        ([f"::ffff:{i}.0.0.0/104" for i in range(9)], False),
        (["1.0.0.0/8", "1.0.0.0/8", "1.2.0.0/16"] * 50, True),  # counts once
        ([f"2a{i:02x}::/16" for i in range(16)], True),  # a /12
        ([f"2a{i:02x}::/16" for i in range(17)], False),
    ],
)
def test_no_vendor_has_nearly_everything_in_pieces(folder, prefixes, good):
    config = folder / "doorward.conf"
    config.write_text("[policy default]\nrdns = off\nallow = ip in json:l\n")
    (folder / "l").write_text(json.dumps(prefixes))
    _, _, errors = run("-t", "-c", config, expect=0 if good else 1)
    assert good or f"{folder}/l: error: covers " in errors
    run("check-list", folder / "l", expect=0 if good else 1)


GROWN = "expected at most 4 times as much; a reload (SIGHUP) takes it as it is"


@pytest.mark.parametrize(
    "form, small, large",
    [
        ("json", ["192.0.2.0/24"], ["203.0.0.0/15"]),
        ("json", ["192.0.2.0/24"], ["192.0.2.0/24", "2001:d00::/31"]),
        ("json", ["203.0.0.0/16"], [f"203.{i}.0.0/16" for i in range(5)]),
        ("file", ["10.0.0.0/8"], ["0.0.0.0/1", "128.0.0.0/1"]),
    ],
)
def test_a_list_that_grows_at_once_waits_for_a_reload(doorward, folder, form, small, large):
    write = json.dumps if form == "json" else "\n".join
    nets = folder / "nets"
    nets.write_text(write(small))
    door = doorward(f"[policy default]\nrdns = off\nallow = ip in {form}:nets\n")
    replace(nets, write(large))
    door.wait_for_log(REFUSED)
    assert f"{nets}: covers " in door.stderr()
    assert GROWN in door.stderr()
    assert status(door, "203.0.1.1") == (200 if small[0] == "203.0.0.0/16" else 403)
    assert status(door, small[0].split("/")[0]) == 200
    # Twice as much is accepted without a reload, and a reload accepts all.
    replace(nets, write(small + ["198.51.100.0/24"]))
    wait_for(lambda: status(door, "198.51.100.1") == 200, "what grew a little")
    replace(nets, write(large))
    wait_for_count(door, GROWN, 2)
    door.reload()
    last = large[-1].split("/")[0]
    wait_for(lambda: status(door, last) == 200, "the reload")


def test_a_list_may_be_compared_with_the_old_one(folder):
    old, new = folder / "old", folder / "new"
    old.write_text('["203.0.0.0/16"]')
    new.write_text('["203.0.0.0/14"]')
    run("check-list", "--before", old, new)
    new.write_text('["203.0.0.0/13"]')
    _, _, errors = run("check-list", "--before", old, new, expect=1)
    assert f"{new}: error: covers 524288 addresses of IPv4" in errors
    assert f"it is taken once {old} is removed" in errors
    run("check-list", new)
    old.write_text("[]")
    _, _, errors = run("check-list", "--before", old, new, expect=1)
    assert f"{old}: error: holds no address" in errors
    for arguments in [[], ["--before", old], [old, new], ["-x"]]:
        run("check-list", *arguments, expect=64)


ZONE = "$TTL 300\n1.2.0.192.in-addr.arpa. PTR {0}.\n{0}. A 192.0.2.1\n"
NAMED = "[policy default]\nrdns = double\nallow = host good.example\n"


def test_the_static_zone_is_read_again_when_it_changes(doorward, folder):
    zone = folder / "names.zone"
    zone.write_text(ZONE.format("good.example"))
    door = doorward(NAMED, dns=f"static_zone = {zone}")
    assert status(door, "192.0.2.1") == 200
    replace(zone, ZONE.format("bad.example"))
    wait_for(lambda: status(door, "192.0.2.1") == 403, "the zone put in its place")
    wait_for_count(door, "the static zone has changed, and was read again", 1)
    replace(zone, ZONE.format("good.example"))
    wait_for(lambda: status(door, "192.0.2.1") == 200, "the name that is back")
    replace(zone, "1.2.0.192.in-addr.arpa. 300 PTR\n")
    door.wait_for_log("the static zone has changed, and has errors; what was read before stays in force")
    assert status(door, "192.0.2.1") == 200
    zone.unlink()
    wait_for_count(door, "the static zone has changed, and has errors", 2)
    assert status(door, "192.0.2.1") == 200
    replace(zone, ZONE.format("bad.example"))
    wait_for(lambda: status(door, "192.0.2.1") == 403, "a good one after a bad one")


AZURE = {
    "changeNumber": 1,
    "cloud": "Public",
    "values": [
        {"name": "A", "properties": {"region": "", "addressPrefixes": ["192.0.2.0/24"]}},
        {"name": "B", "properties": {"region": "x", "addressPrefixes": ["2001:db8::/48"]}},
    ],
}
POINTER = "#/values/*/properties/addressPrefixes"


def test_a_list_is_pointed_into_and_read_again(doorward, folder):
    nets = folder / "azure.json"
    nets.write_text(json.dumps(AZURE))
    door = doorward(f"[policy default]\nrdns = off\nallow = ip in json:azure.json{POINTER}\n")
    assert [status(door, ip) for ip in ("192.0.2.1", "2001:db8::1", "198.51.100.1")] == [
        200,
        200,
        403,
    ]
    # What has another form, or no address left, is refused, and the old list stays.
    hostile = [
        {"values": []},
        {"values": [{"properties": {"addressPrefixes": []}}]},
        {"values": [{"properties": {"addressPrefixes": [4]}}]},
        {"values": [{"properties": {"AddressPrefixes": ["198.51.100.0/24"]}}]},
        ["198.51.100.0/24"],
    ]
    for count, document in enumerate(hostile, 1):
        replace(nets, json.dumps(document))
        wait_for_count(door, REFUSED, count)
        assert status(door, "192.0.2.1") == 200
        assert status(door, "198.51.100.1") == 403
    AZURE["values"][0]["properties"]["addressPrefixes"].append("198.51.100.0/24")
    replace(nets, json.dumps(AZURE))
    wait_for(lambda: status(door, "198.51.100.1") == 200, "the new list")


def test_a_downloaded_list_is_checked_with_its_pointer(folder):
    old, new = folder / "old", folder / "new"
    old.write_text('{"WEBHOOKS": ["203.0.0.0/16"]}')
    new.write_text('{"WEBHOOKS": ["203.0.0.0/14"]}')
    run("check-list", new, expect=1)
    run("check-list", f"{new}#/WEBHOOKS")
    run("check-list", "--before", old, f"{new}#/WEBHOOKS")
    new.write_text('{"WEBHOOKS": ["203.0.0.0/13"]}')
    run("check-list", "--before", old, f"{new}#/WEBHOOKS", expect=1)
    _, _, errors = run("check-list", f"{new}#/webhooks", expect=1)
    assert '"/webhooks" leads to nothing in the file' in errors
    _, _, errors = run("check-list", f"{new}#/~x", expect=1)
    assert "is not a JSON pointer" in errors
