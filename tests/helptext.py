# SPDX-License-Identifier: GPL-2.0-or-later
"""What --help and `list` say of commands, options and their values. NRB_BIN is the program.

--help is made from the tables that parse, so it is what documents and completions are held against.
"""

import json
import os
import re
import subprocess


def output_of(*words):
    return subprocess.run(words, check=True, text=True, stdout=subprocess.PIPE).stdout


def help_of(*words):
    return output_of(os.environ["NRB_BIN"], *words, "--help")


def commands_of(text):
    block = re.search(r"^Commands:\n((?:  .*\n)+)", text, re.M).group(1)
    return {line.split()[0]: line.split(None, 1)[1] for line in block.splitlines()}


def options_of(text):
    """{"--modes", "--yes", "-y"} of one --help."""
    block = text.split("\nOptions", 1)[1]
    found = re.findall(r"^  (?:(-\w), |    )(--[\w-]+)", block, re.M)
    return {word for pair in found for word in pair if word}


def commands_and_options():
    """{"run": {"--modes", "--yes", "-y", ...}, ...}"""
    return {command: options_of(help_of(command)) for command in commands_of(help_of())}


def tables():
    return json.loads(output_of(os.environ["NRB_BIN"], "list", "--json"))


def values_of(names):
    """{"--scenario": [...]} of the options whose values are names in the program's tables."""
    scenarios = names["scenarios"]
    return {
        "--scenario": list(scenarios),
        "--variant": ["all"] + [name for scenario in scenarios.values()
                                for name in scenario["variants"]],
        "--set": ["found"] + [name + "=" for name in names["set"]],
    }


def formats():
    """What export can print is named in its help."""
    return re.split(r", | or ", re.search(r"--format F +(.*)", help_of("export")).group(1))


# What differs, of all that was compared.
errors = []


def same(what, expected, found):
    """Both directions: what is missing, and what is said of things that are not there."""
    for word in sorted(set(expected) - set(found)):
        errors.append(f"{what}: {word} is missing")
    for word in sorted(set(found) - set(expected)):
        errors.append(f"{what}: {word} is none")
