#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compare our chase with multichase: the same sizes, pages and order, in interleaved rounds.

Usage: chase.py BENCH_CHASE    (multichase in PATH, or NRB_MULTICHASE names one; skipped without)
multichase -T SIZE makes one group of the whole arena, so its order is random throughout, as ours.
Its -H would set the machine's THP mode where that is "never"; then 2 MiB pages are left out.
The set-up is compared at the largest size: memory, chain, and our count of it, against all of multichase's
wall time that is no sample.
"""
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections import namedtuple

SKIP = 77
KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
# size, lowest and highest ratio on hardware, the same in a virtual machine
SIZES = [(16 * KIB, 0.97, 1.03, 0.97, 1.03), (MIB, 0.97, 1.03, 0.97, 1.03),
         (64 * MIB, 0.97, 1.03, 0.97, 1.03), (GIB, 0.97, 1.03, 0.90, 1.10)]
Run = namedtuple("Run", "ours theirs ghz set_up their_set_up")
ROUNDS = int(os.environ.get("NRB_BENCH_ROUNDS", "7"))
QUIET = 0.25  # CPUs that others may keep busy in a round that counts
SAMPLES = 2  # of multichase, which takes one more that it drops
SAMPLE_S = 0.5
CYCLE_BAR = 0.1  # of a load in L1, from a whole number of cycles


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
    """The numbers that command prints, how many CPUs others kept busy meanwhile, and its seconds."""
    start, busy, own = time.monotonic(), busy_s(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, encoding="ascii")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    own_s = after.ru_utime + after.ru_stime - own.ru_utime - own.ru_stime
    wall_s = time.monotonic() - start
    return [float(word) for word in done.stdout.split()], (busy_s() - busy - own_s) / wall_s, wall_s


def one_round(ours, multichase, size, pages):
    """Ours, theirs, our clock in GHz, set-up of both; and whether the machine was quiet."""
    theirs = [multichase, "-m", str(size), "-s", "64", "-T", str(size), "-n", str(SAMPLES)]
    if pages == "thp":
        theirs.append("-H")
    (our_ns, ghz, our_s), others, _ = figures([ours, str(size), pages])
    (their_ns,), others_too, wall_s = figures(theirs)
    return Run(our_ns, their_ns, ghz, our_s, wall_s - (SAMPLES + 1) * SAMPLE_S), max(
        others, others_too) < QUIET


def quiet_rounds(ours, multichase, size, pages):
    """ROUNDS rounds on a quiet machine; where it never is, those that there are."""
    runs, loud = [], []
    while len(runs) < ROUNDS and len(runs) + len(loud) < 3 * ROUNDS:
        run, quiet = one_round(ours, multichase, size, pages)
        (runs if quiet else loud).append(run)
    return runs if len(runs) == ROUNDS else runs + loud, len(runs)


def verdict(what, reached):
    print("%s: %s" % (what, "reached" if reached else "MISSED"), flush=True)
    return reached


def spread(values):
    """The middle half's width, in parts of the median."""
    low, middle, high = statistics.quantiles(values, n=4)
    return (high - low) / middle


def check_ratio(runs, n_quiet, size, pages, low, high):
    ratios = [run.ours / run.theirs for run in runs]
    ratio = statistics.median(ratios)
    print("%8d KiB %-3s ours %8.3f ns, multichase %8.3f; best %8.3f and %8.3f; %d rounds, %d of them quiet" % (
        size // KIB, pages, statistics.median(run.ours for run in runs),
        statistics.median(run.theirs for run in runs), min(run.ours for run in runs),
        min(run.theirs for run in runs), len(runs), n_quiet))
    return verdict("%16s ratio %.3f [%.3f, %.3f], %.2f..%.2f" % (
        "", ratio, min(ratios), max(ratios), low, high), low <= ratio <= high)


def check_spread(runs):
    """No wider than theirs, of which few rounds tell no more than a half."""
    ours, theirs = (spread([run[i] for run in runs]) for i in (0, 1))
    return verdict("%16s spread %.2f %% of ours, %.2f of multichase's" % ("", 100 * ours, 100 * theirs),
                   ours <= max(1.5 * theirs, 0.02))


def check_cycles(runs):
    cycles = statistics.median(run.ours * run.ghz for run in runs)
    return verdict("%16s a load takes %.2f cycles, a whole number within %.1f" % (
        "", cycles, CYCLE_BAR), abs(cycles - round(cycles)) <= CYCLE_BAR)


def check_set_up(runs):
    ours, theirs = (statistics.median(run[i] for run in runs) for i in (3, 4))
    return verdict("%16s set up in %.2f s, multichase in %.2f: at most 1.00 of it, %.2f" % (
        "", ours, theirs, ours / theirs), ours <= theirs)


def compare(ours, multichase, size, pages, low, high):
    runs, n_quiet = quiet_rounds(ours, multichase, size, pages)
    reached = [check_ratio(runs, n_quiet, size, pages, low, high), check_spread(runs)]
    if size == SIZES[0][0] and runs[0].ghz > 0:
        reached.append(check_cycles(runs))
    if size == SIZES[-1][0]:
        reached.append(check_set_up(runs))
    return all(reached)


def main():
    multichase = shutil.which(os.environ.get("NRB_MULTICHASE", "multichase"))
    if multichase is None:
        print("SKIP: multichase (github.com/google/multichase) is not in PATH, nor named by NRB_MULTICHASE")
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
