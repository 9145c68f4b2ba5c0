#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The design of a run, on a real kernel (design.py PROGRAM): a control in each block, a run that is
repeated from its record, a setting that somebody else changes meanwhile; and with NRB_LONG blocks until
an interval is narrow enough: one that is reached, and one that never is.
"""
import json
import sys

import guest

DEADLINE_S = 900
NODE_MIB = 256
LOOKS = (6, 8, 12, 16, 24, 32)
# percent: that some look reaches, and that none does
WIDE, NARROW = 900, 1


def order(record):
    return [(cell["block"], cell["mode"], cell.get("control", 0)) for cell in record.cells]


def check_control(checks, files):
    record = guest.read_record(files / "control.jsonl")
    cells = guest.measured(record)
    checks.equal([cell["status"] for cell in cells], ["ok"] * 6, "control: every cell is ok")
    for block in (1, 2):
        checks.equal(sorted((cell["mode"], cell.get("control", 0)) for cell in cells
                            if cell["block"] == block), [(0, 0), (0, 1), (7, 0)],
                     "control: block %d has the reference twice" % block)
    rows = json.loads((files / "control-report").read_text())["records"][0]["rows"]
    checks.equal(sorted(row["mode"] for row in rows), [0, 7], "control: it is no row of its own")
    return record


def check_again(checks, files, first):
    record = guest.read_record(files / "again.jsonl")
    checks.equal(order(record), order(first), "again: the same cells in the same order")
    for field in ("seed", "alloc_bytes", "fill_bytes", "reference_mode"):
        checks.equal(record.header.get(field), first.header.get(field), "again: the same " + field)
    checks.that(record.header["run_id"] != first.header["run_id"], "again: it is a run of its own")


def check_disturbed(checks, files):
    directory = files / "disturbed"
    record = guest.read_record(directory / "record.jsonl")
    changed = {cell["cell"]: cell["changed"] for cell in record.cells if cell.get("changed")}
    checks.equal(list(changed), [record.cells[2]["cell"]], "disturbed: one cell saw the change")
    checks.that(all("vm.swappiness" in text and "to 61" in text for text in changed.values()),
                "disturbed: it names the setting and its value", changed)
    checks.equal((directory / "swappiness").read_text().strip(), "61",
                 "disturbed: their value is left alone")
    checks.that("vm.swappiness" in (directory / "report").read_text(),
                "disturbed: the report says so", (directory / "report").read_text())


def check_width(checks, files, percent):
    name = "width-%d" % percent
    record = guest.read_record(files / (name + ".jsonl"))
    blocks = max(cell["block"] for cell in record.cells)
    reached = record.end.get("width_ppm")
    checks.that(blocks in LOOKS, name + ": it ends at a look", blocks)
    checks.that(reached is not None, name + ": the record says what was reached", record.end)
    if percent == WIDE:
        checks.that(reached is not None and reached <= WIDE * 10000, name + ": as narrow as wished",
                    reached)
    else:
        checks.equal(blocks, LOOKS[-1], name + ": all that may be tried was")
    checks.equal((files / (name + ".exit")).read_text().strip(), "0" if percent == WIDE else "5",
                 name + ": exit status")


def check_all(checks, files, widths):
    for name in ("control", "again", "disturbed"):
        checks.equal((files / (name + ".exit")).read_text().strip(), "0", name + ": exit status")
    check_again(checks, files, check_control(checks, files))
    check_disturbed(checks, files)
    for percent in widths:
        check_width(checks, files, percent)
    checks.equal((files / "settings").read_text(), (files / "settings-before").read_text(),
                 "every setting is as found")


def test(checks):
    widths = [WIDE, NARROW] if guest.is_long() else []
    with guest.work_directory() as work:
        (work / "design.conf").write_text("widths='%s'\n" % " ".join(map(str, widths)))
        with guest.Guest(guest.kernel("6.1"), guest.HERE / "design.sh",
                         [sys.argv[1], work / "design.conf"], node_mib=NODE_MIB) as machine:
            check_all(checks, machine.run(DEADLINE_S).files, widths)


if __name__ == "__main__":
    guest.main(test)
