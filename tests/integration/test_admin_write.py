# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""admin_peers, and admin_write: what may be changed over the admin listener, by whom, and what tries."""

import fcntl
import json
import os
import shutil
import socket
import subprocess
from urllib.parse import urlencode

import pytest

from kit.admin import Admin
from kit.doorward import BINARY, run
from kit.process import DEADLINE, connects, free_port, wait_for
from kit.store import Store, secret_file

OPEN = "[policy default]\nrdns = off\ndefault = allow\nmax_cache = 1h\n"
TOKEN = "0123456789abcdef" * 4
INFO = "format = json\nlevel = info"
FORM = "application/x-www-form-urlencoded"


def token_file(folder, text=TOKEN + "\n", mode=0o600):
    file = folder / "admin.token"
    file.write_text(text)
    file.chmod(mode)
    return file


@pytest.fixture
def start(doorward, folder):
    def start(write=True, before="[bans]\nfile = bans\n", **more):
        port = free_port()
        key = f"admin_write = yes\nadmin_token_file = {token_file(folder)}" if write else ""
        door = doorward(
            OPEN,
            server=f"listen = admin:unix:{folder}/admin.sock\nlisten = admin:127.0.0.1:{port}\n{key}",
            before=before,
            **more,
        )
        door.tcp = Admin(("127.0.0.1", port))
        door.unix = Admin(str(folder / "admin.sock"))
        wait_for(lambda: connects(door.unix.address) and door.unix.status()["ready"], "a ready doorward")
        door.host = f"127.0.0.1:{port}"
        return door

    return start


@pytest.fixture
def door(start):
    return start()


def request(target="/ban", body="ip=192.0.2.7", *, token=TOKEN, method="POST", host="localhost", headers=()):
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", f"Content-Type: {FORM}", *headers]
    if token is not None:
        lines.append(f"Authorization: Bearer {token}")
    if not any(line.lower().startswith(("content-length", "transfer-encoding")) for line in headers):
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def post(admin, *args, **more):
    got = admin.raw(request(*args, **more))
    head, _, body = got.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 "), got
    assert got.count(b"\r\nDate: ") == 1
    return int(head.split()[1]), body.decode()


def status(door, address="192.0.2.7"):
    return door.ask({"REMOTE_ADDR": address}).status


def banned(door, address="192.0.2.7"):
    """The workers take it up one after the other."""
    wait_for(lambda: status(door, address) == 403, "the ban")


def unchanged(door, folder):
    return not (folder / "bans").exists() and status(door) == 200


# What it does


def test_a_ban_is_the_one_that_doorward_ban_makes(door, folder):
    code, text = post(door.unix, "/ban", urlencode({"ip": "192.0.2.0/24", "for": "1h", "why": "too many\n404"}))
    assert code == 200 and "192.0.2.0/24 is banned until 20" in text
    banned(door)
    [ban] = json.loads(run("bans", "-c", door.file, "--json", expect=0)[1])
    assert ban["ip"] == "192.0.2.0/24" and ban["by"] == f"admin:uid:{os.getuid()}" and ban["why"] == r"too many\x0a404"
    assert rf"admin: uid:{os.getuid()}: 192.0.2.0/24 is banned until 20" in door.stderr()
    assert "192.0.2.0/24 is not banned any more" in run("unban", "-c", door.file, "192.0.2.0/24", expect=0)[1]


def test_a_ban_by_doorward_ban_can_be_ended(door):
    run("ban", "-c", door.file, "host", ".example.net", expect=0)
    run("ban", "-c", door.file, "192.0.2.7", expect=0)
    wait_for(lambda: status(door) == 403, "the ban")
    code, text = post(door.tcp, "/unban", "ip=192.0.2.7&why=a+mistake")
    assert code == 200 and "is not banned any more" in text
    wait_for(lambda: status(door) == 200, "the end of the ban")
    assert post(door.tcp, "/unban", "host=.example.net")[0] == 200
    assert post(door.tcp, "/unban", "ip=192.0.2.7") == (409, "409 Conflict: 192.0.2.7 is not banned\n")
    assert "admin: 127.0.0.1: 192.0.2.7 is not banned any more: a mistake" in door.stderr()


