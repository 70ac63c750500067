# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""`forward` and `dnsbl` rules against a real NSD: dynamic names, and lists (RFC 5782)."""

import json
import shutil
import tempfile
from pathlib import Path

import pytest

import fcgi
from kit import names
from kit.doorward import hostname, reason, run, summary
from kit.names import REFUSED, SERVFAIL, reverse
from kit.process import wait_for

ZONES = {
    "dyn.example": """
home    60   A 192.0.2.1
home    60   A 10.0.0.1
home    90   AAAA 2001:db8::1
alias   30   CNAME home
loop         CNAME pool
pool         CNAME loop
four         A 192.0.2.4
noaddr       TXT "a name without an address"
""",
    "bl.example": """
1.2.0.192    60 A 127.0.0.2
2.2.0.192       A 127.0.0.4
2.2.0.192       A 127.0.0.10
3.2.0.192       A 127.255.255.254     ; "your resolver is refused"
4.2.0.192       A 203.0.113.80        ; no list answers so
5.2.0.192       TXT "not listed, only talked about"
6.2.0.192       CNAME listed
listed          A 127.0.0.2
9.2.0.192       A 127.0.0.1
10.2.0.192      A 127.0.0.255
7.2.0.192       A 127.0.0.2
7.2.0.192       A 127.255.255.252
2.0.0.127       A 127.0.0.2
11.2.0.192      A 127.0.0.11
11.2.0.192      TXT "https://bl.example/ " "192.0.2.11 \\027[31m"
12.2.0.192      A 127.0.0.11
12.2.0.192      A 127.0.0.4
13.2.0.192      A 127.0.0.250         ; what this list says to a resolver that asks too often
14.2.0.192      A 127.0.0.250
14.2.0.192      A 127.0.0.2
1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2 A 127.0.0.3
""",
    # A zone whose domain has expired.
    "expired.example": "* A 203.0.113.80\n",
    "empty.example": "x TXT x\n",
    "example": "client A 192.0.2.1\n",
    "2.0.192.in-addr.arpa": "1 PTR client.example.\n",
}
LISTED6 = "1." + "0." * 23 + "8.b.d.0.1.0.0.2.bl.example"
QUICK = "timeout = 100ms\nattempts = 2\nlookup_timeout = 500ms"


@pytest.fixture(scope="module")
def nsd():
    folder = Path(tempfile.mkdtemp(prefix="doorward-"))
    folder.chmod(0o755)
    server = names.Nsd(folder, ZONES, ["broken.example"])
    yield server
    server.close()
    shutil.rmtree(folder)


def only(rule, more=""):
    return f"[policy default]\nrdns = off\nmax_cache = 1h\n{more}{rule}\n"


def assert_truth(door, address, truth, *, if_true, if_false):
    """What the default policy does, and the policy "negated", which allows by the term's negation."""
    outcomes = {True: if_true, False: if_false, None: (403, "dns_error")}
    assert summary(door.ask(REMOTE_ADDR=address)) == (*outcomes[truth], None)
    outcomes.update({True: (403, "default"), False: (200, "rule")})
    negated = door.ask(REMOTE_ADDR=address, DOORWARD_POLICY="negated")
    assert summary(negated) == (*outcomes[truth], None)


def age(reply):
    return int(reply.header("X-Accel-Expires"))


@pytest.mark.parametrize(
    "name, address, result",
    [
        ("home.dyn.example", "192.0.2.1", True),
        ("home.dyn.example", "::ffff:192.0.2.1", True),
        ("home.dyn.example", "10.0.0.1", True),
        ("HOME.dyn.Example.", "192.0.2.1", True),
        ("home.dyn.example", "2001:db8::1", True),
        ("home.dyn.example", "192.0.2.2", False),
        ("home.dyn.example", "2001:db8::2", False),
        ("alias.dyn.example", "192.0.2.1", True),
        ("alias.dyn.example", "192.0.2.2", False),
        ("four.dyn.example", "2001:db8::1", False),  # NODATA in the client's family
        ("noaddr.dyn.example", "192.0.2.1", False),  # NODATA
        ("nowhere.dyn.example", "192.0.2.1", False),  # NXDOMAIN
        ("loop.dyn.example", "192.0.2.1", False),
        ("host.broken.example", "192.0.2.1", None),  # SERVFAIL
        ("host.elsewhere.test", "192.0.2.1", None),  # REFUSED
    ],
)
def test_forward(doorward, nsd, name, address, result):
    door = doorward(
        only(f"allow = forward {name}")
        + f"[policy negated]\nrdns = off\nallow = !forward {name}\n",
        server_of_names=nsd,
    )
    assert_truth(door, address, result, if_true=(200, "rule"), if_false=(403, "default"))


