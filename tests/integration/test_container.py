# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The image of contrib/container, as `make check-container` builds it, and its examples."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import fcgi
from kit.doorward import run
from kit.process import DEADLINE, connects, wait_for

CONTAINER = Path(__file__).resolve().parents[2] / "contrib" / "container"
IMAGE = os.environ.get("DOORWARD_IMAGE")
needs_image = pytest.mark.skipif(not IMAGE, reason="no image: make check-container makes one")

# What the examples say, without what this machine may lack: cgroups, a network, high limits.
HARDENED = ["--read-only", "--read-only-tmpfs=false", "--cap-drop=all", "--security-opt=no-new-privileges"]
LIMITED = ["--network=none", "--cgroups=disabled", "--ulimit=nofile=10000:10000", "--ulimit=nproc=4000:4000"]
USER, GROUP = 10001, 33
CONFIGURATION = (CONTAINER / "doorward.conf").read_text().replace("; allow = ip", "allow = ip")


def podman(*arguments, expect=0):
    done = subprocess.run(["podman", *map(str, arguments)], capture_output=True, text=True, timeout=4 * DEADLINE)
    assert expect is None or done.returncode == expect, done.stdout + done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def container(folder, stack):
    """A running container: its name, and the folders of its sockets and of its configuration."""
    name = folder.name
    sockets, etc = folder / "s", folder / "etc"
    sockets.mkdir(mode=0o750), etc.mkdir()
    os.chown(sockets, USER, GROUP)
    (etc / "doorward.conf").write_text(CONFIGURATION)
    stack.callback(podman, "rm", "-f", "-t", "5", name, expect=None)
    podman(
        "run", "-d", "--name", name, f"--user={USER}:{GROUP}", *HARDENED, *LIMITED,
        "-v", f"{etc}:/etc/doorward:ro", "-v", f"{sockets}:/run/doorward", IMAGE,
    )
    wait_for(lambda: (sockets / "doorward.sock").exists() and connects(sockets / "doorward.sock"), "a listening container")
    return name, sockets, etc


def inside(name, *arguments, expect=0):
    return podman("exec", name, "/usr/sbin/doorward", *arguments, expect=expect)


@needs_image
def test_a_front_end_asks_over_the_volume(container):
    name, sockets, _ = container
    for address, status in (("192.0.2.1", 200), ("198.51.100.1", 403)):
        assert fcgi.request(str(sockets / "doorward.sock"), [("REMOTE_ADDR", address)], timeout=DEADLINE).status == status
    who = (sockets / "doorward.sock").stat()
    assert (who.st_uid, who.st_gid, who.st_mode & 0o777) == (USER, GROUP, 0o660)
    assert (sockets / "admin.sock").stat().st_mode & 0o777 == 0o600
    # The log is on stderr, as JSON.
    lines = [json.loads(line) for line in podman("logs", name)[2].splitlines()]
    assert [line["verdict"] for line in lines if "verdict" in line] == ["allow", "deny"]


@needs_image
def test_nothing_but_the_volume_is_writable(container):
    name, *_ = container
    script = (
        "for f in / /etc /etc/doorward /tmp /var/lib /usr/sbin; do touch $f/probe 2>/dev/null && echo $f; done;"
        "touch /run/doorward/probe && rm /run/doorward/probe && echo volume; id -u; id -g;"
        "grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/1/status; cat /proc/1/comm"
    )
    out = podman("exec", name, "sh", "-c", script)[1].split()
    assert out == [
        "volume", str(USER), str(GROUP), "CapEff:", "0" * 16, "CapBnd:", "0" * 16, "NoNewPrivs:", "1", "doorward",
    ]


@needs_image
def test_the_health_check_asks_the_process(container):
    name, *_ = container
    image = json.loads(podman("image", "inspect", IMAGE)[1])[0]
    check = image.get("Healthcheck", image.get("HealthCheck"))["Test"]
    assert check == ["CMD", "/usr/sbin/doorward", "status"]
    assert "PID 1, " in podman("exec", name, *check[1:])[1]
    # Without an admin listener there, the check fails.
    podman("exec", name, "rm", "/run/doorward/admin.sock")
    podman("exec", name, *check[1:], expect=2)


