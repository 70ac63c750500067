# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""doorward check for people, and its replay of decisions from the log."""

import json
import re
from types import SimpleNamespace

import pytest

import fcgi
from kit import chains
from kit.certs import now
from kit.doorward import configuration, run
from kit.names import reverse

POLICY = """
[policy default]
client_cert = optional
on_dns_error = error
max_cache = 5m
cached_claims = uri
deny = user_agent ~ googlebot & !host .googlebot.com
allow = host client.example & cert.dns .partner.example
allow = host client.example & method PUT
allow = ip 192.0.2.7
deny = uri ~ ^/(a+)+$

[policy names]
parent = default
max_cache = 1h
allow = host .example

[policy fixed]
rdns = off
max_cache = 1m
allow = ip 192.0.2.0/24

[policy required]
client_cert = required
cert_host = exact
allow = *

[policy counted]
deny = rate 1/h
allow = *

[policy single]
rdns = single
allow = host client.example
"""
DNS = "private_ptr = yes\nlookup_timeout = 5s\nmin_ttl = 1s"


@pytest.fixture
def conf(folder, nsd):
    file = folder / "doorward.conf"
    file.write_text(configuration(POLICY, dns=f"nameservers = 127.0.0.1:{nsd.port}\n{DNS}"))
    return file


@pytest.fixture
def explain(conf):
    """The text with its lines joined again, after a check of their width."""

    def explain(*arguments, expect=None):
        out = run("check", "-c", conf, *arguments, expect=expect)[1]
        for line in out.splitlines():
            assert len(line) <= 100 or len(line.split()) <= 2, line
        return " ".join(out.split())

    return explain


def place(conf, rule):
    return f"{conf}:{conf.read_text().splitlines().index(rule) + 1}"


def test_verified(explain, conf, nsd):
    out = explain("--ip", "192.0.2.1", "--policy", "names", expect=0)
    rule = f"{place(conf, 'allow = host .example')}"
    for text in [
        "Client 192.0.2.1 Policy names",
        "Reverse DNS verified",
        "client.example: confirmed, its A is 192.0.2.1",
        f"PTR 1.2.0.192.in-addr.arpa: client.example (ttl 300 s,",
        f"from 127.0.0.1:{nsd.port}",
        "Certificate none",
        f"{rule}: holds allow = host .example",
        f"Decision allow, status 200, reason rule, by policy names: the rule of {rule}, allow =",
        "Valid for",
        "what DNS said ends then; of its answers the PTR of 1.2.0.192.in-addr.arpa is the first",
    ]:
        assert text in out, out


@pytest.mark.parametrize(
    "ip, texts",
    [
        ("192.0.2.2",
         ["mismatch", "client.example: not confirmed, its A is 192.0.2.1 and not 192.0.2.2"]),
        ("192.0.2.3", ["verified", "admin.example: not confirmed, its A is 192.0.2.99 and not",
                       "honest.example: confirmed"]),
        ("192.0.2.17", ["nowhere.example: not confirmed, looking up its A ended with NXDOMAIN"]),
        ("192.0.2.15", ["loop.example: not confirmed, looking up its A ended with CNAME loop"]),
        ("192.0.2.19", ["mismatch", "localhost: left out, it is not a host name"]),
        ("198.51.100.10", ["alias.example: confirmed, its A is 198.51.100.10"]),
        ("192.0.2.200", ["none: the address has no name", "arpa: NXDOMAIN"]),
        ("2001:db8::3", ["v4only.example: not confirmed, looking up its AAAA ended with NODATA"]),
    ],
)
def test_names(explain, ip, texts):
    out = explain("--ip", ip, "--policy", "names")
    for text in texts:
        assert text in out, out


