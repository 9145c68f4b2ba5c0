# SPDX-License-Identifier: GPL-2.0-or-later
"""Records of strangers: those that nobody may take, each for one reason, and those whose strings and
numbers do not hold what they should, but which are records.

refused() and texts() are the files of bad/; made() is too large to be kept, and accepted() is made of
good ones. tests/hostile/run.py runs every command over all of them.
"""
import json

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
        "line-of-no-kind": [HEADER, {"type": "<nrbevil>\x1b[2J"}, end(0)],
        "host-number": [{**HEADER, "host": 1}],
        "host-too-long": [{**HEADER, "host": "h" * 300}],
        "kernel-array": [{**HEADER, "kernel": ["7.3.4"]}],
        "rehearsal-text": [{**HEADER, "rehearsal": "no"}],
        "distances-text": [{**HEADER, "distances": "10 21"}],
        "version-text": [{**HEADER, "schema_version": "1"}],
        "number-real": with_cell(alloc_pages=1.5),
        "number-text": with_cell(alloc_pages="1"),
        "number-of-a-list": with_cell(alloc_pages=[1]),
        "number-beyond-64-bits": with_cell(alloc_pages=1 << 64),
        "note-object": with_cell(note={"": ""}),
        "counters-list": with_cell(counters=[1]),
        "counter-text": with_cell(counters={"allocstall": "1"}),
        "walks-object": with_cell(walks={}),
        "nodes-text": with_cell(nodes="0"),
        "histogram-text": with_cell(alloc_hist="1"),
        "buckets-object": with_cell(alloc_hist={**hist, "buckets": {}}),
        "end-restored-number": [HEADER, end(0, restored=1)],
        "end-settings-object": [HEADER, end(0, settings={})],
    }


def texts(text):
    """Name -> a whole file: these, and what was done to a good one's text."""
    bad = {name: lines(objects) for name, objects in refused().items()}
    bad["broken-middle"] = text.replace('"type":"cell"', '"type":"cell', 1)
    bad["duplicate-key"] = text.replace('"block":1', '"block":1,"block":2', 1)
    bad["not-json"] = "vm.zone_reclaim_mode = 0\nvm.swappiness = 60\n"
    bad["header-cut"] = lines([HEADER])[:-50]
    bad["empty"] = ""
    bad["control-byte"] = text.replace("fs-a1", "fs\x1b[2Ja1", 1)
    bad["nul-in-string"] = text.replace("fs-a1", "fs\\u0000a1", 1)
    bad["nul-in-key"] = text.replace('"seed"', '"seed\\u0000"', 1)
    bad["lone-surrogate"] = text.replace("fs-a1", "fs\\ud800a1", 1)
    bad["number-huge"] = text.replace('"seed":42', '"seed":1e400', 1)
    bad["number-nan"] = text.replace('"seed":42', '"seed":NaN', 1)
    bad["number-infinite"] = text.replace('"seed":42', '"seed":-Infinity', 1)
    bad["number-octal"] = text.replace('"seed":42', '"seed":042', 1)
    bad["comment"] = text.replace('"seed":42', '"seed":42/* */', 1)
    bad["comma-at-the-end"] = text.replace('"seed":42', '"seed":42,,', 1)
    bad["two-in-a-line"] = text.replace("\n", "", 1)
    bad["duplicate-key-in-header"] = text.replace('"seed":42', '"seed":42,"seed":43', 1)
    bad["duplicate-key-in-list"] = text.replace('"node":0,"memory_bytes"', '"node":0,"node":0,"memory_bytes"', 1)
    bad["cut-in-the-middle"] = text.replace('"status":"ok"', "\n", 1)
    bad["too-deep"] = lines([HEADER]) + '{"x":' + "[" * 40 + "]" * 40 + "}\n" + lines([end(0)])
    return bad


MILLION = 10**6


def made():
    """Name -> a file's bytes, which must be refused, or must not be the stranger's way to anything."""
    header, last = lines([HEADER]), lines([end(0)])
    return {
        "string-of-a-million": lines([{**HEADER, "host": "h" * MILLION}]).encode(),
        "scenario-of-a-million": (header + lines([{**cell(0, 1, 0), "scenario": "s" * MILLION}])).encode(),
        "key-of-a-million": (header + '{"' + "k" * MILLION + '":1,"type":"cell"}\n').encode(),
        "digits-of-a-million": (header + '{"type":"cell","cell":' + "9" * MILLION + "}\n" + last).encode(),
        "deep-by-100000": (header + "[" * 100000 + "]" * 100000 + "\n" + last).encode(),
        "objects-deep-by-100000": (header + '{"a":' * 100000 + "1" + "}" * 100000 + "\n" + last).encode(),
        "a-million-containers": (header + '{"a":[' + "[]," * MILLION + "[]]}\n" + last).encode(),
        "line-of-5-mib": (header + '{"a":"' + "a" * (5 << 20) + '"}\n' + last).encode(),
        "no-line-at-all": b"{" * (5 << 20),
        "zeros": bytes(1 << 20),
        "not-utf-8": header.replace("fs-a1", "fs-a\xff").encode("latin-1"),
        "overlong-utf-8": header.encode().replace(b"fs-a1", b"\xc0\xaf\xe0\x80\xaf"),
        "raw-nul": header.encode().replace(b"fs-a1", b"fs\0a1"),
        "utf-16": header.encode("utf-16"),
        "byte-order-mark": b"\xef\xbb\xbf" + header.encode(),
    }


