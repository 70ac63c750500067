# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""doorward test: the expected decisions of a policy, without a query to any server."""

import pytest

from conftest import REPOSITORY
from kit.doorward import run
from kit.names import Tap

EXAMPLE = REPOSITORY / "contrib" / "policy-test"
ZONE = """
$TTL 300
1.2.0.192.in-addr.arpa.    PTR  client.example.
2.2.0.192.in-addr.arpa.    PTR  client.example.
3.2.0.192.in-addr.arpa.    PTR  alias.example.
client.example.            A    192.0.2.1
alias.example.             CNAME target.example.
target.example.            A    192.0.2.3
listed.dnsbl.example.      A    127.0.0.2
9.2.0.192.dnsbl.example.   A    127.0.0.2
dyn.example.               A    198.51.100.7
"""
POLICY = """
[policy default]
client_cert = optional
on_dns_error = error
deny = dnsbl dnsbl.example
allow = forward dyn.example
allow = cert.dns .partner.example & host .example
allow = host client.example
deny = uri ~ ^/private & method POST
deny = http_host other.example

[policy admin]
deny_status = 401
allow = user_agent robot & ip 192.0.2.0/24
"""


@pytest.fixture
def tap():
    tap = Tap(None)
    yield tap
    tap.close()


@pytest.fixture
def conf(folder, tap):
    """With a server that would notice any query."""
    (folder / "names.zone").write_text(ZONE)
    file = folder / "doorward.conf"
    file.write_text(f"[dns]\nnameservers = 127.0.0.1:{tap.port}\n" + POLICY)
    return file


@pytest.fixture
def try_cases(conf, folder, tap):
    def try_cases(text, expect, defaults="zone = names.zone\n"):
        file = folder / "cases.ini"
        file.write_text(f"[defaults]\n{defaults}{text}" if defaults else text)
        result = run("test", "-c", conf, file, expect=expect)
        assert tap.count() == 0
        return result

    return try_cases


CLAIMS = dict(uri="/", method="GET", http_host="www.example")


def case(**keys):
    lines = "".join(f"{key} = {value}\n" for key, value in {**CLAIMS, **keys}.items())
    return "[case it]\n" + lines


CLIENT = dict(ip="192.0.2.1", expect="allow")
STRANGER = dict(ip="203.0.113.9", expect="deny")

GOOD = [
    dict(CLIENT, reason="rule", hostname="client.example", status=200),
    dict(CLIENT, rule="allow = host client.example"),
    dict(CLIENT, rule="host client.example"),
    dict(CLIENT, rule="doorward.conf:10"),
    dict(ip="192.0.2.2", expect="deny", reason="default", hostname="", rule=""),
    dict(ip="198.51.100.7", expect="allow", rule="forward dyn.example"),
    dict(ip="192.0.2.9", expect="deny", rule="dnsbl dnsbl.example"),
    dict(ip="192.0.2.1", dns_error="192.0.2.1", expect="error", reason="dns_error", status=503),
    dict(ip="192.0.2.1", dns_error="x.example, Client.Example", expect="error"),
    dict(ip="192.0.2.3", dns_error="target.example", expect="error"),
    dict(ip="192.0.2.1", dns_error="*", expect="error"),
    dict(ip="192.0.2.1", dns_error="192.0.2.2", expect="allow"),
    dict(STRANGER, uri="/private/x", method="POST", rule="uri ~ ^/private & method POST"),
    dict(STRANGER, uri="/private/x", method="GET", reason="default"),
    dict(STRANGER, http_host="other.example", rule="http_host other.example"),
    dict(STRANGER, http_host="Other.Example.:443", rule="http_host other.example"),
    dict(STRANGER, uri="//%70rivate/./x", method="POST", reason="bad_input"),
    dict(STRANGER, uri="", method="POST", rule="uri ~ ^/private & method POST", reason="bad_input"),
    dict(STRANGER, policy="amdin", reason="unknown_policy"),
    dict(STRANGER, ip="x", reason="bad_address"),
    dict(ip="192.0.2.77", policy="admin", user_agent="robot", expect="allow"),
    dict(ip="192.0.2.77", policy="admin", expect="deny", status=401),
    dict(ip="192.0.2.77", policy="nobody", expect="deny", reason="unknown_policy"),
    dict(ip="nonsense", expect="deny", reason="bad_address"),
    dict(expect="deny", reason="no_address"),
]


@pytest.mark.parametrize("keys", GOOD)
def test_cases_that_pass(try_cases, keys):
    _, out, errors = try_cases(case(**keys), 0)
    assert out == "TAP version 13\n1..1\nok 1 - it\n# 1 passed, 0 failed\n" and errors == ""


WRONG = [
    (dict(CLIENT, expect="deny"), "# verdict: expected deny, got allow"),
    (dict(CLIENT, reason="default"), "# reason: expected default, got rule"),
    (dict(CLIENT, hostname=""), "# hostname: expected none, got client.example"),
    (dict(CLIENT, hostname="other.example"), "expected other.example, got client.example"),
    (dict(CLIENT, status=403), "# status: expected 403, got 200"),
    (dict(CLIENT, rule="ward.conf:10"), "# rule: expected ward.conf:10, got "),
    (dict(CLIENT, rule="deny = host client.example"), "# rule: expected deny = host"),
    (dict(CLIENT, rule=""), "# rule: expected none, got "),
    (dict(STRANGER, policy="amdin"), "# reason: got unknown_policy, which a case expects by"),
    (dict(STRANGER, ip="192.0.2"), "# reason: got bad_address, which a case expects by"),
    (dict(expect="deny"), "# reason: got no_address, which a case expects by"),
    (dict(STRANGER, rule="doorward.conf:9"), "# rule: expected doorward.conf:9, got none"),
]


