# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Which input is trusted: the client's address, and which peers may send it."""

import fcgi
import pytest

from kit.doorward import configuration, reason, run, summary

POLICY = """
[policy default]
rdns = off
allow = ip 192.0.2.0/24
allow = ip 2001:db8::/32
"""
INSIDE, OUTSIDE, PROXY = "192.0.2.1", "198.51.100.1", "10.0.0.1"


def verdict(reply):
    return reply.status, reason(reply)


ALLOWED, DENIED = (200, "rule"), (403, "default")


@pytest.fixture
def door(doorward):
    return doorward(POLICY, frontend="trusted_proxies = 10.0.0.0/8, 2001:db8:ff::/48")


@pytest.mark.parametrize(
    "address, expected",
    [
        ("192.0.2.1", ALLOWED),
        ("192.0.3.1", DENIED),
        ("2001:db8::1", ALLOWED),
        ("2001:DB8:0:0:0::1", ALLOWED),
        ("2001:db9::1", DENIED),
        ("::ffff:192.0.2.1", ALLOWED),
        ("::ffff:c000:201", ALLOWED),
        ("::ffff:198.51.100.1", DENIED),
        ("fe80::1%eth0", (403, "bad_address")),
        ("2001:db8::1%1", (403, "bad_address")),
        ("192.0.2.01", (403, "bad_address")),
        ("192.0.2", (403, "bad_address")),
        ("3221225985", (403, "bad_address")),
        ("0xc0000201", (403, "bad_address")),
        ("192.0.2.1:80", (403, "bad_address")),
        ("[2001:db8::1]", (403, "bad_address")),
        ("192.0.2.1 ", (403, "bad_address")),
        ("192.0.2.1, 192.0.2.2", (403, "bad_address")),
        ("192.0.2.1\0", (403, "bad_address")),
        ("unix:", (403, "bad_address")),
        ("localhost", (403, "bad_address")),
        ("", (403, "bad_address")),
    ],
)
def test_remote_addr(door, address, expected):
    assert verdict(door.ask(REMOTE_ADDR=address)) == expected


def test_no_address(door):
    assert verdict(door.ask(HTTP_HOST="a.example")) == (403, "no_address")


def test_headers_of_an_untrusted_peer_change_nothing(door, pki):
    """With any identity headers of an untrusted peer, the outcome is that of REMOTE_ADDR."""
    forged = [
        {"HTTP_X_REAL_IP": INSIDE},
        {"HTTP_X_REAL_IP": "nonsense"},
        {"HTTP_X_FORWARDED_FOR": INSIDE},
        {"HTTP_X_FORWARDED_FOR": f"{INSIDE}, {PROXY}"},
        {"HTTP_X_SSL_CLIENT_CERT": pki.alice.escaped},
        {"HTTP_X_SSL_CLIENT_VERIFY": "SUCCESS"},
        {"HTTP_X_SSL_CLIENT_CERT": pki.alice.escaped, "HTTP_X_SSL_CLIENT_VERIFY": "SUCCESS"},
        {"HTTP_DOORWARD_TRUST_HEADERS": "1", "HTTP_X_REAL_IP": INSIDE},
        {"HTTP_DOORWARD_POLICY": "open"},
        {"HTTP_REMOTE_ADDR": INSIDE},
        {"HTTP_X_CLIENT_IP": INSIDE, "HTTP_CLIENT_IP": INSIDE, "HTTP_FORWARDED": f"for={INSIDE}"},
    ]
    for headers in forged:
        assert verdict(door.ask(headers, REMOTE_ADDR=OUTSIDE)) == DENIED, headers
        assert verdict(door.ask(headers, REMOTE_ADDR=INSIDE)) == ALLOWED, headers


def test_the_log_says_what_was_not_trusted_and_how_to_fix_it(door):
    door.ask(REMOTE_ADDR=OUTSIDE, HTTP_X_REAL_IP=INSIDE)
    line = door.decisions()[-1]
    assert "X_REAL_IP" in line["ignored"]
    assert "DOORWARD_TRUST_HEADERS" in line["ignored"] and "trusted_proxies" in line["ignored"]


@pytest.mark.parametrize("value", ["0", "", "yes", "true", "1 ", "11", "01"])
def test_only_the_value_1_trusts(door, value):
    reply = door.ask(REMOTE_ADDR=OUTSIDE, HTTP_X_REAL_IP=INSIDE, DOORWARD_TRUST_HEADERS=value)
    assert verdict(reply) == DENIED


