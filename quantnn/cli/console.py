"""What every command says, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.text import Text

__all__ = ["err", "out", "progress", "say", "show"]

out = Console(highlight=False, markup=False)
err = Console(stderr=True, highlight=False)


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A spinner that says which step is being done; plain lines where there is no terminal."""
    if not err.is_terminal:
        yield lambda text: err.print(Text(f"… {text}"))
        return
    with err.status("") as status:
        yield lambda text: status.update(Text(text))


def say(text: str) -> None:
    """A sentence, on one line however long it is."""
    out.print(Text(text), soft_wrap=True)


def show(report: dict[str, Any]) -> None:
    """The readable summary of a report."""
    from quantnn.design.summary import summary

    out.print(summary(report))
