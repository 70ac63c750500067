# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""cert.issuer_spki and cert.anchor: of several trusted CAs none can speak for another."""

import base64
import json

import pytest
from cryptography.hazmat.primitives import serialization

from kit import chains
from kit.certs import DAY, Authority, now
from kit.doorward import reason, run
from kit.process import free_port, wait_for
from test_nginx import CERTIFICATES, SITE, Site

KEYS = "[policy default]\nrdns = off\nclient_cert = required\n"
LOCAL = KEYS + "verify = local\nca_file = cas.pem\n"


class Partners:
    """CA `a`, and CA `b` with an own CA below it, `false_a`, that has the name of `a`."""

    def __init__(self, folder):
        (folder / "b").mkdir()
        self.folder = folder
        self.a = Authority(folder, "partner-a")
        self.b = Authority(folder, "partner-b")
        self.false_a = Authority(folder / "b", "partner-a", self.b)
        self.admin = self.a.issue("admin", subject="CN=admin")
        self.false_admin = self.false_a.issue("admin", subject="CN=admin")
        self.cas = folder / "cas.pem"
        self.trust(self.a, self.b)

    def trust(self, *authorities):
        self.cas.write_text("".join(a.certificate.pem for a in authorities))

    def check(self, cert, rules, *more, keys=LOCAL, chain=None):
        (self.folder / "doorward.conf").write_text(keys + rules)
        arguments = ["check", "-c", self.folder / "doorward.conf", "--ip", "192.0.2.1", "--cert", cert.file]
        arguments += ["--chain", chain.file] if chain else []
        _, out, errors = run(*arguments, "--json", *more)
        assert out, errors
        return json.loads(out)

    def false_check(self, rules, *more, **how):
        return self.check(self.false_admin, rules, *more, chain=self.false_a, **how)


@pytest.fixture
def partners(folder):
    return Partners(folder)


def structured(certificate):
    """As RFC 9440 sends it."""
    der = certificate.public_bytes(serialization.Encoding.DER)
    return f":{base64.b64encode(der).decode()}:"


def verdict(answer):
    return answer["verdict"], answer["reason"]


def test_a_name_is_not_a_key(partners):
    by_name = "allow = cert.issuer CN=partner-a & cert.cn admin\n"
    assert verdict(partners.check(partners.admin, by_name)) == ("allow", "rule")
    assert verdict(partners.false_check(by_name)) == ("allow", "rule")
    for field in "issuer_spki", "anchor":
        by_key = f"allow = cert.{field} {partners.a.certificate.spki} & cert.cn admin\n"
        assert verdict(partners.check(partners.admin, by_key)) == ("allow", "rule")
        assert verdict(partners.false_check(by_key)) == ("deny", "default")
        denied = by_key.replace("allow", "default = allow\ndeny").replace("= cert", "= !cert")
        assert verdict(partners.check(partners.admin, denied)) == ("allow", "default")
        assert verdict(partners.false_check(denied)) == ("deny", "rule")
    # What it does say of the other one.
    by_key = f"allow = cert.issuer_spki {partners.false_a.certificate.spki} & cert.anchor {partners.b.certificate.spki}\n"
    assert verdict(partners.check(partners.admin, by_key)) == ("deny", "default")
    assert verdict(partners.false_check(by_key)) == ("allow", "rule")


def test_through_nginx(folder, pki, partners, doorward, nginx):
    """B's bundle has its CA of the name of A, as nginx sends no intermediates."""
    partners.trust(partners.a, partners.b, partners.false_a)
    (folder / "inside").write_text("inside\n")
    door = doorward(LOCAL + f"allow = cert.anchor {partners.a.certificate.spki} & cert.issuer CN=partner-a\n")
    port = free_port()
    nginx(SITE.format(port=port, pki=pki, door=door, folder=folder, params=CERTIFICATES, verify="optional_no_ca"), port)
    site = Site(pki, port)
    for _ in range(3):
        assert site.verdict("192.0.2.1", cert=partners.admin) == (200, "rule")
        assert site.verdict("192.0.2.1", cert=partners.false_admin) == (403, "default")
    # The cached responses end with the trust.
    partners.trust(partners.b, partners.false_a)
    wait_for(lambda: site.verdict("192.0.2.1", cert=partners.admin) == (403, "cert_untrusted"), "A gone")


