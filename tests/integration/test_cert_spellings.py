# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
A value of a certificate in each spelling that people paste: it matches the certificate, or it is an
error. A rule that says neither lets in whom a `deny` names.
"""

import base64
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from kit.certs import IA5_STRING, SMTP_UTF8, SRV, UPN, other_name
from kit.doorward import run

SERIAL = 0x0A1B2C
MATCHES, ERROR = True, False


@pytest.fixture(scope="module")
def cert(pki):
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example, Inc."),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Büro"),
            x509.NameAttribute(NameOID.COMMON_NAME, "Ann Other"),
            x509.NameAttribute(NameOID.EMAIL_ADDRESS, "ann@partner.example"),
        ]
    )
    other = [other_name(UPN, "ann@corp.example"), other_name(SRV, "_ldap.corp.example", IA5_STRING), other_name(SMTP_UTF8, "büro@a.example")]
    return pki.authority.issue(
        "spelt", subject=subject, serial=SERIAL, email=["ann@partner.example"], other=other, key="SECP256R1",
        purposes=["1.3.6.1.5.5.7.3.2", "1.3.6.1.4.1.99999.7"], policies=["2.5.29.32.0", "1.3.6.1.4.1.99999.1"],
    )  # fmt: skip


def policies(folder, field, values):
    """Four policies for each value: it is in the rule or in a file, and the rule allows or denies."""
    keys = "rdns = off\nclient_cert = required\nverify = frontend\n"
    text = ""
    for number, value in enumerate(values):
        (folder / f"value{number}").write_text(value + "\n")
        # A line that begins with # is a comment in a file.
        operands = {"": value, "file": f"in file:value{number}"} if value[0] != "#" else {"": value}
        for form, operand in operands.items():
            for action, other in [("allow", "deny"), ("deny", "allow")]:
                rules = f"{action} = {field} {operand}\n{other} = *\n"
                text += f"[policy {action}{form}{number}]\n{keys}{rules}"
    (folder / "spelt.conf").write_text(text)
    return text.splitlines()


def printed(cert, *args):
    """What openssl says about the certificate, its first line."""
    ran = subprocess.run(["openssl", "x509", "-in", cert.file, "-noout", *args], capture_output=True, check=True)
    return ran.stdout.decode().splitlines()[0].strip()


def distinguished_names(cert):
    lines = [
        printed(cert, "-subject", "-nameopt", option)
        for option in ["oneline", "oneline,-space_eq", "RFC2253", "compat", "RFC2253,utf8,-esc_msb", "oneline,utf8,-esc_msb"]
    ]
    for line in lines:
        yield line.removeprefix("subject=").strip(), MATCHES
        yield line, ERROR
    whole = printed(cert, "-subject", "-nameopt", "RFC2253").removeprefix("subject=")
    yield whole.lower(), MATCHES
    yield whole.replace("emailAddress=", "E="), MATCHES
    yield whole.replace("emailAddress=", "1.2.840.113549.1.9.1="), MATCHES
    yield whole.replace("\\C3\\BC", "\\c3\\bc"), MATCHES
    yield whole.replace("Example\\, Inc.", '"Example, Inc."'), MATCHES
    yield "/C=DE/O=Example, Inc./OU=Büro/CN=Ann Other/emailAddress=ann@partner.example", MATCHES
    yield f'"{whole}"', ERROR
    yield "CN = Ann Other, OU = Büro, O = Example, Inc., C = DE", ERROR
    yield whole.replace(",", ";"), ERROR
    yield "Subject: " + whole, ERROR
    yield "Ann Other", ERROR


def serials(cert):
    hexadecimal = f"{SERIAL:06X}"
    pairs = [hexadecimal[i : i + 2] for i in range(0, 6, 2)]
    yield printed(cert, "-serial"), MATCHES
    yield f"Serial Number: {SERIAL} (0x{SERIAL:x})", MATCHES
    yield f"{SERIAL} (0x{SERIAL:x})", MATCHES
    for text in [hexadecimal, hexadecimal.lower(), hexadecimal.lstrip("0"), "00" + hexadecimal]:
        yield text, MATCHES
        yield "0x" + text, MATCHES
    for separator in ": ":
        yield separator.join(pairs), MATCHES
        yield separator.join(pairs).lower(), MATCHES
    yield str(SERIAL), ERROR
    yield f"serial={SERIAL}", ERROR
    yield f"Serial Number: {SERIAL}", ERROR
    yield f"{SERIAL:,}".replace(",", " "), ERROR
    yield f"{SERIAL:,}", ERROR
    yield f"{SERIAL + 1} (0x{SERIAL:x})", ERROR
    yield f'"{hexadecimal}"', ERROR
    yield hexadecimal + "h", ERROR
    yield "#" + hexadecimal, ERROR


def fingerprints(cert):
    digest = bytes.fromhex(cert.sha256)
    colons = digest.hex(":").upper()
    line = printed(cert, "-fingerprint", "-sha256")
    yield line, MATCHES
    yield line.upper(), MATCHES
    yield line.lower(), MATCHES
    for text in [colons, colons.replace(":", " "), cert.sha256, cert.sha256.upper()]:
        yield text, MATCHES
        yield text.lower(), MATCHES
    yield "sha256:" + cert.sha256, MATCHES
    yield from not_sha256(digest)
    yield "spki:" + cert.sha256, ERROR
    sha1 = cert.x509.fingerprint(hashes.SHA1())
    yield printed(cert, "-fingerprint", "-sha1"), ERROR
    yield sha1.hex(), ERROR
    yield sha1.hex(":").upper(), ERROR
    yield cert.sha256[:-2], ERROR


def keys(cert):
    digest = bytes.fromhex(cert.spki)
    yield cert.spki, MATCHES
    yield digest.hex(":").upper(), MATCHES
    yield "spki:" + cert.spki, MATCHES
    yield "sha256:" + cert.spki, MATCHES
    yield from not_sha256(digest)
    yield printed(cert, "-fingerprint", "-sha256"), ERROR


def not_sha256(digest):
    b64 = base64.b64encode(digest).decode()
    for text in [b64, b64.rstrip("="), base64.urlsafe_b64encode(digest).decode().rstrip("=")]:
        for form in ["{}", "sha256/{}", "sha256//{}", "SHA256:{}", 'pin-sha256="{}"']:
            yield form.format(text), ERROR


def emails(_):
    mail = "ann@partner.example"
    yield mail, MATCHES
    yield "ann@PARTNER.Example", MATCHES
    for text in ["email:{}", "mailto:{}", "<{}>", "Ann Other <{}>", "emailAddress={}", "E={}", '"{}"', "'{}'",
                 "{}.", "{}, bob@partner.example", "{} bob@partner.example", "@{}", "{}@", "rfc822Name={},"]:  # fmt: skip
        yield text.format(mail), ERROR
    yield "partner.example", ERROR
    yield "@partner.example", ERROR
    yield "*@partner.example", ERROR


def upns(_):
    upn = "ann@corp.example"
    yield upn, MATCHES
    yield "ann@CORP.Example", MATCHES
    yield "Ann@corp.example", MATCHES
    for text in ["UPN:{}", "UPN::{}", "othername:{}", "othername: UPN::{}", "<{}>", "Ann <{}>", "upn={}", '"{}"', "'{}'",
                 "{}.", "{}, bob@corp.example", "{} bob@corp.example", "@{}", "{}@", "*{}"]:  # fmt: skip
        yield text.format(upn), ERROR
    for text in ["ann", "corp.example", "@corp.example", "*@corp.example", "CORP\\ann", "CN=ann"]:
        yield text, ERROR


def services(_):
    service = "_ldap.corp.example"
    for text in [service, "_LDAP.Corp.Example", service + "."]:
        yield text, MATCHES
    for text in ["SRV:{}", "SRVName:{}", '"{}"', "{}:636", "{}, _x.a.example", "{} 389", ".{}", "*{}", "_{}", "{}.."]:
        yield text.format(service), ERROR
    for text in ["ldap.corp.example", "_ldap", "_ldap._tcp.corp.example", "_ldap.", "corp.example", ".corp.example"]:
        yield text, ERROR


def mailboxes(_):
    mail = "büro@a.example"
    yield mail, MATCHES
    yield "büro@A.Example", MATCHES
    for text in ["email:{}", "<{}>", "Büro <{}>", '"{}"', "{}.", "{}, a@b", "@{}"]:
        yield text.format(mail), ERROR
    for text in ["buero@a.example", "büro@ä.example", "büro", "@a.example", "*@a.example"]:
        yield text, ERROR


def purposes(cert):
    texts = ["clientAuth", "CLIENTAUTH", "id-kp-clientAuth", "TLS Web Client Authentication", "1.3.6.1.5.5.7.3.2", "1.3.6.1.4.1.99999.7"]
    for text in texts:
        yield text, MATCHES
    whole = subprocess.run(["openssl", "x509", "-in", cert.file, "-noout", "-ext", "extendedKeyUsage"], capture_output=True, check=True)
    yield whole.stdout.decode().splitlines()[1].strip(), ERROR
    for text in ["clientAuth, serverAuth", "client", "client_auth", "clientAut", '"clientAuth"', "OID.1.3.6.1.5.5.7.3.2", "SSL client",
                 "1.3.6.1.5.5.7.3.2.", "1.3.6.1.5.5.7.3.02", ".1.3.6.1.5.5.7.3.2", "urn:oid:1.3.6.1.5.5.7.3.2", "1", "~ client"]:  # fmt: skip
        yield text, ERROR


def certificate_policies(_):
    for text in ["anyPolicy", "ANYPOLICY", "X509v3 Any Policy", "2.5.29.32.0", "1.3.6.1.4.1.99999.1"]:
        yield text, MATCHES
    for text in ["Policy: 1.3.6.1.4.1.99999.1", "any", "anyPolicy, 1.2.3", "1.3.6.1.4.1.99999.1,", '"1.2.3"', "1.3.6.1.4.1.99999.*",
                 "1.3.6.1.4.1.99999.", "3.1", "~ ^1"]:  # fmt: skip
        yield text, ERROR


def public_keys(_):
    for text in ["ec", "EC", "ecdsa", "id-ecPublicKey", "1.2.840.10045.2.1", "ec 256", "ec >= 256", "ec>=256", "ec > 255", "ec <= 256",
                 "ec < 257", "P-256", "p-256", "prime256v1", "secp256r1", "1.2.840.10045.3.1.7"]:  # fmt: skip
        yield text, MATCHES
    for text in ["P256", "ec P-256", "ec-256", "ec256", "ECC", "nistp256", "NIST P-256", "ec = 256", "ec => 256", "ec == 256", "256",
                 ">= 256", "ec 256 bit", "ec (256 bit)", "ec >=", "ec 0", "ec 99999", "P-256 >= 256", "ec, rsa", '"ec"', "~ ec",
                 "Public-Key: (256 bit)"]:  # fmt: skip
        yield text, ERROR


@pytest.mark.parametrize(
    "field, spellings",
    [
        ("cert.subject", distinguished_names),
        ("cert.serial", serials),
        ("cert.sha256", fingerprints),
        ("cert.spki", keys),
        ("cert.email", emails),
        ("cert.upn", upns),
        ("cert.srv", services),
        ("cert.smtp_utf8", mailboxes),
        ("cert.eku", purposes),
        ("cert.policy", certificate_policies),
        ("cert.key", public_keys),
    ],
)
def test_each_spelling_matches_or_is_an_error(folder, cert, field, spellings):
    expected = dict(spellings(cert))
    good = [value for value in expected if expected[value] == MATCHES]
    bad = [value for value in expected if expected[value] == ERROR]
    names = [line[8:-1] for line in policies(folder, field, good) if line.startswith("[policy")]
    cases = "".join(
        f"[case {name}]\nip = 192.0.2.1\npolicy = {name}\ncert = {cert.file}\nverify_status = SUCCESS\n"
        f"expect = {'allow' if name.startswith('allow') else 'deny'}\nreason = rule\n"
        for name in names
    )
    (folder / "cases").write_text(cases)
    run("test", "-c", folder / "spelt.conf", folder / "cases", expect=0)
    lines = policies(folder, field, bad)
    errors = run("-t", "-c", folder / "spelt.conf", expect=1)[2]
    for number, line in enumerate(lines, 1):
        if field in line and " in file:" not in line:
            assert f"spelt.conf:{number}:" in errors, line
    for number, value in enumerate(bad):
        assert f"value{number}:1: error: " in errors or value[0] == "#", value


def test_a_field_without_value_takes_none(folder):
    """`cert.self_signed` with anything behind it is an error."""
    texts = ["yes", "no", "true", "1", "= yes", "~ .", "in file:value", "self", "*", "verified"]
    lines = ["[policy default]", "client_cert = required", "verify = frontend", *[f"deny = cert.self_signed {text}" for text in texts]]
    (folder / "spelt.conf").write_text("\n".join(lines) + "\n")
    errors = run("-t", "-c", folder / "spelt.conf", expect=1)[2]
    assert errors.count("expected the field alone") == len(texts)
