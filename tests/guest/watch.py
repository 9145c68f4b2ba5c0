#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What `watch` shows of a file server is what the record says of it (watch.py PROGRAM).

In a record, the counts of a cell are those of its allocation. What watch showed is summed up over all ticks that
have a part of it, and may differ from the record by 2 %, or by what else goes on in a guest. No tick is divided,
for around the allocation lie phases (apply, count) in which nothing is allocated, as a rule longer than a tick.
Where a tick was so late that it has a part of the soak before, it may have the pages of that too. The record has
how long each phase took, and the cell as a whole; what lies between phases may lie before the allocation.
"""
import json
import os
import sys

import jsonschema

import guest

SCHEMA = guest.HERE.parent.parent / "results" / "schema" / "watch.schema.json"
DEADLINE_S = 300
MOST_OFF = 0.02
# Events of the kernel's and of watch itself, in all: an idle guest has about 40 a second.
OTHERS = 250
ALLOCATIONS = ("numa_hit", "numa_miss", "numa_foreign")
RECLAIM = ("zone_reclaim_success", "zone_reclaim_failed", "pgsteal_direct", "pgsteal_kswapd", "allocstall", "pswpout")
# Happens to whoever reads a file again, before and behind the allocation too: between the ticks that are wholly of it
# and those that have a part of it.
ANYBODYS = "refault_file"
# Where a value works: 1 before MGLRU asks for bits 2 and 4.
MODES = {"6.1": "1", "7.3": "7"}
SAMPLE = "7.3"


def ticks_of(text):
    """The ticks, by the clock of the record; the end, by a signal, is no tick."""
    return [tick for tick in map(json.loads, text.splitlines()) if tick.get("type") == "tick"]


def between_phases(cell):
    return cell["wall_ns"] - sum(cell["phase_ns"].values())


def allocation_of(cell):
    """When it began and ended, in ns: no earlier, and no later; and when the soak did, no later."""
    phases = list(cell["phase_ns"].items())
    at = [name for name, _ in phases].index("allocate")
    between = between_phases(cell)
    begin = cell["start_ns"] + sum(ns for _, ns in phases[:at])
    soaked = begin - cell["phase_ns"]["apply"] + between
    return begin, begin + phases[at][1] + between, soaked


def begin_of(tick):
    return tick["monotonic_ns"] - tick["interval_ns"]


def ticks_around(ticks, cell):
    begin, end, _ = allocation_of(cell)
    return [tick for tick in ticks if tick["monotonic_ns"] > begin and begin_of(tick) < end]


def ticks_within(ticks, cell):
    """Those that have no part of anything else."""
    begin, end, _ = allocation_of(cell)
    between = between_phases(cell)
    return [tick for tick in ticks if begin_of(tick) >= begin + between and tick["monotonic_ns"] <= end - between]


def total(ticks, where, name):
    """Absent in one is absent in all."""
    counts = [where(tick)["counts"].get(name) for tick in ticks]
    return None if None in counts else sum(counts)


def machine(tick):
    return tick["machine"]


def node(number):
    return lambda tick: next(node for node in tick["nodes"] if node["node"] == number)


def check_one(checks, what, watched, recorded, others=0):
    """others: what else may have been counted."""
    seen = "%s: watched %s, recorded %s" % (what, watched, recorded)
    if None in (watched, recorded):
        checks.that(watched == recorded, seen)
        return
    checks.that(recorded * (1 - MOST_OFF) <= watched <= recorded * (1 + MOST_OFF) + others, seen)


def check_cell(checks, cell, ticks):
    what = "cell %d, mode %d" % (cell["cell"], cell["mode"])
    around = ticks_around(ticks, cell)
    if not checks.that(len(around) > 4, what + ": was watched", len(around)):
        return
    others = OTHERS + (cell["soak_pages"] if begin_of(around[0]) < allocation_of(cell)[2] else 0)
    for name in (*ALLOCATIONS, *RECLAIM):
        check_one(checks, "%s, %s" % (what, name), total(around, machine, name), cell["counters"].get(name),
                  others if name in ALLOCATIONS else 0)
    least, recorded, most = (total(ticks_within(ticks, cell), machine, ANYBODYS), cell["counters"].get(ANYBODYS),
                             total(around, machine, ANYBODYS))
    checks.that(least <= recorded <= most, "%s, %s: watched %d to %d, recorded %d" % (what, ANYBODYS, least, most, recorded))
    for one in cell["nodes"]:
        for name in ALLOCATIONS:
            check_one(checks, "%s, node %d %s" % (what, one["node"], name),
                      total(around, node(one["node"]), name), one[name], others)
    modes = {tick["mode"] for tick in around[2:-2]}
    checks.equal(modes, {cell["mode"]}, what + ": the mode is watched too")


def check_calls(checks, cell, ticks):
    """Each call of node reclaim that was traced is one that the kernel counted; what it freed is a part of what
    allocating tasks freed, slab apart."""
    what = "cell %d, mode %d" % (cell["cell"], cell["mode"])
    around = ticks_around(ticks, cell)
    calls = [one["node_reclaim"] for tick in around for one in tick["nodes"]]
    checks.equal(sum(tick["machine"]["lost_calls"] for tick in around), 0, what + ": no call was lost")
    counted = cell["counters"].get("zone_reclaim_success")
    if counted is not None:
        check_one(checks, what + ", calls", sum(of["calls"] for of in calls),
                  counted + cell["counters"]["zone_reclaim_failed"])
    pages = sum(of["pages"] for of in calls)
    checks.that(abs(pages - cell["counters"]["pgsteal_direct"]) <= MOST_OFF * pages, what + ": they freed what was freed",
                (pages, cell["counters"]["pgsteal_direct"]))
    longest = max([of.get("stall_max_ns", 0) for of in calls])
    checks.that((longest > 0) == (pages > 0), what + ": and took a time", longest)


def check_contrast(checks, cells, ticks):
    """What someone who watches must see: node reclaim frees pages in one mode and none in the other."""
    freed = {}
    for cell in cells:
        freed[cell["mode"]] = total(ticks_around(ticks, cell), machine, "pgsteal_direct")
    mode = max(freed)
    checks.equal(freed[0], 0, "mode 0: no page is freed by who allocates")
    checks.that(freed[mode] > 1000, "mode %d: pages are freed by who allocates" % mode, freed)


def show_cost(files, ticks):
    """CPU time, with what its start took; times are an emulator's."""
    fields = (files / "stat").read_text().rsplit(")", 1)[1].split()
    seconds = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    print("watch: %.1f ms of CPU time for each of %d ticks" % (1000 * seconds / len(ticks), len(ticks)))


