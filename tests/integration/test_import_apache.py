# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""import-apache: Require lines as policies, decided as Apache documents it, and behind a real Apache."""

import pytest

from kit import web
from kit.doorward import run
from kit.process import Process, connects, free_port

NAMED, FORGED, NAMELESS, MIXED = "192.0.2.1", "192.0.2.2", "192.0.2.4", "192.0.2.9"
IPV6, OTHER = "2001:db8::1", "66.249.66.1"
EVERYONE = [NAMED, FORGED, NAMELESS, MIXED, IPV6, OTHER]
APACHE = "/usr/sbin/apache2"
MODULES = "/usr/lib/apache2/modules"


def imported(folder, lines, expect=0):
    file = folder / ".htaccess"
    file.write_text(lines + "\n")
    _, policies, errors = run("import-apache", file, expect=expect)
    (folder / "imported.conf").write_text(policies)
    run("-t", "-c", folder / "imported.conf", expect=0)
    return policies, errors


# fmt: off
@pytest.mark.parametrize("lines, expected", [
    ("Require host example", [NAMED, MIXED, IPV6]),
    ("Require host client.example mixed.EXAMPLE", [NAMED, MIXED, IPV6]),
    ("Require host .example", [NAMED, MIXED, IPV6]),
    ("Require host .client.example", []),
    ("Require host ample", []),
    ("Require host googlebot.com\nRequire ip 192.0.2.4", [NAMELESS, OTHER]),
    ("Require ip 192.0", [NAMED, FORGED, NAMELESS, MIXED]),
    ("Require ip 192. 66.249", [NAMED, FORGED, NAMELESS, MIXED, OTHER]),
    ("Require ip 192.0.2.5/255.255.255.252", [NAMELESS]),
    ("Require ip 192.0.2.1/31 2001:db8::5/32", [NAMED, IPV6]),
    ("Require forward-dns client.example", [NAMED, IPV6]),
    ("Require all granted", EVERYONE),
    ("Require all denied", []),
    ("<RequireAll>\nRequire all granted\nRequire not host example\n</RequireAll>",
     [FORGED, NAMELESS, OTHER]),
    ("<RequireAll>\nRequire ip 192.0.2\nRequire not ip 192.0.2.1 192.0.2.2\n</RequireAll>",
     [NAMELESS, MIXED]),
    ("<RequireAll>\nRequire not ip 192.0.2.1\n</RequireAll>", []),  # neutral is not granted
    ("<RequireAll>\nRequire host example\n<RequireNone>\nRequire ip 192.0.2.1 2001:db8::/32\n"
     "</RequireNone>\n</RequireAll>", [MIXED]),
    ("<RequireAny>\nRequire ip 66.249\n<RequireAll>\nRequire host client.example\n"
     "<RequireAny>\nRequire ip 2001:db8::/32\nRequire ip 10\n</RequireAny>\n</RequireAll>\n"
     "</RequireAny>", [IPV6, OTHER]),
    ("<requireall>\nREQUIRE ip \\\n 192.0.2.0/24\n# Require all denied\n</RequireAll>",
     [NAMED, FORGED, NAMELESS, MIXED]),
])
# fmt: on
def test_which_clients_get_in(folder, doorward, nsd, lines, expected):
    policies, _ = imported(folder, lines)
    door = doorward(policies[policies.index("[policy ") :], server_of_names=nsd)
    replies = {a: door.ask(REMOTE_ADDR=a, DOORWARD_POLICY="apache") for a in EVERYONE}
    assert [a for a, reply in replies.items() if reply.status == 200] == expected


def test_the_file_as_a_whole_has_no_line(folder):
    file = folder / ".htaccess"
    file.write_text("Require ip 10\n")
    for option in [[], ["--apache"]]:
        out = run("import-apache", *option, file)[1]
        assert ".htaccess\n" in out or ".htaccess: in place" in out
        assert ".htaccess:0" not in out