def test_a_failed_lookup(explain, conf):
    out = explain("--ip", "192.0.2.8", "--user-agent", "Googlebot", expect=2)
    rule = place(conf, "deny = user_agent ~ googlebot & !host .googlebot.com")
    assert "host.broken.example: not confirmed, looking up its A ended with SERVFAIL" in out
    assert f"{rule}: is unknown deny = user_agent" in out
    assert "unknown !host .googlebot.com" in out and "false" not in out
    assert "4 more after it: not asked" in out
    assert "DNS failed, and on_dns_error = error; the rule that asked" in out
    assert "this request only (0 s): after an error" in out


def test_the_term_that_failed(explain, conf):
    out = explain("--ip", "192.0.2.1", "--method", "GET", "--uri", "/", expect=1)
    assert "false user_agent ~ googlebot" in out
    assert "does not hold allow = host client.example & method PUT false method PUT" in out
    assert "no rule holds, and default = deny" in out
    assert "cached_claims does not list user_agent, method" in out


def test_certificates(explain, pki):
    alice = ["--ip", "192.0.2.1", "--cert", pki.alice.file]
    out = explain(*alice, expect=0)
    assert "Certificate verified subject CN=alice,O=Acme issuer CN=doors serial" in out
    assert "names DNS:alice.partner.example" in out and " valid from 20" in out
    out = explain(*alice, "--policy", "required", expect=1)
    assert "reason cert_host_mismatch, by policy required: no confirmed name agrees" in out
    assert "Rules none was asked, the decision came before them" in out
    out = explain("--ip", "192.0.2.1", "--cert", pki.expired.file, expect=1)
    assert "Certificate not verified: " in out and "reason cert_expired" in out
    out = explain(*alice, "--verify-status", "FAILED:x", expect=1)
    assert 'not verified: the verify status is "FAILED:x", expected "SUCCESS"' in out
    out = explain(*alice, "--verify-status", "NONE", expect=1)
    assert 'not verified: the verify status is "NONE": the client sent no certificate to the front end' in out
    out = explain(*alice, "--policy", "fixed", expect=0)
    assert "not looked at (client_cert = off)" in out
    assert "off: the policy does not ask for names" in out
    assert "Valid for 60 s: max_cache of the policy" in out


def test_what_is_refused_before_any_rule(explain):
    out = explain("--ip", "nonsense", expect=1)
    assert 'Client "nonsense", which is not an address' in out
    assert "this request only (0 s): the request itself was refused" in out
    out = explain("--ip", "192.0.2.1", "--policy", "no\x1b[1mbody", expect=1)
    assert 'there is no such policy as "no\\u001b[1mbody"' in out and "\x1b" not in out


@pytest.mark.parametrize(
    "arguments, age, reason",
    [
        (["--ip", "192.0.2.7", "--policy", "fixed"], 60, "max_cache"),
        (["--ip", "192.0.2.1", "--policy", "names"], 300, "dns"),
        (["--ip", "192.0.2.7"], 0, "claim"),
        (["--ip", "192.0.2.8", "--user-agent", "Googlebot"], 0, "error"),
        (["--ip", "nonsense"], 0, "input"),
    ],
)
def test_what_limits_the_validity(conf, arguments, age, reason):
    got = json.loads(run("check", "-c", conf, *arguments, "--json")[1])
    assert got["max_age_reason"] == reason and age - 5 <= got["max_age"] <= age


def test_a_certificate_limits_the_validity(conf, pki):
    end = pki.alice.x509.not_valid_after.timestamp()
    at = pki.alice.x509.not_valid_after.strftime("%Y-%m-%dT%H:%M:") + "00Z"
    arguments = ["--ip", "192.0.2.1", "--cert", pki.alice.file, "--policy", "names", "--at", at]
    if end % 60:
        got = json.loads(run("check", "-c", conf, *arguments, "--json", expect=0)[1])
        assert (got["max_age"], got["max_age_reason"]) == (end % 60, "cert")


# Replaying

