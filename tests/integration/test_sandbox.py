# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The sandbox: what the serving process may still do after its start, and what it may not."""

import errno
import os
import re
import resource
import subprocess
from pathlib import Path

import pytest

from kit import life, metrics, sandbox
from kit.doorward import BINARY, SANITIZED
from kit.process import wait_for

POLICY = "[policy default]\nrdns = off\nallow = ip 192.0.2.0/24\n"
REGEX = "[policy default]\nrdns = off\nallow = uri ~ ^/open\n"
IN = {"REMOTE_ADDR": "192.0.2.1"}
pytestmark = pytest.mark.skipif(SANITIZED, reason="AddressSanitizer has no sandbox")


def run(*argv):
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout


LANDLOCK = sandbox.landlock()
needs_landlock = pytest.mark.skipif(LANDLOCK == 0, reason="the kernel has no Landlock")
needs_seccomp = pytest.mark.skipif(not sandbox.has_seccomp(), reason="built without libseccomp")


def facts_of(door):
    door.wait_for_log("serving on")
    return status_of(door.process.pid)


def status_of(pid):
    with open(f"/proc/{pid}/status") as status:
        return dict(line.rstrip("\n").split(":\t", 1) for line in status)


@pytest.fixture(scope="module")
def library(session_folder):
    path = session_folder / "probe.so"
    source = Path(__file__).parent / "kit/probe.c"
    run("cc", "-D_GNU_SOURCE", "-shared", "-fPIC", "-o", str(path), str(source))
    return path


@pytest.fixture
def probed(doorward, folder, library):
    """What an attacker in the process can do: (names to errno names, the metric, doorward)."""

    def probe(policy=POLICY, **more):
        door = doorward(
            policy,
            env={**os.environ, "LD_PRELOAD": str(library), "PROBE_FOLDER": str(folder)},
            may_be_blocked=True,
            **more,
        )
        metrics.scrape(door)
        wait_for(lambda: "probe create" in door.stderr(), "the probes")
        found = dict(re.findall(r"^probe (\w+) (\d+)$", door.stderr(), re.M))
        return {name: errno.errorcode.get(int(number), "ok") for name, number in found.items()}, door

    return probe


def blocked(door):
    return metrics.scrape(door).get("doorward_sandbox_blocked_total")


CALLS = {"unshare", "execve", "netlink", "mmap_exec", "clone", "ptrace", "kill", "set_owner", "limit_other"}
# Memory for machine code: PCRE2 does without, and this is not reported.
FILES = {"read_other", "write_own", "create"}
QUIET = {"mmap_write_exec"}
ALLOWED = {"read_conf", "read_own"}


@needs_seccomp
def test_what_is_blocked_is_an_error_logged_and_counted(probed):
    results, door = probed()
    assert {name for name, result in results.items() if result == "EPERM"} == CALLS
    for name in ("unshare", "execve", "socket", "mmap"):
        door.wait_for_log(rf"sandbox: the system call {name} \(\d+\) was blocked, 1 time\(s\) so far")
    assert blocked(door) == len(CALLS), door.stderr()
    assert door.ask(IN).status == 200


@needs_seccomp
def test_log_blocks_nothing(probed):
    results, door = probed(server="sandbox = log")
    assert results["unshare"] == results["clone"] == results["netlink"] == "ok"
    assert results["mmap_exec"] == results["read_other"] == results["create"] == "ok"
    assert results["execve"] == "ENOENT"
    door.wait_for_log(r"the system call unshare \(\d+\) would be blocked with sandbox = on, 1 time")
    assert blocked(door) == len(CALLS)
    assert "system calls are watched (seccomp)" in door.stderr()


def test_off_is_no_sandbox(probed):
    results, door = probed(server="sandbox = off")
    assert results["unshare"] == results["netlink"] == results["create"] == "ok"
    assert blocked(door) == 0
    assert "sandbox" not in door.stderr()
    facts = facts_of(door)
    assert (facts["NoNewPrivs"], facts["Seccomp"]) == ("0", "0")


@needs_landlock
def test_only_configured_files_can_be_read(probed):
    results, _ = probed()
    assert {name for name, result in results.items() if result == "EACCES"} == FILES | QUIET
    assert {results[name] for name in ALLOWED} == {"ok"}


@needs_landlock
def test_the_folder_of_the_log_can_be_written_to(probed, folder, tmp_path):
    results, door = probed(log=f"target = file:{folder}/door.log\nformat = json")
    assert (results["create"], results["read_other"]) == ("ok", "EACCES")


@needs_seccomp
def test_memory_is_executable_for_regexes_alone(probed):
    results, door = probed(REGEX)
    assert (results["mmap_exec"], results["mmap_write_exec"]) == ("EPERM", "ok")
    assert door.ask(IN, REQUEST_URI="/open").status == 200


@needs_seccomp
def test_a_reload_may_bring_the_first_regex(doorward):
    """It is interpreted, until a restart."""
    door = doorward(POLICY)
    door.configure(REGEX)
    door.reload()
    client = {"REMOTE_ADDR": "198.51.100.1"}
    wait_for(lambda: door.ask(client, REQUEST_URI="/open").status == 200, "the regex")
    assert door.ask(client, REQUEST_URI="/shut").status == 403


