# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""`rate` rules: the whole process counts, a reload keeps the counts, and no response is cached."""

import json
import threading

import pytest

import fcgi
from kit import web
from kit.doorward import reason, run, summary
from kit.process import free_port, wait_for

FOUR = "threads = 4"


def policy(*rules, name="default", keys="rdns = off\n", default="allow"):
    lines = "".join(f"{rule}\n" for rule in rules)
    return f"[policy {name}]\n{keys}default = {default}\n{lines}"


def age(reply):
    assert reply.header("X-Accel-Expires") == reply.header("Cache-Control").split("=")[1]
    return int(reply.header("X-Accel-Expires"))


def count(door, n, params=None, **more):
    """How many of n requests get in."""
    return [door.ask(params, **more).status for _ in range(n)].count(200)


def test_the_limit_is_of_the_whole_process(doorward):
    door = doorward(policy("deny = rate 20/h"), server=FOUR)
    for _ in range(20):
        reply = door.ask(REMOTE_ADDR="192.0.2.1")
        assert summary(reply) == (200, "default", None)
        assert age(reply) == 0
    for _ in range(5):
        reply = door.ask(REMOTE_ADDR="192.0.2.1")
        assert summary(reply) == (403, "rate", None)
        assert age(reply) == 0
        assert reply.header("X-Doorward-Rule").startswith(str(door.file))
    assert summary(door.ask(REMOTE_ADDR="::ffff:192.0.2.1")) == (403, "rate", None)
    assert summary(door.ask(REMOTE_ADDR="192.0.2.2")) == (200, "default", None)
    assert {line["reason"] for line in door.decisions() if line["ip"] == "192.0.2.1"} == {
        "default",
        "rate",
    }


def test_all_at_once(doorward):
    door = doorward(policy("allow = !rate 100/h", default="deny"), server=FOUR)
    statuses = []

    def ask():
        with door.connection() as connection:
            for number in range(1, 51):
                connection.send(
                    fcgi.request_bytes({"REMOTE_ADDR": "192.0.2.1"}, keep=True, id=number)
                )
                statuses.append(connection.read_replies([number])[number].status)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (statuses.count(200), statuses.count(403)) == (100, 300)


def test_a_network_of_ipv6_is_one_client(doorward):
    door = doorward(policy("deny = rate 3/h"), server=FOUR)
    addresses = ["2001:db8::1", "2001:db8::2", "2001:db8:0:0:ffff::"]
    assert [door.ask(REMOTE_ADDR=a).status for a in addresses] == [200] * 3
    assert summary(door.ask(REMOTE_ADDR="2001:db8::4")) == (403, "rate", None)
    assert door.ask(REMOTE_ADDR="2001:db8:0:1::1").status == 200


def test_tokens_come_back(doorward):
    door = doorward(policy("deny = rate 10/s"))
    wait_for(lambda: door.ask(REMOTE_ADDR="192.0.2.1").status == 403, "an empty bucket")
    wait_for(lambda: door.ask(REMOTE_ADDR="192.0.2.1").status == 200, "a token")


@pytest.mark.parametrize(
    "rule, default, reasons",
    [
        ("deny = rate 2/h", "allow", ["default"] * 2 + ["rate"]),
        ("allow = !rate 2/h", "deny", ["rule"] * 2 + ["default"]),
        ("allow = rate 2/h", "deny", ["default"] * 2 + ["rate"]),
        ("deny = !rate 2/h", "allow", ["rule"] * 2 + ["default"]),
        # Both rules count each request.
        ("deny = rate 2/h & rate 3/h", "allow", ["default"] * 3 + ["rate"]),
        ("allow = !rate 2/h & !rate 3/h", "deny", ["rule"] * 2 + ["default"]),
    ],
)
def test_reasons(doorward, rule, default, reasons):
    door = doorward(policy(rule, default=default))
    replies = [door.ask(REMOTE_ADDR="192.0.2.1") for _ in reasons]
    assert [reason(r) for r in replies] == reasons
    assert [age(r) for r in replies] == [0] * len(reasons)


def test_deny_status(doorward):
    door = doorward(policy("deny = rate 1/h", keys="rdns = off\ndeny_status = 401\n"))
    assert [door.ask(REMOTE_ADDR="192.0.2.1").status for _ in range(2)] == [200, 401]


