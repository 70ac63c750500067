# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""`doorward doctor`: what it finds around a doorward, and in the configuration of nginx."""

import contextlib
import os
import re
import socket
import subprocess
import threading
import time

import pytest

from conftest import REPOSITORY
from kit.agents import Agent
from kit.doorward import run
from kit.frontends import NGINX
from kit.names import REFUSED, SERVFAIL, Nsd, Tap, reverse
from kit.process import DEADLINE, free_port

EXAMPLES = REPOSITORY / "nginx-examples"
POLICY = """
[policy default]
rdns = off
allow = ip 192.0.2.0/24
[policy partners]
rdns = off
client_cert = required
allow = ip 192.0.2.0/24
"""
AGENTS = "[policy agents]\nrdns = off\nallow = agent https://agent.example\n"


class Doctor:
    """A doorward, and `doctor` with its configuration: (exit status, lines)."""

    def __init__(self, folder, door, http):
        self.folder, self.door, self.http = folder, door, http

    def look(self, *arguments, policy=None, **how):
        status, out, error = run("doctor", "-c", self.door.file, *arguments, **how)
        assert error == ""
        return status, out.splitlines()

    def look_at(self, nginx):
        """What is found in a configuration of nginx, with its line numbers."""
        file = self.folder / "nginx.conf"
        nginx = nginx.replace("SOCKET", str(self.door.socket)).replace("WEB", str(self.http))
        file.write_text(nginx)
        status, lines = self.look("--nginx", file, "--user", "root")
        found = [line[len(f"{file}:") :] for line in lines if line.startswith(f"{file}:")]
        return status, found, lines


@pytest.fixture(scope="module")
def resolver(session_folder):
    """It knows the names of 127.0.0.0/8, as resolvers do."""
    folder = session_folder / "resolver"
    folder.mkdir()
    server = Nsd(folder, {"127.in-addr.arpa": ""})
    yield server
    server.close()


@pytest.fixture
def doctor(folder, doorward, resolver, stack):
    http = folder / "http.sock"
    tap = Tap(resolver.port)
    stack.callback(tap.close)
    Agent("https://agent.example").publish(folder / "agents")
    door = doorward(
        POLICY + AGENTS,
        server=f"listen = http:unix:{http}",
        server_of_names=tap,
        before=f"[agents]\nkeys = {folder}/agents\n",
    )
    doctor = Doctor(folder, door, http)
    doctor.tap = tap
    return doctor


GOOD = """\
events {}
http {
    server {
        listen 443 ssl;
        ssl_certificate server.crt;
        ssl_verify_client optional;
        location / {
            auth_request /doorward;
            auth_request_set $name $upstream_http_x_client_hostname;
            proxy_set_header X-Client-Hostname $name;
            proxy_pass http://127.0.0.1:8080;
        }
        location = /doorward {
            internal;
            fastcgi_pass unix:SOCKET;
            fastcgi_pass_request_headers off;
            fastcgi_pass_request_body off;
            client_max_body_size 0;
            fastcgi_param REMOTE_ADDR $remote_addr;
            fastcgi_param SSL_CLIENT_CERT $ssl_client_raw_cert;
            fastcgi_param SSL_CLIENT_VERIFY $ssl_client_verify;
            fastcgi_param DOORWARD_POLICY partners;
        }
    }
}
"""
OVER_HTTP = re.sub(
    r"fastcgi_pass .*?partners;",
    """proxy_pass http://unix:WEB:/auth/default;
            proxy_pass_request_headers off;
            client_max_body_size 0;
            proxy_set_header X-Real-IP $remote_addr;""",
    GOOD,
    flags=re.S,
)
MODULE = """\
events {}
http {
    doorward_server unix:SOCKET;
    server {
        location / { doorward partners; return 200 ok; }
        location /open { doorward off; return 200 ok; }
    }
}
"""
SIGNED = GOOD.replace(
    "DOORWARD_POLICY partners;",
    """DOORWARD_POLICY agents;
            fastcgi_param HTTP_SIGNATURE_INPUT $http_signature_input;
            fastcgi_param HTTP_HOST $host;
            fastcgi_param DOORWARD_AUTHORITY $http_host;
            fastcgi_param REQUEST_SCHEME $scheme;""",
)
TRUSTING = GOOD.replace("internal;", "internal; fastcgi_param DOORWARD_TRUST_HEADERS 1;")


