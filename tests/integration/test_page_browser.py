# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The page of the admin listener in a real browser: `make check-browser`, which installs it. With
DOORWARD_SCREENSHOTS=FOLDER, a picture of each view is kept there."""

import json
import os
from pathlib import Path
from urllib.parse import urlencode

import pytest

from kit.admin import Admin
from kit.browser import CHROMIUM, DRIVER, Browser
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
return [...document.querySelectorAll('input, button, select, a, section, [role=region], [role=img], table')]
    .filter((e) => !(e.labels?.length || e.getAttribute('aria-label') || e.getAttribute('aria-labelledby') ||
        e.querySelector('caption') || e.textContent.trim()))
    .map((e) => e.outerHTML.slice(0, 100));
"""


@pytest.fixture(scope="module")
def browser(session_folder):
    browser = Browser(session_folder)
    yield browser
    browser.close()


@pytest.fixture
def door(doorward, browser):
    port = free_port()
    door = doorward(
        "[policy default]\nrdns = off\nallow = ip 192.0.2.0/24 & uri ~ ^/\n",
        server=f"listen = admin:127.0.0.1:{port}",
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


def test_from_a_decision_to_its_explanation(door, browser):
    """By the keyboard alone: a link, then a form."""
    browser.open(door.url + "/decisions?address=198.51.100.5")
    browser.run("document.querySelector('#found td a').focus(); document.activeElement.click()")
    wait_for(lambda: browser.run("return location.pathname") == "/why", "the explanation")
    assert browser.run("return document.querySelector('#decision .word').textContent") == "deny"
    assert "uri ~ ^/" in browser.run("return document.querySelector('#rules').textContent")
    browser.open(door.url + "/whatif")
    browser.run(
        "document.querySelector('[name=ip]').value = '192.0.2.5'; document.querySelector('[name=uri]').value = '/';"
        "document.querySelector('form').requestSubmit()"
    )
    wait_for(lambda: browser.run("return location.search") != "", "the answer")
    assert browser.run("return document.querySelector('#decision .word').textContent") == "allow"
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


def test_the_keyboard_reaches_everything(door, browser):
    """In the order of the document: no element takes itself out of it, or before it."""
    browser.open(door.url + "/decisions")
    assert browser.run("return [...document.querySelectorAll('[tabindex]')].every((e) => e.tabIndex === 0)")
    assert browser.run(
        "return [...document.querySelectorAll('a, input, button, summary')].every((e) => e.tabIndex >= 0)"
    )
