# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The shipped configurations for nginx's module, with the policies of the examples that they shorten,
and the first example of the README."""

import base64
import http.server
import json
import re
import threading

import pytest

from kit.frontends import Nginx
from kit.names import Nsd, Tap, reverse
from kit.nginx_module import MODULE, TROUBLE, ModuleNginx, needs_module
from kit.process import wait_for
from test_nginx_examples import (
    EXAMPLES,
    FORGERIES,
    GOOGLEBOT,
    IMPOSTOR,
    NOBODY,
    PARTNER,
    PLACES,
    SECRET,
    Echo,
    Example,
)
from test_readme import NAMES, block

pytestmark = needs_module


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    nsd = Nsd(tmp_path_factory.mktemp("places"), PLACES)
    yield nsd
    nsd.close()


@pytest.fixture
def site(folder, pki, doorward, places, stack):
    """As that of the other examples, with the module loaded."""

    def nginx(http, port):
        server = Nginx(folder, http, port, main=f"load_module {MODULE};\nworker_processes 1;")
        stack.callback(server.close)
        stack.callback(lambda: check_log(server))
        return server

    def check_log(server):
        assert not TROUBLE.search(server.process.output()), server.process.output()

    def start(name, names=None, **more):
        tap = Tap((names or places).port)
        stack.callback(tap.close)
        started = Example(f"module-{name}", folder, pki, doorward, nginx, tap, **more)
        started.tap = tap
        return started

    return start


def test_mutual_tls(site, pki):
    site = site("mutual-tls")
    response = site.get(NOBODY, cert=pki.alice)
    assert (response.status, response.body) == (200, "front\n")
    assert response.header("X-Client-Subject") == "CN=alice,O=Acme"
    stolen = {"X-SSL-Client-Cert": pki.alice.escaped, "X-SSL-Client-Verify": "SUCCESS"}
    for forged in [{}, *FORGERIES, stolen]:
        assert site.get(NOBODY, forged, cert=pki.only_cn).status == 403
        assert site.get(NOBODY, forged).status == 403
    assert site.get(NOBODY, cert=pki.stranger).status == 400  # by nginx itself


def test_admin(site, pki):
    site = site("admin")
    admin = pki.authority.issue("root", dns=["root.admins.example"])
    assert site.get(NOBODY).body == "front\n"
    response = site.get("192.0.2.1", path="/admin/", cert=admin)
    assert (response.status, response.body) == (200, "admin\n")
    assert response.header("X-Client-Hostname") == "pc1.office.example"
    assert response.header("X-Client-Subject") == "CN=root,O=Acme"
    for address, cert in [("192.0.2.1", None), ("192.0.2.1", pki.alice), ("192.0.2.2", admin)]:
        for path in ["/admin/", "/admin/index.html", "//admin/", "/%61dmin/", "/x/../admin/"]:
            assert site.get(address, path=path, cert=cert).status == 403, path


def test_policies(site, pki):
    site = site("policies")
    admin = pki.authority.issue("root", dns=["root.admins.example"])
    for address, cert, seen in [
        (NOBODY, None, ["/"]),
        ("198.51.100.7", None, []),
        (PARTNER, None, ["/", "/partners/"]),
        (IMPOSTOR, None, ["/"]),
        (NOBODY, pki.alice, ["/", "/partners/"]),
        ("192.0.2.1", admin, ["/", "/admin/"]),
    ]:
        for path in ["/", "/partners/", "/admin/"]:
            response = site.get(address, path=path, cert=cert)
            assert response.status == (200 if path in seen else 403), (address, path)


@pytest.fixture
def behind(site, stack):
    def start(name):
        back = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
        back.daemon_threads = True
        threading.Thread(target=back.serve_forever, daemon=True).start()
        stack.callback(back.server_close)
        stack.callback(back.shutdown)
        return site(name, **{"127.0.0.1:8000": f"127.0.0.1:{back.server_port}"})

    return start


def test_application(behind, pki):
    site = behind("application")

    def facts(response):
        assert response.status == 200, response
        return [(k, v) for k, v in json.loads(response.body)["headers"] if re.match("X.(Client|Doorward)", k)]

    got = dict(facts(site.get(PARTNER, cert=pki.alice)))
    assert (got["X-Client-Hostname"], got["X-Client-Rdns"]) == ("host.partner.example", "verified")
    assert got["X-Client-Cert-Subject"] == "CN=alice,O=Acme"
    assert got["X-Client-Cert-Fingerprint"] == pki.alice.sha256
    assert got["X-Doorward-Secret"] == SECRET
    plain = facts(site.get(PARTNER))
    for name in [*got, "X-Doorward-Anything"]:
        for forged in [name, name.lower(), name.replace("-", "_")]:
            assert facts(site.get(PARTNER, [(forged, "forged")] * 2)) == plain, forged
    assert site.get(NOBODY).status == 403
    size = 3_000_000
    upload = site.get(PARTNER, path="/upload/", method="POST", body=b"x" * size)
    assert json.loads(upload.body)["body"] == size
    log = site.folder / "application.log"
    wait_for(lambda: '"status":403' in log.read_text(), "the log")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert (lines[0]["hostname"], lines[0]["reason"]) == ("host.partner.example", "rule")
    assert "1" in {line["cached"] for line in lines}
    assert len(site.door.decisions()) < len(lines)


def test_rate(behind, pki):
    site = behind("rate")

    def ask(address, **how):
        response = site.get(address, path="/api/", **how)
        return response.status, response.header("Retry-After")

    assert [ask(NOBODY) for _ in range(7)] == [(200, None)] * 5 + [(429, "12")] * 2
    assert ask(NOBODY, method="POST", body=b"x" * 100_000) == (429, "12")
    assert ask(PARTNER) == ask(NOBODY, cert=pki.alice) == (200, None)
    assert ask("198.51.100.7") == (403, None)


def test_satisfy(site, pki):
    site = site("satisfy")
    password = {"Authorization": "Basic " + base64.b64encode(b"ann:sesame").decode()}

    def ask(address, headers=(), **how):
        response = site.get(address, headers, "/intranet/", **how)
        return response.status, response.header("X-Client-Hostname")

    assert ask("10.1.2.3") == ask(NOBODY, password) == (200, None)
    assert ask(PARTNER) == (200, "host.partner.example")
    assert ask(NOBODY, cert=pki.alice) == (200, None)
    for forged in FORGERIES:
        assert ask(NOBODY, forged)[0] == ask(IMPOSTOR)[0] == 401
    # A failing doorward lets no client in, and keeps no client out that another rule lets in.
    site.door.stop()
    assert ask("10.1.2.3")[0] == ask(NOBODY, password)[0] == 200
    assert ask(PARTNER)[0] == 401


def test_errors(site, pki):
    site = site("errors")
    alice = {"cert": pki.alice}
    pages = []  # the identifiers that error pages of doorward's denials have shown

    def shown(response):
        """The page without the identifier."""
        text, found, request = response.body.partition("Request ")
        if found:
            assert re.fullmatch("[0-9a-f]{24}\n", request), response.body
            pages.append(request.strip())
        return text

    assert site.get(PARTNER, **alice).body == "front\n"
    for address, how, text in [
        (PARTNER, {}, "This page needs a client certificate.\n"),
        (IMPOSTOR, alice, "You may not see this page.\n"),
        (PARTNER, {"cert": pki.stranger}, "Your certificate is not accepted here.\n"),
    ]:
        response = site.get(address, **how)
        assert (response.status, shown(response)) == (403, text)
    site.tap.drop(reverse("192.0.2.1"))
    unknown = site.get("192.0.2.1", **alice)
    assert (unknown.status, unknown.header("Retry-After")) == (503, "30")
    assert shown(unknown) == "Please try again in a moment.\n"
    site.door.wait_for_log(f'"id":"{pages[-1]}","verdict":"error","status":503,"reason":"dns_error"')
    assert set(pages) <= {decision["id"] for decision in site.door.decisions()}
    assert len(set(pages)) == len(pages)
    site.door.stop()
    dead = site.get(PARTNER, **alice)
    assert (dead.status, dead.header("Retry-After")) == (503, "30") and dead.body == "Please try again in a moment.\n"


def test_crawlers(site, nsd):
    site = site("crawlers", names=nsd)
    assert site.get(NOBODY, {"User-Agent": "curl/7.88.1"}).status == 200
    for _ in range(2):
        real = site.get("66.249.66.1", GOOGLEBOT)
        assert real.header("X-Client-Hostname") == "crawl-66-249-66-1.googlebot.com"
        assert site.get("192.0.2.13", GOOGLEBOT).status == 403
    response = site.get("203.0.113.5", GOOGLEBOT)
    assert (response.status, response.header("Retry-After")) == (503, "120")
    assert len(site.door.decisions()) == 4  # the others were kept


def test_realip(site):
    """127.0.0.1 is the load balancer, which appends; 127.0.0.2 bypasses it."""
    site = site("realip")

    def status(*forwarded, **how):
        return site.get(None, [("X-Forwarded-For", f) for f in forwarded], **how).status

    assert status(PARTNER) == status(f"{NOBODY}, {PARTNER}") == 200
    for forwarded in [[IMPOSTOR], [NOBODY], [f"{PARTNER}, {NOBODY}"], [PARTNER, NOBODY]]:
        assert status(*forwarded) == 403, forwarded
    assert status(PARTNER, source="127.0.0.2") == status() == 403
    with site.connect() as line:
        for address, wanted in [(PARTNER, 200), (NOBODY, 403), (PARTNER, 200)]:
            assert line.ask("/", {"X-Forwarded-For": address}).status == wanted


def test_proxy_protocol(site, pki):
    site = site("proxy-protocol")

    def status(address, headers=(), **how):
        preface = f"PROXY TCP4 {address} 192.0.2.200 4711 443\r\n".encode()
        return site.get(None, headers, preface=preface, **how).status

    assert status(PARTNER) == status(NOBODY, cert=pki.alice) == 200
    assert status(IMPOSTOR) == status(NOBODY) == 403
    assert status(PARTNER, source="127.0.0.2") == 403  # bypassing the load balancer
    assert status(NOBODY, {"X-Forwarded-For": PARTNER, "X-Real-IP": PARTNER}) == 403


def test_every_example_has_a_test():
    tested = {name[5:].replace("_", "-") for name in globals() if name.startswith("test_")}
    for path in EXAMPLES.glob("module-*.conf"):
        assert path.stem.removeprefix("module-") in tested
        assert re.search(r"^\t+doorward [a-z-]+;$", path.read_text(), re.M)


def test_the_first_example_of_the_readme(folder, doorward, stack):
    (folder / "names.zone").write_text(NAMES)
    (folder / "internal").mkdir()
    (folder / "internal" / "page").write_text("inside\n")
    rules = block("ini", "allow = host .office.example.com")
    door = doorward(f"[policy default]\n{rules}", dns="static_zone = names.zone")
    text = block("nginx", "doorward_server").replace(
        "/run/doorward/doorward.sock", str(door.socket)
    )
    http, location = text.split("\nlocation", 1)
    nginx = ModuleNginx(folder, f"root {folder}; location {location}", http)
    stack.callback(nginx.close)
    for _ in range(2):
        assert nginx.get("/internal/page", "192.0.2.1").body == "inside\n"
        assert nginx.get("/internal/page", "192.0.2.2").status == 403
