# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""`make install` and `make uninstall`: what they put where, and that it works from there."""

import os
import re
import shutil
import stat
import subprocess

import pytest

from conftest import REPOSITORY
from kit.install import Make
from kit.nginx_module import needs_module

UNITS = {path.name for path in (REPOSITORY / "contrib" / "systemd").glob("*.[st][eio][rcm]*")}
FOLDERS = "apache caddy container crowdsec django envoy grafana haproxy ingress-nginx lighttpd multiwatch policy-test"
EXAMPLES = {
    f"{folder}/{path.name}"
    for folder in (FOLDERS + " fail2ban/action.d fail2ban/filter.d fail2ban/jail.d prometheus spawn-fcgi traefik").split()
    for path in (REPOSITORY / "contrib" / folder).iterdir()
    if path.is_file()
} | {f"nginx/{path.name}" for path in (REPOSITORY / "nginx-examples").iterdir()}
CONFIGURATION = {
    "doorward/doorward.conf": "conf/doorward.conf",
    "doorward/conf.d/README": "conf/conf.d/README",
    "doorward/crawlers.ini": "conf/crawlers.ini",
    "doorward/crawlers-lists.ini": "conf/crawlers-lists.ini",
    "logrotate.d/doorward": "contrib/logrotate/doorward",
    **{
        f"nginx/snippets/{name}.conf": f"contrib/nginx/snippets/{name}.conf"
        for name in ("doorward", "doorward-protect", "doorward-client")
    },
}


@pytest.fixture(scope="module")
def make(tmp_path_factory):
    return Make(tmp_path_factory.mktemp("build"))


def files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_everything_is_where_debian_looks_for_it(make, folder):
    assert make("install", DESTDIR=folder, PREFIX="/usr") == ""
    wanted = {
        "usr/sbin/doorward",
        "usr/sbin/doorward-crawlers",
        "usr/sbin/doorward-crls",
        "usr/share/man/man8/doorward.8",
        "usr/share/man/man8/doorward-crawlers.8",
        "usr/share/man/man8/doorward-crls.8",
        "usr/share/man/man5/doorward.conf.5",
        "usr/lib/sysusers.d/doorward.conf",
        "usr/lib/tmpfiles.d/doorward.conf",
        "usr/share/bash-completion/completions/doorward",
        "usr/share/zsh/site-functions/_doorward",
    }
    wanted |= {f"etc/{name}" for name in CONFIGURATION}
    wanted |= {f"usr/share/doorward/as-installed/{name}" for name in CONFIGURATION.values()}
    wanted |= {f"usr/lib/systemd/system/{name}" for name in UNITS}
    wanted |= {f"usr/share/doc/doorward/examples/{name}" for name in EXAMPLES}
    wanted |= {
        f"usr/share/doc/doorward/{name}"
        for name in ("README.md", "CHANGELOG.md", "SECURITY.md", "LICENSE", "cookbook.md")
    }
    assert files(folder) == wanted
    assert (folder / "var/lib/doorward").is_dir()
    for path in folder.rglob("*"):
        program = path.parent.name == "sbin" or path.parent.name in ("spawn-fcgi", "multiwatch", "crowdsec")
        assert stat.S_IMODE(path.stat().st_mode) == (0o755 if path.is_dir() or program else 0o644)

    assert make("uninstall", DESTDIR=folder, PREFIX="/usr") == ""
    assert files(folder) == set()
    assert [path for path in folder.rglob("*") if "doorward" in str(path.relative_to(folder))] == []


def test_a_changed_configuration_is_kept(make, folder):
    make("install", DESTDIR=folder)
    conf, crawlers = folder / "etc/doorward/doorward.conf", folder / "etc/doorward/crawlers.ini"
    shipped = conf.read_text()
    conf.write_text(shipped + "allow = ip 192.0.2.1\n")
    (folder / "etc/doorward/conf.d/mine.ini").write_text("[policy mine]\n")
    (folder / "var/lib/doorward/audit.json").write_text("{}\n")
    # A preset of an older version, which the administrator did not change, is replaced.
    for path in (crawlers, folder / "usr/local/share/doorward/as-installed/conf/crawlers.ini"):
        path.write_text("[policy old]\n")

    assert make("install", DESTDIR=folder) == (
        f"{conf} was changed, and is kept; the new one is {conf}.new\n"
    )
    assert conf.read_text() == shipped + "allow = ip 192.0.2.1\n"
    assert (folder / "etc/doorward/doorward.conf.new").read_text() == shipped
    assert "[policy crawlers]" in crawlers.read_text()

    said = make("uninstall", DESTDIR=folder)
    assert f"{conf} was changed, and is kept\n" in said
    assert f"{folder}/var/lib/doorward has files that 'make install' did not put there" in said
    assert files(folder) == {
        "etc/doorward/doorward.conf",
        "etc/doorward/conf.d/mine.ini",
        "var/lib/doorward/audit.json",
    }
    make("install", DESTDIR=folder)
    assert conf.read_text() == shipped + "allow = ip 192.0.2.1\n"
    conf.write_text(shipped)
    make("uninstall", DESTDIR=folder)
    assert not conf.exists()


