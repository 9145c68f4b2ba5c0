#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of predictions: from the logs of tests/guest/predict.py into results/predictions/, and from
there into the manual.

predictionstable.py collect SOURCE_ROOT LOG...   their PREDICTED and DECIDED lines; writes table and page, and
                                                 what each wrong prediction was
predictionstable.py page SOURCE_ROOT             writes the page's part of it anew
predictionstable.py check SOURCE_ROOT            fails where page and table differ, or the rates are too low
"""
import sys
from pathlib import Path

import manualpart

TABLE = "results/predictions/predictions.tsv"
MISSES = "results/predictions/misses.txt"
PART = manualpart.Part("man/numa-reclaim-bench-method.7", "predictionstable.py")
HEADINGS = {"PREDICTED": "# PREDICTED\tkernel\tstates\tn\tnode right\treclaim right",
            "DECIDED": "# DECIDED\tkernel\tby\tn"}
LEAST_STATES, LEAST_RIGHT, LEAST_EACH = 1000, 0.99, 50


def rows_of(paths, word):
    """The fields behind that word, as they come; a line of a log may be indented. A later log of the same
    counts instead."""
    rows = {}
    for path in paths:
        for line in Path(path).read_text(errors="replace").splitlines():
            fields = line.strip().split("\t")
            if fields[0] == word:
                rows[fields[1], fields[2]] = [int(field) for field in fields[3:]]
    return [(kernel, what, *numbers) for (kernel, what), numbers in rows.items()]


def misses_of(paths):
    """As the test says them: the kernel, the state and what it was drawn for, the prediction, what came."""
    for path in paths:
        for line in Path(path).read_text(errors="replace").splitlines():
            if line.strip().startswith("MISS\t"):
                yield " ".join(line.strip().split("\t")[1:])


def share(n, of):
    return "%.1f" % (100 * n / of) if of else "\\(en"


def mdoc(root):
    lines = [".Bl -column \"within a tenth of a limit\" \"kernel\" \"states\" \"node right\" \"reclaim right\"",
             ".It states Ta kernel Ta number Ta node, % Ta reclaim, %"]
    for kernel, what, n, node, reclaim in rows_of([root / TABLE], "PREDICTED"):
        lines.append(".It %s Ta %s Ta %d Ta %s Ta %s" % (what, kernel, n, share(node, n), share(reclaim, n)))
    lines += [".El", ".Pp", "What decided in how many of them, several in some:",
              ".Bl -column \"page of the first node, no reclaim\" \"6.1\" \"7.3\""]
    decided = rows_of([root / TABLE], "DECIDED")
    kernels = sorted({kernel for kernel, *_ in decided})
    counts = {(kernel, what): n for kernel, what, n in decided}
    lines.append(".It decided by Ta " + " Ta ".join(kernels))
    for what in dict.fromkeys(what for _, what, _ in decided):
        lines.append(".It %s Ta %s" % (what.replace("-", "\\-"), " Ta ".join(
            str(counts.get((kernel, what), "\\(en")) for kernel in kernels)))
    return "\n".join([*lines, ".El"]) + "\n"


def write_page(root):
    PART.write(root, mdoc(root))


def collect(root, logs):
    lines = []
    for word, heading in HEADINGS.items():
        rows = rows_of(logs, word)
        if not rows:
            sys.exit("no %s line in %s" % (word, ", ".join(logs)))
        lines += [heading, *("\t".join(map(str, (word, *row))) for row in sorted(rows))]
    (root / TABLE).parent.mkdir(exist_ok=True)
    (root / TABLE).write_text("\n".join(lines) + "\n")
    (root / MISSES).write_text("\n".join(sorted(misses_of(logs))) + "\n")
    write_page(root)


def check(root):
    PART.check(root, mdoc(root))
    rows = {(kernel, what): numbers for kernel, what, *numbers in rows_of([root / TABLE], "PREDICTED")}
    for kernel in ("6.1", "7.3"):
        n, node, reclaim = rows[kernel, "all"]
        near = rows[kernel, "within a tenth of a limit"][0]
        if n < LEAST_STATES or 3 * near < n or min(node, reclaim) < LEAST_RIGHT * n:
            sys.exit("%s: %d states, %d near, %d nodes and %d reclaims right" % (kernel, n, near, node, reclaim))
    wrong = len((root / MISSES).read_text().splitlines())
    if not all(wrong >= n - min(right) for n, *right in rows.values()):
        sys.exit("%s: only %d" % (MISSES, wrong))
    few = [row for row in rows_of([root / TABLE], "DECIDED") if row[2] < LEAST_EACH]
    if few:
        sys.exit("decided by too few: %s" % few)


if __name__ == "__main__":
    manualpart.main(__doc__, collect, write_page, check)
