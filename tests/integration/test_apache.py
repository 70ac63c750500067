# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""A real Apache: its own behaviour, and its Require host compared with doorward."""

import os
import shutil
import socket
import subprocess

import pytest

from kit import sites, web
from kit.process import connects, free_port, wait_for
from kit.sites import LIAR, NOBODY, PARTNER, UNKNOWN

RESOLVER = "127.53.53.53"  # glibc asks port 53 only
STRANGER = "127.0.0.5"  # host.evilpartner.example, confirmed
MANY = "127.0.0.6"  # two names, both its own
ZONES = {
    "partner.example": "host A 127.0.0.2\none A 127.0.0.6\ntwo A 127.0.0.6\n",
    "evilpartner.example": "host A 127.0.0.5\n",
    "0.0.127.in-addr.arpa": """
2 PTR host.partner.example.
3 PTR host.partner.example.
4 PTR host.broken.example.
5 PTR host.evilpartner.example.
6 PTR one.partner.example.
6 PTR two.partner.example.
""",
}


def own_resolver():
    """The reason why this machine cannot give a program a resolv.conf of its own, or None."""
    if os.geteuid() != 0:
        return "not root: no port 53, no mount namespace"
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((RESOLVER, 53))
    except OSError as error:
        return f"port 53 of {RESOLVER}: {error}"
    if shutil.which("unshare") is None:
        return "no unshare"
    bind = ["unshare", "-m", "mount", "--bind", "/etc/hosts", "/etc/resolv.conf"]
    done = subprocess.run(bind, capture_output=True, text=True)
    return f"no mount namespace: {done.stderr}" if done.returncode else None


class BesideRequireHost(sites.Apache):
    """The shipped site, and a second one whose clients Apache itself looks up."""

    def __init__(self, *arguments):
        self.own_port = free_port()
        super().__init__(*arguments)

    def listen(self, text):
        files = {
            "resolv.conf": f"nameserver {RESOLVER}\noptions timeout:2 attempts:1\n",
            "nsswitch.conf": "hosts: files dns\n",
            "hosts": "127.0.0.1 localhost\n",
        }
        mounts = ""
        for name, content in files.items():
            (self.folder / name).write_text(content)
            mounts += f"[ ! -e /etc/{name} ] || mount --bind {self.folder}/{name} /etc/{name}; "
        self.command = ["unshare", "-m", "/bin/sh", "-ec", f'{mounts} exec "$@"', "sh"]
        super().listen(
            text + f"Listen 127.0.0.1:{self.own_port}\n<VirtualHost 127.0.0.1:{self.own_port}>\n"
            f"DocumentRoot {self.www}\n"
            '<Location "/">\nRequire host partner.example\n</Location>\n</VirtualHost>\n'
        )
        wait_for(lambda: connects(("127.0.0.1", self.own_port)), "Apache's second port")


@pytest.fixture
def make(folder, pki, stack):
    def start(kind, **more):
        (folder / "names").mkdir()
        (folder / "site").mkdir()
        names = sites.Nsd(folder / "names", ZONES, ["broken.example"], **more)
        stack.callback(names.close)
        site = kind(folder / "site", pki, names)
        stack.callback(site.close)
        return site

    return start


@pytest.mark.skipif(bool(own_resolver()), reason=str(own_resolver()))
def test_the_same_as_require_host(make):
    site = make(BesideRequireHost, also=f"{RESOLVER}@53")
    outcomes = {
        PARTNER: 200,
        MANY: 200,
        NOBODY: 403,
        LIAR: 403,
        UNKNOWN: 403,
        STRANGER: 403,
        "127.0.0.7": 403,
    }
    for address, status in outcomes.items():
        own = web.get(site.own_port, "/app.php", source=address)
        assert (own.status, site.get(address).status) == (status, status), address


def test_the_user_is_the_policy(make):
    """Require needs a user, and programs behind Apache see it as REMOTE_USER."""
    site = make(sites.Apache)
    (site.www / "user.php").write_text("<?php echo $_SERVER['REMOTE_USER'] ?? 'nobody';")
    assert site.get(PARTNER, path="/user.php").body == "default"
    forged = [("Authorization", "Basic Zm9yZ2VkOng=")]
    assert site.get(PARTNER, forged, path="/user.php").body == "default"
    assert site.get(LIAR, forged, path="/user.php").status == 403


def test_a_denial_reveals_nothing(make, pki):
    site = make(sites.Apache)
    for cert in [None, pki.only_cn]:
        response = site.get(LIAR, cert=cert)
        assert (response.status, response.body) == (403, "403 Forbidden\n")
        told = [k for k, _ in response.headers if k.lower().startswith(("x-", "variable", "www"))]
        assert told == ["X-Doorward-Id"]


def test_every_path_asks(make):
    site = make(sites.Apache)
    (site.www / "index.html").write_text("inside\n")
    for path in ["/", "/index.html", "//index.html", "/protected/../app.php", "/%61pp.php", "/missing"]:
        assert site.get(LIAR, path=path).status == 403
    assert site.get(PARTNER, path="/index.html").body == "inside\n"
    assert site.get(PARTNER, path="/missing").status == 404


def test_without_doorward_every_client_is_denied(make):
    site = make(sites.Apache)
    site.door.stop()
    response = site.get(PARTNER)
    assert response.status == 500 and "host" not in response.body.split("<title>")[0]
