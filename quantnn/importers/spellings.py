"""The ways in which model files name the arrays of their dense layers."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from quantnn.errors import InputError
from quantnn.safe_npz import Array

__all__ = ["SPELLINGS", "NamedLayer", "Numbered", "Spelling"]


@dataclass(frozen=True, eq=False)
class NamedLayer:
    """One dense layer as the file has it, unchecked.

    Parameters
    ----------
    weights_name, bias_name : str
        What the file calls the arrays, for messages.
    weights : array
        Meant to be of shape (in_features, out_features).
    bias : array
        Meant to be of shape (out_features,).
    """

    weights_name: str
    bias_name: str
    weights: Array
    bias: Array


class Spelling(ABC):
    """One way to name arrays. To add one, derive from this class and add an instance to :data:`SPELLINGS`."""

    @abstractmethod
    def recognises(self, names: Collection[str]) -> bool:
        """Whether a file with these arrays, options left out, is spelled so; wrongly perhaps, but so."""

    @abstractmethod
    def layers(self, arrays: Mapping[str, Array], source: Path) -> tuple[NamedLayer, ...]:
        """The layers from input to output, at least one; arrays that belong to none are left alone.

        Raises
        ------
        InputError
            A layer's array is missing.
        """


class Numbered(Spelling):
    """W0, b0, W1, b1, … without gaps, W of shape (in_features, out_features)."""

    _NAME = re.compile(r"([Wb])(0|[1-9][0-9]{0,8})")

    def recognises(self, names: Collection[str]) -> bool:
        return any(self._NAME.fullmatch(name) for name in names)

    def layers(self, arrays: Mapping[str, Array], source: Path) -> tuple[NamedLayer, ...]:
        matches = [match for name in arrays if (match := self._NAME.fullmatch(name))]
        numbers = sorted({int(match[2]) for match in matches})
        for expected, number in enumerate(numbers):
            if number != expected:
                raise InputError(
                    f"{source}: array W{expected} is missing, but there is a layer {number}:"
                    " number the layers from 0 without gaps"
                )
        for number in numbers:
            if f"W{number}" not in arrays:
                raise InputError(f"{source}: array W{number} is missing, but there is b{number}: add it")
            if f"b{number}" not in arrays:
                raise InputError(
                    f"{source}: array b{number} is missing, but there is W{number}: add it (zeros for a layer"
                    " without one)"
                )
        return tuple(NamedLayer(f"W{n}", f"b{n}", arrays[f"W{n}"], arrays[f"b{n}"]) for n in numbers)


SPELLINGS: tuple[Spelling, ...] = (Numbered(),)
"""Every known spelling; the first that recognises a file reads it."""
