# SPDX-License-Identifier: GPL-2.0-or-later
"""What `explain --json` prints, against its schema and against itself: explain.py.

Every recorded machine and this one, by every kind of request that it can be asked for:
- the document fits results/schema/explain.schema.json;
- a page comes from the zone of the last step, which took it, and no step before it did;
- zone_reclaim_success and zone_reclaim_failed are as many as the steps that reclaim;
- the gates of a step are in the order of the program's list, and only the last may be closed;
- what --verify prints of this machine fits, too.
Exits 1 with the reasons, 77 without jsonschema.
"""
import itertools
import json
import os
import pathlib
import subprocess
import sys

import schemas

TESTS = schemas.TESTS
# Each kind, order and policy with each other would take minutes and show the same.
REQUESTS = [("movable", "0", "local"), ("movable", "9", "bind"), ("kernel", "3", "interleave"),
            ("dirty-write", "0", "bind"), ("atomic", "0", "local"), ("atomic", "4", "local")]
TAKEN = {"taken", "reclaimed"}


def run(*words):
    result = subprocess.run([os.environ["NRB_BIN"], *words], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise ValueError(f"exit status {result.returncode}: {result.stderr.strip()}")
    return json.loads(result.stdout)


def faults_of_step(step, gates):
    names = [gate["gate"] for gate in step.get("gates", [])]
    if names != gates[:len(names)]:
        yield f"gates out of order: {names}"
    if not all(gate["is_open"] for gate in step.get("gates", [])[:-1]):
        yield "a gate was asked behind one that is closed"
    if "free_pages" in step:
        spare = (step["free_pages"] - step["unusable_pages"] - step["mark_pages"] - step["reserve_pages"])
        if (spare > 0 and step.get("blocks") != 0) != (step["verdict"] == "taken"):
            yield f"{step['verdict']} with {spare} pages to spare"


def faults_of_mode(mode, gates):
    steps = mode["steps"]
    for step in steps:
        yield from faults_of_step(step, gates)
    if any(step["verdict"] in TAKEN for step in steps[:-1]):
        yield "a step after the page was found"
    if (mode["outcome"] == "page") != bool(steps and steps[-1]["verdict"] in TAKEN):
        yield f"outcome {mode['outcome']}, last step {steps[-1:]}"
    if mode["outcome"] == "page" and (mode["node"], mode["zone"]) != (steps[-1]["node"], steps[-1]["zone"]):
        yield "the page is not of the last step"
    scans = sum(step.get("reclaims", False) for step in steps)
    if scans != mode["zone_reclaim_success"] + mode["zone_reclaim_failed"] or mode["reclaims"] != (scans > 0):
        yield f"{scans} steps reclaim, but {mode['zone_reclaim_success']}+{mode['zone_reclaim_failed']} are counted"


def faults_of_verification(schema):
    """Two pages of this machine, whatever comes."""
    validator = schemas.validator({"$ref": "#/$defs/verification", "$defs": schema["$defs"]})
    document = run("explain", "--json", "--verify", "--count", "2")
    error = schemas.best_error(validator, document)
    if error:
        yield f"{error.json_path}: {error.message[:200]}"
    if document["count"] != len(document["blocks"]) or document["count"] != 2:
        yield "not two blocks"
    if document["nodes_right"] != sum(block["node_is_right"] for block in document["blocks"]):
        yield f"{document['nodes_right']} right nodes, by the blocks others"


def main():
    schema = schemas.read("explain")
    validator = schemas.validator(schema)
    gates = list(run("list", "--json")["gates"])
    machines = [*sorted(str(path.parent) for path in (TESTS / "fixtures").glob("*/topology.xml")), "/"]
    faults, documents = [], 0
    for machine, (gfp, order, policy) in itertools.product(machines, REQUESTS):
        words = ["--gfp", gfp, "--order", order, "--policy", policy]
        where = f"{pathlib.Path(machine).name or '/'} {' '.join(words)}"
        document = run("explain", "--json", "--root", machine, *words)
        error = schemas.best_error(validator, document)
        if error:
            faults.append(f"{where}: {error.json_path}: {error.message[:200]}")
        for mode in document["modes"]:
            faults += [f"{where}, mode {mode.get('mode')}: {fault}" for fault in faults_of_mode(mode, gates)]
        documents += 1
    faults += [f"--verify: {fault}" for fault in faults_of_verification(schema)]
    print(*faults, f"{documents} documents of {len(machines)} machines", sep="\n")
    return 1 if faults or len(machines) < 9 else 0


if __name__ == "__main__":
    sys.exit(main())
