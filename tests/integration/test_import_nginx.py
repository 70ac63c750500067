# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
import-nginx: the rdns module's published uses, imported, behind a real nginx, with the outcome that
the module documents for the same clients.
"""

import re

import pytest

from kit import web
from kit.doorward import run
from kit.process import free_port

BOT = "Mozilla/5.0 (compatible; Googlebot/2.1)"
NAMED, FORGED, NAMELESS, UNKNOWN = "192.0.2.1", "192.0.2.2", "192.0.2.4", "203.0.113.5"
GOOGLE, FORGED_GOOGLE, EVIL_GOOGLE = "66.249.66.1", "192.0.2.13", "192.0.2.14"
EVERYONE = [NAMED, FORGED, NAMELESS, UNKNOWN, GOOGLE, FORGED_GOOGLE, EVIL_GOOGLE]

CRAWLERS = r"""
location / {
    rdns double;
    rdns_allow \.googlebot\.com$;
    rdns_allow \.search\.msn\.com$;
    rdns_deny .*;
}"""
MALICIOUS = r"""
rdns on;
rdns_deny client\.example$;
rdns_deny \.evil[a-z]+\.com$;
location / { }
location /off/ { rdns off; }
location /own/ { rdns_deny googlebot; }"""
NAMELESS_DENIED = r"""
location / { rdns double; rdns_deny "^not found$"; rdns_deny ^-$; }
location /allowed/ { rdns on; rdns_allow "not found"; rdns_deny .; }"""
ADMIN = r"""
location / { }
location /own/ {
    rdns double;
    rdns_allow ^client\.example$;
    rdns_deny .*;
}"""
BY_AGENT = r"""
location / {
    if ($http_user_agent ~* "googlebot|bingbot") {
        rdns double;
    }
    rdns_allow \.googlebot\.com$;
    rdns_deny .*;
}"""
BY_AGENT_OF_THE_SERVER = r"""
if ($http_user_agent ~ "Googlebot") { rdns double; }
rdns_allow \.googlebot\.com$;
rdns_deny .;
location / { }
location /off/ { if ($http_user_agent !~* "curl") { rdns off; } }"""
NO_AGENT = r"""
location / {
    rdns double;
    rdns_deny .;
    if ($http_user_agent = "") { rdns off; }
    if ($request_method = HEAD) { rdns off; }
}"""

# path, user agent, which clients get in
CASES = [
    (CRAWLERS, "/", BOT, [GOOGLE]),
    (CRAWLERS, "/", "curl", [GOOGLE]),
    (MALICIOUS, "/", "", [NAMELESS, UNKNOWN, GOOGLE, FORGED_GOOGLE]),
    (MALICIOUS, "/off/", "", EVERYONE),
    (MALICIOUS, "/own/", "", [NAMED, FORGED, NAMELESS, UNKNOWN]),
    (NAMELESS_DENIED, "/", "", [NAMED, GOOGLE, EVIL_GOOGLE]),
    (NAMELESS_DENIED, "/allowed/", "", [NAMELESS, UNKNOWN]),
    (ADMIN, "/", "", EVERYONE),
    (ADMIN, "/own/", "", [NAMED]),
    (BY_AGENT, "/", BOT, [GOOGLE]),
    (BY_AGENT, "/", "curl", EVERYONE),
    (BY_AGENT, "/", "", EVERYONE),
    (BY_AGENT_OF_THE_SERVER, "/", BOT, [GOOGLE]),
    (BY_AGENT_OF_THE_SERVER, "/", BOT.lower(), EVERYONE),
    (BY_AGENT_OF_THE_SERVER, "/off/", BOT + " curl", [GOOGLE]),
    (BY_AGENT_OF_THE_SERVER, "/off/", BOT, EVERYONE),
    (NO_AGENT, "/", "", EVERYONE),
    (NO_AGENT, "/", "x", []),  # `.` matches "not found", too
]


class Site:
    """A server with these directives, as nginx with the module would have read it, imported."""

    def __init__(self, folder, doorward, nginx, names, directives, expect=0):
        self.port = free_port()
        for path in ["", "off", "own", "allowed"]:
            (folder / "www" / path).mkdir(parents=True)
            (folder / "www" / path / "index.html").write_text("in\n")
        file = folder / "site.conf"
        file.write_text(
            f"server {{\n    listen 127.0.0.1:{self.port};\n    server_name www.example.com;\n"
            f"    root {folder}/www;\n    resolver 127.0.0.1;\n    set_real_ip_from 127.0.0.1;\n"
            "    real_ip_header X-Played-Client;\n"
            f"    add_header X-Name $rdns_hostname always;\n{directives}\n}}\n"
        )
        _, policies, _ = run("import-nginx", file, expect=expect)
        _, text, _ = run("import-nginx", "--nginx", file, expect=expect)
        (folder / "imported.conf").write_text(policies)
        run("-t", "-c", folder / "imported.conf", expect=0)
        self.door = doorward(policies[policies.index("[policy ") :], server_of_names=names)
        nginx(text.replace("/run/doorward/doorward.sock", str(self.door.socket)), self.port)

    def get(self, address, path="/", agent=""):
        headers = {"X-Played-Client": address, **({"User-Agent": agent} if agent else {})}
        return web.get(self.port, path, headers)

    def who_comes_in(self, path="/", agent=""):
        statuses = {address: self.get(address, path, agent).status for address in EVERYONE}
        assert set(statuses.values()) <= {200, 403}, statuses
        return [address for address, status in statuses.items() if status == 200]


@pytest.fixture
def site(folder, doorward, nginx, nsd):
    return lambda directives, **how: Site(folder, doorward, nginx, nsd, directives, **how)


@pytest.mark.parametrize("directives, path, agent, expected", CASES)
def test_the_same_clients_get_in(site, directives, path, agent, expected):
    assert site(directives).who_comes_in(path, agent) == expected


def test_an_error_page_of_the_server_lets_no_client_in(site):
    place = site(
        "error_page 502 504 =200 /page;\nlocation = /page { return 200 page; }\n"
        "location / { rdns double; rdns_deny .; }"
    )
    assert place.get(NAMED).status == 403
    place.door.stop()
    assert place.get(NAMED).status == 500


def test_uploads_are_as_large_as_before(site):
    place = site("location / { rdns double; client_max_body_size 8m; }")
    headers = {"X-Played-Client": NAMED}
    response = web.get(place.port, "/", headers, method="POST", body=b"x" * (2 << 20))
    assert response.status == 405  # a file takes no POST


def test_the_name_as_the_module_gave_it(site):
    """$rdns_hostname: the name, "not found" or "-"."""
    place = site("location / { rdns double; } location /own/ { rdns on; } location /off/ { }")
    names = {NAMED: "client.example", FORGED: "not found", NAMELESS: "not found"}
    for address, name in names.items():
        assert place.get(address).header("X-Name") == name
        assert place.get(address, "/off/").header("X-Name") == "-"
    assert place.get(FORGED, "/own/").header("X-Name") == "client.example"


def test_the_name_without_lookups(folder, nginx):
    port = free_port()
    (folder / "site.conf").write_text(
        f"server {{ listen 127.0.0.1:{port}; add_header X-Name $rdns_hostname always; }}\n"
    )
    _, text, _ = run("import-nginx", "--nginx", folder / "site.conf", expect=0)
    nginx(text, port)
    assert web.get(port).header("X-Name") == "-"


def test_the_name_for_some_agents_only(site):
    place = site('location / { if ($http_user_agent ~* "bot") { rdns on; } }')
    assert place.get(NAMED, agent="Bot").header("X-Name") == "client.example"
    assert place.get(NAMED, agent="curl").header("X-Name") == "-"


def test_a_client_without_rules_costs_no_query(folder, doorward, nginx, tap):
    place = Site(folder, doorward, nginx, tap, BY_AGENT)
    assert place.get(NAMED, agent="curl").status == 200
    assert tap.count() == 0


def imported(folder, text, expect=0, name="site.conf"):
    """(rules of each policy as -T prints them, the nginx part, the messages)"""
    (folder / name).write_text(text)
    _, policies, errors = run("import-nginx", folder / name, expect=expect)
    (folder / "imported.conf").write_text(policies)
    _, dump, _ = run("-T", "-c", folder / "imported.conf", expect=0)
    _, server, _ = run("import-nginx", "--nginx", folder / name, expect=expect)
    rules = re.findall(r"^(?:rdns_)?(?:allow|deny) = .*(?:\n\t.*)*", dump, re.M)
    return rules, server, policies, errors


@pytest.mark.parametrize(
    "written, pattern",
    [
        (r"foo\.example$", r"foo\.example$"),
        (r'"a ;b"', r"a \x3bb"),
        (r'"a & b"', r"a \x26 b"),
        (r'"a\& b"', r"a\x26 b"),
        (r"a&b", r"a&b"),
        (r'" a"', r"\x20a"),
        (r'"a\ "', r"a\x20"),
        (r'"a{2}b"', r"a{2}b"),
        (r"a\\.b", r"a\.b"),
        (r'"a\"b"', 'a"b'),
        (r"'a#b'", r"a#b"),
        (r"a\tb", r"a\x09b"),
        (r'"z[&\ ;]"', r"z[&\ \x3b]"),
    ],
)
def test_a_regex_reads_back_the_same(folder, written, pattern):
    rules, _, _, _ = imported(folder, f"rdns on;\nrdns_deny {written};\n")
    assert len(rules) == 1 and rules[0].endswith(f"host ~ {pattern}") or rules == [
        f"rdns_deny = {pattern}"
    ], rules


def test_a_long_regex_is_cut_at_its_alternatives(folder):
    hosts = [f"host{n}" for n in range(60)]
    rules, _, _, _ = imported(
        folder, f'rdns on;\nrdns_deny "^(?:{"|".join(hosts)})\\.bad\\.example$";\n'
    )
    parts = [re.search(r"\^\(\?:(.*)\)\\\.bad\\\.example\$$", rule)[1] for rule in rules]
    assert "|".join(parts).split("|") == hosts and len(parts) > 1


@pytest.mark.parametrize("regex", ["x" * 300, f"({'a|' * 150}b)\\\\1", '"\\\\Qa ;b\\\\E"'])
def test_a_denial_that_cannot_be_converted_denies_all(folder, regex):
    rules, _, policies, errors = imported(
        folder, f"rdns on;\nrdns_allow ^a$;\nrdns_deny {regex};\n", expect=1
    )
    assert len(rules) == 2 and rules[1] == "deny = *"
    assert "not carried over" in policies and "site.conf:3" in errors


def test_what_is_not_converted_is_a_comment_at_its_place(folder):
    rules, server, policies, errors = imported(
        folder,
        "server {\nrdns on; rdns_deny \\.a$;\nsatisfy any;\n"
        "location /a { if ($cookie_x) { rdns off; } }\n"
        "location /b { if ($rdns_hostname ~ x) { return 403; } }\ninclude missing.conf;\n}\n",
        expect=1,
    )
    for line in [3, 4, 5, 6]:
        assert f"site.conf:{line}: not carried over" in server
        assert f"site.conf:{line}" in policies and f"site.conf:{line}: warning" in errors
    assert len(rules) == 1  # applies in /a, too


@pytest.mark.parametrize(
    "inside, line",
    [
        ("return 200 ok;", 3),
        ("rewrite ^ /y last;", 3),
        ("rewrite ^ https://x.example/ redirect;", 3),
        ("if ($arg_a) {\nreturn 403;\n}", 4),
        ("rewrite ^/x/(.*) /$1 break;", None),
        ("try_files $uri =404;", None),
    ],
)
def test_what_runs_before_auth_request_is_warned_of(folder, inside, line):
    _, server, policies, errors = imported(
        folder,
        f"server {{\nlocation /x {{ rdns on; rdns_deny \\.a$;\n{inside}\n}}\n"
        "location /y { return 204; }\n}\n",
        expect=0 if line is None else 1,
    )
    if line is not None:
        assert f"site.conf:{line}: warning: " in errors and "no rule is asked" in errors
        assert f"site.conf:{line}: not carried over" in server
    assert errors.count("no rule is asked") == (line is not None)


def test_a_file_missing_inside_if(folder):
    _, _, _, errors = imported(
        folder, "server {\nrdns on; rdns_deny x;\nif ($http_user_agent ~ a) {\n"
        "include missing.conf;\n}\n}\n", expect=1
    )
    assert "site.conf:4: warning: include" in errors


@pytest.mark.parametrize(
    "value, used",
    [("$rdns_hostname", True), ("$rdns_hostname_x", False), ("$rdns_hostname_x $rdns_hostname", True),
     ("$rdns_hostname-${rdns_hostname}", True), ("${rdns_hostnames}", False)],
)
def test_where_the_variable_stands(folder, value, used):
    _, server, _, _ = imported(
        folder, f'server {{\nrdns on; rdns_deny x;\nadd_header X "{value}";\n}}\n'
    )
    assert ("map $doorward_rdns $rdns_hostname" in server) == used


def test_another_auth_request_is_not_ignored(folder):
    _, server, _, errors = imported(
        folder, "server {\nauth_request /a;\nlocation / { rdns on; rdns_deny x; }\n}\n", expect=1
    )
    assert "site.conf:2: not carried over" in server and "site.conf:2: warning" in errors


def test_includes_and_inheritance(folder):
    """Relative to the first file; with globs, in their order; a list replaces its parent's."""
    (folder / "conf.d").mkdir()
    (folder / "conf.d" / "1.conf").write_text("server { server_name a; include rules/*; }")
    (folder / "conf.d" / "2.conf").write_text("server { server_name b; location / { } }")
    (folder / "rules").mkdir()
    (folder / "rules" / "x").write_text("rdns_deny ^x$;")
    (folder / "rules" / "y").write_text("rdns_deny ^y$;")
    rules, server, policies, _ = imported(
        folder, "events { }\nhttp { rdns double; rdns_deny ^all$; include conf.d/*.conf; }\n"
    )
    body = policies[policies.index("[policy a]") :]
    a, b = body.split("[policy b]")
    assert re.findall("rdns_deny = (.*)", a) == ["^x$", "^y$"]
    assert re.findall("rdns_deny = (.*)", b) == ["^all$"]
    assert "include" not in re.sub("#.*", "", server)


