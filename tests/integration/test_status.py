# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The admin listener, and the commands that ask it: status and reload."""

import json
import os
import pwd
import re
import signal
import socket
import stat
import subprocess

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

import fcgi
from kit.admin import Admin, ready
from kit.certs import DAY
from kit.doorward import BINARY, run
from kit.process import DEADLINE, Process, connects, free_port, wait_for

POLICY = """[policy default]
rdns = off
allow = ip 192.0.2.0/24
[policy other]
rdns = off
default = deny
"""
IN, OUT = {"REMOTE_ADDR": "192.0.2.1"}, {"REMOTE_ADDR": "198.51.100.1"}


@pytest.fixture
def door(doorward, folder):
    port = free_port()
    door = doorward(
        POLICY,
        server=f"listen = admin:unix:{folder}/admin.sock\nlisten = admin:127.0.0.1:{port}\n"
        f"listen = http:unix:{folder}/http.sock\nsocket_mode = 0640",
    )
    door.tcp = Admin(("127.0.0.1", port))
    door.http = Admin(str(folder / "http.sock"))
    door.admin = ready(str(folder / "admin.sock"))
    return door


def counts(document):
    return {verdict: document["decisions"][verdict] for verdict in ("allow", "deny", "error")}


# What the document says


def test_the_document_tells_what_was_decided(door):
    for _ in range(3):
        door.ask(IN)
    door.ask(OUT)
    door.ask(OUT, DOORWARD_POLICY="other")
    door.ask(OUT, DOORWARD_POLICY="absent")
    for document in (door.admin.status(), door.tcp.status()):
        assert document["pid"] == door.process.pid and document["workers"] == 2
        assert document["config"] == str(door.file) and document["ready"] is True
        assert counts(document) == {"allow": 3, "deny": 3, "error": 0}
        by_policy = {p["policy"]: p for p in document["policies"]}
        assert set(by_policy) == {None, "default", "other"}
        assert by_policy["default"]["reasons"] == [
            {"verdict": "allow", "reason": "rule", "count": 3},
            {"verdict": "deny", "reason": "default", "count": 1},
        ]
        assert by_policy[None]["reasons"] == [{"verdict": "deny", "reason": "unknown_policy", "count": 1}]
        assert document["recent"][0]["allow"] <= 3
        bans = "/var/lib/doorward/bans"
        assert [f["path"] for f in document["files"]] == [str(door.file), bans]
        assert document["last_reload"] == {"number": 0, "result": "none", "time": None, "findings": "", "changes": [], "change_count": 0}


def test_the_document_names_sockets_and_resolvers(doorward, folder, nsd):
    dead = free_port()
    door = doorward(
        "[policy default]\nallow = host client.example\n",
        server=f"listen = admin:unix:{folder}/admin.sock",
        dns=f"nameservers = 127.0.0.1:{nsd.port}, 127.0.0.1:{dead}\ntimeout = 200ms\nattempts = 4",
    )
    for number in range(1, 20):
        door.ask(REMOTE_ADDR=f"192.0.2.{number}")
    document = ready(str(folder / "admin.sock")).status()
    assert document["listen"] == [f"admin:unix:{folder}/admin.sock", f"unix:{door.socket}"]
    alive, down = document["dns"]["resolvers"]
    assert alive["server"] == f"127.0.0.1:{nsd.port}" and alive["asked"] and alive["up"]
    assert alive["rtt_us"] > 0 and down["rtt_us"] is None
    assert alive["replies"] >= 19 and alive["slowest_us"] >= alive["average_us"] > 0
    assert down["replies"] == 0 and down["average_us"] is None and down["slowest_us"] is None
    assert down["errors"]["unreachable"] + down["errors"]["timeout"] > 0
    assert alive["cookies"] is False and alive["tcp_fallbacks"] == 0
    assert sum(r["queries"] for r in (alive, down)) == document["dns"]["queries"]
    assert document["dns"]["tcp_queries"] == 0 and document["dns"]["retransmits"] > 0
    assert document["dns"]["queries"] > 19 and document["dns"]["cache"]["misses"] == 19
    shown = run("status", "-c", door.file, expect=0)[1]
    assert re.search(rf"^Resolvers +127.0.0.1:{nsd.port}: up, [0-9.]+ ms$", shown, re.M)
    assert re.search(rf"^ +{alive['queries']} queries, 0 over TCP \(0 fallbacks\), cookies", shown, re.M)
    assert re.search(r"errors: .*(unreachable|timeout) \d", shown)
    if not down["up"]:
        assert f"127.0.0.1:{dead}: DOWN" in shown


