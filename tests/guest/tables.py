#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every run of scenarios.tsv is held to something, and everything that is expected is of a run (tables.py)."""
import shlex
import sys

import scenarios


def faults():
    runs = scenarios.read_table("scenarios.tsv", scenarios.Run)
    rows = scenarios.read_table("expectations.tsv", scenarios.Expectation)
    for run in runs:
        whens = ["long"] if run.sample == "-" else ["long", "sample"]
        for when in whens:
            if not any(row.run == run.name and run.kernel in row.kernels.split()
                       and row.when in ("-", when) for row in rows):
                yield "nothing is expected of %s on %s (%s)" % (run.name, run.kernel, when)
        shlex.split(" ".join((run.options, run.sample, run.long)))
    known = {(run.name, run.kernel) for run in runs}
    for row in rows:
        for kernel in row.kernels.split():
            if (row.run, kernel) not in known:
                yield "%s on %s is no run: %s" % (row.run, kernel, row.what)
        if row.how not in scenarios.HOWS or not 0 < float(row.share) <= 1:
            yield "%s: %s %s, share %s" % (row.run, row.what, row.how, row.share)


if __name__ == "__main__":
    found = list(faults())
    sys.exit("\n".join(found) or 0)
