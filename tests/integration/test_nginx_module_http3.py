# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""nginx's module over HTTP/3, where nginx and curl have it: many streams on one connection."""

import subprocess
import time

import pytest

from kit.frontends import NGINX
from kit.nginx_module import Authorizer, ModuleNginx, needs_module, reply
from kit.process import free_port, wait_for

pytestmark = needs_module

FRONT_END = subprocess.run([NGINX, "-V"], capture_output=True, text=True).stderr
CLIENT = subprocess.run(["curl", "-V"], capture_output=True, text=True).stdout
KNOWN, UNKNOWN = "192.0.2.1", "198.51.100.1"


class Http3:
    def __init__(self, folder, stack, pki, answer):
        self.port, self.authority = free_port(), pki.authority.file
        self.authorizer = Authorizer(folder / "a.sock", answer)
        stack.callback(self.authorizer.stop)
        self.nginx = ModuleNginx(
            folder,
            f"listen 127.0.0.1:{self.port} quic;\n"
            f"ssl_certificate {pki.server.file}; ssl_certificate_key {pki.server.key_file};\n"
            "location / { doorward staff; return 200 'in $doorward_hostname'; }",
            f"doorward_server unix:{self.authorizer.path};",
            listen="ssl",
        )
        stack.callback(self.nginx.close)

    def curl(self, client, count=1, *more):
        """(exit status, the status of each request)"""
        command = ["curl", "-s", "--http3-only", "-Z", "--parallel-max", "20", "--cacert", self.authority]
        command += ["-H", f"X-Played-Client: {client}", "-w", "%{http_version} %{http_code}\n", *more]
        for number in range(count):
            command += ["-o", "/dev/null", f"https://127.0.0.1:{self.port}/{number}"]
        done = subprocess.run(command, capture_output=True, text=True)
        lines = [line.split() for line in done.stdout.splitlines()]
        return done.returncode, [int(status) for version, status in lines if version == "3"]


@pytest.fixture
def http3(folder, stack, pki):
    if "http_v3_module" not in FRONT_END:
        pytest.skip("this nginx has no HTTP/3")
    if "HTTP3" not in CLIENT:
        pytest.skip("this curl has no HTTP/3")
    return lambda answer: Http3(folder, stack, pki, answer)


def by_address(wait=0):
    def answer(_, params):
        time.sleep(wait)
        return reply(200 if params["REMOTE_ADDR"] == KNOWN else 403)

    return answer


def test_streams_are_decided_one_by_one(http3):
    site = http3(by_address(0.05))
    assert site.curl(KNOWN, 40) == (0, 40 * [200])
    assert site.curl(UNKNOWN, 40) == (0, 40 * [403])


def test_clients_that_leave_while_their_streams_wait(http3):
    site = http3(by_address(1))
    status, statuses = site.curl(KNOWN, 20, "--max-time", "0.3")
    assert status != 0 and 200 not in statuses
    wait_for(lambda: site.authorizer.asked, "a question")
    assert site.curl(KNOWN) == (0, [200])
