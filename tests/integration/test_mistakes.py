# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
The common mistakes of a first installation, each made with a real nginx: one line of doorward's log,
or of nginx's, names what is wrong and what helps.
"""

import ipaddress
import os
import re

import pytest

from kit import web
from kit.doorward import Doorward, run
from kit.frontends import Nginx
from kit.names import REFUSED
from kit.process import free_port, wait_for

POLICY = """
[policy default]
rdns = off
allow = ip 127.0.0.0/8
[policy certs]
rdns = off
client_cert = required
allow = cert.dns .partner.example
[policy names]
allow = host client.example
"""
LOCATION = """
    location = /doorward {
        internal;
        fastcgi_pass unix:SOCKET;
        fastcgi_pass_request_headers off;
        fastcgi_pass_request_body off;
        fastcgi_param CONTENT_LENGTH "";
        client_max_body_size 0;
        fastcgi_param REMOTE_ADDR $remote_addr;
        fastcgi_param SSL_CLIENT_CERT $ssl_client_raw_cert;
        fastcgi_param SSL_CLIENT_VERIFY $ssl_client_verify;
        fastcgi_param DOORWARD_POLICY default;
    }
"""


class Site:
    """nginx with a location that doorward guards; `changes` are made in LOCATION."""

    def __init__(self, folder, stack, pki, sock, changes, guard, user):
        (folder / "www").mkdir(exist_ok=True)
        (folder / "www" / "index.html").write_text("inside\n")
        location = LOCATION
        for old, new in changes.items():
            assert old in location
            location = location.replace(old, new)
        self.port, self.pki = free_port(), pki
        tls = (
            f"ssl_certificate {pki.server.file}; ssl_certificate_key {pki.server.key_file};"
            f"ssl_client_certificate {pki.authority.file}; ssl_verify_client optional;"
        )
        http = (
            f"server {{ listen 127.0.0.1:{self.port} ssl; {tls} root {folder}/www;\n"
            f"location / {{ auth_request /doorward; {guard} }}\n{location} }}"
        )
        http = http.replace("SOCKET", str(sock))
        self.nginx = Nginx(folder, http, self.port, user=user)
        stack.callback(self.nginx.close)

    def get(self, path="/", **how):
        return web.get(self.port, path, ca=self.pki.authority.file, **how)

    def log(self):
        return self.nginx.process.output()


@pytest.fixture
def made(folder, stack, pki, doorward):
    """Makes a mistake: (the site, doorward)."""

    def make(changes={}, policy=POLICY, sock=None, guard="", user=None, **more):
        door = doorward(policy, **more)
        return Site(folder, stack, pki, sock or door.socket, changes, guard, user), door

    return make


def test_without_a_mistake(made, pki):
    site, door = made({"DOORWARD_POLICY default": "DOORWARD_POLICY certs"})
    assert site.get(cert=pki.alice).body == "inside\n"
    assert site.get().status == 403


SAYS = {
    # The mistake: what is changed, the client's certificate, what the decision's line says.
    "a policy's name": ({"POLICY default": "POLICY partner"}, None, 'reason":"unknown_policy".*"policy":"partner"'),
    "no address": ({"fastcgi_param REMOTE_ADDR $remote_addr;": ""}, None,
                   "no_address.*REMOTE_ADDR did not come; expected fastcgi_param REMOTE_ADDR .remote_addr"),
    "no certificate passed": (
        {"POLICY default": "POLICY certs", "fastcgi_param SSL_CLIENT_CERT $ssl_client_raw_cert;": ""}, "alice",
        "cert_missing.*SSL_CLIENT_VERIFY.*SUCCESS.*fastcgi_param SSL_CLIENT_CERT .ssl_client_raw_cert"),
    "no result passed": (
        {"POLICY default": "POLICY certs", "fastcgi_param SSL_CLIENT_VERIFY $ssl_client_verify;": ""}, "alice",
        "cert_unverified.*SSL_CLIENT_VERIFY did not come.*fastcgi_param SSL_CLIENT_VERIFY .ssl_client_verify"),
    "a client without one": ({"POLICY default": "POLICY certs"}, None, "cert_missing.*NONE.*ssl_verify_client"),
    "a header that is not believed": (
        {"fastcgi_pass_request_headers off;": "fastcgi_param HTTP_X_REAL_IP $remote_addr;"}, None,
        "HTTP_X_REAL_IP: not believed; the front end must set it itself and pass DOORWARD_TRUST_HEADERS 1, or"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", SAYS)
def test_the_decision_names_what_helps(made, pki, mistake):
    changes, cert, said = SAYS[mistake]
    site, door = made(changes)
    site.get(cert=getattr(pki, cert) if cert else None)
    door.wait_for_log(said)


def test_no_certificate_asked_for(made, pki):
    """ssl_verify_client is forgotten: nginx says NONE, or nothing, also for a client that has one."""
    site, door = made({"POLICY default": "POLICY certs"})
    text = site.nginx.file.read_text()
    site.nginx.close()
    (site.nginx.folder / "again").mkdir()
    http = re.search(r"server \{.*\}", text, re.S)[0].replace("ssl_verify_client optional;", "")
    site.nginx = Nginx(site.nginx.folder / "again", http.rsplit("}", 1)[0], site.port)
    try:
        assert site.get(cert=pki.alice).status == 403
        door.wait_for_log("cert_missing.*SSL_CLIENT_VERIFY.*ssl_verify_client")
    finally:
        site.nginx.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="nginx runs its workers as another user only as root")
@pytest.mark.parametrize("closed", ["the mode", "the folder"])
def test_a_socket_that_nginx_may_not_reach(made, folder, closed):
    """doorward's start says who may connect."""
    where = folder / "run"
    where.mkdir()
    where.chmod(0o755 if closed == "the mode" else 0o700)
    folder.chmod(0o755)
    sock = where / "doorward.sock"
    mode = 0o660 if closed == "the mode" else 0o666
    where_to = dict(sock=sock, listen=f"unix:{sock}", address=str(sock))
    site, door = made(**where_to, server=f"socket_mode = 0{mode:o}", user="user nobody nogroup;")
    wait_for(lambda: site.get().status == 500, "a response of nginx")
    assert re.search(r"connect\(\) to unix:.*/run/doorward.sock failed \(13: Permission denied\)", site.log())
    if closed == "the mode":
        door.wait_for_log("unix:.*doorward.sock: only root may connect: socket_group, socket_owner or socket_mode lets")
    else:
        door.wait_for_log(f"but the folder {where} keeps some of them out .mode 0700")


