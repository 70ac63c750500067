# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The shipped service and its sockets under a real systemd, which boots in a container."""

import ctypes
import os
import re
import signal
import socket
from pathlib import Path

import pytest

import fcgi
from kit import life, sandbox, systemd
from kit.process import DEADLINE, wait_for

SERVICE = "doorward.service"
SOCKET = "run/doorward/doorward.sock"
OPEN = "[policy default]\nrdns = off\nallow = ip 192.0.2.1\n"
SHUT = "[policy default]\nrdns = off\ndeny = *\n"
BAD = "[policy default]\nnonsense = 1\n"
CLIENT = [("REMOTE_ADDR", "192.0.2.1")]
LANDLOCK = sandbox.landlock()
PTRACE_SEIZE, PTRACE_INTERRUPT, WALL = 0x4206, 0x4207, 0x40000000


@pytest.fixture(scope="module")
def booted(machine):
    """A container in which doorward is installed and its socket enabled."""

    def prepare(host):
        systemd.install_doorward(host)
        host.write(systemd.CONFIGURATION, OPEN)
        systemd.enable(host, "doorward.socket")

    return machine(prepare)


@pytest.fixture
def host(booted):
    """As after the boot: only the first socket listens, and no drop-in is there."""
    yield booted
    booted.systemctl("stop", "doorward.socket", "doorward-http.socket", SERVICE)
    booted.systemctl("reset-failed")
    drop_ins = booted.path(f"etc/systemd/system/{SERVICE}.d/test.conf")
    if drop_ins.exists():
        drop_ins.unlink()
        booted.systemctl("daemon-reload")
    booted.write(systemd.CONFIGURATION, OPEN)
    booted.systemctl("start", "doorward.socket")


def ask(host, params=CLIENT, socket=SOCKET):
    return fcgi.request(str(host.path(socket)), params, timeout=DEADLINE)


def drop_in(host, text):
    host.write(f"etc/systemd/system/{SERVICE}.d/test.conf", f"[Service]\n{text}")
    host.systemctl("daemon-reload")


def main_pid(host):
    """Of the service, as seen from outside of the container; 0: it does not run."""
    inner = host.show(SERVICE, "MainPID")
    if inner == "0":
        return 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            text = status.read_text()
            where = os.readlink(status.parent / "ns/pid")
        except OSError:
            continue
        if re.search(rf"^NSpid:.*\t{inner}$", text, re.M) and where == os.readlink(f"/proc/{host.pid}/ns/pid"):
            return int(status.parent.name)
    return 0


# What is installed


def test_systemd_finds_nothing_wrong_with_the_units(host):
    units = [unit for kind in ("service", "socket", "timer") for unit in host.path(systemd.UNITS).glob(f"doorward*.{kind}")]
    assert len(units) >= 9
    done = host.run("systemd-analyze", "verify", "--man=no", *(systemd.UNITS / unit.name for unit in units))
    assert done.stdout + done.stderr == ""


def test_how_much_of_the_system_the_service_can_reach(host):
    done = host.run("systemd-analyze", "security", "--no-pager", SERVICE)
    exposure = float(re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)[1])
    assert exposure <= 1.2, done.stdout


def test_the_process_has_no_privileges(host):
    ask(host)
    status = Path(f"/proc/{main_pid(host)}/status").read_text()
    fields = dict(re.findall(r"^(\w+):\s+(.*)$", status, re.M))
    assert fields["CapEff"] == fields["CapBnd"] == "0" * 16
    assert (fields["NoNewPrivs"], fields["Seccomp"]) == ("1", "2")
    assert "0" not in fields["Uid"].split()


@pytest.mark.skipif(not sandbox.is_built(), reason="this build has no sandbox")
def test_the_unit_leaves_room_for_the_sandbox_of_the_process(host):
    since = host.cursor()
    ask(host)
    host.wait_for_journal(SERVICE, "sandbox: ", since)
    line = re.search("sandbox: (.*)", host.journal(SERVICE, since))[1]
    files = f"restricted (Landlock, version {LANDLOCK})" if LANDLOCK else "not restricted, as the kernel has no Landlock"
    assert line == f"files are {files}; system calls are restricted (seccomp)"


# Its life