@pytest.mark.parametrize("nginx", [GOOD, OVER_HTTP, MODULE, TRUSTING, SIGNED])
def test_no_mistake(doctor, nginx):
    status, found, lines = doctor.look_at(nginx)
    assert (status, found) == (0, [" ok: no mistake was found"]), lines
    assert f"{doctor.door.file}: ok: doorward can start with it" in lines
    for name in [f"unix:{doctor.door.socket}", f"http:unix:{doctor.http}"]:
        assert any(re.fullmatch(f"{name}: ok: doorward answered in [0-9]+ ms", line) for line in lines)
        assert f"{name}: ok: user root may connect" in lines
    assert any(re.fullmatch("name server 127.0.0.1:.*: ok: it answered in .* ms", line) for line in lines)


# The good configuration, what is changed in it, the line that is named, and what is said of it.
TRAPS = {
    "return": (GOOD, {"proxy_pass http://127.0.0.1:8080;": "return 200 ok;"}, 11, "error: return runs before auth_request"),
    "return in if": (GOOD, {"auth_request /doorward;": "auth_request /doorward; if ($arg_x) { return 204; }"}, 8,
                     "error: return runs before auth_request"),
    "return at server level": (
        GOOD, {"location / {": "auth_request /doorward; return 200 x; location / {"}, 7, "error: return runs before"),
    "rewrite": (GOOD, {"auth_request /doorward;": "auth_request /doorward; rewrite ^/a /b last;"}, 8,
                "warning: rewrite runs before auth_request"),
    "no internal": (GOOD, {"internal;": ""}, 13, "warning: clients can ask doorward themselves: expected internal"),
    "no address": (GOOD, {"fastcgi_param REMOTE_ADDR $remote_addr;": ""}, 15,
                   "error: the client's address is not passed, and every request is denied (no_address): expected"
                   " fastcgi_param REMOTE_ADDR $remote_addr"),
    "no params of its own": (
        re.sub(r" +fastcgi_param .*\n", "", GOOD), {}, 15, "error: the client's address is not passed"),
    "an address that the client writes": (
        GOOD, {"REMOTE_ADDR $remote_addr": "REMOTE_ADDR $http_x_real_ip"}, 15, "error: REMOTE_ADDR is a header"),
    "believed headers": (TRUSTING, {"fastcgi_pass_request_headers off;": ""}, 15,
                         "error: doorward believes the header x-real-ip here"),
    "a believed header handed through": (
        TRUSTING, {"fastcgi_param REMOTE_ADDR": "fastcgi_param HTTP_X_REAL_IP $http_x_real_ip; fastcgi_param REMOTE_ADDR"},
        15, "error: doorward believes the header x-real-ip here"),
    "believed headers over HTTP": (OVER_HTTP, {"proxy_pass_request_headers off;": ""}, 15,
                                   "error: doorward believes the header x-ssl-client-cert here"),
    "no address over HTTP": (OVER_HTTP, {"proxy_set_header X-Real-IP $remote_addr;": ""}, 15,
                             "error: the client's address is not passed"),
    "a forged name": (GOOD, {"location = ": "location /public { proxy_pass http://127.0.0.1:8080; }\nlocation = "}, 13,
                      "error: a client can write the header X-Client-Hostname that the back end takes for doorward's"),
    "another socket": (GOOD, {"unix:SOCKET": "unix:/run/doorward/other.sock"}, 15,
                       "error: doorward does not listen at unix:/run/doorward/other.sock: [server] has no listen ="),
    "an upstream with another socket": (
        GOOD, {"http {": "http { upstream doorward { server 127.0.0.1:1; }", "fastcgi_pass unix:SOCKET": "fastcgi_pass doorward"},
        15, "error: doorward does not listen at 127.0.0.1:1"),
    "no such policy": (GOOD, {"DOORWARD_POLICY partners": "DOORWARD_POLICY partnres"}, 15,
                       "error: no [policy partnres] is configured"),
    "a variable": (GOOD, {"DOORWARD_POLICY partners": "DOORWARD_POLICY $door",
                          "auth_request /doorward;": "auth_request /doorward; set $door admins;"}, 8,
                   "error: no [policy admins] is configured"),
    "a map of a variable in braces": (
        GOOD, {"DOORWARD_POLICY partners": "DOORWARD_POLICY ${Door}", "http {": "http { map $uri $door { default admins; }"},
        2, "error: no [policy admins] is configured"),
    "a map": (GOOD, {"DOORWARD_POLICY partners": "DOORWARD_POLICY $door",
                     "http {": "http { map $uri $door { default default; ~/x\n admins; }"}, 2,
              "error: no [policy admins] is configured"),
    "no policy over HTTP": (OVER_HTTP, {"/auth/default": "/auth/none"}, 15, "error: no [policy none] is configured"),
    "no policy of the module": (MODULE, {"doorward partners": "doorward partner"}, 5,
                                "error: no [policy partner] is configured"),
    "HTTP to FastCGI": (OVER_HTTP, {"unix:WEB": "unix:SOCKET"}, 15, "error: proxy_pass to a FastCGI socket"),
    "FastCGI to HTTP": (GOOD, {"unix:SOCKET": "unix:WEB"}, 15, "error: fastcgi_pass to an HTTP socket"),
    "uploads": (GOOD, {"client_max_body_size 0;": "", "auth_request /doorward;": "auth_request /doorward; client_max_body_size 2m;"},
                13, "warning: uploads that the location with auth_request (line 7 of"),
    "no certificate": (GOOD, {"fastcgi_param SSL_CLIENT_CERT $ssl_client_raw_cert;": ""}, 15,
                       "error: [policy partners] requires a certificate, which is not passed"),
    "certificates not asked for": (GOOD, {"ssl_verify_client optional;": ""}, 3,
                                   "error: [policy partners] requires a certificate, for which nginx does not ask"),
    "no location": (GOOD, {"auth_request /doorward": "auth_request /dorward"}, 8,
                    "error: auth_request /dorward: the server has no location of that name"),
    "an include that is not there": (GOOD, {"internal;": "internal; include /nonexistent/params;"}, 14,
                                     "warning: /nonexistent/params was not read (No such file"),
    "an error page": (GOOD, {"listen 443 ssl;": "listen 443 ssl; error_page 502 503 =200 /busy.html;"}, 4,
                      "error: this error page replaces the status of a failure"),
    "an error page of denials": (
        GOOD, {"listen 443 ssl;": "listen 443 ssl; error_page 403 = @no; fastcgi_intercept_errors on;"}, 4,
        "error: this error page replaces the status of a failure"),
    "a cache": (GOOD, {"http {": "http { fastcgi_cache doors; fastcgi_cache_key $request_uri;"}, 2,
                "error: nginx keeps doorward's response about one client for all of them: expected fastcgi_cache_key"),
    "a cache by the load balancer": (
        GOOD, {"http {": "http { fastcgi_cache doors; fastcgi_cache_key $realip_remote_addr;"}, 2,
        "error: nginx keeps doorward's response about one client for all of them"),
    "a header in braces": (GOOD, {"REMOTE_ADDR $remote_addr": "REMOTE_ADDR ${http_x_real_ip}"}, 15,
                           "error: REMOTE_ADDR is a header that the client writes"),
    "a header in capitals": (GOOD, {"REMOTE_ADDR $remote_addr": "REMOTE_ADDR $HTTP_X_REAL_IP"}, 15,
                             "error: REMOTE_ADDR is a header that the client writes"),
    "a cache over HTTP": (OVER_HTTP, {"internal;": "internal; proxy_cache doors;"}, 14,
                          "error: nginx keeps doorward's response about one client"),
    "signatures that are not passed": (GOOD, {"DOORWARD_POLICY partners": "DOORWARD_POLICY agents"}, 15,
                                       "warning: [policy agents] asks for agents, whose signatures are not passed"),
    "a host of the client's choice": (
        SIGNED, {"DOORWARD_AUTHORITY $http_host": "DOORWARD_AUTHORITY $http_x_forwarded_host"}, 15,
        "error: the client writes DOORWARD_AUTHORITY here"),
    "a scheme of the client's choice": (
        SIGNED, {"REQUEST_SCHEME $scheme": "REQUEST_SCHEME $http_x_forwarded_proto"}, 15,
        "error: the client writes REQUEST_SCHEME here"),
    "the host of the Host field": (
        GOOD, {"fastcgi_param REMOTE_ADDR $remote_addr;": "fastcgi_param REMOTE_ADDR $remote_addr; fastcgi_param "
               "HTTP_HOST $http_host;"}, 15, "warning: HTTP_HOST is the Host field"),
    "signatures that are not passed over HTTP": (
        OVER_HTTP, {"/auth/default": "/auth/agents"}, 15, "warning: [policy agents] asks for agents"),
    "what is signed over HTTP": (
        OVER_HTTP, {"/auth/default": "/auth/agents", "proxy_pass_request_headers off;": "proxy_set_header "
                    "X-Forwarded-Host $http_host; proxy_set_header X-Original-URI $request_uri; proxy_set_header "
                    "X-Original-Method $request_method; proxy_set_header X-SSL-Client-Cert x; proxy_set_header "
                    "X-SSL-Client-Verify x;"}, 15, "error: the client writes X-Forwarded-Proto here"),
    "nowhere": ("events {}\nhttp { server { } }\n", {}, None, "warning: doorward is asked nowhere"),
}  # fmt: skip


