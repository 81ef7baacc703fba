"""From the operators of a quantized file to the integer network whose integers are the file's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from quantnn.arithmetic import IntegerRange
from quantnn.errors import InputError
from quantnn.importers.operators.answer_quantizers import answer_quantizers
from quantnn.importers.operators.fate import Fates
from quantnn.importers.operators.float_network import InputFormat
from quantnn.importers.operators.integer_chain import IntegerChain
from quantnn.importers.operators.operator import (
    Activate,
    Affine,
    IntegerLinear,
    Keep,
    Linear,
    Operator,
    Quantize,
    Reorder,
    Sign,
)
from quantnn.importers.operators.rounding import Rounding
from quantnn.importers.operators.specification import specified
from quantnn.model.activation import Floats
from quantnn.model.decision import decide
from quantnn.model.network import MAX_INPUT_BITS
from quantnn.model.quantized import QuantizedNetwork, difference_words
from quantnn.network.network import IntegerNetwork
from quantnn.network.sensor import Sensor

__all__ = ["integer_network", "is_quantized"]

_BY_SENSOR = {Rounding.HALF_EVEN: "", Rounding.HALF_UP: "up", Rounding.FLOOR: "up"}
"""Roundings that a sensor can do, and how its ties then go; half to even depends on the zero point."""


def is_quantized(operators: Sequence[Operator], input: InputFormat) -> bool:
    """Whether a file holds integers already, and not of weights only."""
    if any(isinstance(each, (Quantize, Sign)) for each in operators):
        return True
    linear = [type(each) for each in operators if isinstance(each, (IntegerLinear, Linear))]
    return input.integral and linear == [IntegerLinear]


def integer_network(
    operators: Sequence[Operator],
    source: str,
    input: InputFormat,
    *,
    decision: str = "",
    notes: tuple[str, ...] = (),
) -> tuple[QuantizedNetwork, tuple[str, ...]]:
    """The network, and per operator what became of it.

    Where the file takes floats and quantizes them first, the host does that: a sensor with the file's own scale and
    zero point. What else a file's input is, it stays.

    Parameters
    ----------
    source : str
        The file, for messages.
    decision : str
        What the user wants; else what the operators say, else the default of
        :func:`~quantnn.model.decision.decide`.

    Raises
    ------
    InputError
        The operators do not follow one another, or one of them has no integers.
    """
    file = _File(tuple(operators), source, input, decision, notes)
    front = None if input.integral else _front(operators)
    return file.behind_sensor(*front) if front else file.behind(Fraction(1), input.range)


@dataclass(frozen=True, eq=False)
class _File:
    """The :class:`~quantnn.model.quantized.QuantizedFile` behind every such network."""

    operators: tuple[Operator, ...]
    source: str
    input: InputFormat
    decision: str
    notes: tuple[str, ...]
    step: npt.NDArray[np.float64] | float = 1.0
    zero: npt.NDArray[np.float64] | float = 0.0
    left_out: tuple[Operator, ...] = ()

    def values(self, raw: npt.NDArray[Any]) -> Floats:
        kept = [operator for operator in self.operators if operator not in self.left_out]
        return specified(kept, np.asarray(raw * self.step + self.zero, dtype=np.float64))

    def with_raw(self, scale: float | None, bits: int | None, signed: bool | None) -> QuantizedNetwork:
        own = self.input
        if own.integral:
            raise InputError(
                f"{self.source} takes integers of {own.bits} bits, {'signed' if own.signed else 'unsigned'}: leave"
                " --input-scale, --input-bits and --input-signed out"
            )
        bits = own.bits if bits is None else bits
        if not 1 <= bits <= MAX_INPUT_BITS:
            raise InputError(f"input_bits must lie in 1..{MAX_INPUT_BITS}, not be {bits}")
        scale = 1.0 if scale is None else scale
        if not (np.isfinite(scale) and scale > 0):
            raise InputError(f"input_scale must be finite and exceed 0, not be {scale:g}")
        raw = IntegerRange.of_format(bits, own.signed if signed is None else signed)
        return replace(self, step=scale, zero=0.0).behind(Fraction(scale), raw)[0]

    def with_values(self, values: Floats) -> QuantizedNetwork:
        if self.input.integral:
            raise InputError(f"{self.source} takes integers: give whole samples")
        sensor = Sensor.fit(values, self.input.range)
        if sensor.step.ndim:
            sensor = Sensor.fit(values.reshape(-1, 1), self.input.range)
        file = replace(self, step=sensor.step, zero=sensor.zero)
        chain = IntegerChain(self.source, self.input.features, Fates(self.operators))
        chain.start(
            Fraction(float(sensor.step)), -Fraction(float(sensor.zero)) / Fraction(float(sensor.step)), sensor.output
        )
        note = f"inputs are floats: the host rounds them to {self.input.bits} bits first, one step for all"
        return file.built(chain, self.operators, sensor, (note,))[0]

    def behind(self, scale: Fraction, raw: IntegerRange) -> tuple[QuantizedNetwork, tuple[str, ...]]:
        """The network for raw integers."""
        chain = IntegerChain(self.source, self.input.features, Fates(self.operators))
        chain.start(scale, Fraction(0), raw)
        return self.built(chain, self.operators, None, ())

    def behind_sensor(
        self, before: Sequence[Operator], first: Quantize | Sign
    ) -> tuple[QuantizedNetwork, tuple[str, ...]]:
        """The network for the integers that the first quantizer gives, which is the host's work."""
        slope, offset = _affine(before, self.input.features)
        if isinstance(first, Sign):
            scale, zero, output, ties, shift = 2 * first.scale, Fraction(1, 2), IntegerRange(0, 1), "up", -first.scale
        else:
            ties = _BY_SENSOR.get(first.rounding, "up") or ("odd" if first.zero % 2 else "even")
            scale, zero, output = first.scale, Fraction(first.zero), IntegerRange(first.lo, first.hi)
            shift = -first.zero * first.scale + (first.scale / 2 if first.rounding is Rounding.FLOOR else 0)
        sensor = Sensor(np.asarray(scale / slope), np.asarray((shift - offset) / slope), output, ties)
        fates = Fates(self.operators)
        for operator in (*before, first):
            fates.say(operator, "the host's rounding of inputs")
        chain = IntegerChain(self.source, self.input.features, fates)
        chain.start(Fraction(scale), zero, output)
        notes = ["the file quantizes its inputs: the host does, as the file says"]
        if isinstance(first, Quantize) and first.rounding not in _BY_SENSOR:
            notes = [f"the host rounds inputs half up, where the file rounds {first.rounding.value}"]
        orders = [operator for operator in before if isinstance(operator, Reorder)]
        rest = [*orders, *self.operators[self.operators.index(first) + 1 :]]
        return replace(self, step=sensor.step, zero=sensor.zero).built(chain, rest, sensor, tuple(notes))

    def _decided_before(self, chain: IntegerChain) -> bool:
        """Whether the answer is taken before the activation that the chain ends in: of a softmax always, of a sigmoid
        where the class is what exceeds a half."""
        ending = chain.ending
        one = chain.outputs == 1 and self.decision in ("", "threshold")
        return ending.last_only or (ending.kind == "sigmoid" and one)

    def built(
        self, chain: IntegerChain, operators: Sequence[Operator], sensor: Sensor | None, notes: tuple[str, ...]
    ) -> tuple[QuantizedNetwork, tuple[str, ...]]:
        """The network of a chain that has been told of its input and is to be told of the operators."""
        answers = answer_quantizers(operators)
        for operator in operators:
            try:
                if operator in answers and self._decided_before(chain):
                    chain.leave_out(operator)
                else:
                    chain.add(operator)
            except (ValueError, OverflowError) as error:
                raise InputError(f"{self.source}: {operator}: {error}") from None
        try:
            decision = decide(chain.ending, chain.outputs, self.decision or chain.decision)
            chain.finish(decision)
            network = IntegerNetwork(
                chain.input,
                tuple(chain.layers),
                classify=decision != "none",
                input_scale=float(chain.input_scale),
                sensor=sensor,
                input_shape=self.input.shape,
            )
        except (ValueError, OverflowError) as error:
            raise InputError(f"{self.source}: {error}") from None
        differences = tuple(chain.differences)
        return (
            QuantizedNetwork(
                network,
                replace(self, left_out=chain.left_out),
                differences,
                decision,
                self.input.shape,
                (*self.notes, *notes, *chain.notes, _how_exact(differences)),
            ),
            chain.fates.texts,
        )


