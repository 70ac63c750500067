# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The shipped nginx configurations with their policies, changed only in ports and paths."""

import base64
import http.server
import json
import re
import signal
import subprocess
import threading

import pytest

from conftest import REPOSITORY
from kit import web
from kit.frontends import NGINX
from kit.doorward import run
from kit.names import Nsd, Tap, reverse
from kit.process import free_port, wait_for

README = (REPOSITORY / "README.md").read_text()

EXAMPLES = REPOSITORY / "nginx-examples"
PRESETS = {"crawlers"}  # its policy is an installed file
GOOGLEBOT = {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}
FORGERIES = [
    {"X-Real-IP": "192.0.2.1"},
    {"X-Forwarded-For": "192.0.2.1"},
    {"X-SSL-Client-Verify": "SUCCESS"},
    {"Doorward-Policy": "open", "Doorward-Trust-Headers": "1"},
]
SECRET = "0123456789abcdef0123456789abcdef"
# 192.0.2.1 is a machine of the office, .21 of a partner; .2 and .22 only claim so.
PLACES = {
    "office.example": "pc1 A 192.0.2.1\n",
    "partner.example": "host A 192.0.2.21\n",
    "2.0.192.in-addr.arpa": """
1   PTR pc1.office.example.
2   PTR pc1.office.example.
21  PTR host.partner.example.
22  PTR host.partner.example.
""",
}
PARTNER, IMPOSTOR, NOBODY = "192.0.2.21", "192.0.2.22", "192.0.2.4"


class Example:
    """A shipped configuration with its policy, changed only in ports, paths and addresses."""

    def __init__(self, name, folder, pki, doorward, nginx, names, **places):
        self.pki, self.port, self.folder = pki, free_port(), folder
        www = folder / "www"
        for part in ["admin", "intranet", "partners"]:
            (www / part).mkdir(parents=True)
            (www / part / "index.html").write_text(f"{part}\n")
        (www / "index.html").write_text("front\n")
        (folder / "verdicts").mkdir()
        (folder / "intranet.htpasswd").write_text("ann:{PLAIN}sesame\n")
        (folder / "secret.conf").write_text(f"proxy_set_header X-Doorward-Secret {SECRET};\n")
        policy = name.removeprefix("module-")
        ini = (REPOSITORY / "conf" if policy in PRESETS else EXAMPLES) / f"{policy}.ini"
        (folder / ini.name).write_text(ini.read_text().replace("10.244.1.0/24", "127.0.0.1"))
        self.door = doorward(
            "[policy open]\nrdns = off\nallow = *\n",
            before=f"include = {ini.name}\n",
            dns="timeout = 200ms\nlookup_timeout = 1s",
            server_of_names=names,
        )
        text = (EXAMPLES / f"{name}.conf").read_text()
        played = "set_real_ip_from 127.0.0.1; real_ip_header X-Played-Client;"
        for there, here in {
            "listen 443 ssl proxy_protocol;": f"listen 127.0.0.1:{self.port} ssl proxy_protocol;",
            "listen [::]:443 ssl proxy_protocol;": "",
            "listen 443 ssl;": f"listen 127.0.0.1:{self.port} ssl;",
            "listen [::]:443 ssl;": played,
            "listen 80;": f"listen 127.0.0.1:{self.port};",
            "10.0.0.0/24": "127.0.0.1",  # the load balancer
            "/etc/nginx/tls/server.crt": pki.server.file,
            "/etc/nginx/tls/server.key": pki.server.key_file,
            "/etc/nginx/tls/clients-ca.crt": pki.authority.file,
            "/etc/nginx/intranet.htpasswd": folder / "intranet.htpasswd",
            "/etc/nginx/application-secret.conf": folder / "secret.conf",
            "/var/log/nginx/application.log": folder / "application.log",
            "/srv/www": www,
            "/run/doorward/doorward.sock": self.door.socket,
            "/dev/shm/doorward-verdicts": folder / "verdicts",
            **places,
        }.items():
            text = text.replace(there, str(here))
        assert not re.search(r"\b443\b|^[^#]*/(etc|run|var|srv)/", text, re.M)
        self.tls = "ssl_certificate" in text
        self.server = nginx(text, self.port)
        assert "[warn]" not in self.server.process.output()

    def connect(self, **how):
        return web.Connection(self.port, ca=self.pki.authority.file if self.tls else None, **how)

    def get(self, address, headers=(), path="/", *, method="GET", body=None, **how):
        """`address` is that of the played client, None: that of the connection."""
        pairs = [("X-Played-Client", address)] if address else []
        pairs += list(headers.items() if isinstance(headers, dict) else headers)
        with self.connect(**how) as connection:
            return connection.ask(path, pairs, method, body)

    def reasons(self):
        return [line["reason"] for line in self.door.decisions()]