def test_headers_with_the_parameter(door):
    trust = {"REMOTE_ADDR": OUTSIDE, "DOORWARD_TRUST_HEADERS": "1"}
    assert verdict(door.ask(trust, HTTP_X_REAL_IP=INSIDE)) == ALLOWED
    assert verdict(door.ask(trust, HTTP_X_REAL_IP="::ffff:192.0.2.1")) == ALLOWED
    assert verdict(door.ask(trust, HTTP_X_REAL_IP="2001:db9::1")) == DENIED
    assert verdict(door.ask(trust, HTTP_X_REAL_IP="fe80::1%eth0")) == (403, "bad_address")
    assert verdict(door.ask(trust, HTTP_X_REAL_IP="")) == (403, "bad_address")
    assert verdict(door.ask(trust)) == DENIED


def test_headers_with_trust_headers(doorward):
    door = doorward(POLICY, frontend="trust_headers = yes")
    assert verdict(door.ask(REMOTE_ADDR=OUTSIDE, HTTP_X_REAL_IP=INSIDE)) == ALLOWED


def test_headers_from_a_trusted_proxy(door):
    assert verdict(door.ask(REMOTE_ADDR=PROXY, HTTP_X_REAL_IP=INSIDE)) == ALLOWED
    assert verdict(door.ask(REMOTE_ADDR=f"::ffff:{PROXY}", HTTP_X_REAL_IP=INSIDE)) == ALLOWED
    assert verdict(door.ask(REMOTE_ADDR="2001:db8:ff::9", HTTP_X_REAL_IP=OUTSIDE)) == DENIED
    assert verdict(door.ask(REMOTE_ADDR="11.0.0.1", HTTP_X_REAL_IP=INSIDE)) == DENIED
    assert verdict(door.ask(REMOTE_ADDR=PROXY)) == DENIED


def test_without_remote_addr_no_header_is_trusted(door, pki):
    """One forgotten line of the front end's configuration must not let its clients choose."""
    forged = [
        {"HTTP_X_REAL_IP": INSIDE},
        {"HTTP_X_REAL_IP": INSIDE, "HTTP_X_FORWARDED_FOR": INSIDE},
        {"HTTP_X_FORWARDED_FOR": INSIDE},
        {"HTTP_X_REAL_IP": "x"},
        {"HTTP_REMOTE_ADDR": INSIDE, "HTTP_DOORWARD_TRUST_HEADERS": "1"},
        {"DOORWARD_TRUST_HEADERS": "", "HTTP_X_REAL_IP": INSIDE},
        {
            "HTTP_X_REAL_IP": INSIDE,
            "HTTP_X_SSL_CLIENT_CERT": pki.alice.escaped,
            "HTTP_X_SSL_CLIENT_VERIFY": "SUCCESS",
        },
    ]
    for headers in forged:
        assert verdict(door.ask(headers)) == (403, "no_address"), headers
        detail = door.decisions()[-1]["detail"]
        assert "fastcgi_param REMOTE_ADDR $remote_addr" in detail
        assert "DOORWARD_TRUST_HEADERS" in detail


def test_without_remote_addr_with_the_parameter(door):
    trust = {"DOORWARD_TRUST_HEADERS": "1"}
    assert verdict(door.ask(trust, HTTP_X_REAL_IP=INSIDE)) == ALLOWED
    assert verdict(door.ask(trust, HTTP_X_REAL_IP=OUTSIDE)) == DENIED
    assert verdict(door.ask(trust, HTTP_X_REAL_IP="x")) == (403, "bad_address")
    assert verdict(door.ask(trust)) == (403, "no_address")


def test_without_remote_addr_with_trust_headers(doorward):
    door = doorward(POLICY, frontend="trust_headers = yes")
    assert verdict(door.ask(HTTP_X_REAL_IP=INSIDE)) == ALLOWED
    assert verdict(door.ask(HTTP_X_REAL_IP=OUTSIDE)) == DENIED


def test_forwarded_for_only_where_configured(door):
    assert verdict(door.ask(REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR=INSIDE)) == DENIED


