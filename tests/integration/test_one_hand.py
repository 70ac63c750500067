# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
A verdict counts for a certificate only if the front end wrote both: real front ends, with their own
documentation's lines, forward what a client sent, with the line that replaces the certificate and
without it, and with and without a certificate on the connection.
"""

import base64
import os

import pytest
from cryptography import x509
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from kit import web
from kit.frontends import Apache, Server
from kit.process import free_port

POLICY = """[policy default]
rdns = off
{keys}
allow = cert.dns .partner.example
"""

NGINX = """
server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {server}; ssl_certificate_key {key};
    ssl_client_certificate {ca}; ssl_verify_client optional; large_client_header_buffers 4 64k;
    location / {{ proxy_pass http://127.0.0.1:{door}/auth/default;
        proxy_set_header X-Real-IP $remote_addr;
        {lines} }} }}
"""

HAPROXY = """
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
frontend www
    bind 127.0.0.1:{port} ssl crt {both} ca-file {ca} verify optional
    http-request set-path /auth/default
    http-request set-header X-Real-IP %[src]
    {lines}
    default_backend door
backend door
    server door 127.0.0.1:{door}
"""

APACHE = """
SSLSessionCache none
LimitRequestFieldSize 65536
<VirtualHost 127.0.0.1:{port}>
    SSLEngine on
    SSLCertificateFile {server}
    SSLCertificateKeyFile {key}
    SSLCACertificateFile {ca}
    SSLVerifyClient optional
    ProxyPass / http://127.0.0.1:{door}/auth/default
    RequestHeader set X-Real-IP "%{{REMOTE_ADDR}}s"
    {lines}
