# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
Front ends that ask over HTTP, with the configurations that are shipped for them, changed only in
ports and paths; and requests in the form of front ends that Debian does not have.
"""

import base64
import hashlib
import os
import re

import pytest
import yaml

from conftest import REPOSITORY
from kit import web
from kit.frontends import Server
from kit.played import AUTH_TLS_SECRET, CONTROLLER, PASS_CERTIFICATE, lines_of_the_config_map
from kit.process import free_port
from test_http import Wire

CONTRIB = REPOSITORY / "contrib"
TELLING = re.compile("X-(Client-(Hostname|Rdns|Cert)|Doorward|Accel)", re.I)  # headers that a denied client must not see
NAMED = "127.0.0.1", "127.0.0.2", "127.0.0.3"  # played clients: loopback addresses
# Lines of two workers that come within hundredths of a second are in the log in the order of the workers.
IN_ORDER = "threads = 1"


@pytest.fixture
def names(folder, stack):
    """127.0.0.2 is a partner's host, 127.0.0.3 only claims so."""
    from kit.names import Nsd

    nsd = Nsd(
        folder,
        {
            "partner.example": "host A 127.0.0.2\n",
            "0.0.127.in-addr.arpa": "2 PTR host.partner.example.\n3 PTR host.partner.example.\n",
        },
    )
    stack.callback(nsd.close)
    return nsd


class Site:
    """A front end of contrib/, doorward with the .ini of the same folder, and clients."""

    host = "127.0.0.1"

    def __init__(self, folder, pki, doorward, names, name):
        self.folder, self.pki, self.port = folder, pki, free_port()
        self.www = folder / "www"
        self.www.mkdir()
        (self.www / "index.html").write_text("inside\n")
        self.http = str(folder / "http.sock")
        self.door_port = free_port()
        text = (CONTRIB / name / "doorward.ini").read_text()
        frontend = re.search(r"\[frontend\]\n(.*?)\n\[", text, re.S).group(1)
        listen = re.search(r"^listen = (.*)$", text, re.M).group(1)
        listen = listen.replace("/run/doorward/http.sock", self.http)
        listen = listen.replace("127.0.0.1:9080", f"127.0.0.1:{self.door_port}")
        policy = "[policy " + text.split("\n[policy ")[1]
        self.door = doorward(
            policy + "[policy open]\nrdns = off\nallow = *\n",
            server=f"listen = {listen}",
            frontend=frontend,
            server_of_names=names,
        )

    def get(self, address="127.0.0.1", headers=(), **how):
        return web.get(
            self.port,
            "/",
            headers,
            ca=self.pki.authority.file,
            source=address,
            host=self.host,
            **how,
        )


def client_table(pki):
    forged = [
        ("X-Real-IP", "127.0.0.2"),
        ("X-Forwarded-For", "127.0.0.2"),
        ("X-Doorward-Policy", "open"),
        ("X-SSL-Client-Cert", base64.b64encode(pki.alice.der).decode()),
        ("X-SSL-Client-Verify", "0"),
        ("X-Client-Hostname", "host.partner.example"),
    ]
    return [
        # address, certificate, headers, whether it is let in
        ("127.0.0.2", None, (), True),
        ("127.0.0.3", None, (), False),  # its PTR is false
        ("127.0.0.1", None, (), False),
        ("127.0.0.1", pki.alice, (), True),
        ("127.0.0.1", pki.only_cn, (), False),
        ("127.0.0.2", None, forged, True),
        ("127.0.0.3", None, forged, False),
        ("127.0.0.1", None, forged, False),
        ("127.0.0.1", None, [("X_Real_IP", "127.0.0.2")], False),
        *[("127.0.0.1", None, [header], False) for header in forged],
    ]


def check(site, pki):
    for address, cert, headers, comes_in in client_table(pki):
        for method, body in [("GET", None), ("POST", b"x" * 5000)]:
            response = site.get(address, headers, cert=cert, method=method, body=body)
            told = (address, cert and cert.file, headers, method, response, site.door.stderr()[-900:])
            assert (response.status in (200, 405)) == comes_in, told
            assert ("inside" in response.body) <= comes_in, told
            if not comes_in:
                assert response.status == 403, told
                shown = [name for name, _ in response.headers if TELLING.match(name)]
                assert shown in ([], ["X-Doorward-Id"]) or shown == ["x-doorward-id"], told


