"""The tables in Quartus' reports: a frame of dashes, a title, and rows between semicolons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from quantnn.errors import ToolError

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
    whole : bool
        Whether the frame is closed below the rows; a report that breaks off ends with a table that is not.
    """

    title: str
    rows: tuple[tuple[str, ...], ...]
    whole: bool = True

    def records(self, *needed: str) -> list[dict[str, str]]:
        """The rows below the headings, each by the headings, among which those ``needed`` must be.

        Raises
        ------
        ToolError
            The table breaks off, a heading is missing, or a row has not a cell for each.
        """
        headings, *rows = self.rows or ((),)
        fits = all(len(row) == len(headings) for row in rows) and (not headings or set(needed) <= set(headings))
        if not self.whole or not fits:
            raise ToolError(
                f"Quartus' table {self.title!r} is damaged or breaks off: build again, or please report it, with the"
                " reports in board/output_files"
            )
        return [dict(zip(headings, row, strict=True)) for row in rows]


def read_tables(report: str) -> list[ReportTable]:
    """All tables of a report, in its order."""
    return list(_tables(report.splitlines()))


def _tables(lines: list[str]) -> Iterator[ReportTable]:
    number = 0
    while number + 2 < len(lines):
        above, title, below = lines[number : number + 3]
        number += 1
        if not (_is_rule(above) and title.startswith(";") and _is_rule(below)):
            continue
        name, *others = _cells(title, _borders(above))
        if others:
            continue
        number += 2
        start = number
        while number < len(lines) and (lines[number].startswith(";") or _is_rule(lines[number])):
            number += 1
        body = lines[start:number]
        rows = tuple(_cells(line, _borders(below)) for line in body if line.startswith(";"))
        yield ReportTable(name, rows, not rows or _is_rule(body[-1]))


def _is_rule(line: str) -> bool:
    """Whether a line is part of a frame."""
    text = line.strip()
    return len(text) > 2 and not text.strip("+-")


def _borders(rule: str) -> list[int]:
    return [place for place, sign in enumerate(rule) if sign == "+"]


def _cells(line: str, borders: Sequence[int]) -> tuple[str, ...]:
    """The cells of a row, cut at the frame's borders: what stands between may have semicolons in it.

    Where the row does not fit the frame, as where a letter of a path takes several bytes, semicolons alone count.
    """
    if borders and all(line[place : place + 1] == ";" for place in borders):
        return tuple(line[left + 1 : right].strip() for left, right in pairwise(borders))
    return tuple(cell.strip() for cell in line.strip().strip(";").split(";"))
