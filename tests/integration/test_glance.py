# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""What the admin listener remembers: the last hour, and the last decisions."""

import json
import re
import socket
import threading
import time
from urllib.parse import urlencode

import pytest

import fcgi
from kit.certs import DAY, name, now
from kit.doorward import SANITIZED, reason, run
from kit.process import connects, wait_for
from test_status import IN, OUT, POLICY, Admin, counts

HOSTILE = "\"><script>alert(1)</script>\x1b[31m\r\n\u202e'"


class Glance(Admin):
    def read(self, path, **query):
        response, body = self.get(f"/{path}.json" + (f"?{urlencode(query)}" if query else ""))
        assert response.status == 200, body
        assert response.headers["Content-Type"] == "application/json"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        return json.loads(body)

    def recent(self, **query):
        return self.read("recent", **query)["recent"]


def started(doorward, folder, policy=POLICY, server="", **more):
    door = doorward(policy, server=f"listen = admin:unix:{folder}/admin.sock\n{server}", **more)
    door.admin = Glance(str(folder / "admin.sock"))
    wait_for(lambda: connects(door.admin.address) and door.admin.status()["ready"], "a ready doorward")
    return door


@pytest.fixture
def door(doorward, folder):
    return started(doorward, folder, server=f"listen = http:unix:{folder}/http.sock")


def total(history):
    return {
        (s["policy"], s["verdict"], s["reason"]): sum(s["values"]) + s["current"] for s in history["series"]
    }


# The last hour


def test_the_history_counts_what_all_workers_decided(door):
    for number in range(60):
        door.ask(IN if number % 3 else OUT)
    history = door.admin.read("history")
    assert history["step_s"] == 10 and abs(history["end"] - time.time()) < 15
    assert total(history) == {("default", "allow", "rule"): 40, ("default", "deny", "default"): 20}
    assert set(history["dns"]) >= {"queries", "timeouts", "cache_hits"}
    assert all(len(values) == history["steps"] for values in history["dns"].values())
    assert all(len(s["values"]) == history["steps"] for s in history["series"])


def test_a_reload_keeps_what_was_there(door):
    door.ask(IN)
    before = door.admin.recent()
    door.configure(POLICY.replace("[policy other]", "[policy another]"))
    door.reload()
    wait_for(lambda: reason(door.ask(IN, DOORWARD_POLICY="another")) == "default", "the new policy")
    counted = total(door.admin.read("history"))
    assert counted["default", "allow", "rule"] == 1 and counted["another", "deny", "default"] == 1
    after = door.admin.recent()
    assert after[0]["policy"] == "another" and after[-1:] == before


# The last decisions


def test_a_decision_is_told_as_the_log_tells_it(door):
    door.ask(IN, REQUEST_URI="/a?b", REQUEST_METHOD="GET", HTTP_HOST="x.example", HTTP_USER_AGENT="ua")
    door.ask(OUT)
    log = door.decisions()
    assert len(log) == 2 and log[::-1] == door.admin.recent()


def test_a_cached_response_is_a_decision_of_its_own(door):
    for agent in ("one", "two", "three"):
        door.ask(IN, HTTP_USER_AGENT=agent)
    found = door.admin.recent()
    assert [r["user_agent"] for r in found] == ["three", "two", "one"]
    assert len({r["id"] for r in found}) == 3


def test_filters(door):
    for last in range(1, 5):
        door.ask(REMOTE_ADDR=f"192.0.2.{last}")
        door.ask(REMOTE_ADDR=f"2001:db8::{last}")
        door.ask(REMOTE_ADDR=f"192.0.2.{last}", DOORWARD_POLICY="other")
    recent = door.admin.recent
    assert len(recent()) == 12 and len(recent(limit=5)) == 5 and recent(limit=0) == []
    assert recent(limit=5) == recent()[:5]
    assert {r["ip"] for r in recent(address="192.0.2.3")} == {"192.0.2.3"}
    assert len(recent(address="192.0.2.0/24")) == 8 and len(recent(address="2001:db8::/64")) == 4
    assert len(recent(address="192.0.2.77/24")) == 8
    assert len(recent(denied=1)) == 8 and len(recent(denied=0)) == 12
    assert len(recent(policy="other")) == 4 and recent(policy="othe") == []
    assert len(recent(reason="rule")) == 4
    assert len(recent(denied=1, address="192.0.2.1")) == 1
    assert recent(id=recent()[7]["id"]) == [recent()[7]]
    assert recent(host="example") == []