def check_the_identifier(site):
    """A denied client is shown the identifier of its line in the log."""
    forged = [("X-Doorward-Id", "f" * 24)]
    identifier = site.get("127.0.0.3", forged).header("X-Doorward-Id")
    site.door.wait_for_log(f'"id":"{identifier}","verdict":"deny"')


def forgeries(pki):
    """Each fact that a client could claim, by each name that a front end or doorward uses for
    it."""
    cert = base64.b64encode(pki.alice.der).decode()
    return [
        *[(name, "127.0.0.2") for name in ["X-Real-IP", "X-Forwarded-For", "X-Client-IP"]],
        ("Forwarded", "for=127.0.0.2"),
        ("X-SSL-Client-Cert", cert),
        ("X-SSL-Client-Verify", "0"),
        ("ssl-client-cert", pki.alice.escaped),
        ("ssl-client-verify", "SUCCESS"),
        ("ssl-client-subject-dn", "CN=alice,O=Acme"),
        ("X-Forwarded-Client-Cert", xfcc(pki.alice)),
        ("X-Forwarded-Tls-Client-Cert", cert),
        ("Client-Cert", f":{cert}:"),
        ("Client-Cert-Chain", f":{cert}:"),
        ("X-Doorward-Policy", "open"),
        ("Doorward-Policy", "open"),
        ("Doorward-Trust-Headers", "1"),
        ("Remote-Addr", "127.0.0.2"),
    ]


def check_that_nobody_passes_for_another(get, pki):
    """`get(headers)` sends a request of a client that is not let in without these headers."""
    forged = forgeries(pki)
    for headers in [[], forged, *[[one] for one in forged]]:
        response = get(headers)
        assert response.status == 403 and "inside" not in response.body, headers
    for name, value in forged:
        assert get([(name.replace("-", "_"), value)]).status in (400, 403), name


@pytest.fixture(params=["verifying", "asking for no certificate"])
def verifies(request):
    """Whether the front end asks for certificates: without, what replaces their headers?"""
    return request.param == "verifying"


@pytest.fixture
def caddy(folder, pki, doorward, names, stack, verifies):
    site = Site(folder, pki, doorward, names, "caddy")
    site.host = "localhost"  # Caddy requires that the names in TLS and in the request agree
    text = (CONTRIB / "caddy" / "Caddyfile").read_text()
    for there, here in {
        "www.example.com {\n\ttls {": f"https://localhost:{site.port} {{\n"
        f"\tbind 127.0.0.1\n\ttls {pki.server.file} {pki.server.key_file} {{",
        "/etc/caddy/clients-ca.crt": pki.authority.file,
        "unix//run/doorward/http.sock": f"unix/{site.http}",
        "/srv/www": site.www,
    }.items():
        assert there in text
        text = text.replace(there, str(here))
    if not verifies:
        text, count = re.subn(r"\t\tclient_auth \{.*?\n\t\t\}\n", "", text, flags=re.S)
        assert count == 1
    file = folder / "Caddyfile"
    file.write_text("{\n\tadmin off\n\tauto_https off\n\tskip_install_trust\n}\n" + text)
    server = Server(
        folder,
        "caddy",
        ["/usr/bin/caddy", "run", "--config", file, "--adapter", "caddyfile"],
        site.port,
        env={**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)},
    )
    stack.callback(server.close)
    return site


def test_caddy(caddy, pki, verifies):
    check_that_nobody_passes_for_another(lambda headers: caddy.get("127.0.0.1", headers), pki)
    if not verifies:
        return
    check(caddy, pki)
    check_the_identifier(caddy)
    caddy.door.stop()
    response = caddy.get("127.0.0.2")
    assert response.status >= 500 and "inside" not in response.body


