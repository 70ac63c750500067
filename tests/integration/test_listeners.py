# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Every way to get a listening socket, and a client by other authors."""

import os
import shutil
import socket
import stat
import subprocess

import pytest

import fcgi
from kit.doorward import BINARY, Doorward, assert_clean, run
from kit.process import DEADLINE, Process, connects, free_port, has_ipv6, wait_for

POLICY = "[policy default]\nrdns = off\nallow = ip 192.0.2.0/24\n"
IN, OUT = {"REMOTE_ADDR": "192.0.2.1"}, {"REMOTE_ADDR": "198.51.100.1"}


def serves(door):
    assert door.ask(IN).status == 200
    assert door.ask(OUT).status == 403


def test_unix_socket_and_its_mode(doorward):
    for mode in ["0600", "0660", "0666"]:
        door = doorward(POLICY, server=f"socket_mode = {mode}")
        assert stat.S_IMODE(os.stat(door.socket).st_mode) == int(mode, 8)
        serves(door)
        door.stop()
        assert not door.socket.exists()


def test_a_stale_socket_is_replaced(doorward, folder):
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(folder / "doorward.sock"))
        dead.listen()
    assert not connects(folder / "doorward.sock")
    serves(doorward(POLICY))


def test_a_socket_in_use_is_not_replaced(doorward, folder, stack):
    first = doorward(POLICY)
    second = Process([BINARY, "-c", first.file], folder / "second.stderr")
    stack.callback(second.kill)
    assert second.ended() != 0
    assert (
        f"unix:{first.socket}: another process listens there (PID {first.process.pid})"
        in second.output()
    )
    assert_clean(second.output())
    serves(first)


def test_a_file_is_not_replaced(folder, stack):
    (folder / "doorward.sock").write_text("precious")
    door = Doorward(folder, POLICY, wait=False)
    stack.callback(door.process.kill)
    assert door.process.ended() != 0
    assert (folder / "doorward.sock").read_text() == "precious"


def test_tcp(doorward):
    port = free_port()
    serves(doorward(POLICY, listen=f"127.0.0.1:{port}", address=f"127.0.0.1:{port}"))


@pytest.mark.skipif(not has_ipv6(), reason="no IPv6 loopback")
def test_tcp_over_ipv6(doorward):
    port = free_port("::1")
    serves(doorward(POLICY, listen=f"[::1]:{port}", address=f"[::1]:{port}"))


def test_several_listeners(doorward, folder):
    port = free_port()
    door = doorward(
        POLICY, server=f"listen = unix:{folder}/second.sock\nlisten = 127.0.0.1:{port}"
    )
    for where in [door.address, f"{folder}/second.sock", f"127.0.0.1:{port}"]:
        assert fcgi.request(where, IN).status == 200


@pytest.mark.parametrize(
    "mode, server, line",
    [
        (0o755, "", "only root may connect: socket_group, socket_owner or socket_mode"),
        (0o755, "socket_mode = 0666", "every local user may connect"),
        (0o755, "socket_group = www-data", "root, group www-data may connect"),
        (0o755, "socket_owner = nobody\nsocket_mode = 0600", "root, user nobody may connect"),
        (0o700, "socket_group = www-data", "mode 0700"),
        (0o700, "", "only root may connect"),
    ],
)
def test_the_log_says_which_users_may_connect(doorward, folder, mode, server, line):
    """For users who otherwise find out by nginx's "Permission denied"."""
    folder.chmod(0o755)
    (folder / "run").mkdir()
    (folder / "run").chmod(mode)
    sock = folder / "run" / "s"
    door = doorward(listen=f"unix:{sock}", address=str(sock), server=server)
    door.process.wait_until(lambda: f"unix:{sock}: " in door.stderr(), "a line about the socket")
    (told,) = [text for text in door.stderr().splitlines() if f"unix:{sock}: " in text]
    assert line in told
    assert (f"but the folder {sock.parent} keeps" in told) == (mode == 0o700 and server != "")


