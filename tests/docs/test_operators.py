"""The tables of operators in docs/formats.md are what the readers say; ``python`` of this file writes them."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from quantnn.importers.format import Support
from quantnn.importers.formats import FORMATS

PAGE = Path(__file__).parents[2] / "docs" / "formats.md"
BEGIN, END = "<!-- operators: begin -->", "<!-- operators: end -->"
VERDICTS = ("exact", "approximate", "refused")


def rows(supports):
    """One row per verdict and remark, in the reader's order within a verdict."""
    groups = defaultdict(list)
    for support in supports:
        groups[support.verdict, support.remark].append(support.operator)
    ordered = sorted(groups.items(), key=lambda group: VERDICTS.index(group[0][0]))
    for (verdict, remark), operators in ordered:
        yield f"| {', '.join(f'`{name}`' for name in operators)} | {verdict} | {remark.replace('|', '∣')} |"


def table():
    lines = [BEGIN]
    for kind in FORMATS:
        if supports := kind.operators():
            lines += ["", f"### {kind.name}: operators", "", "| operators | | how |", "|---|---|---|", *rows(supports)]
    return "\n".join([*lines, "", END])


def test_it_is_what_the_readers_say():
    found = re.search(f"{BEGIN}.*{END}", PAGE.read_text(), re.DOTALL)
    assert found is not None and found[0] == table()


@pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.name)
def test_no_operator_stands_twice(kind):
    names = [support.operator for support in kind.operators()]
    assert len(set(names)) == len(names)
    assert all(support.remark for support in kind.operators() if support.verdict != "exact")


def test_rows_are_grouped_by_what_is_said_of_them():
    said = [Support("A", "refused", "no"), Support("B", "exact"), Support("C", "refused", "no"), Support("D", "exact")]
    assert list(rows(said)) == ["| `B`, `D` | exact |  |", "| `A`, `C` | refused | no |"]


if __name__ == "__main__":
    text = PAGE.read_text()
    PAGE.write_text(text[: text.index(BEGIN)] + table() + text[text.index(END) + len(END) :])
