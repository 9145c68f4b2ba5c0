# SPDX-License-Identifier: GPL-2.0-or-later
"""What `export` prints, read by the tool that it is for: tools.py gnuplot|promtool|sysctl|tuned.

Over every good record of the tests and of results/, as it is and with hostile strings in it. Tools are
looked for in PATH and where ./bootstrap test unpacks them. Nothing of this machine is changed. Exits 1
with the reasons, 77 where the tool is missing.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

TESTS = pathlib.Path(__file__).resolve().parent.parent
RECORDS = sorted((TESTS / "golden" / "records").glob("*.jsonl"))
RESULTS = sorted((TESTS.parent / "results").glob("*/*.jsonl"))
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
TOOLS = CACHE / "numa-reclaim-bench" / "tools"
# Ends a line, a label, a section, a comment; and begins what would count.
EVIL = "a\"} 1\nnuma_reclaim_bench_exit_code 0\r\n-vm.zone_reclaim_mode = 7\n[sysctl]\n%(x)s\\"
HOSTILE = {"host": EVIL, "kernel": "7.3.4" + EVIL, "lru_gen": "on\n1 1 1 1\n", "run_id": EVIL[-20:],
           "policy": "local\n`id`#\\", "set": EVIL[:200]}
# Only these give an answer, and so a value.
ANSWERED = {"fileserver", "debian-7.3-fileserver"} | {
    path.stem for path in RESULTS if path.parent.name == "kernels"}


def find(tool):
    found = shutil.which(tool, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if not found:
        unpacked = sorted(TOOLS.glob(f"*/usr/*bin/{tool}"))
        found = str(unpacked[0]) if unpacked else None
    if not found:
        print(f"{tool} is not there")
        sys.exit(77)
    return found


def run(arguments, text=None, **more):
    return subprocess.run(arguments, input=text, text=True, capture_output=True, check=False,
                          timeout=60, **more)


def hostile(path, directory):
    """A copy of a record whose strings are a stranger's."""
    lines = []
    for line in map(json.loads, path.read_text().splitlines()):
        if line.get("type") in ("header", "cell"):
            line.update({key: value for key, value in HOSTILE.items() if key in line})
        lines.append(json.dumps(line))
    copy = pathlib.Path(directory) / f"hostile-{path.name}"
    copy.write_text("\n".join(lines) + "\n")
    return copy


def export(form, path, expected=0, root=None):
    arguments = [os.environ["NRB_BIN"], "export", "--format", form, str(path)]
    result = run(arguments + (["--root", root] if root else []))
    if result.returncode != expected:
        raise AssertionError(f"exit status {result.returncode}, not {expected}: {result.stderr}")
    if any(ord(c) < 32 and c != "\n" for c in result.stdout):
        raise AssertionError("a control byte")
    return result.stdout


def is_whole(path):
    """Cut and interrupted records are read as far as they go, but jq and json are not so patient."""
    return "cut" not in path.stem


def check_promtool(path):
    text = export("openmetrics", path)
    result = run([find("promtool"), "check", "metrics"], text)
    if result.returncode != 0 or result.stderr:
        raise AssertionError(result.stderr + result.stdout)
    if len(re.findall(r"^numa_reclaim_bench_run_info\{", text, re.M)) != 1:
        raise AssertionError("no run_info")
    if re.search(r"^numa_reclaim_bench_exit_code(\{[^}]*\})? 0\n.*^numa_reclaim_bench_exit_code ", text,
                 re.M | re.S):
        raise AssertionError("a line was smuggled in")


def answered(path):
    return path.stem.removeprefix("hostile-") in ANSWERED


def check_sysctl(path):
    """With a setting that every kernel has, so that it says what it would write."""
    if not answered(path):
        if export("sysctl.d", path, expected=5) != "":
            raise AssertionError("something to apply without an answer")
        return
    text = export("sysctl.d", path)
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
        file.write(text.replace("-vm.zone_reclaim_mode", "-vm.swappiness"))
        file.flush()
        result = run([find("sysctl"), "--dry-run", "-p", file.name])
    if result.returncode != 0 or result.stderr or result.stdout != "vm.swappiness = 0\n":
        raise AssertionError(f"{result.returncode}: {result.stdout}{result.stderr}")


