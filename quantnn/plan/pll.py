"""The PLLs of the FPGA families, as their vendors document them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from types import MappingProxyType

__all__ = ["PLLS", "Dividers", "Pll", "Range", "find_plls", "format_mhz"]

_MEGA = 1_000_000


@dataclass(frozen=True)
class Range:
    """Frequencies in Hz, both ends included."""

    lo: int
    hi: int

    def __contains__(self, frequency: Fraction) -> bool:
        return self.lo <= frequency <= self.hi

    def __str__(self) -> str:
        return f"{format_mhz(self.lo)} to {format_mhz(self.hi)} MHz"


@dataclass(frozen=True)
class Dividers:
    """What every PLL does: it divides its input, multiplies that in an oscillator (VCO), and divides again."""

    input: int
    multiplier: int
    output: int

    def detector(self, hz: int) -> Fraction:
        """Hz at the phase detector, from an input of ``hz``."""
        return Fraction(hz, self.input)

    def vco(self, hz: int) -> Fraction:
        """Hz of the PLL's oscillator, from an input of ``hz``."""
        return Fraction(hz * self.multiplier, self.input)

    def frequency(self, hz: int) -> Fraction:
        """Hz of the output, from an input of ``hz``."""
        return Fraction(hz * self.multiplier, self.input * self.output)


@dataclass(frozen=True)
class Pll:
    """A PLL primitive.

    Parameters
    ----------
    primitive : str
        Its cell in the vendor's library.
    input, detector, vco, output : Range
        What the frequencies must lie in.
    inputs, multipliers : range
    outputs : sequence of int
        What each divider can be, rising. Not every combination can be set.
    setting : callable
        The cell's parameters for dividers, None for a combination that cannot be set.
    families : tuple of str
        Of the toolchain's families those that have it; empty if all do.
    """

    primitive: str
    input: Range
    detector: Range
    vco: Range
    output: Range
    inputs: range
    multipliers: range
    outputs: Sequence[int]
    setting: Callable[[Dividers], dict[str, int] | None]
    families: tuple[str, ...] = ()

    def parameters(self, dividers: Dividers) -> Mapping[str, int] | None:
        """The cell's parameters, None for dividers that it does not have."""
        within = (
            dividers.input in self.inputs
            and dividers.multiplier in self.multipliers
            and dividers.output in self.outputs
        )
        setting = self.setting(dividers) if within else None
        return None if setting is None else MappingProxyType(setting)

    def misfit(self, dividers: Dividers, hz: int) -> str | None:
        """What is out of range for an input of ``hz``, in words; None if nothing is."""
        places = (
            ("input", Fraction(hz), self.input),
            ("phase detector", dividers.detector(hz), self.detector),
            ("VCO", dividers.vco(hz), self.vco),
            ("output", dividers.frequency(hz), self.output),
        )
        for place, frequency, allowed in places:
            if frequency not in allowed:
                return f"the {place} of {self.primitive} must run at {allowed}, not {format_mhz(frequency)}"
        return None


def format_mhz(hz: Fraction | int) -> str:
    """Hz as MHz, with as many places as it takes, at most six."""
    whole, rest = divmod(round(hz), _MEGA)
    return f"{whole}.{rest:06}".rstrip("0").rstrip(".")


