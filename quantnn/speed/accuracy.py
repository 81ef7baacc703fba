"""How right contenders are on the samples of a design."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quantnn.arithmetic import Integers
from quantnn.design.vectors import Vectors
from quantnn.errors import InputError
from quantnn.network.network import IntegerNetwork
from quantnn.network.reference import answers
from quantnn.network.samples import Samples, blocks
from quantnn.speed.contenders import Contender, NumpyFloat32

__all__ = ["Labelled", "Share", "agreement"]


@dataclass(frozen=True)
class Share:
    """So many of all.

    Parameters
    ----------
    equal, samples : int
        ``0 <= equal <= samples``.
    """

    equal: int
    samples: int

    def __post_init__(self) -> None:
        if not 0 <= self.equal <= self.samples:
            raise ValueError(f"A share must be of at least as many samples, not {self.equal} of {self.samples}")

    def __float__(self) -> float:
        return self.equal / self.samples

    def __str__(self) -> str:
        return f"{float(self):.4f}"


@dataclass(frozen=True, eq=False)
class Labelled:
    """Samples whose classes are known.

    Parameters
    ----------
    inputs : int64 of shape (n, in_features)
    labels : int64 array of shape (m,)
        True classes of the first m samples, at least one.
    """

    inputs: Samples
    labels: Integers

    @classmethod
    def of(cls, vectors: Vectors) -> Labelled | None:
        """Those of a design; None where there are none, or no classes."""
        labels = vectors.labels
        if labels is None or not len(labels) or not vectors.network.classify:
            return None
        return cls(vectors.inputs, labels)

    def right(self, contender: Contender) -> Share:
        """How often a contender says the true class."""
        equal = 0
        for rows in blocks(len(self.labels)):
            samples = self.inputs[slice(rows.start, min(rows.stop, len(self.labels)))].astype(np.float32)
            with contender.ready(samples, None) as answer:
                classes = np.array(answer()).reshape(-1)
            equal += int((classes == self.labels[rows]).sum())
        return Share(equal, len(self.labels))


def agreement(network: IntegerNetwork, vectors: Vectors) -> Share | None:
    """How many vectors the float32 network puts into the same class; None without classes or such a network."""
    if not network.classify:
        return None
    try:
        numpy = NumpyFloat32(network)
    except InputError:
        return None
    same = 0
    for rows, exact in zip(blocks(len(vectors.inputs)), answers(network, vectors.inputs), strict=True):
        same += int((numpy.answer(vectors.inputs[rows].astype(np.float32)) == exact.classes).sum())
    return Share(same, len(vectors.inputs))