LOAD = """
import sys
from tuned.profiles.factory import Factory
from tuned.profiles.loader import Loader
from tuned.profiles.locator import Locator
from tuned.profiles.merger import Merger
from tuned.profiles.variables import Variables
loader = Loader(Locator(sys.argv[1:]), Factory(), Merger(), None, Variables())
profile = loader.load("zone-reclaim")
print(sorted(profile.units), dict(profile.units["sysctl"].options))
"""


def tuned_packages():
    """Where Python finds tuned: installed or unpacked."""
    for root in (pathlib.Path("/"), *TOOLS.glob("*")):
        if (root / "usr/lib/python3/dist-packages/tuned/profiles/loader.py").exists():
            return str(root / "usr/lib/python3/dist-packages")
    print("tuned is not there")
    sys.exit(77)


def check_tuned(path):
    packages = tuned_packages()
    if not answered(path):
        if export("tuned", path, expected=5) != "":
            raise AssertionError("something to apply without an answer")
        return
    with tempfile.TemporaryDirectory() as root:
        etc = pathlib.Path(root) / "etc/tuned"
        (etc / "base").mkdir(parents=True)
        (etc / "zone-reclaim").mkdir()
        (etc / "active_profile").write_text("base\n")
        (etc / "base/tuned.conf").write_text(
            "[main]\nsummary=x\n[sysctl]\nvm.zone_reclaim_mode=1\nvm.swappiness=10\n")
        text = export("tuned", path, root=root)
        if "/etc/tuned/base/tuned.conf to 1" not in text:
            raise AssertionError("the profile that sets it is not named")
        (etc / "zone-reclaim/tuned.conf").write_text(text)
        result = run(["/usr/bin/python3", "-c", LOAD, str(etc)], cwd=root,
                     env={"PYTHONPATH": packages, "PYTHONDONTWRITEBYTECODE": "1"})
    expected = "['sysctl'] {'vm.zone_reclaim_mode': '0', 'vm.swappiness': '10'}\n"
    if result.returncode != 0 or result.stdout != expected:
        raise AssertionError(f"{result.returncode}: {result.stdout}{result.stderr}")


def check_gnuplot(path):
    """As many blocks as the header lines say, each of four columns, the share falling to 0."""
    text = export("gnuplot", path)
    blocks = re.findall(r"^# index (\d+): ", text, re.M)
    with tempfile.NamedTemporaryFile("w", suffix=".dat") as file:
        file.write(text)
        file.flush()
        script = "" if not blocks else f"stats '{file.name}' using 1:3 nooutput; print STATS_blocks\n"
        script += "".join(f"stats '{file.name}' index {i} using 1:3 nooutput; "
                          "print STATS_columns, STATS_min_y\n" for i in blocks)
        result = run([find("gnuplot"), "-"], script)
    expected = [] if not blocks else [str(len(blocks)), *["4 0.0"] * len(blocks)]
    # it also fits a line, through the one or two points of an arm that stalled
    told = [line for line in result.stderr.split("\n")[:-1] if "slope and intercept" not in line]
    if result.returncode != 0 or told != expected:
        raise AssertionError(f"{result.returncode}: {result.stderr[:500]}")


CHECKS = {"gnuplot": check_gnuplot, "promtool": check_promtool, "sysctl": check_sysctl,
          "tuned": check_tuned}


def check_watch():
    """What watch prints for the textfile collector, of every recorded machine."""
    for machine in sorted((pathlib.Path(__file__).parents[1] / "fixtures").glob("*/proc")):
        result = run([os.environ["NRB_BIN"], "watch", "--openmetrics", "--root", str(machine.parent)])
        if result.returncode != 0:
            raise AssertionError(result.stderr)
        found = run([find("promtool"), "check", "metrics"], result.stdout)
        if found.returncode != 0 or found.stderr:
            raise AssertionError(f"{machine}: {found.stderr}{found.stdout}")


def main(tool):
    failed, n = 0, 0
    if tool == "promtool":
        check_watch()
    with tempfile.TemporaryDirectory() as directory:
        paths = RECORDS + RESULTS
        paths += [hostile(path, directory) for path in RECORDS if is_whole(path)]
        for path in paths:
            n += 1
            try:
                CHECKS[tool](path)
            except AssertionError as error:
                failed += 1
                print(f"== {path}: {error}")
    print(f"{failed} of {n} records fail")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
