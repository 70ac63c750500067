# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""/metrics: its format, which peers get it, and that each event changes its own metric."""

import http.client
import json
import re
import socket
import threading
import time
from types import SimpleNamespace

import pytest

import fcgi
from conftest import REPOSITORY
from kit import chains, web
from kit.certs import DAY, now
from kit.doorward import reason
from kit.metrics import Metrics, scrape
from kit.names import reverse
from kit.process import DEADLINE, free_port, wait_for
from kit.store import secret_file

LIMITS = "doorward_limits_hit_total"
DECISIONS = "doorward_decisions_total"
LOOKUPS = "doorward_dns_lookups_total"
POLICIES = """[policy default]
allow = host client.example
[policy open]
rdns = off
allow = *
[policy cert]
rdns = off
client_cert = required
allow = cert.dns .partner.example
[policy regex]
rdns = off
allow = user_agent ~ ^(a|a?)+$
[policy rate]
rdns = off
default = allow
deny = rate 1/h
[policy unsure]
on_dns_error = error
allow = host client.example
"""
CLIENT = "192.0.2.1"


def over_http(path):
    connection = http.client.HTTPConnection("door", timeout=DEADLINE)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(path)
    connection.request("GET", "/metrics")
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    assert answer.status == 200
    return Metrics(text)


def test_the_same_over_both_protocols(doorward, nsd, folder):
    door = doorward(
        POLICIES, server=f"listen = http:unix:{folder}/http.sock", server_of_names=nsd
    )
    assert reason(door.ask(REMOTE_ADDR=CLIENT)) == "rule"
    one, other = scrape(door), over_http(f"{folder}/http.sock")
    assert one.series.keys() == other.series.keys()
    assert one.since(other, DECISIONS, LIMITS, LOOKUPS) == {}
    assert other.get("doorward_connections", protocol="http") == 1
    assert one.get("doorward_policies") == POLICIES.count("[")
    assert abs(one.get("doorward_start_time_seconds") - time.time()) < 60
    assert one.get("doorward_request_duration_seconds_count") == 1
    assert one.get("doorward_dns_upstream_up", server=f"127.0.0.1:{nsd.port}") == 1
    assert ("doorward_dns_upstream_rtt_seconds", (("server", f"127.0.0.1:{nsd.port}"),)) in one.series


def test_other_endpoints_over_fastcgi(doorward):
    door = doorward(POLICIES)
    for word, status, body in [
        ("healthz", 200, b"alive\n"),
        ("readyz", 200, b"ready\n"),
        ("metric", 404, b"404 Not Found\n"),
        ("", 404, b"404 Not Found\n"),
    ]:
        reply = door.ask(DOORWARD_ENDPOINT=word)
        assert (reply.status, reply.body) == (status, body)
        assert reply.header("Cache-Control") == "no-store"
    before = scrape(door)
    assert not [name for name, _ in before.series if name == DECISIONS]


@pytest.mark.parametrize("word", ["metrics", "healthz", "readyz", "no-such"])
def test_no_endpoint_lets_a_client_in(doorward, word):
    """If anything indicates an authorization, the parameter is a mistake."""
    door = doorward(POLICIES)
    client = {"REMOTE_ADDR": CLIENT, "DOORWARD_ENDPOINT": word}
    for params in [
        client,
        {**client, "REQUEST_URI": "/secret"},
        {**client, "REQUEST_URI": "/secret", "SCRIPT_NAME": "/_doorward"},
        {**client, "REQUEST_URI": f"/{word}", "SCRIPT_NAME": "/_doorward"},
        {**client, "REQUEST_URI": f"/{word}", "DOORWARD_POLICY": "open"},
        {**client, "REQUEST_URI": "/s", "SCRIPT_NAME": ["/s", "/s"]},
        {**client, "DOORWARD_POLICY": "open"},
    ]:
        pairs = [(k, v) for k, vs in params.items() for v in (vs if isinstance(vs, list) else [vs])]
        reply = door.ask(pairs)
        assert (reply.status, reason(reply)) == (403, "bad_input"), params
    twice = [("DOORWARD_ENDPOINT", word), ("DOORWARD_ENDPOINT", word)]
    assert reason(door.ask(twice)) == "duplicate_input"
    for params in [{}, client, {"REQUEST_URI": f"/{word}", "SCRIPT_NAME": f"/{word}"}]:
        reply = door.ask({"DOORWARD_ENDPOINT": word, **params}, role=fcgi.AUTHORIZER)
        assert reply.status == 403
    header = {"REMOTE_ADDR": CLIENT, "HTTP_DOORWARD_ENDPOINT": word, "DOORWARD_POLICY": "open"}
    assert reason(door.ask(header)) == "rule"


