#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Signals to every process of a run at every stage: the knob comes back (kills.py PROGRAM).

The cases are kills.tsv, one line each, all in one guest. NRB_LONG adds random moments.
"""
import json
import random
import sys
import tempfile
from collections import namedtuple
from pathlib import Path

import guest

FOUND = "3"
MODE = "7"
NODE_MIB = 192  # small, so that a cell takes few seconds
S_PER_CASE = 90
N_RANDOM = 200
Case = namedtuple("Case", "name signal whom moment after exit cells killed")


def read_table():
    lines = (guest.HERE / "kills.tsv").read_text().splitlines()
    return [Case(*line.split("\t")) for line in lines if not line.startswith("#")]


def random_cases():
    """Any moment of a run, its first and last instants too. "-": whatever comes."""
    dice = random.Random()
    for i in range(N_RANDOM):
        whom = dice.choice(["parent", "child", "guard", "parent+guard", "parent+guard+child"])
        yield Case("random-%d" % i, "KILL", whom, "%.2f" % dice.uniform(0, 12),
                   "restore" if "+" in whom else "-", "-", "-", "-")


class Result:
    """What the guest noted of one case."""

    def __init__(self, directory):
        self.directory = directory

    def has(self, name):
        return (self.directory / name).exists()

    def word(self, name):
        return (self.directory / name).read_text().strip() if self.has(name) else ""

    def cells(self):
        """Cells with their last line whole; none where no record was begun."""
        text = self.word("record.jsonl")
        return [line for line in map(json.loads, text.splitlines()) if line["type"] == "cell"]


def check_settings(checks, case, result):
    suffix = ""
    if case.after == "restore":
        suffix = "-restored"
        if case.moment.endswith("/mode"):
            checks.equal(result.word("knob"), MODE, case.name + ": nobody was left to restore")
            checks.that(result.has("journal"), case.name + ": its journal was left")
        checks.equal(result.word("restore-exit"), "0", case.name + ": restore succeeds")
    checks.equal(result.word("knob" + suffix), FOUND, case.name + ": the knob is as found")
    checks.that(not result.has("journal" + suffix), case.name + ": the journal is gone")
    checks.that(not result.has("left" + suffix), case.name + ": no process of ours is left",
                result.word("left" + suffix))


def check_record(checks, case, result):
    if case.cells == "-" and not result.word("record.jsonl"):
        return  # killed before the header was written
    checks.equal(result.word("report-exit"), "0", case.name + ": report reads the record")
    if case.cells == "-":
        return
    cells = result.cells()
    killed = [cell for cell in cells if cell["status"] == "killed"]
    checks.equal(len(cells), int(case.cells), case.name + ": the cells so far are on record")
    checks.equal(len(killed), int(case.killed), case.name + ": cells lost to it")
    others = {cell["status"] for cell in cells if cell not in killed}
    checks.that(others <= {"ok", "warm-up"}, case.name + ": the other cells are whole", others)


def check_case(checks, case, result):
    if not checks.that(result.has("exit"), case.name + ": was run"):
        return
    failed = checks.failed
    checks.that(not result.has("missed"), case.name + ": its moment came")
    if case.exit != "-":
        checks.equal(result.word("exit"), case.exit, case.name + ": exit status")
    check_settings(checks, case, result)
    check_record(checks, case, result)
    if checks.failed > failed:
        print(result.word("stderr").replace("\r\x1b[K", "\n")[-600:], result.word("restore"),
              result.word("report"), sep="\n")


def test(checks):
    cases = read_table() + (list(random_cases()) if guest.is_long() else [])
    with tempfile.TemporaryDirectory() as work:
        table = Path(work) / "kills.tsv"
        table.write_text("".join("\t".join(case) + "\n" for case in cases))
        with guest.Guest(guest.kernel("6.1"), guest.HERE / "kills.sh", [sys.argv[1], table],
                         node_mib=NODE_MIB) as machine:
            outcome = machine.run(S_PER_CASE * len(cases))
            for case in cases:
                check_case(checks, case, Result(outcome.files / case.name))


if __name__ == "__main__":
    guest.main(test)
