# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Rules about the agent that signed a request, with real signatures (Web Bot Auth, RFC 9421)."""

import json
import time

import pytest

from kit import agents, web
from kit.admin import ready
from kit.doorward import run
from kit.process import free_port, wait_for

HOST = "www.example.org"
URL = "https://agent.example"
POLICY = f"""[policy default]
rdns = off
default = deny
allow = agent {URL}
"""
LEFT_OUT = f"""[policy default]
rdns = off
default = allow
deny = user_agent ~ ^bot & !agent {URL}
"""


@pytest.fixture(scope="module")
def agent():
    return agents.Agent(URL)


@pytest.fixture
def door(doorward, folder, agent):
    agent.publish(folder / "agents")

    def start(policy=POLICY, **more):
        return doorward(policy, before=f"[agents]\nkeys = {folder}/agents\n", **more)

    return start


def request(headers=(), path="/", method="GET", host=HOST, scheme="https", **more):
    pairs = {
        "REMOTE_ADDR": "192.0.2.1",
        "REQUEST_METHOD": method,
        "REQUEST_URI": path,
        "REQUEST_SCHEME": scheme,
        "HTTP_HOST": host,
        **more,
    }
    return [(name, value) for name, value in pairs.items() if value is not None] + agents.params(
        headers
    )


def word(reply):
    return reply.header("X-Doorward-Reason")


def line_of(door, reply):
    name = reply.header("X-Doorward-Id")
    return next(line for line in door.decisions() if line["id"] == name)


def status_of(door, reply):
    line = line_of(door, reply)
    return line["agent_status"], line.get("agent_reason")


ALL = ("@authority", "@method", "@path", "@query", "@scheme", "@target-uri")


def test_a_signed_request_is_its_agents(door, agent):
    served = door()
    for legacy in (False, True):
        for cover in (("@authority",), ALL, ("@target-uri",)):
            signed = agent.sign(HOST, "/a?b=1", legacy=legacy, cover=cover)
            reply = served.ask(request(signed, "/a?b=1"))
            assert (reply.status, word(reply)) == (200, "rule")
            assert reply.header("X-Client-Agent") == URL
            assert reply.header("X-Accel-Expires") == "0"
            line = line_of(served, reply)
            assert (line["agent"], line["agent_status"]) == (URL, "verified")
    reply = served.ask(request())
    assert (reply.status, word(reply)) == (403, "default")
    assert reply.header("X-Client-Agent") is None
    assert line_of(served, reply)["agent_status"] == "unsigned"


def test_no_response_to_one_request_serves_another(door, agent):
    """A signature is about its own request, also if all else is the same."""
    served = door()
    signed = agent.sign(HOST, "/a", cover=("@authority", "@path"))
    for _ in range(3):
        assert served.ask(request(signed, "/a")).status == 200
        reply = served.ask(request(signed, "/b"))
        assert reply.status == 403
        assert status_of(served, reply) == ("invalid", "agent_mismatch")
        assert served.ask(request(signed, "/a", host="other.example.org")).status == 403
        reply = served.ask(request((), "/a"))
        assert reply.status == 403
        assert status_of(served, reply) == ("unsigned", None)
    # Not even for the front end to keep; without DOORWARD_VARY no response is.
    assert served.ask(request()).header("X-Accel-Expires") == "0"
    vary = served.ask(request(DOORWARD_VARY="1"))
    assert vary.header("X-Doorward-Vary") == "HTTP_SIGNATURE_INPUT"
    assert vary.header("X-Accel-Expires") == "300"
    vary = served.ask(request(signed, "/a", DOORWARD_VARY="1"))
    assert (vary.status, vary.header("X-Accel-Expires")) == (200, "0")


def spoil(headers, name, change):
    return [(n, change(v) if n == name else v) for n, v in headers]


def drop(headers, *names):
    return [(n, v) for n, v in headers if n not in names]


