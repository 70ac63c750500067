# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The whole responses, in both roles, on allow and on denial."""

import pytest
from cryptography import x509
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

import fcgi
from kit.doorward import summary

POLICY = """
[policy default]
client_cert = optional
max_cache = 5m
allow = host client.example & cert.dns .partner.example
"""
NAMES = """
$TTL 600
2.0.192.in-addr.arpa.    SOA ns.example. host.example. 1 3600 600 86400 60
1.2.0.192.in-addr.arpa.  PTR client.example.
2.2.0.192.in-addr.arpa.  PTR other.example.
client.example.          A   192.0.2.1
other.example.           A   192.0.2.2
"""


@pytest.fixture
def door(doorward, folder):
    (folder / "names.zone").write_text(NAMES)
    return doorward(POLICY, dns="static_zone = names.zone")


def client(pki, address="192.0.2.1"):
    return {
        "REMOTE_ADDR": address,
        "SSL_CLIENT_CERT": pki.alice.pem,
        "SSL_CLIENT_VERIFY": "SUCCESS",
        "HTTP_USER_AGENT": "curl/7.88.1",
        "REQUEST_URI": "/secret",
    }


def certificate_headers(pki):
    cert = pki.alice
    return [
        ("X-Client-Cert-Subject", "CN=alice,O=Acme"),
        ("X-Client-Cert-Issuer", "CN=doors"),
        ("X-Client-Cert-Serial", cert.serial),
        ("X-Client-Cert-Fingerprint", cert.sha256),
        (
            "X-Client-Cert-San",
            "DNS:alice.partner.example, IP:192.0.2.77, email:alice@partner.example, "
            "URI:spiffe://partner.example/alice",
        ),
        ("X-Client-Cert-Not-After", cert.x509.not_valid_after.strftime("%Y-%m-%dT%H:%M:%SZ")),
    ]


def rule_place(door):
    """file:line of the policy's only rule."""
    lines = door.file.read_text().splitlines()
    number = next(n for n, line in enumerate(lines, 1) if line.startswith("allow ="))
    return f"{door.file}:{number}"


def test_responder_allows(door, pki):
    reply = door.ask(client(pki))
    assert reply.stdout.startswith(b"Status: 200")
    assert [name for name, _ in reply.headers].count("Status") == 1
    expected = [
        ("X-Client-Hostname", "client.example"),
        ("X-Client-Rdns", "verified"),
        *certificate_headers(pki),
        ("X-Doorward-Policy", "default"),
        ("X-Doorward-Reason", "rule"),
        ("X-Doorward-Rule", rule_place(door)),
    ]
    others = ["X-Accel-Expires", "X-Doorward-Id"]
    assert [(k, v) for k, v in reply.headers if k.startswith("X-") and k not in others] == expected
    age = int(reply.header("X-Accel-Expires"))
    assert 290 <= age <= 300 and reply.header("Cache-Control") == f"max-age={age}"
    assert reply.stderr == b"" and reply.app_status == 0 and reply.protocol_status == 0


def test_responder_denies_with_the_same_headers(door, pki):
    """nginx reads the headers of a denial, too."""
    reply = door.ask(client(pki, "192.0.2.2"))
    assert reply.stdout.startswith(b"Status: 403")
    assert summary(reply) == (403, "default", "other.example")
    for name, value in certificate_headers(pki):
        assert reply.header(name) == value
    assert reply.header("X-Client-Rdns") == "verified"
    assert reply.header("X-Doorward-Policy") == "default"
    assert reply.header("X-Doorward-Rule") is None
    assert len(reply.body) < 100


def test_a_refused_certificate_is_not_named(door, pki):
    reply = door.ask(dict(client(pki), SSL_CLIENT_VERIFY="FAILED:x"))
    assert summary(reply)[:2] == (403, "cert_unverified")
    assert not [name for name, _ in reply.headers if name.startswith("X-Client-Cert")]


def test_authorizer_allows(door, pki):
    reply = door.ask(client(pki), role=fcgi.AUTHORIZER)
    assert reply.stdout.startswith(b"Status: 200")
    names = [name for name, _ in reply.headers[1:]]
    assert all(name.startswith("Variable-X-") for name in names), names
    for name, value in [
        ("X-Client-Hostname", "client.example"),
        ("X-Client-Rdns", "verified"),
        *certificate_headers(pki),
        ("X-Doorward-Policy", "default"),
        ("X-Doorward-Reason", "rule"),
    ]:
        assert reply.header(f"Variable-{name}") == value
    assert reply.body == b""