def test_the_document_names_what_ends_soon(doorward, folder, pki):
    """The subject of a CA is what its owner wrote: also escape sequences."""
    hostile = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ends\x1b[31msoon")])
    soon = pki.authority.issue("soon-ca", subject=hostile, end=3 * DAY, self_signed=True)
    file = folder / "ca.pem"
    file.write_text(pki.authority.certificate.pem + soon.pem)
    door = doorward(
        f"[policy default]\nrdns = off\nclient_cert = required\nverify = local\nca_file = {file}\nallow = cert verified\n",
        server=f"listen = admin:unix:{folder}/admin.sock",
    )
    document = ready(str(folder / "admin.sock")).status()
    assert str(file) in [f["path"] for f in document["files"]]
    [end] = document["certificates"]["end_soon"]
    assert end["kind"] == "certificate" and "ends" in end["name"]
    shown = run("status", "-c", door.file, expect=0)[1]
    assert re.search(r"^Ends soon .*ends.*soon.*, in [23] d", shown, re.M) and "\x1b" not in shown
    file.unlink()
    assert f"{file}: GONE" in run("status", "-c", door.file)[1]


# Who may ask, and for what


def test_the_admin_socket_is_not_for_the_front_end(door):
    assert stat.S_IMODE(os.stat(door.socket).st_mode) == 0o640
    assert stat.S_IMODE(os.stat(door.admin.address).st_mode) == 0o600


@pytest.mark.parametrize("path", ["/auth", "/auth/default", "//", "/index.html", "/status", "/status.json/", "//status.json"])
def test_no_decision_is_made_there(door, path):
    for admin in (door.admin, door.tcp):
        response, body = admin.get(path, X_Real_IP="192.0.2.1")
        assert response.status == 404 and b"/status.json" in body
    assert counts(door.admin.status()) == {"allow": 0, "deny": 0, "error": 0}


def test_fastcgi_is_not_spoken_there(door):
    with pytest.raises(Exception):
        fcgi.request(door.admin.address, list(IN.items()), timeout=DEADLINE)
    assert counts(door.admin.status()) == {"allow": 0, "deny": 0, "error": 0}


def test_front_ends_cannot_read_the_status(door):
    assert door.http.get("/status.json")[0].status == 404
    for word in ("status", "status.json"):
        reply = fcgi.request(
            door.address, [("DOORWARD_ENDPOINT", word), ("SCRIPT_NAME", "/status.json"), ("REQUEST_URI", "/status.json")],
            timeout=DEADLINE,
        )
        assert reply.status == 404


def test_it_only_tells(door):
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"):
        response, _ = door.admin.get(method=method)
        assert response.status == 405 and response.headers["Allow"] == "GET, HEAD"
    response, body = door.admin.get(method="HEAD")
    assert response.status == 200 and body == b"" and int(response.headers["Content-Length"]) > 100


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:9180", "localhost.evil.example", "127.0.0.1.evil.example", "", "127.1"]
)
def test_a_name_that_resolves_to_loopback_is_refused(door, host):
    """A Unix socket, too, which ssh may forward to a port."""
    for path in ("/status.json", "/metrics", "/healthz", "/readyz", "/"):
        for admin in (door.tcp, door.admin):
            response, body = admin.get(path, host=host)
            assert response.status in (400, 421) and b"doorward_" not in body and b"pid" not in body


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "localhost:1", "LOCALHOST:9180"])
def test_addresses_and_localhost_are_taken(door, host):
    assert door.tcp.get(host=host)[0].status == 200 and door.admin.get(host=host)[0].status == 200