@pytest.mark.parametrize("trap", TRAPS)
def test_traps(doctor, trap):
    text, changes, line, said = TRAPS[trap]
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new, 1)
    status, found, lines = doctor.look_at(text)
    assert status == 1
    place = f"{line}: " if line else " "
    assert [one for one in found if one.startswith(place + said)], lines
    # No line accuses another part of the configuration.
    believed = "doorward believes the header"
    assert all(one.startswith(place) or believed in one for one in found), found


HARMLESS = [
    {"http {": "http { fastcgi_cache x; fastcgi_cache_key $uri;", "internal;": "internal; fastcgi_cache off;"},
    {"internal;": 'internal; fastcgi_cache x; fastcgi_cache_key "$door $remote_addr $ssl_client_raw_cert";'},
    {"listen 443 ssl;": "listen 443 ssl; error_page 500 502 /50x.html; error_page 404 =200 /index.html;"},
    {"listen 443 ssl;": "listen 443 ssl; error_page 502 =200 /busy.html;", "internal;": "internal; error_page 599 /x;"},
    {"auth_request /doorward;": "auth_request /doorward; if ($scheme = http) { return 301 https://$host$request_uri; }"},
    {"auth_request /doorward;": "auth_request /doorward; rewrite ^/a /b break; error_page 403 @no;"},
    {"location = /doorward": "location @no { auth_request off; return 200 no; }\nlocation = /doorward"},
    {"auth_request /doorward;": "auth_request /doorward; if ($bad) { return 403; }"},
    # Another authorizer.
    {"location = /doorward": "location = /oauth { proxy_pass http://127.0.0.1:4180; }\n"
     "location /o { auth_request /oauth; root /srv; }\nlocation = /doorward"},
    # doorward's own pages.
    {"location = /doorward": "location = /healthz { fastcgi_pass unix:SOCKET; fastcgi_param DOORWARD_ENDPOINT healthz; }\n"
     "location = /doorward"},
    {"location /": "location ~ ^/ask/(?<door>.*)$ { internal; fastcgi_pass unix:SOCKET;\n"
     "fastcgi_param REMOTE_ADDR $remote_addr; fastcgi_param DOORWARD_POLICY $door; }\n"
     "location /x { auth_request /ask/default; root /srv; }\nlocation /"},
]  # fmt: skip


