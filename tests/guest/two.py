#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Two at once, and what comes after one that was killed (two.py PROGRAM KERNEL): the scenes of two.tsv."""
import re
import sys
from collections import namedtuple

import aftermath
import guest

NODE_MIB = 192
S_PER_ROW = 30
# when: "long" rows are no part of a sample
Row = namedtuple("Row", "scene name when exit knob journal says command")
Scene = namedtuple("Scene", "name after")


def read_table():
    lines = (guest.HERE / "two.tsv").read_text().splitlines()
    rows = [Row(*line.split("\t", 7)) for line in lines if not line.startswith("#")]
    return [row for row in rows if row.when == "-" or guest.is_long()]


def check_row(checks, row, result, pid):
    what = "%s, %s" % (row.scene, row.command)
    if not checks.that(result.has("exit"), what + ": was tried"):
        return
    said = result.word("said")
    checks.that(result.word("exit") == row.exit, "%s: exit %s" % (what, row.exit),
                (result.word("exit"), said))
    wanted = row.says.replace("PID", pid)
    checks.that(re.search(wanted, said), "%s: says %s" % (what, wanted or "nothing"), said)
    if row.knob != "any":
        checks.equal(result.word("knob"), row.knob, what + ": the knob")
    if row.command.startswith("both restore"):
        checks.equal(said.count("put back from"), 1, what + ": one of them did it")
    before, after = result.word("journal-before"), result.word("journal-after")
    if row.knob == "any":
        checks.that("gone" not in (before, after), what + ": the journal stands")
    else:
        checks.equal(after, before if row.journal == "same" else "gone", what + ": the journal")


def check_end(checks, name, result):
    """Of a scene."""
    checks.that(not result.has("missed"), name + ": what lives goes on")
    if "busy" in name:
        checks.equal(result.word("exit"), "143", name + ": and ends as if it had been alone")
    aftermath.check(checks, Scene(name, "-"), result)
    if name != "race":
        checks.equal(result.word("report-exit"), "0", name + ": report reads the record")


def check_all(checks, rows, files):
    faults = aftermath.Faults("two")
    for name in dict.fromkeys(row.scene for row in rows):
        scene = aftermath.Result(files / name)
        pid = scene.word("pid")
        for row in [row for row in rows if row.scene == name]:
            failed = checks.failed
            check_row(checks, row, aftermath.Result(files / name / row.name), pid)
            faults.count("-", name, checks.failed > failed)
        failed = checks.failed
        check_end(checks, name, scene)
        faults.count("-", name, checks.failed > failed)
        if checks.failed > failed:
            print(scene.word("stderr").replace("\r\x1b[K", "\n")[-600:], scene.word("report"), sep="\n")
    faults.show()


def test(checks):
    program, kernel = sys.argv[1:]
    rows = read_table()
    with guest.work_directory() as work:
        table = work / "rows.tsv"
        table.write_text("".join("\t".join(row) + "\n" for row in rows))
        with guest.Guest(guest.kernel(kernel), guest.HERE / "two.sh",
                         [program, aftermath.SCRIPT, table], node_mib=NODE_MIB) as machine:
            outcome = machine.run(S_PER_ROW * len(rows))
            check_all(checks, rows, outcome.files)


if __name__ == "__main__":
    guest.main(test)