def test_only_what_the_rule_covers_counts(doorward):
    door = doorward(
        policy("allow = ip 192.0.2.9", "deny = rate 2/h & uri ~ ^/login & method POST"),
        server=FOUR,
    )
    client = {"REMOTE_ADDR": "192.0.2.1"}
    login = {**client, "REQUEST_URI": "/login", "REQUEST_METHOD": "POST"}
    page = {**client, "REQUEST_URI": "/", "REQUEST_METHOD": "POST"}
    assert count(door, 5, page) == 5
    assert count(door, 5, {**login, "REQUEST_METHOD": "GET"}) == 5
    assert count(door, 5, login) == 2
    assert count(door, 2, page) == 2
    # An earlier rule decides.
    assert count(door, 5, {**login, "REMOTE_ADDR": "192.0.2.9"}) == 5
    # If no rate is evaluated, a response may be cached.
    assert age(door.ask(REMOTE_ADDR="192.0.2.9")) > 0


def test_rules_and_policies_count_separately(doorward):
    door = doorward(
        policy("deny = rate 2/h & uri /a", "deny = rate 2/h & uri /b")
        + "[policy heir]\nparent = default\n"
    )
    for name in ["default", "heir"]:
        client = {"REMOTE_ADDR": "192.0.2.1", "DOORWARD_POLICY": name}
        assert count(door, 3, client, REQUEST_URI="/a") == 2
        assert count(door, 3, client, REQUEST_URI="/b") == 2


def test_a_request_that_waits_counts_once(doorward, tap):
    """The rules are evaluated again after each lookup."""
    door = doorward(
        policy(
            "deny = rate 2/h",
            "deny = forward nowhere.example",
            "deny = host other.example",
            keys="",
        ),
        server_of_names=tap,
    )
    statuses = [door.ask(REMOTE_ADDR="192.0.2.1").status for _ in range(4)]
    assert statuses == [200, 200, 403, 403]
    assert tap.count() > 0


def test_a_host(doorward, tap):
    """client.example is 192.0.2.1 and 2001:db8::1."""
    door = doorward(policy("deny = rate host 2/h", keys=""), server=FOUR, server_of_names=tap)
    assert door.ask(REMOTE_ADDR="192.0.2.1").status == 200
    assert door.ask(REMOTE_ADDR="2001:db8::1").status == 200
    assert summary(door.ask(REMOTE_ADDR="192.0.2.1")) == (403, "rate", "client.example")
    assert summary(door.ask(REMOTE_ADDR="2001:db8::1")) == (403, "rate", "client.example")
    # 192.0.2.2 only claims that it is client.example: it counts by its address.
    assert count(door, 3, REMOTE_ADDR="192.0.2.2") == 2
    assert count(door, 3, REMOTE_ADDR="192.0.2.5") == 2
    # The lookup of 203.0.113.1 fails.
    for _ in range(3):
        reply = door.ask(REMOTE_ADDR="203.0.113.1")
        assert (reply.status, reason(reply), age(reply)) == (403, "dns_error", 0)


def test_a_certificate(doorward, pki):
    door = doorward(
        policy("deny = rate cert 2/h", keys="rdns = off\nclient_cert = optional\n"), server=FOUR
    )
    alice = {"SSL_CLIENT_CERT": pki.alice.escaped, "SSL_CLIENT_VERIFY": "SUCCESS"}
    rsa = {"SSL_CLIENT_CERT": pki.rsa.escaped, "SSL_CLIENT_VERIFY": "SUCCESS"}
    assert door.ask(alice, REMOTE_ADDR="192.0.2.1").status == 200
    assert door.ask(alice, REMOTE_ADDR="192.0.2.2").status == 200
    assert summary(door.ask(alice, REMOTE_ADDR="192.0.2.3")) == (403, "rate", None)
    assert count(door, 3, rsa, REMOTE_ADDR="192.0.2.1") == 2
    # A client without a certificate counts by its address, which no request above has used up.
    assert count(door, 3, REMOTE_ADDR="192.0.2.1") == 2


def test_a_reload_keeps_what_was_counted(doorward):
    rule = "deny = rate 2/h & uri ~ ^/"
    door = doorward(policy(rule), server=FOUR)
    client = {"REMOTE_ADDR": "192.0.2.1", "REQUEST_URI": "/"}

    def reload(*rules, **sections):
        door.configure(policy(*rules), **sections)
        before = door.stderr().count("is in force")
        door.reload()
        door.process.wait_until(
            lambda: door.stderr().count("is in force") > before, "the new configuration"
        )

    assert count(door, 3, client) == 2
    reload("deny = ip 10.0.0.0/8", rule, "deny = uri /gone")
    assert door.ask(client).status == 403
    # Another rule begins with full buckets, and the buckets of the old one are kept meanwhile.
    reload("deny = rate 3/h & uri ~ ^/")
    assert count(door, 4, client) == 3
    reload(rule)
    assert door.ask(client).status == 403
    # Another table starts with full buckets.
    reload(rule, cache="rate_entries = 1024")
    assert count(door, 3, client) == 2