def test_a_missing_folder_is_named(folder, stack):
    """Also for root, if the folder above it is missing."""
    folder.chmod(0o777)
    for missing, more in [("none", {"user": "daemon"}), ("none/inner", {})]:
        sock = folder / missing / "s"
        door = Doorward(folder, listen=f"unix:{sock}", wait=False, **more)
        stack.callback(door.process.kill)
        assert door.process.ended() != 0
        assert f"listen: unix:{sock}: the folder {sock.parent} does not exist" in door.stderr()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_root_makes_the_missing_folder(doorward, folder):
    """As /run/doorward after each boot; users of front ends can enter it."""
    sock = folder / "run" / "s"
    doorward(listen=f"unix:{sock}", address=str(sock), server="user = nobody", umask=0o077)
    assert sock.parent.stat().st_mode & 0o7777 == 0o755


@pytest.mark.parametrize("key", ["socket_group = www-data", "socket_owner = nobody"])
def test_the_key_that_cannot_be_applied_is_named(folder, stack, key):
    folder.chmod(0o777)
    door = Doorward(
        folder, server=key, wait=False, user="daemon", group="daemon", extra_groups=[]
    )
    stack.callback(door.process.kill)
    assert door.process.ended() != 0
    assert f"{key.split()[0]} cannot be set: Operation not permitted (only root" in door.stderr()


def test_a_port_in_use_is_an_error(folder, stack):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port()))
        taken.listen()
        port = taken.getsockname()[1]
        door = Doorward(folder, POLICY, listen=f"127.0.0.1:{port}", wait=False)
        stack.callback(door.process.kill)
        assert door.process.ended() != 0
        assert f"127.0.0.1:{port}: cannot listen: Address already in use by another" in door.stderr()


def test_spawn_fcgi(doorward, folder):
    """The listening socket arrives as descriptor 0."""
    spawned = folder / "spawned.sock"
    door = doorward(
        POLICY,
        address=str(spawned),
        argv=["spawn-fcgi", "-n", "-s", spawned, "--", BINARY, "-c", folder / "doorward.conf"],
    )
    serves(door)
    assert not (folder / "doorward.sock").exists()
    door.stop()


def test_spawn_fcgi_tcp_and_its_allowed_peers(doorward, folder):
    port = free_port()
    argv = ["spawn-fcgi", "-n", "-a", "127.0.0.1", "-p", str(port), "--"]
    argv += [BINARY, "-c", folder / "doorward.conf"]
    door = doorward(POLICY, address=f"127.0.0.1:{port}", argv=argv,
                    env={**os.environ, "FCGI_WEB_SERVER_ADDRS": "127.0.0.1"})
    serves(door)
    door.stop()


def test_peers_that_are_not_allowed(doorward):
    port = free_port()
    door = doorward(
        POLICY,
        listen=f"127.0.0.1:{port}",
        address=f"127.0.0.1:{port}",
        env={**os.environ, "FCGI_WEB_SERVER_ADDRS": "192.0.2.200"},
    )
    with pytest.raises((fcgi.ProtocolError, OSError)):
        door.ask(IN)


ANYONE = ": a peer that connects can claim any client address; expected tcp_peers ="


def test_fastcgi_for_the_whole_network_needs_its_peers(folder, doorward):
    """A peer over FastCGI writes REMOTE_ADDR itself."""
    config = folder / "doorward.conf"
    bare = {**os.environ, "FCGI_WEB_SERVER_ADDRS": ""}
    del bare["FCGI_WEB_SERVER_ADDRS"]
    for listen in ["0.0.0.0:9000", "[::]:9000", "192.0.2.1:9000", "[2001:db8::1]:9000"]:
        config.write_text(f"[server]\nlisten = {listen}\n{POLICY}")
        _, _, errors = run("-t", "-c", config, expect=1, env=bare)
        assert f"{config}: error: FastCGI on {listen}{ANYONE}" in errors
        config.write_text(f"[server]\nlisten = {listen}\ntcp_peers = 10.0.0.0/24\n{POLICY}")
        run("-t", "-c", config, env=bare)
        config.write_text(f"[server]\nlisten = {listen}\n{POLICY}")
        run("-t", "-c", config, env={**bare, "FCGI_WEB_SERVER_ADDRS": "10.0.0.1"})
    for listen in ["127.0.0.1:9000", "127.9.9.9:9000", "[::1]:9000", "http:0.0.0.0:9080"]:
        trusted = "[frontend]\ntrusted_proxies = 10.0.0.1\n"
        config.write_text(f"[server]\nlisten = {listen}\n{trusted}{POLICY}")
        _, _, errors = run("-t", "-c", config, env=bare)
        assert "0 error(s), 0 warning(s)" in errors


