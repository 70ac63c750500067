# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
Whole sites: a real front end with the configuration that is shipped for it, changed only in ports
and paths, doorward as this configuration requires, and an application that returns what it learnt
about its client. Clients have loopback addresses, so that no header has to play them.
"""

import contextlib
import json
import os
import signal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from kit import frontends, web
from kit.doorward import BINARY, Doorward, assert_clean, configuration
from kit.names import Nsd
from kit.process import Process, connects, free_port, settled, wait_for

REPOSITORY = Path(__file__).resolve().parents[3]
CONTRIB = REPOSITORY / "contrib"
EXAMPLES = REPOSITORY / "nginx-examples"

NOBODY, PARTNER, LIAR, UNKNOWN = "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"
ZONES = {
    "partner.example": "host A 127.0.0.2\n",
    "0.0.127.in-addr.arpa": """
2 PTR host.partner.example.
3 PTR host.partner.example.     ; which is 127.0.0.2
4 PTR host.broken.example.      ; SERVFAIL there
""",
}
POLICY = """[policy {name}]
client_cert = optional
allow = host .partner.example
allow = cert.dns .partner.example
"""


def nameserver(folder, **more):
    return Nsd(folder, ZONES, ["broken.example"], **more)


def shipped(text, **places):
    """A shipped configuration with each of its places replaced; a missing place is an error."""
    for there, here in places.items():
        assert there in text, f"{there} is not in the configuration"
        text = text.replace(there, str(here))
    return text


# Applications. They respond with JSON: the facts about the client that they got, how many bytes it
# sent, and which forged values reached a variable that they would trust.

PHP = """<?php
$facts = array_filter($_SERVER, fn($name) => strncmp($name, 'HTTP_', 5), ARRAY_FILTER_USE_KEY);
header('Content-Type: application/json');
echo json_encode([
    'policy' => $_SERVER['X_DOORWARD_POLICY'] ?? null,
    'hostname' => $_SERVER['X_CLIENT_HOSTNAME'] ?? null,
    'subject' => $_SERVER['X_CLIENT_CERT_SUBJECT'] ?? null,
    'agent' => $_SERVER['X_CLIENT_AGENT'] ?? null,
    'body' => strlen(file_get_contents('php://input')),
    'forged' => array_keys(array_filter($facts, fn($v) => is_string($v) && str_contains($v, 'forged'))),
]);
"""


class Php:
    """A real PHP-FPM."""

    def __init__(self, folder):
        self.socket = folder / "php.sock"
        program = max(Path("/usr/sbin").glob("php-fpm*"))
        file = folder / "php-fpm.conf"
        owner = "user = nobody\ngroup = nogroup\n" if os.geteuid() == 0 else ""
        file.write_text(
            f"[global]\nerror_log = {folder}/php-fpm.log\n[www]\n{owner}listen = {self.socket}\n"
            "listen.mode = 0666\nlisten.backlog = 1024\npm = static\npm.max_children = 4\n"
        )
        self.process = Process([program, "-n", "-F", "-y", file], folder / "php-fpm.stderr")
        self.process.wait_until(lambda: connects(self.socket), "a listening PHP-FPM")

    def close(self):
        self.process.kill()


class Application:
    """
    An application behind a proxy that does not tell hyphens from underscores in a header's name,
    like any CGI or WSGI program. `subject` is the header with the certificate's subject.
    """

    def __init__(self, subject):
        class Handler(BaseHTTPRequestHandler):
            def answer(self):
                environ = {}
                for name, value in self.headers.items():
                    environ.setdefault(name.upper().replace("-", "_"), []).append(value)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                hostname = ",".join(environ.get("X_CLIENT_HOSTNAME", []))
                facts = {"hostname": hostname, "subject": ",".join(environ.get(subject, []))}
                facts["agent"] = ",".join(environ.get("X_CLIENT_AGENT", []))
                forged = [name for name, value in facts.items() if "forged" in value]
                text = json.dumps({**facts, "body": len(body), "forged": forged}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = answer

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 1024

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.thread = Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Site:
    """The base class; `close` ends the site, and checks that doorward was clean."""

    path = "/app.php"
    nginx = None
    refuses_underscores = False  # the front end responds with 400 to such a header

    def __init__(self, folder, pki, names, policy=POLICY, before=""):
        self.policy, self.before = policy, before
        self.folder, self.pki, self.names, self.port = folder, pki, names, free_port()
        self.stack = contextlib.ExitStack()
        self.www = folder / "www"
        for place in (self.www, self.www / "protected"):
            place.mkdir()
            (place / "app.php").write_text(PHP)
        try:
            self.start()
        except BaseException:
            self.close()
            raise

    def close(self):
        self.stack.close()

    def keep(self, thing):
        self.stack.callback(thing.close)
        return thing

    def doorward(self, policy="default", listen=None, **more):
        self.door = self.keep(
            Doorward(
                self.folder,
                self.policy.format(name=policy),
                listen=listen,
                address=listen,
                dns=self.dns(),
                before=self.before,
                **more,
            )
        )

    def dns(self):
        return f"nameservers = 127.0.0.1:{self.names.port}\ntimeout = 1s\nlookup_timeout = 8s"

    def server_file(self):
        """The server's certificate and key in one."""
        file = self.folder / "server.pem"
        file.write_text(self.pki.server.pem + self.pki.server.key_file.read_text())
        return file

    # The interface for tests

    def get(self, address, headers=(), **how):
        how.setdefault("path", self.path)
        return web.get(
            self.port, headers=headers, ca=self.pki.authority.file, source=address,
            host="localhost", **how
        )  # fmt: skip

    def learnt(self, response):
        """What the application got to know about the client."""
        return json.loads(response.body)

    def log(self):
        return settled(lambda: self.log_file().read_text(errors="replace"))

    def reload(self):
        """Returns when the new configuration is in force."""
        log = self.log_file()
        before = log.stat().st_size
        self.hang_up()

        def done():
            with open(log, errors="replace") as file:
                file.seek(before)
                return "is in force" in file.read()

        wait_for(done, "a reload")

    def hang_up(self):
        self.door.reload()

    def log_file(self):
        return self.door.process.log