@pytest.mark.parametrize(
    "value, expected",
    [
        (INSIDE, ALLOWED),
        (f"{OUTSIDE}, {INSIDE}", ALLOWED),
        (f"{INSIDE}, {OUTSIDE}", DENIED),
        (f"{INSIDE}, 10.9.9.9, 10.1.1.1", ALLOWED),
        (f"{INSIDE},{OUTSIDE},10.1.1.1", DENIED),
        (f"nonsense, {INSIDE}", ALLOWED),  # never looked at
        (f"{INSIDE}, nonsense", (403, "bad_address")),
        (f"{INSIDE}, ", (403, "bad_address")),
        ("", (403, "bad_address")),
        ("10.1.1.1, 10.2.2.2", DENIED),
        (f"{INSIDE}:8080", ALLOWED),
        (f"{INSIDE}:1, {OUTSIDE}:51234", DENIED),
        (f"{INSIDE}:51234, 10.1.1.1:80", ALLOWED),
        ("[2001:db8::1]:443", ALLOWED),
        ("[2001:db8::1]", ALLOWED),
        ("[2001:db9::1]:443", DENIED),
        (f"{INSIDE}:", (403, "bad_address")),
        (f"{INSIDE}:x", (403, "bad_address")),
        (f"{INSIDE}:65536", (403, "bad_address")),
        (f"[{INSIDE}]", (403, "bad_address")),
        (f'"{INSIDE}"', (403, "bad_address")),
        ("[fe80::1%eth0]:443", (403, "bad_address")),
        ("unix:", (403, "bad_address")),
        ([OUTSIDE, INSIDE], ALLOWED),
        ([INSIDE, OUTSIDE], DENIED),
        ([INSIDE, "10.1.1.1", "10.2.2.2"], ALLOWED),
        ([f"{INSIDE}, {OUTSIDE}", "10.1.1.1"], DENIED),
        (["", INSIDE], ALLOWED),
        ([INSIDE, ""], (403, "bad_address")),
        ([INSIDE] * 16, ALLOWED),
        ([INSIDE] * 17, (403, "bad_input")),
    ],
)
def test_forwarded_for_is_read_from_the_right(doorward, value, expected):
    door = doorward(POLICY, frontend="trusted_proxies = 10.0.0.0/8\nforwarded_for = yes")
    lines = [("HTTP_X_FORWARDED_FOR", value)]
    assert verdict(door.ask([("REMOTE_ADDR", PROXY)] + lines)) == expected
    stranger = DENIED if expected[1] != "bad_input" else expected
    assert verdict(door.ask([("REMOTE_ADDR", OUTSIDE)] + lines)) == stranger


@pytest.mark.parametrize(
    "real_ip, forwarded, expected",
    [
        (INSIDE, "203.0.113.9", (403, "duplicate_input")),
        ("203.0.113.9", INSIDE, (403, "duplicate_input")),
        (INSIDE, ["203.0.113.9", INSIDE], ALLOWED),
        (INSIDE, [INSIDE, "203.0.113.9"], (403, "duplicate_input")),
        (INSIDE, f"203.0.113.9, {INSIDE}:1, 10.1.1.1", ALLOWED),
        (f"::ffff:{INSIDE}", INSIDE, ALLOWED),
        (INSIDE, "nonsense", (403, "bad_address")),
        ("nonsense", INSIDE, (403, "bad_address")),
        (INSIDE, "", (403, "bad_address")),
        ("", INSIDE, (403, "bad_address")),
    ],
)
def test_two_headers_that_name_two_clients(doorward, real_ip, forwarded, expected):
    """A load balancer appends to one of them, and passes on the client's own other one."""
    door = doorward(POLICY, frontend="trusted_proxies = 10.0.0.0/8\nforwarded_for = yes")
    both = [("HTTP_X_REAL_IP", real_ip), ("HTTP_X_FORWARDED_FOR", forwarded)]
    assert verdict(door.ask([("REMOTE_ADDR", PROXY)] + both)) == expected
    if expected[1] == "duplicate_input":
        detail = door.decisions()[-1]["detail"]
        for word in ["HTTP_X_REAL_IP", "HTTP_X_FORWARDED_FOR", INSIDE, "203.0.113.9", "address ="]:
            assert word in detail


NAMED = [
    # address, X-Real-IP, X-Forwarded-For, the proxy's verdict
    ("X-Forwarded-For", INSIDE, OUTSIDE, DENIED),
    ("X-Forwarded-For", OUTSIDE, INSIDE, ALLOWED),
    ("X-Forwarded-For", "nonsense", INSIDE, ALLOWED),
    ("X-Forwarded-For", INSIDE, None, (403, "no_address")),
    ("X-Real-IP", INSIDE, OUTSIDE, ALLOWED),
    ("X-Real-IP", OUTSIDE, INSIDE, DENIED),
    ("X-Real-IP", None, INSIDE, (403, "no_address")),
    ("REMOTE_ADDR", INSIDE, INSIDE, DENIED),
]


