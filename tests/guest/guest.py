# SPDX-License-Identifier: GPL-2.0-or-later
"""Boot a throw-away virtual NUMA machine, run a shell script in it, bring its files back.

Built by rehearsal/build-guest, but started here and not by `rehearse`, which is under test.
NRB_GUEST_KEEP=DIR leaves each guest's files there for a look.
"""
import contextlib
import io
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import namedtuple
from pathlib import Path

SKIP = 77
HERE = Path(__file__).resolve().parent
TOP = HERE.parent.parent
MIB = 1 << 20
PAGE = 4096
KNOB = Path("/proc/sys/vm/zone_reclaim_mode")
# A boot under TCG hangs once in 50 before its first byte, which comes within 4 s on an idle machine.
BOOT_DEADLINES_S = (40, 90, 90)
POWER_OFF_S = 30
LOOK_S = 0.1

Kernel = namedtuple("Kernel", "image modules")
Outcome = namedtuple("Outcome", "exit_code talk files")


class Skip(Exception):
    """This machine cannot."""


class Lost(Exception):
    """A guest came to no end of its own."""


class Checks:
    """What was checked, a line each as it is; the exit status in the end."""

    def __init__(self):
        self.failed = 0

    def that(self, holds, what, seen=""):
        """seen: what was found, said with every failure."""
        if holds:
            print("ok: " + what, flush=True)
        else:
            self.failed += 1
            print("FAILED: %s%s" % (what, ": %s" % (seen,) if seen != "" else ""), flush=True)
        return holds

    def equal(self, got, wanted, what):
        return self.that(got == wanted, what, "%r, not %r" % (got, wanted))


def is_long():
    return os.environ.get("NRB_LONG", "") not in ("", "0")


def need_programs():
    os.environ["PATH"] += ":/sbin:/usr/sbin"
    for program in ("qemu-system-x86_64", "busybox", "mke2fs", "cpio"):
        if shutil.which(program) is None:
            raise Skip(program + " is not installed")


def kernel(name):
    """The kernel of that row of kernels.tsv, from the cache or the mirror."""
    rows = [line.split("\t") for line in (HERE / "kernels.tsv").read_text().splitlines()
            if line and not line.startswith("#")]
    suite, pattern = {row[0]: row[1:] for row in rows}[name]
    done = subprocess.run([TOP / "rehearsal/fetch-kernel", suite, pattern], encoding="utf-8",
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise Skip("no kernel %s of %s here" % (name, suite))
    found = dict(line.split("=", 1) for line in done.stdout.splitlines())
    return Kernel(found["kernel"], found["modules"])


def build(directory, wanted, command, programs, init, disk_bytes, swap_bytes):
    subprocess.run([TOP / "rehearsal/build-guest", "-o", directory, "-i", init, "-c", command,
                    "-m", wanted.modules, "-d", str(disk_bytes), "-s", str(swap_bytes),
                    *programs], check=True)


def numa_words(cpus, node_mib, distance):
    """cpus: how many each node has; a node may have none. distance: one for all, or {(from, to): it}."""
    nodes = range(len(cpus))
    words = ["-smp", "%d,sockets=%d" % (sum(cpus), sum(cpus)),
             "-m", "%dM" % (len(cpus) * node_mib)]
    for node in nodes:
        first = sum(cpus[:node])
        own = "cpus=%d-%d," % (first, first + cpus[node] - 1) if cpus[node] else ""
        words += ["-object", "memory-backend-ram,id=m%d,size=%dM" % (node, node_mib),
                  "-numa", "node,nodeid=%d,%smemdev=m%d" % (node, own, node)]
    for pair in itertools.permutations(nodes, 2):
        far = distance[pair] if isinstance(distance, dict) else distance
        words += ["-numa", "dist,src=%d,dst=%d,val=%d" % (*pair, far)]
    return words


def low_words(mib):
    """How much lies below 4 GiB: the rest is ZONE_NORMAL. Of two -machine QEMU merges the words."""
    return ["-machine", "max-ram-below-4g=%dM" % mib] if mib else []


def plugged_words(node, mib):
    """QEMU takes the last of two -m."""
    return ["-m", "slots=1,maxmem=2G", "-object", "memory-backend-ram,id=plugged,size=%dM" % mib,
            "-device", "pc-dimm,id=dimm,memdev=plugged,node=%d" % node] if mib else []


def disk_words(name):
    return ["-drive", "file=%s.img,if=none,id=%s,format=raw,cache=unsafe" % (name, name),
            "-device", "virtio-blk-pci,drive=%s,serial=nrb-%s" % (name, name)]


def command_line(wanted, numa, disks):
    words = ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-no-reboot", "-display",
             "none", "-machine", "q35", "-accel", "tcg,thread=multi", "-cpu", "max,-erms,-fsrm", *numa,
             "-kernel", wanted.image, "-initrd", "initramfs", "-append",
             "console=ttyS0 quiet panic=-1 tsc=reliable clocksource=tsc mitigations=off"]
    for port in ("console", "talk", "files"):
        words += ["-serial", "file:" + port]
    for name in disks:
        words += disk_words(name)
    return words


