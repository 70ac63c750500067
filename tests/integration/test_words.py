# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers
"""tests/tools/words names each word that has a plainer form, and its place."""

import subprocess

import pytest

from conftest import REPOSITORY


def words(tree):
    run = subprocess.run([REPOSITORY / "tests/tools/words", tree], capture_output=True, text=True, timeout=60)
    return run.returncode, run.stdout


def plant(tree, name, text):
    (tree / name).parent.mkdir(parents=True, exist_ok=True)
    (tree / name).write_text(text)
    subprocess.run(["git", "-C", tree, "init", "-q"], check=True)
    subprocess.run(["git", "-C", tree, "add", "-f", name], check=True)
    return words(tree)


def test_the_repository_has_none_of_the_words():
    assert words(REPOSITORY) == (0, "")


@pytest.mark.parametrize(
    "text, said",
    [
        ("Whoever asks is let in.\n", ':1: "Whoever": write name the party'),
        ("One line.\n\nIf nobody asks, it ends.\n", ':3: "nobody": write name the party'),
        ("The list is read anew.\n", ':1: "anew": write "again"'),
        ("Denied if there is none.\n", ':1: "is none": write "there is no ..."'),
        ("# Of the names, if there are\n# none, it is denied.\n", ':1: "are none": write "there is no ..."'),
        ("/* Certificates likewise. */\n", ':1: "likewise": write repeat'),
        ("an answer\n * at hand\n", ':2: "at hand": write say where it is'),
    ],
    ids=["whoever", "nobody", "anew", "is none", "over two lines", "likewise", "at hand"],
)
def test_a_word_is_named(tmp_path, text, said):
    status, out = plant(tmp_path, "doc/page.md", text)
    assert status == 1
    assert f"words: doc/page.md{said}" in out


@pytest.mark.parametrize(
    "text",
    ["user = nobody\n", "RUN_AS=${RUN_AS:-nobody}\n", "User nobody\n", "the user `nobody`\n",
     "if value is None:\n", "a renewal\n", "nobody_listens\n"],
)
def test_other_texts_pass(tmp_path, text):
    assert plant(tmp_path, "page.md", text) == (0, "")


def test_a_file_that_git_does_not_track_is_not_read(tmp_path):
    plant(tmp_path, "page.md", "\n")
    (tmp_path / "draft.md").write_text("whoever\n")
    assert words(tmp_path) == (0, "")