# nginx


class Nginx(Site):
    """auth_request over FastCGI, and PHP-FPM behind."""

    example = "php"

    def start(self):
        self.doorward(self.example)
        self.front(f"unix:{self.door.socket}")

    def front(self, door):
        self.nginx = self.listen(
            {
                "unix:/run/doorward/doorward.sock": door,
                "/run/php/php-fpm.sock": self.keep(Php(self.folder)).socket,
            }
        )

    def listen(self, places):
        places = {
            "listen 443 ssl;": f"listen 127.0.0.1:{self.port} ssl;",
            "listen [::]:443 ssl;": "",
            "/etc/nginx/tls/server.crt": self.pki.server.file,
            "/etc/nginx/tls/server.key": self.pki.server.key_file,
            "/etc/nginx/tls/clients-ca.crt": self.pki.authority.file,
            "/srv/www": self.www,
            **places,
        }
        text = shipped((EXAMPLES / f"{self.example}.conf").read_text(), **places)
        return self.keep(frontends.Nginx(self.folder, text, self.port))


class NginxTcp(Nginx):
    def start(self):
        address = f"127.0.0.1:{free_port()}"
        self.doorward(self.example, listen=address)
        self.front(address)


class NginxHttp(Nginx):
    """auth_request over HTTP, with kept connections, and an application behind a proxy."""

    example = "keepalive"

    def start(self):
        http = self.folder / "http.sock"
        self.doorward(self.example, server=f"listen = http:unix:{http}")
        application = self.keep(Application("X_CLIENT_SUBJECT"))
        self.nginx = self.listen(
            {
                "/run/doorward/http.sock": http,
                "#   proxy_set_header": "proxy_set_header",
                "#   proxy_pass http://127.0.0.1:8080": f"proxy_pass http://127.0.0.1:{application.port}",
            }
        )


# lighttpd


