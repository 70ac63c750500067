# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Certificates as every profile's front end forwards them: asked directly, and through nginx."""

import base64
import hashlib
import re
from urllib.parse import quote

import pytest

from conftest import REPOSITORY
from kit import web
from kit.doorward import reason, run
from kit.process import free_port
from test_http import Wire

CLIENT = {"REMOTE_ADDR": "192.0.2.1"}
PROXY = {"REMOTE_ADDR": "10.0.0.1"}
POLICY = """[policy default]
rdns = off
client_cert = required
allow = cert.dns .partner.example
[policy optional]
parent = default
client_cert = optional
default = allow
"""
TRUSTED = "trusted_proxies = 10.0.0.0/8\n"


def base64_of(cert):
    return base64.b64encode(cert.der).decode()


def structured(*certs):
    return ", ".join(f":{base64_of(cert)}:" for cert in certs)


def armor_for_aws(*certs):
    return quote("".join(cert.pem for cert in certs), safe="+=/")


def xfcc(cert, *chain):
    parts = [
        "By=spiffe://partner.example/door",
        f"Hash={hashlib.sha256(cert.der).hexdigest()}",
        f'Cert="{cert.escaped}"',
    ]
    if chain:
        parts.append(f'Chain="{quote("".join(c.pem for c in (cert, *chain)), safe="")}"')
    return ";".join([*parts, 'Subject="CN=alice,O=Acme"', "URI=spiffe://partner.example/alice"])


def escaped(cert):
    return cert.escaped


def plain(cert):
    return cert.pem


SUCCESS = {"HTTP_X_SSL_CLIENT_VERIFY": "SUCCESS"}
# Each profile's header, its encoding, and the headers with the verdict.
SAYING = {
    "nginx": ("HTTP_X_SSL_CLIENT_CERT", escaped, SUCCESS),
    "lighttpd": ("HTTP_X_SSL_CLIENT_CERT", escaped, SUCCESS),
    "apache": ("HTTP_X_SSL_CLIENT_CERT", lambda c: c.pem.replace("\n", " "), SUCCESS),
    "ingress-nginx": ("HTTP_SSL_CLIENT_CERT", escaped, {"HTTP_SSL_CLIENT_VERIFY": "SUCCESS"}),
    "haproxy": ("HTTP_X_SSL_CLIENT_CERT", base64_of, {"HTTP_X_SSL_CLIENT_VERIFY": "0"}),
    "azure-appgw": ("HTTP_X_SSL_CLIENT_CERT", escaped, SUCCESS),
    "google-lb": (
        "HTTP_X_CLIENT_CERT_LEAF",
        structured,
        {"HTTP_X_CLIENT_CERT_CHAIN_VERIFIED": "true", "HTTP_X_CLIENT_CERT_ERROR": ""},
    ),
    "cloudflare": (
        "HTTP_CF_CLIENT_CERT_DER_BASE64",
        base64_of,
        {"HTTP_CF_CERT_VERIFIED": "true", "HTTP_CF_CERT_REVOKED": "false"},
    ),
}
SILENT = {
    "envoy": ("HTTP_X_FORWARDED_CLIENT_CERT", xfcc),
    "traefik": ("HTTP_X_FORWARDED_TLS_CLIENT_CERT", base64_of),
    "caddy": ("HTTP_X_SSL_CLIENT_CERT", base64_of),
    "aws-alb": ("HTTP_X_AMZN_MTLS_CLIENTCERT_LEAF", armor_for_aws),
    "rfc9440": ("HTTP_CLIENT_CERT", structured),
}
NOTHING = {
    "azure-appservice": ("HTTP_X_ARR_CLIENTCERT", base64_of),
    "azure-apim": ("HTTP_X_SSL_CLIENT_CERT", base64_of),
}
ALL = {
    **SAYING,
    **{profile: (*how, {}) for profile, how in {**SILENT, **NOTHING}.items()},
}


