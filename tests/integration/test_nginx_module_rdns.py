# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""nginx's module: configurations of the rdns modules run as they are, and without what crashed them."""

import concurrent.futures
import http.server
import signal
import socket
import threading

import pytest
from test_import_nginx import (
    BOT,
    CASES,
    EVERYONE,
    EVIL_GOOGLE,
    FORGED,
    FORGED_GOOGLE,
    GOOGLE,
    NAMED,
    NAMELESS,
    UNKNOWN,
)
from test_nginx_module_kept import Told

from kit.doorward import run
from kit.nginx_module import Authorizer, ModuleNginx, check_configuration, needs_module, reply
from kit.process import wait_for

pytestmark = needs_module

# No policy but one that denies all: the module asks for none of them.
NO_POLICY = "[policy default]\n"


@pytest.fixture
def door(doorward, nsd):
    return doorward(NO_POLICY, server_of_names=nsd)


@pytest.fixture
def site(folder, stack, door):
    """Starts nginx with the text of a server, which has a `resolver` as the old module demanded."""
    for path in ["", "off", "own", "allowed", "sub"]:
        (folder / "www" / path).mkdir(parents=True, exist_ok=True)
        (folder / "www" / path / "index.html").write_text("in\n")

    def start(server, http="", **more):
        nginx = ModuleNginx(
            folder,
            f"resolver 127.0.0.1; add_header X-Name $rdns_hostname always;\n{server}",
            f"doorward_server unix:{door.socket};\nroot {folder}/www;\n{http}",
            **more,
        )
        stack.callback(nginx.close)
        return nginx

    return start


def ask(nginx, address, path="/", agent=""):
    return nginx.get(path, address, {"User-Agent": agent} if agent else {})


def who_comes_in(nginx, path="/", agent="", clients=EVERYONE):
    statuses = {address: ask(nginx, address, path, agent).status for address in clients}
    assert set(statuses.values()) <= {200, 403}, (statuses, nginx.log())
    return [address for address, status in statuses.items() if status == 200]


@pytest.mark.parametrize("directives, path, agent, expected", CASES)
def test_the_same_clients_get_in(site, directives, path, agent, expected):
    """The table of import-nginx, of which nothing is imported here."""
    assert who_comes_in(site(directives), path, agent) == expected


@pytest.mark.parametrize("directives, path, agent, expected", CASES)
def test_a_return_bypasses_no_rule(site, directives, path, agent, expected):
    responds = "return 200 in;\n}"
    text = directives.replace("{ }", "{ return 200 in; }")
    if text == directives:
        head, _, _ = directives.rpartition("}")
        text = head + responds
    assert who_comes_in(site(text), path, agent) == expected


