"""What every command says, and where: answers on standard output, all else on standard error."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from quantnn.system.text import printable, shortened

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["complain", "say", "show", "show_table"]

_LONGEST = 1000
"""Characters of an error after which nobody reads on."""


def say(text: str) -> None:
    """A sentence, on one line however long it is."""
    print(printable(text))


def complain(text: str) -> None:
    """An error, on one line, on standard error."""
    print(f"Error: {shortened(printable(text), _LONGEST)}", file=sys.stderr)


def show_table(table: RenderableType) -> None:
    """Tables and sentences, as wide as the terminal is."""
    from rich.console import Console

    Console(highlight=False, markup=False).print(table)


def show(report: dict[str, Any]) -> None:
    """The readable summary of a report."""
    from quantnn.design.summary import summary

    show_table(summary(report))
