# SPDX-License-Identifier: GPL-2.0-or-later
"""What a test run says of the faults that it tried: lines "FAULT what happens cases lost", with tabs,
which tests/faultstable.py brings into the manual."""
from collections import Counter
from pathlib import Path


def words_of_kinds():
    lines = (Path(__file__).resolve().parent / "kinds.tsv").read_text().splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return {name: (what, happens) for name, what, happens in rows}


def say(tried):
    """tried: (kind, whether nothing was lost) of every case."""
    words, cases, lost = words_of_kinds(), Counter(), Counter()
    for kind, whole in tried:
        cases[kind] += 1
        lost[kind] += not whole
    for kind in cases:
        print("\t".join(("FAULT", *words[kind], str(cases[kind]), str(lost[kind]))), flush=True)
