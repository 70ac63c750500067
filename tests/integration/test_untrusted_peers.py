# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Peers that may not ask, on a port that every host reaches, beside peers that may."""

import socket
import ssl

import pytest

from kit.process import DEADLINE, connects, free_port, wait_for

POLICY = "[policy default]\nrdns = off\nallow = ip 192.0.2.0/24\n"
MAX = 64
STRANGERS = MAX // 16
ASK = "GET {} HTTP/1.1\r\nHost: door\r\nX-Real-IP: 192.0.2.1\r\n\r\n"


@pytest.fixture
def door(doorward, folder):
    """127.0.0.1 may ask, the rest of 127.0.0.0/8 may not."""
    port = free_port()
    door = doorward(
        POLICY,
        server=f"listen = http:0.0.0.0:{port}\nlisten = http:unix:{folder}/http.sock\n"
        f"max_connections = {MAX}\nthreads = 1\nrequest_timeout = 1h",
        frontend="trusted_proxies = 127.0.0.1",
    )
    door.port, door.http = port, str(folder / "http.sock")
    for place in [("127.0.0.1", port), door.http]:
        door.process.wait_until(lambda: connects(place), "a listening doorward")
    return door


def connect(door, source, text=""):
    one = socket.socket()
    one.settimeout(DEADLINE)
    one.bind((source, 0))
    one.connect(("127.0.0.1", door.port))
    if text:
        one.sendall(text.encode())
    return one


def answer(one):
    """All bytes until the end of the stream, or of a first response that keeps its connection."""
    got = b""
    while not (got.endswith(b"\r\n\r\n") and b"Content-Length: 0" in got):
        piece = one.recv(65536)
        if not piece:
            break
        got += piece
    return got.decode()


def is_open(one):
    one.setblocking(False)
    try:
        return one.recv(1) != b""
    except BlockingIOError:
        return True
    except ConnectionError:
        return False
    finally:
        one.settimeout(DEADLINE)


def friends_are_served(door):
    """Over FastCGI, over HTTP on a Unix socket, and a trusted peer on the same port."""
    assert door.ask(REMOTE_ADDR="192.0.2.1").status == 200
    with socket.socket(socket.AF_UNIX) as one:
        one.settimeout(DEADLINE)
        one.connect(door.http)
        one.sendall(ASK.format("/auth").encode())
        assert answer(one).startswith("HTTP/1.1 200 ")
    with connect(door, "127.0.0.1", ASK.format("/auth")) as one:
        assert answer(one).startswith("HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "text",
    [
        "",
        ASK.format("/healthz"),
        "GET /auth HTTP/1.1\r\nHost: door\r\nA: " + "b" * 8000,
        "GET /auth HTTP/1.1\r\nHost: door\r\nA: " + "b" * 120_000,
    ],
    ids=["silent", "healthz", "half", "large"],
)
def test_a_flood_of_untrusted_peers_keeps_no_peer_out(door, text):
    flood = []
    for i in range(4 * MAX):
        one = connect(door, f"127.0.0.{66 + i % 4}")
        try:
            one.sendall(text.encode())
        except ConnectionError:
            pass
        flood.append(one)
        if i % MAX == 0:
            friends_are_served(door)
    friends_are_served(door)
    # Only the newest connections may still be open: the others use no memory.
    wait_for(lambda: sum(map(is_open, flood)) <= STRANGERS, "those that made room")
    friends_are_served(door)
    # And a peer that connects after them is served.
    with connect(door, "127.0.0.99", ASK.format("/healthz")) as one:
        assert "\r\nConnection: close\r\n" in answer(one)
    if not text:
        assert "trusted_proxies" in door.process.output() and "max_connections" in door.process.output()
    for one in flood:
        one.close()


def test_a_full_socket_leaves_the_others_their_reserve(door):
    """Three sockets: a twelfth of the connections is reserved for each."""
    flood = [connect(door, "127.0.0.1") for _ in range(2 * MAX)]
    door.process.wait_until(
        lambda: "accepting pauses" in door.process.output(), "a line that says so"
    )
    assert "max_connections" in door.process.output()
    assert door.ask(REMOTE_ADDR="192.0.2.1").status == 200
    with socket.socket(socket.AF_UNIX) as one:
        one.settimeout(DEADLINE)
        one.connect(door.http)
        one.sendall(ASK.format("/auth").encode())
        assert answer(one).startswith("HTTP/1.1 200 ")
    for one in flood:
        one.close()
    friends_are_served(door)


def test_untrusted_peers_hold_little_memory(door):
    """8 KB of a head at most, for a few peers at a time."""

    def resident():
        text = open(f"/proc/{door.process.pid}/status").read()
        return int(text.split("VmRSS:")[1].split()[0])

    before = resident()
    flood = []
    for i in range(600):
        one = connect(door, "127.0.0.66")
        try:
            one.sendall(b"GET /auth HTTP/1.1\r\nHost: door\r\nA: " + b"b" * 120_000)
        except ConnectionError:
            pass
        flood.append(one)
    friends_are_served(door)
    assert resident() - before < 10_000
    for one in flood:
        one.close()


