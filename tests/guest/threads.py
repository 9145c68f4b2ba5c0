#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Threads that allocate side by side, on two kernels (threads.py PROGRAM).

One of them reclaims a node at a time, and the others go elsewhere meanwhile: on 6.1 it frees 32 pages a
call, on 7.3 up to 512. How far apart the kernels are is what is expected; how often threads meet is
the scheduler's, so medians of a few cells are held against bounds.
"""
import json
import statistics
import subprocess
import sys

import guest

DEADLINE_S = 900
MODES = {"6.1": 1, "7.3": 7}  # one that reclaims there
THREADS = {"6.1": "1,2,4", "7.3": "1,4"}


def rehearse(program, name, path):
    kernel, mode = guest.kernel(name), str(MODES[name])
    words = [program, "rehearse", "-y", "--kernel", kernel.image, "--modules", kernel.modules,
             "--nodes", "2", "--cpus-per-node", "2", "--threads", THREADS[name], "--modes", mode, "--reference", mode,
             "--blocks", "10" if guest.is_long() else "2", "-o", path, "--progress", "plain"]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          encoding="utf-8", timeout=DEADLINE_S, check=False)
    print(done.stdout)
    return done.returncode


def check_reason(checks, program, path):
    """What the report says of several threads on 6.1."""
    told = json.loads(subprocess.run([program, "report", path, "--json"], stdout=subprocess.PIPE,
                                     check=True).stdout)["records"][0]
    rules = {row["threads"]: row["decided_by"] for row in told["rows"]}
    checks.equal(rules, {1: "reclaimed", 2: "reclaimed, one task at a time",
                         4: "reclaimed, one task at a time"}, "6.1: the report gives the reason")
    checks.that("threads" in [claim["kind"] for claim in told["claims"]], "6.1: and a sentence",
                told["claims"])


def medians(checks, program, name, path):
    """Part of the memory that was local, by threads; None where that cannot be said."""
    if not checks.equal(rehearse(program, name, path), 0, name + ": rehearse succeeds"):
        return None
    cells = guest.ok_cells(guest.read_record(path), MODES[name])
    local = {threads: [guest.local_ratio(cell) for cell in cells if cell["threads"] == threads]
             for threads in map(int, THREADS[name].split(","))}
    print("%s: %s" % (name, local))
    if not checks.that(all(local.values()), name + ": cells are ok with each number of threads"):
        return None
    return {threads: statistics.median(values) for threads, values in local.items()}


def test(checks):
    with guest.work_directory() as work:
        old, new = (medians(checks, sys.argv[1], name, work / (name + ".jsonl"))
                    for name in ("6.1", "7.3"))
        if old is not None:
            check_reason(checks, sys.argv[1], work / "6.1.jsonl")
    if old is None or new is None:
        return
    checks.that(old[1] >= 0.97, "6.1: one thread: at least 97 % local", old[1])
    checks.that(0.65 <= old[2] <= 0.92, "6.1: two threads: 65 to 92 % local", old[2])
    checks.that(0.40 <= old[4] <= 0.70, "6.1: four threads: 40 to 70 % local", old[4])
    checks.that(old[1] > old[2] > old[4], "6.1: the more threads, the less is local", old)
    checks.that(new[1] >= 0.97, "7.3: one thread: at least 97 % local", new[1])
    checks.that(new[4] > 0.85, "7.3: four threads: over 85 % local", new[4])
    checks.that(new[4] - old[4] >= 0.25, "with four it is 25 points and more above 6.1",
                (new[4], old[4]))


if __name__ == "__main__":
    guest.main(test)
