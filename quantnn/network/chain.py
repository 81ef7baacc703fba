"""Layers one behind the other, of floats or of integers: each takes what the one before gives."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol

__all__ = ["Link", "check_chain"]


class Link(Protocol):
    """A layer, as far as a chain knows it."""

    @property
    def in_features(self) -> int:
        """Elements that it takes."""

    @property
    def out_features(self) -> int:
        """Elements that it gives."""


def check_chain(layers: Sequence[Link]) -> None:
    """Refuse what is no chain.

    Raises
    ------
    ValueError
        There is no layer, or one takes another number of elements than the one before gives.
    """
    if not layers:
        raise ValueError("A network must have at least one layer")
    for number, (above, below) in enumerate(pairwise(layers), start=1):
        if above.out_features != below.in_features:
            raise ValueError(
                f"Layer {number} takes {below.in_features} inputs, but layer {number - 1} has"
                f" {above.out_features} outputs"
            )
