# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Forward authentication over HTTP, as it is on the wire."""

import http.client
import socket
import threading
import time

import pytest

import fcgi
from kit.doorward import BINARY, run
from kit.process import DEADLINE, Process, free_port, wait_for

POLICY = """[policy default]
allow = host client.example
[policy open]
rdns = off
allow = *
[policy claims]
rdns = off
allow = ip 192.0.2.0/24 & uri /wanted & method PUT & http_host www.example
[policy certs]
rdns = off
client_cert = required
allow = cert.dns .partner.example
[policy uri]
rdns = off
default = allow
deny = uri ~ ^/admin
[policy method]
rdns = off
default = allow
deny = method POST
[policy host]
rdns = off
default = allow
deny = http_host intern.example
"""
REAL_IP = "X-Real-IP: 192.0.2.1\r\n"


class Wire:
    """One connection, byte by byte if a test needs it."""

    def __init__(self, address):
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.settimeout(DEADLINE)
        wait_for(lambda: self.socket.connect_ex(address) == 0, f"someone at {address}")
        self.file = self.socket.makefile("rb")

    def send(self, text):
        self.socket.sendall(text.encode("latin-1"))

    def answer(self, head_only=False):
        """(status, headers in lower case, body) of the next response; None at the end."""
        line = self.file.readline()
        if not line:
            return None
        assert line.startswith(b"HTTP/1.1 "), line
        headers = {}
        for header in iter(self.file.readline, b"\r\n"):
            name, _, value = header.decode("latin-1").partition(": ")
            assert name.lower() not in headers
            headers[name.lower()] = value.rstrip("\r\n")
        length = 0 if head_only else int(headers["content-length"])
        return int(line.split()[1]), headers, self.file.read(length).decode()

    def ended(self):
        return self.file.read(1) == b""

    def close(self):
        self.file.close()
        self.socket.close()


def http_door(doorward, nsd, folder, threads):
    """On a port whose peers are trusted, and on a Unix socket."""
    port = free_port()
    door = doorward(
        POLICY,
        server=f"""
            listen = http:unix:{folder}/http.sock
            listen = http:127.0.0.1:{port}
            threads = {threads}
        """,
        frontend="trusted_proxies = 127.0.0.1",
        server_of_names=nsd,
    )
    door.port, door.http = port, str(folder / "http.sock")
    return door


@pytest.fixture
def door(doorward, nsd, folder):
    return http_door(doorward, nsd, folder, threads=2)


@pytest.fixture
def wire(door, stack):
    def connect(address=None):
        wire = Wire(address or ("127.0.0.1", door.port))
        stack.callback(wire.close)
        return wire

    return connect


def request(path="/auth", headers=REAL_IP, method="GET", version="1.1"):
    return f"{method} {path} HTTP/{version}\r\nHost: door\r\n{headers}\r\n"


def test_allow_and_deny_over_one_connection(door, wire):
    for where in [None, door.http]:
        one = wire(where)
        for address, status, reason, name in [
            ("192.0.2.1", 200, "rule", "client.example"),
            ("192.0.2.2", 403, "default", None),
            ("203.0.113.5", 403, "dns_error", None),
            ("nonsense", 403, "bad_address", None),
            ("2001:db8::1", 200, "rule", "client.example"),
        ]:
            one.send(request(headers=f"X-Real-IP: {address}\r\n"))
            got, headers, body = one.answer()
            assert (got, headers["x-doorward-reason"]) == (status, reason)
            assert headers.get("x-client-hostname") == name
            assert headers["content-length"] == str(len(body))
            # A denial reaches the client, and caches on the way must not keep it for others.
            age = headers["x-accel-expires"]
            assert headers["cache-control"] == (
                f"max-age={age}" if status == 200 else "no-store"
            )
            assert "connection" not in headers and "GMT" in headers["date"]
            assert body == "" and "content-type" not in headers


def test_pipelined_answers_come_in_order(wire):
    """The first client needs a lookup, the others are in the cache."""
    one = wire()
    one.send("".join(request(f"/auth/{'open' if i % 3 else 'default'}") for i in range(300)))
    for i in range(300):
        status, headers, _ = one.answer()
        assert (status, headers["x-doorward-policy"]) == (200, "open" if i % 3 else "default")


