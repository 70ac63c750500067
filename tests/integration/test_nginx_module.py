# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""nginx's module: a location with `doorward POLICY` cannot be bypassed."""

import ast
import http.server
import re
import socket
import struct
import threading

import pytest

from kit.nginx_module import Authorizer, ModuleNginx, check_configuration, needs_module, reply
from kit.process import wait_for

pytestmark = needs_module

POLICY = """
[policy staff]
rdns = off
allow = ip 192.0.2.0/24

[policy others]
rdns = off
allow = ip 203.0.113.0/24
"""
STAFF, OTHER, NO_ONE = "192.0.2.1", "203.0.113.1", "198.51.100.1"


@pytest.fixture
def door(doorward):
    return doorward(POLICY)


@pytest.fixture
def site(folder, stack, door):
    """Starts nginx with the text of a server; its files are in www."""
    www = folder / "www"
    (www / "dir").mkdir(parents=True)
    for name in ["index.html", "file.txt", "dir/index.html", "e403.html", "open.html"]:
        (www / name).write_text(f"{name}\n")

    def start(server, http="", **more):
        nginx = ModuleNginx(
            folder, server, f"doorward_server unix:{door.socket};\nroot {www};\n{http}", **more
        )
        stack.callback(nginx.close)
        return nginx

    return start


# Each row: the server, the path, what a client of no one's gets, and what one of the staff gets.
BEFORE = {
    "return": ("location / { doorward staff; return 200 secret; }", "/", 403, 200),
    "return, the directives the other way around": (
        "location / { return 200 secret; doorward staff; }", "/", 403, 200),
    "rewrite last": (
        "location / { doorward staff; rewrite ^ /open last; } location /open { return 200 in; }",
        "/", 403, 200),
    "redirect": ("location / { doorward staff; rewrite ^ /open redirect; }", "/", 403, 302),
    "if with return": (
        "location / { doorward staff; if ($arg_x) { return 200 secret; } }", "/?x=1", 403, 200),
    "if with alias": (
        "location / { doorward staff; if ($arg_x) { set $y 1; } }", "/file.txt?x=1", 403, 200),
    "a file": ("location / { doorward staff; }", "/file.txt", 403, 200),
    "the server's return": ("doorward staff; return 200 secret;", "/", 403, 200),
    "the server's return in an if": (
        "doorward staff; if ($arg_x) { return 200 secret; }", "/?x=1", 403, 200),
    "the server's redirect": ("doorward staff; rewrite ^ http://x.example/;", "/", 403, 302),
    "the server's rewrite": (
        "doorward staff; rewrite ^/a$ /file.txt;", "/a", 403, 200),
    "inherited": ("doorward staff; location / { return 200 secret; }", "/", 403, 200),
    "inherited, twice": (
        "doorward staff; location / { location /x { return 200 secret; } }", "/x", 403, 200),
    "off": ("doorward staff; location / { doorward off; return 200 open; }", "/", 200, 200),
    "a location's own": (
        "doorward others; location / { doorward staff; return 200 secret; }", "/", 403, 200),
    "no location": ("doorward staff;", "/file.txt", 403, 200),
    "try_files": (
        "location / { doorward staff; try_files /nope /file.txt =404; }", "/", 403, 200),
    "try_files, to a named location": (
        "location / { try_files /nope @n; } location @n { doorward staff; return 200 secret; }",
        "/", 403, 200),
    "try_files, to another location": (
        "location = /a { try_files /nope /b; } location = /b { doorward staff; return 200 in; }",
        "/a", 403, 200),
    "index": ("location / { doorward staff; index index.html; }", "/dir/", 403, 200),
    "index, only its target protected": (
        "location / { } location ~ html$ { doorward staff; }", "/dir/", 403, 200),
    "an error page of another error": (
        "location / { error_page 404 = /file.txt; } location = /file.txt { doorward staff; }",
        "/nope", 403, 200),
    "a name that is not configured": ("location / { doorward nope; }", "/file.txt", 403, 403),
    "a variable": (
        "set $p staff; location / { doorward $p; return 200 secret; }", "/", 403, 200),
    "an empty variable": (
        'set $p ""; location / { doorward $p; return 200 secret; }', "/", 503, 503),
    "a variable that says off": (
        "set $p off; location / { doorward $p; return 200 secret; }", "/", 403, 403),
    "limit_except": (
        "location / { doorward staff; limit_except POST { allow all; } }", "/file.txt", 403, 200),
    "satisfy all, allow": (
        "location / { doorward staff; allow all; }", "/file.txt", 403, 200),
    "satisfy all, deny": (
        "location / { doorward staff; deny all; }", "/file.txt", 403, 403),
    "satisfy any, deny": (
        "location / { satisfy any; doorward staff; deny all; }", "/file.txt", 403, 200),
    "satisfy any, allow": (
        "location / { satisfy any; doorward staff; allow all; }", "/file.txt", 200, 200),
    "satisfy any, nothing else": (
        "location / { satisfy any; doorward staff; }", "/file.txt", 403, 200),
    "satisfy any, with a return of an error": (
        "location / { satisfy any; doorward staff; if ($arg_x) { return 404; } }",
        "/file.txt", 403, 200),
}


