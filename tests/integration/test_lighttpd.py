# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""A real lighttpd with doorward as its authorizer, and files and programs behind it."""

import pytest

from kit import web

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
        # lighttpd hands every header of a denial to the client.
        assert not [k for k, _ in response.headers if k.lower().startswith(("x-", "variable"))]
    assert site.get("192.0.2.2", "/open.txt").body == "open\n"
    assert site.get("192.0.2.1", "/protected/missing.txt").status == 404
    assert site.get("192.0.2.2", "/protected/missing.txt").status == 403


def test_posts(site):
    for body in [b"", b"x", b"x" * 300_000]:
        assert site.get("192.0.2.1", "/protected/env.cgi", method="POST", body=body).status == 200
        assert site.get("192.0.2.2", "/protected/env.cgi", method="POST", body=body).status == 403


def test_what_is_behind_learns_who_it_is(site):
    body = site.get("192.0.2.1", "/protected/env.cgi").body.upper().replace("-", "_")
    assert "X_CLIENT_HOSTNAME=CLIENT.EXAMPLE" in body
    assert "X_DOORWARD_REASON=RULE" in body


def test_forged_headers(site):
    forged = [("X-Real-IP", "192.0.2.1"), ("X-Forwarded-For", "192.0.2.1")]
    assert site.get("192.0.2.2", headers=forged).status == 403
    assert site.get("192.0.2.1", headers=[("X-Real-IP", "192.0.2.2")]).status == 200


def test_a_name_in_two_spellings(site):
    """X_Real_IP beside X-Real-IP arrives as the same param twice."""
    twice = [("X-Real-IP", "192.0.2.1"), ("X_Real_IP", "192.0.2.1")]
    assert site.get("192.0.2.1", headers=twice).status == 403
    assert site.door.decisions()[-1]["reason"] == "duplicate_input"


def test_without_a_doorward_nobody_comes_in(site):
    site.door.stop()
    response = site.get("192.0.2.1")
    assert response.status in (500, 503) and "inside" not in response.body
