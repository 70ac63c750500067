# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Client certificates as nginx forwards them: parameters, honoured headers, and all other cases."""

import datetime
import json

import pytest

from kit.doorward import reason, run

CLIENT = {"REMOTE_ADDR": "192.0.2.1"}
HONOURED = {**CLIENT, "DOORWARD_TRUST_HEADERS": "1"}
POLICIES = "".join(
    f"[policy {word}]\nrdns = off\nclient_cert = {word}\ndefault = allow\n"
    for word in ("off", "optional", "required")
)


def ask(door, policy, cert=None, verify="SUCCESS", client=CLIENT, **more):
    params = dict(client, DOORWARD_POLICY=policy, **more)
    if cert is not None:
        params["SSL_CLIENT_CERT"] = cert
    if verify is not None:
        params["SSL_CLIENT_VERIFY"] = verify
    reply = door.ask(params)
    return reply.status, reason(reply)


GOOD = (200, "default")


@pytest.fixture
def door(doorward):
    return doorward(POLICIES)


def denied(word):
    return 403, word


def test_no_certificate(door):
    for cert, verify in [(None, None), (None, "NONE"), ("", "NONE"), ("", ""), ("", None)]:
        assert ask(door, "off", cert, verify) == GOOD
        assert ask(door, "optional", cert, verify) == GOOD
        assert ask(door, "required", cert, verify) == denied("cert_missing")


def test_a_verdict_without_a_certificate_is_ignored(door):
    for cert in [None, ""]:
        assert ask(door, "required", cert, "SUCCESS") == denied("cert_missing")


def test_good_certificates(door, pki):
    for cert in [pki.alice, pki.rsa, pki.wildcard, pki.only_cn]:
        for policy in ["off", "optional", "required"]:
            assert ask(door, policy, cert.pem) == GOOD


@pytest.mark.parametrize("form", ["pem", "escaped", "tabbed", "spaced", "crlf"])
def test_encodings(door, pki, form):
    text = {
        "pem": pki.alice.pem,
        "escaped": pki.alice.escaped,
        "tabbed": pki.alice.tabbed,
        "spaced": pki.alice.pem.replace("\n", " "),
        "crlf": pki.alice.pem.replace("\n", "\r\n"),
    }[form]
    assert ask(door, "required", text) == GOOD
    header = {"HTTP_X_SSL_CLIENT_CERT": text, "HTTP_X_SSL_CLIENT_VERIFY": "SUCCESS"}
    assert ask(door, "required", verify=None, client=HONOURED, **header) == GOOD


@pytest.mark.parametrize(
    "verify",
    [
        "FAILED:self-signed certificate",
        "FAILED:certificate has expired",
        "FAILED",
        "NONE",
        "GENEROUS",
        "success",
        "SUCCESS ",
        " SUCCESS",
        "SUCCESS\0",
        "SUCCESS:",
        "0",
        "true",
        "X509_V_OK",
        "",
        None,
    ],
)
def test_only_success_is_success(door, pki, verify):
    assert ask(door, "off", pki.alice.pem, verify) == GOOD
    assert ask(door, "optional", pki.alice.pem, verify) == denied("cert_unverified")
    assert ask(door, "required", pki.alice.pem, verify) == denied("cert_unverified")


def test_failed_without_the_certificate(door):
    """lighttpd does not export a certificate that failed."""
    assert ask(door, "off", None, "FAILED:x") == GOOD
    assert ask(door, "optional", None, "FAILED:x") == denied("cert_unverified")
    assert ask(door, "required", None, "FAILED:x") == denied("cert_unverified")


def test_dates_are_checked_beside_any_verdict(door, pki):
    for policy in ["optional", "required"]:
        assert ask(door, policy, pki.expired.pem) == denied("cert_expired")
        assert ask(door, policy, pki.early.pem) == denied("cert_not_yet_valid")
    assert ask(door, "off", pki.expired.pem) == GOOD


