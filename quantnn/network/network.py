"""The integer network: the contract between quantization and everything after it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from quantnn.arithmetic import IntegerRange
from quantnn.network.layers import Layer
from quantnn.network.layers.base import Box
from quantnn.network.sensor import Sensor

__all__ = ["IntegerNetwork"]


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

    Raises
    ------
    ValueError
        The layers do not chain.
    """

    input: IntegerRange
    layers: tuple[Layer, ...]
    classify: bool = True
    input_scale: float = 1.0
    sensor: Sensor | None = None

    def __post_init__(self) -> None:
        if not self.layers:
            raise ValueError("A network must have at least one layer")
        for number, (above, below) in enumerate(zip(self.layers, self.layers[1:], strict=False), start=1):
            if above.out_features != below.in_features:
                raise ValueError(
                    f"Layer {number} takes {below.in_features} inputs, but layer {number - 1} has"
                    f" {above.out_features} outputs"
                )
        if self.sensor is not None and self.sensor.features not in (None, self.in_features):
            raise ValueError(f"A sensor must have 1 or {self.in_features} steps, not {self.sensor.features}")

    @property
    def in_features(self) -> int:
        return self.layers[0].in_features

    @property
    def out_features(self) -> int:
        return self.layers[-1].out_features

    @property
    def macs(self) -> int:
        """Multiplications per sample."""
        return sum(layer.macs for layer in self.layers)

    @property
    def formats(self) -> tuple[IntegerRange, ...]:
        """The input format of every layer, and after them the output format of the last."""
        return (self.input, *(layer.output for layer in self.layers))

    @cached_property
    def accumulator_boxes(self) -> tuple[Box, ...]:
        """Per layer, the proven range of each accumulator, over every possible input."""
        boxes, box = [], [self.input] * self.in_features
        for layer in self.layers:
            boxes.append(layer.accumulator_box(box))
            box = layer.output_box(box)
        return tuple(boxes)

    @property
    def accumulators(self) -> tuple[IntegerRange, ...]:
        """Per layer, the union of its accumulators' proven ranges: no input can leave it."""
        return tuple(IntegerRange(min(r.lo for r in box), max(r.hi for r in box)) for box in self.accumulator_boxes)
