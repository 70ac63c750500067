# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
The Debian packages that `make deb` left in DOORWARD_DEBS (build/deb), in a container with a real
systemd: over the tree DOORWARD_TREE, which has neither doorward nor nginx, and has what they need in
apt's cache (`make check-deb`), or over this machine's own root (`make check`).
"""

import contextlib
import ctypes
import http.client
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import pytest

from kit import systemd
from kit.process import wait_for

DEBS = Path(os.environ.get("DOORWARD_DEBS", "build/deb")).resolve()
TREE = os.environ.get("DOORWARD_TREE", "/")
PACKAGES = ("doorward", "libnginx-mod-http-doorward")
CONFIGURATION = "etc/doorward/doorward.conf"
SITE = "etc/nginx/sites-available/default"
SOCKET = "run/doorward/doorward.sock"
SERVICE = "doorward.service"
OPTIONAL = ["doorward-http.socket", "doorward-audit.timer", "doorward-crawlers.timer", "doorward-crls.timer"]
LOCATIONS = """
	location /module/ {
		doorward default;
		try_files /index.nginx-debian.html =404;
	}
	location /request/ {
		auth_request /doorward;
		try_files /index.nginx-debian.html =404;
	}
	location = /doorward {
		internal;
		fastcgi_pass unix:/run/doorward/doorward.sock;
		fastcgi_pass_request_headers off;
		fastcgi_pass_request_body off;
		fastcgi_param REMOTE_ADDR $remote_addr;
	}"""
# What apt, dpkg, systemd and others write for any package, and what tells of earlier ones.
NOISE = re.compile(
    r"/(var/tmp|var/cache|var/log/(journal|apt|nginx|private|dpkg\.log|alternatives\.log|[bw]tmp)"
    r"|var/lib/(dpkg|apt|systemd/(timers|linger|random-seed|deb-systemd)|private|PackageKit|command-not-found)"
    r"|etc/(passwd|group|shadow|gshadow|subuid|subgid)-?|etc/ld\.so\.cache|etc/\.pwd\.lock)(/|$)"
)
MAY_WRITE = ("/var/lib/private/", "/var/log/private/", "/var/lib/doorward", "/var/log/doorward", "/tmp", "/var/tmp", "/dev/")


def debs(folder):
    """The packages of a folder by their names, without debug symbols."""
    return [next(folder.glob(f"{name}_*.deb")) for name in PACKAGES]


@pytest.fixture(scope="module")
def newer(tmp_path_factory):
    """The same packages as a version after theirs; the unit's description tells them apart."""
    folder = tmp_path_factory.mktemp("newer")
    for deb in debs(DEBS):
        tree = folder / deb.stem
        subprocess.run(["dpkg-deb", "-R", deb, tree], check=True)
        control = tree / "DEBIAN/control"
        control.write_text(re.sub(r"^(Version: .*)$", r"\1.1", control.read_text(), flags=re.M))
        for unit in tree.rglob(SERVICE):
            unit.write_text(re.sub(r"^(Description=.*)$", r"\1, the newer one", unit.read_text(), flags=re.M))
        subprocess.run(["dpkg-deb", "--root-owner-group", "-b", tree, folder], check=True, capture_output=True)
        shutil.rmtree(tree)
    return folder


class Host:
    """A container with the packages of `older` and `newer` in folders of these names."""

    def __init__(self, machine, newer):
        self.machine = machine
        self.run, self.path, self.systemctl, self.show = machine.run, machine.path, machine.systemctl, machine.show
        for name, folder in (("older", DEBS), ("newer", newer)):
            self.path(f"opt/{name}").mkdir(parents=True)
            for deb in debs(folder):
                shutil.copy(deb, self.path(f"opt/{name}"))

    def apt(self, *arguments):
        command = ["apt-get", "-q", "-y", "-o", "APT::Sandbox::User=root", *arguments]
        done = self.run("env", "DEBIAN_FRONTEND=noninteractive", *command, timeout=300)
        return done.stdout + done.stderr

    def install(self, which="older", *options):
        return self.apt("install", *options, *(f"/opt/{which}/{deb.name}" for deb in self.debs(which)))

    def debs(self, which):
        return sorted(self.path(f"opt/{which}").glob("*.deb"))

    def version(self):
        return self.run("dpkg-query", "-W", "-f", "${Version}", "doorward").stdout

    def edit(self, path, *changes):
        """Replaces texts that a file has once; each change is one line of it."""
        for old, new in changes:
            text = self.path(path).read_text()
            assert text.count(old) == 1, (path, old)
            self.path(path).write_text(text.replace(old, new))

    def is_active(self, unit):
        return self.systemctl("is-active", unit, expect=None).stdout.strip()

    def is_enabled(self, unit):
        return self.systemctl("is-enabled", unit, expect=None).stdout.strip()

    def files(self):
        """Every path of the folders that packages write to, but those of NOISE and of installed packages."""
        found = self.run("find", "/etc", "/usr", "/var", "-xdev", "-printf", "%p\\n").stdout.splitlines()
        owned = {line for path in self.path("var/lib/dpkg/info").glob("*.list") for line in path.read_text().splitlines()}
        owned |= {f"/usr{path}" for path in owned}  # in a merged /usr
        return {path for path in found if path not in owned and not NOISE.match(path)}

    def in_its_network(self, action):
        """Runs a function in a thread of its own, that has the container's network."""

        def enter():
            with open(f"/proc/{self.machine.pid}/ns/net") as space:
                assert ctypes.CDLL(None).setns(space.fileno(), 0) == 0
            action()

        thread = threading.Thread(target=enter)
        thread.start()
        return thread

    def get(self, path):
        got = []
        self.in_its_network(lambda: got.append(ask(path))).join()
        return got[0]


