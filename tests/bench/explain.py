#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""explain on a machine of 8 nodes and 512 CPUs: explain.py NUMA-RECLAIM-BENCH

The machine is made here, of the recorded one of two nodes: its files grow with CPUs and nodes, which is
what is paid for. At most 50 ms of CPU time a command, the median of 20, as text and as JSON: what others leave of
a CPU meanwhile is not its cost, so that wall time is told beside. Exits 1 where it takes longer.
"""
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

TESTS = pathlib.Path(__file__).resolve().parent.parent
NODES, CPUS_OF_NODE, BAR_S, ROUNDS = 8, 64, 0.050, 20
SYS_NODE = "sys/devices/system/node"


def grown_zone(zone, node, cpus):
    """A zone of the recorded file for another node, with a list for every CPU."""
    zone = re.sub(r"^Node \d+", f"Node {node}", zone)
    head, pagesets = zone.split("  pagesets\n") if "  pagesets\n" in zone else (zone, None)
    if pagesets is None:
        return head
    one, tail = re.fullmatch(r"    cpu: 0\n(.*?)(?:    cpu: \d+\n.*?)*(  node_unreclaimable.*)", pagesets,
                             re.S).groups()
    return head + "  pagesets\n" + "".join(f"    cpu: {cpu}\n{one}" for cpu in range(cpus)) + tail


def make_machine(root):
    shutil.copytree(TESTS / "fixtures" / "two-nodes", root)
    (root / "topology.xml").unlink()  # explain reads none
    cpus = NODES * CPUS_OF_NODE
    zones = re.split(r"(?m)^(?=Node )", (root / "proc/zoneinfo").read_text())[1:]
    of_node = {node: [zone for zone in zones if zone.startswith(f"Node {node},")] for node in (0, 1)}
    (root / "proc/zoneinfo").write_text("".join(
        grown_zone(zone, node, cpus) for node in range(NODES) for zone in of_node[min(node, 1)]))
    for name in ("online", "possible", "has_cpu", "has_memory"):
        (root / SYS_NODE / name).write_text(f"0-{NODES - 1}\n")
    for node in range(NODES):
        directory = root / SYS_NODE / f"node{node}"
        if node > 1:
            shutil.copytree(root / SYS_NODE / "node1", directory)
        first = node * CPUS_OF_NODE
        (directory / "cpulist").write_text(f"{first}-{first + CPUS_OF_NODE - 1}\n")
        (directory / "distance").write_text(
            " ".join(str(10 if other == node else 12 if other // 2 == node // 2 else 32)
                     for other in range(NODES)) + "\n")
    # kswapds, threads of the kernel from its start, among all that runs
    for process in (*range(100, 100 + NODES), *range(1000, 1500), *range(20000, 22000)):
        directory = root / "proc" / str(process)
        directory.mkdir()
        name, flags = (f"kswapd{process - 100}", 0x200840) if process < 1000 else ("worker", 64)
        (directory / "stat").write_text(f"{process} ({name}) S 2 0 0 0 -1 {flags} 0\n")


def seconds(words):
    """CPU time and wall time of a command."""
    begin = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(words)}: exit status {process.returncode}")
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - begin


def main(program):
    failed = False
    with tempfile.TemporaryDirectory() as directory:
        root = pathlib.Path(directory) / "machine"
        make_machine(root)
        size = (root / "proc/zoneinfo").stat().st_size
        print(f"{NODES} nodes, {NODES * CPUS_OF_NODE} CPUs, zoneinfo of {size / 1024:.0f} KiB")
        for words in ([], ["--json"]):
            cpu, wall = zip(*(seconds([program, "explain", "--root", str(root), *words]) for _ in range(ROUNDS)))
            median = statistics.median(cpu)
            failed |= median > BAR_S
            print(f"explain {' '.join(words) or 'as text'}: {median * 1000:.1f} ms of CPU time (bar {BAR_S * 1000:.0f}), "
                  f"{statistics.median(wall) * 1000:.1f} ms in all")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
