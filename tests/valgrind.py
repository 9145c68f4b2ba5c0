#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Unit tests under valgrind: memory that is read before it is written, which the sanitizers of the developer build do
not see, and what else valgrind complains of (valgrind.py TEST...).

Whether a test passes is not asked here: valgrind 3.19 has no pidfd_open, and other limits than the kernel. It fails
by an error in any of its processes, or by a crash. Skipped without valgrind."""
import concurrent.futures
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

SKIP = 77
DEADLINE_S = 600
CRASHES = {signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGABRT}
# What it is no use to: test, and why.
UNSUITED = {
    "test_guardkill": "waits for processes by pidfd",
    "test_guardlife": "waits for processes by pidfd",
    "test_leftover": "waits for processes by pidfd",
    "test_topology": "has a child crash within hwloc, to see that it is told",
}
# in a log: an error, not a warning of valgrind's about itself
ERROR = "=="


def errors_in(logs):
    for log in sorted(logs.iterdir()):
        yield from [line for line in log.read_text(errors="replace").splitlines() if line.startswith(ERROR)]


def judge(test):
    """(its name, whether it passed, what is wrong)."""
    name = Path(test).name
    with tempfile.TemporaryDirectory() as logs:
        process = subprocess.Popen(["valgrind", "-q", "--leak-check=no", f"--log-file={logs}/%p", test],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   start_new_session=True)
        try:
            status = process.wait(DEADLINE_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # with its children
            process.wait()
            return name, False, [f"not done after {DEADLINE_S} s"]
        faults = list(errors_in(Path(logs)))
        if -status in CRASHES:
            faults.append(f"ended by {signal.Signals(-status).name}")
        return name, status == 0, faults


def main():
    if shutil.which("valgrind") is None:
        print("no valgrind")
        return SKIP
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        judged = list(pool.map(judge, [test for test in sys.argv[1:] if Path(test).name not in UNSUITED]))
    for name, _, faults in judged:
        print(*(f"{name}: {fault}" for fault in faults[:40]), sep="\n", end="\n" if faults else "")
    others = [name for name, passed, _ in judged if not passed]
    print(f"{len(judged)} tests, {sum(bool(faults) for *_, faults in judged)} with errors; "
          f"{len(others)} do not pass below valgrind: {' '.join(others)}")
    return 1 if any(faults for *_, faults in judged) or not judged else 0


if __name__ == "__main__":
    sys.exit(main())
