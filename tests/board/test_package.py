"""Pins of packages: against the grids that packages have, and against the tools' own databases."""

import runpy
from dataclasses import replace
from pathlib import Path

import pytest

from quantnn.board.board import board_names, load_board
from quantnn.board.fpga import Device
from quantnn.board.package import expanded, package_pins, pin_mistake

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "package_pins.py"
ECP5 = Device("ECP5", "LFE5U-25F", "BG256", "LFE5U-25F-6BG256C", ("here",), "6")
MAX10 = Device("MAX 10", "10M50DA", "F484", "10M50DAF484C7G", ("here",))


def test_pins_are_written_as_rows_with_runs_of_columns():
    assert expanded("A2-4,7 AB10 12") == ["A2", "A3", "A4", "A7", "AB10", "12"]
    assert expanded("") == []


@pytest.mark.parametrize("name", board_names())
def test_the_packages_of_all_our_boards_are_known(name):
    board = load_board(name)
    pins = package_pins(board.toolchain.name, board.device)
    assert set(board.bits.values()) <= pins and len(pins) > 30


@pytest.mark.parametrize("pin", ["ZZ99", "A1", "I5", "A17", "U1", "5"])
def test_a_pin_that_the_package_has_not_is_named(pin):
    """16 rows from A to T without I, O, Q and S, 16 columns; the corner A1 is ground."""
    assert pin_mistake("ecp5", ECP5, pin) == (
        f"be a pin of LFE5U-25F-6BG256C in BG256, which has 197 from A2 to T15, not {pin}"
    )
    assert pin_mistake("ecp5", ECP5, "T15") is None


@pytest.mark.parametrize(
    ("package", "there", "gone"),
    [
        ("F484", ["A1", "Y22", "AA1", "AB22"], ["AC1", "A23", "I1", "O1", "Q1", "S1", "X1", "Z1", "A0"]),
        ("F256", ["A1", "T16"], ["U1", "A17"]),
        ("F672", ["A2", "AF25"], ["A1", "A26", "AF1", "AF26", "AG1", "A27"]),
        ("U169", ["N13"], ["P1", "A14"]),
        ("E144", ["1", "144"], ["0", "145", "A1"]),
    ],
)
def test_packages_of_max_10_are_grids(package, there, gone):
    device = replace(MAX10, package=package)
    assert [pin for pin in there if pin_mistake("quartus", device, pin)] == []
    assert [pin for pin in gone if not pin_mistake("quartus", device, pin)] == []


@pytest.mark.parametrize(
    ("toolchain", "device"),
    [
        ("quartus", replace(MAX10, family="Cyclone V")),
        ("quartus", replace(MAX10, package="M153")),
        ("ecp5", replace(ECP5, package="BG900")),
        ("gowin", replace(ECP5, part="GW2AR-LV18QN888C8/I7")),
    ],
)
def test_of_an_unknown_package_nothing_is_said(toolchain, device):
    assert package_pins(toolchain, device) is None and pin_mistake(toolchain, device, "ZZ99") is None


@pytest.mark.slow
def test_the_tables_are_those_of_the_tools():
    script = runpy.run_path(str(SCRIPT))
    assert script["PLACE"].read_text() == script["json"].dumps(script["tables"](), indent=1) + "\n"


@pytest.mark.parametrize("package", ["WLCSP", "F48A", "E", "484"])
def test_of_a_package_of_max_10_whose_name_says_no_count_nothing_is_said(package):
    assert package_pins("quartus", replace(MAX10, package=package)) is None
