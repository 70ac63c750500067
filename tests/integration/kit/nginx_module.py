# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""nginx with doorward's module, in front of doorward or of an authorizer that misbehaves."""

import os
import re
import signal
import socket
import subprocess
import threading
from pathlib import Path

import fcgi
import pytest

from conftest import REPOSITORY
from kit import web
from kit.frontends import NGINX, Nginx
from kit.process import free_port

MODULE = Path(
    os.environ.get("NGINX_MODULE", REPOSITORY / "build/nginx-module/ngx_http_doorward_module.so")
)

needs_module = pytest.mark.skipif(not MODULE.exists(), reason=f"no {MODULE}: `make nginx-module`")

# What nginx's log must not contain: a worker that crashed, a connection that leaked.
TROUBLE = re.compile(
    r"exited on signal|exited with (fatal )?code [1-9]|\[alert\]|open socket|\[emerg\]"
    r"|Sanitizer|runtime error"
)


class ModuleNginx(Nginx):
    """`server` is the inside of a server block that listens, `http` what is before that block."""

    def __init__(self, folder, server, http="", listen="", workers=1):
        port = free_port()
        self.folder = folder
        self.text = f"{http}\nserver {{ listen 127.0.0.1:{port} {listen};\n{PLAYED}\n{server}\n}}"
        # A new binary inherits the options of the sanitizer, with which it may have been built.
        main = f"load_module {MODULE};\nworker_processes {workers};\nenv ASAN_OPTIONS;"
        super().__init__(folder, self.text, port, main=main)

    def get(self, path="/", client=None, headers=(), **how):
        pairs = [("X-Played-Client", client)] if client else []
        pairs += list(headers.items() if isinstance(headers, dict) else headers)
        return web.get(self.port, path, pairs, **how)

    def connect(self, **how):
        return web.Connection(self.port, **how)

    def log(self):
        return self.process.output()

    def close(self):
        """QUIT, so that nginx reports connections that are still open."""
        try:
            if self.process.running():
                self.process.stop(signal.SIGQUIT)
            assert not TROUBLE.search(self.log()), self.log()
        finally:
            self.process.kill()


# A client of the test plays one of any address.
PLAYED = "set_real_ip_from 127.0.0.1; real_ip_header X-Played-Client;"


def check_configuration(folder, http):
    """nginx -t: (exit status, output)."""
    file = folder / "checked.conf"
    file.write_text(
        f"load_module {MODULE};\npid {folder}/checked.pid;\nerror_log stderr;\nevents {{}}\n"
        f"http {{ access_log off; client_body_temp_path {folder}/t; proxy_temp_path {folder}/t;"
        f" fastcgi_temp_path {folder}/t; uwsgi_temp_path {folder}/t; scgi_temp_path {folder}/t;\n"
        f"{http}\n}}\n"
    )
    done = subprocess.run(
        [NGINX, "-t", "-p", folder, "-e", "stderr", "-c", file], capture_output=True, text=True
    )
    return done.returncode, done.stderr


class Authorizer:
    """
    A FastCGI server of the test's own. `answer(number, params)` returns the bytes for the request
    with this number, counted from 0, and its parameters; a function of the request's id; or None for
    silence. `close_after`: the connection is closed after the bytes.
    """

    def __init__(self, path, answer, close_after=False):
        self.path, self.answer, self.close_after = path, answer, close_after
        self.asked, self.connections = [], 0
        self._lock = threading.Lock()
        self._open = []
        self._start()

    def _start(self):
        Path(self.path).unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(self.path))
        self._listener.listen(128)
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener):
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                self._open.append(line)
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line):
        reader = line.makefile("rb")
        params = {}
        try:
            while True:
                header = reader.read(8)
                if len(header) < 8:
                    return
                kind, number = header[1], int.from_bytes(header[2:4], "big")
                content = reader.read(int.from_bytes(header[4:6], "big"))
                reader.read(header[6])
                if kind == fcgi.GET_VALUES:
                    line.sendall(self.values(content))
                elif kind == fcgi.PARAMS and content:
                    params[number] = params.get(number, b"") + content
                elif kind == fcgi.PARAMS:
                    pairs = dict(
                        (k.decode(), v.decode())
                        for k, v in fcgi.decode_pairs(params.pop(number, b""))
                    )
                    threading.Thread(
                        target=self._reply, args=(line, number, pairs), daemon=True
                    ).start()
        except OSError:
            pass

    def _reply(self, line, number, pairs):
        with self._lock:
            count = len(self.asked)
            self.asked.append(pairs)
        answer = self.answer(count, pairs)
        try:
            if answer is not None:
                line.sendall(answer(number) if callable(answer) else answer)
            if self.close_after:
                line.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def values(self, content):
        return fcgi.record(fcgi.GET_VALUES_RESULT, b"", id=0)

    def stop(self):
        """As a process that ends: the socket is gone, connections are closed."""
        if self._listener.fileno() >= 0:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        with self._lock:
            lines, self._open = self._open, []
        for line in lines:
            try:
                line.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            line.close()

    def restart(self):
        self._start()


def end(number, app_status=0, protocol_status=fcgi.REQUEST_COMPLETE):
    body = app_status.to_bytes(4, "big") + bytes([protocol_status]) + b"\0" * 3
    return fcgi.record(fcgi.END_REQUEST, body, id=number)


def head(status=200, expires=0, **fields):
    lines = [f"Status: {status} x", f"X-Accel-Expires: {expires}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def reply(status=200, expires=0, **fields):
    """A whole good answer, as a function of the request's id."""
    return lambda number: fcgi.record(
        fcgi.STDOUT, head(status, expires, **fields), id=number
    ) + end(number)
