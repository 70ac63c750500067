# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The identifier of a response: X-Doorward-Id, and `id` in the line of the log."""

import gzip
import http.client
import json
import os
import re
import subprocess

import pytest

import fcgi
from kit.doorward import BINARY, configuration, run, within_reach
from kit.process import free_port, wait_for

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


LOGGED = """
[policy default]
rdns = off
allow = ip 192.0.2.0/24
[policy other]
rdns = off
deny = ip 192.0.2.0/24
"""


class Logged:
    """A doorward whose log goes to a file, and `check --id` with its configuration."""

    def __init__(self, folder, doorward, **log):
        self.file = folder / "decisions.log"
        settings = {"target": f"file:{self.file}", "format": "json", **log}
        lines = "\n".join(f"{key} = {value}" for key, value in settings.items())
        self.door = doorward(LOGGED, log=lines)
        self.lines = 0

    def ask(self, written=True, **params):
        """The identifier of the response to one request, when its line is in the file."""
        reply = self.door.ask({"REMOTE_ADDR": FRIEND, **params})
        identifier = reply.header("X-Doorward-Id")
        if written:
            wait_for(lambda: f"{identifier}" in self.file.read_text(), "the line of the log")
        return identifier

    def check(self, *arguments, **how):
        return run("check", "-c", self.door.file, *arguments, **how)


@pytest.mark.parametrize("format", ["text", "json"])
def test_check_finds_the_line(folder, doorward, format):
    logged = Logged(folder, doorward, format=format)
    allowed = logged.ask(HTTP_USER_AGENT="curl")
    denied = logged.ask(DOORWARD_POLICY="other", REQUEST_URI="/x")
    # A client that knows the identifier writes it wherever it can.
    logged.ask(REMOTE_ADDR=STRANGER, HTTP_USER_AGENT=f'" id={denied} "id":"{denied}"', REQUEST_URI=denied)
    status, text, error = logged.check("--id", denied)
    assert (status, error) == (1, "")
    assert re.search(f"^Request id +{denied}$", text, re.M)
    assert re.search(r"^Then +deny, status 403, reason rule, ", text, re.M), text
    assert re.search("^Differs +in nothing$", text, re.M), text
    status, text, error = logged.check("--id", allowed, "--json")
    assert (status, error) == (0, "")
    then = json.loads(text)["log"]
    assert (then["id"], then["verdict"], then["differs"]) == (allowed, "allow", [])
    assert then["time"]
    status, text, error = logged.check("--id", allowed, "--policy", "other")
    assert status == 64 and "--id takes from the line what another option says, too: other" in error
    # Another file, and standard input.
    elsewhere = folder / "elsewhere"
    logged.file.rename(elsewhere)
    for how in [{"arguments": [elsewhere]}, {"arguments": ["-"], "input": elsewhere.read_bytes()}]:
        status, text, error = logged.check("--id", denied, "--log", *how.pop("arguments"), **how)
        assert (status, error) == (1, "") and "reason rule" in text


def test_check_reads_rotated_files(folder, doorward):
    logged = Logged(folder, doorward, format="text")
    (folder / "decisions.log-not").mkdir()
    old = [logged.ask() for _ in range(3)]
    for identifier, name in zip(old, ["decisions.log.2.gz", "decisions.log-20261101", "decisions.log.1"]):
        line = next(line for line in logged.file.read_text().splitlines() if identifier in line)
        if name.endswith(".gz"):
            (folder / name).write_bytes(gzip.compress(f"{line}\n".encode()))
        else:
            (folder / name).write_text(f"{line}\n{line.replace(identifier, '0' * 24)}\n")
    logged.file.write_text("")
    for identifier in old[1:]:
        status, text, error = logged.check("--id", identifier)
        assert (status, error) == (0, "") and re.search(f"^Request id +{identifier}$", text, re.M)
    status, text, error = logged.check("--id", old[0])
    assert (status, text) == (64, "")
    when = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
    file = re.escape(str(logged.file))
    assert re.search(rf"it is not in {file} \(0 lines\)", error), error
    for name in [r"\.1", "-20261101"]:
        assert re.search(rf"it is not in {file}{name} \(2 lines from {when} to {when}\)", error), error
    assert f"compressed files such as {logged.file}.2.gz were not read" in error
    assert f"`doorward check --id {old[0]} --log -`" in error and "decisions.log-not" not in error


@pytest.mark.parametrize(
    "log, told",
    [
        ({"decisions": "denied"}, "decisions = denied: clients that were let in have no lines"),
        ({"decisions": "none"}, "decisions = none: decisions have no lines"),
        ({"level": "warning"}, "level leaves out all decisions: they need info"),
    ],
)
def test_check_says_why_there_is_no_line(folder, doorward, log, told):
    logged = Logged(folder, doorward, **log)
    identifier = logged.ask(written=False)
    status, text, error = logged.check("--id", identifier)
    assert (status, text) == (64, "") and f"[log] {told}" in error.replace("\n", " "), error
    assert f"no line with the identifier {identifier} was found" in error


def test_check_says_what_it_cannot_read(folder, doorward):
    logged = Logged(folder, doorward, format="text")
    identifier = logged.ask()
    logged.file.chmod(0)
    command = ["check", "-c", logged.door.file, "--id", identifier]
    if os.geteuid() == 0:
        within_reach(folder)
        as_nobody = ["setpriv", "--reuid=nobody", "--clear-groups"]
        done = subprocess.run([*as_nobody, BINARY, *command], capture_output=True, text=True)
        error = done.stderr
    else:
        error = run(*command)[2]
    assert f"{logged.file} cannot be read: Permission denied (root can, and the file's owner" in error
    logged.file.unlink()
    assert f"{logged.file} cannot be read: No such file or directory" in run(*command)[2]


def test_a_request_without_an_address(folder, doorward):
    """There is nothing to decide again: the line is shown, with what helps."""
    logged = Logged(folder, doorward, format="text")
    identifier = logged.door.ask({"REQUEST_URI": "/x"}).header("X-Doorward-Id")
    wait_for(lambda: identifier in logged.file.read_text(), "the line of the log")
    status, text, error = logged.check("--id", identifier)
    assert status == 64 and f"id={identifier}" in text and "reason=no_address" in text
    assert "its reason is no_address" in error and "REMOTE_ADDR" in error


def test_what_is_no_identifier(folder, doorward):
    logged = Logged(folder, doorward)
    for bad in ["", "x", "A" * 24, "0" * 23, "0" * 25, "0" * 32]:
        status, text, error = logged.check("--id", bad)
        assert (status, text) == (64, "") and "--id expects the 24 hexadecimal digits" in error


def test_a_log_that_is_not_in_a_file(folder, doorward):
    """Nothing of this doorward is in the journal."""
    door = doorward(LOGGED)
    identifier = door.ask({"REMOTE_ADDR": FRIEND}).header("X-Doorward-Id")
    status, text, error = run("check", "-c", door.file, "--id", identifier)
    assert (status, text) == (64, "")
    assert re.search("not in the journal|built without libsystemd", error)
    assert "[log] target is stderr: if its lines go to a file, name it with --log FILE" in error
