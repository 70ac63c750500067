# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Real front ends on loopback ports, with all their files in one folder."""

import grp
import os
import pwd

from kit.process import Process, connects, free_port

NGINX = os.environ.get("NGINX_BINARY", "/usr/sbin/nginx")
LIGHTTPD = "/usr/sbin/lighttpd"
APACHE = "/usr/sbin/apache2"
APACHE_MODULES = "/usr/lib/apache2/modules"

# As root, nginx would run its workers as a user that cannot enter the test's folder.
NGINX_CONFIGURATION = """\
{main}
{user}
daemon off;
error_log stderr info;
pid {folder}/nginx.pid;
events {{ worker_connections 2048; }}
http {{
	access_log off;
	client_body_temp_path {folder}/nginx-body;
	proxy_temp_path {folder}/nginx-proxy;
	fastcgi_temp_path {folder}/nginx-fastcgi;
	uwsgi_temp_path {folder}/nginx-uwsgi;
	scgi_temp_path {folder}/nginx-scgi;
{http}
}}
"""


class Nginx:
    """
    A real nginx with the given text in its http block, which must listen on `port`; `main` is put
    outside that block. `user` is a directive that names the user of its workers.
    """

    def __init__(self, folder, http, port, main="worker_processes 1;", user=None):
        self.folder, self.port = folder, port
        self.file = folder / "nginx.conf"
        user = user or ""
        if os.geteuid() == 0 and not user:
            user = f"user {pwd.getpwuid(0).pw_name} {grp.getgrgid(0).gr_name};"
        self.file.write_text(
            NGINX_CONFIGURATION.format(main=main, user=user, folder=folder, http=http)
        )
        self.process = Process(
            [NGINX, "-p", folder, "-e", "stderr", "-c", self.file], folder / "nginx.stderr"
        )
        self.process.wait_until(lambda: connects(("127.0.0.1", port)), "a listening nginx")

    def close(self):
        try:
            if self.process.running():
                self.process.stop()
        finally:
            self.process.kill()


class Lighttpd:
    """A real lighttpd; `rest` is its configuration without the port and the document root."""

    def __init__(self, folder, rest):
        self.folder, self.port = folder, free_port()
        self.root = folder / "www"
        self.root.mkdir(exist_ok=True)
        self.file = folder / "lighttpd.conf"
        self.file.write_text(
            f'server.bind = "127.0.0.1"\nserver.port = {self.port}\n'
            f'server.document-root = "{self.root}"\n'
            f'server.upload-dirs = ( "{folder}" )\n{rest}'
        )
        self.process = Process([LIGHTTPD, "-D", "-f", self.file], folder / "lighttpd.stderr")
        self.process.wait_until(lambda: connects(("127.0.0.1", self.port)), "a listening lighttpd")

    def close(self):
        try:
            if self.process.running():
                self.process.stop()
        finally:
            self.process.kill()


class Server:
    """Any other front end: started with its arguments, listening on `port`."""

    def __init__(self, folder, name, argv, port, **popen):
        self.port = port
        self.process = Process(argv, folder / f"{name}.stderr", **popen)
        self.process.wait_until(lambda: connects(("127.0.0.1", port)), f"a listening {name}")

    def close(self):
        try:
            if self.process.running():
                self.process.stop()
        finally:
            self.process.kill()


class Apache:
    """
    A real Apache with the modules and the rest of its configuration; `command` is the program that
    starts it.
    """

    def __init__(self, folder, modules, rest, port, command=()):
        self.folder, self.port = folder, port
        loaded = ["mpm_event", "authn_core", "authz_core", "dir", *modules]
        self.file = folder / "apache.conf"
        self.file.write_text(
            f"ServerRoot {folder}\nDefaultRuntimeDir {folder}\nPidFile {folder}/apache.pid\n"
            f"ErrorLog {folder}/apache.log\nServerName localhost\nListen 127.0.0.1:{port}\n"
            "User nobody\nGroup nogroup\n"
            # Without this, a stray .htaccess in a folder above is read.
            "<Directory />\nAllowOverride None\n</Directory>\n"
            + "".join(f"LoadModule {m}_module {APACHE_MODULES}/mod_{m}.so\n" for m in loaded)
            + rest
        )
        self.process = Process(
            [*command, APACHE, "-f", self.file, "-DFOREGROUND"], folder / "apache.stderr"
        )
        self.process.wait_until(lambda: connects(("127.0.0.1", port)), "a listening Apache")

    def close(self):
        try:
            if self.process.running():
                self.process.stop()
        finally:
            self.process.kill()
