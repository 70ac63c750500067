# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers
"""SECURITY.md names tests that exist, and each threat has some."""

import re

from conftest import REPOSITORY

TEXT = (REPOSITORY / "SECURITY.md").read_text()
TESTS = REPOSITORY / "tests/integration"


def section(title):
    return re.split(r"^## ", TEXT[TEXT.index(f"## {title}\n") + 3 :], flags=re.MULTILINE)[0]


def threats():
    lines = re.findall(r"^\| (.*) \|$", section("Threats"), re.MULTILINE)
    return [line.split(" | ") for line in lines[1:]]


def test_each_threat_has_tests_that_exist():
    rows = threats()
    assert len(rows) >= 15
    for row in rows:
        assert len(row) == 4, row
        names = re.findall(r"`(test_\w+\.py)::(test_\w+)`", row[3])
        assert names, row[0]
        assert row[3].count("::") == len(names), row[3]
        for file, name in names:
            text = (TESTS / file).read_text() if (TESTS / file).exists() else ""
            assert re.search(rf"^def {name}\(", text, re.MULTILINE), f"{row[0]}: {file}::{name}"
