#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The timed loop as it was compiled: loop.py LIBRARY LOADS (objdump in PATH)

A turn has LOADS loads, each from where the one before led, and at most four other instructions, which
neither read nor write what the loads hand on, nor touch memory.
"""
import re
import subprocess
import sys

SKIP = 77
FUNCTION = "nrb_chase_run"
MOST_OTHERS = 4
INSTRUCTION = re.compile(r"^\s*([0-9a-f]+):\s+(\S+)\s*(.*)$")
# Of each instruction set: a load whose address is a register alone, as (to, from); a register's names.
SETS = {
    "x86-64": (re.compile(r"^mov \(%(?P<from>r\w+)\),%(?P<to>r\w+)$"), r"%%[re]?%s\b"),
    "littleaarch64": (re.compile(r"^ldr (?P<to>x\d+), \[(?P<from>x\d+)\]$"), r"\b[xw]%s\b"),
}


class Wrong(Exception):
    """The loop is not what is to be timed."""


def instructions(text):
    """(address, words) of the function."""
    body = re.search(r"<%s>:\n(.*?)(\n\n|\Z)" % FUNCTION, text, re.S)
    if body is None:
        raise Wrong("there is no %s" % FUNCTION)
    lines = map(INSTRUCTION.match, body.group(1).splitlines())
    return [(int(at, 16), ("%s %s" % (name, re.sub(r"\s*(//|#|<).*", "", rest))).strip())
            for at, name, rest in (line.groups() for line in lines if line)]


def loop(listed):
    """What lies between a jump back and where it leads; there is one."""
    loops = []
    for i, (at, words) in enumerate(listed):
        jump = re.match(r"(?:j\w+|b\.\w+|cbn?z \w+,|tbn?z \w+, \S+,)\s*(?:0x)?([0-9a-f]+)$", words)
        if jump and int(jump.group(1), 16) <= at:
            loops.append([line for where, line in listed[:i + 1] if where >= int(jump.group(1), 16)])
    if len(loops) != 1:
        raise Wrong("%d loops" % len(loops))
    return loops[0]


def core_of(register):
    """rdx, edx -> dx; x1, w1 -> 1: one register by any of its names."""
    return re.sub(r"^[rexw]", "", register)


def check(text, load, names, n_loads):
    """Returns the number of other instructions."""
    turn = loop(instructions(text))
    loads = [found for found in map(load.match, turn) if found]
    others = [words for words in turn if not load.match(words)]
    if len(loads) != n_loads:
        raise Wrong("%d loads in a turn, not %d" % (len(loads), n_loads))
    for before, after in zip(loads[-1:] + loads, loads):
        if before["to"] != after["from"]:
            raise Wrong("a load from %s follows one into %s" % (after["from"], before["to"]))
    handed = {core_of(found[side]) for found in loads for side in ("from", "to")}
    for words in others:
        if re.search(r"[(\[]", words):
            raise Wrong("\"%s\" touches memory" % words)
        if any(re.search(names % register, words) for register in handed):
            raise Wrong("\"%s\" is between the loads" % words)
    if len(others) > MOST_OTHERS:
        raise Wrong("%d instructions beside the loads" % len(others))
    return len(others)


# -- what must be refused --

def made(*words):
    return "0 <%s>:\n" % FUNCTION + "".join("  %x:\t%s\n" % (i, line) for i, line in enumerate(words))


GOOD = ("mov    (%rdi),%rdx", "sub    $0x2,%rax", "mov    (%rdx),%rdi", "cmp    $0x1,%rax",
        "ja     0 <nrb_chase_run>", "ret")


def bad_ones():
    for i, line in ((1, "add    $0x0,%rdx"), (1, "mov    %rax,(%rsp)"), (1, "xor    %edx,%edx"),
                    (2, "mov    (%rcx),%rdi"), (2, "mov    0x8(%rdx),%rdi"), (4, "nop"),
                    (0, "add    (%rdi),%rdx")):
        words = list(GOOD)
        words[i] = line
        yield made(*words)
    yield made(*GOOD[:1], *["inc    %rbx"] * MOST_OTHERS, *GOOD[1:])


def check_itself():
    load, names = SETS["x86-64"]
    check(made(*GOOD), load, names, 2)
    for text in bad_ones():
        try:
            check(text, load, names, 2)
        except Wrong:
            continue
        sys.exit("this was taken for a loop of loads alone:\n" + text)


def main(library, n_loads):
    check_itself()
    try:
        done = subprocess.run(["objdump", "-d", "--no-show-raw-insn", library], check=True,
                              stdout=subprocess.PIPE, encoding="utf-8")
    except FileNotFoundError:
        print("SKIP: there is no objdump")
        return SKIP
    machine = re.search(r"file format elf64-(\S+)", done.stdout).group(1)
    if machine not in SETS:
        print("SKIP: %s is not known" % machine)
        return SKIP
    try:
        others = check(done.stdout, *SETS[machine], int(n_loads))
    except Wrong as why:
        print("FAIL: %s\n%s" % (why, done.stdout))
        return 1
    print("a turn: %s loads, each from where the one before led, and %d other instructions" % (
        n_loads, others))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
