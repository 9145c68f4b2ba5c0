# SPDX-License-Identifier: GPL-2.0-or-later
"""The schema and the page of records against the program and its records: check.py.

- the manual page names every field of the program's tables;
- its properties are exactly the fields of the program's tables ($NRB_BIN list --json);
- every good record of the tests and of results/ fits it, line by line;
- every record that readers must refuse does not, but for what a schema cannot say.
Exits 1 with the reasons, 77 without jsonschema.
"""
import json
import os
import pathlib
import subprocess
import sys

import schemas

TESTS = schemas.TESTS
ROOT = schemas.ROOT
RECORDS = TESTS / "golden" / "records"
# Good line by line: what is wrong lies between lines, or between members.
BEYOND = {"after-end", "bucket-max", "bucket-sum", "bucket-twice", "distances-not-square",
          "header-nodes-twice", "no-header", "node-unknown", "nodes-twice", "second-header", "walk-node-unknown",
          "look-node-unknown", "victim-node-unknown", "zone-twice", "empty", "duplicate-key", "return-bucket-twice",
          "duplicate-key-in-header", "duplicate-key-in-list", "lone-surrogate", "nul-in-string"}
# What the program's lists do not name, by definition of the schema.
CELL_OWN = {"type", "status", "cut", "phase_ns", "counters", "counters_after", "nodes", "walks",
            "looks", "alloc_hist", "reread_hist", "return_hist", "victim_hist", "serve_hist",
            "reclaim_hist", "zones"}
HEADER_OWN = {"type", "rehearsal", "sparse", "nodes", "distances", "argv", "options", "cpu_details", "topology",
              "settings", "plan"}
END_OWN = {"type", "restored", "settings"}


TABLES = ("header_fields", "strings", "fields", "counters", "node_fields", "walk_fields",
          "look_fields", "zone_fields", "end_fields")


def compare(name, got, expected):
    if set(got) != set(expected):
        yield f"{name}: the schema has and the program has not: {sorted(set(got) - set(expected))}"
        yield f"{name}: the program has and the schema has not: {sorted(set(expected) - set(got))}"


def check_page(tables):
    """Every field is an item of the manual page, and says there what the program says."""
    page = " ".join((ROOT / "man" / "numa-reclaim-bench-record.5").read_text().split())
    for table in TABLES:
        for name, text in tables[table].items():
            start = text if text.startswith("vm.") else text[0].upper() + text[1:]
            if f".It Cm {name} {start}" not in page:
                yield f"the manual page has not: {name} of {table}: {text}"


def check_properties(schema, tables):
    properties = {name: set(definition.get("properties", {}))
                  for name, definition in schema["$defs"].items()}
    yield from compare("cell", properties["cell"],
                       CELL_OWN | set(tables["strings"]) | set(tables["fields"]))
    yield from compare("node", properties["node_sample"], tables["node_fields"])
    yield from compare("walk", properties["walk"], {"slice_ns"} | set(tables["walk_fields"]))
    yield from compare("look", properties["look"], tables["look_fields"])
    yield from compare("zone", properties["zone"],
                       {"name", "free_hist"} | set(tables["zone_fields"]))
    yield from compare("counters", properties["counters"], tables["counters"])
    yield from compare("header", properties["header"], HEADER_OWN | set(tables["header_fields"]))
    yield from compare("end", properties["end"], END_OWN | set(tables["end_fields"]))


def first_fault(validator, path):
    """(line number, reason) of the first line that does not fit; None if all do."""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        try:
            entry = json.loads(line)
        except ValueError as error:
            return number, f"not JSON: {error}"
        error = schemas.best_error(validator, entry)
        if error:
            return number, f"{error.json_path}: {error.message[:200]}"
    return None


def is_cut(path):
    return not path.read_text().endswith("\n")


def check_records(validator):
    good = [*sorted(RECORDS.glob("*.jsonl")), *sorted((ROOT / "results").rglob("*.jsonl"))]
    for path in good:
        fault = first_fault(validator, path)
        last = path.read_text().count("\n") + 1
        if fault and not (is_cut(path) and fault[0] == last):
            yield f"{path.relative_to(ROOT)}:{fault[0]}: {fault[1]}"
    for path in sorted((RECORDS / "bad").glob("*.jsonl")):
        fault = first_fault(validator, path)
        if (fault is None) != (path.stem in BEYOND):
            yield f"{path.relative_to(ROOT)}: {'fits' if fault is None else 'does not fit: ' + fault[1]}"
    if not good:
        yield "no records found"


def main(files):
    schema = schemas.read("record")
    validator = schemas.validator(schema)
    if files:
        faults = [f"{name}:{fault[0]}: {fault[1]}" for name in files
                  if (fault := first_fault(validator, pathlib.Path(name)))]
    else:
        tables = json.loads(subprocess.run([os.environ["NRB_BIN"], "list", "--json"], check=True,
                                           capture_output=True, text=True).stdout)
        faults = [*check_page(tables), *check_properties(schema, tables),
                  *check_records(validator)]
    print(*faults, sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
