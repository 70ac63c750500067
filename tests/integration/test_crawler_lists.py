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
from kit.doorward import run as doorward_run
from kit.process import DEADLINE

PRESET = REPOSITORY / "conf" / "crawlers-lists.ini"
MANUAL = REPOSITORY / "src" / "man" / "doorward.conf.5"
SCRIPT = REPOSITORY / "contrib" / "crawlers" / "doorward-crawlers"
AGENTS = ("chatgpt.com", "agent.bot.goog")
DIRECTORY = "/.well-known/http-message-signatures-directory"
SOURCES = dict(re.findall(r"^fetch (\S+) https://(\S+)$", SCRIPT.read_text(), re.M))
# The lists of services: the URL, and a list in the form in which doorward finds addresses there.
SERVICES = {
    "atlassian": ("ip-ranges.atlassian.com/", b'{"items":[{"cidr":"192.0.2.0/24"}]}'),
    "azure": (
        "download.microsoft.com/download/7/1/d/71d86715-5596/ServiceTags_Public_20261123.json",
        b'{"values":[{"properties":{"addressPrefixes":["192.0.2.0/24"]}}]}',
    ),
    "datadog": (
        "ip-ranges.datadoghq.com/",
        b'{"api":{"prefixes_ipv4":["198.51.100.0/24"]},"webhooks":{"prefixes_ipv4":["192.0.2.0/24"]}}',
    ),
    "imperva": (
        "my.imperva.com/api/integration/v1/ips",
        b'{"ipRanges":["192.0.2.0/24"],"ipv6Ranges":["2001:db8::/32"]}',
    ),
    "oracle": (
        "docs.oracle.com/en-us/iaas/tools/public_ip_ranges.json",
        b'{"regions":[{"cidrs":[{"cidr":"192.0.2.0/24"}]}]}',
    ),
    "stripe": ("stripe.com/files/ips/ips_webhooks.json", b'{"WEBHOOKS":["192.0.2.0"]}'),
}
PAGE = "www.microsoft.com/en-us/download/details.aspx?id=56519"
OWN = "lists.example/own.json"
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
        self.answers |= {where: (200, body) for where, body in SERVICES.values()}
        link = f'<a href="https://{SERVICES["azure"][0]}">Download</a>'
        self.answers[PAGE] = 200, f"<html>{link}{link}</html>".encode()
        self.answers[OWN] = 200, b'{"own":{"list":["192.0.2.0/24"]}}'
        self.asked = []
        self.chunked = set()  # hosts that do not say how long their answers are

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                vendors.asked.append(self.headers["Host"] + self.path)
                status, body = vendors.answers[self.headers["Host"] + self.path]
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", body.decode())
                if self.headers["Host"] in vendors.chunked:
                    self.send_header("Transfer-Encoding", "chunked")
                    body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
                else:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except (BrokenPipeError, ConnectionResetError):
                    pass  # the client has had enough

            def log_message(self, *arguments):
                pass

        hosts = sorted({where.split("/")[0].split(":")[0] for where in vendors.answers})
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

    def run(*services, binary=BINARY):
        places = {"CURL_HOME": folder, "DOORWARD": binary, "DOORWARD_CONF": conf}
        done = subprocess.run(
            [SCRIPT, lists, keys, *services],
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


@pytest.mark.parametrize("host", ["openai.com", "chatgpt.com"])
def test_an_answer_of_unknown_length_is_cut(vendors, download, host):
    """Within the bound it is as good as any; what is longer ends, and does not fill the disk."""
    vendors.chunked.add(host)
    assert download() == (0, "")
    for where in [where for where in vendors.answers if where.split("/")[0] == host]:
        vendors.answers[where] = 200, vendors.answers[where][1] + b" " * (9 << 20)
    before = {p: p.read_bytes() for p in [*download.folder.iterdir(), *download.keys.iterdir()]}
    status, errors = download()
    assert status == 1
    # Later curls count what they read; earlier ones are ended by the limit on files.
    assert re.search(f"https://{host}/\\S+: .*file size", errors, re.IGNORECASE)
    assert {p: p.read_bytes() for p in before} == before


def test_services_only_where_they_are_named(vendors, download):
    assert download() == (0, "")
    assert not set(vendors.asked) & {where for where, _ in SERVICES.values()}
    assert download(*SERVICES) == (0, "")
    for name, (_, body) in SERVICES.items():
        assert download.folder.joinpath(f"{name}.json").read_bytes() == body
        assert download.folder.joinpath(f"{name}.json").stat().st_mode & 0o777 == 0o644
    assert {p.stem for p in download.folder.iterdir()} == {*SOURCES, *SERVICES}


def test_downloaded_services_are_read_by_rules(folder, vendors, download, doorward):
    """By the pointers of the manual, which are those that the script checks with."""
    assert download(*SERVICES) == (0, "")
    pointers = dict(re.findall(r"^ip in json:(\w+)\.json(#\S+)$", MANUAL.read_text(), re.M))
    assert set(pointers) == set(SERVICES)
    for name, pointer in pointers.items():
        assert pointer in SCRIPT.read_text()
    door = doorward(
        "".join(
            f"[policy {name}]\nrdns = off\nallow = ip in json:{download.folder}/{name}.json{pointer}\n"
            for name, pointer in pointers.items()
        )
    )
    for name in pointers:
        assert door.ask(REMOTE_ADDR="192.0.2.0", DOORWARD_POLICY=name).status == 200
        assert door.ask(REMOTE_ADDR="198.51.100.1", DOORWARD_POLICY=name).status == 403


def test_services_with_the_pointers_of_the_rules(vendors, download):
    own = f"own=https://{OWN}#/own/list"
    assert download("datadog#/api/*", own, f"bare=https://{SOURCES['gptbot']}") == (0, "")
    assert download.folder.joinpath("own.json").read_bytes() == vendors.answers[OWN][1]
    assert download.folder.joinpath("bare.json").read_bytes() == GOOD
    status, errors = download("datadog#/logs/*", "own=https://lists.example/own.json#/own/lists")
    assert (status, len(errors.splitlines())) == (1, 2)
    assert '"/logs/*" leads to nothing in the file' in errors
    assert '"/own/lists" leads to nothing in the file' in errors


@pytest.mark.parametrize(
    "name, answer",
    [(name, (200, body)) for name in SERVICES for body in (b"{}", b"[]", b"", b"<html></html>", GOOD)]
    + [
        ("atlassian", (200, b'{"items":[{"network":"192.0.2.0/24"}]}')),
        ("atlassian", (200, b'{"items":[{"cidr":"192.0.2.0/24"},{"cidr":"all"}]}')),
        ("atlassian", (200, b'{"items":[]}')),
        ("azure", (200, b'{"values":[{"properties":{"addressPrefixes":[]}}]}')),
        ("datadog", (200, b'{"api":{"prefixes_ipv4":["192.0.2.0/24"]}}')),
        ("imperva", (200, b'{"ipRanges":["192.0.2.0/24"]}')),
        ("oracle", (200, b'{"regions":[{"cidrs":["192.0.2.0/24"]}]}')),
        ("stripe", (200, b'{"webhooks":["192.0.2.0"]}')),
        ("stripe", (200, b'{"WEBHOOKS":["203.0.0.0/12"]}')),  # much more than before
        ("stripe", (404, SERVICES["stripe"][1])),
        ("stripe", (302, b"http://stripe.com/files/ips/ips_webhooks.json")),
        ("stripe", (302, b"https://stripe.com/files/ips/ips_webhooks.json")),  # for ever
        ("stripe", (200, b" " * (8 << 20) + SERVICES["stripe"][1])),
    ],
)
def test_a_service_without_addresses_leaves_the_old_list(vendors, download, name, answer):
    where, old = SERVICES[name]
    download.folder.mkdir()
    file = download.folder / f"{name}.json"
    file.write_bytes(old)
    vendors.answers[where] = answer
    status, errors = download(*SERVICES)
    assert status == 1
    assert re.fullmatch(rf"doorward-crawlers: {name}: https://{re.escape(where)}: [^\n]+\n", errors), errors
    assert file.read_bytes() == old
    assert {p.stem for p in download.folder.iterdir()} == {*SOURCES, *SERVICES}


@pytest.mark.parametrize(
    "page",
    [
        (200, b"<html>not today</html>"),
        (200, b'href="http://download.microsoft.com/download/7/ServiceTags_Public_20261123.json"'),
        (200, b'href="https://lists.example/download/7/ServiceTags_Public_20261123.json"'),
        (200, b'href="https://download.microsoft.com.evil.example/download/ServiceTags_Public_1.json"'),
        (200, b'href="https://download.microsoft.com/download/../ServiceTags_Public_20261123.json"'),
        (404, b""),
    ],
)
def test_a_page_without_azures_list_leaves_the_old_one(vendors, download, page):
    assert download("azure") == (0, "")
    vendors.answers[PAGE] = page
    vendors.answers[SERVICES["azure"][0]] = 200, b'{"values":[]}'
    asked = len(vendors.asked)
    status, errors = download("azure")
    assert status == 1
    assert errors.startswith(f"doorward-crawlers: azure: https://{PAGE}: ") and errors.count("\n") == 1
    assert SERVICES["azure"][0] not in vendors.asked[asked:]
    assert download.folder.joinpath("azure.json").read_bytes() == SERVICES["azure"][1]


@pytest.mark.parametrize(
    "wrong",
    ["", "unknown", "=https://lists.example/", "../x=https://lists.example/own.json", "A=https://a",
     "a b=https://lists.example/own.json", "#/own/list", "unknown#/own/list", "own=http://" + OWN,
     "own=file:///etc/passwd", "own=https://lists.example/[1-9]"],
)  # fmt: skip
def test_wrong_names_of_lists(vendors, download, wrong):
    vendors.answers["lists.example/[1-9]"] = 404, b""
    status, errors = download(wrong, "stripe")
    assert status == 1
    assert errors.startswith("doorward-crawlers: ") and errors.count("\n") == 1, errors
    assert {p.stem for p in download.folder.iterdir()} == {*SOURCES, "stripe"}


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
    status, errors = download(binary=folder / "missing")
    assert status == 1
    assert "expected curl and" in errors
    assert not download.folder.exists()
    # A doorward that is too old for such lists.
    (folder / "old").write_text("#!/bin/sh\nexit 1\n")
    (folder / "old").chmod(0o755)
    status, errors = download(binary=folder / "old")
    assert (status, len(errors.splitlines())) == (1, len(SOURCES) + len(AGENTS))
    assert not list(download.folder.iterdir()) and not list(download.keys.iterdir())


def test_keys_of_the_preset_and_of_the_rules(vendors, download):
    assert download() == (0, "")
    assert {p.stem for p in download.keys.iterdir()} == set(AGENTS)
    vendors.asked.clear()
    download.conf.write_text(
        "[policy default]\nallow = agent https://agent.example & uri ~ ^/a\n"
        "deny = !agent https://Agent.example:443/ & !agent https://chatgpt.com\n"
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


PLACED = {
    # The URL of an agent, where its keys are, and the name of their file.
    "https://agent.example:8443": (
        "agent.example:8443" + DIRECTORY, "agent.example:8443.json",
    ),
    "https://agent.example/keys": ("agent.example/keys", "agent.example%2Fkeys.json"),
    "https://agent.example/Keys": ("agent.example/Keys", "agent.example%2FKeys.json"),
    "https://agent.example:8443/a%2Fb/$(c)&*": (
        "agent.example:8443/a%2Fb/$(c)&*", "agent.example:8443%2Fa%252Fb%2F$(c)&*.json",
    ),
}  # fmt: skip


def test_keys_of_agents_with_a_port_or_path(folder, vendors, download, doorward):
    """Each has its own, and no file speaks for another agent of the same host."""
    own = {url: Agent(url) for url in PLACED}
    for url, agent in own.items():
        vendors.answers[PLACED[url][0]] = 200, agent.key_set().encode()
    policy = "[policy default]\nrdns = off\n" + "".join(f"allow = agent {url}\n" for url in PLACED)
    download.conf.write_text(
        policy + "allow = agent https://AGENT.example:443/keys?v=2\n"
        f"allow = agent https://agent.example:8443{DIRECTORY}\n"
    )
    assert download() == (0, "")
    assert {p.name for p in download.keys.iterdir()} == {
        *[name for _, name in PLACED.values()], *[f"{host}.json" for host in AGENTS],
    }  # fmt: skip
    asked = [where for where in vendors.asked if where.startswith("agent.example")]
    assert sorted(asked) == sorted(where for where, _ in PLACED.values())
    door = doorward(policy, before=f"[agents]\nkeys = {download.keys}\n")
    host = "www.example.org"

    def status(agent, url):
        kind = "" if url.count("/") == 2 else ";type=jwks_uri"
        about = [("REMOTE_ADDR", "192.0.2.1"), ("HTTP_HOST", host)]
        return door.ask(about + agents.params(agent.sign(host, url=url, kind=kind))).status

    for url, agent in own.items():
        assert download.keys.joinpath(PLACED[url][1]).read_text() == agent.key_set()
        for other in (*PLACED, "https://agent.example"):
            assert status(agent, other) == (200 if other == url else 403), (url, other)


def test_an_agent_whose_file_would_have_too_long_a_name_is_told_of(download):
    url = "https://agent.example" + "/a" * 80
    download.conf.write_text(f"[policy default]\nallow = agent {url}\n")
    status, errors = download()
    assert status == 1
    assert errors.startswith(f"doorward-crawlers: {url}: ") and "more than 255 bytes" in errors
    _, _, warnings = doorward_run("-t", "-c", download.conf, expect=0)
    assert f"agent {url}: no request is verified as its own" in warnings


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
