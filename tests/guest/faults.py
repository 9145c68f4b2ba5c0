#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A run meets a fault, and nothing is lost (faults.py PROGRAM [CASE...]).

The cases are faults.tsv, one line each, all in one guest: disks that fill up or break, what others
planted, set or took away meanwhile, groups and namespaces that forbid, and what a run may take itself.
"""
import json
import os
import re
import shutil
import sys
from collections import namedtuple
from pathlib import Path

import faultlines
import guest

KERNEL = "6.1"
NODE_MIB = 192
SWAP_MIB = 128
DISK_MIB = 480
SPARE_MIB = 400
PLUGGED_MIB = 128  # a block of memory: less cannot go offline
S_PER_CASE = 90
LEAST_LOOKS = 100
MOST_SWAPPED = 3 * 4096  # pages: three times what is allocated, where a mode may swap
Case = namedtuple("Case", "kind name when before under moment fault exit says theirs holds after command")
# of columns that faults.sh reads
TOLD = ("name", "before", "under", "moment", "fault", "holds", "after", "command")
# What every run may leave.
KEPT = {"lock", "/run/numa-reclaim-bench", "/run/numa-reclaim-bench/lock"}


def read_cases(only=()):
    lines = (guest.HERE / "faults.tsv").read_text().splitlines()
    cases = [Case(*line.split("\t")) for line in lines if not line.startswith("#")]
    if only:
        return [case for case in cases if case.name in only]
    return [case for case in cases if case.when == "-" or guest.is_long()]


class Result:
    """What the guest noted of one case."""

    def __init__(self, directory):
        self.directory = directory

    def has(self, name):
        return (self.directory / name).exists()

    def text(self, name):
        return (self.directory / name).read_text(errors="replace").strip() if self.has(name) else ""

    def lines(self, name):
        return set(self.text(name).splitlines())


def check_staged(checks, case, result):
    """The case was what it says to be."""
    for name in ("missed", "late", "before-failed", "fault-failed", "after-failed"):
        checks.that(not result.has(name), case.name + ": not " + name,
                    result.text(name.replace("-failed", "")))


def check_settings(checks, case, result):
    """As found; what others set meanwhile is as they set it."""
    theirs = case.theirs.split() if case.theirs != "-" else []
    paths = {re.split("[: ]", line)[0] for line in theirs}
    before, after = ({line for line in result.lines(name) if re.split("[: ]", line)[0] not in paths}
                     for name in ("settings-before", "settings"))
    checks.that(before and before == after, case.name + ": every setting is as found",
                sorted(before ^ after))
    wrong = [line for line in theirs if ":" in line and line not in result.lines("settings")]
    checks.equal(wrong, [], case.name + ": their values are left alone")


def check_left(checks, case, result):
    checks.that(not result.has("left"), case.name + ": no process of ours is left", result.text("left"))
    for name in ("files", "ours"):
        before, after = (result.lines(name + suffix) - KEPT for suffix in ("-before", ""))
        checks.equal(sorted(after - before), [], "%s: no file is left (%s)" % (case.name, name))
    checks.equal(result.text("locked"), result.text("locked-before"), case.name + ": nothing is locked")


def check_record(checks, case, result):
    if result.has("report-exit"):
        checks.equal(result.text("report-exit"), "0", case.name + ": report reads the record")


def check_watch(checks, case, result):
    """Looked at from outside: what the plan says is the most that it took, all caches and page tables
    of the machine counted as its own."""
    seen = {name: int(value) for name, value in map(str.split, result.text("watch").splitlines())}
    most = json.loads(result.text("plan") or "{}").get("memory_bytes", 0) >> 10
    if not checks.that(seen.get("looks", 0) >= LEAST_LOOKS, case.name + ": was watched", seen):
        return
    checks.that(seen["used"] <= most, "%s: took %d KiB of %d" % (case.name, seen["used"], most))
    below = {name: looks for name, looks in seen.items() if name.startswith("below-") and looks}
    checks.equal(below, {}, case.name + ": no zone was below its min watermark")
    checks.that(int(result.text("swapped")) <= MOST_SWAPPED, case.name + ": hardly swapped",
                result.text("swapped"))


def check_case(checks, case, result):
    if not checks.that(result.has("exit"), case.name + ": was tried"):
        return False
    failed = checks.failed
    check_staged(checks, case, result)
    said = result.text("stderr").replace("\r\x1b[K", "\n")
    checks.equal(result.text("exit"), case.exit, case.name + ": exit status")
    if case.says != "-":
        checks.that(re.search(case.says, said), "%s: says %s" % (case.name, case.says))
    if case.holds != "-":
        checks.that(not result.has("holds-not"), "%s: holds: %s" % (case.name, case.holds),
                    result.text("held"))
    check_settings(checks, case, result)
    check_left(checks, case, result)
    check_record(checks, case, result)
    if result.has("watch"):
        check_watch(checks, case, result)
    if checks.failed > failed:
        print(case.name, said[-900:], sep="\n")
    return checks.failed == failed


def modules(kernel):
    """Into /bin of the guest, where faults.sh loads them."""
    found = [Path(kernel.modules) / "kernel/drivers/md" / (name + ".ko")
             for name in ("dm-mod", "dm-flakey")]
    if not all(path.exists() for path in found):
        raise guest.Skip("the kernel has no device mapper")
    return found


def tools():
    wanted = {name: shutil.which(name) for name in ("dmsetup", "mke2fs", "unshare", "setpriv")}
    for name, path in wanted.items():
        if path is None:
            raise guest.Skip(name + " is not installed")
    return wanted.values()


def test(checks):
    program, *only = sys.argv[1:]
    kernel, cases = guest.kernel(KERNEL), read_cases(only)
    with guest.work_directory() as work:
        table = work / "cases.tsv"
        table.write_text("".join("\t".join(getattr(case, name) for name in TOLD) + "\n"
                                 for case in cases))
        with guest.Guest(kernel, guest.HERE / "faults.sh",
                         [program, os.environ["NRB_MEMWATCH"], table, *modules(kernel), *tools()], cpus=(1, 2),
                         node_mib=NODE_MIB, swap_mib=SWAP_MIB, disk_mib=DISK_MIB, spare_mib=SPARE_MIB,
                         plugged_mib=PLUGGED_MIB) as machine:
            outcome = machine.run(S_PER_CASE * len(cases))
            faultlines.say([(case.kind, check_case(checks, case, Result(outcome.files / case.name)))
                            for case in cases])


if __name__ == "__main__":
    guest.main(test)