@pytest.mark.parametrize(
    "zone, address, result",
    [
        ("bl.example", "192.0.2.1", True),
        ("BL.example.", "::ffff:192.0.2.1", True),
        ("bl.example", "192.0.2.2", True),  # several answers
        ("bl.example", "192.0.2.3", None),  # an error code
        ("bl.example", "192.0.2.7", None),  # also beside others
        ("bl.example", "192.0.2.4", None),  # outside 127.0.0.0/8
        ("bl.example", "192.0.2.9", None),  # the answer of a resolver that blocks the list
        ("bl.example", "192.0.2.10", None),  # "you ask too much"
        ("bl.example", "192.0.2.5", False),  # NODATA
        ("bl.example", "192.0.2.6", True),  # CNAME
        ("bl.example", "192.0.2.8", False),  # NXDOMAIN
        ("bl.example", "2001:db8::1", True),
        ("bl.example", "2001:db8::2", False),
        ("bl.example", "127.0.0.2", True),  # RFC 5782 section 5
        ("bl.example", "127.0.0.1", False),
        ("expired.example", "192.0.2.1", None),
        ("expired.example", "2001:db8::1", None),
        ("broken.example", "192.0.2.1", None),
    ],
)
def test_dnsbl(doorward, nsd, zone, address, result):
    door = doorward(
        only(f"deny = dnsbl {zone}", "default = allow\n")
        + f"[policy negated]\nrdns = off\nallow = !dnsbl {zone}\n",
        server_of_names=nsd,
    )
    assert_truth(door, address, result, if_true=(403, "rule"), if_false=(200, "default"))


def test_which_queries_are_sent(doorward, tap):
    """One A query for a list, with any family; A or AAAA for a name, by the client's family."""
    door = doorward(
        only("allow = forward home.dyn.example & dnsbl bl.example = 127.0.0.2-10"),
        server_of_names=tap,
    )
    assert door.ask(REMOTE_ADDR="192.0.2.1").status == 200
    assert dict(tap.asked) == {
        ("home.dyn.example", "A"): 1,
        ("1.2.0.192.bl.example", "A"): 1,
    }
    tap.asked.clear()
    assert door.ask(REMOTE_ADDR="2001:db8::1").status == 200
    assert dict(tap.asked) == {("home.dyn.example", "AAAA"): 1, (LISTED6, "A"): 1}


LAZY = """
[policy default]
rdns = off
default = allow
deny = dnsbl bl.example & user_agent ~ googlebot & ip 192.0.2.0/24
deny = forward nowhere.dyn.example & method POST
"""


def test_no_query_is_sent_that_no_rule_needs(doorward, tap):
    # A worker does not know what another worker has learnt about the name server.
    door = doorward(LAZY, server="threads = 1", server_of_names=tap)
    for params in [
        {"REMOTE_ADDR": "192.0.2.1"},
        {"REMOTE_ADDR": "192.0.2.1", "HTTP_USER_AGENT": "curl"},
        {"REMOTE_ADDR": "198.51.100.1", "HTTP_USER_AGENT": "Googlebot"},
    ]:
        assert summary(door.ask(params, REQUEST_METHOD="GET")) == (200, "default", None)
    assert tap.count() == 0
    bot = {"HTTP_USER_AGENT": "Googlebot", "REQUEST_METHOD": "POST"}
    assert door.ask(bot, REMOTE_ADDR="192.0.2.1").status == 403
    assert tap.counted("1.2.0.192.bl.example") == tap.count() == 1
    assert summary(door.ask(bot, REMOTE_ADDR="192.0.2.8")) == (200, "default", None)
    assert tap.counted("nowhere.dyn.example") == 1
    assert tap.count() == 3


def test_a_cached_answer_makes_other_lookups_needless(doorward, tap):
    door = doorward(
        only("allow = dnsbl bl.example = 127.0.0.2-10 & forward home.dyn.example"),
        server_of_names=tap,
    )
    assert door.ask(REMOTE_ADDR="192.0.2.1").status == 200
    asked = tap.count()
    # The name is known now, and this is not its address.
    assert door.ask(REMOTE_ADDR="192.0.2.2").status == 403
    assert tap.count() == asked


