# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""/etc/resolv.conf, in a mount namespace of the test, and servers on port 53 of their own
addresses."""

import contextlib
import re
import shlex
import socket
import subprocess
import threading

import pytest

from kit.doorward import BINARY

SINGLE = "[policy default]\nrdns = single\nallow = *\n"
FIRST, SECOND = "127.77.0.1", "127.77.0.2"


def encode(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def may_mount():
    return subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0


@contextlib.contextmanager
def server(address, name):
    """Replies for every address that its name is `name`, for 5 s."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        try:
            udp.bind((address, 53))
        except OSError as error:
            pytest.skip(f"port 53 cannot be had: {error}")

        def serve():
            while True:
                query, client = udp.recvfrom(4096)
                if not query:
                    return
                end = query.index(b"\0", 12) + 5
                rdata = encode(name)
                udp.sendto(
                    query[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + query[12:end]
                    + b"\xc0\x0c\0\x0c\0\1\0\0\0\5" + len(rdata).to_bytes(2, "big") + rdata,
                    client,
                )

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
                last.sendto(b"", (address, 53))
            thread.join()


@pytest.mark.skipif(not may_mount(), reason="needs a mount namespace")
def test_a_change_is_in_force_without_a_restart(doorward, folder):
    resolv = folder / "resolv.conf"
    resolv.write_text(f"nameserver {FIRST}\n")
    script = (
        f"mount --bind {shlex.quote(str(resolv))} /etc/resolv.conf && "
        f'exec {shlex.quote(str(BINARY))} -c "$0"'
    )
    with server(FIRST, "one.example"), server(SECOND, "two.example"):
        door = doorward(
            SINGLE,
            dns="nameservers =",
            argv=["unshare", "-m", "sh", "-c", script, folder / "doorward.conf"],
        )

        def name():
            return door.ask(REMOTE_ADDR="192.0.2.1").header("X-Client-Hostname")

        assert name() == "one.example"
        assert in_use(door.stderr()) == [f"{FIRST}:53 (of /etc/resolv.conf)"]
        resolv.write_text(f"nameserver fe80::1%none\nnameserver {SECOND}\noptions rotate attempts:2\n")
        door.wait_for_log("resolv.conf has changed")
        assert "name server 'fe80::1%none' is left out: its zone is not an interface" in door.stderr()
        assert name() == "two.example"
        resolv.write_text(f"nameserver {FIRST}\n")
        door.wait_for_log("(?s)resolv.conf has changed.*resolv.conf has changed")
        assert name() == "one.example"
        servers = [FIRST, SECOND, FIRST]
        assert in_use(door.stderr()) == [f"{server}:53 (of /etc/resolv.conf)" for server in servers]


def in_use(text):
    return re.findall(r"name servers in use: ([^\n\"]*)", text)


@pytest.mark.skipif(not may_mount(), reason="needs a mount namespace")
@pytest.mark.parametrize(
    "servers, wanted",
    [
        (["192.0.2.53"], "192.0.2.53:53"),
        (
            ["192.0.2.53", "2001:db8::53", "fe80::1%lo"],
            "192.0.2.53:53, [2001:db8::53]:53, [fe80::1%lo]:53",
        ),
        ([], "127.0.0.1:53"),
    ],
    ids=["one", "three", "none"],
)
def test_the_dump_has_the_servers_in_use(folder, servers, wanted):
    """As a comment: the dumped file still leaves the choice to resolv.conf."""
    resolv = folder / "resolv.conf"
    resolv.write_text("".join(f"nameserver {server}\n" for server in servers))

    def dump(file):
        mount = f"mount --bind {shlex.quote(str(resolv))} /etc/resolv.conf"
        script = f'{mount} && exec "$0" -T -c "$1"'
        done = subprocess.run(
            ["unshare", "-m", "sh", "-c", script, BINARY, file], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    file, again = folder / "doorward.conf", folder / "again.conf"
    file.write_text(SINGLE)
    first = dump(file)
    assert first.splitlines()[-1] == f"; name servers in use: {wanted} (of /etc/resolv.conf)"
    again.write_text(first)
    assert dump(again) == first
    resolv.write_text("nameserver 198.51.100.53\n")
    assert in_use(dump(again)) == ["198.51.100.53:53 (of /etc/resolv.conf)"]