# Configurations: the server, the path, the agent, and who comes in.
LISTS = {
    "the first match decides": (
        r"location / { rdns on; rdns_deny client; rdns_allow example; rdns_deny .; }", "/", "",
        []),
    "the first match allows": (
        r"location / { rdns on; rdns_allow client; rdns_deny example; rdns_deny .; }", "/", "",
        [NAMED, FORGED]),
    "without case": (
        r"location / { rdns on; rdns_allow ^CLIENT\.EXAMPLE$; rdns_deny .; }", "/", "",
        [NAMED, FORGED]),
    "default allow": (r"location / { rdns double; rdns_deny ^nope$; }", "/", "", EVERYONE),
    "no list": (r"location / { rdns double; }", "/", "", EVERYONE),
    "off, with a list": (r"location / { rdns off; rdns_deny .; }", "/", "", EVERYONE),
    "not enabled, with a list": (r"location / { rdns_deny .; }", "/", "", EVERYONE),
    "http's list": (r"location / { rdns double; }", "/", "", [NAMED]),
    "a child's list replaces http's": (
        r"location / { rdns double; rdns_deny ^client; }", "/", "",
        [a for a in EVERYONE if a != NAMED]),
    "a nested location inherits": (
        r"rdns double; rdns_allow ^client; rdns_deny .; location /sub { location /sub/ { } }",
        "/sub/", "", [NAMED]),
    "a nested location replaces": (
        r"rdns double; rdns_allow ^client; rdns_deny .;"
        r"location /sub { location /sub/ { rdns_allow google; rdns_deny .; } }", "/sub/", "",
        [GOOGLE, EVIL_GOOGLE]),
    "an internal redirect by index": (
        r"location ~ html$ { rdns double; rdns_allow ^client; rdns_deny .; } location / { }", "/",
        "", [NAMED]),
    "try_files to a named location": (
        r"location / { try_files /nope @app; }"
        r"location @app { rdns double; rdns_allow ^client; rdns_deny .; return 200 in; }", "/", "",
        [NAMED]),
    "error_page to a named location": (
        r"location / { error_page 404 = @app; return 404; }"
        r"location @app { if ($http_user_agent ~ x) { rdns double; }"
        r" rdns_allow ^client; rdns_deny .; return 200 in; }", "/", "x", [NAMED]),
    "a named location whose agent is another": (
        r"location / { error_page 404 = @app; return 404; }"
        r"location @app { if ($http_user_agent ~ x) { rdns double; }"
        r" rdns_allow ^client; rdns_deny .; return 200 in; }", "/", "y", EVERYONE),
    "rewrite last leaves no rule behind": (
        r"location / { if ($http_user_agent = x) { rdns double; } rdns_deny client;"
        r" rewrite ^ /off/index.html last; } location /off/ { }", "/", "x",
        [a for a in EVERYONE if a != NAMED]),
    "redirected, but for those that are kept out": (
        r"rdns on; rdns_deny example; location / { } if ($arg_x) { return 200 in; }", "/?x=1", "",
        [NAMELESS, UNKNOWN, GOOGLE, FORGED_GOOGLE, EVIL_GOOGLE]),
    "off in an if, and a return behind it": (
        r"location / { rdns double; rdns_deny .; if ($http_user_agent = x) { rdns off; }"
        r" return 200 in; }", "/", "x", EVERYONE),
    "off in an if that is false, and a return behind it": (
        r"location / { rdns double; rdns_deny .; if ($http_user_agent = x) { rdns off; }"
        r" return 200 in; }", "/", "y", []),
    "a return in the same if": (
        r"location / { rdns_deny client; if ($http_user_agent = x) { rdns double; return 200 in; }"
        r" return 403; }", "/", "x", [a for a in EVERYONE if a != NAMED]),
    "a return in the if before": (
        r"location / { rdns double; rdns_allow ^client; rdns_deny .;"
        r" if ($arg_x) { return 200 in; } if ($http_user_agent = x) { rdns off; } }", "/?x=1", "",
        [NAMED]),
    "the location's result comes before the server's": (
        r"if ($http_user_agent ~ x) { rdns double; } rdns_deny .;"
        r"location / { if ($http_user_agent ~ y) { rdns off; } }", "/", "xy", EVERYONE),
    "the first that is on decides": (
        r"location / { rdns_deny client; if ($http_user_agent ~ x) { rdns double; }"
        r" if ($http_user_agent ~ x) { rdns off; } }", "/", "x",
        [a for a in EVERYONE if a != NAMED]),
    "$rdns_hostname in the same location": (
        r"location / { rdns double; if ($rdns_hostname !~ ^client) { return 403; } }", "/", "",
        [NAMED]),
    "$rdns_hostname, before a condition": (
        r"location / { if ($rdns_hostname ~ ^client) { return 403; }"
        r" if ($http_user_agent = x) { rdns double; } }", "/", "x",
        [a for a in EVERYONE if a != NAMED]),
    "the example in the old module's manual": (
        r"location / { rdns_deny badone\.example\.com; if ($http_user_agent ~* FooAgent) { rdns on; }"
        r" if ($rdns_hostname ~* (client\.example)) { set $myvar foo; }"
        r" if ($myvar != foo) { return 403; } }", "/", "fooagent", [NAMED, FORGED]),
    "$rdns_hostname in the server": (
        r"rdns double; if ($rdns_hostname ~ ^client) { return 403; } location / { }", "/", "",
        [a for a in EVERYONE if a != NAMED]),
    "a map of the name": (
        r"location / { rdns double; if ($bad) { return 403; } }", "/", "",
        [a for a in EVERYONE if a != NAMED]),
    "satisfy any, another allows": (
        r"location / { satisfy any; rdns double; rdns_deny .; allow all; }", "/", "", EVERYONE),
    "satisfy any, the name allows": (
        r"location / { satisfy any; rdns double; rdns_allow ^client; rdns_deny .; deny all; }",
        "/", "", [NAMED]),
    "satisfy any, with a return": (
        r"location / { satisfy any; rdns double; rdns_allow ^client; rdns_deny .; allow all;"
        r" return 200 in; }", "/", "", [NAMED]),
    "not found": (
        r'location / { rdns double; rdns_allow "^not found$"; rdns_deny .; }', "/", "",
        [FORGED, NAMELESS, UNKNOWN, FORGED_GOOGLE]),
}
HTTP = {
    "http's list": r"rdns_allow ^client; rdns_deny .;",
    "a child's list replaces http's": r"rdns_allow ^client; rdns_deny .;",
    "a map of the name": r"map $rdns_hostname $bad { default ''; ~^client 1; }",
}


