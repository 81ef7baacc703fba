"""A table that is never cut inside a word or a number, however narrow the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import rich.table
from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.text import Text

from quantnn.system.paragraph import broken, words
from quantnn.system.text import printable

__all__ = ["Table"]

_MOST_LINES = 4
"""Lines of a cell beyond which a row reads better as a list."""
_GAP = 2
"""Between columns without a frame, and before what belongs to a row that is a list."""
_BETWEEN = " · "


class Table:
    """Rows under headings.

    Where that does not fit, the frame is left out, then cells are broken between words, without headings the other way
    round; where that does not fit either, or makes cells of many lines, each row becomes a list of headings and values.
    Where a single word does not fit, lines are longer than the terminal.

    Parameters
    ----------
    headings : str
        One per column; all empty for a table without.
    right : int
        Columns from this number on are set to the right, as numbers are.
    """

    def __init__(self, *headings: str, right: int = 99):
        self._headings = headings
        self._right = right
        self._rows: list[tuple[tuple[str, ...], str]] = []

    def add_row(self, *cells: str, style: str = "") -> None:
        """Add a row: a text per column, shown as it is, with lines of its own if it has some."""
        if len(cells) != len(self._headings):
            raise ValueError(f"A row must have {len(self._headings)} cells, not {len(cells)}")
        self._rows.append((tuple("\n".join(map(printable, cell.split("\n"))) for cell in cells), style))

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        least, most = self._widths()
        return Measurement(max(least), sum(most) + self._frame(framed=True))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        least, most = self._widths()
        facts = not any(self._headings)
        for framed, narrowest in ((True, most), (facts, least if facts else most), (False, least)):
            room = options.max_width - self._frame(framed=framed)
            widths = _shared(narrowest, most, room)
            if sum(widths) <= room and self._lines(widths) <= _MOST_LINES:
                yield self._as_table(widths, framed=framed)
                if not framed:
                    yield Text()
                return
        yield from self._as_lists(options.max_width)

    def _widths(self) -> tuple[list[int], list[int]]:
        """Of each column's widest word, and of its widest line."""
        columns = list(zip(self._headings, *(cells for cells, _ in self._rows), strict=True))
        least = [max(cell_len(word) for text in column for word in (*words(text), "")) for column in columns]
        lines = [max(cell_len(line) for text in column for line in text.split("\n")) for column in columns]
        return least, lines

    def _frame(self, *, framed: bool) -> int:
        """Columns of the terminal that hold no text."""
        count = len(self._headings)
        return 3 * count + 1 if framed else _GAP * (count - 1)

    def _lines(self, widths: Sequence[int]) -> int:
        """Lines that the tallest cell gains by being broken, and one."""
        cells = ((text, width) for row, _ in self._rows for text, width in zip(row, widths, strict=True))
        return 1 + max((len(_fitted(text, width)) - len(text.split("\n")) for text, width in cells), default=0)

    def _as_table(self, widths: Sequence[int], *, framed: bool) -> rich.table.Table:
        table = rich.table.Table(
            box=box.SIMPLE_HEAD if framed else None,
            padding=(0, 1) if framed else (0, _GAP, 0, 0),
            pad_edge=framed,
            show_header=any(self._headings),
        )
        for place, (heading, width) in enumerate(zip(self._headings, widths, strict=True)):
            justify = "right" if place >= self._right else "left"
            table.add_column(_cell(heading, width), justify=justify, width=width)  # type: ignore[arg-type]
        for cells, style in self._rows:
            table.add_row(*(_cell(cell, width) for cell, width in zip(cells, widths, strict=True)), style=style)
        return table

    def _as_lists(self, width: int) -> Iterator[Text]:
        """A line of each row's first cell, and below it the others, as many on a line as there is room for."""
        named = [f"{heading}: " if heading else "" for heading in self._headings]
        for (first, *others), style in self._rows:
            yield from _lines(named[0] + first, width, style)
            line = ""
            for name, cell in zip(named[1:], others, strict=True):
                longer = f"{line}{_BETWEEN}{name}{cell}" if line else name + cell
                if not cell:
                    continue
                if line and ("\n" in longer or cell_len(longer) > width - 2 * _GAP):
                    yield from _lines(line, width, style, _GAP)
                    longer = name + cell
                line = longer
            if line:
                yield from _lines(line, width, style, _GAP)
        yield Text()


def _shared(least: Sequence[int], most: Sequence[int], room: int) -> list[int]:
    """Widths between ``least`` and ``most`` that share out the room; ``least`` if it is too little.

    Columns that need little more get all of it, so that few are broken.
    """
    widths = list(least)
    left = room - sum(widths)
    wanting = sorted(range(len(widths)), key=lambda place: most[place] - least[place])
    for number, place in enumerate(wanting):
        more = max(0, min(most[place] - least[place], left // (len(wanting) - number)))
        widths[place] += more
        left -= more
    return widths


def _fitted(text: str, width: int) -> list[str]:
    """The lines of a cell: those that it has, broken where they are too wide."""
    return [
        part
        for line in text.split("\n")
        for part in ([line] if cell_len(line) <= width else broken(line, width))
    ]


def _cell(text: str, width: int) -> Text:
    return Text("\n".join(_fitted(text, width)), no_wrap=True)


def _lines(text: str, width: int, style: str, indent: int = 0) -> Iterator[Text]:
    """Lines of which those that go on stand further to the right."""
    for number, line in enumerate(_fitted(text, width - indent - _GAP)):
        before = " " * (indent + (_GAP if number else 0))
        yield Text(before + line, style=style, no_wrap=True, overflow="ignore")
