"""The numpy reference: what the hardware has to answer, bit for bit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import singledispatch

import numpy as np

from quantnn.arithmetic import IntegerRange, Integers
from quantnn.network.exact_float import Numbers, exact_step
from quantnn.network.layers import Dense, Layer, Rescale
from quantnn.network.network import IntegerNetwork
from quantnn.network.samples import Samples, blocks

__all__ = ["Evaluation", "accumulate", "answers", "decide", "evaluate", "layer_function"]


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
    sums: Integers = inputs.astype(np.int64) @ layer.weights
    return sums + layer.bias


def evaluate(
    network: IntegerNetwork,
    samples: Samples,
    progress: Callable[[int], None] | None = None,
    *,
    hidden: bool = True,
) -> Evaluation:
    """Every layer's output for integer samples of shape (n, in_features), each within ``network.input``.

    All answers are in memory at the end; :func:`answers` gives them block by block.

    Layers are evaluated in floating point where that is exact (:mod:`quantnn.network.exact_float`), in int64 where it
    is not.

    Parameters
    ----------
    progress : callable, optional
        Is told how many samples were done, again and again.
    hidden : bool
        Whether to keep the outputs of the layers before the last; else they are left out.

    Raises
    ------
    ValueError
        A sample has another shape or leaves the input format.
    """
    kept = network.layers if hidden else network.layers[-1:]
    outputs = [np.empty((len(samples), layer.out_features), dtype=np.int64) for layer in kept]
    start = 0
    for block in answers(network, samples, progress):
        end = start + len(block.logits)
        for whole, values in zip(outputs, block.layers[-len(kept) :], strict=True):
            whole[start:end] = values
        start = end
    return Evaluation(tuple(outputs), decide(outputs[-1]) if network.classify else None)


def answers(
    network: IntegerNetwork, samples: Samples, progress: Callable[[int], None] | None = None
) -> Iterator[Evaluation]:
    """What :func:`evaluate` gives, for a block of :data:`~quantnn.network.samples.BLOCK` samples after the other.

    Raises
    ------
    ValueError
        A sample has another shape or leaves the input format.
    """
    if len(samples.shape) != 2 or samples.shape[1] != network.in_features:
        raise ValueError(f"Samples must have shape (n, {network.in_features}), not {samples.shape}")
    steps = [layer_function(layer, format) for layer, format in zip(network.layers, network.formats, strict=False)]
    for rows in blocks(len(samples)):
        values: Numbers = samples[rows]
        if int(values.min()) < network.input.lo or int(values.max()) > network.input.hi:
            raise ValueError(
                f"Samples must lie in {network.input.lo}..{network.input.hi}, not {values.min()}..{values.max()}"
            )
        layers = []
        for step in steps:
            values = step(values)
            layers.append(values.astype(np.int64, copy=False))
        yield Evaluation(tuple(layers), decide(layers[-1]) if network.classify else None)
        if progress is not None:
            progress(len(values))


def layer_function(layer: Layer, input: IntegerRange) -> Callable[[Numbers], Numbers]:
    """A layer from inputs (n, in_features), which lie in ``input``, to outputs (n, out_features)."""
    exact = exact_step(layer, input) if isinstance(layer, Dense) else None
    return exact or (lambda values: layer.finish(accumulate(layer, values.astype(np.int64))))


def decide(logits: Numbers) -> Integers:
    """The class of each sample, for logits of shape (n, out_features); a single logit is compared with 0."""
    classes = logits[:, 0] > 0 if logits.shape[1] == 1 else logits.argmax(axis=1)
    return np.asarray(classes, dtype=np.int64)