@pytest.mark.parametrize("source, real_ip, forwarded, expected", NAMED)
def test_one_source_by_name(doorward, source, real_ip, forwarded, expected):
    door = doorward(POLICY, frontend=f"trusted_proxies = 10.0.0.0/8\naddress = {source}")
    given = {"HTTP_X_REAL_IP": real_ip, "HTTP_X_FORWARDED_FOR": forwarded}
    headers = {name: value for name, value in given.items() if value is not None}
    assert verdict(door.ask(headers, REMOTE_ADDR=PROXY)) == expected
    if expected[1] == "no_address":
        detail = door.decisions()[-1]["detail"]
        assert source.upper().replace("-", "_") in detail and "[frontend] address" in detail
    # Headers of an untrusted peer give no address, with any configured source.
    assert verdict(door.ask(headers, REMOTE_ADDR=OUTSIDE)) == DENIED
    assert verdict(door.ask(headers, REMOTE_ADDR=INSIDE)) == ALLOWED
    assert verdict(door.ask(headers)) == (403, "no_address")


@pytest.mark.parametrize("source", ["X-Real-IP", "X-Forwarded-For", "REMOTE_ADDR"])
@pytest.mark.parametrize("trust", ["no", "yes"])
def test_check_gives_the_address_whatever_its_source(tmp_path, source, trust):
    conf = tmp_path / "doorward.conf"
    frontend = f"address = {source}\ntrust_headers = {trust}"
    conf.write_text(configuration(POLICY, frontend=frontend))
    for address, code in [(INSIDE, 0), ("2001:db8::1", 0), (OUTSIDE, 1)]:
        assert address in run("check", "-c", conf, "--ip", address, expect=code)[1]


@pytest.mark.parametrize(
    "params, words",
    [
        ({"REMOTE_ADDR": "unix:"}, ["REMOTE_ADDR", "unix:"]),
        ({"REMOTE_ADDR": ""}, ["REMOTE_ADDR"]),
        ({"REMOTE_ADDR": "fe80::1%eth0"}, ["REMOTE_ADDR", "fe80::1%eth0"]),
        ({"REMOTE_ADDR": PROXY, "HTTP_X_REAL_IP": "a\x1b[2J"}, ["HTTP_X_REAL_IP", "u001b[2J"]),
        ({"REMOTE_ADDR": PROXY, "HTTP_X_REAL_IP": "9" * 500}, ["HTTP_X_REAL_IP", "9" * 64]),
        (
            {"REMOTE_ADDR": PROXY, "HTTP_X_FORWARDED_FOR": f"{INSIDE}, _hidden"},
            ["HTTP_X_FORWARDED_FOR", "_hidden"],
        ),
    ],
)
def test_a_bad_address_is_logged(doorward, params, words):
    door = doorward(POLICY, frontend="trusted_proxies = 10.0.0.0/8\nforwarded_for = yes")
    assert verdict(door.ask(params)) == (403, "bad_address")
    detail = door.decisions()[-1]["detail"]
    assert all(word in detail for word in words)
    assert len(detail) < 200 and "\x1b" not in detail


@pytest.mark.parametrize(
    "frontend, params, said",
    [
        ("trusted_proxies = 10.0.0.0/8", {"REMOTE_ADDR": PROXY}, "forwarded_for = yes"),
        ("", {"REMOTE_ADDR": PROXY}, "forwarded_for = yes"),
        ("trust_headers = yes", {}, "forwarded_for = yes"),
        ("trust_headers = yes", {"HTTP_X_REAL_IP": INSIDE}, None),
        ("trusted_proxies = 10.0.0.0/8\naddress = REMOTE_ADDR", {"REMOTE_ADDR": PROXY}, None),
        ("trusted_proxies = 10.0.0.0/8\nforwarded_for = yes", {"REMOTE_ADDR": PROXY}, None),
    ],
)
def test_a_forwarded_for_that_is_not_read_is_logged(doorward, frontend, params, said):
    door = doorward(POLICY, frontend=frontend)
    door.ask(params, HTTP_X_FORWARDED_FOR=INSIDE)
    ignored = door.decisions()[-1].get("ignored")
    if said is None:
        assert ignored is None
    else:
        assert ignored.startswith("HTTP_X_FORWARDED_FOR: not ") and said in ignored


