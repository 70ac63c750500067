# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Completion as it is installed, typed into real shells: what they offer is what the help lists."""

import os
import re
import shutil

import pytest

from kit.doorward import BINARY, run
from kit.shell import Shell

_, HELP, _ = run("--help", expect=0)
COMMANDS = re.findall(r"^  ([a-z][a-z-]*) ", HELP[HELP.index("\ncommands:") :], re.MULTILINE)
GLOBAL = re.findall(r"(?<=[ ,])--?[A-Za-z][a-z-]*", re.findall(r"\noptions:\n(.*?)\n\n", HELP, re.S)[0])
GLOBAL = [word for word in GLOBAL if re.search(rf"^  (-\w, )?{word}\b", HELP, re.MULTILINE)]

ALL_ZSH = (
    "autoload -Uz compinit; compinit -u -D; zstyle ':completion:all-matches::::' completer"
    " _all_matches _complete; zstyle ':completion:all-matches:*' insert true;"
    " zle -C all-matches complete-word _generic; bindkey '^Xa' all-matches"
)


def options(command):
    _, text, _ = run("help", command, expect=0)
    return set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", text.split("\n\n")[0]))


@pytest.fixture(params=["bash", "zsh"])
def shell(request, folder, installed, stack):
    if shutil.which(request.param) is None:
        pytest.skip(f"no {request.param}")
    home = folder / "home"
    home.mkdir()
    (home / "bin").mkdir()
    (home / "bin" / "doorward").symlink_to(BINARY)
    share = installed / "usr" / "share"
    env = {"PATH": f"{home}/bin:{os.environ['PATH']}", "HOME": str(home), "TERM": "dumb"}
    if request.param == "bash":
        file = share / "bash-completion" / "completions" / "doorward"
        argv = ["bash", "--norc", "--noprofile", "-i"]
        start = f"PS1='> '; bind 'set enable-bracketed-paste off'; source {file}"
    else:
        argv = ["zsh", "-f", "-i"]
        start = f"PS1='> '; unsetopt zle_bracketed_paste; fpath=({share}/zsh/site-functions $fpath); {ALL_ZSH}"
    started = Shell(argv, f"cd {home}; {start}", env)
    stack.callback(started.close)
    keys = {"bash": "\x1b*", "zsh": "\x18a"}[request.param]
    # All that the shell offers at the end of this line, inserted there.
    started.offers = lambda line: started.complete(line, keys)[len(line.split()) - (line[-1] != " ") :]
    started.home = home
    return started


def test_commands_and_options(shell):
    assert len(COMMANDS) > 5 and {"-c", "--help", "-t"} <= set(GLOBAL)
    assert sorted(shell.offers("doorward ")) == sorted(COMMANDS)
    assert set(shell.offers("doorward -")) == set(GLOBAL)
    assert sorted(shell.offers("doorward help ")) == sorted(COMMANDS)
    assert shell.complete("doorward import-n") == ["doorward", "import-nginx"]


def test_the_options_of_every_command(shell):
    for command in COMMANDS:
        wanted = options(command)
        if wanted:
            assert set(shell.offers(f"doorward {command} -")) == wanted, command
            assert set(shell.offers(f"doorward -c x.conf {command} -")) == wanted, command
    assert shell.complete("doorward check --verif") == ["doorward", "check", "--verify-status"]


def test_values(shell):
    (shell.home / "site.conf").write_text(
        "[policy default]\nallow = ip ::1\n[policy partners]\nallow = ip ::1\n"
    )
    (shell.home / "cases.ini").write_text("")
    assert set(shell.offers("doorward check -c site.conf --policy ")) == {"default", "partners"}
    assert shell.complete("doorward -c site.conf audit --policy p")[-1] == "partners"
    assert shell.complete("doorward audit -c site.conf --policy=p")[-1] == "--policy=partners"
    for line in ["-c ", "-t ", "-T -c ", "check --cert ", "test -c ", "import-nginx "]:
        assert shell.complete(f"doorward {line}s")[-1] == "site.conf", line
    assert shell.complete("doorward test ca")[-1] == "cases.ini"
    assert shell.complete("doorward check --ip s")[-1] == "s"
    assert shell.complete("doorward check --verify-status S")[-1] == "SUCCESS"
    assert shell.complete("doorward log-level --for 1h d")[-1] == "debug"
