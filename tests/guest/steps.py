#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Kills at exactly one step of the protocol that changes a setting (steps.py PROGRAM KERNEL [CASE...]): kills-steps.tsv."""
import json
import shutil
import sys
from collections import namedtuple

import aftermath
import guest

TABLE = "kills-steps"
NODE_MIB = 192
S_PER_CASE = 60
# when: "long" cases are no part of a sample
Case = namedtuple("Case", "name when traced call path nth knob journal whom after exit")


def read_table():
    lines = (guest.HERE / (TABLE + ".tsv")).read_text().splitlines()
    cases = [Case(*line.split("\t")) for line in lines if not line.startswith("#")]
    return [case for case in cases if case.when == "-" or guest.is_long()]


def seen_journal(result):
    """As it was at the step, in the words of the table."""
    temp = "+" if result.has("step-temp") else ""
    if not result.has("step-journal"):
        return "-" + temp
    entry, = json.loads(result.word("step-journal"))["settings"]
    return "/".join(entry[key] for key in ("found", "confirmed", "intended")) + temp


def check_case(checks, case, result):
    if not checks.that(result.has("exit"), case.name + ": was run"):
        return
    checks.that(not result.has("missed"), case.name + ": the step was met")
    checks.equal((result.word("step-knob"), seen_journal(result)), (case.knob, case.journal),
                 case.name + ": knob and journal at the step")
    checks.equal(result.word("exit"), case.exit, case.name + ": exit status")
    aftermath.check(checks, case, result)
    checks.equal(result.word("report-exit"), "0", case.name + ": report reads the record")


def show(case, result):
    print(*case)
    for name in ("strace", "stderr", "stopped", "restore", "report"):
        print(result.word(name).replace("\r\x1b[K", "\n")[-600:])


def check_all(checks, cases, files):
    faults = aftermath.Faults(TABLE)
    for case in cases:
        failed, result = checks.failed, aftermath.Result(files / case.name)
        check_case(checks, case, result)
        if checks.failed > failed:
            show(case, result)
        faults.count("KILL", case.traced + ":" + case.whom, checks.failed > failed)
    faults.show()


def test(checks):
    program, kernel, *only = sys.argv[1:]
    strace = shutil.which("strace")
    if strace is None:
        raise guest.Skip("strace is not installed")
    cases = [case for case in read_table() if not only or case.name in only]
    with guest.work_directory() as work:
        table = work / "cases.tsv"
        table.write_text("".join("\t".join((case.name, *case[2:])) + "\n" for case in cases))
        with guest.Guest(guest.kernel(kernel), guest.HERE / "steps.sh",
                         [program, aftermath.SCRIPT, table, strace],
                         node_mib=NODE_MIB) as machine:
            outcome = machine.run(S_PER_CASE * len(cases))
            check_all(checks, cases, outcome.files)


if __name__ == "__main__":
    guest.main(test)
