# SPDX-License-Identifier: GPL-2.0-or-later
"""Every command that reads a record, over every record of a stranger: run.py records|numbers [NAME...]

The records are those of ../golden/records/hostile.py, by name, and of ../golden/records/bad. Of each run:
an exit status that is documented, the one for a broken record if it is one; no byte on stdout and stderr
that drives a terminal; no element and no attribute of the stranger's in HTML; no line of his where lines
count; no file of his; nothing from a sanitizer; five seconds of a
CPU are enough. Exits 1 with what was not so.
"""
import concurrent.futures
import html.parser
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unicodedata

TESTS = pathlib.Path(__file__).resolve().parent.parent
RECORDS = TESTS / "golden" / "records"
sys.path.insert(0, str(RECORDS))
import hostile  # noqa: E402
import made  # noqa: E402

SECONDS = 5  # of a CPU: other tests run beside
HANGS = 60  # s
REFUSED = 7
# Done; which of several; no answer, unclear; no record, nothing to show.
DOCUMENTED = {0, 2, 5, REFUSED}
WIDE = {"COLUMNS": "200", "LC_ALL": "C.UTF-8"}
NARROW = {"COLUMNS": "20", "LC_ALL": "C"}
GOOD = str(RECORDS / "mglru.jsonl")
FORMATS = ("csv", "openmetrics", "sysctl.d", "tuned", "gnuplot", "hgrm")
# Name, environment, arguments; FILE, OUT and PLOTS stand for the record and for what is to be written.
COMMANDS = [
    ("report", {}, ["report", "FILE"]),
    ("report wide", WIDE, ["report", "FILE"]),
    ("report narrow", NARROW, ["report", "FILE"]),
    ("report in colour", WIDE, ["report", "--color", "always", "FILE"]),
    ("report of two", WIDE, ["report", GOOD, "FILE"]),
    ("report json", WIDE, ["report", "--json", "FILE"]),
    ("report csv", WIDE, ["report", "--csv", "FILE"]),
    ("compare", WIDE, ["compare", GOOD, "FILE"]),
    ("compare with it", WIDE, ["compare", "FILE", GOOD]),
    ("compare json", WIDE, ["compare", "--json", GOOD, "FILE"]),
    ("compare csv", WIDE, ["compare", "--csv", GOOD, "FILE"]),
    ("compare hosts", WIDE, ["compare", GOOD, "FILE", str(RECORDS / "full.jsonl"),
                             str(RECORDS / "lru-gen.jsonl")]),
    *((f"export {form}", WIDE, ["export", "--format", form, "FILE"]) for form in FORMATS),
    ("export hgrm of one", WIDE, ["export", "--format", "hgrm", "--arm", "1", "FILE"]),
    ("export json", WIDE, ["export", "--json", "--format", "openmetrics", "FILE"]),
    ("report html", WIDE, ["report", "--html", "OUT", "FILE"]),
    ("report plots html", WIDE, ["report", "--html", "OUT", "--plots", "PLOTS", "FILE"]),
]
# Other ways to show what was read: of what is refused they show the same.
VARIANTS = {"report wide", "report narrow", "report in colour", "compare json", "compare csv", "compare hosts",
            "export hgrm of one", "export json", "report plots html"}
# Through these a record passes every reader and every way out.
CORE = {"report", "report json", "compare", "report html"}
EVERY = 1 if os.environ.get("NRB_LONG", "") not in ("", "0") else 3
NUMBERS_COMMANDS = ("report", "export openmetrics")
SANITIZER = re.compile(r"Sanitizer|runtime error:|Assertion")
COLOUR = re.compile("\033\\[\\d*m")
# What begins a line of a snippet or of metrics.
LINES = {
    "export openmetrics": re.compile(r"#|numa_reclaim_bench_"),
    "export sysctl.d": re.compile(r"#|-vm\.zone_reclaim_mode = [0-7]$"),
    "export tuned": re.compile(r"#|$|\[main\]$|\[sysctl\]$|summary=vm\.zone_reclaim_mode as measured|"
                               r"include=[\w.,-]+$|vm\.zone_reclaim_mode=[0-7]$"),
    "export gnuplot": re.compile(r"#|$|[0-9.e+-]+( [0-9.e+-]+){3}$"),
    "export hgrm of one": re.compile(r"#|$| *Value +Percentile| *[0-9.]+ [0-9.]+ +\d+( +[0-9.]+)?$"),
}


class Elements(html.parser.HTMLParser):
    """The names that a page's elements and attributes have."""

    def __init__(self):
        super().__init__()
        self.names = set()

    def handle_starttag(self, tag, attrs):
        self.names |= {tag, *(name for name, _ in attrs)}


def driving(text):
    """Characters that drive a terminal, or turn the order of what it shows."""
    return {hex(ord(c)) for c in text if c not in "\n\t" and
            (unicodedata.category(c) == "Cc" or unicodedata.bidirectional(c) in
             {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}
             or c in "\u200e\u200f\u061c\u2028\u2029")}


def check_text(name, text, stream):
    if name.endswith("in colour"):
        text = COLOUR.sub("", text)
    found = driving(text)
    if found:
        yield f"{stream} has {sorted(found)}"


