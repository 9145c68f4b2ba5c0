# SPDX-License-Identifier: GPL-2.0-or-later
"""The schemas of results/schema, for the tests of this directory. Exits 77 without jsonschema."""
import json
import pathlib
import sys

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is not installed")
    sys.exit(77)

TESTS = pathlib.Path(__file__).resolve().parent.parent
ROOT = TESTS.parent


def read(name):
    """The schema of that name, which is one."""
    schema = json.loads((ROOT / "results" / "schema" / f"{name}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return schema


def validator(schema):
    return jsonschema.Draft202012Validator(schema)


def best_error(by, document):
    """What says best why a document does not fit; None: it does."""
    return jsonschema.exceptions.best_match(by.iter_errors(document))
