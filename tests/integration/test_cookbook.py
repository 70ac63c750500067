# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
Every snippet of the cookbook, unchanged: configurations load without a warning, their tables are
true, nginx accepts its lines, commands succeed.
"""

import re
import shutil
import subprocess
import time

import pytest

from conftest import REPOSITORY
from kit import mmdb
from kit.certs import Authority
from kit.doorward import BINARY, run
from kit.frontends import NGINX, NGINX_CONFIGURATION
from kit.process import DEADLINE

COOKBOOK = (REPOSITORY / "contrib" / "cookbook.md").read_text()
HOME, LOGS = "/etc/doorward", "/var/log/doorward"
FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LANGUAGES = {"ini", "nginx", "sh", "systemd", "zone", "text", "json"}


def tables(text):
    """Each table as a list of rows by their columns' names."""
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        head, rule, *rows = [
            [cell.strip() for cell in line.strip().strip("|").split("|")]
            for line in block.splitlines()
        ]
        assert all(set(cell) == {"-"} for cell in rule) and rows
        assert all(len(row) == len(head) for row in rows)
        yield [dict(zip(head, row)) for row in rows]


class Recipe:
    def __init__(self, text):
        self.title, self.text = text.split("\n", 1)
        self.blocks = FENCE.findall(self.text)
        self.cases = [row for table in tables(self.text) if "expect" in table[0] for row in table]

    def of(self, language):
        return [text for tag, _, text in self.blocks if tag == language]

    def files(self):
        return [(name, text) for tag, name, text in self.blocks if tag in ("text", "json")]


RECIPES = [Recipe(text) for text in re.split(r"^## ", COOKBOOK, flags=re.MULTILINE)[1:]]
LAST = RECIPES[-1]


def having(language):
    recipes = [recipe for recipe in RECIPES if recipe.of(language)]
    return pytest.mark.parametrize("recipe", recipes, ids=lambda recipe: recipe.title)


@pytest.fixture(scope="session")
def certificates(session_folder):
    authority = Authority(session_folder, "example-clients")
    made = {"": authority.certificate}
    rows, _ = tables(LAST.text)
    for row in rows:
        serial = int(row["serial"], 16)
        made[row["cert"]] = authority.issue(
            row["cert"], subject=row["subject"], dns=[row["dns"]], serial=serial
        )
    return made


@pytest.fixture
def kitchen(folder, certificates):
    """A folder with the files that recipes name, in the place of /etc/doorward."""
    for file in (REPOSITORY / "conf").glob("*.ini"):
        shutil.copy(file, folder)
    shutil.copy(certificates[""].file, folder / "clients-ca.pem")
    (folder / "static.zone").write_text(LAST.of("zone")[0])
    _, networks = tables(LAST.text)
    now = int(time.time())
    (folder / "asn.mmdb").write_bytes(
        mmdb.asn_database({row["network"]: int(row["asn"]) for row in networks}, now)
    )
    (folder / "country.mmdb").write_bytes(
        mmdb.country_database({row["network"]: row["country"] for row in networks}, now)
    )
    (folder / "conf.d").mkdir()
    (folder / "log").mkdir()
    (folder / "bin").mkdir()
    (folder / "bin" / "doorward").symlink_to(BINARY)
    return folder


def prepare(recipe, kitchen):
    """Writes the recipe's files and its configuration to their places."""
    for name, text in recipe.files():
        assert name.startswith(HOME + "/")
        place = kitchen / name[len(HOME) + 1 :]
        place.parent.mkdir(exist_ok=True)
        place.write_text(text)
    file = kitchen / "doorward.conf"
    text = "\n".join(recipe.of("ini")).replace(HOME, str(kitchen))
    file.write_text(text.replace(LOGS, str(kitchen / "log")))
    return file