def test_bans_survive_a_restart(start, folder):
    door = start()
    assert post(door.tcp)[0] == 200
    door.stop()
    assert status(start()) == 403


def test_bans_are_shared(start, stack, folder):
    """As those of doorward ban are."""
    (folder / "db").mkdir()
    store = Store(folder / "db")
    stack.callback(store.close)
    door = start(
        before=f"[bans]\nfile = bans\nshared_file = {folder}/shared\n",
        shared=f"server = unix:{store.socket}\nsecret_file = {secret_file(folder)}\ntimeout = 500ms",
    )
    assert post(door.tcp)[0] == 200
    wait_for(lambda: any(b"dw1:" in key for key in store.command("KEYS", "*")), "the ban in the store")


@pytest.mark.parametrize(
    "target, body, code, says",
    [
        ("/ban", "", 400, "expected either ip"),
        ("/ban", "ip=192.0.2.7&host=a.example", 400, "expected either ip"),
        ("/ban", "ip=192.0.2.300", 400, "192.0.2.300"),
        ("/ban", "ip=192.0.2.7&for=1y", 400, "for: expected a time"),
        ("/ban", "ip=192.0.2.7&force=yes", 400, "force: expected 0 or 1"),
        ("/ban", "ip=192.0.2.7&why=" + "w" * 257, 400, "at most 256 bytes"),
        ("/ban", "ip=192.0.2.7&whom=x", 400, "there is no parameter whom"),
        ("/ban", "ip=192.0.2.7&ip=192.0.2.8", 400, "comes twice"),
        ("/ban", "ip=%zz", 400, "not an escaped parameter"),
        ("/ban", "ip=0.0.0.0/0", 409, "force=1"),
        ("/ban", "ip=127.0.0.0/24", 409, "from which you are connected"),
        ("/unban", "ip=192.0.2.7", 409, "is not banned"),
        ("/log-level", "level=error", 400, "expected warning, info or debug"),
        ("/log-level", "level=info&for=x", 400, "for: expected a time"),
    ],
)
def test_wrong_words_change_nothing(door, folder, target, body, code, says):
    got, text = post(door.tcp, target, body)
    assert got == code and says in text and unchanged(door, folder)


def test_force_bans_what_looks_like_a_mistake(door):
    assert post(door.tcp, "/ban", "ip=0.0.0.0/0&force=1")[0] == 200
    banned(door, "255.1.2.3")


