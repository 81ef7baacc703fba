"""An option that takes two values, or one that stands for both."""

from __future__ import annotations

from typing import Any

from typer import TyperException
from typer.core import TyperCommand

__all__ = ["OneOrTwo", "doubled"]

_OPTION = "--test"


class OneOrTwo(TyperCommand):
    """A command whose ``--test X Y`` may also be ``--test X``, which means ``--test X X``.

    What follows is the second value unless it is another option, or an argument would be missing: ``--test X MODEL``.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse a command line."""
        usual, alone = (doubled(args, always=always) for always in (False, True))
        try:
            return super().parse_args(ctx, usual)
        except TyperException as error:
            if alone == usual:
                raise
            try:
                return super().parse_args(ctx, alone)
            except TyperException:
                raise error from None


def doubled(args: list[str], *, always: bool = False) -> list[str]:
    """The arguments with the option's value there twice, where it stands alone, or always."""
    found: list[str] = []
    for place, word in enumerate(args):
        found.append(word)
        if word == "--":
            return [*found, *args[place + 1 :]]
        value = None
        if place and args[place - 1] == _OPTION:
            value = word
        elif word.startswith(f"{_OPTION}="):
            value = word.removeprefix(f"{_OPTION}=")
        after = args[place + 1 : place + 2]
        if value is not None and (always or not after or after[0].startswith("-")):
            found.append(value)
    return found
