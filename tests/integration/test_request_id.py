# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The identifier of a response: X-Doorward-Id, and `id` in the line of the log."""

import http.client
import json
import re
import subprocess

import pytest

import fcgi
from kit.doorward import BINARY, configuration
from kit.process import free_port

POLICY = """
[policy default]
rdns = off
allow = ip 192.0.2.0/24
[policy quiet]
rdns = off
response_headers = X-Doorward-Reason
allow = ip 192.0.2.0/24
"""
FRIEND, STRANGER = "192.0.2.1", "203.0.113.5"


def decision(door, identifier):
    return next(line for line in door.decisions() if line["id"] == identifier)


@pytest.fixture
def door(doorward):
    port = free_port()
    http_listen = f"listen = http:127.0.0.1:{port}"
    door = doorward(POLICY, server=http_listen, frontend="trusted_proxies = 127.0.0.1")
    door.http_port = port
    return door


@pytest.mark.parametrize("role", [fcgi.RESPONDER, fcgi.AUTHORIZER])
def test_each_response_has_its_own(door, role):
    """Also one from the response cache, and a denial."""
    allowed = "Variable-X-Doorward-Id" if role == fcgi.AUTHORIZER else "X-Doorward-Id"
    given = {}
    for address, name, verdict in [(FRIEND, allowed, "allow"), (STRANGER, "X-Doorward-Id", "deny")]:
        for _ in range(3):
            reply = door.ask({"REMOTE_ADDR": address}, role=role)
            assert len(reply.all(name)) == 1 and reply.stdout.decode().count("oorward-Id") == 1
            given[reply.header(name)] = verdict
    assert len(given) == 6 and all(re.fullmatch("[0-9a-f]{24}", one) for one in given)
    assert {one: decision(door, one)["verdict"] for one in given} == given
    reply = door.ask({"DOORWARD_POLICY": "no-such"}, role=role)
    assert decision(door, reply.header("X-Doorward-Id"))["reason"] == "unknown_policy"


def test_over_http(door):
    for address, status in [(FRIEND, 200), (STRANGER, 403)]:
        line = http.client.HTTPConnection("127.0.0.1", door.http_port)
        line.request("GET", "/auth", headers={"X-Real-IP": address, "X-Doorward-Id": "f" * 24})
        response = line.getresponse()
        assert response.status == status
        assert decision(door, response.getheader("X-Doorward-Id"))["ip"] == address
        line.close()


def test_response_headers_leaves_it_out(door):
    """Then it is in the log alone."""
    for role in [fcgi.RESPONDER, fcgi.AUTHORIZER]:
        for address in [FRIEND, STRANGER]:
            reply = door.ask({"REMOTE_ADDR": address, "DOORWARD_POLICY": "quiet"}, role=role)
            assert b"oorward-Id" not in reply.stdout
    assert len({line["id"] for line in door.decisions()}) == 4


def test_cgi(folder):
    file = folder / "doorward.conf"
    file.write_text(configuration(POLICY, log="format = text"))
    seen = set()
    for _ in range(3):
        done = subprocess.run(
            [BINARY, "-c", file],
            env={"GATEWAY_INTERFACE": "CGI/1.1", "REMOTE_ADDR": STRANGER},
            capture_output=True,
            text=True,
        )
        identifier = re.search("^X-Doorward-Id: (.{24})$", done.stdout, re.M)[1]
        assert f"doorward: decision: id={identifier} verdict=deny " in done.stderr
        seen.add(identifier)
    assert len(seen) == 3


def test_a_replay_shows_it(door):
    door.ask({"REMOTE_ADDR": STRANGER})
    line = door.decisions()[0]
    command = [BINARY, "check", "-c", door.file, "--log", json.dumps(line)]
    text = subprocess.run(command, capture_output=True, text=True).stdout
    assert re.search(f"^Request id +{line['id']}$", text, re.M), text
    done = subprocess.run([*command, "--json"], capture_output=True, text=True)
    assert json.loads(done.stdout)["log"]["id"] == line["id"]