def ask(path):
    connection = http.client.HTTPConnection("127.0.0.1", timeout=30)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


class Load:
    """Clients that ask without pause until the end of the block; `statuses` counts what they got."""

    def __init__(self, host, *paths):
        self.statuses, self.going, self.host, self.paths = {}, True, host, paths
        self.lock = threading.Lock()

    def _ask(self, path):
        while self.going:
            try:
                status = ask(path)
            except OSError as error:
                status = repr(error)
            with self.lock:
                self.statuses[path, status] = self.statuses.get((path, status), 0) + 1

    def __enter__(self):
        self.threads = [self.host.in_its_network(lambda path=path: self._ask(path)) for path in self.paths]
        try:
            wait_for(lambda: len(self.statuses) == len(set(self.paths)), "an answer to each")
        except AssertionError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.going = False
        for thread in self.threads:
            thread.join()


@contextlib.contextmanager
def booted(newer):
    """A container with nginx, and without doorward."""
    reason = systemd.why_not()
    if reason:
        pytest.skip(reason)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="doorward-")))
        try:
            machine = systemd.Machine(folder, TREE)
            stack.callback(machine.close)
            # That of a container image keeps every service from starting.
            machine.path("usr/sbin/policy-rc.d").unlink(missing_ok=True)
            machine.boot()
        except systemd.CannotBoot as error:
            pytest.skip(f"no systemd boots here: {error}")
        host = Host(machine, newer)
        host.apt("install", "--no-install-recommends", "nginx")
        host.systemctl("start", "nginx")
        yield host


@pytest.fixture
def host(newer):
    with booted(newer) as host:
        yield host


@pytest.fixture(scope="module")
def site(newer):
    """The packages are installed; nginx asks by its module below /module/, by auth_request below /request/."""
    with booted(newer) as host:
        host.install()
        host.edit(CONFIGURATION, ("default = deny\n", "default = deny\nallow = ip 127.0.0.1\n"))
        host.edit(SITE, ("\n\tlocation / {", f"{LOCATIONS}\n\tlocation / {{"))
        host.machine.write("etc/nginx/conf.d/doorward.conf", "doorward_server unix:/run/doorward/doorward.sock;\n")
        host.systemctl("reload", "doorward", "nginx")
        wait_for(lambda: host.get("/module/") == 200, "nginx's new configuration")
        assert host.get("/request/") == 200
        yield host


@pytest.fixture
def guarded(site):
    site.install("older", "--allow-downgrades")
    return site


def is_newer(host):
    """Whether the process that serves is of the newer package's unit, and of the program that is installed."""
    described = host.show(SERVICE, "Description").endswith("the newer one")
    program = host.run("readlink", f"/proc/{host.show(SERVICE, 'MainPID')}/exe").stdout.strip()
    assert program == "/usr/sbin/doorward"
    return described


def test_one_command_installs_a_service_that_runs(host):
    host.install()
    assert re.search(r"Active: active \(running\)", host.systemctl("status", SERVICE).stdout)
    assert (host.is_enabled(SERVICE), host.is_enabled("doorward.socket")) == ("enabled", "enabled")
    assert [host.is_enabled(unit) for unit in OPTIONAL] == ["disabled"] * len(OPTIONAL)
    assert host.run("stat", "-c", "%A %U:%G", f"/{SOCKET}").stdout == "srw-rw---- root:www-data\n"
    assert host.run("systemctl", "--failed", "-q", "--no-legend").stdout == ""
    assert host.run("doorward", "-t").returncode == 0


@pytest.mark.parametrize(
    "in_server, in_location",
    [
        ("include snippets/doorward.conf;", "include snippets/doorward-protect.conf;"),
        ("doorward_server unix:/run/doorward/doorward.sock;", "doorward default;"),
    ],
)
def test_three_edited_lines_guard_a_location(host, in_server, in_location):
    """README's first example, and the one with the module."""
    host.install()
    host.edit(SITE, ("server_name _;\n", f"server_name _;\n\t{in_server}\n"))
    host.edit(SITE, ("\n\tlocation / {\n", f"\n\tlocation / {{\n\t\t{in_location}\n"))
    host.systemctl("reload", "nginx")
    wait_for(lambda: host.get("/") == 403, "nginx's new configuration")
    with open(host.path(CONFIGURATION), "a") as configuration:
        configuration.write("allow = ip 127.0.0.1\n")
    host.systemctl("reload", "doorward")
    wait_for(lambda: host.get("/") == 200, "doorward's new configuration")