def test_host_names_are_found_by_a_part(doorward, folder, nsd):
    door = started(
        doorward, folder, "[policy default]\nallow = host .example\n", dns=f"nameservers = 127.0.0.1:{nsd.port}"
    )
    for number in range(1, 30):
        door.ask(REMOTE_ADDR=f"192.0.2.{number}")
    named = [r for r in door.admin.recent() if "hostname" in r]
    assert named
    name = named[0]["hostname"]
    assert named[0] in door.admin.recent(host=name[1:-1].upper())
    assert door.admin.recent(host="no." + name) == []


@pytest.mark.parametrize(
    "query, why",
    [
        ("foo=1", "there is no parameter foo"),
        ("limit=x", "limit: expected a number"),
        ("limit=-1", "limit: expected a number"),
        ("limit=99999999999999999999", "limit: expected a number"),
        ("address=1.2.3", "address: expected an address"),
        ("denied=yes", "denied: expected 0 or 1"),
        ("id=%zz", "not an escaped parameter"),
        ("id=a&id=b", "comes twice"),
        ("id=%1b%5b31m\x7f", ""),
    ],
)
def test_bad_queries_are_answered_with_what_is_expected(door, query, why):
    response, body = door.admin.get("/recent.json?" + query.replace("\x7f", ""))
    if why:
        assert response.status == 400 and why in body.decode()
        assert response.headers["Content-Type"].startswith("text/plain")
    else:
        assert json.loads(body)["recent"] == []


def test_only_later_ones(door):
    door.ask(IN)
    first = door.admin.read("recent")
    assert len(first["recent"]) == 1
    again = door.admin.read("recent", since=first["end"])
    assert again["recent"] == [] and again["end"] == first["end"] and again["left_out"] == 0
    for _ in range(7):
        door.ask(OUT)
    later = door.admin.read("recent", since=first["end"])
    assert len(later["recent"]) == 7 and later["left_out"] == 0
    few = door.admin.read("recent", since=first["end"], limit=3)
    assert few["recent"] == later["recent"][:3] and few["left_out"] == 4 and few["end"] == later["end"]
    for other in ("", "x", "0-0-0", first["end"] + "-0", first["end"][:-2], "-" * 4000):
        assert len(door.admin.read("recent", since=other)["recent"]) == 8


def test_as_many_as_configured(doorward, folder):
    door = started(doorward, folder, server="recent = 5")
    for number in range(20):
        door.ask(IN, REQUEST_URI=f"/{number}")
    found = door.admin.recent()
    assert [r["uri"] for r in found] == [f"/{n}" for n in range(19, 14, -1)]


def test_none_are_kept_with_0(doorward, folder):
    door = started(doorward, folder, server="recent = 0")
    door.ask(IN)
    assert door.admin.read("recent") == {"recent": [], "end": "", "left_out": 0}


def test_addresses_are_cut(doorward, folder, nsd):
    door = started(
        doorward,
        folder,
        "[policy default]\nallow = host .example\nallow = ip 2001:db8::/32\n",
        server="recent_addresses = cut",
        dns=f"nameservers = 127.0.0.1:{nsd.port}",
    )
    for number in range(1, 30):
        door.ask(REMOTE_ADDR=f"192.0.2.{number}")
    door.ask(REMOTE_ADDR="2001:db8:1:2:3:4:5:6")
    door.ask(REMOTE_ADDR="203.0.113.99x")
    response, body = door.admin.get("/recent.json")
    found = json.loads(body)["recent"]
    assert len(found) == 31
    assert {r.get("ip") for r in found} == {"192.0.2.0/24", "2001:db8:1::/48", None}
    assert all("ptr" not in r and "detail" not in r for r in found)
    names = {r["hostname"] for r in found if "hostname" in r}
    assert names and all(n.count(".") <= 2 for n in names)
    assert b"203.0.113.99" not in body and b"3:4:5:6" not in body
    # The log is another matter.
    assert any(line.get("ip") == "192.0.2.7" for line in door.log())


