# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The list of system calls is what a traced doorward uses: none is missing, none is superfluous."""

import re
import shutil
import signal
import socket

import pytest

import fcgi
from kit import calls, life, metrics, sandbox, web
from kit.doorward import BINARY
from kit.hostile import QR, RA, RD, TC, TO_QUESTION, a, ptr
from kit.process import free_port, wait_for

pytestmark = [
    pytest.mark.skipif(not sandbox.is_built(), reason="this build has no sandbox"),
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed"),
]

POLICY = """
[policy default]
rdns = double
allow = host client.example
allow = ip in file:list

[policy cert]
rdns = off
client_cert = required
verify = local
ca_dir = trusted
allow = cert.cn alice
"""


def truncated_over_udp(q):
    """So that the query comes again over TCP."""
    if not q.tcp:
        q.send(q.reply(flags=QR | RD | RA | TC))
    elif q.type == "PTR":
        q.send(q.reply([ptr(TO_QUESTION, "client.example")]))
    else:
        q.send(q.reply([a(TO_QUESTION, "192.0.2.1")]))


def use_all(door, folder, pki, ports, log):
    """What a doorward does between its start and its end."""
    assert door.ask(REMOTE_ADDR="192.0.2.1").status == 200
    assert fcgi.request(f"127.0.0.1:{ports[0]}", {"REMOTE_ADDR": "192.0.2.1"}).status == 200
    assert web.get(ports[1], "/auth", {"X-Real-IP": "192.0.2.1"}).status == 200
    with socket.create_connection(("127.0.0.1", ports[1])) as bad:
        bad.sendall(b"nonsense\r\n\r\n")
        assert b" 400 " in bad.recv(4096)
    assert metrics.scrape(door).get("doorward_sandbox_blocked_total") == 0
    cert = {"SSL_CLIENT_CERT": pki.alice.pem, "REMOTE_ADDR": "192.0.2.9", "DOORWARD_POLICY": "cert"}
    door.ask(cert)
    (folder / "list.new").write_text("198.51.100.1\n")
    (folder / "list.new").replace(folder / "list")
    wait_for(lambda: door.ask(REMOTE_ADDR="198.51.100.1").status == 200, "the list")
    (folder / "trusted" / "two.crt").write_text(pki.stranger_authority.certificate.pem)
    door.process.send(signal.SIGHUP)
    wait_for(lambda: "is in force" in log.read_text(), "a reload")
    log.rename(log.with_suffix(".1"))
    door.process.send(signal.SIGUSR1)
    wait_for(log.exists, "the next log")
    door.process.send(signal.SIGHUP)
    wait_for(lambda: "is in force" in log.read_text(), "a reload")


def test_the_list_is_what_is_used(doorward, folder, tmp_path, pki, hostile):
    trace, log = folder / "trace", folder / "door.log"
    ports = [free_port(), free_port()]
    (folder / "list").write_text("203.0.113.1\n")
    (folder / "trusted").mkdir()
    (folder / "trusted" / "one.crt").write_text(pki.authority.certificate.pem)
    (tmp_path / "list").write_text("203.0.113.1\n")
    program = folder / "doorward"
    shutil.copy2(BINARY, program)
    door = doorward(
        POLICY,
        argv=["strace", "-D", "-f", "-q", "-o", trace, program, "-c", folder / "doorward.conf"],
        server=f"listen = 127.0.0.1:{ports[0]}\nlisten = http:127.0.0.1:{ports[1]}",
        frontend="trusted_proxies = 127.0.0.1",
        log=f"target = file:{log}\nformat = json\ndecisions = all",
        server_of_names=hostile(truncated_over_udp),
    )
    use_all(door, folder, pki, ports, log)
    door.configure(POLICY.replace("file:list", f"file:{tmp_path}/list"))
    door.reload()
    wait_for(lambda: "nothing has changed" in log.read_text(), "a reload that is refused")
    door.configure(POLICY)
    door.process.send(signal.SIGUSR2)
    served = r"hand-over: PID (\d+) serves now"
    new = wait_for(lambda: re.search(served, log.read_text()), "a new process")
    door.process.ended()
    life.end(int(new[1]))
    ends = rf"^{new[1]} +\+\+\+ exited with 0"
    wait_for(lambda: re.search(ends, trace.read_text(errors="replace"), re.M), "the whole trace")
    used = calls.Trace(trace.read_text(errors="replace")).confined()
    listed = calls.rows()
    assert len(used) > 40, "the trace shows a whole life"
    missing = sorted(set(used) - set(listed))
    assert not missing, f"not in {calls.LIST.name}: {[f'{name}({used[name]}' for name in missing]}"
    unused = sorted(name for name, kinds in listed.items() if "CALL" in kinds and name not in used)
    assert not unused, f"in {calls.LIST.name}, and never used: {unused}"


def test_few_calls_are_listed_without_being_used():
    seldom = [name for name, kinds in calls.rows().items() if kinds == {"SELDOM"}]
    assert len(seldom) <= 40
    assert len(calls.rows()) <= 90
