# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
doorward's module for nginx: a file that it guards beside the same file without a question, beside
auth_request with fastcgi_cache, and beside auth_request with a question for each request. One
worker; the client has a name and a certificate.
"""

import os
import re
import shutil
import urllib.request
from pathlib import Path
from urllib.parse import quote

from fronts import CONNECTIONS, ROUNDS, wrk
from kit.frontends import NGINX, Server
from kit.process import free_port
from stage import Rounds, address, child

MODULE = Path("build/nginx-module/ngx_http_doorward_module.so").resolve()
FEW, MANY = 200, 1_200

CONFIGURATION = """\
load_module {module};
{user}
daemon off;
{process}
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
	fastcgi_cache_path {folder}/verdicts levels=1:2 keys_zone=fastcgi:10m use_temp_path=off;
	upstream http {{ server unix:{http}; keepalive {connections}; }}
	doorward_server unix:{fastcgi};
	doorward_param REMOTE_ADDR {client};
	doorward_param SSL_CLIENT_CERT "{pem}";
	doorward_param SSL_CLIENT_VERIFY SUCCESS;
	server {{
		listen 127.0.0.1:{port};
		root {folder}/www;
		location = /plain {{ try_files /index.html =404; }}
		location = /kept {{
			doorward default;
			doorward_zone verdicts:10m;
			try_files /index.html =404;
		}}
		location = /asked {{ doorward default; try_files /index.html =404; }}
		location = /cache {{ auth_request /auth/cache; try_files /index.html =404; }}
		location = /fastcgi {{ auth_request /auth/fastcgi; try_files /index.html =404; }}
		location = /http {{ auth_request /auth/http; try_files /index.html =404; }}
		location = /auth/cache {{
			internal;
			fastcgi_cache fastcgi;
			fastcgi_cache_key "$remote_addr|{escaped}";
			fastcgi_pass unix:{fastcgi};
			fastcgi_pass_request_body off;
{params}
		}}
		location = /auth/fastcgi {{
			internal;
			fastcgi_pass unix:{fastcgi};
			fastcgi_pass_request_body off;
{params}
		}}
		location = /auth/http {{
			internal;
			proxy_pass http://http/auth/default;
			proxy_http_version 1.1;
			proxy_pass_request_headers off;
			proxy_pass_request_body off;
			proxy_set_header Connection "";
			proxy_set_header Content-Length "";
			proxy_set_header Host $host;
			proxy_set_header User-Agent $http_user_agent;
			proxy_set_header X-Real-IP {client};
			proxy_set_header X-SSL-Client-Cert {escaped};
			proxy_set_header X-SSL-Client-Verify SUCCESS;
			proxy_set_header X-Original-URI $request_uri;
		}}
	}}
}}
"""


def start(stage, door, http, process="worker_processes 1;", under=()):
    folder, port, cert = stage.new_folder(), free_port(), stage.cert()
    (folder / "www").mkdir()
    (folder / "www" / "index.html").write_text("inside\n")
    params = Path("/etc/nginx/fastcgi_params").read_text().replace("$remote_addr", address(0))
    params += f'fastcgi_param SSL_CLIENT_CERT "{cert.pem}";\nfastcgi_param SSL_CLIENT_VERIFY SUCCESS;'
    file = folder / "nginx.conf"
    file.write_text(
        CONFIGURATION.format(
            module=MODULE,
            user="user root root;" if os.geteuid() == 0 else "",
            folder=folder,
            process=process,
            http=http,
            fastcgi=door.socket,
            connections=CONNECTIONS,
            client=address(0),
            pem=cert.pem,
            escaped=quote(cert.pem, safe=""),
            port=port,
            params=params,
        )
    )
    argv = [*under, NGINX, "-p", folder, "-e", "stderr", "-c", file]
    server = Server(folder, "nginx", argv, port, **stage.on(stage.cores[:1]))
    stage.callback(server.close)
    return server


def instructions(stage, door, http, path, requests):
    """Of a whole run of nginx, in user mode."""
    out = stage.new_folder() / "callgrind.out"
    tool = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}"]
    server = start(stage, door, http, "master_process off;", tool)
    for _ in range(requests):
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}") as reply:
            assert reply.status == 200
    server.process.stop()
    return int(re.search(r"^(?:totals|summary): (\d+)", out.read_text(), re.M)[1])


def more_instructions(stage, door, http):
    """What a kept verdict costs a request, beside the same request without a question."""
    counts = {
        path: instructions(stage, door, http, path, MANY)
        - instructions(stage, door, http, path, FEW)
        for path in ("/kept", "/plain")
    }
    return (counts["/kept"] - counts["/plain"]) / (MANY - FEW)


def module(stage, report):
    if not MODULE.exists():
        assert stage.smoke, f"{MODULE}: make nginx-module"
        return
    stage.ask_from_the_last_core()
    cores = stage.cores[1:2] if len(stage.cores) > 1 else stage.cores
    http = stage.new_folder() / "http.sock"
    door = stage.door(cores=cores, server=f"listen = http:unix:{http}")
    server = start(stage, door, http)
    pids = {"nginx": child(server.process.pid), "door": door.pid}

    def ask(name):
        return lambda: wrk(stage, server.port, f"/{name}", pids)

    names = ["plain", "kept", "asked", "cache", "fastcgi", "http"]
    for name in names:
        ask(name)()
    runs = Rounds(stage.rounds(ROUNDS), {name: ask(name) for name in names})
    report.title("the module for nginx, one worker: name and certificate", beside="", ratio="ratio")
    report.keep("rounds", runs.rows)
    for what, side, beside, least in [
        ("kept, beside no question", "kept", "plain", 0.88),
        ("kept, beside auth_request with fastcgi_cache", "kept", "cache", 1.25),
        ("asked, beside auth_request over FastCGI", "asked", "fastcgi", 2.0),
        ("asked, beside auth_request over HTTP, kept", "asked", "http", 1.3),
    ]:
        runs.compare(report, what, "per_second", "/s", side, beside, least=least, better="higher")
        runs.compare(report, f"{what}: nginx's CPU", "nginx_us", "µs", side, beside, better="lower")
    if not stage.smoke and shutil.which("valgrind"):
        more = more_instructions(stage, door, http)
        report.row("instructions more of a kept verdict", more, unit="", most=3500)
