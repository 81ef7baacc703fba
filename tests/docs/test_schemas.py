"""The JSON Schemas beside the pages are those of the records; ``python tests/docs/test_schemas.py`` writes them."""

import json
from pathlib import Path

import pytest

from quantnn.design.report import report_schema

DOCS = Path(__file__).parents[2] / "docs"
SCHEMAS = {"report.schema.json": report_schema}


def text(name):
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **SCHEMAS[name]()}, indent=2) + "\n"


@pytest.mark.parametrize("name", SCHEMAS)
def test_it_is_that_of_the_records(name):
    assert (DOCS / name).read_text() == text(name)
    assert f"({name})" in (DOCS / "folder.md").read_text()


if __name__ == "__main__":
    for each in SCHEMAS:
        (DOCS / each).write_text(text(each))
