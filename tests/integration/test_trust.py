# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""verify = local in a running service: files that change, pins, cert_host, the validity of
responses."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from kit import chains
from kit.certs import DAY, now
from kit.doorward import reason, run
from kit.metrics import scrape
from kit.process import wait_for

LOCAL = "[policy default]\nrdns = off\nclient_cert = required\nverify = local\ndefault = allow\n"
NAMED = "[policy default]\nclient_cert = optional\ndefault = allow\nca_file = ca.pem\nverify = local\n"


@pytest.fixture
def ca(folder, pki):
    (folder / "ca.pem").write_text(pki.authority.certificate.pem)
    certificate = pki.authority.certificate
    return SimpleNamespace(subject=certificate.x509.subject, key=certificate.key)


def ask(door, certificate, address="192.0.2.1", **more):
    return door.ask({"REMOTE_ADDR": address, "SSL_CLIENT_CERT": certificate.pem}, **more)


def replace(path, data):
    new = path.with_suffix(".new")
    new.write_bytes(data if isinstance(data, bytes) else data.encode())
    os.replace(new, path)


def max_age(reply):
    return int(reply.header("X-Accel-Expires"))


def test_the_verdict_of_the_front_end_is_not_read(doorward, pki, ca):
    door = doorward(LOCAL + "ca_file = ca.pem\n")
    for _ in range(3):
        assert ask(door, pki.alice).status == 200
        assert ask(door, pki.alice, SSL_CLIENT_VERIFY="FAILED:x").status == 200
        assert reason(ask(door, pki.stranger, SSL_CLIENT_VERIFY="SUCCESS")) == "cert_untrusted"
        assert reason(ask(door, pki.self_signed)) == "cert_untrusted"
        assert reason(ask(door, pki.expired)) == "cert_expired"
        assert reason(ask(door, pki.early)) == "cert_not_yet_valid"
        assert reason(ask(door, pki.server)) == "cert_untrusted"
    part = "(OpenSSL's verify error 20 at depth 0); see ca_file"
    wait_for(lambda: any(part in d.get("detail", "") for d in door.decisions()), "the detail")


def test_both_is_the_default_with_trust(doorward, pki, ca):
    door = doorward(LOCAL.replace("verify = local\n", "ca_file = ca.pem\n"))
    assert ask(door, pki.alice, SSL_CLIENT_VERIFY="SUCCESS").status == 200
    assert reason(ask(door, pki.alice, SSL_CLIENT_VERIFY="NONE")) == "cert_unverified"
    assert reason(ask(door, pki.alice)) == "cert_unverified"
    assert reason(ask(door, pki.stranger, SSL_CLIENT_VERIFY="SUCCESS")) == "cert_untrusted"


def test_trust_is_watched(doorward, folder, pki, ca):
    door = doorward(LOCAL + "ca_file = ca.pem\n")
    file = folder / "ca.pem"
    assert ask(door, pki.alice).status == 200
    assert ask(door, pki.stranger).status == 403
    replace(file, pki.stranger_authority.certificate.pem)
    wait_for(lambda: ask(door, pki.stranger).status == 200, "the new CA")
    wait_for(lambda: ask(door, pki.alice).status == 403, "the old CA gone")
    replace(file, "nonsense\n")
    door.wait_for_log("what was read before stays in force")
    assert str(file) in door.stderr()
    assert ask(door, pki.stranger).status == 200
    file.unlink()
    wait_for(lambda: door.stderr().count("stays in force") == 2, "the second refusal")
    assert ask(door, pki.stranger).status == 200
    replace(file, pki.authority.certificate.pem)
    wait_for(lambda: ask(door, pki.alice).status == 200, "the first CA again")
    door.configure(LOCAL + "ca_file = missing.pem\n")
    door.reload()
    door.wait_for_log("nothing has changed")
    assert ask(door, pki.alice).status == 200