def test_a_whole_url_as_target_is_refused(door):
    got = door.tcp.raw(b"GET http://evil.example/status.json HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert got.startswith(b"HTTP/1.1 421 ")


def test_health_metrics_and_readiness(door):
    assert door.tcp.get("/healthz")[1] == b"alive\n"
    assert door.tcp.get("/readyz")[1] == b"ready\n"
    door.ask(IN)
    metrics = door.tcp.get("/metrics")[1].decode()
    assert 'doorward_decisions_total{verdict="allow",reason="rule",policy="default"} 1' in metrics
    # Peers of the admin listener are not connections of front ends.
    assert 'doorward_connections_accepted_total{protocol="http"} 0' in metrics


@pytest.mark.parametrize(
    "data", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET /" + b"a" * 9000, b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"]
)
def test_what_is_no_request_is_refused(door, data):
    got = door.admin.raw(data + b"\r\n\r\n")
    assert re.match(rb"HTTP/1.1 4[0-9][0-9] ", got)
    assert door.admin.status()["ready"]


def test_a_connection_has_one_request(door):
    once = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    got = door.admin.raw(once * 20)
    assert got.count(b"HTTP/1.1 200") == 1 and b"Connection: close" in got


# Floods


@pytest.mark.parametrize("data", [b"", b"GET /status.json HTTP/1.1\r\nX: "])
def test_idle_connections_keep_no_other_out(door, data):
    idle = []
    for _ in range(200):
        one = door.admin.connect()
        try:
            one.sendall(data)
        except ConnectionError:
            pass  # a later one has taken its place
        idle.append(one)
    assert door.admin.status()["ready"]
    for _ in range(20):
        assert door.ask(IN).status == 200
    open_now = len(os.listdir(f"/proc/{door.process.pid}/fd"))
    assert open_now < 120, f"{open_now} descriptors"
    assert "too many connections to the admin listener" in door.stderr()
    # Those that are left are closed, whatever they do.
    wait_for(lambda: all(is_closed(one) for one in idle), "the end of idle connections", 10)
    for one in idle:
        one.close()


def is_closed(one):
    one.setblocking(False)
    try:
        return one.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def test_many_questions_do_not_slow_decisions(door):
    """The main thread writes the documents, and workers decide meanwhile."""
    for _ in range(50):
        assert door.admin.status()["workers"] == 2
        assert door.ask(IN).status == 200


# Where it may listen


@pytest.mark.parametrize("place", ["0.0.0.0:9180", "192.0.2.1:9180", "[::]:9180"])
def test_other_machines_cannot_reach_it(folder, place):
    file = folder / "doorward.conf"
    file.write_text(f"[server]\nlisten = unix:{folder}/s\nlisten = admin:{place}\n[policy default]\nallow = ip 192.0.2.1\n")
    errors = run("-t", file, expect=1)[2]
    assert f"admin:{place}" in errors and "loopback" in errors and "admin_peers" in errors


def test_an_admin_listener_alone_serves_no_front_end(folder):
    file = folder / "doorward.conf"
    file.write_text(f"[server]\nlisten = admin:unix:{folder}/a\n[policy default]\nallow = ip 192.0.2.1\n")
    assert "listen = unix:" in run("-t", file, expect=0)[2]
    errors = run("-c", file, expect=2)[2]
    assert "nothing but admin" in errors and not (folder / "a").exists()


def test_the_dump_keeps_the_place(folder):
    file = folder / "doorward.conf"
    file.write_text(f"[server]\nlisten = unix:{folder}/s\nlisten = admin:127.0.0.1:9180\n[policy default]\nallow = ip 192.0.2.1\n")
    assert "listen = admin:127.0.0.1:9180\n" in run("-T", file, expect=0)[1]


# Sockets that systemd passes