def test_a_denial_by_caddy_is_not_for_others(caddy, pki, folder, nginx):
    """A cache in front, which asks Caddy from the address of each client, keeps no denial."""
    port = free_port()
    nginx(
        f"proxy_cache_path {folder}/kept keys_zone=kept:1m;\n"
        f"server {{ listen 127.0.0.1:{port}; location / {{\n"
        "proxy_cache kept; proxy_ssl_server_name on; proxy_ssl_name localhost;\n"
        "proxy_bind $remote_addr; proxy_set_header Host localhost;\n"
        "add_header X-Kept $upstream_cache_status always;\n"
        f"proxy_pass https://127.0.0.1:{caddy.port}; }} }}",
        port,
    )
    for address, status in [("127.0.0.3", 403), ("127.0.0.2", 200), ("127.0.0.3", 403)]:
        response = web.get(port, source=address)
        assert response.status == status, (address, response, caddy.door.stderr()[-900:])
        if status == 403:
            assert response.header("Cache-Control") == "no-store"
            assert response.header("X-Kept") in ("MISS", "BYPASS")


def test_nginx_keeps_denials_over_http_for_itself(folder, doorward, nginx):
    """By X-Accel-Expires, which takes precedence over Cache-Control: no-store."""
    port, sock = free_port(), str(folder / "http.sock")
    door = doorward("[policy default]\nrdns = off\nallow = ip 127.0.0.2\n", server=f"listen = http:unix:{sock}")
    nginx(
        f"proxy_cache_path {folder}/kept keys_zone=kept:1m;\n"
        f"server {{ listen 127.0.0.1:{port};\n"
        "location / { auth_request /doorward; auth_request_set $kept $upstream_cache_status;\n"
        "add_header X-Kept $kept always; root /nonexistent; error_page 404 =204 @in; }\n"
        "location @in { return 204; }\n"
        "location = /doorward { internal; proxy_cache kept; proxy_cache_key $remote_addr;\n"
        "proxy_pass_request_headers off; proxy_pass_request_body off;\n"
        "proxy_set_header X-Real-IP $remote_addr; proxy_set_header Content-Length '';\n"
        f"proxy_pass http://unix:{sock}:/auth; }} }}",
        port,
    )
    for address, status in [("127.0.0.2", 204), ("127.0.0.3", 403)]:
        seen = [web.get(port, source=address) for _ in range(2)]
        assert [response.status for response in seen] == [status] * 2
        assert seen[1].status != 403 or seen[1].header("X-Kept") == "HIT", seen
        assert seen[1].header("Cache-Control") is None
    assert len(door.decisions(2)) == 2


@pytest.fixture
def haproxy(folder, pki, doorward, names, nginx, stack, verifies):
    site = Site(folder, pki, doorward, names, "haproxy")
    application = free_port()
    nginx(
        f"server {{ listen 127.0.0.1:{application}; location / {{\n"
        "return 200 'inside $http_x_client_hostname|$http_x_client_subject'; } }",
        application,
    )
    pem = folder / "server.pem"
    pem.write_text(pki.server.file.read_text() + pki.server.key_file.read_text())
    text = (CONTRIB / "haproxy" / "haproxy.cfg").read_text()
    for there, here in {
        "/etc/haproxy/doorward.lua": CONTRIB / "haproxy" / "doorward.lua",
        "bind :443": f"bind 127.0.0.1:{site.port}",
        "/etc/haproxy/server.pem": pem,
        "/etc/haproxy/clients-ca.crt": pki.authority.file,
        "127.0.0.1:8080": f"127.0.0.1:{application}",
    }.items():
        assert there in text
        text = text.replace(there, str(here))
    if not verifies:
        text, count = re.subn(r" ca-file \S+ verify optional", "", text)
        assert count == 1
    file = folder / "haproxy.cfg"
    file.write_text(text)
    server = Server(
        folder,
        "haproxy",
        ["/usr/sbin/haproxy", "-db", "-f", file],
        site.port,
        env={**os.environ, "DOORWARD_URL": f"http://127.0.0.1:{site.door_port}"},
    )
    stack.callback(server.close)
    return site


def test_haproxy(haproxy, pki, verifies):
    check_that_nobody_passes_for_another(lambda headers: haproxy.get("127.0.0.1", headers), pki)
    if not verifies:
        return
    check(haproxy, pki)
    check_the_identifier(haproxy)
    assert haproxy.get("127.0.0.2").body == "inside host.partner.example|"
    assert haproxy.get(cert=pki.alice).body == "inside |CN=alice,O=Acme"
    haproxy.door.stop()
    response = haproxy.get("127.0.0.2")
    assert response.status == 503 and "inside" not in response.body


