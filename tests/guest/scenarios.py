#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What each scenario and factor shows on one kernel (scenarios.py PROGRAM KERNEL RUN...).

scenarios.tsv has the runs, rehearsals all, expectations.tsv what must be seen in their cells. NRB_LONG
takes every mode of a run, and repeats it.
"""
import json
import math
import operator
import re
import shlex
import subprocess
import sys
import time
from collections import namedtuple

import guest

S_PER_GUEST = 600
Run = namedtuple("Run", "name kernel options sample long")
# share: of the cells, rounded up, must meet it
Expectation = namedtuple("Expectation", "run kernels when cells what how bound share")


def read_table(name, row_type):
    lines = (guest.HERE / name).read_text().splitlines()
    return [row_type(*line.split("\t")) for line in lines if line and not line.startswith("#")]


# What a cell is asked for; anything else is a path into it ("counters.pswpout").

def node_of(cell, number):
    return next(node for node in cell["nodes"] if node["node"] == number)


def kept(cell):
    return cell["cache_after_bytes"] / cell["cache_before_bytes"]


def lost(cell, key):
    """Part of what the target held of it that was gone after the allocation."""
    node = node_of(cell, cell["node"])
    return 1 - node[key + "_after_bytes"] / node[key + "_before_bytes"]


def others_lost(cell):
    """Free memory that the other nodes lost, in bytes."""
    return sum(node["free_before_bytes"] - node["free_after_bytes"] for node in cell["nodes"]
               if node["node"] != cell["node"])


def neighbour_lost(cell):
    """Free memory that the neighbour's node lost, in bytes."""
    node = node_of(cell, cell["victim_node"])
    return node["free_before_bytes"] - node["free_after_bytes"]


def largest_zone(cell):
    return max(cell["zones"], key=lambda zone: zone["managed_bytes"])


def lowest_above_min(cell):
    zone = largest_zone(cell)
    return zone["free_lowest_bytes"] - zone["min_bytes"]


def raised(cell):
    """The setting that the last part of a set is of."""
    return cell["set"].split("+")[-1].split("=")[0]


def asked_swapout(cell):
    """Pages swapped out by others than kswapd: by node reclaim."""
    return cell["counters"]["pswpout"] - cell["swapout_kswapd_pages"]


def held(cell):
    """Part of what the holder was asked to hold that it held after the soak."""
    return cell["hold_bytes"] / cell["hold_asked_bytes"]


def hits(cell):
    """Part of the requests that were served from the page cache."""
    return 1 - cell["serve_misses"] / cell["serve_requests"]


def from_disk(cell):
    """Part of the bytes served that came from disk."""
    return cell["serve_disk_bytes"] / cell["serve_bytes"]


def local_or_tried(cell):
    """Pages that are local, or for which node reclaim was tried in vain: a failed try is counted
    for each zone of the node, of which these guests' have two."""
    tried = cell["counters"]["zone_reclaim_failed"] / 2
    return guest.local_ratio(cell) + tried / cell["alloc_pages"]


def looks(cell):
    """Moments at which the nodes were looked at; each gives an entry for every node."""
    return len({look["t_ns"] for look in cell["looks"]})


def dirty_seen(cell):
    """The most that a look found dirty on the target; every look must tell."""
    return max([look["dirty_bytes"] for look in cell["looks"] if look["node"] == cell["node"]])


def path_of(cell, path):
    value = cell
    for word in path.split("."):
        value = value.get(word) if isinstance(value, dict) else None
    return value


MEASURES = {
    "local": guest.local_ratio,
    "local-or-tried": local_or_tried,
    "kept": kept,
    "held": held,
    "others-lost": others_lost,
    "active-lost": lambda cell: lost(cell, "active_file"),
    "dirty-lost": lambda cell: lost(cell, "dirty"),
    "shmem-lost": lambda cell: lost(cell, "shmem"),
    "node-reclaim-swapout": asked_swapout,
    "swapped-in": lambda cell: cell["counters"]["pswpin"] + cell["counters_after"]["pswpin"],
    "neighbour-lost": neighbour_lost,
    "neighbour-remote": lambda cell: cell["victim_remote_pages"] / cell["victim_pages"],
    "zone-min": lambda cell: largest_zone(cell)["min_bytes"],
    "lowest-free": lambda cell: largest_zone(cell)["free_lowest_bytes"],
    "lowest-above-min": lowest_above_min,
    "raised": raised,
    "watched": lambda cell: largest_zone(cell)["samples"],
    "burst-received": lambda cell: cell["burst_received_bytes"] / cell["burst_sent_bytes"],
    "looks": looks,
    "dirty-seen": dirty_seen,
    "hits": hits,
    "hits-lost": lambda cell: hits(cell["base"]) - hits(cell),
    "disk-gained": lambda cell: from_disk(cell) - from_disk(cell["base"]),
}
# How a value is held against a bound; a number that is absent meets nothing but "is -".
HOWS = {
    "<=": lambda value, bound: value is not None and value <= float(bound),
    ">=": lambda value, bound: value is not None and value >= float(bound),
    "=": lambda value, bound: value is not None and value == float(bound),
    "is": lambda value, bound: ("-" if value is None else str(value)) == bound,
    "has": lambda value, bound: value is not None and bound in value,
}


def measure(cell, what):
    try:
        return MEASURES[what](cell) if what in MEASURES else path_of(cell, what)
    except (KeyError, TypeError, ZeroDivisionError, StopIteration):
        return None


COMPARISONS = {"<": operator.lt, ">": operator.gt}


