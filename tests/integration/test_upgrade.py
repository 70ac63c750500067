# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""An upgrade: a new process takes over, and no client notices."""

import os
import shutil
import signal
import socket

import pytest

import fcgi
from kit import life
from kit.doorward import BINARY, Doorward
from kit.names import reverse
from kit.process import DEADLINE, Process, free_port, wait_for

POLICY = "[policy default]\nrdns = off\nallow = ip 192.0.2.0/24\n"
IN, OUT = {"REMOTE_ADDR": "192.0.2.1"}, {"REMOTE_ADDR": "198.51.100.1"}
QUESTIONS = [(IN, 200), (OUT, 403)]
SHUT = "[policy default]\nrdns = off\ndeny = *\n"


@pytest.fixture
def program(folder):
    """A file to start from that a test may replace."""
    path = folder / "doorward"
    shutil.copy2(BINARY, path)
    return path


def install(program, source):
    """As a package manager does it: the file of the running program is not written to."""
    new = program.with_suffix(".new")
    shutil.copy2(source, new)
    new.replace(program)


def install_text(program, text):
    new = program.with_suffix(".text")
    new.write_text(text)
    new.chmod(0o755)
    install(program, new)


def start(doorward, folder, program, **more):
    return doorward(POLICY, argv=[program, "-c", folder / "doorward.conf"], **more)


def test_the_new_process_has_socket_path_and_arguments(doorward, folder, stack, program):
    door = start(doorward, folder, program)
    inode = door.socket.stat().st_ino
    new = life.upgrade(door, door.process.pid)
    assert door.process.ended() == 0
    assert door.socket.stat().st_ino == inode
    second = Process([BINARY, "-c", door.file], folder / "second.stderr")
    stack.callback(second.kill)
    assert second.ended() != 0
    assert f"another process listens there (PID {new})" in second.output()
    assert (door.ask(IN).status, door.ask(OUT).status) == (200, 403)
    command = open(f"/proc/{new}/cmdline").read().split("\0")
    assert command[:3] == [str(program), "-c", str(door.file)]
    life.end(new)
    assert not door.socket.exists()


def test_the_new_process_reads_the_configuration(doorward, folder, program):
    port, other = free_port(), free_port()
    door = start(doorward, folder, program, server=f"listen = 127.0.0.1:{port}")
    door.configure(
        SHUT,
        server=f"threads = 1\nlisten = 127.0.0.1:{port}\nlisten = 127.0.0.1:{other}",
    )
    new = life.upgrade(door, door.process.pid)
    for where in (port, other):
        assert fcgi.request(f"127.0.0.1:{where}", IN).status == 403
    wait_for(lambda: not door.socket.exists(), "the end of a socket that is no longer listed")
    life.end(new)


def test_many_clients_notice_nothing(doorward, folder, program):
    door = start(doorward, folder, program, log="decisions = none")
    pid = door.process.pid
    with life.Callers(door.address, QUESTIONS, kept=100, fresh=100) as callers:
        for number in range(1, 6):
            callers.some_more()
            if number == 3:
                install_text(program, "#!/bin/sh\nexit 7\n")
                os.kill(pid, signal.SIGUSR2)
                door.wait_for_log("ended with status 7 instead of serving")
                callers.some_more()
                install(program, BINARY)
            pid = life.upgrade(door, pid, number)
        callers.some_more()
    assert callers.wrong == []
    life.end(pid)


def test_a_kept_connection_over_http_is_told_to_close(doorward, folder, program):
    path = folder / "http.sock"
    door = start(doorward, folder, program, server=f"listen = http:unix:{path}")
    with socket.socket(socket.AF_UNIX) as kept:
        kept.connect(str(path))
        kept.settimeout(DEADLINE)

        def ask():
            kept.sendall(b"GET /auth HTTP/1.1\r\nHost: d\r\nX-Real-IP: 192.0.2.1\r\n\r\n")
            return kept.recv(65536)

        assert b"close" not in ask()
        door.process.send(signal.SIGUSR2)
        new = life.new_process(door)
        answer = ask()
        assert answer.startswith(b"HTTP/1.1 200 ") and b"Connection: close\r\n" in answer
        assert kept.recv(1) == b""
    assert door.process.ended() == 0
    life.end(new)


def bad_configuration(door, program):
    door.configure("[policy default]\nnonsense = 1\n")
    return "hand-over: PID [0-9]+: .*nonsense"


def bad_listen(door, program):
    door.configure(POLICY, server=f"listen = unix:{door.folder}/missing/inner/sock")
    return "hand-over: PID [0-9]+: .*missing/inner/sock"


def no_program(door, program):
    program.unlink()
    return "No such file or directory"


