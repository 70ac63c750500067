# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
What is there after a boot: doorward as `make install` leaves it, nginx with its snippets, and the
timers, with a server in the container that plays the vendors of lists and the CA.
"""

import json
import os
import re
import shutil
import time

import pytest

from kit import chains, systemd
from kit.agents import Agent
from kit.certs import now
from kit.process import wait_for
from test_crawler_lists import AGENTS, GOOD, SOURCES
from test_crls_script import der, signer

CONFIGURATION = """[dns]
static_zone = names.zone
[cache]
size = 1M
[policy default]
allow = host client.office.example.com
"""
ZONE = """client.office.example.com. IN A 127.0.0.7
7.0.0.127.in-addr.arpa. IN PTR client.office.example.com.
"""
NGINX = """
user www-data;
pid /run/nginx.pid;
error_log stderr;
events {}
http {
    access_log off;
    server {
        listen 127.0.0.1:80;
        include snippets/doorward.conf;
        location / {
            include snippets/doorward-protect.conf;
            proxy_pass http://127.0.0.1:8080;
        }
    }
}
"""
# HTTPS for lists and keys, HTTP for the rest; each answers with one file for any path of its kind.
SERVER = """
import http.server, os, socket, ssl, threading
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        is_directory = self.path == "/.well-known/http-message-signatures-directory"
        body = open("/srv/keys.json" if is_directory else self.server.file, "rb").read()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
def server(port, file):
    made = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    made.file = file
    return made
tls, plain = server(443, "/srv/list.json"), server(8080, "/srv/client.crl")
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/srv/vendors.pem", "/srv/vendors.key")
tls.socket = context.wrap_socket(tls.socket, server_side=True)
threading.Thread(target=tls.serve_forever).start()
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])
plain.serve_forever()
"""
TIMERS = ("doorward-crawlers", "doorward-crls", "doorward-audit")


def play_vendors(host, pki):
    """Their names lead to a server in the container, whose CA is trusted there."""
    vendors = sorted({*AGENTS, *(where.split("/")[0] for where in SOURCES.values())})
    certificate = pki.authority.issue("vendors", dns=vendors, server=True)
    shutil.copy(certificate.file, host.path("srv/vendors.pem"))
    shutil.copy(certificate.key_file, host.path("srv/vendors.key"))
    host.path("srv/list.json").write_bytes(GOOD)
    host.write("srv/keys.json", Agent().key_set())
    host.path("srv/client.crl").write_bytes(der(chains.crl(signer(pki.authority), now=now())))
    host.write("srv/server.py", SERVER)
    host.write("etc/hosts", f"127.0.0.1 localhost {' '.join(vendors)}\n")
    with open(host.path("etc/ssl/certs/ca-certificates.crt"), "ab") as trusted:
        trusted.write(pki.authority.file.read_bytes())
    host.write(
        "etc/systemd/system/vendors.service",
        "[Unit]\nBefore=network-online.target\n"
        "[Service]\nType=notify\nExecStart=/usr/bin/python3 -u /srv/server.py\n",
    )


def make_due(host, timer):
    """As when the machine was off at the time of the timer: Persistent= makes up for it."""
    stamp = host.path(f"var/lib/systemd/timers/stamp-{timer}.timer")
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.touch()
    os.utime(stamp, (time.time() - 7 * 86400,) * 2)
    host.write(f"etc/systemd/system/{timer}.timer.d/test.conf", "[Timer]\nRandomizedDelaySec=0\n")


@pytest.fixture(scope="module")
def host(machine, pki):
    def prepare(host):
        systemd.install_doorward(host)
        host.write(systemd.CONFIGURATION, CONFIGURATION)
        host.write("etc/doorward/names.zone", ZONE)
        host.write("etc/nginx/nginx.conf", NGINX)
        url = f"https://{SOURCES['gptbot']}"
        host.write("etc/default/doorward-crawlers", f"LISTS=one={url} two={url}#/prefixes/*/ipv4Prefix\n")
        host.write("etc/default/doorward-crls", "SOURCES=/srv/ca.pem http://127.0.0.1:8080/client.crl\n")
        shutil.copy(pki.authority.file, host.path("srv/ca.pem"))
        play_vendors(host, pki)
        for timer in TIMERS:
            make_due(host, timer)
        systemd.enable(host, "doorward.socket", "doorward-http.socket", *(f"{t}.timer" for t in TIMERS))
        systemd.want(host, "nginx.service", "vendors.service", "doorward.service")

    return machine(prepare)


def test_the_sockets_listen_before_nginx_and_the_service_start(host):
    def since(unit, moment):
        return int(host.show(unit, f"{moment}TimestampMonotonic"))

    for unit in ("doorward.socket", "doorward-http.socket"):
        assert 0 < since(unit, "ActiveEnter") <= since("nginx.service", "InactiveExit")
        assert since(unit, "ActiveEnter") <= since("doorward.service", "InactiveExit")
        # Also where nginx and the socket are started together long after the boot.
        assert "nginx.service" in host.show(unit, "Before").split()


def test_nginx_with_the_installed_snippets(host):
    def status(address):
        command = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--interface", address]
        return host.run(*command, "http://127.0.0.1/").stdout

    assert status("127.0.0.7") == "200"
    assert status("127.0.0.8") == "403"


def test_each_socket_of_systemd_has_its_protocol(host):
    """By the names in their units: the configuration has no listen."""
    places = "unix:/run/doorward/doorward.sock|http:unix:/run/doorward/http.sock|admin:unix:/run/doorward/admin.sock"
    assert re.match(f"serving on (({places})(, | with )){{3}}2 thread", host.show("doorward.service", "StatusText"))
    assert host.run("doorward", "status").stdout != ""
    done = host.run("curl", "-s", "--unix-socket", "/run/doorward/http.sock", "http://door/healthz", "-i")
    assert done.stdout.startswith("HTTP/1.1 200")


@pytest.mark.parametrize("unit", TIMERS)
def test_a_timer_that_is_due_runs_its_service(host, unit):
    wait_for(lambda: host.show(f"{unit}.service", "ExecMainExitTimestampMonotonic") != "0", f"a run of {unit}")
    host.wait_for_state(f"{unit}.service", "dead")
    assert host.show(f"{unit}.service", "Result") == "success", host.journal(f"{unit}.service")
    assert host.show(f"{unit}.timer", "SubState") == "waiting"


def test_the_crawlers_lists_are_there_for_any_user(host):
    folder = host.path("var/lib/doorward/crawlers")
    assert {path.stem for path in folder.glob("*.json")} == {*SOURCES, "one", "two"}
    assert all(path.read_bytes() == GOOD for path in folder.glob("*.json"))
    assert all(path.stat().st_mode & 0o777 == 0o644 for path in folder.glob("*.json"))


def test_the_keys_of_agents_are_there_for_any_user(host):
    folder = host.path("var/lib/doorward/agents")
    assert {path.stem for path in folder.iterdir()} == set(AGENTS)
    assert all(path.stat().st_mode & 0o777 == 0o644 for path in folder.iterdir())


def test_the_crl_is_there(host):
    (file,) = host.path("var/lib/doorward/crls").glob("*.crl")
    assert file.stat().st_mode & 0o777 == 0o644


def test_the_audit_keeps_its_state(host):
    state = json.loads(host.path("var/lib/private/doorward-audit/audit.json").read_text())
    assert state["version"] == 1


def test_no_unit_has_failed(host):
    assert host.systemctl("--failed", "--no-legend", "--plain").stdout == ""
