# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The rules that `doorward check` prints for a certificate: each is valid, and matches it alone."""

import json
import random
import re

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from kit.certs import IA5_STRING, SMTP_UTF8, SRV, UPN, other_name
from kit.doorward import run

ASK = ["--ip", "192.0.2.1", "--verify-status", "SUCCESS"]
KEYS = "rdns = off\nclient_cert = required\nverify = frontend\n"
OIDS = [
    NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME, NameOID.LOCALITY_NAME,
    NameOID.STATE_OR_PROVINCE_NAME, NameOID.DOMAIN_COMPONENT, NameOID.USER_ID, NameOID.TITLE, NameOID.GIVEN_NAME,
    NameOID.SURNAME, NameOID.SERIAL_NUMBER, NameOID.EMAIL_ADDRESS, NameOID.PSEUDONYM, x509.ObjectIdentifier("1.2.3.4"),
]  # fmt: skip
PARTS = [
    "a", "B", "1", " ", "  ", " & ", "&", " ;", ";", "#", " #", "in file:", "~ ", "!", "=", '"', "'", "\\", "\\x41",
    "^", "$", ".", "*", "(?i)", "[", ")", "{2}", "|", "+", "ü", "Ж", "\u202e", "/", ",", "%41", "0x", "<", ">", "🚪",
]  # fmt: skip


def hostile(dice, most=8):
    return "v" * dice.randint(0, 1) + "".join(dice.choices(PARTS, k=dice.randint(1, most)))


def shown(folder, cert, keys=KEYS):
    conf = folder / "shown.conf"
    conf.write_text(f"[policy default]\n{keys}allow = cert verified\n")
    text = run("check", "-c", conf, "--cert", cert.file, *ASK, expect=0)[1]
    rules = json.loads(run("check", "-c", conf, "--cert", cert.file, "--json", *ASK, expect=0)[1])["cert"]["rules"]
    part = text.split("if it is verified\n")[1].split("\n\nRules\n")[0]
    assert part == "\n".join(
        (rule["rule"] or f"; {rule['field']}: no rule can hold its value of {len(rule['value'].encode())} bytes")
        + (f"\n; the line of the file PATH: {rule['file_line']}" if rule["file_line"] else "")
        for rule in rules
    )
    return rules


def assert_they_match(folder, rules, own, other, shared=()):
    """Each rule, in a configuration: it lets in `own`, and `other` only by a field that they share."""
    text = cases = ""
    for number, rule in enumerate(rules):
        lines = rule["rule"].replace("file:PATH", f"file:value{number}")
        if rule["file_line"]:
            (folder / f"value{number}").write_text(rule["file_line"] + "\n")
        text += f"[policy p{number}]\n{KEYS}{lines}\n"
        for cert in [own, other]:
            allowed = cert is own or rule["field"] in shared
            cases += (
                f"[case {number} {cert.file.stem}]\nip = 192.0.2.1\npolicy = p{number}\ncert = {cert.file}\n"
                f"verify_status = SUCCESS\nexpect = {'allow' if allowed else 'deny'}\n"
                f"reason = {'rule' if allowed else 'default'}\n"
            )
    (folder / "rules.conf").write_text(text)
    (folder / "cases").write_text(cases)
    assert " 0 error(s)" in run("-t", "-c", folder / "rules.conf", expect=0)[2]
    run("test", "-c", folder / "rules.conf", folder / "cases", expect=0)


SHARED = {"issuer.cn", "cert.issuer", "cert.eku", "cert.key", "cert.self_signed"}


@pytest.mark.parametrize("seed", range(12))
def test_rules_of_hostile_certificates(folder, pki, seed):
    dice = random.Random(seed)
    attributes = [(oid, hostile(dice)) for oid in dice.sample(OIDS, 9) + dice.choices(OIDS, k=3)]
    names = {
        "dns": ["a.example", "*.b.example", "xn--bcher-kva.example", "a_b.c.example"],
        "email": ["ann@a.example", '"a & b ;c"@a.example', "e=x@a.example", "in+#~@a.example"],
        "uri": ["spiffe://a.example/x", "https://a.example/?a=1&b=2;c#d"],
        "ip": ["192.0.2.9", "2001:db8::9"],
    }
    ascii_parts = "".join(c for c in hostile(dice, 20) if c.isascii())
    names["uri"] += [ascii_parts + "x" * dice.choice([0, 150, 500, 3000])]

    def issue(label, change):
        subject = x509.Name([x509.NameAttribute(oid, value + change, _validate=False) for oid, value in attributes])
        changed = {
            "dns": [change + name.removeprefix("*.") if change else name for name in names["dns"]],
            "email": [name + change for name in names["email"]],
            "uri": [name + change for name in names["uri"]],
            "ip": names["ip"] if not change else ["192.0.2.10"],
        }
        return pki.authority.issue(f"{label}{seed}", subject=subject, serial=0x1000 + seed + len(change), **changed)

    own, other = issue("own", ""), issue("other", "x")
    rules = shown(folder, own)
    writable = [rule for rule in rules if rule["rule"]]
    # What cannot be written has a form that no line of a file keeps.
    for rule in rules:
        assert rule["rule"] or len(rule["value"]) > 40, rule
    assert {"cert.dns", "cert.email", "cert.uri", "cert.ip", "cert.serial"} <= {rule["field"] for rule in writable}
    assert_they_match(folder, writable, own, other, SHARED)


