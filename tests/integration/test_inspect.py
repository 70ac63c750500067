# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""What -t checks beside the text of a configuration: files, the log, policies, regexes."""

import base64
import os
import re
import socket

import pytest

from kit.doorward import run

CLEAN = "0 error(s), 0 warning(s)"
LIST = "[policy default]\nrdns = off\nallow = ip in file:nets\n"
root = pytest.mark.skipif(os.geteuid() != 0, reason="only root is told so strictly")


def check(config, expect=0):
    return run("-t", "-c", config, expect=expect)[2]


@pytest.fixture
def config(folder):
    (folder / "nets").write_text("192.0.2.0/24\n")
    (folder / "doorward.conf").write_text(LIST)
    (folder / "nets").chmod(0o644)
    (folder / "doorward.conf").chmod(0o644)
    return folder / "doorward.conf"


def test_files_of_ordinary_modes_are_fine(config, folder):
    for mode in [0o600, 0o640, 0o644, 0o664]:
        (folder / "nets").chmod(mode)
        config.chmod(mode)
        assert CLEAN in check(config)
    for mode in [0o700, 0o755, 0o775, 0o1777]:
        folder.chmod(mode)
        assert CLEAN in check(config)


@root
def test_root_reads_no_world_writable_configuration(config, folder):
    config.chmod(0o666)
    assert f"{config}: error: every user can write it (mode 0666), and root" in check(config, 1)
    config.chmod(0o644)
    (folder / "more.ini").write_text("[policy more]\ndefault = deny\n")
    (folder / "more.ini").chmod(0o646)
    config.write_text("include = more.ini\n" + LIST)
    assert f"{folder}/more.ini: error: every user can write it" in check(config, 1)


def test_a_folder_of_included_files_that_all_may_write(config, folder):
    (folder / "conf.d").mkdir()
    config.write_text("include = conf.d/*.ini\n" + LIST)
    (folder / "conf.d").chmod(0o755)
    assert CLEAN in check(config)
    (folder / "conf.d").chmod(0o777)
    assert f"{folder}/conf.d: warning: every user can write it (mode 0777)" in check(config)
    (folder / "conf.d" / "a.ini").write_text("[policy a]\ndefault = deny\n")
    (folder / "conf.d" / "a.ini").chmod(0o646)
    assert f"{folder}/conf.d/a.ini: " in check(config, 1 if os.geteuid() == 0 else 0)


def test_world_writable_lists_and_folders(config, folder):
    (folder / "nets").chmod(0o666)
    assert f"{folder}/nets: warning: every user can write it (mode 0666)" in check(config)
    (folder / "nets").chmod(0o644)
    folder.chmod(0o777)
    errors = check(config)
    assert f"{config}: warning: every user can replace it, as the folder {folder}" in errors
    assert f"{folder}/nets: warning: every user can replace it" in errors
    folder.chmod(0o755)
    inner = folder / "a" / "b"
    inner.mkdir(parents=True)
    (folder / "a").chmod(0o777)
    (inner / "nets").write_text("192.0.2.0/24\n")
    config.write_text(LIST.replace("file:nets", "file:a/b/nets"))
    assert f"{inner}/nets: warning: every user can replace it, as the folder {folder}/a" in check(
        config
    )


def test_the_start_warns_of_world_writable_files(folder, doorward):
    (folder / "nets").write_text("192.0.2.0/24\n")
    (folder / "nets").chmod(0o666)
    door = doorward(LIST)
    assert "every user can write it (mode 0666)" in door.stderr()


def test_the_log_that_cannot_be_opened(config, folder):
    text = LIST + "[log]\ntarget = file:%s\n"
    config.write_text(text % f"{folder}/missing/x.log")
    assert f"there is no folder {folder}/missing" in check(config, 1)
    config.write_text(text % folder)
    assert "that is a folder" in check(config, 1)
    config.write_text(text % f"{folder}/x.log")
    assert CLEAN in check(config)
    assert not (folder / "x.log").exists()