def test_nothing_is_left_out():
    for recipe in RECIPES:
        assert {tag for tag, _, _ in recipe.blocks} <= LANGUAGES, recipe.title
        assert recipe.text.count("```") == 2 * len(recipe.blocks), recipe.title
        assert len(recipe.of("ini")) <= 1, recipe.title
        assert recipe.of("ini") or not recipe.cases, recipe.title
        assert all(bool(name) == (tag in ("text", "json", "systemd")) for tag, name, _ in recipe.blocks)


def test_every_link_leads_to_a_recipe():
    def anchor(title):
        return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")

    links = re.findall(r"\]\(#([^)]*)\)", COOKBOOK)
    assert sorted(set(links)) == sorted(anchor(recipe.title) for recipe in RECIPES)


@having("ini")
def test_configurations_are_good_and_wise(recipe, kitchen):
    file = prepare(recipe, kitchen)
    _, _, messages = run("-t", "-c", file, expect=0)
    # Of databases it says the type and date.
    messages = re.sub(r"(?m)^(asn|country)_database .*, built .*\n", "", messages)
    assert messages.endswith(": 0 error(s), 0 warning(s)\n") and messages.count("\n") == 1, messages


@pytest.mark.parametrize(
    "recipe", [recipe for recipe in RECIPES if recipe.cases], ids=lambda recipe: recipe.title
)
def test_tables_hold(recipe, kitchen, certificates):
    file = prepare(recipe, kitchen)
    cases = "[defaults]\nzone = static.zone\n"
    for number, row in enumerate(recipe.cases):
        row = {key: value for key, value in row.items() if value}
        if "cert" in row:
            row["cert"] = certificates[row["cert"]].file
        cases += f"[case {number}]\n" + "".join(f"{key} = {row[key]}\n" for key in row)
    (kitchen / "table.ini").write_text(cases)
    run("test", "-c", file, kitchen / "table.ini", expect=0)


@having("nginx")
def test_nginx_takes_its_lines(recipe, kitchen, pki, snippets):
    snippets("/run/doorward/doorward.sock")
    for snippet in recipe.of("nginx"):
        server = (
            f"server {{ listen 127.0.0.1:1 ssl; ssl_certificate {pki.server.file};\n"
            f"ssl_certificate_key {pki.server.key_file};\n{snippet}}}"
        )
        file = kitchen / "nginx.conf"
        text = NGINX_CONFIGURATION.format(main="", user="", folder=kitchen, http=server)
        file.write_text(text.replace(HOME, str(kitchen)))
        done = subprocess.run(
            [NGINX, "-t", "-p", kitchen, "-e", "stderr", "-c", file],
            capture_output=True,
            timeout=DEADLINE,
        )
        assert done.returncode == 0 and b"[warn]" not in done.stderr, done.stderr.decode()


@having("systemd")
def test_systemd_takes_its_lines(recipe, kitchen):
    units = REPOSITORY / "contrib" / "systemd"
    for path in (*units.glob("*.service"), *units.glob("*.socket")):
        text = path.read_text().replace("/usr/local/sbin/doorward ", f"{BINARY} ")
        (kitchen / path.name).write_text(text)
    for tag, name, text in recipe.blocks:
        if tag == "systemd":
            unit, drop_in = name.removeprefix("/etc/systemd/system/").split("/")
            (kitchen / unit).mkdir()
            (kitchen / unit / drop_in).write_text(text)
            command = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no"]
            done = subprocess.run(
                [*command, kitchen / unit.removesuffix(".d")], capture_output=True, text=True
            )
            assert (done.returncode, done.stdout + done.stderr) == (0, "")


@having("sh")
def test_commands_succeed(recipe, kitchen):
    prepare(recipe, kitchen)
    for script in recipe.of("sh"):
        done = subprocess.run(
            ["sh", "-euc", script.replace(HOME, str(kitchen))],
            env={"PATH": f"{kitchen}/bin:/usr/bin:/bin"},
            cwd=kitchen,
            capture_output=True,
            timeout=DEADLINE,
        )
        assert done.returncode == 0, (done.stdout + done.stderr).decode()
