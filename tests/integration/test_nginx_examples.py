# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The shipped nginx configurations with their policies, as they are but for ports and paths."""

import pytest

from conftest import REPOSITORY
from kit import web
from kit.doorward import run
from kit.names import Nsd, reverse
from kit.process import free_port

EXAMPLES = REPOSITORY / "nginx-examples"
PRESETS = {"crawlers"}  # whose policy is one that is installed
GOOGLEBOT = {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}
FORGERIES = [
    {"X-Real-IP": "192.0.2.1"},
    {"X-Forwarded-For": "192.0.2.1"},
    {"X-SSL-Client-Verify": "SUCCESS"},
    {"Doorward-Policy": "open", "Doorward-Trust-Headers": "1"},
]


class Example:
    def __init__(self, name, folder, pki, doorward, nginx, names):
        self.pki, self.port = pki, free_port()
        www = folder / "www"
        (www / "admin").mkdir(parents=True)
        (www / "index.html").write_text("front\n")
        (www / "admin" / "index.html").write_text("admin\n")
        (folder / "verdicts").mkdir()
        self.door = doorward(
            "[policy open]\nrdns = off\nallow = *\n",
            before=f"include = {REPOSITORY / 'conf' if name in PRESETS else EXAMPLES}/{name}.ini\n",
            dns="timeout = 200ms\nlookup_timeout = 1s",
            server_of_names=names,
        )
        text = (EXAMPLES / f"{name}.conf").read_text()
        for there, here in {
            "listen 443 ssl;": f"listen 127.0.0.1:{self.port} ssl;",
            "listen [::]:443 ssl;": "set_real_ip_from 127.0.0.1; real_ip_header X-Played-Client;",
            "/etc/nginx/tls/server.crt": pki.server.file,
            "/etc/nginx/tls/server.key": pki.server.key_file,
            "/etc/nginx/tls/clients-ca.crt": pki.authority.file,
            "/srv/www": www,
            "/run/doorward/doorward.sock": self.door.socket,
            "/dev/shm/doorward-verdicts": folder / "verdicts",
        }.items():
            text = text.replace(there, str(here))
        assert "443" not in text and "/etc/nginx/tls" not in text
        nginx(text, self.port)

    def get(self, address, headers=(), path="/", **how):
        pairs = [("X-Played-Client", address)] + list(dict(headers).items())
        return web.get(self.port, path, pairs, ca=self.pki.authority.file, **how)

    def reasons(self):
        return [line["reason"] for line in self.door.decisions()]


@pytest.fixture
def example(folder, pki, doorward, nginx, tap):
    return lambda name: Example(name, folder, pki, doorward, nginx, tap)


def test_every_example_is_here():
    names = {path.stem for path in EXAMPLES.glob("*.conf")}
    own = {"mutual-tls", "crawlers", "admin", "cached", "azure", "forwarded"}
    assert names == own | {"keepalive", "php"}  # of test_http_frontends.py, test_front_ends.py
    assert names - PRESETS == {path.stem for path in EXAMPLES.glob("*.ini")}


def test_mutual_tls(example, pki):
    site = example("mutual-tls")
    response = site.get("192.0.2.4", cert=pki.alice)
    assert (response.status, response.body) == (200, "front\n")
    assert response.header("X-Client-Subject") == "CN=alice,O=Acme"
    assert site.get("192.0.2.4", cert=pki.only_cn).status == 403
    assert site.get("192.0.2.4", cert=pki.expired).status == 400  # by nginx itself
    assert site.get("192.0.2.4", cert=pki.stranger).status == 400
    assert site.get("192.0.2.4").status == 403
    stolen = {"X-SSL-Client-Cert": pki.alice.escaped, "X-SSL-Client-Verify": "SUCCESS"}
    for forged in FORGERIES + [stolen]:
        assert site.get("192.0.2.4", forged).status == 403
        assert site.get("192.0.2.4", forged, cert=pki.alice).status == 200
    assert site.get("192.0.2.4", path="/doorward").status == 404
    assert set(site.reasons()) == {"rule", "default", "cert_missing"}


def test_a_certificate_with_many_names(example, pki):
    """Its answer is longer than nginx's default buffer."""
    names = [f"{'n' * 60}{number}.{'x' * 60}.partner.example" for number in range(60)]
    site = example("mutual-tls")
    assert site.get("192.0.2.4", cert=pki.authority.issue("many", dns=names)).status == 200


def test_crawlers(example, tap):
    site = example("crawlers")
    for address in ["192.0.2.1", "192.0.2.4", "203.0.113.5"]:
        assert site.get(address, {"User-Agent": "curl/7.88.1"}).status == 200
        assert site.get(address).status == 200
    assert tap.count() == 0
    real = site.get("66.249.66.1", GOOGLEBOT)
    assert real.status == 200
    assert real.header("X-Client-Hostname") == "crawl-66-249-66-1.googlebot.com"
    for address in ["192.0.2.13", "192.0.2.14", "192.0.2.1", "192.0.2.4"]:
        assert site.get(address, GOOGLEBOT).status == 403
        for forged in FORGERIES + [{"X-Real-IP": "66.249.66.1"}]:
            assert site.get(address, {**GOOGLEBOT, **forged}).status == 403
    # Nobody knows: come back later.
    response = site.get("203.0.113.5", GOOGLEBOT)
    assert (response.status, response.header("Retry-After")) == (503, "120")


