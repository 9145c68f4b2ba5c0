#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run refuses, and how (refusals.py PROGRAM): the rows of refusals.tsv, and the scenes of
refusals.sh that take two runs."""
import re
import sys
from collections import namedtuple

import faultlines
import guest

DEADLINE_S = 600
NODE_MIB = 192
FOUND = "4"
FOREIGN = "5"
Case = namedtuple("Case", "nodes name exit says command")
# Of the scenes: exit status, what is said, what the knob holds in the end (None: not looked at).
SCENES = [
    Case("2", "busy-run", "4", "another run", None),
    Case("2", "busy-restore", "4", "another run", None),
    Case("2", "busy-check", "0", "another run is under way", None),
    Case("2", "leftover-run", "4", "numa-reclaim-bench restore", None),
    Case("2", "leftover-check", "0", "numa-reclaim-bench restore", None),
    Case("2", "leftover-restore", "0", "put back from 7 to 4", FOUND),
    Case("2", "leftover-restore-again", "0", "nothing to restore", None),
    Case("2", "busy", "143", "", FOUND),
    Case("2", "killed", "137", "", "7"),
    Case("2", "foreign-fill", "6", "someone else set vm.zone_reclaim_mode to 5", FOREIGN),
    Case("2", "foreign-mode", "6", "someone else set vm.zone_reclaim_mode to 5", FOREIGN),
]


def read_table():
    lines = (guest.HERE / "refusals.tsv").read_text().splitlines()
    return [Case(*line.split("\t", 4)) for line in lines if not line.startswith("#")]


def check_said(checks, case, directory):
    if not checks.that((directory / "exit").exists(), case.name + ": was tried"):
        return
    said = (directory / "said").read_text()
    checks.that((directory / "exit").read_text().strip() == case.exit,
                "%s: exit status %s" % (case.name, case.exit), said)
    checks.that(re.search(case.says, said), "%s: says %s" % (case.name, case.says or "nothing"),
                said)


def check_left(checks, name, directory, knob):
    """Nothing was changed, or all of it was put back."""
    checks.equal((directory / "knob").read_text().strip(), knob, name + ": the knob in the end")
    checks.that(not (directory / "left").exists(), name + ": no process of ours is left")


def check_row(checks, case, files):
    """Whether all of it held."""
    directory, failed = files / case.name, checks.failed
    check_said(checks, case, directory)
    check_left(checks, case.name, directory, FOUND)
    if case.name != "journal-damaged":
        checks.that(not (directory / "journal").exists(), case.name + ": no journal is left")
    return checks.failed == failed


def check_scene(checks, case, files):
    check_said(checks, case, files / case.name)
    if case.command is not None:
        check_left(checks, case.name, files / case.name, case.command)
        checks.equal((files / case.name / "journal").exists(), case.name == "killed",
                     case.name + ": the journal is left if nobody could act on it")


def check_disturbed(checks, name, files):
    record = guest.read_record(files / name / "record.jsonl")
    checks.that(record.end is not None and record.end["reason"] == "disturbed"
                and record.end["restored"] is False, name + ": the record says so", record.end)
    checks.that(not [cell for cell in record.cells[1:] if cell["status"] == "ok"],
                name + ": no cell counts after it")


def try_on(checks, nodes, wanted):
    with guest.Guest(wanted, guest.HERE / "refusals.sh",
                     [sys.argv[1], guest.HERE / "refusals.tsv"], cpus=(1,) * nodes,
                     node_mib=NODE_MIB) as machine:
        files = machine.run(DEADLINE_S).files
        rows = [(case, check_row(checks, case, files)) for case in read_table()
                if case.nodes == str(nodes)]
        faultlines.say([("forbidden", whole) for case, whole in rows if case.exit == "3"])
        if nodes == 2:
            for case in SCENES:
                check_scene(checks, case, files)
            for name in ("foreign-fill", "foreign-mode"):
                check_disturbed(checks, name, files)


def test(checks):
    wanted = guest.kernel("6.1")
    for nodes in (2, 1):
        try_on(checks, nodes, wanted)


if __name__ == "__main__":
    guest.main(test)