REPLAYED = [
    ("rule", {"REMOTE_ADDR": "192.0.2.7", "HTTP_USER_AGENT": "x"}),
    ("default", {"REMOTE_ADDR": "192.0.2.2", "REQUEST_METHOD": "GET", "REQUEST_URI": "/"}),
    ("unknown_policy", {"REMOTE_ADDR": "192.0.2.2", "DOORWARD_POLICY": "nobody"}),
    ("cert_missing", {"REMOTE_ADDR": "192.0.2.2", "DOORWARD_POLICY": "required"}),
    ("dns_error", {"REMOTE_ADDR": "192.0.2.8", "HTTP_USER_AGENT": "Googlebot"}),
    ("bad_input", {"REMOTE_ADDR": "192.0.2.2", "REQUEST_URI": "/b/..%2fa"}),
    ("regex_limit", {"REMOTE_ADDR": "192.0.2.2", "REQUEST_URI": "/" + "a" * 200 + "!"}),
]


@pytest.fixture
def door(doorward, nsd):
    return doorward(POLICY, dns=f"nameservers = 127.0.0.1:{nsd.port}\n{DNS}")


def logged(door, params):
    count = len(door.decisions())
    door.ask(params)
    door.process.wait_until(lambda: len(door.decisions()) > count, "a decision in the log")
    return door.decisions()[-1]


def replay(door, line, *arguments, input=b""):
    line = line if isinstance(line, str) else json.dumps(line)
    return run("check", "-c", door.file, "--log", line, *arguments, input=input)


@pytest.mark.parametrize("reason, params", REPLAYED)
def test_a_decision_is_the_same_again(door, reason, params):
    line = logged(door, params)
    assert line["reason"] == reason
    code, out, _ = replay(door, line, "--json")
    got = json.loads(out)
    assert code == {"allow": 0, "deny": 1, "error": 2}[line["verdict"]]
    assert got["log"]["differs"] == [] and got["reason"] == reason
    assert got["log"]["rule"] == line.get("rule") == got["rule"]
    text = replay(door, line)[1]
    assert "Differs      in nothing" in text and f"reason {reason}" in text


def test_text_lines_are_replayed_as_json_is(doorward, nsd):
    door = doorward(
        POLICY, dns=f"nameservers = 127.0.0.1:{nsd.port}\n{DNS}", log="format = text"
    )
    texts = lambda: [line for line in door.stderr().splitlines() if "decision: " in line]
    others = [
        ("duplicate_input", {"REMOTE_ADDR": ["192.0.2.7", "192.0.2.7"]}),
        ("cert_unverified", {"REMOTE_ADDR": "192.0.2.7", "SSL_CLIENT_VERIFY": "FAILED:x"}),
    ]
    for reason, params in REPLAYED + others:
        count = len(texts())
        door.ask(params)
        door.process.wait_until(lambda: len(texts()) > count, "a decision in the log")
        time, line = texts()[-1].split(" ", 1)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", time)
        assert f" reason={reason} " in line
        for before in ("", "Nov 21 17:12:00 host doorward[17]: ", f"{time} "):
            log = json.loads(replay(door, before + line, "--json")[1])["log"]
            assert (log["reason"], log["time"] is None) == (reason, "Z " not in before)
            assert (reason, params) in others or log["differs"] == []


@pytest.mark.parametrize("reason, name, status", [
    ("rule", "alice", "SUCCESS"),
    ("cert_unverified", "alice", "FAILED:x"),
    ("cert_expired", "expired", "SUCCESS"),
])
def test_a_decision_about_a_certificate(door, pki, reason, name, status):
    cert = getattr(pki, name)
    line = logged(door, {
        "REMOTE_ADDR": "192.0.2.1", "SSL_CLIENT_CERT": cert.file.read_text(),
        "SSL_CLIENT_VERIFY": status,
    })
    assert line["reason"] == reason
    got = json.loads(replay(door, line, "--json")[1])["log"]
    assert got["differs"] and "give it with --cert FILE" in got["notes"][0]
    given = ["--cert", cert.file, "--verify-status", status]
    got = json.loads(replay(door, line, *given, "--json")[1])["log"]
    assert got["differs"] == []
    other = pki.expired if name == "alice" else pki.alice
    got = json.loads(replay(door, line, "--cert", other.file, "--json")[1])["log"]
    assert "not the one" in got["notes"][0]


