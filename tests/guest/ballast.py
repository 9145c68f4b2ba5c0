#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A part of a node beside a ballast is as the whole node (ballast.py PROGRAM [KERNEL...]).

Nodes of 4 GiB: node 0 has DMA32 and Normal, node 1 Normal alone. Their locality and the pages that are
reclaimed for each that is allocated must be those of a fill of all of the node, and what was locked
must be free again; also where an arm of --set has the watermarks keep more free. NRB_LONG fills whole nodes to compare with, on both nodes and kernels; a sample
holds against what they had.
"""
import re
import sys

import guest

NODE_MIB = 4096
FILL_MIB = 600
WHOLE_MIB = 3000
ALLOC_PAGES = 200 << 20 >> 12
S_PER_RUN = 900
# Kernel: a value that reclaims there.
RECLAIMING = {"6.1": 1, "7.3": 7}
# 6.1 with one zone: 0.964 beside a ballast and with a whole fill alike; with two zones 0.994.
LEAST_LOCAL = 0.95
# What a run leaves of a node's free memory to caches.
FREE_LOST_MIB = 64


def runs_of(kernel, is_long):
    """Names and options. The file is a hole: what is compared does not read it from the disk."""
    modes = "--sparse --modes 0,%d" % RECLAIMING[kernel]
    for node in (0, 1) if is_long else (0,):
        yield "part-%d" % node, "%s --node %d --fill %dM --blocks %d" % (
            modes, node, FILL_MIB, 2 if is_long else 1)
        if is_long:
            yield "marks-%d" % node, "%s --node %d --fill %dM --blocks 1 --set %s" % (
                modes, node, FILL_MIB, "found,vm.watermark_scale_factor=x20")
            yield "whole-%d" % node, "%s --node %d --blocks 1" % (modes, node)


def node_of(cell):
    return next(node for node in cell["nodes"] if node["node"] == cell["node"])


def mean(record, mode, measure):
    cells = guest.ok_cells(record, mode)
    return sum(map(measure, cells)) / len(cells) if cells else None


def freed(cell):
    return cell["counters"]["pgsteal_direct"] / ALLOC_PAGES


def zones_of(files):
    """Zones with memory by node, as /proc/zoneinfo names them."""
    zones, managed = {}, re.compile(r"^\s+managed\s+(\d+)", re.M)
    for block in re.split(r"^(?=Node )", (files / "zoneinfo").read_text(), flags=re.M)[1:]:
        node, zone = re.match(r"Node (\d+), zone\s+(\w+)", block).groups()
        if int(managed.search(block)[1]) > 0:
            zones.setdefault(int(node), set()).add(zone)
    return zones


def check_zones(checks, files):
    zones = zones_of(files)
    checks.that({"DMA32", "Normal"} <= zones[0], "node 0 has DMA32 and Normal", zones)
    checks.that("DMA32" not in zones[1], "node 1 has not", zones)


def check_part(checks, files, name, mode):
    """By itself: what was locked, what was filled, what the modes then did."""
    record = guest.read_record(files / (name + ".jsonl"))
    for cell in guest.ok_cells(record, 0) + guest.ok_cells(record, mode):
        locked = node_of(cell).get("ballast_bytes", 0) >> 20
        checks.that(locked >= NODE_MIB - FILL_MIB - 700, "%s: the rest is locked" % name, locked)
        filled = cell["fill_asked_bytes"] >> 20
        checks.that(0.85 * FILL_MIB <= filled <= 1.13 * FILL_MIB, name + ": the room is filled", filled)
        checks.equal(cell["counters"]["pgsteal_kswapd"], 0, name + ": kswapd slept")
    local, tries = (mean(record, mode, measure) for measure in (guest.local_ratio, freed))
    checks.that(local is not None and local >= LEAST_LOCAL, "%s: mode %d is local" % (name, mode),
                local)
    checks.that(tries is not None and 0.7 <= tries <= 1.5,
                "%s: mode %d frees what it allocates" % (name, mode), tries)
    local = mean(record, 0, guest.local_ratio)
    checks.that(local is not None and local <= 0.02, name + ": mode 0 is not", local)
    checks.that("lower zone" not in (files / (name + ".err")).read_text(),
                name + ": the room is in the highest zone")
    before, after = (int((files / (name + end)).read_text()) for end in ("-free-before", "-free"))
    checks.that(after >= before - FREE_LOST_MIB, name + ": what was locked is free again",
                (before, after))


def check_marks(checks, files, name, mode):
    """Both arms are measured; that which keeps more free has less to fill, and is as local."""
    record = guest.read_record(files / (name + ".jsonl"))
    for arm in (None, "vm.watermark_scale_factor=200"):
        cells = [cell for cell in guest.ok_cells(record, mode) if cell.get("set") == arm]
        checks.that(cells and all(guest.local_ratio(cell) >= LEAST_LOCAL for cell in cells),
                    "%s: set %s, mode %d is local" % (name, arm, mode),
                    [guest.local_ratio(cell) for cell in cells])
        filled = [cell["fill_asked_bytes"] >> 20 for cell in cells]
        kept = NODE_MIB * 4 // 100 if arm else 0  # by the high watermark
        checks.that(cells and all(0.85 * FILL_MIB - kept <= fill <= 1.13 * FILL_MIB - kept / 2
                                  for fill in filled), "%s: set %s, the room is filled" % (name, arm), filled)


def check_as_whole(checks, files, node, mode):
    part, whole = (guest.read_record(files / ("%s-%d.jsonl" % (name, node)))
                   for name in ("part", "whole"))
    cells = guest.ok_cells(whole, 0) + guest.ok_cells(whole, mode)
    checks.that(cells and all("ballast_bytes" not in node_of(cell) for cell in cells),
                "node %d: with a whole fill nothing is locked" % node)
    checks.that(all(cell["fill_asked_bytes"] >= WHOLE_MIB << 20 for cell in cells),
                "node %d: which fills the node" % node, [cell["fill_asked_bytes"] for cell in cells])
    for one in (0, mode):
        got, wanted = (mean(record, one, guest.local_ratio) for record in (part, whole))
        checks.that(got is not None and wanted is not None and abs(got - wanted) <= 0.02,
                    "node %d, mode %d: as local as with a whole fill" % (node, one), (got, wanted))
    got, wanted = (mean(record, mode, freed) for record in (part, whole))
    checks.that(got is not None and wanted and abs(got / wanted - 1) <= 0.15,
                "node %d, mode %d: frees as much as with a whole fill" % (node, mode), (got, wanted))


def check_works(checks, files, name):
    code = (files / (name + ".exit")).read_text().strip()
    checks.that(not (files / (name + "-left")).exists(), name + ": no process is left")
    return checks.that(code == "0", name + ": the run works",
                       (code, (files / (name + ".err")).read_text()[-1000:]))


def test_kernel(checks, program, kernel):
    runs = list(runs_of(kernel, guest.is_long()))
    with guest.work_directory() as work:
        (work / "ballast.conf").write_text("".join("%s %s\n" % run for run in runs))
        with guest.Guest(guest.kernel(kernel), guest.HERE / "ballast.sh",
                         [program, work / "ballast.conf"], node_mib=NODE_MIB) as machine:
            files = machine.run(S_PER_RUN * len(runs)).files
            check_zones(checks, files)
            works = [name for name, _ in runs if check_works(checks, files, name)]
            for name in works:
                if name.startswith("part"):
                    check_part(checks, files, name, RECLAIMING[kernel])
                if name.startswith("marks"):
                    check_marks(checks, files, name, RECLAIMING[kernel])
            for node in (0, 1):
                if {"part-%d" % node, "whole-%d" % node} <= set(works):
                    check_as_whole(checks, files, node, RECLAIMING[kernel])


def test(checks):
    program, *kernels = sys.argv[1:]
    for kernel in kernels or (RECLAIMING if guest.is_long() else ["6.1"]):
        print("kernel " + kernel, flush=True)
        test_kernel(checks, program, kernel)


if __name__ == "__main__":
    guest.main(test)