def test_each_query_is_sent_once_in_a_request(doorward, tap):
    door = doorward(
        only(
            "deny = dnsbl bl.example & uri ~ ^/nowhere\n"
            "deny = dnsbl bl.example & !forward home.dyn.example\n"
            "allow = forward home.dyn.example & dnsbl BL.example. = 127.0.0.2-10"
        ),
        server_of_names=tap,
    )
    assert door.ask(REMOTE_ADDR="192.0.2.1", REQUEST_URI="/").status == 200
    assert set(tap.asked.values()) == {1}
    assert tap.count() == 2


def test_several_queries_are_sent_together(doorward, tap):
    door = doorward(
        only(
            "allow = forward home.dyn.example & dnsbl bl.example = 127.0.0.2-10 & "
            "!dnsbl empty.example"
        ),
        dns="timeout = 10s\nlookup_timeout = 20s",
        server_of_names=tap,
    )
    tap.hold()
    with door.connection() as waiting:
        waiting.send(fcgi.request_bytes({"REMOTE_ADDR": "192.0.2.1"}))
        for name in [
            "home.dyn.example",
            "1.2.0.192.bl.example",
            "1.2.0.192.empty.example",
        ]:
            tap.wait_for_query(name)
        tap.release()
        assert waiting.read_reply().status == 200
    assert tap.count() == 3


def test_a_false_answer_does_not_wait_for_the_others(doorward, tap):
    tap.drop("1.2.0.192.bl.example")
    door = doorward(
        only("deny = dnsbl bl.example & forward nowhere.dyn.example", "default = allow\n"),
        dns="timeout = 10s\nlookup_timeout = 60s",
        server_of_names=tap,
    )
    assert summary(door.ask(REMOTE_ADDR="192.0.2.1")) == (200, "default", None)


def test_answers_are_cached_for_their_ttl(doorward, tap):
    door = doorward(
        only("allow = forward home.dyn.example")
        + "[policy alias]\nrdns = off\nmax_cache = 1h\nallow = forward alias.dyn.example\n"
        "[policy list]\nrdns = off\nmax_cache = 1h\nallow = dnsbl bl.example = 127.0.0.2-10\n"
        "[policy both]\nrdns = off\nmax_cache = 1h\n"
        "allow = dnsbl bl.example = 127.0.0.2-10 & forward home.dyn.example\n",
        server="threads = 1",
        server_of_names=tap,
    )
    for address, policy, ttl in [
        ("192.0.2.1", "default", 60),
        ("192.0.2.9", "default", 60),
        ("2001:db8::1", "default", 90),
        ("192.0.2.1", "alias", 30),
        ("192.0.2.1", "list", 60),
        ("192.0.2.2", "list", 300),
        ("192.0.2.8", "list", 60),  # negative: the SOA's MINIMUM
        ("2001:db8::1", "both", 90),
    ]:
        client = {"REMOTE_ADDR": address, "DOORWARD_POLICY": policy}
        first = door.ask(client)
        assert ttl - 20 <= age(first) <= ttl, (address, policy)
        asked = tap.count()
        again = door.ask(client)
        assert (again.status, reason(again)) == (first.status, reason(first))
        assert 0 < age(again) <= age(first)
        assert tap.count() == asked


@pytest.mark.parametrize("rule", ["forward home.dyn.example", "dnsbl bl.example = 127.0.0.2"])
@pytest.mark.parametrize(
    "on_error, status", [("deny", 403), ("error", 503), ("allow", 200), (None, 403)]
)
def test_on_dns_error(doorward, tap, rule, on_error, status):
    line = f"on_dns_error = {on_error}\n" if on_error else ""
    door = doorward(
        only(f"allow = {rule}", line)
        + f"[policy negated]\nrdns = off\n{line}allow = !{rule}\n"
        f"[policy inverted]\nrdns = off\n{line}default = allow\ndeny = {rule}\n",
        dns=QUICK,
        server_of_names=tap,
    )
    for trouble in [tap.drop, tap.spoil, lambda: tap.spoil(rcode=REFUSED)]:
        trouble()
        for policy in ["default", "negated", "inverted"]:
            reply = door.ask(REMOTE_ADDR="192.0.2.1", DOORWARD_POLICY=policy)
            assert summary(reply) == (status, "dns_error", None)
            assert age(reply) == 0