def test_nginx_keeps_its_connections(folder, pki, doorward, names, nginx, verifies):
    port, http = free_port(), str(folder / "http.sock")
    examples = REPOSITORY / "nginx-examples"
    door = doorward(
        "[policy open]\nrdns = off\nallow = *\n",
        before=f"include = {examples}/keepalive.ini\n",
        server=f"listen = http:unix:{http}",
        server_of_names=names,
    )
    text = (examples / "keepalive.conf").read_text()
    (folder / "www").mkdir()
    (folder / "www" / "index.html").write_text("inside\n")
    for there, here in {
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        "listen [::]:443 ssl;": "",
        "/etc/nginx/tls/server.crt": pki.server.file,
        "/etc/nginx/tls/server.key": pki.server.key_file,
        "/etc/nginx/tls/clients-ca.crt": pki.authority.file,
        "/srv/www": folder / "www",
        "/run/doorward/http.sock": http,
    }.items():
        assert there in text
        text = text.replace(there, str(here))
    if not verifies:
        text, count = re.subn(r"ssl_(verify_client|client_certificate) [^;]*;", "", text)
        assert count == 2
    nginx(text, port)

    class Here:
        def __init__(self):
            self.door = door

        def get(self, address="127.0.0.1", headers=(), **how):
            return web.get(port, "/", headers, ca=pki.authority.file, source=address, **how)

    check_that_nobody_passes_for_another(lambda headers: Here().get("127.0.0.1", headers), pki)
    if not verifies:
        return
    check(Here(), pki)
    assert len(door.decisions()) > 20
    # Denials have no body: nginx would not keep a connection with a body that it does not read.
    for _ in range(20):
        assert Here().get("127.0.0.2").status == 200
        assert Here().get("127.0.0.3").status == 403
    with open("/proc/net/unix") as table:
        established = [row for row in table if " 03 " in row and http in row]
    assert len(established) == 1
    wire = Wire(http)
    wire.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
    accepted = re.search(
        r'doorward_connections_accepted_total\{protocol="http"\} (\d+)', wire.answer()[2]
    )
    wire.close()
    assert int(accepted[1]) == 2  # nginx's and this one
    door.stop()
    assert Here().get("127.0.0.2").status == 500


def ask(address, text):
    wire = Wire(address)
    wire.send(text.replace("\n", "\r\n"))
    status, headers, _ = wire.answer()
    wire.close()
    return status, headers


# As Traefik 2 and 3 send it (pkg/middlewares/auth/forward.go): the client's headers, X-Forwarded-*,
# and those of passTLSClientCert.
TRAEFIK = """\
GET /auth/traefik HTTP/1.1
Host: 10.0.0.2:9080
User-Agent: curl/7.88.1
Accept: */*
Accept-Encoding: gzip
X-Forwarded-For: {address}
X-Forwarded-Host: www.example.com
X-Forwarded-Method: POST
X-Forwarded-Port: 443
X-Forwarded-Proto: https
X-Forwarded-Server: traefik
X-Forwarded-Tls-Client-Cert: {cert}
X-Forwarded-Uri: /path?query
X-Real-Ip: {address}

"""
# As Envoy sends it (ext_authz_http_impl.cc): method, path with the prefix, Host, and what
# allowed_headers names; hop-by-hop headers of its own.
ENVOY = """\
POST /auth/envoy/path?query HTTP/1.1
host: www.example.com
content-length: 0
user-agent: curl/7.88.1
x-forwarded-client-cert: {xfcc}
x-envoy-internal: true
x-forwarded-for: {address}
x-envoy-expected-rq-timeout-ms: 5000

"""
# As ingress-nginx sends it (nginx.tmpl, location /_external-auth): the client's headers besides.
INGRESS = """\
GET /auth/ingress HTTP/1.1
Host: doorward.doorward.svc.cluster.local
X-Request-ID: 5e3b0f4a8e0b4d0f8e0b4d0f8e0b4d0f
X-Original-URL: https://www.example.com/path?query
X-Original-Method: POST
X-Sent-From: nginx-ingress-controller
X-Real-IP: {address}
X-Forwarded-For: {address}
X-Auth-Request-Redirect: /path?query
ssl-client-verify: {verify}
ssl-client-subject-dn: {subject}
ssl-client-issuer-dn: {issuer}
ssl-client-cert: {escaped}
user-agent: curl/7.88.1
accept: */*

"""