def test_the_first_request_starts_it(host):
    assert host.show("doorward.socket", "SubState") == "listening"
    assert host.show(SERVICE, "ActiveState") == "inactive"
    assert ask(host).status == 200
    host.wait_for_state(SERVICE, "running")
    assert re.match("serving on .*unix:/run/doorward/doorward.sock with ", host.show(SERVICE, "StatusText"))


def test_start_returns_once_it_serves(host):
    host.systemctl("start", SERVICE)
    assert host.show(SERVICE, "SubState") == "running"
    assert ask(host).status == 200


def test_a_reload(host):
    host.systemctl("start", SERVICE)
    host.write(systemd.CONFIGURATION, SHUT)
    host.systemctl("reload", SERVICE)
    wait_for(lambda: ask(host).status == 403, "the new policy")
    assert host.show(SERVICE, "ActiveState") == "active"


def test_a_reload_of_a_broken_file_fails_and_changes_nothing(host):
    host.systemctl("start", SERVICE)
    pid = host.show(SERVICE, "MainPID")
    since = host.cursor()
    host.write(systemd.CONFIGURATION, BAD)
    done = host.systemctl("reload", SERVICE, expect=1)
    assert "Job for doorward.service failed" in done.stderr
    host.wait_for_journal(SERVICE, "error: .*doorward.conf:2:1: ", since, priority=3)
    assert host.show(SERVICE, "ActiveState", "MainPID") == {"ActiveState": "active", "MainPID": pid}
    assert ask(host).status == 200


def test_a_killed_process_is_restarted_and_the_next_request_waits_for_it(host):
    host.systemctl("start", SERVICE)
    pid = main_pid(host)
    host.systemctl("kill", "-s", "KILL", SERVICE)
    assert ask(host).status == 200
    assert main_pid(host) != pid


def test_a_worker_that_hangs_has_the_process_restarted(host):
    drop_in(host, "WatchdogSec=400ms\n")
    host.systemctl("start", SERVICE)
    pid = main_pid(host)
    names = {int(task.name): (task / "comm").read_text() for task in Path(f"/proc/{pid}/task").iterdir()}
    worker = max(task for task, name in names.items() if name == "worker\n")
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    for request in (PTRACE_SEIZE, PTRACE_INTERRUPT):
        assert libc.ptrace(request, worker, None, None) == 0, os.strerror(ctypes.get_errno())
    os.waitpid(worker, WALL)
    host.wait_for_journal(SERVICE, "Watchdog timeout")
    wait_for(lambda: os.waitpid(worker, WALL | os.WNOHANG)[0] == worker, "the end of the worker")
    wait_for(lambda: main_pid(host) not in (0, pid), "another process")
    assert ask(host).status == 200


def test_a_process_that_does_not_run_at_all_is_restarted(host):
    drop_in(host, "WatchdogSec=400ms\nTimeoutAbortSec=300ms\n")
    host.systemctl("start", SERVICE)
    pid = main_pid(host)
    os.kill(pid, signal.SIGSTOP)
    threads = [f"{pid}/task/{task}" for task in os.listdir(f"/proc/{pid}/task")]
    wait_for(lambda: {life.state(thread) for thread in threads} == {"T"}, "a stopped process")
    try:
        response = ask(host)
    except (ConnectionResetError, fcgi.ProtocolError):
        # SIGCONT comes with SIGABRT: the old process may have accepted the connection in between.
        response = ask(host)
    assert response.status == 200
    assert main_pid(host) != pid


def test_a_hand_over_makes_the_new_process_the_main_process(host):
    host.systemctl("start", SERVICE)
    old = host.show(SERVICE, "MainPID")
    with life.Callers(str(host.path(SOCKET)), [(CLIENT, 200)], kept=2, fresh=2) as callers:
        callers.some_more(100)
        host.systemctl("kill", "-s", "USR2", "--kill-who=main", SERVICE)
        wait_for(lambda: host.show(SERVICE, "MainPID") not in ("0", old), "another main process")
        callers.some_more(100)
    assert host.show(SERVICE, "SubState", "NRestarts") == {"SubState": "running", "NRestarts": "0"}
    # systemd supervises it as it did the one that it started.
    new = host.show(SERVICE, "MainPID")
    host.systemctl("kill", "-s", "KILL", "--kill-who=main", SERVICE)
    wait_for(lambda: host.show(SERVICE, "MainPID") not in ("0", new), "a restart")
    assert ask(host).status == 200


