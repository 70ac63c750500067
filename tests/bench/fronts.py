# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Through nginx and Apache, beside the same server with a baseline, and without an authorizer."""

import os
import re
import subprocess
import urllib.request
from pathlib import Path
from urllib.parse import quote

from kit.frontends import NGINX, Server
from kit.process import free_port
from stage import ALLOW, Rounds, address, child, cpu_ns

APACHE = "/usr/sbin/apache2"
APACHE_MODULES = "/usr/lib/apache2/modules"
ROUNDS = 6
CONNECTIONS = 64

NGINX_CONFIGURATION = """\
{user}
daemon off;
worker_processes 1;
error_log stderr crit;
pid {folder}/nginx.pid;
events {{ worker_connections 4096; }}
http {{
	access_log off;
	open_file_cache max=1000;
	keepalive_requests 1000000000;
	client_body_temp_path {folder}/body;
	proxy_temp_path {folder}/proxy;
	fastcgi_temp_path {folder}/fastcgi;
	uwsgi_temp_path {folder}/uwsgi;
	scgi_temp_path {folder}/scgi;
	fastcgi_cache_path {folder}/verdicts levels=1:2 keys_zone=verdicts:10m use_temp_path=off;
{upstreams}
	server {{
		listen 127.0.0.1:{port};
		root {folder}/www;
		location = /plain {{ try_files /index.html =404; }}
		location = /auth/itself {{ internal; return 204; }}
{locations}
	}}
}}
"""

# The protected location, and the location that asks.
PROTECTED = """\
		location = /{name} {{ auth_request /auth/{name}; try_files /index.html =404; }}
"""
FASTCGI = """\
		location = /auth/{name} {{
			internal;
			fastcgi_pass unix:{socket};
			fastcgi_pass_request_body off;
			{more}
{params}
		}}
"""
CACHE = """fastcgi_cache verdicts;
			fastcgi_cache_key "{name}|$remote_addr|{cert}";"""
HTTP = """\
		location = /auth/{name} {{
			internal;
			proxy_pass http://{name}/auth/default;
			proxy_http_version 1.1;
			proxy_pass_request_headers off;
			proxy_pass_request_body off;
			proxy_set_header Connection "";
			proxy_set_header Content-Length "";
			proxy_set_header Host $host;
			proxy_set_header User-Agent $http_user_agent;
			proxy_set_header X-Real-IP {client};
			proxy_set_header X-SSL-Client-Cert {cert};
			proxy_set_header X-SSL-Client-Verify SUCCESS;
			proxy_set_header X-Original-URI $request_uri;
		}}
"""


def wrk(stage, port, path, pids, headers=()):
    """Requests a second through a front end, and the CPU time of each process for one request."""
    url = f"http://127.0.0.1:{port}{path}"
    if stage.smoke:
        with urllib.request.urlopen(url) as reply:
            assert reply.status == 200
        return {"per_second": 1.0, **{f"{name}_us": 1.0 for name in pids}}
    argv = ["wrk", "-t", "1", "-c", str(CONNECTIONS), "-d", "1s", url]
    argv += [part for header in headers for part in ("-H", header)]
    before = {name: cpu_ns(pid) for name, pid in pids.items()}
    text = subprocess.run(argv, stdout=subprocess.PIPE, check=True, text=True).stdout
    used = {name: cpu_ns(pid) - before[name] for name, pid in pids.items()}
    answers = int(re.search(r"(\d+) requests in", text)[1])
    line = re.search(r"Socket errors: .*", text)
    errors = sum(int(number) for number in re.findall(r"\d+", line[0])) if line else 0
    # Apache may close a kept connection at any time, which wrk counts.
    assert answers > 50 * errors and "Non-2xx" not in text, f"{url}: {text}"
    return {
        "per_second": float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]),
        **{f"{name}_us": ns / answers / 1000 for name, ns in used.items()},
    }