@needs_image
def test_process_1_reloads_and_ends_by_signals(container):
    name, sockets, etc = container
    (etc / "doorward.conf").write_text(CONFIGURATION.replace("192.0.2.0/24", "198.51.100.0/24"))
    assert "is in force (PID 1)" in inside(name, "reload")[1]
    ask = [("REMOTE_ADDR", "198.51.100.1")]
    assert fcgi.request(str(sockets / "doorward.sock"), ask, timeout=DEADLINE).status == 200
    (etc / "doorward.conf").write_text(CONFIGURATION + "allow = nonsense\n")
    podman("kill", "--signal=HUP", name)
    wait_for(lambda: "FAILED" in inside(name, "status")[1], "a failed reload")
    assert fcgi.request(str(sockets / "doorward.sock"), ask, timeout=DEADLINE).status == 200
    podman("stop", "-t", "20", name)
    assert podman("inspect", name, "--format", "{{.State.ExitCode}}")[1].strip() == "0"
    assert not list(sockets.iterdir())


@needs_image
def test_commands_run_in_the_image():
    assert podman("run", "--rm", *HARDENED, *LIMITED, IMAGE, "version")[1].startswith("doorward ")
    # The configuration of the image denies every client.
    out = podman("run", "--rm", *HARDENED, *LIMITED, IMAGE, "check", "--ip", "192.0.2.1", expect=1)[1]
    assert "reason default" in out


@needs_image
def test_the_image_has_no_compiler():
    script = "command -v cc gcc make; find / -xdev -perm /6000 -user 10001; ls /src /build"
    out = podman("run", "--rm", *LIMITED, "--entrypoint=sh", IMAGE, "-c", script, expect=None)[1]
    assert not re.search("gcc|make", out)


@needs_image
def test_the_pod_is_one_that_podman_can_play(folder, stack):
    """With images that are here: the pod is made, and not started."""
    text = (CONTAINER / "pod.yaml").read_text()
    text = text.replace("image: localhost/doorward\n", f"image: {IMAGE}\n")
    text = text.replace("docker.io/library/nginx", IMAGE).replace("name: site", f"name: {folder.name}")
    file = folder / "pod.yaml"
    file.write_text(text)
    stack.callback(podman, "pod", "rm", "-f", folder.name, expect=None)
    code, _, errors = podman("kube" if podman("kube", "--help", expect=None)[0] == 0 else "play", "play", "--start=false", file, expect=None)
    if code != 0 and re.search("pause|infra|cgroup", errors):
        pytest.skip("podman cannot make a pod here: " + errors.strip().splitlines()[-1])
    assert code == 0, errors


def conf_of_pod():
    text = (CONTAINER / "pod.yaml").read_text()
    block = text.partition("doorward.conf: |\n")[2].partition("  nginx.conf: |")[0]
    return re.sub("^    ", "", block, flags=re.M)


@pytest.mark.parametrize("text", [CONFIGURATION, conf_of_pod()], ids=["image", "pod"])
def test_the_configurations_are_good(folder, text):
    (folder / "doorward.conf").write_text(text)
    errors = run("-t", folder / "doorward.conf", expect=0)[2]
    assert "0 error(s), 0 warning(s)" in errors


def test_nginx_takes_its_configuration(folder):
    (folder / "server.conf").write_text((CONTAINER / "nginx.conf").read_text().replace("listen 80;", "listen 127.0.0.1:18080;"))
    (folder / "nginx.conf").write_text(
        f"pid {folder}/pid; error_log stderr; events {{}} http {{ access_log off; include {folder}/server.conf; }}"
    )
    done = subprocess.run(["nginx", "-t", "-c", folder / "nginx.conf", "-p", folder], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_compose_reads_the_example():
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]) and subprocess.run([*command, "version"], capture_output=True).returncode == 0:
            break
    else:
        pytest.skip("there is neither docker compose nor docker-compose")
    done = subprocess.run([*command, "-f", CONTAINER / "compose.yaml", "config"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "10001:101" in done.stdout and "service_healthy" in done.stdout