def line_with(door, *words):
    door.process.wait_until(
        lambda: any(
            all(word in line for word in words) for line in door.process.output().splitlines()
        ),
        f"a line with {words}",
    )


@pytest.mark.parametrize(
    "text, words",
    [
        ("GET /x HTTP/1.1\r\nHost: a\r\n\r\n", ["404 Not Found", "/x", "expected the path /auth"]),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: a\nb\r\n\r\n", ["400 Bad Request", "X has a bare LF"]),
        ("GET / HTTP/1.1\r\nHost: a\r\n" + "A: b\r\n" * 129 + "\r\n", ["431", "128 header fields"]),
        ("GET / HTTP/1.1\r\nA: " + "b" * 140_000, ["431", "max_params"]),
        ("\1\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0", ["FastCGI on an HTTP socket"]),
    ],
    ids=["404", "400", "fields", "size", "fastcgi"],
)
def test_a_refusal_over_http_is_logged(doorward, folder, text, words):
    door = doorward(
        POLICY,
        server=f"listen = http:unix:{folder}/http.sock",
        log="format = json\nlevel = info",
    )
    door.process.wait_until(lambda: connects(str(folder / "http.sock")), "a listening doorward")
    with socket.socket(socket.AF_UNIX) as one:
        one.settimeout(DEADLINE)
        one.connect(str(folder / "http.sock"))
        one.sendall(text.encode())
        if not text.endswith("b"):
            one.shutdown(socket.SHUT_WR)
        answer(one)
    line_with(door, "HTTP from a Unix socket", *words)


def test_other_protocols_on_a_fastcgi_socket_are_logged(doorward):
    door = doorward(POLICY, log="format = json\nlevel = info")
    with socket.socket(socket.AF_UNIX) as one:
        one.settimeout(DEADLINE)
        one.connect(str(door.socket))
        one.sendall(ASK.format("/auth").encode())
        assert answer(one) == ""
    line_with(door, "FastCGI from a Unix socket", "an HTTP request", "listen = http:")


def test_tls_on_a_fastcgi_socket_is_logged(doorward):
    door = doorward(POLICY, log="format = json\nlevel = info")
    context = ssl.create_default_context()
    with socket.socket(socket.AF_UNIX) as one:
        one.settimeout(DEADLINE)
        one.connect(str(door.socket))
        with pytest.raises((ssl.SSLError, OSError)):
            context.wrap_socket(one, server_hostname="door")
    line_with(door, "FastCGI from a Unix socket", "TLS")


def test_a_role_that_is_not_served_is_logged(doorward):
    door = doorward(POLICY, log="format = json\nlevel = info")
    with socket.socket(socket.AF_UNIX) as one:
        one.settimeout(DEADLINE)
        one.connect(str(door.socket))
        one.sendall(b"\1\1\0\1\0\10\0\0" + b"\0\3\0\0\0\0\0\0")
        assert one.recv(100)[1] == 3  # FCGI_END_REQUEST
    line_with(door, "FastCGI from a Unix socket", "a role other than")


def test_a_flood_of_decisions_is_few_lines(door):
    """A peer that may not ask gets a decision each time; the log has one a second, and then the
    number of those before. Each request of a peer that may ask has its line."""

    def ask():
        with connect(door, "127.0.0.66", ASK.format("/auth")) as one:
            assert answer(one).startswith("HTTP/1.1 403 ")

    def lines():
        return [line for line in door.log() if line.get("reason") == "bad_input"]

    def told():
        ask()
        return any("left_out" in line for line in lines())

    for _ in range(200):
        ask()
    wait_for(told, "a line that counts the others")
    counted = sum(1 + line.get("left_out", 0) for line in lines())
    assert len(lines()) < 100 < counted
    for _ in range(20):
        with connect(door, "127.0.0.1", ASK.format("/auth")) as one:
            assert answer(one).startswith("HTTP/1.1 200 ")
    wait_for(
        lambda: sum(line.get("reason") == "rule" for line in door.log()) == 20, "a line for each"
    )


def test_a_flood_of_refusals_is_few_lines(doorward, folder):
    """And the next line has their number."""
    door = doorward(POLICY, server=f"listen = http:unix:{folder}/http.sock\nthreads = 1")
    door.process.wait_until(lambda: connects(str(folder / "http.sock")), "a listening doorward")

    def refuse():
        with socket.socket(socket.AF_UNIX) as one:
            one.settimeout(DEADLINE)
            one.connect(str(folder / "http.sock"))
            one.sendall(b"get\r\n\r\n")
            answer(one)

    def told():
        refuse()
        return "more of this kind before" in door.process.output()

    for _ in range(300):
        refuse()
    wait_for(told, "a line that counts the others")
    assert door.process.output().count("400 Bad Request") < 100
