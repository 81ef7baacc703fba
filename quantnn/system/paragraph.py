"""A sentence in a terminal."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.text import Text

from quantnn.system.text import printable

__all__ = ["Paragraph", "broken", "words"]

_WORD = re.compile(r"(?<!\S)[(\[−-]?\d[\d.,]*\s+[A-Za-zµ%]\S*|\S+")


def words(text: str) -> list[str]:
    """What a text is broken between: its words, of which a number keeps its unit, as in "25 MHz" and "8 %"."""
    return _WORD.findall(text)


def broken(text: str, width: int) -> list[str]:
    """The lines of a text, at least one: only a single one of its :func:`words` may be wider than ``width``."""
    lines = [""]
    for word in words(text):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if not lines[-1] or cell_len(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


@dataclass(frozen=True)
class Paragraph:
    """Text that is broken between words only: a word that is wider than the terminal makes a line that is, too.

    Parameters
    ----------
    text : str
        Shown as it is: no markup, and escapes for characters without a shape.
    style : str
        As rich has it.
    """

    text: str
    style: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in broken(printable(self.text), options.max_width):
            yield Text(line, style=self.style, no_wrap=True, overflow="ignore")

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        text = printable(self.text)
        return Measurement(max(map(cell_len, words(text)), default=0), cell_len(text))