def xfcc(cert):
    digest = hashlib.sha256(cert.der).hexdigest()
    return f'Hash={digest};Cert="{cert.escaped}";Subject="CN=alice,O=Acme";URI='


@pytest.mark.parametrize(
    "name, text",
    [("traefik", TRAEFIK), ("envoy", ENVOY), ("ingress-nginx", INGRESS)],
    ids=["traefik", "envoy", "ingress-nginx"],
)
def test_front_ends_that_debian_lacks(folder, pki, doorward, names, name, text):
    port = free_port()
    ini = (CONTRIB / name / "doorward.ini").read_text()
    frontend = re.search(r"\[frontend\]\n(.*?)\n\[", ini, re.S).group(1)
    frontend = re.sub(r"trusted_proxies = .*", "trusted_proxies = 127.0.0.1", frontend)
    door = doorward(
        "[policy " + ini.split("\n[policy ")[1],
        server=f"listen = http:127.0.0.1:{port}\n{IN_ORDER}",
        frontend=frontend,
        server_of_names=names,
    )

    def get(address, cert):
        filled = text.format(
            address=address,
            cert=base64.b64encode(cert.der).decode() if cert else "",
            xfcc=xfcc(cert) if cert else "",
            escaped=cert.escaped if cert else "",
            verify="SUCCESS" if cert else "NONE",
            subject=cert.x509.subject.rfc4514_string() if cert else "",
            issuer=cert.x509.issuer.rfc4514_string() if cert else "",
        )
        # Without a certificate none of its headers is sent.
        if cert is None:
            filled = "\n".join(
                line
                for line in filled.split("\n")
                if not re.match(r"x-forwarded-(tls-)?client-cert|ssl-client-(cert|subj|issuer)", line, re.I)
            )
        return ask(("127.0.0.1", port), filled)

    for address, cert, status in [
        ("127.0.0.2", None, 200),
        ("127.0.0.3", None, 403),
        ("127.0.0.1", None, 403),
        ("127.0.0.1", pki.alice, 200),
        ("127.0.0.1", pki.only_cn, 403),
        ("127.0.0.1", pki.expired, 403),
    ]:
        got, headers = get(address, cert)
        assert got == status, (address, cert, headers, door.decisions()[-1])
        assert "connection" not in headers
    decision = door.decisions()[-1]
    assert (decision["method"], decision["uri"]) == ("POST", "/path?query")
    assert decision["http_host"] == "www.example.com"


@pytest.fixture
def controller(folder, pki, doorward, names, nginx):
    """Starts it for an Ingress with these annotations: asks a policy of the shipped doorward.ini."""

    def start(secret, passes, config_map=True, policy="ingress"):
        port, door_port = free_port(), free_port()
        ini = (CONTRIB / "ingress-nginx" / "doorward.ini").read_text()
        door = doorward(
            "[policy " + ini.split("\n[policy ", 1)[1] + "[policy open]\nrdns = off\nallow = *\n",
            server=f"listen = http:127.0.0.1:{door_port}\n{IN_ORDER}",
            frontend="profile = ingress-nginx\ntrusted_proxies = 127.0.0.1",
            server_of_names=names,
        )
        (folder / "www").mkdir()
        (folder / "www" / "index.html").write_text("inside\n")
        tls = f"ssl_client_certificate {pki.authority.file}; ssl_verify_client optional;"
        lines = (PASS_CERTIFICATE if passes else "") + AUTH_TLS_SECRET
        recipe = (CONTRIB / "ingress-nginx" / "ingress.yaml").read_text()
        of_the_config_map = lines_of_the_config_map(list(yaml.safe_load_all(recipe)))
        nginx(
            CONTROLLER.format(
                port=port,
                server=pki.server,
                tls=tls if secret else "",
                content=f"root {folder / 'www'};",
                lines=(lines if secret else "") + (of_the_config_map if config_map else ""),
                door=door_port,
                policy=policy,
            ),
            port,
        )

        def get(headers=(), address="127.0.0.1", cert=None):
            how = dict(ca=pki.authority.file, source=address, cert=cert)
            return web.get(port, "/", headers, **how)

        return get, door

    return start