LOCAL = """
[policy default]
client_cert = required
verify = local
ca_file = ca.pem
crl_file = ca.crl
default = allow
[policy named]
parent = default
cert_host = exact
"""


@pytest.fixture
def local_door(doorward, folder, nsd, pki):
    """verify = local; alice is revoked."""
    ca = pki.authority.certificate
    signer = SimpleNamespace(subject=ca.x509.subject, key=ca.key)
    (folder / "ca.pem").write_text(ca.pem)
    (folder / "ca.crl").write_bytes(chains.crl(signer, [pki.alice], now=now()))
    return doorward(LOCAL, server_of_names=nsd)


@pytest.mark.parametrize("reason, name, policy", [
    ("default", "wildcard", "default"),
    ("cert_untrusted", "stranger", "default"),
    ("cert_revoked", "alice", "default"),
    ("cert_not_yet_valid", "early", "default"),
    ("cert_host_mismatch", "wildcard", "named"),
])
def test_a_decision_about_a_chain(local_door, pki, reason, name, policy):
    cert = getattr(pki, name)
    line = logged(local_door, {
        "REMOTE_ADDR": "192.0.2.1", "DOORWARD_POLICY": policy, "SSL_CLIENT_CERT": cert.pem,
    })
    assert line["reason"] == reason
    code, out, _ = replay(local_door, line, "--cert", cert.file, "--json")
    got = json.loads(out)
    assert (code, got["reason"]) == (0 if reason == "default" else 1, reason)
    assert got["log"]["differs"] == [] and got["log"]["notes"] == []
    missing = json.loads(replay(local_door, line, "--json")[1])
    assert missing["reason"] == "cert_missing" and "reason" in missing["log"]["differs"]
    assert "give it with --cert FILE" in missing["log"]["notes"][0]


def test_bad_input_is_decided_without_what_was_wrong(door):
    """The address came before the oversized input: the line has it, and not the rest."""
    line = logged(door, [("REMOTE_ADDR", "192.0.2.7"), ("HTTP_COOKIE", "c" * 200_000)])
    assert (line["reason"], line["ip"]) == ("bad_input", "192.0.2.7")
    code, out, _ = replay(door, line, "--json")
    got = json.loads(out)
    assert (code, got["reason"]) == (0, "rule")
    assert {"verdict", "status", "reason"} <= set(got["log"]["differs"])
    assert got["log"]["notes"] == ["what was wrong with the request is not in the log"]


def test_overload_need_not_happen_again(doorward, tap):
    limits = "timeout = 10s\nlookup_timeout = 20s\nmax_in_flight_per_prefix = 1"
    door = doorward(POLICY, dns=limits, server="threads = 1", server_of_names=tap)
    tap.hold(reverse("192.0.2.101"))
    with door.connection() as waiting:
        params = {"REMOTE_ADDR": "192.0.2.101", "DOORWARD_POLICY": "names"}
        waiting.send(fcgi.request_bytes(params, keep=True))
        tap.wait_for_query(reverse("192.0.2.101"))
        line = logged(door, {"REMOTE_ADDR": "192.0.2.1", "DOORWARD_POLICY": "names"})
        tap.release()
        waiting.read_reply()
    assert (line["reason"], line["status"]) == ("overload", 503)
    code, out, _ = replay(door, line, "--json")
    got = json.loads(out)
    assert (code, got["reason"], got["status"]) == (0, "rule", 200)
    assert {"verdict", "status", "reason"} <= set(got["log"]["differs"])
    assert got["log"]["notes"] == ["it was an error, which need not happen again"]


@pytest.mark.parametrize("reason, params", [
    ("no_address", {}),
    ("bad_address", {"REMOTE_ADDR": "nonsense"}),
])
def test_a_line_without_an_address_cannot_be_replayed(door, reason, params):
    line = logged(door, params)
    assert line["reason"] == reason
    code, out, errors = replay(door, line)
    assert (code, out) == (64, "") and "has no ip" in errors and reason in errors


