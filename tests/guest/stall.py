#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Allocations that hang end as stalled, and the knob is back before they are killed (stall.py PROGRAM
KERNEL)."""
import re
import sys

import guest

DEADLINE_S = 900
SWAP_MIB = 512
FOUND = 3


def events_of(text):
    """(what, number) in order: knob written with a value, a pid killed, a pid gone."""
    text = re.sub(r'\n"', '"', text) # the value ends with the newline that was written
    for line in text.splitlines():
        knob = re.search(r'knob: .*name="zone_reclaim_mode" write=1 value="(\d+)', line)
        killed = re.search(r"signal_generate: sig=9 .* pid=(\d+)", line)
        gone = re.search(r"sched_process_exit: .* pid=(\d+)", line)
        for what, found in (("knob", knob), ("kill", killed), ("gone", gone)):
            if found:
                yield what, int(found[1])


def check_order(checks, cell, events):
    what = "cell %d, mode %d: " % (cell["cell"], cell["mode"])
    pid = cell["alloc_pid"]
    if not checks.that(("kill", pid) in events and ("gone", pid) in events,
                       what + "the child was killed", events):
        return
    killed, gone = events.index(("kill", pid)), events.index(("gone", pid))
    values = [value for event, value in events[:killed] if event == "knob"]
    checks.equal(values[-2:], [cell["mode"], 0],
                 what + "the knob was put from the mode to 0 before the kill")
    checks.that(killed < gone, what + "which is what ended the child", (killed, gone))
    between = [event for event in events[killed:gone] if event[0] == "knob"]
    checks.equal(between, [], what + "and nothing was written until it was gone")


def check_cell(checks, cell, events):
    what = "cell %d, mode %d: " % (cell["cell"], cell["mode"])
    counters = cell["counters"]
    checks.that(counters["pgscan_direct"] >= 100000
                and counters["pgsteal_direct"] <= counters["pgscan_direct"] * 0.01,
                what + "scanned 100,000 pages and more, and took less than 1 %", counters)
    # none of it where the soak left the node exactly at its watermark
    checks.that(0 <= cell["alloc_pages"] < cell["alloc_bytes"] // guest.PAGE,
                what + "not all of it was written", cell["alloc_pages"])
    checks.that(cell["note"].startswith("stalled: %d of " % cell["alloc_pages"]),
                what + "and the note says how much", cell["note"])
    checks.equal(counters["pswpout"], 0, what + "nothing was swapped out")
    checks.equal(sum(node.get("pages", 0) for node in cell["nodes"]) + cell["pages_absent"],
                 cell["alloc_pages"], what + "and located")
    check_order(checks, cell, events)


def test(checks):
    program, kernel = sys.argv[1:]
    with guest.Guest(guest.kernel(kernel), guest.HERE / "stall.sh", [program],
                     swap_mib=SWAP_MIB) as machine:
        files = machine.run(DEADLINE_S).files
        if not checks.equal((files / "run.exit").read_text().strip(), "0", "stalled cells: exit 0"):
            print((files / "run.err").read_text())
            return
        record = guest.read_record(files / "record.jsonl")
        events = list(events_of((files / "trace").read_text()))
        stalled = [cell for cell in record.cells if cell["status"] == "stalled" and cell["block"] > 0]
        checks.equal(sorted(cell["mode"] for cell in stalled), [4, 5], "both modes stalled: %s" % [
            (cell["mode"], cell["status"], cell.get("note")) for cell in record.cells])
        for cell in stalled:
            check_cell(checks, cell, events)
        checks.equal((files / "knob").read_text().strip(), str(FOUND), "the knob is as found")
        checks.equal([value for what, value in events if what == "knob"][-1], FOUND,
                     "which was the last that it was given")


if __name__ == "__main__":
    guest.main(test)
