#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Man page, README and --help name the same commands and options: documents.py SOURCE_ROOT.

NRB_BIN is the program. --help is made from the tables that parse, so it is what the others are
held against; completions.py does so with what shells complete.
"""

import json
import os
import re
import sys
from pathlib import Path

from helptext import commands_of, errors, formats, help_of, options_of, output_of, same, tables

EXIT_CODES = ["0", "2", "3", "4", "5", "6", "7", "8", "128+n"]


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


def check_formats(page):
    same("man page, EXPORT", formats(), re.findall(r"^\.It Cm (\S+)$", man_section(page, "EXPORT"), re.M))


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
    same("man page, gates", tables()["gates"],
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
    scenarios = tables()["scenarios"]
    page = (root / "man/numa-reclaim-bench.8").read_text(encoding="utf-8")
    check_man(page, helps, scenarios)
    check_rights(page, (root / "src/rights.c").read_text(encoding="utf-8"))
    check_formats(page)
    check_explain(page, root)
    check_readme((root / "README.md").read_text(encoding="utf-8"), helps)
    print("\n".join(errors) or f"{len(helps)} commands, {len(set().union(*helps.values()))} options: all the same")
    sys.exit(1 if errors else 0)


main()
