# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The script that downloads address lists, unchanged, with a server that plays the vendors."""

import http.server
import os
import re
import ssl
import subprocess
import threading

import pytest

from conftest import REPOSITORY
from kit import agents
from kit.agents import Agent
from kit.doorward import BINARY, assert_clean
from kit.process import DEADLINE

PRESET = REPOSITORY / "conf" / "crawlers-lists.ini"
SCRIPT = REPOSITORY / "contrib" / "crawlers" / "doorward-crawlers"
AGENTS = ("chatgpt.com", "agent.bot.goog")
DIRECTORY = "/.well-known/http-message-signatures-directory"
SOURCES = dict(re.findall(r"^fetch (\S+) https://(\S+)$", SCRIPT.read_text(), re.M))
GOOD = b'{"creationTime":"2026-01-01T00:00:00","prefixes":[{"ipv4Prefix":"192.0.2.0/24"}]}'
OLD = '["198.51.100.0/24"]'


class Vendors:
    """One TLS server for all of them. `answers`: (status, body) by host and path."""

    def __init__(self, pki):
        vendors = self
        self.answers = {where: (200, GOOD) for where in SOURCES.values()}
        self.agents = {host: Agent(f"https://{host}") for host in (*AGENTS, "agent.example")}
        for host, agent in self.agents.items():
            self.answers[host + DIRECTORY] = 200, agent.key_set().encode()
        self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                vendors.asked.append(self.headers["Host"] + self.path)
                status, body = vendors.answers[self.headers["Host"] + self.path]
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", body.decode())
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        hosts = sorted({where.split("/")[0] for where in vendors.answers})
        certificate = pki.authority.issue("vendors", dns=hosts, server=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.file, certificate.key_file)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def vendors(pki, stack):
    server = Vendors(pki)
    stack.callback(server.close)
    return server


@pytest.fixture
def download(folder, vendors, pki):
    (folder / ".curlrc").write_text(
        f'connect-to = "::127.0.0.1:{vendors.port}"\ncacert = "{pki.authority.file}"\nnoproxy = "*"\n'
    )
    lists, keys = folder / "lists", folder / "keys"
    conf = folder / "agents.conf"

    def run(binary=BINARY):
        places = {"CURL_HOME": folder, "DOORWARD": binary, "DOORWARD_CONF": conf}
        done = subprocess.run(
            [SCRIPT, lists, keys],
            env={**os.environ, **{name: str(path) for name, path in places.items()}},
            capture_output=True,
            text=True,
            timeout=DEADLINE,
        )
        assert_clean(done.stderr)
        for place in (lists, keys):
            assert not place.is_dir() or not [p for p in place.iterdir() if p.suffix != ".json"]
        return done.returncode, done.stderr

    run.folder, run.keys, run.conf = lists, keys, conf
    return run


def test_all_lists_that_the_preset_reads_and_no_other(vendors, download):
    assert download() == (0, "")
    read = re.findall(r"json:/var/lib/doorward/crawlers/(\S+)", PRESET.read_text())
    assert sorted(path.name for path in download.folder.iterdir()) == sorted(set(read))
    for path in download.folder.iterdir():
        assert path.read_bytes() == GOOD
        assert path.stat().st_mode & 0o777 == 0o644
    assert download() == (0, "")


@pytest.mark.parametrize(
    "answer",
    [
        (200, GOOD[:-2]),
        (200, b""),
        (200, b"<html>not today</html>"),
        (200, b'{"prefixes":[]}'),
        (200, b'{"prefixes":[{"ipv4Prefix":"192.0.2.0/33"}]}'),
        (200, b" " * (8 << 20) + GOOD),
        (404, GOOD),
        (403, b"no"),
        (302, b"http://openai.com/gptbot.json"),
        (302, b"https://openai.com/gptbot.json"),  # to itself, for ever
    ],
)
def test_a_bad_list_leaves_the_old_one(vendors, download, answer):
    download.folder.mkdir()
    old = download.folder / "gptbot.json"
    old.write_text(OLD)
    vendors.answers[SOURCES["gptbot"]] = answer
    status, errors = download()
    assert status == 1
    assert re.match(r"doorward-crawlers: gptbot: https://openai\.com/gptbot\.json: .", errors)
    assert old.read_text() == OLD
    # The other lists were downloaded.
    assert {p.stem for p in download.folder.iterdir() if p.read_bytes() == GOOD} == (
        set(SOURCES) - {"gptbot"}
    )


def test_a_list_that_covers_much_more_than_before_is_refused(vendors, download):
    download.folder.mkdir()
    old = download.folder / "gptbot.json"
    old.write_text(OLD)
    vendors.answers[SOURCES["gptbot"]] = (200, b'["203.0.0.0/12"]')
    status, errors = download()
    assert status == 1
    assert f"it is taken once {old} is removed" in errors
    assert old.read_text() == OLD
    old.unlink()
    assert download() == (0, "")
    assert old.read_bytes() == b'["203.0.0.0/12"]'