def test_ingress_with_the_annotations_of_the_recipe(controller, pki):
    annotations = (CONTRIB / "ingress-nginx" / "ingress.yaml").read_text().split("\nkind: Ingress")[1]
    assert "auth-tls-secret: " in annotations and "pass-certificate" not in annotations
    get, _ = controller(secret=True, passes=False)
    assert get(cert=pki.alice).status == get(address="127.0.0.2").status == 200
    assert get(address="127.0.0.3").status == get(cert=pki.only_cn).status == 403
    check_that_nobody_passes_for_another(get, pki)
    check_that_nobody_passes_for_another(lambda headers: get(headers, cert=pki.only_cn), pki)


@pytest.mark.parametrize("policy", ["ingress", "ingress-plain"])
def test_ingress_with_the_config_map_alone(controller, pki, policy):
    """Without auth-tls-secret the ConfigMap removes the client's own certificate."""
    get, _ = controller(secret=False, passes=False, policy=policy)
    assert get(address="127.0.0.2").status == 200
    check_that_nobody_passes_for_another(get, pki)
    forged = [("ssl-client-cert", pki.alice.escaped), ("ssl-client-verify", "SUCCESS")]
    assert get(forged).status == 403


def test_ingress_that_sends_the_certificate_twice(controller, pki):
    get, door = controller(secret=True, passes=True)
    assert get(cert=pki.alice).status == 403
    assert door.decisions()[-1]["reason"] == "duplicate_input"


def test_ingress_with_pass_certificate_to_upstream(controller, pki):
    get, _ = controller(secret=True, passes=True, config_map=False)
    assert get(cert=pki.alice).status == get(address="127.0.0.2").status == 200
    check_that_nobody_passes_for_another(get, pki)
    check_that_nobody_passes_for_another(lambda headers: get(headers, cert=pki.only_cn), pki)


def test_ingress_that_does_not_replace_the_certificate(controller, pki):
    """The verdict comes from the controller, ssl-client-cert from the client."""
    get, door = controller(secret=True, passes=False, config_map=False)
    assert get(address="127.0.0.2").status == 200
    assert get(cert=pki.alice).status == 403  # her certificate does not get here
    assert door.decisions()[-1]["reason"] == "cert_missing"
    check_that_nobody_passes_for_another(get, pki)
    check_that_nobody_passes_for_another(lambda headers: get(headers, cert=pki.only_cn), pki)
    assert get([("ssl-client-cert", pki.alice.escaped)], cert=pki.only_cn).status == 403
    decision = door.decisions()[-1]
    assert decision["reason"] == "cert_unverified"
    assert "verified another certificate" in decision["detail"]
    assert "auth-tls-pass-certificate-to-upstream" in decision["detail"]
    # The subject of another client with the true issuer, and the other way round.
    assert get([("ssl-client-cert", pki.stranger.escaped)], cert=pki.alice).status == 403
    # An empty subject, whose header the controller leaves out.
    nameless = pki.authority.issue("nameless", subject="", uri=["spiffe://other.example/x"])
    assert get([("ssl-client-cert", pki.alice.escaped)], cert=nameless).status == 403
    assert get([("ssl-client-cert", nameless.escaped)], cert=pki.alice).status == 403


def test_ingress_without_auth_tls_secret(controller, pki):
    """All these headers are the client's own: the policy for such an Ingress reads none of them."""
    get, _ = controller(secret=False, passes=False, config_map=False, policy="ingress-plain")
    assert get(address="127.0.0.2").status == 200
    check_that_nobody_passes_for_another(get, pki)


def test_the_shipped_configurations_check_out(folder, pki):
    from kit.doorward import run

    for path in CONTRIB.glob("*/doorward.ini"):
        run("-t", "-c", path, expect=0)
    for path in CONTRIB.glob("*/*.y*ml"):
        assert all(yaml.safe_load_all(path.read_text())), path
