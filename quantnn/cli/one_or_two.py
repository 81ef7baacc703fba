"""Options that take two values, or one that stands for both."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from typer import TyperException
from typer.core import TyperCommand

__all__ = ["OneOrTwo", "doubled"]

_OPTIONS = ("--test", "--validation")


class OneOrTwo(TyperCommand):
    """A command whose ``--test X Y`` may also be ``--test X``, which means ``--test X X``, and so ``--validation``.

    What follows is the second value unless it is another option, or an argument would be missing: ``--test X MODEL``.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse a command line."""
        usual = doubled(args)
        try:
            return super().parse_args(ctx, list(usual))
        except TyperException as error:
            for option in sorted(_OPTIONS, key=lambda name: -_place(args, name)):  # the last ends where arguments begin
                other = doubled(args, always=(option,))
                if other != usual:
                    try:
                        return super().parse_args(ctx, other)
                    except TyperException:
                        continue
            raise error from None


def doubled(args: list[str], *, always: Collection[str] = ()) -> list[str]:
    """The arguments with the options' values there twice, where one stands alone, or for some options always."""
    found: list[str] = []
    for place, word in enumerate(args):
        found.append(word)
        if word == "--":
            return [*found, *args[place + 1 :]]
        value, option = None, ""
        if place and args[place - 1] in _OPTIONS:
            value, option = word, args[place - 1]
        elif word.startswith(tuple(f"{name}=" for name in _OPTIONS)):
            option, _, value = word.partition("=")
        after = args[place + 1 : place + 2]
        if value is not None and (option in always or not after or after[0].startswith("-")):
            found.append(value)
    return found


def _place(args: list[str], option: str) -> int:
    """Where an option stands last, or -1."""
    places = (place for place, word in enumerate(args) if word.partition("=")[0] == option)
    return max(places, default=-1)