@needs_module
def test_the_module_comes_and_goes(make, folder):
    make("install-nginx-module", DESTDIR=folder)
    assert files(folder) == {
        "usr/lib/nginx/modules/ngx_http_doorward_module.so",
        "etc/nginx/modules-enabled/95-mod-http-doorward.conf",
        "usr/local/share/man/man8/ngx_http_doorward_module.8",
    }
    make("uninstall-nginx-module", DESTDIR=folder)
    assert files(folder) == set()


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    return tmp_path_factory.mktemp("elsewhere")


@pytest.fixture
def placed(make, elsewhere):
    """Installed for good below a folder, not in a DESTDIR."""
    if not (elsewhere / "sbin").exists():
        make("install", PREFIX=elsewhere, SYSCONFDIR=elsewhere / "etc", LOCALSTATEDIR=elsewhere / "var")
    return elsewhere


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def test_another_folder_of_the_configuration_is_built_in(placed):
    conf = placed / "etc" / "doorward" / "doorward.conf"
    assert f"instead of {conf}\n" in run(placed / "sbin/doorward", "--help")[1]
    conf.write_text(conf.read_text().replace(";include = crawlers.ini", "include = crawlers.ini"))
    (conf.parent / "conf.d" / "site.ini").write_text("[policy site]\nallow = ip 192.0.2.1\n")
    code, out, err = run(placed / "sbin/doorward", "-T")
    assert (code, err) == (0, "") and "[policy crawlers]" in out and "[policy site]" in out


def test_every_path_in_an_installed_text_is_that_of_the_installation(placed):
    for path in placed.rglob("*"):
        if not path.is_file() or path.name in ("doorward", "CHANGELOG.md"):
            continue
        text = path.read_text()
        found = re.findall(r"(?<![\w/])(?:/etc/doorward|/var/lib/doorward|/usr/local/sbin)[^\s]*", text)
        assert found == [], path


def test_the_links_of_the_documents_lead_to_installed_files(placed):
    documents = placed / "share" / "doc" / "doorward"
    for name in ("README.md", "cookbook.md", "SECURITY.md"):
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", (documents / name).read_text()):
            assert link.startswith("https://") or (documents / link).exists(), (name, link)


def test_systemd_and_mandoc_accept_what_is_installed(placed):
    units = placed / "lib" / "systemd" / "system"
    verify = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no"]
    assert run(*verify, *units.iterdir()) == (0, "", "")
    for page in (placed / "share" / "man").rglob("*.[58]"):
        assert run("mandoc", "-T", "lint", "-W", "warning", page) == (0, "", "")
    assert f"ReadWritePaths={placed}/var/lib/doorward" in (
        (units / "doorward-crawlers.service").read_text()
    )


def test_the_scripts_find_the_program_from_cron(placed, folder, pki):
    """cron's PATH has no sbin."""
    etc = placed / "etc" / "doorward"
    (etc / "conf.d" / "ca.ini").write_text(
        f"[policy ca]\nclient_cert = required\nca_file = {pki.authority.file}\n"
    )
    env = {"PATH": "/usr/bin:/bin", "https_proxy": "http://127.0.0.1:9", "no_proxy": ""}
    for script, arguments, wrong in [
        ("doorward-crls", [folder], "no URL is given, nor in the certificates"),
        ("doorward-crawlers", [folder], "curl: "),
    ]:
        done = subprocess.run(
            [placed / "sbin" / script, *arguments], env=env, capture_output=True, text=True
        )
        assert done.returncode == 1 and wrong in done.stderr, done.stderr
        assert "expected" not in done.stderr, done.stderr
    (etc / "conf.d" / "ca.ini").unlink()


def test_logrotate_accepts_its_file(placed, folder):
    if shutil.which("logrotate") is None:
        pytest.skip("no logrotate")
    (folder / "doorward.log").write_text("a line\n")
    text = (placed / "etc" / "logrotate.d" / "doorward").read_text()
    (folder / "rotate").write_text(text.replace("/var/log/doorward", str(folder)))
    (folder / "rotate").chmod(0o644)
    code, out, err = run("logrotate", "-d", "-f", "-s", folder / "state", folder / "rotate")
    assert code == 0 and "error" not in out + err
    assert f"renaming {folder}/doorward.log to {folder}/doorward.log.1" in out + err


def test_systemd_makes_the_user_and_the_folders(make, folder):
    make("install", DESTDIR=folder, PREFIX="/usr")
    shutil.copy("/etc/passwd", folder / "etc")
    shutil.copy("/etc/group", folder / "etc")
    code, _, err = run("systemd-sysusers", f"--root={folder}", "doorward.conf")
    if os.geteuid() != 0:
        pytest.skip("systemd-sysusers and systemd-tmpfiles need root")
    assert code == 0, err
    user = [line for line in (folder / "etc/passwd").read_text().splitlines() if "doorward" in line]
    assert len(user) == 1 and user[0].endswith(":/:/usr/sbin/nologin")
    code, _, err = run("systemd-tmpfiles", "--create", f"--root={folder}", "doorward.conf")
    assert code == 0, err
    assert stat.S_IMODE((folder / "run/doorward").stat().st_mode) == 0o755
