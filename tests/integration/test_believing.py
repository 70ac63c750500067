# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Which input is believed: the client's address, and who may say it."""

import pytest

from kit.doorward import reason, summary

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


def test_strangers_headers_change_nothing(door, pki):
    """Whatever a stranger puts into identity headers, the outcome is that of REMOTE_ADDR."""
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


def test_the_log_says_what_was_not_believed_and_what_would_fix_it(door):
    door.ask(REMOTE_ADDR=OUTSIDE, HTTP_X_REAL_IP=INSIDE)
    line = door.decisions()[-1]
    assert "X_REAL_IP" in line["ignored"]
    assert "DOORWARD_TRUST_HEADERS" in line["ignored"] and "trusted_proxies" in line["ignored"]


@pytest.mark.parametrize("value", ["0", "", "yes", "true", "1 ", "11", "01"])
def test_only_1_trusts(door, value):
    reply = door.ask(REMOTE_ADDR=OUTSIDE, HTTP_X_REAL_IP=INSIDE, DOORWARD_TRUST_HEADERS=value)
    assert verdict(reply) == DENIED


def test_headers_of_a_front_end_that_says_so(door):
    trust = {"REMOTE_ADDR": OUTSIDE, "DOORWARD_TRUST_HEADERS": "1"}
    assert verdict(door.ask(trust, HTTP_X_REAL_IP=INSIDE)) == ALLOWED
    assert verdict(door.ask(trust, HTTP_X_REAL_IP="::ffff:192.0.2.1")) == ALLOWED
    assert verdict(door.ask(trust, HTTP_X_REAL_IP="2001:db9::1")) == DENIED
    assert verdict(door.ask(trust, HTTP_X_REAL_IP="fe80::1%eth0")) == (403, "bad_address")
    assert verdict(door.ask(trust, HTTP_X_REAL_IP="")) == (403, "bad_address")
    assert verdict(door.ask(trust)) == DENIED


def test_headers_where_the_configuration_says_so(doorward):
    door = doorward(POLICY, frontend="trust_headers = yes")
    assert verdict(door.ask(REMOTE_ADDR=OUTSIDE, HTTP_X_REAL_IP=INSIDE)) == ALLOWED


def test_headers_from_a_trusted_proxy(door):
    assert verdict(door.ask(REMOTE_ADDR=PROXY, HTTP_X_REAL_IP=INSIDE)) == ALLOWED
    assert verdict(door.ask(REMOTE_ADDR=f"::ffff:{PROXY}", HTTP_X_REAL_IP=INSIDE)) == ALLOWED
    assert verdict(door.ask(REMOTE_ADDR="2001:db8:ff::9", HTTP_X_REAL_IP=OUTSIDE)) == DENIED
    assert verdict(door.ask(REMOTE_ADDR="11.0.0.1", HTTP_X_REAL_IP=INSIDE)) == DENIED
    assert verdict(door.ask(REMOTE_ADDR=PROXY)) == DENIED


def test_headers_without_remote_addr(door):
    assert verdict(door.ask(HTTP_X_REAL_IP=INSIDE)) == ALLOWED
    assert verdict(door.ask(HTTP_X_REAL_IP=OUTSIDE)) == DENIED
    assert verdict(door.ask(HTTP_X_REAL_IP="x")) == (403, "bad_address")


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
        (f"{INSIDE}:8080", (403, "bad_address")),
    ],
)
def test_forwarded_for_is_read_from_the_right(doorward, value, expected):
    door = doorward(POLICY, frontend="trusted_proxies = 10.0.0.0/8\nforwarded_for = yes")
    assert verdict(door.ask(REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR=value)) == expected
    assert verdict(door.ask(REMOTE_ADDR=OUTSIDE, HTTP_X_FORWARDED_FOR=value)) == DENIED


def test_real_ip_goes_before_forwarded_for(doorward):
    door = doorward(POLICY, frontend="trusted_proxies = 10.0.0.0/8\nforwarded_for = yes")
    both = {"HTTP_X_REAL_IP": OUTSIDE, "HTTP_X_FORWARDED_FOR": INSIDE}
    assert verdict(door.ask(both, REMOTE_ADDR=PROXY)) == DENIED


@pytest.mark.parametrize(
    "name",
    [
        "REMOTE_ADDR",
        "DOORWARD_POLICY",
        "DOORWARD_TRUST_HEADERS",
        "SSL_CLIENT_CERT",
        "SSL_CLIENT_VERIFY",
        "HTTP_X_REAL_IP",
        "HTTP_X_FORWARDED_FOR",
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


def test_a_clients_content_length_is_never_believed(door):
    for value in ["5", "-1", "99999999999999999999", "x", ""]:
        assert verdict(door.ask(REMOTE_ADDR=INSIDE, CONTENT_LENGTH=value)) == ALLOWED
