# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The shipped presets for crawlers, unchanged, with real names, forged ones, and real lists."""

import re
import shutil

import pytest

from conftest import REPOSITORY
from kit.agents import Agent, params
from kit.doorward import reason, run
from kit.names import reverse

CONF = REPOSITORY / "conf"
VECTORS = REPOSITORY / "tests" / "vectors" / "lists"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
YANDEX = "Mozilla/5.0 (compatible; {}/3.0; +http://yandex.com/bots)"
PINTEREST = "Pinterest/0.2 (+https://www.pinterest.com/bot.html)"

# The user agent of a crawler, its address, and the name of this address.
REAL = [
    (agent, address, name)
    for agents, places in [
        (
            ["Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"]
            + ["Googlebot-Image/1.0", "GoogleOther", "Mozilla/5.0 (compatible; Storebot-Google/1.0)"]
            + ["Mozilla/5.0 (compatible; Google-InspectionTool/1.0;)", "Google-CloudVertexBot"]
            + ["AdsBot-Google (+http://www.google.com/adsbot.html)", "Mediapartners-Google"]
            + ["APIs-Google", "Google-Safety"],
            [
                ("66.249.66.1", "crawl-66-249-66-1.googlebot.com"),
                ("192.178.17.33", "geo-crawl-192-178-17-33.geo.googlebot.com"),
                ("66.249.90.77", "rate-limited-proxy-66-249-90-77.google.com"),
                ("2001:4860:4801:10::1", "crawl-2001-4860-4801-10--1.googlebot.com"),
            ],
        ),
        (
            ["Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"]
            + ["Mozilla/5.0 (compatible; adidxbot/2.0)", "msnbot/2.0b"],
            [("157.55.33.18", "msnbot-157-55-33-18.search.msn.com")],
        ),
        (
            ["Mozilla/5.0 (Macintosh) (Applebot/0.1; +http://www.apple.com/go/applebot)"],
            [("17.58.101.179", "17-58-101-179.applebot.apple.com")],
        ),
        (
            [YANDEX.format("YandexBot"), YANDEX.format("YandexImages")],
            [
                ("5.255.253.1", "5-255-253-1.spider.yandex.com"),
                ("5.255.253.2", "robot.yandex.ru"),
                ("2a02:6b8::1", "spider.yandex.net"),
            ],
        ),
        (
            ["Mozilla/5.0 (Amazonbot/0.1; +https://developer.amazon.com/support/amazonbot)"],
            [("12.34.56.78", "12-34-56-78.crawl.amazonbot.amazon")],
        ),
        (
            ["CCBot/2.0 (https://commoncrawl.org/faq/)"],
            [
                ("18.97.14.80", "18-97-14-80.crawl.commoncrawl.org"),
                ("2600:1f28:365:80b0::1", "six.crawl.commoncrawl.org"),
            ],
        ),
        (
            [PINTEREST, "Mozilla/5.0 (compatible; Pinterestbot/1.0)"],
            [("54.236.1.11", "crawl-54-236-1-11.pinterest.com")],
        ),
        (
            ["Mozilla/5.0 (compatible;PetalBot;+https://webmaster.petalsearch.com/site/petalbot)"],
            [("114.119.128.1", "petalbot-114-119-128-1.petalsearch.com")],
        ),
        (
            ["Mozilla/5.0 (compatible; SeznamBot/4.0; +http://napoveda.seznam.cz/seznambot-intro/)"],
            [
                ("77.75.76.1", "fulltextrobot-77-75-76-1.seznam.cz"),
                ("77.75.73.26", "fulltextrobot-test-77-75-73-26.seznam.cz"),
                (
                    "2a02:598:64:8a00::3100:0",
                    "fulltextrobot-2a02-598-64-8a00--3100-0.seznam.cz",
                ),
            ],
        ),
        (
            ["Mozilla/5.0 (compatible; Qwantbot-news/2.0; +https://help.qwant.com/bot/)"]
            + ["Mozilla/5.0 (compatible; Qwantify/2.4w; +https://www.qwant.com/)"],
            [("91.242.162.1", "qwantbot-1-162-242-91.qwant.com")],
        ),
        (
            ["Mozilla/5.0 (compatible; MojeekBot/0.11; +https://www.mojeek.com/bot.html)"],
            [("5.102.173.71", "crawl-5-102-173-71.mojeek.com")],
        ),
        (
            ["Mozilla/5.0 (compatible; coccocbot-web/1.0; +http://help.coccoc.com/searchengine)"],
            [("103.131.71.1", "bot-103-131-71-1.coccoc.com")],
        ),
        (
            ["Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)"]
            + ["Mozilla/5.0 (compatible; AhrefsSiteAudit/6.1)"],
            [
                ("54.36.148.1", "ip-54-36-148-1.a.ahrefs.com"),
                ("5.39.1.224", "ip-5-39-1-224.ahrefs.net"),
            ],
        ),
    ]
    for agent in agents
    for address, name in places
]
AGENTS = sorted({agent for agent, _, _ in REAL})
PLACES = {address: name for _, address, name in REAL}

