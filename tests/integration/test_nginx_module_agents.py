# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""nginx's module: signatures of agents, and verdicts that are kept beside them."""

import pytest

from kit import agents
from kit.nginx_module import Authorizer, ModuleNginx, needs_module, reply
from kit.process import wait_for

pytestmark = needs_module

URL = "https://agent.example"
POLICY = f"[policy default]\nrdns = off\nallow = agent {URL}\nallow = uri /open\n"
SAY = "return 200 '$doorward_cached $doorward_agent $http_x_client_agent';"


@pytest.fixture(scope="module")
def agent():
    return agents.Agent(URL)


@pytest.fixture
def nginx(doorward, folder, stack, agent):
    agent.publish(folder / "agents")

    def start(policy=POLICY, server="", zone=True, **more):
        door = doorward(policy, before=f"[agents]\nkeys = {folder}/agents\n")
        front = ModuleNginx(
            folder,
            server or f"location / {{ doorward default; doorward_headers on; {SAY} }}",
            f"doorward_server unix:{door.socket};" + "doorward_zone verdicts:1m;" * zone,
            **more,
        )
        stack.callback(front.close)
        return door, front

    return start


def sign(front, agent, path="/", **how):
    how.setdefault("scheme", "http")
    return agent.sign(f"127.0.0.1:{front.port}", path, **how)


ALL = ("@authority", "@method", "@path", "@query", "@scheme", "@target-uri")


def test_a_signed_request_is_its_agents(nginx, agent):
    door, front = nginx()
    fields = [("X-A", "1"), ("x-a", "2")]
    for legacy in (False, True):
        for cover in (("@authority",), ALL):
            response = front.get("/a?b", headers=sign(front, agent, "/a?b", cover=cover, legacy=legacy))
            assert (response.status, response.body) == (200, f"0 {URL} {URL}")
    covered = sign(front, agent, cover=("@authority", "x-a"), fields=[("x-a", "1, 2")])
    assert front.get("/", headers=covered + fields).status == 200
    for more in ([], fields[:1], fields[::-1], [*fields, ("X-A", "3")], [("X-B", "1")]):
        assert front.get("/", headers=covered + more).status == 403
    # A client's header of such a name is its own, and goes before the application reads it.
    claims = [("X-Client-Agent", URL), ("X_Client_Agent", URL), ("DOORWARD_FIELD_X-A", "1, 2")]
    assert front.get("/", headers=claims).status == 403
    assert front.get("/", headers=covered + claims).status == 403
    assert front.get("/open", headers=claims).body == "0  "


def test_others_stay_out(nginx, agent):
    door, front = nginx()
    good = sign(front, agent, "/a", cover=ALL)
    assert front.get("/a", headers=good).status == 200
    for bad in (
        [],
        good[1:],
        good[:2],
        [good[0], good[2]],
        good + good,
        [*good, good[1]],
        [*good, good[2]],
        agents.Agent(URL).sign(f"127.0.0.1:{front.port}", "/a"),
        agent.sign("127.0.0.1", "/a"),
        agent.sign(f"other.example:{front.port}", "/a"),
        sign(front, agent, "/a", scheme="https", cover=ALL),
        sign(front, agent, "/a", lifetime=-1),
    ):
        response = front.get("/a", headers=bad)
        assert response.status == 403, bad
    for path in ("/", "/a?", "/a?b", "/b"):
        assert front.get(path, headers=good).status == 403
    assert front.get("/a", headers=good, method="POST", body=b"").status == 403


def test_no_kept_verdict_serves_another(nginx, agent):
    """Those without a signature are kept, and are never for a request with one, or the other way round."""
    door, front = nginx()
    good = sign(front, agent, "/a", cover=("@authority", "@path"))

    def kept():
        return front.get("/open").body.startswith("1 ")

    wait_for(kept, "a kept verdict")
    wait_for(lambda: (front.get("/a"), front.get("/a"))[1].status == 403, "a kept denial")
    for _ in range(5):
        assert front.get("/a", headers=good).body == f"0 {URL} {URL}"
        assert front.get("/b", headers=good).status == 403
        assert front.get("/a").status == 403
        assert front.get("/open").body == "1  "
    asked = len(door.decisions())
    for _ in range(5):
        assert front.get("/open").body == "1  "
        assert front.get("/a").status == 403
    assert len(door.decisions()) == asked


def test_once_is_once_for_each_request(nginx, agent):
    """An internal redirect asks nothing again; another request is another one."""
    door, front = nginx(
        POLICY + "agent_nonce = once\n",
        f"location / {{ doorward default; try_files /nope /last; }} location /last {{ doorward default; {SAY} }}",
    )
    good = sign(front, agent)
    assert front.get("/", headers=good).status == 200
    assert front.get("/", headers=good).status == 403
    assert front.get("/", headers=sign(front, agent)).status == 200


def test_what_is_passed_on(folder, stack):
    """Without a signature, no header; with one, each under a name that no client can write."""
    authorizer = Authorizer(folder / "a.sock", lambda n, params: reply(200, 0))
    stack.callback(authorizer.stop)
    front = ModuleNginx(
        folder,
        "location / { doorward p; return 204; } location /off { doorward_param HTTP_SIGNATURE_INPUT '';"
        " doorward p; return 204; } location /proxied { doorward_param REQUEST_SCHEME https; doorward p;"
        " return 204; }",
        f"doorward_server unix:{authorizer.path};",
    )
    stack.callback(front.close)
    identity = [("X-Real-IP", "192.0.2.1"), ("X-SSL-Client-Cert", "x"), ("Doorward-Policy", "other")]
    signed = [("Signature-Input", "a"), ("signature-input", "b"), ("SIGNATURE", "c")]
    long = ("x" * 200, "y")
    for path, headers in (("/", identity), ("/off", identity + signed), ("/", identity + signed + [long])):
        assert front.get(path, headers=headers).status == 204
    plain, off, passed = authorizer.asked
    for params in (plain, off):
        assert not any(name.startswith(("DOORWARD_FIELD_", "HTTP_SIGN")) for name in params)
        assert "REQUEST_SCHEME" not in params and "DOORWARD_AUTHORITY" not in params
    assert passed["HTTP_SIGNATURE_INPUT"] == "a, b" and passed["HTTP_SIGNATURE"] == "c"
    assert passed["REQUEST_SCHEME"] == "http"
    assert passed["DOORWARD_AUTHORITY"] == f"127.0.0.1:{front.port}"
    assert passed["DOORWARD_POLICY"] == "p"
    for name, value in identity:
        assert passed[f"DOORWARD_FIELD_{name}"] == value
        assert "HTTP_" + name.upper().replace("-", "_") not in passed
    assert not any(len(name) > 128 for name in passed)
    front.get("/proxied", headers=signed)
    assert authorizer.asked[-1]["REQUEST_SCHEME"] == "https"