def test_an_error_does_not_count_beside_an_answer_that_decides(doorward, tap):
    tap.spoil("1.2.0.192.bl.example", SERVFAIL)
    door = doorward(
        only("deny = dnsbl bl.example & ip 198.51.100.0/24\nallow = forward home.dyn.example"),
        server_of_names=tap,
    )
    assert summary(door.ask(REMOTE_ADDR="192.0.2.1")) == (200, "rule", None)


def test_private_addresses_are_on_no_list(doorward, tap):
    door = doorward(
        only("deny = dnsbl bl.example\nallow = forward home.dyn.example"),
        dns="private_ptr = no",
        server_of_names=tap,
    )
    for address in ["127.0.0.2", "10.1.2.3", "192.168.1.1", "fe80::1", "::1", "fd00::1"]:
        assert summary(door.ask(REMOTE_ADDR=address)) == (403, "default", None)
    assert door.ask(REMOTE_ADDR="10.0.0.1").status == 200
    assert {name for name, _ in tap.asked} == {"home.dyn.example"}


def test_beside_names(doorward, tap):
    """The response has the client's own name, not the name in the rule."""
    door = doorward(
        "[policy default]\nallow = forward home.dyn.example\n"
        "[policy both]\nallow = host client.example & dnsbl bl.example = 127.0.0.2-10\n"
        "[policy needed]\nrdns_when = needed\nallow = forward home.dyn.example\n",
        server_of_names=tap,
    )
    client = {"REMOTE_ADDR": "192.0.2.1"}
    assert summary(door.ask(client, DOORWARD_POLICY="needed")) == (200, "rule", None)
    assert tap.count() == 1
    assert summary(door.ask(client)) == (200, "rule", "client.example")
    assert summary(door.ask(client, DOORWARD_POLICY="both")) == (200, "rule", "client.example")
    assert tap.counted(reverse("192.0.2.1")) == tap.counted("home.dyn.example") == 1


def test_a_list_that_does_not_work_is_named(doorward, nsd):
    door = doorward(only("deny = dnsbl bl.example", "default = allow\n"), server_of_names=nsd)
    assert summary(door.ask(REMOTE_ADDR="192.0.2.10")) == (403, "dns_error", None)
    (line,) = door.decisions()
    why = "the list bl.example answered 127.0.0.255, which says that it does not work"
    assert line["detail"] == why


def test_names_in_a_file(doorward, tap, folder):
    (folder / "friends").write_text("# at home\nnowhere.dyn.example\nhome.dyn.example\n")
    door = doorward(
        only("allow = forward in file:friends"),
        dns="case_randomization = no",
        server_of_names=tap,
    )
    assert summary(door.ask(REMOTE_ADDR="192.0.2.1")) == (200, "rule", None)
    assert summary(door.ask(REMOTE_ADDR="192.0.2.2")) == (403, "default", None)
    assert tap.count() == 2


def test_a_flood_from_one_network_is_that_networks_overload(doorward, tap):
    door = doorward(
        only("deny = dnsbl bl.example", "default = allow\n"),
        dns="timeout = 10s\nlookup_timeout = 20s\nmax_in_flight_per_prefix = 2",
        server="threads = 1",
        server_of_names=tap,
    )
    tap.hold()
    with door.connection() as waiting:
        for number in (1, 2):
            waiting.send(
                fcgi.request_bytes({"REMOTE_ADDR": f"192.0.2.10{number}"}, keep=True, id=number)
            )
            tap.wait_for_query(f"10{number}.2.0.192.bl.example")
        reply = door.ask(REMOTE_ADDR="192.0.2.103")
        assert summary(reply) == (503, "overload", None)
        assert age(reply) == 0
        tap.release()
        replies = waiting.read_replies([1, 2])
        assert {reason(r) for r in replies.values()} == {"default"}


def test_the_same_query_is_sent_once(doorward, tap):
    """For all clients, a name has the same addresses."""
    door = doorward(
        only("allow = forward home.dyn.example"),
        dns="timeout = 10s\nlookup_timeout = 20s",
        server="threads = 1",
        server_of_names=tap,
    )
    tap.hold()
    with door.connection() as one, door.connection() as two:
        one.send(fcgi.request_bytes({"REMOTE_ADDR": "192.0.2.1"}))
        two.send(fcgi.request_bytes({"REMOTE_ADDR": "192.0.2.2"}))
        tap.wait_for_query("home.dyn.example")
        tap.release()
        assert (one.read_reply().status, two.read_reply().status) == (200, 403)
    assert tap.count() == 1