def test_malformed(door, pki):
    pem = pki.alice.pem
    lines = pem.splitlines(keepends=True)
    broken = {
        "nonsense": "spoofed",
        "one blank": " ",
        "empty armor": lines[0] + lines[-1],
        "no end": "".join(lines[:-1]),
        "no begin": "".join(lines[1:]),
        "junk before": "junk\n" + pem,
        "junk after": pem + "junk\n",
        "two": pem + pki.rsa.pem,
        "other label": pem.replace("CERTIFICATE", "X509 CERTIFICATE"),
        "trusted": pem.replace("CERTIFICATE", "TRUSTED CERTIFICATE"),
        "header": pem.replace("-----\n", "-----\nProc-Type: 4,ENCRYPTED\n\n", 1),
        "not base64": pem.replace(lines[1][:4], "!!!!", 1),
        "cut": lines[0] + lines[1] + lines[-1],
        "escaped twice": pki.alice.escaped.replace("%", "%25"),
        "bad escape": pki.alice.escaped.replace("%0A", "%0", 1),
        "der": pki.alice.der,
        "nul": pem + "\0",
        "null": "(null)",
        "large": lines[0] + "A" * 60000 + "\n" + lines[-1],
    }
    for what, text in broken.items():
        for policy in ["optional", "required"]:
            assert ask(door, policy, text) == denied("cert_malformed"), what
        assert ask(door, "off", text) == GOOD, what


def test_headers_of_untrusted_peers_are_no_certificates(door, pki):
    forged = {"HTTP_X_SSL_CLIENT_CERT": pki.alice.escaped, "HTTP_X_SSL_CLIENT_VERIFY": "SUCCESS"}
    assert ask(door, "required", verify=None, **forged) == denied("cert_missing")
    assert ask(door, "optional", verify=None, **forged) == GOOD
    garbage = {"HTTP_X_SSL_CLIENT_CERT": "garbage", "HTTP_X_SSL_CLIENT_VERIFY": "FAILED:x"}
    assert ask(door, "optional", verify=None, **garbage) == GOOD
    # The certificate comes from the front end without a verdict, and the client supplies a verdict.
    word = {"HTTP_X_SSL_CLIENT_VERIFY": "SUCCESS"}
    assert ask(door, "required", pki.alice.pem, None, **word) == denied("cert_unverified")


def test_honoured_headers(door, pki):
    headers = {"HTTP_X_SSL_CLIENT_CERT": pki.alice.escaped, "HTTP_X_SSL_CLIENT_VERIFY": "SUCCESS"}
    assert ask(door, "required", verify=None, client=HONOURED, **headers) == GOOD
    headers["HTTP_X_SSL_CLIENT_VERIFY"] = "FAILED:x"
    assert ask(door, "required", verify=None, client=HONOURED, **headers) == denied(
        "cert_unverified"
    )


def test_a_param_shadows_the_header_even_if_it_is_empty(door, pki):
    """nginx sends an unset variable as an empty parameter; a client's header must not replace
    it."""
    headers = {"HTTP_X_SSL_CLIENT_CERT": pki.alice.escaped, "HTTP_X_SSL_CLIENT_VERIFY": "SUCCESS"}
    for client in [CLIENT, HONOURED]:
        assert ask(door, "required", "", "", client, **headers) == denied("cert_missing")
        assert ask(door, "required", pki.alice.pem, "", client, **headers) == denied(
            "cert_unverified"
        )


RULES = """
[policy default]
rdns = off
client_cert = optional
allow = cert.dns .partner.example
"""


def test_rules_match_names_of_verified_certificates(doorward, pki):
    door = doorward(RULES)
    for cert, expected in [
        (pki.alice, (200, "rule")),
        (pki.rsa, (200, "rule")),
        (pki.only_cn, (403, "default")),  # a CN is not a name
        (pki.nul, (403, "default")),  # alice.partner.example\0.evil.example
        (pki.expired, (403, "cert_expired")),
    ]:
        assert ask(door, "default", cert.pem) == expected
    assert ask(door, "default", pki.alice.pem, "FAILED:x") == (403, "cert_unverified")


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_denial_has_the_names_of_the_certificate(doorward, pki, form):
    policy = "[policy default]\nrdns = off\nclient_cert = required\nallow = cert.dns {}\n"
    names = ["good.example", 'a", verdict=allow {', "line\nbreak"]
    few = pki.authority.issue("few", dns=names, uri=["https://a.example/\\x"])
    many = pki.authority.issue("many", dns=[f"host-{i}.example" for i in range(100)])
    log = f"format = {form}"
    door = doorward(policy.format(".partner.example"), log=log)
    for cert in [few, many]:
        assert ask(door, "default", cert.pem) == denied("default")
    lines = [line for line in door.stderr().splitlines() if "verdict" in line]
    assert len(lines) == 2 and all("cert_san" in line for line in lines)
    assert "good.example" in lines[0] and "https://a.example/" in lines[0]
    assert "host-0.example" in lines[1] and "host-99" not in lines[1] and '..."' in lines[1]
    for line in lines:
        _, out, _ = run("check", "-c", door.file, "--json", "--log", line)
        assert json.loads(out)["log"]["verdict"] == "deny", out
    door.stop()
    door = doorward(policy.format(".example"), log=log)
    assert ask(door, "default", few.pem) == (200, "rule")
    assert "verdict=allow" in door.stderr().replace('"verdict":"allow"', "verdict=allow")
    assert "cert_san" not in door.stderr().splitlines()[-1]