@pytest.mark.parametrize("name", LISTS)
def test_lists(site, name):
    server, path, agent, expected = LISTS[name]
    assert who_comes_in(site(server, HTTP.get(name, "")), path, agent) == expected


NAMES = {
    "behind a rewrite, which is made once": (
        "location / { rewrite ^(.*)$ /x$1; if ($arg_x = '') { rdns on; }"
        " return 200 $rdns_hostname$uri; }",
        ["client.example/x/", "client.example/x/", "not found/x/"]),
    "double": ("location / { rdns double; }", ["client.example", "not found", "not found"]),
    "on": ("location / { rdns on; }", ["client.example", "client.example", "not found"]),
    "off": ("location / { rdns off; }", ["-", "-", "-"]),
    "not mentioned": ("location / { }", ["-", "-", "-"]),
    "with a return": (
        "location / { rdns double; return 200 $rdns_hostname; }",
        ["client.example", "not found", "not found"]),
    "a return of the server": (
        "rdns double; return 200 $rdns_hostname;", ["client.example", "not found", "not found"]),
    "in an if": (
        "location / { if ($arg_x = '') { rdns on; } return 200 $rdns_hostname; }",
        ["client.example", "client.example", "not found"]),
    "in an if of the server": (
        "if ($arg_x = '') { rdns on; } location / { return 200 $rdns_hostname; }",
        ["client.example", "client.example", "not found"]),
    "in an if of a server without a location": (
        "if ($arg_x = '') { rdns on; }", ["client.example", "client.example", "not found"]),
    "set": ("location / { rdns double; set $rdns_hostname me; }", ["me", "me", "me"]),
    "set from itself": (
        "location / { rdns double; set $x [$rdns_hostname]; return 200 $x; }",
        ["[client.example]", "[not found]", "[not found]"]),
    "on, then double": (
        "location = / { rdns on; try_files /nope /own/; }"
        "location /own/ { rdns double; return 200 $rdns_hostname; }",
        ["client.example", "not found", "not found"]),
    "off after a redirect": (
        "location = / { rdns on; try_files /nope /own/; }"
        "location /own/ { return 200 $rdns_hostname; }",
        ["client.example", "client.example", "not found"]),
    "twice, and in capitals": (
        "location / { rdns off; rdns Double; }", ["client.example", "not found", "not found"]),
}


@pytest.mark.parametrize("name", NAMES)
def test_the_name(site, name):
    server, expected = NAMES[name]
    nginx = site(server)
    for address, hostname in zip([NAMED, FORGED, NAMELESS], expected):
        response = ask(nginx, address)
        assert response.status == 200
        if "return 200 $rdns_hostname;" in server or "return" not in server:
            assert response.header("X-Name") == hostname
        if "return 200" in server and expected != ["-", "-", "-"]:
            assert response.body == hostname