SIGNING = {url: Agent(url) for url in ("https://chatgpt.com", "https://agent.bot.goog")}

# Names that confirm their addresses, but are not names of a crawler.
LOOKALIKES = dict(
    enumerate(
        [
            "crawl-66-249-66-1.googlebot.com.evil.example",
            "crawl-192-0-2-2.evilgooglebot.com",
            "3.2.0.192.bc.googleusercontent.com",
            "192-0-2-4.gae.googleusercontent.com",
            "google-proxy-192-0-2-5.google.com",
            "mail.google.com",
            "crawl-192-0-2-7.sites.google.com",
            "x.crawl-192-0-2-8.googlebot.com",
            "rate-limited-proxy-192-0-2-9.google.com.evil.example",
            "geo-crawl-192-0-2-10.googlebot.com",
            "nasearch.msn.com",
            "search.msn.com.evil.example",
            "ec2-192-0-2-13.compute-1.amazonaws.com",
            "notyandex.ru",
            "fulltextrobot.seznam.cz",
            "www.qwant.com",
            "17-0-2-17.apple.com",
        ],
        1,
    )
)
FORGED = "192.0.2.100"  # says it is crawl-66-249-66-1.googlebot.com
FORGED6 = "2001:db8::100"
NAMELESS = "192.0.2.101"
NOBODY_KNOWS = "203.0.113.5"  # on a server that does not run


@pytest.fixture(scope="module")
def zone(session_folder):
    names = {**PLACES, **{f"192.0.2.{n}": name for n, name in LOOKALIKES.items()}}
    ends = sorted({".".join(name.split(".")[-2:]) for name in names.values()})
    soa = "SOA ns.example. hostmaster.example. 1 3600 600 86400 60"
    lines = ["$TTL 600"] + [f"{end}. {soa}" for end in ends]
    lines += [f"{zone}. {soa}" for zone in ["2.0.192.in-addr.arpa", "8.b.d.0.1.0.0.2.ip6.arpa"]]
    for address, name in names.items():
        lines.append(f"{reverse(address)}. PTR {name}.")
        lines.append(f"{name}. {'AAAA' if ':' in address else 'A'} {address}")
    for forged in [FORGED, FORGED6]:
        lines.append(f"{reverse(forged)}. PTR crawl-66-249-66-1.googlebot.com.")
    path = session_folder / "crawlers.zone"
    path.write_text("\n".join(lines) + "\n")
    return path


def start(doorward, zone, include, policy="[policy default]\n"):
    return doorward(
        policy,
        before=f"include = {include}\n",
        dns=f"static_zone = {zone}\ntimeout = 100ms\nlookup_timeout = 300ms",
    )


def ask(door, policy, address, agent):
    asked = {"REMOTE_ADDR": address, "HTTP_USER_AGENT": agent, "DOORWARD_POLICY": policy}
    return door.ask(asked)


def status(*question):
    return ask(*question).status


@pytest.fixture
def lists(folder):
    """crawlers-lists.ini, changed only in the folder of its lists."""
    path = folder / "crawlers-lists.ini"
    place = shutil.copytree(VECTORS, folder / "lists")
    (place / "google-agent.json").write_text('{"prefixes":[{"ipv4Prefix":"203.0.113.64/27"}]}')
    text = (CONF / path.name).read_text()
    path.write_text(
        text.replace("/var/lib/doorward/crawlers", str(place)) + f"[agents]\nkeys = {folder}/agents\n"
    )
    for agent in SIGNING.values():
        agent.publish(folder / "agents")
    return path


@pytest.fixture(params=["crawlers", "all-crawlers"])
def preset(request, doorward, zone, lists):
    include = lists if request.param == "all-crawlers" else CONF / "crawlers.ini"
    return start(doorward, zone, include), request.param


