"""What every command says, and where: answers on standard output, all else on standard error."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from quantnn.system.printable import Printable
from quantnn.system.text import printable, shortened

if TYPE_CHECKING:
    from rich.console import RenderableType

    from quantnn.api.design import Report

__all__ = ["complain", "say", "show", "show_json", "show_table"]

_LONGEST = 1000
"""Characters of an error after which nobody reads on."""
_ANY_WIDTH = 100_000


def say(text: str) -> None:
    """A sentence, on one line however long it is."""
    print(printable(text))


def complain(text: str) -> None:
    """An error, on one line, on standard error."""
    print(f"Error: {shortened(printable(text), _LONGEST)}", file=sys.stderr)


def show_table(table: RenderableType) -> None:
    """Tables and sentences, as wide as the terminal is; where there is none, as wide as they are."""
    from rich.console import Console

    out = Console(highlight=False, markup=False, emoji=False)
    if out.is_terminal:
        out.print(Printable(table), crop=False)
        return
    with out.capture() as capture:
        out.width = _ANY_WIDTH
        out.print(Printable(table))
    for line in capture.get().splitlines():
        print(line.rstrip())


def show_json(values: object) -> None:
    """JSON values, alone on standard output."""
    print(json.dumps(values, indent=2))


def show(report: Report, *said: str, as_json: bool) -> None:
    """A report as tables and what there is to say of it, or as JSON."""
    from quantnn.api.inspection import describe_report

    described = describe_report(report)
    if as_json:
        show_json(described.values)
        return
    show_table(described)
    for sentence in said:
        say(sentence)
