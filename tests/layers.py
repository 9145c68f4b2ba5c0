# SPDX-License-Identifier: GPL-2.0-or-later
"""Check the source against its map and its limits: layers.py SOURCE_ROOT.

Reads src/LAYERS (its head says the rules) and the C files of src/, bench/ and include/nrb/; prints
FILE:LINE: REASON for each violation and exits 1 if there is one.
"""
import pathlib
import re
import sys
from collections import namedtuple

Place = namedtuple("Place", "layer half line")
Problem = namedtuple("Problem", "path line reason")

MAP = "src/LAYERS"
HALVES = ("common", "measuring", "showing")
MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 50
HEADING = re.compile(r"\[(\d) \w+ (\w+)\]")
INCLUDE = re.compile(r'\s*#\s*include\s+(["<])([^">]+)')
EXIT = re.compile(r"(?<!\w)exit\s*\(")
COMMENT_OR_LITERAL = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)
# Libraries that only one module may know, by the headers they are known by.
FOREIGN = {
    "hwloc": re.compile(r"hwloc(\.h|/)"),
    "jansson": re.compile(r"jansson\.h"),
    "libcpuid": re.compile(r"(libcpuid/)?libcpuid\.h"),
    "libnuma": re.compile(r"numa(if)?\.h"),
    "libsmartcols": re.compile(r"(libsmartcols/)?libsmartcols\.h"),
}


def read_map(root, problems):
    """The modules by name: their layer, half and line in the map."""
    modules, layer, half = {}, None, None
    for number, line in enumerate((root / MAP).read_text().splitlines(), 1):
        word = line.split("#")[0].strip()
        heading = HEADING.fullmatch(word)
        if heading and heading[2] in HALVES:
            layer, half = int(heading[1]), heading[2]
        elif word and (layer is None or not re.fullmatch(r"\w+", word)):
            problems.append(Problem(MAP, number, f"neither a heading nor a module: {word}"))
        elif word in modules:
            problems.append(Problem(MAP, number, f"module {word} stands in the map twice"))
        elif word:
            modules[word] = Place(layer, half, number)
    return modules


def sources(root):
    for pattern in ("src/*.[ch]", "bench/*.[ch]", "include/nrb/*.h"):
        yield from sorted(root.glob(pattern))


def includes(text):
    """(line number, is it quoted, name) of each #include."""
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match[1] == '"', match[2]


def forbidden(source, target):
    """Why a module at one place may not include one at the other; None if it may."""
    if target.layer > source.layer:
        return f"arrow up, from layer {source.layer} to {target.layer}"
    if target.half not in ("common", source.half) and source.half != "common":
        return f"arrow across, from the {source.half} half to the {target.half} half"
    return None


def check_include(path, module, number, is_quoted, name, modules):
    """The problem with one include, if any."""
    if not is_quoted or name == "version.h":
        return None
    if not name.startswith("nrb/"):
        return Problem(path, number, f'"{name}" is not included as "nrb/...", so the map does not see it')
    target = name[len("nrb/"):-len(".h")]
    if target not in modules:
        return Problem(path, number, f"includes {target}, which is not in {MAP}")
    if module not in modules:
        return None
    reason = forbidden(modules[module], modules[target])
    return reason and Problem(path, number, f"{module} includes {target}: {reason}")


def find_cycle(arrows):
    """A list of modules that include each other in a ring; empty if there is none."""
    done = set()

    def visit(module, trail):
        if module in trail:
            return trail[trail.index(module):] + [module]
        if module in done:
            return []
        for target in sorted(arrows.get(module, ())):
            cycle = visit(target, trail + [module])
            if cycle:
                return cycle
        done.add(module)
        return []

    for start in sorted(arrows):
        cycle = visit(start, [])
        if cycle:
            return cycle
    return []


def check_modules(files, modules, problems):
    """Every module has a file and every file a module."""
    present = {path.stem for path in files}
    for name, place in modules.items():
        if name not in present:
            problems.append(Problem(MAP, place.line, f"module {name} has no file"))
    for path in files:
        if path.stem not in modules:
            problems.append(Problem(files[path].name, 1, f"module {path.stem} is not in {MAP}"))


def check_arrows(files, modules, problems):
    arrows = {}
    for path, file in files.items():
        for number, is_quoted, name in includes(file.text):
            problem = check_include(file.name, path.stem, number, is_quoted, name, modules)
            if problem:
                problems.append(problem)
            source, target = modules.get(path.stem), modules.get(pathlib.Path(name).stem)
            if is_quoted and source and target and source != target and source.layer == target.layer:
                arrows.setdefault(path.stem, set()).add(pathlib.Path(name).stem)
    cycle = find_cycle(arrows)
    if cycle:
        reason = "cycle of includes: " + " -> ".join(cycle)
        problems.append(Problem(MAP, modules[cycle[0]].line, reason))


def check_foreign(files, problems):
    owners = {}
    for path, file in files.items():
        for number, _, name in includes(file.text):
            for library, pattern in FOREIGN.items():
                if not pattern.match(name):
                    continue
                owner = owners.setdefault(library, path.stem)
                if owner != path.stem:
                    reason = f"includes {name}, but {library} belongs to module {owner}"
                    problems.append(Problem(file.name, number, reason))


def blank(text):
    """The text with its comments and literals emptied, line numbers kept."""
    return COMMENT_OR_LITERAL.sub(lambda match: "\n" * match[0].count("\n"), text)


def check_functions(name, text, problems):
    start = None
    for number, line in enumerate(text.splitlines(), 1):
        if line == "{":
            start = number
        elif line.startswith("}") and start:
            if number - start - 1 > MAX_FUNCTION_LINES:
                reason = f"function of {number - start - 1} lines, over {MAX_FUNCTION_LINES}"
                problems.append(Problem(name, start, reason))
            start = None


def check_limits(files, problems):
    for path, file in files.items():
        lines = file.text.count("\n")
        if lines > MAX_FILE_LINES:
            problems.append(Problem(file.name, lines, f"file of {lines} lines, over {MAX_FILE_LINES}"))
        check_functions(file.name, file.text, problems)
        if file.name == "src/main.c":
            continue
        for number, line in enumerate(blank(file.text).splitlines(), 1):
            if EXIT.search(line):
                problems.append(Problem(file.name, number, "exit() outside src/main.c"))


def check(root):
    """All problems of the tree under root, in the order of their files."""
    File = namedtuple("File", "name text")
    problems = []
    modules = read_map(root, problems)
    files = {path: File(str(path.relative_to(root)), path.read_text()) for path in sources(root)}
    check_modules(files, modules, problems)
    check_arrows(files, modules, problems)
    check_foreign(files, problems)
    check_limits(files, problems)
    return sorted(problems)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: layers.py SOURCE_ROOT")
    problems = check(pathlib.Path(sys.argv[1]))
    for problem in problems:
        print(f"{problem.path}:{problem.line}: {problem.reason}")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
