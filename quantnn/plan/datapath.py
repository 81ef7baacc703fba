"""What a layer's requantizers were built for, and whether other weights get along with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from quantnn.arithmetic import Box, IntegerRange, Requantizer
from quantnn.network.layers import Layer
from quantnn.plan.parameters import ParameterFormat

__all__ = ["Datapath", "HeldParameters", "Misfit", "Part", "format_name", "same_format"]


class Part(Enum):
    """The part of a requantizer that a value does not fit."""

    ACCUMULATOR = "accumulator"
    PRODUCT = "product"
    OUTPUT = "output"
    PARAMETER = "parameter"


@dataclass(frozen=True)
class Misfit:
    """Why a layer does not fit its hardware.

    Parameters
    ----------
    part : Part
        What is too narrow.
    channel : int
        The first output channel that it is too narrow for.
    reason : str
        The same for people, with what is needed and what there is.
    """

    part: Part
    channel: int
    reason: str


@dataclass(frozen=True)
class Datapath:
    """The requantizers of a layer as they were built, whatever weights they were built for.

    Parameters
    ----------
    accumulator, product, output : IntegerRange
        Ranges whose formats are those of the registers.
    fields : tuple of (name, bits)
        The stored parameters, as :attr:`ParameterFormat.fields` says.
    constants : tuple of (name, int)
        The others: those of ``multiplier``, ``negative_multiplier`` and ``shift`` that there are beside the fields.
    multiplies, one_multiplier, rounds : bool
        As :class:`ParameterFormat` says.
    clips : (bool, bool)
        Whether results are compared with the output's least and with its greatest value.
    """

    accumulator: IntegerRange
    product: IntegerRange
    output: IntegerRange
    fields: tuple[tuple[str, int], ...]
    constants: tuple[tuple[str, int], ...]
    multiplies: bool
    one_multiplier: bool
    rounds: bool
    clips: tuple[bool, bool]

    @classmethod
    def of(cls, parameters: ParameterFormat) -> Datapath:
        """The datapath that hardware made from these parameters has."""
        absent = {name for name, _ in parameters.fields}
        if parameters.left_shifts_vary:
            absent.add("multiplier")
        if parameters.one_multiplier:
            absent.add("negative_multiplier")
        return cls(
            parameters.accumulator,
            parameters.product,
            parameters.layer.requantizer.output,
            parameters.fields,
            tuple((name, value) for name, value in parameters.constants.items() if name not in absent),
            parameters.multiplies,
            parameters.one_multiplier,
            parameters.rounds,
            parameters.clips,
        )

    def allows(self, requantizer: Requantizer, channel: int) -> str:
        """Why the parameters of a channel cannot be expressed, or ''."""
        m, n, s, r = (
            column[channel]
            for column in (
                requantizer.multipliers,
                requantizer.negative_multipliers,
                requantizer.shifts,
                requantizer.roundings,
            )
        )
        fields, constants = dict(self.fields), dict(self.constants)
        wanted = [("shift", s)]
        if "left_shift" in fields:
            if m.bit_count() != 1:
                return f"m is {m}, but the hardware shifts left instead of multiplying"
            wanted.append(("left_shift", m.bit_length() - 1))
        else:
            wanted.append(("multiplier", m))
        if not self.one_multiplier:
            wanted.append(("negative_multiplier", n))
        elif n != m and self.output.lo != 0:
            return f"m is {m} above 0 and {n} below, but the hardware has one for both"
        for name, value in wanted:
            if name in fields and value.bit_length() > fields[name]:
                return f"{name} {value} needs {value.bit_length()} bits, the hardware has {fields[name]}"
            if name not in fields and value != constants[name]:
                return f"{name} is {value}, but the constant {constants[name]} in the hardware"
        if s and "round" not in fields and bool(r) != self.rounds:
            return "it rounds and the hardware truncates" if r else "it truncates and the hardware rounds"
        return ""

    def misfits(self, layer: Layer, accumulators: Box) -> Iterator[Misfit]:
        """What of a layer with these proven accumulator ranges does not fit, channel by channel."""
        requantizer = layer.requantizer
        if reason := self._other_output(requantizer.output):
            yield Misfit(Part.OUTPUT, 0, reason)
            return
        for channel, accumulator in enumerate(accumulators):
            if not _holds(self.accumulator, accumulator):
                reason = _too_narrow("accumulator", channel, accumulator, self.accumulator)
                yield Misfit(Part.ACCUMULATOR, channel, reason)
            elif reason := self.allows(requantizer, channel):
                yield Misfit(Part.PARAMETER, channel, f"output {channel}: {reason}")
            else:
                yield from self._ranges(requantizer, channel, accumulator)

    def _other_output(self, output: IntegerRange) -> str:
        """Why an output range is not the hardware's: ends that results are compared with are part of it."""
        below, above = self.clips
        moved = (below and output.lo != self.output.lo) or (above and output.hi != self.output.hi)
        if same_format(output, self.output) and not moved:
            return ""
        return (
            f"its outputs are {format_name(output)}, {output.lo}..{output.hi}, those of the hardware"
            f" {format_name(self.output)}, {self.output.lo}..{self.output.hi}"
        )

    def _ranges(self, requantizer: Requantizer, channel: int, accumulator: IntegerRange) -> Iterator[Misfit]:
        """Whether acc·m + r fits its register, and results need no comparison that was left out."""
        m, s, r = requantizer.multipliers[channel], requantizer.shifts[channel], requantizer.roundings[channel]
        n = m if self.one_multiplier else requantizer.negative_multipliers[channel]
        product = Requantizer((m,), (n,), (s,), (r,), requantizer.output).product_range(Box.of([accumulator]))
        if not _holds(self.product, product):
            yield Misfit(Part.PRODUCT, channel, _too_narrow("product", channel, product, self.product))
            return
        below, above = self.clips
        lo, hi = (product.lo + r) >> s, product.hi >> s
        for value, out, compared in ((lo, lo < requantizer.output.lo, below), (hi, hi > requantizer.output.hi, above)):
            if out and not compared:
                reason = f"output {channel} can be {value} before it saturates, which the hardware does not check"
                yield Misfit(Part.OUTPUT, channel, reason)
                return


