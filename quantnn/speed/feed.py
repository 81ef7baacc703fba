"""What a core takes in, and what could bring that."""

from __future__ import annotations

from dataclasses import dataclass

from quantnn.network.network import IntegerNetwork
from quantnn.speed.fpga import FpgaSpeed, LinkSpeed
from quantnn.speed.verdict import rate

__all__ = ["SDRAM_BITS_PER_SECOND", "Feed", "bit_rate"]

SDRAM_BITS_PER_SECOND = 16 * 143e6
"""What the SDRAM of a board like the DE10-Lite gives at the very most, without a pause for rows or refresh: 16 data
lines (DE10-Lite User Manual, "Using SDRAM") at 143 MHz (ISSI IS42S16320F, speed grade -7)."""


@dataclass(frozen=True)
class Feed:
    """The stream into a core that never waits for its samples.

    Parameters
    ----------
    sample_bits : int
        Of a sample, as the core takes it; at least 1.
    core : FpgaSpeed
    link : LinkSpeed or None
    """

    sample_bits: int
    core: FpgaSpeed
    link: LinkSpeed | None

    def __post_init__(self) -> None:
        if self.sample_bits < 1:
            raise ValueError(f"A sample must have at least 1 bit, not {self.sample_bits}")

    @classmethod
    def of(cls, network: IntegerNetwork, core: FpgaSpeed, link: LinkSpeed | None) -> Feed:
        """What samples of a network take."""
        return cls(network.in_features * network.input.width, core, link)

    @property
    def bits_per_second(self) -> float:
        """What the core needs, at its clock and interval."""
        return self.sample_bits * self.core.samples_per_second

    @property
    def link_bits_per_second(self) -> float | None:
        """Bits of samples that the board's link brings; None without one."""
        return None if self.link is None else self.sample_bits / self.link.sample_seconds

    @property
    def by_link(self) -> bool:
        """Whether the link brings enough."""
        brought = self.link_bits_per_second
        return brought is not None and brought >= self.bits_per_second

    @property
    def by_sdram(self) -> bool:
        """Whether an SDRAM could bring enough, at its best."""
        return self.bits_per_second <= SDRAM_BITS_PER_SECOND

    @property
    def sentences(self) -> tuple[str, ...]:
        """What feeds the core, and what does not."""
        core, needed = self.core, bit_rate(self.bits_per_second)
        cycles = f"{core.interval:g} cycles" if core.interval != 1 else "cycle"
        said = f"feeding the core: {self.sample_bits:,} bits every {cycles} at {core.clock} are {needed}"
        brought = self.link_bits_per_second
        memory = f"a 16-bit SDRAM at 143 MHz at most {bit_rate(SDRAM_BITS_PER_SECOND)}"
        sources = memory if brought is None else f"the link brings {bit_rate(brought)}, {memory}"
        if self.by_link:
            return (f"{said}; {sources}",)
        if self.by_sdram:
            return (f"{said}; {sources}", "only samples in memory on the board, or from a sensor, keep the core busy")
        return (f"{said}; {sources}", "only samples on the chip, or from a sensor at its pins, keep the core busy")


def bit_rate(bits_per_second: float) -> str:
    """Bits per second to three digits, in the unit that suits them."""
    for unit, size in (("Gbit/s", 1e9), ("Mbit/s", 1e6), ("kbit/s", 1e3)):
        if bits_per_second >= 0.9995 * size:
            return f"{rate(bits_per_second / size)} {unit}"
    return f"{rate(bits_per_second)} bit/s"
