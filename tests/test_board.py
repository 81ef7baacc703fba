import re
from pathlib import Path

import pytest

import quantnn.boards
from quantnn.board import board_names, load_board
from quantnn.errors import InputError

DE10_LITE = Path(quantnn.boards.__file__).with_name("de10_lite.toml")

# Terasic System Builder's assignments, in https://github.com/janaite/fpga-de10lite-golden-top (9bb0bd1).
WELL_KNOWN_PINS = {
    "ADC_CLK_10": "N5",
    "MAX10_CLK1_50": "P11",
    "MAX10_CLK2_50": "N14",
    "KEY[0]": "B8",
    "KEY[1]": "A7",
    "SW[0]": "C10",
    "SW[9]": "F15",
    "LEDR[0]": "A8",
    "LEDR[9]": "B11",
    "HEX0[0]": "C14",
    "HEX0[7]": "D15",
    "HEX5[6]": "N20",
    "GPIO[0]": "V10",
    "GPIO[35]": "AA2",
    "GSENSOR_INT[1]": "Y14",
    "DRAM_CKE": "N22",
    "VGA_VS": "N1",
    "ARDUINO_RESET_N": "F16",
}

# JEDEC rows and columns of a 484-ball, 22 × 22 package.
F484_PIN = re.compile(r"(?:[A-HJ-NPRTUVWY]|A[AB])(?:[1-9]|1[0-9]|2[0-2])")


@pytest.mark.parametrize("name", board_names())
def test_every_board_loads_and_is_called_what_its_file_is(name):
    assert load_board(name).name == name


@pytest.mark.parametrize("name", board_names())
def test_every_fact_has_a_source_that_is_an_address_and_every_source_states_a_fact(name):
    board = load_board(name)
    assert all(fact.source for fact in board.facts)
    assert {source for fact in board.facts for source in fact.source} == set(board.sources)
    assert all(re.match(r"https?://\S+$", address) for address in board.sources.values())


def test_the_de10_lite_has_its_185_signals_on_distinct_balls_of_the_package():
    bits = load_board("de10-lite").bits
    assert len(bits) == len(set(bits.values())) == 185
    assert all(F484_PIN.fullmatch(pin) for pin in bits.values())


def test_well_known_pins_of_the_de10_lite():
    assert WELL_KNOWN_PINS.items() <= load_board("de10-lite").bits.items()


def test_levels_and_standards_of_the_de10_lite():
    groups = {group.name: group for group in load_board("de10-lite").pins}
    low = {name for name in ("button", "switch", "led", "display") if groups[name].active_low}
    assert low == {"button", "display"}
    schmitt = {name for name, group in groups.items() if group.io_standard == "3.3 V SCHMITT TRIGGER"}
    assert schmitt == {"button", "arduino_reset"}
    assert {group.io_standard for group in groups.values()} == {"3.3-V LVTTL", "3.3 V SCHMITT TRIGGER"}


def test_the_device_and_resources_of_the_de10_lite():
    board = load_board("de10-lite")
    assert (board.device.family, board.device.part) == ("MAX 10", "10M50DAF484C7G")
    assert (board.resources.logic.unit, board.resources.logic.count) == ("LE", 49_760)
    ram = board.resources.block_ram
    assert (ram.name, ram.count, ram.bits, ram.count * ram.bits) == ("M9K", 182, 9216, 1_677_312)
    assert (256, 36) in ram.shapes and (8192, 1) in ram.shapes
    multipliers = board.resources.multipliers
    assert multipliers.count == 288
    assert [(mode.operands, mode.elements) for mode in multipliers.modes] == [((9, 9), 1), ((18, 18), 2)]
    assert board.clock_frequency == 50_000_000


def test_the_de10_lite_initializes_memory():
    settings = {setting.name: setting.value for setting in load_board("de10-lite").toolchain.settings}
    assert settings["INTERNAL_FLASH_UPDATE_MODE"] == "SINGLE IMAGE WITH ERAM"


def test_a_board_of_your_own_is_a_file(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(DE10_LITE.read_text().replace('name = "de10-lite"', 'name = "own"'))
    assert load_board(own).name == load_board(str(own)).name == "own"


def test_an_unknown_board_is_refused_with_the_names_of_the_known():
    with pytest.raises(InputError) as error:
        load_board("de10-nano")
    assert str(error.value) == "A board must be one of de10-lite, or a .toml file, not 'de10-nano'"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('default_clock = "clk50"', "", "default_clock must be a non-empty string, but is missing"),
        (
            'default_clock = "clk50"',
            'default_clock = "led"',
            "default_clock must be a pin group with a frequency (clk50, clk10), not 'led'",
        ),
        ('name = "quartus"', 'name = "vivado"', "toolchain.name must be one of quartus, not 'vivado'"),
        (
            'direction = "bidirectional"',
            'direction = "both"',
            "pins.gpio.direction must be one of input, output, bidirectional, not 'both'",
        ),
        ('active = "low"', 'active = "never"', "pins.button.active must be one of high, low, not 'never'"),
        (
            'active = "low"',
            'activ = "low"',
            "pins.button.activ is no field of this table; correct or remove it",
        ),
        ('speed = "C7"', "speed = 7", "device.speed must be a non-empty string, not 7"),
        ("count = 182", "count = 0", "resources.block_ram.count must be an integer of at least 1, not 0"),
        ('"B8 A7"', '"B8 A7x"', "pins.button: signals.KEY must list pins like P11 or 35, not 'A7x'"),
        ('"B8 A7"', '"B8 P11"', "pins must be used once, but P11 is both MAX10_CLK1_50 and KEY[1]"),
        ("signals.DRAM_CKE", 'signals."KEY[0]"', "pins must name each signal once, but KEY[0] stands twice"),
        (
            'source = ["limesdr-mini"]',
            "",
            "toolchain.settings[4].source must be an array of strings, but is missing",
        ),
    ],
)
def test_a_mistake_in_a_board_is_named_by_file_field_and_what_is_allowed(tmp_path, old, new, message):
    text = DE10_LITE.read_text()
    assert old in text
    own = tmp_path / "own.toml"
    own.write_text(text.replace(old, new, 1))
    with pytest.raises(InputError) as error:
        load_board(own)
    assert str(error.value) == f"{own}: {message}"


def test_an_unknown_source_is_refused(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(DE10_LITE.read_text().replace('source = ["limesdr-mini"]', 'source = ["hearsay"]'))
    with pytest.raises(InputError, match=r"own\.toml: source must be one of golden-top, .*, not 'hearsay'$"):
        load_board(own)
