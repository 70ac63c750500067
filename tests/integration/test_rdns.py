# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Forward-confirmed reverse DNS against a real NSD (RFC 8499, RFC 2317)."""

import pytest

import fcgi
from kit.doorward import hostname, reason, summary
from kit.names import reverse

ANYONE_NAMED = "[policy default]\nallow = host ~ .\n"


def rdns(reply):
    return reply.header("X-Client-Rdns")


@pytest.mark.parametrize(
    "address, result, name",
    [
        ("192.0.2.1", "verified", "client.example"),
        ("::ffff:192.0.2.1", "verified", "client.example"),
        ("2001:db8::1", "verified", "client.example"),
        ("198.51.100.10", "verified", "alias.example"),  # CNAMEs in both directions
        ("192.0.2.9", "verified", "mixed.example"),  # lower-cased, no final dot
        ("192.0.2.12", "verified", "_spf.under.example"),
        ("192.0.2.2", "mismatch", None),  # forged
        ("2001:db8::2", "mismatch", None),  # forged
        ("2001:db8::3", "mismatch", None),  # the name has only an address of the other family
        ("192.0.2.15", "mismatch", None),  # CNAME loop
        ("192.0.2.17", "mismatch", None),  # the name does not exist
        ("192.0.2.4", "none", None),  # NXDOMAIN
        ("192.0.2.5", "none", None),  # NODATA
        ("2001:db8::4", "none", None),
        ("203.0.113.5", "error", None),  # SERVFAIL for the PTR
        ("192.0.2.8", "error", None),  # SERVFAIL for the name
        ("198.18.0.1", "error", None),  # REFUSED: the server does not have the zone
    ],
)
def test_results(doorward, nsd, address, result, name):
    door = doorward(ANYONE_NAMED, server_of_names=nsd)
    reply = door.ask(REMOTE_ADDR=address)
    assert (rdns(reply), hostname(reply)) == (result, name)
    if result == "verified":
        assert (reply.status, reason(reply)) == (200, "rule")
    else:
        assert (reply.status, reason(reply)) == (
            403,
            "dns_error" if result == "error" else "default",
        )
    assert door.decisions()[-1]["rdns"] == result


@pytest.mark.parametrize("address", ["192.0.2.6", "192.0.2.7", "192.0.2.18"])
def test_names_that_are_no_host_names_cost_no_forward_lookup(doorward, tap, address):
    door = doorward(ANYONE_NAMED, server_of_names=tap)
    reply = door.ask(REMOTE_ADDR=address)
    assert rdns(reply) in ("mismatch", "none")
    assert (reply.status, reason(reply), hostname(reply)) == (403, "default", None)
    assert tap.counted(reverse(address), "PTR") == tap.count() == 1


def test_the_confirmed_name_is_not_the_name_in_the_rule(doorward, nsd):
    """Two PTRs: honest.example is confirmed, admin.example is the name in the rule."""
    door = doorward("[policy default]\nallow = host admin.example\n", server_of_names=nsd)
    assert summary(door.ask(REMOTE_ADDR="192.0.2.3")) == (403, "default", "honest.example")
    door.stop()


def test_a_confirmed_name_among_others_is_enough(doorward, nsd):
    door = doorward("[policy default]\nallow = host .example\n", server_of_names=nsd)
    assert summary(door.ask(REMOTE_ADDR="192.0.2.3")) == (200, "rule", "honest.example")


def test_the_matched_name_is_in_the_response(doorward, nsd):
    door = doorward(
        "[policy default]\nallow = host b.two.example\n[policy any]\nallow = *\n",
        server_of_names=nsd,
    )
    assert hostname(door.ask(REMOTE_ADDR="192.0.2.16")) == "b.two.example"
    assert hostname(door.ask(REMOTE_ADDR="192.0.2.16", DOORWARD_POLICY="any")) == "a.two.example"


def test_forged_pointers_never_name_a_client(doorward, nsd):
    """Neither in the response nor for a rule, neither in an allow nor in a deny."""
    door = doorward(
        """
[policy default]
allow = host client.example
[policy negated]
allow = !host client.example
[policy open]
allow = *
""",
        server_of_names=nsd,
    )
    for address in ["192.0.2.2", "2001:db8::2"]:
        client = {"REMOTE_ADDR": address}
        assert summary(door.ask(client)) == (403, "default", None)
        assert summary(door.ask(client, DOORWARD_POLICY="negated")) == (200, "rule", None)
        assert summary(door.ask(client, DOORWARD_POLICY="open")) == (200, "rule", None)
    assert "client.example" not in str([d.get("hostname") for d in door.decisions()])


def test_single_uses_the_ptr_and_says_so(doorward, tap):
    door = doorward(
        "[policy default]\nrdns = single\nallow = host client.example\n"
        "[policy on]\nrdns = on\nallow = host client.example\n",
        server_of_names=tap,
    )
    reply = door.ask(REMOTE_ADDR="192.0.2.2")
    assert summary(reply) == (200, "rule", "client.example")
    assert rdns(reply) == "unverified"
    assert tap.count() == 1
    assert rdns(door.ask(REMOTE_ADDR="192.0.2.2", DOORWARD_POLICY="on")) == "unverified"


def test_single_and_double_do_not_share_results(doorward, nsd):
    door = doorward(
        "[policy default]\nallow = host client.example\n"
        "[policy single]\nrdns = single\nallow = host client.example\n",
        server_of_names=nsd,
    )
    for _ in range(2):
        forged = {"REMOTE_ADDR": "192.0.2.2"}
        assert summary(door.ask(forged, DOORWARD_POLICY="single"))[0] == 200
        assert summary(door.ask(forged)) == (403, "default", None)