def test_crawlers_pass_and_false_ones_do_not(preset):
    door, policy = preset
    for agent, address, name in REAL:
        reply = ask(door, policy, address, agent)
        assert (reply.status, reason(reply)) == (200, "default"), (agent, address)
        assert reply.header("X-Client-Hostname") == name
    others = [f"192.0.2.{n}" for n in LOOKALIKES] + [FORGED, FORGED6, NAMELESS]
    for agent in AGENTS:
        for address in others:
            reply = ask(door, policy, address, agent)
            assert (reply.status, reason(reply)) == (403, "rule"), (agent, address)


def test_a_crawler_cannot_pass_for_another(preset):
    door, policy = preset
    for agent, address, _ in REAL:
        stranger = "66.249.66.1" if "oogle" not in agent else "157.55.33.18"
        assert status(door, policy, address, agent) == 200
        assert status(door, policy, stranger, agent) == 403, agent


def test_other_clients_pass_without_a_query(preset):
    door, policy = preset
    agents = [
        BROWSER,
        "",
        "curl/7.88.1",
        "Mozilla/5.0 (Windows NT 10.0) Chrome/124.0 YaBrowser/24.6.0.0 Yowser/2.5 Safari/537.36",
        "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 Mobile/15E148 [Pinterest/iOS]",
        "FeedFetcher-Google; (+http://www.google.com/feedfetcher.html)",
    ]
    for agent in agents:
        for address in ["192.0.2.1", NAMELESS, FORGED, NOBODY_KNOWS, "2001:db8::7"]:
            reply = ask(door, policy, address, agent)
            assert (reply.status, reason(reply)) == (200, "default"), (agent, address)
            assert reply.header("X-Client-Rdns") in (None, "off")


def test_a_failed_lookup_is_an_error(preset):
    door, policy = preset
    for agent in AGENTS:
        assert status(door, policy, NOBODY_KNOWS, agent) == 503, agent
    assert status(door, f"{policy}-only", NOBODY_KNOWS, BROWSER) == 503


def test_only_crawlers(preset):
    door, policy = preset
    for agent, address, name in REAL:
        for said in [agent, BROWSER]:
            assert status(door, f"{policy}-only", address, said) == 200, (said, address)
    others = [f"192.0.2.{n}" for n in LOOKALIKES] + [FORGED, FORGED6, NAMELESS]
    for address in others:
        for said in [AGENTS[0], BROWSER]:
            assert status(door, f"{policy}-only", address, said) == 403, (said, address)


def test_as_a_parent(doorward, zone):
    own = "[policy default]\nparent = crawlers\n[policy own]\nparent = crawlers\ndeny = host .yandex.ru\n"
    door = start(doorward, zone, CONF / "crawlers.ini", own)
    agent, address, _ = REAL[0]
    assert status(door, "default", address, agent) == 200
    assert status(door, "default", FORGED, agent) == 403
    assert status(door, "default", NOBODY_KNOWS, agent) == 503
    assert status(door, "own", address, BROWSER) == 200  # the keys, not the rules
    assert status(door, "own", "5.255.253.2", BROWSER) == 403
    assert status(door, "own", NOBODY_KNOWS, BROWSER) == 503


def test_without_a_warning(folder, lists):
    for include in [CONF / "crawlers.ini", lists]:
        (folder / "it.conf").write_text(f"include = {include}\n[policy default]\ndefault = deny\n")
        _, out, errors = run("-t", "-c", folder / "it.conf", expect=0)
        assert "warning:" not in out + errors
        _, dump, _ = run("-T", "-c", folder / "it.conf", expect=0)
        (folder / "dump.conf").write_text(dump)
        assert run("-T", "-c", folder / "dump.conf", expect=0)[1] == dump


def rules_of(path, policy):
    """The rules in the order of the text, each in one line."""
    text = re.sub(r"&\n\s+", "& ", path.read_text()).split(f"[policy {policy}]\n")[1]
    return re.findall(r"^(?:allow|deny) = .*", text.split("\n[")[0], re.M)


def test_the_lists_come_on_top_of_the_names():
    for suffix in ["", "-only"]:
        names = rules_of(CONF / "crawlers.ini", f"crawlers{suffix}")
        both = rules_of(CONF / "crawlers-lists.ini", f"all-crawlers{suffix}")
        assert len(names) > 10
        added = [rule for rule in both if " json:" in rule or "agent https:" in rule]
        assert [rule for rule in both if rule not in added] == names
        assert both[-len(names) :] == names


