#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A node without CPUs: any CPU may reclaim it (cpuless.py PROGRAM). NRB_LONG: of whichever node."""
import sys
from collections import namedtuple

import guest

DEADLINE_S = 600
NODE_MIB = 192
# cpus: of each node; target: the one without; least: that is local where it is reclaimed
Shape = namedtuple("Shape", "cpus target cpu_nodes least")
NEAREST = Shape((2, 0), 1, (0,), 0.97)
# Of three nodes, too, the target has one zone, and 6.1 takes one page in 32 elsewhere, as beside a
# ballast: one for each reclaim of 32 (measured: 0.9684 to 0.9710).
EACH = Shape((1, 1, 0), 2, (0, 1), 31 / 32 - 0.005)


def check_mode(checks, record, shape, mode, cpu_node):
    cells = [cell for cell in guest.ok_cells(record, mode) if cell["cpu_node"] == cpu_node]
    what = "mode %d, CPU of node %d: " % (mode, cpu_node)
    if not checks.equal(len(cells), 1, what + "one cell is ok"):
        return
    checks.equal((cells[0]["node"], cells[0]["policy"]), (shape.target, "preferred"),
                 what + "the CPU-less node is preferred")
    local, stolen = guest.local_ratio(cells[0]), cells[0]["counters"]["pgsteal_direct"]
    if mode == 0:
        checks.that(local <= 0.05 and stolen == 0, what + "nothing is reclaimed", (local, stolen))
    else:
        checks.that(local >= shape.least and stolen > 0, what + "the node is reclaimed",
                    (local, stolen))


def test_shape(checks, program, shape):
    with guest.work_directory() as work:
        (work / "cpuless.conf").write_text("target=%d\ncpu_nodes=%s\n" % (
            shape.target, ",".join(map(str, shape.cpu_nodes))))
        with guest.Guest(guest.kernel("6.1"), guest.HERE / "cpuless.sh",
                         [program, work / "cpuless.conf"], cpus=shape.cpus,
                         node_mib=NODE_MIB) as machine:
            files = machine.run(DEADLINE_S).files
            checks.equal((files / "alone.exit").read_text().strip(), "2",
                         "without --cpu-node it is a usage error")
            if not checks.equal((files / "run.exit").read_text().strip(), "0", "the run succeeds"):
                print((files / "run.err").read_text())
                return
            record = guest.read_record(files / "record.jsonl")
            for mode in (0, 1):
                for cpu_node in shape.cpu_nodes:
                    check_mode(checks, record, shape, mode, cpu_node)


def test(checks):
    for shape in (NEAREST, EACH) if guest.is_long() else (NEAREST,):
        test_shape(checks, sys.argv[1], shape)


if __name__ == "__main__":
    guest.main(test)