@pytest.mark.parametrize("name", BEFORE)
def test_no_directive_bypasses_it(site, name):
    server, path, denied, allowed = BEFORE[name]
    nginx = site(server)
    for client, status in [(NO_ONE, denied), (STAFF, allowed)]:
        response = nginx.get(path, client)
        assert response.status == status, (client, response, nginx.log())
        assert (status < 400) == ("403" not in response.body and "503" not in response.body)


def test_a_server_rewrites_once(site):
    """Also a request that is in no location."""
    nginx = site(
        "rewrite ^/(.*)$ /x/$1; add_header X-Uri $uri always; location /staff { doorward staff; }"
    )
    assert nginx.get("/a", STAFF).header("X-Uri") == "/x/a"


def test_one_question_for_each_client_request(site, door):
    """Also after internal redirects, and with a check of the server before that of the location."""
    nginx = site(
        "doorward staff; if ($arg_x) { return 200 x; }"
        "location / { try_files /nope /dir/; } location /dir/ { index index.html; }"
    )
    assert nginx.get("/", STAFF).body == "dir/index.html\n"
    assert nginx.get("/", NO_ONE).status == 403
    door.wait_for_log(NO_ONE.replace(".", r"\."))
    assert [line["ip"] for line in door.decisions()] == [STAFF, NO_ONE]


def test_another_policy_is_another_question(site, door):
    nginx = site(
        "location = /a { doorward staff; try_files /nope /b; } location = /b { doorward others; }"
    )
    assert nginx.get("/a", STAFF).status == 403
    door.wait_for_log("others")
    assert [line["policy"] for line in door.decisions()] == ["staff", "others"]


ERROR_PAGES = {
    "in the same location": ("doorward staff; error_page 403 /e403.html;", "/file.txt"),
    "of the location": (
        "location / { doorward staff; error_page 403 /e403.html; }", "/file.txt"),
    "with another status": (
        "location / { doorward staff; error_page 403 =404 /e403.html; }", "/file.txt"),
    "without a policy": (
        "doorward staff; location / { error_page 403 @e; }"
        "location @e { doorward off; try_files /e403.html =404; }", "/file.txt"),
    "with recursion": (
        "recursive_error_pages on; doorward staff; error_page 403 /e403.html;", "/file.txt"),
    "satisfy any": (
        "location / { satisfy any; doorward staff; deny all; error_page 403 /e403.html; }",
        "/file.txt"),
}


@pytest.mark.parametrize("name", ERROR_PAGES)
def test_the_error_page_of_a_denial_is_shown(site, door, name):
    server, path = ERROR_PAGES[name]
    nginx = site(server)
    response = nginx.get(path, NO_ONE)
    assert response.body == "e403.html\n", nginx.log()
    assert response.status == (404 if "=404 /" in server else 403)
    # A request for the page itself is not the error page of another.
    assert nginx.get("/e403.html", STAFF).status in (200, 404)
    assert len(door.decisions()) == 2


