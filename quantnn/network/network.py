"""The integer network: the contract between quantization and everything after it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from quantnn.arithmetic import Box, IntegerRange
from quantnn.network.chain import check_chain
from quantnn.network.class_names import check_class_names
from quantnn.network.layers import Layer
from quantnn.network.sensor import Sensor

__all__ = ["MAX_BITS", "IntegerNetwork"]

MAX_BITS = 62
"""Bits that an input, an accumulator, or an accumulator times its multiplier may take: then no int64 ever wraps."""

_REMEDY = f"and {MAX_BITS} are the most: use smaller weights, biases or inputs"


@dataclass(frozen=True, eq=False)
class IntegerNetwork:
    """A chain of integer layers. The numpy reference, the hardware and the board agree on every bit of it.

    Parameters
    ----------
    input : IntegerRange
        The format of one input element, as the sensor delivers it.
    layers : tuple of Layer
        At least one; each takes what the one before gives.
    classify : bool
        Whether the answer is the index of the greatest last output (the lowest index wins a tie), or, for a single
        output, whether it exceeds 0.
    input_scale : float
        Metadata: the real value that an input of 1 stands for.
    sensor : Sensor, optional
        Metadata: how the host makes integers of float inputs.
    class_names : tuple of str
        Metadata: what the classes are called, or the values of a network without classes; two for a single output that
        is compared with 0. None are known where it is empty.
    input_shape : tuple of int
        Metadata: the shape of one sample, like (28, 28, 1), flattened with its last axis fastest; by default flat.

    Raises
    ------
    ValueError
        The layers do not chain, an input, an accumulator or a product of a requantizer can take more than
        :data:`MAX_BITS`, or names or shape do not fit the layers.
    """

    input: IntegerRange
    layers: tuple[Layer, ...]
    classify: bool = True
    input_scale: float = 1.0
    sensor: Sensor | None = None
    class_names: tuple[str, ...] = ()
    input_shape: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        check_chain(self.layers)
        if self.sensor is not None and self.sensor.features not in (None, self.in_features):
            raise ValueError(f"A sensor must have 1 or {self.in_features} steps, not {self.sensor.features}")
        check_class_names(self.class_names, self.class_count)
        if not self.input_shape:
            object.__setattr__(self, "input_shape", (self.in_features,))
        if math.prod(self.input_shape) != self.in_features or min(self.input_shape) < 1:
            raise ValueError(f"input_shape must have {self.in_features} elements, not {self.input_shape}")
        _ = self._boxes  # they are checked when they are made

    @property
    def in_features(self) -> int:
        return self.layers[0].in_features

    @property
    def out_features(self) -> int:
        return self.layers[-1].out_features

    @property
    def class_count(self) -> int:
        """Classes that the answer can be; of a network without them, its values."""
        return 2 if self.classify and self.out_features == 1 else self.out_features

    @property
    def macs(self) -> int:
        """Multiplications per sample."""
        return sum(layer.macs for layer in self.layers)

    @property
    def formats(self) -> tuple[IntegerRange, ...]:
        """The input format of every layer, and after them the output format of the last."""
        return (self.input, *(layer.output for layer in self.layers))

    @property
    def input_boxes(self) -> tuple[Box, ...]:
        """Per layer, the proven range of each element of its input."""
        return self._boxes[0]

    @property
    def accumulator_boxes(self) -> tuple[Box, ...]:
        """Per layer, the proven range of each accumulator, over every possible input."""
        return self._boxes[1]

    @cached_property
    def _boxes(self) -> tuple[tuple[Box, ...], tuple[Box, ...]]:
        _check_bits("Inputs", self.input)
        inputs, boxes, box = [], [], Box.uniform(self.input, self.in_features)
        for number, layer in enumerate(self.layers):
            try:
                accumulators = layer.accumulator_box(box)
            except OverflowError as error:
                raise ValueError(f"Layer {number}: {error}, {_REMEDY}") from None
            _check_bits(f"Layer {number}: accumulators", accumulators.union)
            _check_bits(f"Layer {number}: requantized products", layer.requantizer.product_range(accumulators))
            inputs.append(box)
            boxes.append(accumulators)
            box = layer.finished_box(accumulators)
        return tuple(inputs), tuple(boxes)

    @property
    def accumulators(self) -> tuple[IntegerRange, ...]:
        """Per layer, the union of its accumulators' proven ranges: no input can leave it."""
        return tuple(box.union for box in self.accumulator_boxes)


def _check_bits(what: str, values: IntegerRange) -> None:
    if values.width > MAX_BITS:
        raise ValueError(f"{what} take {values.width} bits, {_REMEDY}")