def test_requests_that_wait_survive_a_reload(doorward, tap):
    door = doorward(
        only("allow = forward home.dyn.example & dnsbl bl.example = 127.0.0.2-10"),
        dns="timeout = 10s\nlookup_timeout = 20s",
        server="threads = 1",
        server_of_names=tap,
    )
    tap.hold()
    with door.connection() as waiting:
        waiting.send(fcgi.request_bytes({"REMOTE_ADDR": "192.0.2.1"}))
        tap.wait_for_query("home.dyn.example")
        door.configure("[policy new]\nrdns = off\nallow = *\n")
        door.reload()
        new = {"REMOTE_ADDR": "192.0.2.1", "DOORWARD_POLICY": "new"}
        wait_for(lambda: door.ask(new).status == 200, "the new configuration")
        tap.release()
        assert waiting.read_reply().status == 200


def test_a_peer_that_leaves_leaves_nothing_behind(doorward, tap):
    door = doorward(
        only("allow = forward home.dyn.example & dnsbl bl.example = 127.0.0.2-10"),
        dns="timeout = 10s\nlookup_timeout = 20s",
        server="threads = 1",
        server_of_names=tap,
    )
    tap.hold()
    with door.connection() as leaving:
        leaving.send(fcgi.request_bytes({"REMOTE_ADDR": "192.0.2.1"}))
        tap.wait_for_query("1.2.0.192.bl.example")
    tap.release()
    assert door.ask(REMOTE_ADDR="192.0.2.1").status == 200
    assert len(door.decisions()) == 1


def test_as_a_cgi_program(folder, nsd):
    conf = folder / "doorward.conf"
    conf.write_text(
        f"[dns]\nnameservers = 127.0.0.1:{nsd.port}\n"
        + only("allow = forward home.dyn.example & dnsbl bl.example = 127.0.0.2-10")
    )
    for address, status in [("192.0.2.1", "200"), ("192.0.2.2", "403")]:
        environment = {
            "GATEWAY_INTERFACE": "CGI/1.1",
            "REQUEST_METHOD": "GET",
            "REMOTE_ADDR": address,
        }
        out = run("-c", conf, env=environment, expect=0)[1]
        assert out.startswith(f"Status: {status}")


def test_bad_rules(folder):
    conf = folder / "doorward.conf"
    conf.write_text(
        "[policy default]\n"
        "allow = forward .dyn.example\n"
        "allow = forward ~ dyn\n"
        "allow = ip 192.0.2.1 & dnsbl 192.0.2.1\n"
        "deny = dnsbl in file:zones\n"
        "deny = dnsbl zen\n"
        "allow = dnsbl zen.example\n"
        "deny = !dnsbl zen.example\n"
        "deny = dnsbl zen.example = 127.0.0.2-127.0.0.11\n"
    )
    errors = run("-t", "-c", conf, expect=1)[2]
    for place in ["2:17", "3:17", "4:30", "5:17", "6:14", "7:9", "8:8", "9:26"]:
        assert f"doorward.conf:{place}: error: " in errors, place


def test_configuration_reads_back(folder):
    conf = folder / "doorward.conf"
    conf.write_text(
        "[policy default]\nrdns = off\nallow = forward home.dyn.example & !dnsbl bl.example\n"
    )
    printed = run("-T", "-c", conf, expect=0)[1]
    assert "allow = forward home.dyn.example & !dnsbl bl.example\n" in printed
    again = folder / "again.conf"
    again.write_text(printed)
    assert run("-T", "-c", again, expect=0)[1] == printed


