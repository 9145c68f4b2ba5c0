#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The role's defaults, what it takes and what its page says are the same variables: variables.py SOURCE_ROOT."""

import re
import sys
from pathlib import Path

ROLE = Path(sys.argv[1]) / "contrib/ansible/roles/numa_reclaim_bench"

def names(path, pattern):
    return set(re.findall(pattern, (ROLE / path).read_text(encoding="utf-8"), re.M))

found = {
    "defaults": names("defaults/main.yml", r"^(numa_reclaim_bench_\w+):"),
    "argument specs": names("meta/argument_specs.yml", r"^      (numa_reclaim_bench_\w+):"),
    "README.md": names("README.md", r"^\| `(numa_reclaim_bench_\w+)` \|"),
}
every = set().union(*found.values())
wrong = [f"{name} is not in {where}" for where, some in found.items() for name in sorted(every - some)]
used = set()
for tasks in (ROLE / "tasks").glob("*.yml"):
    used |= set(re.findall(r"numa_reclaim_bench_\w+", tasks.read_text(encoding="utf-8")))
wrong += [f"no task uses {name}" for name in sorted(every - used)]
if wrong or len(every) < 2:
    sys.exit("\n".join(wrong) or "no variables found")
print(f"{len(every)} variables, all the same")
