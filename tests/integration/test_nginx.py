# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""A real nginx asks by auth_request; real TLS clients try to get in."""

import re

import pytest

from kit import web
from kit.process import free_port

# X-Played-Client has the address that a client plays, like the header of a load balancer: nginx's
# realip module puts it into $remote_addr, since the tests connect from loopback.
SITE = """
server {{
	listen 127.0.0.1:{port} ssl;
	ssl_certificate {pki.server.file};
	ssl_certificate_key {pki.server.key_file};
	ssl_client_certificate {pki.authority.file};
	ssl_verify_client {verify};
	error_page 495 = @asked_all_the_same;
	set_real_ip_from 127.0.0.1;
	real_ip_header X-Played-Client;
	root {folder};
	error_page 405 =200 /inside; # a POST to a file

	location / {{
		auth_request /doorward;
		auth_request_set $host_name $upstream_http_x_client_hostname;
		auth_request_set $reason $upstream_http_x_doorward_reason;
		auth_request_set $subject $upstream_http_x_client_cert_subject;
		add_header Got-Host-Name $host_name always;
		add_header Got-Reason $reason always;
		add_header Got-Subject $subject always;
		add_header Got-Twice $http_twice always;
	}}
	location @asked_all_the_same {{
		auth_request /doorward;
		auth_request_set $reason $upstream_http_x_doorward_reason;
		add_header Got-Reason $reason always;
		try_files /inside =404;
	}}
	location = /doorward {{
		internal;
		fastcgi_pass unix:{door.socket};
		fastcgi_param REMOTE_ADDR $remote_addr;
		fastcgi_param REQUEST_METHOD $request_method;
		fastcgi_param REQUEST_URI $request_uri;
		fastcgi_param CONTENT_LENGTH $content_length; # as in the stock fastcgi_params
		{params}
	}}
}}
"""
CERTIFICATES = """
		fastcgi_param SSL_CLIENT_CERT $ssl_client_raw_cert;
		fastcgi_param SSL_CLIENT_VERIFY $ssl_client_verify;
"""
ESCAPED_IN_HEADERS = """
		fastcgi_param HTTP_X_SSL_CLIENT_CERT $ssl_client_escaped_cert;
		fastcgi_param HTTP_X_SSL_CLIENT_VERIFY $ssl_client_verify;
		fastcgi_param DOORWARD_TRUST_HEADERS 1;
"""


class Site:
    def __init__(self, pki, port):
        self.pki, self.port = pki, port

    def get(self, address, headers=(), path="/inside", **how):
        pairs = list(headers.items() if isinstance(headers, dict) else headers)
        played = [("X-Played-Client", address)]
        return web.get(self.port, path, played + pairs, ca=self.pki.authority.file, **how)

    def verdict(self, *args, **how):
        response = self.get(*args, **how)
        return response.status, response.header("Got-Reason")

    def joins_lines(self):
        """Whether this nginx joins header lines of the same name, or passes on each."""
        twice = [("Twice", "a"), ("Twice", "b")]
        return self.get("192.0.2.1", twice).header("Got-Twice") == "a, b"


@pytest.fixture
def site(folder, pki, doorward, nginx, nsd):
    def start(policy, params=CERTIFICATES, verify="optional", **door):
        (folder / "inside").write_text("inside\n")
        port = free_port()
        door = doorward(policy, server_of_names=nsd, **door)
        text = SITE.format(
            port=port, pki=pki, door=door, folder=folder, params=params, verify=verify
        )
        nginx(text, port)
        site = Site(pki, port)
        site.door = door
        return site

    return start


BY_NAME = "[policy default]\nallow = host client.example\n"
BY_CERTIFICATE = (
    "[policy default]\nrdns = off\nclient_cert = required\nallow = cert.dns .partner.example\n"
)


def test_by_confirmed_name(site):
    site = site(BY_NAME)
    response = site.get("192.0.2.1")
    assert (response.status, response.body) == (200, "inside\n")
    assert response.header("Got-Host-Name") == "client.example"
    assert response.header("Got-Reason") == "rule"
    assert site.verdict("2001:db8::1") == (200, "rule")

    forged = site.get("192.0.2.2")
    assert (forged.status, forged.header("Got-Reason")) == (403, "default")
    assert forged.header("Got-Host-Name") is None and "inside" not in forged.body

    other = site.get("192.0.2.9")  # a denied client has a name, too
    assert (other.status, other.header("Got-Host-Name")) == (403, "mixed.example")


