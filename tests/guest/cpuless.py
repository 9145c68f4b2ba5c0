#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A node without CPUs: any CPU may reclaim it, of whichever node (cpuless.py PROGRAM)."""
import sys

import guest

DEADLINE_S = 600
NODE_MIB = 192


def check_mode(checks, record, mode, cpu_node):
    cells = [cell for cell in guest.ok_cells(record, mode) if cell["cpu_node"] == cpu_node]
    what = "mode %d, CPU of node %d: " % (mode, cpu_node)
    if not checks.equal(len(cells), 1, what + "one cell is ok"):
        return
    checks.equal((cells[0]["node"], cells[0]["policy"]), (0, "preferred"),
                 what + "the CPU-less node is preferred")
    local, stolen = guest.local_ratio(cells[0]), cells[0]["counters"]["pgsteal_direct"]
    if mode == 0:
        checks.that(local <= 0.05 and stolen == 0, what + "nothing is reclaimed", (local, stolen))
    else:
        checks.that(local >= 0.97 and stolen > 0, what + "the node is reclaimed", (local, stolen))


def test(checks):
    with guest.Guest(guest.kernel("6.1"), guest.HERE / "cpuless.sh", [sys.argv[1]], cpus=(0, 1, 1),
                     node_mib=NODE_MIB) as machine:
        files = machine.run(DEADLINE_S).files
        checks.equal((files / "alone.exit").read_text().strip(), "2",
                     "without --cpu-node it is a usage error")
        if not checks.equal((files / "run.exit").read_text().strip(), "0", "the run succeeds"):
            print((files / "run.err").read_text())
            return
        record = guest.read_record(files / "record.jsonl")
        for mode in (0, 1):
            for cpu_node in (1, 2):
                check_mode(checks, record, mode, cpu_node)


if __name__ == "__main__":
    guest.main(test)
