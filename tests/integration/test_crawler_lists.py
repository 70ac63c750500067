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
from kit.doorward import BINARY, assert_clean
from kit.process import DEADLINE

PRESET = REPOSITORY / "conf" / "crawlers-lists.ini"
SCRIPT = REPOSITORY / "contrib" / "crawlers" / "doorward-crawlers"
SOURCES = dict(re.findall(r"^fetch (\S+) https://(\S+)$", SCRIPT.read_text(), re.M))
GOOD = b'{"creationTime":"2026-01-01T00:00:00","prefixes":[{"ipv4Prefix":"192.0.2.0/24"}]}'
OLD = '["198.51.100.0/24"]'


class Vendors:
    """One TLS server for all of them. `answers`: (status, body) by host and path."""

    def __init__(self, pki):
        vendors = self
        self.answers = {where: (200, GOOD) for where in SOURCES.values()}

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                status, body = vendors.answers[self.headers["Host"] + self.path]
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", body.decode())
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        hosts = sorted({where.split("/")[0] for where in SOURCES.values()})
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
    lists = folder / "lists"

    def run(binary=BINARY):
        done = subprocess.run(
            [SCRIPT, lists],
            env={**os.environ, "CURL_HOME": str(folder), "DOORWARD": str(binary)},
            capture_output=True,
            text=True,
            timeout=DEADLINE,
        )
        assert_clean(done.stderr)
        assert not lists.is_dir() or not [p for p in lists.iterdir() if p.suffix != ".json"]
        return done.returncode, done.stderr

    run.folder = lists
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
        (200, b" " * (4 << 20) + GOOD),
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
    assert (status, len(errors.splitlines())) == (1, len(SOURCES))
    assert not list(download.folder.iterdir())
