# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""contrib/debian agrees with the rest; the packages themselves are tested by package.py."""

import re

from conftest import REPOSITORY

DEBIAN = REPOSITORY / "contrib" / "debian"
ESSENTIAL = {"gcc", "libc6-dev", "make"}  # of build-essential


def field(name):
    value = re.search(rf"^{name}: (.*(?:\n\s.*)*)", (DEBIAN / "control").read_text(), re.MULTILINE)[1]
    return {re.split(r"[\s(<]", item.strip())[0] for item in value.split(",")}


def test_a_package_is_built_with_every_library():
    deps = (REPOSITORY / "tests" / "tools" / "deps").read_text()
    build = re.search(r"^build='([^']*)'", deps, re.MULTILINE)[1].split()
    assert len(build) > 10
    assert set(build) - ESSENTIAL - field("Build-Depends") == set()


def test_the_changelog_has_the_version():
    version = re.search(r"^VERSION := (.*)$", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)[1]
    assert (DEBIAN / "changelog").read_text().startswith(f"doorward ({version}-")


def test_each_unit_is_started_or_left_to_the_administrator():
    units = {path.name for path in (REPOSITORY / "contrib" / "systemd").iterdir() if "[Install]" in path.read_text()}
    named = re.findall(r"^units_(?:not_)?started := (.*)$", (DEBIAN / "rules").read_text(), re.MULTILINE)
    assert units == set(" ".join(named).split())


def test_what_the_administrator_started_is_stopped_before_the_package_goes():
    left = re.search(r"^units_not_started := (.*)$", (DEBIAN / "rules").read_text(), re.MULTILINE)[1].split()
    stopped = (DEBIAN / "doorward.prerm").read_text()
    assert [unit for unit in left if unit not in stopped] == []
