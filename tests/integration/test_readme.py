# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers
"""The examples of the README work unchanged."""

import re
import shutil

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


LINE = block("ini", "allow = host .office")


@pytest.fixture
def site(folder, doorward, nginx, snippets):
    """The three lines of "Use it", in what `make install` puts in place."""
    (folder / "names.zone").write_text(NAMES)
    for place in ("internal", "partners"):
        (folder / place).mkdir()
        (folder / place / "page").write_text("inside\n")
    policies = "[policy default]\n" + LINE + "[policy partners]\nallow = host .partner.example\n"
    door = doorward(policies, dns="static_zone = names.zone")
    snippets(door.socket)
    port = free_port()
    played = "set_real_ip_from 127.0.0.1; real_ip_header X-Played-Client;"
    text = block("nginx", "server {").replace("root /srv/www;", f"root {folder}; {played}")
    text = text.replace("listen 80;", f"listen 127.0.0.1:{port};").rstrip().removesuffix("}")
    nginx(text + block("nginx", "location /partners/") + "}", port)
    return port


def test_the_nginx_example(site):
    def get(address, path="/internal/page", **headers):
        return web.get(site, path, {"X-Played-Client": address, **headers})

    assert (get("192.0.2.1").status, get("192.0.2.1").body) == (200, "inside\n")
    assert get("192.0.2.2").status == 403
    assert get("192.0.2.2", **{"X-Real-IP": "192.0.2.1"}).status == 403
    assert get("192.0.2.1", "/partners/page").status == 403
    assert web.get(site, "/doorward", {"X-Played-Client": "192.0.2.1"}).status == 404


def test_the_line_is_at_the_end_of_the_installed_configuration(folder, installed):
    conf = folder / "doorward.conf"
    shutil.copytree(installed / "etc/doorward/conf.d", folder / "conf.d")
    conf.write_text((installed / "etc/doorward/doorward.conf").read_text() + LINE)
    _, out, err = run("-T", "-c", conf, expect=0)
    assert err == "" and out[out.index("[policy default]") :].count(LINE) == 1


def test_the_configuration_checks_out(folder):
    file = folder / "doorward.conf"
    file.write_text(block("ini", "[server]") + "[policy default]\n" + LINE)
    assert "0 error(s), 0 warning(s)" in run("-t", "-c", file, expect=0)[2]


def test_the_module_example_names_what_the_module_has():
    manual = (REPOSITORY / "contrib/nginx-module/ngx_http_doorward_module.8").read_text()
    for word in re.findall(r"^ *(doorward\w*) ", block("nginx", "doorward_zone"), re.MULTILINE):
        assert f".It Ic {word} " in manual, word


def test_the_commands_exist():
    makefile = (REPOSITORY / "Makefile").read_text()
    targets = set(re.findall(r"(?:`|sudo |^)make ([a-z-]+)", README, re.MULTILINE))
    assert {"deb", "demo", "check", "install", "install-nginx-module", "uninstall"} <= targets
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


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
    (folder / "doorward.conf").write_text("[policy default]\n" + LINE)
    run("test", "-c", folder / "doorward.conf", folder / "cases.ini", expect=0)


def test_the_pictures_are_small_and_described():
    shown = dict(re.findall(r"^!\[(.{20,})\]\((contrib/pictures/[a-z-]+\.png)\)$", README, re.MULTILINE))
    assert sorted(shown.values()) == ["contrib/pictures/overview-light.png", "contrib/pictures/top.png"]
    views = {"overview-light", "overview-dark", "decisions", "why", "what-if", "top"}
    pictures = list((REPOSITORY / "contrib" / "pictures").iterdir())
    assert {picture.name for picture in pictures} == {f"{view}.png" for view in views}
    for picture in pictures:
        data = picture.read_bytes()
        assert data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) < 200_000, picture.name
        assert int.from_bytes(data[16:20], "big") <= 1280, picture.name


def test_its_lines_fit():
    """A line with a picture or of a table cannot be divided."""
    assert [line for line in README.splitlines() if len(line) > 120 and line[0] not in "!|"] == []


def test_the_packages_are_those_that_make_deps_installs():
    deps = (REPOSITORY / "tests" / "tools" / "deps").read_text()
    [installed] = re.findall(r"^build='([^']*)'", deps, re.MULTILINE)
    text = README[README.index("`make` needs") : README.index("`make deps` installs")]
    for package in installed.split():
        assert re.search(rf"(?<![\w-]){re.escape(package)}(?![\w-])", text), package
    for named in re.findall(r"[\w-]+-dev(?![\w-])", text):
        assert named in installed.split(), named