def test_check_shows_the_keys_and_rules_for_them(partners):
    keys = {"issuer_spki": partners.false_a.certificate.spki, "anchor": partners.b.certificate.spki}
    answer = partners.false_check("allow = cert verified\n")
    cert = answer["cert"]
    assert (cert["issuer_spki_sha256"], cert["anchor_spki_sha256"]) == tuple(keys.values())
    rules = {rule["field"]: rule["rule"] for rule in cert["rules"]}
    for name, key in keys.items():
        assert rules[f"cert.{name}"] == f"allow = cert.{name} {key}"
        assert verdict(partners.false_check(rules[f"cert.{name}"] + "\n")) == ("allow", "rule")
    conf = partners.folder / "doorward.conf"
    arguments = ["-c", conf, "--ip", "192.0.2.1", "--cert", partners.false_admin.file, "--chain", partners.false_a.file]
    text = run("check", *arguments, expect=0)[1]
    assert f"issuer key {keys['issuer_spki']}\n" in text and f"anchor key {keys['anchor']}\n" in text
    # A chain that did not pass has no keys that count.
    untrusted = partners.check(partners.false_admin, "allow = cert verified\n")["cert"]
    assert not untrusted["verified"]
    assert untrusted["issuer_spki_sha256"] is None and untrusted["anchor_spki_sha256"] is None
    assert not {"cert.issuer_spki", "cert.anchor"} & {rule["field"] for rule in untrusted["rules"]}


def test_a_pinned_certificate_has_no_chain(partners):
    (partners.folder / "pins").write_text(partners.admin.sha256 + "\n")
    keys = LOCAL + "cert_pins = pins\non_dns_error = allow\n"
    anchor = partners.a.certificate.spki
    for rules in [
        f"allow = cert.anchor {anchor}\n",
        f"allow = !cert.anchor {anchor}\n",
        f"default = allow\ndeny = !cert.anchor {anchor}\n",
        f"default = allow\ndeny = cert.issuer_spki {anchor}\n",
    ]:
        answer = partners.check(partners.admin, rules, keys=keys)
        assert verdict(answer) == ("deny", "cert_untrusted")
        assert answer["cert"]["verified"] and "passed by cert_pins" in answer["cert"]["error"]
        assert answer["rule"].endswith("doorward.conf:" + str((keys + rules).count("\n")))
        assert [rule["outcome"] for rule in answer["steps"]] == ["unknown"]
    rules = f"allow = cert.sha256 {partners.admin.sha256}\nallow = cert.anchor {anchor}\n"
    assert verdict(partners.check(partners.admin, rules, keys=keys)) == ("allow", "rule")
    assert verdict(partners.check(partners.a.issue("other"), rules, keys=keys)) == ("allow", "rule")


def test_partial_chains(partners):
    """The chain ends in the trusted certificate that comes first, whatever else the client sends."""
    keys = LOCAL + "partial_chain = yes\n"
    partners.trust(partners.false_a)
    b, false_a = (authority.certificate.spki for authority in (partners.b, partners.false_a))
    for chain in None, partners.false_a, partners.b:
        answer = partners.check(partners.false_admin, "default = allow\n", keys=keys, chain=chain)
        assert answer["verdict"] == "allow"
        assert (answer["cert"]["issuer_spki_sha256"], answer["cert"]["anchor_spki_sha256"]) == (false_a, false_a)
    # The client's own certificate is trusted, and what it sends behind it is not.
    partners.cas.write_text(partners.false_admin.pem)
    own = partners.false_admin.spki
    answer = partners.check(partners.false_admin, f"allow = cert.anchor {own}\n", keys=keys)
    assert verdict(answer) == ("allow", "rule")
    assert (answer["cert"]["issuer_spki_sha256"], answer["cert"]["anchor_spki_sha256"]) == (None, own)
    answer = partners.false_check(f"default = allow\ndeny = cert.anchor {b}\n", keys=keys)
    assert verdict(answer) == ("allow", "default")
    assert answer["cert"]["anchor_spki_sha256"] == own
    answer = partners.check(partners.false_admin, f"default = allow\ndeny = cert.issuer_spki {b}\n", keys=keys)
    assert verdict(answer) == ("deny", "cert_untrusted")
    assert "the key of the issuer is unknown" in answer["cert"]["error"]