@pytest.mark.parametrize("verify", ["SUCCESS", "FAILED:x"])
def test_authorizer_denies_and_leaks_nothing(door, pki, verify):
    """lighttpd forwards every header of a denial to the client."""
    reply = door.ask(dict(client(pki, "192.0.2.2"), SSL_CLIENT_VERIFY=verify), role=fcgi.AUTHORIZER)
    assert reply.status == 403 and reply.stdout.startswith(b"Status: 403")
    text = reply.without_id().decode().lower()
    for secret in ["other", "alice", "acme", "doors", "x-", "variable", "default", "192.0.2"]:
        assert secret not in text
    assert {name for name, _ in reply.headers} <= {
        "Status", "Content-Type", "Content-Length", "X-Doorward-Id"
    }  # fmt: skip


def test_both_roles_decide_alike(door, pki):
    for address in ["192.0.2.1", "192.0.2.2", "192.0.2.3", "x"]:
        params = client(pki, address)
        assert door.ask(params).status == door.ask(params, role=fcgi.AUTHORIZER).status


def test_absent_values_have_no_header(doorward):
    door = doorward("[policy default]\nrdns = off\nallow = *\n")
    reply = door.ask(REMOTE_ADDR="192.0.2.1")
    names = {name for name, _ in reply.headers}
    assert "X-Client-Hostname" not in names
    assert not [name for name in names if name.startswith("X-Client-Cert")]


def test_no_byte_of_a_claim_gets_into_a_response(doorward):
    door = doorward("[policy default]\nrdns = off\nallow = user_agent ~ attack\n")
    evil = "attack\r\nX-Injected: yes\r\n\r\n<script>"
    for params in [
        {"HTTP_USER_AGENT": evil, "REMOTE_ADDR": "192.0.2.1"},
        {"DOORWARD_POLICY": evil, "REMOTE_ADDR": "192.0.2.1"},
        {"REMOTE_ADDR": evil},
        {"REQUEST_URI": evil, "HTTP_HOST": evil, "REMOTE_ADDR": "192.0.2.1"},
    ]:
        for role in [fcgi.RESPONDER, fcgi.AUTHORIZER]:
            reply = door.ask(params, role=role)
            assert b"njected" not in reply.stdout and b"script" not in reply.stdout
    # Nor does it split a line of the log into two.
    assert len(door.decisions()) == 8


def test_odd_names_in_certificates_stay_in_their_header(doorward, pki):
    odd = pki.authority.issue(
        "odd",
        subject="O=Acme,CN=a\r\nX-Injected: yes \u2603",
        dns=["good.example", "a, DNS:admin.example", "line\r\nX-Injected: yes"],
        uri=["https://a.example/x, DNS:admin.example"],
    )
    door = doorward("[policy default]\nrdns = off\nclient_cert = required\nallow = cert verified\n")
    reply = door.ask(
        REMOTE_ADDR="192.0.2.1", SSL_CLIENT_CERT=odd.pem, SSL_CLIENT_VERIFY="SUCCESS"
    )
    assert reply.status == 200 and reply.header("X-Injected") is None
    names = reply.header("X-Client-Cert-San").split(", ")
    assert "DNS:good.example" in names and "DNS:admin.example" not in names


@pytest.mark.parametrize(
    "policy, cached",
    [
        ("allow = ip 192.0.2.0/24", True),
        ("allow = user_agent ~ curl", False),
        ("cached_claims = user_agent\nallow = user_agent ~ curl", True),
        ("cached_claims = user_agent\nallow = user_agent ~ curl & uri ~ secret", False),
        ("cached_claims = user_agent, uri\nallow = user_agent ~ curl & uri ~ secret", True),
        ("default = allow\ndeny = user_agent ~ nobody", False),
        ("allow = ip 192.0.2.0/24\nallow = user_agent ~ curl", True),  # never read
        ("max_cache = 0s\nallow = ip 192.0.2.0/24", False),
    ],
)
def test_how_long_a_response_is_valid(doorward, pki, policy, cached):
    door = doorward(f"[policy default]\nrdns = off\n{policy}\n")
    reply = door.ask(client(pki))
    assert reply.status == 200
    assert (int(reply.header("X-Accel-Expires")) > 0) == cached


