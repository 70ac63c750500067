# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The shipped units under a real systemd, which boots in a container."""

import pytest

import fcgi
from kit import systemd
from kit.process import DEADLINE

SOCKET = "run/doorward/doorward.sock"
OPEN = "[policy default]\nrdns = off\nallow = ip 192.0.2.1\n"
CLIENT = [("REMOTE_ADDR", "192.0.2.1")]


@pytest.fixture(scope="module")
def host(machine):
    """A container in which doorward is installed and its socket enabled."""

    def prepare(host):
        systemd.install_doorward(host)
        host.write(systemd.CONFIGURATION, OPEN)
        systemd.enable(host, "doorward.socket")

    return machine(prepare)


def ask(host, params=CLIENT, socket=SOCKET):
    return fcgi.request(str(host.path(socket)), params, timeout=DEADLINE)


def test_the_first_request_starts_it(host):
    assert host.show("doorward.socket", "SubState") == "listening"
    assert host.show("doorward.service", "ActiveState") == "inactive"
    assert ask(host).status == 200
    assert host.show("doorward.service", "ActiveState") == "active"
