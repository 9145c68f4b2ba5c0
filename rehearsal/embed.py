# SPDX-License-Identifier: GPL-2.0-or-later
"""Write files as NUL-terminated C arrays: embed.py OUT.c FILE...

Bytes and not a string literal: a literal over 4095 characters is more than C17 promises.
FILE a/b-c becomes nrb_guest_b_c; include/nrb/guestfiles.h declares them.
"""
import pathlib
import sys


def array(path):
    data = path.read_bytes()
    if b"\0" in data:
        sys.exit(f"{path}: holds a NUL byte, which would end it early")
    name = "nrb_guest_" + path.name.replace("-", "_")
    rows = [data[i:i + 16] for i in range(0, len(data), 16)]
    body = "".join("\t" + " ".join(f"{byte}," for byte in row) + "\n" for row in rows)
    return f"\nconst char {name}[] = {{\n{body}\t0,\n}};\n"


def main(out, *names):
    text = "/* SPDX-License-Identifier: GPL-2.0-or-later */\n"
    text += "/* Made by rehearsal/embed.py from the scripts beside it. */\n"
    text += '#include "nrb/guestfiles.h"\n'
    text += "".join(array(pathlib.Path(name)) for name in names)
    pathlib.Path(out).write_text(text, encoding="ascii")


main(*sys.argv[1:])