def nginx_params(cert):
    """The parameters that nginx ships, with a client that has a name and a certificate."""
    text = Path("/etc/nginx/fastcgi_params").read_text()
    text = text.replace("$remote_addr", address(0))
    return (
        text
        + f'fastcgi_param SSL_CLIENT_CERT "{cert.pem}";\n'
        + "fastcgi_param SSL_CLIENT_VERIFY SUCCESS;\n"
    )


def start_nginx(stage, fastcgi, cached, http):
    """One worker with a core of its own; a location for each authorizer by name."""
    folder, port, cert = stage.new_folder(), free_port(), stage.cert()
    www = folder / "www"
    www.mkdir()
    (www / "index.html").write_text("inside\n")
    common = {"params": nginx_params(cert)}
    parts = []
    for name, server in {**fastcgi, **cached}.items():
        key = quote(cert.pem, safe="") if name.endswith("-raw") else cert.sha256
        more = CACHE.format(name=name, cert=key) if name in cached else ""
        parts.append(FASTCGI.format(name=name, socket=server.socket, more=more, **common))
    for name in http:
        parts.append(HTTP.format(name=name, client=address(0), cert=quote(cert.pem, safe="")))
    names = [*fastcgi, *cached, *http, "itself"]
    upstreams = [
        f"\tupstream {name} {{ server unix:{server.socket}; keepalive {CONNECTIONS}; }}"
        for name, server in http.items()
    ]
    file = folder / "nginx.conf"
    file.write_text(
        NGINX_CONFIGURATION.format(
            user="user root root;" if os.geteuid() == 0 else "",
            folder=folder,
            port=port,
            upstreams="\n".join(upstreams),
            locations="".join([*parts, *(PROTECTED.format(name=name) for name in names)]),
        )
    )
    argv = [NGINX, "-p", folder, "-e", "stderr", "-c", file]
    server = Server(folder, "nginx", argv, port, **stage.on(stage.cores[:1]))
    stage.callback(server.close)
    return server


def nginx(stage, report):
    """
    nginx limits the result: it has a core of its own, and the authorizer shares the other with wrk,
    or has a core of its own, too, if there are three.
    """
    stage.ask_from_the_last_core()
    cores = stage.cores[1:2] if len(stage.cores) > 1 else stage.cores
    door, bare = stage.door(cores=cores), stage.bare(cores=cores)
    pool = stage.pool(cores=cores)
    http = stage.new_folder() / "http.sock"
    http_door = stage.door(cores=cores, server=f"listen = http:unix:{http}")
    http_door.socket = http
    http_bare = stage.bare("http", cores=cores)
    one_header = stage.door(f"{ALLOW}response_headers = X-Client-Hostname\n", cores=cores)
    fastcgi = {"door": door, "bare": bare, "pool": pool}
    cached = {
        "door-kept": door,
        "door-kept-raw": door,
        "one-header-kept": one_header,
        "bare-kept": bare,
    }
    over_http = {"door-http": http_door, "bare-http": http_bare}
    server = start_nginx(stage, fastcgi, cached, over_http)
    worker = child(server.process.pid)
    pids = {name: s.pid for name, s in {**fastcgi, **cached, **over_http}.items()}

    def ask(name):
        own = {"server": pids[name]} if name in pids else {}
        return lambda: wrk(stage, server.port, f"/{name}", {"nginx": worker, **own})

    names = [*fastcgi, *cached, *over_http, "itself", "plain"]
    for name in names:
        ask(name)()
    runs = Rounds(stage.rounds(ROUNDS), {name: ask(name) for name in names})
    higher = {"better": "higher"}
    kept = {"least": 0.8, **higher}
    report.title("through nginx, one worker: name and certificate", beside="beside", ratio="ratio")
    report.keep("rounds", runs.rows)
    for what, side, beside, bound in [
        ("FastCGI, beside bare epoll", "door", "bare", {"least": 0.95, **higher}),
        ("FastCGI, beside 16 threads of libfcgi", "door", "pool", higher),
        ("HTTP, kept, beside bare epoll", "door-http", "bare-http", higher),
        ("HTTP, kept, beside FastCGI", "door-http", "door", higher),
        ("fastcgi_cache, beside nginx itself (204)", "door-kept", "itself", kept),
        ("fastcgi_cache by the whole certificate", "door-kept-raw", "itself", higher),
        ("fastcgi_cache with one header, beside all", "one-header-kept", "door-kept", higher),
        ("fastcgi_cache, beside bare epoll", "door-kept", "bare-kept", higher),
        ("fastcgi_cache, beside no question", "door-kept", "plain", higher),
    ]:
        runs.compare(report, what, "per_second", "/s", side, beside, **bound)
        row = f"{what}: nginx's CPU"
        runs.compare(report, row, "nginx_us", "µs", side, beside, better="lower")
        if beside in ("bare", "bare-http"):
            row = f"{what}: the authorizer's CPU"
            runs.compare(report, row, "server_us", "µs", side, beside, better="lower")


