# SPDX-License-Identifier: GPL-2.0-or-later
"""What `watch --json` prints, against its schema, the program's list and itself: watch.py.

- the schema has the figures that $NRB_BIN list --json has, those now and those counted, and no other;
- each tick of every recorded machine and of this one fits results/schema/watch.schema.json;
- what is said per second is what was counted, over the interval.
What --trace adds is held against the schema where there are calls to trace: in guests.
Exits 1 with the reasons, 77 without jsonschema.
"""
import json
import math
import os
import pathlib
import subprocess
import sys

import schemas

TESTS = schemas.TESTS
TICKS = 2


def output(*words):
    return subprocess.run([os.environ["NRB_BIN"], *words], capture_output=True, text=True, check=True).stdout


def faults_of_names(schema):
    names = set(json.loads(output("list", "--json"))["watch"])
    of = {name: set(definition["properties"]) for name, definition in schema["$defs"].items()}
    now = of["machine"] - {"counts", "per_s", "lost_calls"}
    for what, got, expected in (
            ("figures", now | of["machine_counts"], names),
            ("figures of a node now", of["node"] - {"node", "counts", "per_s", "node_reclaim"}, now),
            ("figures per second", of["machine_per_s"], of["machine_counts"]),
            ("figures of a node per second", of["node_per_s"], of["node_counts"]),
            ("figures of a node that the machine has not", of["node_counts"] - of["machine_counts"], set())):
        if got != expected:
            yield f"{what}: {sorted(got ^ expected)}"


def faults_of_rates(tick):
    for where in (*tick["nodes"], tick["machine"]):
        if set(where["counts"]) != set(where["per_s"]):
            yield f"counted {sorted(where['counts'])}, per second {sorted(where['per_s'])}"
        for name, count in where["counts"].items():
            rate = count / tick["interval_ns"] * 1e9
            if not math.isclose(where["per_s"].get(name, -1), rate, rel_tol=1e-9):
                yield f"{name}: {count} in {tick['interval_ns']} ns, {where['per_s'].get(name)} a second"


def faults_of_machine(root, validator):
    ticks = [json.loads(line) for line in output("watch", "--json", "--root", root, "0.1", str(TICKS)).splitlines()]
    if len(ticks) != TICKS:
        yield f"{len(ticks)} ticks"
    for tick in ticks:
        error = schemas.best_error(validator, tick)
        if error:
            yield f"{error.json_path}: {error.message[:200]}"
        else:
            yield from faults_of_rates(tick)


def main():
    schema = schemas.read("watch")
    validator = schemas.validator(schema)
    machines = [*sorted(str(path.parent) for path in (TESTS / "fixtures").glob("*/topology.xml")), "/"]
    faults = list(faults_of_names(schema))
    for root in machines:
        faults += [f"{pathlib.Path(root).name or '/'}: {fault}" for fault in faults_of_machine(root, validator)]
    print(*faults, f"{TICKS} ticks of each of {len(machines)} machines", sep="\n")
    return 1 if faults or len(machines) < 9 else 0


if __name__ == "__main__":
    sys.exit(main())