OTHER_WAYS = {
    "another redirect from the error page": (
        "doorward staff; location / { error_page 403 /page/; }"
        "location /page/ { try_files /nope /file.txt; }", 403),
    "an error page of another policy": (
        "location / { doorward staff; error_page 403 /file.txt; }"
        "location = /file.txt { doorward others; }", 403),
    "a return in the page's location": (
        "location / { doorward staff; error_page 403 /e403.html; return 200 file.txt; }", 403),
    "a return in the page's server": (
        "doorward staff; error_page 403 /e403.html; return 200 file.txt;", 403),
    "a return in an if": (
        "location / { doorward staff; error_page 403 /e403.html;"
        " if ($request_uri) { return 200 file.txt; } }", 403),
    "a handler in an if": (
        "location / { doorward staff; error_page 403 /e403.html;"
        " if ($request_uri) { proxy_pass http://127.0.0.1:@echo; } }", 403),
    "an application that reads the client's URI": (
        "location / { doorward staff; error_page 403 /e403.html;"
        " proxy_pass http://127.0.0.1:@echo$request_uri; }", 403),
    "a named location, in which the URI stays": (
        "location / { doorward staff; error_page 403 @e; } location @e { doorward staff; }", 403),
    "a named location that inherits": (
        "doorward staff; error_page 403 @e; location / { } location @e { }", 403),
    "try_files by the client's URI": (
        "location / { doorward staff; error_page 403 /e403.html;"
        " try_files /$request_uri/../file.txt $request_uri =404; }", 403),
    "an alias by the client's URI": (
        "location / { doorward staff; error_page 403 /e403; }"
        "location = /e403 { doorward staff; alias @www$request_uri/../file.txt; }", 403),
    "a rewrite of the server by the client's URI": (
        "doorward staff; rewrite ^/e403.html$ $request_uri/../file.txt; location / {"
        " error_page 403 /e403.html; }", 403),
    "a page whose name the client chooses": (
        "location / { doorward staff; error_page 403 $uri; }", 403),
    "a page whose name the client's argument chooses": (
        "location / { doorward staff; error_page 403 /dir$arg_x; }", 403),
    "an index of another error's page, which another rule let in": (
        "location / { deny all; error_page 403 /dir/; }"
        "location = /dir/ { satisfy any; doorward staff; allow all; }"
        "location = /dir/index.html { doorward staff; }", 403),
    "a missing error page, and the page of that": (
        "recursive_error_pages on; doorward staff; error_page 403 /missing;"
        "error_page 404 =200 /file.txt;", 500),  # a circle, which nginx ends
}


@pytest.mark.parametrize("name", OTHER_WAYS)
def test_no_other_request_gets_in_by_an_error_page(site, echo, folder, name):
    server, status = OTHER_WAYS[name]
    www = folder / "www"
    nginx = site(server.replace("@echo", str(echo)).replace("@www", str(www)))
    for path in ["/dir/", "/file.txt", "/file.txt?x=/../file.txt"]:
        response = nginx.get(path, NO_ONE)
        assert not re.search("file.txt|Played|index.html", response.body), path
        assert response.status == status


def test_an_error_page_of_a_client_that_another_rule_let_in(site):
    """With `satisfy any` a denial is not the end: the page of a later error is not a denial's."""
    nginx = site(
        "location / { satisfy any; doorward staff; allow all; error_page 404 /file.txt; }"
        "location = /file.txt { doorward staff; }"
    )
    assert nginx.get("/nope", STAFF).body == "file.txt\n"
    response = nginx.get("/nope", NO_ONE)
    assert response.status == 403 and "file.txt" not in response.body


SUBREQUESTS = {
    "ssi": "location / { ssi on; } location = /file.txt { doorward staff; }",
    "ssi, satisfy any": (
        "location / { ssi on; } location = /file.txt { satisfy any; doorward staff; }"),
    "ssi, of a page that is protected by another policy": (
        "location / { ssi on; } location = /file.txt { doorward staff; return 200 file.txt; }"),
}


@pytest.mark.parametrize("name", SUBREQUESTS)
def test_an_include_of_a_protected_page(site, name):
    nginx = site(SUBREQUESTS[name])
    page = nginx.folder / "www/page.html"
    page.write_text('[<!--#include virtual="/file.txt" -->|<!--#include virtual="/file.txt" -->]\n')
    assert nginx.get("/page.html", STAFF).body.count("file.txt") == 2
    assert "file.txt" not in nginx.get("/page.html", NO_ONE).body


def test_auth_request_and_mirror(site):
    nginx = site(
        "location = /auth { internal; doorward staff; return 204; }"
        "location = /a { auth_request /auth; try_files /file.txt =404; }"
        "location = /b { mirror /auth; try_files /file.txt =404; }"
    )
    assert nginx.get("/a", STAFF).status == 200
    assert nginx.get("/a", NO_ONE).status == 403
    assert nginx.get("/b", NO_ONE).status == 200


REFUSED = {
    "doorward;": "invalid number of arguments",
    'doorward "";': "needs the name of a policy",
    "doorward a; doorward b;": "is duplicate",
    "location / { if ($arg_x) { doorward staff; } }": "not allowed here",
    "location / { satisfy any; doorward staff; return 200; }": 'use "doorward off"',
    "satisfy any; location / { doorward staff; rewrite ^ /x last; }": 'use "doorward off"',
    "location / { satisfy any; doorward staff; if ($arg_x) { return 200; } }": 'in location "/"',
    "satisfy any; doorward staff; return 200;": "in server",
    "doorward staff; doorward_server 127.0.0.1;": "no port",
    "doorward_server unix:;": "no path",
    "doorward_server unix:/a; doorward_server unix:/b;": "is duplicate",
    "doorward_on_error 200;": "invalid value",
    "doorward_timeout never;": "invalid value",
    "doorward_param DOORWARD_ENDPOINT healthz;": "cannot set this parameter",
    "doorward_param DOORWARD_POLICY x;": "cannot set this parameter",
    "doorward_param A 1; doorward_param A 2;": "is duplicate",
    "doorward_headers maybe;": "invalid value",
}


