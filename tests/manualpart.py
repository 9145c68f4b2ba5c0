# SPDX-License-Identifier: GPL-2.0-or-later
"""The part of a manual page, or of the README, that a program of the tests writes from what is in results/:
between two lines that name the program. A program with one has the verbs collect, page and check.
"""
import sys
from pathlib import Path


class Part:
    def __init__(self, page, program):
        """page: its path below the source, mdoc or Markdown; program: the name of who writes it."""
        self.page, self.program = page, program
        self.comment = "<!-- %s -->\n" if page.endswith(".md") else '.\\" %s\n'

    def _split(self, root):
        begin, end = (self.comment % ("%s of what tests/%s wrote" % (word, self.program))
                      for word in ("begin", "end"))
        before, _, rest = (root / self.page).read_text().partition(begin)
        old, _, after = rest.partition(end)
        return before + begin, old, end + after

    def write(self, root, text):
        before, _, after = self._split(root)
        (root / self.page).write_text(before + text + after)

    def check(self, root, text):
        """Ends the program where the page says another thing."""
        if self._split(root)[1] != text:
            sys.exit("%s is not what its table says: tests/%s page %s" % (self.page, self.program, root))


def main(doc, collect, page, check):
    """collect(root, logs), page(root), check(root), by the first argument."""
    verbs = {"collect": lambda root: collect(root, sys.argv[3:]), "page": page, "check": check}
    if len(sys.argv) < 3 or sys.argv[1] not in verbs:
        sys.exit(doc)
    verbs[sys.argv[1]](Path(sys.argv[2]))