@pytest.fixture
def example(folder, pki, doorward, nginx, tap):
    return lambda name: Example(name, folder, pki, doorward, nginx, tap)


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    nsd = Nsd(tmp_path_factory.mktemp("places"), PLACES)
    yield nsd
    nsd.close()


@pytest.fixture
def site(folder, pki, doorward, nginx, places, stack):
    """As `example`, with the names of PLACES, and a function that makes their lookups fail."""

    def start(name, **more):
        tap = Tap(places.port)
        stack.callback(tap.close)
        started = Example(name, folder, pki, doorward, nginx, tap, **more)
        started.tap = tap
        return started

    return start


class Echo(http.server.BaseHTTPRequestHandler):
    """An application that returns what it got: the headers of the request and the length of the
    body."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.headers.get("Upgrade") == "websocket":
            self.wfile.write(
                b"HTTP/1.1 101 Switching Protocols\r\n"
                b"Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
            )
            self.wfile.write(self.rfile.readline())
            self.close_connection = True
            return
        size = int(self.headers.get("Content-Length") or 0)
        answer = {"headers": self.headers.items(), "body": len(self.rfile.read(size))}
        text = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_POST = do_GET

    def log_message(self, *_):
        pass


@pytest.fixture
def behind(site, stack):
    """As `site`, with an Echo behind it."""

    def start(name, **more):
        back = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
        back.daemon_threads = True
        threading.Thread(target=back.serve_forever, daemon=True).start()
        stack.callback(back.server_close)
        stack.callback(back.shutdown)
        return site(name, **{"127.0.0.1:8000": f"127.0.0.1:{back.server_port}", **more})

    return start


def test_every_example_has_a_test():
    names = {path.stem for path in EXAMPLES.glob("*.conf")}
    listed = re.findall(r"^\| \[`([a-z-]+)`\]\(nginx-examples/\1\.conf\)", README, re.M)
    assert names == set(listed) and len(listed) == len(names)
    policies = {name.removeprefix("module-") for name in names}
    assert policies - PRESETS == {path.stem for path in EXAMPLES.glob("*.ini")}


ASKS = re.compile(r"^\tlocation [^\n]*\{\n((?:\t\t.*\n|\n)*)\t\}", re.M)


def test_no_error_page_responds_in_place_of_doorward():
    for path in EXAMPLES.glob("*.conf"):
        for block in ASKS.findall(path.read_text()):
            if "internal;" in block:
                assert "\t\terror_page 599 /;" in block, path


@pytest.mark.parametrize(
    "name, path",
    [("mutual-tls", "/"), ("admin", "/admin/"), ("crawlers", "/"), ("policies", "/"), ("cached", "/")],
)
def test_an_error_page_of_the_server_lets_no_client_in(site, name, path):
    pages = "error_page 500 502 504 = @open; location @open { auth_request off; return 200 open; }"
    site = site(name, **{"server_name www.example.com;": pages})
    site.door.stop()
    response = site.get(NOBODY, path=path)
    assert response.body not in ("front\n", "admin\n"), response


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
    """The response is longer than nginx's default buffer."""
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
    # The lookup failed: come back later.
    response = site.get("203.0.113.5", GOOGLEBOT)
    assert (response.status, response.header("Retry-After")) == (503, "120")


FRONT_END = subprocess.run([NGINX, "-V"], capture_output=True, text=True).stderr
CLIENT = subprocess.run(["curl", "-V"], capture_output=True, text=True).stdout


