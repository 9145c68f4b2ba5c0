#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Signals to every process of a run at every stage: all that it set comes back (kills.py PROGRAM
KERNEL TABLE [CASE...]).

The cases are TABLE.tsv, one line each, all in one guest, and random moments of runs that are drawn from
it. NRB_LONG draws more of them.
"""
import random
import re
import shutil
import sys
from collections import namedtuple

import aftermath
import guest

# Small, so that a cell takes few seconds; what a holder takes must leave room for the rest.
NODE_MIB = {"kills": 192, "kills-settings": 256, "kills-serving": 256, "kills-ballast": 384,
            "kills-harder": 192}
# None where memory is to run out.
SWAP_MIB = {"kills": 256, "kills-settings": 256, "kills-serving": 256, "kills-ballast": 256,
            "kills-harder": 0}
# headroom fills every node from it
DISK_MIB = {"kills": 240, "kills-settings": 768, "kills-serving": 768, "kills-ballast": 480,
            "kills-harder": 480}
S_PER_CASE = 90
# when: "long" cases are no part of a sample
Case = namedtuple("Case", "name when signal whom moment after exit cells lost options",
                  defaults=["--blocks 2"])
# Of a table's random moments: how many, in all and in a sample, and whom they meet.
Dice = namedtuple("Dice", "long sample whom")
DICE = {
    "kills": Dice(200, 0, ["parent", "child", "guard", "parent+guard", "parent+guard+child"]),
    "kills-settings": Dice(50, 1, ["parent", "child", "guard", "holder", "parent+guard",
                                   "parent+guard+holder+child"]),
    "kills-serving": Dice(50, 1, ["parent", "child", "guard", "holder", "parent+guard",
                                  "parent+guard+holder+child"]),
    "kills-ballast": Dice(50, 1, ["parent", "child", "guard", "ballast", "parent+guard",
                                  "parent+guard+ballast+child"]),
}
# What the random moments of a table are of.
RUNS = {
    "kills": ["--blocks 2"],
    # the first two are those of a sample
    "kills-settings": [
        "--set vm.dirty_ratio=40+vm.min_free_kbytes=16384,"
        "vm.page-cluster=1+vm.vfs_cache_pressure=77+kernel.numa_balancing=0 --lru-gen off",
        "--scenario hot --lru-gen off,on --swap off,on",
        "--scenario dirty --variant all",
        "--scenario mapped --lru-gen off --trim on",
        "--scenario anon --variant all",
        "--scenario shmem --policy cpuset,local",
        "--scenario neighbour",
        "--scenario headroom --set vm.min_free_kbytes=16384",
        "--scenario fileserver --variant all --lru-gen off",
        "--scenario dirty --variant writer",
        "--scenario matrix,clean",
    ],
    "kills-serving": [
        "--scenario fileserver",
        "--scenario neighbour --lru-gen off",
        "--scenario headroom --set vm.min_free_kbytes=x2+vm.watermark_scale_factor=x2",
        "--scenario fileserver --variant spread --fill-on all",
        "--scenario neighbour,fileserver,headroom",
    ],
    "kills-ballast": ["--fill 60M --blocks 2", "--fill 60M --sparse --node all"],
}
# Whose cells have a holder beside the child.
HELD = re.compile("--scenario (mapped|anon|shmem|neighbour|headroom)|--variant writer")
# Where in a run: its first seconds, and two stages that every cell has that compares.
STAGES = ["", "1/settle", "2/settle", "1/mode", "2/mode"]
S_AFTER = 1.5


def read_table(table):
    lines = (guest.HERE / (table + ".tsv")).read_text().splitlines()
    cases = [Case(*line.split("\t")) for line in lines if not line.startswith("#")]
    return [case for case in cases if case.when == "-" or guest.is_long()]


def random_cases(table):
    """Some moments of a run, drawn from its own stages: it must not be over when they come. "-":
    whatever comes."""
    if table not in DICE:
        return
    dice, runs = random.Random(), RUNS[table]
    for i in range(DICE[table].long if guest.is_long() else DICE[table].sample):
        options = runs[i % len(runs)]
        if "--blocks" not in options:
            options += " --blocks 2"  # a cell after the second, in which a late moment may fall
        whom = dice.choice([whom for whom in DICE[table].whom
                            if "holder" not in whom or HELD.search(options)])
        stages = STAGES if "matrix" not in options else [""]
        moment = "%s+%.2f" % (dice.choice(stages), dice.uniform(0, S_AFTER))
        yield Case("random-%d" % i, "-", "KILL", whom, moment,
                   "restore" if "+" in whom else "-", "-", "-", "-", options)


def check_nobody_left(checks, case, result):
    """Only then restore has something to do."""
    if case.after == "restore" and case.moment.endswith("/mode"):
        checks.equal(result.word("knob"), aftermath.MODE,
                     case.name + ": nobody was left to restore")
        checks.that(result.has("journal"), case.name + ": its journal was left")


def check_record(checks, case, result):
    if case.cells == "-" and not result.word("record.jsonl"):
        return  # killed before the header was written
    checks.equal(result.word("report-exit"), "0", case.name + ": report reads the record")
    if case.cells == "-":
        return
    cells = result.cells()
    # on so small a node 7.3's kswapd may be awake still when the first cell wants to begin
    fine = ["ok", "warm-up"] + ["stalled"] * case.moment.endswith("/stall")
    lost = [cell["status"] for cell in cells if cell["status"] not in fine
            and (cell["block"], cell["status"]) != (0, "disturbed")]
    checks.equal(len(cells), int(case.cells), case.name + ": the cells so far are on record")
    checks.equal(lost, [] if case.lost == "none" else [case.lost], case.name + ": cells lost to it")


def check_case(checks, case, result):
    if not checks.that(result.has("exit"), case.name + ": was run"):
        return
    failed = checks.failed
    checks.that(not result.has("missed"), case.name + ": its moment came")
    if case.exit != "-":
        checks.equal(result.word("exit"), case.exit, case.name + ": exit status")
    check_nobody_left(checks, case, result)
    aftermath.check(checks, case, result)
    check_record(checks, case, result)
    if checks.failed > failed:
        print(case.name, case.whom, case.moment, case.options)
        print(result.word("stderr").replace("\r\x1b[K", "\n")[-600:], result.word("restore"),
              result.word("report"), sep="\n")


def check_all(checks, table, cases, files):
    faults = aftermath.Faults(table)
    for case in cases:
        failed = checks.failed
        check_case(checks, case, aftermath.Result(files / case.name))
        stalls = ":stall" * case.moment.endswith("/stall")
        faults.count(case.signal, case.whom + stalls, checks.failed > failed)
    faults.show()


def terminal(table):
    """What makes one in the guest."""
    if table != "kills-harder":
        return []
    script = shutil.which("script")
    if script is None:
        raise guest.Skip("script is not installed")
    return [script]


def test(checks):
    program, kernel, name, *only = sys.argv[1:]
    cases = [case for case in read_table(name) + list(random_cases(name))
             if not only or case.name in only]
    with guest.work_directory() as work:
        table = work / "cases.tsv"
        table.write_text("".join("\t".join((case.name, *case[2:])) + "\n" for case in cases))
        with guest.Guest(guest.kernel(kernel), guest.HERE / "kills.sh",
                         [program, aftermath.SCRIPT, table, *terminal(name)],
                         node_mib=NODE_MIB[name], swap_mib=SWAP_MIB[name],
                         disk_mib=DISK_MIB[name]) as machine:
            outcome = machine.run(S_PER_CASE * len(cases))
            check_all(checks, name, cases, outcome.files)


if __name__ == "__main__":
    guest.main(test)