def test_check_explains(folder, tap):
    conf = folder / "doorward.conf"
    conf.write_text(
        f"[dns]\nnameservers = 127.0.0.1:{tap.port}\n[policy default]\nrdns = off\n"
        "deny = dnsbl bl.example & !forward home.dyn.example\n"
        "allow = dnsbl bl.example = 127.0.0.2-10\n"
    )
    arguments = ["check", "-c", conf, "--ip", "192.0.2.1"]
    got = json.loads(run(*arguments, "--json", expect=0)[1])
    queries = {q["name"]: q for q in got["rdns"]["queries"] if q["type"] != "TXT"}
    assert queries["1.2.0.192.bl.example"]["answer"] == "127.0.0.2"
    assert queries["1.2.0.192.bl.example"]["server"] == f"127.0.0.1:{tap.port}"
    assert queries["home.dyn.example"]["answer"] == "10.0.0.1, 192.0.2.1"
    assert [step["outcome"] for step in got["steps"]] == ["false", "true"]
    assert {t["text"]: t["outcome"] for t in got["steps"][0]["terms"]}[
        "!forward home.dyn.example"
    ] == "false"
    assert got["steps"][1]["terms"] == [
        {"text": "dnsbl bl.example = 127.0.0.2-10", "outcome": "true"}
    ]
    assert (got["verdict"], got["rdns"]["result"]) == ("allow", "off")
    assert hostname_of(got) is None
    text = run(*arguments, expect=0)[1]
    assert "1.2.0.192.bl.example" in text and "home.dyn.example" in text


CODES = "127.0.0.2-9 error 127.0.0.250"


@pytest.mark.parametrize(
    "address, listed, other",
    [
        ("192.0.2.1", True, False),
        ("192.0.2.2", True, True),  # 127.0.0.4 and 127.0.0.10
        ("192.0.2.11", False, True),
        ("192.0.2.12", True, True),
        ("192.0.2.8", False, False),  # not listed
        ("192.0.2.3", None, None),  # "your resolver is refused"
        ("192.0.2.7", None, None),
        ("192.0.2.4", None, None),
        ("192.0.2.13", None, None),  # what the list documents as an error
        ("192.0.2.14", None, None),
    ],
)
def test_codes(doorward, tap, address, listed, other):
    door = doorward(
        only(f"deny = dnsbl bl.example = {CODES}", "default = allow\n")
        + f"[policy allowed]\nrdns = off\nallow = dnsbl bl.example = {CODES}\n"
        f"[policy negated]\nrdns = off\nallow = !dnsbl bl.example = {CODES}\n"
        f"[policy other]\nrdns = off\ndefault = allow\ndeny = dnsbl bl.example != {CODES}\n",
        server_of_names=tap,
    )
    unknown = (403, "dns_error")
    answers = {True: (403, "rule"), False: (200, "default"), None: unknown}
    for policy, truth in [("default", listed), ("other", other)]:
        reply = door.ask(REMOTE_ADDR=address, DOORWARD_POLICY=policy)
        assert summary(reply) == (*answers[truth], None)
    for policy, truth in [("allowed", listed), ("negated", None if listed is None else not listed)]:
        answers = {True: (200, "rule"), False: (403, "default"), None: unknown}
        reply = door.ask(REMOTE_ADDR=address, DOORWARD_POLICY=policy)
        assert summary(reply) == (*answers[truth], None)
    # No request asks for the text of a listing.
    assert all(type == "A" for _, type in tap.asked)


def test_an_answer_that_the_rule_takes_for_an_error_is_named(doorward, nsd):
    door = doorward(
        only(f"deny = dnsbl bl.example = {CODES}", "default = allow\n"), server_of_names=nsd
    )
    assert summary(door.ask(REMOTE_ADDR="192.0.2.14")) == (403, "dns_error", None)
    (line,) = door.decisions()
    assert line["detail"] == (
        "the list bl.example answered 127.0.0.2, 127.0.0.250, which the rule takes for an error "
        "of the list"
    )


def test_check_shows_the_text_of_a_listing(folder, tap):
    conf = folder / "doorward.conf"
    conf.write_text(
        f"[dns]\nnameservers = 127.0.0.1:{tap.port}\n[policy default]\nrdns = off\n"
        "deny = dnsbl bl.example\ndefault = allow\n"
    )
    arguments = ["check", "-c", conf, "--ip", "192.0.2.11"]
    got = json.loads(run(*arguments, "--json", expect=1)[1])
    (text,) = [q["answer"] for q in got["rdns"]["queries"] if q["type"] == "TXT"]
    assert text == '"https://bl.example/ 192.0.2.11 \\x1b[31m"'
    shown = run(*arguments, expect=1)[1]
    assert "https://bl.example/" in shown and "\x1b" not in shown


def hostname_of(explained):
    return explained["rdns"]["hostname"]