@pytest.mark.parametrize("server", REFUSED)
def test_what_nginx_refuses(folder, server):
    status, output = check_configuration(folder, f"server {{ listen 127.0.0.1:1; {server} }}")
    assert status != 0 and REFUSED[server] in output, output


def test_headers_that_reach_the_back_end(site, echo):
    nginx = site(
        f"doorward_headers on; location / {{ doorward staff; proxy_pass http://127.0.0.1:{echo}; }}"
        f"location /off {{ proxy_pass http://127.0.0.1:{echo}; }}"
        f"location /any {{ satisfy any; doorward staff; allow all;"
        f" proxy_pass http://127.0.0.1:{echo}; }}"
        "underscores_in_headers on; ignore_invalid_headers off;"
    )
    forged = [
        (name, "forged")
        for name in [
            "X-Client-Hostname", "x_client_hostname", "X-Doorward-Reason", "X_Doorward-Rule", "X-Doorward-Id",
            "X-Doorward-Anything", "X-CLIENT-CERT-SUBJECT", "X-Client-Rdns", "X.Client.Rdns",
            "X-Client-Cert-Eku", "X_Client_Cert_Issuer_Spki", "X-Client-Cert-Anchor",
        ]
    ]
    kept = [("X-Client-Data", "mine"), ("Accept", "a/b"), *((f"X-{i}", str(i)) for i in range(30))]

    def sent(path, client):
        response = nginx.get(path, client, forged + kept + forged)
        assert response.status == 200
        return ast.literal_eval(response.body)

    for path, reason in [("/", "rule"), ("/any", "rule"), ("/off", None)]:
        got = sent(path, STAFF)
        assert all(pair in got for pair in kept)
        assert not [pair for pair in got if pair[1] == "forged"]
        assert [v for k, v in got if k.lower() == "x-doorward-reason"] == ([reason] if reason else [])
    assert ("X-Doorward-Reason", "default") in sent("/any", NO_ONE)


def test_the_identifier_leads_to_the_line_of_the_log(site, door):
    """On a denial, too; a kept verdict has that of the response which was kept."""
    page = "error_page 403 = @no; location @no { return 403 '$doorward_id $doorward_cached'; }"
    nginx = site(
        f"location / {{ doorward staff; return 200 '$doorward_id $doorward_cached'; }}\n{page}",
        http="doorward_zone verdicts:1m;",
    )
    for client, status, verdict in [(STAFF, 200, "allow"), (NO_ONE, 403, "deny")]:
        shown = []
        for _ in range(3):
            response = nginx.get("/", client, [("X-Doorward-Id", "f" * 24)])
            assert response.status == status
            shown.append(response.body.split())
        assert shown[-1][1] == "1"
        for identifier, cached in shown:
            line = next(line for line in door.decisions() if line["id"] == identifier)
            assert line["verdict"] == verdict and line["ip"] == client
        kept = [identifier for identifier, cached in shown if cached == "1"]
        assert kept == [shown[-len(kept) - 1][0]] * len(kept)


def uwsgi_request(line):
    """The variables of a uwsgi request."""
    _, size, _ = struct.unpack("<BHB", line.read(4))
    data, pairs = line.read(size), {}
    while data:
        texts = []
        for _ in range(2):
            (size,) = struct.unpack_from("<H", data)
            texts.append(data[2 : 2 + size].decode())
            data = data[2 + size :]
        pairs[texts[0]] = texts[1]
    return pairs


def scgi_request(line):
    """The headers of an SCGI request, a netstring."""
    size = b""
    while (digit := line.read(1)) != b":":
        size += digit
    texts = line.read(int(size)).decode().split("\0")
    return dict(zip(texts[::2], texts[1::2]))