def check_document(text):
    try:
        json.loads(text)
    except ValueError as error:
        yield f"stdout is no JSON: {error}"


def check_lines(name, text):
    for line in text.split("\n"):
        if not LINES[name].match(line) and line != "":
            yield f"a line that is not ours: {line[:200]!r}"
            return


def check_page(path):
    if not path.exists():
        yield "no page"
        return
    text = path.read_text(encoding="utf-8")
    yield from check_text("html", text, "the page")
    parser = Elements()
    parser.feed(text)
    parser.close()
    if "nrbevil" in parser.names or "script" in parser.names:
        yield "a stranger's element or attribute in the page"


def check(name, result, directory, must_refuse, known):
    for stream, data in (("stdout", result.stdout), ("stderr", result.stderr)):
        try:
            yield from check_text(name, data.decode(), stream)
        except UnicodeDecodeError as error:
            yield f"{stream} is no UTF-8: {error}"
    stdout, stderr = (data.decode(errors="replace") for data in (result.stdout, result.stderr))
    if SANITIZER.search(stderr):
        yield f"stderr has: {stderr[-2000:]}"
    if result.returncode not in DOCUMENTED:
        yield f"exit status {result.returncode}: {stderr[-500:]}"
    if must_refuse and result.returncode != REFUSED:
        yield f"exit status {result.returncode}, not {REFUSED}"
    if must_refuse and not re.search(r"(:\d+: |line)", stderr):
        yield f"no line is named: {stderr[:300]}"
    if not must_refuse and known and name.startswith("report") and result.returncode != 0:
        yield f"exit status {result.returncode}, not 0: {stderr[:300]}"
    if name.endswith(" json"):
        yield from check_document(stdout)
    if name in LINES:
        yield from check_lines(name, stdout)
    if name.endswith(" html") and result.returncode == 0:
        yield from check_page(directory / "out")
    for path in directory.glob("plots/*"):
        yield from check_text(name, path.read_text(encoding="utf-8"), path.name)
    strange = [path.name for path in directory.rglob("*") if "nrbevil" in path.name]
    if strange:
        yield f"files that nobody asked for: {strange}"


def run(record, command, fate):
    """What is wrong, as lines. fate: "refused", "accepted", or None where either will do."""
    name, wanted, arguments = command
    with tempfile.TemporaryDirectory() as directory:
        place = {"FILE": str(record), "OUT": f"{directory}/out", "PLOTS": f"{directory}/plots"}
        arguments = [place.get(word, word) for word in arguments]
        environment = {"PATH": os.environ["PATH"], "HOME": directory, "TERM": "dumb", "LC_ALL": "C",
                       "UBSAN_OPTIONS": "print_stacktrace=1", **wanted}
        try:
            result = subprocess.run(
                ["prlimit", f"--cpu={SECONDS}", os.environ["NRB_BIN"], *arguments], cwd=directory,
                env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=HANGS, check=False)
        except subprocess.TimeoutExpired:
            return [f"{record.name}: {name}: over {HANGS} s"]
        return [f"{record.name}: {name}: {what}" for what in
                check(name, result, pathlib.Path(directory), fate == "refused", fate == "accepted")]


def objects_of(name):
    return [json.loads(line) for line in (RECORDS / f"{name}.jsonl").read_text().splitlines()]


def write_records(directory):
    """(path, fate) of each."""
    for path in sorted((RECORDS / "bad").glob("*.jsonl")):
        yield path, "refused"
    for name, data in hostile.made().items():
        path = directory / name
        path.write_bytes(data)
        yield path, "refused"
    good = {name: objects_of(name) for name in ("fileserver", "trouble", "mglru")}
    for name, objects in hostile.accepted(good).items():
        path = directory / name
        path.write_text(made.lines(objects))
        yield path, "accepted"


def write_numbers(directory):
    header, _, cell, *_ = objects_of("mglru")
    for number, (name, objects, refused) in enumerate(
            hostile.numbers([header, {**cell, "cell": 0}, made.end(1)])):
        path = directory / f"{number}-{name.replace('/', '')}"
        path.write_text(made.lines(objects))
        yield path, "refused" if refused else None


def main(what, names):
    chosen = COMMANDS
    writer = write_records
    if what == "numbers":
        chosen = [command for command in chosen if command[0] in NUMBERS_COMMANDS]
        writer = write_numbers
    with tempfile.TemporaryDirectory() as directory, \
            concurrent.futures.ThreadPoolExecutor(max(2, (os.cpu_count() or 2) // 2)) as pool:
        records = [(path, fate) for path, fate in writer(pathlib.Path(directory))
                   if not names or path.stem in names]
        jobs = [(path, command, fate) for i, (path, fate) in enumerate(records)
                for k, command in enumerate(chosen)
                if (fate != "refused" or command[0] not in VARIANTS) and
                (names or command[0] in CORE or (i + k) % EVERY == 0)]
        wrong = pool.map(lambda job: run(*job), jobs)
        lines = [line for some in wrong for line in some]
    print(*lines, sep="\n")
    print(f"{len(records)} records, {len(chosen)} commands, {len(jobs)} runs, {len(lines)} faults")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
