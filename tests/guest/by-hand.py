#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The bare binary on a machine that `rehearse` did not build (by-hand.py PROGRAM)."""
import re
import sys

import guest

DEADLINE_S = 600
FOUND = 4


def check_record(checks, record):
    checks.equal(record.header["found_mode"], FOUND, "the header has the value found")
    checks.equal(record.header["reference_mode"], FOUND, "which is the reference")
    checks.that(record.header["rehearsal"] is False, "this is no rehearsal")
    for mode in (0, 1, FOUND):
        checks.equal(len(guest.ok_cells(record, mode)), 1, "mode %d: one cell is ok" % mode)
    checks.equal({cell["mode"] for cell in record.cells}, {0, 1, FOUND},
                 "the reference was added to --modes")
    checks.that(record.end is not None and record.end["restored"] is True,
                "the last line says restored", record.end)
    for mode in (1, FOUND):
        local = min([guest.local_ratio(cell) for cell in guest.ok_cells(record, mode)], default=0)
        checks.that(local >= 0.97, "mode %d: at least 97 %% local" % mode, local)


def test(checks):
    with guest.Guest(guest.kernel("6.1"), guest.HERE / "by-hand.sh", [sys.argv[1]],
                     init=guest.HERE / "by-hand-init", node_mib=256) as machine:
        files = machine.run(DEADLINE_S).files
        checks.equal((files / "files").read_text().split(),
                     ["/bin/" + sys.argv[1].rsplit("/", 1)[-1]],
                     "the program is alone: no man page, no data file")
        for step in ("check", "list", "run", "report", "restore"):
            code = (files / (step + ".exit")).read_text().strip()
            said = (files / (step + ".err")).read_text()
            checks.equal(code, "0", "%s succeeds" % step)
            checks.that((files / step).stat().st_size > 0, "%s prints something" % step, said)
        checks.equal((files / "knob").read_text().strip(), str(FOUND), "the knob is as found")
        plan = (files / "run.err").read_text()
        checks.that(re.search(r"against %d \(added" % FOUND, plan),
                    "the plan says that the reference was added", plan)
        check_record(checks, guest.read_record(files / "r.jsonl"))


if __name__ == "__main__":
    guest.main(test)
