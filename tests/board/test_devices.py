"""What nextpnr is told of a device, as its own help and documentation name the devices."""

from dataclasses import replace

import pytest
from amaranth.vendor import LatticePlatform, SiliconBluePlatform

from quantnn.board.board import load_board
from quantnn.board.devices import device_mistake, nextpnr_options
from quantnn.board.fpga import Device

ULX3S, ICEBREAKER, TANG = (load_board(name).device for name in ("ulx3s-85f", "icebreaker", "tang-nano-20k"))


def test_the_boards():
    assert nextpnr_options("ecp5", ULX3S) == ("--85k", "--package", "CABGA381", "--speed", "6")
    assert nextpnr_options("ice40", ICEBREAKER) == ("--up5k", "--package", "sg48")
    assert nextpnr_options("gowin", TANG) == ("--device", "GW2AR-LV18QN88C8/I7", "--vopt", "family=GW2A-18C")


@pytest.mark.parametrize(
    ("toolchain", "known"),
    [
        ("ecp5", LatticePlatform._nextpnr_device_options),
        ("ice40", SiliconBluePlatform._nextpnr_device_options),
    ],
)
def test_devices_are_named_as_amaranth_names_them(toolchain, known):
    """But for the UP3K, which nextpnr has got an option for in the meantime."""
    device = {"ecp5": ULX3S, "ice40": ICEBREAKER}[toolchain]
    both = [name for name in known if device_mistake(toolchain, replace(device, device=name)) is None]
    assert len(both) >= 7
    for name in set(both) - {"iCE40UP3K"}:
        assert nextpnr_options(toolchain, replace(device, device=name))[0] == known[name]


@pytest.mark.parametrize(
    ("toolchain", "device", "message"),
    [
        (
            "ecp5",
            replace(ULX3S, device="LFE5U-65F"),
            "device.device must be one of LFE5U-12F, LFE5U-25F, LFE5U-45F, LFE5U-85F, LFE5UM-25F, LFE5UM-45F, "
            "LFE5UM-85F, LFE5UM5G-25F, LFE5UM5G-45F, LFE5UM5G-85F for toolchain ecp5, not 'LFE5U-65F'",
        ),
        (
            "ecp5",
            replace(ULX3S, package="CABGA381"),
            "device.package must be one of BG256, MG285, BG381, BG554, BG756 for toolchain ecp5, not 'CABGA381'",
        ),
        ("ecp5", replace(ULX3S, speed=""), "device.speed must be one of 6, 7, 8 for toolchain ecp5, not ''"),
        (
            "ice40",
            replace(ICEBREAKER, device="UP5K"),
            "device.device must be one of iCE40LP384, iCE40LP1K, iCE40LP8K, iCE40HX1K, iCE40HX8K, iCE40UP3K, iCE40UP5K"
            " for toolchain ice40, not 'UP5K'",
        ),
        (
            "gowin",
            replace(TANG, family="GW5A-25"),
            "device.family must be one of GW1N-1, GW1NZ-1, GW1N-4, GW1NR-4, GW1N-9, GW1NR-9, GW1N-9C, GW1NR-9C,"
            " GW2A-18, GW2AR-18, GW2A-18C, GW2AR-18C for toolchain gowin, not 'GW5A-25'",
        ),
    ],
)
def test_a_device_that_nextpnr_does_not_know_is_named_with_those_it_knows(toolchain, device, message):
    assert device_mistake(toolchain, device) == message


def test_quartus_knows_its_devices_itself():
    assert device_mistake("quartus", Device("any", "any", "any", "any", ("here",), "any")) is None
    with pytest.raises(ValueError, match=r"^toolchain must be one that runs nextpnr, not quartus$"):
        nextpnr_options("quartus", ULX3S)