@pytest.mark.parametrize("protocol", ["fastcgi", "uwsgi", "scgi"])
def test_headers_that_reach_other_back_ends(site, folder, stack, protocol):
    seen = []
    if protocol == "fastcgi":

        def answer(_, params):
            seen.append(params)
            return reply(200)

        back_end = Authorizer(folder / "back.sock", answer, close_after=True)
        stack.callback(back_end.stop)
    else:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(folder / "back.sock"))
        listener.listen()
        stack.callback(listener.close)

        def serve():
            connection, _ = listener.accept()
            with connection, connection.makefile("rb") as line:
                seen.append({"uwsgi": uwsgi_request, "scgi": scgi_request}[protocol](line))
                connection.sendall(b"Status: 200 OK\r\nContent-Length: 0\r\n\r\n")

        threading.Thread(target=serve, daemon=True).start()
    nginx = site(
        "underscores_in_headers on; ignore_invalid_headers off; doorward_headers on;"
        f"location / {{ doorward staff; {protocol}_pass unix:{folder}/back.sock; }}"
    )
    names = ["X-Client-Hostname", "x_client_rdns", "X.Doorward.Rule", "X-Client-Cert-Key"]
    nginx.get("/", STAFF, [(name, "forged") for name in names])
    (params,) = seen
    assert params["HTTP_X_DOORWARD_REASON"] == "rule"
    assert "forged" not in params.values()


def test_headers_that_a_client_sends_where_no_policy_is(site, echo):
    """As where each `doorward` is taken out for a while."""
    nginx = site(f"doorward_headers on; location / {{ proxy_pass http://127.0.0.1:{echo}; }}")
    got = ast.literal_eval(nginx.get("/", STAFF, {"X-Client-Rdns": "forged"}).body)
    assert not [pair for pair in got if pair[1] == "forged"]


@pytest.fixture
def echo(stack):
    """The port of an application that responds with the list of its request's headers."""
    class Echo(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = repr(self.headers.items()).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stack.callback(server.server_close)
    stack.callback(server.shutdown)
    return server.server_address[1]


def test_variables_and_the_log(site, door, folder):
    log = folder / "access.log"
    names = "hostname rdns reason rule policy status cached time cert_subject".split()
    nginx = site(
        "doorward staff; location / { } location = /off { doorward off; return 200; }"
        "location = /say { return 200 $doorward_reason; }"
        f"access_log {log} door;",
        "log_format door '" + " ".join(f"{n}=$doorward_{n}" for n in names) + "';",
    )
    assert nginx.get("/say", STAFF).body == "rule"
    nginx.get("/dir/", STAFF)
    nginx.get("/dir/", NO_ONE)
    nginx.get("/off", NO_ONE)
    wait_for(lambda: log.read_text().count("\n") == 4, "four lines of log")
    lines = [dict(f.split("=", 1) for f in li.split()) for li in log.read_text().splitlines()]
    assert [(li["reason"], li["status"], li["policy"], li["cached"]) for li in lines] == [
        ("rule", "200", "staff", "0"),
        ("rule", "200", "staff", "0"),
        ("default", "403", "staff", "0"),
        ("-", "-", "-", "-"),
    ]
    assert "doorward.conf:" in lines[0]["rule"]
    assert lines[0]["hostname"] == "-" and float(lines[0]["time"]) < 5


def test_parameters(folder, stack):
    authorizer = Authorizer(folder / "a.sock", lambda n, params: reply())
    stack.callback(authorizer.stop)
    nginx = ModuleNginx(
        folder,
        "location / { doorward staff; return 200; }"
        "location /own { doorward staff; doorward_param HTTP_USER_AGENT ''; "
        "doorward_param REMOTE_ADDR 192.0.2.77; doorward_param X_MORE $arg_x;"
        "doorward_param DOORWARD_TRUST_HEADERS 1; return 200; }",
        f"doorward_server unix:{authorizer.path};",
    )
    stack.callback(nginx.close)
    nginx.get("/a?b=%20", "192.0.2.5", {"User-Agent": "me"})
    nginx.get("/own?x=y", "192.0.2.5", {"User-Agent": "me"})
    assert authorizer.asked[0] == {
        "DOORWARD_POLICY": "staff", "DOORWARD_VARY": "1", "REMOTE_ADDR": "192.0.2.5",
        "REQUEST_METHOD": "GET", "REQUEST_URI": "/a?b=%20", "HTTP_HOST": "127.0.0.1",
        "HTTP_USER_AGENT": "me",
    }
    assert authorizer.asked[1] == {
        "DOORWARD_POLICY": "staff", "DOORWARD_VARY": "1", "REMOTE_ADDR": "192.0.2.77",
        "REQUEST_METHOD": "GET", "REQUEST_URI": "/own?x=y", "HTTP_HOST": "127.0.0.1",
        "X_MORE": "y", "DOORWARD_TRUST_HEADERS": "1",
    }
