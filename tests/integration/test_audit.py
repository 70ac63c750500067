# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""`doorward audit` against a real NSD whose zones change between one run and the next."""

import json
import os
import stat
from types import SimpleNamespace

import pytest

from kit import chains, names
from kit.certs import DAY, now
from kit.doorward import run
from kit.process import free_port

QUICK = "timeout = 100ms\nattempts = 2\nlookup_timeout = 500ms\n"
RULES = """[policy default]
pin = office.partner.test 192.0.2.0/24
allow = host office.partner.test
allow = host .cloud.partner.test
allow = forward home.dyn.test
deny = dnsbl bl.dyn.test
"""
PARTNER = "office A 192.0.2.1\noffice AAAA 2001:db8::1\ncloud A 192.0.2.9\n"
DYN = "home A 198.51.100.1\nbl A 192.0.2.7\n"
GOOD = {"partner.test": PARTNER.replace("office AAAA 2001:db8::1\n", ""), "dyn.test": DYN}


class Audits:
    """Runs with one configuration and one state file, each with its own zones."""

    def __init__(self, folder, stack):
        self.folder, self.stack = folder, stack
        self.state = folder / "audit.json"
        self.file = folder / "doorward.conf"
        self.rules = RULES
        self.dns = ""

    def world(self, zones, **more):
        number = len(list(self.folder.glob("nsd*")))
        folder = self.folder / f"nsd{number}"
        folder.mkdir()
        server = names.Nsd(folder, zones, **more)
        self.stack.callback(server.close)
        return server.port

    def run(self, zones, *arguments, expect=None, state=None, **more):
        """The JSON object; `zones`: text by name, or a port."""
        port = zones if isinstance(zones, int) else self.world(zones, **more)
        self.file.write_text(f"[dns]\nnameservers = 127.0.0.1:{port}\n{QUICK}{self.dns}{self.rules}")
        arguments = ["audit", "-c", self.file, "--state", state or self.state, "--json", *arguments]
        code, out, errors = run(*arguments, expect=expect)
        return json.loads(out) if out else errors

    def findings(self, zones, *arguments, **more):
        report = self.run(zones, *arguments, **more)
        return [(f["finding"], f["name"]) for f in report["findings"]], report

    def one(self, zones, *arguments, **more):
        (finding,) = self.run(zones, *arguments, **more)["findings"]
        return finding


@pytest.fixture
def audits(folder, stack):
    return Audits(folder, stack)


def test_first_run_records_and_the_next_reports_nothing(audits):
    port = audits.world(GOOD)
    first = audits.run(port, expect=0)
    assert (first["since"], first["findings"], first["names"]) == (None, [], 4)
    assert stat.S_IMODE(audits.state.stat().st_mode) == 0o600
    state = json.loads(audits.state.read_text())
    assert state["version"] == 1
    assert state["names"]["office.partner.test"] == {
        "addresses": ["192.0.2.1"],
        "zone": "partner.test",
    }
    assert state["zones"]["dyn.test"] == {"mname": "ns.example", "ns": ["ns.example"]}
    again = audits.run(port, expect=0)
    assert again["since"] == state["time"] and again["findings"] == []
    assert list(audits.folder.glob("audit.json?*")) == []


def test_text_for_people(audits):
    port = audits.world(GOOD)
    audits.run(port)
    audits.rules = RULES.replace("host office", "host ~ ^office\nallow = host office")
    moved = audits.world({**GOOD, "dyn.test": DYN.replace("100.1", "100.2")})
    audits.file.write_text(
        f"[dns]\nnameservers = 127.0.0.1:{moved}\n{QUICK}{audits.rules}"
    )
    command = ["audit", "-c", audits.file, "--state", audits.state]
    before = audits.state.read_text()
    _, out, _ = run(*command, "--verbose", expect=1)
    lines = out.splitlines()
    assert lines[0].split() == ["moved", "home.dyn.test", "+198.51.100.2", "-198.51.100.1"]
    assert lines[1].startswith("not_audited") and "host ~ ^office" in lines[1]
    assert lines[2].startswith("4 names, 2 zones, 1 findings; compared with 2")
    audits.state.write_text(before)
    _, out, _ = run(*command, expect=1)
    assert out.splitlines()[0] == lines[0]
    assert "1 findings, 1 not audited (--verbose lists them); compared" in out.splitlines()[1]
    assert run(*command, expect=0) == (0, "", "")