def test_behind_nginx(doorward, nginx):
    """A location of its own is answered; the same parameter for auth_request denies every
    client."""
    door, port = doorward("[policy default]\nrdns = off\nallow = *\n"), free_port()
    params = "\n".join(
        f"fastcgi_param {name} {value};"
        for name, value in [
            ("REMOTE_ADDR", "$remote_addr"),
            ("REQUEST_URI", "$request_uri"),
            ("SCRIPT_NAME", "$fastcgi_script_name"),
            ("DOORWARD_ENDPOINT", "metrics"),
        ]
    )
    nginx(
        f"""server {{
        listen 127.0.0.1:{port};
        root {door.folder};
        location / {{ auth_request /_doorward; }}
        location = /_doorward {{ internal; fastcgi_pass unix:{door.socket}; {params} }}
        location = /status/doorward {{ fastcgi_pass unix:{door.socket}; {params} }}
        }}""",
        port,
    )
    answer = web.get(port, "/status/doorward?x")
    assert answer.status == 200
    assert Metrics(answer.body).get("doorward_build_info", version="0.1.0") == 1
    for path in ["/doorward.conf", "/metrics", "/_doorward", "/x?/_doorward", "//_doorward"]:
        assert web.get(port, path).status in (403, 404)
    assert [d["reason"] for d in door.decisions()] == ["bad_input"] * 3


def asks(pki):
    """A request for each reason, and the policy that it is counted for."""
    ip = {"REMOTE_ADDR": CLIENT}
    cert = {**ip, "DOORWARD_POLICY": "cert"}
    good = {**cert, "SSL_CLIENT_CERT": pki.alice.escaped, "SSL_CLIENT_VERIFY": "SUCCESS"}
    return [
        ("rule", "default", ip),
        ("rule", "open", {**ip, "DOORWARD_POLICY": "open"}),
        ("default", "default", {"REMOTE_ADDR": "192.0.2.2"}),
        ("no_address", "default", {}),
        ("bad_address", "default", {"REMOTE_ADDR": "x"}),
        ("duplicate_input", "", [*ip.items(), *ip.items()]),
        ("unknown_policy", "", {**ip, "DOORWARD_POLICY": 'no"such\\policy\n'}),
        ("cert_missing", "cert", cert),
        ("cert_malformed", "cert", {**good, "SSL_CLIENT_CERT": "garbage"}),
        ("cert_unverified", "cert", {**good, "SSL_CLIENT_VERIFY": "FAILED:x"}),
        ("cert_expired", "cert", {**good, "SSL_CLIENT_CERT": pki.expired.escaped}),
        ("cert_not_yet_valid", "cert", {**good, "SSL_CLIENT_CERT": pki.early.escaped}),
        ("dns_error", "default", {"REMOTE_ADDR": "203.0.113.5"}),
        ("dns_error", "unsure", {"REMOTE_ADDR": "203.0.113.5", "DOORWARD_POLICY": "unsure"}),
    ]


def test_each_decision_is_counted_once_with_its_labels(doorward, nsd, pki):
    door = doorward(POLICIES, server_of_names=nsd, server="threads = 1")
    before = scrape(door)
    for why, policy, params in asks(pki):
        verdicts = {200: "allow", 401: "deny", 403: "deny", 503: "error"}
        for _ in range(2):
            reply = door.ask(params)
            after = scrape(door)
            assert reason(reply) == why
            key = (policy, why, verdicts[reply.status])
            assert after.since(before, DECISIONS, LIMITS) == {key: 1}
            before = after
    assert before.get("doorward_answers_reused_total") >= 4


