"""How the command line lists its commands, and what it says of a wrong one."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from typer import TyperException
from typer.core import TyperGroup

__all__ = ["PANELS", "Commands", "usage_message"]

PANELS = ("From a model to a proven design", "From a design to a board that answers", "To begin with")
"""Headings under which the commands stand, in the order of work."""

_WHOLE = 1000
"""Characters of a command's first sentence: it is wrapped, not cut."""


class Commands(TyperGroup):
    """Commands under their headings, each in the order in which they were registered."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands that help shows."""
        visible = {name: command for name, command in self.commands.items() if not command.hidden}
        widest = max(map(len, visible))

        def panel(name: str) -> int:
            heading = getattr(visible[name], "rich_help_panel", None)
            return PANELS.index(heading) if heading in PANELS else len(PANELS)

        for number, names in groupby(sorted(visible, key=panel), key=panel):
            with formatter.section((*PANELS, "Commands")[number]):
                formatter.write_dl([(f"{name:{widest}}", visible[name].get_short_help_str(_WHOLE)) for name in names])


def usage_message(error: TyperException) -> str:
    """One sentence that says which word is wrong, what was perhaps meant, and where all of them stand."""
    message = error.format_message().removesuffix(".")
    if nearest := getattr(error, "possibilities", None):
        message = f"{error.message}. Did you mean {nearest[0]}?"
    context = getattr(error, "ctx", None)
    if context is None:
        return message
    end = "" if message.endswith("?") else "."
    return f"{message}{end} See {context.command_path} --help"
