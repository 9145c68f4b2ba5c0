#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the Ansible role makes of every exit status: outcomes.py SOURCE_ROOT.

The hosts are directories of this machine, each with a program that ends as it is told.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import namedtuple
from pathlib import Path

SKIP = 77
PLAY_S = 1200
ROOT = Path(sys.argv[1]).resolve()
# plan, run, restore: what each ends with. says: what is said of the host, nothing where it does not fail.
Host = namedtuple("Host", "name plan run restore has_record says")
RECORD = ROOT / "tests/golden/records/blocks.jsonl"
HOSTS = [
    Host("good", 0, "0", 0, True, ""),
    Host("one-node", 3, "0", 0, False, "exit status 3, not possible on this host"),
    Host("busy", 0, "4", 0, False, "exit status 4, busy"),
    Host("unclear", 0, "5", 0, True, "exit status 5, inconclusive"),
    Host("disturbed", 0, "6", 0, True, "exit status 6, disturbed"),
    Host("no-disk", 0, "7", 0, False, "exit status 7, failed: no-disk says why"),
    Host("killed", 0, "$(kill -KILL $$)", 0, False, "killed by a signal"),
    Host("stuck", 0, "6", 8, True, "restore, exit status 8, A SETTING COULD NOT BE RESTORED"),
    Host("never", 0, "0", 0, True, ""),
]
PROGRAM = """#!/bin/sh
echo "$1" >>{directory}/calls
case "$*" in
check*) echo '{{}}' ;;
*'run -n'*) echo "{name} says why" >&2; exit {plan} ;;
*'run -y'*)
	while [ "$1" != -o ]; do shift; done
	[ -z "{record}" ] || cp "{record}" "$2"
	echo "{name} says why" >&2
	exit {run}
	;;
*) echo 'nothing to restore'; exit {restore} ;;
esac
"""
failures = []


def that(holds, what, seen=""):
    print(f"ok: {what}" if holds else f"FAILED: {what}: {seen}", flush=True)
    if not holds:
        failures.append(what)


def make(host, scratch):
    """A host: its directory and its program."""
    directory = scratch / host.name
    directory.mkdir()
    program = directory / "numa-reclaim-bench"
    values = host._asdict()
    values["record"] = RECORD if host.has_record else ""
    program.write_text(PROGRAM.format(directory=directory, **values), encoding="utf-8")
    program.chmod(0o755)
    return f"{host.name} numa_reclaim_bench_program={program} numa_reclaim_bench_directory={directory}\n"


def play(scratch):
    inventory = scratch / "inventory"
    inventory.write_text("[fileservers]\n" + "".join(make(host, scratch) for host in HOSTS) +
                         "[fileservers:vars]\nansible_connection=local\nansible_become=false\n"
                         f"ansible_python_interpreter={sys.executable}\n", encoding="utf-8")
    variables = {"numa_reclaim_bench_records": str(scratch / "records"), "numa_reclaim_bench_poll_s": 1,
                 "numa_reclaim_bench_options": []}
    env = {**os.environ, "ANSIBLE_CONFIG": str(ROOT / "contrib/ansible/ansible.cfg"), "ANSIBLE_NOCOLOR": "1",
           "LC_ALL": "C.UTF-8", "ANSIBLE_ASYNC_DIR": str(scratch / "jobs")}
    return subprocess.run(["ansible-playbook", "-i", inventory, ROOT / "contrib/ansible/fleet.yml", "-e",
                           json.dumps(variables)], env=env, text=True, timeout=PLAY_S, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout


def calls(host, scratch):
    path = scratch / host.name / "calls"
    return path.read_text(encoding="utf-8").split() if path.exists() else []


def check(talk, scratch):
    for host in HOSTS:
        said = re.findall(rf'^fatal: \[{host.name}\]: FAILED! => .*"msg": "({host.name}: [^"]*)"', talk, re.M)
        that(bool(said) == bool(host.says) and all(host.says in message for message in said),
             f"{host.name}: {host.says or 'nothing is said of it'}", said)
    for host in HOSTS[:-1]:
        ran = host.plan == 0
        that(calls(host, scratch) == ["check", "run"] + ["run", "restore"] * ran,
             f"{host.name}: {'run once, and restored' if ran else 'nothing was changed'}", calls(host, scratch))
    that(not calls(HOSTS[-1], scratch), "where a setting could not be restored, the fleet stops")
    that(not list((scratch / "jobs").glob("*")), "no job is left behind")
    fetched = {path.stem for path in (scratch / "records").glob("*.jsonl")}
    that(fetched == {host.name for host in HOSTS[:-1] if host.has_record}, "every record that there is was fetched", fetched)


def main():
    if shutil.which("ansible-playbook") is None:
        print("SKIP: ansible-playbook is not installed")
        sys.exit(SKIP)
    with tempfile.TemporaryDirectory() as directory:
        talk = play(Path(directory))
        check(talk, Path(directory))
    if failures:
        print(talk)
    sys.exit(1 if failures else 0)


main()
