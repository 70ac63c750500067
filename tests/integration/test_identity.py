# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
Rules about names of further kinds, purposes, policies and keys of certificates that openssl and
python3-cryptography made, through a real nginx: each rule holds for the certificates that have its
value, and for no other, in an allow and in a deny.
"""

import json
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from kit import web
from kit.certs import IA5_STRING, SMTP_UTF8, SRV, UPN, other_name
from kit.doorward import run
from kit.process import free_port

SITE = """
server {{
	listen 127.0.0.1:{port} ssl;
	ssl_certificate {pki.server.file};
	ssl_certificate_key {pki.server.key_file};
	ssl_client_certificate {trusted};
	ssl_verify_client optional;
	location / {{
		auth_request /doorward;
		auth_request_set $san $upstream_http_x_client_cert_san;
		add_header Got-San $san always;
		root {folder};
	}}
	location = /doorward {{
		internal;
		fastcgi_pass_request_headers off;
		fastcgi_pass_request_body off;
		fastcgi_pass unix:{door.socket};
		fastcgi_param REMOTE_ADDR $remote_addr;
		fastcgi_param DOORWARD_POLICY $http_x_policy;
		fastcgi_param SSL_CLIENT_CERT $ssl_client_raw_cert;
		fastcgi_param SSL_CLIENT_VERIFY $ssl_client_verify;
	}}
}}
"""

OPENSSL = """
subjectAltName = @names
extendedKeyUsage = clientAuth, msSmartcardLogin, 1.3.6.1.4.1.99999.7
certificatePolicies = 1.3.6.1.4.1.99999.1, 2.5.29.32.0
[names]
otherName.1 = 1.3.6.1.4.1.311.20.2.3;UTF8:ann@Corp.example
otherName.2 = 1.3.6.1.5.5.7.8.7;IA5:_ldap.Corp.example
otherName.3 = 1.3.6.1.5.5.7.8.9;FORMAT:UTF8,UTF8:müller@corp.example
otherName.4 = 1.2.3.4;UTF8:carl@corp.example
"""

# The certificates for which each rule holds, by the first letters of their names below.
RULES = {
    "cert.upn ann@corp.EXAMPLE": "o",
    "cert.upn Ann@corp.example": "o",
    "cert.upn carl@corp.example": "",
    "cert.upn ~ ^(ann|bob)@corp": "op",
    "cert.srv _LDAP.corp.example": "o",
    "cert.srv _ldaps.corp.example": "p",
    "cert.smtp_utf8 müller@Corp.example": "o",
    "cert.email ~ .": "",
    "cert.eku clientAuth": "opes",
    "cert.eku TLS Web Client Authentication": "opes",
    "cert.eku msSmartcardLogin": "o",
    "cert.eku 1.3.6.1.4.1.99999.7": "o",
    "cert.eku anyExtendedKeyUsage": "e",
    "cert.eku codeSigning": "",
    "cert.policy 1.3.6.1.4.1.99999.1": "o",
    "cert.policy 1.3.6.1.4.1.99999.10": "p",
    "cert.policy anyPolicy": "o",
    "cert.key rsa": "o",
    "cert.key rsa >= 3072": "o",
    "cert.key rsa > 3072": "",
    "cert.key rsa < 3072": "",
    "cert.key ec": "ps",
    "cert.key ec 384": "p",
    "cert.key ec <= 256": "s",
    "cert.key secp384r1": "p",
    "cert.key P-256": "s",
    "cert.key ed25519": "e",
    "cert.self_signed": "s",
    "!cert.self_signed": "ope",
    "!cert.eku msSmartcardLogin": "pes",
}


class Files(NamedTuple):
    file: Path
    key_file: Path


def by_openssl(folder, pki):
    (folder / "extensions").write_text(OPENSSL)
    authority, own = pki.authority.certificate, folder / "by-openssl"
    for arguments in [
        ["req", "-new", "-newkey", "rsa:3072", "-nodes", "-keyout", f"{own}.key", "-subj", "/CN=ann", "-out", f"{own}.csr"],
        ["x509", "-req", "-in", f"{own}.csr", "-CA", authority.file, "-CAkey", authority.key_file, "-set_serial", "77",
         "-extfile", folder / "extensions", "-out", f"{own}.crt"],
    ]:  # fmt: skip
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)
    return Files(Path(f"{own}.crt"), Path(f"{own}.key"))


def made(folder, pki):
    client_auth = "1.3.6.1.5.5.7.3.2"
    issue = pki.authority.issue
    python = issue(
        "by-python", key="SECP384R1", policies=["1.3.6.1.4.1.99999.10"],
        other=[other_name(UPN, "bob@corp.example"), other_name(SRV, "_ldaps.corp.example", IA5_STRING)],
    )  # fmt: skip
    edwards = issue("edwards", key="ed25519", purposes=[client_auth, "2.5.29.37.0"])
    alone = issue("alone", self_signed=True)
    files = {"openssl": by_openssl(folder, pki)}
    for name, cert in [("python", python), ("edwards", edwards), ("self-signed", alone)]:
        files[name] = Files(cert.file, cert.key_file)
    return files


@pytest.fixture
def site(folder, pki, doorward, nginx):
    certificates = made(folder, pki)
    policies = "[policy default]\nrdns = off\nclient_cert = required\nallow = cert verified\n"
    for number, rule in enumerate(RULES):
        keys = "parent = default\nverify = frontend\n"
        policies += f"[policy allow{number}]\n{keys}allow = {rule}\n"
        policies += f"[policy deny{number}]\n{keys}default = allow\ndeny = {rule}\n"
    trusted = folder / "trusted"
    trusted.write_text(pki.authority.file.read_text() + certificates["self-signed"].file.read_text())
    (folder / "inside").write_text("inside\n")
    port = free_port()
    door = doorward(policies)
    nginx(SITE.format(port=port, pki=pki, trusted=trusted, door=door, folder=folder), port)

    class Site:
        def client(self, name):
            return web.Connection(port, ca=pki.authority.file, cert=certificates[name])

    site = Site()
    site.certificates, site.door = certificates, door
    return site


@pytest.mark.parametrize("name", ["openssl", "python", "edwards", "self-signed"])
def test_rules_hold_for_the_certificates_that_have_their_value(site, name):
    with site.client(name) as client:
        for number, rule in enumerate(RULES):
            holds = name[0] in RULES[rule]
            for policy, expected in [("allow", holds), ("deny", not holds)]:
                response = client.ask("/inside", [("X-Policy", f"{policy}{number}")])
                assert response.status == (200 if expected else 403), (policy, rule)


def test_names_are_sent_to_the_application_and_logged(site):
    names = "UPN:ann@Corp.example, SRV:_ldap.corp.example, SmtpUTF8Mailbox:m\\C3\\BCller@corp.example"
    with site.client("openssl") as client:
        assert client.ask("/inside", [("X-Policy", "default")]).header("Got-San") == names
        denying = list(RULES).index("cert.key rsa")
        assert client.ask("/inside", [("X-Policy", f"deny{denying}")]).status == 403
    denied = [decision for decision in site.door.decisions() if decision["verdict"] == "deny"]
    assert [decision["cert_san"] for decision in denied] == [names]


def test_what_check_shows(folder, site):
    conf = folder / "check.conf"
    conf.write_text("[policy default]\nrdns = off\nclient_cert = required\nverify = frontend\nallow = cert verified\n")
    asked = ["check", "-c", conf, "--ip", "192.0.2.1", "--verify-status", "SUCCESS", "--cert"]

    def cert(name):
        return json.loads(run(*asked, site.certificates[name].file, "--json", expect=0)[1])["cert"]

    shown = cert("openssl")
    assert (shown["upn"], shown["srv"]) == (["ann@Corp.example"], ["_ldap.corp.example"])
    assert (shown["smtp_utf8"], shown["email"]) == (["müller@corp.example"], [])
    assert shown["eku"] == ["1.3.6.1.5.5.7.3.2", "1.3.6.1.4.1.311.20.2.2", "1.3.6.1.4.1.99999.7"]
    assert shown["policy"] == ["1.3.6.1.4.1.99999.1", "2.5.29.32.0"]
    assert (shown["key"], shown["self_signed"], shown["unusable_names"]) == (["rsa 3072"], False, 0)
    assert (cert("self-signed")["key"], cert("self-signed")["self_signed"]) == (["ec 256", "P-256"], True)
    text = run(*asked, site.certificates["openssl"].file, expect=0)[1]
    lines = [line.strip() for line in text.splitlines()]
    assert "eku        1.3.6.1.5.5.7.3.2 (clientAuth), 1.3.6.1.4.1.311.20.2.2 (msSmartcardLogin)," in lines
    assert "policy     1.3.6.1.4.1.99999.1, 2.5.29.32.0 (anyPolicy)" in lines
    assert "key        rsa 3072" in lines


def test_bad_names_are_left_out_and_counted(folder, pki):
    bad = [
        other_name(UPN, ""), other_name(UPN, "ann@corp.example\0"), other_name(UPN, "ann\n@corp.example"),
        other_name(UPN, "ann@corp.example", IA5_STRING), other_name(SRV, "ldap.corp.example", IA5_STRING),
        other_name(SMTP_UTF8, "ann@corp.example"),
    ]  # fmt: skip
    cert = pki.authority.issue("bad-names", other=[*bad, other_name(UPN, "good@corp.example")], email=["root"])
    conf = folder / "check.conf"
    conf.write_text("[policy default]\nrdns = off\nclient_cert = required\nverify = frontend\nallow = cert verified\n")
    asked = ["check", "-c", conf, "--ip", "192.0.2.1", "--verify-status", "SUCCESS", "--cert", cert.file, "--json"]
    shown = json.loads(run(*asked, expect=0)[1])["cert"]
    assert (shown["upn"], shown["srv"], shown["smtp_utf8"], shown["ip"]) == (["good@corp.example"], [], [], [])
    assert shown["unusable_names"] == len(bad) + 1