def understands(directive, folder):
    """Whether this nginx has a directive of a server."""
    file = folder / "probe.conf"
    file.write_text(f"pid {folder}/probe.pid; events {{}} http {{ server {{ {directive} }} }}\n")
    done = subprocess.run([NGINX, "-t", "-e", "stderr", "-c", file], capture_output=True, text=True)
    return "unknown directive" not in done.stderr


@pytest.mark.parametrize("version", ["2", "3"])
def test_newer_http(version, site, pki, folder):
    port = free_port()
    if version == "3":
        if "http_v3_module" not in FRONT_END:
            pytest.skip("this nginx has no HTTP/3")
        if "HTTP3" not in CLIENT:
            pytest.skip("this curl has no HTTP/3")
        listen = " ssl; listen 127.0.0.1:%d quic;" % port
    elif understands("http2 on;", folder):
        listen = " ssl; http2 on;"
    else:
        listen = " ssl http2;"
    site = site("mutual-tls", **{" ssl;": listen})
    if version == "2":
        port = site.port

    def get(address, headers=(), cert=None):
        command = ["curl", "-s", "-S", "--cacert", pki.authority.file, "--max-time", "30"]
        command += ["--http2" if version == "2" else "--http3-only", "-o", "/dev/null"]
        command += ["-w", "%{http_version} %{http_code}"]
        command += [a for pair in [("X-Played-Client", address), *headers] for a in ("-H", ": ".join(pair))]
        if cert is not None:
            command += ["--cert", cert.file, "--key", cert.key_file]
        done = subprocess.run(
            [*command, f"https://127.0.0.1:{port}/"], capture_output=True, text=True, check=True
        )
        spoken, status = done.stdout.split()
        assert spoken == version
        return int(status)

    assert get(NOBODY, cert=pki.alice) == 200
    assert get(NOBODY) == 403
    assert get(IMPOSTOR) == 403
    for forged in FORGERIES:
        assert get(NOBODY, forged.items()) == 403
        assert get(NOBODY, forged.items(), cert=pki.alice) == 200
    assert get(NOBODY, [("X-Client-Hostname", "host.partner.example")]) == 403


def test_admin(site, pki):
    site = site("admin")
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

    # Denials are cached like allows, for their own time.
    assert asked("192.0.2.1") == (403, 1)
    assert asked("192.0.2.1") == (403, 0)
    assert asked("66.249.66.1", GOOGLEBOT) == (200, 1)
    assert asked("66.249.66.1", GOOGLEBOT) == (200, 0)
    assert site.get("66.249.66.1", GOOGLEBOT).header("X-Client-Hostname") == (
        "crawl-66-249-66-1.googlebot.com"
    )
    # Each input has a verdict of its own: address, user agent, certificate.
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
    assert asked("192.0.2.1", method="POST", body=b"x" * 100_000) == (403, 0)
    with site.connect() as line:
        for address, status in [("66.249.66.1", 200), ("192.0.2.1", 403), ("66.249.66.1", 200)]:
            assert line.ask("/", {"X-Played-Client": address}).status == status
    assert line.opened == 1
    # A user agent cannot pass for another request's certificate.
    glued = f"SUCCESS|x|{GOOGLEBOT['User-Agent']}"
    assert asked("192.0.2.1", {"User-Agent": glued})[0] == 403
    # Failures are not cached.
    tap.drop(reverse("192.0.2.16"))
    assert asked("192.0.2.16") == (403, 1)
    assert asked("192.0.2.16") == (403, 1)