KEYS_OF_EACH_KIND = {
    "rsa 2048": (["rsa 2048"], "rsa 3072"),
    "rsa 3072": (["rsa 3072"], "rsa 2048"),
    "dsa 2048": (["dsa 2048"], "rsa 2048"),
    "SECP256R1": (["ec 256", "P-256"], "SECP384R1"),
    "SECP384R1": (["ec 384", "P-384"], "SECP256R1"),
    "SECP521R1": (["ec 521", "P-521"], "SECP256R1"),
    "SECP256K1": (["ec 256", "secp256k1"], "SECP224R1"),
    "BrainpoolP512R1": (["ec 512", "brainpoolP512r1"], "BrainpoolP384R1"),
    "SECT283K1": (["ec 281", "1.3.132.0.16"], "SECP384R1"),
    "ed25519": (["ed25519"], "ed448"),
    "ed448": (["ed448"], "ed25519"),
}


@pytest.mark.parametrize("kind", KEYS_OF_EACH_KIND)
def test_rules_of_keys_purposes_and_policies(folder, pki, kind):
    """The rules of each match one certificate, and not another with different ones."""
    values, unlike = KEYS_OF_EACH_KIND[kind]
    oids = ["1.3.6.1.5.5.7.3.2", "1.3.6.1.4.1.311.20.2.2", "1.3.6.1.4.1.99999.7"]
    own = pki.authority.issue(
        f"own-{kind}", key=kind, purposes=oids, policies=["2.5.29.32.0", "1.3.6.1.4.1.99999.1"], self_signed=True,
        other=[other_name(UPN, "Ann@corp.example"), other_name(SRV, "_ldap.a.example", IA5_STRING), other_name(SMTP_UTF8, "ü@a.example")],
    )  # fmt: skip
    other = pki.authority.issue(
        f"other-{kind}", key=unlike, purposes=["1.3.6.1.5.5.7.3.1", "1.3.6.1.4.1.99999.70"], policies=["1.3.6.1.4.1.99999"],
        other=[other_name(UPN, "anna@corp.example"), other_name(SRV, "_ldaps.a.example", IA5_STRING), other_name(SMTP_UTF8, "Ü@a.example")],
    )  # fmt: skip
    rules = shown(folder, own)
    lines = [rule["rule"] for rule in rules if rule["field"] in ["cert.eku", "cert.policy", "cert.self_signed", "cert.upn"]]
    assert lines == [
        "allow = cert.upn Ann@corp.example", "allow = cert.eku clientAuth", "allow = cert.eku msSmartcardLogin",
        "allow = cert.eku 1.3.6.1.4.1.99999.7", "allow = cert.policy anyPolicy", "allow = cert.policy 1.3.6.1.4.1.99999.1",
        "allow = cert.self_signed",
    ]  # fmt: skip
    assert [rule["value"] for rule in rules if rule["field"] == "cert.key"] == values
    assert_they_match(folder, rules, own, other, {"cert.o"})


def test_rules_of_a_certificate_that_is_not_trusted(folder, pki):
    """It shows what the certificate holds all the same; the rules count once it passes."""
    conf = folder / "shown.conf"
    conf.write_text(f"[policy default]\n{KEYS}allow = cert verified\n")
    status = ["--verify-status", "FAILED:self-signed certificate"]
    out = run("check", "-c", conf, "--ip", "192.0.2.1", "--cert", pki.alice.file, "--json", *status)[1]
    cert = json.loads(out)["cert"]
    assert not cert["verified"]
    fields = [rule["field"] for rule in cert["rules"]]
    assert fields == [
        "cert.dns", "cert.ip", "cert.email", "cert.uri", "cert.cn", "cert.o", "issuer.cn", "cert.subject",
        "cert.issuer", "cert.serial", "cert.sha256", "cert.spki", "cert.eku", "cert.key", "cert.key",
    ]  # fmt: skip


def test_every_field_of_a_certificate_is_shown(folder, pki):
    """Each field about certificates that the manual of errors lists is among the rules of some certificate."""
    unknown = folder / "unknown.conf"
    unknown.write_text("[policy default]\nallow = qqqq x\n")
    listed = run("-t", "-c", unknown, expect=1)[2].split("expected one of ")[1].split("\n")[0].split(", ")
    fields = {field for field in listed if re.match(r"(cert|issuer)\.", field)}
    every = [NameOID.COUNTRY_NAME, x509.ObjectIdentifier("2.5.4.97"), *OIDS[:-2]]
    subject = x509.Name([x509.NameAttribute(oid, "DE", _validate=False) for oid in every])
    cert = pki.authority.issue(
        "every-field", subject=subject, self_signed=True, dns=["a.example"], email=["a@b.example"], uri=["a:b"], ip=["192.0.2.9"],
        other=[other_name(UPN, "a@b"), other_name(SRV, "_a.b", IA5_STRING), other_name(SMTP_UTF8, "ü@b")], policies=["1.2.3"],
    )  # fmt: skip
    chain = shown(folder, pki.alice, f"client_cert = required\nrdns = off\nca_file = {pki.authority.file}\n")
    assert {rule["field"] for rule in [*shown(folder, cert), *chain]} == fields