def passed(folder, stack, listen, **sockets):
    """A doorward that was started with listening sockets of these names."""
    opened = {}
    for name, address in sockets.items():
        one = socket.socket(socket.AF_INET if isinstance(address, tuple) else socket.AF_UNIX)
        one.bind(address)
        one.listen()
        stack.callback(one.close)
        opened[name] = one
    file = folder / "doorward.conf"
    file.write_text(f"[server]\n{listen}\nthreads = 1\n[dns]\nnameservers = 127.0.0.1:9\n" + POLICY)
    redirections = " ".join(f"{3 + i}<&{one.fileno()}" for i, one in enumerate(opened.values()))
    script = (
        f"exec {redirections}; LISTEN_PID=$$ LISTEN_FDS={len(opened)} "
        f"LISTEN_FDNAMES={':'.join(opened)} exec {BINARY} -c {file}"
    )
    process = Process(["/bin/bash", "-c", script], folder / "log", pass_fds=[o.fileno() for o in opened.values()])
    stack.callback(process.kill)
    return process


@pytest.mark.parametrize("listen", ["", "listen = systemd", "listen = systemd:fastcgi", "listen = systemd:fastcgi\nlisten = admin:systemd:admin"])
def test_a_passed_socket_named_admin_is_for_admin(folder, stack, listen):
    if "libsystemd" not in run("version")[1]:
        pytest.skip("built without libsystemd")
    passed(folder, stack, listen, fastcgi=f"{folder}/f", admin=f"{folder}/a")
    document = Admin(f"{folder}/a").status()
    assert sorted(document["listen"]) == [f"admin:unix:{folder}/a", f"unix:{folder}/f"]
    assert fcgi.request(f"{folder}/f", list(IN.items()), timeout=DEADLINE).status == 200
    assert Admin(f"{folder}/a").get("/auth")[0].status == 404


def test_only_the_admin_socket_is_passed(folder, stack):
    """The places of the configuration are opened beside it."""
    if "libsystemd" not in run("version")[1]:
        pytest.skip("built without libsystemd")
    passed(folder, stack, f"listen = unix:{folder}/f", admin=f"{folder}/a")
    wait_for(lambda: connects(f"{folder}/f"), "the configured socket")
    assert fcgi.request(f"{folder}/f", list(IN.items()), timeout=DEADLINE).status == 200
    assert Admin(f"{folder}/a").status()["workers"] == 1


def test_a_configured_admin_place_beside_passed_sockets(folder, stack):
    if "libsystemd" not in run("version")[1]:
        pytest.skip("built without libsystemd")
    passed(folder, stack, f"listen = admin:unix:{folder}/a", any=f"{folder}/f")
    wait_for(lambda: connects(f"{folder}/a"), "the admin listener")
    assert Admin(f"{folder}/a").status()["workers"] == 1
    assert fcgi.request(f"{folder}/f", list(IN.items()), timeout=DEADLINE).status == 200


def test_a_passed_admin_socket_that_others_reach_is_refused(folder, stack):
    if "libsystemd" not in run("version")[1]:
        pytest.skip("built without libsystemd")
    process = passed(folder, stack, "", fastcgi=f"{folder}/f", admin=("0.0.0.0", free_port()))
    assert process.ended() != 0 and "admin_peers" in process.output()


# doorward status


def test_status_is_one_screen(door):
    for _ in range(4):
        door.ask(IN)
    door.ask(OUT)
    _, shown, errors = run("status", "-c", door.file, expect=0)
    assert errors == "" and "\033" not in shown and len(shown.splitlines()) <= 24
    assert re.search(rf"^doorward +[0-9.]+, PID {door.process.pid}, 2 workers, up .*, ready$", shown, re.M)
    assert re.search(r"^Decisions +allow 4, deny 1, error 0, from the cache [0-9]+ %$", shown, re.M)
    assert re.search(r"^  policy +default: allow 4, deny 1, error 0 \(allow rule 4, deny default 1\)$", shown, re.M)
    assert re.search(r"^Last reload +none$", shown, re.M)
    assert f"{door.file}: of " in shown


def test_status_as_json_is_the_document(door):
    _, shown, _ = run("status", "--json", "-c", door.file, expect=0)
    document, now = json.loads(shown), door.admin.status()
    for changing in ("time", "uptime_s", "recent"):
        document.pop(changing), now.pop(changing)
    assert document == now