def test_no_request_is_lost_at_restarts_and_reloads(host):
    host.systemctl("start", SERVICE)
    with life.Callers(str(host.path(SOCKET)), [(CLIENT, 200)], kept=2, fresh=2) as callers:
        for verb in ("restart", "reload", "restart"):
            callers.some_more(100)
            host.systemctl(verb, SERVICE)
        callers.some_more(100)
    assert callers.wrong == []


def test_a_socket_is_added_to_a_service_that_runs(host):
    """As the comment in doorward-http.socket says."""
    ask(host)
    host.systemctl("enable", "doorward-http.socket")
    try:
        host.systemctl("restart", SERVICE)
        done = host.run("curl", "-s", "--unix-socket", "/run/doorward/http.sock", "http://door/healthz", "-i")
        assert done.stdout.startswith("HTTP/1.1 200")
        assert ask(host).status == 200
    finally:
        host.systemctl("disable", "doorward-http.socket")


# Mistakes


def test_a_mistake_at_a_restart_leaves_the_sockets_and_heals_by_itself(host):
    host.systemctl("start", SERVICE)
    host.write(systemd.CONFIGURATION, BAD)
    done = host.systemctl("restart", SERVICE, expect=1)
    assert "Job for doorward.service failed" in done.stderr
    assert host.show(SERVICE, "ExecMainStatus") == "78"
    # As many requests as would have systemd close the sockets if they started the service.
    waiting = []
    for _ in range(30):
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        client.connect(str(host.path(SOCKET)))
        waiting.append(client)
    restarts = int(host.show(SERVICE, "NRestarts"))
    wait_for(lambda: int(host.show(SERVICE, "NRestarts")) >= restarts + 2, "two more attempts")
    assert host.show("doorward.socket", "ActiveState") == "active"
    for client in waiting:
        client.close()
    host.write(systemd.CONFIGURATION, OPEN)
    assert ask(host).status == 200


def test_after_a_mistake_start_works_at_once(host):
    host.write(systemd.CONFIGURATION, BAD)
    for _ in range(6):
        host.systemctl("restart", SERVICE, expect=1)
    host.write(systemd.CONFIGURATION, OPEN)
    host.systemctl("restart", SERVICE)
    assert ask(host).status == 200


def test_a_path_that_the_service_cannot_make_names_the_way(host):
    since = host.cursor()
    host.write(systemd.CONFIGURATION, "[server]\nlisten = systemd\nlisten = unix:/run/doorward/s\n" + OPEN)
    host.systemctl("restart", SERVICE, expect=1)
    remedy = "unix:/run/doorward/s: .*/run/doorward: Permission denied: .*with this path as ListenStream="
    host.wait_for_journal(SERVICE, remedy, since, priority=3)


README = """[server]
listen = unix:/run/doorward/doorward.sock
socket_group = www-data    ; nginx
user = nobody              ; once the socket is open
"""


def test_the_configuration_of_the_readme_starts(host):
    since = host.cursor()
    host.write(systemd.CONFIGURATION, README + OPEN)
    assert ask(host).status == 200
    warning = r"warning: user = nobody has no effect: .* runs as UID \d+, GID \d+; "
    host.wait_for_journal(SERVICE, warning, since, priority=4)


# Its log


def test_messages_have_their_priorities_in_the_journal(host):
    since = host.cursor()
    host.write(systemd.CONFIGURATION, BAD)
    host.systemctl("restart", SERVICE, expect=1)
    message = "^doorward: error: /etc/doorward/doorward.conf:2:1: "
    host.wait_for_journal(SERVICE, message, since, priority=3)
    host.write(systemd.CONFIGURATION, OPEN)
    ask(host)
    since = host.cursor()
    ask(host, CLIENT + [("HTTP_USER_AGENT", "a\n<0>doorward: error: forged\n<0>")])
    host.wait_for_journal(SERVICE, "forged", since)
    assert "forged" not in host.journal(SERVICE, since, priority=5)
    assert "forged" in host.journal(SERVICE, since, priority=6)


LOG = "[log]\ntarget = file:/var/log/%s\n"


