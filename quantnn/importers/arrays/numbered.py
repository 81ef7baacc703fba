"""Arrays with a prefix and the layer's number."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from quantnn.errors import InputError
from quantnn.files.safe_npz import Array
from quantnn.importers.arrays.spelling import NamedLayer, Spelling

__all__ = ["Numbered"]


class Numbered(Spelling):
    """W0, b0, W1, b1, … without gaps, from 0 or from 1 on, W of shape (in_features, out_features).

    Parameters
    ----------
    weights, bias : str
        What stands before the number.
    """

    def __init__(self, weights: str = "W", bias: str = "b") -> None:
        self._weights, self._bias = weights, bias
        self._name = re.compile(f"(?:{re.escape(weights)}|{re.escape(bias)})(0|[1-9][0-9]{{0,8}})")

    def recognises(self, names: Collection[str]) -> bool:
        return any(self._name.fullmatch(name) for name in names)

    def layers(self, arrays: Mapping[str, Array], source: Path) -> tuple[NamedLayer, ...]:
        numbers = sorted({int(match[1]) for name in arrays if (match := self._name.fullmatch(name))})
        for expected, number in enumerate(numbers, start=1 if numbers[:1] == [1] else 0):
            if number != expected:
                raise InputError(
                    f"{source}: array {self._weights}{expected} is missing, but there is a layer {number}:"
                    " number the layers from 0 or 1 on, without gaps"
                )
        return tuple(self._layer(arrays, number, source) for number in numbers)

    def _layer(self, arrays: Mapping[str, Array], number: int, source: Path) -> NamedLayer:
        weights, bias = f"{self._weights}{number}", f"{self._bias}{number}"
        if weights not in arrays:
            raise InputError(f"{source}: array {weights} is missing, but there is {bias}: add it")
        if bias not in arrays:
            raise InputError(
                f"{source}: array {bias} is missing, but there is {weights}: add it (zeros for a layer without one)"
            )
        return NamedLayer(weights, bias, arrays[weights], arrays[bias])
