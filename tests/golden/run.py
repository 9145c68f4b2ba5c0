# SPDX-License-Identifier: GPL-2.0-or-later
"""Compare what the program prints with what it printed when someone last looked: run.py [NAME...]

Reads cases.tsv beside it; no NAME means all. The program is $NRB_BIN. UPDATE_GOLDEN=1 rewrites the
files instead of comparing; look at the difference before you commit it. Exits 1 if a case differs.
"""
import difflib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent
MAX_COLUMNS = 80
# Lines of these are for programs.
MACHINE = {"--csv", "csv", "openmetrics", "--openmetrics"}
COLOR = re.compile("\033\\[\\d*m")
# The libraries' versions are the distribution's, not ours.
VERSIONS = re.compile(r'("(?:libcpuid|hwloc_api)": )"[^"]*"')
# When watch looked, and how long that was after it had looked before.
TIMES = re.compile(r'^\d\d:\d\d:\d\d(?= )|(?<="utc":)"[^"]*"|(?<="monotonic_ns":)\d+|(?<="interval_ns":)\d+', re.M)
# What a user's shell may have set, and we answer to.
ENVIRONMENT = {
    "COLUMNS": str(MAX_COLUMNS),
    "HOME": "/nonexistent",
    "LC_ALL": "C",
    "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
    "TERM": "dumb",
}


def cases():
    """(name, exit status, arguments) of each row."""
    for line in (HERE / "cases.tsv").read_text().splitlines():
        if line and not line.startswith("#"):
            name, status, arguments = line.split("\t")
            yield name, int(status), shlex.split(arguments)


def split_environment(words):
    """The NAME=VALUE words that stand first, and the arguments after them."""
    wanted = {}
    while words and words[0].partition("=")[0].isupper():
        name, _, value = words[0].partition("=")
        wanted[name] = value
        words = words[1:]
    return wanted, words


def run(arguments, wanted):
    sanitizer = {key: value for key, value in os.environ.items() if key.endswith("SAN_OPTIONS")}
    return subprocess.run(
        [os.environ["NRB_BIN"], *arguments], cwd=TESTS, env=ENVIRONMENT | wanted | sanitizer,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)


def run_page(arguments, wanted):
    """As run, with what goes into the file OUT as its output."""
    with tempfile.TemporaryDirectory() as directory:
        page = pathlib.Path(directory) / "page.html"
        result = run([str(page) if word == "OUT" else word for word in arguments], wanted)
        if page.exists():
            result.stdout += page.read_text()
        return result


def complaints(name, status, arguments, update):
    """What is wrong with one case, as lines."""
    wanted, arguments = split_environment(arguments)
    columns = int(wanted.get("COLUMNS", MAX_COLUMNS))
    result = (run_page if "--html" in arguments else run)(arguments, wanted)
    if result.returncode != status:
        yield f"exit status {result.returncode}, not {status}: {result.stderr.strip()}"
        return
    if "--json" in arguments:
        try:
            json.loads(result.stdout)
        except ValueError as error:
            yield f"not JSON: {error}"
    elif "--html" not in arguments:
        for line in COLOR.sub("", result.stdout).splitlines():
            if len(line) > columns and not MACHINE & set(arguments):
                yield f"wider than {columns} columns: {line}"
    out = VERSIONS.sub(r'\1"VERSION"', result.stdout)
    if "watch" in arguments:
        out = TIMES.sub("TIME", out)
    for suffix, text in (("out", out), ("err", result.stderr)):
        yield from compare(HERE / f"{name}.{suffix}", text, update)


def compare(path, text, update):
    if update:
        if text:
            path.write_text(text)
        else:
            path.unlink(missing_ok=True)
        return
    golden = path.read_text() if path.exists() else ""
    yield from difflib.unified_diff(
        golden.splitlines(), text.splitlines(), path.name, "now", lineterm="")


def main(names):
    update = os.environ.get("UPDATE_GOLDEN") == "1"
    known = list(cases())
    unknown = set(names) - {name for name, _, _ in known}
    if unknown:
        sys.exit(f"no such case: {' '.join(sorted(unknown))}")
    if not update:
        stale = {path.stem for suffix in ("out", "err") for path in HERE.glob(f"*.{suffix}")}
        stale -= {name for name, _, _ in known}
        if stale:
            sys.exit(f"files of no case: {' '.join(sorted(stale))}")
    failed = 0
    for name, status, arguments in known:
        if names and name not in names:
            continue
        lines = list(complaints(name, status, arguments, update))
        if lines:
            failed += 1
            print(f"== {name}: {shlex.join(arguments)}", *lines, sep="\n")
    print(f"{failed} of {len(names) or len(known)} differ")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