def test_a_folder_is_watched(doorward, folder, pki, ca):
    trusted = folder / "trusted"
    trusted.mkdir()
    (trusted / "one.pem").write_text(pki.authority.certificate.pem)
    (trusted / "README").write_text("no certificate")
    (trusted / "two.pem~").write_text(pki.stranger_authority.certificate.pem)
    door = doorward(LOCAL + "ca_dir = trusted\n")
    assert ask(door, pki.alice).status == 200
    assert ask(door, pki.stranger).status == 403
    (trusted / "two.pem~").rename(trusted / "two.crt")
    wait_for(lambda: ask(door, pki.stranger).status == 200, "the second CA")
    (trusted / "one.pem").unlink()
    wait_for(lambda: ask(door, pki.alice).status == 403, "the first CA gone")


def test_a_new_crl_revokes(doorward, folder, pki, ca):
    lists = folder / "crls"
    lists.mkdir()
    (lists / "ca.crl").write_bytes(chains.crl(ca, now=now()))
    door = doorward(LOCAL + "ca_file = ca.pem\ncrl_file = crls\n")
    assert ask(door, pki.alice).status == 200
    replace(lists / "ca.crl", chains.crl(ca, [pki.alice], now=now(), start=-DAY / 2))
    wait_for(lambda: ask(door, pki.alice).status == 403, "the revocation")
    assert reason(ask(door, pki.alice)) == "cert_revoked"
    assert ask(door, pki.rsa).status == 200
    replace(lists / "ca.crl", chains.crl(ca, [pki.alice], now=now(), start=-2 * DAY, end=-DAY))
    wait_for(lambda: reason(ask(door, pki.rsa)) == "cert_untrusted", "the stale list")


@pytest.fixture
def lists(folder, ca):
    """A folder with one good list, in which no certificate is."""
    lists = folder / "crls"
    lists.mkdir()
    (lists / "ca.crl").write_bytes(chains.crl(ca, now=now(), start=-2 * DAY))
    return lists