@pytest.mark.parametrize("reason, params, note", [
    ("duplicate_input", {"REMOTE_ADDR": ["192.0.2.7", "192.0.2.7"]}, "what was wrong"),
    ("cert_unverified", {"REMOTE_ADDR": "192.0.2.7", "SSL_CLIENT_VERIFY": "FAILED:x"},
     "--verify-status"),
    ("cert_malformed", {"REMOTE_ADDR": "192.0.2.7", "SSL_CLIENT_CERT": "x",
                        "SSL_CLIENT_VERIFY": "SUCCESS"}, "give it with --cert FILE"),
    ("rate", {"REMOTE_ADDR": "192.0.2.7", "DOORWARD_POLICY": "counted"}, "how many requests"),
    ("default", {"REMOTE_ADDR": "192.0.2.2", "REQUEST_URI": "/", "HTTP_USER_AGENT": b"\xff"},
     "U+FFFD"),
])
def test_what_the_line_does_not_contain(door, reason, params, note):
    line = logged(door, params)
    while reason == "rate" and line["reason"] != "rate":
        line = logged(door, params)
    assert line["reason"] == reason
    got = json.loads(replay(door, line, "--json")[1])["log"]
    assert note in " ".join(got["notes"]) and note in replay(door, line)[1].replace("\n", " ")


def test_cut_claims(door):
    params = {"REMOTE_ADDR": "192.0.2.2", "REQUEST_URI": "/" + "x" * 300, "HTTP_HOST": "h" * 257,
              "HTTP_USER_AGENT": "y" * 256}
    line = logged(door, params)
    assert line["cut"] == ["http_host", "uri"] and len(line["uri"]) == 256
    assert "cut" not in logged(door, {"REMOTE_ADDR": "192.0.2.2"})
    out = replay(door, line)[1]
    assert "the log holds only the beginning of http_host, uri" in out
    assert json.loads(replay(door, line, "--json")[1])["log"]["cut"] == ["http_host", "uri"]
    door.configure(POLICY, log="format = text")
    door.reload()
    cut = "cut=http_host,uri"
    door.process.wait_until(lambda: door.ask(params) and cut in door.stderr(), cut)


def test_what_the_remembered_half_of_a_line_cut(door):
    """What an answer that is given again says of itself, beside what each request claims."""
    params = {"REMOTE_ADDR": "192.0.2.7", "DOORWARD_POLICY": "p" * 300, "REQUEST_URI": "/" + "x" * 300}
    for _ in range(2):
        line = logged(door, params)
        assert line["policy"] == "p" * 256 and line["cut"] == ["policy", "uri"]
    assert logged(door, {**params, "REQUEST_URI": "/"})["cut"] == ["policy"]
    assert "the log holds only the beginning of policy, uri" in replay(door, line)[1]


def test_another_configuration(door):
    line = logged(door, {"REMOTE_ADDR": "192.0.2.7", "REQUEST_URI": "/"})
    door.configure(POLICY.replace("allow = ip 192.0.2.7\n", ""))
    code, out, _ = replay(door, line)
    assert code == 1 and "Then         allow, status 200, reason rule, rule " in out
    assert "Now          deny, status 403, reason default" in out
    assert "Differs      verdict, status, reason, rule" in out


def test_standard_input(door):
    line = json.dumps(logged(door, {"REMOTE_ADDR": "192.0.2.7"})).encode()
    assert replay(door, "-", input=line + b"\n")[0] == 0
    assert replay(door, "-", input=line + b"\n" + line)[0] == 64
    assert replay(door, "-", input=line + b" " * 70000)[0] == 64
    assert replay(door, "-")[0] == 64


@pytest.mark.parametrize("arguments", [
    ["--log", "{}", "--ip", "192.0.2.1"], ["--log", "{}", "--uri", "/"], ["--log"],
])
def test_bad_usage(arguments):
    assert "usage" in run("check", *arguments, expect=64)[2]
