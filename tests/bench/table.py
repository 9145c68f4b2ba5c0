#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every bar in one table: table.py BUILD [BENCHMARK...]

Runs the benchmarks of a release build one after the other, by meson, and prints each bar with what was
measured, whether it was reached, and why one was not measured. Ends with 1 where a bar was missed. The
machine should have nothing else to do; costs, ready, records and rehearsal take long,
and are run where they are named.
Peers are found in PATH: multichase (or NRB_MULTICHASE), memhog, dd, vmtouch, fio.
"""
import json
import re
import subprocess
import sys
from pathlib import Path

LONG = {"costs", "ready", "records", "rehearsal"}
BAR = re.compile(r"^(.*): (reached|MISSED)$")
CHECK = re.compile(r"^(ok|FAILED): (.*)$")
SKIP = re.compile(r"^SKIP:? *(.*)$")
WIDTH = 100


def names(build):
    done = subprocess.run(["meson", "introspect", "--benchmarks", build], stdout=subprocess.PIPE, check=True)
    return [row["name"] for row in json.loads(done.stdout)]


def run(build, name):
    """Whether it ended well, and what it printed."""
    subprocess.run(["meson", "test", "-C", build, "--benchmark", "--quiet", "--logbase", "barlog", name],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    log = (Path(build) / "meson-logs/barlog.json").read_text().splitlines()
    row = json.loads(log[-1])
    return row["result"], row.get("stdout", "") + row.get("stderr", "")


def rows(result, text):
    """(bar, verdict) of a benchmark."""
    found = []
    for line in text.splitlines():
        bar, check, skip = (pattern.match(line) for pattern in (BAR, CHECK, SKIP))
        if bar:
            found.append((" ".join(bar.group(1).split()), bar.group(2)))
        elif check:
            found.append((check.group(2), "reached" if check.group(1) == "ok" else "MISSED"))
        elif skip:
            found.append((skip.group(1), "not measured"))
    said = {verdict for _, verdict in found}
    if result not in ("OK", "SKIP") and "MISSED" not in said:
        found.append(("it ended with %s: %s" % (result, " ".join(text.split())[-200:]), "MISSED"))
    return found


def main(build, *wanted):
    known = names(build)
    unknown = set(wanted) - set(known)
    if unknown:
        sys.exit("%s: there are %s" % (", ".join(sorted(unknown)), ", ".join(known)))
    counts = {"reached": 0, "MISSED": 0, "not measured": 0}
    for name in wanted or [name for name in known if name not in LONG]:
        for bar, verdict in rows(*run(build, name)):
            counts[verdict] += 1
            print("%-9s %-*s %s" % (name, WIDTH, bar, verdict), flush=True)
    for name in [] if wanted else [name for name in known if name in LONG]:
        print("%-9s %-*s %s" % (name, WIDTH, "takes long: name it to run it", "not run"))
    print("%(reached)d reached, %(MISSED)d missed, %(not measured)d not measured" % counts)
    return 1 if counts["MISSED"] else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