@dataclass(frozen=True)
class HeldParameters(ParameterFormat):
    """The parameters of a layer in the formats of a datapath that was built for other weights.

    Parameters
    ----------
    datapath : Datapath
        Nothing of the layer is a misfit for it.
    """

    datapath: Datapath

    @property
    def accumulator(self) -> IntegerRange:
        return self.datapath.accumulator

    @property
    def product(self) -> IntegerRange:
        return self.datapath.product

    @property
    def fields(self) -> tuple[tuple[str, int], ...]:
        return self.datapath.fields

    @property
    def constants(self) -> dict[str, int]:
        return super().constants | dict(self.datapath.constants)

    @property
    def one_multiplier(self) -> bool:
        return self.datapath.one_multiplier

    @property
    def multiplies(self) -> bool:
        return self.datapath.multiplies

    @property
    def left_shifts_vary(self) -> bool:
        return "left_shift" in dict(self.datapath.fields)

    @property
    def shifts_vary(self) -> bool:
        return "shift" in dict(self.datapath.fields)

    @property
    def rounds(self) -> bool:
        return self.datapath.rounds

    @property
    def clips(self) -> tuple[bool, bool]:
        return self.datapath.clips


def same_format(a: IntegerRange, b: IntegerRange) -> bool:
    """Whether two ranges take the same bits and signedness."""
    return (a.width, a.signed) == (b.width, b.signed)


def format_name(values: IntegerRange) -> str:
    """A format in words."""
    return f"{values.width} bits {'signed' if values.signed else 'unsigned'}"


def _holds(register: IntegerRange, values: IntegerRange) -> bool:
    whole = IntegerRange.of_format(register.width, register.signed)
    return values.lo in whole and values.hi in whole


def _too_narrow(name: str, channel: int, values: IntegerRange, register: IntegerRange) -> str:
    return f"the {name} of output {channel} needs {format_name(values)}, the hardware has {format_name(register)}"
