#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Time to ready: a ballast and a small fill against a fill of all of a node of 4 GiB, in one guest
(ready.py PROGRAM [KERNEL])."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "guest"))
import guest  # noqa: E402 pylint: disable=wrong-import-position

NODE_MIB = 4096
BAR = 0.5
DEADLINE_S = 3600
# The first one has the host back the guest's memory, and is not looked at. The file is written: a
# server's is.
RUNS = {
    "backing": "--node 0,1 --modes 0 --blocks 1 --fill 600M",
    "part": "--node 1 --modes 0 --blocks 1 --fill 600M",
    "whole": "--node 1 --modes 0 --blocks 1",
}
PREPARING = ("start", "evict", "drain", "fill", "shape", "settle", "soak")


def ready_s(record):
    """Until the first cell's mode is applied: file, ballast, and that cell's fill and soak."""
    phases = [sum(cell["phase_ns"].values()) for cell in record.cells]
    before = record.end["phases_ns"] - sum(phases)
    first = sum(record.cells[0]["phase_ns"].get(phase, 0) for phase in PREPARING)
    return (before + first) / 1e9


def test(checks):
    with guest.work_directory() as work:
        (work / "ballast.conf").write_text("".join("%s %s\n" % run for run in RUNS.items()))
        with guest.Guest(guest.kernel((sys.argv[2:] or ["6.1"])[0]), guest.HERE / "ballast.sh",
                         [sys.argv[1], work / "ballast.conf"], node_mib=NODE_MIB) as machine:
            files = machine.run(DEADLINE_S).files
            part, whole = (ready_s(guest.read_record(files / (name + ".jsonl")))
                           for name in ("part", "whole"))
    print("ready after %.1f s with a ballast, %.1f s without" % (part, whole))
    checks.that(part / whole < BAR, "with a ballast %.2f of the time, less than %.2f" % (
        part / whole, BAR))


if __name__ == "__main__":
    guest.main(test)
