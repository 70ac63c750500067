# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers
"""The examples of the README work unchanged."""

import re

import pytest

from conftest import REPOSITORY
from kit import web
from kit.doorward import run
from kit.process import free_port

README = (REPOSITORY / "README.md").read_text()
NAMES = """
$TTL 600
2.0.192.in-addr.arpa.      SOA ns.example. host.example. 1 3600 600 86400 60
1.2.0.192.in-addr.arpa.    PTR pc.office.example.com.
2.2.0.192.in-addr.arpa.    PTR pc.office.example.com.
pc.office.example.com.     A   192.0.2.1
"""


def block(language, containing):
    blocks = re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    return next(text for text in blocks if containing in text)


@pytest.fixture
def site(folder, doorward, nginx):
    (folder / "names.zone").write_text(NAMES)
    (folder / "internal").mkdir()
    (folder / "internal" / "page").write_text("inside\n")
    ini = block("ini", "[policy default]")
    door = doorward(ini[ini.index("[policy default]") :], dns="static_zone = names.zone")
    port = free_port()
    snippet = block("nginx", "auth_request")
    snippet = snippet.replace("/run/doorward/doorward.sock", str(door.socket))
    nginx(
        f"server {{ listen 127.0.0.1:{port}; root {folder}; "
        f"set_real_ip_from 127.0.0.1; real_ip_header X-Played-Client;\n{snippet}\n}}",
        port,
    )
    return port


def test_the_nginx_example(site):
    def get(address, **headers):
        return web.get(site, "/internal/page", {"X-Played-Client": address, **headers})

    assert (get("192.0.2.1").status, get("192.0.2.1").body) == (200, "inside\n")
    assert get("192.0.2.2").status == 403
    assert get("192.0.2.2", **{"X-Real-IP": "192.0.2.1"}).status == 403
    assert web.get(site, "/doorward", {"X-Played-Client": "192.0.2.1"}).status == 404


def test_the_configuration_checks_out(folder):
    file = folder / "doorward.conf"
    file.write_text(block("ini", "[server]"))
    run("-t", "-c", file, expect=0)


def test_every_reason_is_listed():
    """The same as in the program's own table."""
    source = (REPOSITORY / "src" / "policy" / "policy.c").read_text()
    words = set(re.findall(r'\[POLICY_REASON_\w+\] =\s*"(\w+)"', source))
    table = README[README.index("| reason |") :]
    listed = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.*?) \|", table, re.MULTILINE))))
    assert words and words == listed


def test_the_cases(folder):
    (folder / "names.zone").write_text(NAMES)
    (folder / "cases.ini").write_text(block("ini", "[case a host of the office]"))
    ini = block("ini", "[server]")
    (folder / "doorward.conf").write_text(ini[ini.index("[policy default]") :])
    run("test", "-c", folder / "doorward.conf", folder / "cases.ini", expect=0)


def test_the_packages_are_those_that_make_deps_installs():
    deps = (REPOSITORY / "tests" / "tools" / "deps").read_text()
    [installed] = re.findall(r"^build='([^']*)'", deps, re.MULTILINE)
    text = README[README.index("`make` needs") : README.index("`make deps` installs")]
    for package in installed.split():
        assert re.search(rf"(?<![\w-]){re.escape(package)}(?![\w-])", text), package
    for named in re.findall(r"[\w-]+-dev(?![\w-])", text):
        assert named in installed.split(), named
