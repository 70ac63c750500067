# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""`make install` of what is built, without disturbing other tests that run at the same time."""

import os
import subprocess
from pathlib import Path

from kit.doorward import BUILT

REPOSITORY = Path(__file__).resolve().parents[3]


class Make:
    """Runs make in a copy of the build folder; the call returns what make printed."""

    def __init__(self, folder):
        self.folder = folder
        for name in ("src", "libdoorward.a", "doorward", "paths"):
            subprocess.run(["cp", "-a", BUILT.parent / name, folder], check=True)
        # What each object depends on, with the name that the object has in the copy.
        built = f"build/{BUILT.parent.name}/"
        for rules in folder.rglob("*.d"):
            rules.write_text(rules.read_text().replace(built, f"{folder}/"))

    def __call__(self, target, **variables):
        command = ["make", "-s", f"FLAVOUR={BUILT.parent.name}", f"BUILD={self.folder}"]
        command += [f"{name}={value}" for name, value in variables.items()] + [target]
        env = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
        done = subprocess.run(command, cwd=REPOSITORY, env=env, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout
