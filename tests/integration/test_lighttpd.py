# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""A real lighttpd with doorward as its authorizer, and files and programs behind it."""

from pathlib import Path

import re

import pytest

from kit import sites, web
from kit.process import wait_for
from kit.sites import LIAR, NOBODY, PARTNER

POLICY = "[policy default]\nallow = host client.example\n"
CONFIGURATION = """
server.modules = ( "mod_fastcgi", "mod_cgi", "mod_extforward" )
mimetype.assign = ( ".txt" => "text/plain" )
extforward.forwarder = ( "127.0.0.1" => "trust" )
extforward.headers = ( "X-Played-Client" )
cgi.assign = ( ".cgi" => "" )
fastcgi.server = ( "/protected" =>
	(( "socket" => "{socket}", "mode" => "authorizer", "check-local" => "disable",
	   "docroot" => "{root}" ))
)
"""
ENVIRONMENT = """#!/usr/bin/python3 -IS
import os
print("Content-Type: text/plain\\n")
for item in sorted(os.environ.items()):
    print("%s=%s" % item)
"""


class Site:
    def __init__(self, server, door):
        self.server, self.door = server, door

    def get(self, address, path="/protected/file.txt", headers=(), **how):
        pairs = [("X-Played-Client", address)] + list(headers)
        return web.get(self.server.port, path, pairs, **how)


@pytest.fixture
def site(doorward, lighttpd, nsd, folder):
    door = doorward(POLICY, server_of_names=nsd)
    server = lighttpd(CONFIGURATION.format(socket=door.socket, root=folder / "www"))
    protected = server.root / "protected"
    protected.mkdir()
    (protected / "file.txt").write_text("inside\n")
    (protected / "env.cgi").write_text(ENVIRONMENT)
    (protected / "env.cgi").chmod(0o755)
    (server.root / "open.txt").write_text("open\n")
    return Site(server, door)


def test_in_and_out(site):
    response = site.get("192.0.2.1")
    assert (response.status, response.body) == (200, "inside\n")
    for address in ["192.0.2.2", "192.0.2.4", "203.0.113.5"]:
        response = site.get(address)
        assert response.status == 403 and "inside" not in response.body
        # lighttpd forwards every header of a denial to the client.
        told = [k for k, _ in response.headers if k.lower().startswith(("x-", "variable"))]
        assert told == ["X-Doorward-Id"]
    assert site.get("192.0.2.2", "/open.txt").body == "open\n"
    assert site.get("192.0.2.1", "/protected/missing.txt").status == 404
    assert site.get("192.0.2.2", "/protected/missing.txt").status == 403


def test_posts(site):
    for body in [b"", b"x", b"x" * 300_000]:
        assert site.get("192.0.2.1", "/protected/env.cgi", method="POST", body=body).status == 200
        assert site.get("192.0.2.2", "/protected/env.cgi", method="POST", body=body).status == 403


def test_applications_get_the_facts(site):
    body = site.get("192.0.2.1", "/protected/env.cgi").body.upper().replace("-", "_")
    assert "X_CLIENT_HOSTNAME=CLIENT.EXAMPLE" in body
    assert "X_DOORWARD_REASON=RULE" in body


def test_forged_headers(site):
    forged = [("X-Real-IP", "192.0.2.1"), ("X-Forwarded-For", "192.0.2.1")]
    assert site.get("192.0.2.2", headers=forged).status == 403
    assert site.get("192.0.2.1", headers=[("X-Real-IP", "192.0.2.2")]).status == 200


def test_a_name_in_two_spellings(site):
    """X_Real_IP beside X-Real-IP arrives as the same parameter twice."""
    twice = [("X-Real-IP", "192.0.2.1"), ("X_Real_IP", "192.0.2.1")]
    assert site.get("192.0.2.1", headers=twice).status == 403
    assert site.door.decisions()[-1]["reason"] == "duplicate_input"


def test_without_doorward_every_client_is_denied(site):
    site.door.stop()
    response = site.get("192.0.2.1")
    assert response.status in (500, 503) and "inside" not in response.body


@pytest.fixture
def shipped(folder, pki, stack):
    """A site of contrib/lighttpd; `changed` alters the configuration of its authorizer."""
    (folder / "names").mkdir()
    names = sites.nameserver(folder / "names")
    stack.callback(names.close)

    def start(kind=sites.Lighttpd, **changed):
        class Changed(kind):
            def mutual_tls(self):
                return sites.shipped(super().mutual_tls(), **changed.get("tls", {}))

            def front(self, places):
                super().front({**places, **changed.get("authorizer", {})})

        (folder / "site").mkdir()
        site = Changed(folder / "site", pki, names)
        stack.callback(site.close)
        return site

    return start


def test_check_local_off_asks_for_missing_files_too(shipped):
    site = shipped()
    assert site.get(PARTNER, path="/protected/missing").status == 404
    assert site.get(LIAR, path="/protected/missing").status == 403
    assert site.get(LIAR).status == 403


def test_check_local_on_reveals_missing_files(shipped):
    """So the shipped configuration has it off; existing files are protected all the same."""
    site = shipped(authorizer={'"check-local" => "disable"': '"check-local" => "enable"'})
    assert site.get(PARTNER, path="/protected/missing").status == 404
    assert site.get(LIAR, path="/protected/missing").status == 404
    assert site.get(LIAR).status == 403
    assert site.get(PARTNER).status == 200


def test_a_certificate_that_is_not_exported_is_missing(shipped, pki):
    site = shipped(tls={'exportcert = "enable"': 'exportcert = "disable"'})
    assert site.get(NOBODY, cert=pki.alice).status == 403
    assert site.get(PARTNER).status == 200
    # lighttpd's verdict does not count for what the client sends in its place.
    for verdict in [[], [("X-SSL-Client-Verify", "SUCCESS")]]:
        forged = [("X-SSL-Client-Cert", pki.alice.escaped), *verdict]
        for cert in [None, pki.only_cn, pki.alice]:
            assert site.get(NOBODY, forged, cert=cert).status == 403


@pytest.mark.parametrize("kind", [sites.Lighttpd, sites.LighttpdTcp, sites.LighttpdSpawned])
def test_a_denial_reveals_nothing(shipped, pki, kind):
    site = shipped(kind)
    for cert in [None, pki.only_cn, pki.stranger]:
        for method, body in [("GET", None), ("POST", b"x" * 1000)]:
            response = site.get(LIAR, cert=cert, method=method, body=body)
            assert (response.status, response.body) == (403, "403 Forbidden\n")
            names = {name.lower() for name, _ in response.headers} - {"x-doorward-id"}
            assert names <= {"content-type", "content-length", "date", "server", "connection"}
            assert re.fullmatch("[0-9a-f]{24}", response.header("X-Doorward-Id"))


def test_one_process_that_ends_with_lighttpd(shipped):
    site = shipped(sites.LighttpdSpawned)
    assert site.get(PARTNER).status == 200
    (pid,) = site.doorwards()
    site.server.close()
    wait_for(lambda: not Path(f"/proc/{pid}").exists(), "the end of doorward")
