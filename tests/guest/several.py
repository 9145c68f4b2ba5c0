#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""`rehearse --kernels`: what the setting does on one kernel and on the next (several.py PROGRAM).

Between 6.1 and 7.3 lies the change that every user of the setting meets: with MGLRU, which 7.3 has on,
mode 1 reclaims nothing. NRB_LONG takes all four kernels, and two guests at once.
"""
import os
import subprocess
import sys

import guest

SUITES = dict(line.split("\t")[:2] for line in (guest.HERE / "kernels.tsv").read_text().splitlines()
              if not line.startswith("#"))
KERNELS = {False: ["6.1", "7.3"], True: ["5.10", "6.1", "6.18", "7.3"]}
RECLAIMS = {"5.10", "6.1"}  # with mode 1
DEADLINE_S = 1200


def specs(names):
    return ["%s:%s" % (SUITES[name], name) for name in names]


def rehearse(program, names, path, *words):
    done = subprocess.run(
        [program, "rehearse", "--kernels", ",".join(specs(names)), "--modes", "0,1", "--blocks", "1",
         "--sparse", "--nodes", "2", "-o", path, "--progress", "plain", *words],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        timeout=DEADLINE_S, check=False)
    print(done.stderr, done.stdout, sep="\n", flush=True)
    return done


def check_record(checks, name, path):
    record = guest.read_record(path)
    checks.that(record.header["kernel"].startswith(name + "."), name + ": its own kernel ran",
                record.header["kernel"])
    checks.that(record.end is not None and record.end["restored"] is True, name + ": the record is whole")
    local = guest.local_ratio(guest.ok_cells(record, 1)[0])
    if name in RECLAIMS:
        checks.that(local >= 0.97, name + ": mode 1 keeps memory local", local)
    else:
        checks.that(local <= 0.10, name + ": mode 1 keeps nothing local", local)


def check_comparison(checks, program, done, paths):
    shown = subprocess.run([program, "compare", *paths], stdout=subprocess.PIPE, encoding="utf-8",
                           check=False)
    checks.equal(done.returncode, shown.returncode, "it ends as compare does")
    checks.equal(done.stdout, shown.stdout, "and shows what compare does")
    checks.that(len(done.stdout) > 100, "which is something")


def test_kernels(checks, program, names, *words):
    with guest.work_directory() as work:
        done = rehearse(program, names, work / "run.jsonl", *words)
        paths = [work / ("run-%s.jsonl" % spec.replace(":", "-")) for spec in specs(names)]
        checks.equal(sorted(work.glob("*")), sorted(paths), "a record of each, and nothing else")
        if checks.failed:
            return
        for name, path in zip(names, paths):
            check_record(checks, name, path)
            said = [line for line in done.stderr.splitlines() if line.startswith("%s-%s: [" % (SUITES[name], name))]
            checks.that(len(said) >= 2, name + ": its cells were told under its name", said)
        check_comparison(checks, program, done, paths)


def test(checks):
    program = sys.argv[1]
    names = KERNELS[guest.is_long()]
    for name in names:
        guest.kernel(name)  # skips where it cannot be had
    test_kernels(checks, program, names)
    if guest.is_long() and os.cpu_count() > 1:
        test_kernels(checks, program, names, "--guests", "2")


if __name__ == "__main__":
    guest.main(test)