def test_hostile_texts_stay_texts(door):
    long = "\x01\"\\" * 3000
    door.ask(OUT, HTTP_USER_AGENT=HOSTILE, REQUEST_URI="/" + HOSTILE, HTTP_HOST=HOSTILE, DOORWARD_POLICY=HOSTILE)
    door.ask(OUT, HTTP_USER_AGENT=long, REQUEST_URI=long, HTTP_HOST=long, REQUEST_METHOD=long, DOORWARD_POLICY=long)
    door.ask(OUT, HTTP_USER_AGENT=b"\xff\xfe\x00")
    response, body = door.admin.get("/recent.json")
    third, second, first = json.loads(body)["recent"]
    assert first["user_agent"] == HOSTILE and first["uri"] == "/" + HOSTILE and first["policy"] == HOSTILE
    assert second["user_agent"] == long[:256] and second["method"] == long[:16]
    assert {"method", "http_host", "uri", "user_agent", "policy"} <= set(second["cut"])
    assert third["user_agent"] == "\ufffd\ufffd\x00"
    assert not any(byte < 0x20 for byte in body[:-1]) and b"\xe2\x80\xae" not in body


def test_front_ends_reach_none_of_it(door, folder):
    front = Admin(str(folder / "http.sock"))
    for path in ("recent", "history", "explain", "whatif"):
        assert front.get(f"/{path}.json")[0].status == 404
        reply = fcgi.request(
            door.address, [("DOORWARD_ENDPOINT", f"{path}.json"), ("SCRIPT_NAME", f"/{path}.json")], timeout=10
        )
        assert reply.status == 404


def test_it_only_tells(door):
    for path in ("/recent.json", "/history.json"):
        assert door.admin.get(path, method="POST")[0].status == 405
        response, body = door.admin.get(path, method="HEAD")
        assert response.status == 200 and body == b""


# Why, and what if


def test_a_recent_decision_is_explained(doorward, folder, nsd):
    door = started(
        doorward,
        folder,
        "[policy default]\nallow = host .example & method GET\ndeny = ip 192.0.2.250\n",
        dns=f"nameservers = 127.0.0.1:{nsd.port}",
    )
    asked = [door.ask(REMOTE_ADDR=f"192.0.2.{number}", REQUEST_METHOD="GET") for number in range(1, 20)]
    for record, reply in zip(door.admin.recent(), reversed(asked)):
        found = door.admin.read("explain", id=record["id"])
        assert found["verdict"] == record["verdict"] and found["ip"] == record["ip"]
        assert found["status"] == reply.status and found["steps"] and found["rdns"]["result"] == record["rdns"]
        assert found["log"]["id"] == record["id"]
        shown = run("check", "-c", door.file, "--log", json.dumps(record), "--json")[1]
        assert json.loads(shown)["steps"] == found["steps"]
    assert len(door.admin.recent()) == 19 and counts(door.admin.status()) == counts_of(asked)


def counts_of(replies):
    allowed = sum(reply.status == 200 for reply in replies)
    return {"allow": allowed, "deny": len(replies) - allowed, "error": 0}


def test_a_decision_is_explained_by_what_is_in_force_now(door):
    door.ask(OUT)
    door.configure(POLICY.replace("192.0.2.0/24", "198.51.100.0/24"))
    door.reload()
    wait_for(lambda: door.admin.status()["last_reload"]["number"] == 1, "the reload")
    [record] = door.admin.recent()
    found = door.admin.read("explain", id=record["id"])
    assert found["verdict"] == "allow" and found["log"]["verdict"] == "deny"