def test_byte_by_byte(wire):
    one = wire()
    for byte in request() + request("/auth/open"):
        one.send(byte)
    assert [one.answer()[0], one.answer()[0]] == [200, 200]


def test_which_peers_may_ask(doorward, nsd):
    port = free_port()
    door = doorward(
        POLICY,
        server=f"listen = http:127.0.0.1:{port}",
        frontend="trusted_proxies = 10.0.0.0/8\ntrust_headers = yes",
        server_of_names=nsd,
    )
    for path in ["/auth", "/auth/open"]:
        one = Wire(("127.0.0.1", port))
        one.send(request(path) * 2)
        status, headers, _ = one.answer()
        assert (status, headers["connection"]) == (403, "close")
        assert one.answer() is None
        one.close()
    detail = door.decisions(1)[-1]["detail"]
    assert "[frontend] trusted_proxies = 127.0.0.1" in detail
    # Every peer may ask for the health, but not for the metrics.
    for path, status in [("/healthz", 200), ("/readyz", 200), ("/metrics", 403), ("/x", 404)]:
        one = Wire(("127.0.0.1", port))
        one.send(request(path) * 2)
        got, headers, _ = one.answer()
        assert (got, headers["connection"]) == (status, "close")
        assert one.answer() is None
        one.close()


def test_endpoints(door, wire):
    one = wire()
    one.send(request("/healthz") + request("/readyz?x") + request("/metrics", method="HEAD"))
    assert one.answer()[2] == "alive\n"
    assert one.answer()[2] == "ready\n"
    status, headers, _ = one.answer(head_only=True)
    assert status == 200 and headers["content-type"].startswith("text/plain; version=0.0.4")
    one.send(request("/metrics"))
    body = one.answer()[2]
    assert "doorward_build_info{" in body and headers["content-length"] != "0"
    for path in ["/", "/Auth", "//auth", "/authx", "/metrics/", "*", "/index.html"]:
        one.send(request(path, method="OPTIONS"))
        assert one.answer()[0] == 404, path


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "PROPFIND"])
def test_methods_and_bodies(door, wire, method):
    head = method == "HEAD"
    one = wire()
    one.send(request(method=method, headers=REAL_IP + "Content-Length: 0\r\n"))
    assert one.answer(head)[0] == 200
    one.send(request("/auth", "X-Real-IP: 192.0.2.2\r\n", method=method))
    status, headers, body = one.answer(head)
    assert (status, headers["content-length"]) == (403, "0")
    # doorward neither waits for a body nor parses it as a request.
    for announced in ["Content-Length: 100\r\n", "Transfer-Encoding: chunked\r\n"]:
        one = wire()
        one.send(request(method=method, headers=REAL_IP + announced))
        status, headers, _ = one.answer(head)
        assert (status, headers["connection"]) == (200, "close")
        one.send(request("/auth/open"))
        assert one.ended()


