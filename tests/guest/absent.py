#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A kernel without the knob: what else there is to compare (absent.py PROGRAM)."""
import csv
import sys

import guest

DEADLINE_S = 600
# What per-CPU lists and page tables move, a few MiB, is noise on a node of this size.
NODE_MIB = 512
EXITS = {"check": "0", "policies": "0", "sets": "0", "modes": "3", "reference": "3", "report": "0"}

# What is compared where nothing is asked for, and how much of it is local then, from and to.
LOCAL = {
    ("bind", "off"): (0.97, 1), ("bind", "on"): (0.97, 1),
    ("interleave", "off"): (0, 0.10), ("interleave", "on"): (0.45, 0.55),
    ("local", "off"): (0, 0.05), ("local", "on"): (0.97, 1),
}


def check_arms(checks, name, files, n_arms):
    record = guest.read_record(files / (name + ".jsonl"))
    checks.that("found_mode" not in record.header and "reference_mode" not in record.header,
                name + ": the header has no mode", record.header)
    cells = guest.measured(record)
    checks.equal([(cell["status"], cell.get("note")) for cell in cells],
                 [("ok", None)] * n_arms, name + ": every arm is ok")
    checks.that(not any("mode" in cell for cell in cells), name + ": no cell has a mode")
    checks.that(record.end is not None and record.end["restored"] is True,
                name + ": the last line says restored", record.end)
    return [cell for cell in cells if cell["status"] == "ok"]


def check_policies(checks, files):
    for cell in check_arms(checks, "policies", files, 6):
        local = guest.local_ratio(cell)
        least, most = LOCAL[cell["policy"], cell["trim"]]
        checks.that(least <= local <= most, "%s, trim %s: %.0f to %.0f %% local" % (
            cell["policy"], cell["trim"], 100 * least, 100 * most), local)
    rows = list(csv.DictReader((files / "report").read_text().splitlines()))
    checks.equal(sorted((row["mode"], row["policy"], row["trim"]) for row in rows),
                 [("", *arm) for arm in sorted(LOCAL)], "the table has every arm, and no mode")


def test(checks):
    with guest.Guest(guest.kernel("7.3"), guest.HERE / "absent.sh", [sys.argv[1]],
                     node_mib=NODE_MIB) as machine:
        files = machine.run(DEADLINE_S).files
        for step, wanted in EXITS.items():
            code = (files / (step + ".exit")).read_text().strip()
            said = (files / (step + ".err")).read_text()
            checks.that(code == wanted, "%s: exit status %s" % (step, wanted), (code, said))
            if wanted == "3":
                checks.that("vm.zone_reclaim_mode" in said, step + ": says what is missing", said)
        check_policies(checks, files)
        checks.equal({cell.get("set", "") for cell in check_arms(checks, "sets", files, 2)},
                     {"", "vm.watermark_scale_factor=200"}, "sets: both arms")
        checks.equal((files / "settings").read_text(), (files / "settings-before").read_text(),
                     "every setting is as found")
        checks.equal((files / "knob").read_text().strip(), "3", "the hidden knob was left alone")


if __name__ == "__main__":
    guest.main(test)
