# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The page of the admin listener, as HTML; test_page_browser.py opens it in a browser."""

import base64
import hashlib
import html.parser
import re
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from kit.admin import Admin, ready
from kit.certs import DAY
from kit.doorward import run
from kit.process import free_port, wait_for

MARKUP = "<img src=x onerror=alert(1)>"
VOID = {"meta", "link", "input"}


class Elements(html.parser.HTMLParser):
    """Text by element; fails where elements do not close in their order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.cells, self.findings = [], [], [], [], ""
        self.attributes_with_values, self.text = [], ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        self.attributes_with_values += attrs
        if tag not in VOID:
            self.open.append(tag)
        if tag in ("td", "dd"):
            self.cells.append("")

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if {"td", "dd"} & set(self.open):
            self.cells[-1] += data
        if not {"script", "style"} & set(self.open):
            self.text += data
        if "pre" in self.open:
            self.findings += data


def page_of(admin, path="/"):
    response, body = admin.get(path)
    assert response.status == 200 and response.headers["Content-Type"] == "text/html; charset=utf-8"
    return Elements(body.decode())


@pytest.fixture
def door(doorward, folder, pki):
    hostile = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, MARKUP)])
    soon = pki.authority.issue("hostile-ca", subject=hostile, end=3 * DAY, self_signed=True)
    file = folder / "ca.pem"
    file.write_text(pki.authority.certificate.pem + soon.pem)
    port = free_port()
    door = doorward(
        "[policy default]\nrdns = off\nallow = ip 192.0.2.0/24\n"
        f"[policy certs]\nrdns = off\nclient_cert = required\nverify = local\nca_file = {file}\nallow = cert verified\n",
        server=f"listen = admin:unix:{folder}/admin.sock\nlisten = admin:127.0.0.1:{port}",
    )
    door.tcp = Admin(("127.0.0.1", port))
    door.admin = ready(str(folder / "admin.sock"))
    return door


def test_the_page_shows_the_state(door, folder):
    for _ in range(3):
        door.ask(REMOTE_ADDR="192.0.2.1")
    door.ask(REMOTE_ADDR="198.51.100.1")
    for admin in (door.admin, door.tcp):
        cells = page_of(admin).cells
        at = cells.index("allow rule\xa03, deny default\xa01")
        assert cells[at - 4 : at] == ["default", "3", "1", "0"]
        assert str(door.file) in cells and f"{folder}/ca.pem" in cells
        assert any(cell.startswith("ready") for cell in cells)
        assert f"admin:unix:{folder}/admin.sock" in " ".join(cells)
        assert "127.0.0.1:9" in cells and "not asked yet" in cells


def test_text_of_others_is_text(door):
    page = page_of(door.admin)
    assert any("<img src" in cell for cell in page.cells)
    assert "img" not in page.tags and page.tags.count("script") == 1
    assert not [name for name in page.attributes if name.startswith("on") or name == "style"]


def test_warnings_of_the_start_are_told(doorward, folder):
    doorward(
        "[policy default]\nrdns = off\nallow = user_agent ~ \"^a\"\n", server=f"listen = admin:unix:{folder}/admin.sock"
    )
    admin = ready(str(folder / "admin.sock"))
    assert "warning: " in page_of(admin).findings and "the quotes are part" in page_of(admin).findings
    assert "the quotes are part" in run("status", "-c", folder / "doorward.conf")[1]


def test_texts_of_clients_are_text(door):
    hostile = {"HTTP_USER_AGENT": MARKUP + "\x00\u202e", "REQUEST_URI": "/" + MARKUP, "DOORWARD_POLICY": MARKUP}
    door.ask({"REMOTE_ADDR": "198.51.100.1", **hostile})
    for path in ("/", "/decisions", "/decisions?address=198.51.100.0/24&denied=1"):
        page = page_of(door.admin, path)
        assert MARKUP + "\\x00\\xe2\\x80\\xae" in page.cells and "img" not in page.tags
        assert any(cell.endswith("/" + MARKUP) for cell in page.cells) and page.tags.count("script") == 1
        assert not [name for name in page.attributes if name.startswith("on")]


def test_bans_are_shown(doorward, folder):
    doorward(
        "[policy default]\nrdns = off\n",
        server=f"listen = admin:unix:{folder}/admin.sock",
        before=f"[bans]\nfile = {folder}/bans\n",
    )
    admin = ready(str(folder / "admin.sock"))
    assert "Newest bans" not in page_of(admin).text
    for number in range(1, 13):
        run("ban", "-c", folder / "doorward.conf", f"192.0.2.{number}", "--for", "1h", "--why", MARKUP, expect=0)
    wait_for(lambda: admin.status()["bans"] == 12, "the bans")
    page = page_of(admin)
    banned = [cell for cell in page.cells if re.fullmatch(r"192\.0\.2\.[0-9]+(/32)?", cell)]
    assert len(banned) == 10 and banned[0].startswith("192.0.2.12") and page.cells.count(MARKUP) == 10


def test_decisions_are_filtered(door):
    for number in (1, 2, 200):
        door.ask(REMOTE_ADDR=f"192.0.2.{number}")
    door.ask(REMOTE_ADDR="198.51.100.1")
    shown = {
        "": ["198.51.100.1", "192.0.2.200", "192.0.2.2", "192.0.2.1"],
        "?address=192.0.2.0/25": ["192.0.2.2", "192.0.2.1"],
        "?address=&host=&policy=default&reason=&id=&denied=1": ["198.51.100.1"],
        "?reason=rule&address=192.0.2.200": ["192.0.2.200"],
        "?policy=%3Cb%3E": [],
    }
    for query, addresses in shown.items():
        cells = page_of(door.admin, "/decisions" + query).cells
        assert [cell for cell in cells if re.fullmatch(r"[0-9.]+\.[0-9.]+\.[0-9]+", cell)] == addresses, query


def test_a_decision_is_explained(door):
    """From its place in the table to each rule; what is asked is not counted."""
    door.ask({"REMOTE_ADDR": "198.51.100.1", "HTTP_USER_AGENT": MARKUP})
    [link] = re.findall(rb'href="(/why\?id=[0-9a-f]{24})"', door.admin.get("/decisions")[1])
    page = page_of(door.admin, link.decode())
    at = page.cells.index("Verdict")
    assert page.cells[at : at + 3] == ["Verdict", "deny", "deny"] and "default" in page.cells
    assert "allow = ip 192.0.2.0/24" in page.text and f"{door.file}:" in page.text and "img" not in page.tags
    assert door.admin.status()["decisions"] == {"allow": 0, "deny": 1, "error": 0, "from_cache": 0}


def test_what_if(door):
    for address, verdict in (("192.0.2.77", "allow"), ("198.51.100.1", "deny")):
        page = page_of(door.admin, f"/whatif?ip={address}&policy=&user_agent={quote(MARKUP)}")
        assert page.cells[0] == verdict and address in page.cells and "img" not in page.tags
        assert MARKUP in [value for name, value in page.attributes_with_values if name == "value"]
    assert "Verdict" not in page_of(door.admin, "/whatif").text
    assert door.admin.status()["decisions"]["deny"] == 0
    assert door.admin.get("/recent.json")[1].startswith(b'{"recent":[]')


@pytest.mark.parametrize(
    "path, why",
    [
        ("/whatif?ip=nonsense%3Cb%3E", "ip: expected an address, not nonsense<b>"),
        ("/whatif?ip=192.0.2.1&unknown=1", "there is no parameter unknown"),
        ("/why?id=xyz", "24 hexadecimal digits"),
        ("/why?id=" + "0" * 24, "not among the recent ones"),
    ],
)
def test_a_question_that_cannot_be_answered(door, path, why):
    page = page_of(door.admin, path)
    assert why in page.text and "400 Bad" not in page.text and "404 Not" not in page.text and "b" not in page.tags


@pytest.mark.parametrize("query", ["address=zz", "denied=2", "nothing=1", "address=%zz", "limit=1&limit=2"])
def test_a_wrong_filter_is_told(door, query):
    response, body = door.admin.get("/decisions?" + query)
    assert response.status == 200 and b'<p class="alert">' in body
    Elements(body.decode())


def test_the_page_loads_nothing_and_stays_where_it_is(door):
    """Its style and script count by their hashes; no site may frame, read or keep it."""
    response, body = door.tcp.get("/")
    policy = dict(part.split(" ", 1) for part in response.headers["Content-Security-Policy"].split("; "))
    for directive, element in (("style-src", b"style"), ("script-src", b"script")):
        [text] = re.findall(rb"<%s>(.*?)</%s>" % (element, element), body, re.S)
        assert policy.pop(directive) == f"'sha256-{base64.b64encode(hashlib.sha256(text).digest()).decode()}'"
    assert policy == {
        "default-src": "'none'",
        "connect-src": "'self'",
        "img-src": "data:",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    assert response.headers["Cache-Control"] == "no-store" and response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["X-Content-Type-Options"] == "nosniff" and response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert b"http://" not in body and b"https://" not in body


def test_who_may_see_it(door):
    assert door.tcp.get("/", host="evil.example")[0].status == 421
    assert door.tcp.get("/", "POST")[0].status == 405
    response, body = door.tcp.get("/", "HEAD")
    assert response.status == 200 and body == b"" and int(response.headers["Content-Length"]) > 5000


def test_a_failed_reload_is_told(door):
    """Findings quote the file: they may have any text."""
    door.file.write_text(door.file.read_text() + "[policy bad]\nallow = <img/src=x> a\n")
    door.reload()
    wait_for(lambda: door.admin.status()["last_reload"]["number"] == 1, "a reload")
    page = page_of(door.admin)
    assert any(cell.startswith("failed, ") for cell in page.cells)
    assert "<img/src=x>" in page.findings and "img" not in page.tags