BAD = {
    "both lengths": request(headers="Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
    "two lengths": request(headers="Content-Length: 0\r\nContent-Length: 0\r\n"),
    "two hosts": request(headers="Host: other\r\n"),
    "no host": "GET /auth HTTP/1.1\r\n\r\n",
    "a folded line": request(headers="X-Real-IP: 192.0.2.9\r\n ,192.0.2.1\r\n"),
    "a blank before the colon": request(headers="X-Real-IP : 192.0.2.1\r\n"),
    "bare line feeds": "GET /auth HTTP/1.1\nHost: a\n\n",
    "a bare CR": request(headers="A: b\rX-Real-IP: 192.0.2.1\r\n"),
    "NUL": request(headers="X-Real-IP: 192.0.2.1\0\r\n"),
    "HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/0.9": "GET /auth\r\n\r\n",
    "TLS": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "a lower-case method": request(method="get"),
    "an unknown method": request(method="OPEN"),
    "CONNECT": "CONNECT door:80 HTTP/1.1\r\nHost: door\r\n\r\n",
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_ambiguous_is_refused(door, wire, name):
    one = wire()
    one.send(request() + BAD[name] + request("/auth/open"))
    assert one.answer()[0] == 200
    status, headers, _ = one.answer()
    assert (status, headers["connection"]) == (400, "close")
    assert one.ended()
    assert len(door.decisions(1)) == 1


def drip(wire, text):
    """Sends it ten times a second, and returns how many seconds the connection lasted."""
    began = time.monotonic()
    wire.socket.settimeout(0.1)
    while time.monotonic() - began < DEADLINE:
        try:
            wire.send(text)
            if wire.socket.recv(4096) == b"":
                break
        except TimeoutError:
            pass
        except OSError:
            break
    return time.monotonic() - began


def test_limits(doorward, folder):
    sock = str(folder / "http.sock")
    door = doorward(
        POLICY,
        server=f"listen = http:unix:{sock}\nmax_params = 4K\nrequest_timeout = 300ms\n"
        "idle_timeout = 1s\nmax_connections = 4",
    )
    for headers in ["A: " + "b" * 5000 + "\r\n", "A: b\r\n" * 129]:
        one = Wire(sock)
        one.send(request("/auth/open", headers))
        status, answer, _ = one.answer()
        assert (status, answer["connection"]) == (431, "close")
        one.close()
    # Silent, slow, idle: each until its time-out.
    for text in ["", "GET /auth HTTP/1.1\r\nHost"]:
        one = Wire(sock)
        one.send(text)
        assert one.ended()
        one.close()
    one = Wire(sock)
    one.send(request("/auth/open"))
    assert one.answer()[0] == 200
    assert one.ended()
    one.close()
    # Empty lines are not a request, and do not extend the time.
    for begin, limit in [("\r", 1), ("GET /auth/open HTTP/1.1\r\nHost: a\r\n\r\n\r", 2)]:
        one = Wire(sock)
        one.send(begin)
        assert drip(one, "\n\r") < limit
        one.close()
    # FastCGI and HTTP share the connections: two workers may have two each.
    many = [Wire(sock) for _ in range(6)]
    for one in many:
        one.send(request("/auth/open", REAL_IP + "Connection: close\r\n"))
    assert [one.answer()[0] for one in many] == [200] * 6
    assert door.ask({"REMOTE_ADDR": "192.0.2.1", "DOORWARD_POLICY": "open"}).status == 200


def reason_of(wire, path="/auth", headers=REAL_IP):
    wire.send(request(path, headers))
    status, answer, _ = wire.answer()
    return status, answer["x-doorward-reason"], answer.get("x-doorward-policy")


def test_identity_headers(door, wire):
    one = wire()
    denied = (403, "duplicate_input", None)
    assert reason_of(one, headers=REAL_IP * 2) == denied
    assert reason_of(one, headers=REAL_IP + "x-real-ip: 192.0.2.1\r\n") == denied
    assert reason_of(one, headers=REAL_IP + "X_Real_IP: 192.0.2.1\r\n") == denied
    # A look-alike is refused, even alone.
    for name in ["X_Real_IP", "X-Real_IP", "x_real-ip"]:
        assert reason_of(one, headers=f"{name}: 192.0.2.1\r\n") == denied
    # Parameters cannot come over HTTP, with any name of a header.
    for name in ["REMOTE_ADDR", "DOORWARD-TRUST-HEADERS", "HTTP_X_REAL_IP", "HTTP-X-Real-IP"]:
        assert reason_of(one, headers=f"{name}: 192.0.2.1\r\n")[1] == "no_address"
    # Without an address, the peer's own is not used.
    assert reason_of(one, "/auth/open", headers="")[1] == "no_address"
    # X-Forwarded-For counts only if it is configured.
    assert reason_of(one, headers="X-Forwarded-For: 192.0.2.1\r\n")[1] == "no_address"


def test_forwarded_for(doorward, nsd, folder):
    sock = str(folder / "http.sock")
    doorward(
        POLICY,
        server=f"listen = http:unix:{sock}",
        frontend="trusted_proxies = 10.0.0.0/8\nforwarded_for = yes",
        server_of_names=nsd,
    )
    one = Wire(sock)
    for value, status in [
        ("192.0.2.1", 200),
        ("192.0.2.1, 10.0.0.1", 200),
        ("192.0.2.1, 192.0.2.2", 403),
        ("192.0.2.2, 192.0.2.1, 10.1.1.1", 200),
    ]:
        assert reason_of(one, headers=f"X-Forwarded-For: {value}\r\n")[0] == status, value
    one.close()


def test_the_path_alone_selects_the_policy(door, wire):
    """Most front ends pass on the client's headers: a header must not select another policy."""
    one = wire()
    by = "X-Doorward-Policy: open\r\n"
    assert reason_of(one, "/auth/open")[2] == "open"
    assert reason_of(one, "/auth?policy=open")[2] == "default"
    assert reason_of(one, "/auth/open?x=y")[2] == "open"
    assert reason_of(one, "/auth/open", REAL_IP + by)[2] == "open"
    assert reason_of(one, "/auth", REAL_IP + "X-Doorward-Policy: default\r\n")[2] == "default"
    for path, headers in [
        ("/auth", by),
        ("/auth", "X-Doorward-Policy:\r\n"),
        ("/auth/default", by),
        ("/auth/certs", by),
        ("/auth", by + "X-Doorward-Policy: default\r\n"),
        ("/auth", "X_Doorward_Policy: open\r\n"),
    ]:
        assert reason_of(one, path, REAL_IP + headers)[:2] == (403, "duplicate_input")
    for path in ["/auth/", "/auth/nosuch", "/auth/../open", "/auth/%6fpen", "/auth/Open"]:
        assert reason_of(one, path)[:2] == (403, "unknown_policy"), path


def test_a_header_selects_the_policy_with_policy_header(doorward, folder, stack):
    doorward(
        POLICY,
        server=f"listen = http:unix:{folder}/http.sock",
        frontend="policy_header = yes",
    )
    one = Wire(str(folder / "http.sock"))
    stack.callback(one.close)
    by = REAL_IP + "X-Doorward-Policy: open\r\n"
    assert reason_of(one, "/auth", by)[::2] == (200, "open")
    assert reason_of(one, "/auth", REAL_IP)[2] == "default"
    assert reason_of(one, "/auth", REAL_IP + "X-Doorward-Policy:\r\n")[:2] == (403, "unknown_policy")
    for path, headers in [
        ("/auth/default", by),
        ("/auth", by + "X-Doorward-Policy: default\r\n"),
        ("/auth", REAL_IP + "X_Doorward_Policy: open\r\n"),
        ("/auth", by + "X_Doorward_Policy: open\r\n"),
    ]:
        assert reason_of(one, path, headers)[:2] == (403, "duplicate_input"), path


@pytest.mark.parametrize(
    "path, headers, status",
    [
        # Traefik, Caddy
        ("/auth/claims", ["X-Forwarded-Method: PUT", "X-Forwarded-Uri: /wanted"], 200),
        # nginx, ingress-nginx
        ("/auth/claims", ["X-Original-Method: PUT", "X-Original-URI: /wanted"], 200),
        ("/auth/claims", ["X-Original-Method: PUT", "X-Original-URL: https://www.example/wanted"], 200),
        # Both, and they agree or not.
        (
            "/auth/claims",
            ["X-Original-Method: PUT", "X-Original-URI: /wanted", "X-Forwarded-Uri: /wanted"],
            200,
        ),
        (
            "/auth/claims",
            ["X-Original-Method: PUT", "X-Original-URI: /wanted", "X-Forwarded-Uri: /other"],
            403,
        ),
        # IIS, with no host in it
        ("/auth/claims", ["X-Original-Method: PUT", "X-Original-URL: /wanted"], 200),
        ("/auth/claims", ["X-Original-Method: PUT", "X-Original-URL: wanted"], 403),
        ("/auth/claims", ["X-Forwarded-Method: PUT", "X_Forwarded_Uri: /wanted"], 403),
        ("/auth/claims", ["X-Forwarded-Method: PUT"], 403),
        # Envoy's path_prefix
        ("/auth/claims/wanted", ["X-Forwarded-Method: PUT"], 200),
        ("/auth/claims/wanted/not", ["X-Forwarded-Method: PUT"], 403),
    ],
)
def test_the_clients_own_request(wire, path, headers, status):
    one = wire()
    text = "".join(f"{line}\r\n" for line in ["X-Forwarded-Host: www.example", *headers])
    assert reason_of(one, path, REAL_IP + text)[0] == status


ORIGINAL_URL = "X-Original-URL: https://backend.internal/wanted\r\n"


@pytest.mark.parametrize(
    "path, headers, status, reason, detail",
    [
        # The request to doorward itself is not the client's request.
        ("/auth/uri", "", 403, "bad_input",
         "X-Forwarded-Uri or X-Original-URI or X-Original-URL did not come, and a rule reads uri"),
        ("/auth/method", "", 403, "bad_input",
         "X-Forwarded-Method or X-Original-Method did not come, and a rule reads method"),
        ("/auth/host", "", 403, "bad_input",
         "X-Forwarded-Host or X-Original-URL did not come, and a rule reads http_host"),
        ("/auth/method/wanted", "", 403, "bad_input",
         "X-Forwarded-Method or X-Original-Method did not come, and a rule reads method"),
        ("/auth/uri", "X-Forwarded-Uri:\r\n", 403, "bad_input",
         "X-Forwarded-Uri did not come, and a rule reads uri"),
        # Two that differ deny if a rule reads the claim.
        ("/auth/host", ORIGINAL_URL + "X-Forwarded-Host: www.example\r\n", 403, "duplicate_input",
         "X-Forwarded-Host and X-Original-URL"),
        ("/auth/uri", ORIGINAL_URL + "X-Forwarded-Host: www.example\r\n", 200, "default", None),
        ("/auth/uri", ORIGINAL_URL + "X-Forwarded-Uri: /other\r\n", 403, "duplicate_input",
         "X-Forwarded-Uri and X-Original-URL"),
        ("/auth/uri/wanted", "X-Forwarded-Uri: /other\r\n", 403, "duplicate_input",
         "the path after the policy and X-Forwarded-Uri"),
        # Nor does a second URI hide a URI that names another host; ingress-nginx joins Host and
        # URI.
        ("/auth/host", "X-Forwarded-Host: a\r\nX-Original-URI: http://www.example/\r\nX-Forwarded-Uri: /\r\n",
         403, "bad_input", 'http_host "a" is not the host of uri "http://www.example/"'),
        ("/auth/host", "X-Original-URL: https://ahttp://www.example/\r\n", 403, "duplicate_input", "X-Original-URL"),
        ("/auth/open", ORIGINAL_URL + "X-Forwarded-Uri: /other\r\n", 200, "rule", None),
        ("/auth/open", "User-Agent: a\r\nUser-Agent: b\r\n", 200, "rule", None),
        ("/auth/open", "X_Forwarded_Uri: /a\r\nX-Original-URL: x\r\n", 200, "rule", None),
        ("/auth/uri", "X-Forwarded-Uri: /pub/..%2fadmin\r\n", 403, "bad_input",
         'uri "/pub/..%2fadmin" has no single path: servers differ on %2f, . and ..'),
    ],
)  # fmt: skip
def test_claims_that_are_not_clear(door, wire, path, headers, status, reason, detail):
    for _ in range(2):
        assert reason_of(wire(), path, REAL_IP + headers)[:2] == (status, reason)
    door.process.wait_until(lambda: len(door.decisions()) >= 2, "decisions")
    assert door.decisions()[-1].get("detail") == detail


def test_http_1_0(wire):
    one = wire()
    one.send("GET /auth/open HTTP/1.0\r\nConnection: keep-alive\r\n" + REAL_IP + "\r\n")
    assert one.answer()[1]["connection"] == "keep-alive"
    one.send("GET /auth/open HTTP/1.0\r\n" + REAL_IP + "\r\n")
    assert one.answer()[1]["connection"] == "close"
    assert one.ended()


def test_an_offer_of_another_protocol_is_ignored(wire):
    """Caddy passes a WebSocket's on."""
    one = wire()
    one.send(request("/auth/open", REAL_IP + "Connection: Upgrade\r\nUpgrade: websocket\r\n"))
    status, headers, _ = one.answer()
    assert (status, headers["connection"]) == (200, "close")
    assert one.ended()


def test_the_end(doorward, nsd, folder, stack):
    """
    A request that has begun is answered, and the response says that it is the last. With one worker,
    the end of the idle connection shows that the others' worker knows of the end.
    """
    door = http_door(doorward, nsd, folder, threads=1)
    idle, busy, busy_too = [Wire(("127.0.0.1", door.port)) for _ in range(3)]
    for one in (idle, busy, busy_too):
        stack.callback(one.close)
    idle.send(request("/readyz"))
    assert idle.answer()[0] == 200
    busy.send("GET /readyz HTTP/1.1\r\n")
    busy_too.send("GET /auth/open HTTP/1.1\r\n")
    wait_for(lambda: connections(door) == 3, "three accepted connections")
    door.process.send(15)
    assert idle.ended()
    for one, status in [(busy, 503), (busy_too, 200)]:
        one.send("Host: a\r\n" + REAL_IP + "\r\n")
        got, headers, _ = one.answer()
        assert (got, headers["connection"]) == (status, "close")
        assert one.ended()
    assert door.process.ended() == 0


def connections(door):
    """Established TCP connections of that port, by the kernel's count, that were read from."""
    with open("/proc/net/tcp") as table:
        rows = [line.split() for line in table][1:]
    return sum(
        row[1].endswith(f":{door.port:04X}") and row[3] == "01" and row[4].endswith(":00000000")
        for row in rows
    )


def test_reload_under_load(door):
    """No wrong and no lost response on kept connections."""
    errors, counts = [], []
    stop = threading.Event()

    def client():
        connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=DEADLINE)
        count = 0
        try:
            while not stop.is_set():
                good = count % 2 == 0
                address = "192.0.2.1" if good else "192.0.2.2"
                connection.request("GET", "/auth", headers={"X-Real-IP": address})
                response = connection.getresponse()
                response.read()
                assert response.status == (200 if good else 403)
                count += 1
            counts.append(count)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=client) for _ in range(20)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        before = door.process.output().count("is in force")
        door.reload()
        wait_for(lambda: door.process.output().count("is in force") > before, "a reload")
    stop.set()
    for thread in threads:
        thread.join()
    assert not errors and sum(counts) > 100