@pytest.mark.parametrize(
    "name",
    [
        "REMOTE_ADDR",
        "DOORWARD_POLICY",
        "DOORWARD_TRUST_HEADERS",
        "SSL_CLIENT_CERT",
        "SSL_CLIENT_VERIFY",
        "HTTP_X_REAL_IP",
        "HTTP_X_SSL_CLIENT_CERT",
        "HTTP_X_SSL_CLIENT_VERIFY",
    ],
)
@pytest.mark.parametrize("twice", [["a", "b"], ["a", "a"], ["", "a"]])
def test_identity_that_comes_twice_is_denied(door, name, twice):
    params = [("REMOTE_ADDR", INSIDE)] if name != "REMOTE_ADDR" else []
    reply = door.ask(params + [(name, twice)])
    assert verdict(reply) == (403, "duplicate_input")
    assert summary(reply)[2] is None


def test_forwarded_for_twice_over_an_authorizer(doorward):
    """lighttpd joins lines, and also joins X_Forwarded_For from the client, under the same name."""
    door = doorward(POLICY, frontend="trusted_proxies = 10.0.0.0/8\nforwarded_for = yes")
    twice = [("REMOTE_ADDR", PROXY), ("HTTP_X_FORWARDED_FOR", [OUTSIDE, INSIDE])]
    reply = door.ask(twice, role=fcgi.AUTHORIZER)
    assert reply.status == 403
    line = door.decisions()[-1]
    assert (line["reason"], line["detail"]) == ("duplicate_input", "HTTP_X_FORWARDED_FOR")


def test_policy_by_name(doorward):
    door = doorward(
        """
        [policy default]
        rdns = off
        [policy open]
        rdns = off
        allow = *
        [policy teapot]
        rdns = off
        deny_status = 401
        """.replace("        ", "")
    )
    client = {"REMOTE_ADDR": INSIDE}
    assert verdict(door.ask(client)) == DENIED
    assert verdict(door.ask(client, DOORWARD_POLICY="default")) == DENIED
    reply = door.ask(client, DOORWARD_POLICY="open")
    assert verdict(reply) == ALLOWED
    assert reply.header("X-Doorward-Policy") == "open"
    assert verdict(door.ask(client, DOORWARD_POLICY="teapot")) == (401, "default")
    for unknown in ["", "Open", "open ", "nobody", "server", "../open", "open\0"]:
        assert verdict(door.ask(client, DOORWARD_POLICY=unknown)) == (403, "unknown_policy")


def test_no_default_policy(doorward):
    door = doorward("[policy other]\nrdns = off\nallow = *\n")
    assert verdict(door.ask(REMOTE_ADDR=INSIDE)) == (403, "unknown_policy")
    assert verdict(door.ask(REMOTE_ADDR=INSIDE, DOORWARD_POLICY="other")) == ALLOWED


def test_a_clients_content_length_is_never_trusted(door):
    for value in ["5", "-1", "99999999999999999999", "x", ""]:
        assert verdict(door.ask(REMOTE_ADDR=INSIDE, CONTENT_LENGTH=value)) == ALLOWED


CERT_P, WORD_P = "SSL_CLIENT_CERT", "SSL_CLIENT_VERIFY"
CERT_H, WORD_H = "HTTP_X_SSL_CLIENT_CERT", "HTTP_X_SSL_CLIENT_VERIFY"
WITH_CERT = "[policy default]\nrdns = off\nclient_cert = required\nallow = cert verified\n"


