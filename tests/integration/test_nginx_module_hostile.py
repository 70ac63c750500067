# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""nginx's module: requests of every form, and clients that send, leave and reset while nginx and the
authorizer come and go."""

import collections
import contextlib
import random
import signal
import socket
import struct
import threading
import time

import pytest

from kit.nginx_module import Authorizer, ModuleNginx, needs_module, reply
from kit.process import wait_for

pytestmark = needs_module

STAFF, NO_ONE = "192.0.2.1", "198.51.100.1"

# Every error leads to the protected location, too.
SITE = """
error_page 400 404 405 413 414 494 495 497 502 =200 /staff;
location / { }
location /staff { doorward staff; return 200 secret; }
location /broken { proxy_pass http://127.0.0.1:1; }
location /post { post_action /staff; return 200 sent; }
location /page.html { ssi on; }
location /limited { doorward staff; limit_except GET { proxy_pass http://127.0.0.1:1; }
  return 200 secret; }
location /named { doorward staff; error_page 403 =200 @named; return 200 secret; }
location @named { doorward staff; return 200 secret; }
location /put/ { doorward staff; dav_methods PUT; }
location /asked { auth_request /staff; try_files /secret.txt =404; }
location /slash/ { doorward staff; proxy_pass http://127.0.0.1:1; }
location /argument { doorward $arg_p; return 200 secret; }
location /header { doorward $http_p; return 200 secret; }
"""

REQUESTS = {
    "absolute form": b"GET http://127.0.0.1/staff HTTP/1.1",
    "HEAD": b"HEAD /staff HTTP/1.1",
    "OPTIONS": b"OPTIONS /staff HTTP/1.1",
    "OPTIONS *": b"OPTIONS * HTTP/1.1",
    "TRACE": b"TRACE /staff HTTP/1.1",
    "CONNECT": b"CONNECT /staff HTTP/1.1",
    "a method of no one's": b"FOO /staff HTTP/1.1",
    "HTTP/1.0": b"GET /staff HTTP/1.0",
    "a version that is not there": b"GET /staff HTTP/9.9",
    "two slashes": b"GET //staff HTTP/1.1",
    "dots": b"GET /x/../staff HTTP/1.1",
    "escapes": b"GET /%73taff HTTP/1.1",
    "a fragment": b"GET /staff#a HTTP/1.1",
    "a control byte": b"GET /staff\x01 HTTP/1.1",
    "a long URI": b"GET /" + b"a" * 30000 + b" HTTP/1.1",
    "two hosts": b"GET /staff HTTP/1.1\r\nHost: b",
    "NUL in a header": b"GET /staff HTTP/1.1\r\nA: \0",
    "an upgrade": b"GET /staff HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade",
    "100-continue": b"POST /staff HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5",
    "a large body": b"POST / HTTP/1.1\r\nContent-Length: 99999999999",
    "two lengths": b"POST /staff HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5",
    "a range": b"GET /staff HTTP/1.1\r\nRange: bytes=0-1",
    "a missing file": b"GET /missing HTTP/1.1",
    "a back end that is away": b"GET /broken HTTP/1.1",
    "post_action": b"GET /post HTTP/1.1",
    "SSI": b"GET /page.html HTTP/1.1",
    "limit_except": b"PUT /limited HTTP/1.1",
    "limit_except, the method that it excepts": b"GET /limited HTTP/1.1",
    "an error page under the policy": b"GET /named HTTP/1.1",
    "PUT": b"PUT /put/file HTTP/1.1\r\nContent-Length: 0",
    "auth_request": b"GET /asked HTTP/1.1",
    "without its slash": b"GET /slash HTTP/1.1",
    "a policy that is not there": b"GET /argument?p=nope HTTP/1.1",
    "no policy": b"GET /argument HTTP/1.1",
    "a policy that is built in": b"GET /argument?p=@rdns-single HTTP/1.1",
    "a long policy": b"GET /argument?p=" + b"x" * 7000 + b" HTTP/1.1",
    "a policy of control bytes": b"GET /header HTTP/1.1\r\nP: staff\t\x01\x7f\xff",
    "off as a policy": b"GET /header HTTP/1.1\r\nP: off",
    "two policies": b"GET /header HTTP/1.1\r\nP: staff\r\nP: open",
}


@pytest.fixture
def www(folder):
    www = folder / "www"
    www.mkdir()
    (www / "page.html").write_text('<!--#include virtual="/staff" -->')
    (www / "secret.txt").write_text("secret\n")
    (www / "file.txt").write_text("file\n" * 100)
    (www / "page403.html").write_text("sorry\n")
    include = "".join(f'<!--#include virtual="/part/{i}" -->' for i in range(20))
    (www / "parts.html").write_text(include)
    return www


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_of_any_form(folder, stack, doorward, www, name):
    door = doorward("[policy staff]\nrdns = off\nallow = ip 192.0.2.0/24\n")
    nginx = ModuleNginx(folder, SITE, f"doorward_server unix:{door.socket};\nroot {www};")
    stack.callback(nginx.close)
    rest = f"\r\nHost: a\r\nX-Played-Client: {NO_ONE}\r\nConnection: close\r\n\r\n".encode()
    got = b""
    with socket.create_connection(("127.0.0.1", nginx.port), 2) as line:
        line.sendall(REQUESTS[name] + rest)
        # After the response nginx waits for the rest of a body.
        with contextlib.suppress(TimeoutError):
            while piece := line.recv(65536):
                got += piece
    assert got and b"secret" not in got
    assert not (www / "put").exists()
    assert nginx.get("/staff", STAFF).body == "secret"


EVERYTHING = """
doorward_headers on; error_page 403 /page403.html;
location / { doorward staff; }
location /parts.html { ssi on; doorward staff; }
location /part/ { doorward part$uri; if ($arg_x) { return 200 x; } return 200 $doorward_hostname; }
location /any { satisfy any; doorward any; limit_req zone=limit burst=1000 nodelay;
  auth_basic x; auth_basic_user_file /dev/null; try_files /file.txt =404; }
location /mirrored { mirror /inside; doorward staff; try_files /file.txt =404; }
location /asked { auth_request /inside; doorward staff; try_files /file.txt =404; }
location = /inside { internal; doorward inside; return 204; }
location /rdns { rdns double; rdns_deny ^x; if ($http_a) { rdns on; return 200 $rdns_hostname; }
  try_files /file.txt =404; }
location /proxied { doorward staff; proxy_pass http://127.0.0.1:1; }
"""
PATHS = "/ /file.txt /parts.html /part/1 /part/2?x=1 /any /mirrored /asked /rdns /proxied".split()


def capricious(seed):
    dice = random.Random(seed)

    def answer(n, params):
        time.sleep(dice.random() * 0.3)
        if dice.random() < 0.05:
            return None
        if dice.random() < 0.02:
            return b"junk" * 10
        return reply(
            dice.choice([200, 200, 200, 403, 401, 500]), dice.choice([0, 0, 1]),
            X_Client_Hostname="a.example", X_Doorward_Vary=dice.choice(["-", "REQUEST_URI"]),
        )

    return answer


def send_and_leave(port, dice, statuses):
    """Some requests at once, and then one of the ways to leave."""
    with socket.create_connection(("127.0.0.1", port), 5) as line:
        for _ in range(dice.randint(1, 5)):
            line.sendall(
                f"GET {dice.choice(PATHS)} HTTP/1.1\r\nHost: a\r\nA: {dice.choice(['', '1'])}\r\n"
                f"X-Played-Client: 192.0.2.{dice.randint(1, 40)}\r\n\r\n".encode()
            )
        how = dice.random()
        time.sleep(dice.random() * 0.3)
        if how < 0.3:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif how < 0.5:
            line.shutdown(socket.SHUT_WR)
        else:
            statuses[line.recv(65536)[9:12]] += 1


def test_everything_at_once(folder, stack, www):
    authorizer = Authorizer(folder / "a.sock", capricious(1))
    stack.callback(authorizer.stop)
    nginx = ModuleNginx(
        folder, EVERYTHING,
        f"doorward_server unix:{authorizer.path}; doorward_zone v:64k; doorward_timeout 400ms;"
        f"root {www}; limit_req_zone $binary_remote_addr zone=limit:1m rate=1000r/s;"
        f"log_format door '$doorward_reason $rdns_hostname'; access_log {folder}/access.log door;",
        workers=2,
    )
    stack.callback(nginx.close)
    text = nginx.file.read_text()
    nginx.file.write_text("worker_shutdown_timeout 300ms;\n" + text)
    until = time.monotonic() + 8
    statuses = collections.Counter()

    def client(seed):
        dice = random.Random(seed)
        while time.monotonic() < until:
            with contextlib.suppress(OSError):
                send_and_leave(nginx.port, dice, statuses)

    clients = [threading.Thread(target=client, args=(i,)) for i in range(24)]
    for thread in clients:
        thread.start()
    while time.monotonic() < until:
        time.sleep(1.3)
        nginx.process.popen.send_signal(signal.SIGHUP)
        authorizer.stop()
        time.sleep(0.3)
        authorizer.restart()
    for thread in clients:
        thread.join()
    assert statuses[b"200"] > 10 and statuses[b"403"] > 1 and statuses[b"503"] > 1, statuses
    authorizer.answer = lambda n, params: reply()
    wait_for(lambda: nginx.get("/file.txt", STAFF).status == 200, "a response")