@pytest.mark.parametrize(
    "query, status, why",
    [
        ("", 400, "id: expected"),
        ("?id=1", 400, "id: expected"),
        ("?id=" + "0" * 24, 404, "not among the recent ones"),
        ("?ip=192.0.2.1", 400, "there is no parameter ip"),
    ],
)
def test_what_cannot_be_explained(door, query, status, why):
    response, body = door.admin.get("/explain.json" + query)
    assert response.status == status and why in body.decode()


def test_a_cut_address_cannot_be_explained(doorward, folder):
    door = started(doorward, folder, server="recent_addresses = cut")
    door.ask(IN)
    response, body = door.admin.get("/explain.json?id=" + door.admin.recent()[0]["id"])
    assert response.status == 409 and b"192.0.2.0/24" in body


def test_what_if(door):
    found = door.admin.read("whatif", ip="192.0.2.9")
    assert found["verdict"] == "allow" and found["policy"] == "default"
    assert found["steps"][0]["outcome"] == "true"
    assert door.admin.read("whatif", ip="192.0.2.9", policy="other")["verdict"] == "deny"
    assert door.admin.read("whatif", ip="192.0.2.9", policy=HOSTILE)["reason"] == "unknown_policy"
    assert door.admin.read("whatif", ip="2001:db8::1", user_agent=HOSTILE, uri="/", method="GET", http_host="x")
    shown = json.loads(run("check", "-c", door.file, "--ip", "192.0.2.9", "--json")[1])
    assert shown == found
    # It is in no count and no list.
    assert door.admin.recent() == [] and door.admin.read("history")["series"] == []
    assert counts(door.admin.status()) == {"allow": 0, "deny": 0, "error": 0}
    assert not door.log() or all("verdict" not in line for line in door.log())


# Options of check that the page has no field for: lines of the log have a view of their own, an
# intermediate comes behind its certificate, and a signature is of one request, for a short time:
# the agent stands for it.
NOT_SUPPOSED = {"id", "log", "json", "chain", "header", "scheme"}


def test_what_if_takes_what_check_takes(door):
    options = set(re.findall(r"--([a-z-]+)", run("help", "check", expect=0)[1].partition("\n\n")[0]))
    assert NOT_SUPPOSED < options
    wanted = {option.replace("-", "_") for option in options - NOT_SUPPOSED}
    told = door.admin.get("/whatif.json?nonsense=1")[1].decode()
    assert set(told.partition("expected one of ")[2].strip().split(", ")) == wanted
    form = door.admin.get("/whatif")[1].decode().partition('action="/whatif"')[2].partition("</form>")[0]
    assert set(re.findall(r'<(?:input|textarea) name="([a-z_]+)"', form)) == wanted


def test_what_if_an_agent_asked(doorward, folder):
    door = started(doorward, folder, "[policy default]\nrdns = off\nallow = agent https://agent.example\n")
    for agent, verdict, why in [
        ("https://Agent.example/", "allow", "rule"),
        ("https://other.example", "deny", "default"),
        ("invalid", "deny", "default"),
        ("unverified", "deny", "agent_unverified"),
    ]:
        found = door.admin.read("whatif", ip="192.0.2.9", agent=agent)
        assert (found["verdict"], found["reason"]) == (verdict, why), agent
        shown = run("check", "-c", door.file, "--ip", "192.0.2.9", "--agent", agent, "--json")[1]
        assert json.loads(shown) == found