def test_realip(site):
    """127.0.0.1 is the load balancer, which appends; 127.0.0.2 bypasses it."""
    site = site("realip")

    def status(*forwarded, source=None):
        return site.get(None, [("X-Forwarded-For", f) for f in forwarded], source=source).status

    assert site.get(None, {"X-Forwarded-For": PARTNER}).header("X-Client-Hostname") == (
        "host.partner.example"
    )
    assert status(PARTNER) == 200
    assert status(IMPOSTOR) == status(NOBODY) == 403
    # Addresses from the client are to the left of the address that the load balancer adds.
    assert status(f"{PARTNER}, {NOBODY}") == 403
    assert status(f"{NOBODY}, {PARTNER}") == 200
    assert status(f"{PARTNER}, {NOBODY}, 127.0.0.1") == 403
    assert status(PARTNER, NOBODY) == 403  # doubled
    assert status(f"{PARTNER}, nonsense") == 403
    assert status(PARTNER, source="127.0.0.2") == 403
    for forged in FORGERIES[:1] + FORGERIES[2:] + [{"X-Real-IP": PARTNER}]:
        assert site.get(None, {"X-Forwarded-For": NOBODY, **forged}).status == 403
        assert site.get(None, {"X-Forwarded-For": PARTNER, **forged}).status == 200
    with site.connect() as line:
        for address, wanted in [(PARTNER, 200), (NOBODY, 403), (PARTNER, 200), (None, 403)]:
            headers = {"X-Forwarded-For": address} if address else {}
            assert line.ask("/", headers).status == wanted
    assert line.opened == 1


def test_proxy_protocol(site, pki):
    site = site("proxy-protocol")

    def status(address, headers=(), **how):
        preface = f"PROXY TCP4 {address} 192.0.2.200 4711 443\r\n".encode()
        return site.get(None, headers, preface=preface, **how).status

    assert status(PARTNER) == 200
    assert status(IMPOSTOR) == status(NOBODY) == 403
    assert status(NOBODY, cert=pki.alice) == 200
    assert status(PARTNER, cert=pki.expired) == 400
    assert status(PARTNER, source="127.0.0.2") == 403  # bypassing the load balancer
    assert status(NOBODY, {"X-Forwarded-For": PARTNER, "X-Real-IP": PARTNER}) == 403
    with pytest.raises(OSError):
        site.get(None)  # without this line nginx closes the connection
    preface = f"PROXY TCP4 {PARTNER} 192.0.2.200 4711 443\r\n".encode()
    with site.connect(preface=preface) as line:
        assert [line.ask("/").status for _ in range(3)] == [200] * 3


def test_ingress(site, pki):
    """127.0.0.1 is the controller; 127.0.0.2 another pod."""
    site = site("ingress")

    def status(address, *headers, source=None):
        return site.get(None, [("X-Real-IP", address), *headers], source=source).status

    def certificate(cert, word="SUCCESS"):
        return [("ssl-client-cert", cert.escaped), ("ssl-client-verify", word)]

    none = [("ssl-client-verify", "NONE")]
    assert status(PARTNER, *none) == 200
    assert status(IMPOSTOR, *none) == status(NOBODY, *none) == 403
    assert status(NOBODY, *certificate(pki.alice)) == 200
    assert status(NOBODY, *certificate(pki.only_cn)) == 403
    assert status(NOBODY, *certificate(pki.alice, "FAILED:certificate has expired")) == 403
    assert status(NOBODY, *certificate(pki.alice, "NONE")) == 403
    assert status(NOBODY, *certificate(pki.expired)) == 403
    assert status(NOBODY, *certificate(pki.alice)[:1]) == 403  # no verdict
    for name, value in certificate(pki.alice):
        assert status(NOBODY, *certificate(pki.alice), (name, value)) == 403, name
    assert status(PARTNER, ("X-Real-IP", PARTNER)) == 403
    for forged in FORGERIES[1:]:
        assert status(NOBODY, *forged.items()) == status(NOBODY, *none, *forged.items()) == 403
    # Headers that the controller does not set, and a peer that is not the controller.
    assert status(NOBODY, ("X-SSL-Client-Cert", pki.alice.escaped), *none) == 403
    assert status(NOBODY, ("ssl_client_cert", pki.alice.escaped), *certificate(pki.rsa)[1:]) == 403
    assert status(PARTNER, *certificate(pki.alice), source="127.0.0.2") == 403