def test_the_body_of_a_post_is_not_sent(site):
    site = site(BY_NAME)
    body = b"x" * 100_000
    response = site.get("192.0.2.1", method="POST", body=body)
    assert (response.status, response.header("Got-Reason")) == (200, "rule")
    response = site.get("192.0.2.2", method="POST", body=body)
    assert (response.status, response.header("Got-Reason")) == (403, "default")
    assert [d["method"] for d in site.door.decisions()[:1]] == ["POST"]


def test_forged_headers(site, pki):
    site = site(
        "[policy default]\nclient_cert = optional\nallow = host client.example\n"
        "allow = cert verified\n",
        frontend="forwarded_for = yes\ntrusted_proxies = 10.0.0.0/8",
    )
    forgeries = [
        [("X-Real-IP", "192.0.2.1")],
        [("X_Real_IP", "192.0.2.1")],
        [("X-Forwarded-For", "192.0.2.1")],
        [("X-Forwarded-For", "192.0.2.1, 10.0.0.1")],
        [("X-SSL-Client-Cert", pki.alice.escaped)],
        [("X-SSL-Client-Cert", pki.alice.escaped), ("X-SSL-Client-Verify", "SUCCESS")],
        [("X_SSL_Client_Cert", pki.alice.escaped), ("X_SSL_Client_Verify", "SUCCESS")],
        [("X-SSL-Client-Verify", "SUCCESS")],
        [("SSL-Client-Cert", pki.alice.escaped), ("SSL-Client-Verify", "SUCCESS")],
        [("Doorward-Trust-Headers", "1"), ("X-Real-IP", "192.0.2.1")],
        [("Remote-Addr", "192.0.2.1")],
        [("X-Client-Hostname", "client.example"), ("X-Doorward-Reason", "rule")],
    ]
    for headers in forgeries:
        assert site.verdict("192.0.2.2", headers) == (403, "default"), headers
        assert site.verdict("192.0.2.1", headers) == (200, "rule"), headers
    # Doubled headers are not trusted either; doorward can report them only if nginx does not join
    # them.
    reason = "default" if site.joins_lines() else "duplicate_input"
    for name in ["X-Real-IP", "X-SSL-Client-Cert", "X-SSL-Client-Verify"]:
        twice = [(name, "192.0.2.1"), (name, "192.0.2.1")]
        assert site.verdict("192.0.2.2", twice) == (403, reason)


def test_doubled_headers_of_a_trusted_proxy(site, pki):
    """Joined or not, two lines of an identity are denied. X-Forwarded-For is a list."""
    site = site(
        "[policy default]\nclient_cert = optional\nallow = host client.example\n"
        "allow = cert verified\n",
        frontend="forwarded_for = yes\ntrusted_proxies = 10.0.0.0/8",
        params="fastcgi_param DOORWARD_TRUST_HEADERS 1;",
    )
    joined = site.joins_lines()
    cert, word = ("X-SSL-Client-Cert", pki.alice.escaped), ("X-SSL-Client-Verify", "SUCCESS")
    address = ("X-Real-IP", "192.0.2.1")
    assert site.verdict("192.0.2.2", [cert, word]) == (200, "rule")
    assert site.verdict("192.0.2.2", [address]) == (200, "rule")
    doubled = [
        ([address, address], "bad_address"),
        ([("X-Real-IP", "192.0.2.2"), address], "bad_address"),
        ([address, ("X-Real-IP", "192.0.2.2")], "bad_address"),
        ([address, ("X-Real-IP", "")], "bad_address"),
        ([cert, cert, word], "cert_malformed"),
        ([cert, ("X-SSL-Client-Cert", "x"), word], "cert_malformed"),
        ([cert, ("X-SSL-Client-Cert", ""), word], "cert_malformed"),
        ([cert, word, word], "cert_unverified"),
        ([cert, ("X-SSL-Client-Verify", "FAILED:x"), word], "cert_unverified"),
        ([cert, word, ("X-SSL-Client-Verify", "")], "cert_unverified"),
    ]
    for headers, reason in doubled:
        wanted = reason if joined else "duplicate_input"
        assert site.verdict("192.0.2.2", headers) == (403, wanted), headers
    hops = [("X-Forwarded-For", "192.0.2.1"), ("X-Forwarded-For", "10.0.0.1")]
    assert site.verdict("192.0.2.2", hops) == (200, "rule")
    liar = [("X-Forwarded-For", "192.0.2.1"), ("X-Forwarded-For", "192.0.2.2")]
    assert site.verdict("192.0.2.1", liar) == (403, "default")


