"""The numpy reference: what the hardware has to answer, bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import singledispatch

import numpy as np
import numpy.typing as npt

from quantnn.arithmetic import Integers
from quantnn.layers import Dense, Layer, Rescale
from quantnn.network import IntegerNetwork

__all__ = ["Evaluation", "accumulate", "decide", "evaluate"]

_BATCH = 1024
"""Samples per step, so that what is worked on stays in cache."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What the reference answers.

    Parameters
    ----------
    layers : tuple of int64 arrays of shape (n, out_features)
        Output of every layer.
    classes : int64 array of shape (n,) or None
        Index of the greatest last output, the lowest of equals; for a single output, whether it exceeds 0. None if
        the network does not classify.
    """

    layers: tuple[Integers, ...]
    classes: Integers | None

    def head(self, count: int) -> Evaluation:
        """The answers to the first ``count`` samples."""
        classes = None if self.classes is None else self.classes[:count]
        return Evaluation(tuple(values[:count] for values in self.layers), classes)

    @property
    def logits(self) -> Integers:
        return self.layers[-1]


@singledispatch
def accumulate(layer: Layer, inputs: Integers) -> Integers:
    """Accumulators of a layer, bias included, int64 of shape (n, out_features), for inputs (n, in_features).

    A new layer type registers its own function here.
    """
    raise TypeError(f"The reference knows no {layer.kind} layer")


@accumulate.register
def _(layer: Rescale, inputs: Integers) -> Integers:
    return inputs + layer.bias


@accumulate.register
def _(layer: Dense, inputs: Integers) -> Integers:
    largest = max(-int(inputs.min()), int(inputs.max())) if inputs.size else 0
    bound = int(np.abs(layer.bias).max()) + largest * int(np.abs(layer.weights).sum(axis=0).max())
    kind: npt.DTypeLike | None = _exact_float(bound)
    if kind is None:
        exact: Integers = inputs @ layer.weights
        return exact + layer.bias
    product = inputs.astype(kind) @ layer.weights.astype(kind)
    sums: Integers = product.astype(np.int64)
    return sums + layer.bias


def _exact_float(bound: int) -> type[np.floating] | None:
    """The fastest float type in which sums of integers up to ``bound`` are exact in any order, if there is one."""
    if bound <= 1 << 24:
        return np.float32
    return np.float64 if bound <= 1 << 53 else None


def evaluate(
    network: IntegerNetwork, samples: Integers, progress: Callable[[int], None] | None = None
) -> Evaluation:
    """Every layer's output for integer samples of shape (n, in_features), each within ``network.input``.

    Raises
    ------
    ValueError
        A sample has another shape or leaves the input format.
    """
    if samples.ndim != 2 or samples.shape[1] != network.in_features:
        raise ValueError(f"Samples must have shape (n, {network.in_features}), not {samples.shape}")
    if samples.size and (int(samples.min()) < network.input.lo or int(samples.max()) > network.input.hi):
        raise ValueError(
            f"Samples must lie in {network.input.lo}..{network.input.hi}, not {samples.min()}..{samples.max()}"
        )
    outputs: list[list[Integers]] = [[] for _ in network.layers]
    for start in range(0, len(samples), _BATCH):
        values = samples[start : start + _BATCH].astype(np.int64)
        for layer, collected in zip(network.layers, outputs, strict=True):
            values = layer.finish(accumulate(layer, values))
            collected.append(values)
        if progress is not None:
            progress(len(values))
    layers = tuple(
        np.concatenate(parts) if parts else np.zeros((0, layer.out_features), dtype=np.int64)
        for layer, parts in zip(network.layers, outputs, strict=True)
    )
    return Evaluation(layers, decide(layers[-1]) if network.classify else None)


def decide(logits: Integers) -> Integers:
    """The class of each sample, for logits of shape (n, out_features); a single logit is compared with 0."""
    return (logits[:, 0] > 0).astype(np.int64) if logits.shape[1] == 1 else logits.argmax(axis=1)
