#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What bash and zsh complete is what --help and the tables have: completions.py SOURCE_ROOT.

NRB_BIN is the program. Both shells are asked; without zsh the test ends as skipped.
"""

import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import helptext
from helptext import errors, same

SKIP = 77
HERE = Path(__file__).resolve().parent
PROGRAM = "numa-reclaim-bench"
# Where each shell lists what it found on this machine.
OF_THIS_MACHINE = ("--node", "--cpu-node")


# In an empty directory, so that no file name is among the words.

BASH = r"""
source "$1"; compopt() { :; }
while read -ra COMP_WORDS; do
	[[ ${COMP_WORDS[-1]} != . ]] || COMP_WORDS[-1]=''
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	_numa_reclaim_bench
	((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}"
	echo
done
"""


def split(text, lines):
    """{line: its words} of what a shell answered."""
    answers = [block.split() for block in re.split(r"^\n", text, flags=re.M)][:-1]
    if len(answers) != len(lines):
        sys.exit(f"{len(answers)} answers to {len(lines)} lines:\n{text}")
    return dict(zip(lines, answers))


def ask_bash(file, lines, directory):
    asked = "".join(" ".join((*line[:-1], line[-1] or ".")) + "\n" for line in lines)
    done = subprocess.run(["bash", "-c", BASH, "-", file], check=True, text=True, cwd=directory,
                          input=asked, stdout=subprocess.PIPE)
    return split(done.stdout, lines)


def zsh_line(line):
    """A value stands behind its option's =, which is where zsh's specs have it."""
    *before, last, current = line
    return " ".join(before + ([f"{last}={current}"] if last.startswith("--") else [last, current]))


def ask_zsh(file, lines, directory):
    """zsh completes for who types alone: at a terminal."""
    with tempfile.TemporaryDirectory() as scratch:
        asked, words = Path(scratch, "asked"), Path(scratch, "words")
        asked.write_text("\n".join(map(zsh_line, lines)), encoding="utf-8")
        words.touch()
        env = {"PATH": os.environ["PATH"], "TERM": "dumb", "LC_ALL": "C", "HOME": scratch, "NRB_ZSH_DIR": str(file.parent),
               "NRB_ZSH_LINES": str(asked), "NRB_ZSH_WORDS": str(words)}
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(directory)
            os.execvpe("zsh", ["zsh", "-f", "-i"], env)
        os.write(terminal, f"source {HERE}/zshwords.zsh\n".encode())
        try:
            while os.read(terminal, 4096):
                pass
        except OSError:  # how Linux says that nobody has the terminal any more
            pass
        os.waitpid(child, 0)
        return split(words.read_text(encoding="utf-8"), lines)


# What is asked, and what should come


def questions(helps):
    """Command lines as tuples, the last word being typed."""
    lines = [(PROGRAM, "")]
    for command, options in helps.items():
        lines.append((PROGRAM, command, "-"))
        lines += [(PROGRAM, command, option, "") for option in sorted(options) if option.startswith("--")]
    return lines


def check_shell(shell, answers, helps, values):
    same(f"{shell}, commands", helps, answers[PROGRAM, ""])
    for command, options in helps.items():
        same(f"{shell}, options of {command}", options, answers[PROGRAM, command, "-"])
        for option in options & set(values):
            if option != "--format" or command == "export":
                same(f"{shell}, {command} {option}", values[option], answers[PROGRAM, command, option, ""])


def check_alike(bash, zsh):
    """A value is offered by both or by neither."""
    for line in bash:
        if len(line) == 4:
            numbers = re.compile(r"\d+" if line[2] in OF_THIS_MACHINE else "(?!)")
            same("zsh as bash, " + " ".join(line), {word for word in bash[line] if not numbers.fullmatch(word)}, zsh[line])


def main():
    completions = Path(sys.argv[1]).resolve() / "contrib/completions"
    helps = helptext.commands_and_options()
    values = {**helptext.values_of(helptext.tables()), "--format": helptext.formats()}
    lines = questions(helps)
    with tempfile.TemporaryDirectory() as empty:
        bash = ask_bash(completions / "numa-reclaim-bench.bash", lines, empty)
        check_shell("bash", bash, helps, values)
        if shutil.which("zsh"):
            zsh = ask_zsh(completions / "_numa-reclaim-bench", lines, empty)
            check_shell("zsh", zsh, helps, values)
            check_alike(bash, zsh)
    if errors:
        sys.exit("\n".join(errors))
    if not shutil.which("zsh"):
        print("zsh is not installed")
        sys.exit(SKIP)
    print(f"{len(lines)} command lines, each asked in bash and in zsh")


main()