def bad_files(ca, stranger, good):
    forged = chains.crl(
        SimpleNamespace(subject=ca.subject, key=ca.key), now=now(), identified=True
    )
    der = x509.load_pem_x509_crl(forged).public_bytes(serialization.Encoding.DER)
    return {
        "cut": good[: len(good) // 2],
        "cut in DER": der[:-1],
        "a bit too much": der[:-1] + bytes([der[-1] ^ 1]),
        "empty": b"",
        "a web page": b"<!DOCTYPE html><html>404</html>",
        "a certificate": stranger.certificate.pem.encode(),
        "one good, one cut": good + good[: len(good) // 2],
    }


def test_a_bad_file_in_a_folder_stops_no_other(doorward, folder, pki, ca, lists):
    """Neither at the start nor when files change; a good list keeps what it had."""
    stranger = pki.stranger_authority
    bad = lists / "bad.crl"
    door = doorward(LOCAL + "ca_file = ca.pem\ncrl_file = crls\n")
    assert ask(door, pki.alice).status == 200
    revoked = []
    good = (lists / "ca.crl").read_bytes()
    for label, data in bad_files(ca, stranger, good).items():
        replace(bad, data)
        wait_for(lambda: metric(door, "doorward_trust_files_bad") == 1, label)
        assert f"crl_file: {bad}: " in door.stderr()
        revoked.append(pki.authority.issue(f"revoked-{len(revoked)}"))
        start = -DAY + DAY / 100 * len(revoked)
        replace(lists / "ca.crl", chains.crl(ca, revoked, now=now(), start=start))
        wait_for(lambda: reason(ask(door, revoked[-1])) == "cert_revoked", label)
        assert ask(door, pki.alice).status == 200
        code, out, errors = run("-t", "-c", door.file)
        assert code == 0 and f"warning: crl_file: {bad}: " in out + errors
        bad.unlink()
        wait_for(lambda: metric(door, "doorward_trust_files_bad") == 0, "the end of it")
    # The list itself is cut off: what it had stays in force.
    replace(lists / "ca.crl", good[:99])
    wait_for(lambda: metric(door, "doorward_trust_files_bad") == 1, "the cut list")
    door.wait_for_log(f"{lists}/ca.crl: what was read before stays in force")
    assert ask(door, pki.alice).status == 200
    assert reason(ask(door, revoked[0])) == "cert_revoked"
    # Another file changes, and it still has it.
    replace(lists / "more.crl", chains.crl(stranger_signer(stranger), now=now()))
    wait_for(lambda: door.stderr().count("but for 1 file(s)") >= 9, "the new list")
    assert ask(door, pki.alice).status == 200
    assert reason(ask(door, revoked[0])) == "cert_revoked"
    # After a reload there is nothing to keep: the CA has no list, and no certificate passes.
    door.reload()
    wait_for(lambda: reason(ask(door, pki.alice)) == "cert_untrusted", "the reload")
    assert "verify error 3 " in door.decisions()[-1]["detail"]


def stranger_signer(authority):
    return SimpleNamespace(subject=authority.certificate.x509.subject, key=authority.certificate.key)


def metric(door, name):
    return scrape(door).get(name)


def test_a_folder_of_bad_files_alone_is_an_error(folder, pki, ca, lists):
    (folder / "doorward.conf").write_text(LOCAL + "ca_file = ca.pem\ncrl_file = crls\n")
    (lists / "ca.crl").write_text("nonsense")
    code, out, errors = run("-t", "-c", folder / "doorward.conf")
    assert code == 1
    assert f"crl_file: {lists}/ca.crl: expected a CRL; found none" in out + errors
    assert "expected a file that can be used in this folder" in out + errors


def test_a_single_bad_list_is_an_error_at_the_start_alone(doorward, folder, pki, ca, lists):
    file = lists / "ca.crl"
    (folder / "other.crl").write_bytes(chains.crl(stranger_signer(pki.stranger_authority), now=now()))
    door = doorward(LOCAL + f"ca_file = ca.pem\ncrl_file = {file}\ncrl_file = other.crl\n")
    replace(folder / "other.crl", "nonsense")
    wait_for(lambda: metric(door, "doorward_trust_files_bad") == 1, "the bad file")
    replace(file, chains.crl(ca, [pki.alice], now=now()))
    wait_for(lambda: reason(ask(door, pki.alice)) == "cert_revoked", "the revocation")
    code, out, errors = run("-t", "-c", door.file)
    assert code == 1 and "other.crl: expected a CRL; found none" in out + errors
    door.reload()
    door.wait_for_log("nothing has changed")
    assert reason(ask(door, pki.alice)) == "cert_revoked"


@pytest.mark.parametrize("broken", ["ca_file", "ca_dir", "cert_pins"])
def test_a_revocation_waits_for_no_other_file(doorward, folder, pki, ca, lists, broken):
    (folder / "pins").write_text(pki.self_signed.sha256)
    (folder / "cas").mkdir()
    (folder / "cas" / "one.pem").write_text(pki.stranger_authority.certificate.pem)
    door = doorward(LOCAL + "ca_file = ca.pem\nca_dir = cas\ncert_pins = pins\ncrl_file = crls\n")
    file = {"ca_file": "ca.pem", "ca_dir": "cas/new.pem", "cert_pins": "pins"}[broken]
    replace(folder / file, "nonsense")
    wait_for(lambda: metric(door, "doorward_trust_files_bad") == 1, "the bad file")
    assert ask(door, pki.alice).status == 200
    assert ask(door, pki.self_signed).status == 200
    replace(lists / "ca.crl", chains.crl(ca, [pki.alice], now=now()))
    wait_for(lambda: reason(ask(door, pki.alice)) == "cert_revoked", "the revocation")
    assert ask(door, pki.rsa).status == 200
    assert ask(door, pki.self_signed).status == 200


def test_a_list_begins_at_its_time(doorward, pki, ca, lists):
    """Of two lists of one CA the newer one counts as soon as it has begun, without a reload."""
    hour = DAY / 24
    (lists / "early.crl").write_bytes(chains.crl(ca, [pki.alice], now=now(), start=hour))
    door = doorward(LOCAL + "ca_file = ca.pem\ncrl_file = crls\nmax_cache = 24h\n")
    for _ in range(2):
        assert 0 < max_age(ask(door, pki.alice)) <= 3600
    command = f"check -c {door.file} --ip 192.0.2.1 --json --cert {pki.alice.file} --at"
    for at, expected in [(now(), "default"), (now() + hour, "cert_revoked")]:
        assert json.loads(run(*command.split(), f"{at.isoformat()}Z")[1])["reason"] == expected


def test_an_anchor_that_its_own_ca_has_revoked(folder, pki, ca):
    """partial_chain: a list about the trusted CA is not asked for, and counts if its issuer is known."""
    middle = pki.authority.intermediate("anchor")
    other = pki.authority.intermediate("other-anchor")
    leaf = middle.issue("anchored")
    (folder / "ca.pem").write_text(middle.certificate.pem)
    (folder / "both.pem").write_text(middle.certificate.pem + pki.authority.certificate.pem)
    signer = stranger_signer(middle)
    listed = chains.crl(ca, [SimpleNamespace(x509=middle.certificate.x509)], now=now())
    forged = chains.crl(ca, [SimpleNamespace(x509=middle.certificate.x509)], now=now(), key=other.certificate.key)
    for roots, top, expected in [
        ("ca.pem", b"", "default"),
        ("ca.pem", listed, "default"),
        ("both.pem", listed, "cert_revoked"),
        ("both.pem", forged, "default"),
        ("both.pem", chains.crl(ca, now=now()), "default"),
    ]:
        (folder / "lists.crl").write_bytes(top + chains.crl(signer, now=now()))
        (folder / "doorward.conf").write_text(
            LOCAL + f"ca_file = {roots}\ncrl_file = lists.crl\npartial_chain = yes\n"
        )
        command = f"check -c {folder}/doorward.conf --ip 192.0.2.1 --json --cert {leaf.file}"
        assert json.loads(run(*command.split())[1])["reason"] == expected, (roots, top)


def test_a_response_is_valid_as_long_as_the_crl(doorward, folder, pki, ca):
    (folder / "ca.crl").write_bytes(chains.crl(ca, now=now(), end=DAY / 24))
    door = doorward(LOCAL + "ca_file = ca.pem\ncrl_file = ca.crl\nmax_cache = 24h\n")
    for _ in range(2):
        assert 0 < max_age(ask(door, pki.alice)) <= 3600
        assert max_age(ask(door, pki.stranger)) <= 10


def test_pins(doorward, folder, pki, ca):
    pins = folder / "pins"
    pins.write_text(f"# one\n{pki.self_signed.sha256.upper()}\n")
    door = doorward(LOCAL + "cert_pins = pins\n")
    assert ask(door, pki.self_signed).status == 200
    assert reason(ask(door, pki.alice)) == "cert_untrusted"
    spki = json.loads(
        run(*f"check -c {door.file} --ip 192.0.2.1 --json --cert".split(), pki.expired.file)[1]
    )["cert"]["spki_sha256"]
    spki = ":".join(spki[i : i + 2] for i in range(0, 64, 2))
    replace(pins, f"{pki.alice.sha256}\nspki: {spki}\n")
    wait_for(lambda: ask(door, pki.alice).status == 200, "the new pin")
    assert reason(ask(door, pki.self_signed)) == "cert_untrusted"
    assert reason(ask(door, pki.expired)) == "cert_expired"
    replace(pins, "0123\n")
    door.wait_for_log("expected the SHA-256")
    assert ask(door, pki.alice).status == 200


def test_names_agree_exactly(doorward, folder, pki, ca, nsd):
    named = pki.authority.issue("named", dns=["client.example"])
    wild = pki.authority.issue("wild", dns=["*.example"])
    deep = pki.authority.issue("deep", dns=["*.two.example", "x*.example", "*.client.example"])
    door = doorward(NAMED + "cert_host = exact\n", server_of_names=nsd)
    for _ in range(2):
        assert ask(door, named).status == 200
        assert ask(door, wild).status == 200
        assert ask(door, deep, "192.0.2.16").status == 200
        for certificate, address in [
            (named, "192.0.2.3"),
            (named, "192.0.2.2"),
            (named, "192.0.2.5"),
            (wild, "192.0.2.16"),
            (deep, "192.0.2.1"),
            (pki.only_cn, "192.0.2.1"),
        ]:
            assert reason(ask(door, certificate, address)) == "cert_host_mismatch"
        assert reason(ask(door, named, "203.0.113.1")) == "dns_error"
        assert door.ask({"REMOTE_ADDR": "192.0.2.5"}).status == 200


@pytest.mark.parametrize(
    "word, status, why", [("deny", 403, "dns_error"), ("error", 503, "dns_error"), ("allow", 200, "default")]
)
def test_failed_lookups(doorward, pki, ca, nsd, word, status, why):
    door = doorward(NAMED + f"cert_host = exact\non_dns_error = {word}\n", server_of_names=nsd)
    reply = ask(door, pki.alice, "203.0.113.1")
    assert (reply.status, reason(reply), max_age(reply)) == (status, why, 0)


def test_failed_lookups_do_not_bypass_the_rules(doorward, pki, ca, nsd):
    door = doorward(
        NAMED + "cert_host = exact\non_dns_error = allow\n"
        f"deny = cert.serial 0x{pki.alice.serial}\n",
        server_of_names=nsd,
    )
    reply = ask(door, pki.alice, "203.0.113.1")
    assert (reply.status, reason(reply)) == (403, "rule")


def test_names_share_a_domain(doorward, pki, ca, nsd):
    if "libpsl" not in run("--version")[1]:
        pytest.skip("built without libpsl")
    google = pki.authority.issue("google", dns=["www.googlebot.com"])
    wild = pki.authority.issue("google-wild", dns=["*.googlebot.com"])
    evil = pki.authority.issue("evil", dns=["googlebot.com.evil.example", "com", "*.com"])
    door = doorward(NAMED + "cert_host = domain\n", server_of_names=nsd)
    for certificate in [google, wild]:
        assert ask(door, certificate, "66.249.66.1").status == 200
        assert reason(ask(door, certificate, "192.0.2.14")) == "cert_host_mismatch"
        assert reason(ask(door, certificate, "192.0.2.5")) == "cert_host_mismatch"
    assert reason(ask(door, evil, "66.249.66.1")) == "cert_host_mismatch"


def test_many_at_once(doorward, pki, ca):
    """Good certificates pass while bad ones come at the same time and the trust store changes."""
    door = doorward(LOCAL + "ca_file = ca.pem\n", cache="cert_entries = 16\n")
    certificates = [pki.alice, pki.rsa, pki.stranger, pki.self_signed, pki.expired, pki.wildcard]
    expected = [200, 200, 403, 403, 403, 200]

    def many(round):
        with door.connection() as kept:
            for i in range(100):
                k = (i + round) % len(certificates)
                params = {"REMOTE_ADDR": "192.0.2.1", "SSL_CLIENT_CERT": certificates[k].pem}
                assert kept.request(params).status == expected[k]

    with ThreadPoolExecutor(8) as pool:
        rounds = [pool.submit(many, round) for round in range(16)]
        for _ in range(5):
            door.reload()
        for done in rounds:
            done.result()
