"""The order of layers that have names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path

from quantnn.errors import InputError

__all__ = ["ordered"]

_SHOWN = 4
_FIRST = {
    *("input", "inputs", "inp", "in", "first", "begin", "start", "entry", "stem", "embed", "embedding"),
    *("encoder", "enc", "features", "backbone"),
}
_LAST = {
    *("output", "outputs", "out", "last", "final", "end", "logits", "pred", "prediction", "predictions"),
    *("decoder", "dec", "classifier", "head"),
}
_COUNTED = tuple(
    zip(
        ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"),
        ("one", "two", "three", "four", "five", "six", "seven", "eight"),
        strict=True,
    )
)


def ordered(scopes: Mapping[str, tuple[int, int]], source: Path) -> list[str]:
    """The layers' names from input to output.

    Layers come in the order of their numbers where their names differ in nothing else (0, 2, 10; fc1, fc2), else in the
    order of the file, which is the model's unless somebody sorted it.

    Parameters
    ----------
    scopes : mapping
        Names in the order of the file, to the inputs and outputs of the layer.

    Raises
    ------
    InputError
        Numbers, or words like *first*, *input* and *output*, contradict the order of the file. The message states the
        order that the names mean, if it fits.
    """
    groups: dict[tuple[str, ...], list[str]] = {}
    for scope in scopes:
        groups.setdefault(tuple(re.split(r"[0-9]+", scope)), []).append(scope)
    if len(groups) == 1:
        return sorted(scopes, key=_numbers)
    for group in groups.values():
        if group != sorted(group, key=_numbers):
            raise _unclear(f"{', '.join(group[:_SHOWN])} stand in another order than their numbers", "", source)
    meant = _meant(list(scopes))
    if meant != list(scopes):
        fits = all(scopes[above][1] == scopes[below][0] for above, below in pairwise(meant))
        remedy = f" ({', '.join(meant)} would fit)" if fits and len(meant) <= 2 * _SHOWN else ""
        raise _unclear(f"{', '.join([*scopes][:_SHOWN])} stand in another order than their names say", remedy, source)
    return meant


def _unclear(why: str, remedy: str, source: Path) -> InputError:
    return InputError(
        f"{source}: the order of the layers is not clear, because {why}: save the layers from input to output{remedy}"
    )


def _numbers(scope: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"[0-9]+", scope)]


def _meant(scopes: list[str]) -> list[str]:
    """The names, sorted by what they say of their places where they say something."""
    paths = [re.split(r"[./]", scope) for scope in scopes]
    depth = next((d for d in range(min(map(len, paths))) if len({path[d] for path in paths}) > 1), 0)
    parts = [path[depth] for path in paths]
    counted = {part: number for part in parts if (number := _counted(_words(part))) is not None}
    if len({*counted.values()}) == len(counted) == len({*parts}):
        place = counted
    else:
        place = dict.fromkeys(parts, 0)
        first, last = ({part for part in parts if _words(part) & ends} for ends in _ends(parts))
        if len(first) == 1:
            place[first.pop()] -= 1
        if len(last) == 1:
            place[last.pop()] += 1
    return [scope for _, scope in sorted(zip(parts, scopes, strict=True), key=lambda pair: place[pair[0]])]


def _words(part: str) -> set[str]:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z]+", " ", part).lower()
    return {*re.sub(r"\b(input|output|hidden|first|last)(?=layer|fc|dense|linear)", r"\1 ", spaced).split()}


def _counted(words: set[str]) -> int | None:
    return next((place for place, names in enumerate(_COUNTED) if words & {*names}), None)


def _ends(parts: Iterable[str]) -> tuple[set[str], set[str]]:
    """Words of the first layer and of the last; a head is the first where there is a tail."""
    if any("tail" in _words(part) for part in parts):
        return _FIRST | {"head"}, _LAST - {"head"} | {"tail"}
    return _FIRST, _LAST