def test_rate(behind, pki):
    site = behind("rate")

    def ask(address, headers=(), **how):
        response = site.get(address, headers, "/api/", **how)
        return response.status, response.header("Retry-After")

    with site.connect() as line:
        answers = [line.ask("/api/", {"X-Played-Client": NOBODY}) for _ in range(7)]
    assert line.opened == 1
    assert [(a.status, a.header("Retry-After")) for a in answers] == [(200, None)] * 5 + [
        (429, "12")
    ] * 2
    assert json.loads(answers[6].body) == {"error": "too many requests"}
    for forged in FORGERIES:
        assert ask(NOBODY, forged) == (429, "12")
    assert ask(NOBODY, method="POST", body=b"x" * 100_000) == (429, "12")
    assert ask(PARTNER) == (200, None)  # each client has a count of its own
    assert ask(NOBODY, cert=pki.alice) == (200, None)
    refused = site.get("198.51.100.7", path="/api/")
    assert (refused.status, refused.header("Retry-After")) == (403, None)
    assert json.loads(refused.body) == {"error": "forbidden"}
    # nginx's workers are new, the count is kept.
    workers = site.server.process.output().count("start worker process ")
    site.server.process.send(signal.SIGHUP)
    wait_for(
        lambda: site.server.process.output().count("start worker process ") > workers, "a reload"
    )
    assert ask(NOBODY) == (429, "12")


def test_satisfy(site, pki):
    site = site("satisfy")
    password = {"Authorization": "Basic " + base64.b64encode(b"ann:sesame").decode()}
    wrong = {"Authorization": "Basic " + base64.b64encode(b"ann:open").decode()}

    def ask(address, headers=(), **how):
        response = site.get(address, headers, "/intranet/", **how)
        return response.status, response.header("X-Client-Hostname")

    assert ask("10.1.2.3") == (200, None)
    assert ask(PARTNER) == (200, "host.partner.example")
    assert ask(NOBODY, cert=pki.alice) == (200, None)
    assert ask(NOBODY, password) == (200, None)
    # Its name is confirmed, but it is not doorward that let it in.
    assert ask("192.0.2.1", password) == (200, None)
    assert ask("192.0.2.1")[0] == ask(IMPOSTOR)[0] == ask(NOBODY, wrong)[0] == 401
    for forged in FORGERIES + [{"X-Client-Hostname": "host.partner.example"}]:
        assert ask(NOBODY, forged)[0] == 401
    for how in [{}, {"headers": password}, {"cert": pki.alice}]:
        assert ask("198.51.100.7", **how)[0] == 403
    # A failing doorward lets no client in, and keeps no client out that the network lets in.
    site.door.stop()
    assert ask("10.1.2.3")[0] == 200
    assert ask(PARTNER)[0] == 500


def test_satisfy_any_makes_deny_powerless(site):
    """The trap that satisfy.conf warns of."""
    site = site("satisfy", **{"deny all;": f"deny {PARTNER}; deny all;"})
    assert site.get(PARTNER, path="/intranet/").status == 200


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
    expected = [
        (PARTNER, {}, "This page needs a client certificate.\n"),
        (IMPOSTOR, alice, "You may not see this page.\n"),
        (PARTNER, {"cert": pki.only_cn}, "You may not see this page.\n"),
        (PARTNER, {"cert": pki.expired}, "Your certificate is not accepted here.\n"),
        (PARTNER, {"cert": pki.stranger}, "Your certificate is not accepted here.\n"),
    ]
    for address, how, text in expected:
        for method, body in [("GET", None), ("POST", b"x" * 100_000)]:
            for forged in [{}] + FORGERIES:
                response = site.get(address, forged, method=method, body=body, **how)
                assert (response.status, shown(response)) == (403, text)
                said = repr(response).lower()
                assert not re.search(r"partner|\.ini|\.conf|rule|acme|reason", said), said
    with site.connect(**alice) as line:
        for address, status in [(PARTNER, 200), (NOBODY, 403), (PARTNER, 200), (IMPOSTOR, 403)]:
            assert line.ask("/", {"X-Played-Client": address}).status == status
    assert line.opened == 1
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


