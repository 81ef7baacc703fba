"""The tables in Quartus' reports: a frame of dashes, a title, and rows between semicolons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["ReportTable", "read_tables"]


@dataclass(frozen=True)
class ReportTable:
    """One table.

    Parameters
    ----------
    title : str
    rows : tuple of tuple of str
        Cells without the blanks around them, headings first where there are any; empty for a table that says only
        that there is nothing to report.
    """

    title: str
    rows: tuple[tuple[str, ...], ...]

    def records(self) -> list[dict[str, str]]:
        """The rows below the headings, each by the headings."""
        return [dict(zip(self.rows[0], row, strict=False)) for row in self.rows[1:]]


def read_tables(report: str) -> list[ReportTable]:
    """All tables of a report, in its order."""
    return list(_tables(report.splitlines()))


def _tables(lines: list[str]) -> Iterator[ReportTable]:
    number = 0
    while number + 2 < len(lines):
        above, title, below = lines[number : number + 3]
        number += 1
        if not (_is_rule(above) and title.startswith(";") and _is_rule(below)) or _cells(title)[1:]:
            continue
        number += 2
        rows = []
        while number < len(lines) and (lines[number].startswith(";") or _is_rule(lines[number])):
            if lines[number].startswith(";"):
                rows.append(_cells(lines[number]))
            number += 1
        yield ReportTable(_cells(title)[0], tuple(rows))


def _is_rule(line: str) -> bool:
    """Whether a line is part of a frame."""
    text = line.strip()
    return len(text) > 2 and not text.strip("+-")


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip().strip(";").split(";"))