def test_what_the_location_is_when_the_name_is_known(site):
    """An `if` that was true without the name, and no longer is, leaves nothing behind."""
    nginx = site(
        'location = / { if ($rdns_hostname = "-") { proxy_pass http://127.0.0.1:1; rdns on; }'
        " try_files /index.html =404; }"
        'location = /own { stub_status; if ($rdns_hostname = "-") { rdns on; } }'
    )
    assert ask(nginx, NAMED).body == "in\n"
    assert ask(nginx, NAMED, "/own").body.startswith("Active connections")


def test_a_name_of_an_ipv6_address(site):
    nginx = site("location / { rdns double; rdns_allow ^client; rdns_deny .; }")
    mine = ["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8::99"]
    assert who_comes_in(nginx, clients=mine) == ["2001:db8::1"]


def test_a_map_that_import_nginx_writes(site, folder):
    """It defines the variable that the module has."""
    (folder / "old.conf").write_text(
        "server { rdns double; rdns_deny evil; add_header X-Name $rdns_hostname; }\n"
    )
    _, text, _ = run("import-nginx", "--module", folder / "old.conf", expect=0)
    map_of_names = text[text.index("map ") : text.index("}") + 1]
    nginx = site("location / { }", map_of_names)
    assert ask(nginx, NAMED).header("X-Name") == "-"


def test_the_name_in_the_log_and_for_the_application(site, folder, stack):
    asked = []

    class Application(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.headers["X-Client-Name"])
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Application)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stack.callback(server.server_close)
    stack.callback(server.shutdown)
    log = folder / "access.log"
    nginx = site(
        f"rdns double; rdns_deny ^honest; access_log {log} names;"
        f"location / {{ proxy_pass http://127.0.0.1:{server.server_address[1]};"
        " proxy_set_header X-Client-Name $rdns_hostname; }"
        "location /off/ { rdns off; }"
        "location /own/ { rdns off; if ($remote_addr) { rdns on; } }",
        "log_format names '$remote_addr $status $rdns_hostname';",
    )
    for address, path in [
        (NAMED, "/"), (NAMELESS, "/"), ("192.0.2.3", "/"), (NAMED, "/off/"), (NAMED, "/own/"),
    ]:
        ask(nginx, address, path)
    wait_for(lambda: log.read_text().count("\n") == 5, "five lines of log")
    assert asked == ["client.example", "not found"]
    assert log.read_text().splitlines() == [
        f"{NAMED} 200 client.example",
        f"{NAMELESS} 200 not found",
        "192.0.2.3 403 honest.example",
        f"{NAMED} 200 -",
        f"{NAMED} 200 client.example",
    ]
    assert 'access forbidden by "rdns_deny ^honest": honest.example' in nginx.log()


def test_one_question_for_each_client_request(folder, stack):
    """Whatever the redirects, subrequests and repeated codes."""
    authorizer = Authorizer(folder / "a.sock", lambda n, params: named("client.example"))
    stack.callback(authorizer.stop)
    (folder / "page.html").write_text(
        '<!--#include virtual="/part" --><!--#include virtual="/part" -->'
    )
    (folder / "part").write_text("part")
    nginx = ModuleNginx(
        folder,
        "if ($arg_x) { rdns double; } rdns_allow client; rdns_deny .;"
        "location = /a { rdns double; try_files /nope /b; }"
        "location = /b { if ($arg_y) { rdns double; } error_page 404 @c; return 404; }"
        "location @c { rdns double; try_files /page.html =404; }"
        "location = /page { ssi on; ssi_types *; rdns double; try_files /page.html =404; }"
        "location = /part { rdns double; set $z $rdns_hostname; }",
        f"doorward_server unix:{authorizer.path};\nroot {folder};",
    )
    stack.callback(nginx.close)
    assert nginx.get("/a?x=1&y=1", NAMED, {"User-Agent": "me"}).status == 404
    assert authorizer.asked == [
        {"DOORWARD_POLICY": "@rdns-double", "DOORWARD_LOOKUP": "1", "DOORWARD_VARY": "1",
         "REMOTE_ADDR": NAMED}
    ]
    assert nginx.get("/page?x=1", NAMED).body == "partpart"
    assert len(authorizer.asked) == 2


