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

# path, user agent, who comes in
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
def test_the_same_clients_come_in(site, directives, path, agent, expected):
    assert site(directives).who_comes_in(path, agent) == expected


def test_the_name_as_the_module_gave_it(site):
    """$rdns_hostname: the name, "not found" or "-"."""
    place = site("location / { rdns double; } location /own/ { rdns on; } location /off/ { }")
    names = {NAMED: "client.example", FORGED: "not found", NAMELESS: "not found"}
    for address, name in names.items():
        assert place.get(address).header("X-Name") == name
        assert place.get(address, "/off/").header("X-Name") == "-"
    assert place.get(FORGED, "/own/").header("X-Name") == "client.example"


def test_the_name_for_some_agents_only(site):
    place = site('location / { if ($http_user_agent ~* "bot") { rdns on; } }')
    assert place.get(NAMED, agent="Bot").header("X-Name") == "client.example"
    assert place.get(NAMED, agent="curl").header("X-Name") == "-"


def test_who_is_not_asked_for_costs_nothing(folder, doorward, nginx, tap):
    place = Site(folder, doorward, nginx, tap, BY_AGENT)
    assert place.get(NAMED, agent="curl").status == 200
    assert tap.count() == 0
