# SPDX-License-Identifier: GPL-2.0-or-later
"""What made-up records are made of: a header, cells, their histograms and walks, an end."""
import json

MIB = 1 << 20
PAGES = 51200
HEADER = {
    "type": "header", "schema_version": 1, "seed": 42, "run_id": "00c0ffee00c0ffee",
    "tool_version": "0.1.0", "host": "fs-a1", "host_id": "5f" * 16, "boot_id": "b0" * 16,
    "start_utc": "2026-08-22T10:00:00Z", "kernel": "7.3.4", "machine": "x86_64",
    "cpu": "Invented CPU @ 2.00GHz", "lru_gen": "on", "clock": "tsc", "rehearsal": False,
    "found_mode": 0, "reference_mode": 0, "blocks": 2, "alloc_bytes": PAGES * 4096,
    "fill_bytes": 480 * MIB,
    "nodes": [{"node": 0, "memory_bytes": 512 * MIB}, {"node": 1, "memory_bytes": 512 * MIB}],
    "distances": [[10, 21], [21, 10]],
}


def bucket(ns):
    if ns < 128:
        return ns
    top = ns.bit_length() - 1
    return min(((top - 6) << 7) + ((ns >> (top - 7)) & 127), 29 * 128 - 1)


def histogram(n, p50, tail):
    """n values around p50 and one in 100 around tail."""
    values = {p50 - p50 // 8: n // 4, p50: n - n // 4 - n // 50, tail: n // 50 - 1, tail * 7: 1}
    counts = {}
    for value, count in values.items():
        counts[bucket(value)] = counts.get(bucket(value), 0) + count
    return {"layout": "loglinear", "bits": 7, "n": sum(values.values()),
            "sum_ns": sum(v * c for v, c in values.items()), "max_ns": max(values),
            "buckets": sorted([b, c] for b, c in counts.items())}


def walk(ns, node=None, page_bytes=4096):
    loads = 1 << 20
    entry = {} if node is None else {"node": node}
    return {**entry, "page_bytes": page_bytes, "huge_bytes": 16 * MIB if page_bytes > 4096 else 0,
            "lines": 262144, "loads": loads, "ns": int(ns * loads), "slice_loads": loads // 4,
            "slice_ns": [int(ns * loads) // 4] * 4}


def cell(number, block, mode, local=0.0, kept=1.0, failed=0, success=0, stolen=0, **more):
    here = round(PAGES * local)
    near, far = 89 + mode * 0.25, 138 + mode * 0.25
    counters = {"zone_reclaim_success": success, "zone_reclaim_failed": failed,
                "pgsteal_direct": stolen, "pgsteal_kswapd": 0, "allocstall": 0, "pswpout": 0,
                "refault_file": 0}
    if success is None:
        del counters["zone_reclaim_success"]
    made = {
        "type": "cell", "status": "ok" if block else "warm-up", "scenario": "clean",
        "lru_gen": "on", "policy": "local", "page_size": "4k", "fill_on": "target",
        "swap": "off", "trim": "off", "cell": number, "block": block, "node": 0, "cpu_node": 0,
        "cpu": 0, "mode": mode, "threads": 1, "seed": 1000 + number, "start_ns": 10**12,
        "wall_ns": 5 * 10**9, "fill_asked_bytes": 480 * MIB, "fill_cached_bytes": 445 * MIB,
        "alloc_bytes": PAGES * 4096, "alloc_page_bytes": 4096, "alloc_pages": PAGES,
        "pages_absent": 0, "cache_before_bytes": 445 * MIB,
        "cache_after_bytes": round(445 * kept) * MIB, "headroom_min_bytes": -4096 * mode,
        "reread_bytes": 64 * MIB, "reread_disk_bytes": round(64 * (1 - kept)) * MIB,
        "reread_ns": round(64 * MIB / (8.1 - 15 * (1 - kept))), "cut": [],
        "phase_ns": {"fill": 2 * 10**9, "allocate": 3 * 10**8},
        "counters": counters, "counters_after": {"refault_file": round(1000 * (1 - kept))},
        "nodes": [{"node": 0, "pages": here, "soak_pages": 500},
                  {"node": 1, "pages": PAGES - here, "soak_pages": 4}],
        "walks": [walk(near * local + far * (1 - local))] +
                 ([walk(near, 0)] if here else []) + ([walk(far, 1)] if here < PAGES else []),
        "alloc_hist": histogram(PAGES, 1900 + 100 * mode, 14000 + 2000 * mode),
        "reread_hist": histogram(1024, 8000, 90000),
    }
    made.update(more)
    return {key: value for key, value in made.items() if value is not None}


def unmeasured(made):
    """A cell that was killed or not supported has no measurements."""
    dropped = ("fill_", "alloc_", "reread_", "cache_", "pages_", "headroom_")
    made = {key: value for key, value in made.items()
            if key == "fill_on" or not key.startswith(dropped)}
    return {**made, "counters": {}, "counters_after": {}, "nodes": [], "walks": []}


def setting(read_back="0", outcome="restored"):
    return {"name": "vm.zone_reclaim_mode", "found": "0", "read_back": read_back,
            "outcome": outcome}


def end(cells, **more):
    return {"type": "end", "reason": "done", "exit_code": 0, "cells": cells,
            "wall_ns": cells * 5 * 10**9, "phases_ns": cells * 48 * 10**8, "restored": True,
            "settings": [setting()], **more}


def seen(made, **fields):
    """Memory of the node under test in MiB, before and after: name=(before, after)."""
    gate = {"min_unmapped_bytes": 5 * MIB, "min_slab_bytes": 25 * MIB}
    known = {"file": (440, 440), "active_file": (0, 0), "inactive_file": (440, 440),
             "mapped": (0, 0), "dirty": (0, 0), "shmem": (0, 0), "slab": (4, 4),
             "free": (12, 12), **fields}
    for name, (before, after) in known.items():
        made["nodes"][0].update({f"{name}_before_bytes": before * MIB,
                                 f"{name}_after_bytes": after * MIB})
    return {**made, **gate}


def record(header, cells):
    for number, made in enumerate(cells):
        made["cell"] = number
    return [{**HEADER, "blocks": 1, **header}, *cells, end(len(cells))]


def lines(objects):
    return "".join(json.dumps(o, separators=(",", ":")) + "\n" for o in objects)