def no_executable(door, program):
    install_text(program, "\x7fELF nothing")
    return "Exec format error"


def a_crash(door, program):
    install_text(program, "#!/bin/sh\nkill -SEGV $$\n")
    return "ended with signal 11"


@pytest.mark.parametrize(
    "spoil", [bad_configuration, bad_listen, no_program, no_executable, a_crash]
)
def test_a_new_process_that_cannot_serve_changes_nothing(doorward, folder, program, spoil):
    door = start(doorward, folder, program)
    why = spoil(door, program)
    for _ in range(2):
        door.process.send(signal.SIGUSR2)
    door.wait_for_log(why)
    door.wait_for_log("this process goes on|this one goes on")
    assert (door.ask(IN).status, door.ask(OUT).status) == (200, 403)
    assert door.process.running()
    install(program, BINARY)
    door.configure(POLICY)
    life.end(life.upgrade(door, door.process.pid))
    assert not door.socket.exists()


def test_a_new_process_that_hangs_ends_with_the_old_one(doorward, folder, program):
    door = start(doorward, folder, program)
    started = folder / "started"
    install_text(
        program, f"#!/bin/sh\necho $$ >{started}.new\nmv {started}.new {started}\nexec sleep 600\n"
    )
    door.process.send(signal.SIGUSR2)
    wait_for(started.exists, "a new process")
    pid = int(started.read_text())
    door.process.send(signal.SIGUSR2)
    door.wait_for_log("another one is under way")
    assert door.ask(IN).status == 200
    door.stop()
    wait_for(lambda: life.ended(pid), "the end of the one that hangs")
    assert not door.socket.exists()


def test_the_end_waits_for_what_is_in_flight(doorward, folder, program, tap):
    door = doorward(
        "[policy default]\nallow = host client.example\n",
        argv=[program, "-c", folder / "doorward.conf"],
        dns="timeout = 10s\nlookup_timeout = 20s",
        server="grace = 30s",
        server_of_names=tap,
    )
    tap.hold(reverse("192.0.2.1"))
    with door.connection() as waiting:
        waiting.send(fcgi.request_bytes(IN))
        tap.wait_for_query(reverse("192.0.2.1"))
        door.process.send(signal.SIGUSR2)
        new = life.new_process(door)
        assert door.process.running()
        tap.release()
        assert waiting.read_reply().status == 200
    assert door.process.ended() == 0
    assert door.ask(IN).status == 200
    life.end(new)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_after_privileges_were_dropped(doorward, folder, program):
    folder.chmod(0o777)
    door = start(doorward, folder, program, server="user = nobody\nsocket_mode = 0666")
    new = life.upgrade(door, door.process.pid)
    assert os.stat(f"/proc/{new}").st_uid == 65534
    assert door.ask(IN).status == 200
    life.end(new)


def test_inherited_sockets_are_passed_on(doorward, folder, program):
    """Sockets of systemd, and descriptor 0."""
    for n, argv in enumerate(
        [
            ["systemd-socket-activate", "-l", "{socket}"],
            ["spawn-fcgi", "-n", "-s", "{socket}", "--"],
        ]
    ):
        path = folder / f"given{n}.sock"
        door = doorward(
            POLICY,
            address=str(path),
            argv=[str(a).format(socket=path) for a in argv]
            + [program, "-c", folder / "doorward.conf"],
        )
        pid = door.process.pid
        assert door.ask(IN).status == 200
        for number in (1, 2):
            pid = life.upgrade(door, pid, 2 * n + number)
            assert (door.ask(IN).status, door.ask(OUT).status) == (200, 403)
        assert path.exists()
        life.end(pid)


def test_a_service_that_restarts_on_its_managers_socket(folder, stack):
    """As with a socket unit: the socket belongs to the manager, and clients wait in its queue
    meanwhile."""
    path = folder / "unit.sock"
    listening = stack.enter_context(socket.socket(socket.AF_UNIX))
    listening.bind(str(path))
    listening.listen(4096)
    number = listening.fileno()
    activate = f'exec 3<&{number}; LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" "$@"'

    def run():
        door = Doorward(
            folder,
            POLICY,
            log="decisions = none",
            listen="systemd",
            address=str(path),
            argv=["bash", "-c", activate, BINARY, "-c", folder / "doorward.conf"],
            pass_fds=[number],
        )
        stack.callback(door.process.kill)
        return door

    door = run()
    with life.Callers(str(path), QUESTIONS, kept=100, fresh=100) as callers:
        for _ in range(5):
            callers.some_more()
            door.stop()
            door = run()
        callers.some_more()
    assert callers.wrong == []
    door.stop()
    assert path.exists()
