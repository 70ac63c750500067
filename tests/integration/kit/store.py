# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""A Redis or Valkey server, and servers and proxies that behave as one on its bad days."""

import base64
import shutil
import signal
import socket
import threading

import pytest

from kit.process import DEADLINE, Process, connects, free_port, wait_for

SERVER = shutil.which("valkey-server") or shutil.which("redis-server")


class Error(Exception):
    """An error reply."""


def encode(*words):
    parts = [w if isinstance(w, bytes) else str(w).encode() for w in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(p), p) for p in parts)


def read_value(stream):
    """The next value of a stream; None: null. EOFError at its end."""
    line = stream.readline()
    if not line.endswith(b"\r\n"):
        raise EOFError
    kind, rest = line[:1], line[1:-2]
    if kind == b"+":
        return rest.decode()
    if kind == b"-":
        return Error(rest.decode())
    if kind == b":":
        return int(rest)
    if kind == b"$":
        return None if rest == b"-1" else stream.read(int(rest) + 2)[:-2]
    return None if rest == b"-1" else [read_value(stream) for _ in range(int(rest))]


def secret_file(folder, name="secret", secret=b"a secret of all machines in tests"):
    path = folder / name
    path.write_bytes(base64.b64encode(secret) + b"\n")
    path.chmod(0o600)
    return path


class Store:
    """
    A server on loopback and on a Unix socket, with a folder of its own and nothing that it keeps
    over a restart. `lines` are more of its configuration.
    """

    def __init__(self, folder, lines="", password=None):
        if SERVER is None:
            pytest.skip("neither valkey-server nor redis-server is installed")
        self.folder = folder / "store"
        self.folder.mkdir()
        self.socket = self.folder / "socket"
        self.port = free_port()
        self.password = password
        self.file = self.folder / "store.conf"
        self.file.write_text(
            f"bind 127.0.0.1\nport {self.port}\nunixsocket {self.socket}\ndir {self.folder}\n"
            f'save ""\nappendonly no\n{lines}\n' + (f"requirepass {password}\n" if password else "")
        )
        self.start()

    def start(self):
        self.process = Process([SERVER, self.file], self.folder / "log")
        self.process.wait_until(lambda: connects(self.socket), "a listening store")

    def command(self, *words, database=0):
        """What the server replies; an error reply is raised."""
        with socket.socket(socket.AF_UNIX) as conn:
            conn.settimeout(DEADLINE)
            conn.connect(str(self.socket))
            stream = conn.makefile("rwb")
            before = [("AUTH", self.password)] if self.password else []
            for each in [*before, ("SELECT", database), words]:
                stream.write(encode(*each))
                stream.flush()
                value = read_value(stream)
                if isinstance(value, Error):
                    raise value
        return value

    def clients(self):
        """The connections of doorwards, by their number."""
        lines = self.command("CLIENT", "LIST").decode().splitlines()
        fields = [dict(f.split("=", 1) for f in line.split()) for line in lines]
        return {f["id"] for f in fields if f["name"] == "doorward"}

    def freeze(self):
        self.process.send(signal.SIGSTOP)

    def thaw(self):
        self.process.send(signal.SIGCONT)

    def kill(self):
        self.process.kill()
        self.socket.unlink(missing_ok=True)

    def close(self):
        self.process.kill()

    def lines(self, folder, *more, tcp=False):
        """The [shared] section of a doorward that uses it."""
        server = f"127.0.0.1:{self.port}" if tcp else f"unix:{self.socket}"
        return shared(folder, server, *more)


def shared(folder, server, *more):
    """On a busy machine an answer takes longer than the 20 ms of a default."""
    if not any(line.startswith("timeout") for line in more):
        more = (*more, "timeout = 500ms")
    return "\n".join([f"server = {server}", f"secret_file = {secret_file(folder)}", *more])


class Listener:
    """Calls `serve(connection)` in a thread for each connection to its port on loopback."""

    def __init__(self, serve):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.serve = serve
        self.accepted = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                conn, _ = self.server.accept()
            except OSError:
                return
            self.accepted += 1
            threading.Thread(target=self._serve, args=(conn,), daemon=True).start()

    def _serve(self, conn):
        try:
            with conn:
                self.serve(conn)
        except (OSError, EOFError, ValueError):
            pass

    def close(self):
        self.server.close()


class FakeStore(Listener):
    """Replies to each command by the bytes of `reply(words)`; None: not at all; b"": it closes."""

    def __init__(self, reply):
        self.reply = reply
        super().__init__(self._talk)

    def _talk(self, conn):
        stream = conn.makefile("rwb")
        while True:
            words = read_value(stream)
            answer = self.reply([w.decode(errors="replace") for w in words])
            if answer == b"":
                return
            if answer is not None:
                stream.write(answer)
                stream.flush()


class SlowProxy(Listener):
    """Passes replies of the store on, `delay` seconds late."""

    def __init__(self, store, delay):
        self.store = store
        self.delay = delay
        super().__init__(self._pass)

    def _pass(self, conn):
        with socket.create_connection(("127.0.0.1", self.store.port)) as upstream:
            threading.Thread(target=self._copy, args=(conn, upstream, 0), daemon=True).start()
            self._copy(upstream, conn, self.delay)

    def _copy(self, source, target, delay):
        late = threading.Event()
        while True:
            try:
                data = source.recv(65536)
                late.wait(delay)
                if not data:
                    target.shutdown(socket.SHUT_WR)
                    return
                target.sendall(data)
            except OSError:
                return


def wait_for_clients(store, count):
    return wait_for(lambda: len(store.clients()) == count, f"{count} connections to the store")