@pytest.mark.parametrize("how", ["opened", "passed"])
def test_fastcgi_for_the_whole_network_does_not_start(folder, stack, how):
    port = free_port()
    argv = None
    if how == "passed":
        argv = ["spawn-fcgi", "-n", "-a", "0.0.0.0", "-p", str(port), "--"]
        argv += [BINARY, "-c", folder / "doorward.conf"]
    listen = f"0.0.0.0:{port}" if how == "opened" else f"unix:{folder}/x.sock"
    door = Doorward(folder, POLICY, listen=listen, argv=argv, wait=False)
    stack.callback(door.process.kill)
    assert door.process.ended() != 0
    assert f"FastCGI on 0.0.0.0:{port}{ANYONE}" in door.stderr()


@pytest.mark.parametrize("peers, served", [("127.0.0.0/8", True), ("192.0.2.0/24", False)])
def test_tcp_peers(doorward, peers, served):
    port = free_port()
    door = doorward(
        POLICY,
        listen=f"0.0.0.0:{port}",
        server=f"tcp_peers = {peers}",
        address=f"127.0.0.1:{port}",
    )
    if served:
        serves(door)
    else:
        with pytest.raises((fcgi.ProtocolError, OSError)):
            door.ask(IN)


def test_the_environment_narrows_tcp_peers(folder, stack):
    door = Doorward(
        folder,
        POLICY,
        server="tcp_peers = 10.0.0.0/8",
        env={**os.environ, "FCGI_WEB_SERVER_ADDRS": "192.0.2.1"},
        wait=False,
    )
    stack.callback(door.process.kill)
    assert door.process.ended() != 0
    assert "expected an address of tcp_peers" in door.stderr()


def test_headers_trusted_on_a_passed_tcp_socket(doorward, folder):
    port = free_port()
    argv = ["spawn-fcgi", "-n", "-a", "127.0.0.1", "-p", str(port), "--"]
    argv += [BINARY, "-c", folder / "doorward.conf"]
    door = doorward(
        POLICY, frontend="trust_headers = yes", address=f"127.0.0.1:{port}", argv=argv
    )
    serves(door)
    assert f"the socket that was passed, 127.0.0.1:{port}, is a TCP socket" in door.stderr()


def test_headers_trusted_on_a_passed_unix_socket(doorward, folder):
    spawned = folder / "spawned.sock"
    argv = ["spawn-fcgi", "-n", "-s", spawned, "--", BINARY, "-c", folder / "doorward.conf"]
    door = doorward(POLICY, frontend="trust_headers = yes", address=str(spawned), argv=argv)
    serves(door)
    assert "is a TCP socket" not in door.stderr()


def test_systemd_socket_activation(doorward, folder):
    activated = folder / "activated.sock"
    door = doorward(
        POLICY,
        listen="systemd",
        address=str(activated),
        argv=["systemd-socket-activate", "-l", activated, BINARY, "-c", folder / "doorward.conf"],
    )
    serves(door)
    door.stop()


def test_systemd_sockets_are_used_without_a_key(doorward, folder):
    activated = folder / "activated.sock"
    door = doorward(
        POLICY,
        address=str(activated),
        argv=["systemd-socket-activate", "-l", activated, BINARY, "-c", folder / "doorward.conf"],
    )
    serves(door)
    assert not (folder / "doorward.sock").exists()


