"""From a board's oscillator to the clock of a design."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from quantnn.errors import InputError
from quantnn.plan.pll import PLLS, Dividers, Pll, find_plls, format_mhz

__all__ = ["ClockPlan", "PllSetting", "plan_clock"]


@dataclass(frozen=True)
class PllSetting:
    """A PLL and its dividers.

    Parameters
    ----------
    primitive : str
        Its cell in the vendor's library.
    dividers : Dividers

    Members
    -------
    parameters : mapping of str to int
        The cell's parameters that set the dividers.

    Raises
    ------
    ValueError
        There is no such cell, or it does not have these dividers.
    """

    primitive: str
    dividers: Dividers

    def __post_init__(self) -> None:
        if self.pll.parameters(self.dividers) is None:
            raise ValueError(f"{self.primitive} does not have {self.dividers}")

    @property
    def pll(self) -> Pll:
        """What the cell can do."""
        known = {pll.primitive: pll for plls in PLLS.values() for pll in plls}
        if self.primitive not in known:
            raise ValueError(f"A PLL must be one of {', '.join(known)}, not {self.primitive!r}")
        return known[self.primitive]

    @property
    def parameters(self) -> Mapping[str, int]:
        return self.pll.parameters(self.dividers) or {}


@dataclass(frozen=True)
class ClockPlan:
    """The clock of a design.

    Parameters
    ----------
    oscillator_hz : int
        The board's oscillator.
    pll : PllSetting or None
        What makes the clock of it; None for the oscillator itself.

    Members
    -------
    exact_hz : Fraction
        Hz of the clock.
    frequency_hz : int
        The same, rounded.

    Raises
    ------
    ValueError
        The PLL would run outside its ranges.
    """

    oscillator_hz: int
    pll: PllSetting | None = None

    def __post_init__(self) -> None:
        if self.oscillator_hz < 1:
            raise ValueError(f"oscillator_hz must be at least 1, not {self.oscillator_hz}")
        if self.pll and (misfit := self.pll.pll.misfit(self.pll.dividers, self.oscillator_hz)):
            raise ValueError(misfit)

    @property
    def exact_hz(self) -> Fraction:
        return self.pll.dividers.frequency(self.oscillator_hz) if self.pll else Fraction(self.oscillator_hz)

    @property
    def frequency_hz(self) -> int:
        return round(self.exact_hz)


def plan_clock(
    toolchain: str, oscillator_hz: int, wanted_hz: int, primitive: str | None = None, family: str | None = None
) -> ClockPlan:
    """The highest frequency not above ``wanted_hz`` that there is a PLL setting for.

    Of settings for the same frequency, the one with the fastest phase detector, as that filters most of the jitter;
    then the one with a single output, then that with the VCO nearest the middle of its range.

    Parameters
    ----------
    toolchain : str
        One of :data:`quantnn.plan.pll.PLLS`.
    oscillator_hz, wanted_hz : int
        Equal ones need no PLL.
    primitive : str, optional
        The PLL, where a family has several.
    family : str, optional
        The FPGA's, where a toolchain has families with other PLLs.

    Raises
    ------
    InputError
        No setting is as slow as that, or as fast, or there is no PLL.
    """
    if wanted_hz == oscillator_hz:
        return ClockPlan(oscillator_hz)
    only = f"The clock must be the oscillator's {format_mhz(oscillator_hz)} MHz, not {format_mhz(wanted_hz)} MHz"
    plls = find_plls(toolchain, family, primitive)
    if not plls:
        raise InputError(f"{only}: for {family or f'toolchain {toolchain}'} there is no PLL yet")
    pll = plls[0]
    if Fraction(oscillator_hz) not in pll.input:
        raise InputError(f"{only}: {pll.primitive} takes {pll.input}")
    found = max(_settings(pll, oscillator_hz, wanted_hz), key=lambda d: _rank(pll, d, oscillator_hz), default=None)
    if wanted_hz > pll.output.hi or found is None:
        raise InputError(
            f"The clock must lie in the range of {pll.primitive}, {pll.output}, or be the oscillator's"
            f" {format_mhz(oscillator_hz)} MHz, not {format_mhz(wanted_hz)} MHz"
        )
    return ClockPlan(oscillator_hz, PllSetting(pll.primitive, found))


def _settings(pll: Pll, hz: int, wanted_hz: int) -> Iterator[Dividers]:
    """For every legal frequency of the VCO, the least output divider that is not too fast."""
    for divider in pll.inputs:
        detector = Fraction(hz, divider)
        if detector not in pll.detector:
            continue
        first = -(-pll.vco.lo * divider // hz)
        last = pll.vco.hi * divider // hz
        for multiplier in range(first, min(last, pll.multipliers[-1]) + 1):
            least = -(-hz * multiplier // (divider * wanted_hz))
            for output in pll.outputs[bisect_left(pll.outputs, least) :]:
                dividers = Dividers(divider, multiplier, output)
                if pll.misfit(dividers, hz) is None and pll.parameters(dividers) is not None:
                    yield dividers
                    break


def _rank(pll: Pll, dividers: Dividers, hz: int) -> tuple[Fraction | int, ...]:
    middle = Fraction(pll.vco.lo + pll.vco.hi, 2)
    outputs = len(pll.parameters(dividers) or ())
    return (dividers.frequency(hz), dividers.detector(hz), -outputs, -abs(dividers.vco(hz) - middle))