def test_certificates_in_the_cache(doorward, pki):
    door = doorward(
        "[policy default]\nrdns = off\nclient_cert = required\n"
        "allow = cert.dns .partner.example & uri ~ .\n"
    )
    cert = {"SSL_CLIENT_CERT": pki.alice.escaped, "SSL_CLIENT_VERIFY": "SUCCESS"}
    for uri in ["/1", "/2", "/3"]:
        assert reason(door.ask(cert, REMOTE_ADDR=CLIENT, REQUEST_URI=uri)) == "rule"
    after = scrape(door)
    assert after.get("doorward_cert_cache_misses_total") == 1
    assert after.get("doorward_cert_cache_hits_total") == 2
    assert after.get("doorward_cert_cache_entries") == 1
    assert after.get("doorward_cert_check_duration_seconds_count") == 1
    assert after.get("doorward_cert_check_duration_seconds_sum") > 0


def test_a_regex_and_a_rate_that_reach_their_limits(doorward):
    door = doorward(POLICIES)
    before = scrape(door)
    bomb = {"REMOTE_ADDR": CLIENT, "DOORWARD_POLICY": "regex", "HTTP_USER_AGENT": "a" * 40 + "!"}
    assert reason(door.ask(bomb)) == "regex_limit"
    after = scrape(door)
    assert after.since(before, LIMITS) == {("regex",): 1}
    rate = {"REMOTE_ADDR": CLIENT, "DOORWARD_POLICY": "rate"}
    assert [reason(door.ask(rate)) for _ in range(3)] == ["default", "rate", "rate"]
    assert scrape(door).since(after, LIMITS) == {("rate",): 2}


def test_limits_of_connections_and_requests(doorward, folder):
    door = doorward(
        POLICIES,
        server=f"listen = http:unix:{folder}/http.sock\nmax_params = 16384\nthreads = 1\n"
        "request_timeout = 200ms\nmax_requests_per_connection = 1\nmax_connections = 3",
    )
    before = scrape(door)
    reply = door.ask(REMOTE_ADDR=CLIENT, HTTP_COOKIE="x" * 20000)
    assert reason(reply) == "bad_input"
    after = scrape(door)
    assert after.since(before, LIMITS) == {("max_params",): 1}

    with door.connection() as one:
        one.send(fcgi.begin(keep=True, id=1) + fcgi.begin(keep=True, id=2))
        assert one.read_record().type == fcgi.END_REQUEST
        assert one.closed_by_peer(DEADLINE)
    before, after = after, scrape(door)
    assert after.since(before, LIMITS) == {
        ("max_requests_per_connection",): 1,
        ("request_timeout",): 1,
    }
    with socket.socket(socket.AF_UNIX) as http:
        http.connect(f"{folder}/http.sock")
        http.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * 20000)
        assert http.recv(100).startswith(b"HTTP/1.1 431 ")
    before, after = after, scrape(door)
    assert after.since(before, LIMITS, "doorward_http_refusals_total") == {
        ("max_params",): 1,
        ("431",): 1,
    }
    with door.connection() as a, door.connection() as b, door.connection() as c:
        for one in (a, b, c):
            one.send(fcgi.request_bytes({"REMOTE_ADDR": CLIENT, "DOORWARD_POLICY": "open"}, keep=True))
            assert one.read_reply().status == 200
    before, after = after, scrape(door)
    assert after.since(before, LIMITS)[("max_connections",)] >= 1


def test_certificates_past_their_size(doorward):
    door = doorward(POLICIES)
    text = "-----BEGIN CERTIFICATE-----\n" + "AAAA" * 6000 + "\n-----END CERTIFICATE-----\n"
    before = scrape(door)
    cert = {"REMOTE_ADDR": CLIENT, "DOORWARD_POLICY": "cert", "SSL_CLIENT_VERIFY": "SUCCESS"}
    assert reason(door.ask({**cert, "SSL_CLIENT_CERT": text})) == "cert_malformed"
    assert scrape(door).since(before, LIMITS) == {("certificate_size",): 1}