</VirtualHost>
"""

CADDY = """
{{
    admin off
    auto_https off
    skip_install_trust
}}
https://localhost:{port} {{
    bind 127.0.0.1
    tls {server} {key} {{
        client_auth {{
            mode verify_if_given
            trusted_ca_cert_file {ca}
        }}
    }}
    reverse_proxy http://127.0.0.1:{door} {{
        rewrite /auth/default
        header_up X-Real-IP {{http.request.remote.host}}
        {lines}
    }}
}}
"""


def base64_of(cert):
    return base64.b64encode(cert.der).decode()


class FrontEnd:
    """How one front end is written, and by which lines it replaces each header."""

    def __init__(self, name, template, encode, cert, verdict, names=()):
        self.name, self.template, self.encode = name, template, encode
        self.cert, self.verdict, self.names = cert, verdict, names


FRONT_ENDS = [
    FrontEnd(
        "nginx",
        NGINX,
        lambda cert: cert.escaped,
        ["proxy_set_header X-SSL-Client-Cert $ssl_client_escaped_cert;"],
        ["proxy_set_header X-SSL-Client-Verify $ssl_client_verify;"],
        [
            "proxy_set_header X-SSL-Client-S-DN $ssl_client_s_dn;",
            "proxy_set_header X-SSL-Client-I-DN $ssl_client_i_dn;",
        ],
    ),
    FrontEnd(
        "haproxy",
        HAPROXY,
        base64_of,
        ["http-request set-header X-SSL-Client-Cert %[ssl_c_der,base64]"],
        ["http-request set-header X-SSL-Client-Verify %[ssl_c_verify]"],
        [
            "http-request set-header X-SSL-Client-DN %{{+Q}}[ssl_c_s_dn]",
            "http-request set-header X-SSL-Issuer %{{+Q}}[ssl_c_i_dn]",
        ],
    ),
    FrontEnd(
        "apache",
        APACHE,
        lambda cert: cert.escaped,
        ['RequestHeader set X-SSL-Client-Cert "%{{SSL_CLIENT_CERT}}s"'],
        ['RequestHeader set X-SSL-Client-Verify "%{{SSL_CLIENT_VERIFY}}s"'],
        [
            'RequestHeader set X-SSL-Client-S-DN "%{{SSL_CLIENT_S_DN}}s"',
            'RequestHeader set X-SSL-Client-I-DN "%{{SSL_CLIENT_I_DN}}s"',
        ],
    ),
    FrontEnd(
        "caddy",
        CADDY,
        base64_of,
        ["header_up X-SSL-Client-Cert {{http.request.tls.client.certificate_der_base64}}"],
        [],
    ),
]
BY_NAME = {front.name: front for front in FRONT_ENDS}


@pytest.fixture
def start(folder, pki, doorward, nginx, stack):
    """start(front end, lines) → get(certificate, header's certificate), and doorward."""

    def begin(front, lines, keys="client_cert = required\n"):
        port, door_port = free_port(), free_port()
        more = "trust_frontend = yes\n" if front.name == "caddy" else ""
        door = doorward(
            POLICY.format(keys=keys),
            server=f"listen = http:127.0.0.1:{door_port}\nthreads = 1",
            frontend=f"profile = {front.name}\ntrusted_proxies = 127.0.0.1\n{more}",
        )
        both = folder / "server.pem"
        both.write_text(pki.server.file.read_text() + pki.server.key_file.read_text())
        given = dict(
            port=port, door=door_port, server=pki.server.file, key=pki.server.key_file,
            both=both, ca=pki.authority.file,
        )
        text = front.template.replace("{lines}", "\n        ".join(lines)).format(**given)
        file = folder / f"{front.name}.cfg"
        file.write_text(text)
        if front.name == "nginx":
            nginx(text, port)
        elif front.name == "apache":
            modules = ["socache_shmcb", "ssl", "headers", "proxy", "proxy_http"]
            stack.callback(Apache(folder, modules, text, port).close)
        else:
            argv = {
                "haproxy": ["/usr/sbin/haproxy", "-db", "-f", file],
                "caddy": ["/usr/bin/caddy", "run", "--config", file, "--adapter", "caddyfile"],
            }[front.name]
            home = {name: str(folder) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
            server = Server(folder, front.name, argv, port, env={**os.environ, **home})
            stack.callback(server.close)

        def get(cert=None, header=None, more=()):
            sent = [("X-SSL-Client-Cert", front.encode(header))] if header else []
            web.get(
                port, "/", [*sent, *more], cert=cert, ca=pki.authority.file,
                host="localhost" if front.name == "caddy" else "127.0.0.1",
            )
            door.decided += 1
            decision = door.decisions()[-1]
            return decision["reason"], decision.get("detail", "")

        return get

    return begin


@pytest.mark.parametrize("name", BY_NAME)
def test_with_the_line_that_replaces_the_certificate(start, pki, name):
    front = BY_NAME[name]
    get = start(front, [*front.cert, *front.verdict, *front.names])
    assert get(pki.alice)[0] == "rule"
    assert get(pki.only_cn)[0] == "default"
    assert get()[0] == "cert_missing"
    for cert in (None, pki.only_cn):
        assert get(cert, pki.alice)[0] == get(cert)[0]


@pytest.mark.parametrize("name", [name for name, front in BY_NAME.items() if front.names])
def test_with_the_verdict_and_the_names_alone(start, pki, name):
    front = BY_NAME[name]
    get = start(front, [*front.verdict, *front.names])
    for cert in (None, pki.only_cn):
        reason, detail = get(cert, pki.alice)
        assert reason == "cert_unverified"
        assert "own text" in detail
    assert get(pki.alice, pki.alice)[0] == "rule"


@pytest.mark.parametrize("name", ["nginx", "apache"])
def test_with_the_verdict_alone_and_no_certificate(start, pki, name):
    """NONE contradicts a certificate, whichever side verifies it."""
    front = BY_NAME[name]
    get = start(front, front.verdict, f"client_cert = required\nverify = local\nca_file = {pki.authority.file}\n")
    reason, detail = get(None, pki.alice)
    assert reason == "cert_unverified"
    assert "the client sent no certificate to the front end" in detail


@pytest.mark.parametrize("name", ["nginx", "apache"])
def test_a_certificate_that_is_not_forwarded(start, pki, name):
    """SUCCESS without a certificate: rules about certificates would not see it."""
    front = BY_NAME[name]
    get = start(front, front.verdict, "client_cert = optional\n")
    reason, detail = get(pki.alice)
    assert reason == "cert_missing"
    assert 'HTTP_X_SSL_CLIENT_VERIFY is "SUCCESS"' in detail


def odd_subjects():
    """Names that programs print in forms of their own."""
    common, organization = x509.NameAttribute(NameOID.COMMON_NAME, "x"), NameOID.ORGANIZATION_NAME

    def of(value, oid=organization, kind=None):
        return x509.Name([x509.NameAttribute(oid, value, kind), common])

    return {
        "comma": of("Acme, Inc."),
        "plus": of("A+B"),
        "quotes": of('The "Door"'),
        "backslash": of("a\\b"),
        "equals": of("a=b"),
        "blanks": of(" a  b "),
        "number sign": of("#acme"),
        "UTF-8": of("Müller", kind=_ASN1Type.UTF8String),
        "BMPString": of("Müller", kind=_ASN1Type.BMPString),
        "mail": of("a@partner.example", NameOID.EMAIL_ADDRESS),
        "OID": of("x", x509.ObjectIdentifier("1.3.6.1.4.1.99999.1")),
        "two in a part": x509.Name(
            [
                x509.RelativeDistinguishedName(
                    [x509.NameAttribute(organization, "Acme"), x509.NameAttribute(NameOID.USER_ID, "u")]
                ),
                x509.RelativeDistinguishedName([common]),
            ]
        ),
        "domain components": x509.Name(
            [x509.NameAttribute(NameOID.DOMAIN_COMPONENT, dc) for dc in ("example", "partner")]
        ),
        "many": x509.Name([x509.NameAttribute(organization, f"unit {i}") for i in range(30)]),
        "none": x509.Name([]),
        "slash": of("a/b"),
        "slash and attribute": of("a/CN=alice"),
    }


# HAProxy's own form joins values that are not text, and parts, so that they cannot be told apart.
AMBIGUOUS = {"BMPString", "OID", "two in a part", "slash and attribute"}


@pytest.mark.parametrize("form", ["nginx", "apache", "haproxy", "haproxy, rfc2253"])
def test_a_holder_of_an_odd_name_is_the_same(start, pki, form):
    front = BY_NAME[form.partition(",")[0]]
    names = [line.replace("_dn]", "_dn(,0,rfc2253)]") if "rfc2253" in form else line for line in front.names]
    get = start(front, [*front.cert, *front.verdict, *names])
    for label, subject in odd_subjects().items():
        cert = pki.authority.issue(f"odd {label}", subject=subject, dns=["x.partner.example"])
        refused = form == "haproxy" and label in AMBIGUOUS
        assert get(cert)[0] == ("cert_unverified" if refused else "rule"), label
        assert get(None, cert)[0] != "rule", label