def named(name=None, rdns="verified"):
    fields = {"X_Client_Hostname": name} if name else {}
    return reply(200, X_Client_Rdns=rdns, X_Doorward_Policy="@rdns-double", **fields)


def is_kept(nginx, authorizer):
    before = len(authorizer.asked)
    return ask(nginx, NAMED).status == 200 and len(authorizer.asked) == before


def test_a_name_is_kept(folder, stack):
    """By the address and the kind of lookup alone."""
    authorizer = Told(
        folder / "a.sock", lambda n, params: reply(200, 60, X_Client_Hostname=f"h{n}",
                                                   X_Doorward_Vary="-")
    )
    stack.callback(authorizer.stop)
    nginx = ModuleNginx(
        folder,
        "location = /on { rdns on; return 200 $rdns_hostname; }"
        "location / { rdns double; return 200 $rdns_hostname; }",
        f"doorward_server unix:{authorizer.path};\ndoorward_zone names:1m;",
    )
    stack.callback(nginx.close)
    wait_for(lambda: authorizer.polls > 0, "the generation")
    ask(nginx, NAMED)
    wait_for(lambda: is_kept(nginx, authorizer), "a kept name")
    first = len(authorizer.asked)
    for agent, path in [("a", "/on"), ("b", "/on"), ("a", "/"), ("b", "/x")]:
        ask(nginx, FORGED, path, agent)
    assert [(a["REMOTE_ADDR"], a["DOORWARD_POLICY"]) for a in authorizer.asked[first:]] == [
        (FORGED, "@rdns-single"), (FORGED, "@rdns-double"),
    ]
    assert ask(nginx, FORGED, "/on").body == f"h{first}"


def test_a_subrequest_comes_to_the_rules(site, folder):
    (folder / "www/page.html").write_text('[<!--#include virtual="/own/index.html" -->]')
    nginx = site(
        "location / { ssi on; } location /own/ { rdns double; rdns_allow ^client; rdns_deny .; }"
    )
    assert "in" in ask(nginx, NAMED, "/page.html").body
    assert "[in" not in ask(nginx, FORGED, "/page.html").body


def test_the_name_of_the_client_in_a_subrequest(site, folder):
    """Of a location without rdns; and what it reads is not what the client's request reads."""
    log = folder / "access.log"
    (folder / "www/page.html").write_text('[<!--#include virtual="/part" -->]')
    nginx = site(
        "location / { ssi on; rdns double; } location = /part { return 200 $rdns_hostname; }"
        f"access_log {log} names;",
        "log_format names '$uri $rdns_hostname';",
    )
    assert "[client.example]" in ask(nginx, NAMED, "/page.html").body
    wait_for(lambda: log.exists() and log.read_text(), "a line of log")
    assert log.read_text() == "/page.html client.example\n"


def test_the_log_has_the_name_though_it_was_read_before(site, folder):
    log = folder / "access.log"
    nginx = site(
        "if ($rdns_hostname = a) { return 403; } location / { rdns double; add_header X-None 1; }"
        f"access_log {log} names;",
        "log_format names '$rdns_hostname';",
    )
    assert ask(nginx, NAMED, "/index.html").status == 200
    wait_for(lambda: log.exists() and log.read_text(), "a line of log")
    assert log.read_text() == "client.example\n"


def test_the_error_page_of_a_denial(site, folder):
    (folder / "www/403.html").write_text("sorry\n")
    nginx = site("rdns double; rdns_deny .; error_page 403 /403.html; location / { }")
    assert ask(nginx, NAMED).status == 403
    assert ask(nginx, NAMED).body == "sorry\n"
    assert ask(nginx, NAMED, "/403.html").status == 403