def check_schema(checks, ticks):
    """With what is traced, which no recorded machine has."""
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
    errors = [jsonschema.exceptions.best_match(validator.iter_errors(tick)) for tick in ticks]
    faults = ["%s: %s" % (error.json_path, error.message[:200]) for error in errors if error]
    checks.equal(faults[:1], [], "each of %d ticks fits the schema" % len(ticks))


def check_kernel(checks, program, kernel, mode):
    with guest.work_directory() as work:
        (work / "mode").write_text(mode)
        with guest.Guest(guest.kernel(kernel), guest.HERE / "watch.sh", [program, work / "mode"],
                         disk_mib=1024) as machine_:
            files = machine_.run(DEADLINE_S).files
            checks.equal((files / "run.exit").read_text().strip(), "0", kernel + ": the run succeeds")
            checks.equal((files / "ticks.exit").read_text().strip(), "143", "watch ends by the signal")
            checks.equal((files / "ticks.err").read_text(), "", "and says nothing")
            instances = [(files / name).read_text() for name in ("instances", "instances-killed", "instances-again")]
            checks.equal([len(text.split()) for text in instances], [0, 1, 0],
                         "its instance of tracefs goes with it, or with the next one")
            checks.equal((files / "again.exit").read_text().strip(), "0", "which works")
            cells = guest.measured(guest.read_record(files / "record"))
            ticks = ticks_of((files / "ticks").read_text())
            show_cost(files, ticks)
            check_schema(checks, ticks)
    checks.equal(sorted(cell["mode"] for cell in cells if cell["status"] == "ok"), [0, int(mode)], "both cells are ok")
    for cell in cells:
        check_cell(checks, cell, ticks)
        check_calls(checks, cell, ticks)
    check_contrast(checks, cells, ticks)


def test(checks):
    for kernel, mode in MODES.items():
        if guest.is_long() or kernel == SAMPLE:
            check_kernel(checks, sys.argv[1], kernel, mode)


if __name__ == "__main__":
    guest.main(test)