def _max10(dividers: Dividers) -> dict[str, int]:
    """The ratio alone: Quartus chooses the three counters, N, M and C, itself."""
    multiply, divide = dividers.multiplier, dividers.input * dividers.output
    common = gcd(multiply, divide)
    return {"clk0_multiply_by": multiply // common, "clk0_divide_by": divide // common}


_ECP5_FEEDBACK = 80


def _ecp5(dividers: Dividers) -> dict[str, int] | None:
    """One output that is also fed back if that gives the multiplier, else a second output for the clock."""
    own = {"CLKI_DIV": dividers.input}
    if dividers.multiplier % dividers.output == 0 and dividers.multiplier // dividers.output <= _ECP5_FEEDBACK:
        return own | {"CLKFB_DIV": dividers.multiplier // dividers.output, "CLKOP_DIV": dividers.output}
    for output in range(2, dividers.multiplier + 1):
        # At least 2, so that what is fed back stays within the range of an output.
        feedback, rest = divmod(dividers.multiplier, output)
        if rest == 0 and feedback <= _ECP5_FEEDBACK and output <= 128:
            return own | {"CLKFB_DIV": feedback, "CLKOP_DIV": output, "CLKOS_DIV": dividers.output}
    return None


def _ice40(dividers: Dividers) -> dict[str, int]:
    return {
        "DIVR": dividers.input - 1,
        "DIVF": dividers.multiplier - 1,
        "DIVQ": dividers.output.bit_length() - 1,
    }


def _gowin(dividers: Dividers) -> dict[str, int] | None:
    """The output is fed back, so the multiplier is a multiple of its divider."""
    feedback, rest = divmod(dividers.multiplier, dividers.output)
    if rest or not 1 <= feedback <= 64:
        return None
    return {"IDIV_SEL": dividers.input - 1, "FBDIV_SEL": feedback - 1, "ODIV_SEL": dividers.output}


def _ice40_pll(primitive: str) -> Pll:
    return Pll(
        primitive,
        input=Range(10 * _MEGA, 133 * _MEGA),
        detector=Range(10 * _MEGA, 133 * _MEGA),
        vco=Range(533 * _MEGA, 1066 * _MEGA),
        output=Range(16 * _MEGA, 275 * _MEGA),
        inputs=range(1, 17),
        multipliers=range(1, 129),
        outputs=tuple(1 << shift for shift in range(1, 7)),
        setting=_ice40,
    )


_GOWIN_OUTPUTS = (2, 4, 8, 16, 32, 48, 64, 80, 96, 112, 128)

PLLS: Mapping[str, tuple[Pll, ...]] = MappingProxyType(
    {
        # Intel 683794, with the output of the slowest speed grade:
        # https://intel.com/content/www/cn/zh/docs/programmable/683794/current/pll-specifications.html
        # 683047 for the output's divider, a high and a low time of 8 bits each; LiteX has the same for the other two:
        # https://intel.com/content/www/us/en/docs/programmable/683047/21-1/post-scale-counters-c0-to-c4.html
        # https://github.com/enjoy-digital/litex/blob/14e196ab/litex/soc/cores/clock/intel_max10.py
        # The least output is that of the slowest VCO by the greatest divider; the data sheet states none.
        "quartus": (
            Pll(
                "altpll",
                input=Range(5 * _MEGA, 472_500_000),
                detector=Range(5 * _MEGA, 325 * _MEGA),
                vco=Range(600 * _MEGA, 1300 * _MEGA),
                output=Range(600 * _MEGA // 512, 402_500_000),
                inputs=range(1, 513),
                multipliers=range(1, 513),
                outputs=range(1, 513),
                setting=_max10,
                families=("MAX 10",),
            ),
        ),
        # Lattice FPGA-DS-02012, "sysCLOCK PLL Timing", and FPGA-TN-02200 for the dividers.
        "ecp5": (
            Pll(
                "EHXPLLL",
                input=Range(8 * _MEGA, 400 * _MEGA),
                detector=Range(10 * _MEGA, 400 * _MEGA),
                vco=Range(400 * _MEGA, 800 * _MEGA),
                output=Range(3_125_000, 400 * _MEGA),
                inputs=range(1, 129),
                multipliers=range(1, _ECP5_FEEDBACK + 1),
                outputs=range(1, 129),
                setting=_ecp5,
            ),
        ),
        # Lattice FPGA-DS-02008, "sysCLOCK PLL Timing", and FPGA-TN-02052 for the dividers.
        "ice40": (_ice40_pll("SB_PLL40_CORE"), _ice40_pll("SB_PLL40_PAD")),
        # Gowin DS226E (GW2AR) and DS117E (GW1NR-9), the frequencies that both allow; UG286E for the dividers.
        "gowin": (
            Pll(
                "rPLL",
                input=Range(3 * _MEGA, 400 * _MEGA),
                detector=Range(3 * _MEGA, 400 * _MEGA),
                vco=Range(500 * _MEGA, 1200 * _MEGA),
                output=Range(4 * _MEGA, 600 * _MEGA),
                inputs=range(1, 65),
                multipliers=range(1, 64 * 128 + 1),
                outputs=_GOWIN_OUTPUTS,
                setting=_gowin,
            ),
        ),
    }
)
"""The PLLs of each toolchain's families, the usual one first."""


def find_plls(toolchain: str, family: str | None = None, primitive: str | None = None) -> tuple[Pll, ...]:
    """The PLLs of a toolchain that a family has, and only that primitive if one is given."""
    return tuple(
        pll
        for pll in PLLS[toolchain]
        if primitive in (None, pll.primitive) and (family is None or not pll.families or family in pll.families)
    )