def test_an_error_page_under_another_list(site):
    """The rules of the page's location are its own, as another policy would be."""
    nginx = site(
        "location / { rdns double; rdns_deny .; error_page 403 /own/index.html; }"
        "location /own/ { rdns double; rdns_allow ^client; rdns_deny .; }"
    )
    assert ask(nginx, NAMED).body == "in\n"
    assert ask(nginx, FORGED).status == 403
    assert ask(nginx, FORGED).body != "in\n"


def test_with_a_policy_of_doorward(doorward, nsd, folder, stack):
    """Both are asked for, and both can deny."""
    door = doorward("[policy net]\nrdns = off\nallow = ip 192.0.2.0/24\n", server_of_names=nsd)
    nginx = ModuleNginx(
        folder,
        "doorward net; rdns double; rdns_deny ^client; return 200 $doorward_policy;",
        f"doorward_server unix:{door.socket};",
    )
    stack.callback(nginx.close)
    assert who_comes_in(nginx) == [FORGED, NAMELESS, "192.0.2.13", "192.0.2.14"]
    assert nginx.get("/", NAMELESS).body == "net"


# What doorward says, or does not


@pytest.mark.parametrize(
    "answer",
    [
        reply(403, X_Doorward_Reason="unknown_policy"),  # a doorward that has no such policy
        reply(503, X_Doorward_Reason="overload"),
        reply(401),
        None,
    ],
)
def test_a_name_that_doorward_does_not_tell(folder, stack, answer):
    """Neither a list of denials nor a location that only logs lets such a client in."""
    authorizer = Authorizer(folder / "a.sock", lambda n, params: answer)
    stack.callback(authorizer.stop)
    nginx = ModuleNginx(
        folder,
        "location = /deny { rdns on; rdns_deny evil; return 200 in; }"
        "location = /log { rdns on; return 200 in; }"
        "location = /own { doorward_on_error 403; rdns on; return 200 in; }"
        "location = /agent { if ($http_user_agent = x) { rdns on; } return 200 in; }",
        f"doorward_server unix:{authorizer.path}; doorward_timeout 300ms;",
    )
    stack.callback(nginx.close)
    assert ask(nginx, NAMED, "/deny").status == 503
    assert ask(nginx, NAMED, "/log").status == 503
    assert ask(nginx, NAMED, "/own").status == 403
    assert ask(nginx, NAMED, "/agent", "x").status == 503
    assert ask(nginx, NAMED, "/agent", "y").status == 200
    assert "doorward does not tell the client's name: " in nginx.log()


def test_without_doorward(folder, stack):
    nginx = ModuleNginx(
        folder,
        "location / { rdns double; rdns_deny evil; return 200 in; }"
        "location /off/ { rdns off; return 200 in; }",
        f"doorward_server unix:{folder}/none.sock; doorward_timeout 200ms;",
    )
    stack.callback(nginx.close)
    assert ask(nginx, NAMED).status == 503
    assert ask(nginx, NAMED, "/off/").status == 200


def test_a_client_cannot_hide_its_name_by_many_requests(doorward, tap, folder, stack):
    """Above a limit of lookups the name is not "not found"."""
    tap.hold()
    door = doorward(
        NO_POLICY, server_of_names=tap,
        dns="timeout = 10s\nlookup_timeout = 20s\nmax_in_flight_per_prefix = 2",
    )
    nginx = ModuleNginx(
        folder, "rdns on; rdns_deny ^client; return 200 in;", f"doorward_server unix:{door.socket};"
    )
    stack.callback(nginx.close)
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(ask, nginx, a) for a in (NAMELESS, FORGED_GOOGLE)]
        wait_for(lambda: tap.count() >= 2, "two queries")
        assert ask(nginx, NAMED).status == 503
        tap.release()
        assert [w.result().status for w in waiting] == [200, 200]
    assert ask(nginx, NAMED).status == 403


