"""What may have been meant where the layers of a file do not follow one another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from quantnn.files.safe_npz import Array
from quantnn.importers.arrays.spelling import NamedLayer

__all__ = ["duplicates", "selections", "sequences"]

_STEPS = 10_000
"""Layers that a search looks at before it gives up."""


def selections(layers: Sequence[NamedLayer], length: int, most: int = 3) -> list[list[NamedLayer]]:
    """Up to ``most`` choices of ``length`` layers, in their order, that follow one another."""
    return list(islice(_chains(layers, length, in_order=True), most))


def sequences(layers: Sequence[NamedLayer], most: int = 3) -> list[list[NamedLayer]]:
    """Up to ``most`` orders of all the layers in which they follow one another."""
    return list(islice(_chains(layers, len(layers), in_order=False), most))


def duplicates(layers: Sequence[NamedLayer]) -> tuple[NamedLayer, NamedLayer] | None:
    """Two layers with the same weights and biases, if there are any."""
    for number, layer in enumerate(layers):
        for other in layers[:number]:
            if np.array_equal(layer.weights, other.weights) and _same(layer.bias, other.bias):
                return other, layer
    return None


def _same(bias: Array | None, other: Array | None) -> bool:
    return bias is other or (bias is not None and other is not None and np.array_equal(bias, other))


def _chains(layers: Sequence[NamedLayer], length: int, *, in_order: bool) -> Iterator[list[NamedLayer]]:
    steps = 0

    def longer(chain: list[int]) -> Iterator[list[int]]:
        nonlocal steps
        if len(chain) == length:
            yield chain
            return
        start = chain[-1] + 1 if chain and in_order else 0
        for number in range(start, len(layers)):
            steps += 1
            if steps > _STEPS:
                return
            fits = not chain or layers[chain[-1]].size[1] == layers[number].size[0]
            if fits and number not in chain:
                yield from longer([*chain, number])

    for chain in longer([]):
        yield [layers[number] for number in chain]