def text_of(path):
    try:
        return path.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")
    except FileNotFoundError:
        return ""


def exit_code_of(directory):
    """What the guest's command ended with; none yet."""
    found = re.search(r"^NRB-EXIT (\d+)$", text_of(directory / "talk"), re.M)
    return int(found[1]) if found else None


def wait_for_end(qemu, directory, boot_s, deadline_s):
    """Until QEMU has ended; says why where it had to be ended. None: no sign of life."""
    start, ports = time.monotonic(), [directory / "console", directory / "talk"]
    reported = None
    while qemu.poll() is None:
        time.sleep(LOOK_S)
        now = time.monotonic()
        if reported is None and exit_code_of(directory) is not None:
            reported = now
        if reported is not None and now - reported > POWER_OFF_S:
            return "it did not power off"
        if now - start > boot_s and not any(p.exists() and p.stat().st_size for p in ports):
            return None
        if now - start > deadline_s:
            return "it had not ended after %d s" % deadline_s
    return ""


def run_qemu(directory, words, boot_s, deadline_s):
    for port in ("console", "talk", "files"):
        (directory / port).write_bytes(b"")
    with open(directory / "qemu.err", "wb") as err:
        qemu = subprocess.Popen(words, cwd=directory, stdin=subprocess.DEVNULL, stdout=err,
                                stderr=err)
        try:
            return wait_for_end(qemu, directory, boot_s, deadline_s)
        finally:
            if qemu.poll() is None:
                qemu.kill()
            qemu.wait()


def unpack(directory):
    files = directory / "out"
    files.mkdir()
    with tarfile.open(fileobj=io.BytesIO((directory / "files").read_bytes())) as archive:
        for member in archive.getmembers():
            name = os.path.normpath(member.name)
            if member.isfile() and not name.startswith(("/", "..")):
                (files / name).parent.mkdir(parents=True, exist_ok=True)
                (files / name).write_bytes(archive.extractfile(member).read())
    return files


def was_mispatched(directory):
    """Where a kernel patches its own code as another CPU comes by, TCG of QEMU 7.2 may run into the
    breakpoint that stands there meanwhile (7.3, in __schedule as perf events began: 1 run in 1,000)."""
    return exit_code_of(directory) is None and "Oops: int3" in text_of(directory / "console")