def test_limits_of_lookups(doorward, tap):
    door = doorward(
        "[policy default]\nallow = host ~ .\n",
        dns="timeout = 10s\nlookup_timeout = 1s\nmax_in_flight_per_prefix = 1\nmax_in_flight = 2",
        server="threads = 1",
        server_of_names=tap,
    )
    before = scrape(door)
    addresses = ["192.0.2.101", "66.249.66.1"]
    for address in addresses:
        tap.hold(reverse(address))
    with door.connection() as waiting:
        for number, address in enumerate(addresses, 1):
            waiting.send(fcgi.request_bytes({"REMOTE_ADDR": address}, keep=True, id=number))
            tap.wait_for_query(reverse(address))
            if number == 1:
                assert reason(door.ask(REMOTE_ADDR="192.0.2.102")) == "overload"
                after = scrape(door)
                assert after.since(before, LIMITS) == {("max_in_flight_per_prefix",): 1}
        assert after.get("doorward_dns_in_flight", kind="lookup") == 1
        assert reason(door.ask(REMOTE_ADDR="198.51.100.1")) == "overload"
        before, after = after, scrape(door)
        assert after.since(before, LIMITS) == {("max_in_flight",): 1}
        replies = waiting.read_replies([1, 2])
        assert {reason(r) for r in replies.values()} == {"dns_error"}
    before, after = after, scrape(door)
    assert after.since(before, LIMITS) == {("lookup_timeout",): 2}
    assert after.since(before, LOOKUPS) == {("error",): 2}
    assert after.get("doorward_dns_in_flight", kind="lookup") == 0


def test_lookups_and_their_queries(doorward, nsd):
    door = doorward(POLICIES, server_of_names=nsd)
    before = scrape(door)
    # The second client's only name is that of the first, whose address is known by then.
    for address, result, queries in [(CLIENT, "verified", 2), ("192.0.2.2", "mismatch", 1)]:
        door.ask(REMOTE_ADDR=address)
        after = scrape(door)
        assert after.since(before, LOOKUPS) == {(result,): 1}
        assert after.since(before, "doorward_dns_queries_total") == {("udp",): queries}
        assert after.since(before, "doorward_dns_cache_misses_total") == {(): 1}
        before = after
    door.ask(REMOTE_ADDR=CLIENT, HTTP_USER_AGENT="x", DOORWARD_POLICY="unsure")
    after = scrape(door)
    assert after.since(before, "doorward_dns_cache_hits_total", LOOKUPS) == {(): 1}
    assert after.get("doorward_dns_lookup_duration_seconds_count") == 2
    assert after.get("doorward_dns_cache_entries") >= 4


def test_a_dead_upstream_is_shown(doorward):
    port = free_port()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", port))
        door = doorward(
            POLICIES, dns=f"nameservers = 127.0.0.1:{port}\ntimeout = 20ms\nlookup_timeout = 1s"
        )
        assert scrape(door).get("doorward_dns_upstream_up", server=f"127.0.0.1:{port}") == 1
        for n in range(4):
            assert reason(door.ask(REMOTE_ADDR=f"198.51.100.{n}")) == "dns_error"
        after = scrape(door)
        assert after.get("doorward_dns_upstream_up", server=f"127.0.0.1:{port}") == 0
        assert after.get("doorward_dns_timeouts_total") >= 6
        assert after.get("doorward_dns_retransmissions_total") >= 6


def test_errors_of_fastcgi_peers(doorward):
    door = doorward(POLICIES)
    errors = "doorward_fastcgi_errors_total"
    for error, stream in [
        ("protocol", b"GET / HTTP/1.1\r\n\r\n"),
        ("role", fcgi.begin(role=fcgi.FILTER)),
        ("params", fcgi.begin() + fcgi.record(fcgi.PARAMS, b"\x05") + fcgi.record(fcgi.PARAMS)),
    ]:
        before = scrape(door)
        with door.connection() as one:
            one.send(stream)
            one.closed_by_peer(DEADLINE)
        assert scrape(door).since(before, errors) == {(error,): 1}


