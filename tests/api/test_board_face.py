import pytest

from quantnn.api.board_face import BoardFace
from quantnn.hdl.board.seven_segment import DASH, DIGITS
from quantnn.sim.board_simulation import Shown

DISPLAYS = BoardFace((("LEDR", 4),), (("HEX0", 8), ("HEX1", 8), ("HEX2", 7)))
LAMPS = BoardFace((("red", 1), ("green", 1), ("LED", 3)), ())


def test_ports_are_those_of_pins_json():
    groups = {
        "led": [{"port": "LEDR", "bits": 4, "active_low": True}],
        "display": [{"port": "HEX0", "bits": 8}, {"port": "HEX1", "bits": 8}, {"port": "HEX2", "bits": 7}],
        "switch": [{"port": "SW", "bits": 10}],
    }
    assert BoardFace.of_groups(groups) == DISPLAYS
    assert BoardFace.of_groups({}) == BoardFace((), ())


def test_displays_and_lamps_as_they_stand_on_the_board():
    """The lowest is on the right: an 8, nothing but its point, and a 4."""
    shown = Shown(led=0b1010, display=DIGITS[8] << 16 | 0x80 << 8 | DIGITS[4])
    assert DISPLAYS.drawing(shown).split("\n") == [
        "   _",
        "  |_|         |_|",
        "  |_|      .    |",
        "",
        "  LEDR  ● ○ ● ○",
    ]
    assert DISPLAYS.line(shown) == "LEDR 1010, displays [8 .4]"


@pytest.mark.parametrize("segment", range(7))
def test_every_segment_is_where_it_is_on_the_display(segment):
    """a on top, b and c on the right, d at the bottom, e and f on the left, g in the middle."""
    face = BoardFace((), (("HEX", 7),))
    rows = [row.ljust(6)[2:5] for row in face.drawing(Shown(0, 1 << segment)).split("\n")[:3]]
    row, column = {0: (0, 1), 1: (1, 2), 2: (2, 2), 3: (2, 1), 4: (2, 0), 5: (1, 0), 6: (1, 1)}[segment]
    expected = [[" "] * 3 for _ in range(3)]
    expected[row][column] = "_" if column == 1 else "|"
    assert rows == ["".join(row) for row in expected]


def test_lamps_of_several_ports():
    shown = Shown(led=0b011_0_1, display=0)
    assert LAMPS.drawing(shown) == "  red    ●\n  green  ○\n  LED    ○ ● ●"
    assert LAMPS.drawing(shown, lit="#", dark=".") == "  red    #\n  green  .\n  LED    . # #"
    assert LAMPS.line(shown) == "red 1, green 0, LED 011"


@pytest.mark.parametrize("digit", range(16))
def test_digits_are_read(digit):
    shown = Shown(0, DASH << 8 | DIGITS[digit])
    assert BoardFace((), (("HEX0", 8), ("HEX1", 8))).line(shown) == f"displays [-{digit:X}]"


def test_what_is_no_digit():
    assert BoardFace((), (("HEX0", 8),)).line(Shown(0, 0b1000)) == "displays [?]"


def test_nothing_to_show():
    assert BoardFace((), ()).line(Shown(0, 0)) == BoardFace((), ()).drawing(Shown(0, 0)) == ""
