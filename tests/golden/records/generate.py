# SPDX-License-Identifier: GPL-2.0-or-later
"""Write the made-up records of this directory anew: generate.py [DIRECTORY].

Invented figures of the size that kernels showed, so that reports can be compared byte by byte.
"""
import pathlib
import random
import sys

import compared
import hostile
from made import (HEADER, MIB, PAGES, bucket, cell, end, histogram, lines, record, seen, setting,
                  unmeasured, walk)


def mglru_cell(number, block, mode):
    if mode == 0:
        return cell(number, block, mode)
    if mode < 6:
        return cell(number, block, mode, local=0.001, failed=98161 - 7 * number)
    return cell(number, block, mode, local=1.0, kept=0.53, success=113, stolen=52000)


def mglru():
    order = [0, 3, 7, 1, 5, 2, 6, 4]
    cells = [mglru_cell(0, 0, 0)]
    cells += [mglru_cell(1 + i, 1, mode) for i, mode in enumerate(order)]
    cells += [mglru_cell(9 + i, 2, mode) for i, mode in enumerate(reversed(order))]
    return [HEADER, *cells, end(len(cells))]


def blocks():
    """Ten blocks on a host that grows faster: mode 1 is as 0 is, 6 allocates slower and accesses
    faster, 7 is 6 but for a disturbance, 3 is too noisy to tell."""
    draw = random.Random(6)
    cells = [mglru_cell(0, 0, 0)]
    for block in range(1, 11):
        for mode in draw.sample([0, 1, 3, 6, 7], 5):
            reclaims = mode >= 6
            host = 1.4 - block / 25
            slow = {0: 1, 1: 1.01, 3: draw.lognormvariate(0, 0.2), 6: 1.6, 7: 1.64}[mode]
            tail = int(14000 * host * slow * draw.lognormvariate(0, 0.02))
            made = cell(len(cells), block, mode, local=1.0 if reclaims else 0.0,
                        kept=0.53 if reclaims else 1.0, success=113 if reclaims else 0,
                        failed=0 if mode in (0, 6, 7) else 98161,
                        stolen=52000 if reclaims else 0)
            made["alloc_hist"] = histogram(PAGES, int(1900 * host), tail)
            ns = (89 if reclaims else 138) * host * draw.lognormvariate(0, 0.01)
            made["walks"] = [walk(ns), walk(ns, node=0 if reclaims else 1)]
            cells.append(made)
    return [{**HEADER, "blocks": 10}, *cells, end(len(cells))]


def rehearsal():
    header = {**HEADER, "rehearsal": True, "kernel": "6.1.0-44-cloud-amd64", "lru_gen": "off",
              "hypervisor": "TCG", "blocks": 1, "clock": "clock_gettime"}
    old = {"success": None, "lru_gen": "off"}
    cells = [cell(0, 0, 0, **old), cell(1, 1, 0, **old)]
    cells += [cell(1 + mode, 1, mode, local=0.984 + mode / 500, kept=0.9 - mode / 20,
                   failed=2, stolen=40000, **old) for mode in range(1, 8)]
    return [header, *cells, end(len(cells))]


