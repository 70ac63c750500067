# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The script that downloads revocation lists, unchanged, with a server that plays the CAs."""

import http.server
import os
import subprocess
import threading
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from conftest import REPOSITORY
from kit import chains
from kit.certs import DAY, now
from kit.doorward import BINARY, reason
from kit.process import DEADLINE, wait_for

SCRIPT = REPOSITORY / "contrib" / "crls" / "doorward-crls"
HOUR = DAY / 24


def signer(authority):
    return SimpleNamespace(subject=authority.certificate.x509.subject, key=authority.certificate.key)


def der(pem):
    return x509.load_pem_x509_crl(pem).public_bytes(serialization.Encoding.DER)


class Site:
    """An HTTP server. `answers`: the body by path, or a function that is given the handler."""

    def __init__(self):
        site = self
        self.answers = {}
        self.stop = threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                answer = site.answers.get(self.path)
                if callable(answer):
                    answer(self)
                    return
                self.send_response(404 if answer is None else 200)
                self.send_header("Content-Length", str(len(answer or b"gone")))
                self.end_headers()
                self.wfile.write(answer or b"gone")

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self):
        self.stop.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def site(stack):
    site = Site()
    stack.callback(site.close)
    return site


@pytest.fixture
def download(folder):
    lists = folder / "lists"

    def run(*sources, **more):
        done = subprocess.run(
            [SCRIPT, lists, *sources],
            env={**os.environ, "CURL_HOME": str(folder), "DOORWARD": str(BINARY), "no_proxy": "*", **more},
            capture_output=True,
            text=True,
            timeout=DEADLINE,
        )
        assert not [path for path in lists.iterdir() if path.suffix != ".crl"]
        return done.returncode, done.stderr

    run.folder = lists
    return run


def contents(download):
    return sorted(path.read_bytes() for path in download.folder.iterdir())


def test_a_list_is_replaced_by_a_newer_one(site, download, pki):
    url = f"{site.url}/ca.crl"
    ca = signer(pki.authority)
    for body in [
        chains.crl(ca, now=now(), start=-3 * DAY),
        der(chains.crl(ca, now=now(), start=-2 * DAY)),
        chains.crl(ca, [pki.alice], now=now(), start=-DAY),
    ]:
        site.answers["/ca.crl"] = body
        for _ in range(2):
            assert download(pki.authority.file, url) == (0, "")
        expected = der(body) if body.startswith(b"-----") else body
        assert contents(download) == [expected]
        [file] = download.folder.iterdir()
        assert file.stat().st_mode & 0o777 == 0o644


def endless(handler):
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b"\x30" * (1 << 20))
    except OSError:
        pass


