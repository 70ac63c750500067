# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The snippets for nginx as `make install` puts them in place: a guarded location is two includes."""

import http.server
import json
import re
import socket
import socketserver
import subprocess
import threading

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived

from conftest import REPOSITORY
from kit import web
from kit.doorward import run
from kit.frontends import NGINX
from kit.nginx_module import MODULE, needs_module
from kit.process import free_port
from kit.sites import Php

POLICIES = """
[policy default]
client_cert = optional
on_dns_error = error
allow = host client.example
allow = cert.dns .partner.example
[policy partners]
client_cert = required
deny_status = 401
allow = cert.dns .partner.example
[policy uploads]
rdns = off
allow = ip 192.0.2.0/24
"""
HEADERS = re.findall(
    r'"(X-(?:Client|Doorward)-[\w-]+)"', (REPOSITORY / "src/policy/policy.c").read_text()
)
OF_NGINX = ["X-Real-IP", "X-Forwarded-For", "X-Forwarded-Proto"]
PLAYED = "set_real_ip_from 127.0.0.1; real_ip_header X-Played-Client;"


class Echo(http.server.BaseHTTPRequestHandler):
    """An application that returns the headers of a request and the length of its body."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.headers.get("Upgrade") is not None:
            self.wfile.write(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: %s\r\nConnection: Upgrade\r\n\r\n"
                % self.headers["Upgrade"].encode()
            )
            self.wfile.write(self.rfile.readline())
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        text = json.dumps({"headers": self.headers.items(), "body": len(body)}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_POST = do_GET

    def log_message(self, *_):
        pass


@pytest.fixture
def echo(stack):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stack.callback(server.server_close)
    stack.callback(server.shutdown)
    return f"127.0.0.1:{server.server_port}"


@pytest.fixture
def site(folder, snippets, doorward, nginx, pki, tap):
    """nginx with these locations in a server that includes doorward.conf."""

    def start(locations, *, before="", server="", tls=True, http2=False, policies=POLICIES):
        door = doorward(policies, server_of_names=tap, dns="timeout = 200ms\nlookup_timeout = 1s")
        snippets(door.socket)
        www = folder / "www"
        www.mkdir()
        (www / "index.html").write_text("front\n")
        port = free_port()
        keys = (
            f"ssl_certificate {pki.server.file}; ssl_certificate_key {pki.server.key_file};"
            f"ssl_client_certificate {pki.authority.file}; ssl_verify_client optional;"
        )
        started = nginx(
            f"{before}\nserver {{\nlisten 127.0.0.1:{port} {'ssl' if tls else ''} "
            f"{'http2' if http2 else ''};\nroot {www};\n{PLAYED}\n{keys if tls else ''}\n{server}\n"
            f"include snippets/doorward.conf;\n{locations}\n}}",
            port,
        )
        if not http2:
            assert "[warn]" not in started.process.output()
        started.door, started.www, started.tap = door, www, tap

        def get(address="192.0.2.1", path="/", headers=(), **how):
            headers = list(headers.items() if isinstance(headers, dict) else headers)
            pairs = [("X-Played-Client", address), *headers]
            return web.get(port, path, pairs, ca=pki.authority.file if tls else None, **how)

        started.get = get
        return started

    return start


def at(echo, path="/", more=""):
    return f"location {path} {{ include snippets/doorward-protect.conf; {more} proxy_pass http://{echo}; }}\n"


def received(response):
    """The headers that the application got: names in lower case, and all their values."""
    assert response.status == 200, response
    got = {}
    for name, value in json.loads(response.body)["headers"]:
        got.setdefault(name.lower(), []).append(value)
    return got


FORGED = {name: "forged" for name in HEADERS + OF_NGINX}
SPELLED = [(name.replace("-", "_"), "forged") for name in HEADERS + OF_NGINX]


@pytest.mark.parametrize("tls", [True, False], ids=["https", "http"])
def test_two_includes(site, echo, pki, tls):
    nginx = site(at(echo), tls=tls, before="underscores_in_headers on;")
    got = received(nginx.get(headers=[*FORGED.items(), *SPELLED]))
    assert "forged" not in json.dumps(got)
    assert got["x-client-hostname"] == ["client.example"]
    assert got["x-client-rdns"] == ["verified"]
    assert got["x-doorward-policy"] == ["default"] and got["x-doorward-reason"] == ["rule"]
    assert got["x-real-ip"] == got["x-forwarded-for"] == ["192.0.2.1"]
    assert got["x-forwarded-proto"] == ["https" if tls else "http"]
    assert got["host"] == ["127.0.0.1"] and "x-client-cert-subject" not in got
    for address in ["192.0.2.2", "192.0.2.4", "198.51.100.1"]:
        assert nginx.get(address).status == 403
        for name in HEADERS + ["X-Real-IP", "X-Forwarded-For"]:
            assert nginx.get(address, headers={name: "192.0.2.1"}).status == 403
    if tls:
        got = received(nginx.get("192.0.2.4", headers=FORGED, cert=pki.alice))
        assert got["x-client-cert-subject"] == ["CN=alice,O=Acme"] and "x-client-hostname" not in got
    for path in ["/doorward", "/doorward/", "/doorward/uploads", "/doorward/none"]:
        assert nginx.get(path=path).status == 404


def test_every_header_of_doorward_is_in_the_snippet_for_every_way_to_an_application(installed):
    text = (installed / "etc/nginx/snippets/doorward-client.conf").read_text()
    assert len(HEADERS) >= 17
    for name in HEADERS:
        variable = re.search(
            rf"auth_request_set \$(\w+) \$upstream_http_{name.lower().replace('-', '_')};", text
        )
        assert variable and variable[1].startswith("door_"), name
        for way in ["proxy_set_header", "grpc_set_header"]:
            assert f"{way} {name} ${variable[1]};" in text
        for way in ["fastcgi_param", "uwsgi_param", "scgi_param"]:
            assert f"{way} HTTP_{name.upper().replace('-', '_')} ${variable[1]};" in text


def asking(echo, path, policy):
    return (
        f"location {path} {{ auth_request /doorward/{policy}; include snippets/doorward-client.conf;"
        f" proxy_pass http://{echo}; }}\n"
    )


def test_the_path_of_the_question_names_the_policy(site, echo, pki):
    nginx = site(
        asking(echo, "/area/", "partners")
        + asking(echo, "/typo/", "partnres")
        + asking(echo, "/up/", "uploads")
        # A regular expression of the site that matches the question, too, must not answer it.
        + "location ~ /partners { return 200 open; } location ~ door { return 200 open; }\n"
    )
    assert nginx.get(path="/area/").status == 401
    assert received(nginx.get("192.0.2.4", path="/area/", cert=pki.alice))
    assert nginx.get(path="/typo/").status == 403
    assert "unknown_policy" in [line["reason"] for line in nginx.door.decisions()]
    # What a client asks for is no part of the question.
    for path in ["/up/", "/up/x?policy=partners", "/area/../up/"]:
        assert received(nginx.get("192.0.2.4", path=path))["x-doorward-policy"] == ["uploads"]


def test_a_policy_is_not_taken_along(site, echo, pki):
    ask = "auth_request /doorward/uploads; include snippets/doorward-client.conf;"
    nginx = site(
        at(echo, "= /inner")
        + asking(echo, "/partners/", "partners")
        + f"location /files/ {{ {ask} try_files /none /inner; }}\n"
        + f"location /more/ {{ {ask} try_files /none /partners/; }}\n"
    )
    assert nginx.get(path="/files/x").status == 200
    assert nginx.get("192.0.2.4", path="/files/x").status == 403  # `uploads` and then `default`
    assert [line["policy"] for line in nginx.door.decisions()[-2:]] == ["uploads", "default"]
    assert nginx.get(path="/more/x").status == 401
    assert nginx.get(path="/more/x", cert=pki.alice).status == 200


def test_uploads_and_large_headers(site, echo):
    nginx = site(at(echo, "/", "client_max_body_size 8m;") + at(echo, "/small/"))
    body = b"x" * (3 << 20)
    assert json.loads(nginx.get(method="POST", body=body).body)["body"] == len(body)
    assert nginx.get("192.0.2.4", method="POST", body=body).status == 403
    assert nginx.get(path="/small/", method="POST", body=body).status == 413
    got = received(nginx.get(path="/?" + "q" * 7000, headers={"Cookie": "c" * 7000}))
    assert got["cookie"] == ["c" * 7000]


def test_a_certificate_with_many_names(site, echo, pki):
    names = [f"{'n' * 60}{number}.{'x' * 60}.partner.example" for number in range(60)]
    nginx = site(
        at(echo), before="fastcgi_busy_buffers_size 8k; fastcgi_temp_file_write_size 16k;"
    )
    long = pki.authority.issue("many", dns=names)
    assert nginx.get("192.0.2.4", cert=long).status == 200


def upgrade(nginx, pki, protocol):
    with socket.create_connection(("127.0.0.1", nginx.port), timeout=30) as line:
        line.sendall(
            f"GET /live HTTP/1.1\r\nHost: x\r\nX-Played-Client: 192.0.2.1\r\n"
            f"Connection: Upgrade\r\nUpgrade: {protocol}\r\n\r\nhello\n".encode()
        )
        got = b""
        while b"\r\n\r\n" not in got:
            got += line.recv(4096)
        while got.startswith(b"HTTP/1.1 101") and b"hello\n" not in got:
            part = line.recv(4096)
            assert part
            got += part
        return got


def test_websockets(site, echo, pki):
    nginx = site(at(echo), tls=False)
    for spelling in ["websocket", "WebSocket"]:
        assert upgrade(nginx, pki, spelling).endswith(b"hello\n")
    for other in ["h2c", "websocket, h2c", "x websocket"]:
        answer = upgrade(nginx, pki, other)
        assert answer.startswith(b"HTTP/1.1 200") and b"pgrade" not in answer.split(b"\r\n\r\n")[1]


def test_http_2(site, echo, pki):
    nginx = site(at(echo), http2=True)

    def curl(address, *more):
        command = ["curl", "-s", "-S", "--http2", "--cacert", pki.authority.file, "-w", "\n%{http_version}%{http_code}"]
        command += ["-H", f"X-Played-Client: {address}", "-H", "X-Client-Hostname: forged", *more]
        done = subprocess.run(
            [*command, f"https://127.0.0.1:{nginx.port}/"], capture_output=True, text=True, check=True
        )
        return done.stdout

    inside = curl("192.0.2.1")
    assert inside.endswith("\n2200") and "client.example" in inside and "forged" not in inside
    assert curl("192.0.2.4").endswith("\n2403")
    upload = ["--data-binary", "x" * 100000]
    assert '"body": 100000' in curl("192.0.2.1", *upload)


class Params(socketserver.BaseRequestHandler):
    """A program behind uwsgi_pass or scgi_pass: returns all variables that it got."""

    def handle(self):
        head = self.request.recv(4)
        if head[0] == 0:  # uwsgi: pairs of lengths and texts
            size = int.from_bytes(head[1:3], "little")
        else:  # SCGI: a netstring of texts that end in NUL
            while b":" not in head:
                head += self.request.recv(1)
            digits, rest = head.split(b":")
            size, head = int(digits) - len(rest), rest
        body = b""
        while len(body) < size:
            body += self.request.recv(65536)
        if head[:1] != b"\0":
            parts = (head + body).split(b"\0")
            pairs = list(zip(parts[::2], parts[1::2]))
        else:
            texts = []
            while body:
                length = int.from_bytes(body[:2], "little")
                texts.append(body[2 : 2 + length])
                body = body[2 + length :]
            pairs = list(zip(texts[::2], texts[1::2]))
        text = json.dumps([[name.decode(), value.decode()] for name, value in pairs])
        self.request.sendall(f"Status: 200 OK\r\nContent-Length: {len(text)}\r\n\r\n{text}".encode())


@pytest.mark.parametrize("way", ["uwsgi", "scgi"])
def test_uwsgi_and_scgi(site, stack, way):
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Params)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stack.callback(server.server_close)
    stack.callback(server.shutdown)
    nginx = site(
        f"location / {{ include snippets/doorward-protect.conf; include /etc/nginx/{way}_params;"
        f" {way}_pass 127.0.0.1:{server.server_address[1]}; }}"
    )
    assert_variables(nginx)


def assert_variables(nginx):
    response = nginx.get(headers=[*FORGED.items(), *SPELLED])
    assert response.status == 200 and "forged" not in response.body
    pairs = json.loads(response.body)
    assert len(pairs) == len({name for name, _ in pairs})
    got = dict(pairs)
    assert got["HTTP_X_CLIENT_HOSTNAME"] == "client.example"
    assert got["HTTP_X_CLIENT_CERT_SUBJECT"] == ""
    assert got["HTTP_X_REAL_IP"] == "192.0.2.1" == got["REMOTE_ADDR"]
    assert nginx.get("192.0.2.4").status == 403


class Grpc(socketserver.BaseRequestHandler):
    """A program behind grpc_pass: returns the headers of each request."""

    def handle(self):
        peer = H2Connection(H2Configuration(client_side=False))
        peer.initiate_connection()
        self.request.sendall(peer.data_to_send())
        while data := self.request.recv(65536):
            for event in peer.receive_data(data):
                if isinstance(event, RequestReceived):
                    pairs = [[k.decode(), v.decode()] for k, v in map(tuple, event.headers)]
                    peer.send_headers(event.stream_id, [(":status", "200")])
                    peer.send_data(event.stream_id, json.dumps(pairs).encode(), end_stream=True)
            self.request.sendall(peer.data_to_send())


def test_grpc(site, stack, folder):
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Grpc)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stack.callback(server.server_close)
    stack.callback(server.shutdown)
    nginx = site(
        "location / { include snippets/doorward-protect.conf;"
        f" grpc_pass grpc://127.0.0.1:{server.server_address[1]}; }}",
        http2=True,
        tls=False,
    )

    def curl(address):
        command = ["curl", "-s", "--http2-prior-knowledge", "--max-time", "30", "-w", "\n%{http_code}"]
        for name, value in [("X-Played-Client", address), *FORGED.items(), *SPELLED]:
            command += ["-H", f"{name}: {value}"]
        url = f"http://127.0.0.1:{nginx.port}/"
        done = subprocess.run([*command, url], capture_output=True, text=True, check=True)
        return done.stdout.rsplit("\n", 1)

    body, status = curl("192.0.2.1")
    assert status == "200" and "forged" not in body
    got = dict(json.loads(body))
    assert got["x-client-hostname"] == "client.example" and got["x-real-ip"] == "192.0.2.1"
    assert curl("192.0.2.4")[1] == "403"


PHP = """<?php
$pairs = [];
foreach ($_SERVER as $name => $value) { if (is_string($value)) { $pairs[] = [$name, $value]; } }
echo json_encode($pairs);
"""


def test_fastcgi(site, folder, stack):
    php = Php(folder)
    stack.callback(php.close)
    nginx = site(
        "location ~ \\.php$ { include snippets/doorward-protect.conf; include /etc/nginx/fastcgi_params;"
        f" fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass unix:{php.socket}; }}"
    )
    (nginx.www / "index.php").write_text(PHP)
    get = nginx.get
    nginx.get = lambda *args, **how: get(*args, path="/index.php", **how)
    assert_variables(nginx)


def test_nothing_of_the_server_turns_a_failure_into_a_way_in(site, echo, folder):
    """doorward does not run; the site has pages for failures of its own programs."""
    nginx = site(
        at(echo) + "location /page { return 200 page; }\n"
        "location @other { return 200 other; }\n",
        before=f"fastcgi_cache_path {folder}/kept keys_zone=kept:1m;\n",
        server="error_page 403 404 500 502 503 504 =200 /page;\nerror_page 413 = @other;\n"
        "recursive_error_pages on; fastcgi_intercept_errors on; proxy_intercept_errors on;\n"
        "fastcgi_cache kept; fastcgi_cache_key x; fastcgi_cache_valid any 1h;\n",
    )
    got = nginx.get()
    assert got.status == 200 and "headers" in got.body
    assert nginx.get("192.0.2.4").body == "page"  # not what is protected
    nginx.door.stop()
    assert nginx.get().body == "page"
    assert nginx.get("192.0.2.4").body == "page"


def test_an_error_page_for_a_failed_lookup(site, echo):
    nginx = site(at(echo, "/", "error_page 500 = @doorward_unavailable;") + at(echo, "/plain/"))
    got = nginx.get("203.0.113.5")
    assert (got.status, got.header("Retry-After")) == (503, "30")
    assert nginx.get("203.0.113.5", path="/plain/").status == 500
    assert nginx.get("192.0.2.4").status == 403


def test_an_error_page_for_a_denial(site, echo):
    """As in the cookbook."""
    cookbook = (REPOSITORY / "contrib" / "cookbook.md").read_text()
    recipe = cookbook[cookbook.index("## An error page") :]
    text = re.search(r"```nginx\ninclude snippets/doorward.conf;\n(.*?)```", recipe, re.DOTALL)[1]
    nginx = site(text.replace("127.0.0.1:8080", echo))
    assert received(nginx.get())
    got = nginx.get("192.0.2.4")
    assert (got.status, got.body) == (403, "You may not see this page.\n")
    assert got.header("Cache-Control") == "no-store"
    got = nginx.get("203.0.113.5")
    assert (got.status, got.header("Retry-After")) == (503, "30")


def test_a_whole_server_and_an_open_part(site, echo):
    nginx = site(
        f"location / {{ proxy_pass http://{echo}; }}\n"
        f"location /open/ {{ auth_request off; proxy_pass http://{echo}; }}\n"
        f"location /up/ {{ auth_request /doorward/uploads; proxy_pass http://{echo}; }}\n",
        server="include snippets/doorward-protect.conf;",
    )
    got = received(nginx.get(headers=FORGED))
    assert got["x-client-hostname"] == ["client.example"] and "forged" not in json.dumps(got)
    assert nginx.get("192.0.2.4").status == 403
    got = received(nginx.get("192.0.2.4", path="/open/", headers=FORGED))
    assert "forged" not in json.dumps(got) and "x-client-hostname" not in got
    got = received(nginx.get("192.0.2.4", path="/up/", headers=FORGED))
    assert got["x-doorward-policy"] == ["uploads"]


def test_the_doctor_finds_nothing_in_them(site, echo):
    nginx = site(at(echo) + asking(echo, "/partners/", "partners"))
    file = nginx.folder / "nginx.conf"
    _, out, err = run("doctor", "-c", nginx.door.file, "--nginx", file, "--user", "root")
    findings = [line for line in (out + err).splitlines() if "/snippets/" in line]
    assert findings == [] and ": ok: " in out + err


@needs_module
def test_beside_the_module(folder, snippets):
    """Both may be installed: their variables have different names."""
    snippets(folder / "doorward.sock")
    (folder / "nginx.conf").write_text(
        f"load_module {MODULE};\npid {folder}/nginx.pid;\nevents {{}}\nhttp {{ server {{ listen"
        f" 127.0.0.1:{free_port()}; include snippets/doorward.conf;\n"
        "location /a/ { include snippets/doorward-protect.conf; proxy_pass http://127.0.0.1:9; }\n"
        "location /b/ { doorward default; proxy_pass http://127.0.0.1:9; } } }\n"
    )
    command = [NGINX, "-t", "-p", folder, "-e", "stderr", "-c", folder / "nginx.conf"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0 and "test is successful" in done.stderr, done.stderr
