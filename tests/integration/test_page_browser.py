# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The page of the admin listener in a real browser: `make check-browser`, which installs it. With
DOORWARD_SCREENSHOTS=FOLDER, a picture of each view is kept there."""

import http.server
import json
import os
import re
import tempfile
import threading
from pathlib import Path
from urllib.parse import urlencode

import pytest

from kit.admin import Admin
from kit.browser import CHROMIUM, DRIVER, Browser
from kit.certs import DAY
from kit.doorward import run
from kit.names import Nsd
from kit.process import free_port, wait_for

pytestmark = pytest.mark.skipif(
    CHROMIUM is None or DRIVER is None, reason="chromium and chromium-driver are not installed (make check-browser)"
)

ATTACK = "document.title='taken'"
MARKUP = f'"><img src=x onerror="{ATTACK}"><script>{ATTACK}</script></td></table></main><h1>x'
HOSTILE = {
    "HTTP_USER_AGENT": MARKUP,
    "REQUEST_URI": "/" + MARKUP.replace(" ", "+"),
    "REQUEST_METHOD": "GET" + MARKUP.replace(" ", "+"),
    "HTTP_HOST": MARKUP,
}
# Contrast of text with what is behind it, by WCAG 2.2, 1.4.3.
CONTRAST = """
const light = (c) => { const [r, g, b] = c.match(/[0-9.]+/g).map(Number).map((v) => {
    v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const behind = (e) => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
    if (!/, 0\\)$|transparent/.test(c)) { return c; } } return 'rgb(255, 255, 255)'; };
const bad = [];
for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) || /SCRIPT|STYLE/.test(e.tagName)) { continue; }
    const [a, b] = [light(getComputedStyle(e).color), light(behind(e))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) { bad.push(e.outerHTML.slice(0, 100)); }
}
return bad;
"""
UNNAMED = """
return [...document.querySelectorAll('input, button, select, textarea, a, section, [role=region], [role=img], table')]
    .filter((e) => !(e.labels?.length || e.getAttribute('aria-label') || e.getAttribute('aria-labelledby') ||
        e.querySelector('caption') || e.textContent.trim()))
    .map((e) => e.outerHTML.slice(0, 100));
