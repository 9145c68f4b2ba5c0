#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compare our chase with multichase: the same sizes, pages and order, in interleaved rounds.

Usage: chase.py BENCH_CHASE        (NRB_MULTICHASE names a built multichase; skipped without)
multichase -T SIZE makes one group of the whole arena, so its order is random throughout, as ours.
Its -H would set the machine's THP mode where that is "never"; then 2 MiB pages are left out.
"""
import os
import re
import resource
import statistics
import subprocess
import sys
import time

SKIP = 77
KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
# size, lowest and highest ratio on hardware, the same in a virtual machine
SIZES = [(16 * KIB, 0.97, 1.03, 0.97, 1.03), (MIB, 0.97, 1.03, 0.97, 1.03),
         (64 * MIB, 0.97, 1.03, 0.97, 1.03), (GIB, 0.97, 1.03, 0.90, 1.10)]
ROUNDS = int(os.environ.get("NRB_BENCH_ROUNDS", "7"))
QUIET = 0.25  # CPUs that others may keep busy in a round that counts


def thp_is_possible():
    try:
        with open("/sys/kernel/mm/transparent_hugepage/enabled", encoding="ascii") as f:
            return "[never]" not in f.read()
    except OSError:
        return False


def is_guest():
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        return re.search(r"^flags.*\bhypervisor\b", f.read(), re.M) is not None


def busy_s():
    """Seconds that all CPUs together were busy since boot, what the hypervisor stole included."""
    with open("/proc/stat", encoding="ascii") as f:
        user, nice, system, _, _, irq, softirq, steal = map(int, f.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def figures(command):
    """The numbers that command prints, and how many CPUs others kept busy meanwhile."""
    start, busy, own = time.monotonic(), busy_s(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, encoding="ascii")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    own_s = after.ru_utime + after.ru_stime - own.ru_utime - own.ru_stime
    others = (busy_s() - busy - own_s) / (time.monotonic() - start)
    return [float(word) for word in done.stdout.split()], others


def one_round(ours, multichase, size, pages):
    """Ours, theirs, our clock in GHz; none where the machine was not quiet."""
    theirs = [multichase, "-m", str(size), "-s", "64", "-T", str(size), "-n", "2"]
    if pages == "thp":
        theirs.append("-H")
    (our_ns, ghz), others = figures([ours, str(size), pages])
    (their_ns,), others_too = figures(theirs)
    return (our_ns, their_ns, ghz), max(others, others_too) < QUIET


def quiet_rounds(ours, multichase, size, pages):
    """ROUNDS rounds on a quiet machine; where it never is, those that there are."""
    runs, loud = [], []
    while len(runs) < ROUNDS and len(runs) + len(loud) < 3 * ROUNDS:
        run, quiet = one_round(ours, multichase, size, pages)
        (runs if quiet else loud).append(run)
    return runs if len(runs) == ROUNDS else runs + loud, len(runs)


def compare(ours, multichase, size, pages, low, high):
    runs, n_quiet = quiet_rounds(ours, multichase, size, pages)
    ratios = [run[0] / run[1] for run in runs]
    ratio = statistics.median(ratios)
    reached = low <= ratio <= high
    print("%8d KiB %-3s ours %8.3f ns, multichase %8.3f, ratio %.3f [%.3f, %.3f], %.2f..%.2f: %s"
          % (size // KIB, pages, statistics.median(run[0] for run in runs),
             statistics.median(run[1] for run in runs), ratio, min(ratios), max(ratios), low,
             high, "reached" if reached else "MISSED"))
    print("%16s best %8.3f ns, multichase %8.3f, ratio %.3f; %d rounds, %d of them quiet"
          % ("", min(run[0] for run in runs), min(run[1] for run in runs),
             min(run[0] for run in runs) / min(run[1] for run in runs), len(runs), n_quiet),
          flush=True)
    if size == SIZES[0][0] and runs[0][2] > 0:
        print("%16s a load takes %.2f cycles (a whole number, where the clock is right)"
              % ("", statistics.median(run[0] * run[2] for run in runs)), flush=True)
    return reached


def main():
    multichase = os.environ.get("NRB_MULTICHASE")
    if not multichase or not os.access(multichase, os.X_OK):
        print("SKIP: NRB_MULTICHASE names no program (github.com/google/multichase)")
        return SKIP
    # both on the same CPU: multichase takes the first that it may use
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    guest = is_guest()
    reached = True
    for size, low, high, guest_low, guest_high in SIZES:
        for pages in ["4k", "thp"] if thp_is_possible() else ["4k"]:
            if not compare(sys.argv[1], multichase, size, pages,
                           guest_low if guest else low, guest_high if guest else high):
                reached = False
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