def test_what_is_expected_of_signatures_over_http_is_no_trap(doctor):
    """Each advice is followed, and none leads into the next finding."""
    text = OVER_HTTP.replace("/auth/default", "/auth/agents").replace(
        "proxy_pass_request_headers off;",
        "".join(f"proxy_set_header X-SSL-Client-{name} x; " for name in ("Cert", "Verify", "S-DN", "I-DN")),
    )
    _, found, lines = doctor.look_at(text)
    advice = re.findall(r"expected (proxy_set_header \S+ \S+)$", "\n".join(found), re.MULTILINE)
    assert len(advice) == len(found) == 4, lines
    status, found, lines = doctor.look_at(text.replace("client_max_body_size 0;", f"client_max_body_size 0; {'; '.join(advice)};"))
    assert (status, found) == (0, [" ok: no mistake was found"]), lines


@pytest.mark.parametrize("changes", HARMLESS)
def test_what_is_no_trap(doctor, changes):
    text = GOOD
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new, 1)
    status, found, lines = doctor.look_at(text)
    assert (status, found) == (0, [" ok: no mistake was found"]), lines


@pytest.mark.parametrize("example", sorted(path.name for path in EXAMPLES.glob("*.conf")))
def test_the_examples_have_no_mistake(folder, example):
    name = example.removesuffix(".conf").removeprefix("module-")
    policy = EXAMPLES / f"{name}.ini" if name != "crawlers" else REPOSITORY / "conf" / "crawlers.ini"
    text = (EXAMPLES / example).read_text()
    secret = folder / "secret.conf"
    secret.write_text("proxy_set_header X-Doorward-Secret 0123456789;\n")
    nginx = folder / example
    nginx.write_text(text.replace("/etc/nginx/application-secret.conf", str(secret)))
    config = folder / "doorward.conf"
    listen = "listen = unix:/run/doorward/doorward.sock\nlisten = http:unix:/run/doorward/http.sock\n"
    # What the policy reads is not there: here only the other rules matter.
    told = re.sub("(?m)^(ca_file|crl_file) = .*$", "", policy.read_text()).replace("verify = local", "")
    if re.search("profile = (azure|rfc9440)", told):
        pytest.skip("its policy verifies certificates by files that are not there")
    (folder / policy.name).write_text(told)
    config.write_text(f"include = {policy.name}\n[server]\n{listen}[policy default]\ndefault = deny\n")
    status, out, error = run("doctor", "-c", config, "--nginx", nginx, "--user", "root")
    assert f"{nginx}: ok: no mistake was found" in out.splitlines(), out