def test_privileges_are_given_up(doorward):
    door = doorward(POLICY)
    facts = facts_of(door)
    kept = 1 << 1 if os.geteuid() == 0 else 0  # CAP_DAC_OVERRIDE
    assert facts["NoNewPrivs"] == "1"
    assert int(facts["CapEff"], 16) == int(facts["CapPrm"], 16) == kept
    assert int(facts["CapInh"], 16) == 0
    assert resource.prlimit(door.process.pid, resource.RLIMIT_CORE) == (0, 0)
    # Not dumpable: the files in /proc belong to root.
    assert os.stat(f"/proc/{door.process.pid}/environ").st_uid == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_user_of_its_own_keeps_no_capability(doorward, folder):
    folder.chmod(0o777)
    door = doorward(POLICY, server="user = nobody\nsocket_mode = 0666")
    facts = facts_of(door)
    assert int(facts["CapEff"], 16) == int(facts["CapPrm"], 16) == 0
    assert set(facts["Uid"].split()) == {"65534"}
    # The files in /proc are root's, so that no process of the same user can read its memory.
    assert os.stat(f"/proc/{door.process.pid}/mem").st_uid == 0
    door.reload()
    door.wait_for_log("is in force")
    assert door.ask(IN).status == 200


@needs_landlock
@pytest.mark.parametrize(
    "policy, place",
    [
        ("allow = ip in file:{0}/list", "1:"),
        ("client_cert = optional\nca_file = {0}/ca.pem\nverify = local", "ca_file"),
        ("allow = ip 192.0.2.0/24", "log"),
        ("allow = ip 192.0.2.0/24", "include"),
    ],
)
def test_a_reload_that_names_another_folder_needs_a_restart(
    doorward, pki, folder, tmp_path, policy, place
):
    tmp_path.chmod(0o755)
    (tmp_path / "list").write_text("192.0.2.0/24\n")
    (tmp_path / "ca.pem").write_text(pki.authority.certificate.pem)
    door = doorward(POLICY)
    more = {}
    if place == "log":
        more = {"log": f"target = file:{tmp_path}/door.log\nformat = json"}
    if place == "include":
        more = {"before": f"include = {tmp_path}/*.ini\n"}
    door.configure("[policy default]\nrdns = off\n" + policy.format(tmp_path) + "\n", **more)
    door.reload()
    door.wait_for_log("the sandbox forbids it, .*: doorward needs a restart")
    door.wait_for_log("nothing has changed")
    assert str(tmp_path) in door.stderr() and place in door.stderr()
    assert door.ask(IN).status == 200
    new = life.upgrade(door, door.process.pid)
    life.end(new)


def test_files_are_replaced_in_configured_folders(doorward, folder, tmp_path):
    """Also where the path is a link, and where the link comes to lead to another file there."""
    real = tmp_path / "lists"
    real.mkdir()
    (real / "a").write_text("192.0.2.0/24\n")
    (real / "b").write_text("198.51.100.0/24\n")
    (folder / "list").symlink_to(real / "a")
    door = doorward("[policy default]\nrdns = off\nallow = ip in file:list\n")
    assert door.ask(IN).status == 200
    (folder / "new").symlink_to(real / "b")
    (folder / "new").replace(folder / "list")
    wait_for(lambda: door.ask({"REMOTE_ADDR": "198.51.100.1"}).status == 200, "the other list")


REFUSE = """
import ctypes, os, sys
lib = ctypes.CDLL("libseccomp.so.2")
lib.seccomp_init.restype = ctypes.c_void_p
filter = ctypes.c_void_p(lib.seccomp_init(0x7fff0000))
class Compared(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]
for call in sys.argv[1].split(","):
    name, _, first = call.partition(":")
    number = lib.seccomp_syscall_resolve_name(name.encode())
    compared = Compared(0, 4, int(first or 0), 0)
    assert lib.seccomp_rule_add_array(filter, 0x00050001, number, bool(first), ctypes.byref(compared)) == 0
assert lib.seccomp_load(filter) == 0
os.execv(sys.argv[2], sys.argv[2:])
"""


@needs_seccomp
@pytest.mark.parametrize(
    "refused, told",
    [
        ("seccomp,prctl:22", "system calls are not restricted, as seccomp is refused"),
        ("seccomp", "blocked are not counted, as seccomp has no notifications here"),
        ("landlock_create_ruleset", "files are not restricted, as Landlock is refused: Operation"),
        ("landlock_restrict_self", "files are not restricted, as Landlock is refused: Operation"),
        ("prctl:38", "there is no sandbox, as no_new_privs is refused"),
    ],
)
def test_a_kernel_that_refuses_is_told(doorward, folder, refused, told):
    """As a container's filter does it: the calls fail with EPERM."""
    door = doorward(
        POLICY,
        argv=["/usr/bin/python3", "-c", REFUSE, refused, BINARY, "-c", folder / "doorward.conf"],
    )
    door.wait_for_log(f"sandbox: .*{told}")
    assert door.ask(IN).status == 200
    new = life.upgrade(door, door.process.pid)
    assert door.ask(IN).status == 200
    life.end(new)


@needs_seccomp
@pytest.mark.parametrize("call", ["socket:2", "connect"])
def test_a_call_that_is_blocked_in_a_request_ends_as_a_denial(doorward, folder, call):
    """The call fails as the sandbox lets it fail; a lookup without it finds no name."""
    door = doorward(
        "[policy default]\nallow = host .example.org\n"
        "[policy open]\ndeny = !host .example.org\nallow = *\n"
        "[policy address]\nrdns = off\nallow = ip 192.0.2.0/24\n",
        dns="nameservers = 127.0.0.1:9",
        argv=["/usr/bin/python3", "-c", REFUSE, call, BINARY, "-c", folder / "doorward.conf"],
    )
    for _ in range(3):
        for policy in ("default", "open"):
            assert door.ask(IN, DOORWARD_POLICY=policy).status == 403
        assert door.ask(IN, DOORWARD_POLICY="address").status == 200
    reasons = [decision["reason"] for decision in door.decisions()]
    assert set(reasons) == {"dns_error", "rule"}, reasons