def test_off_sends_no_query(doorward, tap):
    door = doorward("[policy default]\nrdns = off\nallow = *\n", server_of_names=tap)
    reply = door.ask(REMOTE_ADDR="192.0.2.1")
    assert (summary(reply), rdns(reply)) == ((200, "rule", None), "off")
    assert tap.count() == 0


CRAWLERS = """
[policy default]
default = allow
rdns_when = needed
deny = user_agent ~ googlebot & !host .googlebot.com & !host .google.com
"""
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def test_crawlers(doorward, tap):
    door = doorward(CRAWLERS, server_of_names=tap)
    claim = {"HTTP_USER_AGENT": GOOGLEBOT}
    assert summary(door.ask(claim, REMOTE_ADDR="66.249.66.1")) == (
        200,
        "default",
        "crawl-66-249-66-1.googlebot.com",
    )
    assert summary(door.ask(claim, REMOTE_ADDR="192.0.2.13")) == (403, "rule", None)  # forged PTR
    assert summary(door.ask(claim, REMOTE_ADDR="192.0.2.4")) == (403, "rule", None)  # no name at all
    # A name that only has the same last characters.
    assert summary(door.ask(claim, REMOTE_ADDR="192.0.2.14"))[:2] == (403, "rule")


def test_rdns_when_needed_costs_other_clients_no_query(doorward, tap):
    door = doorward(CRAWLERS, server_of_names=tap)
    for agent in ["curl/7.88.1", "", None]:
        params = {} if agent is None else {"HTTP_USER_AGENT": agent}
        reply = door.ask(params, REMOTE_ADDR="192.0.2.1")
        assert (summary(reply), rdns(reply)) == ((200, "default", None), "off")
    assert tap.count() == 0


def test_rdns_when_always_looks_up_for_the_response(doorward, tap):
    door = doorward("[policy default]\nallow = ip 192.0.2.1\n", server_of_names=tap)
    assert summary(door.ask(REMOTE_ADDR="192.0.2.1")) == (200, "rule", "client.example")
    assert tap.count() == 2


def test_answers_are_cached_for_the_smallest_ttl(doorward, tap):
    door = doorward(ANYONE_NAMED + "max_cache = 1h\n", server_of_names=tap)
    for address, ttl in [("192.0.2.11", 60), ("2001:db8::11", 60), ("192.0.2.1", 300)]:
        age = int(door.ask(REMOTE_ADDR=address).header("X-Accel-Expires"))
        assert ttl - 20 <= age <= ttl
    asked = tap.count()
    for address in ["192.0.2.11", "2001:db8::11", "192.0.2.1"]:
        reply = door.ask(REMOTE_ADDR=address)
        assert reply.status == 200
        assert reply.header("Cache-Control") == f"max-age={reply.header('X-Accel-Expires')}"
    assert tap.count() == asked


def test_denials_are_valid_for_a_time_too(doorward, tap):
    door = doorward(
        ANYONE_NAMED + "max_cache = 1h\n", dns="case_randomization = no", server_of_names=tap
    )
    for address in ["192.0.2.2", "192.0.2.4"]:
        first, second = (door.ask(REMOTE_ADDR=address) for _ in range(2))
        assert first.status == second.status == 403
        assert 0 < int(first.header("X-Accel-Expires")) <= 300
    assert tap.counted(reverse("192.0.2.2")) == tap.counted(reverse("192.0.2.4")) == 1


def test_max_cache_limits_the_ttl(doorward, nsd):
    door = doorward(ANYONE_NAMED + "max_cache = 7s\n", server_of_names=nsd)
    assert door.ask(REMOTE_ADDR="192.0.2.1").header("X-Accel-Expires") == "7"


def test_the_same_query_is_sent_once(doorward, tap):
    """Requests that wait for the same answer are joined."""
    door = doorward(ANYONE_NAMED, server="threads = 1", server_of_names=tap)
    tap.hold(reverse("192.0.2.1"))
    with door.connection() as one, door.connection() as two:
        for connection in (one, two):
            connection.send(fcgi.request_bytes({"REMOTE_ADDR": "192.0.2.1"}))
        tap.wait_for_query(reverse("192.0.2.1"))
        tap.release()
        assert one.read_reply().status == two.read_reply().status == 200
    assert tap.counted("client.example", "A") == 1


def test_static_zone_answers_first(doorward, tap, folder):
    (folder / "names.zone").write_text(
        """
$TTL 600
2.0.192.in-addr.arpa.    SOA ns.example. host.example. 1 3600 600 86400 60
1.2.0.192.in-addr.arpa.  PTR elsewhere.example.
elsewhere.example.       A   192.0.2.1
"""
    )
    door = doorward(
        ANYONE_NAMED, dns=f"static_zone = {folder}/names.zone", server_of_names=tap
    )
    assert hostname(door.ask(REMOTE_ADDR="192.0.2.1")) == "elsewhere.example"
    # Below a name with an SOA: a name that is not in the file does not exist.
    assert rdns(door.ask(REMOTE_ADDR="192.0.2.9")) == "none"
    assert tap.count() == 0
    # Other names are looked up on the servers.
    assert hostname(door.ask(REMOTE_ADDR="2001:db8::1")) == "client.example"


def test_private_addresses_are_not_looked_up(doorward, tap):
    door = doorward(ANYONE_NAMED, dns="private_ptr = no", server_of_names=tap)
    for address in ["127.0.0.1", "10.1.2.3", "192.168.1.1", "fe80::1", "::1", "fd00::1"]:
        assert door.ask(REMOTE_ADDR=address).status == 403
    assert tap.count() == 0