@pytest.fixture
def snippets(doctor):
    """Looks at a server that includes the snippets, from its line 2 on."""
    folder = doctor.folder / "snippets"
    folder.mkdir()
    for file in (REPOSITORY / "contrib" / "nginx" / "snippets").iterdir():
        text = file.read_text().replace("unix:/run/doorward/doorward.sock", f"unix:{doctor.door.socket}")
        (folder / file.name).write_text(text)

    def look(server):
        server = server.replace("CLIENT", "include snippets/doorward-client.conf; root /srv;")
        return doctor.look_at(f"events {{}}\nhttp {{ server {{ include snippets/doorward.conf;\n{server}}} }}\n")

    return look


def test_the_snippets_have_no_mistake(snippets):
    status, found, lines = snippets(
        "location / { include snippets/doorward-protect.conf; proxy_pass http://127.0.0.1:8080; }\n"
        "location /x { auth_request /doorward/partners; CLIENT }\n"
        "location /y { auth_request /doorward/default; CLIENT }\n"
        "location /z { auth_request /doorward/other; CLIENT }\n"
        "location = /doorward/other { root /srv; }\n"
    )
    assert (status, found) == (0, [" ok: no mistake was found"]), lines


def test_the_policy_in_the_path_that_the_snippets_ask(snippets):
    _, found, lines = snippets(
        "location /x { auth_request /doorward/partnres; CLIENT }\n"
        "location /y { auth_request /doorward/partners; CLIENT }\n"
        "listen 443 ssl; ssl_certificate server.crt;\n"
    )
    assert len(found) == 2, lines
    assert found[0].startswith("3: error: no [policy partnres] is configured")
    assert found[1].startswith("2: error: [policy partners] requires a certificate, for which nginx does not ask")


def test_what_is_imported_has_no_mistake(doctor):
    """The output of import-nginx, of which doorward's part is not the subject."""
    old = doctor.folder / "old.conf"
    old.write_text(
        "events {}\nhttp { server { listen 80; server_name a.example;\n"
        "location / { rdns on; rdns_allow ^.*\\.google\\.com$; rdns_deny .*; proxy_pass http://127.0.0.1:1; } } }\n"
    )
    config = doctor.folder / "imported.conf"
    config.write_text(run("import-nginx", old)[1])
    new = doctor.folder / "new.conf"
    for form in ["--nginx", "--module"]:
        text = run("import-nginx", form, old)[1]
        assert "doorward" in text
        new.write_text(text)
        out = run("doctor", "-c", config, "--nginx", new, "--user", "root")[1]
        assert f"{new}: ok: no mistake was found" in out.splitlines(), out


MANY = """
user root;
http {
upstream back { server 127.0.0.1:8080; }
server {
location = /doorward { internal; fastcgi_pass unix:SOCKET; fastcgi_param REMOTE_ADDR $remote_addr; }
LOCATIONS
location /forged { proxy_pass http://back; }
}
}
"""
GUARDED = "location /a%d { auth_request /doorward; proxy_pass http://back; proxy_set_header X-Client-Name $name; }"


