#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""`rehearse` on one kernel: what each mode does there (kernels.py PROGRAM ROW-OF-KERNELS.TSV).

NRB_LONG compares all eight modes instead of a sample.
"""
import csv
import io
import subprocess
import sys
import tempfile
from collections import namedtuple
from pathlib import Path

import guest

DEADLINE_S = 1200
ALL_MODES = set(range(8))
# inert: modes that reclaim nothing, since MGLRU is on; success: whether vmstat has zone_reclaim_success
Expected = namedtuple("Expected", "lru_gen inert success")
LEGACY = Expected(lru_gen={None, "off"}, inert=set(), success=False)
MGLRU = Expected(lru_gen={"on"}, inert={1, 2, 3, 4, 5}, success=True)
EXPECTED = {"5.10": LEGACY, "6.1": LEGACY, "6.18": MGLRU, "7.3": MGLRU}


def kept_ratio(cell):
    return cell["cache_after_bytes"] / cell["cache_before_bytes"]


def rehearse(program, kernel, modes, record):
    words = [program, "rehearse", "-y", "--kernel", kernel.image, "--modules", kernel.modules,
             "--modes", ",".join(map(str, sorted(modes))), "-o", record, "--progress", "plain",
             "--nodes", "2"]
    return subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          encoding="utf-8", timeout=DEADLINE_S, check=False)


def check_header(checks, kernel, expected, record):
    header = record.header
    checks.that(header["rehearsal"] is True, "the header says rehearsal")
    checks.that(header.get("hypervisor"), "the header names the hypervisor")
    checks.equal(header["kernel"], Path(kernel.modules).name, "the header names the kernel")
    checks.that(header.get("lru_gen") in expected.lru_gen, "MGLRU is as that kernel has it",
                header.get("lru_gen"))
    checks.that(record.end is not None and record.end["restored"] is True,
                "the last line says restored", record.end)
    checks.equal([s["read_back"] for s in record.end["settings"]],
                 [s["found"] for s in record.end["settings"]], "settings read back as found")


def check_counters(checks, mode, expected, cell):
    counters = cell["counters"]
    what = "mode %d: " % mode
    checks.equal("zone_reclaim_success" in counters, expected.success,
                 what + "zone_reclaim_success is there if the kernel has it")
    checks.equal(counters["allocstall"], 0, what + "nobody stalled in direct reclaim")
    if mode == 0:
        checks.equal(counters["zone_reclaim_failed"], 0, what + "node reclaim is off")
    elif mode in expected.inert:
        checks.that(counters["zone_reclaim_failed"] >= 10000,
                    what + "node reclaim failed at least 10,000 times", counters)
        checks.equal(counters["zone_reclaim_success"], 0, what + "and never succeeded")
    else:
        checks.that(counters["pgsteal_direct"] > 0, what + "pages were reclaimed", counters)


def check_calls(checks, mode, expected, cell):
    """What the tracepoints say, beside what the counters say."""
    counters, calls, what = cell["counters"], cell.get("reclaim_calls"), "mode %d: " % mode
    if not checks.that(calls is not None, what + "calls of node reclaim were recorded"):
        return
    checks.equal(cell.get("reclaim_hist", {}).get("n", 0), calls, what + "each with its time")
    checks.equal(cell["reclaim_lost_calls"], 0, what + "and none was lost")
    if mode == 0:
        checks.equal(calls, 0, what + "there were none")
    elif mode in expected.inert:
        checks.that(0 < calls < counters["zone_reclaim_failed"] / 2, what + "a part of them", calls)
        checks.equal((cell["reclaim_futile_calls"], cell["reclaim_pages"]), (calls, 0),
                     what + "which freed nothing")
        checks.that(cell["reclaim_traced_ns"] < cell["alloc_wall_ns"] / 2, what + "in a part of the time",
                    cell["reclaim_traced_ns"])
    else:
        checks.that(0.9 * counters["pgsteal_direct"] <= cell["reclaim_pages"] <= counters["pgsteal_direct"],
                    what + "they freed what was reclaimed", (cell["reclaim_pages"], counters))


def check_mode(checks, mode, expected, cell):
    local, kept = guest.local_ratio(cell), kept_ratio(cell)
    what = "mode %d: " % mode
    check_counters(checks, mode, expected, cell)
    check_calls(checks, mode, expected, cell)
    if mode == 0 or mode in expected.inert:
        most = 0.10 if expected.inert else 0.05
        checks.that(local <= most, what + "at most %.0f %% local" % (100 * most), local)
        checks.that(kept >= 0.95, what + "at least 95 % of the cache is kept", kept)
    else:
        least = 0.99 if expected.inert else 0.97
        checks.that(local >= least, what + "at least %.0f %% local" % (100 * least), local)
        checks.that(kept < 0.90, what + "less than 90 % of the cache is kept", kept)


def check_words(checks, modes, expected, text):
    """What the table says in words."""
    checks.that("times are not" in text, "the table says which figures are real", text)
    inert = sorted(modes & expected.inert)
    sentences = [line for line in text.splitlines() if "reclaimed nothing" in line]
    if not inert:
        checks.equal(sentences, [], "no sentence says that a mode reclaimed nothing")
        return
    checks.equal(len(sentences), 1, "a sentence says that modes reclaimed nothing")
    checks.that(sentences and text.index(sentences[0]) < text.index(" mode "),
                "and stands above the table", text)
    checks.that(sentences and "odes %d" % inert[0] in sentences[0]
                and "%d reclaimed" % inert[-1] in sentences[0], "and names them", sentences)


def check_absence(checks, program, expected, record):
    """Absent is not zero."""
    table = subprocess.run([program, "report", "--csv", record], stdout=subprocess.PIPE,
                           encoding="utf-8", check=True).stdout
    for row in csv.DictReader(io.StringIO(table)):
        checks.equal(row["zone_reclaim_success"] == "", not expected.success,
                     "mode %s: report --csv leaves zone_reclaim_success empty where it is absent"
                     % row["mode"])


def test(checks):
    program, row = sys.argv[1:]
    kernel, expected = guest.kernel(row), EXPECTED[row]
    modes = ALL_MODES if guest.is_long() else {0, 1, 5, 7}
    before = guest.KNOB.read_text() if guest.KNOB.exists() else None
    with tempfile.TemporaryDirectory() as work:
        path = Path(work) / "record.jsonl"
        done = rehearse(program, kernel, modes, path)
        print(done.stdout)
        if not checks.equal(done.returncode, 0, "rehearse succeeds"):
            return
        record = guest.read_record(path)
        check_header(checks, kernel, expected, record)
        for mode in sorted(modes):
            cells = guest.ok_cells(record, mode)
            if checks.equal(len(cells), 1, "mode %d: one cell is ok" % mode):
                check_mode(checks, mode, expected, cells[0])
        check_words(checks, modes, expected, done.stdout)
        check_absence(checks, program, expected, path)
    after = guest.KNOB.read_text() if guest.KNOB.exists() else None
    checks.equal(after, before, "this machine's own zone_reclaim_mode was left alone")


if __name__ == "__main__":
    guest.main(test)