def test_addresses_that_move_and_those_outside_their_pin(audits):
    audits.run(GOOD, expect=0)
    moved = {**GOOD, "dyn.test": "home A 198.51.100.2\nhome AAAA 2001:db8::5\nbl A 192.0.2.7\n"}
    finding = audits.one(moved, expect=1)
    assert (finding["finding"], finding["name"]) == ("moved", "home.dyn.test")
    assert finding["added"] == ["198.51.100.2", "2001:db8::5"]
    assert finding["removed"] == ["198.51.100.1"]
    found, report = audits.findings({**moved, "partner.test": PARTNER}, expect=1)
    assert found == [("outside_pin", "office.partner.test"), ("moved", "office.partner.test")]
    assert report["findings"][0]["added"] == ["2001:db8::1"]
    assert report["findings"][0]["detail"].endswith("doorward.conf:7")
    # The address is still outside, and has not moved since.
    assert audits.findings({**moved, "partner.test": PARTNER}, expect=1)[0] == found[:1]


def test_names_and_zones_that_vanish(audits):
    audits.run(GOOD, expect=0)
    finding = audits.one({**GOOD, "dyn.test": "bl A 192.0.2.7\n"}, expect=1)
    assert (finding["finding"], finding["name"]) == ("gone", "home.dyn.test")
    assert (finding["detail"], finding["removed"]) == ("NXDOMAIN", ["198.51.100.1"])
    # The name comes back with another address.
    back = audits.one({**GOOD, "dyn.test": DYN.replace("100.1", "100.3")}, expect=1)
    assert (back["finding"], back["added"]) == ("moved", ["198.51.100.3"])
    test = {"test": "dyn NS ns.example.\n", "dyn.test": DYN.replace("100.1", "100.3")}
    found, _ = audits.findings(test, expect=1)
    assert ("gone", "office.partner.test") in found and ("gone", ".cloud.partner.test") in found
    assert ("gone", "partner.test") in found
    found, _ = audits.findings({**GOOD, "dyn.test": 'home TXT "none"\nbl A 192.0.2.7\n'})
    assert ("gone", "home.dyn.test") in found


def test_dangling_aliases(audits):
    alias = {**GOOD, "dyn.test": DYN.replace("home A 198.51.100.1", "home CNAME a\na CNAME b.cloud.test.")}
    alias["cloud.test"] = "b A 198.51.100.1\n"
    audits.run(alias, expect=0)
    finding = audits.one({**alias, "cloud.test": "c A 192.0.2.1\n"}, expect=1)
    assert (finding["finding"], finding["name"]) == ("dangling", "home.dyn.test")
    assert finding["chain"] == ["a.dyn.test", "b.cloud.test"]
    assert finding["removed"] == ["198.51.100.1"]
    loop = {**GOOD, "dyn.test": "home CNAME a\na CNAME home\nbl A 192.0.2.7\n"}
    finding = audits.one(loop, expect=1)
    assert (finding["finding"], finding["chain"][:2]) == ("loop", ["a.dyn.test", "home.dyn.test"])
    assert len(finding["chain"]) <= 10


def test_zones_that_change(audits):
    audits.run(GOOD, expect=0)
    soa = names.SOA.replace("SOA ns.", "SOA ns9.").replace("NS ns.", "NS ns9.")
    found, report = audits.findings(GOOD, soa=soa, expect=1)
    assert found == [("zone_changed", "dyn.test"), ("zone_changed", "partner.test")]
    first = report["findings"][0]
    assert first["detail"] == "MNAME ns.example -> ns9.example"
    assert (first["added"], first["removed"]) == (["ns9.example"], ["ns.example"])
    assert audits.run(GOOD, soa=soa, expect=0)["findings"] == []
    # A part of the zone is delegated.
    away = {**GOOD, "home.dyn.test": "@ A 198.51.100.1\n"}
    found, report = audits.findings(away, soa=soa, expect=1)
    assert found == [("other_zone", "home.dyn.test")]
    assert report["findings"][0]["detail"] == "dyn.test -> home.dyn.test"


