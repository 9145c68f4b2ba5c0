#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a value of the knob costs, against one that costs nothing, in rehearsals (costs.py PROGRAM
[KERNEL]).

Times of a guest are no hardware's, but both sides are of the same guest, and turns are taken by
blocks. A cost that no bar is known for is printed alone: how much bit 2 slows a writer beside, what a
file server and a neighbour gain or lose.
"""
import json
import shlex
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "guest"))
import guest  # noqa: E402 pylint: disable=wrong-import-position

DEADLINE_S = 1800
# options: of the rehearsal; modes: the one that costs nothing, and the other; figure: of `report`;
# at_least: the bar of other / free
Cost = namedtuple("Cost", "what options modes figure at_least")
COSTS = (
    Cost("shmem: a first touch, where bit 4 has tmpfs scanned in vain",
         "--scenario shmem --swap off", (1, 4), "alloc_mean_ns", 1.5),
    Cost("anon: the owner's touch of a page again, where modes 6 and 7 swapped",
         "--scenario anon --variant swapping --swap on", (1, 7), "return_ns", 5),
    Cost("dirty: the speed of a writer beside, where bit 2 has its pages written",
         "--scenario dirty --variant writer-full", (1, 2), "writer_bytes_per_s", None),
    Cost("fileserver: requests in a second, where readers' cache is reclaimed for workers",
         "--scenario fileserver", (0, 1), "requests_per_s", None),
    Cost("neighbour: its access to its own memory, where the job keeps to its node",
         "--scenario neighbour", (0, 1), "victim_access_ns", None),
    Cost("neighbour: the slowest hundredth of its first touches, where the job keeps to its node",
         "--scenario neighbour", (0, 1), "victim_alloc_p99_ns", None),
)
BLOCKS = 3


def rehearse(program, kernel, cost, path):
    words = [program, "rehearse", "-y", "--kernel", kernel.image, "--modules", kernel.modules, "-o", path,
             "--progress", "plain", "--blocks", str(BLOCKS), "--modes", "%d,%d" % cost.modes,
             "--reference", str(cost.modes[0]), *shlex.split(cost.options)]
    return subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False,
                          timeout=DEADLINE_S).returncode


def figures(program, path, figure):
    """By mode; what is not there was not measured."""
    done = subprocess.run([program, "report", "--json", path], stdout=subprocess.PIPE, check=True)
    rows = json.loads(done.stdout)["records"][0]["rows"]
    return {row["mode"]: row.get(figure) for row in rows}


def measured(checks, program, kernel, path):
    """Each cost with its figures by mode; a rehearsal that two costs are of is made once."""
    rehearsed = None
    for cost in COSTS:
        if rehearsed != (cost.options, cost.modes):
            path.unlink(missing_ok=True)
            rehearsed = (cost.options, cost.modes)
            works = checks.equal(rehearse(program, kernel, cost, path), 0,
                                 cost.options + ": rehearse succeeds")
        if works:
            yield cost, figures(program, path, cost.figure)


def check(checks, cost, free, other):
    said = "%s: %s, mode %d %s, mode %d %s" % (cost.what, cost.figure, cost.modes[0], free,
                                              cost.modes[1], other)
    if not free or not other:
        checks.that(False, said)
    elif cost.at_least is None:
        print("%s: %.2f of it" % (said, other / free))
    else:
        checks.that(other / free >= cost.at_least, "%s: %.2f of it, at least %.2f" % (
            said, other / free, cost.at_least))


def test(checks):
    program, kernel = sys.argv[1], guest.kernel((sys.argv[2:] or ["6.1"])[0])
    with guest.work_directory() as work:
        for cost, by_mode in measured(checks, program, kernel, work / "record.jsonl"):
            check(checks, cost, *map(by_mode.get, cost.modes))


if __name__ == "__main__":
    guest.main(test)
