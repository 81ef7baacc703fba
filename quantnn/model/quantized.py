"""A network whose file holds integers already: they are kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt

from quantnn.arithmetic import IntegerRange, Integers
from quantnn.errors import InputError
from quantnn.model.activation import Floats
from quantnn.model.network import FloatNetwork
from quantnn.network.network import IntegerNetwork
from quantnn.network.sensor import Sensor

__all__ = ["AnyNetwork", "QuantizedFile", "QuantizedNetwork", "difference_words"]


class QuantizedFile(Protocol):
    """What stands in a file, from which the network is made again where its input is another."""

    def values(self, raw: npt.NDArray[Any]) -> Floats:
        """The file's own outputs of shape (n, out_features) as its operators are specified, in floats of 64 bits, for
        raw inputs of shape (n, in_features), which need not be whole."""

    def with_raw(self, scale: float | None, bits: int | None, signed: bool | None) -> QuantizedNetwork:
        """The network behind raw integers, which stand for ``scale`` each."""

    def with_values(self, values: Floats) -> QuantizedNetwork:
        """The network for float values of shape (n, in_features) that a sensor turns into integers."""


@dataclass(frozen=True, eq=False)
class QuantizedNetwork:
    """An integer network as a file has it, and what the file says that it computes.

    Parameters
    ----------
    network : IntegerNetwork
    file : QuantizedFile
    differences : tuple of float
        Per layer, the largest difference between its integers and those that the file's operators are specified to
        give for the same inputs, over every input there can be: in steps of its output, or of its accumulator where it
        is not rounded. 0 is exact.
    decision : str
        One of :data:`~quantnn.model.decision.DECISIONS`.
    input_shape : tuple of int
    notes : tuple of str
        What a report should say about how the file was read.
    """

    network: IntegerNetwork
    file: QuantizedFile
    differences: tuple[float, ...]
    decision: str
    input_shape: tuple[int, ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.differences) != len(self.network.layers):
            raise ValueError(f"There must be one difference per layer, not {len(self.differences)}")

    @property
    def calibration(self) -> None:
        """Nothing is left to calibrate."""
        return

    @property
    def in_features(self) -> int:
        return self.network.in_features

    @property
    def out_features(self) -> int:
        return self.network.out_features

    @property
    def input(self) -> IntegerRange:
        return self.network.input

    @property
    def input_bits(self) -> int:
        return self.input.width

    @property
    def input_signed(self) -> bool:
        return self.input.signed

    @property
    def activation_bits(self) -> int:
        """Of the widest integers between layers."""
        return max((layer.output.width for layer in self.network.layers[:-1]), default=self.input_bits)

    @property
    def class_names(self) -> tuple[str, ...]:
        return self.network.class_names

    @property
    def class_count(self) -> int:
        return self.network.class_count

    @property
    def sensor(self) -> Sensor | None:
        return self.network.sensor

    def with_input(
        self, scale: float | None = None, bits: int | None = None, signed: bool | None = None
    ) -> QuantizedNetwork:
        """The same network for raw integers that stand for ``scale`` each; None keeps what the file says.

        Raises
        ------
        InputError
            A value is out of range, or the file takes integers of its own.
        """
        return self if (scale, bits, signed) == (None, None, None) else self.file.with_raw(scale, bits, signed)

    def with_sensor(self, values: Floats, *, keep: bool = False, rows: Integers | None = None) -> QuantizedNetwork:
        """The same network for float values of shape (n, in_features).

        Raises
        ------
        InputError
            The file takes integers.
        """
        return self.file.with_values(values)

    def with_class_names(self, names: tuple[str, ...]) -> Self:
        """The same network with names for its outputs.

        Raises
        ------
        ValueError
            They do not fit.
        """
        return replace(self, network=replace(self.network, class_names=names))

    def positions(self, values: Floats) -> Floats:
        """Raw inputs of values of shape (n, in_features) in the user's own unit, but not rounded to integers."""
        if self.sensor is None:
            return values
        return np.asarray((values - self.sensor.zero) / self.sensor.step)

    def logits(self, raw: npt.NDArray[Any]) -> Floats:
        """The file's own outputs, of shape (n, out_features), as its operators are specified."""
        return self.file.values(raw)

    def classes(self, raw: npt.NDArray[Any]) -> Integers:
        """The file's own class of each sample, of shape (n,).

        Raises
        ------
        InputError
            The decision is none.
        """
        if self.decision == "none":
            raise InputError("The network gives values, not classes (its decision is none): compare its logits")
        logits = self.logits(raw)
        classes = logits[:, 0] > 0 if self.decision == "threshold" else np.argmax(logits, axis=1)
        return np.asarray(classes, dtype=np.int64)


AnyNetwork = FloatNetwork | QuantizedNetwork
"""What is read from a model file."""


def difference_words(difference: float, steps: str = "step") -> str:
    """``exact``, or how far a layer is off."""
    if not difference:
        return "exact"
    return f"at most {difference:.3g} {steps}{'s' if difference > 1 else ''} off"
