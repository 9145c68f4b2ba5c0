#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every scenario in one run, as far as a budget goes (all.py PROGRAM [KERNEL...]).

What is expected is that each scenario was run in all its modes, or is named as left out; that the
cheaper came first; and that the report has an answer. NRB_LONG gives it the time for all of them, all
values, and another kernel.
"""
import json
import re
import subprocess
import sys
import time

import jsonschema

import guest

KERNELS = {False: ["7.3"], True: ["7.3", "6.1"]}
# By the time that a cell takes, and the number of cells.
CHEAPEST_FIRST = ["matrix", "clean", "hot", "mapped", "dirty", "neighbour", "anon", "shmem", "headroom",
                  "fileserver"]
BUDGET_S = {False: 30, True: 600}
MODES = {False: "0,7", True: "all"}
SLACK_S = 120  # beyond a budget: the cell that was under way at its end
DEADLINE_S = 1800


def rehearse(program, name, path):
    kernel, is_long = guest.kernel(name), guest.is_long()
    done = subprocess.run(
        [program, "rehearse", "-y", "--kernel", kernel.image, "--modules", kernel.modules, "--all",
         "--budget", str(BUDGET_S[is_long]), "--blocks", "1", "--modes", MODES[is_long],
         "--nodes", "2", "-o", path, "--progress", "plain"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, encoding="utf-8", timeout=DEADLINE_S,
        check=False)
    print(done.stdout)
    return done


def output_json(program, *words):
    return json.loads(subprocess.run([program, *words, "--json"], stdout=subprocess.PIPE,
                                     check=True).stdout)


def runs_of(cells):
    """Scenarios in the order run, each once where its cells stand together."""
    runs = []
    for cell in cells:
        if not runs or runs[-1] != cell["scenario"]:
            runs.append(cell["scenario"])
    return runs


def left_out(record):
    """{"anon": True}: whether some of its cells were run all the same."""
    text = record.end.get("left_out", "")
    return {re.split(r", | \(", entry)[0]: entry.endswith("(in part)")
            for entry in text.split("; ") if entry}


def check_scenario(checks, name, planned, done, out):
    checks.that(planned > 0, "%s is in the plan" % name)
    if name not in out:
        checks.equal(done, planned, "%s was run whole" % name)
    elif out[name]:
        checks.that(0 < done < planned, "%s was run in part" % name, (done, planned))
    else:
        checks.equal(done, 0, "%s was left out" % name)


def check_scenarios(checks, record, known):
    arms = [arm["scenario"] for arm in record.header["plan"]["arms"]]
    cells = [cell for cell in record.cells if cell["block"] > 0]
    done = [cell["scenario"] for cell in cells]
    runs, out = runs_of(cells), left_out(record)
    checks.equal(len(runs), len(set(runs)), "cells of a scenario stand together")
    for name in known:
        check_scenario(checks, name, arms.count(name), done.count(name), out)
    checks.equal(runs, sorted(runs, key=CHEAPEST_FIRST.index), "the cheaper came first")
    checks.that("clean" in runs and "clean" not in out, "the cheapest comparison was run", runs)
    if guest.is_long():
        checks.equal(out, {}, "ten minutes do for all of them")


def check_schema(checks, path):
    """The one record that has every scenario, line by line."""
    schema = json.loads((guest.HERE.parents[1] / "results/schema/record.schema.json").read_text())
    validator = jsonschema.Draft202012Validator(schema)
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        checks.that(validator.is_valid(json.loads(line)), "line %d fits the schema" % number,
                    line[:400])


def check_text(checks, text, record):
    """For each scenario that was measured a table, and a sentence before it."""
    parts = {part.split("\n", 1)[0].split(",")[0].rstrip(":"): part
             for part in re.split(r"^Scenario ", text, flags=re.M)[1:]}
    for name in {cell["scenario"] for cell in record.cells if cell["status"] == "ok"}:
        if name == "matrix":
            checks.that(re.search(r"^ cpu node +memory node", text, re.M), "matrix has a table")
            continue
        part = parts.get(name, "")
        checks.that(re.search(r"^ mode +", part, re.M), name + " has a table", part[:400])
        checks.that(re.search(r"^Verdict: \S", part, re.M), name + " has a sentence", part[:400])


def check_report(checks, program, path, record):
    report = output_json(program, "report", path)["records"][0]
    answer = report.get("answer", {})
    served = {cell["mode"] for cell in record.cells
              if cell["scenario"] == "fileserver" and cell["status"] == "ok"}
    checks.that(answer.get("text"), "the report has an answer", answer)
    if {0, 7} <= served:
        checks.equal(answer.get("mode"), 0, "which is 0: what reclaims costs hits")
    else:
        checks.that("mode" not in answer and answer.get("text", "").startswith("none: "),
                    "which says that nothing is known", (answer, served))
    checks.that(answer.get("conditions"), "and says when it holds", answer)


def test_kernel(checks, program, name):
    with guest.work_directory() as work:
        path = work / "all.jsonl"
        start = time.monotonic()
        done = rehearse(program, name, path)
        seconds = time.monotonic() - start
        if not checks.equal(done.returncode, 0, "rehearse --all succeeds"):
            return
        record = guest.read_record(path)
        checks.that(seconds <= BUDGET_S[guest.is_long()] + SLACK_S, "it ends with its budget", seconds)
        check_scenarios(checks, record, output_json(program, "list")["scenarios"])
        check_text(checks, done.stdout, record)
        check_schema(checks, path)
        check_report(checks, program, path, record)


def test(checks):
    program, *kernels = sys.argv[1:]
    for name in kernels or KERNELS[guest.is_long()]:
        print("kernel " + name, flush=True)
        test_kernel(checks, program, name)


if __name__ == "__main__":
    guest.main(test)