def test_another_writer_is_not_waited_for(door, folder):
    held = os.open(folder, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    code, text = post(door.tcp)
    os.close(held)
    assert code == 503 and "lock" in text and unchanged(door, folder)


def test_the_level_of_the_log_is_set_until_a_reload(start):
    door = start(log=INFO)
    code, text = post(door.unix, "/log-level", "level=warning")
    assert code == 200 and text.endswith("the level of the log is warning until a reload\n")
    assert door.unix.status()["log_level"] == "warning"
    run("ban", "-c", door.file, "198.51.100.1", expect=0)
    wait_for(lambda: status(door, "198.51.100.1") == 403, "the ban")
    assert "the file of bans has changed" not in door.stderr()
    door.reload()
    door.wait_for_log("is in force")
    assert door.unix.status()["log_level"] == "info"


def test_the_level_of_the_log_is_set_for_a_time(start):
    door = start(log=INFO)
    assert post(door.unix, "/log-level", "level=debug&for=1h")[1].endswith(", or a reload\n")
    assert door.unix.status()["log_level"] == "debug"
    assert post(door.unix, "/log-level", "level=debug&for=1s")[0] == 200
    door.wait_for_log("the time of the level of the log is over")
    assert door.unix.status()["log_level"] == "info"


# doorward log-level


def log_level(file, *arguments, expect=0):
    _, out, errors = run("log-level", "-c", file, *arguments, expect=expect)
    assert TOKEN not in out + errors and (out == "") == (expect != 0)
    return out + errors


def variant(folder, listen, token="admin.token"):
    """A configuration of the command alone, in which other things are wrong."""
    file = folder / "command.conf"
    key = f"admin_token_file = {token}\n" if token else ""
    file.write_text(f"[server]\nlisten = {listen}\nnonsense = 1\n{key}")
    return file


def test_the_command_sets_the_level_of_the_log(start, folder):
    door = start(log=INFO)
    assert log_level(door.file, "warning") == "the level of the log is warning until a reload\n"
    assert door.unix.status()["log_level"] == "warning"
    assert f"admin: uid:{os.getuid()}: the level of the log is warning until a reload" in door.stderr()
    out = log_level(variant(folder, f"admin:{door.host}"), "--for", "1h", "debug")
    assert out.startswith("the level of the log is debug until 20") and out.endswith(", or a reload\n")
    assert door.unix.status()["log_level"] == "debug"
    log_level(door.file, "info", "--for=1s")
    door.wait_for_log("the time of the level of the log is over")


@pytest.mark.parametrize(
    "arguments, says",
    [
        ([], "expected warning, info or debug"),
        (["error"], "expected warning, info or debug, not: error"),
        (["debog"], 'did you mean "debug"?'),
        (["debug", "info"], "unexpected argument: info"),
        (["debug", "--for", "1y"], "--for: expected a time from 1s to 3660d"),
        (["debug", "--for"], "--for"),
        (["debug", "--until", "1h"], "--until"),
    ],
)
def test_a_wrong_call_of_the_command(start, arguments, says):
    door = start(log=INFO)
    errors = log_level(door.file, *arguments, expect=64)
    assert says in errors and "usage: doorward log-level" in errors
    assert door.unix.status()["log_level"] == "info"


def test_what_the_command_cannot_do(start, folder):
    door = start(log=INFO)
    place = f"admin:unix:{folder}/admin.sock"
    assert "expected admin_write = yes and admin_token_file" in log_level(variant(folder, place, ""), "debug", expect=78)
    errors = log_level(folder / "missing.conf", "debug", expect=78)
    assert "missing.conf" in errors and "No such file" in errors
    (folder / "other.token").write_text("x" * 32 + "\n")
    (folder / "other.token").chmod(0o600)
    other = variant(folder, place, "other.token")
    assert "log-level: this is not the token of admin_token_file\n" in log_level(other, "debug", expect=2)
    door.wait_for_log("POST /log-level is refused")
    (folder / "other.token").chmod(0o604)
    assert "every user can read or write it" in log_level(other, "debug", expect=2)
    assert "No such file" in log_level(variant(folder, place, "no.token"), "debug", expect=2)
    assert door.unix.status()["log_level"] == "info"
    door.stop()
    assert "doorward does not run" in log_level(door.file, "debug", expect=2)


def test_the_command_without_admin_write(start, folder):
    token_file(folder)
    door = start(write=False, log=INFO)
    file = variant(folder, f"admin:unix:{folder}/admin.sock")
    assert "without [server] admin_write = yes" in log_level(file, "debug", expect=2)
    assert door.unix.status()["log_level"] == "info"


@pytest.mark.skipif(os.getuid() != 0, reason="root alone becomes another user")
def test_the_command_of_a_user_who_may_not_read_the_token(door, folder):
    folder.chmod(0o755)
    argv = ["setpriv", "--reuid=daemon", "--clear-groups", BINARY, "log-level", "-c", door.file, "debug"]
    done = subprocess.run(argv, capture_output=True, text=True)
    assert done.returncode == 2 and "expected root, or a user who may read the token" in done.stderr


def test_what_is_not_doorward_is_told(folder):
    token_file(folder)
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(folder / "other.sock"))
        other.listen()
        argv = [BINARY, "log-level", "-c", variant(folder, f"admin:unix:{folder}/other.sock"), "debug"]
        process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        peer, _ = other.accept()
        peer.recv(65536)
        peer.sendall(b"SSH-2.0-\x1b[31m\r\n\r\n200 OK: done\n")
        peer.close()
        out, errors = process.communicate(timeout=DEADLINE)
    assert process.returncode == 2 and out == ""
    assert r'admin listener: "SSH-2.0-\x1b[31m"' in errors and "is not doorward's" in errors


