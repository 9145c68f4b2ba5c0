#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What `watch 1` costs in an idle guest of two nodes, as a share of one of its CPUs (watching.py PROGRAM [KERNEL]).

The emulator's times are those of a slow machine, and a busy host makes them longer.
"""
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "guest"))
import guest  # noqa: E402 pylint: disable=wrong-import-position

BAR = 0.01
SECONDS = 25
CLOCK_TICKS_PER_S = 100  # of every Linux on x86
DEADLINE_S = 300


def test(checks):
    with guest.work_directory() as work:
        (work / "seconds").write_text(str(SECONDS))
        with guest.Guest(guest.kernel((sys.argv[2:] or ["7.3"])[0]), HERE / "watching.sh",
                         [sys.argv[1], work / "seconds"]) as machine:
            lines = (machine.run(DEADLINE_S).files / "cpu").read_text().splitlines()
    for form, ticks in map(str.split, lines):
        share = int(ticks) / CLOCK_TICKS_PER_S / SECONDS
        checks.that(share < BAR, "watch %s 1: %.2f %% of a CPU, less than %.0f %%" % (form, 100 * share, 100 * BAR))


if __name__ == "__main__":
    guest.main(test)