def large(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", str(1 << 30))
    handler.end_headers()


def bad_answers(pki):
    """What must not replace a list, and a part of what is said about it."""
    ca, stranger = signer(pki.authority), signer(pki.stranger_authority)
    good = chains.crl(ca, now=now())
    forged = chains.crl(SimpleNamespace(subject=ca.subject, key=stranger.key), now=now())
    return {
        "cut": (der(good)[:-9], "expected a CRL"),
        "cut armor": (good[:-40], "expected a CRL"),
        "empty": (b"", "expected a CRL"),
        "web page": (b"<html>expired</html>", "expected a CRL"),
        "certificate": (pki.authority.certificate.der, "expected a CRL"),
        "another CA's": (chains.crl(stranger, now=now()), "is not signed by a CA"),
        "forged": (forged, "is not signed by a CA"),
        "older": (chains.crl(ca, now=now(), start=-5 * DAY), "older than"),
        "ended": (chains.crl(ca, now=now(), start=-HOUR, end=-HOUR / 2), "has ended"),
        "early": (chains.crl(ca, now=now(), start=HOUR), "begins later"),
        "delta": (chains.crl(ca, now=now(), number=9, base=8), "is a delta"),
        "missing": (None, "404"),
        "endless": (endless, "maximum allowed|larger than|Failed writing"),
        "large": (large, "size exceeded"),
    }


def test_a_bad_answer_leaves_the_list(site, download, pki):
    url = f"{site.url}/ca.crl"
    ca = signer(pki.authority)
    good = chains.crl(ca, now=now(), start=-2 * DAY)
    site.answers["/ca.crl"] = good
    assert download(pki.authority.file, url) == (0, "")
    other = f"{site.url}/other.crl"
    site.answers["/other.crl"] = chains.crl(ca, now=now(), start=-2 * DAY, number=7)
    for label, (answer, why) in bad_answers(pki).items():
        site.answers["/ca.crl"] = answer
        status, errors = download(pki.authority.file, url, other)
        assert status == 1, label
        assert f"doorward-crls: {url}: " in errors, label
        assert any(part in errors for part in why.split("|")), (label, errors)
        # The other list was downloaded all the same.
        assert contents(download) == sorted([der(good), der(site.answers["/other.crl"])]), label


def test_a_list_of_another_known_ca_does_not_replace_one(site, download, pki):
    url = f"{site.url}/ca.crl"
    site.answers["/ca.crl"] = good = chains.crl(signer(pki.authority), now=now(), start=-2 * DAY)
    known = [pki.authority.file, pki.stranger_authority.file]
    assert download(*known, url) == (0, "")
    site.answers["/ca.crl"] = chains.crl(signer(pki.stranger_authority), now=now())
    status, errors = download(*known, url)
    assert status == 1 and "the CRL is of CN=strangers" in errors
    assert contents(download) == [der(good)]


def test_a_slow_answer_is_given_up(site, download, pki):
    site.answers["/ca.crl"] = lambda handler: site.stop.wait(DEADLINE)
    status, errors = download(pki.authority.file, f"{site.url}/ca.crl", DOORWARD_CRLS_SECONDS="1")
    assert status == 1 and "timed out" in errors
    assert contents(download) == []


def test_other_protocols_are_refused(site, download, folder, pki):
    secret = folder / "secret"
    secret.write_bytes(der(chains.crl(signer(pki.authority), now=now())))

    def lead_away(handler):
        handler.send_response(302)
        handler.send_header("Location", f"file://{secret}")
        handler.end_headers()

    site.answers["/ca.crl"] = lead_away
    status, errors = download(pki.authority.file, "ldap://127.0.0.1/cn=CA", f"{site.url}/ca.crl")
    assert status == 1
    assert "ldap://127.0.0.1/cn=CA: expected http, https or file" in errors
    assert contents(download) == []
    assert download(pki.authority.file, f"file://{secret}") == (0, "")
    assert contents(download) == [secret.read_bytes()]


def pointing(folder, pki, urls):
    """A client's certificate with these CRL distribution points."""
    names = [x509.UniformResourceIdentifier(url) for url in urls]
    points = [x509.DistributionPoint([name], None, None, None) for name in names]
    made = chains.make("pointing", signer(pki.authority), points=points)
    (folder / "pointing.pem").write_bytes(made.pem)
    return folder / "pointing.pem"


def test_distribution_points_of_certificates(site, download, folder, pki):
    body = site.answers["/a[1-3].crl"] = chains.crl(signer(pki.authority), now=now())
    points = ["ldap://127.0.0.1/cn=CA", f"{site.url}/a[1-3].crl", "file:///etc/passwd"]
    sample = pointing(folder, pki, points)
    assert download(pki.authority.file, sample) == (0, "")
    assert contents(download) == [der(body)]


def test_the_cas_of_the_configuration_and_a_new_list(doorward, site, download, folder, pki):
    """The running doorward refuses what a downloaded list revokes."""
    ca = signer(pki.authority)
    url = f"{site.url}/ca.crl"
    (folder / "ca.pem").write_text(pki.authority.certificate.pem)
    site.answers["/ca.crl"] = chains.crl(ca, now=now(), start=-2 * DAY)
    assert download(folder / "ca.pem", url) == (0, "")
    door = doorward(
        "[policy default]\nrdns = off\nclient_cert = required\nverify = local\ndefault = allow\n"
        f"ca_file = {folder}/ca.pem\ncrl_file = {download.folder}\n"
    )
    alice = {"REMOTE_ADDR": "192.0.2.1", "SSL_CLIENT_CERT": pki.alice.pem}
    assert door.ask(alice).status == 200
    site.answers["/ca.crl"] = chains.crl(ca, [pki.alice], now=now(), start=-DAY)
    assert download(url, DOORWARD_CONF=str(door.file)) == (0, "")
    wait_for(lambda: reason(door.ask(alice)) == "cert_revoked", "the revocation")
