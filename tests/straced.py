#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a trace of `strace -f -y -e trace=%file,%process,...` shows: straced.py TRACE DIRECTORY prints the
whole path of all that was opened for writing, made, changed or removed, and "x PATH" of what was executed.

DIRECTORY: where the traced program was started. Attempts count as well: what fails today is tried again.
"""
import os
import re
import sys
from collections import namedtuple

Call = namedtuple("Call", "pid name arguments result")
OPENS = {"open", "openat", "openat2"}
PATHS = {"mkdir", "rmdir", "unlink", "rename", "link", "symlink", "mknod", "chmod", "chown", "lchown",
         "truncate", "creat", "swapon", "swapoff", "mount", "utime", "utimes", "setxattr", "mkdirat",
         "unlinkat", "renameat", "renameat2", "linkat", "symlinkat", "mknodat", "fchmodat", "fchmodat2",
         "fchownat", "utimensat", "acct", "umount2", "quotactl"}
FDS = {"fchmod", "fchown", "ftruncate"}
FORKS = {"clone", "clone3", "fork", "vfork"}
CALL = re.compile(r"(\d+) +(\w+)\((.*)$")
RESULT = re.compile(r"^(.*)\) += (-?\d+|\?|0x[0-9a-f]+)")
RESUMED = re.compile(r"(\d+) +<\.\.\. \w+ resumed>(.*)$")
PATH = re.compile(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, *)?"((?:[^"\\]|\\.)*)"')
UNFINISHED = "<unfinished ...>"


def calls(text):
    """Every call, in the order of its begin; one that another process interrupted is put together."""
    lines, begun = [], {}
    for line in text.splitlines():
        resumed = RESUMED.match(line)
        if resumed and resumed[1] in begun:
            lines[begun.pop(resumed[1])] += resumed[2]
        elif line.endswith(UNFINISHED):
            begun[line.split()[0]] = len(lines)
            lines.append(line[:-len(UNFINISHED)].rstrip())
        else:
            lines.append(line)
    for line in lines:
        match = CALL.match(line)
        if match:
            ended = RESULT.match(match[3])
            yield Call(match[1], match[2], ended[1] if ended else match[3], ended[2] if ended else "?")


def resolve(call, directory):
    """The whole paths of its arguments."""
    if call.name in FDS:
        return re.findall(r"^\d+<([^>]*)>", call.arguments)
    return [os.path.normpath(os.path.join(at or directory, path))
            for at, path in PATH.findall(call.arguments)]


def is_writing(call):
    if call.name in OPENS:
        return re.search(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_TMPFILE", call.arguments) is not None
    return call.name in PATHS or call.name in FDS


def touched(text, directory):
    """(call, whole paths) of all that writes, and of every execve."""
    where, parent = {}, None
    for call in calls(text):
        here = where.setdefault(call.pid, where.get(parent, directory))
        if call.name in FORKS:
            parent = call.pid
        elif call.name == "chdir" and call.result == "0":
            where[call.pid] = resolve(call, here)[0]
        elif call.name == "fchdir" and call.result == "0":
            where[call.pid] = re.match(r"\d+<([^>]*)>", call.arguments)[1]
        elif call.name in ("execve", "execveat") and call.result != "-1":
            yield call, resolve(call._replace(arguments=call.arguments.split(", [")[0]), here)
        elif is_writing(call):
            yield call, resolve(call, here)


def main(trace, directory):
    with open(trace, encoding="utf-8", errors="replace") as lines:
        found = list(touched(lines.read(), directory))
    shown = {("x " if call.name.startswith("execve") else "") + path
             for call, paths in found for path in paths}
    print("\n".join(sorted(shown)))


if __name__ == "__main__":
    main(*sys.argv[1:])
