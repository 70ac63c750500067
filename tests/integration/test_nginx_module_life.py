# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""nginx's module: requests that wait, and what may happen meanwhile to their clients, to nginx and to
doorward. The fixture checks nginx's log: no worker crashed, and no connection was left open."""

import concurrent.futures
import http.server
import os
import random
import select
import signal
import socket
import ssl
import struct
import threading
import time

import pytest

import fcgi
from kit import life, web
from kit.doorward import BINARY
from kit.nginx_module import Authorizer, ModuleNginx, end, head, needs_module, reply
from kit.process import Process, free_port, wait_for

pytestmark = needs_module

SAY = "location / { doorward staff; return 200 'in $doorward_hostname'; }"


@pytest.fixture
def authorizer(folder, stack):
    def start(answer, name="a.sock", kind=Authorizer, **more):
        started = kind(folder / name, answer, **more)
        stack.callback(started.stop)
        return started

    return start


@pytest.fixture
def site(folder, stack):
    def start(server=SAY, http="", address=None, **more):
        address = address or f"unix:{folder}/a.sock"
        nginx = ModuleNginx(folder, server, f"doorward_server {address};\n{http}", **more)
        stack.callback(nginx.close)
        return nginx

    return start


@pytest.fixture
def application(stack):
    """The port of an application that keeps connections."""

    class Application(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = f"app {self.path}".encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Application)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stack.callback(server.server_close)
    stack.callback(server.shutdown)
    return server.server_address[1]


def slow(seconds, status=200):
    def answer(number, params):
        time.sleep(random.uniform(seconds / 2, seconds))
        return reply(status, X_Client_Hostname=params["REQUEST_URI"])

    return answer


def side_by_side(count, do):
    """Runs do(i) in threads; the first failure is that of the test."""
    failures = []

    def run(i):
        try:
            do(i)
        except Exception as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


@pytest.mark.parametrize("satisfy", ["all", "any"])
def test_kept_connections_and_proxy_pass(authorizer, site, application, satisfy):
    """
    nginx calls the handler of a suspended request again, on the second request of a connection of
    which one went to a back end; a module that does not expect it crashes here.
    """
    authorizer(slow(0.1))
    nginx = site(
        f"location / {{ satisfy {satisfy}; doorward staff; proxy_pass http://application; }}",
        f"upstream application {{ server 127.0.0.1:{application}; keepalive 8; }}",
    )

    def client(i):
        with nginx.connect() as line:
            for n in range(12):
                response = line.ask(f"/{i}/{n}")
                assert (response.status, response.body) == (200, f"app /{i}/{n}")
            assert line.opened == 1

    side_by_side(20, client)


def test_200_clients(authorizer, site):
    """More at once than one connection takes."""
    server = authorizer(slow(0.5))
    nginx = site()

    def client(i):
        for n in range(3):
            assert nginx.get(f"/{i}/{n}").body == f"in /{i}/{n}"

    side_by_side(200, client)
    assert 2 <= server.connections <= 16
    assert len(server.asked) == 600


def test_one_client_does_not_take_the_place_of_others(authorizer, site):
    """Questions that differ by what a client claims are one client's all the same."""
    answer = threading.Event()

    def slow_names(n, params):
        if params["REMOTE_ADDR"] == "192.0.2.66":
            answer.wait(20)
        return reply(X_Client_Hostname="x")

    server = authorizer(slow_names)
    nginx = site()
    lines = [socket.create_connection(("127.0.0.1", nginx.port)) for _ in range(300)]
    try:
        for i, line in enumerate(lines):
            line.sendall(
                f"GET /{i} HTTP/1.0\r\nX-Played-Client: 192.0.2.66\r\n\r\n".encode()
            )
        wait_for(lambda: len(select.select(lines, [], [], 0)[0]) == 300 - 256, "refusals")
        assert b" 503 " in select.select(lines, [], [], 0)[0][0].recv(1000)
        wait_for(lambda: len(server.asked) == 256, "questions")
        assert nginx.get("/", "192.0.2.1").body == "in x"
    finally:
        answer.set()
        for line in lines:
            line.close()
    assert nginx.get("/", "192.0.2.66").body == "in x"


