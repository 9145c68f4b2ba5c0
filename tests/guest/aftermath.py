# SPDX-License-Identifier: GPL-2.0-or-later
"""What must be so after a run that was broken off (aftermath.sh notes it), and what faults were tried."""
import json
import re
from collections import namedtuple

import guest

FOUND = "3"
MODE = "7"
# Of the disk: its file system's own.
MOST_KIB = 1024
SCRIPT = guest.HERE / "aftermath.sh"
Fault = namedtuple("Fault", "table signal whom what happens")


class Result:
    """What the guest noted of one case."""

    def __init__(self, directory):
        self.directory = directory

    def has(self, name):
        return (self.directory / name).exists()

    def word(self, name):
        return (self.directory / name).read_text().strip() if self.has(name) else ""

    def lines(self, name):
        return set(self.word(name).splitlines())

    def cells(self):
        """Cells with their last line whole; none where no record was begun."""
        text = self.word("record.jsonl")
        return [line for line in map(json.loads, text.splitlines()) if line["type"] == "cell"]


def check_settings(checks, case, result):
    suffix = ""
    if case.after == "restore":
        suffix = "-restored"
        checks.equal(result.word("restore-exit"), "0", case.name + ": restore succeeds")
    checks.equal(result.word("knob" + suffix), FOUND, case.name + ": the knob is as found")
    before, after = result.lines("settings-before"), result.lines("settings" + suffix)
    checks.that(before and before == after, case.name + ": every setting is as found",
                sorted(before ^ after))


def check_left(checks, case, result):
    suffix = "-restored" if case.after == "restore" else ""
    checks.that(not result.has("journal" + suffix), case.name + ": the journal is gone")
    checks.that(not result.has("left" + suffix), case.name + ": no process of ours is left",
                result.word("left" + suffix))
    before, after = result.lines("files-before"), result.lines("files" + suffix)
    checks.that(result.has("files" + suffix) and before == after, case.name + ": no file is left",
                sorted(before ^ after))
    disk = [int(result.word(name) or -1) for name in ("disk-before", "disk")]
    checks.that(0 < disk[1] < disk[0] + MOST_KIB, case.name + ": nor its disk space", disk)


def check_memory(checks, case, result):
    checks.that(result.has("free-again"), case.name + ": memory is free again",
                (result.word("free-before"), result.word("free")))
    checks.that(result.has("unlocked"), case.name + ": no memory is locked",
                (result.word("locked-before"), result.word("locked")))


def check(checks, case, result):
    """case: with a name, and after: "restore" where nobody was left to put settings back."""
    check_settings(checks, case, result)
    check_left(checks, case, result)
    check_memory(checks, case, result)


class Faults:
    """Cases by the fault that they are of, by the rows of kills-faults.tsv: the first that fits."""

    def __init__(self, table):
        lines = (guest.HERE / "kills-faults.tsv").read_text().splitlines()
        rows = [Fault(*line.split("\t")) for line in lines if not line.startswith("#")]
        self.rows = [row for row in rows if re.fullmatch(row.table, table)]
        self.tried = {}

    def of(self, signal, whom):
        return next(row for row in self.rows
                    if re.fullmatch(row.signal, signal) and re.fullmatch(row.whom, whom))

    def count(self, signal, whom, lost):
        """A case; lost: whether anything was."""
        tried = self.tried.setdefault(self.of(signal, whom), [0, 0])
        tried[0] += 1
        tried[1] += bool(lost)

    def show(self):
        """A line for each fault, for the table of them all."""
        for row, (cases, lost) in self.tried.items():
            print("FAULT", row.what, row.happens, cases, lost, sep="\t", flush=True)