def test_systemd_names_its_sockets(folder, stack):
    """One for each protocol, told apart by FileDescriptorName."""

    def listening(name):
        one = socket.socket(socket.AF_UNIX)
        one.bind(str(folder / name))
        one.listen()
        stack.callback(one.close)
        return one

    first, web = listening("fcgi"), listening("web")
    file = folder / "doorward.conf"
    file.write_text(
        "[server]\nlisten = systemd\nlisten = http:systemd:web\n"
        "[dns]\nnameservers = 127.0.0.1:9\n[policy default]\nrdns = off\nallow = *\n"
    )
    script = (
        f"exec 3<&{first.fileno()} 4<&{web.fileno()}; "
        f"LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=one:web exec {BINARY} -c {file}"
    )
    process = Process(
        ["/bin/bash", "-c", script],
        folder / "log",
        pass_fds=(first.fileno(), web.fileno()),
    )
    stack.callback(process.kill)
    one = Wire(str(folder / "web"))
    one.send(request("/auth"))
    assert one.answer()[0] == 200
    one.close()
    params = [("REMOTE_ADDR", "192.0.2.1")]
    assert fcgi.request(str(folder / "fcgi"), params, fcgi.RESPONDER).status == 200
    assert process.stop() == 0


def test_the_configuration_has_http_listeners(folder):
    file = folder / "doorward.conf"
    lines = ["http:unix:/run/x", "http:127.0.0.1:80", "http:[::1]:80", "http:fd:3", "http:systemd:a"]
    file.write_text("[server]\n" + "".join(f"listen = {line}\n" for line in lines))
    dump = run("-T", "-c", file, expect=0)[1]
    for line in lines:
        assert f"listen = {line}\n" in dump
    assert "no peer may ask there" in run("-t", "-c", file, expect=0)[2]
    for frontend, place in [("trusted_proxies = 10.0.0.1", lines[1]), ("", lines[0])]:
        file.write_text(f"[frontend]\n{frontend}\n[server]\nlisten = {place}\n")
        assert "nobody may ask" not in run("-t", "-c", file, expect=0)[2]
    file.write_text("[server]\nlisten = http:nowhere\n")
    assert "or http: or admin: and one of these" in run("-t", "-c", file)[2]
