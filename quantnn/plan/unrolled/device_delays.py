"""Delays of device families, by the toolchain that boards name.

Taken from the critical paths that nextpnr reported for eight outputs of a dense layer (16 inputs of 8 bits, weights of
6 bits and half of them 0), three levels to a stage and alone in the device: cells as they stand there, wires as they
were on the average. A device that is full, or a layer that is wider, has longer wires. What a value's readers add was
seen in a whole network on an ECP5 of speed grade 8: 1.5 to 2 ns for some twenty of them; the others' is in proportion.
"""

from __future__ import annotations

from quantnn.plan.unrolled.delays import Delays

__all__ = ["DEVICE_DELAYS"]

DEVICE_DELAYS = {
    # nextpnr-ecp5 for an LFE5U-85F of speed grade 6: 128.9 MHz.
    "ecp5": Delays(register=650, lut=1600, adder=2250, carry=35, fanout=500),
    # nextpnr-ice40 for an iCE40 UP5K: 39.5 MHz. A difference takes a LUT in front of its chain, a sum none; this is
    # the mean of both.
    "ice40": Delays(register=2200, lut=3000, adder=6000, carry=280, fanout=1000),
    # nextpnr-himbaechel for a GW2AR-18 C8/I7: 160.3 MHz.
    "gowin": Delays(register=270, lut=1450, adder=1900, carry=36, fanout=400),
    # MAX 10 was not measured, as no free tool routes it: those of the ECP5, with the slower carry of one bit per cell.
    "quartus": Delays(register=700, lut=1700, adder=2300, carry=66, fanout=500),
}
