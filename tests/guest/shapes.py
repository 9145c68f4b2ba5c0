#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""`rehearse` on machines of other shapes, and the scenario without modes (shapes.py PROGRAM). NRB_LONG adds one
of eight nodes, all of which are compared in all modes."""
import itertools
import subprocess
import sys
import tempfile
from pathlib import Path

import guest

DEADLINE_S = 900


def rehearse(program, kernel, record, *words):
    done = subprocess.run([program, "rehearse", "-y", "--kernel", kernel.image, "--modules",
                           kernel.modules, "-o", record, "--progress", "plain", *words],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, encoding="utf-8",
                          timeout=DEADLINE_S, check=False)
    print(done.stdout)
    return done.returncode


def four_nodes(checks, program, kernel, path):
    code = rehearse(program, kernel, path, "--nodes", "4", "--node-mem", "256M", "--distance",
                    "32", "--modes", "0,1")
    if not checks.equal(code, 0, "four nodes: rehearse succeeds"):
        return
    record = guest.read_record(path)
    checks.equal([node["node"] for node in record.header["nodes"]], [0, 1, 2, 3],
                 "four nodes: the guest has them")
    checks.equal(record.header["distances"],
                 [[10 if a == b else 32 for b in range(4)] for a in range(4)],
                 "four nodes: at the distance asked for")
    for mode in (0, 1):
        cells = guest.ok_cells(record, mode)
        if not checks.equal(len(cells), 1, "four nodes: mode %d: one cell is ok" % mode):
            continue
        local = guest.local_ratio(cells[0])
        checks.that(local <= 0.05 if mode == 0 else local >= 0.97,
                    "four nodes: mode %d decides the node" % mode, local)


def eight_nodes(checks, program, kernel, path):
    code = rehearse(program, kernel, path, "--nodes", "8", "--node-mem", "256M", "--node", "all")
    if not checks.equal(code, 0, "eight nodes: rehearse succeeds"):
        return
    record = guest.read_record(path)
    cells = [cell for cell in record.cells if cell["block"] == 1]
    checks.equal(sorted((cell["node"], cell["mode"]) for cell in cells),
                 list(itertools.product(range(8), range(8))), "eight nodes: each in every mode, once")
    # on so small a node the kernel may be at work still as a cell wants to begin
    fine = sum(cell["status"] == "ok" for cell in cells)
    checks.that(fine >= 60, "eight nodes: nearly all of them are ok", fine)
    checks.that(path.stat().st_size <= 24 << 10 << 6, "eight nodes: at most 24 KiB a cell",
                path.stat().st_size)


def check_pair(checks, cell):
    what = "matrix: CPU on node %d, memory on node %d: " % (cell["cpu_node"], cell["node"])
    checks.equal(cell["status"], "ok", what + "is ok")
    checks.that("mode" not in cell, what + "has no mode")
    checks.equal([node["node"] for node in cell["nodes"] if node.get("pages")], [cell["node"]],
                 what + "every page is on that node")
    checks.that(cell["walks"] and all(walk["loads"] > 0 < walk["ns"] for walk in cell["walks"]),
                what + "was walked", cell["walks"])
    checks.that(all(walk["loads"] < 1 << 20 for walk in cell["walks"]),
                what + "and no longer than where times mean something", cell["walks"])


def matrix(checks, program, kernel, path):
    code = rehearse(program, kernel, path, "--nodes", "2", "--scenario", "matrix")
    if not checks.equal(code, 0, "matrix: rehearse succeeds"):
        return
    record = guest.read_record(path)
    checks.equal(sorted((cell["cpu_node"], cell["node"]) for cell in record.cells),
                 list(itertools.product((0, 1), repeat=2)), "matrix: every pair once")
    for cell in record.cells:
        check_pair(checks, cell)


def test(checks):
    program, kernel = sys.argv[1], guest.kernel("6.1")
    with tempfile.TemporaryDirectory() as work:
        four_nodes(checks, program, kernel, Path(work) / "four-nodes.jsonl")
        matrix(checks, program, kernel, Path(work) / "matrix.jsonl")
        if guest.is_long():
            eight_nodes(checks, program, kernel, Path(work) / "eight-nodes.jsonl")


if __name__ == "__main__":
    guest.main(test)