def test_status_in_colour(door):
    forced = run("status", "-c", door.file, env={"CLICOLOR_FORCE": "1"}, expect=0)[1]
    assert "\033[32m" in forced
    assert "\033" not in run("status", "-c", door.file, env={"CLICOLOR_FORCE": "1", "NO_COLOR": "1"})[1]


def test_status_while_the_configuration_is_broken(door):
    """What runs is asked, although the file could not be loaded now."""
    door.file.write_text(door.file.read_text() + "[policy broken]\nallow = nonsense\n")
    assert "Last reload" in run("status", "-c", door.file, expect=0)[1]


@pytest.mark.parametrize("command", ["status", "reload"])
def test_no_process_runs(folder, command):
    file = folder / "doorward.conf"
    file.write_text(f"[server]\nlisten = unix:{folder}/s\nlisten = admin:unix:{folder}/a\n[policy default]\nallow = ip 192.0.2.1\n")
    errors = run(command, "-c", file, expect=2)[2]
    assert f"unix:{folder}/a" in errors and "does not run" in errors


def test_no_admin_listener_is_configured(folder):
    if os.path.exists("/run/doorward/admin.sock"):
        pytest.skip("a doorward runs here")
    file = folder / "doorward.conf"
    file.write_text(f"[server]\nlisten = unix:{folder}/s\n[policy default]\nallow = ip 192.0.2.1\n")
    errors = run("status", "-c", file, expect=2)[2]
    assert "listen = admin:unix:/run/doorward/admin.sock" in errors


def test_something_else_listens_there(folder, door):
    file = folder / "other.conf"
    file.write_text(f"[server]\nlisten = admin:unix:{folder}/http.sock\n")
    assert "is not doorward's admin listener" in run("status", "-c", file, expect=2)[2]


