#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How soon a rehearsal answers, and what of its time is its own: rehearsal.py PROGRAM [KERNEL]

Two nodes of 512 MiB, all eight values. With one block: from the command to the table, at most 90 s on two CPUs of a
host that does nothing else, and the run's wall time over the sum of its phases, at most 1.10. With a budget of two
minutes: when what the first block decides was told, and how many blocks there were.
"""
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "guest"))
import guest  # noqa: E402 pylint: disable=wrong-import-position

MOST_S, MOST_RATIO = 90, 1.10
FIRST = "after one block"


class Rehearsal:
    """A rehearsal, its report, and when standard error had what."""

    def __init__(self, program, kernel, record, *options):
        words = [program, "rehearse", "-y", "--kernel", kernel.image, "--modules", kernel.modules,
                 "-o", record, "--progress", "plain", *options]
        begin = time.monotonic()
        with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, encoding="utf-8") as process:
            self.said = [(time.monotonic() - begin, line.rstrip()) for line in process.stderr]
        self.took_s = time.monotonic() - begin
        self.code = process.returncode
        text = subprocess.run([program, "report", "--json", record], stdout=subprocess.PIPE, check=True).stdout
        self.report = json.loads(text)["records"][0]

    def when(self, words):
        return next((at for at, line in self.said if words in line), None)


def judge(checks, what, got, most):
    checks.that(got <= most, "%s %.2f, at most %.2f" % (what, got, most))


def test(checks):
    kernel = guest.kernel((sys.argv[2:] or ["7.3"])[0])
    with tempfile.TemporaryDirectory() as directory:
        one = Rehearsal(sys.argv[1], kernel, Path(directory) / "one.jsonl", "--blocks", "1")
        checks.equal(one.code, 0, "one block: rehearse succeeds")
        judge(checks, "one block: seconds from command to table", one.took_s, MOST_S)
        judge(checks, "one block: wall time / phases", one.report["time"]["wall_ratio"], MOST_RATIO)
        budget = Rehearsal(sys.argv[1], kernel, Path(directory) / "budget.jsonl", "--budget", "2m")
        checks.equal(budget.code, 0, "budget of 2 minutes: rehearse succeeds")
        print("budget of 2 minutes: %.0f s, %d blocks, %d cells; what one block decides after %s" % (
            budget.took_s, budget.report["blocks"], budget.report["cells"],
            "%.0f s" % budget.when(FIRST) if budget.when(FIRST) else "the last one, by the report"))
        for claim in budget.report["claims"]:
            print("  " + claim["text"])


if __name__ == "__main__":
    guest.main(test)
