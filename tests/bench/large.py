#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine of 64 nodes of 1 TiB with 16 CPUs each, made from a recorded one of four nodes: large.py
MAKE DIRECTORY   write it, for --root
TEST PROGRAM     what the commands make of it
BENCH PROGRAM    and how long each takes: at most 100 ms of the processor, the least of seven
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TEMPLATE = Path(__file__).resolve().parents[1] / "fixtures/four-nodes"
NODES, CPUS_OF_NODE, THREADS_OF_CORE = 64, 16, 2
CPUS = NODES * CPUS_OF_NODE
NODE_PAGES = 1 << 28
FREE_PERCENT = 95
BAR_MS = 100
ROUNDS = 7
# Words of each command, and the code that it ends with.
COMMANDS = {
    "check": ("check", 0),
    "check --json": ("check --json", 0),
    "plan": ("run -n --node 17 --seed 1", 0),
    "plan of all nodes": ("run -n --node all --modes 0,1 --seed 1", 0),
    "plan of all, as JSON": ("run -n --node all --modes 0,1 --seed 1 --json", 0),
    "explain": ("explain --node 17", 0),
}


# -- the machine --

def ids(first, n):
    return "%d-%d\n" % (first, first + n - 1)


def distance(a, b):
    """Boards of eight nodes, of two nodes each that are closer."""
    return 10 if a == b else 12 if a // 2 == b // 2 else 21 if a // 8 == b // 8 else 40


