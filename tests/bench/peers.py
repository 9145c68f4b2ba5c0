#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What others do the same with, beside it: peers.py BENCH_WAY [DIRECTORY]

Page cache is filled from a sparse file of 512 MiB, beside dd, vmtouch and fio; as much new memory is touched, beside
memhog; zeroing as much memory is the limit of both. Compared is processor time, of whole processes: there is no disk in
it. Then a written file of 256 MiB is read in from the disk, beside dd past the cache (iflag=direct), by wall time. All
ways take turns, in rounds; ratios are of one round. Before each, as much memory is touched and given back: the host of a
virtual machine may have taken what was free. A program that is not installed is named and passed by.
"""
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections import namedtuple
from pathlib import Path

ROUNDS = 7
MIB = 1 << 20
SPARSE_MIB, WRITTEN_MIB = 512, 256
# most: the bar of ours / its; None: no rival, for what it leaves behind is something else
Way = namedtuple("Way", "name words most")
Used = namedtuple("Used", "processor_s wall_s")


def fills(ours, path):
    return [Way("ours", [ours, "fill", path, str(SPARSE_MIB)], None),
            Way("dd bs=1M", ["dd", "if=" + path, "of=/dev/null", "bs=1M", "status=none"], 1.0),
            Way("vmtouch -t", ["vmtouch", "-q", "-t", path], None),
            Way("fio psync 1M", ["fio", "--name=f", "--filename=" + path, "--rw=read", "--bs=1M", "--ioengine=psync",
                                 "--size=%dM" % SPARSE_MIB, "--invalidate=0", "--thread", "--output=/dev/null"], 1.0),
            Way("zeroing alone", [ours, "zero", str(SPARSE_MIB)], None)]


def touches(ours):
    return [Way("ours", [ours, "touch", str(SPARSE_MIB)], None),
            Way("memhog -H", ["memhog", "-H", "%dm" % SPARSE_MIB], 1.0),
            Way("zeroing alone", [ours, "zero", str(SPARSE_MIB)], None)]


def reads(ours, path):
    return [Way("ours", [ours, "fill", path, str(WRITTEN_MIB)], None),
            Way("dd iflag=direct", ["dd", "if=" + path, "of=/dev/null", "bs=4M", "iflag=direct", "status=none"], 1.10),
            Way("dd bs=1M", ["dd", "if=" + path, "of=/dev/null", "bs=1M", "status=none"], None)]


def installed(ways):
    there = [way for way in ways if shutil.which(way.words[0])]
    for way in ways:
        if way not in there:
            print("SKIP %s: %s is not installed" % (way.name, way.words[0]))
    return there


def once(words):
    begin = time.monotonic()
    quiet = [(os.POSIX_SPAWN_OPEN, fd, "/dev/null", os.O_WRONLY, 0) for fd in (1, 2)]
    child = os.posix_spawnp(words[0], words, os.environ, file_actions=quiet)
    _, status, used = os.wait4(child, 0)
    if status:
        sys.exit("%s: exit status %d" % (" ".join(words), os.waitstatus_to_exitcode(status)))
    return Used(used.ru_utime + used.ru_stime, time.monotonic() - begin)


def evict(path):
    if path:
        with open(path, "rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def compare(title, ways, path, of, mib, back):
    """back: the command that has the host back memory. Whether each bar was reached."""
    taken = {way.name: [] for way in ways}
    for number in range(ROUNDS + 1):
        for way in ways:
            evict(path)
            once(back)
            seconds = getattr(once(way.words), of)
            if number > 0:  # in the first the host backs memory, and programs are read from disk
                taken[way.name].append(seconds)
    evict(path)
    good = True
    for way in ways:
        print("%s: %-16s %6.0f ns a page" % (title, way.name, statistics.median(taken[way.name]) * 1e9 / (mib * 256)))
    for way in ways[1:]:
        ratios = sorted(a / b for a, b in zip(taken["ours"], taken[way.name]))
        line = "%s, ours / %s %.3f [%.3f, %.3f]" % (title, way.name, statistics.median(ratios), ratios[0], ratios[-1])
        if way.most is None:
            print(line + ", no bar")
        else:
            reached = statistics.median(ratios) <= way.most
            print("%s, at most %.2f: %s" % (line, way.most, "reached" if reached else "MISSED"))
            good &= reached
    return good


def main(ours, where="."):
    back = [ours, "touch", str(SPARSE_MIB + 64)]
    with tempfile.TemporaryDirectory(dir=where) as directory:
        sparse, written = (str(Path(directory) / name) for name in ("sparse", "written"))
        with open(sparse, "wb") as file:
            file.truncate(SPARSE_MIB * MIB)
        with open(written, "wb") as file:
            for _ in range(WRITTEN_MIB):
                file.write(os.urandom(MIB))
            os.fsync(file.fileno())
        good = [compare("fill", installed(fills(ours, sparse)), sparse, "processor_s", SPARSE_MIB, back),
                compare("first touch", installed(touches(ours)), None, "processor_s", SPARSE_MIB, back),
                compare("written file", installed(reads(ours, written)), written, "wall_s", WRITTEN_MIB, back)]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