APACHE_CONFIGURATION = """\
ServerRoot {folder}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
ErrorLog {folder}/apache.log
User nobody
Group nogroup
{modules}
StartServers 1
ServerLimit 1
ThreadLimit {threads}
ThreadsPerChild {threads}
MaxRequestWorkers {threads}
MaxKeepAliveRequests 0
DocumentRoot {folder}/www
<Location "/host">
	Require host localhost
</Location>
AuthnzFcgiDefineProvider authn doorward fcgi://127.0.0.1:{backend}/
<Location "/door">
	AuthType None
	AuthnzFcgiCheckAuthnProvider doorward Authoritative On RequireBasicAuth Off UserExpr "doorward"
	Require valid-user
</Location>
"""
MODULES = ["mpm_event", "authn_core", "authz_core", "authz_host", "authz_user", "authnz_fcgi"]


def start_apache(stage, backend):
    folder, port = stage.new_folder(), free_port()
    for path in ["plain", "host", "door"]:
        (folder / "www" / path).mkdir(parents=True)
        (folder / "www" / path / "index.html").write_text("inside\n")
    for each in [stage.folder, folder]:
        each.chmod(0o755)
    modules = "\n".join(f"LoadModule {m}_module {APACHE_MODULES}/mod_{m}.so" for m in MODULES)
    file = folder / "apache.conf"
    file.write_text(
        APACHE_CONFIGURATION.format(
            folder=folder, port=port, backend=backend, modules=modules, threads=2 * CONNECTIONS
        )
    )
    argv = [APACHE, "-DFOREGROUND", "-f", file]
    server = Server(folder, "apache", argv, port, **stage.on(stage.cores[:1]))
    stage.callback(server.close)
    return server


def apache(stage, report):
    """
    `Require host`, which asks the system's resolver once a connection (here the hosts file, which
    is the fastest way), beside doorward, which Apache asks at each request over a new connection.
    """
    stage.ask_from_the_last_core()
    backend = free_port()
    cores = stage.cores[1:2] if len(stage.cores) > 1 else stage.cores
    zone = stage.new_folder() / "zone"
    zone.write_text(
        "1.0.0.127.in-addr.arpa. PTR c.bench.example.\nc.bench.example. A 127.0.0.1\n"
    )
    listen = f"listen = 127.0.0.1:{backend}"
    door = stage.door(cores=cores, server=listen, dns=f"static_zone = {zone}\n")
    server = start_apache(stage, backend)
    pids = {"apache": child(server.process.pid), "server": door.pid}
    ways = {"kept connections": [], "a connection a request": ["Connection: close"]}
    for way, headers in ways.items():

        def ask(name):
            return lambda: wrk(stage, server.port, f"/{name}/index.html", pids, headers)

        names = ["door", "host", "plain"]
        for name in names:
            ask(name)()
        runs = Rounds(stage.rounds(ROUNDS), {name: ask(name) for name in names})
        report.title(f"through Apache, {way}", beside="beside", ratio="ratio")
        for what, beside in [("Require host localhost", "host"), ("no question at all", "plain")]:
            row = f"beside {what}"
            runs.compare(report, row, "per_second", "/s", "door", beside, better="higher")
