# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Plain CGI (RFC 3875): one process a request, by hand and under lighttpd."""

import subprocess

import pytest

from kit import web
from kit.doorward import BINARY, assert_clean, configuration
from kit.process import DEADLINE

POLICY = """
[policy default]
client_cert = optional
allow = host client.example
allow = cert.dns .partner.example
"""
NAMES = """
$TTL 600
2.0.192.in-addr.arpa.    SOA ns.example. host.example. 1 3600 600 86400 60
1.2.0.192.in-addr.arpa.  PTR client.example.
client.example.          A   192.0.2.1
"""


@pytest.fixture
def conf(folder, nsd):
    (folder / "names.zone").write_text(NAMES)
    file = folder / "doorward.conf"
    dns = f"static_zone = names.zone\nnameservers = 127.0.0.1:{nsd.port}\nprivate_ptr = yes"
    file.write_text(configuration(POLICY, dns=dns))
    return file


def cgi(conf, arguments=None, input=b"", **environment):
    """(exit status, header lines as a dict, the first header line)."""
    done = subprocess.run(
        [BINARY, "-c", conf] if arguments is None else [BINARY, *arguments],
        env={"GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET", **environment},
        input=input,
        capture_output=True,
        timeout=DEADLINE,
    )
    assert_clean(done.stderr.decode(errors="replace"))
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    return done.returncode, dict(line.split(": ", 1) for line in lines), lines[0]


def test_one_request_and_an_end(conf, pki):
    code, headers, first = cgi(conf, REMOTE_ADDR="192.0.2.1")
    assert (code, first[:11]) == (0, "Status: 200")
    assert headers["X-Client-Hostname"] == "client.example"
    assert headers["X-Doorward-Reason"] == "rule"
    code, headers, first = cgi(conf, REMOTE_ADDR="192.0.2.2")
    assert (code, first[:11]) == (0, "Status: 403")
    assert headers["X-Client-Rdns"] == "none"
    code, headers, _ = cgi(
        conf, REMOTE_ADDR="192.0.2.2", SSL_CLIENT_CERT=pki.alice.pem, SSL_CLIENT_VERIFY="SUCCESS"
    )
    assert headers["X-Client-Cert-Subject"] == "CN=alice,O=Acme"


def test_names_from_a_server(conf):
    _, headers, _ = cgi(conf, REMOTE_ADDR="2001:db8::11")
    assert headers["X-Client-Hostname"] == "short6.example"


def test_a_clients_headers_are_no_identity(conf):
    for name in ["HTTP_X_REAL_IP", "HTTP_X_FORWARDED_FOR", "HTTP_DOORWARD_TRUST_HEADERS"]:
        _, headers, first = cgi(conf, REMOTE_ADDR="192.0.2.2", **{name: "192.0.2.1"})
        assert first.startswith("Status: 403") and "X-Client-Hostname" not in headers


def test_a_posts_body_is_not_waited_for(conf):
    post = {"REQUEST_METHOD": "POST", "CONTENT_LENGTH": "100000"}
    code, _, first = cgi(conf, input=b"x" * 100, REMOTE_ADDR="192.0.2.1", **post)
    assert (code, first[:11]) == (0, "Status: 200")


def test_the_configuration_by_environment(conf):
    _, _, first = cgi(conf, [], REMOTE_ADDR="192.0.2.1", DOORWARD_CONFIG=str(conf))
    assert first[:11] == "Status: 200"


@pytest.mark.parametrize(
    "arguments", [["-T"], ["-t"], ["--version"], ["check", "--ip", "192.0.2.1"]]
)
def test_a_query_that_became_arguments_is_ignored(conf, arguments):
    """RFC 3875 4.4: a web server may turn the query into arguments."""
    query = {"DOORWARD_CONFIG": str(conf), "QUERY_STRING": "+".join(arguments)}
    _, _, first = cgi(conf, arguments, REMOTE_ADDR="192.0.2.2", **query)
    assert first.startswith("Status: 403")
    _, _, first = cgi(conf, ["-c", str(conf)], REMOTE_ADDR="192.0.2.1", QUERY_STRING=f"-c+{conf}")
    assert first.startswith("Status: 403")


def test_a_bad_configuration_denies(conf):
    conf.write_text("[nonsense]\n")
    _, _, first = cgi(conf, REMOTE_ADDR="192.0.2.1")
    assert first.startswith("Status: 403")


def test_under_lighttpd(conf, folder, lighttpd):
    server = lighttpd(
        'server.modules = ( "mod_cgi", "mod_extforward" )\n'
        'cgi.assign = ( ".cgi" => "" )\n'
        'extforward.forwarder = ( "127.0.0.1" => "trust" )\n'
        'extforward.headers = ( "X-Played-Client" )\n'
    )
    script = server.root / "ask.cgi"
    script.write_text(f"#!/bin/sh\nexec {BINARY} -c {conf}\n")
    script.chmod(0o755)

    def ask(address, query="", **headers):
        return web.get(server.port, f"/ask.cgi{query}", {"X-Played-Client": address, **headers})

    response = ask("192.0.2.1")
    assert (response.status, response.header("X-Client-Hostname")) == (200, "client.example")
    assert ask("192.0.2.2").status == 403
    assert ask("192.0.2.2", **{"X-Real-IP": "192.0.2.1"}).status == 403
    assert ask("192.0.2.1", "?-T").status == 403
