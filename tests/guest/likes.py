#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Guests like recorded machines: `check` finds in them what hwloc's XML says (likes.py PROGRAM).

The XML is read here by other means than the program's. NRB_LONG: all machines, and a run on one of them.
"""
import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import guest

FIXTURES = guest.TOP / "tests/fixtures"
DEADLINE_S = 300
SHORT = ("../likes/nps4.xml", "cpuless-node/topology.xml")
LONG = ("../likes/two-sockets.xml", "four-nodes/topology.xml", "../likes/snc.xml", "../likes/opteron.xml",
        "../likes/sparse.xml")
HMAT = {"latency_ns": "Latency", "bandwidth_mib_s": "Bandwidth"}


class Machine:
    """What hwloc's XML says of its nodes, by OS number."""

    def __init__(self, path):
        root = ElementTree.parse(path).getroot()
        nodes = {node.get("gp_index"): node for node in root.iter("object")
                 if node.get("type") == "NUMANode"}
        self.numbers = {index: int(node.get("os_index")) for index, node in nodes.items()}
        self.memory = {int(node.get("os_index")): int(node.get("local_memory", 0))
                       for node in nodes.values()}
        self.distances = self._distances(root)
        self.attributes = {key: self._best(root, name) for key, name in HMAT.items()}

    @staticmethod
    def _distances(root):
        matrix = next(m for m in root.iter("distances2") if m.get("name") == "NUMALatency")
        ids = [int(i) for part in matrix.iter("indexes") for i in part.text.split()]
        values = [int(v) for part in matrix.iter("u64values") for v in part.text.split()]
        return {(a, b): values[i * len(ids) + j]
                for i, a in enumerate(ids) for j, b in enumerate(ids)}

    def _best(self, root, name):
        """{node: what its nearest CPUs see of it}"""
        best = {}
        for attribute in root.iter("memattr"):
            for value in attribute.iter("memattr_value") if attribute.get("name") == name else ():
                node, seen = self.numbers[value.get("target_obj_gp_index")], int(value.get("value"))
                known = best.get(node, seen)
                best[node] = min(seen, known) if name == "Latency" else max(seen, known)
        return best


def plan_of(program, path, *words):
    done = subprocess.run([program, "rehearse", "-n", "--json", "-o", "none", "--like", path, *words],
                          stdout=subprocess.PIPE, encoding="utf-8", check=True)
    return json.loads(done.stdout)


def machine_words(qemu):
    """Of a whole command line, what makes the nodes."""
    words = qemu[qemu.index("-smp"):qemu.index("-kernel")]
    return words + ["-machine", "hmat=on"] * ("q35,hmat=on" in qemu)


def check_nodes(checks, name, plan, machine, found):
    like = [node["like"] for node in plan["shape"]]
    checks.equal([node["node"] for node in found["nodes"]], list(range(len(like))),
                 name + ": the guest has as many nodes")
    checks.equal(sorted(like), sorted(machine.memory), name + ": each is one of the machine's")
    checks.equal([node["memory_bytes"] > 0 for node in found["nodes"]],
                 [machine.memory[node] > 0 for node in like], name + ": with memory where it has some")
    checks.equal([len(node["cpus"]) > 0 for node in found["nodes"]],
                 [node["cpus"] > 0 for node in plan["shape"]], name + ": with CPUs as planned")
    checks.equal(found["distances"], [[machine.distances[a, b] for b in like] for a in like],
                 name + ": the distances are the machine's")
    for key, values in machine.attributes.items():
        checks.equal([node.get(key) for node in found["nodes"]], [values.get(a) for a in like],
                     name + ": so is " + key)


def test_machine(checks, program, file):
    path, name = FIXTURES / file, file.replace("/topology", "").replace(".xml", "")
    plan = plan_of(program, path, "--node-mem", "256M")
    with guest.Guest(guest.kernel("6.1"), guest.HERE / "likes.sh", [program]) as booted:
        booted.words = guest.command_line(guest.kernel("6.1"), machine_words(plan["qemu"]), ["data"])
        files = booted.run(DEADLINE_S).files
        if checks.equal((files / "check.json.exit").read_text().strip(), "0", name + ": check succeeds"):
            found = json.loads((files / "check.json").read_text())["topology"]
            check_nodes(checks, name, plan, Machine(path), found)


def test_run(checks, program):
    """The whole way, on the machine with nodes that have no CPUs."""
    kernel = guest.kernel("6.1")
    with guest.work_directory() as work:
        path = Path(work) / "record.jsonl"
        done = subprocess.run([program, "rehearse", "--kernel", kernel.image, "--modules",
                               kernel.modules, "--like", FIXTURES / "../likes/sparse.xml", "--node-mem",
                               "256M", "--modes", "0,1", "--progress", "plain", "-o", path],
                              stdin=subprocess.DEVNULL, timeout=900, check=False)
        if not checks.equal(done.returncode, 0, "rehearse --like succeeds"):
            return
        record = guest.read_record(path)
        checks.equal(len(record.header["nodes"]), 6, "the record is of its nodes")
        for mode in (0, 1):
            checks.equal(len(guest.ok_cells(record, mode)), 1, "mode %d: one cell is ok" % mode)


def test(checks):
    program = sys.argv[1]
    for file in SHORT + LONG * guest.is_long():
        test_machine(checks, program, file)
    if guest.is_long():
        test_run(checks, program)


if __name__ == "__main__":
    guest.main(test)