def matrix():
    nodes = [{"node": node, "memory_bytes": 16384 * MIB} for node in range(4)]
    distances = [[10 if a == b else 16 if a // 2 == b // 2 else 32 for b in range(4)]
                 for a in range(4)]
    header = {**HEADER, "nodes": nodes, "distances": distances, "blocks": 1}
    del header["reference_mode"]
    cells = []
    for cpu_node in range(4):
        for node in range(4):
            ns = 80 + 5 * (distances[cpu_node][node] - 10)
            huge = walk(ns - 20, page_bytes=2 * MIB)
            if cpu_node == 3:
                huge["huge_bytes"] = 0
            made = unmeasured(cell(len(cells), 1, 0, scenario="matrix", node=node,
                                   cpu_node=cpu_node, page_size=None, fill_on=None,
                                   policy="bind"))
            del made["mode"]
            cells.append({**made, "walks": [walk(ns), huge]})
    return [header, *cells, end(len(cells))]


def trouble():
    cells = [
        cell(0, 1, 0), cell(1, 1, 4, status="stalled", note="stalled: 3 pages in 20 looks", local=0.2,
                            alloc_hist=histogram(200, 5000, 90000000), failed=4),
        unmeasured(cell(2, 1, 5, status="killed", note="signal 9")),
        unmeasured(cell(3, 1, 1, status="unsupported",
                        note="the room was not filled: 9 MiB more than \u001b[31mplanned")),
        cell(4, 1, 2, status="disturbed", note="vm.zone_reclaim_mode became 3", local=0.5),
        cell(5, 1, 6, local=0.99, kept=0.6, success=90, stolen=50000),
        cell(6, 1, 7, local=0.12, kept=0.98, success=9, stolen=5000),
        cell(7, 2, 1, local=0.0),
    ]
    last = end(len(cells), reason="disturbed", exit_code=6, restored=False,
               settings=[{**setting(), "name": "vm.swappiness", "found": "60", "read_back": "60"},
                         setting("3", "left alone")])
    return [{**HEADER, "found_mode": 0, "host": "fs\u001b[2Ja1"}, *cells, last]


def two_nodes():
    cells = [cell(4 * node + mode, 1, mode, node=node, cpu_node=node, local=local,
                  failed=0 if mode == 0 else 7, stolen=40000 if mode else 0,
                  success=None, note="first of its kind" if mode == 0 else None)
             for node in (0, 1) for mode, local in ((0, float(node)), (1, 0.98 if node == 0 else 0.0))]
    for made in cells:
        made["lru_gen"] = "off"
    return [{**HEADER, "lru_gen": "off", "blocks": 1}, *cells]


def both():
    """A comparison of modes and a matrix in one run."""
    header, *cells, _ = matrix()
    header = {**header, "reference_mode": 0}
    cells = mglru()[1:-1] + [made for made in cells if made["node"] < 2 and made["cpu_node"] < 2]
    return [header, *cells, end(len(cells), restored=False, exit_code=8, reason="failed",
                                settings=[setting("1", "failed")])]


def full_cell(number, block, mode, local=0.0, lost=0, **more):
    """The node is full of other programs' cache, and our file has no room."""
    made = cell(number, block, mode, local=local, stolen=lost * 256, failed=1 if mode else 0,
                fill_asked_bytes=0, fill_cached_bytes=0, cache_before_bytes=0,
                cache_after_bytes=0, reread_bytes=None, reread_disk_bytes=None, reread_ns=None,
                **more)
    made["nodes"][0].update(file_before_bytes=426 * MIB, file_after_bytes=(426 - lost) * MIB)
    return made


def full():
    cells = [
        full_cell(0, 0, 0, status="stalled", note="stalled: 0 pages in 20 looks"),
        full_cell(1, 1, 0), full_cell(2, 1, 1, local=0.7, lost=135),
        full_cell(3, 1, 4, local=0.02, lost=20),
        full_cell(4, 1, 6, local=0.4, lost=90, status="stalled",
                  note="slow: 20480 pages in 60 s"),
    ]
    header = {**HEADER, "blocks": 1, "fill_bytes": 0, "lru_gen": "off"}
    return [header, *cells, end(len(cells))]


def ballast():
    """A part of a large node, filled from a hole: nothing is known of reading it again."""
    made = [cell(mode, 1, mode, local=mode * 0.995, kept=1 - mode * 0.4, stolen=mode * 54000,
                 success=None, lru_gen="off", reread_bytes=None, reread_disk_bytes=None,
                 reread_ns=None, reread_hist=None) for mode in (0, 1)]
    for one in made:
        one["nodes"][0]["ballast_bytes"] = 363 << 30
    return [{**HEADER, "blocks": 1, "lru_gen": "off", "sparse": True}, *made, end(len(made))]


def sample():
    """Of an allocation of 64 GiB a sample is located, half of which mode 1 keeps local."""
    pages, located = 64 << 18, 262144
    cells = [cell(mode, 1, mode, local=mode * 0.5, stolen=mode * 54000, alloc_bytes=pages * 4096,
                  alloc_pages=pages, pages_located=located, pages_absent=mode) for mode in (0, 1)]
    for mode, one in enumerate(cells):
        one["nodes"][0]["pages"] = mode * located // 2
        one["nodes"][1]["pages"] = located - mode * (located // 2 + 1)
        one["phase_ns"]["settle"] = 6 * 10**8
    clock = {"clock_cost_ps": 9600, "clock_step_ps": 870, "touch_bias_ns": 11, "touch_floor_ns": 1704}
    return [{**HEADER, **clock, "blocks": 1, "alloc_bytes": pages * 4096}, *cells, end(len(cells))]


def nothing():
    cells = [unmeasured(cell(number, 1, mode, status="unsupported",
                             note="no room on node 0 for the allocation"))
             for number, mode in enumerate((0, 1))]
    cells.append(unmeasured(cell(2, 1, 7, status="killed", note="signal 9")))
    return [{**HEADER, "blocks": 1}, *cells, end(len(cells), settings=[])]


def rehearsal_matrix():
    header, *cells, last = matrix()
    header = {**header, "rehearsal": True, "hypervisor": "TCG"}
    cells = [made for made in cells if made["node"] < 2 and made["cpu_node"] < 2]
    return [header, *cells, {**last, "cells": len(cells)}]


OLD = {"kernel": "6.1.0-44-amd64", "lru_gen": "off"}
NEW = {"kernel": "7.3.4+deb13-amd64"}


def reclaims(mode, local=0.99, kept=0.6, **more):
    """A cell whose mode reclaims as on the legacy LRU of 7.3."""
    if mode == 0:
        return seen(cell(0, 1, 0, lru_gen="off", **more))
    return seen(cell(0, 1, mode, local=local, kept=kept, success=113, stolen=52000,
                     lru_gen="off", **more), file=(440, 240), inactive_file=(440, 240))


def bound(mode, **more):
    made = seen(cell(0, 1, mode, local=1.0, kept=0.9, stolen=9000, lru_gen="off", policy="bind",
                     **more))
    made["counters"].update(pgsteal_kswapd=40000, allocstall=28)
    return made


def factors():
    """Policies and trims crossed with modes, and one setting."""
    trimmed = {"trim": "on", "trim_asked_bytes": 200 * MIB, "trim_freed_bytes": 201 * MIB}
    cells = [reclaims(0), reclaims(1), reclaims(7, kept=0.55), bound(0), bound(1),
             bound(7), cell(0, 1, 0, local=0.5, lru_gen="off", policy="interleave"),
             seen(cell(0, 1, 0, local=0.995, kept=0.52, lru_gen="off", **trimmed)),
             reclaims(0, set="vm.min_free_kbytes=90112+vm.watermark_scale_factor=100")]
    return record({**NEW, "lru_gen": "off"}, cells)


def lru_gen():
    cells = [seen(mglru_cell(0, 1, mode)) for mode in range(8)]
    cells += [reclaims(mode) for mode in range(8)]
    return record(NEW, cells)


def absent():
    """A kernel without the sysctl: policies and a setting are compared."""
    off = {"lru_gen": "off"}
    cells = [cell(0, 1, 0, **off), cell(0, 1, 0, local=0.5, policy="interleave", **off), bound(0),
             cell(0, 1, 0, local=0.02, set="vm.min_free_kbytes=90112", **off)]
    for made in cells:
        del made["mode"]
    header, *cells, _ = record({**NEW, "lru_gen": "off"}, cells)
    del header["found_mode"], header["reference_mode"]
    return [header, *cells, end(len(cells), settings=[])]


def dirty_cell(mode, variant, local, files, dirt, written, **more):
    """files, dirt: MiB of cache and of dirty pages on the node, before and after."""
    made = seen(cell(0, 1, mode, local=local, scenario="dirty", variant=variant, lru_gen="off",
                     kept=files[1] / files[0], stolen=0 if mode == 0 else (files[0] - files[1]) * 256,
                     **more), file=files, inactive_file=files, dirty=dirt)
    made["counters"].update(written=written, vmscan_write=0, dirtied=100, pgscan_direct=90000)
    looks = zip((dirt[0], sum(dirt) // 2, dirt[1]), (0, 9, 2))
    made["looks"] = [{"t_ns": 10**8 * i, "node": node, "free_bytes": 12 * MIB,
                      "file_bytes": files[0] * MIB, "dirty_bytes": dirty * MIB,
                      "writeback_bytes": 3 * MIB}
                     for i, nodes in enumerate(looks) for node, dirty in enumerate(nodes)]
    return made


def writer(made, rate, longest, gained):
    """A writer beside, and what the other node gave for it."""
    made.update(writer_bytes=rate * MIB, writer_ns=10**9, writer_max_ns=longest * 10**6)
    made["nodes"][1].update(free_before_bytes=300 * MIB, free_after_bytes=(300 - rate) * MIB,
                            file_before_bytes=90 * MIB, file_after_bytes=(90 + gained) * MIB)
    return made


def dirty():
    """6.1: without bit 2 only the clean part counts."""
    cells = [dirty_cell(0, "clean-first", 0.0, (385, 385), (345, 345), 0),
             dirty_cell(1, "clean-first", 0.35, (385, 349), (345, 345), 0),
             dirty_cell(2, "clean-first", 1.0, (385, 240), (345, 2), 88000),
             dirty_cell(6, "clean-first", 1.0, (385, 240), (345, 2), 88000),
             writer(dirty_cell(0, "writer", 0.0, (400, 400), (398, 398), 20000), 80, 40, 80),
             writer(dirty_cell(1, "writer", 0.02, (400, 400), (398, 398), 20000, failed=0), 81, 45, 79),
             writer(dirty_cell(2, "writer", 0.97, (400, 260), (398, 100), 60000), 60, 900, 12)]
    cells[5]["counters"].update(pgsteal_direct=0, pgscan_direct=0)
    return record(OLD, cells)


def dirty_new():
    """7.3: they never count."""
    cells = [dirty_cell(mode, "clean-first", 0.0 if mode == 0 else 0.34, (385, 385 - 36 * bool(mode)),
                        (345, 345), 0) for mode in (0, 1, 2, 7)]
    full = dirty_cell(2, "dirty", 0.0, (385, 385), (384, 384), 0)
    full["counters"].update(pgscan_direct=0)
    return record({**NEW, "lru_gen": "off"}, [*cells, full])


def anon_cell(mode, local, swapped=0, status="ok", scanned=0, failed=0, swap="on", **more):
    made = seen(cell(0, 1, mode, local=local, scenario="anon", variant="swaps", swap=swap,
                     lru_gen="off", stolen=swapped, failed=failed, cache_before_bytes=None,
                     cache_after_bytes=None, reread_bytes=None, reread_disk_bytes=None,
                     reread_ns=None, reread_hist=None, status=status,
                     hold_asked_bytes=420 * MIB, hold_bytes=420 * MIB, **more),
                file=(29, 29), inactive_file=(2, 2), shmem=(25, 25), anon=(420, 420 - swapped // 256))
    made["counters"].update(pswpout=swapped, pgscan_direct=scanned, pswpin=0)
    made["counters_after"]["pswpin"] = round(swapped * 0.98)
    if status == "ok":
        made.update(return_pages=107520, return_ns=107520 * 300 + swapped * 60000,
                    return_major_faults=round(swapped * 0.98), swapout_kswapd_pages=0,
                    return_hist=histogram(107520, 300, 60000))
    return made


def anon():
    """6 and 7 swap, 4 and 5 scan for nothing and stall."""
    futile = {"status": "stalled", "note": "stalled: 12 pages in 20 looks", "scanned": 60000000}
    cells = [anon_cell(0, 0.0), anon_cell(1, 0.0), anon_cell(4, 0.01, **futile),
             anon_cell(5, 0.01, **futile), anon_cell(6, 1.0, 28800, scanned=60000),
             anon_cell(7, 1.0, 22000, scanned=50000)]
    return record({**NEW, "lru_gen": "off", "rehearsal": True, "hypervisor": "TCG"}, cells)


def swapped():
    """On hardware times are spoken of; and kswapd did a part."""
    cells = [anon_cell(0, 0.0), anon_cell(7, 1.0, 22000, scanned=50000)]
    cells[1]["swapout_kswapd_pages"] = 1000
    return record({**NEW, "lru_gen": "off"}, cells)


def states():
    """Cells of one arm in two states, stalls of two kinds, and tries that freed next to nothing."""
    slow = {"status": "stalled", "note": "stalled: 93 of 51200 pages, then no progress"}
    cells = [anon_cell(0, 0.0), anon_cell(7, 1.0, 28800, scanned=60000),
             anon_cell(7, 0.6, 17000, failed=40000, scanned=50000),
             anon_cell(7, 1.0, 27000, scanned=50000),
             anon_cell(7, 0.0, 6393, scanned=9000, **slow),
             anon_cell(0, 0.0, swap="off"), anon_cell(6, 0.0, failed=51495, swap="off"),
             anon_cell(7, 0.0, failed=51566, swap="off"),
             anon_cell(5, 0.0, scanned=60000000, swap="off", **slow)]
    for block, made in enumerate(cells[1:5]):
        made["block"] = block + 1
    cells[6]["counters"]["pgsteal_direct"] = 8
    return record({**OLD, "rehearsal": True, "hypervisor": "TCG", "blocks": 4}, cells)


def threads():
    cells = [reclaims(0, threads=n) for n in (1, 2, 4)]
    cells += [seen(cell(0, 1, 1, local=local, kept=0.7, stolen=30000, lru_gen="off", threads=n,
                        success=None), file=(440, 300), inactive_file=(440, 300))
              for n, local in ((1, 0.98), (2, 0.8), (4, 0.53))]
    return record(OLD, cells)


def mapped():
    """Mapped pages need bit 4; from another node's CPU nothing is tried."""
    full = {"inactive_file": (440, 430), "file": (440, 430), "mapped": (428, 428)}
    cells = []
    for mode, local in ((0, 0.0), (1, 0.06), (4, 0.99)):
        made = seen(cell(0, 1, mode, local=local, scenario="mapped", lru_gen="off", failed=2,
                         kept=1 - 0.4 * (mode == 4), stolen=(0, 3000, 0, 0, 52000)[mode]), **full)
        made["counters"]["pgscan_direct"] = made["counters"]["pgsteal_direct"] * 30
        cells.append(made)
    cells += [seen(cell(0, 1, mode, local=0.03, lru_gen="off", policy="preferred", cpu_node=1))
              for mode in (0, 1)]
    return record({**NEW, "lru_gen": "off"}, cells)


def served(mode, hits, disk, refaults, block=1, **more):
    """A cell of fileserver: 2500 requests of 128 KiB."""
    made = reclaims(mode, scenario="fileserver", variant="pinned", reread_bytes=None,
                    reread_disk_bytes=None, reread_ns=None, reread_hist=None,
                    serve_set_bytes=585 * MIB, serve_readers=4, serve_requests=2500,
                    serve_misses=2500 - hits, serve_bytes=2500 * MIB // 8, serve_disk_bytes=disk * MIB,
                    serve_hist=histogram(2500, 90000, 2 * 10**6),
                    alloc_hist=histogram(3 * PAGES, 1900, 14000), **more)
    made.update(block=block, serve_ns=(3 + block) * 10**9)
    made["counters"].update(refault_file=refaults)
    lost = 0 if mode else 260
    made["nodes"][1].update(free_before_bytes=450 * MIB, free_after_bytes=(450 - lost) * MIB,
                            inactive_file_before_bytes=2 * MIB)
    return made


def fileserver():
    """The node's cache or all nodes'; of mode 4 one block is like the base's."""
    cells = []
    for block, more in ((1, 0), (2, 20)):
        cells += [served(0, 2100 + more, 50, 0, block), served(1, 1800 + more, 87, 9000 + more, block),
                  served(4, 2110 if block == 2 else 1790, 88, 8500, block),
                  served(7, 1750 + more, 93, 9900, block)]
    return record({**NEW, "lru_gen": "off"}, cells)


def thp():
    cells = [reclaims(0), reclaims(1)]
    for mode, local in ((0, 0.08), (1, 1.0)):
        made = reclaims(mode, local=local, page_size="thp", alloc_page_bytes=2 * MIB,
                        alloc_pages=100, alloc_huge_bytes=200 * MIB,
                        alloc_hist=histogram(100, 90000, 400000))
        made["nodes"][0]["pages"] = round(PAGES * local)
        made["nodes"][1]["pages"] = PAGES - round(PAGES * local)
        made["walks"] = [walk(70, page_bytes=2 * MIB)]
        cells.append(made)
    return record({**NEW, "lru_gen": "off"}, cells)


def neighbour(mode, lost, remote):
    """Node 1 lost so many MiB of what was free, the neighbour there so many pages in a thousand."""
    made = reclaims(mode, scenario="neighbour", victim_node=1, victim_bytes=48 * MIB,
                    victim_lost_bytes=0, victim_loads=10**7, victim_load_ns=9 * 10**8,
                    victim_pages=100000, victim_remote_pages=100 * remote, victim_absent_pages=0,
                    victim_hist=histogram(100000, 1800, 12000), beside_read_bytes=380 * MIB)
    made["nodes"][1].update(free_before_bytes=450 * MIB, free_after_bytes=(450 - lost) * MIB)
    return made


def zone(name, managed, kib, low, lowest):
    """A zone of so many MiB that was looked at: min, and low and the least free above it, in KiB."""
    free = {kib + lowest: 5, kib + low: 400, kib + 3 * low: 100}
    return {"name": name, "managed_bytes": managed * MIB, "min_bytes": kib << 10,
            "low_bytes": kib + low << 10, "high_bytes": kib + 2 * low << 10, "samples": 505,
            "free_lowest_bytes": kib + lowest << 10, "below_low": 5,
            "below_min": 5 * (lowest < 0),
            "free_hist": {"layout": "loglinear", "bits": 7, "n": 505, "max_kib": max(free),
                          "sum_kib": sum(value * n for value, n in free.items()),
                          "buckets": [[bucket(value), n] for value, n in free.items()]}}


def headroom(mode, low, lowest, kib=22528, **more):
    """The least free and the low watermark of a node in KiB above min."""
    made = reclaims(mode, scenario="headroom", fill_on="all", bursts=100, zone_gap_ns=31 * 10**6,
                    burst_sent_bytes=600 * MIB, burst_received_bytes=600 * MIB,
                    beside_read_bytes=180 * MIB, alloc_failure_lines=0, **more)
    made["counters"].update(pageoutrun=0 if mode else 35)
    made["zones"] = [
        {"name": "DMA", "managed_bytes": 15 * MIB, "min_bytes": 0, "low_bytes": 4096,
         "high_bytes": 8192, "samples": 505, "free_lowest_bytes": 3 * MIB, "below_low": 0,
         "below_min": 0}, zone("DMA32", 470, kib, low, lowest)]
    return made


def load():
    """Who works beside, and what is left under a load; twice the reserve beside the modes."""
    twice = {"kib": 2 * 22528, "set": "vm.min_free_kbytes=90112"}
    return record(OLD, [neighbour(0, 415, 30), neighbour(1, 12, 0), headroom(0, 5632, -900),
                        headroom(1, 5632, 5200), headroom(0, 11264, -2000, **twice),
                        headroom(1, 11264, 9800, **twice)])


def lowest():
    """Five blocks, of which two had lines on failures, and one next to nothing free. Under mode 1
    DMA32 is spared and Normal is not; Movable, where nearly nothing is free, does not count."""
    cells = []
    for block in range(1, 6):
        without = headroom(0, 5632, (1 << 10) - 22528 if block == 3 else -900)
        without.update(block=block, alloc_failure_lines=3 if block in (2, 4) else 0)
        cells += [without, {**headroom(1, 5632, 5200 - 100 * block), "block": block}]
    for made in cells:
        made["zones"] += [zone("Normal", 100, 8192, 2048, 512),
                          zone("Movable", 900, 1024, 256, -900)]
    return record({**OLD, "blocks": 5}, cells)


def control(blocks=8, drift=0.004, **header):
    """Mode 1 takes 1.2 times as long; mode 0 once more next to as long as itself."""
    cells = [cell(0, 0, 0)]
    for block in range(1, blocks + 1):
        slow = 1 + 0.01 * (block % 3)
        for mode, ratio, again in ((0, 1, None), (1, 1.2, None), (0, 1 + drift * (block % 4 - 1), 1)):
            made = cell(len(cells), block, mode, local=0.001 * mode, control=again)
            made["alloc_hist"] = histogram(PAGES, round(1900 * slow), round(14000 * slow * ratio))
            cells.append(made)
    asked = ["--modes=0,1", "--aa", f"--blocks={blocks}"]
    return [{**HEADER, "blocks": blocks, "options": asked, **header}, *cells, end(len(cells))]


def again(objects, run_id, **header):
    """The same cells as another run."""
    return [{**objects[0], "run_id": run_id, **header}, *objects[1:]]


def others():
    """Second runs, to be compared with the first ones."""
    fewer = factors()
    del fewer[3:5]
    return {"factors-again": again(fewer, "00000000000000e1", **OLD),
            "trouble-again": again(mglru(), "00000000000000e2")}


def traced(made, calls, share, futile, p50, tail, **more):
    """Calls of node reclaim of a cell, recorded for a share of its time."""
    wall = 300 * 10**6
    made.update(alloc_wall_ns=wall, reclaim_traced_ns=round(wall * share) + 2 * 10**6,
                reclaim_calls=calls, reclaim_futile_calls=futile, reclaim_lost_calls=0,
                reclaim_pages=32 * (calls - futile), reclaim_other_calls=0, reclaim_other_ns=0)
    if calls:
        made["reclaim_hist"] = histogram(calls, p50, tail)
    return {**made, **more}


def stalls(**header):
    """Under MGLRU mode 1 reclaims in vain, so often that a part is recorded; mode 7 frees."""
    cells = []
    for block in range(1, 7):
        number = len(cells)
        off, vain = cell(number, block, 0), cell(number + 1, block, 1, failed=98161)
        frees = cell(number + 2, block, 7, local=1.0, kept=0.53, success=113, stolen=52000)
        cells += [traced(off, 0, 1, 0, 0, 0),
                  traced(vain, 2000 + block, 0.02, 2000 + block, 900, 21000),
                  traced(frees, 113, 1, 0, 310000, 2400000, reclaim_other_calls=2,
                         reclaim_other_ns=700000)]
    return [{**HEADER, "blocks": 6, **header}, *cells, end(len(cells))]


def unsteady(**header):
    """Each third cell was not steady, and others set what they should not."""
    cells = [cell(i, 1 + i // 2, i % 2, not_steady=int(i % 3 == 0)) for i in range(20)]
    for number, made in enumerate(cells[4:14]):
        made["changed"] = f"vm.swappiness {60 + number} to {61 + number}; tuned.profile a\u001b[31m to b"
    return [{**HEADER, "blocks": 10, **header}, *cells, end(len(cells))]


def write(path, text):
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
    root = root if root.is_dir() else root.parent
    good = {"mglru": mglru(), "rehearsal": rehearsal(), "matrix": matrix(), "trouble": trouble(),
            "interrupted": two_nodes(), "both": both(), "full": full(), "nothing": nothing(),
            "rehearsal-matrix": rehearsal_matrix(), "factors": factors(), "lru-gen": lru_gen(),
            "absent": absent(), "dirty": dirty(), "dirty-new": dirty_new(), "anon": anon(),
            "states": states(), "swapped": swapped(), "threads": threads(), "mapped": mapped(),
            "thp": thp(), "load": load(), "lowest": lowest(), "ballast": ballast(),
            "sample": sample(),
            "fileserver": fileserver(), "blocks": blocks(), "control": control(),
            "control-off": control(blocks=5, drift=0.3, roi_ppm=20000, width_ppm=100000),
            "control-rehearsal": control(blocks=6, rehearsal=True, hypervisor="TCG"),
            "unsteady": unsteady(), "stalls": stalls(),
            "stalls-rehearsal": stalls(rehearsal=True, hypervisor="TCG"),
            "unsteady-rehearsal": unsteady(rehearsal=True, hypervisor="TCG"),
            "wide": [*control(width_ppm=100000)[:-1], end(25, width_ppm=123456, exit_code=5)]}
    for name, objects in good.items():
        write(root / f"{name}.jsonl", lines(objects))
    for name, objects in {**compared.all_of_them(), **others()}.items():
        write(root / "compared" / f"{name}.jsonl", lines(objects))
    write(root / "cut.jsonl", lines(mglru())[:-100])
    write(root / "rehearsal-cut.jsonl", lines(rehearsal()[:-1]))
    for name, content in hostile.texts(lines(mglru())).items():
        write(root / "bad" / f"{name}.jsonl", content)


if __name__ == "__main__":
    main()