def test_many_locations(doctor):
    """Looking at each location does not look at all others, which takes minutes for so many."""
    many = "\n".join(GUARDED % number for number in range(20_000))
    status, found, _ = doctor.look_at(MANY.replace("LOCATIONS", many))
    assert status == 1
    assert len(found) == 1
    assert re.match(r"20007: error: a client can write the header X-Client-Name .*nginx.conf:7\)", found[0]), found


def test_what_nginx_writes(doctor):
    """nginx -T, with the files that are included."""
    folder = doctor.folder
    (folder / "conf.d").mkdir()
    (folder / "params").write_text("fastcgi_param REMOTE_ADDR $remote_addr;\n")
    (folder / "conf.d" / "site.conf").write_text(
        f"server {{ listen 127.0.0.1:{free_port()};\nlocation / {{ auth_request /doorward;\n"
        "return 200 ok; }\nlocation = /doorward { internal; include params;\n"
        f"fastcgi_pass unix:{doctor.door.socket}; }} }}\n"
    )
    main = folder / "nginx.conf"
    main.write_text(
        f"user nobody nogroup;\npid {folder}/pid;\nerror_log {folder}/log;\nevents {{}}\n"
        f"http {{ access_log off;\ninclude conf.d/*.conf; }}\n"
    )
    done = subprocess.run([NGINX, "-T", "-c", main, "-e", folder / "log"], capture_output=True)
    assert done.returncode == 0, done.stderr
    dump = folder / "dump"
    dump.write_bytes(done.stdout)
    site = folder / "conf.d" / "site.conf"
    for arguments, how in [([main], {}), ([dump], {}), (["-"], {"input": done.stdout})]:
        status, lines = doctor.look("--nginx", *arguments, **how)
        assert status == 1
        (found,) = [line for line in lines if line.startswith(str(site))]
        assert found.startswith(f"{site}:3: error: return runs before auth_request"), lines
        assert any("user nobody may" in line for line in lines)  # nginx's user
        assert not [line for line in lines if "REMOTE_ADDR" in line]
    status, lines = doctor.look("--nginx", "-", input=b"no dump")
    assert status == 1 and "-: error: standard input: expected what nginx -T writes" in lines
    status, lines = doctor.look("--nginx", folder / "none")
    assert status == 1 and any("expected a file that can be read: No such file" in line for line in lines)


def test_who_may_connect(doctor):
    socket, folder = doctor.door.socket, doctor.folder
    folder.chmod(0o755)
    socket.chmod(0o666)
    status, lines = doctor.look("--user", "nobody")
    assert f"unix:{socket}: ok: user nobody may connect" in lines
    socket.chmod(0o660)
    status, lines = doctor.look("--user", "nobody")
    assert status == 1
    (line,) = [line for line in lines if line.startswith(f"unix:{socket}: error")]
    assert "user nobody may not connect (mode 0660, user " in line and "socket_group = nobody" in line
    folder.chmod(0o700)
    status, lines = doctor.look("--user", "nobody")
    (line,) = [line for line in lines if line.startswith(f"unix:{socket}: error")]
    assert f"user nobody may not pass through the folder {folder} (mode 0700," in line
    assert f"chmod o+x {folder} lets it" in line
    status, lines = doctor.look("--user", "no-such-user")
    assert status == 1 and any(line.startswith("user: warning: there is no user no-such-user") for line in lines)


def test_the_admin_socket(folder, doorward, resolver):
    """It answers, too; the front end has no business there."""
    admin = folder / "admin.sock"
    door = doorward(POLICY, server=f"listen = admin:unix:{admin}", server_of_names=resolver)
    doctor = Doctor(folder, door, None)
    status, found, lines = doctor.look_at(GOOD)
    assert status == 0 and any(line.startswith(f"admin:unix:{admin}: ok: doorward answered") for line in lines)
    assert f"admin:unix:{admin}: ok: user root may connect" not in lines
    status, found, lines = doctor.look_at(GOOD.replace("SOCKET", str(admin)))
    assert status == 1 and found[0].startswith(f"15: error: unix:{admin} is the admin socket, which decides nothing")


def test_a_place_that_systemd_knows(folder):
    file = folder / "doorward.conf"
    file.write_text("[server]\nlisten = systemd\n[dns]\nnameservers = 127.0.0.1:9\n" + POLICY)
    out = run("doctor", "-c", file, "--user", "root")[1]
    assert "listen = systemd: ok: not looked at: its place is not in this configuration" in out