def test_log_metrics_and_explanation_of_the_lookups(site, door, folder):
    nginx = site("location / { rdns double; } location /own/ { rdns on; }")
    ask(nginx, NAMED)
    ask(nginx, FORGED, "/own/")
    door.wait_for_log("unverified")
    lines = door.decisions()
    assert [(li["policy"], li["verdict"], li["reason"]) for li in lines] == [
        ("@rdns-double", "allow", "default"), ("@rdns-single", "allow", "default"),
    ]
    text = door.ask({"DOORWARD_ENDPOINT": "metrics"}).body.decode()
    assert 'policy="@rdns-double"' in text and 'policy="@rdns-single"' in text
    _, dump, _ = run("-T", "-c", door.file, expect=0)
    assert "@rdns" not in dump
    line = next(li for li in door.stderr().splitlines() if "@rdns-double" in li)
    code, out, _ = run("check", "-c", door.file, "--log", line, "--json")
    assert code == 0 and '"policy":"@rdns-double"' in out.replace(" ", "")


# The crash of the module before


def test_kept_connections_to_a_back_end_while_dns_is_slow(doorward, tap, folder, stack):
    """
    nginx calls the handler of a suspended request again, once a request on the same connection went
    to a back end. The module before looked up twice, and ended the request twice.
    """

    class Application(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            body = self.headers["X-Name"].encode()
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
    door = doorward(NO_POLICY, server_of_names=tap, dns="timeout = 10s\nlookup_timeout = 20s")
    nginx = ModuleNginx(
        folder,
        f"location / {{ rdns on; proxy_pass http://127.0.0.1:{server.server_address[1]};"
        " proxy_set_header X-Name $rdns_hostname; }",
        f"doorward_server unix:{door.socket};",
        workers=2,
    )
    stack.callback(nginx.close)
    tap.hold()
    stop = threading.Event()

    def slow():
        while not stop.wait(0.2):
            tap.release()
            tap.hold()

    slowness = threading.Thread(target=slow)
    slowness.start()

    def client(number):
        bodies = []
        with nginx.connect() as connection:
            for i in range(12):
                address = f"192.0.2.{20 + number * 12 + i}" if i % 3 else NAMED
                response = connection.ask("/", {"X-Played-Client": address})
                bodies.append((response.status, response.body))
        return bodies

    try:
        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            results = [b for bodies in pool.map(client, range(10)) for b in bodies]
    finally:
        stop.set()
        slowness.join()
        tap.release()
    assert len(results) == 120
    assert set(results) == {(200, "client.example"), (200, "not found")}


def test_a_client_that_leaves_while_its_name_is_looked_up(doorward, tap, folder, stack):
    door = doorward(NO_POLICY, server_of_names=tap, dns="timeout = 10s\nlookup_timeout = 20s")
    nginx = ModuleNginx(
        folder,
        "location / { if ($arg_x) { rdns double; } return 200 $rdns_hostname; }",
        f"doorward_server unix:{door.socket};",
    )
    stack.callback(nginx.close)
    tap.hold()
    connections = [nginx.connect() for _ in range(20)]
    for i, connection in enumerate(connections):
        connection.http.request("GET", "/?x=1", headers={"X-Played-Client": f"192.0.2.{20 + i}"})
    wait_for(lambda: tap.count() >= 10, "queries")
    for connection in connections:
        connection.close()
    tap.release()
    assert ask(nginx, NAMED, "/?x=1").body == "client.example"


def test_names_over_http2(site):
    h2 = pytest.importorskip("h2.connection")
    nginx = site("location / { rdns double; rdns_allow ^client; rdns_deny .; return 200; }",
                 listen="http2")
    with socket.create_connection(("127.0.0.1", nginx.port), timeout=10) as line:
        connection = h2.H2Connection()
        connection.initiate_connection()
        for number, address in [(1, NAMED), (3, FORGED), (5, NAMED)]:
            connection.send_headers(
                number,
                [(":method", "GET"), (":path", "/"), (":scheme", "http"), (":authority", "x"),
                 ("x-played-client", address)],
                end_stream=True,
            )
        line.sendall(connection.data_to_send())
        statuses = {}
        while len(statuses) < 3:
            for event in connection.receive_data(line.recv(65536)):
                if type(event).__name__ == "ResponseReceived":
                    statuses[event.stream_id] = dict(event.headers)[b":status"]
            line.sendall(connection.data_to_send())
    assert statuses == {1: b"200", 3: b"403", 5: b"200"}


def test_reload_while_a_name_is_looked_up(doorward, tap, folder, stack):
    door = doorward(NO_POLICY, server_of_names=tap, dns="timeout = 10s\nlookup_timeout = 20s")
    nginx = ModuleNginx(
        folder, "location / { if ($arg_x) { rdns on; } return 200 $rdns_hostname; }",
        f"doorward_server unix:{door.socket};",
    )
    stack.callback(nginx.close)
    tap.hold()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(ask, nginx, NAMED, "/?x=1")
        wait_for(lambda: tap.count() >= 1, "a query")
        nginx.process.send(signal.SIGHUP)
        wait_for(lambda: "gracefully shutting down" in nginx.log(), "a reload")
        tap.release()
        assert waiting.result().body == "client.example"


# nginx -t

REFUSED = {
    "rdns;": "invalid number of arguments",
    "rdns maybe;": "needs on, off or double",
    'rdns_deny "";': "needs a regular expression",
    "rdns_deny (;": "failed",
    "rdns_deny a b;": "invalid number of arguments",
    "location / { if ($arg_x) { rdns_deny a; } }": "not allowed here",
    "if ($arg_x) { rdns_allow a; }": "not allowed here",
}


@pytest.mark.parametrize("server", REFUSED)
def test_what_nginx_refuses(folder, server):
    status, output = check_configuration(folder, f"server {{ listen 127.0.0.1:1; {server} }}")
    assert status != 0 and REFUSED[server] in output, output


OPEN_END, MIDDLE, CLAIMED, NAMELESS_IN, RETURN = (
    "has an open end", "matches in the middle", "chooses its names", "take the name away",
    "which they bypassed",
)
# The server, and what nginx -t warns of.
WARNED = {
    r"rdns double; rdns_allow ^a\.example$; rdns_deny .;": [],
    r"rdns double; rdns_allow \.a\.example$; rdns_deny .;": [],
    r"rdns double; rdns_allow (^|\.)a\.example$; rdns_deny .;": [],
    r"rdns double; rdns_allow .; location / { return 200; }": [RETURN],
    r"rdns double; rdns_allow googlebot.com; rdns_deny .;": [OPEN_END, MIDDLE],
    r"rdns double; rdns_allow \.googlebot\.com; rdns_deny .;": [OPEN_END],
    r"rdns double; rdns_allow googlebot\.com$; rdns_deny .;": [MIDDLE],
    r'rdns double; rdns_allow "^not found$"; rdns_deny .;': [],
    r"rdns on; rdns_allow ^a$; rdns_deny .;": [CLAIMED],
    r"rdns_allow ^a$; rdns_deny .; location / { if ($arg_x) { rdns on; } }": [CLAIMED],
    r"rdns off; rdns_allow ^a$; rdns_deny .;": [],
    r"rdns double; rdns_deny \.evil\.example$;": [NAMELESS_IN],
    r'rdns double; rdns_deny evil; rdns_deny "not found";': [],
    r"location / { rdns double; rdns_deny .; return 200; }": [RETURN],
    r"location / { rdns double; rdns_deny .; rewrite ^ /x last; }": [RETURN],
    r"location / { rdns double; rdns_deny .; return 404; }": [],
    r"location / { rdns double; return 200; }": [],
    r"location / { rdns_deny .; return 200; }": [],
    r"rdns on; resolver 127.0.0.1;": [],
}


@pytest.mark.parametrize("server", WARNED)
def test_what_nginx_warns_of(folder, server):
    status, output = check_configuration(folder, f"server {{ listen 127.0.0.1:1; {server} }}")
    lines = [line for line in output.splitlines() if "[warn]" in line]
    assert status == 0 and len(lines) == len(WARNED[server]), output
    assert all(any(words in line for line in lines) for words in WARNED[server]), output
