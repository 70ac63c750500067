# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""All parameters that real front ends sent in recordings, replayed to the real program."""

import datetime
import json
import re

import pytest
from cryptography import x509

import fcgi
from conftest import REPOSITORY
from kit.doorward import reason

CAPTURES = REPOSITORY / "tests" / "vectors" / "captures"
POLICY = """
[policy default]
rdns = off
client_cert = required
allow = cert.dns client-1.acme.example
"""
CLIENT = "192.0.2.1"


def requests():
    for path in sorted(CAPTURES.glob("*.jsonl")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            captured = json.loads(line)
            front_end = path.stem.split("-")[0]
            yield pytest.param(
                front_end, captured["role"], captured["params"], id=f"{path.stem}:{number}"
            )


def expected(cert, status):
    """The outcome for the front end's certificate and verdict, as of today."""
    if not cert:
        return 403, "cert_unverified" if status.startswith("FAILED") else "cert_missing"
    read = x509.load_pem_x509_certificate(cert.encode())
    now = datetime.datetime.utcnow()
    if now < read.not_valid_before:
        return 403, "cert_not_yet_valid"
    if now >= read.not_valid_after:
        return 403, "cert_expired"
    if status != "SUCCESS":
        return 403, "cert_unverified"
    if "CN=client-1" in read.subject.rfc4514_string():
        return 200, "rule"
    return 403, "default"


def ask(door, role, params):
    body = None if "FCGI_APACHE_ROLE" in params else b""  # Apache sends no STDIN at all
    reply = fcgi.request(door.address, params, role, stdin=body)
    if role == fcgi.AUTHORIZER:
        return reply.status, door.decisions()[-1]["reason"]
    return reply.status, reason(reply)


@pytest.mark.parametrize("front_end, role, params", requests())
def test_as_it_came(doorward, front_end, role, params):
    """As it was sent, without any configuration for that front end."""
    outcome = {
        "nginx": "no_address",  # it was recorded without REMOTE_ADDR
        "lighttpd": "duplicate_input",  # the client forged a header in two spellings
        "apache": "cert_missing",  # no input under the names that count
    }[front_end]
    assert ask(doorward(POLICY), role, params) == (403, outcome)


@pytest.mark.parametrize("front_end, role, params", requests())
def test_with_its_certificate_in_place(doorward, front_end, role, params):
    """As a front end sends it that is configured for doorward, with the forged headers."""
    params = {
        re.sub("^RW_", "", name): values[:1] if name.startswith("HTTP_") else values
        for name, values in params.items()
    }
    params.setdefault("REMOTE_ADDR", [CLIENT])
    wanted = expected(
        params.get("SSL_CLIENT_CERT", [""])[0], params.get("SSL_CLIENT_VERIFY", [""])[0]
    )
    assert ask(doorward(POLICY), role, params) == wanted


def recorded_forms():
    """The certificate in other variables and headers: (role, this form, PEM, status)."""
    for case in requests():
        _, role, params = case.values
        pem = (params.get("SSL_CLIENT_CERT") or params.get("RW_SSL_CLIENT_CERT") or [""])[0]
        status = (params.get("SSL_CLIENT_VERIFY") or params.get("RW_SSL_CLIENT_VERIFY"))[0]
        for form in ["X_TABBED", "X_ESCAPED", "HTTP_X_EARLY_CERT"]:
            if pem and form in params:
                yield pytest.param(role, params[form][0], pem, status, id=f"{case.id}-{form}")


@pytest.mark.parametrize("role, form, pem, status", recorded_forms())
def test_every_recorded_form_of_the_certificate(doorward, role, form, pem, status):
    sent = {"REMOTE_ADDR": CLIENT, "SSL_CLIENT_CERT": form, "SSL_CLIENT_VERIFY": status}
    assert ask(doorward(POLICY), role, sent) == expected(pem, status)


def test_a_malleated_signature_is_another_fingerprint(doorward):
    """A deny-list of fingerprints can be bypassed: the same names, another SHA-256."""
    certificates = [(CAPTURES / name).read_text() for name in ["ec-l.pem", "mall.pem"]]
    door = doorward(POLICY)
    wanted = [expected(cert, "SUCCESS") for cert in certificates]
    got = [
        door.ask(REMOTE_ADDR=CLIENT, SSL_CLIENT_CERT=cert, SSL_CLIENT_VERIFY="SUCCESS")
        for cert in certificates
    ]
    assert [(reply.status, reason(reply)) for reply in got] == wanted
    if wanted[0][0] == 200:
        prints = [reply.header("X-Client-Cert-Fingerprint") for reply in got]
        assert prints[0] != prints[1]