def test_what_if_a_certificate_came(doorward, folder, pki):
    """Verified here; and what is supposed about time and certificates is kept by no cache."""
    intermediate = pki.authority.intermediate("between")
    alice = intermediate.issue("alice", name("CN=alice"), start=5 * DAY, end=15 * DAY)
    policy = "[policy default]\nrdns = off\nclient_cert = required\nverify = {}\nca_file = {}\nallow = cert.cn alice\n"
    door = started(doorward, folder, policy.format("both", pki.authority.file))
    chain = alice.pem + intermediate.certificate.pem
    (folder / "chain.pem").write_text(intermediate.certificate.pem)
    then = (now() + 10 * DAY).strftime("%Y-%m-%dT%H:%M:%SZ")
    command = ["check", "-c", door.file, "--ip", "192.0.2.9", "--cert", alice.file, "--json"]
    for more, verdict, why, arguments in [
        # As a form of a browser sends it.
        ({"cert": chain.replace("\n", "\r\n"), "at": then}, "allow", "rule", ["--at", then, "--chain", folder / "chain.pem"]),
        ({"cert": chain}, "deny", "cert_not_yet_valid", ["--chain", folder / "chain.pem"]),
        ({"cert": alice.pem, "at": then}, "deny", "cert_untrusted", ["--at", then]),
        ({"cert": chain, "at": then, "verify_status": "NONE"}, "deny", "cert_unverified",
         ["--at", then, "--chain", folder / "chain.pem", "--verify-status", "NONE"]),
    ]:
        found = door.admin.read("whatif", ip="192.0.2.9", **more)
        assert (found["verdict"], found["reason"]) == (verdict, why), more
        shown = json.loads(run(*command, *arguments)[1])
        assert shown["cert"] == found["cert"] and shown["steps"] == found["steps"]
    assert door.admin.read("whatif", ip="192.0.2.9")["reason"] == "cert_missing"
    sent = {"REMOTE_ADDR": "192.0.2.9", "SSL_CLIENT_CERT": alice.escaped, "SSL_CLIENT_VERIFY": "SUCCESS"}
    assert reason(door.ask(sent)) == "cert_not_yet_valid"
    assert door.admin.read("whatif", ip="192.0.2.9", cert="nonsense")["reason"] == "cert_malformed"


@pytest.mark.parametrize(
    "query, says",
    [
        ({"agent": "nonsense<b>"}, "agent: expected the URL of an agent"),
        ({"at": "yesterday"}, "at: expected an RFC 3339 time such as 2026-11-21T17:12:00Z, not yesterday"),
        ({"verify_status": "SUCCESS"}, "verify_status: expected cert beside it"),
        ({"cert": "-----BEGIN CERTIFICATE-----\n!"}, "cert: "),
    ],
)
def test_what_cannot_be_supposed_is_told(door, query, says):
    response, body = door.admin.get("/whatif.json?" + urlencode({"ip": "192.0.2.9", **query}))
    assert response.status == 400 and says in body.decode()


@pytest.mark.parametrize("query", ["", "?ip=", "?ip=x", "?ip=192.0.2.0/24", "?ip=192.0.2.1&x=1", "?ip=192.0.2.1&ip=192.0.2.1"])
def test_a_bad_what_if(door, query):
    response, body = door.admin.get("/whatif.json" + query)
    assert response.status == 400 and body


def test_what_if_takes_no_token(doorward, folder):
    door = started(doorward, folder, "[policy default]\nrdns = off\ndeny = rate 2/h\nallow = ip 192.0.2.0/24\n")
    for _ in range(5):
        assert door.admin.read("whatif", ip="192.0.2.1")["verdict"] == "allow"
    assert [door.ask(IN).status for _ in range(3)] == [200, 200, 403]
    assert door.admin.read("whatif", ip="192.0.2.1")["verdict"] == "deny"
    assert door.admin.read("whatif", ip="192.0.2.2")["verdict"] == "allow"


@pytest.fixture
def silent_dns():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        yield one.getsockname()[1]


