#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What large records cost: report and compare against a bare jansson parse of the same lines, and memory
(records.py PROGRAM PARSER WATCHER [SCALE]).

Cells are those of a recorded run, of 12 KB each, numbered anew. Nothing lies on disk: every record is a
pipe, written while it is read. Time is that of the processor, so that others on the machine count little.
WATCHER (bench_cost) starts the programs and measures them. SCALE is a part of what the bars speak of: 0.1 takes a tenth of the time.
"""
import fcntl
import json
import os
import sys
import tempfile
import threading
from pathlib import Path

RECORD = Path(__file__).resolve().parents[2] / "results/rehearsal/debian-7.3.jsonl"
MODES = range(8)
PIPE_BYTES = 1 << 20
F_SETPIPE_SZ = 1031

CELLS = 100_000
HOSTS, CELLS_OF_HOST = 10_000, 80
BAR = 1.5
MEMORY_MIB = 256
# Of a cell, which is a line of 12 KB: exact medians and pairs need its values, and no more is kept.
CELL_BYTES = 1024

missed = []


def dump(thing):
    return json.dumps(thing, separators=(",", ":")).encode() + b"\n"


def template():
    """Header, the cell of each mode as (before, after) its number and block, end."""
    header, *cells, end = map(json.loads, RECORD.read_text().splitlines())
    parts = {}
    for cell in cells:
        if cell["status"] == "ok":
            text = dump({**cell, "cell": 111111111, "block": 222222222})
            before, rest = text.split(b"111111111")
            parts[cell["mode"]] = before, *rest.split(b"222222222")
    return header, [parts[mode] for mode in MODES], end


HEADER, PARTS, END = template()


def header(host):
    """Of a host on hardware, so that its times are compared as well."""
    return dump({**HEADER, "rehearsal": False, "hypervisor": "", "host": "fs-%05d" % host,
                 "host_id": "%032x" % host, "run_id": "%016x" % host})


def cells(n):
    """Pieces of about a block."""
    for block in range(n // len(PARTS)):
        yield b"".join(b"%s%d%s%d%s" % (before, block * len(PARTS) + i, between, block + 1, after)
                       for i, (before, between, after) in enumerate(PARTS))


def records(hosts, n):
    """Name -> pieces."""
    body = list(cells(n)) if hosts > 1 else None
    for host in range(hosts):
        yield "%d" % host, [header(host)], body or cells(n), [dump(END)]


def feed(hosts, n):
    """Write each record once somebody reads it."""
    for name, *parts in records(hosts, n):
        with open(name, "wb", buffering=0) as pipe:
            fcntl.fcntl(pipe, F_SETPIPE_SZ, PIPE_BYTES)
            for pieces in parts:
                for piece in pieces:
                    left = memoryview(piece)
                    while left:
                        left = left[pipe.write(left):]


def cost(program, hosts, n):
    """(seconds of the processor, MiB at most) to read the records, as bench_cost says."""
    names = ["%d" % host for host in range(hosts)]
    for name in names:
        os.mkfifo(name)
    writer = threading.Thread(target=feed, args=(hosts, n), daemon=True)
    writer.start()
    read, write = os.pipe()
    actions = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0), (os.POSIX_SPAWN_DUP2, write, 3)]
    child = os.posix_spawn(program[0], [*program, *names], os.environ, file_actions=actions)
    os.close(write)
    _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 5):
        sys.exit("%s failed: %d" % (" ".join(program), status))
    with open(read) as result:
        seconds, kib = result.read().split()
    writer.join()
    for name in names:
        os.unlink(name)
    return float(seconds), int(kib) / 1024


def verdict(what, value, bar, unit=""):
    reached = value <= bar
    print("%-58s %8.2f%s, at most %.2f: %s" % (
        what, value, unit, bar, "reached" if reached else "MISSED"), flush=True)
    if not reached:
        missed.append(what)


def against_parser(what, program, parser, hosts, n):
    bare, _ = cost(parser, hosts, n)
    ours, memory = cost(program, hosts, n)
    print("%s: %.1f s of the processor, the parser %.1f s" % (what, ours, bare))
    verdict(what + ", of a bare parse", ours / bare, BAR)
    verdict(what + ", memory", memory, MEMORY_MIB, " MiB")
    return memory


def main(program, parser, watcher, scale=1.0):
    report, compare, parse = ([watcher, *command] for command in (
        (program, "report"), (program, "compare"), (parser,)))
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        n = int(CELLS * scale) // 8 * 8
        memory = against_parser("report, %d cells" % n, report, parse, 1, n)
        _, less = cost(report, 1, n // 4 // 8 * 8)
        verdict("report, memory of a cell more", (memory - less) * 2**20 / (n * 3 / 4), CELL_BYTES, " bytes")
        hosts = int(HOSTS * scale)
        against_parser("compare, %d hosts of %d cells" % (hosts, CELLS_OF_HOST), compare, parse,
                       hosts, CELLS_OF_HOST)
        _, few = cost(compare, 20, CELLS_OF_HOST)
        _, many = cost(compare, 20, 10 * CELLS_OF_HOST)
        verdict("compare, memory of a cell more in each record", (many - few) * 2**20 / (9 * CELLS_OF_HOST),
                CELL_BYTES * 2, " bytes")
        os.chdir("/")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(*map(os.path.abspath, sys.argv[1:4]), *map(float, sys.argv[4:])))
