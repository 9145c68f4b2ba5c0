#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Man page, completions and --help name the same commands and options: documents.py SOURCE_ROOT.

NRB_BIN is the program. --help is made from the tables that parse, so it is what the others are
held against. bash's completion is run, zsh's and the man page are read.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

EXIT_CODES = ["0", "2", "3", "4", "5", "6", "7", "8", "128+n"]
errors = []


def same(what, expected, found):
    """Both directions: what is missing, and what is said of things that are not there."""
    for word in sorted(set(expected) - set(found)):
        errors.append(f"{what}: {word} is missing")
    for word in sorted(set(found) - set(expected)):
        errors.append(f"{what}: {word} is none")


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


# The man page


def man_section(page, name):
    match = re.search(rf"^\.Sh {name}\n(.*?)(?=^\.Sh |\Z)", page, re.M | re.S)
    if match is None:
        errors.append(f"man page: no section {name}")
        return ""
    return match.group(1)


def man_options(page):
    """{"run and rehearse": {"--modes", ...}} by subsection."""
    options, heading = {}, None
    for line in man_section(page, "OPTIONS").splitlines():
        if line.startswith(".Ss "):
            heading = line[4:]
            options[heading] = set()
        elif line.startswith(".It Fl "):
            for word in re.findall(r"(?:Fl|,) ((?:\\-)?\w[\w-]*)", re.split(" (?:Ar|Cm) ", line)[0]):
                word = word.replace("\\-", "-")
                options[heading].add("-" + word)
    return options


def check_man(page, helps, scenarios):
    same("man page, COMMANDS", helps, re.findall(r"^\.It Cm (\w+)$",
         man_section(page, "COMMANDS"), re.M))
    same("man page, SYNOPSIS", helps, re.findall(r"^\.Cm (\w+)$",
         man_section(page, "SYNOPSIS"), re.M))
    found = {command: set() for command in helps}
    for heading, options in man_options(page).items():
        who = helps if heading == "Every command" else re.findall(r"\w+", heading)
        for command in who:
            if command in found:
                found[command] |= options
    for command, options in helps.items():
        same(f"man page, OPTIONS of {command}", options, found[command])
    same("man page, EXIT STATUS", EXIT_CODES,
         re.findall(r"^\.It (\S+)$", man_section(page, "EXIT STATUS"), re.M))
    same("man page, SCENARIOS", scenarios, re.findall(r"^\.It Cm (\w+)$",
         man_section(page, "SCENARIOS"), re.M))


def check_rights(page, table):
    """By process, the capabilities of the table of rights.c, whatever they need; what is said of them is prose."""
    items = re.split(r"^\.It ", man_section(page, "PRIVILEGES"), flags=re.M)[1:]
    roles = {"PARENT": "parent", "GUARD": "guard", "CHILD": "child", "HOLDER": "holder", "BALLAST": "holder",
             "WRITER": "writer", "RESTORE": "Cm restore", "CHECK": "Cm check", "WATCH": "Cm watch", "READER": "Cm report",
             "REHEARSE": "Cm rehearse", "SCRIPT": "Cm rehearse"}
    for role, heading in roles.items():
        said = [item for item in items if item.startswith(heading)]
        if len(said) != 1:
            errors.append(f"man page, PRIVILEGES: no {heading}")
            continue
        rows = re.findall(r'"(CAP_\w+)"(?:(?!\n\t\{).)*\bR\(' + role + r"\)", table, re.S)
        same(f"man page, PRIVILEGES of {heading}", rows, re.findall(r"CAP_\w+", said[0].split(".El")[0]))


# bash: ask it


BASH = r"""
source "$1"; compopt() { :; }
COMP_WORDS=("${@:2}"); COMP_CWORD=$(($# - 2))
_numa_reclaim_bench
printf '%s\n' "${COMPREPLY[@]}"
"""


def bash_words(file, *words):
    return output_of("bash", "-c", BASH, "-", file, "numa-reclaim-bench", *words).split()


def check_bash(file, helps, values):
    same("bash, commands", helps, bash_words(file, ""))
    for command, options in helps.items():
        same(f"bash, options of {command}", options, bash_words(file, command, "-"))
    for option, words in values.items():
        same(f"bash, {option}", words, bash_words(file, "run", option, ""))


# zsh: read it


def zsh_options(text):
    """Specs as '--json[...' and '(-q --quiet)'{-q,--quiet}'[...'."""
    options = set()
    for spec in re.findall(r"^\s+(?:own=\()?('.*)$", text, re.M):
        braces = re.search(r"'\{([^}]*)\}'", spec)
        if braces:
            options |= {word.rstrip("+=") for word in braces.group(1).split(",")}
        else:
            options |= set(re.findall(r"^'(?:\([^)]*\))?\*?(--[\w-]+)", spec))
    return options


