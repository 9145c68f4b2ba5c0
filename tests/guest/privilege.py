#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run keeps of root, and what it touches (privilege.py PROGRAM): the runs of privilege.tsv, in
another user's closed directory, are looked at from outside and traced by strace.

Every process has the capabilities that it is to have and no other, no_new_privs, and nothing to hand on;
nothing is opened for writing, made, removed or executed but what is listed here.
"""
import re
import shutil
import sys
from collections import namedtuple

import guest

sys.path.insert(0, str(guest.HERE.parent))
import straced  # noqa: E402

DEADLINE_S = 600
HOME = "/data/user"
NODE_MIB, SWAP_MIB, DISK_MIB = 384, 256, 1024
Case = namedtuple("Case", "name needs roles writes options")

DAC_OVERRIDE, FOWNER, IPC_LOCK, SYS_ADMIN = (1 << bit for bit in (1, 3, 14, 21))
# By role: what it always has, and what by need.
RIGHTS = {
    "parent": (IPC_LOCK, {"admin": SYS_ADMIN, "cpuset": DAC_OVERRIDE, "served": FOWNER}),
    "guard": (0, {"admin": SYS_ADMIN, "cpuset": DAC_OVERRIDE}),
    "child": (0, {"cpuset": DAC_OVERRIDE, "served": FOWNER}),
    "holder": (IPC_LOCK, {}),
    "ballast": (0, {}),
    "writer": (DAC_OVERRIDE, {}),
}
# What every run may open for writing, make or remove.
WRITES = [
    "/proc/self/oom_score_adj",
    "/proc/sys/vm/zone_reclaim_mode",
    "/proc/sys/vm/stat_refresh",
    "/run", "/run/numa-reclaim-bench", "/run/numa-reclaim-bench/lock",
    r"/run/numa-reclaim-bench/state\.json(\.new)?",
    r"/data/user/[^/]+\.jsonl",
    "/data/user",  # O_TMPFILE
    "/sys/fs/cgroup/numa-reclaim-bench",  # removed, whoever made it
    # its instance of tracefs
    r"/sys/kernel/tracing/instances/numa-reclaim-bench-\d+-\d+(/(tracing_on|trace_clock|options/overwrite"
    r"|(per_cpu/cpu\d+/)?buffer_size_kb|events/oom/(mark_victim|wake_reaper)/trigger"
    r"|events/vmscan/mm_vmscan_node_reclaim_(begin|end)/enable))?",
    "/dev/null",
]
FORBIDDEN = {"mount", "chmod", "chown", "lchown", "mknod", "mknodat", "symlink", "symlinkat", "init_module",
             "fchmod", "fchown", "execveat", "linkat", "link"}


def read_table():
    lines = (guest.HERE / "privilege.tsv").read_text().splitlines()
    return [Case(*line.split("\t")) for line in lines if not line.startswith("#")]


def check_files(checks, case, text):
    allowed = re.compile("|".join("(?:%s)" % p for p in WRITES + case.writes.split()))
    seen, bad, executed = 0, [], []
    for call, touched in straced.touched(text, HOME):
        seen += 1
        if call.name == "execve":
            executed += touched
        elif call.name in FORBIDDEN or not touched:
            bad.append(call)
        elif call.name in ("swapon", "swapoff"):
            bad += [] if "admin" in case.needs and touched == ["/dev/vdb"] else [call]
        elif not all(allowed.fullmatch(path) for path in touched):
            bad.append(call)
    checks.that(seen > 10, case.name + ": strace saw what the run writes", seen)
    checks.equal(bad, [], case.name + ": it opens for writing, makes and removes what is listed, and no more")
    checks.equal(executed, ["/bin/numa-reclaim-bench"], case.name + ": it executes nothing")


def looks(text):
    """Of each look, the processes by pid: (name, status by key), and who was alive in the end."""
    for part in text.split("look\n")[1:]:
        found, alive = {}, set()
        for block in re.finditer(r"process (\d+) (\S+)\n(.*?)end\n", part, re.S):
            status = dict(line.split(":\t", 1) for line in block[3].splitlines())
            if {"CapEff", "Umask"} <= status.keys():  # one that is about to be gone has but a part
                found[block[1]] = block[2], status
        alive.update(re.findall(r"alive (\d+)", part))
        yield found, alive


def role_of(name, is_limited):
    """A process without a name of its own writes the cache file until the parent has given up its rights."""
    if name.startswith("nrb-"):
        return name[len("nrb-"):]
    return name if name == "parent" else "child" if is_limited else "writer"


def last_looks(text):
    """Of each process its role and what the last look saw of it."""
    last = {}
    for found, alive in looks(text):
        parents = [status for name, status in found.values() if name == "parent"]
        if not parents:
            continue
        is_limited = parents[0]["NoNewPrivs"] == "1"
        for pid, (name, status) in found.items():
            if pid in alive:
                last[pid] = role_of(name, is_limited), status
    return last.values()


def check_rights(checks, case, text):
    wrong, seen = [], set()
    for role, status in last_looks(text):
        always, by_need = RIGHTS[role]
        wanted = always
        for need in case.needs.split():
            wanted |= by_need.get(need, 0)
        got = {key: int(status[key], 16) for key in status if key.startswith("Cap")}
        seen.add(role)
        if got != {"CapInh": 0, "CapPrm": wanted, "CapEff": wanted, "CapBnd": 0, "CapAmb": 0}:
            wrong.append((role, status))
        elif status["NoNewPrivs"] != "1" or "Secret" in status or int(status["Umask"], 8) & 0o22 != 0o22:
            wrong.append((role, status))
    checks.equal(wrong, [], case.name + ": every process has the rights that it is to have, and no more")
    checks.equal(set(case.roles.split()) - seen, set(), case.name + ": every process was seen")


def check_case(checks, case, directory):
    checks.equal((directory / "exit").read_text().strip(), "0", case.name + ": exit status")
    said = (directory / "stderr").read_text()
    checks.that("record: " in said, case.name + ": its report is made of a record out of reach by then", said)
    checks.that((directory / "stdout").stat().st_size > 0, case.name + ": and printed", said)
    check_files(checks, case, (directory / "strace").read_text(errors="replace"))
    check_rights(checks, case, (directory / "looks").read_text())
    checks.equal((directory / "settings").read_text(), (directory / "settings-before").read_text(),
                 case.name + ": every setting is as found")
    left = (directory / "files").read_text().split()
    checks.that(not [path for path in left if "planted" in path], case.name + ": nothing planted was run", left)
    mine = [path for path in left if path.startswith("/data/user/")]
    checks.that(len(mine) == 1 and mine[0].endswith(".jsonl"), case.name + ": it leaves its record alone", left)
    checks.equal((directory / "modes").read_text().split(), ["644", "0"],
                 case.name + ": which others cannot write, whatever the mask was")


def test(checks):
    strace = shutil.which("strace")
    if strace is None:
        raise guest.Skip("strace is not installed")
    with guest.Guest(guest.kernel("6.1"), guest.HERE / "privilege.sh",
                     [sys.argv[1], strace, guest.HERE / "privilege.tsv"], node_mib=NODE_MIB,
                     swap_mib=SWAP_MIB, disk_mib=DISK_MIB) as machine:
        files = machine.run(DEADLINE_S).files
        for case in read_table():
            check_case(checks, case, files / case.name)


if __name__ == "__main__":
    guest.main(test)