def test_a_redirect_is_followed(vendors, download):
    vendors.answers[SOURCES["perplexitybot"]] = (302, b"https://openai.com/gptbot.json")
    assert download() == (0, "")


def test_without_doorward_no_list_is_replaced(vendors, download, folder):
    status, errors = download(folder / "missing")
    assert status == 1
    assert "expected curl and" in errors
    assert not download.folder.exists()
    # A doorward that is too old for such lists.
    (folder / "old").write_text("#!/bin/sh\nexit 1\n")
    (folder / "old").chmod(0o755)
    status, errors = download(folder / "old")
    assert (status, len(errors.splitlines())) == (1, len(SOURCES) + len(AGENTS))
    assert not list(download.folder.iterdir()) and not list(download.keys.iterdir())


def test_keys_of_the_preset_and_of_the_rules(vendors, download):
    assert download() == (0, "")
    assert {p.stem for p in download.keys.iterdir()} == set(AGENTS)
    vendors.asked.clear()
    # A name that is no host has no file, and is asked for nowhere.
    download.conf.write_text(
        "[policy default]\nallow = agent https://agent.example & uri ~ ^/a\n"
        "deny = !agent https://Agent.example/ & !agent https://chatgpt.com\n"
        "allow = agent https://agent.example:8443\nallow = agent https://agent.example/keys\n"
        "allow = user_agent ~ https://other.example/\n"
    )
    assert download() == (0, "")
    assert {p.stem for p in download.keys.iterdir()} == {*AGENTS, "agent.example"}
    directories = sorted(where for where in vendors.asked if where.endswith(DIRECTORY))
    assert directories == sorted(host + DIRECTORY for host in (*AGENTS, "agent.example"))
    for host, agent in vendors.agents.items():
        file = download.keys / f"{host}.json"
        assert file.read_text() == agent.key_set()
        assert file.stat().st_mode & 0o777 == 0o644


def test_a_key_that_is_gone_from_its_directory_is_gone(vendors, download):
    assert download() == (0, "")
    file = download.keys / "chatgpt.com.json"
    for body in (Agent("https://chatgpt.com").key_set().encode(), b'{"keys": []}'):
        vendors.answers["chatgpt.com" + DIRECTORY] = 200, body
        assert download() == (0, "")
        assert file.read_bytes() == body


@pytest.mark.parametrize(
    "answer",
    [
        (200, b""),
        (200, b"<html>not today</html>"),
        (200, b'{"keys": ['),
        (200, b'{"keys": {}}'),
        (200, b" " * (256 << 10) + b'{"keys": []}'),
        (204, b""),
        (206, b'{"keys": []}'),
        (404, b'{"keys": []}'),
        (503, b'{"keys": []}'),
        (301, b"https://agent.bot.goog" + DIRECTORY.encode()),
        (302, b"https://chatgpt.com" + DIRECTORY.encode()),
        (307, b"http://chatgpt.com" + DIRECTORY.encode()),
    ],
)
def test_keys_stay_when_their_directory_is_bad(vendors, download, answer):
    assert download() == (0, "")
    vendors.answers["chatgpt.com" + DIRECTORY] = answer
    heir = Agent("https://agent.bot.goog")
    vendors.answers["agent.bot.goog" + DIRECTORY] = 200, heir.key_set().encode()
    status, errors = download()
    assert status == 1
    assert re.fullmatch(rf"doorward-crawlers: https://chatgpt\.com: https://chatgpt\.com{DIRECTORY}: .+\n",
                        errors)  # fmt: skip
    assert (download.keys / "chatgpt.com.json").read_text() == vendors.agents["chatgpt.com"].key_set()
    assert (download.keys / "agent.bot.goog.json").read_text() == heir.key_set()


def test_keys_of_a_host_that_is_not_itself_stay(vendors, download, pki, folder):
    """Neither a certificate of another authority nor a server that is away replaces them."""
    assert download() == (0, "")
    (folder / ".curlrc").write_text(f'connect-to = "::127.0.0.1:{vendors.port}"\nnoproxy = "*"\n')
    status, errors = download()
    assert status == 1
    assert set(re.findall(r"^doorward-crawlers: https://([^:]+): ", errors, re.M)) == set(AGENTS)
    for host in AGENTS:
        assert (download.keys / f"{host}.json").read_text() == vendors.agents[host].key_set()


def test_downloaded_keys_verify(folder, vendors, download, doorward):
    host = "agent.example"
    policy = f"[policy default]\nrdns = off\nallow = agent https://{host}\n"
    download.conf.write_text(policy)
    assert download() == (0, "")
    door = doorward(policy, before=f"[agents]\nkeys = {download.keys}\n")
    about = [("REMOTE_ADDR", "192.0.2.1"), ("HTTP_HOST", "www.example.org")]
    signed = agents.params(vendors.agents[host].sign("www.example.org"))
    assert door.ask(about + signed).status == 200
    assert door.ask(about).status == 403
