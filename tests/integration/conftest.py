# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Fixtures: everything that a test starts ends with the test, even if the test fails."""

import contextlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from kit import frontends, names, systemd  # noqa: E402
from kit.certs import Pki  # noqa: E402
from kit.doorward import Doorward, assert_clean  # noqa: E402
from kit.hostile import Hostile  # noqa: E402
from kit.install import Make  # noqa: E402

REPOSITORY = Path(__file__).resolve().parents[2]

# A changed file is seen sooner than after a second, so that tests need not wait.
os.environ.setdefault("DOORWARD_FILE_WATCH_MS", "50")

# The names that the tests use. 192.0.2.99 is the address of no client.
ZONES = {
    "example": """
client       A 192.0.2.1
client       AAAA 2001:db8::1
honest       A 192.0.2.3
admin        A 192.0.2.99
mixed        A 192.0.2.9
a.two        A 192.0.2.16
b.two        A 192.0.2.16
alias        CNAME target
target       A 198.51.100.10
loop         CNAME pool
pool         CNAME loop
short   60   A 192.0.2.11
_spf.under   A 192.0.2.12
v4only       A 192.0.2.50
short6   60  AAAA 2001:db8::11
""",
    "broken.example": "",
    "googlebot.com": "crawl-66-249-66-1 A 66.249.66.1\n",
    "evilgooglebot.com": "crawl A 192.0.2.14\n",
    "2.0.192.in-addr.arpa": """
1        PTR client.example.
2        PTR client.example.                    ; forged: client.example is 192.0.2.1
3        PTR honest.example.
3        PTR admin.example.                     ; admin.example is 192.0.2.99
5        TXT "a name, but no PTR"
6        PTR 6.2.0.192.
7        PTR bad\\032name.example.
8        PTR host.broken.example.               ; SERVFAIL there
9        PTR MiXeD.Example.
11   120 PTR short.example.
12       PTR _spf.under.example.
13       PTR crawl-66-249-66-1.googlebot.com.   ; forged
14       PTR crawl.evilgooglebot.com.
15       PTR loop.example.
16       PTR b.two.example.
16       PTR a.two.example.
17       PTR nowhere.example.                   ; does not exist
18       PTR 192.0.2.18.
19       PTR localhost.
""",
    # RFC 2317: a part of a /24 is delegated by CNAMEs.
    "100.51.198.in-addr.arpa": """
10       CNAME 10.0-63
10.0-63  PTR alias.example.
""",
    "66.249.66.in-addr.arpa": "1 PTR crawl-66-249-66-1.googlebot.com.\n",
    "8.b.d.0.1.0.0.2.ip6.arpa": """
1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0      PTR client.example.
2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0      PTR client.example.
3.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0      PTR v4only.example.
1.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0      PTR short6.example.
""",
}
BROKEN_ZONES = ["113.0.203.in-addr.arpa"]


@pytest.fixture
def folder():
    """A short path: Unix sockets allow 107 bytes."""
    path = Path(tempfile.mkdtemp(prefix="doorward-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def session_folder():
    path = Path(tempfile.mkdtemp(prefix="doorward-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def pki(session_folder):
    return Pki(session_folder)


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """What `make install` puts in place, in a folder instead of /."""
    folder = tmp_path_factory.mktemp("installed")
    Make(tmp_path_factory.mktemp("build"))("install", DESTDIR=folder, PREFIX="/usr")
    return folder


@pytest.fixture
def snippets(folder, installed):
    """A function that puts the snippets into the folder of `nginx`, changed only in the socket."""

    def put(socket):
        (folder / "snippets").mkdir()
        for path in (installed / "etc/nginx/snippets").iterdir():
            text = path.read_text()
            assert "/run/" not in text.replace("/run/doorward/doorward.sock", "")
            text = text.replace("/run/doorward/doorward.sock", str(socket))
            (folder / "snippets" / path.name).write_text(text)

    return put


@pytest.fixture(scope="session")
def nsd(session_folder):
    zones = {name: text for name, text in ZONES.items() if name != "broken.example"}
    server = names.Nsd(session_folder, zones, BROKEN_ZONES + ["broken.example"])
    yield server
    server.close()


@pytest.fixture
def stack():
    """What a test starts; ended in reverse order."""
    with contextlib.ExitStack() as stack:
        yield stack


@pytest.fixture
def closing(folder, stack):
    """Takes what has close(), and returns it; it is closed before the folder is removed."""

    def add(one):
        stack.callback(one.close)
        return one

    return add


@pytest.fixture
def tap(nsd, stack):
    """A proxy to NSD that counts queries and can fail."""
    tap = names.Tap(nsd.port)
    stack.callback(tap.close)
    return tap


@pytest.fixture
def hostile(stack):
    """Starts a name server that follows a script."""

    def start(script, **more):
        server = Hostile(script, **more)
        stack.callback(server.close)
        return server

    return start


@pytest.fixture
def doorward(folder, stack):
    """Starts doorward; `tap=` or `nsd=` makes that its only nameserver."""

    def start(policy="[policy default]\n", *, dns="", server_of_names=None, **more):
        if server_of_names is not None:
            dns = f"nameservers = 127.0.0.1:{server_of_names.port}\n{dns}"
        elif "nameservers" not in dns:
            dns = f"nameservers = 127.0.0.1:9\n{dns}"
        door = Doorward(folder, policy, dns=dns, **more)
        stack.callback(door.close)
        return door

    return start


@pytest.fixture
def nginx(folder, stack):
    def start(http, port):
        server = frontends.Nginx(folder, http, port)
        stack.callback(server.close)
        return server

    return start


@pytest.fixture
def lighttpd(folder, stack):
    def start(rest):
        server = frontends.Lighttpd(folder, rest)
        stack.callback(server.close)
        return server

    return start


@pytest.fixture(scope="module")
def machine():
    """
    Boots a container with a real systemd, which all tests of the file share. `prepare` is called
    with it before the boot; `lower` is the Debian tree that it shows. Skips where that is impossible.
    """
    with contextlib.ExitStack() as stack:

        booted = []

        def boot(prepare=lambda machine: None, lower="/"):
            reason = systemd.why_not()
            if reason:
                pytest.skip(reason)
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="doorward-")))
            try:
                machine = systemd.Machine(folder, lower)
                stack.callback(machine.close)
                prepare(machine)
                booted.append(machine.boot())
                return machine
            except systemd.CannotBoot as error:
                pytest.skip(f"no systemd boots here: {error}")

        yield boot
        for machine in booted:
            assert_clean(machine.run("journalctl", "-q", "-ocat").stdout)
