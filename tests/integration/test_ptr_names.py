# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""An address with more PTR names than max_ptr: rules about names, through the whole program."""

import pytest

from kit.doorward import reason, summary
from kit.hostile import QR, RA, RD, TC, TO_QUESTION, a, ptr
from kit.process import wait_for

CLIENT, OTHER = "192.0.2.1", "192.0.2.200"
GOOGLEBOT = {"REMOTE_ADDR": CLIENT, "HTTP_USER_AGENT": "Mozilla/5.0 (compatible; Googlebot/2.1)"}
NO_FALSE_ONES = "deny = user_agent ~ googlebot & !host .googlebot.com\n"
GOOD = "zz.googlebot.com"  # the last one in the order of the text
BOUND = 10  # the default of max_ptr


def other_names(count):
    return [f"h{n:03}.isp.example" for n in range(count)]


def crawlers(count):
    return [f"c{n:03}.googlebot.com" for n in range(count)]


@pytest.fixture
def world(hostile):
    """The address claims these names, and the confirmed ones have the address."""

    def start(names, confirmed=()):
        def script(q):
            if q.type == "PTR" and not q.tcp:
                q.send(q.reply(flags=QR | RD | RA | TC))
            elif q.type == "PTR":
                q.send(q.reply([ptr(TO_QUESTION, name) for name in names]))
            else:
                q.send(q.reply([a(TO_QUESTION, CLIENT if q.name in confirmed else OTHER)]))

        return hostile(script)

    return start


def policy(rule, on_error="error", default="allow", name="default"):
    return f"[policy {name}]\ndefault = {default}\non_dns_error = {on_error}\n{rule}"


@pytest.mark.parametrize("last", [True, False], ids=["last", "first"])
def test_the_matching_name_of_twelve(doorward, world, last):
    names = other_names(11) + [GOOD]
    server = world(names if last else names[::-1], {GOOD})
    door = doorward(policy(NO_FALSE_ONES), server_of_names=server)
    reply = door.ask(GOOGLEBOT)
    assert summary(reply) == (200, "default", GOOD)
    assert reply.header("X-Client-Rdns") == "verified"
    assert server.asked(GOOD, "A")
    assert len(server.asked(type="A")) <= BOUND


@pytest.mark.parametrize(
    "rule",
    [
        "allow = host .googlebot.com\n",
        f"allow = host {GOOD}\n",
        "allow = host ~ googlebot\n",
        "allow = user_agent ~ googlebot & host .googlebot.com\n",
        "allow = host ~ [.]googlebot[.]com$ & !host .google.com\n",
        "deny = !host .googlebot.com\nallow = *\n",
    ],
)
def test_every_term_for_a_name_lets_it_in(doorward, world, rule):
    server = world(other_names(11) + [GOOD], {GOOD})
    door = doorward(policy(rule, default="deny"), server_of_names=server)
    assert summary(door.ask(GOOGLEBOT)) == (200, "rule", GOOD)


def test_a_rule_of_another_policy_counts(doorward, world):
    """All policies share a lookup: each finds its name, in any order of the requests."""
    server = world(other_names(11) + [GOOD], {GOOD})
    door = doorward(
        policy("allow = host ~ ^h00[0-4][.]isp\n", default="deny")
        + "[policy crawlers]\nallow = host .googlebot.com\n",
        server_of_names=server,
    )
    assert door.ask(GOOGLEBOT).status == 403
    reply = door.ask(GOOGLEBOT, DOORWARD_POLICY="crawlers")
    assert summary(reply) == (200, "rule", GOOD)


@pytest.mark.parametrize("confirmed", [set(), set(other_names(12))], ids=["forged", "confirmed"])
def test_none_of_twelve_could_match(doorward, world, confirmed):
    """No name that was not looked up could be a crawler's: the denial is certain."""
    door = doorward(policy(NO_FALSE_ONES), server_of_names=world(other_names(12), confirmed))
    reply = door.ask(GOOGLEBOT)
    assert (reply.status, reason(reply)) == (403, "rule")
    assert reply.header("X-Client-Rdns") == ("verified" if confirmed else "error")
    reply = door.ask({**GOOGLEBOT, "HTTP_USER_AGENT": "curl"})
    assert (reply.status, reason(reply)) == (200, "default")


RULES = {
    "deny": ("allow", NO_FALSE_ONES),
    "regex": ("allow", "deny = !host ~ googlebot\n"),
    "others": ("deny", "allow = !host .googlebot.com\n"),
    "allow": ("deny", "allow = host .googlebot.com\n"),
    "both": ("deny", f"deny = !host {GOOD}\nallow = *\n"),
}
ON_ERROR = {"error": 503, "deny": 403, "allow": 200}


@pytest.mark.parametrize("confirmed", [set(), {GOOD}], ids=["forged", "confirmed"])
@pytest.mark.parametrize(
    "names",
    [
        crawlers(11) + [GOOD],
        other_names(1) + crawlers(10) + [GOOD],
        other_names(60) + crawlers(10) + [GOOD],
        other_names(100) + [GOOD],  # a cached answer keeps 64 names: the missing one may be any
        crawlers(100) + [GOOD],
    ],
    ids=["0+12", "1+11", "60+11", "100+1", "0+101"],
)
def test_a_name_beyond_the_limit_is_unknown(doorward, world, names, confirmed):
    """No rule denies or allows because of it: on_dns_error decides."""
    door = doorward(
        "[policy default]\n"
        + "".join(
            policy(rule, on_error, default, f"{name}-{on_error}")
            for name, (default, rule) in RULES.items()
            for on_error in ON_ERROR
        ),
        server_of_names=world(names, confirmed),
    )
    for name in RULES:
        for on_error, status in ON_ERROR.items():
            reply = door.ask(GOOGLEBOT, DOORWARD_POLICY=f"{name}-{on_error}")
            assert summary(reply) == (status, "dns_error", None), (name, on_error)
            assert reply.header("X-Client-Rdns") == "error"
            assert reply.header("X-Accel-Expires") == "0"


def test_a_new_rule_after_a_reload_counts(doorward, world):
    """An earlier result is no longer used if a rule now needs another name."""
    server = world(other_names(11) + [GOOD], {GOOD})
    door = doorward(policy("deny = host h000.isp.example\n"), server_of_names=server)
    assert summary(door.ask(GOOGLEBOT)) == (200, "default", None)
    door.configure(policy(NO_FALSE_ONES))
    door.reload()
    wait_for(lambda: summary(door.ask(GOOGLEBOT)) == (200, "default", GOOD), "the new rule")
