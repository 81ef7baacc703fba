"""Arrays that were saved without names."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from quantnn.errors import InputError
from quantnn.files.safe_npz import Array
from quantnn.importers.arrays.spelling import NamedLayer, Spelling

__all__ = ["Positional"]


class Positional(Spelling):
    """arr_0, arr_1, …, which is what np.savez calls arrays without a name: weights and biases in turn.

    All weights are (in_features, out_features), or all the other way round: the lengths of the biases and the chain of
    layers tell which.
    """

    _NAME = re.compile(r"arr_(0|[1-9][0-9]{0,8})")

    def recognises(self, names: Collection[str]) -> bool:
        return any(self._NAME.fullmatch(name) for name in names)

    def layers(self, arrays: Mapping[str, Array], source: Path) -> tuple[NamedLayer, ...]:
        numbers = sorted(int(match[1]) for name in arrays if (match := self._NAME.fullmatch(name)))
        for expected, number in enumerate(numbers):
            if number != expected:
                raise InputError(
                    f"{source}: array arr_{expected} is missing, but there is arr_{number}:"
                    " save weights and biases in turn"
                )
            self._check(arrays, number, source)
        if len(numbers) % 2:
            raise InputError(
                f"{source}: array arr_{len(numbers)} is missing, the biases of arr_{len(numbers) - 1}: add it (zeros"
                " for a layer without)"
            )
        pairs = [(arrays[f"arr_{n}"], arrays[f"arr_{n + 1}"]) for n in numbers[::2]]
        transposed = self._transposed(pairs, source)
        return tuple(
            NamedLayer(f"arr_{2 * layer}", f"arr_{2 * layer + 1}", weights, bias, transposed)
            for layer, (weights, bias) in enumerate(pairs)
        )

    @staticmethod
    def _check(arrays: Mapping[str, Array], number: int, source: Path) -> None:
        array, dimensions = arrays[f"arr_{number}"], 2 - number % 2
        if array.ndim == dimensions and array.dtype.kind not in "US":
            return
        role = f"the biases of arr_{number - 1}, of 1 dimension" if number % 2 else "weights, of 2 dimensions"
        raise InputError(
            f"{source}: array arr_{number} must be {role}, not {array.dtype} of shape {array.shape}: save weights and"
            " biases of dense layers in turn, and everything else by name"
        )

    @staticmethod
    def _transposed(pairs: Sequence[tuple[Array, Array]], source: Path) -> bool:
        """Whether all weights are (out_features, in_features); where neither order fits, no: messages then say so."""

        def fits(inputs: int, outputs: int) -> bool:
            return all(weights.shape[outputs] == len(bias) for weights, bias in pairs) and all(
                above.shape[outputs] == below.shape[inputs] for (above, _), (below, _) in pairwise(pairs)
            )

        if fits(0, 1) and fits(1, 0):
            raise InputError(
                f"{source}: all weights are square, so nothing tells (inputs, outputs) from (outputs, inputs): name"
                " them W0, b0, W1, b1, … with W (inputs, outputs)"
            )
        return fits(1, 0)
