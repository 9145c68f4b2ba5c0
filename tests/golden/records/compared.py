# SPDX-License-Identifier: GPL-2.0-or-later
"""Records of several runs that belong together: of two kernels, before and after, of many hosts."""
import math
import random

from made import HEADER, MIB, cell, end, histogram

NEW = {"kernel": "7.3.4", "lru_gen": "on"}
OLD = {"kernel": "6.1.0-44-amd64", "lru_gen": "off"}


def run(header, modes, blocks=1, noise=0.02, does=None):
    """does(mode): what cell() is to make of it, and how many times longer first touches take. What a block
    adds to all its cells is the seed's, as it would be where one drift befalls both runs."""
    draw, shared = random.Random(header["run_id"]), random.Random(header["seed"])
    cells = [cell(0, 0, modes[0], lru_gen=header["lru_gen"])]
    for block in range(1, blocks + 1):
        block_noise = shared.gauss(0, 5 * noise)
        for mode in modes:
            made, times = does(mode)
            longer = times * math.exp(block_noise + draw.gauss(0, noise))
            cells.append(cell(len(cells), block, mode, lru_gen=header["lru_gen"], **{
                **made, "alloc_hist": histogram(51200, round(1900 * longer), round(14000 * longer))}))
    return [{**HEADER, "blocks": blocks, **header}, *cells, end(len(cells))]


def legacy(mode):
    """The legacy LRU: any mode keeps memory local, and costs."""
    if mode == 0:
        return {}, 1.0
    return {"local": 0.985, "kept": 0.55, "failed": 2, "success": None, "stolen": 52000}, 1.7


def mglru(mode):
    """Bits 2 and 4 alone reclaim."""
    if mode == 0:
        return {}, 1.0
    if mode < 6:
        return {"local": 0.001, "failed": 98000}, 1.02
    return {"local": 1.0, "kept": 0.53, "success": 113, "stolen": 52000}, 1.6


def tuned(mode):
    """After a change that has mode 7 cost less."""
    made, times = mglru(mode)
    return made, 1.2 if mode == 7 else times


def kernels():
    """Two kernels on one host, in orders of their own."""
    modes = [0, 1, 7]
    return {
        "kernel-old": run({**OLD, "run_id": "00000000000000a1", "seed": 1,
                           "start_utc": "2026-08-20T10:00:00Z"}, modes, 10, does=legacy),
        "kernel-new": run({**NEW, "run_id": "00000000000000a2", "seed": 2,
                           "start_utc": "2026-08-22T10:00:00Z"}, modes, 8, does=mglru),
    }


def before_after():
    """One plan and seed twice: what blocks share falls out."""
    modes = [0, 1, 7]
    return {
        "before": run({**NEW, "run_id": "00000000000000b1", "seed": 3,
                       "start_utc": "2026-08-22T10:00:00Z"}, modes, 8, 0.02, does=mglru),
        "after": run({**NEW, "run_id": "00000000000000b2", "seed": 3,
                      "start_utc": "2026-08-23T10:00:00Z"}, modes, 8, 0.02, does=tuned),
    }


def rehearsals():
    """Of two kernels, a block each."""
    guest = {"rehearsal": True, "hypervisor": "QEMU", "host": "rehearsal", "host_id": ""}
    return {
        "guest-old": run({**OLD, **guest, "run_id": "00000000000000c1", "seed": 4}, [0, 1, 7],
                         does=legacy),
        "guest-new": run({**NEW, **guest, "run_id": "00000000000000c2", "seed": 5}, [0, 1, 7],
                         does=mglru),
    }


def host(number, name, big=False, worse=1.7, **more):
    """A file server; its memory differs a little from that of its like."""
    size = (65536 if big else 32768) * MIB
    nodes = [{"node": node, "memory_bytes": size - (900 + 3 * number) * MIB} for node in (0, 1)]
    header = {**OLD, "nodes": nodes, "host": name, "host_id": f"{number:032x}", "seed": number,
              "run_id": f"00000000000000d{number}", **more}

    def does(mode):
        made, times = legacy(mode)
        return made, worse if times > 1 else times

    return run(header, [0, 1], 8, does=does)


def hosts():
    """Three of one class, of which one gains; two of another."""
    return {
        "host-1": host(1, "fs-a1"), "host-2": host(2, "fs-a2", worse=1.9),
        "host-3": host(3, "fs-a3", worse=0.8), "host-4": host(4, "fs-b1", big=True),
        "host-5": host(5, "fs-b2", big=True, worse=1.5),
        "host-1-again": host(1, "fs-a1", worse=1.6, run_id="00000000000000d6",
                             start_utc="2026-08-25T10:00:00Z"),
    }


def all_of_them():
    return {**kernels(), **before_after(), **rehearsals(), **hosts()}