def test_no_request_is_lost_by_an_upgrade_or_a_downgrade(guarded):
    older = guarded.version()
    with Load(guarded, "/module/", "/request/", "/module/", "/request/") as load:
        guarded.install("newer")
        assert (guarded.version(), is_newer(guarded)) == (older + ".1", True)
        guarded.install("older", "--allow-downgrades")
        assert (guarded.version(), is_newer(guarded)) == (older, False)
        time.sleep(0.2)
    assert set(load.statuses) == {("/module/", 200), ("/request/", 200)}, load.statuses
    assert sum(load.statuses.values()) > 500
    assert "allow = ip 127.0.0.1" in guarded.path(CONFIGURATION).read_text()


def test_an_upgrade_that_refuses_the_configuration_leaves_the_old_process(guarded):
    before = guarded.show(SERVICE, "MainPID")
    guarded.edit(CONFIGURATION, ("allow = ip 127.0.0.1\n", "allow = ip 127.0.0.1\nnonsense = 1\n"))
    with Load(guarded, "/module/", "/request/") as load:
        said = guarded.install("newer")
    assert set(load.statuses) == {("/module/", 200), ("/request/", 200)}, load.statuses
    assert re.search(r"doorward\.conf:\d+:.*nonsense", said), said
    assert "this version refuses the configuration" in said
    assert guarded.show(SERVICE, "MainPID") == before
    guarded.edit(CONFIGURATION, ("nonsense = 1\n", ""))
    guarded.systemctl("restart", SERVICE)
    assert is_newer(guarded) and guarded.get("/module/") == 200


def test_removal_keeps_the_configuration_and_purge_leaves_nothing(host):
    before = host.files()
    host.install()
    host.edit(CONFIGURATION, ("default = deny\n", "default = deny\nallow = ip 127.0.0.1\n"))
    host.edit(CONFIGURATION, ("[log]\n", "[log]\ntarget = file:/var/log/doorward/doorward.log\n"))
    # systemd opens no further socket for a service that runs.
    host.systemctl("enable", *OPTIONAL)
    host.systemctl("stop", SERVICE)
    host.systemctl("start", *OPTIONAL)
    host.systemctl("start", SERVICE)
    assert "doorward" in host.run("find", "/var/log", "-name", "*doorward*").stdout

    host.apt("remove", *PACKAGES)
    assert [host.is_active(unit) for unit in [SERVICE, "doorward.socket", *OPTIONAL]] == ["inactive"] * 6
    assert not host.path(SOCKET).exists()
    assert "allow = ip 127.0.0.1" in host.path(CONFIGURATION).read_text()
    host.systemctl("restart", "nginx")

    host.install()
    assert "allow = ip 127.0.0.1" in host.path(CONFIGURATION).read_text()
    assert host.is_active(SERVICE) == "active"
    assert host.is_enabled("doorward-crawlers.timer") == "enabled"

    host.apt("purge", *PACKAGES)
    assert sorted(host.files() - before) == []
    where = ["/etc", "/run", "/usr", "/var", "-xdev", "-path", "/var/cache", "-prune"]
    assert host.run("find", *where, "-o", "-name", "*doorward*", "-not", "-name", systemd.TARGET, "-print").stdout == ""
    host.systemctl("restart", "nginx")

    host.install()
    assert host.is_active(SERVICE) == "active"
    assert "allow = ip 127.0.0.1" not in host.path(CONFIGURATION).read_text()


def test_the_service_may_write_nothing_that_the_packages_installed(host):
    host.install()
    installed = host.run("dpkg", "-L", *PACKAGES).stdout.split()
    assert len(installed) > 50
    modes = host.run("stat", "-c", "%A %U:%G %n", *installed).stdout.splitlines()
    others = re.compile(r"(d|-|l)(r.x|rw-|rwx)(r-x|r--|rwx)(r-x|r--|rwx) root:root ")
    assert [line for line in modes if not others.match(line) or (line[0] != "l" and "w" in line[3:10])] == []
    pid = host.show(SERVICE, "MainPID")
    user, group = (host.run("stat", "-c", form, f"/proc/{pid}").stdout.strip() for form in ("%u", "%g"))
    assert user != "0"
    as_service = ["nsenter", "-t", pid, "-m", "--", "setpriv", "--reuid", user, "--regid", group, "--clear-groups"]
    find = ["find", "/", "-xdev", "-writable", "-type", "f,d", "-print"]
    found = host.run(*as_service, *find, expect=None).stdout.split()
    assert [path for path in found if not path.startswith(MAY_WRITE)] == []
