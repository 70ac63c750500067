# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The fields of /status.json are those that the manual lists, with their types."""

import re

import pytest

from conftest import REPOSITORY
from kit.admin import ready
from kit.certs import DAY
from kit.doorward import run
from kit.process import wait_for
from kit.store import Store

MANUAL = REPOSITORY / "src" / "man" / "doorward.8"
TYPES = {"text": str, "integer": int, "flag": bool, "null": type(None)}


def documented():
    """The types of each field, by its path: `dns.resolvers[].server`."""
    text = MANUAL.read_text()
    section = re.search(r"^\.Ss The fields of the status\n(.*?)^\.S[sh] ", text, re.M | re.S)[1]
    rows = re.findall(r"^\.It Ic (\S+) No (.+)$", section, re.M)
    assert len(rows) == len(dict(rows)), "a field is listed twice"
    return {path: [TYPES[word] for word in types.split(" or ")] for path, types in rows}


def leaves(value, path=""):
    if isinstance(value, dict) and value:
        for key, member in value.items():
            yield from leaves(member, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, f"{path}[]")
    else:
        yield path, value


def fits(value, types):
    return any(type(value) is each for each in types)


@pytest.fixture
def documents(doorward, folder, pki, nsd, stack):
    """Answers that together have each field: of a process that has done all there is to tell."""
    soon = pki.authority.issue("soon-ca", end=3 * DAY, self_signed=True)
    ca = folder / "ca.pem"
    ca.write_text(pki.authority.certificate.pem + soon.pem)
    store = Store(folder)
    stack.callback(store.close)
    policy = (
        "[policy default]\nallow = host client.example\ndeny = rate 4/h\n"
        f"[policy certs]\nrdns = off\nclient_cert = required\nverify = local\nca_file = {ca}\nallow = cert verified\n"
    )
    more = {
        "server": f"listen = admin:unix:{folder}/admin.sock",
        "dns": f"nameservers = 127.0.0.1:{nsd.port}",
        "before": f"[bans]\nfile = {folder}/bans\n",
    }
    door = doorward(policy, **more)
    admin = ready(str(folder / "admin.sock"))
    found = [admin.status()]
    for _ in range(6):
        door.ask(REMOTE_ADDR="192.0.2.200")
    door.ask(REMOTE_ADDR="192.0.2.200", DOORWARD_POLICY="absent")
    run("ban", "-c", door.file, "192.0.2.1", "--for", "1h", expect=0)
    run("ban", "-c", door.file, "host", "host.example", expect=0)
    wait_for(lambda: admin.status()["bans"] == 2, "the bans")
    door.configure(policy + "[policy third]\nallow = *\n", shared=store.lines(folder), **more)
    door.reload()
    wait_for(lambda: admin.status()["last_reload"]["number"] == 1, "a reload")
    wait_for(lambda: admin.status()["shared"]["bans"]["compared"], "a comparison of bans")
    return [*found, admin.status()]


def test_each_field_is_documented(documents):
    known = documented()
    for document in documents:
        for path, value in leaves(document):
            if value == [] or value == {}:
                continue
            assert path in known, f"{path} = {value!r} is not in the manual"
            assert fits(value, known[path]), f"{path} = {value!r} is not as in the manual"


def test_each_documented_field_is_there(documents):
    """But for `rates`, which is null without recent decisions."""
    there = {path for document in documents for path, _ in leaves(document)}
    assert set(documented()) - there == {"rates"}