@pytest.mark.parametrize(
    "given, expected, words",
    [
        # The inputs: P and H are certificates, S is SUCCESS.
        ({CERT_P: "P", WORD_P: "S"}, "rule", []),
        ({CERT_H: "H", WORD_H: "S"}, "rule", []),
        ({CERT_H: "H", WORD_H: "S", WORD_P: "NONE"}, "rule", []),
        ({CERT_H: "H", WORD_P: "S"}, "cert_unverified", [WORD_H, "did not come", WORD_P]),
        ({CERT_P: "P", WORD_H: "S"}, "cert_unverified", [WORD_P, "did not come", WORD_H]),
        ({CERT_P: "P", WORD_P: "", WORD_H: "S"}, "cert_unverified", [WORD_P, "is empty"]),
        ({CERT_P: "P", WORD_P: "NONE"}, "cert_unverified", [WORD_P, '"NONE"', CERT_P, "own text"]),
        ({CERT_P: "P", WORD_P: "FAILED:a\x1b"}, "cert_unverified", ["FAILED:a", "u001b"]),
        ({CERT_P: "P"}, "cert_unverified", [WORD_P, "fastcgi_param SSL_CLIENT_VERIFY"]),
        ({WORD_P: "FAILED:x"}, "cert_unverified", [WORD_P, "FAILED:x"]),
        ({WORD_P: "S"}, "cert_missing", [CERT_P, "did not come", '"SUCCESS"', "fastcgi_param"]),
        ({CERT_P: "", WORD_P: "NONE"}, "cert_missing", ["is empty", '"NONE"', "ssl_verify_client"]),
        ({CERT_P: "", WORD_P: ""}, "cert_missing", [CERT_P, WORD_P, "ssl_verify_client"]),
        ({}, "cert_missing", [CERT_P, WORD_P, "did not come", "ssl_verify_client"]),
        ({CERT_P: "", CERT_H: "H", WORD_P: "S", WORD_H: "S"}, "cert_missing", [CERT_P]),
    ],
)
def test_certificate_and_verdict_of_one_kind(doorward, pki, given, expected, words):
    door = doorward(WITH_CERT, frontend="trust_headers = yes")
    texts = {"P": pki.alice.pem, "H": pki.alice.escaped, "S": "SUCCESS"}
    params = {name: texts.get(value, value) for name, value in given.items()}
    assert reason(door.ask(params, REMOTE_ADDR=INSIDE)) == expected
    detail = door.decisions()[-1].get("detail", "")
    assert all(word in detail for word in words), detail
    assert "cut" not in door.decisions()[-1] and "\x1b" not in detail


def test_a_certificate_that_is_not_trusted_is_logged(doorward, pki):
    door = doorward(WITH_CERT)
    forged = {CERT_H: pki.alice.escaped, WORD_H: "SUCCESS"}
    assert reason(door.ask(forged, REMOTE_ADDR=INSIDE)) == "cert_missing"
    line = door.decisions()[-1]
    assert CERT_H in line["detail"] and "not believed" in line["detail"]
    assert line["ignored"].startswith(CERT_H)


@pytest.mark.parametrize(
    "subject, issuer, expected",
    [
        (None, None, "rule"),
        ("CN=alice,O=Acme", "CN=doors", "rule"),
        ("cn=alice, o=Acme", "CN=doors", "rule"),
        ("CN=bob,O=Acme", "CN=doors", "cert_unverified"),
        ("", "CN=doors", "cert_unverified"),
        ("CN=alice,O=Acme", "CN=another", "cert_unverified"),
        # The controller sends both, but for an empty one.
        (None, "CN=doors", "cert_unverified"),
        ("CN=alice,O=Acme", None, "cert_unverified"),
    ],
)
@pytest.mark.parametrize("verify", ["frontend", "local"])
def test_the_verdict_is_about_the_certificate_that_came(
    doorward, pki, verify, subject, issuer, expected
):
    """ingress-nginx sends the subject of the certificate that it verified, and may pass on another
    certificate."""
    policy = WITH_CERT + f"verify = {verify}\nca_file = {pki.authority.file}\n"
    door = doorward(policy, frontend="profile = ingress-nginx\ntrusted_proxies = 10.0.0.0/8")
    sent = {
        "HTTP_SSL_CLIENT_CERT": pki.alice.escaped,
        "HTTP_SSL_CLIENT_VERIFY": "SUCCESS",
        "HTTP_SSL_CLIENT_SUBJECT_DN": subject,
        "HTTP_SSL_CLIENT_ISSUER_DN": issuer,
    }
    given = {name: value for name, value in sent.items() if value is not None}
    assert reason(door.ask(given, REMOTE_ADDR=PROXY, HTTP_X_REAL_IP=INSIDE)) == expected


def test_a_long_detail_keeps_its_remedy(doorward, pki):
    door = doorward(WITH_CERT, frontend="profile = ingress-nginx\ntrusted_proxies = 10.0.0.0/8")
    sent = {
        "HTTP_SSL_CLIENT_CERT": pki.alice.escaped,
        "HTTP_SSL_CLIENT_VERIFY": "SUCCESS",
        "HTTP_SSL_CLIENT_SUBJECT_DN": f"CN={'s' * 500}",
        "HTTP_SSL_CLIENT_ISSUER_DN": f"CN={'i' * 500}",
    }
    assert reason(door.ask(sent, REMOTE_ADDR=PROXY, HTTP_X_REAL_IP=INSIDE)) == "cert_unverified"
    detail = door.decisions()[-1]["detail"]
    assert detail.endswith("(or, for auth-url, auth-proxy-set-headers)")
    assert len(detail) < 768