def test_the_folder_is_missing(folder):
    """doorward makes the folder of its socket, but no other."""
    missing = folder / "none" / "none" / "doorward.sock"
    door = Doorward(folder, POLICY, listen=f"unix:{missing}", wait=False)
    wait_for(lambda: not door.process.running(), "the end of doorward")
    assert f"unix:{missing}: the folder {missing.parent} does not exist" in door.process.output()


def test_doorward_does_not_run(made):
    site, door = made()
    door.stop()
    assert site.get().status == 500
    assert re.search(r"connect\(\) to unix:.*doorward.sock failed \(2: No such file or directory\)", site.log())


def test_an_error_page_that_lets_every_client_in(made, folder):
    """nginx says nothing of it: doctor does."""
    (folder / "www").mkdir()
    (folder / "www" / "busy.html").write_text("busy\n")
    pages = "error_page 502 =200 /busy.html; location = /busy.html { auth_request off; }\n"
    site, door = made({"location = /doorward {": pages + "location = /doorward {", "POLICY default": "POLICY names"})
    assert site.get().status == 403
    command = ["doctor", "-c", door.file, "--nginx", site.nginx.file, "--user", "root"]
    found = run(*command)[1]
    assert re.search("nginx.conf:[0-9]+: error: this error page replaces the status of a failure", found), found
    door.stop()
    assert (site.get().status, site.get().body) == (200, "inside\n")


