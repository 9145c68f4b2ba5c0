# SPDX-License-Identifier: GPL-2.0-or-later
"""Records that no report may take, each for one reason."""
from made import HEADER, bucket, cell, end, lines, walk


def refused():
    """Name -> lines that must be refused, each for one reason."""
    good = cell(0, 1, 0)
    hist = good["alloc_hist"]

    def with_cell(**more):
        return [HEADER, {**good, **more}, end(1)]

    def with_buckets(buckets, n):
        return with_cell(alloc_hist={**hist, "buckets": buckets, "n": n})

    return {
        "no-header": [good, end(1)],
        "newer-version": [{**HEADER, "schema_version": 2}, {"type": "tomorrow"}],
        "no-rehearsal": [{key: value for key, value in HEADER.items() if key != "rehearsal"}],
        "header-nodes-twice": [{**HEADER, "nodes": [{"node": 1}, {"node": 1}]}],
        "distances-not-square": [{**HEADER, "distances": [[10, 21]]}],
        "distance-too-large": [{**HEADER, "distances": [[10, 256], [21, 10]]}],
        "bucket-twice": with_buckets([[5, 1], [5, 1]], 2),
        "bucket-out-of-range": with_buckets([[3712, 1]], 1),
        "bucket-negative": with_buckets([[5, -1]], 1),
        "bucket-sum": with_buckets([[bucket(hist["max_ns"]), 1]], 2),
        "bucket-max": with_buckets([[5, 1]], 1),
        "bucket-no-pair": with_buckets([[5]], 1),
        "histogram-bits": with_cell(alloc_hist={**hist, "bits": 6}),
        "node-unknown": with_cell(node=2),
        "node-out-of-range": with_cell(node=4096),
        "nodes-twice": with_cell(nodes=[{"node": 0, "pages": 1}, {"node": 0, "pages": 2}]),
        "pages-negative": with_cell(nodes=[{"node": 0, "pages": -1}]),
        "size-absurd": with_cell(alloc_bytes=1 << 62),
        "mode-8": with_cell(mode=8),
        "mode-text": with_cell(mode="1"),
        "status-unknown": with_cell(status="fine"),
        "scenario-missing": with_cell(scenario=""),
        "string-too-long": with_cell(policy="x" * 40),
        "too-many-walks": with_cell(walks=[walk(1)] * 17),
        "walk-node-unknown": with_cell(walks=[walk(1, 7)]),
        "too-many-looks": with_cell(looks=[{"t_ns": 1, "node": 0}] * 257),
        "look-node-unknown": with_cell(looks=[{"t_ns": 1, "node": 7}]),
        "look-without-node": with_cell(looks=[{"t_ns": 1}]),
        "look-negative": with_cell(looks=[{"t_ns": 1, "node": 0, "dirty_bytes": -1}]),
        "looks-no-objects": with_cell(looks=[[1, 0]]),
        "return-bucket-twice": with_cell(return_hist={**hist, "buckets": [[5, 1], [5, 1]], "n": 2}),
        "victim-node-unknown": with_cell(victim_node=7),
        "zone-twice": with_cell(zones=[{"name": "DMA"}, {"name": "DMA"}]),
        "zone-without-name": with_cell(zones=[{"samples": 1}]),
        "zone-in-ns": with_cell(zones=[{"name": "DMA", "free_hist": hist}]),
        "second-header": [HEADER, HEADER],
        "after-end": [HEADER, end(0), good],
        "end-setting-no-object": [HEADER, end(0, settings=["vm.zone_reclaim_mode"])],
        "end-says-nothing": [HEADER, {"type": "end", "reason": "done"}],
        "not-an-object": [HEADER, [1], end(1)],
    }


def texts(text):
    """Name -> a whole file: these, and what was done to a good one's text."""
    bad = {name: lines(objects) for name, objects in refused().items()}
    bad["broken-middle"] = text.replace('"type":"cell"', '"type":"cell', 1)
    bad["duplicate-key"] = text.replace('"block":1', '"block":1,"block":2', 1)
    bad["not-json"] = "vm.zone_reclaim_mode = 0\nvm.swappiness = 60\n"
    bad["header-cut"] = lines([HEADER])[:-50]
    bad["empty"] = ""
    bad["too-deep"] = lines([HEADER]) + '{"x":' + "[" * 40 + "]" * 40 + "}\n" + lines([end(0)])
    return bad