@pytest.mark.parametrize(
    "lines, rules",
    [
        ("Require valid-user", 0),
        ("Require user alice\nRequire ip 10", 1),
        ("<RequireAll>\nRequire user alice\nRequire ip 10\n</RequireAll>", 0),
        ("<RequireAll>\nRequire all granted\nRequire not group x\n</RequireAll>", 0),
        ("Require host %{HTTP_HOST}\nRequire ip 10", 1),
        ("Require ip 10/8", 0),
        ("Require ip 10.0.0.0/255.0.255.0", 0),
        ("Require host 10.1", 0),
        ("Order deny,allow\nRequire ip 10", 1),
        ("Require local", 0),
        ("Order deny,allow\nDeny from all\nAllow from 10.1\nRequire all denied", 0),
        ("<Limit GET>\nRequire all granted\n</Limit>", 0),
        ("<If true>\nRequire all granted\n</If>\nRequire ip 10", 1),
        ("Include other.conf\nRequire ip 10", 1),
        ("Require ip 10 # 11.0.0.0/8 12.1.1.1", 1),
        ("Require host a.example # b.example", 1),
        ("<RequireAll>\nRequire all granted\nRequire not host a.example # b.example\n</RequireAll>", 0),
        ("<RequireAll>\nRequire ip 10\n<IfModule x>\nRequire not ip 10.1\n</IfModule>\n</RequireAll>", 0),
        ("<RequireAny>\nRequire ip 10\n<IfModule x>\nRequire ip 11\n</IfModule>\n</RequireAny>", 1),
        ("<RequireAll>\nRequire ip 10\nInclude more.conf\n</RequireAll>", 0),
        ("AuthMerging And\nRequire all granted", 0),
        ("AuthMerging Or\nRequire ip 10", 1),
    ],
)
def test_a_rule_that_cannot_be_converted_lets_no_client_in(folder, lines, rules):
    policies, errors = imported(folder, lines, expect=1)
    assert policies.count("allow = ") == rules
    assert "not carried over" in policies and "warning" in errors


@pytest.mark.parametrize(
    "lines, hint",
    [("Require local", "127.0.0.0/8 ::1"), ("Allow from 10\nRequire all denied", "Require ip")],
)
def test_a_hint_at_the_replacement(folder, lines, hint):
    _, errors = imported(folder, lines, expect=1)
    assert hint in errors


@pytest.mark.parametrize(
    "text",
    ["<RequireAll>\nRequire ip 10\n", "Require ip 10\n</RequireAll>", "<A>\n</B>", "<A\n", "<>\n"],
)
def test_bad_syntax(folder, text):
    (folder / "bad").write_text(text)
    _, out, errors = run("import-apache", folder / "bad", expect=65)
    assert out == "" and f"{folder / 'bad'}:" in errors


def test_behind_a_real_apache(folder, doorward, nsd, stack):
    """The sections that come out ask doorward, each for its policy."""
    port, backend = free_port(), free_port()
    for path in ["", "open", "shut"]:
        (folder / "www" / path).mkdir(parents=True)
        (folder / "www" / path / "index.html").write_text("in\n")
    site = (
        f'<Directory "{folder}/www">\nRequire ip 127.0.0.1\n</Directory>\n'
        f'<Location "/open/">\nRequire all granted\n</Location>\n'
        f'<Location "/shut/">\nRequire ip 192.0.2\n</Location>\n'
    )
    (folder / "site.conf").write_text(site)
    _, policies, _ = run("import-apache", folder / "site.conf", expect=0)
    _, sections, _ = run("import-apache", "--apache", folder / "site.conf", expect=0)
    doorward(
        policies[policies.index("[policy ") :],
        server_of_names=nsd,
        listen=f"127.0.0.1:{backend}",
        address=f"127.0.0.1:{backend}",
    )
    modules = ["mpm_event", "authn_core", "authz_core", "authz_user", "authnz_fcgi", "setenvif"]
    (folder / "apache.conf").write_text(
        f"ServerRoot {folder}\nServerName localhost\nListen 127.0.0.1:{port}\n"
        f"PidFile {folder}/apache.pid\nErrorLog {folder}/apache.log\nUser nobody\nGroup nogroup\n"
        + "".join(f"LoadModule {m}_module {MODULES}/mod_{m}.so\n" for m in modules)
        + f"DocumentRoot {folder}/www\n"
        + sections.replace("127.0.0.1:9000", f"127.0.0.1:{backend}")
    )
    apache = Process([APACHE, "-DFOREGROUND", "-f", folder / "apache.conf"], folder / "apache.err")
    stack.callback(apache.kill)
    apache.wait_until(lambda: connects(("127.0.0.1", port)), "a listening Apache")
    for path, status in [("/", 200), ("/open/", 200), ("/shut/", 403)]:
        assert web.get(port, path + "index.html").status == status, path