def as_another_user(*arguments):
    other = pwd.getpwnam("daemon")
    return subprocess.run(
        [BINARY, *map(os.fspath, arguments)], capture_output=True, text=True, timeout=DEADLINE,
        user=other.pw_uid, group=other.pw_gid, extra_groups=[],
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("command", ["status", "reload"])
def test_another_user_may_not_ask(door, command):
    done = as_another_user(command, "-c", door.file)
    assert done.returncode == 2 and "Permission denied" in done.stderr and "root" in done.stderr
    assert door.admin.status()["last_reload"]["number"] == 0


# doorward reload


def test_reload_puts_it_into_force(door):
    assert door.ask(OUT).status == 403
    door.configure(POLICY.replace("192.0.2.0/24", "198.51.100.0/24"))
    _, out, errors = run("reload", "-c", door.file, expect=0)
    assert out == f"{door.file} is in force (PID {door.process.pid})\n" and errors == ""
    assert door.ask(OUT).status == 200
    assert door.admin.status()["last_reload"]["result"] == "success"
    assert re.search(r"^Last reload +succeeded .* ago$", run("status", "-c", door.file, expect=0)[1], re.M)


def test_reload_refuses_errors_before_it_asks(door):
    door.configure(POLICY + "allow = nonsense\n")
    errors = run("reload", "-c", door.file, expect=1)[2]
    assert "nonsense" in errors and re.search(rf"{door.file}:[0-9]+", errors) and "what is in force still is" in errors
    assert door.admin.status()["last_reload"]["number"] == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_reload_tells_what_the_process_could_not_read(doorward, folder):
    """The file is readable for root, who runs the command, and not for the user who serves."""
    folder.chmod(0o777)
    door = doorward(POLICY, server=f"listen = admin:unix:{folder}/admin.sock\nuser = daemon")
    door.file.chmod(0o600)
    ready(str(folder / "admin.sock"))
    _, out, errors = run("reload", "-c", door.file, expect=1)
    assert out == "" and "Permission denied" in errors and "has refused it" in errors
    shown = run("status", "-c", door.file, expect=0)[1]
    assert re.search(r"^Last reload +FAILED .*what was in force still is$", shown, re.M)
    assert "Permission denied" in shown


def test_status_shows_findings_without_control_characters(door):
    door.configure(POLICY + "allow = \x1b[31mevil\n")
    door.reload()
    wait_for(lambda: door.admin.status()["last_reload"]["number"] == 1, "a reload")
    for env in ({}, {"CLICOLOR_FORCE": "1"}):
        shown = run("status", "-c", door.file, env=env, expect=0)[1]
        assert "FAILED" in shown and f"{door.file}:" in shown
        assert not re.search(r"[\x00-\x08\x0b-\x1f]", re.sub(r"\x1b\[[0-9]*m", "", shown))


# Life


def test_the_listener_outlives_an_upgrade(door):
    first = door.admin.status()["pid"]
    door.process.send(signal.SIGUSR2)
    second = wait_for(
        lambda: connects(door.admin.address) and (pid := door.admin.status()["pid"]) != first and pid, "the successor"
    )
    door.process.ended()
    ready(door.admin.address)
    assert door.tcp.status()["pid"] == second
    assert stat.S_IMODE(os.stat(door.admin.address).st_mode) == 0o600
    os.kill(second, signal.SIGTERM)
    wait_for(lambda: not connects(door.admin.address), "its end")
    assert not os.path.exists(door.admin.address)


def test_the_socket_goes_with_the_process(door):
    door.stop()
    assert not os.path.exists(door.admin.address)


# What a reload changed

# That of the kit, and a change.
DNS = "nameservers = 127.0.0.1:9\nprivate_ptr = yes\ntimeout = 1s"


def reloaded(door, policy, **sections):
    door.configure(policy, **sections)
    before = door.admin.status()["last_reload"]["number"]
    door.reload()
    wait_for(lambda: door.admin.status()["last_reload"]["number"] > before, "a reload")
    return door.admin.status()["last_reload"]


def test_a_reload_tells_what_it_changed(door):
    changed = POLICY.replace("allow = ip 192.0.2.0/24", "allow = ip 192.0.2.0/25\nallow = uri /<b>")
    reload = reloaded(door, changed + "[policy third]\nallow = *\n", dns=DNS)
    assert reload["result"] == "success" and reload["change_count"] == 5
    assert reload["changes"] == [
        {"section": "dns", "key": "timeout", "before": "auto", "after": "1s"},
        {"section": "policy default", "key": "allow", "before": "ip 192.0.2.0/24", "after": None},
        {"section": "policy default", "key": "allow", "before": None, "after": "ip 192.0.2.0/25"},
        {"section": "policy default", "key": "allow", "before": None, "after": "uri /<b>"},
        {"section": "policy third", "key": None, "before": None, "after": "configured"},
    ]
    assert (
        "reload: changed: [dns] timeout: auto -> 1s; [policy default] allow: removed ip 192.0.2.0/24; "
        "[policy default] allow: added ip 192.0.2.0/25; [policy default] allow: added uri /<b>; [policy third] added"
        in door.stderr()
    )
    shown = run("status", "-c", door.file, expect=0)[1]
    assert "  changed      [dns] timeout: auto -> 1s\n" in shown
    assert "  changed      [policy third] added\n" in shown
    page = door.admin.get("/")[1].decode()
    assert "uri /&lt;b&gt;" in page and "<b>" not in page
    # The same again changes nothing.
    again = reloaded(door, changed + "[policy third]\nallow = *\n", dns=DNS)
    assert again["changes"] == [] and again["change_count"] == 0


def test_a_reload_that_fails_changed_nothing(door):
    reload = reloaded(door, POLICY + "allow = nonsense\n", dns="timeout = 1s")
    assert reload["result"] == "failure" and reload["changes"] == [] and reload["change_count"] == 0


def test_many_and_long_changes_are_cut(door):
    rules = "".join(f"deny = uri /{number}{'ü' * 90}\n" for number in range(200))
    reload = reloaded(door, POLICY + rules)
    assert reload["change_count"] == 200 and len(reload["changes"]) == 50
    # Between two characters.
    assert {len(c["after"].encode()) for c in reload["changes"]} == {159, 160}
    assert all(c["after"].endswith("ü...") for c in reload["changes"])
    assert "; and 192 more" in door.stderr()
    assert "192 more\n" in run("status", "-c", door.file, expect=0)[1]