def test_a_flood_does_not_free_a_limited_client(doorward):
    door = doorward(policy("deny = rate 10/h"), server=FOUR, cache="rate_entries = 1024")
    assert count(door, 11, REMOTE_ADDR="192.0.2.1") == 10
    with door.connection() as connection:
        for number in range(4000):
            address = f"10.1.{number // 250}.{number % 250}"
            connection.send(fcgi.request_bytes({"REMOTE_ADDR": address}, keep=True, id=1))
            assert connection.read_replies([1])[1].status == 200
    assert door.ask(REMOTE_ADDR="192.0.2.1").status == 403


def test_through_nginx(doorward, nginx, folder):
    """The front end caches responses, but must not cache these."""
    port = free_port()
    door = doorward(policy("deny = rate 5/m & uri ~ ^/limited"), server=FOUR)
    nginx(
        f"""
	fastcgi_cache_path {folder}/cache keys_zone=door:1m;
	server {{
		listen 127.0.0.1:{port};
		location /limited {{
			auth_request /auth;
			auth_request_set $why $upstream_http_x_doorward_reason;
			add_header X-Why $why always;
			try_files /none =404;
		}}
		location = /auth {{
			internal;
			fastcgi_cache door;
			fastcgi_cache_key $remote_addr$request_uri;
			fastcgi_pass unix:{door.socket};
			fastcgi_pass_request_body off;
			fastcgi_param REMOTE_ADDR $remote_addr;
			fastcgi_param REQUEST_URI $request_uri;
			fastcgi_param REQUEST_METHOD $request_method;
		}}
	}}
""",
        port,
    )
    replies = [web.get(port, "/limited") for _ in range(8)]
    assert [r.status for r in replies] == [404] * 5 + [403] * 3
    assert replies[-1].header("X-Why") == "rate"
    assert len([d for d in door.decisions() if d["uri"] == "/limited"]) == 8


def test_errors(folder):
    conf = folder / "doorward.conf"
    conf.write_text(
        "[policy default]\nrdns = off\n"
        "deny = rate\n"
        "deny = uri / & rate 10/d\n"
        "deny = rate ~ x\n"
        "deny = rate in file:x\n"
        "deny = rate 0/s\n"
        "deny = rate host 5/s\n"
        "deny = rate cert 5/s\n"
        "[policy single]\nrdns = single\n"
        "deny = rate host 5/s\n"
    )
    errors = run("-t", "-c", conf, expect=1)[2]
    for place in ["3:12", "4:21", "5:13", "6:16", "7:13", "8:8", "9:8", "12:8"]:
        assert f"doorward.conf:{place}: error: " in errors, place
    assert "rate host: expected rdns = double in [policy single]" in errors
    assert "rate cert: expected client_cert = optional or required in [policy default]" in errors


def test_configuration_reads_back(folder):
    conf = folder / "doorward.conf"
    conf.write_text(
        "[cache]\nrate_entries = 4096\n[policy default]\nclient_cert = optional\n"
        "deny = rate host 10/s & !rate cert 5/m\ndeny = rate 1000000/h\n"
    )
    printed = run("-T", "-c", conf, expect=0)[1]
    assert "rate_entries = 4096\n" in printed
    assert "deny = rate host 10/s & !rate cert 5/m\ndeny = rate 1000000/h\n" in printed
    again = folder / "again.conf"
    again.write_text(printed)
    assert run("-T", "-c", again, expect=0)[1] == printed


def test_check_shows_the_terms(folder):
    conf = folder / "doorward.conf"
    conf.write_text(policy("deny = rate 1/h & uri ~ ^/"))
    for _ in range(2):
        arguments = ["check", "-c", conf, "--ip", "192.0.2.1", "--uri", "/"]
        got = json.loads(run(*arguments, "--json", expect=0)[1])
        outcomes = {t["text"]: t["outcome"] for t in got["steps"][0]["terms"]}
        assert outcomes == {"rate 1/h": "false", "uri ~ ^/": "true"}
        assert got["max_age"] == 0
    assert "rate" in run(*arguments, expect=0)[1]


def test_as_a_cgi_program(folder):
    conf = folder / "doorward.conf"
    conf.write_text(policy("deny = rate 1/h"))
    for _ in range(2):
        environment = {
            "GATEWAY_INTERFACE": "CGI/1.1",
            "REQUEST_METHOD": "GET",
            "REMOTE_ADDR": "192.0.2.1",
        }
        out = run("-c", conf, env=environment, expect=0)[1]
        assert out.startswith("Status: 200") and "max-age=0" in out
