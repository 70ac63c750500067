# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers
"""Many clients at once, while the configuration changes and lookups fail: no client gets the
response of another."""

import random
import threading

import fcgi
from kit.doorward import reason
from kit.process import wait_for

# The client, its policy, and the only correct response, during any reload.
POLICY = """
[policy default]
allow = host client.example
[policy network]
rdns = off
allow = ip 192.0.2.0/24
[policy certificate]
rdns = off
client_cert = required
allow = cert.cn alice
"""
FILLER = "[policy filler{n}]\nrdns = off\ndeny = *\n"


def questions(pki):
    cert = {"SSL_CLIENT_CERT": pki.alice.pem, "SSL_CLIENT_VERIFY": "SUCCESS"}
    rsa = {"SSL_CLIENT_CERT": pki.rsa.pem, "SSL_CLIENT_VERIFY": "SUCCESS"}
    return [
        ("default", "192.0.2.1", {}, (200, "rule", "client.example")),
        ("default", "192.0.2.2", {}, (403, "default", None)),
        ("default", "192.0.2.3", {}, (403, "default", "honest.example")),
        ("default", "2001:db8::1", {}, (200, "rule", "client.example")),
        ("network", "192.0.2.200", {}, (200, "rule", None)),
        ("network", "198.51.100.1", {}, (403, "default", None)),
        ("certificate", "198.51.100.1", cert, (200, "rule", None)),
        ("certificate", "198.51.100.1", rsa, (403, "default", None)),
        ("certificate", "192.0.2.1", {}, (403, "cert_missing", None)),
        ("nobody", "192.0.2.1", {}, (403, "unknown_policy", None)),
    ]


class Clients:
    """Threads that ask at random, over kept and new connections, until told to stop."""

    def __init__(self, door, asked, size=6):
        self.door, self.asked = door, asked
        self.answers, self.wrong = 0, []
        self.leave = threading.Event()
        self.threads = [threading.Thread(target=self._run, args=(n,)) for n in range(size)]

    def _run(self, seed):
        dice = random.Random(seed)
        try:
            while not self.leave.is_set():
                with self.door.connection() as connection:
                    for _ in range(dice.randrange(1, 20)):
                        policy, address, more, wanted = dice.choice(self.asked)
                        params = {"DOORWARD_POLICY": policy, "REMOTE_ADDR": address, **more}
                        reply = connection.request(params)
                        got = reply.status, reason(reply), reply.header("X-Client-Hostname")
                        self.answers += 1
                        if got != wanted:
                            self.wrong.append((policy, address, got, wanted))
        except (OSError, fcgi.ProtocolError) as error:
            if not self.leave.is_set():
                self.wrong.append(error)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *exc):
        self.leave.set()
        for thread in self.threads:
            thread.join()


def test_many_clients_during_reloads(doorward, nsd, pki):
    door = doorward(POLICY, server_of_names=nsd, log="decisions = none")
    with Clients(door, questions(pki)) as clients:
        for n in range(100):
            door.configure(POLICY + FILLER.format(n=n))
            door.reload()
            probe = dict(REMOTE_ADDR="192.0.2.1", DOORWARD_POLICY=f"filler{n}")
            if n % 10 == 9:
                wait_for(lambda: reason(door.ask(probe)) == "rule", "the reload")
        wait_for(lambda: clients.answers > 1000 or clients.wrong, "many answers")
    assert clients.wrong == []


def test_a_stop_with_many_clients(doorward, nsd, pki):
    """A client that still gets a response gets the right one."""
    door = doorward(POLICY, server_of_names=nsd, log="decisions = none")
    with Clients(door, questions(pki)) as clients:
        wait_for(lambda: clients.answers > 200 or clients.wrong, "some answers")
        clients.leave.set()
        door.stop()
    assert clients.wrong == []
