# SPDX-License-Identifier: GPL-2.0-or-later
"""Plant one violation of each kind in a small tree and see that layers.py finds just that one."""
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import layers  # noqa: E402 (found only with the path above)

CLEAN = {
    "src/LAYERS": """\
# a map
[0 base common]
units
[1 record common]
record
sample
[2 how measuring]
topology
[3 what measuring]
clean
[3 what showing]
claims
[5 front common]
main
""",
    "include/nrb/units.h": "int nrb_units;\n",
    "include/nrb/sample.h": "",
    "include/nrb/record.h": '#include "nrb/sample.h"\n',
    "include/nrb/topology.h": "",
    "include/nrb/claims.h": "",
    "src/topology.c": '#include "nrb/topology.h"\n\n#include "nrb/record.h"\n\n#include <hwloc.h>\n',
    "src/claims.c": '#include "nrb/record.h"\n/* exit(1) is for main */\nchar *s = "exit(2)";\n',
    "bench/clean.c": '#include "nrb/topology.h"\n#include "nrb/units.h"\n',
    "src/main.c": '#include "nrb/claims.h"\n#include "nrb/topology.h"\nint f(void)\n{\n\texit(0);\n}\n',
}


def function(lines):
    return "int f(void)\n{\n" + "\tg();\n" * lines + "}\n"


# What is planted (file: text added at its end), where the one problem must be, what it must say.
PLANTED = [
    ("src/topology.c", '#include "nrb/clean.h"\n', "src/topology.c:6", "arrow up"),
    ("src/claims.c", '#include "nrb/topology.h"\n', "src/claims.c:4", "arrow across"),
    ("bench/clean.c", '#include "nrb/ghost.h"\n', "bench/clean.c:3", "not in src/LAYERS"),
    ("bench/clean.c", '#include "other.h"\n', "bench/clean.c:3", "the map does not see it"),
    ("include/nrb/sample.h", '#include "nrb/record.h"\n', "src/LAYERS:5", "cycle of includes"),
    ("src/stray.c", "\n", "src/stray.c:1", "module stray is not in src/LAYERS"),
    ("src/LAYERS", "lost\n", "src/LAYERS:15", "module lost has no file"),
    ("src/LAYERS", "main\n", "src/LAYERS:15", "twice"),
    ("src/LAYERS", "[4 drive nowhere]\n", "src/LAYERS:15", "neither a heading nor a module"),
    ("src/topology.c", "\tif (x) exit (3);\n", "src/topology.c:6", "exit() outside"),
    ("src/claims.c", "\n" * 498, "src/claims.c:501", "file of 501 lines"),
    ("src/claims.c", function(51), "src/claims.c:5", "function of 51 lines"),
]
ALLOWED = [
    ("src/topology.c", function(50)),
    ("src/topology.c", "\t_exit(1);\n\tnrb_exit(1);\n"),
    ("src/claims.c", "\n" * 497),
    ("include/nrb/topology.h", "#include <hwloc/linux.h>\n"),
]
FOREIGN = ["hwloc.h", "hwloc/linux.h", "jansson.h", "libcpuid.h", "libcpuid/libcpuid.h", "numa.h",
           "numaif.h", "libsmartcols.h", "libsmartcols/libsmartcols.h"]


def problems_of(*added):
    with tempfile.TemporaryDirectory() as name:
        root = pathlib.Path(name)
        for path, text in list(CLEAN.items()) + list(added):
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("a") as stream:
                stream.write(text)
        return layers.check(root)


class LayersTest(unittest.TestCase):
    def test_clean_tree(self):
        self.assertEqual(problems_of(), [])

    def test_planted(self):
        for path, text, where, reason in PLANTED:
            with self.subTest(text=text[:40], path=path):
                found = problems_of((path, text))
                self.assertEqual([f"{p.path}:{p.line}" for p in found], [where])
                self.assertIn(reason, found[0].reason)

    def test_allowed(self):
        for path, text in ALLOWED:
            with self.subTest(text=text[:40], path=path):
                self.assertEqual(problems_of((path, text)), [])

    def test_foreign_header_in_two_modules(self):
        for header in FOREIGN:
            with self.subTest(header=header):
                include = f"#include <{header}>\n"
                found = problems_of(("bench/clean.c", include), ("src/main.c", include))
                self.assertTrue(found)
                self.assertTrue(all("belongs to module" in p.reason for p in found), found)


if __name__ == "__main__":
    unittest.main()