LISTED = [
    ("DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)", "57.152.72.128"),
    ("DuckAssistBot/1.2; (+http://duckduckgo.com/duckassistbot.html)", "57.152.73.128"),
    ("Mozilla/5.0 (compatible; GPTBot/1.3; +https://openai.com/gptbot)", "132.196.86.7"),
    ("Mozilla/5.0 compatible; OAI-SearchBot/1.3; +https://openai.com/searchbot", "51.8.102.9"),
    ("Mozilla/5.0 (compatible; ChatGPT-User/1.0; +https://openai.com/bot)", "4.151.71.180"),
    ("Mozilla/5.0 (Linux; Android 6.0.1) (compatible; Google-Agent; +https://x)", "203.0.113.70"),
    ("Mozilla/5.0 (compatible; PerplexityBot/1.0)", "18.97.1.229"),
    ("Mozilla/5.0 (compatible; Perplexity-User/1.0)", "44.208.221.197"),
    ("Mozilla/5.0 (compatible; ClaudeBot/1.0; +claudebot@anthropic.com)", "216.73.216.1"),
    ("Claude-SearchBot/1.0", "216.73.219.255"),
    ("Claude-User/1.0", "2607:6bc0::1"),
]


def test_crawlers_by_their_lists(doorward, zone, lists):
    door = start(doorward, zone, lists)
    for agent, address in LISTED:
        assert status(door, "all-crawlers", address, agent) == 200, agent
        assert status(door, "all-crawlers-only", address, BROWSER) == 200, agent
        for other in [NAMELESS, NOBODY_KNOWS, "66.249.66.1", "2001:db8::1", "57.152.72.129"]:
            assert status(door, "all-crawlers", other, agent) == 403, (agent, other)
        assert status(door, "all-crawlers", NOBODY_KNOWS, BROWSER) == 200


def test_agents_by_their_signatures(doorward, zone, lists):
    door = start(doorward, zone, lists)
    google = "Mozilla/5.0 (compatible; Google-Agent; +https://x)"
    host = "www.example.org"

    def signed(policy, said, agent=None):
        asked = {"REMOTE_ADDR": NAMELESS, "HTTP_USER_AGENT": said, "DOORWARD_POLICY": policy}
        signature = params(agent.sign(host)) if agent is not None else []
        return door.ask([*asked.items(), ("HTTP_HOST", host), *signature]).status

    for url, agent in SIGNING.items():
        forged = Agent(url)
        assert signed("all-crawlers-only", BROWSER, agent) == 200
        assert signed("all-crawlers-only", BROWSER, forged) == 403
        assert signed("all-crawlers", BROWSER, agent) == 200
        assert signed("all-crawlers", BROWSER, forged) == 200
        assert signed("all-crawlers", google, forged) == 403
    assert signed("all-crawlers", google) == 403
    assert signed("all-crawlers", google, SIGNING["https://agent.bot.goog"]) == 200
    assert signed("all-crawlers", google, SIGNING["https://chatgpt.com"]) == 403
    assert signed("all-crawlers-only", BROWSER) == 403


@pytest.mark.parametrize(
    "name, inside, outside",
    [
        ("googlebot", ["66.249.64.31", "2001:4860:4801:10::1"], ["66.249.64.32"]),
        ("gptbot", ["20.125.66.95"], ["20.125.66.96"]),
        ("aws", ["3.4.12.4", "15.230.0.255", "2600:1f69:74ff::1"], ["3.4.12.5", "2600:1f69::1"]),
        ("ahrefs", ["5.39.1.224", "54.36.148.0"], ["5.39.1.225"]),
        ("fastly", ["43.249.75.255", "2a04:4e40::1"], ["43.249.76.0"]),
        ("cloudflare", ["173.245.48.1", "2400:cb00::1"], ["173.245.64.1"]),
        ("bare", ["192.0.2.1", "2001:db8::1", "198.51.100.7"], ["198.51.100.8", "::1"]),
    ],
)
def test_the_forms_of_vendors(doorward, folder, name, inside, outside):
    door = doorward(f"[policy default]\nrdns = off\nallow = ip in json:{VECTORS}/{name}.json\n")
    for address in inside:
        assert door.ask(REMOTE_ADDR=address).status == 200, address
    for address in outside:
        assert door.ask(REMOTE_ADDR=address).status == 403, address