def zsh_values(text, option):
    """Of a spec as '--set=[...]:setting:_sequence compadd -S "" - found ...'."""
    spec = re.search(rf"^  '\*?{option}=\[[^]]*\]:[^:]*:_sequence compadd (?:-S \S+ )?- ([^']*)'$",
                     text, re.M)
    return spec.group(1).split() if spec else []


def check_zsh(text, helps, values):
    arrays = {name: body for name, body in re.findall(r"^(\w+)=\(\n(.*?)^\)", text, re.M | re.S)}
    same("zsh, commands", helps, re.findall(r"^  '(\w+):", arrays["commands"], re.M))
    every = zsh_options(arrays["all"])
    cases = dict(re.findall(r"^      (\w+)\)\n(.*?)^        ;;", text, re.M | re.S))
    for command, options in helps.items():
        body = cases.get(command, "")
        found = every | zsh_options(body)
        if "$inner" in body:
            found |= zsh_options(arrays["inner"])
        same(f"zsh, options of {command}", options, found)
    for option, words in values.items():
        same(f"zsh, {option}", words, zsh_values(arrays["inner"], option))


def values_of(tables):
    """{"--scenario": [...]} of the options whose values are names in the program's tables."""
    scenarios = tables["scenarios"]
    return {
        "--scenario": list(scenarios),
        "--variant": ["all"] + [name for scenario in scenarios.values()
                                for name in scenario["variants"]],
        "--set": ["found"] + [name + "=" for name in tables["set"]],
    }


def check_formats(page, bash, zsh):
    """What export can print is named in its help."""
    words = re.split(r", | or ", re.search(r"--format F +(.*)", help_of("export")).group(1))
    same("man page, EXPORT", words, re.findall(r"^\.It Cm (\S+)$", man_section(page, "EXPORT"), re.M))
    same("bash, --format", words, bash_words(bash, "export", "--format", ""))
    same("zsh, --format", words, re.search(r"'--format=[^(]*\(([^)]*)\)'", zsh).group(1).split())


def check_explain(page, root):
    """The page has the kernels' rules as the program's table has them, and names every gate."""
    fixture = str(root / "tests/fixtures/kernel-7.3")
    shown = json.loads(output_of(os.environ["NRB_BIN"], "explain", "--json", "--node", "0", "--mode", "7",
                                 "--root", fixture))
    section = man_section(page, "WHERE A PAGE COMES FROM")
    rows = []
    for rule in shown["kernel_rules"]:
        since, until = rule.get("since"), rule.get("until")
        when = f"{since} until {until}" if since and until else f"since {since}" if since else f"until {until}"
        rows.append(f"{rule['name']} Ta {when} Ta {rule['seen_in']}")
    same("man page, rules", rows, re.findall(r"^\.It ([\w-]+ Ta .*)$", section, re.M))
    for rule in shown["kernel_rules"]:
        if rule["text"] not in section:
            errors.append(f"man page, rules: {rule['name']} is not: {rule['text']}")
    gates = output_of(os.environ["NRB_BIN"], "list", "--json")
    same("man page, gates", json.loads(gates)["gates"],
         [name.replace("\\-", "-") for name in re.findall(r"^\.It Cm ([\w\\-]+)$", section, re.M)])


def check_readme(text, helps):
    """Whatever command line it shows can be typed."""
    for line in re.findall(r"numa-reclaim-bench (\w+[^`\n#]*)", text):
        command, *words = line.split()
        if command in helps:
            options = {word.split("=")[0] for word in words if re.match(r"--?[a-z]", word)}
            same(f"README.md: {command}", helps[command] & options, options)


def main():
    root = Path(sys.argv[1])
    helps = {}
    for command, summary in commands_of(help_of()).items():
        text = help_of(command)
        helps[command] = options_of(text)
        if summary not in text:
            errors.append(f"{command} --help does not begin with its line of --help")
        if len(helps[command]) < 9:
            errors.append(f"{command} --help: only {sorted(helps[command])} found in it")
    tables = json.loads(output_of(os.environ["NRB_BIN"], "list", "--json"))
    scenarios = tables["scenarios"]
    page = (root / "man/numa-reclaim-bench.8").read_text(encoding="utf-8")
    check_man(page, helps, scenarios)
    check_rights(page, (root / "src/rights.c").read_text(encoding="utf-8"))
    completions = root / "contrib/completions"
    values = values_of(tables)
    check_bash(str(completions / "numa-reclaim-bench.bash"), helps, values)
    zsh = (completions / "_numa-reclaim-bench").read_text(encoding="utf-8")
    check_zsh(zsh, helps, values)
    check_formats(page, str(completions / "numa-reclaim-bench.bash"), zsh)
    check_explain(page, root)
    check_readme((root / "README.md").read_text(encoding="utf-8"), helps)
    print("\n".join(errors) or f"{len(helps)} commands, {len(set().union(*helps.values()))} options: all the same")
    sys.exit(1 if errors else 0)


main()
