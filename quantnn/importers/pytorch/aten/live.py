"""A tensor that depends on the model's input, as a chain of operators."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from quantnn.files.safe_npz import Array
from quantnn.importers.operators.operator import Activate, Keep, Operator, Reorder
from quantnn.importers.pytorch.aten.budget import Budget
from quantnn.model.activation import FloatActivation

__all__ = ["BATCH", "Batch", "Live", "Node", "Value"]

_MOST_FEATURES = 1 << 22
_ROWS = 3
"""Samples in the batch that indices are followed through."""


class Batch:
    """The length of the batch, where it is an argument."""


BATCH = Batch()


@dataclass(frozen=True)
class Node:
    """A call of a function, for the operators that come of it.

    Parameters
    ----------
    name : str
        Of the module that calls it, or what the graph calls its result.
    kind : str
        The function.
    budget : Budget
        Of the graph that it is in.
    """

    name: str
    kind: str
    budget: Budget = field(default_factory=Budget)


@dataclass(frozen=True, eq=False)
class Live:
    """A tensor that depends on the model's input; its first axis is the batch.

    Parameters
    ----------
    shape : tuple of int, optional
        Of one sample; None where the file does not say.
    batch : int, optional
        The batch's length, where the graph was made for one.
    operator : Operator, optional
        What made it of the one before.
    before : Live, optional
        None for the input itself.

    Raises
    ------
    ValueError
        A sample has more than millions of features.
    """

    shape: tuple[int, ...] | None
    batch: int | None = None
    operator: Operator | None = None
    before: Live | None = None

    def __post_init__(self) -> None:
        if self.shape is not None and math.prod(max(length, 1) for length in self.shape) > _MOST_FEATURES:
            raise ValueError(f"a sample of shape {self.text} is larger than any dense network takes: cut it down")

    def then(self, operator: Operator, shape: tuple[int, ...] | None) -> Live:
        """What the operator makes of it."""
        return Live(shape, self.batch, operator, self)

    def kept(self, node: Node) -> Live:
        """Itself, under another name."""
        return self.then(Keep(node.name, node.kind), self.shape)

    def activated(self, node: Node, activation: FloatActivation) -> Live:
        """Behind an activation function."""
        return self.then(Activate(node.name, node.kind, activation), self.shape)

    def rearranged(self, node: Node, change: Callable[[Array], Array]) -> Live:
        """Its values in another order or shape, where ``change`` does to a whole batch what the function does.

        Raises
        ------
        ValueError
            Its shape is not known, or the function mixes samples.
        """
        if self.shape is None:
            raise ValueError("what comes in has no known shape")
        count = math.prod(self.shape)
        node.budget.spend(_ROWS * count)
        try:
            indices = change(np.arange(_ROWS * count).reshape(_ROWS, *self.shape))
        except (ValueError, IndexError, TypeError):
            raise ValueError(f"it does not fit what comes in, {self.text}: the first dimension is the batch") from None
        rows = indices.reshape(_ROWS, -1) if indices.ndim and len(indices) == _ROWS else np.empty((0, 0), np.int64)
        if not rows.size or (rows != rows[0] + count * np.arange(_ROWS)[:, np.newaxis]).any() or rows[0].max() >= count:
            raise ValueError("it mixes the samples of a batch: leave the first dimension as it is")
        shape, order = indices.shape[1:], rows[0]
        if len(order) == count and (order == np.arange(count)).all():
            return self.then(Keep(node.name, node.kind), shape)
        return self.then(Reorder(node.name, node.kind, order), shape)

    @property
    def text(self) -> str:
        """The shape of a sample, for messages and tables."""
        return "" if self.shape is None else "×".join(map(str, self.shape)) or "1"

    @property
    def chain(self) -> list[Live]:
        """What stands before it and itself, from what the first operator made on."""
        chain: list[Live] = []
        live: Live | None = self
        while live is not None and live.operator is not None:
            chain.append(live)
            live = live.before
        return chain[::-1]


Value = object
"""A :class:`Live`, a float64 array that depends on no input, or any other argument of a call."""