def test_errors_are_not_cached(doorward):
    door = doorward("[policy default]\nmax_cache = 1h\n")
    assert door.ask(REMOTE_ADDR="x").header("X-Accel-Expires") == "0"
    assert door.ask(DOORWARD_POLICY="x", REMOTE_ADDR="192.0.2.1").header("X-Accel-Expires") == "0"


def test_the_log_has_the_decision(door, pki):
    door.ask(client(pki))
    door.ask(client(pki, "192.0.2.2"))
    allowed, denied = door.decisions()
    assert allowed["verdict"] == "allow" and denied["verdict"] == "deny"
    assert allowed["reason"] == "rule" and allowed["rule"] == rule_place(door)
    assert allowed["hostname"] == "client.example" and allowed["ip"] == "192.0.2.1"
    assert allowed["user_agent"] == "curl/7.88.1" and allowed["uri"] == "/secret"
    assert denied["reason"] == "default" and denied["hostname"] == "other.example"
    assert allowed["ms"] >= 0


def test_the_longest_response(doorward, pki):
    """16 KiB of certificate whose every character is escaped: more than one record holds."""
    door = doorward(
        "[policy default]\nrdns = off\nclient_cert = required\nallow = cert.issuer CN=doors\n",
        server="max_params = 256K",
    )
    big = pki.authority.issue("big", subject=wide_name(7700))
    assert 15_000 < len(big.der) <= 16_384
    reply = door.ask(
        REMOTE_ADDR="192.0.2.1", SSL_CLIENT_CERT=big.pem, SSL_CLIENT_VERIFY="SUCCESS"
    )
    assert reply.status == 200
    assert len(reply.header("X-Client-Cert-Subject")) > 65_535


def wide_name(characters):
    attribute = x509.NameAttribute(
        NameOID.ORGANIZATION_NAME, "\u2603" * characters, _ASN1Type.BMPString, _validate=False
    )
    return x509.Name([attribute])


VARYING = """
[policy claims]
rdns = off
allow = method PUT & user_agent ~ curl
[policy host]
rdns = off
allow = http_host www.example
[policy none]
rdns = off
allow = ip 192.0.2.0/24
[policy rated]
rdns = off
allow = ip 192.0.2.0/24 & !rate 1000/s
"""


@pytest.mark.parametrize(
    "policy, vary, kept",
    [
        ("claims", "HTTP_USER_AGENT, REQUEST_METHOD", True),
        ("host", "REQUEST_URI, HTTP_HOST", True),
        ("none", "-", True),
        ("rated", "-", False),
    ],
)
def test_a_front_end_may_ask_for_what_varies(doorward, policy, vary, kept):
    door = doorward(VARYING)
    claims = {
        "REMOTE_ADDR": "192.0.2.1",
        "DOORWARD_POLICY": policy,
        "REQUEST_METHOD": "PUT",
        "REQUEST_URI": "/",
        "HTTP_HOST": "www.example",
        "HTTP_USER_AGENT": "curl",
    }
    for _ in range(2):
        reply = door.ask({**claims, "DOORWARD_VARY": "1"})
        assert reply.status == 200 and reply.header("X-Doorward-Vary") == vary
        assert (int(reply.header("X-Accel-Expires")) > 0) == kept
        # Without it, a response that depends on a claim is not kept, and nothing more is told.
        plain = door.ask(claims)
        assert plain.header("X-Doorward-Vary") is None
        assert (int(plain.header("X-Accel-Expires")) > 0) == (policy == "none")
        assert door.ask({**claims, "HTTP_DOORWARD_VARY": "1"}).without_id() == plain.without_id()
        assert door.ask({**claims, "DOORWARD_VARY": "0"}).without_id() == plain.without_id()


def test_a_policy_chooses_its_headers(doorward, folder, pki):
    (folder / "names.zone").write_text(NAMES)
    door = doorward(
        POLICY + "response_headers = X-Client-Hostname, X-Client-Cert-Serial, X-Client-Cert-Key\n",
        dns="static_zone = names.zone",
    )
    reply = door.ask(client(pki))
    assert [name for name, _ in reply.headers if name.startswith("X-") and "Accel" not in name] == [
        "X-Client-Hostname",
        "X-Client-Cert-Serial",
        "X-Client-Cert-Key",
    ]
    assert reply.header("X-Client-Cert-Key").startswith(("ec", "rsa"))
    assert door.ask(client(pki), role=fcgi.AUTHORIZER).header("Variable-X-Doorward-Reason") is None