@pytest.fixture
def asks(doorward):
    """asks(frontend)(params) → (status, reason)."""

    def start(frontend, policy=POLICY):
        door = doorward(policy, frontend=TRUSTED + frontend)

        def ask(params, client=PROXY, policy="default"):
            reply = door.ask({**client, "DOORWARD_POLICY": policy, **params})
            return reply.status, reason(reply)

        ask.door = door
        return ask

    return start


def alone(pki, verify):
    """The first policy, with that verification."""
    first = POLICY.partition("[policy optional]")[0]
    return f"{first}verify = {verify}\nca_file = {pki.authority.file}\n"


def frontend_of(profile):
    return f"profile = {profile}\n" + ("trust_frontend = yes\n" if profile in SILENT else "")


@pytest.mark.parametrize("profile", [*SAYING, *SILENT])
def test_a_verified_certificate(asks, pki, profile):
    header, encode, words = ALL[profile]
    ask = asks(frontend_of(profile))
    for cert in (pki.alice, pki.rsa):
        assert ask({header: encode(cert), **words}) == (200, "rule")
        assert "ignored" not in ask.door.decisions()[-1]
        # From any peer but the proxy the same headers are ignored.
        assert ask({header: encode(cert), **words}, CLIENT) == (403, "cert_missing")
        assert ask.door.decisions()[-1]["ignored"].startswith(f"{header}: not believed")
    assert ask({header: encode(pki.only_cn), **words}) == (403, "default")
    assert ask({header: encode(pki.expired), **words}) == (403, "cert_expired")
    # Without a certificate, the outcome depends on client_cert. A word for a verified certificate
    # says that there is one, which rules must not take for none; HAProxy sends it always.
    for nothing in ({}, words, {header: ""}, {header: "", **words}):
        hidden = words and words.items() <= nothing.items() and profile != "haproxy"
        assert ask(nothing) == (403, "cert_missing")
        expected = (403, "cert_missing") if hidden else (200, "default")
        assert ask(nothing, policy="optional") == expected
    if words:
        for left_out in words:
            fewer = {name: word for name, word in words.items() if name != left_out}
            expected = (200, "rule") if "ERROR" in left_out else (403, "cert_unverified")
            assert ask({header: encode(pki.alice), **fewer}) == expected


