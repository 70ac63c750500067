# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
Rules about uri and http_host compared with what each front end really serves: a client that spells
a guarded path or host in another way must not get it, and a client that spells an open one honestly
must.

One client may get everything, and shows how the server reads a spelling; one may not get guarded
paths (`deny` with a default of allow), one only open paths (`allow` with a default of deny), one
not the host intern.example.
"""

import posixpath
import re
import shutil
import socket
import ssl
import tempfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from urllib.parse import unquote, urlsplit

import pytest

from kit import sites
from kit.process import DEADLINE, free_port

ALL, GUARDED, OPEN_ONLY, HOSTS = "127.0.0.9", "127.0.0.6", "127.0.0.7", "127.0.0.8"
SECRET, PAGE = "the guarded text", "the open text"

RULES = """[policy {{name}}]
rdns = off
client_cert = optional
allow = ip 127.0.0.9
deny = ip 127.0.0.6 & uri ~ ^{guarded}
deny = ip 127.0.0.8 & http_host intern.example
allow = ip 127.0.0.6
allow = ip 127.0.0.8
allow = ip 127.0.0.7 & uri ~ ^{open}/
"""


def readings(target):
    """How applications of many kinds read a request target; written without code of doorward."""
    path = target.split("?")[0]
    raw = path.split("#")[0]
    if "://" in raw:
        raw = path = "/" + raw.split("://")[1].partition("/")[2]
    plain = unquote(raw)
    strip = "/".join(part.split(";")[0] for part in raw.split("/"))
    netloc = urlsplit(raw.replace("[", "")).path if raw.startswith("//") else raw
    kept = raw.replace("%2f", "%252f").replace("%2F", "%252F")
    yield raw
    for text in [plain, unquote(strip), unquote(plain), unquote(unquote(strip)), unquote(netloc),
                 unquote(path), unquote(kept), unquote(plain).split("?")[0].split("#")[0]]:  # fmt: skip
        for slashes in [text, text.replace("\\", "/")]:
            yield slashes
            yield posixpath.normpath("/" + slashes.lstrip("/"))
            yield posixpath.normpath(slashes)


def served(target):
    found = set(readings(target))
    # An application that checks the beginning of a path that it did not resolve.
    if any(text.startswith("/admin/") and text.endswith("/secret.txt") for text in found):
        found.add("/admin/secret.txt")
    texts = {"/admin/secret.txt": SECRET, "/pub/page.txt": PAGE}
    return " ".join(text for path, text in texts.items() if path in found)


class Backend:
    """An application behind a proxy that serves the path of any reading."""

    def __init__(self, _):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                text = served(self.requestline.split(" ")[1]).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 1024

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.thread = Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    close = sites.Application.close


class Asked(sites.Site):
    """Front ends that are not installed: their requests, and an application that gets the requests
    that pass."""

    def start(self):
        self.door_address = str(self.folder / "http.sock")
        self.doorward(
            server=f"listen = http:unix:{self.door_address}",
            frontend=f"profile = {self.profile}\ntrust_frontend = yes",
        )

    def ask(self, source, target, host):
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(DEADLINE)
            line.connect(self.door_address)
            line.sendall(self.question(source, target, host).encode("latin-1"))
            answer = line.makefile("rb").readline().decode()
        return served(target) if answer.startswith("HTTP/1.1 200 ") else answer


class Traefik(Asked):
    profile = "traefik"

    def question(self, source, target, host):
        return (
            "GET /auth/default HTTP/1.1\r\nHost: doorward\r\nConnection: close\r\n"
            f"X-Real-IP: {source}\r\nX-Forwarded-Method: GET\r\nX-Forwarded-Proto: https\r\n"
            f"X-Forwarded-Host: {host}\r\nX-Forwarded-Uri: {target}\r\n\r\n"
        )


class Envoy(Asked):
    profile = "envoy"

    def question(self, source, target, host):
        return (
            f"GET /auth/default{target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n"
            f"X-Real-IP: {source}\r\nContent-Length: 0\r\n\r\n"
        )


def over_tls(site, source, target, host):
    """Sends one request, byte for byte; returns the whole response."""
    context = ssl.create_default_context(cafile=site.pki.authority.file)
    line = socket.create_connection(("127.0.0.1", site.port), DEADLINE, (source, 0))
    text = f"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    try:
        with context.wrap_socket(line, server_hostname="localhost") as tls:
            tls.sendall(text.encode("latin-1"))
            parts = list(iter(lambda: tls.recv(65536), b""))
    except (ConnectionResetError, ssl.SSLEOFError):
        return ""
    return b"".join(parts).decode("latin-1")


SITES = {
    "nginx, FastCGI": (sites.Nginx, ""),
    "nginx, HTTP": (sites.NginxHttp, ""),
    "lighttpd": (sites.Lighttpd, "/protected"),
    "Apache": (sites.Apache, ""),
    "CGI under lighttpd": (sites.LighttpdCgi, None),
    "CGI under Apache": (sites.ApacheCgi, None),
    "Caddy": (sites.Caddy, ""),
    "HAProxy": (sites.Haproxy, ""),
    "Traefik": (Traefik, ""),
    "Envoy": (Envoy, ""),
}


@pytest.fixture(scope="module", params=SITES.values(), ids=SITES)
def site(request, pki):
    kind, under = request.param
    folder = Path(tempfile.mkdtemp(prefix="doorward-"))
    folder.chmod(0o755)
    is_program = under is None
    with pytest.MonkeyPatch.context() as patch:
        guarded = "/doorward" if is_program else f"{under}/admin"
        rules = RULES.format(guarded=guarded, open=f"{under or ''}/pub")
        patch.setattr(sites, "Application", Backend)
        site = kind(folder, pki, SimpleNamespace(port=free_port()), policy=rules)
    site.target = guarded if is_program else f"{guarded}/secret.txt"
    site.page = None if is_program else f"{under}/pub/page.txt"
    if not is_program:
        for path, text in {site.target: SECRET, site.page: PAGE}.items():
            file = site.www / path.lstrip("/")
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)

    def fetch(source, target, host="localhost"):
        """The marks of pages that this client gets."""
        text = getattr(site, "ask", lambda *how: over_tls(site, *how))(source, target, host)
        if is_program:
            return {SECRET} if text.startswith("HTTP/1.1 200 ") else set()
        return {word for word in (SECRET, PAGE) if word in text}

    site.fetch = fetch
    yield site
    site.close()
    shutil.rmtree(folder)


def spellings(path):
    """Other spellings of a path; most of them are the same path to some server."""
    bare = path[1:]
    letter = f"%{ord(bare[0]):02x}"
    ups = ["..", "%2e%2e", ".%2e", "%2E.", "%252e%252e", "..;", "..;x=1", "%c0%ae%c0%ae", "..%00",
           "%u002e%u002e", "x/../..", "/../..", "./..", ";/../..", "%/../..", "%zz/../..", "..%09"]  # fmt: skip
    slashes = ["%2f", "%2F", "%5c", "\\", "%252f", "%255c", "%c0%af", "%25252f", "/./", "//"]
    yield from [path, f"/{path}", f"//{path}", f"/./{bare}", f"/%2e/{bare}", f"/;/{bare}", f"/;x/{bare}"]
    yield from [f"/{letter}{bare[1:]}", f"/%25{letter[1:]}{bare[1:]}", f"/%2525{letter[1:]}{bare[1:]}"]
    yield from [f"/%{ord(bare[0]):02X}{bare[1:]}", "/" + "".join(f"%{ord(c):02x}" for c in bare)]
    yield from [f"/../{bare}", f"/../../{bare}", f"/pub%2f..%2f{bare}", f"/pub/page.txt/../../{bare}"]
    yield from [f"/pub/{up}/{bare}" for up in ups] + [f"/pub/..{slash}{bare}" for slash in slashes]
    yield from [f"/{slash}{bare}" for slash in slashes] + [f"{slash}{bare}" for slash in slashes]
    yield from [f"{path}?x", f"{path}?/../../pub/page.txt", f"{path}#/pub/page.txt", f"/pub/#/../../{bare}"]
    yield from [f"{path};x=1", f"{path}%00", f"{path}%00.txt", f"{path}%20", f"{path}/", f"{path}/.", f"{path}%3fx"]
    yield from [f"http://localhost{path}", f"HTTP://LOCALHOST:443{path}", f"http://other.example{path}"]
    yield from [f"http://localhost//{bare}", f"http://localhost/pub/../{bare}", f"//localhost{path}"]
    yield from [f"{path}/..;/secret.txt", f"{path[:-1]}%{ord(path[-1]):02x}", path.replace("/", "//")]
    yield from [path.replace("/", "/./"), path.replace("/", "/%2e/"), "/" + bare.replace("/", "%2f")]
    yield from [f"/pub/?/../..{path}", f"/pub/..?/{bare}", f"/pub%3f/..{path}", f"/pub%23/..{path}"]


def test_a_guarded_path_in_any_spelling(site):
    targets = list(dict.fromkeys(spellings(site.target)))
    assert len(targets) >= 80
    if site.page is None:
        targets = targets[:40]  # each request starts a process
    shown = [target for target in targets if SECRET in site.fetch(ALL, target)]
    who = [GUARDED, OPEN_ONLY]
    leaks = [(source, target) for target in shown for source in who if SECRET in site.fetch(source, target)]
    assert leaks == [] and len(shown) >= 2, shown


def test_an_open_path_in_an_honest_spelling(site):
    if site.page is None:
        return
    page = site.page
    works = []
    for target in [
        page, page.replace("/pub", "/%70ub"), page.replace("page", "%70age"), page.replace(".", "%2E"),
        page.replace("/page", "//page"), page.replace("/page", "/./page"), f"{page}?x=/../../admin",
        page.replace("page", "x/../page"), f"{page}?%zz&;\\%00", f"http://localhost{page}",
    ]:  # fmt: skip
        if PAGE in site.fetch(ALL, target):
            works.append(target)
            for source in [GUARDED, OPEN_ONLY, HOSTS]:
                assert PAGE in site.fetch(source, target), (source, target, site.log()[-2000:])
    assert len(works) >= 5, works


INTERN = [
    "intern.example", "INTERN.example", "intern.example:443", "intern.example.", "intern.example.:443",
    "intern.example:", "intern.example:0443", "x@intern.example", "intern.example,localhost",
    " intern.example", "intern%2eexample", "intern.example:80:80", "intern.example/", "intern.example..",
]  # fmt: skip


def test_a_guarded_host_in_any_spelling(site):
    if site.page is None:
        return
    for host in INTERN:
        assert site.fetch(HOSTS, site.page, host) == set(), host
    for target, host in [
        (f"http://intern.example{site.page}", "localhost"),
        (f"http://INTERN.example.:443{site.page}", "localhost"),
        (f"http://x@intern.example{site.page}", "localhost"),
        (f"http://intern.example{site.page}", ""),
    ]:
        assert site.fetch(HOSTS, target, host) == set(), (target, host)
    for host in ["localhost", "LocalHost", "localhost:443", f"localhost:{site.port}"]:
        if PAGE in site.fetch(ALL, site.page, host):
            assert PAGE in site.fetch(HOSTS, site.page, host), host


def test_no_example_for_nginx_takes_the_host_from_the_client_s_field():
    """$http_host is another one than $host, which nginx serves, where the request line has a host."""
    files = [file for folder in ("nginx-examples", "contrib") for file in Path(folder).rglob("*") if file.is_file()]
    texts = {str(file): file.read_text(errors="replace") for file in files}
    assert any("HTTP_HOST $host;" in text for text in texts.values())
    said = re.compile(r"(HTTP_HOST|X-Forwarded-Host|X-Original-URL)\s.*\$http_host")
    assert [name for name, text in texts.items() if said.search(text)] == []
