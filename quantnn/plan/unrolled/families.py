"""Delays of the device families that boards have, and the registers that a clock needs with them."""

from __future__ import annotations

from quantnn.plan.unrolled.delays import Delays
from quantnn.plan.unrolled.schedule import Pipelining

__all__ = ["pipelining"]

_FAMILIES = {
    "ECP5": Delays(register=1300, lut=1300, adder=1900, carry=45, fanout=150),
    "MAX 10": Delays(register=1000, lut=1200, adder=1800, carry=60, fanout=200),
    "iCE40": Delays(register=3000, lut=3500, adder=4500, carry=280, fanout=400),
    "GW": Delays(register=1500, lut=1600, adder=2200, carry=60, fanout=200),
}
"""By the beginning of the family's name. Estimates: a LUT or carry chain with the wire in front of it."""

_SLOWEST = _FAMILIES["iCE40"]
"""Of a family that nobody knows."""


def pipelining(family: str, clock_hz: int, every: int | None = None) -> Pipelining:
    """Registers behind so many levels of adders, or as a clock needs them on a device family."""
    if every is not None:
        return Pipelining(every)
    delays = next((known for name, known in _FAMILIES.items() if family.startswith(name)), _SLOWEST)
    return Pipelining(max(1, 10**12 // clock_hz), delays)