class Lighttpd(Site):
    """mod_fastcgi's authorizer, and PHP-FPM behind."""

    path = "/protected/app.php"
    authorizer = "doorward"

    def start(self):
        self.doorward(frontend="profile = lighttpd")
        self.front({"/run/doorward/doorward.sock": self.door.socket})

    def front(self, places):
        self.listen({**places, "/srv/www": self.www})

    def listen(self, places):
        php = self.keep(Php(self.folder))
        text = self.mutual_tls()
        text += shipped((CONTRIB / "lighttpd" / f"{self.authorizer}.conf").read_text(), **places)
        text += shipped(
            (CONTRIB / "lighttpd" / "php.conf").read_text(), **{"/run/php/php-fpm.sock": php.socket}
        )
        self.server = self.keep(frontends.Lighttpd(self.folder, text))

    def mutual_tls(self):
        return shipped(
            (CONTRIB / "lighttpd" / "mutual-tls.conf").read_text(),
            **{
                ":443": f"127.0.0.1:{self.port}",
                "/etc/lighttpd/server.crt": self.pki.server.file,
                "/etc/lighttpd/server.key": self.pki.server.key_file,
                "/etc/lighttpd/clients-ca.crt": self.pki.authority.file,
            },
        )


class LighttpdTcp(Lighttpd):
    def start(self):
        port = free_port()
        self.doorward(listen=f"127.0.0.1:{port}", frontend="profile = lighttpd")
        self.front(
            {'"socket" => "/run/doorward/doorward.sock"': f'"host" => "127.0.0.1", "port" => {port}'}
        )


class LighttpdSpawned(Lighttpd):
    """lighttpd starts doorward; its log is lighttpd's."""

    authorizer = "spawned"

    def start(self):
        file = self.folder / "doorward.conf"
        file.write_text(
            configuration(
                self.policy.format(name="default"),
                before=self.before,
                server="listen = unix:/run/doorward/doorward.sock\nthreads = 2",
                frontend="profile = lighttpd",
                dns=f"private_ptr = yes\n{self.dns()}",
                log="format = json",
            )
        )
        self.front(
            {
                "/usr/local/sbin/doorward": BINARY,
                "/etc/doorward/doorward.conf": file,
                "/run/lighttpd/doorward.sock": self.folder / "spawned.sock",
            }
        )
        self.stack.callback(lambda: assert_clean(self.log()))

    def hang_up(self):
        (pid,) = self.doorwards()
        os.kill(pid, signal.SIGHUP)

    def doorwards(self):
        lighttpd = self.server.process.pid
        children = Path(f"/proc/{lighttpd}/task/{lighttpd}/children").read_text()
        return [int(pid) for pid in children.split()]

    def log_file(self):
        return self.server.process.log


# Apache


class Apache(Site):
    """mod_authnz_fcgi, and PHP-FPM behind."""

    modules = "authz_host authnz_fcgi rewrite ssl proxy proxy_fcgi"
    command = ()

    def start(self):
        address = f"127.0.0.1:{free_port()}"
        self.doorward(listen=address, frontend="profile = apache")
        self.listen(
            shipped(
                (CONTRIB / "apache" / "doorward.conf").read_text(),
                **{
                    "fcgi://127.0.0.1:9000/": f"fcgi://{address}/",
                    "*:443": f"127.0.0.1:{self.port}",
                    "/srv/www": self.www,
                    "/etc/apache2/tls/server.crt": self.pki.server.file,
                    "/etc/apache2/tls/server.key": self.pki.server.key_file,
                    "/etc/apache2/tls/clients-ca.crt": self.pki.authority.file,
                    "/run/php/php-fpm.sock": self.keep(Php(self.folder)).socket,
                },
            )
        )

    def listen(self, text):
        self.keep(frontends.Apache(self.folder, self.modules.split(), text, self.port, self.command))


# doorward as a CGI program: it responds itself, with the facts about the client.