def test_a_wildcard_in_a_certificate_is_a_literal(doorward, pki):
    door = doorward(
        "[policy default]\nrdns = off\nclient_cert = required\n"
        "allow = cert.dns admin.partner.example\n"
    )
    assert ask(door, "default", pki.wildcard.pem) == (403, "default")


def test_cn_fallback(doorward, pki):
    door = doorward(RULES + "cn_fallback = yes\n")
    assert ask(door, "default", pki.only_cn.pem) == (200, "rule")


@pytest.mark.parametrize(
    "rule, holds",
    [
        ("cert.dns alice.partner.example", True),
        ("cert.dns ALICE.Partner.Example", True),
        ("cert.dns partner.example", False),
        ("cert.dns *.xn--bcher-kva.example", None),
        ("cert.dns .xn--bcher-kva.example", True),
        ("cert.dns XN--Bcher-KVA.example", True),
        ("cert.dns bücher.example", None),
        ("cert.email alice@partner.example", True),
        ("cert.email alice@PARTNER.example", True),
        ("cert.email Alice@partner.example", False),
        ("cert.uri spiffe://partner.example/alice", True),
        ("cert.uri spiffe://partner.example/Alice", False),
        ("cert.uri SPIFFE://partner.example/alice", False),
        ("cert.uri spiffe://partner.example/alice/", False),
        ("cert.uri spiffe://partner.example", False),
        ("cert.ip 192.0.2.77", True),
        ("cert.ip ::ffff:192.0.2.77", True),
        ("cert.ip 2001:DB8:0::7", True),
        ("cert.ip 192.0.2.0/24", True),
        ("cert.ip 192.0.2.78", False),
        ("cert.cn alice", True),
        ("cert.subject CN=alice,O=Acme", True),
        ("cert.subject ~ ^CN=alice,", True),
        ("cert.issuer CN=doors", True),
        ("cert.issuer CN=strangers", False),
        ("cert.subject O = Acme, CN = alice", True),
        ("cert.subject O=Acme,CN=alice", True),
        ("cert.subject 2.5.4.3=alice,o=\"Acme\"", True),
        ("cert.subject /O=Acme/CN=alice", True),
        ("cert.o acme", True),
        ("cert.ou Acme", False),
        ("issuer.cn doors", True),
        ("issuer.cn alice", False),
        ("cert.subject subject=O = Acme, CN = alice", None),
        ("cert.subject alice", None),
        ("cert.serial 2712847316", None),
        ("cert.sha256 {sha1}", None),
        ("cert.sha256 SHA256:{colons}", True),
        ("cert.subject CN=Alice,O=ACME", True),
        ("cert.subject CN=alicia,O=Acme", False),
        ("!cert.subject O=Acme, CN=alice", False),
        ("cert.serial {serial}", True),
        ("cert.serial 0x{serial}", True),
        ("cert.serial 00{serial}", True),
        ("cert.serial {spaced_serial}", True),
        ("cert.serial {colons_serial}", True),
        ("cert.serial {serial}0", False),
        ("cert.sha256 {sha256}", True),
        ("cert.sha256 {colons}", True),
        ("cert.spki {spki}", True),
        ("cert.sha256 {other}", False),
        ("cert.spki {sha256}", False),
        ("cert verified", True),
        ("cert present", True),
        ("!cert verified", False),
        ("!cert.cn bob", True),
        ("cert.dns .partner.example & cert.issuer CN=doors & ip 192.0.2.1", True),
        ("cert.dns .partner.example & ip 192.0.2.2", False),
    ],
)
def test_fields(doorward, pki, folder, rule, holds):
    cert = pki.authority.issue(
        "every-name",
        subject="O=Acme,CN=alice",
        serial=0xA1B2C3D4,
        dns=["alice.partner.example", "xn--bcher-kva.example", "*.xn--bcher-kva.example"],
        email=["alice@partner.example"],
        uri=["spiffe://partner.example/alice"],
        ip=["192.0.2.77", "2001:db8::7"],
    )
    digest = bytes.fromhex(cert.sha256)
    text = rule.format(
        serial=cert.serial,
        colons_serial="00:A1:B2:C3:D4",
        spaced_serial="A1 B2 C3 D4",
        sha256=cert.sha256,
        colons=digest.hex(":").upper(),
        sha1=digest[:20].hex(),
        spki=cert.spki,
        other=pki.rsa.sha256,
    )
    policy = f"[policy default]\nrdns = off\nclient_cert = required\nallow = {text}\n"
    if holds is None:
        (folder / "refused.conf").write_text(policy)
        run("-t", "-c", folder / "refused.conf", expect=1)
        return
    door = doorward(policy)
    assert ask(door, "default", cert.pem) == ((200, "rule") if holds else (403, "default"))


