# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Many clients at once through a front end, during reloads; no client repeats a request."""

import asyncio
import itertools
import random
import signal
import ssl
from collections import namedtuple
from pathlib import Path

from kit.process import DEADLINE, wait_for
from kit.sites import LIAR, NOBODY, PARTNER

HOST, SUBJECT = b"host.partner.example", b"CN=alice,O=Acme"
FILLER = "[policy filler{n}]\nrdns = off\ndeny = *\n"

# The client, with alice's certificate or none, how many bytes it sends, and the expected result.
Client = namedtuple("Client", "address certified sends status facts")
CLIENTS = [
    Client(PARTNER, False, 0, 200, {HOST}),
    Client(PARTNER, False, 5000, 200, {HOST}),
    Client(PARTNER, True, 0, 200, {HOST, SUBJECT}),
    Client(NOBODY, True, 0, 200, {SUBJECT}),
    Client(LIAR, True, 5000, 200, {SUBJECT}),
    Client(LIAR, False, 0, 403, set()),
    Client(NOBODY, False, 5000, 403, set()),
]


class Storm:
    def __init__(self, site, pki, requests, reloads, nginx_reloads=0, clients=200):
        self.site, self.requests, self.clients = site, requests, clients
        self.reloads, self.nginx_reloads = reloads, nginx_reloads
        self.answers, self.wrong, self.over = 0, [], False
        self.numbers = itertools.count()  # each request's, to be found again in the logs
        self.tls = {}
        for certified in (False, True):
            self.tls[certified] = ssl.create_default_context(cafile=pki.authority.file)
        self.tls[True].load_cert_chain(pki.alice.file, pki.alice.key_file)

    def run(self):
        asyncio.run(self._run())
        assert self.wrong == [], (len(self.wrong), self.answers, self.wrong[:5], self.site.log()[-2000:])
        assert self.answers >= self.requests

    async def _run(self):
        crowd = [asyncio.ensure_future(self._client(n)) for n in range(self.clients)]
        try:
            await asyncio.get_running_loop().run_in_executor(None, self._reload)
        finally:
            self.over = True
            await asyncio.gather(*crowd)

    def _reload(self):
        file = self.site.folder / "doorward.conf"
        text = file.read_text()
        for n in range(self.reloads):
            # Spread evenly over the requests.
            share = self.requests * n // self.reloads
            wait_for(lambda: self.answers >= share or self.wrong, f"{share} answers", 2 * DEADLINE)
            new = file.with_suffix(".new")
            new.write_text(text + FILLER.format(n=n))
            new.replace(file)
            self.site.reload()
            if (n + 1) * self.nginx_reloads // self.reloads > n * self.nginx_reloads // self.reloads:
                self._reload_nginx()

    def _reload_nginx(self):
        master = self.site.nginx.process
        children = Path(f"/proc/{master.pid}/task/{master.pid}/children")
        before = set(children.read_text().split())
        master.send(signal.SIGHUP)
        wait_for(lambda: set(children.read_text().split()) - before, "new workers of nginx")

    async def _client(self, seed):
        dice = random.Random(seed)
        while not (self.over and self.answers >= self.requests) and not self.wrong:
            client, number = dice.choice(CLIENTS), next(self.numbers)
            try:
                answer = await asyncio.wait_for(self._ask(client, number), DEADLINE)
            except (OSError, asyncio.TimeoutError) as error:
                self.wrong.append((number, client, repr(error)))
                return
            facts = {fact for fact in (HOST, SUBJECT) if fact in answer}
            if answer[:4] != b"HTTP" or int(answer[9:12]) != client.status or facts != client.facts:
                self.wrong.append((number, client, answer[:500]))
            self.answers += 1

    async def _ask(self, client, number):
        reader, writer = await asyncio.open_connection(
            "127.0.0.1",
            self.site.port,
            ssl=self.tls[client.certified],
            server_hostname="localhost",
            local_addr=(client.address, 0),
        )
        try:
            length = f"Content-Length: {client.sends}\r\n" if client.sends else ""
            writer.write(
                f"{'POST' if client.sends else 'GET'} {self.site.path}?{number} HTTP/1.1\r\n"
                f"Host: localhost\r\nConnection: close\r\n{length}\r\n".encode() + b"x" * client.sends
            )
            return await reader.read(-1)
        finally:
            writer.close()
