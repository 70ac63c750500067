# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
Signed requests (Web Bot Auth) through each front end, with the configuration that is shipped for it:
what a front end changes, loses or joins on the way must not make a signature good that is not, nor the
other way round.
"""

import shutil
import tempfile
from pathlib import Path

import pytest

from kit import agents, played, sites
from kit.sites import NOBODY

SITES = {
    "nginx, FastCGI": sites.Nginx,
    "nginx, HTTP": sites.NginxHttp,
    "lighttpd": sites.Lighttpd,
    "Apache": sites.Apache,
    "CGI under lighttpd": sites.LighttpdCgi,
    "CGI under Apache": sites.ApacheCgi,
    "Caddy": sites.Caddy,
    "HAProxy": sites.Haproxy,
    "Traefik": played.Traefik,
    "Envoy": played.Envoy,
    "ingress-nginx": played.IngressNginx,
}
URL = "https://agent.example"
POLICY = f"[policy {{name}}]\nrdns = off\nallow = agent {URL}\n"


@pytest.fixture(scope="module")
def agent():
    return agents.Agent(URL)


@pytest.fixture(scope="module")
def names(session_folder):
    folder = session_folder / "names-of-agents"
    folder.mkdir()
    server = sites.nameserver(folder)
    yield server
    server.close()


@pytest.fixture(scope="module", params=SITES.values(), ids=SITES)
def site(request, pki, names, agent):
    folder = Path(tempfile.mkdtemp(prefix="doorward-"))
    folder.chmod(0o755)
    agent.publish(folder / "agents")
    site = request.param(folder, pki, names, POLICY, f"[agents]\nkeys = {folder}/agents\n")
    yield site
    site.close()
    shutil.rmtree(folder)


def comes_in(site, headers, **how):
    response = site.get(NOBODY, headers, **how)
    assert response.status == 200, (response, site.log()[-2000:])
    learnt = site.learnt(response)
    assert learnt["agent"] == URL, learnt
    assert not learnt["subject"] and learnt["forged"] == []


def stays_out(site, headers, **how):
    response = site.get(NOBODY, headers, **how)
    is_refused = site.refuses_underscores and any("_" in name for name, _ in headers)
    expected = 400 if is_refused else 403
    assert response.status == expected, (headers, response, site.log()[-2000:])
    assert URL not in response.body


ALL = ("@authority", "@method", "@path", "@query", "@scheme", "@target-uri")


def sign(site, agent, path=None, **how):
    return agent.sign(f"localhost:{site.port}", path or site.path, **how)


def test_signed_requests_come_in(site, agent):
    for legacy in (False, True):
        for cover in (("@authority",), ALL):
            comes_in(site, sign(site, agent, cover=cover, legacy=legacy))
    path = site.path + "?a=b&c=%20d"
    comes_in(site, sign(site, agent, path, cover=ALL), path=path)


def test_others_stay_out(site, agent):
    good = sign(site, agent, cover=ALL)
    path = site.path + "?x"
    stays_out(site, [])
    stays_out(site, good, path=path)
    stays_out(site, good, method="POST", body=b"x")
    stays_out(site, agent.sign(f"other.example:{site.port}", site.path))
    stays_out(site, agent.sign("localhost", site.path))
    stays_out(site, agent.sign(f"localhost:{site.port}", site.path, scheme="http", cover=ALL))
    stays_out(site, agents.Agent(URL).sign(f"localhost:{site.port}", site.path))
    comes_in(site, good)


def test_what_is_doubled_or_stripped_stays_out(site, agent):
    good = sign(site, agent)
    for name in ("Signature", "Signature-Input", "Signature-Agent"):
        stays_out(site, [(n, v) for n, v in good if n != name])
    other = 'sig1="https://other.example"'
    stays_out(site, [*good[1:], ("Signature-Agent", other)])
    # Another spelling must not count for the header, nor hide it.
    for spelling in ("Signature_Input", "SIGNATURE_INPUT"):
        renamed = [(spelling if n == "Signature-Input" else n, v) for n, v in good]
        response = site.get(NOBODY, renamed)
        assert response.status in (200, 403, 400 if site.refuses_underscores else 403)
        if response.status == 200:  # the front end takes it for the header itself
            assert site.learnt(response)["agent"] == URL
    # nginx before 1.23 passes the first line on, and others join them: never is a mixture good.
    forged = sign(site, agents.Agent(URL))
    for lines in (forged + good, [*good, *forged]):
        response = site.get(NOBODY, lines)
        assert response.status == 403 or lines[0] == good[0]


def test_headers_about_doorward_are_not_the_clients(site, agent):
    """What only the front end may say: the client cannot move its signature elsewhere by it."""
    elsewhere = agent.sign("elsewhere.example", "/x", cover=ALL)
    forged = [
        ("X-Forwarded-Host", "elsewhere.example"),
        ("X-Forwarded-Uri", "/x"),
        ("X-Forwarded-Method", "GET"),
        ("X-Forwarded-Proto", "https"),
        ("X-Original-URI", "/x"),
        ("X-Original-URL", "https://elsewhere.example/x"),
        ("X-Original-Method", "GET"),
        ("Doorward-Authority", "elsewhere.example"),
        ("DOORWARD_AUTHORITY", "elsewhere.example"),
        ("Request-Uri", "/x"),
    ]
    stays_out(site, elsewhere + forged)
    for header in forged:
        stays_out(site, [*elsewhere, header])
    named = [("X-Client-Agent", URL), ("Variable-X-Client-Agent", URL)]
    if not site.refuses_underscores:
        named += [(name, URL) for name in ("X_Client_Agent", "x-client_agent", "X_CLIENT-AGENT")]
    stays_out(site, named)
    comes_in(site, sign(site, agent) + [(name, "https://forged.example") for name, _ in named])


# Of the front ends that are played, what a request needs in their examples, and what else would take
# its signature away.


@pytest.fixture
def changed(folder, pki, names, agent):
    """A site whose example has lines left out, or put in."""
    sites_of_test = []

    def start(kind, left_out=(), put_in=None):
        place = folder / str(len(sites_of_test))
        place.mkdir(mode=0o755)
        agent.publish(place / "agents")
        it = type(kind.__name__, (kind,), {"left_out": left_out, "put_in": put_in or {}})
        site = it(place, pki, names, POLICY, f"[agents]\nkeys = {place}/agents\n")
        sites_of_test.append(site)
        return site

    yield start
    for site in sites_of_test:
        site.close()


def status_of_agent(site, headers):
    before = len(site.door.decisions())
    stays_out(site, headers)
    decision = site.door.decisions(before + 1)[-1]
    assert "agent" not in decision
    return decision["agent_status"]


LINES = {
    "signature-input": "            - exact: signature-input",
    "signature": "            - exact: signature",
    "signature-agent": "            - exact: signature-agent",
}


def test_envoy_without_the_lines_about_signatures(changed, agent):
    site = changed(played.Envoy, left_out=tuple(LINES.values()))
    for cover in (("@authority",), ALL):
        assert status_of_agent(site, sign(site, agent, cover=cover)) == "unsigned"
    for name, line in LINES.items():
        site = changed(played.Envoy, left_out=(line,))
        expected = "unsigned" if name == "signature-input" else "invalid"
        for cover in (("@authority",), ALL):
            assert status_of_agent(site, sign(site, agent, cover=cover)) == expected


def test_envoy_without_the_line_of_what_is_signed(changed, agent):
    """What doorward does not see leaves the agent unknown, and a port needs its scheme."""
    fields = [("content-digest", "sha-256=:AAAA:")]
    for header, component in (("x-forwarded-proto", "@authority"), ("content-digest", "content-digest")):
        site = changed(played.Envoy, left_out=(f"            - exact: {header}",))
        signed = sign(site, agent, cover=dict.fromkeys(("@authority", component)), fields=fields)
        assert status_of_agent(site, signed + fields) == "unverified"
    comes_in(site, sign(site, agent, cover=ALL) + fields)


REMOVING = {
    played.Traefik: {"        trustForwardHeader: false": "        authRequestHeaders: [User-Agent]"},
    played.IngressNginx: {
        "  ssl-client-cert: $ssl_client_escaped_cert": '  signature-input: ""\n  signature: ""'
    },
}


@pytest.mark.parametrize("kind", REMOVING, ids=lambda kind: kind.name)
def test_front_ends_that_pass_all_headers_told_to_pass_none(changed, agent, kind):
    site = changed(kind, put_in=REMOVING[kind])
    for legacy in (False, True):
        for cover in (("@authority",), ALL):
            assert status_of_agent(site, sign(site, agent, cover=cover, legacy=legacy)) == "unsigned"