NOT_FILES = {"pipe": "fifo", "device": "/dev/zero", "socket": "socket"}
NAMED = {
    "include": "include = {path}\n" + LIST,
    "include of a pattern": "include = conf.d/*.ini\n" + LIST,
    "static_zone": LIST + "[dns]\nstatic_zone = {path}\n",
    "list": LIST.replace("file:nets", "file:{path}"),
    "list in JSON": LIST.replace("file:nets", "json:{path}"),
    "ca_file": LIST + "client_cert = required\nverify = local\nca_file = {path}\n",
    "crl_file": LIST + "client_cert = required\nverify = local\nca_file = {ca}\ncrl_file = {path}\n",
    "cert_pins": LIST + "client_cert = required\nverify = local\ncert_pins = {path}\n",
    "bans": LIST + "[bans]\nfile = {path}\n",
    "secret_file": LIST + "[shared]\nserver = 127.0.0.1:1\nsecret_file = {path}\n",
    "password_file": LIST + "[shared]\nserver = 127.0.0.1:1\nsecret_file = {folder}/secret\npassword_file = {path}\n",
}


@pytest.mark.parametrize("kind", NOT_FILES)
@pytest.mark.parametrize("named", NAMED)
def test_what_is_no_file_is_not_waited_for(config, folder, pki, named, kind):
    """A pipe without a writer, a device without an end."""
    os.mkfifo(folder / "fifo")
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(folder / "socket"))
    path = folder / NOT_FILES[kind]
    (folder / "conf.d").mkdir()
    (folder / "conf.d" / "a.ini").symlink_to(path)
    (folder / "secret").write_text(base64.b64encode(bytes(32)).decode())
    (folder / "secret").chmod(0o600)
    config.write_text(NAMED[named].format(path=path, folder=folder, ca=pki.authority.file))
    with listening:
        errors = check(config, 1)
    told = "conf.d/a.ini" if "pattern" in named else str(path)
    assert re.search(f"{told}.*(not a regular file|not a file|expected a regular file)", errors), errors
    assert "1 error(s)" in errors


def test_the_configuration_itself_may_be_a_pipe(config):
    assert CLEAN in run("-t", "-c", "/dev/stdin", cwd=config.parent, input=b"[policy default]\nallow = *\n", expect=0)[2]


def test_a_log_that_is_a_pipe_without_a_reader(config, folder):
    os.mkfifo(folder / "fifo")
    config.write_text(LIST + f"[server]\nlisten = unix:{folder}/socket\n[log]\ntarget = file:{folder}/fifo\n")
    errors = run("-c", config, expect=2)[2]
    assert f"target = file:{folder}/fifo: no process reads that pipe: expected a reader" in errors


@root
def test_the_log_that_the_user_cannot_open(config, folder):
    text = LIST + f"[log]\ntarget = file:{folder}/x.log\n[server]\nuser = nobody\n"
    config.write_text(text)
    assert f"nobody (user) cannot write there; expected {folder} to belong" in check(config, 1)
    (folder / "x.log").touch()
    os.chown(folder / "x.log", 65534, 65534)
    assert CLEAN in check(config)


def test_a_policy_without_rules_denies_every_client(config):
    config.write_text("[policy default]\n")
    assert f"{config}:1:1: warning: [policy default] lets in no client: it has no rules" in check(
        config
    )
    for text in ["default = deny\n", "allow = ip ::1\n", "[policy b]\nparent = default\nallow = *\n"]:
        config.write_text("[policy default]\n" + text)
        assert CLEAN in check(config)


def test_expensive_regexes_are_named(config):
    config.write_text(
        "[policy default]\nallow = ip ::1\ndeny = user_agent ~ \\w+\\s*\\w*!$\n"
        "deny = user_agent ~ googlebot\n"
    )
    errors = check(config)
    assert f"{config}:3:8: warning: the regex" in errors
    assert "takes too long on some texts of" in errors
    assert "0 error(s), 1 warning(s)" in errors


def test_typos_of_sections_and_files_have_a_cure(config, folder):
    config.write_text(
        "include = conf.d/*.ini\ninclude = .\n[default]\nallow = *\n[server]\n"
        "listen = localhost:9000\nlisten = 9000\nlisten = /run/x.sock\n"
    )
    errors = check(config, 1)
    for cure in [
        "1:11: error: include = conf.d/*.ini: expected folders that can be read, from "
        f"{folder}/conf.d on: No such file or directory",
        f"{folder}/. is a folder: expected a file, or a pattern such as {folder}/./*.ini",
        "3:1: error: unknown section [default], did you mean [policy default]?",
        "listen = localhost:9000: expected an address, not a name: 127.0.0.1:PORT or [::1]:PORT",
        "listen = 9000: expected an address before the port: 127.0.0.1:PORT",
        "listen = /run/x.sock: expected unix: before the path",
    ]:
        assert cure in errors