def _how_exact(differences: tuple[float, ...]) -> str:
    """One sentence on what our integers are beside the file's arithmetic."""
    if not any(differences):
        return "the file's integers are kept, and every layer is exactly what its operators are specified to give"
    off = (f"layer {number} {difference_words(each)}" for number, each in enumerate(differences) if each)
    exact = [str(number) for number, each in enumerate(differences) if not each]
    also = f"; layer {', '.join(exact)} exact" if exact else ""
    return (
        "the file's integers are kept; beside its operators' specification, for the same inputs,"
        f" {', '.join(off)}{also}"
    )


def _front(operators: Sequence[Operator]) -> tuple[list[Operator], Quantize | Sign] | None:
    """What stands before the first quantizer of float inputs, if a sensor can do it, and the quantizer."""
    before: list[Operator] = []
    for number, operator in enumerate(operators):
        match operator:
            case Quantize() | Sign():
                slope, _ = _affine(before, None)
                return (before, operator) if (np.asarray(slope) > 0).all() else None
            case Keep():
                continue
            case Affine() if operator.slope.size == operator.offset.size == 1:
                before.append(operator)
            case Reorder():
                before.append(operator)
            case Activate() if operator.activation.kind == "linear":
                continue
            case Activate() if operator.activation.kind == "relu" and _saturates(operators[number + 1 :]):
                before.append(operator)
            case _:
                return None
    return None


def _saturates(behind: Sequence[Operator]) -> bool:
    """Whether a quantizer comes next that gives nothing below 0, so that a relu before it changes nothing."""
    first = next((operator for operator in behind if not isinstance(operator, Keep)), None)
    return isinstance(first, Quantize) and first.lo >= first.zero


def _affine(before: Sequence[Operator], features: int | None) -> tuple[Floats, Floats]:
    slope, offset = np.asarray(1.0), np.asarray(0.0)
    for operator in before:
        if isinstance(operator, Affine):
            gain, moved = operator.slope.reshape(()), operator.offset.reshape(())
            slope, offset = slope * gain, offset * gain + moved
    return np.asarray(slope), np.asarray(offset)