def test_client_certificates(site, pki):
    site = site(BY_CERTIFICATE)
    response = site.get("192.0.2.2", cert=pki.alice)
    assert (response.status, response.header("Got-Reason")) == (200, "rule")
    assert response.header("Got-Subject") == "CN=alice,O=Acme"
    assert site.verdict("192.0.2.2", cert=pki.rsa) == (200, "rule")
    assert site.verdict("192.0.2.2") == (403, "cert_missing")
    assert site.verdict("192.0.2.2", cert=pki.only_cn) == (403, "default")
    # nginx itself refuses these with 495, and error_page asks doorward all the same.
    assert site.verdict("192.0.2.2", cert=pki.expired) == (403, "cert_expired")
    assert site.verdict("192.0.2.2", cert=pki.early) == (403, "cert_not_yet_valid")
    assert site.verdict("192.0.2.2", cert=pki.stranger) == (403, "cert_unverified")
    assert site.verdict("192.0.2.2", cert=pki.self_signed) == (403, "cert_unverified")


def test_unverified_certificates_are_not_let_in(site, pki):
    """optional_no_ca passes on certificates of any authority, with the verdict FAILED."""
    site = site(BY_CERTIFICATE, verify="optional_no_ca")
    for cert in [pki.stranger, pki.self_signed]:
        assert site.verdict("192.0.2.2", cert=cert) == (403, "cert_unverified")
    assert site.verdict("192.0.2.2", cert=pki.alice) == (200, "rule")


def test_certificates_in_replaced_headers(site, pki):
    site = site(BY_CERTIFICATE, ESCAPED_IN_HEADERS)
    forged = {"X-SSL-Client-Cert": pki.alice.escaped, "X-SSL-Client-Verify": "SUCCESS"}
    assert site.verdict("192.0.2.2", cert=pki.alice) == (200, "rule")
    assert site.verdict("192.0.2.2") == (403, "cert_missing")
    # fastcgi_param replaces the client's own header.
    assert site.verdict("192.0.2.2", forged) == (403, "cert_missing")
    assert site.verdict("192.0.2.2", forged, cert=pki.expired) == (403, "cert_expired")


def test_the_deprecated_certificate_variable(site, pki):
    params = ESCAPED_IN_HEADERS.replace("escaped_cert", "cert")
    assert site(BY_CERTIFICATE, params).verdict("192.0.2.2", cert=pki.alice) == (200, "rule")


def test_policy_by_param(site):
    params = "fastcgi_param DOORWARD_POLICY other;"
    site = site(BY_NAME + "[policy other]\nallow = host mixed.example\n", params)
    assert site.verdict("192.0.2.1", {"Doorward-Policy": "default"}) == (403, "default")
    assert site.verdict("192.0.2.9") == (200, "rule")


def test_a_claim_is_read_as_it_was_sent(site):
    site = site("[policy default]\nrdns = off\nallow = user_agent ~ ^curl & uri ~ ^/inside\n")
    assert site.verdict("192.0.2.1", {"User-Agent": "curl/7"}) == (200, "rule")
    assert site.verdict("192.0.2.1", {"User-Agent": "not curl"}) == (403, "default")
    assert site.verdict("192.0.2.1", {"User-Agent": "curl\xff\x80"}) == (200, "rule")


def test_another_status(site):
    site = site("[policy default]\nrdns = off\ndeny_status = 401\n")
    assert site.verdict("192.0.2.1") == (401, "default")


def test_without_doorward_every_client_is_denied(site):
    site = site(BY_NAME)
    assert site.get("192.0.2.1").status == 200
    site.door.stop()
    assert site.get("192.0.2.1").status == 500


def test_keep_conn_and_many_requests(site):
    site = site(BY_NAME, "fastcgi_keep_conn on;")
    for n in range(30):
        assert site.get("192.0.2.1" if n % 2 else "192.0.2.2").status == (200 if n % 2 else 403)
    assert len(site.door.decisions()) == 30


def test_responses_have_no_raw_bytes_of_claims(site, pki):
    """A subject with line breaks and non-ASCII bytes stays in its header."""
    odd = pki.authority.issue("odd", subject="O=Acme,CN=a\r\nX-Injected: yes \u2603")
    site = site("[policy default]\nrdns = off\nclient_cert = required\nallow = cert verified\n")
    response = site.get("192.0.2.1", cert=odd)
    assert response.status == 200
    assert response.header("X-Injected") is None
    assert re.fullmatch(r"[ -~]+", response.header("Got-Subject"))