def test_reloads(doorward, nsd):
    """No metric is reset; a policy that was removed keeps its metrics."""
    door = doorward(POLICIES, server_of_names=nsd)
    for policy in ("default", "open", "unsure"):
        door.ask(REMOTE_ADDR=CLIENT, DOORWARD_POLICY=policy)
    before = scrape(door)
    door.configure("[policy new]\nrdns = off\nallow = *\n[policy default]\nallow = host client.example\n")
    door.reload()
    door.wait_for_log("is in force")
    wait_for(lambda: door.ask(REMOTE_ADDR=CLIENT, DOORWARD_POLICY="new").status == 200, "the new")
    after = scrape(door)
    for (name, labels), value in before.series.items():
        if re.search(r"_(total|bucket|sum|count)$", name):
            assert after.series[name, labels] >= value, (name, labels)
    assert after.get(DECISIONS, verdict="allow", reason="rule", policy="open") == 1
    assert after.get(DECISIONS, verdict="allow", reason="rule", policy="new") >= 1
    assert after.since(before, "doorward_reloads_total") == {("success",): 1}
    assert after.get("doorward_config_last_reload_successful") == 1
    door.configure("[policy default]\nnonsense\n")
    door.reload()
    door.wait_for_log("nothing has changed")
    wait_for(
        lambda: scrape(door).since(after, "doorward_reloads_total") == {("failure",): 1}, "it"
    )
    assert scrape(door).get("doorward_config_last_reload_successful") == 0


def test_files_that_are_read_again(doorward, folder):
    (folder / "networks").write_text("192.0.2.0/24\n")
    door = doorward("[policy default]\nrdns = off\nallow = ip in file:networks\n")
    before = scrape(door)
    for text, outcome in [("198.51.100.0/24\n", "success"), ("nonsense\n", "failure")]:
        (folder / "new").write_text(text)
        (folder / "new").replace(folder / "networks")
        change = {("lists", outcome): 1}
        wait_for(
            lambda: scrape(door).since(before, "doorward_files_reread_total") == change, outcome
        )
        before = scrape(door)


def test_scrapes_under_load_lose_nothing(doorward):
    door = doorward(POLICIES, server="threads = 4")
    asked, clients = 300, 6
    stop = threading.Event()

    def client():
        with door.connection() as one:
            for _ in range(asked):
                pairs = {"REMOTE_ADDR": CLIENT, "DOORWARD_POLICY": "open"}
                one.send(fcgi.request_bytes(pairs, keep=True))
                assert one.read_reply().status == 200

    def scraper():
        last = 0
        while not stop.is_set():
            count = scrape(door).get(DECISIONS, verdict="allow", reason="rule", policy="open")
            assert count >= last
            last = count

    scraping = threading.Thread(target=scraper)
    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in [scraping, *threads]:
        thread.start()
    for thread in threads:
        thread.join()
    stop.set()
    scraping.join()
    after = scrape(door)
    assert after.get(DECISIONS, verdict="allow", reason="rule", policy="open") == asked * clients
    assert after.get("doorward_request_duration_seconds_count") == asked * clients


def test_a_thousand_policies(doorward):
    names = [f"p{n}" for n in range(1000)]
    door = doorward("".join(f"[policy {n}]\nrdns = off\nallow = *\n" for n in names))
    with door.connection() as one:
        for name in names:
            pairs = {"REMOTE_ADDR": CLIENT, "DOORWARD_POLICY": name}
            one.send(fcgi.request_bytes(pairs, keep=True))
            assert one.read_reply().status == 200
    began = time.monotonic()
    reply = door.ask(DOORWARD_ENDPOINT="metrics")
    assert time.monotonic() - began < 1
    metrics = Metrics(reply.body.decode())
    assert sum(name == DECISIONS for name, _ in metrics.series) == 1000


def list_of(authority, end):
    """A CRL that ends so much later."""
    certificate = authority.certificate
    signer = SimpleNamespace(subject=certificate.x509.subject, key=certificate.key)
    return chains.crl(signer, now=now(), end=end)