def test_lists_in_files(doorward, pki, folder):
    (folder / "fingerprints").write_text(f"# partners\n{pki.rsa.sha256}\n{pki.alice.sha256}\n")
    door = doorward(
        "[policy default]\nrdns = off\nclient_cert = required\n"
        "allow = cert.sha256 in file:fingerprints\n"
    )
    assert ask(door, "default", pki.alice.pem) == (200, "rule")
    assert ask(door, "default", pki.wildcard.pem) == (403, "default")


@pytest.mark.parametrize(
    "field, own, other",
    [
        ("cert.dns", ".partner.example", "partner.example"),
        ("cert.ip", "192.0.2.0/24", "192.0.2.78"),
        ("cert.email", "alice@partner.example", "bob@partner.example"),
        ("cert.uri", "spiffe://partner.example/alice", "spiffe://partner.example/Alice"),
        ("cert.cn", "alice", "alicia"),
        ("cert.o", "Acme", "alice"),
        ("issuer.cn", "doors", "alice"),
        ("cert.subject", "O = Acme, CN = alice", "CN=alice"),
        ("cert.issuer", "CN=doors", "CN=strangers"),
        ("cert.serial", "0x00{serial}", "0x0{serial}1"),
        ("cert.sha256", "{sha256}", "{spki}"),
        ("cert.spki", "{spki}", "{sha256}"),
    ],
)
def test_each_field_in_a_file(doorward, pki, folder, field, own, other):
    cert = pki.alice
    values = dict(serial=cert.serial, sha256=cert.sha256, spki=cert.spki)
    policy = "[policy default]\nrdns = off\nclient_cert = required\n"
    (folder / "own").write_text(own.format(**values) + "\n")
    (folder / "other").write_text(other.format(**values) + "\n")
    door = doorward(
        f"{policy}allow = {field} in file:own\n"
        f"{policy.replace('default', 'other')}allow = {field} in file:other\n"
        f"{policy.replace('default', 'not')}allow = !{field} in file:own\n"
    )
    assert ask(door, "default", cert.pem) == (200, "rule")
    assert ask(door, "other", cert.pem) == (403, "default")
    assert ask(door, "not", cert.pem) == (403, "default")


def test_responses_do_not_outlive_the_certificate(doorward, pki):
    brief = pki.authority.issue("brief", end=datetime.timedelta(seconds=90))
    door = doorward(
        "[policy default]\nrdns = off\nclient_cert = required\nmax_cache = 1h\n"
        "allow = cert verified\n"
    )
    reply = door.ask(CLIENT, SSL_CLIENT_CERT=brief.pem, SSL_CLIENT_VERIFY="SUCCESS")
    assert reply.status == 200
    assert 0 < int(reply.header("X-Accel-Expires")) <= 90
