#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every run of scenarios.tsv is held to something, and everything that is expected is of a run; every case that
breaks a run off is of a fault that has words (tables.py)."""
import shlex
import sys

import aftermath
import kills
import scenarios
import steps
import two


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


def cases():
    """(table, signal, whom) of all that are broken off, also at random."""
    for table in kills.NODE_MIB:
        for case in kills.read_table(table):
            yield table, case.signal, case.whom
    for table, dice in kills.DICE.items():
        for whom in dice.whom:
            yield table, "KILL", whom
    for case in steps.read_table():
        yield steps.TABLE, "KILL", case.traced + ":" + case.whom
    for row in two.read_table():
        yield "two", "-", row.scene


def wordless():
    for table, signal, whom in cases():
        try:
            aftermath.Faults(table).of(signal, whom)
        except StopIteration:
            yield "kills-faults.tsv has no row for %s, %s of %s" % (signal, whom, table)


if __name__ == "__main__":
    found = list(faults()) + list(wordless())
    sys.exit("\n".join(found) or 0)