def scaled(text, number):
    """Lines of a node of the template as those of a node of 1 TiB that is free but for its part in use."""
    kib = NODE_PAGES * 4
    text = text.replace("Node 1 ", "Node %d " % number)
    text = re.sub(r"(MemTotal:) +\d+", r"\1 %d" % kib, text)
    return re.sub(r"(MemFree:) +\d+", r"\1 %d" % (kib * FREE_PERCENT // 100), text)


def zone(template, number):
    """The template's zone of node 1, as Normal, with a list for each CPU."""
    head, lists = template.split("  pagesets\n")
    one, end = re.match(r"    cpu: 0\n(.*?)    cpu: 1\n.*(  node_unreclaimable.*)", lists, re.S).groups()
    head = head.replace("Node 1, zone    DMA32", "Node %d, zone   Normal" % number)
    pages = {"free": NODE_PAGES * FREE_PERCENT // 100, "min": 65536, "low": 327680, "high": 589824,
             "promo": 851968, "spanned": NODE_PAGES, "present": NODE_PAGES, "managed": NODE_PAGES}
    for word, value in pages.items():
        head = re.sub(r"(\n(?:  pages)? +%s +)\d+" % word, r"\g<1>%d" % value, head)
    return head + "  pagesets\n" + "".join("    cpu: %d\n%s" % (cpu, one) for cpu in range(CPUS)) + end


def zoneinfo(text):
    template = re.search(r"Node 1, zone    DMA32\n.*?(?=Node 1, zone   Normal)", text, re.S).group(0)
    return "".join(zone(template, number) for number in range(NODES))


def bitmap(first, n):
    """Of hwloc: words of 32 bits, the highest first."""
    bits = ((1 << n) - 1) << first
    words = [bits >> at & 0xffffffff for at in range(0, max(bits.bit_length(), 1), 32)]
    while len(words) > 1 and words[-1] == 0:
        words.pop()
    return ",".join("0x%08x" % word for word in reversed(words))


class Topology:
    """As hwloc exports it: a package, a cache and a node for each 16 CPUs."""

    def __init__(self):
        self.objects = 0

    def object(self, kind, cpus, nodes, inner="", **more):
        self.objects += 1
        sets = {"%scpuset" % complete: bitmap(*cpus) for complete in ("", "complete_")}
        sets |= {"%snodeset" % complete: bitmap(*nodes) for complete in ("", "complete_")}
        words = {"type": kind, **more, **sets, "gp_index": self.objects}
        return "<object %s>%s</object>\n" % (
            " ".join('%s="%s"' % word for word in words.items()), inner)

    def core(self, node, cpu):
        own = (node, 1)
        threads = "".join(self.object("PU", (thread, 1), own, os_index=thread)
                          for thread in range(cpu, cpu + THREADS_OF_CORE))
        return self.object("Core", (cpu, THREADS_OF_CORE), own, threads, os_index=cpu // THREADS_OF_CORE)

    def package(self, node):
        first, own = node * CPUS_OF_NODE, (node, 1)
        cpus = (first, CPUS_OF_NODE)
        memory = self.object("NUMANode", cpus, own, '<page_type size="4096" count="%d"/>' % NODE_PAGES,
                             os_index=node, local_memory=NODE_PAGES * 4096)
        cores = "".join(self.core(node, cpu)
                        for cpu in range(first, first + CPUS_OF_NODE, THREADS_OF_CORE))
        cache = self.object("L3Cache", cpus, own, memory + cores, os_index=node, cache_size=32 << 20,
                            depth=3, cache_linesize=64, cache_associativity=16, cache_type=0)
        return self.object("Package", cpus, own, cache, os_index=node)

    def xml(self):
        everything = {"allowed_cpuset": bitmap(0, CPUS), "allowed_nodeset": bitmap(0, NODES)}
        packages = "".join(map(self.package, range(NODES)))
        return ('<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE topology SYSTEM "hwloc2.dtd">\n'
                '<topology version="2.0">\n%s</topology>\n' % self.object(
                    "Machine", (0, CPUS), (0, NODES), packages, os_index=0, **everything))


def write_node(node, number, template):
    node.mkdir()
    for name in ("meminfo", "numastat", "vmstat"):
        (node / name).write_text(scaled((template / name).read_text(), number))
    (node / "cpulist").write_text(ids(number * CPUS_OF_NODE, CPUS_OF_NODE))
    (node / "distance").write_text(" ".join(
        "%d" % distance(number, other) for other in range(NODES)) + "\n")


def make(directory):
    shutil.copytree(TEMPLATE, directory, dirs_exist_ok=True)
    nodes = directory / "sys/devices/system/node"
    for number in range(4):
        shutil.rmtree(nodes / ("node%d" % number))
    for number in range(NODES):
        write_node(nodes / ("node%d" % number), number, TEMPLATE / "sys/devices/system/node/node1")
    for name in ("online", "possible", "has_cpu", "has_memory", "has_normal_memory"):
        (nodes / name).write_text(ids(0, NODES))
    (directory / "sys/devices/system/cpu/online").write_text(ids(0, CPUS))
    info = directory / "proc/zoneinfo"
    info.write_text(zoneinfo(info.read_text()))
    (directory / "topology.xml").write_text(Topology().xml())


# -- what is made of it --

def command(program, directory, words):
    return [program, *words.split(), "--root", directory]


def run(program, directory, words):
    return subprocess.run(command(program, directory, words), check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def say(holds, what):
    print("%s %s" % ("ok  " if holds else "FAIL", what))
    return holds


def test(program, directory):
    good = True
    for name, (words, code) in COMMANDS.items():
        done = run(program, directory, words)
        good &= say(done.returncode == code, "%s: ends with %d %s" % (name, done.returncode, done.stderr))
    nodes = json.loads(run(program, directory, "check --json").stdout)["nodes"]
    good &= say([node["node"] for node in nodes] == list(range(NODES)), "check: %d nodes" % len(nodes))
    good &= say([node["cpus"] for node in nodes] == [ids(
        i * CPUS_OF_NODE, CPUS_OF_NODE).strip() for i in range(NODES)], "check: CPUs of each")
    arms = json.loads(run(program, directory, COMMANDS["plan of all, as JSON"][0]).stdout)["arms"]
    good &= say(len(arms) == 2 * NODES and {arm["node"] for arm in arms} == set(range(NODES)),
                "plan: %d cells of a block" % len(arms))
    return good


def processor_ms(words):
    before = os.times()
    child = os.posix_spawn(words[0], [*map(str, words)], os.environ,
                           file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    _, _, used = os.wait4(child, 0)
    return 1000 * (used.ru_utime + used.ru_stime), 1000 * (os.times().elapsed - before.elapsed)


def bench(program, directory):
    good = True
    for name, (words, _) in COMMANDS.items():
        runs = [processor_ms(command(program, directory, words)) for _ in range(ROUNDS)]
        least, wall = map(min, zip(*runs))
        reached = least <= BAR_MS
        print("%-24s %6.1f ms of the processor, %6.1f in all; at most %d: %s" % (
            name, least, wall, BAR_MS, "reached" if reached else "MISSED"))
        good &= reached
    return good


def main(what, where):
    if what == "MAKE":
        make(Path(where))
        return 0
    with tempfile.TemporaryDirectory() as directory:
        make(Path(directory))
        return 0 if {"TEST": test, "BENCH": bench}[what](where, directory) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