def test_what_is_not_the_agents_is_never_verified(door, agent):
    served = door()
    now = int(time.time())
    stranger = agents.Agent(URL)
    good = agent.sign(HOST, "/a", cover=ALL)
    signature = dict(good)["Signature"]
    bad = {
        "another key": stranger.sign(HOST, "/a"),
        "another key under its name": stranger.sign(HOST, "/a", keyid=agent.keyid),
        "the URL of another": agent.sign(HOST, "/a", url="https://other.example"),
        "expired": agent.sign(HOST, "/a", created=now - 400),
        "in the future": agent.sign(HOST, "/a", created=now + 400),
        "for two days": agent.sign(HOST, "/a", lifetime=2 * 86400),
        "another tag": agent.sign(HOST, "/a", tag="other"),
        "nothing covered": agent.sign(HOST, "/a", cover=()),
        "no Signature": drop(good, "Signature"),
        "no Signature-Agent": drop(good, "Signature-Agent"),
        "no Signature-Input": drop(good, "Signature-Input"),
        "doubled": good + good,
        "doubled Signature": good + [("Signature", signature)],
        "a second Signature-Agent": good + [("Signature-Agent", 'sig1="https://other.example"')],
        "cut": spoil(good, "Signature", lambda v: v[: len(v) // 2]),
        "changed": spoil(good, "Signature", lambda v: v[:10] + ("A" if v[10] != "A" else "B") + v[11:]),
        "other times": spoil(good, "Signature-Input", lambda v: v.replace(f"={now}", f"={now - 1}", 1)),
        "an unknown component": spoil(
            good, "Signature-Input", lambda v: v.replace('("@authority"', '("@status" "@authority"')
        ),
    }
    for name, headers in bad.items():
        reply = served.ask(request(headers, "/a"))
        assert (reply.status, reply.header("X-Client-Agent")) == (403, None), name
    for changed in (
        dict(path="/b"), dict(path="/a?"), dict(path="/a?x"), dict(method="POST"), dict(scheme="http"),
        dict(host="www.example.com"), dict(host=HOST + ":8443"), dict(scheme=None), dict(host=None),
        dict(method=None), dict(path=None), dict(path=f"https://{HOST}/a"),
    ):  # fmt: skip
        reply = served.ask(request(good, **{"path": "/a", **changed}))
        assert (reply.status, reply.header("X-Client-Agent")) == (403, None), changed
    assert served.ask(request(good, "/a")).status == 200


def test_each_byte_that_changes_ends_it(door, agent):
    """More than two hundred mutations of one good request."""
    served = door(server="threads = 1")
    good = agent.sign(HOST, "/a", cover=("@authority", "@method", "@path"))
    # Remembered, so that it needs no check when the others have used up the checks of a second.
    assert served.ask(request(good, "/a")).status == 200
    tried = 0
    for index, (name, value) in enumerate(good):
        for at in range(len(value)):
            for changed in (value[:at] + value[at + 1 :], value[:at] + "x" + value[at + 1 :]):
                if changed == value:
                    continue
                headers = [*good]
                headers[index] = (name, changed)
                reply = served.ask(request(headers, "/a"))
                assert reply.header("X-Client-Agent") is None, (name, changed)
                assert reply.status == 403 or (reply.status, word(reply)) == (503, "overload")
                tried += 1
    assert tried > 200
    assert served.ask(request(good, "/a")).status == 200


def test_unknown_is_neither_true_nor_false(door, agent):
    """A key that is not there: neither does an allow hold, nor is a deny passed over."""
    stranger = agents.Agent(URL)
    other = agents.Agent("https://other.example")
    served = door(LEFT_OUT)
    bot = dict(HTTP_USER_AGENT="bot")
    cases = [
        (agent.sign(HOST), 200, "default"),
        ((), 403, "rule"),
        (agent.sign("www.example.com"), 403, "rule"),
        (stranger.sign(HOST), 403, "agent_unverified"),
        (agent.sign(HOST, cover=("@authority", "x-a"), fields=[("x-a", "1")]), 403, "agent_unverified"),
    ]
    for headers, status, reason in cases:
        reply = served.ask(request(headers, **bot))
        assert (reply.status, word(reply)) == (status, reason)
        # No signature is looked at for a browser, but for who it is, if it is let in.
        reply = served.ask(request(headers, HTTP_USER_AGENT="Mozilla/5.0"))
        assert (reply.status, word(reply)) == (200, "default")
    # Another agent is not this one, whether its own signature can be verified or not.
    reply = served.ask(request(other.sign(HOST), **bot))
    assert (reply.status, word(reply)) == (403, "rule")
    line = line_of(served, reply)
    assert (line["agent_status"], line["agent_reason"]) == ("unverified", "agent_unknown_agent")
    assert line["agent_claimed"] == "https://other.example" and "agent" not in line
    both = [
        (name, f"{one}, {two}")
        for (name, one), (_, two) in zip(other.sign(HOST), stranger.sign(HOST, label="sig2"))
    ]
    assert word(served.ask(request(both, **bot))) == "agent_unverified"


def test_covered_fields_count_as_they_come(door, agent):
    served = door()
    signed = agent.sign(HOST, cover=("@authority", "x-a"), fields=[("x-a", "1, 2")])
    for lines, status in (
        ([("HTTP_X_A", "1, 2")], 200),
        ([("HTTP_X_A", " 1, 2 ")], 200),
        ([("HTTP_X_A", "1"), ("HTTP_X_A", "2")], 200),
        ([("DOORWARD_FIELD_X-A", "1, 2")], 200),
        ([("DOORWARD_FIELD_x_a", "1, 2")], 403),
        ([("HTTP_X_A", "2"), ("HTTP_X_A", "1")], 403),
        ([("HTTP_X_A", "1, 2"), ("HTTP_X_A", "3")], 403),
        ([("HTTP_X_A", "1, 2")] + [("HTTP_X_B", "")] * 64, 403),
        ([], 403),
    ):
        assert served.ask(request(signed) + lines).status == status, lines


def test_the_host_with_its_port(door, agent):
    """nginx's $host has no port: the field beside it does, and may name no other host."""
    served = door()
    signed = agent.sign(f"{HOST}:8443")
    for host, authority, status in (
        (f"{HOST}:8443", None, 200),
        (HOST, f"{HOST}:8443", 200),
        (HOST, f"{HOST.upper()}:8443", 200),
        ("other.example.org", f"{HOST}:8443", 403),
        (HOST, f"{HOST}:8444", 403),
        (HOST, None, 403),
        (HOST, "", 403),
    ):
        reply = served.ask(request(signed, host=host, DOORWARD_AUTHORITY=authority))
        assert reply.status == status, (host, authority)
    signed = agent.sign(HOST)
    for host in (HOST, f"{HOST}:443", HOST.upper()):
        assert served.ask(request(signed, host=host)).status == 200
        assert served.ask(request(signed, host=HOST, DOORWARD_AUTHORITY=host)).status == 200


def test_over_http(door, agent, folder):
    port = free_port()
    served = door(
        server=f"listen = http:127.0.0.1:{port}", frontend="trusted_proxies = 127.0.0.1"
    )
    fields = [("X-A", "1"), ("x-a", "2")]
    cover = ("@authority", "@method", "@path", "@query", "@scheme", "x-a")
    signed = agent.sign(HOST, "/a?b", "PUT", cover=cover, fields=[("x-a", "1, 2")])
    about = {
        "X-Real-IP": "192.0.2.1",
        "X-Forwarded-Host": HOST,
        "X-Forwarded-Uri": "/a?b",
        "X-Forwarded-Method": "PUT",
        "X-Forwarded-Proto": "https",
    }

    def ask(headers, **changed):
        pairs = {**about, **{k.replace("_", "-"): v for k, v in changed.items()}}
        served.decided += 1
        return web.get(port, "/auth", [*pairs.items(), *headers])

    reply = ask(signed + fields)
    assert (reply.status, reply.header("X-Client-Agent")) == (200, URL)
    for headers, changed in (
        (signed, {}),
        (signed + fields + [("X-A", "3")], {}),
        (signed + fields + fields, {}),
        (signed + signed + fields, {}),
        (signed + fields, {"X_Forwarded_Proto": "http"}),
        (signed + fields, {"X_Forwarded_Host": "www.example.com"}),
        (signed + fields, {"X_Forwarded_Uri": "/a"}),
        (signed + fields, {"X_Forwarded_Method": "GET"}),
    ):
        reply = ask(headers, **changed)
        assert (reply.status, reply.header("X-Client-Agent")) == (403, None), (headers, changed)
    # What belongs to the question is not the client's.
    for name, value in (("host", f"127.0.0.1:{port}"), ("x-real-ip", "192.0.2.1")):
        covered = agent.sign(HOST, "/a?b", "PUT", cover=("@authority", name), fields=[(name, value)])
        reply = ask(covered)
        assert reply.status == 403
        assert status_of(served, reply) == ("unverified", "agent_unseen_component")


def test_metrics_count_them(door, agent):
    served = door(server="threads = 1")
    signed = agent.sign(HOST)
    for headers in ((), signed, signed, agent.sign("www.example.com"), agents.Agent(URL).sign(HOST)):
        served.ask(request(headers))
    text = served.ask([("DOORWARD_ENDPOINT", "metrics"), ("SCRIPT_NAME", "/metrics")]).body.decode()
    for status, count in (("unsigned", 1), ("verified", 2), ("invalid", 1), ("unverified", 1)):
        assert f'doorward_agents_total{{status="{status}"}} {count}\n' in text
    # A signature that is remembered is not checked again, and one by no known key never.
    assert "doorward_agent_checks_total 2\n" in text
    assert "doorward_agent_checks_refused_total 0\n" in text


def test_a_flood_of_forged_signatures_is_bounded(door, agent):
    """Those that are not checked are unverified; clients without a signature do not notice."""
    served = door(server="threads = 1")
    forger = agents.Agent(URL)
    replies = []
    for _ in range(400):
        forged = forger.sign(HOST, keyid=agent.keyid)
        replies.append(served.ask(request(forged)))
    assert not any(reply.header("X-Client-Agent") for reply in replies)
    reasons = {(reply.status, word(reply)) for reply in replies}
    assert reasons <= {(403, "default"), (503, "overload")}
    assert word(served.ask(request())) == "default"


def test_once_is_once(door, agent):
    served = door(POLICY + "agent_nonce = once\n")
    signed = agent.sign(HOST)
    assert served.ask(request(signed)).status == 200
    reply = served.ask(request(signed))
    assert reply.status == 403
    assert status_of(served, reply) == ("invalid", "agent_replayed")
    reply = served.ask(request(agent.sign(HOST, nonce=False)))
    assert reply.status == 403
    assert status_of(served, reply) == ("invalid", "agent_no_nonce")
    # Also from the other worker, and after a reload.
    for _ in range(8):
        assert served.ask(request(signed)).status == 403
    served.reload()
    assert served.ask(request(signed)).status == 403
    assert served.ask(request(agent.sign(HOST))).status == 200


def test_keys_are_read_again(door, agent, folder):
    served = door()
    file = folder / "agents" / "agent.example.json"
    assert served.ask(request(agent.sign(HOST))).status == 200
    # A file that becomes bad leaves its keys in force.
    new = folder / "agents" / ".new"
    new.write_text("{")
    new.replace(file)
    wait_for(lambda: "keys of agents has changed" in served.stderr(), "the log")
    assert served.ask(request(agent.sign(HOST))).status == 200
    # A key that is gone is gone, and a new one counts.
    heir = agents.Agent(URL)
    heir.publish(folder / "agents")
    wait_for(lambda: served.ask(request(heir.sign(HOST))).status == 200, "the new key")
    reply = served.ask(request(agent.sign(HOST)))
    assert reply.status == 403
    assert status_of(served, reply) == ("unverified", "agent_unknown_key")
    file.unlink()
    wait_for(lambda: served.ask(request(heir.sign(HOST))).status == 403, "no key")
    assert status_of(served, served.ask(request(heir.sign(HOST)))) == ("unverified", "agent_unknown_agent")


def test_example_keys_of_the_rfc_are_refused(folder):
    """Anyone can read their private keys there (RFC 9421 B.1.4)."""
    (folder / "agents").mkdir()
    key = {"kty": "OKP", "crv": "Ed25519", "x": "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"}
    (folder / "agents" / "agent.example.json").write_text(json.dumps({"keys": [key]}))
    file = folder / "doorward.conf"
    file.write_text(f"[agents]\nkeys = agents\n{POLICY}")
    _, _, errors = run("-t", "-c", file)
    assert "RFC 9421" in errors


def test_an_agent_without_keys_is_told(folder):
    file = folder / "doorward.conf"
    file.write_text(f"[agents]\nkeys = agents\n{POLICY}")
    _, _, errors = run("-t", "-c", file, expect=0)
    assert f"doorward.conf:6:9: warning: agent {URL}: no request is verified as its own" in errors
    assert f"no keys in {folder}/agents/agent.example.json" in errors
    agents.Agent(URL).publish(folder / "agents")
    _, _, errors = run("-t", "-c", file, expect=0)
    assert "0 warning(s)" in errors
    # Another port or path is another agent.
    for more, name in [(":8443", "agent.example:8443.json"), ("/a%2C", "agent.example%2Fa%252C.json")]:
        file.write_text(f"[agents]\nkeys = agents\n{POLICY}allow = agent {URL}{more}\n")
        _, _, errors = run("-t", "-c", file, expect=0)
        assert f"agent {URL}{more}: no request is verified as its own" in errors
        assert f"no keys in {folder}/agents/{name}" in errors and "1 warning(s)" in errors
        where, place = run("check-keys", URL + more, expect=0)[1].split()
        assert place == name
        (folder / "agents" / place).write_text(agents.Agent(where).key_set())
        assert "0 warning(s)" in run("-t", "-c", file, expect=0)[2]


def test_check_keys_tells_where_keys_are_and_belong(folder):
    well_known = "/.well-known/http-message-signatures-directory"
    for url, expected in [
        (URL, f"{URL}{well_known} agent.example.json\n"),
        ("HTTPS://Agent.Example:443/", f"{URL}{well_known} agent.example.json\n"),
        (f"{URL}:8443", f"{URL}:8443{well_known} agent.example:8443.json\n"),
        (f"{URL}/keys", f"{URL}/keys agent.example%2Fkeys.json\n"),
    ]:
        assert run("check-keys", url, expect=0)[1] == expected
    for wrong in ["agent.example", "http://agent.example", f"{URL}/a/", f"{URL}/a%2f", f"{URL}/%61", "-x"]:
        assert run("check-keys", wrong, expect=64)[1] == ""
    assert "more than 255 bytes" in run("check-keys", URL + "/a" * 100, expect=1)[2]
    file = folder / "keys"
    file.write_text(agents.Agent(URL).key_set())
    run("check-keys", f"{URL}:8443/keys", file, expect=0)
    run("check-keys", URL, file, file, expect=64)
    run("check-keys", expect=64)


def test_check_verifies_what_a_client_sent(folder, agent):
    agent.publish(folder / "agents")
    file = folder / "doorward.conf"
    file.write_text(f"[agents]\nkeys = agents\n{POLICY}")
    signed = agent.sign(HOST, "/a", cover=("@authority", "@path", "x-a"), fields=[("x-a", "1")])

    def check(headers, *more, expect):
        options = [o for name, value in headers for o in ("--header", f"{name}: {value}")]
        return run(
            "check", "-c", file, "--ip", "192.0.2.1", "--http-host", HOST, "--uri", "/a", *options,
            *more, expect=expect,
        )[1]  # fmt: skip

    text = check(signed + [("X-A", "1")], expect=0)
    assert f"Agent        verified, {URL}: the signature is that of a key of the agent" in text
    found = json.loads(check(signed + [("X-A", "2")], "--json", expect=1))
    assert (found["agent"]["status"], found["agent"]["reason"]) == ("invalid", "agent_mismatch")
    found = json.loads(check(signed, "--json", expect=1))
    assert found["reason"] == "agent_unverified"
    assert "does not pass on" in found["agent"]["why"]
    assert json.loads(check((), "--agent", URL + "/", "--json", expect=0))["agent"]["url"] == URL
    assert "unverified" in check((), "--agent", "unverified", expect=1)
    assert run("check", "-c", file, "--ip", "192.0.2.1", "--agent", "agent.example", expect=64)


def test_a_line_of_the_log_is_decided_again(door, agent, folder):
    served = door()
    served.ask(request(agent.sign(HOST)))
    served.ask(request(agent.sign("www.example.com")))
    for line, status in zip(served.decisions(), (0, 1)):
        found = run("check", "-c", served.file, "--log", json.dumps(line), expect=status)[1]
        assert "differ" not in found


def test_the_admin_listener_tells_of_agents(door, agent, folder):
    """The signature is not kept: a decision is explained by what was found then."""
    served = door(server=f"listen = admin:unix:{folder}/admin.sock")
    asked = {True: agent.sign(HOST), False: agent.sign("www.example.com")}
    admin = ready(str(folder / "admin.sock"))
    for good, headers in asked.items():
        name = served.ask(request(headers)).header("X-Doorward-Id")
        (line,) = (
            one for one in json.loads(admin.get("/recent.json")[1])["recent"] if one["id"] == name
        )
        assert (line["agent_status"], line.get("agent")) == (
            ("verified", URL) if good else ("invalid", None)
        )
        found = json.loads(admin.get(f"/explain.json?id={name}")[1])
        assert found["verdict"] == ("allow" if good else "deny")
        assert found["agent"]["status"] == line["agent_status"]
        page = admin.get(f"/why?id={name}")[1].decode()
        assert ("verified, " + URL if good else "invalid: the key did not make") in page


def test_cases_suppose_an_agent(folder):
    file = folder / "doorward.conf"
    file.write_text(f"[agents]\nkeys = agents\n{POLICY}")
    cases = folder / "cases"
    cases.write_text(
        "[defaults]\nip = 192.0.2.1\n"
        "[case its own]\nagent = https://Agent.example/\nexpect = allow\n"
        "[case another]\nagent = https://other.example\nexpect = deny\nreason = default\n"
        "[case unknown]\nagent = unverified\nexpect = deny\nreason = agent_unverified\n"
        "[case forged]\nagent = invalid\nexpect = deny\nreason = default\n"
        "[case none]\nexpect = deny\n"
    )
    run("test", "-c", file, cases, expect=0)
    cases.write_text("[case bad]\nip = 192.0.2.1\nagent = agent.example\nexpect = allow\n")
    assert "is not the URL of an agent" in run("test", "-c", file, cases, expect=64)[2]
