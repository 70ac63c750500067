# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
Front ends that cannot run here: what they make of a client's own headers, as their source or
documentation says, with each feature on and off. A client never passes for another, except where
doorward.conf(5) says that this cannot be noticed.
"""

import base64
import hashlib
import re

import pytest

from conftest import REPOSITORY
from kit.doorward import reason
from test_profiles import PROXY, TRUSTED, armor_for_aws, base64_of, structured, xfcc

POLICY = """[policy default]
rdns = off
client_cert = required
allow = cert.dns .partner.example
"""


def dn(name):
    return name.rfc4514_string()


def digest(cert):
    return hashlib.sha256(cert.der)


# Each takes the certificate of the connection, or None, and the headers that the client sent, and
# returns what it forwards.


def envoy(mode, *details):
    """source/common/http/conn_manager_utility.cc, mutateXfccRequestHeader."""

    def forward(cert, sent):
        name, out = "X-Forwarded-Client-Cert", dict(sent)
        if mode == "ALWAYS_FORWARD_ONLY":
            return out
        if mode == "SANITIZE" or cert is None:
            out.pop(name, None)
            return out
        if mode == "FORWARD_ONLY":
            return out
        pairs = [f"Hash={digest(cert).hexdigest()}"]
        pairs += [f'Cert="{cert.escaped}"'] * ("cert" in details)
        pairs += ["URI=spiffe://partner.example/x"] * ("uri" in details)
        element = ";".join(pairs)
        before = [out[name]] if mode == "APPEND_FORWARD" and name in out else []
        return {**out, name: ",".join([*before, element])}

    return forward


def traefik(pem, trusted_address=False):
    """pkg/middlewares/forwardedheaders and passtlsclientcert."""

    def forward(cert, sent):
        name, out = "X-Forwarded-Tls-Client-Cert", dict(sent)
        if not trusted_address:
            out.pop(name, None)
        return {**out, name: base64_of(cert)} if pem and cert else out

    return forward


def aws(mode):
    """Elastic Load Balancing, "Mutual authentication with TLS": the headers of one mode."""

    def forward(cert, sent):
        if mode == "verify" and cert is None:
            return {}  # the handshake fails
        if mode == "off" or cert is None:
            return sent
        if mode == "passthrough":
            return {**sent, "X-Amzn-Mtls-Clientcert": armor_for_aws(cert)}
        return {
            **sent,
            "X-Amzn-Mtls-Clientcert-Leaf": armor_for_aws(cert),
            "X-Amzn-Mtls-Clientcert-Subject": dn(cert.x509.subject),
        }

    return forward


def custom(*names):
    """Google Cloud Load Balancing, "Create custom headers": each of these is set in every
    request."""

    def forward(cert, sent):
        values = {
            "X-Client-Cert-Present": "true" if cert else "false",
            "X-Client-Cert-Chain-Verified": "true" if cert else "false",
            "X-Client-Cert-Error": "" if cert else "client_cert_not_provided",
            "X-Client-Cert-Hash": base64.b64encode(digest(cert).digest()).decode() if cert else "",
            "X-Client-Cert-Leaf": structured(cert) if cert else "",
            "X-Client-Cert-Chain": "",
        }
        return {**sent, **{name: values[name] for name in names}}

    return forward


# "Add mTLS custom headers to backend services": without the leaf.
GOOGLE = ["X-Client-Cert-Present", "X-Client-Cert-Chain-Verified", "X-Client-Cert-Error", "X-Client-Cert-Hash"]


def cloudflare(forwarding):
    """Managed transform "Add TLS client auth headers", and client_certificate_forwarding."""

    def forward(cert, sent):
        out = {
            **sent,
            "Cf-Cert-Presented": "true" if cert else "false",
            "Cf-Cert-Verified": "true" if cert else "false",
            "Cf-Cert-Revoked": "false",
            "Cf-Cert-Fingerprint-Sha256": digest(cert).hexdigest() if cert else "",
        }
        return {**out, "Cf-Client-Cert-Der-Base64": base64_of(cert)} if forwarding and cert else out

    return forward


def gateway(*names):
    """Azure Application Gateway, "Rewrite HTTP headers and URL": an empty value removes a header."""

    def forward(cert, sent):
        values = {
            "X-SSL-Client-Cert": cert.escaped if cert else "",
            "X-SSL-Client-Verify": "SUCCESS" if cert else "NONE",
            "X-SSL-Client-S-DN": dn(cert.x509.subject) if cert else "",
            "X-SSL-Client-I-DN": dn(cert.x509.issuer) if cert else "",
        }
        out = {**sent, **{name: values[name] for name in names}}
        return {name: value for name, value in out.items() if value or name not in names}

    return forward


def one_header(name, encode, replaces):
    """A header that is set where there is a certificate; `replaces`: and removed where not."""

    def forward(cert, sent):
        out = dict(sent)
        if replaces:
            out.pop(name, None)
        return {**out, name: encode(cert)} if cert else out

    return forward


# Of each profile: how it is set up, what the front end does, and for which clients (without a
# certificate, with one of another holder) a forged header cannot be noticed.
WITHOUT, OTHER = "without", "other"
SETUPS = [
    ("envoy", "as the recipe says", envoy("SANITIZE_SET", "cert"), ()),
    ("envoy", "no cert", envoy("SANITIZE_SET"), ()),
    ("envoy", "uri alone", envoy("SANITIZE_SET", "uri"), ()),
    ("envoy", "appends", envoy("APPEND_FORWARD", "cert"), ()),
    ("envoy", "appends no cert", envoy("APPEND_FORWARD", "uri"), ()),
    ("envoy", "sanitizes", envoy("SANITIZE"), ()),
    ("envoy", "forwards", envoy("FORWARD_ONLY"), (OTHER,)),
    ("envoy", "always forwards", envoy("ALWAYS_FORWARD_ONLY"), (WITHOUT, OTHER)),
    ("traefik", "pem", traefik(True), ()),
    ("traefik", "no pem", traefik(False), ()),
    ("traefik", "pem, insecure", traefik(True, trusted_address=True), (WITHOUT,)),
    ("traefik", "no pem, insecure", traefik(False, trusted_address=True), (WITHOUT, OTHER)),
    ("aws-alb", "verify", aws("verify"), ()),
    ("aws-alb", "passthrough", aws("passthrough"), (WITHOUT, OTHER)),
    ("aws-alb", "off", aws("off"), (WITHOUT, OTHER)),
    ("google-lb", "all", custom(*GOOGLE, "X-Client-Cert-Leaf", "X-Client-Cert-Chain"), ()),
    ("google-lb", "Google's example", custom(*GOOGLE), ()),
    ("cloudflare", "forwarding", cloudflare(True), ()),
    ("cloudflare", "no forwarding", cloudflare(False), ()),
    ("azure-appgw", "both", gateway("X-SSL-Client-Cert", "X-SSL-Client-Verify"), ()),
    (
        "azure-appgw",
        "the verdict and the names",
        gateway("X-SSL-Client-Verify", "X-SSL-Client-S-DN", "X-SSL-Client-I-DN"),
        (),
    ),
    ("azure-appservice", "with certificates", one_header("X-ARR-ClientCert", base64_of, True), ()),
    ("azure-appservice", "without", one_header("X-ARR-ClientCert", base64_of, False), (WITHOUT,)),
    ("azure-apim", "override", one_header("X-SSL-Client-Cert", base64_of, True), ()),
    ("azure-apim", "with a condition", one_header("X-SSL-Client-Cert", base64_of, False), (WITHOUT,)),
    ("rfc9440", "as the RFC says", one_header("Client-Cert", structured, True), ()),
    ("rfc9440", "passed on", one_header("Client-Cert", structured, False), (WITHOUT,)),
]
# What a client that would be alice sends.
FORGED = {
    "envoy": lambda alice: {"X-Forwarded-Client-Cert": xfcc(alice)},
    "traefik": lambda alice: {"X-Forwarded-Tls-Client-Cert": base64_of(alice)},
    "aws-alb": lambda alice: {
        "X-Amzn-Mtls-Clientcert-Leaf": armor_for_aws(alice),
        "X-Amzn-Mtls-Clientcert-Subject": dn(alice.x509.subject),
    },
    "google-lb": lambda alice: {
        "X-Client-Cert-Leaf": structured(alice),
        "X-Client-Cert-Chain-Verified": "true",
        "X-Client-Cert-Hash": digest(alice).hexdigest(),
    },
    "cloudflare": lambda alice: {
        "Cf-Client-Cert-Der-Base64": base64_of(alice),
        "Cf-Cert-Verified": "true",
        "Cf-Cert-Fingerprint-Sha256": digest(alice).hexdigest(),
    },
    "azure-appgw": lambda alice: {
        "X-SSL-Client-Cert": alice.escaped,
        "X-SSL-Client-Verify": "SUCCESS",
        "X-SSL-Client-S-DN": dn(alice.x509.subject),
    },
    "azure-appservice": lambda alice: {"X-ARR-ClientCert": base64_of(alice)},
    "azure-apim": lambda alice: {"X-SSL-Client-Cert": base64_of(alice)},
    "rfc9440": lambda alice: {"Client-Cert": structured(alice)},
}
TRUSTING = ("envoy", "traefik", "aws-alb", "rfc9440")
LOCAL = ("azure-appservice", "azure-apim")


@pytest.fixture
def ask(doorward, pki):
    """ask(profile)(headers) → the reason."""

    def start(profile):
        keys = f"verify = local\nca_file = {pki.authority.file}\n" if profile in LOCAL else ""
        trust = "trust_frontend = yes\n" if profile in TRUSTING else ""
        door = doorward(POLICY + keys, frontend=f"{TRUSTED}profile = {profile}\n{trust}")

        def of(headers):
            params = {"HTTP_" + name.upper().replace("-", "_"): text for name, text in headers.items()}
            return reason(door.ask({**PROXY, **params}))

        return of

    return start


@pytest.mark.parametrize("profile, setup, forward, unnoticed", SETUPS, ids=[f"{s[0]}: {s[1]}" for s in SETUPS])
def test_a_client_passes_for_another_only_where_it_cannot_be_noticed(
    ask, pki, profile, setup, forward, unnoticed
):
    reason_of = ask(profile)
    forged = FORGED[profile](pki.alice)
    assert set(forged) == set(FORGED[profile](pki.only_cn))
    for client, cert in ((WITHOUT, None), (OTHER, pki.only_cn)):
        got = reason_of(forward(cert, forged))
        assert (got == "rule") == (client in unnoticed), (client, got)
        for name in forged:  # one of them alone
            got = reason_of(forward(cert, {name: forged[name]}))
            assert got != "rule" or client in unnoticed, (client, name, got)
    assert reason_of(forward(None, {})) == "cert_missing"


def test_the_manual_says_what_cannot_be_noticed():
    manual = (REPOSITORY / "src" / "man" / "doorward.conf.5.in").read_text()
    profiles = manual.split(".Sh PROFILES")[1].split(".Sh ")[0]
    for profile in {setup[0] for setup in SETUPS}:
        said = re.search(rf"\n\.It Cm {profile}\n(.*?)(?=\n\.It |\n\.El\n)", profiles, re.S)[1]
        unnoticed = any(setup[0] == profile and setup[3] for setup in SETUPS)
        words = " ".join(said.split())
        assert ("cannot be noticed" in words) == unnoticed, profile
        assert ("Compared: " in words) == (not unnoticed), profile
