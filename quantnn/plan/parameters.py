"""The parameter word of a layer's output channels: bias, multiplier, shift, rounding."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from quantnn.arithmetic import Box, IntegerRange
from quantnn.network.layers import Layer

__all__ = ["ParameterFormat"]


@dataclass(frozen=True)
class ParameterFormat:
    """What a layer's parameter memory stores per output channel, and the requantizer pipeline that it needs.

    A parameter that is the same in every channel is a constant of the hardware and not stored; the bias always is.

    Parameters
    ----------
    layer : Layer
    accumulators : Box
        Proven range of each channel's accumulator.

    Members
    -------
    fields : tuple of (name, bits)
        Lowest first: ``bias``, then those of ``shift``, ``multiplier`` or ``left_shift``, ``negative_multiplier`` and
        ``round`` that are stored.
    latency : int
        Cycles from an accumulator to its output: bias, product or left shift where there is one, rounding, shift
        where it differs between channels, saturation.
    """

    layer: Layer
    accumulators: Box

    @cached_property
    def accumulator(self) -> IntegerRange:
        """The union of the channels' ranges; its format is the accumulator register's."""
        return self.accumulators.union

    @cached_property
    def product(self) -> IntegerRange:
        """The range that ``acc·m`` and ``acc·m + r`` span in the hardware."""
        requantizer = self.layer.requantizer
        if self.one_multiplier:
            requantizer = replace(requantizer, negative_multipliers=requantizer.multipliers)
        return requantizer.product_range(self.accumulators)

    @property
    def one_multiplier(self) -> bool:
        """Whether negative accumulators need no multiplier of their own.

        So it is where both are the same, and where outputs saturate at 0: for acc < 0 and any m >= 0, acc·m + r < 2^s,
        hence (acc·m + r) >> s <= 0.
        """
        requantizer = self.layer.requantizer
        return requantizer.output.lo == 0 or requantizer.multipliers == requantizer.negative_multipliers

    @property
    def multiplies(self) -> bool:
        """Whether a multiplier is needed: m differs between signs, or is not always a power of two."""
        return not self.one_multiplier or any(m.bit_count() != 1 for m in self.layer.requantizer.multipliers)

    @property
    def left_shifts_vary(self) -> bool:
        """Whether the multipliers are powers of two that differ between channels."""
        return not self.multiplies and len(set(self.layer.requantizer.multipliers)) > 1

    @property
    def shifts_vary(self) -> bool:
        return len(set(self.layer.requantizer.shifts)) > 1

    @property
    def rounds(self) -> bool:
        """Whether half of the last place is added before a shift, where no field says so channel by channel."""
        return any(self.layer.requantizer.roundings)

    @property
    def clips(self) -> tuple[bool, bool]:
        """Whether a result can fall below the output's range, and whether it can exceed it."""
        output, least = self.layer.requantizer.output, min(self.layer.requantizer.shifts)
        return self.product.lo >> least < output.lo, self.product.hi >> least > output.hi

    @property
    def constants(self) -> dict[str, int]:
        """What stands in the hardware for parameters that no field holds: m, m below 0, and s."""
        requantizer = self.layer.requantizer
        return {
            "multiplier": requantizer.multipliers[0],
            "negative_multiplier": requantizer.negative_multipliers[0],
            "shift": requantizer.shifts[0],
        }

    @property
    def latency(self) -> int:
        return 3 + (self.multiplies or self.left_shifts_vary) + self.shifts_vary

    @cached_property
    def fields(self) -> tuple[tuple[str, int], ...]:
        requantizer = self.layer.requantizer
        fields = [("bias", self.accumulator.width)]
        candidates = [("shift", requantizer.shifts)]
        if self.multiplies:
            candidates.append(("multiplier", requantizer.multipliers))
        elif self.left_shifts_vary:
            candidates.append(("left_shift", tuple(m.bit_length() - 1 for m in requantizer.multipliers)))
        if not self.one_multiplier:
            candidates.append(("negative_multiplier", requantizer.negative_multipliers))
        for name, values in candidates:
            if len(set(values)) > 1:
                fields.append((name, max(values).bit_length()))
        if len({bool(r) for r, s in zip(requantizer.roundings, requantizer.shifts, strict=True) if s}) > 1:
            fields.append(("round", 1))
        return tuple(fields)

    @property
    def width(self) -> int:
        """Bits of one channel's parameters."""
        return sum(bits for _, bits in self.fields)

    @property
    def operands(self) -> tuple[int, int] | None:
        """Bits of a requantizer's product's operands, both taken as signed; None where there is no product."""
        if not self.multiplies:
            return None
        requantizer = self.layer.requantizer
        multiplier = max(requantizer.multipliers + requantizer.negative_multipliers)
        return self.accumulator.width, multiplier.bit_length() + 1

    @property
    def lane_logic(self) -> int:
        """Analytic estimate of a requantizer's logic elements: one for an adder bit or a register bit."""
        wide, requantizer = self.product.width, self.layer.requantizer
        logic = self.accumulator.width + 2 * wide + 2 * self.layer.output.width
        if self.shifts_vary:
            logic += wide * max(requantizer.shifts).bit_length()
        if self.left_shifts_vary:
            logic += wide * max(requantizer.multipliers).bit_length().bit_length()
        return logic

    def word(self, channel: int) -> int:
        """One channel's stored parameters as an integer."""
        requantizer = self.layer.requantizer
        values = {
            "bias": int(self.layer.bias[channel]),
            "multiplier": requantizer.multipliers[channel],
            "left_shift": requantizer.multipliers[channel].bit_length() - 1,
            "negative_multiplier": requantizer.negative_multipliers[channel],
            "shift": requantizer.shifts[channel],
            "round": int(requantizer.roundings[channel] != 0),
        }
        word, position = 0, 0
        for name, bits in self.fields:
            word |= (values[name] & ((1 << bits) - 1)) << position
            position += bits
        return word

    def words(self, lanes: int) -> list[int]:
        """The memory's contents: ``lanes`` channels per word, lowest channel lowest; 0 beyond the last."""
        channels = self.layer.out_features
        return [
            sum(self.word(c) << ((c - first) * self.width) for c in range(first, min(first + lanes, channels)))
            for first in range(0, channels, lanes)
        ]