def test_nobody_listens(doctor):
    doctor.door.stop()
    status, lines = doctor.look("--user", "root")
    assert status == 1
    line = next(line for line in lines if line.startswith(f"unix:{doctor.door.socket}: error"))
    assert "doorward does not run, or listens elsewhere" in line


@contextlib.contextmanager
def another_program(doctor, serve):
    """Listens where doorward did, and serves one connection."""
    doctor.door.stop()
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(doctor.http))
        other.listen()
        other.settimeout(DEADLINE)

        def accept():
            with other.accept()[0] as line:
                serve(line)

        thread = threading.Thread(target=accept)
        thread.start()
        yield
        thread.join()


def test_another_program_listens(doctor):
    def serve(line):
        assert line.recv(4096)
        line.sendall(b"HTTP/1.1 404 Not Found\r\n\r\n")

    with another_program(doctor, serve):
        status, lines = doctor.look("--user", "root")
    name = f"http:unix:{doctor.http}"
    assert status == 1
    assert f"{name}: error: what listens there does not answer as doorward does" in lines, lines


def test_what_listens_writes_without_an_end(doctor):
    """A byte now and then: it is not waited for longer than for one that writes nothing."""

    def serve(line):
        with contextlib.suppress(BrokenPipeError):
            while True:
                line.sendall(b"x")
                time.sleep(0.1)

    with another_program(doctor, serve):
        status, lines = doctor.look("--user", "root")
    assert status == 1
    assert f"http:unix:{doctor.http}: error: it does not answer: Connection timed out" in lines, lines


def test_name_servers(doctor):
    """One that drops the query, and one that answers nothing of use."""
    doctor.tap.drop(reverse("127.0.0.1"))
    status, lines = doctor.look("--user", "root")
    (line,) = [line for line in lines if line.startswith("name server")]
    assert status == 1 and "it does not answer (Connection timed out): names cannot be looked up" in line
    for code, word in [(SERVFAIL, "SERVFAIL"), (REFUSED, "REFUSED")]:
        doctor.tap.heal()
        doctor.tap.spoil(reverse("127.0.0.1"), code)
        status, lines = doctor.look("--user", "root")
        (line,) = [line for line in lines if line.startswith("name server")]
        assert status == 1 and f"error: it answers {word}: is it a resolver" in line


def test_a_name_server_that_is_not_there(folder):
    file = folder / "doorward.conf"
    file.write_text(f"[dns]\nnameservers = 127.0.0.1:{free_port()}\n" + POLICY)
    status, out, error = run("doctor", "-c", file, "--user", "root")
    assert status == 1 and re.search("name server 127.0.0.1:.*: error: it does not answer .Connection refused", out)


def test_files_that_get_old(folder, pki, doorward, resolver):
    lists = folder / "list.json"
    lists.write_text('{"prefixes": [{"ipv4Prefix": "192.0.2.0/24"}]}')
    ca = folder / "ca.pem"
    ca.write_bytes(pki.authority.file.read_bytes())
    policy = (
        "[policy default]\nrdns = off\nclient_cert = optional\nverify = local\n"
        f"ca_file = {ca}\nallow = ip in json:{lists}\n[policy heir]\nparent = default\n"
    )
    door = doorward(policy, server_of_names=resolver)
    doctor = Doctor(folder, door, None)
    status, lines = doctor.look("--user", "root")
    assert "lists: ok: each of 1 files was downloaded within 7 days" in lines
    assert "certificates: ok: no CA and no revocation list ends soon" in lines
    old = time.time() - 9.5 * 86400
    os.utime(lists, (old, old))
    status, lines = doctor.look("--user", "root")
    assert status == 1
    (line,) = [line for line in lines if line.startswith(f"{lists}:")]
    assert line.startswith(f"{lists}: warning: the list was downloaded 9 days ago: does doorward-crawlers.timer run")


def test_a_configuration_that_is_bad(folder):
    file = folder / "doorward.conf"
    file.write_text("[policy default]\nallow = all\n")
    status, out, error = run("doctor", "-c", file)
    assert (status, error) == (1, "")
    assert f"{file}:2:9: error: all: did you mean `*`" in out
    assert f"{file}: error: doorward cannot start with it; the other checks need it" in out