def test_policies(site, pki):
    site = site("policies")
    admin = pki.authority.issue("root", dns=["root.admins.example"])
    table = [
        # address, certificate, the pages that it may see
        (NOBODY, None, ["/"]),
        ("198.51.100.7", None, []),
        (PARTNER, None, ["/", "/partners/"]),
        (IMPOSTOR, None, ["/"]),
        (NOBODY, pki.alice, ["/", "/partners/"]),
        ("192.0.2.1", admin, ["/", "/admin/"]),
        ("192.0.2.2", admin, ["/"]),
        ("192.0.2.1", None, ["/"]),
    ]
    for address, cert, seen in table:
        for forged in [{}] + FORGERIES:
            for path in ["/", "/partners/", "/admin/"]:
                response = site.get(address, forged, path, cert=cert)
                assert response.status == (200 if path in seen else 403), (address, path, forged)
    for path in ["/partners/../admin/", "/%61dmin/", "//admin/", "/admin/index.html"]:
        assert site.get(PARTNER, path=path).status == 403, path
    for path in ["/doorward/visitors", "/doorward/open", "/doorward/", "/partners/../doorward/open"]:
        assert site.get(PARTNER, path=path).status == 404, path
    with site.connect() as line:
        for path, status in [("/partners/", 200), ("/admin/", 403), ("/", 200), ("/admin/", 403)]:
            assert line.ask(path, {"X-Played-Client": PARTNER}).status == status
    assert {d["policy"] for d in site.door.decisions()} == {"visitors", "partners", "admin"}


FACTS = {
    "X-Client-Hostname": "host.partner.example",
    "X-Client-Rdns": "verified",
    "X-Client-Cert-Subject": "CN=alice,O=Acme",
    "X-Client-Cert-Issuer": "CN=doors",
    "X-Doorward-Policy": "application",
    "X-Doorward-Reason": "rule",
}
CERTIFICATE = ["Subject", "Issuer", "Serial", "Fingerprint", "San", "Not-After"]


def test_application(behind, pki):
    site = behind("application")

    def facts(response):
        assert response.status == 200, response
        got = json.loads(response.body)["headers"]
        ids = [v for k, v in got if k.lower().replace("_", "-") == "x-doorward-id"]
        assert len(ids) == 1 and re.fullmatch('"[0-9a-f]{24}"', ids[0])
        return [(k, v) for k, v in got if k.startswith("X-") and v != ids[0]]

    got = dict(facts(site.get(PARTNER, cert=pki.alice)))
    assert {name: got[name] for name in FACTS} == {k: f'"{v}"' for k, v in FACTS.items()}
    assert got["X-Client-Cert-Fingerprint"] == f'"{pki.alice.sha256}"'
    assert "DNS:alice.partner.example" in got["X-Client-Cert-San"]
    assert got["X-Doorward-Secret"] == SECRET

    plain = facts(site.get(PARTNER))
    assert all((f"X-Client-Cert-{part}", '""') in plain for part in CERTIFICATE)
    names = [*FACTS, *(f"X-Client-Cert-{part}" for part in CERTIFICATE)]
    names += ["X-Doorward-Secret", "X-Doorward-Rule", "X-Doorward-Id", "X-Real-IP", "X-Forwarded-For"]
    for name in names:
        for forged in [name, name.lower(), name.replace("-", "_"), name.upper()]:
            twice = [(forged, "forged"), (forged, '"forged"')]
            assert facts(site.get(PARTNER, twice)) == plain, forged
            assert site.get(NOBODY, twice).status == 403
    assert site.get(PARTNER, path="/doorward").status == 404
    with site.connect() as line:
        for address, status in [(PARTNER, 200), (IMPOSTOR, 403), (PARTNER, 200), (NOBODY, 403)]:
            assert line.ask("/", {"X-Played-Client": address}).status == status
    assert line.opened == 1


def test_the_log_of_application(behind, pki):
    site = behind("application")
    site.get(PARTNER, {"User-Agent": 'x"} {"'}, path='/?"}', cert=pki.alice)
    site.get(IMPOSTOR)
    log = site.folder / "application.log"
    wait_for(lambda: log.exists() and log.read_text().count("\n") == 2, "two lines of log")
    first, second = map(json.loads, log.read_text().splitlines())
    assert (first["ip"], first["hostname"], first["subject"]) == (
        PARTNER,
        "host.partner.example",
        "CN=alice,O=Acme",
    )
    assert (second["status"], second["hostname"], second["rdns"]) == (403, "", "mismatch")
    assert second["reason"] == "default"