@pytest.mark.parametrize("way, cure", [("systemd", "systemd"), ("spawn-fcgi", "fd:0")])
def test_places_beside_a_passed_socket_are_named_with_the_cure(doorward, folder, way, cure):
    passed, port = folder / "passed.sock", free_port()
    command = [BINARY, "-c", folder / "doorward.conf"]
    argv = {
        "systemd": ["systemd-socket-activate", "-l", passed, *command],
        "spawn-fcgi": ["spawn-fcgi", "-n", "-s", passed, "--", *command],
    }[way]
    place = f"http:127.0.0.1:{port}"
    more = {"frontend": "trusted_proxies = 127.0.0.1", "address": str(passed), "argv": argv}
    door = doorward(POLICY, listen=f"unix:{passed}\nlisten = {place}", **more)
    assert door.ask(IN).status == 200
    door.wait_for_log(f"serving on unix:{passed} with")
    warnings = [line["message"] for line in door.log() if line.get("level") == "warning"]
    assert warnings == [
        f"listen = {place} is not open, because this process was started with sockets (unix:{passed}): "
        f"add the line listen = {cure} in [server] to open it beside them, or remove this one"
    ]
    assert not connects(("127.0.0.1", port))
    door.stop()
    door = doorward(POLICY, listen=f"{cure}\nlisten = {place}", **more)
    assert door.ask(IN).status == 200
    door.wait_for_log(f"serving on unix:{passed}, {place} with")
    assert connects(("127.0.0.1", port))
    assert door.stderr().count("is not open") == 1


def test_a_passed_socket_that_listen_has_for_another_protocol(doorward, folder):
    passed = folder / "passed.sock"
    argv = ["systemd-socket-activate", "-l", passed, BINARY, "-c", folder / "doorward.conf"]
    door = doorward(POLICY, listen=f"http:unix:{passed}", address=str(passed), argv=argv)
    door.ask(IN)
    door.wait_for_log(f"listen = http:unix:{passed}: the socket was passed .* another protocol: ")


def test_systemd_without_sockets_is_an_error(folder, stack):
    door = Doorward(folder, POLICY, listen="systemd", wait=False)
    stack.callback(door.process.kill)
    assert door.process.ended() != 0
    assert "LISTEN_FDS" in door.stderr()


def test_closed_standard_descriptors(doorward, folder):
    """FastCGI 1.0, 2.2: descriptors 1 and 2 are closed when the application begins, and 0 is its
    socket."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()

        def close_all_others():
            os.dup2(listening.fileno(), 0)
            os.closerange(1, 3)

        door = doorward(
            POLICY,
            address="127.0.0.1:%d" % listening.getsockname()[1],
            preexec_fn=close_all_others,
        )
        serves(door)
        for number in "12":
            assert os.readlink(f"/proc/{door.process.pid}/fd/{number}") == "/dev/null"
        door.stop()


def test_cgi_fcgi(doorward):
    """libfcgi's own client."""
    door = doorward(POLICY)
    for params, status in [(IN, 200), (OUT, 403)]:
        done = subprocess.run(
            [shutil.which("cgi-fcgi"), "-bind", "-connect", str(door.socket)],
            env={"REQUEST_METHOD": "GET", "SCRIPT_NAME": "/", "CONTENT_LENGTH": "0", **params},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=DEADLINE,
        )
        assert done.stdout.startswith(b"Status: %d" % status), done
        assert b"X-Doorward-Reason" in done.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_root_becomes_another_user(doorward, folder):
    folder.chmod(0o777)
    door = doorward(POLICY, server="user = nobody\nsocket_mode = 0666")
    serves(door)
    status = open(f"/proc/{door.process.pid}/status").read()
    uids = next(line for line in status.splitlines() if line.startswith("Uid:")).split()[1:]
    assert set(uids) == {str(os.stat("/").st_uid + 65534)}
    wait_for(lambda: door.socket.exists(), "the socket")