# Who may


def test_without_admin_write_nothing_can_be_changed(start, folder):
    token_file(folder)
    door = start(write=False)
    for target in ("/ban", "/unban", "/log-level"):
        for admin in (door.tcp, door.unix):
            code, text = post(admin, target)
            assert code == 405 and "admin_write = yes" in text
    assert b"<form method=\"post\"" not in door.tcp.get("/change")[1] and b'href="/change"' not in door.tcp.get("/")[1]
    assert unchanged(door, folder)


def test_a_reload_takes_it_away_and_does_not_give_it(start, folder, doorward):
    door = start()
    on = door._fixed["server"]
    door.configure(OPEN, server=on.replace("admin_write = yes", "admin_write = no"))
    door.reload()
    door.wait_for_log("is in force")
    assert post(door.tcp)[0] == 405 and unchanged(door, folder)
    door.configure(OPEN, server=on)
    door.reload()
    wait_for(lambda: post(door.tcp)[0] == 200, "writing")


@pytest.mark.parametrize(
    "token",
    [None, "", TOKEN[:-1], TOKEN + "0", TOKEN[:-1] + "0", TOKEN.upper(), TOKEN * 2, "0" * 64, TOKEN + "\t" + TOKEN, "Bearer " + TOKEN],
)
def test_a_wrong_token_is_refused(door, folder, token):
    code, text = post(door.tcp, token=token)
    assert code == 401 and unchanged(door, folder)
    assert "admin: 127.0.0.1: POST /ban is refused" in door.stderr()
    assert TOKEN not in door.stderr() and TOKEN not in text


@pytest.mark.parametrize(
    "headers",
    [
        [f"Authorization: Basic {TOKEN}"],
        [f"Authorization: {TOKEN}"],
        [f"X-Authorization: Bearer {TOKEN}"],
        [f"Proxy-Authorization: Bearer {TOKEN}"],
        [f"Cookie: token={TOKEN}"],
        ["Authorization: Bearer x", f"Authorization: Bearer {TOKEN}"],
    ],
)
def test_a_token_in_another_place_is_no_token(door, folder, headers):
    assert post(door.tcp, token=None, headers=headers)[0] in (400, 401)
    assert unchanged(door, folder)


@pytest.mark.parametrize("target", [f"/ban?token={TOKEN}", f"/ban?token={TOKEN}&ip=192.0.2.7", "/ban?"])
def test_a_token_in_the_url_is_refused(door, folder, target):
    """It would be in histories and in the logs of proxies."""
    assert post(door.tcp, target, token=None)[0] == 400
    assert post(door.tcp, target)[0] == 400
    for method in ("GET", "HEAD"):
        assert door.tcp.raw(request(target, "", method=method)).startswith(b"HTTP/1.1 405 ")
    assert unchanged(door, folder) and TOKEN not in door.stderr()


def test_two_tokens_are_none(door, folder):
    assert post(door.tcp, body=f"ip=192.0.2.7&token={TOKEN}")[0] == 400
    assert post(door.tcp, body=f"ip=192.0.2.7&token={TOKEN}&token={TOKEN}", token=None)[0] == 400
    assert unchanged(door, folder)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "LOCK", "post", "QUERY"])
def test_only_post_changes(door, folder, method):
    for body in ("ip=192.0.2.7", ""):
        code = int(door.tcp.raw(request(method=method, body=body)).split()[1])
        assert code in (400, 405)
    assert unchanged(door, folder)


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override: POST", "X-HTTP-Method: POST", "X-Method-Override: POST"])
def test_a_method_is_not_overridden(door, folder, header):
    assert door.tcp.raw(request(method="GET", headers=[header])).startswith(b"HTTP/1.1 405 ")
    assert door.tcp.raw(request("/ban?_method=POST", method="GET")).startswith(b"HTTP/1.1 405 ")
    assert post(door.tcp, "/status.json", headers=[header])[0] == 405
    assert unchanged(door, folder)


