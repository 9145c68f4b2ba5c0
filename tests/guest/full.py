#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A node that is full of other programs' cache already (full.py PROGRAM).

The same comparison on a node that the run fills itself, on one that another process filled, and with
every node filled so. Locality must be as with our own fill, and what the plan said may be evicted of
others' cache must be at least what was, and of its order. NRB_LONG adds a kernel.
"""
import json
import sys

import guest

DEADLINE_S = 900
NODE_MIB = 512
DISK_MIB = 1024  # a file that is served is larger than what both nodes cache
ALLOC = 100 << 20
# A kernel with the values that reclaim little and much there.
RUNS = {"6.1": (0, 1), "7.3": (0, 7)}
# Pages move through per-CPU lists and the run itself reads a little.
NOISE = 8 << 20
# Of what is allocated on a full node. 7.3 took 88 MiB of 100, and the others from what lay in lists.
LEAST_EVICTED = {"6.1": 0.9, "7.3": 0.8}


def node_of(cell, number):
    return next(node for node in cell["nodes"] if node["node"] == number)


def evicted(cell, number):
    node = node_of(cell, number)
    return node["file_before_bytes"] - node["file_after_bytes"]


def check_target(checks, files, reclaiming):
    """As with a file of our own, but that hardly anything of it is ours."""
    own, record = (guest.read_record(files / (name + ".jsonl")) for name in ("own", "target"))
    for mode in (0, reclaiming):
        wanted, got = (sum(map(guest.local_ratio, cells)) / len(cells) for cells in (
            guest.ok_cells(own, mode), guest.ok_cells(record, mode)))
        checks.that(abs(got - wanted) <= 0.05, "mode %d: as local as with our own fill" % mode,
                    (got, wanted))
    for cell in guest.ok_cells(record, 0):
        checks.that(evicted(cell, 0) <= NOISE, "mode 0: the node keeps others' cache",
                    evicted(cell, 0))
    cells = guest.ok_cells(record, reclaiming)
    # what it evicted the next cell has for its own file
    for cell in cells[:1]:
        checks.that("full already" in (cell.get("note") or ""), "the cell says that the node was full",
                    cell.get("note"))
    for cell in cells:
        checks.that("ballast_bytes" not in node_of(cell, 0), "nothing was locked on it")
    report = (files / "target-report").read_text()
    checks.that("other programs'" in report, "the report says whose cache it was", report)
    check_retention(checks, files, record, reclaiming)


def check_retention(checks, files, record, mode):
    """Taken from the node: next to nothing of what it lost was ours."""
    row = next(row for row in json.loads((files / "target-json").read_text())["records"][0]["rows"]
               if row["mode"] == mode)
    nodes = [node_of(cell, 0) for cell in guest.ok_cells(record, mode)]
    wanted = sum(node["file_after_bytes"] / node["file_before_bytes"] for node in nodes) / len(nodes)
    checks.that(abs(row["node_cache_kept_ratio"] - wanted) <= 0.01,
                "mode %d: the report says what the node kept" % mode,
                (row["node_cache_kept_ratio"], wanted))


def check_needing(checks, files):
    """What is said of dirty cache or tmpfs would be of another program's clean cache."""
    record = guest.read_record(files / "needing.jsonl")
    seen = {cell["scenario"]: (cell["status"], cell.get("note", "")) for cell in guest.measured(record)}
    for scenario in ("hot", "dirty", "mapped", "anon", "shmem"):
        status, note = seen.get(scenario, ("none", ""))
        checks.that(status == "unsupported" and "full of others' memory" in note,
                    scenario + ": unsupported, and why", (status, note))
    checks.equal((files / "needing.exit").read_text().strip(), "5", "none of them measured anything")


def check_served(checks, files, modes):
    """What is asked for was asked for once before, so a mode that keeps cache has hits."""
    record = guest.read_record(files / "served.jsonl")
    hits = {}
    for mode in modes:
        cells = guest.ok_cells(record, mode)
        if checks.equal(len(cells), 1, "fileserver, mode %d: the cell is ok" % mode):
            checks.that("served once before" in (cells[0].get("note") or ""),
                        "mode %d: the set was served before" % mode, cells[0].get("note"))
            hits[mode] = 1 - cells[0]["serve_misses"] / cells[0]["serve_requests"]
    checks.that(hits.get(0, 0) >= 0.5, "most requests hit in mode 0", hits)


def check_announced(checks, files, name, modes):
    plan = json.loads((files / (name + "-plan")).read_text())
    announced = {other["node"]: other["evict_bytes"] for other in plan["others"]}
    record = guest.read_record(files / (name + ".jsonl"))
    for mode in modes:
        checks.that(guest.ok_cells(record, mode), "%s, mode %d: there is a cell" % (name, mode))
        for cell in guest.ok_cells(record, mode):
            for number, most in announced.items():
                was = evicted(cell, number)
                checks.that(was <= most + NOISE, "%s, mode %d: node %d lost no more cache than "
                            "the plan said" % (name, mode, number), (was, most))
    return announced, record


def check_works(checks, files, name):
    code = (files / (name + ".exit")).read_text().strip()
    return checks.that(code == "0", "%s: the run works" % name,
                       (code, (files / (name + ".err")).read_text()[-1000:]))


def test_kernel(checks, program, kernel):
    modes = RUNS[kernel]
    with guest.work_directory() as work:
        (work / "full.conf").write_text("modes=%s\nblocks=%d\ntarget_mib=%d\n" % (
            ",".join(map(str, modes)), 2 if guest.is_long() else 1, NODE_MIB - 60))
        with guest.Guest(guest.kernel(kernel), guest.HERE / "full.sh", [program, work / "full.conf"],
                         node_mib=NODE_MIB, disk_mib=DISK_MIB) as machine:
            files = machine.run(DEADLINE_S).files
            if not all([check_works(checks, files, name)
                        for name in ("own", "target", "served", "both")]):
                return
            check_target(checks, files, modes[1])
            check_needing(checks, files)
            check_served(checks, files, modes)
            announced, record = check_announced(checks, files, "target", modes)
            for cell in guest.ok_cells(record, modes[1]):
                checks.that(evicted(cell, 0) >= LEAST_EVICTED[kernel] * ALLOC,
                            "mode %d: and nearly as much as is allocated" % modes[1],
                            (evicted(cell, 0), announced[0]))
                checks.that(announced[0] <= 2 * evicted(cell, 0),
                            "mode %d: of which the plan said no more than twice as much" % modes[1],
                            (evicted(cell, 0), announced[0]))
            announced, record = check_announced(checks, files, "both", modes)
            checks.that(set(announced) == {0, 1}, "both: both nodes may lose cache", announced)
            # what the first in mode 0 had evicted is free on the other node for the next
            for cell in guest.ok_cells(record, modes[0])[:1] + guest.ok_cells(record, modes[1]):
                lost = evicted(cell, 0) + evicted(cell, 1)
                checks.that(lost >= ALLOC / 4, "both, mode %d: cache made room" % cell["mode"], lost)


def test(checks):
    for kernel in RUNS if guest.is_long() else ["6.1"]:
        print("kernel " + kernel, flush=True)
        test_kernel(checks, sys.argv[1], kernel)


if __name__ == "__main__":
    guest.main(test)