def test_two_chains_of_one_certificate(partners, doorward):
    """An authority that both partners certified; all caches hold the client's certificate by its chain."""
    middle = partners.a.intermediate("both")
    crossed = chains.make(
        "both", ca=True, key=middle.certificate.key, subject=middle.certificate.x509.subject, eku=(), bits=("key_cert_sign",),
        issuer_name=partners.b.certificate.x509.subject, signed_by=partners.b.certificate.key, ids=False,
        start=now() - chains.NOW - DAY, end=now() - chains.NOW + 30 * DAY,
    )  # fmt: skip
    leaf = middle.issue("leaf")
    rules = "".join(f"deny = cert.cn other{number}\n" for number in range(80))
    rules += f"allow = cert.anchor {partners.a.certificate.spki}\n"
    door = doorward(
        LOCAL + rules + f"[policy issuer]\nparent = default\nallow = cert.issuer_spki {middle.certificate.spki}\n",
        frontend="profile = rfc9440\ntrust_frontend = yes\ntrusted_proxies = 10.0.0.0/8",
    )
    params = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_REAL_IP": "192.0.2.1", "HTTP_CLIENT_CERT": structured(leaf.x509)}
    expected = [(middle.certificate.x509, 200), (crossed.x509, 403)]
    for _ in range(3):
        for chain, status in [*expected, *reversed(expected)]:
            asked = {**params, "HTTP_CLIENT_CERT_CHAIN": structured(chain)}
            assert door.ask(asked).status == status
            assert door.ask({**asked, "DOORWARD_POLICY": "issuer"}).status == 200
        assert reason(door.ask(params)) == "cert_untrusted"


@pytest.mark.parametrize("form", ["json", "text"])
def test_the_log_of_a_denial_has_the_keys(partners, doorward, form):
    door = doorward(LOCAL + f"allow = cert.anchor {partners.a.certificate.spki}\n", log=f"format = {form}")
    for cert in partners.admin, partners.b.issue("client"):
        door.ask({"REMOTE_ADDR": "192.0.2.1", "SSL_CLIENT_CERT": cert.pem})
    allowed, denied = (line for line in door.stderr().splitlines() if "verdict" in line)
    key = partners.b.certificate.spki
    for name in "cert_issuer_spki", "cert_anchor":
        assert name not in allowed
        assert (f'"{name}":"{key}"' if form == "json" else f" {name}={key} ") in denied
    out = run("check", "-c", door.file, "--json", "--log", denied)[1]
    assert json.loads(out)["log"]["verdict"] == "deny"


def test_files_of_keys_are_watched(partners, doorward, folder):
    keys = folder / "anchors"
    keys.write_text(f"# partner a\nspki:{partners.a.certificate.spki}\n")
    door = doorward(LOCAL + "allow = cert.anchor in file:anchors\n")

    def status(cert):
        return door.ask({"REMOTE_ADDR": "192.0.2.1", "SSL_CLIENT_CERT": cert.pem}).status

    b = partners.b.issue("b")
    assert (status(partners.admin), status(b)) == (200, 403)
    keys.write_text(partners.b.certificate.spki + "\n")
    wait_for(lambda: (status(partners.admin), status(b)) == (403, 200), "the new list")


def test_it_is_an_error_without_a_chain(partners):
    conf = partners.folder / "doorward.conf"
    for keys, message in [
        ("", "expected ca_file or ca_dir, by which doorward verifies certificates, in [policy default]"),
        ("verify = frontend\nca_file = cas.pem\n", "expected verify = local or both, and not frontend, in [policy default]"),
    ]:
        conf.write_text(KEYS + keys + f"allow = cert.anchor {partners.a.certificate.spki}\n")
        errors = run("-t", "-c", conf, expect=1)[2]
        line = 4 + keys.count("\n")
        assert f"doorward.conf:{line}:9: error: cert.anchor: {message}; otherwise doorward does not know the chain\n" in errors