@pytest.mark.parametrize(
    "headers",
    [
        ["Origin: http://evil.example"],
        ["Origin: null"],
        ["Origin: "],
        ["Origin: https://127.0.0.1:PORT"],
        ["Origin: http://127.0.0.1:1"],
        ["Origin: http://127.0.0.1:PORT.evil.example"],
        ["Origin: http://127.0.0.1:PORT", "Origin: http://127.0.0.1:PORT"],
        ["Sec-Fetch-Site: cross-site"],
        ["Sec-Fetch-Site: same-site"],
        ["Sec-Fetch-Site: none"],
        ["Origin: http://127.0.0.1:PORT", "Sec-Fetch-Site: cross-site"],
    ],
)
def test_a_page_of_another_site_is_refused(door, folder, headers):
    """Also with the token: it would be one that the page was told."""
    headers = [line.replace("127.0.0.1:PORT", door.host) for line in headers]
    for body, token in (("ip=192.0.2.7", TOKEN), (f"ip=192.0.2.7&token={TOKEN}", None)):
        assert post(door.tcp, body=body, token=token, host=door.host, headers=headers)[0] == 403
    assert unchanged(door, folder)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:9180", "127.0.0.1.evil.example", "127.1"])
def test_a_name_that_resolves_to_loopback_is_refused(door, folder, host):
    """DNS rebinding, whose Origin is the same name."""
    for headers in ([], [f"Origin: http://{host}", "Sec-Fetch-Site: same-origin"]):
        for admin in (door.tcp, door.unix):
            assert post(admin, host=host, headers=headers)[0] == 421
    assert post(door.tcp, f"http://{host}/ban")[0] == 421
    assert unchanged(door, folder)


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "multipart/form-data; boundary=a", "", f"{FORM}x"])
def test_another_kind_of_body_is_refused(door, folder, kind):
    data = request().replace(FORM.encode(), kind.encode())
    assert door.tcp.raw(data).startswith(b"HTTP/1.1 415 ") and unchanged(door, folder)


# Framing


@pytest.mark.parametrize(
    "headers, body, code",
    [
        (["Transfer-Encoding: chunked"], "c\r\nip=192.0.2.7\r\n0\r\n\r\n", 411),
        (["Transfer-Encoding: chunked", "Content-Length: 12"], "c\r\nip=192.0.2.7\r\n0\r\n\r\n", 400),
        (["Transfer-Encoding: identity"], "ip=192.0.2.7", 400),
        (["Transfer-Encoding: gzip, chunked"], "ip=192.0.2.7", 400),
        (["Content-Length: 12", "Content-Length: 12"], "ip=192.0.2.7", 400),
        (["Content-Length: 12", "Content-Length: 0"], "ip=192.0.2.7", 400),
        (["Content-Length: +12"], "ip=192.0.2.7", 400),
        (["Content-Length: 12, 12"], "ip=192.0.2.7", 400),
        (["Content-Length: 0x0c"], "ip=192.0.2.7", 400),
        (["Content-Length: -1"], "ip=192.0.2.7", 400),
        (["Content-Length: 4097"], "ip=192.0.2.7", 413),
        (["Content-Length: 9223372036854775807"], "ip=192.0.2.7", 413),
        (["Content-Length: 18446744073709551616"], "ip=192.0.2.7", 400),
        (["Content-Length : 12"], "ip=192.0.2.7", 400),
        (["Content-Length: 0"], "ip=192.0.2.7", 400),
    ],
)
def test_tricks_of_framing_change_nothing(door, folder, headers, body, code):
    assert post(door.tcp, body=body, headers=headers)[0] == code and unchanged(door, folder)


def test_a_body_that_does_not_end_changes_nothing(door, folder):
    one = door.tcp.connect()
    one.sendall(request(headers=["Content-Length: 13"]))
    one.shutdown(socket.SHUT_WR)
    assert one.recv(65536) == b""
    one.close()
    assert unchanged(door, folder)