@pytest.mark.parametrize("keys, line", WRONG)
def test_cases_that_fail(try_cases, keys, line):
    _, out, _ = try_cases(case(**keys), 1)
    assert "\nnot ok 1 - it\n" in out and line in out and "# 0 passed, 1 failed" in out
    assert "#   Decision     " in out
    assert all(text.startswith(("#", "TAP", "1..", "not ok")) for text in out.splitlines())


def test_one_fails_among_many(try_cases):
    good = case(**CLIENT)
    text = good + good.replace("it", "# two").replace("allow", "deny") + good.replace("it", "last")
    _, out, _ = try_cases(text, 1)
    assert "ok 1 - it\nnot ok 2 - \\# two\n" in out and "\nok 3 - last\n# 2 passed, 1 failed" in out


def test_certificates(try_cases, pki, folder):
    (folder / "alice.pem").write_bytes(pki.alice.file.read_bytes())
    cert = dict(ip="192.0.2.3", cert="alice.pem", dns_error="alias.example")
    try_cases(case(**cert, expect="error"), 0)
    cert.pop("dns_error")
    try_cases(case(**cert, expect="allow", rule="cert.dns .partner.example & host .example"), 0)
    try_cases(case(**cert, verify_status="NONE", expect="deny", reason="cert_unverified"), 0)
    late = "2999-01-01T00:00:00Z"
    try_cases(case(**cert, at=late, expect="deny", reason="cert_expired"), 0)


def test_defaults_and_their_end(try_cases):
    defaults = "zone = names.zone\npolicy = admin\nuser_agent = robot\nexpect = allow\n"
    text = "[case a]\nip = 192.0.2.8\n[case b]\nip = 192.0.2.8\nuser_agent =\nexpect = deny\n"
    try_cases(text, 0, defaults)


def test_without_a_zone_no_client_has_a_name(try_cases, conf):
    try_cases(case(ip="192.0.2.1", expect="deny", reason="default", hostname=""), 0, "")
    conf.write_text("[dns]\nstatic_zone = names.zone\n" + POLICY)
    try_cases(case(**CLIENT), 0, "")


BAD = [
    ("[case a]\nip = 192.0.2.1\n", 1, "expect"),
    ("[case a]\nexpect = alow\n", 2, "did you mean allow?"),
    ("[case a]\nexpect = allow\nreason = defualt\n", 3, "did you mean default?"),
    ("[case a]\nexpect = allow\nuseragent = x\n", 3, "did you mean user_agent?"),
    ("[case a]\nexpect = allow\nexpect = deny\n", 3, "twice"),
    ("[case a]\nexpect = allow\nat = noon\n", 3, "RFC 3339"),
    ("[case a]\nexpect = allow\nstatus = 20\n", 3, "HTTP status"),
    ("[case a]\nexpect = allow\ndns_error = a.example,,\n", 3, "names and addresses"),
    ("[case a]\nexpect = allow\nchain = x\n", 3, "cert beside it"),
    ("[case a]\nexpect = allow\ncert = missing.pem\n", 3, "missing.pem: No such file"),
    ("[case a]\nexpect = allow\nzone = names.zone\n", 3, "[defaults]"),
    ("[case a]\nexpect = allow\n[case a]\nexpect = allow\n", 3, "[case a]"),
    ("[case]\nexpect = allow\n", 1, "[case NAME]"),
    ("[cas a]\nexpect = allow\n", 1, "did you mean case?"),
    ("[defaults]\nzone = missing.zone\n[case a]\nexpect = allow\n", None, "missing.zone"),
    ("ip = 192.0.2.1\n", 1, "[SECTION]"),
    ("", None, "at least one"),
]


@pytest.mark.parametrize("text, line, word", BAD)
def test_bad_cases(try_cases, folder, text, line, word):
    _, out, errors = try_cases(text, 64, "")
    assert out == "" and word in errors
    assert line is None or f"{folder / 'cases.ini'}:{line}:" in errors


def test_one_run_reports_all_mistakes(try_cases, conf):
    conf.write_text("[policy default]\nrdns = perhaps\n")
    _, _, errors = try_cases("[case a]\nexpect = a\nwhat = x\n[case b]\ncert = missing\n", 78, "")
    for word in ["doorward.conf:2", "cases.ini:2", "cases.ini:3", "cases.ini:4", "cases.ini:5"]:
        assert word in errors


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["--what", "a"], ["-c"]])
def test_bad_usage(arguments):
    assert "usage: doorward test" in run("test", *arguments, expect=64)[2]


def test_the_example():
    _, out, _ = run("test", "-c", EXAMPLE / "doorward.conf", EXAMPLE / "cases.ini", expect=0)
    assert "# 6 passed, 0 failed" in out
    run("-t", "-c", EXAMPLE / "doorward.conf", expect=0)


def test_the_example_of_the_manual(folder):
    text = (REPOSITORY / "src" / "man" / "doorward.8").read_text()
    text = text[text.index("; doorward.conf\n") :]
    text = text[: text.index("\n.Ed")]
    names = ["doorward.conf", "names.zone", "cases.ini"]
    starts = [text.index(f"; {name}\n") for name in names]
    for name, start, end in zip(names, starts, starts[1:] + [len(text)]):
        (folder / name).write_text(text[start:end])
    _, out, _ = run("test", "-c", folder / "doorward.conf", folder / "cases.ini", expect=0)
    assert "# 3 passed, 0 failed" in out