@pytest.mark.parametrize(
    "text, line",
    [
        ("server {\n", 2),
        ("}\n", 1),
        ("rdns on\n", 2),
        ("rdns;\n", 1),
        ("\nrdns maybe;\n", 2),
        ("rdns_deny a b;\n", 1),
        ('rdns_deny "a\n\n', 3),
        ('rdns_deny "a"b;', 1),
        (";", 1),
        ("a }\n", 1),
        ("a_by_lua_block { '}'", 1),
        ("if ($x) { rdns_deny a; }", 1),
    ],
)
def test_bad_syntax(folder, text, line):
    (folder / "bad.conf").write_text(text)
    _, out, errors = run("import-nginx", folder / "bad.conf", expect=65)
    assert out == "" and f"bad.conf:{line}: error" in errors


def test_the_module_takes_a_line(folder):
    (folder / "site.conf").write_text(
        "server {\n    rdns on;\n    rdns_deny evil;\n    add_header X-Name $rdns_hostname;\n"
        "    location /off/ { rdns off; }\n    location /same/ { }\n"
        "    location /own/ { rdns_allow good; rdns_deny .; }\n}\n"
        "server { location / { return 204; } }\n"
    )
    _, text, _ = run("import-nginx", "--module", folder / "site.conf", expect=0)
    lines = [line.strip() for line in text.splitlines()]
    written = [line for line in lines if line.startswith(("doorward", "map", "location"))]
    assert written == [
        "map $doorward_rdns $rdns_hostname {",
        "doorward_server unix:/run/doorward/doorward.sock;",
        "doorward rdns;",
        "location /off/ {",
        "doorward off;",
        "location /same/ { }",
        "location /own/ {",
        "doorward own;",
    ]
    assert "auth_request" not in text and "fastcgi" not in text
    assert text.count("replaced by doorward") == 5
    assert "server { location / { return 204; } }" in text


def test_usage(folder):
    for arguments in [[], ["--nonsense", "x"], ["--nginx"], ["--module"], ["a", "b"], ["--apache", "x"]]:
        run("import-nginx", *arguments, expect=64)
    run("import-nginx", folder / "missing.conf", expect=78)
