#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine loses its power amid a run, and boots again with the same disk (power.py PROGRAM KERNEL): its record
tells of the cells before, nothing else is left, and the next run goes as any."""
import json
import sys

import faultlines
import guest

NODE_MIB = 192
DISK_MIB = 480
DEADLINE_S = 180
# Of the file system's own.
MOST_KIB = 1024


def read(files, name):
    path = files / name
    return path.read_text(errors="replace").strip() if path.exists() else ""


def check_disk(checks, files):
    before = {"/data/before"} | set(read(files, "before").splitlines())
    left = set(read(files, "found").splitlines()) - before
    checks.equal(left, {"/data/record.jsonl", "/data/used"}, "the record alone is left")
    used = [int(read(files, name)) for name in ("used", "used-now")]
    checks.that(used[1] < used[0] + MOST_KIB, "the cache file's space is free again", used)


def check_record(checks, files):
    record = guest.read_record(files / "record.jsonl")
    checks.equal([cell["status"] for cell in record.cells], ["warm-up"], "the cell before is on record")
    checks.that(record.end is None, "the end is not")
    checks.equal(read(files, "report.exit"), "0", "report reads it")
    checks.that("interrupted" in read(files, "report") + read(files, "report.err"), "and says what it is")
    json.loads(read(files, "json"))


def check_next(checks, files):
    checks.equal(read(files, "check.exit"), "0", "check finds nothing to refuse")
    checks.that("restore" not in read(files, "check"), "nor anything to restore")
    checks.equal((read(files, "restore.exit"), read(files, "restore")), ("0", "nothing to restore"),
                 "restore has nothing to do")
    checks.equal(read(files, "again.exit"), "7", "a run does not overwrite the record")
    checks.equal(read(files, "second.exit"), "0", "another run ends well")
    checks.equal(read(files, "report-second.exit"), "0", "and its record can be read")
    checks.equal(read(files, "knob"), "3", "the knob is as found")


def test(checks):
    program, kernel = sys.argv[1:]
    with guest.Guest(guest.kernel(kernel), guest.HERE / "power.sh", [program], node_mib=NODE_MIB,
                     disk_mib=DISK_MIB) as machine:
        machine.lose_power(DEADLINE_S)
        files = machine.run(DEADLINE_S).files
        for check in (check_disk, check_record, check_next):
            check(checks, files)
        if checks.failed:
            for name in ("dmesg", "report", "report.err", "check", "second.err"):
                print(name, read(files, name)[-900:], sep="\n")
        faultlines.say([("power", checks.failed == 0)])


if __name__ == "__main__":
    guest.main(test)