def test_dns_trouble_is_a_finding_and_keeps_the_state(audits):
    audits.run(GOOD, expect=0)
    before = json.loads(audits.state.read_text())
    report = audits.run(free_port(), expect=2)
    assert {f["finding"] for f in report["findings"]} == {"dns_trouble"}
    assert {f["name"] for f in report["findings"]} >= set(before["names"])
    after = json.loads(audits.state.read_text())
    assert (after["names"], after["zones"]) == (before["names"], before["zones"])
    found, _ = audits.findings({"partner.test": GOOD["partner.test"]}, broken=["dyn.test"], expect=2)
    assert {name for _, name in found} == {"home.dyn.test", ".bl.dyn.test", "dyn.test"}
    # The stored results are still compared.
    moved = {**GOOD, "dyn.test": DYN.replace("100.1", "100.2")}
    assert audits.one(moved, expect=1)["removed"] == ["198.51.100.1"]


def test_static_zone(audits):
    zone = audits.folder / "names.zone"
    audits.dns = f"static_zone = {zone}\n"
    audits.rules = "[policy default]\nallow = host office.partner.test\n"
    zone.write_text("office.partner.test. 60 A 192.0.2.1\n")
    port = free_port()
    audits.run(port, expect=0)
    zone.write_text("partner.test. SOA a b 1 2 3 4 5\noffice.partner.test. A 192.0.2.1\n")
    audits.run(port, expect=0)
    zone.write_text("partner.test. SOA a b 1 2 3 4 5\noffice.partner.test. A 192.0.2.2\n")
    assert audits.one(port, expect=1)["added"] == ["192.0.2.2"]
    zone.write_text("partner.test. SOA a b 1 2 3 4 5\noffice.partner.test. CNAME no.partner.test.\n")
    finding = audits.one(port, expect=1)
    assert (finding["finding"], finding["chain"]) == ("dangling", ["no.partner.test"])


def test_a_policy_alone(audits):
    audits.rules = RULES + "[policy other]\nallow = host gone.dyn.test\n"
    found, _ = audits.findings(GOOD, expect=1)
    assert found == [("gone", "gone.dyn.test")]
    moved = {**GOOD, "partner.test": GOOD["partner.test"].replace("192.0.2.1\n", "192.0.2.2\n")}
    assert audits.findings(moved, "--policy", "other", expect=1)[0] == found
    # Results of other policies are kept.
    found, _ = audits.findings(moved, "--policy", "default", expect=1)
    assert found == [("moved", "office.partner.test")]
    assert "no such policy" in audits.run(moved, "--policy", "none", expect=64)


def test_files_of_names(audits):
    listed = "".join(f"h{i}.dyn.test\n" for i in range(4100))
    (audits.folder / "names").write_text(listed)
    audits.rules = "[policy default]\nallow = host in file:names\nallow = host home.dyn.test\n"
    zones = {"dyn.test": DYN + "* A 192.0.2.77\n"}
    report = audits.run(zones, expect=0)
    assert (report["names"], report["left_out"]) == (4097, 4)
    assert len(json.loads(audits.state.read_text())["names"]) == 4097
    (audits.folder / "names").write_text("h1.dyn.test\n.dyn.test\n# no\ngone.partner.test\n")
    found, report = audits.findings({**zones, "partner.test": ""}, expect=1)
    assert (found, report["left_out"]) == ([("gone", "gone.partner.test")], 0)