class Cgi:
    path = "/doorward"

    def places(self):
        self.file = self.folder / "doorward.conf"
        self.file.write_text(
            configuration(
                self.policy.format(name="default"),
                before=self.before,
                frontend=f"profile = {self.profile}",
                dns=f"private_ptr = yes\n{self.dns()}",
            )
        )
        return {"/usr/local/sbin/doorward": BINARY, "/etc/doorward/doorward.conf": self.file}

    def reload(self):
        """A reload is not needed: each process reads the configuration."""

    def log(self):
        return "".join(file.read_text(errors="replace") for file in self.folder.glob("*.stderr"))

    def learnt(self, response):
        names = {"hostname": "Hostname", "subject": "Cert-Subject", "agent": "Agent"}
        facts = {name: response.header(f"X-Client-{header}") for name, header in names.items()}
        return {**facts, "forged": [name for name, fact in facts.items() if "forged" in (fact or "")]}


class LighttpdCgi(Cgi, Lighttpd):
    profile = "lighttpd"

    def start(self):
        text = shipped((CONTRIB / "lighttpd" / "cgi.conf").read_text(), **self.places())
        self.keep(frontends.Lighttpd(self.folder, self.mutual_tls() + text))


class ApacheCgi(Cgi, Apache):
    profile = "apache"
    modules = "authz_host ssl cgi alias env"

    def start(self):
        text = shipped((CONTRIB / "apache" / "cgi.conf").read_text(), **self.places())
        self.listen(
            f"<VirtualHost 127.0.0.1:{self.port}>\nSSLEngine on\nSSLVerifyClient optional\n"
            f"SSLCertificateFile {self.pki.server.file}\n"
            f"SSLCertificateKeyFile {self.pki.server.key_file}\n"
            f"SSLCACertificateFile {self.pki.authority.file}\n"
            f"{text}</VirtualHost>\n"
        )


# Front ends that ask over HTTP


class Caddy(Site):
    def start(self):
        http = self.folder / "http.sock"
        self.doorward(
            "caddy", server=f"listen = http:unix:{http}", frontend="profile = caddy\ntrust_frontend = yes"
        )
        application = self.keep(Application("X_CLIENT_CERT_SUBJECT"))
        text = shipped(
            (CONTRIB / "caddy" / "Caddyfile").read_text(),
            **{
                "www.example.com {\n\ttls {": f"https://localhost:{self.port} {{\n\tbind 127.0.0.1\n"
                f"\ttls {self.pki.server.file} {self.pki.server.key_file} {{",
                "/etc/caddy/clients-ca.crt": self.pki.authority.file,
                "unix//run/doorward/http.sock": f"unix/{http}",
                "/srv/www": self.www,
                "file_server": f"reverse_proxy 127.0.0.1:{application.port}",
            },
        )
        file = self.folder / "Caddyfile"
        file.write_text("{\n\tadmin off\n\tauto_https off\n\tskip_install_trust\n}\n" + text)
        places = {name: str(self.folder) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
        self.keep(
            frontends.Server(
                self.folder,
                "caddy",
                ["/usr/bin/caddy", "run", "--config", file, "--adapter", "caddyfile"],
                self.port,
                env={**os.environ, **places},
            )
        )


class Haproxy(Site):
    def start(self):
        door = f"127.0.0.1:{free_port()}"
        self.doorward(
            "haproxy",
            server=f"listen = http:{door}",
            frontend="profile = haproxy\ntrusted_proxies = 127.0.0.1",
        )
        application = self.keep(Application("X_CLIENT_SUBJECT"))
        text = shipped(
            (CONTRIB / "haproxy" / "haproxy.cfg").read_text(),
            **{
                "/etc/haproxy/doorward.lua": CONTRIB / "haproxy" / "doorward.lua",
                "bind :443": f"bind 127.0.0.1:{self.port}",
                "/etc/haproxy/server.pem": self.server_file(),
                "/etc/haproxy/clients-ca.crt": self.pki.authority.file,
                "127.0.0.1:8080": f"127.0.0.1:{application.port}",
            },
        )
        file = self.folder / "haproxy.cfg"
        file.write_text(text)
        self.keep(
            frontends.Server(
                self.folder,
                "haproxy",
                ["/usr/sbin/haproxy", "-db", "-f", file],
                self.port,
                env={**os.environ, "DOORWARD_URL": f"http://{door}"},
            )
        )