def test_bytes_may_come_one_by_one(door):
    one = door.tcp.connect()
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in request():
        one.sendall(bytes([byte]))
    assert one.recv(65536).startswith(b"HTTP/1.1 200 ")
    one.close()
    banned(door)


def test_a_second_request_behind_the_first_is_not_made(door, folder):
    """Neither behind one that is refused nor behind one that is made."""
    refused = door.tcp.raw(request("/ban", token="x" * 64) + request("/ban", "ip=192.0.2.7"))
    assert refused.startswith(b"HTTP/1.1 401 ") and refused.count(b"\r\nDate: ") == 1 and unchanged(door, folder)
    # What looks like a request is in the body of another one.
    inner = request("/ban", "ip=192.0.2.7").decode()
    hidden = door.tcp.raw(request("/ban", inner, token="x" * 64))
    assert hidden.startswith(b"HTTP/1.1 400 ") and hidden.count(b"\r\nDate: ") == 1 and unchanged(door, folder)
    made = door.tcp.raw(request("/ban", "ip=192.0.2.8") + request("/ban", "ip=192.0.2.7"))
    assert made.startswith(b"HTTP/1.1 200 ") and made.count(b"\r\nDate: ") == 1
    banned(door, "192.0.2.8")
    assert status(door, "192.0.2.7") == 200


def test_listeners_for_front_ends_take_no_changes(start, folder):
    door = start(listen=f"http:unix:{folder}/http.sock", address=f"{folder}/http.sock")
    got = Admin(f"{folder}/http.sock").raw(request())
    assert not got.startswith(b"HTTP/1.1 200 ") or b"is banned" not in got
    assert not (folder / "bans").exists()


# The token's file


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_new_token_counts_at_once(door, folder, end):
    token_file(folder, "n" * 32 + end)
    assert post(door.tcp)[0] == 401
    assert post(door.tcp, token="n" * 32)[0] == 200


@pytest.mark.parametrize(
    "text, mode, says",
    [
        (TOKEN, 0o604, "every user can read or write it"),
        (TOKEN, 0o602, "every user can read or write it"),
        (TOKEN[:31], 0o600, "32 to 512 visible ASCII characters"),
        ("x" * 513, 0o600, "32 to 512 visible ASCII characters"),
        ("", 0o600, "32 to 512 visible ASCII characters"),
        (TOKEN + "\n" + TOKEN, 0o600, "32 to 512 visible ASCII characters"),
        ("x" * 5000, 0o600, "too large"),
    ],
)
def test_a_token_that_is_not_safe_is_refused(door, folder, text, mode, says):
    token_file(folder, text, mode)
    assert post(door.tcp, token=text.strip() or "x")[0] in (400, 413, 431, 503)
    assert unchanged(door, folder)
    errors = run("-t", door.file, expect=1)[2]
    assert says in errors and "admin_token_file" in errors
    assert TOKEN not in errors + door.stderr()


def test_a_token_that_is_gone_is_refused(door, folder):
    (folder / "admin.token").unlink()
    assert post(door.tcp)[0] == 503 and unchanged(door, folder)
    door.wait_for_log("admin_token_file")


def test_the_dump_has_no_token(door):
    out = run("-T", door.file, expect=0)[1]
    assert "admin_write = yes\n" in out and TOKEN not in out
    assert TOKEN not in door.tcp.get("/status.json")[1].decode() + door.tcp.get("/change")[1].decode()


def test_admin_write_needs_a_token(folder):
    file = folder / "doorward.conf"
    file.write_text(f"[server]\nlisten = unix:{folder}/s\nadmin_write = yes\n{OPEN}")
    assert f"{file}:3" in (errors := run("-t", file, expect=1)[2]) and "admin_token_file" in errors


