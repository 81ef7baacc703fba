"""The logic of device families, by the toolchain that boards name."""

from __future__ import annotations

from quantnn.adders.logic_target import ECP5, ICE40, LOGIC_ELEMENTS

__all__ = ["DEVICE_LOGIC"]

DEVICE_LOGIC = {"ecp5": ECP5, "ice40": ICE40, "gowin": LOGIC_ELEMENTS, "quartus": LOGIC_ELEMENTS}
