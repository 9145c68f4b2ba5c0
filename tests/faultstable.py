#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of faults: from the logs of test runs, by results/faults/faults.tsv, into the manual.

faultstable.py collect SOURCE_ROOT LOG...   sums up their FAULT lines, writes table and page
faultstable.py page SOURCE_ROOT             writes the page's part of it anew
faultstable.py check SOURCE_ROOT            fails where page and table differ, or a case lost something
"""
import re
import sys
from pathlib import Path

import manualpart

TABLE = "results/faults/faults.tsv"
PART = manualpart.Part("man/numa-reclaim-bench-faults.7", "faultstable.py")
HEADING = "# what\twhat happens\tcases\tlost"


def rows_of_logs(paths):
    """Sums over all logs, in the order in which they come; a line of a log may be indented."""
    rows = {}
    for path in paths:
        for line in Path(path).read_text(errors="replace").splitlines():
            words = line.strip().split("\t")
            if words[0] == "FAULT":
                what, happens, cases, lost = words[1:]
                old = rows.get((what, happens), (0, 0))
                rows[what, happens] = (old[0] + int(cases), old[1] + int(lost))
    return [(*key, *numbers) for key, numbers in rows.items()]


def read_table(root):
    lines = (root / TABLE).read_text().splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return [(what, happens, int(cases), int(lost)) for what, happens, cases, lost in rows]


def escaped(text):
    """A macro's name at the begin of a word, or a line, would be called."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return " ".join("\\&" + word if re.fullmatch(r"[A-Z][a-z]|[.'].*", word) else word
                    for word in text.split())


def mdoc(rows):
    lines = [".Bl -column -compact cases lost", ".It cases Ta lost Ta fault, and what comes of it"]
    for what, happens, cases, lost in rows:
        lines.append(".It %d Ta %d Ta %s: %s" % (cases, lost, escaped(what), escaped(happens)))
    lines.append(".It %d Ta %d Ta in all" % (sum(row[2] for row in rows), sum(row[3] for row in rows)))
    return "\n".join([*lines, ".El"]) + "\n"


def write_page(root):
    PART.write(root, mdoc(read_table(root)))


def collect(root, logs):
    rows = rows_of_logs(logs)
    if not rows:
        sys.exit("no FAULT line in " + ", ".join(logs))
    (root / TABLE).write_text("\n".join([HEADING, *("\t".join(map(str, row)) for row in rows)]) + "\n")
    write_page(root)


def check(root):
    rows = read_table(root)
    PART.check(root, mdoc(rows))
    lost = [row[0] for row in rows if row[3]]
    if lost or not rows:
        sys.exit("lost: " + (", ".join(lost) or "every row"))


if __name__ == "__main__":
    manualpart.main(__doc__, collect, write_page, check)
