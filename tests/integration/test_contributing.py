# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers
"""CONTRIBUTING.md shows the code as it is."""

import re

from conftest import REPOSITORY

TEXT = (REPOSITORY / "CONTRIBUTING.md").read_text()
SOURCE = REPOSITORY / "src"


def section(title):
    return re.split(r"^## ", TEXT[TEXT.index(f"## {title}\n") + 3 :], flags=re.MULTILINE)[0]


def rows(title):
    lines = re.findall(r"^\|(.*)\|$", section(title), re.MULTILINE)
    return [[cell.strip() for cell in line.split(" | ")] for line in lines[2:]]


def test_every_room_is_in_the_picture():
    picture = re.search(r"^```\n(.*?)^```", section("The house in one picture"), re.MULTILINE | re.DOTALL)[1]
    rooms = [str(path.relative_to(SOURCE)) for path in SOURCE.rglob("*") if path.is_dir()]
    assert len(rooms) > 20
    assert [room for room in rooms if not re.search(rf"(?<![\w/]){room}(?![\w/])", picture)] == []


def test_every_place_for_a_change_exists():
    """A name without a folder is in the folder of the path before it."""
    for change, place in rows("The room for a change"):
        folder = REPOSITORY
        for name in re.findall(r"`([\w./-]+)`", place):
            path = REPOSITORY / name if "/" in name else folder / name
            if name.endswith((".c", ".h", ".ini", ".py")) or "/" in name:
                assert path.exists(), f"{change}: {name}"
                folder = path if path.is_dir() else path.parent


def test_the_glossary_has_one_meaning_a_word():
    words = [word for head, _ in rows("Glossary") for word in head.split(", ")]
    assert len(rows("Glossary")) <= 30
    assert len(words) == len(set(words))


def test_every_target_of_make_exists():
    targets = set(re.findall(r"^([a-z-]+)(?=[ :][^=]*$)", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
    named = " ".join(re.findall(r"`make((?: [a-z-]+)+)", TEXT)).split()
    assert len(named) > 10
    assert set(named) - targets == set()