def test_a_shorter_timeout_is_not_another_request_s(authorizer, site):
    """Two locations ask the same, one of which waits for longer."""
    authorizer(slow(3))
    nginx = site(
        "doorward staff; doorward_param REQUEST_URI /;"
        "location /long { return 200; } location /short { doorward_timeout 200ms; return 200; }"
    )
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        long = pool.submit(nginx.get, "/long")
        time.sleep(0.1)
        begun = time.monotonic()
        assert nginx.get("/short").status == 503
        assert time.monotonic() - begun < 1
        assert long.result().status == 200


def test_pipelined_requests(authorizer, site):
    authorizer(slow(0.1))
    nginx = site()
    with socket.create_connection(("127.0.0.1", nginx.port), 10) as line:
        line.sendall(b"".join(b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n" % i for i in range(8)))
        got = b""
        while got.count(b"in /") < 8:
            got += line.recv(65536)
    at = [got.index(b"in /%d" % i) for i in range(8)]
    assert at == sorted(at)


def test_a_body_that_comes_meanwhile(authorizer, site, application):
    authorizer(slow(0.2))
    nginx = site(f"location / {{ doorward staff; proxy_pass http://127.0.0.1:{application}; }}")
    with nginx.connect() as line:
        for _ in range(3):
            line.http.putrequest("GET", "/b")
            line.http.putheader("Content-Length", "200000")
            line.http.endheaders(b"x" * 100000)
            time.sleep(0.05)
            line.http.send(b"x" * 100000)
            assert web.Response(line.http.getresponse()).body == "app /b"
            line.http.close()


def reset(line):
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


@pytest.mark.parametrize("noticed", [False, True])
@pytest.mark.parametrize("how", [socket.socket.close, reset])
def test_clients_that_leave(authorizer, site, how, noticed):
    """limit_req makes nginx notice it while the request waits."""
    server = authorizer(slow(0.4))
    limit = "limit_req zone=z burst=50 nodelay;" if noticed else ""
    nginx = site(
        f"location / {{ {limit} doorward staff; satisfy any; }} location /ok {{ doorward staff;"
        " return 200 ok; }",
        "limit_req_zone $request_uri zone=z:1m rate=1000r/s;",
    )
    for i in range(20):
        line = socket.create_connection(("127.0.0.1", nginx.port), 10)
        line.sendall(b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n" % i)
        wait_for(lambda: len(server.asked) > i, "the question")
        how(line)
    assert nginx.get("/ok").body == "ok"


def test_an_include_that_waits(authorizer, site, folder):
    authorizer(slow(0.2))
    (folder / "page.html").write_text(
        "".join(f'[<!--#include virtual="/in?{i}" -->]' for i in range(5))
    )
    nginx = site(
        f"root {folder}; location / {{ ssi on; }} location /in {{ doorward $arg_p$args; return 200 i; }}"
    )
    assert nginx.get("/page.html").body == "[i][i][i][i][i]"
    line = socket.create_connection(("127.0.0.1", nginx.port), 10)
    line.sendall(b"GET /page.html HTTP/1.1\r\nHost: x\r\n\r\n")
    time.sleep(0.05)
    reset(line)
    assert nginx.get("/page.html").body == "[i][i][i][i][i]"


# HTTP/2


class Http2:
    def __init__(self, port):
        import h2.connection

        self.sock = socket.create_connection(("127.0.0.1", port), 10)
        self.h2 = h2.connection.H2Connection()
        self.h2.initiate_connection()
        self.flush()
        self.statuses, self.bodies = {}, {}

    def flush(self):
        self.sock.sendall(self.h2.data_to_send())

    def ask(self, path):
        stream = self.h2.get_next_available_stream_id()
        names = [(":method", "GET"), (":path", path), (":scheme", "http"), (":authority", "x")]
        self.h2.send_headers(stream, names, end_stream=True)
        self.flush()
        return stream

    def read_until(self, streams):
        import h2.events

        waiting = set(streams)
        while waiting:
            data = self.sock.recv(65536)
            assert data, "closed"
            for event in self.h2.receive_data(data):
                if isinstance(event, h2.events.ResponseReceived):
                    self.statuses[event.stream_id] = int(dict(event.headers)[b":status"])
                elif isinstance(event, h2.events.DataReceived):
                    self.bodies[event.stream_id] = event.data.decode()
                elif isinstance(event, h2.events.StreamEnded):
                    waiting.discard(event.stream_id)
            self.flush()


@pytest.fixture
def h2(authorizer, site):
    pytest.importorskip("h2")
    server = authorizer(slow(0.3))
    return server, site(listen="http2")


def test_http2_streams(h2):
    server, nginx = h2
    line = Http2(nginx.port)
    streams = [line.ask(f"/{i}") for i in range(100)]
    line.read_until(streams)
    assert [line.bodies[s] for s in streams] == [f"in /{i}" for i in range(100)]
    line.sock.close()


def test_http2_streams_that_are_reset(h2):
    server, nginx = h2
    line = Http2(nginx.port)
    streams = [line.ask(f"/{i}") for i in range(40)]
    wait_for(lambda: len(server.asked) >= 40, "the questions")
    for stream in streams[::2]:
        line.h2.reset_stream(stream)
    line.flush()
    line.read_until(streams[1::2])
    assert all(line.statuses[s] == 200 for s in streams[1::2])
    line.sock.close()


@pytest.mark.parametrize("how", ["goaway", "close", "reset"])
def test_http2_connections_that_end(h2, how):
    server, nginx = h2
    for _ in range(3):
        asked = len(server.asked)
        line = Http2(nginx.port)
        for i in range(20):
            line.ask(f"/{i}")
        wait_for(lambda: len(server.asked) >= asked + 20, "the questions")
        if how == "goaway":
            line.h2.close_connection()
            line.flush()
        (reset if how == "reset" else socket.socket.close)(line.sock)
    line = Http2(nginx.port)
    stream = line.ask("/last")
    line.read_until([stream])
    assert line.bodies[stream] == "in /last"
    line.sock.close()


# nginx


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGQUIT])
@pytest.mark.parametrize("zone", ["", "doorward_zone v:1m;"])
def test_nginx_reloads_or_ends_while_requests_wait(authorizer, site, number, zone):
    server = authorizer(lambda n, p: time.sleep(1) or reply(X_Client_Hostname="x"))
    nginx = site(http=zone)
    got = []
    threads = [
        threading.Thread(target=lambda: got.append(nginx.get("/").body)) for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    wait_for(lambda: server.asked, "a question")
    time.sleep(0.1)
    begun = time.monotonic()
    nginx.process.send(number)
    for thread in threads:
        thread.join()
    assert got == ["in x"] * 10
    if number == signal.SIGHUP:
        assert nginx.get("/").body == "in x"
        wait_for(lambda: "exited with code 0" in nginx.log(), "the end of the old worker")
    else:
        assert nginx.process.ended() == 0
        assert time.monotonic() - begun < 4


def test_reloads_under_load(authorizer, site):
    authorizer(slow(0.05))
    nginx = site(http="doorward_zone v:1m;", workers=2)
    stop = threading.Event()

    def reload():
        while not stop.wait(0.3):
            nginx.process.send(signal.SIGHUP)

    thread = threading.Thread(target=reload)
    thread.start()

    def client(i):
        for n in range(30):
            assert nginx.get(f"/{i}/{n}").body == f"in /{i}/{n}"

    try:
        side_by_side(10, client)
    finally:
        stop.set()
        thread.join()


# doorward


def test_away(folder, site, authorizer):
    nginx = site(f"doorward_timeout 1s; {SAY}")
    begun = time.monotonic()
    assert nginx.get("/").status == 503
    assert 0.9 < time.monotonic() - begun < 2
    assert "doorward did not decide: unavailable" in nginx.log()
    # Once an outage is as long as the time of a question, none waits.
    begun = time.monotonic()
    assert nginx.get("/").status == 503
    assert time.monotonic() - begun < 0.5
    authorizer(lambda n, p: reply(X_Client_Hostname="x"))
    wait_for(lambda: nginx.get("/").body == "in x", "an answer", 2)


def test_back_in_time(site, authorizer):
    nginx = site()
    threading.Timer(0.5, lambda: authorizer(lambda n, p: reply(X_Client_Hostname="x"))).start()
    assert nginx.get("/").body == "in x"


@pytest.mark.parametrize("status", [503, 403])
def test_slow(site, authorizer, status):
    server = authorizer(lambda n, p: time.sleep(1.5 if n == 0 else 0) or reply(X_Client_Hostname="x"))
    nginx = site(f"doorward_timeout 500ms; doorward_on_error {status}; {SAY}")
    begun = time.monotonic()
    assert nginx.get("/").status == status
    assert 0.4 < time.monotonic() - begun < 1.4
    for _ in range(3):
        assert nginx.get("/").body == "in x"
    time.sleep(1.2)  # the late answer comes
    assert nginx.get("/").body == "in x"
    assert len(server.asked) == 5


def test_restarted_with_questions_open(site, authorizer):
    server = authorizer(lambda n, p: None if n < 5 else reply(X_Client_Hostname="x"))
    nginx = site()
    got = []
    threads = [
        threading.Thread(target=lambda i=i: got.append(nginx.get(f"/{i}").body)) for i in range(5)
    ]
    for thread in threads:
        thread.start()
    wait_for(lambda: len(server.asked) == 5, "the questions")
    server.stop()
    time.sleep(0.3)
    server.restart()
    for thread in threads:
        thread.join()
    assert got == ["in x"] * 5


def test_a_server_that_dies_of_each_question(site, authorizer):
    server = authorizer(lambda n, p: b"", close_after=True)
    nginx = site()
    assert [nginx.get("/").status for _ in range(3)] == [503] * 3
    assert len(server.asked) == 6  # one more try for each


def stdout(data):
    return lambda number: fcgi.record(fcgi.STDOUT, data, id=number)


GOOD = head(200, 0)
WRONG = {
    "nothing": b"",
    "not FastCGI": b"HTTP/1.1 200 OK\r\n\r\n",
    "another version": lambda n: fcgi.record(fcgi.STDOUT, GOOD, id=n, version=2) + end(n),
    "half a record": lambda n: (fcgi.record(fcgi.STDOUT, GOOD, id=n) + end(n))[:20],
    "no end": stdout(GOOD),
    "an end alone": end,
    "no status": lambda n: fcgi.record(fcgi.STDOUT, b"X: y\r\n\r\n", id=n) + end(n),
    "two statuses": lambda n: fcgi.record(
        fcgi.STDOUT, b"Status: 200 OK\r\n" + GOOD, id=n) + end(n),
    "no end of the head": lambda n: fcgi.record(fcgi.STDOUT, GOOD[:-2], id=n) + end(n),
    "a head that ends without a carriage return": lambda n: fcgi.record(
        fcgi.STDOUT, b"Status: 200 OK\r\n\n", id=n) + end(n),
    "a control byte": lambda n: fcgi.record(fcgi.STDOUT, GOOD[:-2] + b"X: \0\r\n\r\n", id=n) + end(n),
    "a status of four digits": lambda n: fcgi.record(
        fcgi.STDOUT, b"Status: 2000 OK\r\n\r\n", id=n) + end(n),
    "a status that is no number": lambda n: fcgi.record(
        fcgi.STDOUT, b"Status: OK\r\n\r\n", id=n) + end(n),
    "201": reply(201),
    "302": reply(302),
    "500": reply(500),
    "an application's status": lambda n: fcgi.record(
        fcgi.STDOUT, GOOD, id=n) + end(n, app_status=1),
    "overloaded": lambda n: fcgi.record(
        fcgi.STDOUT, GOOD, id=n) + end(n, protocol_status=fcgi.OVERLOADED),
    "cannot multiplex": lambda n: end(n, protocol_status=fcgi.CANT_MPX_CONN),
    "another id": lambda n: fcgi.record(fcgi.STDOUT, GOOD, id=n + 1) + end(n + 1),
    "the end of another id": lambda n: fcgi.record(fcgi.STDOUT, GOOD, id=n) + end(n + 1),
    "id 0": lambda n: fcgi.record(fcgi.STDOUT, GOOD, id=0) + end(0),
    "a far id": lambda n: fcgi.record(fcgi.STDOUT, GOOD, id=65535) + end(65535),
    "two ends": lambda n: end(n) + end(n),
    "on stderr": lambda n: fcgi.record(fcgi.STDERR, GOOD, id=n) + end(n),
    "a request": lambda n: fcgi.begin(id=n),
    "a short end": lambda n: fcgi.record(
        fcgi.STDOUT, GOOD, id=n) + fcgi.record(fcgi.END_REQUEST, b"\0" * 4, id=n),
    "a huge response": lambda n: fcgi.record(
        fcgi.STDOUT, b"X: " + b"y" * 60000, id=n) * 2 + end(n),
    "a head in two responses": lambda n: fcgi.record(
        fcgi.STDOUT, GOOD[:10], id=n) + end(n) + fcgi.record(fcgi.STDOUT, GOOD[10:], id=n) + end(n),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_not_a_good_answer(site, authorizer, name):
    """Never lets a client in, and the next question is answered."""
    bad = {"now": True}
    authorizer(lambda n, p: WRONG[name] if bad["now"] else reply(X_Client_Hostname="x"))
    nginx = site(f"doorward_timeout 300ms; {SAY}")
    for _ in range(2):
        response = nginx.get("/")
        assert response.status == 503 and "in" != response.body[:2], nginx.log()
    bad["now"] = False
    wait_for(lambda: nginx.get("/").body == "in x", "a good answer", 3)


def test_split_at_every_byte(site, authorizer):
    good = reply(200, X_Client_Hostname="x", X_Doorward_Reason="rule")

    class Slow(Authorizer):
        def _reply(self, line, number, pairs):
            for byte in good(number):
                line.sendall(bytes([byte]))
                time.sleep(0.0005)

    authorizer(None, kind=Slow)
    assert site().get("/").body == "in x"


def test_the_next_server(folder, site, authorizer):
    nginx = site(address=f"unix:{folder}/a.sock unix:{folder}/b.sock")
    second = authorizer(lambda n, p: reply(X_Client_Hostname="b"), "b.sock")
    assert nginx.get("/").body == "in b"
    first = authorizer(lambda n, p: reply(X_Client_Hostname="a"))
    second.stop()
    assert nginx.get("/").body == "in a"
    assert len(first.asked) == len(second.asked) == 1


def test_over_tcp(doorward, site):
    port = free_port()
    doorward(
        "[policy staff]\nrdns = off\nallow = ip 192.0.2.0/24\n",
        listen=f"127.0.0.1:{port}",
        address=f"127.0.0.1:{port}",
    )
    nginx = site(
        "location / { doorward staff; return 200 $doorward_reason; }", address=f"127.0.0.1:{port}"
    )
    assert nginx.get("/", "192.0.2.1").body == "rule"
    assert nginx.get("/", "198.51.100.1").status == 403


def load(nginx, clients=5):
    """Clients that ask until the function is called that this returns; then the statuses."""
    stop, statuses = threading.Event(), []

    def client(i):
        n = 0
        with nginx.connect() as line:
            while not stop.is_set():
                n += 1
                headers = {"X-Played-Client": f"192.0.2.{n % 250}"}
                statuses.append(line.ask(f"/{i}/{n}", headers).status)

    threads = [threading.Thread(target=client, args=(i,)) for i in range(clients)]
    for thread in threads:
        thread.start()

    def end():
        stop.set()
        for thread in threads:
            thread.join()
        return statuses

    return end


@pytest.mark.parametrize("zone", ["", "doorward_zone v:1m;"])
def test_doorward_reloads_and_hands_over(doorward, folder, site, zone):
    door = doorward(
        "[policy staff]\nrdns = off\nallow = ip 192.0.2.0/24\n",
        argv=[BINARY, "-c", folder / "doorward.conf"],
        log="decisions = none",
    )
    nginx = site(
        "location / { doorward staff; return 200 in; }", zone, address=f"unix:{door.socket}"
    )
    end = load(nginx)
    pid = door.process.pid
    try:
        for number in range(1, 4):
            os.kill(pid, signal.SIGHUP)
            time.sleep(0.2)
            pid = life.upgrade(door, pid, number)
            time.sleep(0.2)
    finally:
        statuses = end()
        life.end(pid)
    assert len(statuses) > 50 and set(statuses) == {200}


def test_200_clients_while_both_reload(doorward, site):
    door = doorward(
        "[policy staff]\nrdns = off\nallow = ip 192.0.2.0/24\n", log="decisions = none"
    )
    nginx = site(
        "location / { doorward staff; return 200 in; }",
        "doorward_zone v:1m;",
        address=f"unix:{door.socket}",
        workers=2,
    )
    stop = threading.Event()

    def reload():
        while not stop.wait(0.3):
            door.reload()
            nginx.process.send(signal.SIGHUP)

    thread = threading.Thread(target=reload)
    thread.start()

    def client(i):
        for n in range(10):
            assert nginx.get(f"/{n}", f"192.0.2.{i % 50}").status == 200
            assert nginx.get(f"/{n}", f"198.51.100.{i % 50}").status == 403

    try:
        side_by_side(200, client)
    finally:
        stop.set()
        thread.join()


def test_nginx_is_replaced_by_another_binary(authorizer, site, folder, stack):
    """By USR2, which nginx ignores as long as the process that started it runs."""
    authorizer(slow(0.05))
    nginx = site(http="doorward_zone v:1m;")
    nginx.close()
    argv = " ".join(map(str, nginx.process.argv))
    parent = Process(["/bin/sh", "-c", f"{argv} & sleep 0.5"], nginx.process.log)
    stack.callback(parent.kill)
    parent.ended()
    pid = folder / "nginx.pid"
    first = int(pid.read_text())
    end = load(nginx)
    os.kill(first, signal.SIGUSR2)
    wait_for(
        lambda: (folder / "nginx.pid.oldbin").exists() and pid.exists() and pid.read_text(),
        "the new nginx",
    )
    second = int(pid.read_text())
    time.sleep(0.5)
    assert first != second and set(end()) == {200}
    os.kill(first, signal.SIGQUIT)
    wait_for(lambda: life.ended(first), "the end of the old nginx")
    assert nginx.get("/x").body == "in /x"
    os.kill(second, signal.SIGQUIT)
    wait_for(lambda: life.ended(second), "the end of the new nginx")


def test_client_certificates(doorward, folder, stack, pki):
    door = doorward(
        "[policy staff]\nrdns = off\nclient_cert = required\nallow = cert.dns .partner.example\n"
    )
    nginx = ModuleNginx(
        folder,
        f"ssl_certificate {pki.server.file}; ssl_certificate_key {pki.server.key_file};\n"
        f"ssl_client_certificate {pki.authority.file}; ssl_verify_client optional_no_ca;\n"
        "location / { doorward staff; return 200 $doorward_cert_subject; }"
        "location /off { doorward staff; doorward_certificate off; return 200 in; }",
        f"doorward_server unix:{door.socket};",
        listen="ssl",
    )
    stack.callback(nginx.close)

    def get(path, cert):
        return nginx.get(path, "192.0.2.1", ca=pki.authority.file, cert=cert)

    assert get("/", pki.alice).body == "CN=alice,O=Acme"
    assert get("/", None).status == 403
    assert get("/", pki.only_cn).status == 403
    assert get("/", pki.stranger).status == 403  # nginx passes it on, with FAILED
    assert get("/off", pki.alice).status == 403
    # Each connection has a certificate of its own, also after one with the same number.
    for cert, status in [(pki.alice, 200), (None, 403), (pki.only_cn, 403), (pki.alice, 200)]:
        with nginx.connect(ca=pki.authority.file, cert=cert) as line:
            for _ in range(3):
                assert line.ask("/", {"X-Played-Client": "192.0.2.1"}).status == status
            assert line.opened == 1
