#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How long a plan says that it takes, against how long it takes, on guests of 1 to 8 GiB (pace.py PROGRAM).

The share of what is said that it takes must be the same at every size, or what is said of a large
machine by the pace of 64 MiB is wrong. The host's own load is in it: medians of few cells, so that all sizes
are asked for only by NRB_LONG.
"""
import json
import statistics
import sys

import guest

DEADLINE_S = 900
NODES_MIB = {False: (512, 1024), True: (512, 1024, 2048, 4096)}  # two nodes each
# Of the middle one of all sizes' shares; in a sample the host is less quiet.
MOST_OFF = {False: 0.35, True: 0.10}


def said_and_took(checks, program, node_mib):
    """Seconds of a cell, or None."""
    with guest.Guest(guest.kernel("6.1"), guest.HERE / "pace.sh", [program], node_mib=node_mib) as machine:
        files = machine.run(DEADLINE_S).files
    name = "%d MiB a node" % node_mib
    for step in ("plan", "text", "run"):
        if not checks.equal((files / (step + ".exit")).read_text().strip(), "0",
                            "%s: %s succeeds" % (name, step)):
            print((files / (step + ".err")).read_text()[-1000:])
            return None
    checks.that("  time        about " in (files / "text").read_text(), name + ": the plan has a time")
    said = json.loads((files / "plan").read_text())["time"]
    record = guest.read_record(files / "r.jsonl")
    took = statistics.median(cell["wall_ns"] / 1e9 for cell in guest.ok_cells(record, 0))
    print("TIME\t%d\t%.2f\t%.2f\t%.2f\t%.2f" % (2 * node_mib, said["cell_s"], took, said["all_s"],
                                               record.end["wall_ns"] / 1e9))
    return said["cell_s"], took


def test(checks):
    print("TIME", "MiB", "cell said, s", "cell took", "run said", "run took", sep="\t")
    shares = {}
    for node_mib in NODES_MIB[guest.is_long()]:
        seconds = said_and_took(checks, sys.argv[1], node_mib)
        if seconds is None:
            return
        shares[node_mib] = seconds[1] / seconds[0]
    middle = statistics.median(shares.values())
    checks.that(0.5 <= middle <= 2, "what is said is of the order of what it takes", middle)
    for node_mib, share in shares.items():
        checks.that(abs(share / middle - 1) <= MOST_OFF[guest.is_long()],
                    "%d MiB a node: it takes the same share of what is said" % node_mib, (share, middle))


if __name__ == "__main__":
    guest.main(test)
