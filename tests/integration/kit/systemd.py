# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
A real systemd, which boots in a container in about a second: systemd-nspawn over a tree whose lower
layer is a folder (this machine's own root, or a Debian tree) and whose upper layer is a tmpfs. So
all that is installed here is installed there, and what a test changes there ends with the container.

The tree is in a mount namespace of its own, and is reached by `Machine.path`, before the boot as
after it. No unit is enabled but those that `install` enables. Loopback is the only network.
"""

import itertools
import json
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

from kit.doorward import BUILT
from kit.process import DEADLINE, wait_for

CONFIGURATION = "etc/doorward/doorward.conf"
UNITS = Path("/usr/local/lib/systemd/system")  # of `make install`
REPOSITORY = Path(__file__).resolve().parents[3]
TARGET = "doorward-test.target"
POWER_OFF = signal.SIGRTMIN + 3  # systemd(1)

# The tree's upper layer; its name ends with the mount namespace.
MOUNTS = """
mount -t tmpfs -o mode=755 tmpfs "$1"
mkdir "$1/lower" "$1/upper" "$1/work" "$1/root"
mount --bind "$2" "$1/lower"
mount -t overlay -o "lowerdir=$1/lower,upperdir=$1/upper,workdir=$1/work" overlay "$1/root"
echo mounted
read -r go
shift 2
exec "$@"
"""

UNIT = f"""
[Unit]
Description=What a test wants to run
Requires=basic.target
After=basic.target
AllowIsolate=yes
"""


def why_not():
    """The reason why no systemd can be booted here; None: it can."""
    if os.geteuid() != 0:
        return "booting a systemd needs root"
    for program in ("systemd-nspawn", "nsenter", "unshare"):
        if shutil.which(program) is None:
            return f"booting a systemd needs {program} (make deps)"
    return None


def cgroups():
    """
    This process's cgroups, in which a container's can be made: systemd's hierarchy of cgroups v1, and
    v2. Where a systemd runs, that makes one by itself.
    """
    if Path("/run/systemd/system").exists():
        return []
    found = []
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        number, controllers, path = line.split(":", 2)
        if number == "0" or controllers == "name=systemd":
            mounts = ["systemd"] if number != "0" else ["unified", "."]
            folders = [Path("/sys/fs/cgroup", mount) for mount in mounts]
            found += [folder / path[1:] for folder in folders if (folder / path[1:] / "cgroup.procs").exists()]
    return found


def remove_cgroup(folder):
    try:
        os.rmdir(folder)
        return True
    except OSError:
        return False


class CannotBoot(Exception):
    """This machine does not let systemd-nspawn do its work."""


class Machine:
    """
    A container in which systemd is PID 1. `folder` is an empty one for its mounts and its console's
    output. Between the constructor and `boot`, files can be put into the tree; `boot` waits until
    systemd has started all that `TARGET` wants. `close` shuts it down, in whatever state it is.
    """

    _numbers = itertools.count()

    def __init__(self, folder, lower="/"):
        name = f"doorward-{os.getpid()}-{next(self._numbers)}"
        self.console = folder / "console"
        self.tree = folder / "tree"
        self.tree.mkdir()
        self.root = self.tree / "root"
        self.pid = None  # of its systemd
        self.cgroups = [parent / name for parent in cgroups()]
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
        # On a machine that runs systemd, nspawn gets a scope; elsewhere nothing could make one.
        alone = [] if Path("/run/systemd/system").exists() else ["--register=no", "--keep-unit"]
        with open(self.console, "ab") as output:
            self.nspawn = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", "unshare", "--mount", "--propagation", "private"]
                + ["sh", "-euc", MOUNTS, "sh", self.tree, lower]
                + ["systemd-nspawn", "-q", *alone, f"--machine={name}"]
                + [f"--directory={self.root}", "--private-network", "--link-journal=no"]
                # Calls that nspawn refuses, and that a host's systemd does not.
                + ["--system-call-filter=landlock_create_ruleset landlock_add_rule landlock_restrict_self"]
                + ["--resolv-conf=off", "--timezone=off", "--console=pipe"]
                + [f"--kill-signal={int(POWER_OFF)}", "/lib/systemd/systemd"]
                + [f"systemd.unit={TARGET}", "systemd.show_status=no"],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            self._wait_for(lambda: "mounted\n" in self.output(), "the container's tree", CannotBoot)
            self._enter_cgroups()
            self._enable_nothing()
        except BaseException:
            self.close()
            raise

    def output(self):
        """What its console has: systemd's own messages, too."""
        return self.console.read_text(errors="backslashreplace")

    def _wait_for(self, condition, what, error=AssertionError):
        def step():
            if self.nspawn.poll() is not None:
                raise error(f"{what}: systemd-nspawn ended: {self.output()}")
            return condition()

        return wait_for(step, what)

    def path(self, inside):
        """The path by which this side reaches a file or socket of the container."""
        if self.pid is None:
            return Path(f"/proc/{self.nspawn.pid}/root{self.root}", str(inside).lstrip("/"))
        return Path(f"/proc/{self.pid}/root", str(inside).lstrip("/"))

    def _enter_cgroups(self):
        """Two containers in one cgroup would end each other's processes."""
        try:
            for folder in self.cgroups:
                folder.mkdir()
                (folder / "cgroup.procs").write_text(str(self.nspawn.pid))
        except OSError as error:
            raise CannotBoot(f"no cgroup for the container: {error}") from None

    def _enable_nothing(self):
        units = self.path("etc/systemd/system")
        units.mkdir(parents=True, exist_ok=True)
        for folder in units.glob("*.wants"):
            shutil.rmtree(folder)
        (units / TARGET).write_text(UNIT)

    def boot(self):
        self.nspawn.stdin.write(b"\n")
        self.nspawn.stdin.close()
        self.pid = self._wait_for(self._find_systemd, "a systemd", CannotBoot)
        self._wait_for(self._is_up, "the end of the boot")
        return self

    def _children(self):
        """PIDs of nspawn's children: that of the container's PID 1, sooner or later."""
        try:
            path = Path(f"/proc/{self.nspawn.pid}/task/{self.nspawn.pid}/children")
            return list(map(int, path.read_text().split()))
        except OSError:
            return []

    def _find_systemd(self):
        """nspawn's child, once it is in the container's tree and has become systemd."""
        for pid in self._children():
            try:
                if os.readlink(f"/proc/{pid}/exe").endswith("/systemd"):
                    return pid
            except OSError:
                pass
        return None

    def _is_up(self):
        done = self.run("systemctl", "is-system-running", expect=None)
        return done.stdout.strip() in ("running", "degraded")

    def run(self, *argv, expect=0, input=None, timeout=DEADLINE):
        """A command in the container, with its output as text; `expect=None`: any exit status."""
        done = subprocess.run(
            ["nsenter", "-t", str(self.pid), "-a", "-r", "-w", "--", *map(os.fspath, argv)],
            env={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"},
            input=input,
            stdin=subprocess.DEVNULL if input is None else None,
            capture_output=True,
            text=True,
            errors="backslashreplace",
            timeout=timeout,
        )
        if expect is not None and done.returncode != expect:
            raise AssertionError(
                f"{argv}: exit {done.returncode} instead of {expect}\n{done.stdout}{done.stderr}"
            )
        return done

    def systemctl(self, *arguments, expect=0):
        return self.run("systemctl", *arguments, expect=expect)

    def show(self, unit, *properties):
        """The properties of a unit: a dict, or the value of the only one asked for."""
        text = self.systemctl("show", unit, *(f"-p{name}" for name in properties)).stdout
        values = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
        return values[properties[0]] if len(properties) == 1 else values

    def wait_for_state(self, unit, state, seconds=DEADLINE):
        """Waits until `unit` is in an ActiveState, or its SubState, of this name."""

        def reached():
            return state in self.show(unit, "ActiveState", "SubState").values()

        try:
            wait_for(reached, f"{unit} {state}", seconds)
        except AssertionError as error:
            status = self.systemctl("status", "-n30", unit, expect=None).stdout
            raise AssertionError(f"{error}\n{status}") from None

    def cursor(self):
        """The journal's end, for `journal`."""
        return self._entries("-n1")[-1]["__CURSOR"]

    def _entries(self, *arguments):
        lines = self.run("journalctl", "-q", "-ojson", *arguments).stdout.splitlines()
        return [json.loads(line) for line in lines]

    def journal(self, unit, since=None, priority=7):
        """
        The messages of a unit and of systemd about it, of this priority or a more urgent one; since a
        cursor if one is given. (With a filter, journalctl loses the first message after a cursor.)
        """
        messages = []
        for entry in self._entries(*([f"--after-cursor={since}"] if since else [])):
            text = entry["MESSAGE"]
            if isinstance(text, list):  # bytes that are not text
                text = bytes(text).decode(errors="backslashreplace")
            if unit in (entry.get("_SYSTEMD_UNIT"), entry.get("UNIT")) and int(entry["PRIORITY"]) <= priority:
                messages.append(text)
        return "\n".join(messages)

    def wait_for_journal(self, unit, pattern, since=None, priority=7):
        """The journal reads what a process wrote a little later, also after the process has ended."""

        def found():
            return re.search(pattern, self.journal(unit, since, priority), re.M)

        try:
            return wait_for(found, f"{pattern!r} in the journal of {unit}")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.journal(unit, since)}") from None

    def write(self, inside, text, mode=0o644):
        path = self.path(inside)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def close(self):
        """An orderly shutdown; what does not follow is killed."""
        try:
            if self.pid is not None and self.nspawn.poll() is None:
                os.kill(self.pid, POWER_OFF)
                self.nspawn.wait(DEADLINE)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            pass
        finally:
            self._kill()

    def _kill(self):
        """The container's PID 1 goes first, since nspawn would leave it behind."""
        if self.nspawn.poll() is None:
            for pid in self._children():
                os.kill(pid, signal.SIGKILL)
            self.nspawn.kill()
            self.nspawn.wait(DEADLINE)
        if not self.nspawn.stdin.closed:
            self.nspawn.stdin.close()
        for top in self.cgroups:
            for folder, _, _ in os.walk(top, topdown=False):
                wait_for(lambda: remove_cgroup(folder), f"an empty cgroup {folder}")


def install_doorward(machine):
    """`make install`, with the folders that it has by default, of what is built already."""
    subprocess.run(
        ["make", "-s", f"BUILD={BUILT.parent}", f"--old-file={BUILT}", "install", f"DESTDIR={machine.path('.')}"],
        cwd=REPOSITORY,
        env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")},
        check=True,
        timeout=DEADLINE,
    )
    # In the units' sandbox, LeakSanitizer cannot look at other threads, and fails.
    environment = "[Manager]\nDefaultEnvironment=ASAN_OPTIONS=detect_leaks=0\n"
    machine.write("etc/systemd/system.conf.d/sanitizers.conf", environment)


def enable(machine, *units):
    """Before the boot: what `systemctl enable` does."""
    subprocess.run(
        ["systemctl", "-q", f"--root={machine.path('.')}", "enable", *units], check=True, timeout=DEADLINE
    )


def want(machine, *units):
    """Before the boot: starts units with it that nothing else starts."""
    folder = machine.path(f"etc/systemd/system/{TARGET}.wants")
    folder.mkdir(exist_ok=True)
    for unit in units:
        (folder / unit).symlink_to(f"/etc/systemd/system/{unit}")