class Guest:
    """A guest, built once; a directory of its own, removed at the end of the with block."""

    def __init__(self, wanted, command, programs, init=TOP / "rehearsal/init", cpus=(1, 1),
                 node_mib=512, distance=21, swap_mib=0, disk_mib=0, spare_mib=0, plugged_mib=0,
                 low_mib=0):
        """command: a shell script; programs: put into /bin, scripts and tables too; cpus: of each
        node; disk_mib: 0 is enough for one of them; spare_mib: a disk more, that nobody mounts;
        plugged_mib: memory of the last node that can be unplugged, offline at first; low_mib: of all
        memory, what lies below 4 GiB; 0: all that may."""
        disks = ["data"] + ["swap"] * (swap_mib > 0) + ["spare"] * (spare_mib > 0)
        self.words = command_line(wanted, numa_words(cpus, node_mib, distance) +
                                  plugged_words(len(cpus) - 1, plugged_mib) +
                                  low_words(low_mib), disks)
        keep = os.environ.get("NRB_GUEST_KEEP")
        self.directory = Path(tempfile.mkdtemp(prefix="nrb-guest-", dir=keep or None))
        self.keep = bool(keep)
        build(self.directory, wanted, command, [*programs, HERE / "inside.sh"], init,
              (disk_mib or node_mib * 5 // 4) * MIB, swap_mib * MIB)
        if spare_mib:
            with open(self.directory / "spare.img", "wb") as spare:
                spare.truncate(spare_mib * MIB)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.keep:
            print("guest's files: %s" % self.directory)
        else:
            shutil.rmtree(self.directory)

    def run(self, deadline_s):
        """Boot it and wait for its end. Its command's stdout is a tar archive of its files."""
        start = time.monotonic()
        why = self._boot(deadline_s)
        code, talk = exit_code_of(self.directory), text_of(self.directory / "talk")
        if why != "" or code is None:
            self._lost(why or "it ended early")
        print("guest: %.0f s" % (time.monotonic() - start), flush=True)
        return Outcome(code, talk, unpack(self.directory))

    def lose_power(self, deadline_s):
        """Boot it, with a command that resets it, which ends QEMU (-no-reboot); its disks stay as they
        were written so far."""
        why = self._boot(deadline_s)
        if why != "" or exit_code_of(self.directory) is not None:
            self._lost(why or "it did not lose its power")

    def _boot(self, deadline_s):
        for boot_s in BOOT_DEADLINES_S:
            why = run_qemu(self.directory, self.words, boot_s, deadline_s)
            if why is not None and not was_mispatched(self.directory):
                break
            print("the guest crashed by its emulator" if why is not None else
                  "the guest gave no sign of life within %d s" % boot_s, flush=True)
        return why

    def _lost(self, why):
        raise Lost("the guest was lost: %s\n%s\n%s\n%s" % (
            why, text_of(self.directory / "console")[-2000:],
            text_of(self.directory / "talk")[-2000:], text_of(self.directory / "qemu.err")))


@contextlib.contextmanager
def work_directory():
    """For what a test makes on the host: kept with the guests' files, else removed."""
    keep = os.environ.get("NRB_GUEST_KEEP")
    if keep:
        yield Path(tempfile.mkdtemp(prefix="nrb-work-", dir=keep))
        return
    with tempfile.TemporaryDirectory() as directory:
        yield Path(directory)


Record = namedtuple("Record", "header cells end")


def read_record(path):
    """The lines of a record by what they are; end is None for an interrupted one."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    cells = [line for line in lines if line["type"] == "cell"]
    ends = [line for line in lines if line["type"] == "end"]
    return Record(lines[0], cells, ends[-1] if ends else None)


def measured(record):
    """Its cells but the warm-ups, whatever became of those: 7.3's kswapd may be awake still when the
    first cell wants to begin."""
    return [cell for cell in record.cells if cell["block"] > 0]


def ok_cells(record, mode):
    return [cell for cell in record.cells if cell["status"] == "ok" and cell.get("mode") == mode]


def local_ratio(cell):
    """Bytes on the node asked for by all that were written."""
    pages = {node["node"]: node.get("pages", 0) for node in cell["nodes"]}
    return pages.get(cell["node"], 0) * PAGE / (cell["alloc_pages"] * cell["alloc_page_bytes"])


def main(test):
    """Run test(checks) as a meson test."""
    checks = Checks()
    try:
        need_programs()
        test(checks)
    except Skip as skip:
        print("SKIP: %s" % skip)
        sys.exit(SKIP)
    except Lost as lost:
        checks.that(False, "the guest came to its end", lost)
    sys.exit(1 if checks.failed else 0)