def test_admin(folder, pki, doorward, nginx, stack):
    nsd = Nsd(
        folder,
        {
            "office.example": "pc1 A 192.0.2.1\n",
            "2.0.192.in-addr.arpa": "1 PTR pc1.office.example.\n2 PTR pc1.office.example.\n",
        },
    )
    stack.callback(nsd.close)
    site = Example("admin", folder, pki, doorward, nginx, nsd)
    admin = pki.authority.issue("root", dns=["root.admins.example"])

    assert site.get("192.0.2.4").body == "front\n"
    response = site.get("192.0.2.1", path="/admin/", cert=admin)
    assert (response.status, response.body) == (200, "admin\n")
    assert response.header("X-Client-Hostname") == "pc1.office.example"
    assert response.header("X-Client-Subject") == "CN=root,O=Acme"
    refused = [
        ("192.0.2.1", None),
        ("192.0.2.1", pki.alice),  # not an administrator
        ("192.0.2.2", admin),  # forged PTR
        ("192.0.2.4", admin),  # no name
    ]
    for address, cert in refused:
        for forged in [{}] + FORGERIES:
            assert site.get(address, forged, path="/admin/", cert=cert).status == 403
    for path in ["/admin/index.html", "//admin/", "/admin/../admin/", "/%61dmin/"]:
        assert site.get("192.0.2.2", path=path, cert=admin).status == 403


def test_cached(example, pki, tap):
    site = example("cached")

    def asked(*args, **how):
        before = len(site.reasons())
        response = site.get(*args, **how)
        return response.status, len(site.reasons()) - before

    # Denials are kept like allows, for their own time.
    assert asked("192.0.2.1") == (403, 1)
    assert asked("192.0.2.1") == (403, 0)
    assert asked("66.249.66.1", GOOGLEBOT) == (200, 1)
    assert asked("66.249.66.1", GOOGLEBOT) == (200, 0)
    assert site.get("66.249.66.1", GOOGLEBOT).header("X-Client-Hostname") == (
        "crawl-66-249-66-1.googlebot.com"
    )
    # Each input makes a verdict of its own: address, user agent, certificate.
    assert asked("192.0.2.13", GOOGLEBOT) == (403, 1)
    assert asked("192.0.2.13") == (403, 1)
    assert asked("66.249.66.1") == (200, 1)
    assert asked("192.0.2.1", cert=pki.alice) == (200, 1)
    assert asked("192.0.2.1", cert=pki.alice) == (200, 0)
    assert asked("192.0.2.1", cert=pki.only_cn) == (403, 1)
    assert asked("192.0.2.1", cert=pki.rsa) == (200, 1)
    assert asked("192.0.2.1") == (403, 0)
    for forged in FORGERIES:
        assert asked("192.0.2.1", forged) == (403, 0)
    # A user agent cannot pass for another request's certificate.
    glued = f"SUCCESS|x|{GOOGLEBOT['User-Agent']}"
    assert asked("192.0.2.1", {"User-Agent": glued})[0] == 403
    # What failed is not kept.
    tap.drop(reverse("192.0.2.16"))
    assert asked("192.0.2.16") == (403, 1)
    assert asked("192.0.2.16") == (403, 1)


def test_every_example_closes_the_ways_around_it():
    for path in EXAMPLES.glob("*.conf"):
        text = path.read_text()
        if path.stem == "keepalive":
            continue  # over HTTP: below
        for line in [
            "internal;",
            "fastcgi_pass_request_headers off;",
            "fastcgi_pass_request_body off;",
            'fastcgi_param CONTENT_LENGTH "";',
            "fastcgi_param REMOTE_ADDR $remote_addr;",
            f"fastcgi_param DOORWARD_POLICY {path.stem};",
        ]:
            assert line in text, (path.name, line)
        if "ssl_verify_client" in text:
            assert "fastcgi_param SSL_CLIENT_CERT $ssl_client_raw_cert;" in text
            assert "fastcgi_param SSL_CLIENT_VERIFY $ssl_client_verify;" in text
    text = (EXAMPLES / "keepalive.conf").read_text()
    for line in [
        "internal;",
        "proxy_pass_request_headers off;",
        "proxy_pass_request_body off;",
        'proxy_set_header Content-Length "";',
        "proxy_set_header X-Real-IP $remote_addr;",
        "proxy_set_header X-SSL-Client-Cert $ssl_client_escaped_cert;",
        "proxy_set_header X-SSL-Client-Verify $ssl_client_verify;",
        "proxy_pass http://doorward/auth/keepalive;",
    ]:
        assert line in text, line


def test_policies_check_out(folder, pki):
    for path in EXAMPLES.glob("*.ini"):
        text = path.read_text().replace("/etc/doorward/clients-ca.crt", str(pki.authority.file))
        (folder / path.name).write_text(text)
        run("-t", "-c", folder / path.name, expect=0)