def test_dns_that_does_not_answer_blocks_nothing(doorward, folder, silent_dns):
    door = started(
        doorward,
        folder,
        "[policy default]\nallow = host .example\n[policy plain]\nrdns = off\nallow = ip 192.0.2.0/24\n",
        dns=f"nameservers = 127.0.0.1:{silent_dns}\ntimeout = 5s\nlookup_timeout = 10s",
    )
    got = []
    threads = [
        threading.Thread(target=lambda n=n: got.append(door.admin.get(f"/whatif.json?ip=192.0.2.{n}")[0].status))
        for n in range(8)
    ]
    begin = time.monotonic()
    for thread in threads:
        thread.start()
    assert door.admin.status()["ready"] and time.monotonic() - begin < 1
    assert door.ask(IN, DOORWARD_POLICY="plain").status == 200
    for thread in threads:
        thread.join()
    assert time.monotonic() - begin < 3
    assert sorted(got) == [503] * 4 + [504] * 4
    # They have gone: another one is decided.
    assert door.admin.read("whatif", ip="192.0.2.1", policy="plain")["verdict"] == "allow"


def test_a_peer_that_leaves_and_the_end_of_the_process(doorward, folder, silent_dns):
    door = started(
        doorward,
        folder,
        "[policy default]\nallow = host .example\n",
        dns=f"nameservers = 127.0.0.1:{silent_dns}\ntimeout = 5s\nlookup_timeout = 10s",
    )
    request = b"GET /whatif.json?ip=192.0.2.1 HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for _ in range(4):
        one = door.admin.connect()
        one.sendall(request)
        time.sleep(0.05)
        one.close()
    one = door.admin.connect()
    one.sendall(request)
    time.sleep(0.2)
    assert door.admin.status()["ready"]
    door.stop()
    one.close()


# Floods


def memory(door):
    with open(f"/proc/{door.process.pid}/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


@pytest.mark.skipif(SANITIZED, reason="AddressSanitizer keeps memory that was freed")
def test_a_flood_is_kept_in_bounded_memory(doorward, folder):
    door = started(doorward, folder, server="recent = 500", cache="answers = 0", log="decisions = none\nformat = json")

    def flood(count):
        connection = door.connection()
        for number in range(count):
            connection.request([*IN.items(), ("REQUEST_URI", f"/{number}" + "a" * 900), ("HTTP_USER_AGENT", "b" * 900)])
        connection.close()

    flood(1500)
    filled = memory(door)
    flood(6000)
    assert memory(door) - filled < 2048, "KiB more after the rings were full"
    assert len(door.admin.recent(limit=20000)) == 500


PATHS = ["/", "/decisions?denied=1", "/whatif?ip=192.0.2.1", "/status.json", "/history.json"]
PATHS += ["/recent.json?limit=1000", "/whatif.json?ip=192.0.2.1", "/metrics", "/healthz", "/readyz"]


def test_reading_costs_no_client_an_answer(doorward, folder):
    """The main thread reads, while the workers write, all that is remembered."""
    policy = "[policy default]\nrdns = off\ndefault = allow\ndeny = rate 100/h\n"
    door = started(doorward, folder, policy, server="recent = 300")
    clients, requests = 4, 400
    over = threading.Event()
    answers, read = [], []

    def ask(number):
        connection = door.connection()
        for n in range(requests):
            reply = connection.request([("REMOTE_ADDR", f"192.0.2.{number}"), ("REQUEST_URI", f"/{n}")])
            answers.append((number, reply.status, reply.header("X-Doorward-Reason")))
        connection.close()

    def look(from_path):
        turn = 0
        while turn < len(PATHS) or not over.is_set():
            path = PATHS[(from_path + turn) % len(PATHS)]
            response, body = door.admin.get(path)
            read.append((path, response.status, len(body) > 0))
            turn += 1

    readers = [threading.Thread(target=look, args=(3 * n,)) for n in range(3)]
    askers = [threading.Thread(target=ask, args=(n,)) for n in range(1, clients + 1)]
    for thread in [*readers, *askers]:
        thread.start()
    for thread in askers:
        thread.join()
    over.set()
    for thread in readers:
        thread.join()
    expected = {(n, *how) for n in range(1, clients + 1) for how in ((200, "default"), (403, "rate"))}
    assert len(answers) == clients * requests and set(answers) == expected
    assert counts(door.admin.status()) == {"allow": 400, "deny": 1200, "error": 0}
    assert set(read) == {(path, 200, True) for path in PATHS}
    assert len(door.admin.recent(limit=1000)) == 300
