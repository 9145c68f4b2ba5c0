#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of kernels: what zone_reclaim_mode does, by kernel and scenario; from the records of
results/kernels into the README and the manual.

kernelstable.py collect SOURCE_ROOT RECORD...   takes records over; writes the pages' parts of them
kernelstable.py page SOURCE_ROOT                writes these parts anew
kernelstable.py check SOURCE_ROOT               fails where pages and records differ, or a record is not whole

NRB_BIN is the program, whose report reads the records.
"""
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import manualpart

RECORDS, COMMAND = "results/kernels", "rehearsal/record-kernels"
README = manualpart.Part("README.md", "kernelstable.py")
MANUAL = manualpart.Part("man/numa-reclaim-bench-method.7", "kernelstable.py")
KERNELS = ["5.10", "6.1", "6.18", "7.3"]
LICENSE = "SPDX-License-Identifier: CC0-1.0\n"
SOME_LOCAL = 0.05  # of mode 0: below it goes without saying
# What decided, as the report has it, in the words of the table; anything else is told by the share alone.
WORDS = [(r"gate: ", "not tried"), (r"(tried|scanned), freed next to nothing|MGLRU needs ", "in vain"),
         (r"reclaimed.* swapping", "%s, swaps")]


def version(kernel):
    return ".".join(re.match(r"(\d+)\.(\d+)", kernel).groups())


def reports(root):
    """{"6.1": its report}"""
    found = {}
    for path in sorted((root / RECORDS).glob("*.jsonl")):
        done = subprocess.run([os.environ["NRB_BIN"], "report", "--json", path], stdout=subprocess.PIPE,
                              check=True)
        report = json.loads(done.stdout)["records"][0]
        found[version(report["header"]["kernel"])] = report
    if sorted(found, key=KERNELS.index) != KERNELS:
        sys.exit("%s has records of %s" % (RECORDS, ", ".join(found)))
    return {kernel: found[kernel] for kernel in KERNELS}


def outcome(row):
    """Of one mode on one kernel, in a word or two."""
    if row["cells_ok"] < row["cells"]:
        return "stalls" if "decided_by" in row else "-"
    share = "%.0f %%" % (100 * row["local_ratio"])
    for pattern, words in WORDS:
        if re.match(pattern, row.get("decided_by", "")):
            return words % share if "%s" in words else words
    return share


def columns_of(found):
    """("6.1", "on") for each half of a record that has some; of a kernel without MGLRU one."""
    columns = []
    for kernel, report in found.items():
        has_lru_gen = "lru_gen" in report["header"]
        columns += [(kernel, state) for state in (("off", "on") if has_lru_gen else ("off",))]
    return columns


def lines_of(found):
    """(scenario, mode, [what came of it in each column])."""
    cells = {}
    for kernel, report in found.items():
        for row in report["rows"]:
            if "mode" in row:
                cells[row["scenario"], row["mode"], kernel, row.get("lru_gen", "off")] = row
    columns = columns_of(found)
    for scenario in sorted({key[0] for key in cells}):
        for mode in sorted({key[1] for key in cells if key[0] == scenario}):
            rows = [cells[(scenario, mode, *column)] for column in columns]
            if mode > 0 or any(row.get("local_ratio", 0) > SOME_LOCAL for row in rows):
                yield scenario, mode, [outcome(row) for row in rows]


def names_of(columns):
    """"6.1 MGLRU" where it is on."""
    return [kernel + (" MGLRU" if state == "on" else "") for kernel, state in columns]


def markdown(found):
    names = names_of(columns_of(found))
    text = ["", "| scenario | mode | " + " | ".join(names) + " |", "|---|---|" + "---|" * len(names)]
    last = None
    for scenario, mode, told in lines_of(found):
        first = "`%s`" % scenario if scenario != last else ""
        text.append("| %s | %d | %s |" % (first, mode, " | ".join(told)))
        last = scenario
    return "\n".join(text).replace("stalls", "**stalls**") + "\n\n"


def narrow(text):
    """For a page of 80 columns."""
    return text.replace(" MGLRU", "+").replace(" %", "").replace(", swaps", "s").replace("in vain", "vain") \
        .replace("not tried", "no").replace("stalls", "stall").replace("-", "\\-")


def mdoc(found):
    names = [narrow(name) for name in names_of(columns_of(found))]
    text = ["." + " ".join(["Bl -column", '"fileserver"', '"mode"', *['"stall"'] * len(names)]),
            ".It scenario Ta mode Ta " + " Ta ".join(names)]
    last = None
    for scenario, mode, told in lines_of(found):
        first = scenario if scenario != last else ""
        text.append(".It %s Ta %d Ta %s" % (first, mode, " Ta ".join(map(narrow, told))))
        last = scenario
    return "\n".join([*text, ".El"]) + "\n"


def write_pages(root):
    found = reports(root)
    README.write(root, markdown(found))
    MANUAL.write(root, mdoc(found))


def collect(root, records):
    (root / RECORDS).mkdir(exist_ok=True)
    for record in map(Path, records):
        shutil.copyfile(record, root / RECORDS / record.name)
        (root / RECORDS / (record.name + ".license")).write_text(LICENSE)
    write_pages(root)


def asked_of(root):
    """{"6.1": ["--all", "--modes=0,1,4,7"]}, but what made the guest."""
    headers = [json.loads(path.open().readline()) for path in (root / RECORDS).glob("*.jsonl")]
    return {version(header["kernel"]): sorted(word for word in header["options"] if not word.startswith("--nodes"))
            for header in headers}


def faults(root, found):
    """What keeps the records from being all that the one command makes."""
    scenarios = set(json.loads(subprocess.run([os.environ["NRB_BIN"], "list", "--json"], stdout=subprocess.PIPE,
                                              check=True).stdout)["scenarios"])
    wanted = re.findall(r"(?<=\s)--(?:all|modes|lru-gen|blocks|seed)\b(?:[ =](?!-)\S+)?",
                        (root / COMMAND).read_text())
    wanted = sorted(word.replace(" ", "=") for word in wanted)
    asked = asked_of(root)
    for kernel, report in found.items():
        if asked[kernel] != wanted:
            yield "%s: was asked for %s, not %s" % (kernel, asked[kernel], wanted)
        if report["end"]["reason"] != "done" or report["end"]["restored"] is not True:
            yield "%s: ended by %s" % (kernel, report["end"]["reason"])
        missing = scenarios - {row["scenario"] for row in report["rows"] if row["cells"] > 0}
        if missing:
            yield "%s: has no %s" % (kernel, ", ".join(missing))


def check(root):
    found = reports(root)
    README.check(root, markdown(found))
    MANUAL.check(root, mdoc(found))
    wrong = list(faults(root, found))
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    manualpart.main(__doc__, collect, write_pages, check)