def test_uploads(behind):
    site = behind("application")
    for path, size in [("/", 200_000), ("/upload/", 3_000_000)]:
        response = site.get(PARTNER, path=path, method="POST", body=b"x" * size)
        assert response.status == 200, site.server.process.output()
        assert json.loads(response.body)["body"] == size
    # A denied client gets the response before the body has come.
    with site.connect() as line:
        line.http.putrequest("POST", "/upload/")
        line.http.putheader("X-Played-Client", NOBODY)
        line.http.putheader("Content-Length", "100000000")
        line.http.endheaders()
        assert line.http.getresponse().status == 403


def test_websockets(behind, pki):
    site = behind("application")
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket"}

    def shake_hands(address):
        with site.connect() as line:
            line.http.putrequest("GET", "/live/")
            for name, value in {**upgrade, "X-Played-Client": address}.items():
                line.http.putheader(name, value)
            line.http.endheaders()
            line.http.sock.settimeout(30)
            reader = line.http.sock.makefile("rb")
            status = int(reader.readline().split()[1])
            while reader.readline().strip():
                pass
            if status == 101:
                line.http.sock.sendall(b"both ways\n")
                assert reader.readline() == b"both ways\n"
            return status

    assert shake_hands(PARTNER) == 101
    assert shake_hands(IMPOSTOR) == shake_hands(NOBODY) == 403

    def upgrades(path, protocol):
        headers = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": protocol}
        got = json.loads(site.get(PARTNER, headers, path).body)["headers"]
        return [name for name, _ in got if name in ("Upgrade", "Connection")]

    for path, protocol in [
        ("/live/", "h2c"),
        ("/live/", "websocket, h2c"),
        ("/live/? websocket", "h2c"),
        ("/", "h2c"),
        ("/?/live/ ", "websocket"),
    ]:
        assert upgrades(path.replace(" ", "%20"), protocol) == [], (path, protocol)


@pytest.mark.parametrize(
    "directive, status",
    [
        ("return 200 inside;", 200),
        ("rewrite ^ /open/ last;", 200),
        ("if ($request_method = GET) { return 200 inside; }", 200),
        ("rewrite ^ /open/ redirect;", 302),  # responds, but lets no client in
        # doorward is asked about it like about any other request.
        ("rewrite ^ /index.html break;", 403),
        ("try_files $uri /index.html;", 403),
        ("", 403),
    ],
)
def test_what_runs_before_auth_request_lets_every_client_in(
    folder, doorward, nginx, directive, status
):
    """The trap that the README warns of: `return` and `rewrite` come first."""
    door, port = doorward("[policy default]\nrdns = off\ndeny = *\n"), free_port()
    (folder / "open").mkdir()
    for path in [folder, folder / "open"]:
        (path / "index.html").write_text("inside")
    site = f"""
server {{
	listen 127.0.0.1:{port};
	root {folder};
	location / {{ auth_request /doorward; {directive} }}
	location /open/ {{ }}
	location = /doorward {{
		internal;
		fastcgi_pass unix:{door.socket};
		fastcgi_param REMOTE_ADDR $remote_addr;
	}}
}}
"""
    nginx(site, port)
    response = web.get(port)
    assert response.status == status
    assert ("inside" in response.body) == (status == 200)
    if status == 403:
        door.wait_for_log('"verdict":"deny"')
    else:
        assert door.decisions() == []


VARIABLE = {"policies": "$asked_policy"}  # of the path of the subrequest, which no client writes


def test_no_example_can_be_bypassed():
    for path in EXAMPLES.glob("*.conf"):
        text = path.read_text()
        if path.stem == "keepalive" or path.stem.startswith("module-"):
            continue  # over HTTP: below; by the module: test_nginx_module_examples.py
        for line in [
            "internal;",
            f"fastcgi_pass_request_headers {'on' if path.stem == 'ingress' else 'off'};",
            "fastcgi_pass_request_body off;",
            'fastcgi_param CONTENT_LENGTH "";',
            "client_max_body_size 0;",
            "fastcgi_param REMOTE_ADDR $remote_addr;",
            f"fastcgi_param DOORWARD_POLICY {VARIABLE.get(path.stem, path.stem)};",
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
        "client_max_body_size 0;",
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
