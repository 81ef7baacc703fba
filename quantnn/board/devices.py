"""Devices that nextpnr places and routes, and what it is told of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from quantnn.board.fpga import Device

__all__ = ["ECP5_PACKAGES", "GOWIN_FAMILIES", "device_mistake", "io_mistake", "nextpnr_options", "packer_options"]

_ECP5_DEVICES = {
    f"LFE5U{kind}-{size}F": f"--{option}{size}k"
    for kind, option in {"": "", "M": "um-", "M5G": "um5g-"}.items()
    for size in (12, 25, 45, 85)
    if not kind or size > 12
}
ECP5_PACKAGES = {
    "BG256": "CABGA256",
    "MG285": "CSFBGA285",
    "BG381": "CABGA381",
    "BG554": "CABGA554",
    "BG756": "CABGA756",
}
_ECP5_SPEEDS = ("6", "7", "8")
_ICE40_DEVICES = {
    f"iCE40{size}": f"--{size.lower()}" for size in ("LP384", "LP1K", "LP8K", "HX1K", "HX8K", "UP3K", "UP5K")
}
GOWIN_FAMILIES = {
    "GW1N-1": "GW1N-1",
    "GW1NZ-1": "GW1NZ-1",
    "GW1N-4": "GW1N-4",
    "GW1NR-4": "GW1N-4",
    "GW1N-9": "GW1N-9",
    "GW1NR-9": "GW1N-9",
    "GW1N-9C": "GW1N-9C",
    "GW1NR-9C": "GW1N-9C",
    "GW2A-18": "GW2A-18",
    "GW2AR-18": "GW2A-18",
    "GW2A-18C": "GW2A-18C",
    "GW2AR-18C": "GW2A-18C",
}
"""The die of each family, whose name nextpnr and gowin_pack take; an R stands for memory beside it."""

_FIELDS: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = MappingProxyType(
    {
        "quartus": (),
        "ecp5": (("device", (*_ECP5_DEVICES,)), ("package", (*ECP5_PACKAGES,)), ("speed", _ECP5_SPEEDS)),
        "ice40": (("device", (*_ICE40_DEVICES,)),),
        "gowin": (("family", (*GOWIN_FAMILIES,)),),
    }
)


_ECP5_IO = """
BLVDS25 BLVDS25E HSUL12 HSUL12D LVCMOS12 LVCMOS12D LVCMOS15 LVCMOS15D LVCMOS18 LVCMOS18D LVCMOS25 LVCMOS25D LVCMOS33
LVCMOS33D LVDS LVDS25E LVPECL33 LVPECL33E LVTTL33 MLVDS25 MLVDS25E SLVS SSTL135D_I SSTL135D_II SSTL135_I SSTL135_II
SSTL15D_I SSTL15D_II SSTL15_I SSTL15_II SSTL18D_I SSTL18D_II SSTL18_I SSTL18_II SUBLVDS
"""
"""Of the pads, in the tile data of Project Trellis."""
_IO_STANDARDS = {"ecp5": tuple(_ECP5_IO.split())}


def io_mistake(toolchain: str, io_standard: str) -> str | None:
    """What an I/O standard must be, in words that go on after "must"; None where nothing is known against it."""
    allowed = _IO_STANDARDS.get(toolchain)
    if allowed is None or io_standard in allowed:
        return None
    return f"be one of {', '.join(allowed)} for toolchain {toolchain}, not {io_standard!r}"


def device_mistake(toolchain: str, device: Device) -> str | None:
    """Which field of a device the toolchain does not know, and what it may be; None if it knows them all."""
    for name, allowed in _FIELDS[toolchain]:
        value = getattr(device, name)
        if value not in allowed:
            return f"device.{name} must be one of {', '.join(allowed)} for toolchain {toolchain}, not {value!r}"
    return None


def nextpnr_options(toolchain: str, device: Device) -> tuple[str, ...]:
    """Arguments of nextpnr that name the device, of one that :func:`device_mistake` lets pass."""
    if toolchain == "ecp5":
        package = ("--package", ECP5_PACKAGES[device.package])
        return (_ECP5_DEVICES[device.device], *package, "--speed", device.speed)
    if toolchain == "ice40":
        return (_ICE40_DEVICES[device.device], "--package", device.package.lower())
    if toolchain == "gowin":
        return ("--device", device.part, "--vopt", f"family={GOWIN_FAMILIES[device.family]}")
    raise ValueError(f"toolchain must be one that runs nextpnr, not {toolchain}")


def packer_options(toolchain: str, device: Device) -> tuple[str, ...]:
    """Arguments of the program that makes the bitstream, before the names of its files."""
    return {"ecp5": ("--compress",), "gowin": ("-d", GOWIN_FAMILIES.get(device.family, ""))}.get(toolchain, ())
