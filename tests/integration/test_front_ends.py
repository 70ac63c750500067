# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
Each front end, with the configuration that is shipped for it, and each kind of client: one table.
Then all clients at once, during reloads of doorward and nginx.
"""

import base64
import http.client
import shutil
import ssl
import tempfile
from pathlib import Path

import pytest

from kit import sites
from kit.process import wait_for
from kit.sites import LIAR, NOBODY, PARTNER, UNKNOWN
from kit.storm import Storm

SITES = {
    "nginx, FastCGI, Unix": sites.Nginx,
    "nginx, FastCGI, TCP": sites.NginxTcp,
    "nginx, HTTP": sites.NginxHttp,
    "lighttpd, Unix": sites.Lighttpd,
    "lighttpd, TCP": sites.LighttpdTcp,
    "lighttpd, bin-path": sites.LighttpdSpawned,
    "Apache, authnz_fcgi": sites.Apache,
    "CGI under lighttpd": sites.LighttpdCgi,
    "CGI under Apache": sites.ApacheCgi,
    "Caddy, forward_auth": sites.Caddy,
    "HAProxy, Lua": sites.Haproxy,
}
# Which program refuses a certificate that no authority of ours issued: nginx by its own response,
# some before HTTP begins; if the front end lets it through, doorward.
BY_NGINX, IN_TLS, BY_DOORWARD = 400, None, 403
TURNED_AWAY = {
    sites.Nginx: BY_NGINX,
    sites.Lighttpd: BY_DOORWARD,
    sites.Apache: IN_TLS,
    sites.Caddy: IN_TLS,
    sites.Haproxy: IN_TLS,
}
HOST, SUBJECT = "host.partner.example", "CN=alice,O=Acme"


@pytest.fixture(scope="module")
def place(session_folder):
    folder = session_folder / "names"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def names(place):
    server = sites.nameserver(place)
    yield server
    server.close()


@pytest.fixture(scope="module", params=SITES.values(), ids=SITES)
def site(request, pki, names):
    folder = Path(tempfile.mkdtemp(prefix="doorward-"))
    folder.chmod(0o755)
    site = request.param(folder, pki, names)
    yield site
    site.close()
    shutil.rmtree(folder)


def comes_in(site, *who, hostname=None, subject=None, **how):
    response = site.get(*who, **how)
    assert response.status == 200, (response, site.log()[-2000:])
    learnt = site.learnt(response)
    got = learnt["hostname"] or None, learnt["subject"] or None
    assert got == (hostname, subject), learnt
    assert learnt["forged"] == []
    assert learnt.get("body") in (None, len(how.get("body") or b""))
    assert "policy" not in learnt or learnt["policy"] in ("default", "php")


def stays_out(site, *who, **how):
    response = site.get(*who, **how)
    assert response.status == 403, (response, site.log()[-2000:])
    assert "forged" not in response.body and "hostname" not in response.body


def verified_name(site, pki):
    comes_in(site, PARTNER, hostname=HOST)


def mismatch(site, pki):
    stays_out(site, LIAR)


def no_ptr(site, pki):
    stays_out(site, NOBODY)


def dns_error(site, pki):
    stays_out(site, UNKNOWN)
    if isinstance(site, sites.Cgi):
        assert site.get(UNKNOWN).header("X-Doorward-Reason") == "dns_error"
    else:
        wait_for(lambda: '"reason":"dns_error"' in site.log(), "dns_error in the log")


def good_certificate(site, pki):
    comes_in(site, NOBODY, cert=pki.alice, subject=SUBJECT)
    comes_in(site, LIAR, cert=pki.alice, subject=SUBJECT)


def bad_certificate(site, pki):
    """Not even for clients whose name lets them in."""
    status = next(
        TURNED_AWAY[kind] for kind in reversed(type(site).__mro__) if kind in TURNED_AWAY
    )
    for cert in [pki.stranger, pki.expired, pki.self_signed]:
        for address in [NOBODY, PARTNER]:
            if status is IN_TLS:
                with pytest.raises((ssl.SSLError, ConnectionError, http.client.HTTPException)):
                    site.get(address, cert=cert)
            else:
                assert site.get(address, cert=cert).status == status
    stays_out(site, NOBODY, cert=pki.only_cn)  # a good certificate, of another client


def no_certificate(site, pki):
    """No state of the client's other connections counts."""
    for _ in range(2):
        comes_in(site, NOBODY, cert=pki.alice, subject=SUBJECT)
        stays_out(site, NOBODY)


def forged_facts():
    """Every spelling that some program treats as the name of a fact."""
    for fact in ["Client-Hostname", "Client-Cert-Subject", "Client-Subject", "Doorward-Policy"]:
        for name in [f"X-{fact}", f"Variable-X-{fact}", f"HTTP-X-{fact}"]:
            yield name, "forged"
            yield name.replace("-", "_"), "forged"
            yield name.replace("-", "_", 1), "forged"
            yield name.replace("-", "_")[::-1].replace("_", "-", 1)[::-1], "forged"


def forged_identities(pki):
    """Only the facts that belong to a client."""
    for name in ["X-Real-IP", "X-Forwarded-For", "Remote-Addr", "Client-IP", "X-Played-Client"]:
        yield [(name, PARTNER)]
        yield [(name.replace("-", "_"), PARTNER)]
    for prefix in ["X-SSL-Client", "SSL-Client"]:
        for cert in [pki.alice.escaped, base64.b64encode(pki.alice.der).decode()]:
            yield [(f"{prefix}-Cert", cert), (f"{prefix}-Verify", "SUCCESS")]
            yield [(f"{prefix}-Cert", cert), (f"{prefix}-Verify", "0"), ("Doorward-Trust-Headers", "1")]


def forged_header(site, pki):
    facts = list(forged_facts())
    comes_in(site, PARTNER, facts, hostname=HOST)
    comes_in(site, NOBODY, facts, cert=pki.alice, subject=SUBJECT)
    for forged in [facts, *forged_identities(pki)]:
        stays_out(site, NOBODY, forged)
        stays_out(site, LIAR, forged)


def post_with_body(site, pki):
    for body in [b"", b"x", b"x" * 300_000]:
        comes_in(site, PARTNER, method="POST", body=body, hostname=HOST)
        comes_in(site, NOBODY, method="POST", body=body, cert=pki.alice, subject=SUBJECT)
    for address in [NOBODY, LIAR]:
        stays_out(site, address, method="POST", body=b"x" * 1000)


CELLS = [
    verified_name,
    mismatch,
    no_ptr,
    dns_error,
    good_certificate,
    bad_certificate,
    no_certificate,
    forged_header,
    post_with_body,
]


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.__name__)
def test_table(site, pki, cell):
    cell(site, pki)


def test_storm(site, pki):
    """
    Many clients at once during reloads: each gets its own response. For CGI, where each request is
    a process and no reload is needed, fewer clients; `make soak` has 200 of these, too, and for
    longer.
    """
    if isinstance(site, sites.Cgi):
        Storm(site, pki, requests=60, reloads=10, clients=8).run()
    else:
        nginx_reloads = 10 if site.nginx else 0
        Storm(site, pki, requests=400, reloads=50, nginx_reloads=nginx_reloads).run()