@pytest.mark.parametrize("profile", [*SAYING, *SILENT])
def test_a_spoilt_certificate(asks, pki, profile):
    header, encode, words = ALL[profile]
    ask = asks(frontend_of(profile))
    text = encode(pki.alice)
    for spoilt in (
        "spoofed",
        text + text,
        # Traefik's header is a list of the leaf and its intermediates.
        f"{text}{';' if profile == 'traefik' else ','} {encode(pki.rsa)}",
        f"{text} x",
        text[: len(text) // 2],
        f'"{text}"',
        text + "\0",
        " ",
        "A" * 65536,
    ):
        for policy in ("default", "optional"):
            assert ask({header: spoilt, **words}, policy=policy) == (403, "cert_malformed")
    # Twice, also as lighttpd sends X_SSL_Client_Cert beside X-SSL-Client-Cert.
    twice = {header: [text, text], **words}
    assert ask(twice) == (403, "duplicate_input")
    assert ask(twice, CLIENT) == (403, "duplicate_input")


@pytest.mark.parametrize("profile", SAYING)
def test_a_certificate_that_failed(asks, pki, profile):
    header, encode, words = ALL[profile]
    ask = asks(frontend_of(profile))
    for name in words:
        for word in ("FAILED:expired", "no", "1", "SUCCESS,SUCCESS", words[name] + " x"):
            failed = {header: encode(pki.alice), **words, name: word}
            assert ask(failed) == (403, "cert_unverified"), (name, word)


def spoilt_words(words):
    """The words that each profile's front end sends for anything but a verified certificate."""
    for name in words:
        for word in ("NONE", "FAILED", "FAILED:expired", "GENEROUS", "(null)", "", "18", "false"):
            if word != words[name] and not (name.endswith("ERROR") and word == ""):
                yield {**words, name: word}


@pytest.mark.parametrize("profile", SAYING)
def test_no_other_word_verifies_a_certificate(asks, pki, profile):
    header, encode, words = ALL[profile]
    ask = asks(frontend_of(profile))
    for sent in spoilt_words(words):
        for policy in ("default", "optional"):
            got = ask({header: encode(pki.alice), **sent}, policy=policy)
            assert got == (403, "cert_unverified"), sent


@pytest.mark.parametrize("profile", SAYING)
def test_a_word_for_no_certificate_contradicts_one(asks, pki, profile):
    """Also where the policy does not ask for the front end's word."""
    header, encode, words = ALL[profile]
    ask = asks(frontend_of(profile), alone(pki, "local"))
    none = {"google-lb": "client_cert_not_provided", "haproxy": None, "cloudflare": None}.get(profile, "NONE")
    name = [*words][-1]
    assert ask({header: encode(pki.alice), **words}) == (200, "rule")
    assert ask({header: encode(pki.alice), **words, name: ""}) == (200, "rule")
    if none:
        assert ask({header: encode(pki.alice), **words, name: none}) == (403, "cert_unverified")
        details = [decision.get("detail", "") for decision in ask.door.decisions()]
        assert any("own text" in detail for detail in details)


def digests(cert):
    digest = hashlib.sha256(cert.der)
    return [digest.hexdigest(), digest.hexdigest().upper(), base64.b64encode(digest.digest()).decode()]


NAMES = ("HTTP_X_SSL_CLIENT_S_DN", "HTTP_X_SSL_CLIENT_I_DN")
# The headers in which a front end names the certificate that its word is about.
TELLING = {
    "nginx": NAMES,
    "lighttpd": NAMES,
    "apache": NAMES,
    "azure-appgw": NAMES,
    "ingress-nginx": ("HTTP_SSL_CLIENT_SUBJECT_DN", "HTTP_SSL_CLIENT_ISSUER_DN"),
    "haproxy": ("HTTP_X_SSL_CLIENT_DN", "HTTP_X_SSL_ISSUER"),
    "google-lb": ("HTTP_X_CLIENT_CERT_HASH",),
    "cloudflare": ("HTTP_CF_CERT_FINGERPRINT_SHA256",),
}


def told(profile, cert):
    """Each way in which the profile's front end can name a certificate, by the values of its
    headers."""
    if len(TELLING[profile]) == 1:
        return [(digest,) for digest in digests(cert)]
    subject, issuer = (name.rfc4514_string() for name in (cert.x509.subject, cert.x509.issuer))
    slashes = ["/" + "/".join(reversed(name.split(","))) for name in (subject, issuer)]
    return [(subject, issuer), tuple(slashes)]


@pytest.mark.parametrize("profile", SAYING)
@pytest.mark.parametrize("verify", ["frontend", "local"])
def test_a_word_about_another_certificate(asks, pki, profile, verify):
    header, encode, words = ALL[profile]
    assert set(TELLING) == set(SAYING)
    ask = asks(frontend_of(profile), alone(pki, verify))
    sent = {header: encode(pki.alice), **words}
    for values in told(profile, pki.alice):
        assert ask({**sent, **dict(zip(TELLING[profile], values))}) == (200, "rule"), values
    for i, name in enumerate(TELLING[profile]):
        true = [values[i] for values in told(profile, pki.alice)]
        others = [values[i] for values in told(profile, pki.only_cn)]
        others += [value for values in told(profile, pki.alice) for value in values]
        for value in [*others, "", "x"]:
            if value not in true:
                assert ask({**sent, name: value}) == (403, "cert_unverified"), (name, value)
    for decision in ask.door.decisions():
        refused = decision["reason"] == "cert_unverified"
        assert ("the front end verified another certificate" in decision.get("detail", "")) == refused
    # Two authors of one header, and a header that is not believed.
    name, value = TELLING[profile][0], told(profile, pki.alice)[0][0]
    assert ask({**sent, name: [value, value]}) == (403, "duplicate_input")
    assert ask({**sent, name: value}, CLIENT) == (403, "cert_missing")


@pytest.mark.parametrize("profile", [*SAYING, *SILENT])
def test_headers_of_other_profiles_are_not_read(asks, pki, profile):
    ask = asks(frontend_of(profile))
    own = {ALL[profile][0], *ALL[profile][2]}
    for header, encode, words in ALL.values():
        others = {name: word for name, word in words.items() if name not in own}
        if header not in own:
            others[header] = [encode(pki.alice), "x"]
        assert ask(others) == (403, "cert_missing")
        assert ask(others, policy="optional") == (200, "default")


@pytest.mark.parametrize("profile", SAYING)
def test_a_word_of_another_profile_does_not_count(asks, pki, profile):
    header, encode, words = ALL[profile]
    ask = asks(frontend_of(profile))
    for other, (_, _, others) in ALL.items():
        foreign = {name: word for name, word in others.items() if name not in words}
        if foreign:
            assert ask({header: encode(pki.alice), **foreign}) == (403, "cert_unverified"), other


@pytest.mark.parametrize("profile", ALL)
def test_each_header_twice_or_in_two_spellings(doorward, folder, pki, profile):
    """Over HTTP X_SSL_Client_Cert is told from X-SSL-Client-Cert, and other programs do not tell."""
    header, encode, words = ALL[profile]
    path = str(folder / "http.sock")
    policy = alone(pki, "local" if profile in NOTHING else "frontend")
    door = doorward(policy, server=f"listen = http:unix:{path}", frontend=frontend_of(profile))
    values = {header: encode(pki.alice), **words}
    if profile in TELLING:
        values |= zip(TELLING[profile], told(profile, pki.alice)[0])
    lines = {name[len("HTTP_"):].replace("_", "-"): value for name, value in values.items()}

    def ask(pairs):
        wire = Wire(path)
        wire.send("GET /auth HTTP/1.1\r\nHost: door\r\nX-Real-IP: 192.0.2.1\r\n")
        wire.send("".join(f"{name}: {value}\r\n" for name, value in pairs) + "\r\n")
        status, headers, _ = wire.answer()
        wire.close()
        return status, headers["x-doorward-reason"]

    assert ask(lines.items()) == (200, "rule")
    for name, value in lines.items():
        others = [pair for pair in lines.items() if pair[0] != name]
        for twice in (
            [(name, value), (name, value)],
            [(name, value), (name.lower(), value)],
            [(name, value), (name.replace("-", "_"), value)],
            [(name.replace("-", "_", 1), value), (name, value)],
            [(name.replace("-", "_"), value)],
        ):
            assert ask([*others, *twice]) == (403, "duplicate_input"), twice[0][0]


def test_a_parameter_takes_precedence_over_a_header(asks, pki):
    ask = asks("profile = haproxy\n")
    params = {"SSL_CLIENT_CERT": base64_of(pki.alice), "SSL_CLIENT_VERIFY": "0"}
    headers = {"HTTP_X_SSL_CLIENT_CERT": "spoofed", "HTTP_X_SSL_CLIENT_VERIFY": "1"}
    assert ask({**params, **headers}) == (200, "rule")
    assert ask({**params, **headers}, CLIENT) == (200, "rule")
    assert ask({**params, "SSL_CLIENT_CERT": ""}) == (403, "cert_missing")
    assert ask({**params, "SSL_CLIENT_VERIFY": "10"}) == (403, "cert_unverified")


def test_configured_sources(asks, pki):
    ask = asks(
        "profile = nginx\ncert_source = header X-ARR-clientCert der-hex\n"
        "verify_source = header TLS-Status\n"
    )
    cert = {"HTTP_X_ARR_CLIENTCERT": pki.alice.der.hex()}
    assert ask({**cert, "HTTP_TLS_STATUS": "SUCCESS"}) == (200, "rule")
    for other in ["TLS_STATUS", "SSL_CLIENT_VERIFY", "HTTP_X_SSL_CLIENT_VERIFY"]:
        assert ask({**cert, other: "SUCCESS"}) == (403, "cert_unverified")
    assert ask({**cert, "HTTP_TLS_STATUS": "SUCCESS"}, CLIENT) == (403, "cert_missing")
    params = {"SSL_CLIENT_CERT": pki.alice.pem, "HTTP_TLS_STATUS": "SUCCESS"}
    assert ask(params) == (403, "cert_missing")


@pytest.mark.parametrize(
    "sources",
    [
        "cert_source = header X-One pem\nverify_source = param TWO",
        "cert_source = param ONE pem\nverify_source = header X-Two",
        "profile = ingress-nginx\ncert_source = param ONE pem",
        "profile = envoy\nverify_source = param TWO",
    ],
)
def test_a_verdict_of_another_kind_is_ignored(folder, sources):
    file = folder / "mixed.conf"
    file.write_text(f"[frontend]\n{sources}\n{POLICY}")
    status, _, errors = run("-t", "-c", file)
    assert status != 0 and "come as a param and a header" in errors


@pytest.mark.parametrize("profile", [*NOTHING, *SILENT])
def test_verify_frontend_without_a_verdict_is_refused(folder, profile):
    file = folder / "word.conf"
    file.write_text(f"[frontend]\nprofile = {profile}\n{POLICY}")
    status, _, errors = run("-t", "-c", file)
    assert status == 78 or status == 1
    assert f"verify = frontend in [policy default] with profile = {profile}: its " in errors
    assert "expected verify = local" in errors
    file.write_text(f"[frontend]\nprofile = {profile}\ntrust_frontend = yes\n{POLICY}")
    status, _, errors = run("-t", "-c", file)
    assert (status == 0) == (profile in SILENT)


@pytest.mark.parametrize("name", ["REMOTE_ADDR", "DOORWARD_POLICY", "DOORWARD_TRUST_HEADERS"])
def test_a_certificate_cannot_take_the_name_of_another(folder, name):
    file = folder / "clash.conf"
    file.write_text(f"[frontend]\ncert_source = param {name} pem\n{POLICY}")
    status, _, errors = run("-t", "-c", file)
    assert status != 0 and f"{name} does" in errors


@pytest.mark.parametrize("profile", ALL)
def test_check_reads_a_certificate_with_any_profile(folder, pki, profile):
    file = folder / "check.conf"
    policy = POLICY if profile not in NOTHING else POLICY.replace("required", "off").partition(
        "allow")[0]
    file.write_text(f"[frontend]\n{frontend_of(profile)}{policy}")
    command = ["check", "-c", file, "--ip", "192.0.2.1", "--cert", pki.alice.file]
    if profile in NOTHING:
        run(*command, expect=1)
        return
    run(*command, expect=0)
    word = "1" if profile in SAYING else None
    if word:
        run(*command, "--verify-status", word, expect=1)


# Through nginx, as in the examples: the client plays the proxy in front of it.

EXAMPLES = REPOSITORY / "nginx-examples"


class Site:
    def __init__(self, name, profile, folder, authority, doorward, nginx, proxy="127.0.0.1/32"):
        self.port = free_port()
        (folder / "www").mkdir()
        (folder / "www" / "index.html").write_text("front\n")
        policy = (EXAMPLES / f"{name}.ini").read_text()
        policy = re.sub(r"(?m)^profile = .*", f"profile = {profile}", policy)
        policy = re.sub(r"(?m)^trusted_proxies = .*", f"trusted_proxies = {proxy}", policy)
        policy = policy.replace("/etc/doorward/clients-ca.crt", str(authority.file))
        self.door = doorward(policy)
        text = (EXAMPLES / f"{name}.conf").read_text()
        # The lines of this profile, and only these.
        text = re.sub(r"(?m)^(\t\t)(fastcgi_param HTTP_(?!X_FORWARDED_FOR|X_ARR).*)", r"\1#   \2", text)
        text = re.sub(
            rf"(?m)(^\t\t# profile = {profile}\b.*\n)((?:\t\t#   .*\n)+)",
            lambda m: m[1] + m[2].replace("#   ", ""),
            text,
        )
        for there, here in {
            "listen 80;": f"listen 127.0.0.1:{self.port};",
            "/srv/www": folder / "www",
            "/run/doorward/doorward.sock": self.door.socket,
        }.items():
            text = text.replace(there, str(here))
        nginx(text, self.port)

    def get(self, headers):
        forwarded = {"X-Forwarded-For": "192.0.2.1", **headers}
        response = web.get(self.port, "/", list(forwarded.items()))
        return response.status, self.door.decisions()[-1]["reason"]


def pairs(cert, chain):
    return {
        "rfc9440": {
            "Client-Cert": structured(cert),
            "Client-Cert-Chain": structured(*chain),
        },
        "envoy": {"X-Forwarded-Client-Cert": xfcc(cert, *chain)},
        "traefik": {"X-Forwarded-Tls-Client-Cert": ",".join(map(base64_of, (cert, *chain)))},
        "aws-alb": {"X-Amzn-Mtls-Clientcert": armor_for_aws(cert, *chain)},
        "azure-appservice": {"X-ARR-ClientCert": base64_of(cert)},
    }


BEHIND = ["rfc9440", "envoy", "traefik", "aws-alb", "azure-appservice"]


@pytest.fixture
def site(folder, pki, doorward, nginx):
    def start(profile, **more):
        name = "azure" if profile == "azure-appservice" else "forwarded"
        return Site(name, profile, folder, pki.authority, doorward, nginx, **more)

    return start


@pytest.mark.parametrize("profile", BEHIND)
def test_behind_a_proxy_that_verifies_nothing(site, pki, profile):
    behind = site(profile)

    def of(cert, *chain):
        return pairs(cert, chain)[profile]

    assert behind.get(of(pki.alice)) == (200, "rule")
    assert behind.get(of(pki.rsa)) == (200, "rule")
    assert behind.get({}) == (403, "cert_missing")
    assert behind.get(of(pki.only_cn)) == (403, "default")
    assert behind.get(of(pki.expired)) == (403, "cert_expired")
    assert behind.get(of(pki.early)) == (403, "cert_not_yet_valid")
    # A certificate that any client can make for itself.
    assert behind.get(of(pki.stranger)) == (403, "cert_untrusted")
    assert behind.get(of(pki.self_signed)) == (403, "cert_untrusted")
    assert behind.get(of(pki.server)) == (403, "cert_untrusted")
    name = next(iter(of(pki.alice)))
    assert behind.get({name: "spoofed"}) == (403, "cert_malformed")
    # A verdict that the front end does not send changes nothing.
    forged = {"X-SSL-Client-Verify": "SUCCESS", "X-Client-Cert-Chain-Verified": "true"}
    assert behind.get({**of(pki.stranger), **forged}) == (403, "cert_untrusted")


@pytest.mark.parametrize("profile", [p for p in BEHIND if p != "azure-appservice"])
def test_intermediates_come_along(site, pki, profile):
    behind = site(profile)
    middle = pki.authority.intermediate("middle")
    cert = middle.issue("deep", dns=["deep.partner.example"])
    assert behind.get(pairs(cert, [])[profile]) == (403, "cert_untrusted")
    assert behind.get(pairs(cert, [middle.certificate])[profile]) == (200, "rule")
    stranger = pki.stranger_authority.certificate
    assert behind.get(pairs(pki.stranger, [stranger])[profile]) == (403, "cert_untrusted")


@pytest.mark.parametrize("profile", BEHIND)
def test_an_untrusted_peer_is_not_believed(site, pki, profile):
    behind = site(profile, proxy="10.0.0.0/8")
    assert behind.get(pairs(pki.alice, [])[profile]) == (403, "cert_missing")