def test_another_path(made, folder):
    site, door = made({"unix:SOCKET": f"unix:{folder}/other.sock"})
    assert site.get().status == 500
    assert f"connect() to unix:{folder}/other.sock failed (2: No such file or directory)" in site.log()


def test_proxy_pass_to_the_fastcgi_socket(made):
    changes = {
        "fastcgi_pass unix:SOCKET;": "proxy_pass http://unix:SOCKET;",
        "fastcgi_pass_request_headers off;": "proxy_pass_request_headers off;",
        "fastcgi_pass_request_body off;": "proxy_pass_request_body off;",
    }
    site, door = made(changes)
    assert site.get().status == 500
    door.wait_for_log("an HTTP request on a FastCGI socket: use fastcgi_pass .not proxy_pass. in the front end, or listen = http:")


def test_fastcgi_pass_to_the_http_socket(made, folder):
    web_socket = folder / "http.sock"
    site, door = made(sock=web_socket, server=f"listen = http:unix:{web_socket}")
    assert site.get().status == 500
    door.wait_for_log("FastCGI on an HTTP socket: use proxy_pass .not fastcgi_pass. in the front end, or listen without http:")


@pytest.mark.parametrize("away", ["silent", "closed", "refusing"])
def test_the_name_server_is_away(made, tap, away):
    port = free_port() if away == "closed" else tap.port
    dns = f"nameservers = 127.0.0.1:{port}\ntimeout = 100ms\nattempts = 1\nlookup_timeout = 300ms"
    if away == "silent":
        tap.drop()
    elif away == "refusing":
        tap.spoil(rcode=REFUSED)
    site, door = made({"POLICY default": "POLICY names", "$remote_addr": "$http_x_played"}, dns=dns)
    what = {"silent": "does not answer .timeout.", "closed": "cannot be reached .unreachable.",
            "refusing": "refuses to answer this host .REFUSED."}[away]  # fmt: skip
    said = f"dns: name server 127.0.0.1:{port} {what}; it is the only one, so names stay unknown"
    addresses = iter(ipaddress.ip_network("198.18.0.0/16"))

    def asked_again():
        assert site.get(headers=[("X-Played", str(next(addresses)))]).status == 403
        return re.search(said, door.process.output())

    wait_for(asked_again, said, 10)


@pytest.mark.parametrize(
    "frontend, said",
    [
        ("", "not believed; .*trusted_proxies; and forwarded_for = yes"),
        ("trusted_proxies = 10.0.0.0/8", "not read; .frontend. forwarded_for = yes takes the client's address"),
    ],
)
def test_behind_a_load_balancer(made, frontend, said):
    """Its address is what nginx sees; the client's is in a header that doorward is not told to read."""
    changes = {"$remote_addr;": "10.0.0.5; fastcgi_param HTTP_X_FORWARDED_FOR 127.0.0.1;"}
    site, door = made(changes, frontend=frontend)
    assert site.get().status == 403
    door.wait_for_log(f"HTTP_X_FORWARDED_FOR: {said}")


def test_a_private_address(made):
    site, door = made({"POLICY default": "POLICY names", "$remote_addr": "10.1.2.3"}, dns="private_ptr = no")
    assert site.get().status == 403
    door.wait_for_log("the name of 10.1.2.3 is not asked for, as 10.0.0.0/8 is private .*private_ptr = yes")
    door.wait_for_log('"rdns":"private"')


def test_large_uploads(made):
    site, door = made({"client_max_body_size 0;": ""}, guard="client_max_body_size 8m;")
    assert site.get(method="POST", body=b"x" * 2_000_000).status == 500
    assert "client intended to send too large body" in site.log()


def test_no_such_location(made):
    site, door = made({"= /doorward": "= /dorward"})
    assert site.get().status == 500
    assert re.search("auth request unexpected status: 404|rewrite or internal redirection cycle", site.log())
