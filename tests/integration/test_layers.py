# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers
"""tests/tools/layers names each kind of include that does not belong into the house."""

import subprocess

import pytest

from conftest import REPOSITORY

SOUND = {
    "main.c": '#include "cli/check.h"\n#include <jansson.h>\n',
    "cli/check.h": '#include "base/str.h"\n',
    "cli/check.c": '#include "cli/check.h"\n#include "authz/input.h"\n',
    "authz/input.h": '#include "base/str.h"\n',
    "authz/input.c": '#include "authz/input.h"\n#include <stdio.h>\n',
    "base/str.h": "#include <stddef.h>\n",
}


def layers(tree):
    run = subprocess.run([REPOSITORY / "tests/tools/layers", tree], capture_output=True, text=True, timeout=60)
    return run.returncode, run.stdout


def plant(tree, files):
    for name, text in {**SOUND, **files}.items():
        path = tree / "src" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return layers(tree)


def test_the_repository_passes():
    assert layers(REPOSITORY) == (0, "")


def test_a_sound_tree_passes(tmp_path):
    assert plant(tmp_path, {}) == (0, "")


@pytest.mark.parametrize(
    "files, said",
    [
        ({"base/str.c": '#include "authz/input.h"\n'}, ['src/base/str.c:1: "authz/input.h": base may not include authz']),
        ({"net/a.c": '#include "policy/b.h"\n', "policy/b.h": ""}, ['src/net/a.c:1: "policy/b.h": net may not include policy']),
        ({"authz/input.c": "#include <stdio.h>\n#include <openssl/x509.h>\n"},
         ["src/authz/input.c:2: <openssl/x509.h>: authz may not use openssl"]),
        ({"authz/input.c": '#include "authz/gone.h"\n'}, ['src/authz/input.c:1: "authz/gone.h": there is no src/authz/gone.h']),
        ({"serve.c": ""}, ["src/serve.c: only main.c lies directly in src/"]),
        ({"attic/a.c": ""}, ["src/attic/a.c: attic is not in the table of rooms"]),
        ({"base/a.h": '#include "authz/input.h"\n', "authz/input.c": '#include "base/a.h"\n'},
         ["a circle of rooms: authz → base → authz", 'src/base/a.h:1: "authz/input.h"']),
        ({"base/a.h": '\n#include "base/b.h"\n', "base/b.h": '#include "base/c.h"\n', "base/c.h": '#include "base/a.h"\n'},
         ["a circle of headers: base/a.h → base/b.h → base/c.h → base/a.h",
          'src/base/a.h:2: "base/b.h"', 'src/base/b.h:1: "base/c.h"', 'src/base/c.h:1: "base/a.h"']),
        ({"base/a.h": "", "base/b.h": "", "base/a.c": '#include "base/b.h"\n', "base/b.c": '#include "base/a.h"\n'},
         ["a circle of units: base/a → base/b → base/a", 'src/base/a.c:1: "base/b.h"', 'src/base/b.c:1: "base/a.h"']),
    ],
    ids=["up", "not-named", "library", "missing", "stray", "unknown-room", "rooms", "headers", "units"],
)
def test_a_violation_is_named(tmp_path, files, said):
    status, out = plant(tmp_path, files)
    assert status == 1
    for text in said:
        assert text in out