def test_few_questions_in_flight(audits):
    """An audit stays within the limits of its configuration, and does not reach them."""
    audits.dns = "max_in_flight = 1\n"
    assert audits.run(GOOD, expect=0)["findings"] == []


def test_more_addresses_than_are_compared(audits):
    many = "".join(f"home A 198.51.{i // 250}.{i % 250}\n" for i in range(600))
    found, _ = audits.findings({**GOOD, "dyn.test": many + "bl A 192.0.2.7\n"}, expect=1)
    assert found == [("too_many", "home.dyn.test")]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"version": 1}', '{"version": 2, "time": "x", "names": {}, "zones": {}}',
     '{"version": 1, "time": "x", "names": {}, "names": {}, "zones": {}}',
     '{"version": 1, "time": "x", "names": {"a.example": {"addresses": ["none"]}}, "zones": {}}'],
)  # fmt: skip
def test_a_damaged_state_is_not_changed(audits, text):
    audits.state.write_text(text)
    assert "cannot be used" in audits.run(free_port(), expect=2)
    assert audits.state.read_text() == text
    assert os.listdir(audits.folder).count("audit.json") == 1


def test_a_state_that_is_not_a_file(audits):
    """The audit does not wait for a pipe, and does not replace a device."""
    os.mkfifo(audits.state)
    assert "cannot be used" in audits.run(free_port(), expect=2)
    assert "cannot be used" in audits.run(free_port(), expect=2, state="/dev/null")
    assert "cannot be used" in audits.run(free_port(), expect=2, state=audits.folder)


def test_a_state_that_cannot_be_written(audits):
    port = audits.world(GOOD)
    audits.file.write_text(f"[dns]\nnameservers = 127.0.0.1:{port}\n{QUICK}{RULES}")
    where = audits.folder / "nowhere" / "audit.json"
    _, out, errors = run("audit", "-c", audits.file, "--state", where, "--verbose", expect=2)
    assert f"{where}: cannot be written: its folder is missing (--state names" in errors
    assert "0 findings" in out
    run("audit", "-c", audits.file, "--state", "-", expect=0)
    run("audit", "-c", audits.file, "--nothing", expect=64)
    run("audit", "-c", audits.folder / "none", expect=78)


def test_lists_and_cas_that_end_soon(audits, folder, pki):
    """Each once, however many policies have it; and of one policy alone, if it is asked for."""
    policy = "rdns = off\nclient_cert = required\nverify = local\nallow = cert verified\nca_file = {0}.pem\n"
    near, far = pki.authority, pki.stranger_authority
    root = chains.authority("ends", start=-300 * DAY, end=now() - chains.NOW + 29 * DAY)
    (folder / "near.pem").write_text(near.certificate.pem)
    (folder / "far.pem").write_bytes(far.certificate.pem.encode() + root.pem)
    audits.rules = "".join(
        f"[policy {label}]\n{policy.format(label.rstrip('2'))}crl_file = {label.rstrip('2')}.crl\n"
        for label in ("near", "near2", "far")
    )

    base = now()

    def lists(near_end, far_end):
        for label, authority, end in (("near", near, near_end), ("far", far, far_end)):
            certificate = authority.certificate
            signer = SimpleNamespace(subject=certificate.x509.subject, key=certificate.key)
            made = chains.crl(signer, now=base, start=-7 * DAY, end=end)
            (folder / f"{label}.crl").write_bytes(made)
            yield f"{(base + end).isoformat()}Z"

    [near_end, _] = lists(DAY / 4, DAY / 2)
    found, report = audits.findings(free_port(), expect=1)
    assert found == [("crl_ends", "CN=doors"), ("ca_ends", "CN=ends")]
    assert report["findings"][0]["detail"] == near_end
    [*_] = lists(-DAY / 4, 2 * DAY)
    assert audits.findings(free_port(), expect=1)[0] == found
    assert audits.findings(free_port(), "--policy", "far", expect=1)[0] == found[1:]
    [*_] = lists(DAY / 2, 2 * DAY)
    assert audits.findings(free_port(), "--policy", "near", expect=0)[0] == []
