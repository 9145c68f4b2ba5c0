#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""gcc -fanalyzer over every source, against analyzer.tsv (analyzer.py SOURCE_ROOT BUILD_DIR): a warning that is not
in it fails, and so does a row of it that is not seen any more. Skipped without gcc 12: others warn of other things."""
import concurrent.futures
import json
import os
import re
import shlex
import subprocess
import sys
from collections import Counter
from pathlib import Path

GCC = "gcc-12"
SKIP = 77
# of a compile command: what tells the compiler how to read the source, and not what to make of it
KEPT = re.compile(r"-[IDU].*|-std=.*|-isystem.*|-pthread")


def commands(build):
    """(file, words) of each source of the library, the chase and the program."""
    seen = {}
    for row in json.loads((build / "compile_commands.json").read_text()):
        path = Path(row["directory"], row["file"]).resolve()
        if path.parent.name in ("src", "bench") and "tests" not in path.parts and path not in seen:
            words = shlex.split(row["command"])
            seen[path] = ([word for word in words if KEPT.fullmatch(word)], row["directory"])
    return sorted(seen.items())


def warnings_of(job):
    (path, (words, directory)), root = job
    done = subprocess.run([GCC, *words, "-fanalyzer", "-fdiagnostics-path-format=none", "-S", "-o", os.devnull, path],
                          cwd=directory, env={**os.environ, "LC_ALL": "C"}, stdin=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, encoding="utf-8", check=False)
    if done.returncode != 0:
        sys.exit("%s: %s" % (path, done.stderr[-2000:]))
    function = "-"
    for line in done.stderr.splitlines():
        found = re.search(r": In function '(\w+)'", line)
        function = found[1] if found else function
        found = re.search(r"warning: .*\[-Wanalyzer-([a-z-]+)\]", line)
        if found:
            yield path.relative_to(root).as_posix(), function, found[1]


def read_table(root):
    lines = (root / "tests/analyzer.tsv").read_text().splitlines()
    return Counter({tuple(words[:3]): int(words[3])
                    for words in (line.split("\t") for line in lines if not line.startswith("#"))})


def main():
    root, build = (Path(word).resolve() for word in sys.argv[1:])
    try:
        subprocess.run([GCC, "--version"], stdout=subprocess.DEVNULL, check=True)
    except FileNotFoundError:
        print(GCC + " is not installed")
        sys.exit(SKIP)
    jobs = [(command, root) for command in commands(build)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        seen = Counter(warning for found in pool.map(lambda job: list(warnings_of(job)), jobs) for warning in found)
    known = read_table(root)
    for what, rows in (("new", seen - known), ("not seen any more", known - seen)):
        for row, times in sorted(rows.items()):
            print("%s: %s, %d times" % (what, ", ".join(row), times))
    print("%d sources, %d warnings" % (len(jobs), sum(seen.values())))
    sys.exit(seen != known or not jobs)


if __name__ == "__main__":
    main()