def test_a_log_file(host):
    host.write(systemd.CONFIGURATION, OPEN + LOG % "doorward/doorward.log")
    ask(host)
    log = host.path("var/log/doorward/doorward.log")
    wait_for(lambda: "verdict=allow" in log.read_text(), "a decision in the log file")
    assert log.stat().st_mode & 0o777 == 0o600
    log.rename(f"{log}.1")
    rotation = host.path("etc/logrotate.d/doorward").read_text()
    host.run("sh", "-ec", re.search("postrotate\n(.*)\tendscript", rotation, re.S)[1])
    wait_for(log.exists, "a new log file")
    # What comes while the file is replaced may still be in the old one.
    wait_for(lambda: ask(host) and "verdict=allow" in log.read_text(), "a decision in the new log file")


def test_a_log_file_that_the_unit_may_not_write(host):
    host.systemctl("start", SERVICE)
    since = host.cursor()
    host.write(systemd.CONFIGURATION, OPEN + LOG % "doorward.log")
    host.systemctl("reload", SERVICE, expect=1)
    remedy = "target = file:/var/log/doorward.log: user .* may not write to /var/log.*: .* file:/var/log/doorward/"
    host.wait_for_journal(SERVICE, f"error: .*{remedy}", since)
    assert ask(host).status == 200
    since = host.cursor()
    host.systemctl("restart", SERVICE, expect=1)
    host.wait_for_journal(SERVICE, f"error: .*{remedy}", since)


def test_syslog(host):
    host.write(systemd.CONFIGURATION, OPEN + "[log]\ntarget = syslog\n")
    since = host.cursor()
    ask(host)
    host.wait_for_journal(SERVICE, "verdict=allow", since)


@pytest.mark.parametrize("target", ["stderr", "syslog"])
def test_check_finds_a_line_in_the_journal(host, target):
    host.write(systemd.CONFIGURATION, OPEN + f"[log]\ntarget = {target}\n")
    identifiers = [ask(host).header("X-Doorward-Id") for _ in range(3)]
    # Another program claims to be doorward, and has copied an identifier.
    forged = f"doorward: decision: id={identifiers[0]} verdict=deny status=403 reason=rule ip=203.0.113.1"
    host.run("logger", "-t", "doorward", forged)
    host.wait_for_journal(SERVICE, identifiers[-1])
    for identifier in identifiers:
        done = host.run("doorward", "check", "--id", identifier)
        assert re.search(f"^Request id +{identifier}$", done.stdout, re.M)
        assert re.search("^Then +allow, status 200,", done.stdout, re.M)
    absent = host.run("doorward", "check", "--id", "0" * 24, expect=64)
    assert re.search(r"it is not in the journal \(\d+ lines from 2.*Z to 2.*Z of doorward\)", absent.stderr)


def test_check_reads_no_lines_that_another_program_wrote(host):
    """Any user can write a line in doorward's name; the program in another service is read, too."""
    config, socket = "/etc/doorward/other.conf", "/run/other.sock"
    host.write(config, f"[server]\nlisten = unix:{socket}\n[log]\ntarget = syslog\n{OPEN}")
    host.run("systemd-run", "-q", "--unit=other", "doorward", "-c", config)
    wait_for(host.path(socket).exists, "the other service")
    forged = "0123456789abcdef01234567"
    line = f"doorward: decision: id={forged} verdict=deny status=403 reason=rule policy=default ip=203.0.113.1"
    host.run("logger", "-t", "doorward", line)
    identifier = ask(host, socket=socket).header("X-Doorward-Id")
    host.wait_for_journal("other.service", identifier)
    host.systemctl("stop", "other")
    assert f"Request id   {identifier}" in host.run("doorward", "check", "--id", identifier).stdout
    assert "it is not in the journal" in host.run("doorward", "check", "--id", forged, expect=64).stderr


def test_doctor_finds_nothing_wrong(host):
    ask(host)
    done = host.run("doorward", "doctor", "--user", "www-data", expect=None)
    assert "unix:/run/doorward/doorward.sock: ok: doorward answered in" in done.stdout
    assert "unix:/run/doorward/doorward.sock: ok: user www-data may connect" in done.stdout
    assert not re.search("unix:.*(error|warning)", done.stdout)