@pytest.mark.skipif(os.getuid() != 0, reason="root alone becomes another user")
def test_the_user_that_serves_reads_the_token_and_writes_the_bans(folder):
    token = token_file(folder)
    file = folder / "doorward.conf"
    file.write_text(
        f"[server]\nlisten = unix:{folder}/s\nuser = daemon\nadmin_write = yes\nadmin_token_file = {token}\n[bans]\nfile = bans\n{OPEN}"
    )
    errors = run("-t", file, expect=1)[2]
    assert "admin_token_file: user = daemon cannot read it" in errors
    assert f"the user of doorward cannot write to {folder}" in errors
    shutil.chown(token, "daemon")
    shutil.chown(folder, "daemon")
    assert "daemon" not in run("-t", file, expect=0)[2]


def test_a_level_that_hides_changes_is_warned_of(folder):
    file = folder / "doorward.conf"
    file.write_text(
        f"[server]\nlisten = unix:{folder}/s\nadmin_write = yes\nadmin_token_file = {token_file(folder)}\n"
        f"[bans]\nfile = bans\n[log]\nlevel = error\n{OPEN}"
    )
    assert "does not tell what is changed" in run("-t", file, expect=0)[2]


# The form of the page


def test_the_form_works_without_a_script(door):
    body = urlencode({"ip": "192.0.2.7", "host": "", "for": "", "why": "<b>x", "token": TOKEN})
    headers = [f"Origin: http://{door.host}", "Sec-Fetch-Site: same-origin"]
    code, page = post(door.tcp, body=body, token=None, host=door.host, headers=headers)
    assert code == 200 and 'role="status">192.0.2.7 is banned, without an end' in page and TOKEN not in page
    banned(door)
    code, page = post(door.tcp, body=body.replace(TOKEN, "x" * 64), token=None, host=door.host, headers=headers)
    assert code == 401 and 'role="alert">this is not the token' in page


# admin_peers


@pytest.mark.parametrize("place", ["0.0.0.0", "192.0.2.1", "[::]", "[2001:db8::1]"])
def test_other_addresses_need_admin_peers(folder, place):
    file = folder / "doorward.conf"
    text = f"[server]\nlisten = unix:{folder}/s\nlisten = admin:{place}:9180\n"
    file.write_text(text + OPEN)
    errors = run("-t", file, expect=1)[2]
    assert f"admin:{place}:9180" in errors and "admin_peers" in errors
    file.write_text(f"{text}admin_peers = 192.0.2.0/24\n{OPEN}")
    assert "admin_peers" not in run("-t", file, expect=0)[2]


def test_admin_peers_that_are_all_are_refused(folder):
    file = folder / "doorward.conf"
    file.write_text(f"[server]\nlisten = unix:{folder}/s\nadmin_peers = 0.0.0.0/0\n{OPEN}")
    assert "every host may connect, and read" in run("-t", file, expect=1)[2]


def test_only_admin_peers_are_served(doorward, folder):
    port = free_port()
    door = doorward(OPEN, server=f"listen = admin:0.0.0.0:{port}\nadmin_peers = 127.0.0.2, 192.0.2.0/24")

    def ask(source):
        with socket.create_connection(("127.0.0.1", port), source_address=(source, 0)) as one:
            one.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            try:
                return one.recv(100)
            except ConnectionResetError:
                return b""

    wait_for(lambda: ask("127.0.0.2").startswith(b"HTTP/1.1 200 "), "an answer")
    assert ask("127.0.0.1") == b"" and ask("127.0.0.3") == b""


def test_without_admin_peers_others_are_not_served_on_a_socket_that_is_passed(folder):
    """A socket of systemd on an address of its own is refused like one of `listen`."""
    file = folder / "doorward.conf"
    file.write_text(f"[server]\nlisten = unix:{folder}/s\nlisten = admin:fd:0\n{OPEN}")
    with socket.socket() as passed:
        passed.bind(("0.0.0.0", 0))
        passed.listen()
        done = subprocess.run([BINARY, "-c", file], stdin=passed, capture_output=True, timeout=DEADLINE, check=False)
    assert done.returncode != 0 and b"admin_peers" in done.stderr