# What a string may hold and do where it gets: to a terminal, in HTML, in a script of gnuplot, in a label
# of a metric, in a file of settings, in CSV, in a format. "nrbevil" must never be a tag or an attribute.
PAYLOADS = {
    "control-bytes": "\x1b[2J\x1b]0;x\x07\b\r\x7f\x01",
    "control-characters-of-8-bits": "\u0080\u009b2J\u009f\u00ad\u00a0",
    "lines": "a\n-vm.zone_reclaim_mode = 7\r\n[sysctl]\n\u2028\u2029\u0085b",
    "html": "</title></script><nrbevil onload=x>",
    "attributes": "\" nrbevil=\"' nrbevil=x `<!--",
    "entities": "&lt;nrbevil&gt;&#60;nrbevil&#x3e;]]>",
    "backquotes": "`touch $HOME/nrbevil`",
    "commands": "$(touch $HOME/nrbevil);\n!touch $HOME/nrbevil\n",
    "gnuplot": "';system('touch $HOME/nrbevil');'\\\n\"",
    "gnuplot-data": "\nEOD\nEOF\ne\nsystem('touch $HOME/nrbevil')\n",
    "labels": "a\"} 1\nnumaevil{b=\"\\",
    "formats": "%s%n%d{}${x}%(x)s%%\\n\\",
    "csv": "=cmd|x!A1,\";\"\"\t'",
    "right-to-left": "a\u202eb\u2066c\u200fd\u061c",
    "marks": "\u0300" * 16,
    "wide": "\U0001f600\u6f22" * 4,
    "blanks": "   \t   ",
    "dashes": "--help",
    "separators": "a,b;c|d",
}

# The strings that a record has, and the bytes that each may have.
HEADER_STRINGS = {"run_id": 255, "tool_version": 255, "host": 255, "host_id": 255, "boot_id": 255,
                  "start_utc": 255, "kernel": 255, "machine": 255, "cpu": 255, "hypervisor": 255,
                  "lru_gen": 31, "clock": 31}
CELL_STRINGS = {"variant": 31, "lru_gen": 31, "policy": 31, "page_size": 31, "set": 255, "fill_on": 31,
                "swap": 31, "trim": 31, "note": 511}
END_STRINGS = {"reason": 31, "left_out": 255}
SETTING_STRINGS = {"name": 255, "found": 255, "read_back": 255, "outcome": 31}


def fit(text, size):
    """As much of it as there is room for, in whole characters."""
    return text.encode()[:size].decode(errors="ignore")


def filled(entry, sizes, payload):
    return {**entry, **{key: fit(payload, size) for key, size in sizes.items()}}


def with_payload(objects, payload, scenario=False):
    changed = []
    for entry in objects:
        if entry["type"] == "header":
            entry = filled(entry, HEADER_STRINGS, payload)
        elif entry["type"] == "cell":
            entry = filled(entry, CELL_STRINGS, payload)
            if scenario:
                entry["scenario"] = fit(payload, 31)
            entry["zones"] = [{**zone, "name": fit(payload, 15)} for zone in entry.get("zones", [])][:1]
        elif entry["type"] == "end":
            entry = filled(entry, END_STRINGS, payload)
            entry["settings"] = [filled(setting, SETTING_STRINGS, payload)
                                 for setting in entry["settings"]]
        changed.append(entry)
    return changed


def accepted(good):
    """Name -> objects of a record, as good has them by name, with a stranger's strings in it; and others
    that are records, but such as nobody makes."""
    made_up = {}
    for name, payload in PAYLOADS.items():
        made_up[name] = with_payload(good["fileserver"], payload)
        made_up[f"{name}-in-trouble"] = with_payload(good["trouble"], payload)
        made_up[f"{name}-as-scenario"] = with_payload(good["mglru"], payload, scenario=True)
    made_up["as-long-as-can-be"] = with_payload(good["mglru"], "\x1b" * 600, scenario=True)
    made_up["unknown-keys"] = [{**HEADER, "<nrbevil>\x1b": "x" * MILLION, "x": {"y": ["\x1b`"] * 99}},
                               {**cell(0, 1, 0), "\x1b[2J": "\x1b[2J"}, end(1)]
    made_up["nothing-but-a-header"] = [HEADER]
    made_up["a-thousand-arms"] = [HEADER, *(cell(i, 1, i % 8, set=f"<nrbevil {i}\x1b>")
                                            for i in range(1000)), end(1000)]
    return made_up


# For a number: what is none, and what is one, but as nobody counts.
NO_NUMBERS = ("1", [], {}, True, 1.5)
TOO_LARGE = (1 << 64, -(1 << 64))  # of the last line: as one that was cut
NUMBERS = (-1, 0, 1, (1 << 53) - 1, (1 << 53) + 1, (1 << 63) - 1, -(1 << 63))


def numbers(good):
    """(name, objects, whether any reader must refuse it): every number of a header, a cell and an end, by
    each of these in turn."""
    for number, entry in enumerate(good):
        for key, value in entry.items():
            if isinstance(value, bool) or not isinstance(value, int):
                continue
            for odd in (*NO_NUMBERS, *TOO_LARGE, *NUMBERS):
                changed = [*good[:number], {**entry, key: odd}, *good[number + 1:]]
                refused = any(odd is other for other in NO_NUMBERS) or (
                    odd in TOO_LARGE and number + 1 < len(good))
                yield f"{entry['type']}.{key}={json.dumps(odd)}", changed, refused