"""


@pytest.fixture(scope="module")
def browser(session_folder):
    browser = Browser(session_folder)
    yield browser
    browser.close()


ENTER, TAB, RIGHT = "\ue007", "\ue004", "\ue014"
TOKEN = "0123456789abcdef" * 4
LABEL = "<img src=x onerror=document.title='taken'>"  # of a host name
POLICY = """[policy default]
rdns = off
allow = ip 192.0.2.0/24 & uri ~ ^/
[policy names]
rdns = double
allow = host .example
[policy single]
rdns = single
allow = host .example
"""


@pytest.fixture(scope="module")
def zone():
    """PTR records that hold markup, of which one is confirmed by an address."""
    label = "".join(f"\\{byte:03}" for byte in LABEL.encode())
    with tempfile.TemporaryDirectory(prefix="doorward-") as folder:
        nsd = Nsd(
            Path(folder),
            {
                "100.51.198.in-addr.arpa": f"66 PTR {label}.example.\n67 PTR {label}.example.\n67 PTR good.example.\n",
                "example": f"{label} A 198.51.100.66\ngood A 198.51.100.67\n",
            },
        )
        yield nsd
        nsd.close()


@pytest.fixture
def door(doorward, browser, zone, folder):
    port = free_port()
    (folder / "admin.token").write_text(TOKEN + "\n")
    (folder / "admin.token").chmod(0o600)
    door = doorward(
        POLICY,
        server=f"listen = admin:127.0.0.1:{port}\nadmin_write = yes\nadmin_token_file = {folder}/admin.token",
        before="[bans]\nfile = bans\n",
        server_of_names=zone,
    )
    door.url = f"http://127.0.0.1:{port}"
    door.admin = Admin(("127.0.0.1", port))
    wait_for(lambda: door.admin.status()["ready"], "a ready doorward")
    for number in range(1, 8):
        door.ask({"REMOTE_ADDR": f"192.0.2.{number}", "REQUEST_URI": "/", "HTTP_USER_AGENT": "Mozilla/5.0"})
        door.ask({"REMOTE_ADDR": f"198.51.100.{number}", **HOSTILE})
    door.ask({"REMOTE_ADDR": "192.0.2.1", "DOORWARD_POLICY": MARKUP, **HOSTILE})
    browser.look()
    browser.complaints()
    browser.requests()
    yield door
    browser.open("about:blank")


def views(door):
    query = urlencode({"address": "198.51.100.0/24", "reason": MARKUP})
    [newest] = json.loads(door.admin.get("/recent.json?limit=1&policy=default&denied=1")[1])["recent"]
    return {
        "overview": door.url + "/",
        "decisions": door.url + "/decisions",
        "filtered": f"{door.url}/decisions?{query}",
        "why": f"{door.url}/why?id={newest['id']}",
        "whatif": f"{door.url}/whatif?" + urlencode({"ip": "198.51.100.7", "user_agent": MARKUP}),
        "names": f"{door.url}/whatif?" + urlencode({"ip": "198.51.100.66", "policy": "names"}),
        "change": door.url + "/change",
    }


def test_markup_shows_as_text(door, browser):
    for name, url in views(door).items():
        browser.open(url)
        assert browser.run("return document.title").endswith(" – doorward"), name
        assert browser.run("return document.querySelectorAll('img').length") == 0
        assert browser.run("return document.querySelectorAll('script').length") == 1
        assert browser.run("return document.querySelectorAll('h1').length") == 1
        if name in ("overview", "decisions"):
            shown = browser.run("return [...document.querySelectorAll('td')].map((e) => e.textContent)")
            assert MARKUP in shown and any(cell.startswith("GET" + MARKUP[:5]) for cell in shown), name
        elif name == "filtered":
            assert browser.run("return document.querySelector('[name=reason]').value") == MARKUP
        elif name == "whatif":
            assert browser.run("return document.querySelector('[name=user_agent]').value") == MARKUP
    assert browser.complaints() == []


@pytest.mark.parametrize("policy", ["names", "single"])
def test_a_host_name_with_markup_shows_as_text(door, browser, policy):
    """It comes from a name server, by a PTR record that its owner wrote, and an address that confirms it."""
    reply = door.ask({"REMOTE_ADDR": "198.51.100.66", "DOORWARD_POLICY": policy})
    identifier = reply.header("X-Doorward-Id")
    for url in ("/", "/decisions?address=198.51.100.66", f"/why?id={identifier}", f"/whatif?ip=198.51.100.66&policy={policy}"):
        browser.open(door.url + url)
        assert browser.run("return document.title").endswith(" – doorward"), url
        assert browser.run("return document.querySelectorAll('img, main script').length") == 0, url
        if url.startswith("/wh"):
            shown = browser.run("return document.querySelector('main').innerText")
            assert "<img" in shown and "onerror=document" in shown, url
    assert browser.complaints() == []


def test_nothing_is_asked_for_elsewhere(door, browser):
    for url in views(door).values():
        browser.open(url)
    asked = browser.requests()
    assert len(asked) >= len(views(door))
    assert [url for url in asked if not url.startswith((door.url, "data:,", "about:"))] == []
    assert browser.complaints() == []


def test_injected_script_and_style_do_not_run(door, browser):
    """What the Content-Security-Policy is for, should a text ever get through."""
    browser.open(door.url)
    browser.run(
        "const e = document.createElement('script'); e.textContent = \"document.title = 'taken'\"; document.body.append(e);"
        "document.body.setAttribute('style', 'color: red'); const i = new Image(); i.src = '/x.png'; document.body.append(i);"
    )
    assert browser.run("return document.title") == "Overview – doorward"
    complaints = " ".join(browser.complaints())
    assert "script-src" in complaints and "style-src" in complaints and "img-src" in complaints


def test_the_page_renews_itself(door, browser):
    browser.open(door.url)
    newest = "return document.querySelector('#last td:nth-child(5)').textContent"
    assert browser.run(newest) != "192.0.2.99"
    door.ask({"REMOTE_ADDR": "192.0.2.99", "REQUEST_URI": "/"})
    wait_for(lambda: browser.run(newest) == "192.0.2.99", "a newer table")
    assert browser.run("return document.querySelector('#fresh span').textContent").startswith("As of ")
    browser.run("document.querySelector('#fresh button').click()")
    assert browser.run("return document.querySelector('#fresh span').textContent") == "Paused"
    assert browser.complaints() == []


def test_it_says_that_the_process_is_gone(door, browser):
    browser.open(door.url)
    door.stop()
    said = "return document.querySelector('#fresh span').textContent"
    wait_for(lambda: browser.run(said).startswith("No answer since "), "a word about it")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_from_a_decision_to_its_explanation(door, browser, script):
    """By the keyboard alone: a link, then a form."""
    browser.look(script=script)
    browser.open(door.url + "/decisions?address=198.51.100.5")
    browser.run("document.querySelector('#found td a').focus()")
    browser.press(ENTER)
    wait_for(lambda: browser.run("return location.pathname") == "/why", "the explanation")
    assert browser.run("return document.querySelector('#decision .word').textContent") == "deny"
    assert "uri ~ ^/" in browser.run("return document.querySelector('#rules').textContent")
    assert "doorward.conf:" in browser.run("return document.querySelector('#rules').textContent")
    browser.open(door.url + "/whatif")
    browser.run("document.querySelector('[name=ip]').value = '192.0.2.5'; document.querySelector('[name=uri]').value = '/'")
    browser.run("document.querySelector('[name=uri]').focus()")
    browser.press(ENTER)
    wait_for(lambda: browser.run("return location.search") != "", "the answer")
    assert browser.run("return document.querySelector('#decision .word').textContent") == "allow"
    assert browser.complaints() == []


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_what_if_is_not_counted(door, browser, script):
    browser.look(script=script)
    before = door.admin.status()["decisions"]
    for query in ("ip=192.0.2.5&uri=/", "ip=198.51.100.66&policy=names"):
        browser.open(f"{door.url}/whatif?{query}")
        assert browser.run("return document.querySelector('#decision .word').textContent") in ("allow", "deny")
    assert door.admin.status()["decisions"] == before


def test_all_of_the_state_is_there(browser, doorward, folder, pki, zone):
    """What administrators look for, in one place."""
    authority = pki.authority.issue("soon-ca", end=3 * DAY, self_signed=True)
    (folder / "ca.pem").write_text(pki.authority.certificate.pem + authority.pem)
    (folder / "offices").write_text("192.0.2.0/24\n")
    port = free_port()
    door = doorward(
        f"[policy default]\nrdns = double\nclient_cert = optional\nverify = local\nca_file = {folder}/ca.pem\n"
        "allow = ip in file:offices & host .example\n[policy warned]\nrdns = single\nallow = host .example\n",
        server=f"listen = admin:127.0.0.1:{port}",
        before="[bans]\nfile = bans\n",
        server_of_names=zone,
    )
    admin = Admin(("127.0.0.1", port))
    wait_for(lambda: admin.status()["ready"], "a ready doorward")
    run("ban", "-c", door.file, "--why", MARKUP, "203.0.113.7", expect=0)
    door.ask({"REMOTE_ADDR": "198.51.100.67"})
    wait_for(lambda: admin.status()["bans"] == 1, "the ban")
    door.reload()
    wait_for(lambda: admin.status()["last_reload"]["number"] == 1, "the reload")
    browser.open(f"http://127.0.0.1:{port}/")
    text = {
        name: browser.run(f"return document.getElementById('{name}').innerText")
        for name in ("now", "hour", "last", "dns", "bans", "configuration", "files")
    }
    assert "Workers" in text["now"] and "Bans" in text["now"] and "a second" in text["now"]
    assert "by verdict" in text["hour"] and "by reason" in text["hour"]
    assert "198.51.100.67" in text["last"] and f"127.0.0.1:{zone.port}" in text["dns"]
    assert "203.0.113.7" in text["bans"] and MARKUP in text["bans"]
    assert "rdns = single" in text["configuration"] and "success" in text["configuration"] and "debug" in text["configuration"]
    assert str(folder / "offices") in text["files"] and "ago" in text["files"]
    whole = browser.run("return document.body.innerText")
    assert "Certificates and CRLs that end" in whole and re.search(r"\bin [23] d\b", whole)
    for word in ("DNS cache", "Responses", "Certificates", f"PID {door.process.pid}"):
        assert word in whole
    assert browser.complaints() == []


def test_without_script(door, browser):
    browser.look(script=False)
    browser.open(door.url + "/decisions?address=198.51.100.3")
    assert browser.run("return document.querySelector('#fresh').childNodes.length") == 0
    cells = browser.run("return [...document.querySelectorAll('#found td')].map((e) => e.textContent)")
    assert cells.count("198.51.100.3") == 1 and "192.0.2.1" not in cells
    assert browser.run("return document.querySelector('[name=address]').value") == "198.51.100.3"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_each_view_fits_and_can_be_read(door, browser, width, dark):
    browser.look(width, dark)
    for name, url in views(door).items():
        browser.open(url)
        back = browser.run("return getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).map(Number)")
        assert (max(back) < 64) == dark
        assert browser.run("return document.documentElement.scrollWidth") <= width, name
        assert browser.run(CONTRAST) == [], name
        assert browser.run(UNNAMED) == [], name
        if folder := os.environ.get("DOORWARD_SCREENSHOTS"):
            browser.screenshot(Path(folder) / f"{name}-{width}-{'dark' if dark else 'light'}.png")
    assert browser.complaints() == []


FOCUSED = """
const e = document.activeElement, style = getComputedStyle(e);
return [[...document.querySelectorAll('*')].indexOf(e), e.tagName, style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2];
"""


@pytest.mark.parametrize("view", ["overview", "decisions", "why", "whatif", "change"])
def test_the_keyboard_reaches_everything(door, browser, view):
    """In the order of the document, and what has the focus shows it."""
    browser.open(views(door)[view])
    browser.run("document.querySelector('#fresh button')?.click()")
    browser.run("document.activeElement.blur()")
    wanted = browser.run(
        "const all = [...document.querySelectorAll('*')];"
        "return all.filter((e) => e.matches('a[href], input, select, textarea, button, summary, .scroll') && e.checkVisibility())"
        ".map((e) => all.indexOf(e))"
    )
    reached = []
    for _ in range(len(wanted)):
        browser.press(TAB)
        index, tag, shown = browser.run(FOCUSED)
        assert shown, tag
        reached.append(index)
    first = reached.index(wanted[0])
    assert reached[first:] + reached[:first] == wanted
    assert browser.complaints() == []


def test_a_table_that_is_too_wide_scrolls_by_the_keyboard(door, browser):
    browser.look(width=700)
    browser.open(door.url + "/decisions")
    assert browser.run("const e = document.querySelector('#found .scroll'); e.focus(); return e.scrollWidth > e.clientWidth")
    browser.press(RIGHT)
    wait_for(lambda: browser.run("return document.querySelector('#found .scroll').scrollLeft") > 0, "another part of it")


def test_a_phone_shows_decisions_without_scrolling_aside(door, browser):
    """Row by row; what is not shown as a table is still one for screen readers."""
    browser.look(width=360)
    browser.open(door.url + "/decisions")
    assert browser.run("const e = document.querySelector('#found .scroll'); return e.scrollWidth <= e.clientWidth")
    roles = browser.run("return [...document.querySelectorAll('#found [role]')].map((e) => e.getAttribute('role'))")
    rows = browser.run("return document.querySelectorAll('#found tr').length")
    assert roles.count("row") == rows and roles.count("cell") == 10 * (rows - 1) and roles.count("columnheader") == 10


# Changes


def banned(door):
    return door.ask({"REMOTE_ADDR": "192.0.2.7", "REQUEST_URI": "/"}).header("X-Doorward-Reason") == "banned"


def send(browser, form, **values):
    for name, value in values.items():
        browser.run(f"document.querySelector('form[action=\"/{form}\"] [name={name}]').value = {json.dumps(value)}")
    browser.run(f"document.querySelector('form[action=\"/{form}\"]').requestSubmit()")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_ban_by_the_form(door, browser, script):
    browser.look(script=script)
    browser.open(door.url + "/change")
    send(browser, "ban", ip="192.0.2.7", why=MARKUP, token=TOKEN)
    outcome = "return document.querySelector('#outcome[role=status]')?.textContent || ''"
    wait_for(lambda: browser.run(outcome) == "192.0.2.7 is banned, without an end", "the outcome")
    wait_for(lambda: banned(door), "the ban")
    browser.open(door.url + "/")
    assert MARKUP in browser.run("return [...document.querySelectorAll('#bans td')].map((e) => e.textContent)")
    assert browser.run("return document.querySelectorAll('img').length") == 0
    assert browser.complaints() == []


def test_a_wrong_token_in_the_form(door, browser):
    browser.open(door.url + "/change")
    send(browser, "ban", ip="192.0.2.7", token=TOKEN[:-1] + "0")
    outcome = "return document.querySelector('#outcome[role=alert]')?.textContent || ''"
    wait_for(lambda: "not the token" in browser.run(outcome), "the outcome")
    assert not banned(door)
    browser.complaints()


class Elsewhere(http.server.BaseHTTPRequestHandler):
    """A page of another site, which even knows the token."""

    page = b""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(self.page)

    def log_message(self, format, *args):
        pass


def test_a_page_of_another_site_changes_nothing(door, browser):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Elsewhere.page = (
        f"<form method=post action='{door.url}/ban'><input name=ip value=192.0.2.7><input name=token value={TOKEN}></form>"
        f"<script>fetch('{door.url}/ban', {{method: 'POST', body: 'ip=192.0.2.7', headers: {{Authorization: 'Bearer {TOKEN}',"
        "'Content-Type': 'application/x-www-form-urlencoded'}}).then((r) => document.title = 'read ' + r.status, "
        "() => document.title = 'refused')</script>"
    ).encode()
    try:
        for host in ("127.0.0.1", "localhost"):
            browser.open(f"http://{host}:{server.server_port}/")
            wait_for(lambda: browser.run("return document.title") == "refused", "a refusal")
            browser.run("document.forms[0].submit()")
            wait_for(lambda: "names another site" in browser.run("return document.body.innerText"), "a refusal")
            assert not banned(door)
    finally:
        server.shutdown()
        server.server_close()
    browser.complaints()


# Filters


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
@pytest.mark.parametrize(
    "field, value, column, shown",
    [
        ("address", "198.51.100.5", 5, {"198.51.100.5"}),
        ("address", "198.51.100.4/31", 5, {"198.51.100.4", "198.51.100.5"}),
        ("host", "good.example", 6, {"good.example"}),
        ("policy", "names", 4, {"names"}),
        ("policy", MARKUP, 4, {MARKUP}),
        ("reason", "unknown_policy", 3, {"unknown_policy"}),
        ("id", None, 5, {"192.0.2.3"}),
    ],
)
def test_filters(door, browser, script, field, value, column, shown):
    door.ask({"REMOTE_ADDR": "198.51.100.67", "DOORWARD_POLICY": "names"})
    if field == "id":
        value = door.ask({"REMOTE_ADDR": "192.0.2.3", "REQUEST_URI": "/x"}).header("X-Doorward-Id")
    browser.look(script=script)
    browser.open(door.url + "/decisions")
    browser.run(f"document.querySelector('[name={field}]').value = {json.dumps(value)}; document.forms[0].requestSubmit()")
    wait_for(lambda: browser.run("return location.search") != "", "the answer")
    cells = f"return [...document.querySelectorAll('#found td:nth-child({column})')].map((e) => e.textContent)"
    assert set(browser.run(cells)) == shown
    assert browser.run(f"return document.querySelector('[name={field}]').value") == value
    if field == "id":
        assert len(browser.run(cells)) == 1
    assert browser.complaints() == []


def test_only_those_that_were_not_allowed(door, browser):
    browser.open(door.url + "/decisions")
    browser.run("document.querySelector('[name=denied]').click(); document.forms[0].requestSubmit()")
    wait_for(lambda: browser.run("return location.search") != "", "the answer")
    assert set(browser.run("return [...document.querySelectorAll('#found td:nth-child(2)')].map((e) => e.textContent)")) == {"deny"}
    assert browser.run("return document.querySelector('[name=denied]').checked")