def has(cell, term):
    """Whether it is one of the cells that a term is about: KEY=VALUE|VALUE, or KEY<NUMBER, KEY>NUMBER."""
    key, sign, wanted = re.fullmatch(r"([\w.-]+)([=<>])(.*)", term).groups()
    value = measure(cell, key)
    if sign == "=":
        return ("-" if value is None else str(value)) in wanted.split("|")
    return value is not None and COMPARISONS[sign](value, float(wanted))


def selected(cells, terms):
    return [cell for cell in cells
            if terms == "all" or all(has(cell, term) for term in terms.split())]


def word(cell, what):
    value = measure(cell, what)
    return "%.4g" % value if isinstance(value, float) else str(value)


def each(cells, terms):
    """KEY=VALUE+VALUE is for each value by itself that there are cells of."""
    listed = re.search(r"([\w.-]+)=(\S*\+\S*)", terms)
    if not listed:
        return [terms]
    key, values = listed.groups()
    return [terms.replace(listed[0], "%s=%s" % (key, value)) for value in values.split("+")
            if selected(cells, "%s=%s" % (key, value))] or [terms]


def check_cells(checks, expectation, terms, record):
    """A cell that is not ok meets nothing but what its status is said to be."""
    what = expectation.what
    said = "%s: %s: %s %s %s" % (expectation.run, terms, what, expectation.how, expectation.bound)
    chosen = selected(guest.measured(record), terms)
    if not chosen:
        checks.that(False, said + ": there is such a cell")
        return
    any_status = what in ("status", "note") or "status=" in terms
    met = [cell for cell in chosen if (any_status or cell["status"] == "ok")
           and HOWS[expectation.how](measure(cell, what), expectation.bound)]
    wanted = math.ceil(float(expectation.share) * len(chosen) - 1e-9)
    checks.that(len(met) >= wanted, "%s: %d of %d cells, %d needed" % (
        said, len(met), len(chosen), wanted),
                ["%d: mode %s, %s, %s" % (cell["cell"], cell.get("mode"), cell["status"],
                                          word(cell, what)) for cell in chosen])


def check_whole(checks, run, record):
    """Every cell of the plan was run, and everything is as found."""
    blocks = record.header["plan"]["blocks"]
    arms = record.header["plan"]["arms"]
    checks.equal(len(guest.measured(record)), blocks * len(arms), run.name + ": every cell of the plan was run")
    if not checks.that(record.end is not None and record.end["restored"] is True,
                       run.name + ": the last line says restored", record.end):
        return
    checks.equal([s["read_back"] for s in record.end["settings"]],
                 [s["found"] for s in record.end["settings"]], run.name + ": settings as found")


def is_long(run):
    return guest.is_long() or run.sample == "-"


def rehearse(program, run, path):
    kernel = guest.kernel(run.kernel)
    more = run.long if is_long(run) else run.sample
    words = [program, "rehearse", "-y", "--kernel", kernel.image, "--modules", kernel.modules,
             "-o", path, "--progress", "plain", "--nodes", "2", *shlex.split(run.options), *shlex.split(more)]
    print("rehearse " + shlex.join(map(str, words[9:])), flush=True)
    blocks = re.search(r"--blocks (\d+)", more)
    return subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          encoding="utf-8", check=False,
                          timeout=S_PER_GUEST * (int(blocks[1]) if blocks else 1))


FACTORS = ("scenario", "variant", "node", "cpu_node", "lru_gen", "policy", "page_size", "threads", "set",
           "fill_on", "swap", "trim")


def place(cell, *more):
    return [cell.get(key) for key in (*FACTORS, *more)]


def link_bases(cells):
    """To each cell that of mode 0 in its block, with the same factors else."""
    bases = [cell for cell in cells if cell.get("mode") == 0]
    for cell in cells:
        cell["base"] = next((base for base in bases
                             if place(base, "block") == place(cell, "block")), None)


def link_report(program, path, cells):
    """To each cell the row of the report that is of its like, the rule that decided, and kinds of
    sentences."""
    told = json.loads(subprocess.run([program, "report", path, "--json"], stdout=subprocess.PIPE,
                                     check=True).stdout)["records"][0]
    rows = {tuple(place(row, "mode")): row for row in told["rows"]}
    for cell in cells:
        cell["row"] = rows.get(tuple(place(cell, "mode")), {})
        cell["decided_by"] = cell["row"].get("decided_by")
        cell["said"] = [claim["kind"] for claim in told["claims"]]


def try_run(checks, program, run, expectations, path):
    start = time.monotonic()
    done = rehearse(program, run, path)
    print(done.stdout)
    print("rehearsed in %.0f s" % (time.monotonic() - start))
    if not checks.equal(done.returncode, 0, run.name + ": rehearse succeeds"):
        return
    record = guest.read_record(path)
    check_whole(checks, run, record)
    link_bases(record.cells)
    link_report(program, path, record.cells)
    for expectation in expectations:
        for terms in each(guest.measured(record), expectation.cells):
            check_cells(checks, expectation, terms, record)


def test(checks):
    program, kernel = sys.argv[1:3]
    wanted = sys.argv[3:]
    expectations = read_table("expectations.tsv", Expectation)
    runs = [run for run in read_table("scenarios.tsv", Run)
            if run.kernel == kernel and run.name in wanted]
    checks.equal(sorted(run.name for run in runs), sorted(wanted), "they are runs on " + kernel)
    with guest.work_directory() as work:
        for run in runs:
            meant = [e for e in expectations if e.run == run.name and kernel in e.kernels.split()
                     and e.when in ("-", "long" if is_long(run) else "sample")]
            checks.that(meant, run.name + ": something is expected of it")
            try_run(checks, program, run, meant, work / (run.name + ".jsonl"))


if __name__ == "__main__":
    guest.main(test)