def test_the_time_left_of_lists(doorward, folder, pki):
    """Of all policies, that of the first list to end; negative once it has."""
    policy = "rdns = off\nclient_cert = required\nverify = local\nca_file = {0}.pem\ncrl_file = {0}.crl\n"
    ends = {"one": 40 * DAY, "two": DAY}
    text = ""
    for (label, end), authority in zip(ends.items(), [pki.authority, pki.stranger_authority]):
        (folder / f"{label}.pem").write_text(authority.certificate.pem)
        (folder / f"{label}.crl").write_bytes(list_of(authority, end))
        text += f"[policy {label}]\n" + policy.format(label)
    door = doorward(text)
    left = scrape(door).get("doorward_crl_left_seconds")
    assert 86400 - 60 < left <= 86400
    (folder / "new").write_bytes(list_of(pki.stranger_authority, -DAY / 24))
    (folder / "new").replace(folder / "two.crl")
    wait_for(lambda: scrape(door).get("doorward_crl_left_seconds") <= -3600, "the new list")
    door.configure("[policy default]\nrdns = off\n")
    door.reload()
    wait_for(lambda: "doorward_crl_left_seconds" not in scrape(door).names(), "no list")


def every_series(doorward, folder, nsd, pki):
    """The metrics of a configuration that has all of them; its store is away."""
    (folder / "ca.pem").write_text(pki.authority.certificate.pem)
    (folder / "ca.crl").write_bytes(list_of(pki.authority, DAY))
    door = doorward(
        POLICIES + "[policy lists]\nrdns = off\nclient_cert = required\nca_file = ca.pem\ncrl_file = ca.crl\n",
        server_of_names=nsd,
        shared=f"server = 127.0.0.1:{free_port()}\nsecret_file = {secret_file(folder)}",
    )
    door.ask(REMOTE_ADDR=CLIENT)
    return scrape(door)


def test_shipped_files_name_series_that_exist(doorward, nsd, folder, pki):
    """The alert rules and the dashboard name only series that a real scrape has."""
    names = every_series(doorward, folder, nsd, pki).names()
    alerts = (REPOSITORY / "contrib/prometheus/doorward.rules.yml").read_text()
    dashboard = (REPOSITORY / "contrib/grafana/doorward.json").read_text()
    assert json.loads(dashboard)["uid"] == "doorward"
    for text in (alerts, dashboard):
        used = set(re.findall(r"\b(?:doorward|process)_[a-z_]+\b", text))
        assert len(used) > 5 and used <= names, used - names
    manual = (REPOSITORY / "src/man/doorward.8").read_text()
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in names}
    assert [name for name in sorted(families) if name not in manual] == []
    shown = {"agents", "bans", "crl_left", "dns_upstream_errors", "files_reread", "reloads", "sandbox", "shared_bans", "shared_up"}
    assert [part for part in shown if f"doorward_{part}" not in dashboard] == []


def test_the_labels_of_the_dashboard_exist(doorward, nsd, folder, pki):
    """Those that its expressions select and group by, and the words that they are compared with."""
    labels = {}
    for name, pairs in every_series(doorward, folder, nsd, pki).series:
        labels.setdefault(name, {"instance"}).update(label for label, _ in pairs)
    manual = (REPOSITORY / "src/man/doorward.8").read_text()
    panels = json.loads((REPOSITORY / "contrib/grafana/doorward.json").read_text())["panels"]
    for target in (target for panel in panels for target in panel["targets"]):
        expression, has, words = target["expr"], set(), []
        for name, selector in re.findall(r"\b((?:doorward|process)_[a-z_]+)\{(.*?)\}", expression):
            compared = dict(re.findall(r'([a-z]+)[=!~]+"(.*?)"', selector))
            assert compared.pop("instance") == "$instance" and set(compared) <= labels[name], expression
            words += "|".join(compared.values()).split("|") if compared else []
            has |= labels[name]
        assert has and [word for word in words if not re.search(rf"\b{word}\b", manual)] == []
        grouped = set(", ".join(re.findall(r"by \((.*?)\)", expression)).split(", ")) - {"", "le"}
        assert grouped <= has, expression
        named = set(re.findall(r"\{\{(.*?)\}\}", target["legendFormat"]))
        assert named <= (grouped if " by (" in expression else has), expression


def test_the_panels_of_the_dashboard_have_a_place_each():
    panels = json.loads((REPOSITORY / "contrib/grafana/doorward.json").read_text())["panels"]
    assert len({panel["id"] for panel in panels}) == len({panel["title"] for panel in panels}) == len(panels)
    assert len({(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}) == len(panels)
    for at in (panel["gridPos"] for panel in panels):
        assert at["x"] % at["w"] == 0 and at["x"] + at["w"] <= 24 and at["y"] % at["h"] == 0
