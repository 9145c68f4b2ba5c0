#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Where pages are, by another path than move_pages(2): /proc/PID/numa_maps (placement.py PROGRAM).

NRB_LONG repeats it.
"""
import re
import sys

import guest

DEADLINE_S = 600


def pages_by_numa_maps(text, start):
    """Pages on each node of the mapping that starts there, when it was last seen."""
    lines = [line.split() for line in text.splitlines() if line.startswith("%x " % start)]
    if not lines:
        return {}
    return {int(node): int(pages) for node, pages in
            (re.fullmatch(r"N(\d+)=(\d+)", word).groups() for word in lines[-1]
             if re.fullmatch(r"N\d+=\d+", word))}


def check_cell(checks, cell, files):
    what = "cell %d, mode %d: " % (cell["cell"], cell["mode"])
    maps = files / ("maps.%d" % cell["alloc_pid"])
    if not checks.that(maps.exists(), what + "the child was seen"):
        return
    theirs = pages_by_numa_maps(maps.read_text(), cell["alloc_address"])
    ours = {node["node"]: node["pages"] for node in cell["nodes"] if node.get("pages")}
    print("numa_maps: %s" % theirs)
    checks.equal(ours, theirs, what + "pages per node are those of numa_maps")
    checks.equal(sum(ours.values()), cell["alloc_pages"], what + "and all that were written")


def check_files(checks, files, n_cells):
    if not checks.equal((files / "exit").read_text().strip(), "0", "the run succeeds"):
        print((files / "stderr").read_text())
        return
    cells = guest.read_record(files / "record.jsonl").cells
    checks.equal(len(cells), n_cells, "a warm-up and three cells in each block")
    for cell in cells:
        check_cell(checks, cell, files)
    for cell in cells:
        local = guest.local_ratio(cell)
        checks.that(local < 0.05 if cell["mode"] == 0 else local > 0.95,
                    "cell %d: mode %d decided the node" % (cell["cell"], cell["mode"]), local)


def test(checks):
    blocks = 3 if guest.is_long() else 1
    with guest.work_directory() as work:
        (work / "blocks").write_text("%d\n" % blocks)
        with guest.Guest(guest.kernel("6.1"), guest.HERE / "placement.sh",
                         [sys.argv[1], work / "blocks"]) as machine:
            files = machine.run(DEADLINE_S).files
            check_files(checks, files, 1 + 3 * blocks)


if __name__ == "__main__":
    guest.main(test)
