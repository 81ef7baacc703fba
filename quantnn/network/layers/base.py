"""What every layer of an integer network has."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from quantnn.arithmetic import Box, IntegerRange, Integers, Requantizer
from quantnn.network.table import Table

__all__ = ["LAYER_TYPES", "Layer", "frozen_integers"]

Floats = npt.NDArray[np.float64]

LAYER_TYPES: dict[str, type[Layer]] = {}
"""Layer types by the name that a saved network calls them."""


@dataclass(frozen=True, eq=False)
class Layer(ABC):
    """Accumulators, one per output channel, and the requantizer that drains them.

    Parameters
    ----------
    bias : int64 array of shape (out_features,)
        Added to every accumulator.
    requantizer : Requantizer
        Accumulators to outputs, or to the table's indices; ``out_features`` channels.
    table : Table, optional
        An activation function: the requantizer gives the index, the table the output.
    scale : float, or float64 array of shape (out_features,)
        Metadata: the real value that an output of 1 stands for, greater than 0; an array where it differs from output
        to output. Never enters a computation.
    activation : str
        Metadata: what the requantizer's multipliers realise, for reports.
    """

    kind: ClassVar[str]

    bias: Integers
    requantizer: Requantizer
    table: Table | None = field(default=None, kw_only=True)
    scale: float | Floats = 1.0
    activation: str = "linear"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        LAYER_TYPES[cls.kind] = cls

    def __post_init__(self) -> None:
        object.__setattr__(self, "bias", frozen_integers(self.bias, 1, "bias"))
        if self.requantizer.channels != len(self.bias):
            raise ValueError(
                f"A layer with {len(self.bias)} outputs must have as many requantizer channels,"
                f" not {self.requantizer.channels}"
            )

        object.__setattr__(self, "scale", _checked_scale(self.scale, len(self.bias)))
        if self.table is not None and self.table.index != self.requantizer.output:
            raise ValueError(
                f"A table's indices must be the requantizer's outputs {self.requantizer.output}, not {self.table.index}"
            )

    @property
    @abstractmethod
    def in_features(self) -> int:
        """Elements of the input tensor."""

    @property
    def out_features(self) -> int:
        """Elements of the output tensor."""
        return len(self.bias)

    @property
    @abstractmethod
    def macs(self) -> int:
        """Multiplications per sample that the layer's function needs."""

    @property
    def output(self) -> IntegerRange:
        """The format of the output tensor."""
        return self.requantizer.output if self.table is None else self.table.output

    def finish(self, accumulators: Integers) -> Integers:
        """Outputs of accumulators, both int64 of shape (n, out_features)."""
        values = self.requantizer(accumulators)
        return values if self.table is None else self.table(values)

    @abstractmethod
    def accumulator_box(self, inputs: Box) -> Box:
        """The exact range of each accumulator, bias included, over all inputs of the box.

        Raises
        ------
        OverflowError
            An accumulator can be so large that an int64 might wrap.
        """

    def output_box(self, inputs: Box) -> Box:
        """The range of each output over all inputs of the box."""
        return self.finished_box(self.accumulator_box(inputs))

    def finished_box(self, accumulators: Box) -> Box:
        """The exact range of each output over all accumulators of the box."""
        box = self.requantizer.interval(accumulators)
        return box if self.table is None else self.table.interval(box)

    @abstractmethod
    def arrays(self) -> dict[str, Integers]:
        """The integer arrays that a saved network holds of this layer."""

    @classmethod
    @abstractmethod
    def from_saved(cls, arrays: dict[str, Integers], common: dict[str, Any], extra: dict[str, Any]) -> Self:
        """Rebuild a layer from :meth:`arrays`, the fields of :class:`Layer` and :meth:`extra`."""

    def extra(self) -> dict[str, Any]:
        """Fields of this layer type that are no arrays, as JSON values."""
        return {}


def _checked_scale(scale: float | Floats, outputs: int) -> float | Floats:
    values = np.array(scale, dtype=np.float64)
    if values.shape not in ((), (outputs,)):
        raise ValueError(f"A scale must be one value, or {outputs}, one per output, not of shape {values.shape}")
    if not ((values > 0) & np.isfinite(values)).all():
        raise ValueError(f"A scale must be finite and exceed 0, not be {values.min():g}")
    if (values == values.flat[0]).all():
        return float(values.flat[0])
    values.flags.writeable = False
    return values


def frozen_integers(values: Any, dimensions: int, name: str) -> Integers:
    """A read-only int64 copy of ``values``, checked to be such integers with that many dimensions, none of them 0."""
    array = np.asarray(values)
    if array.dtype.kind not in "iu":
        raise ValueError(f"{name} must hold integers, not {array.dtype}")
    if array.ndim != dimensions or 0 in array.shape:
        raise ValueError(f"{name} must be a non-empty array of {dimensions} dimensions, not of shape {array.shape}")
    if array.dtype == np.uint64 and int(array.max()) > np.iinfo(np.int64).max:
        raise ValueError(f"{name} must hold integers of 64 bits with a sign, not {array.max()}")
    frozen = array.astype(np.int64)
    frozen.flags.writeable = False
    return frozen
