"""docs/boards.md tells of every field of a board, of every board, and its example is a board."""

import re
import tomllib

import pytest
from pages import ROOT, blocks

from quantnn.board.board import board_names, load_board
from quantnn.errors import InputError
from quantnn.plan.pll import PLLS, format_mhz

PAGE = ROOT / "docs/boards.md"
TEXT = PAGE.read_text()


def fields(table):
    """The names of the fields of a table and of those in it; what a file names itself is left out."""
    for name, value in table.items():
        yield name
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict) and name not in ("sources", "signals", "attributes"):
                yield from fields(inner)


def test_every_field_that_a_board_uses_is_described():
    own = {group.name for name in board_names() for group in load_board(name).pins}
    used = {field for file in ROOT.glob("boards/*.toml") for field in fields(tomllib.loads(file.read_text()))}
    assert "flash_arguments" in used and "attributes" in used
    for field in used - own:
        assert re.search(rf"\b{field}\b", TEXT), field


@pytest.mark.parametrize("name", board_names())
def test_every_board_has_its_row(name):
    board = load_board(name)
    (row,) = re.findall(rf"^\| `{name}` \|.*$", TEXT, re.MULTILINE)
    assert f"{format_mhz(board.clock_frequency)} MHz" in row
    assert ("PLL" in row) == bool(board.plls)


@pytest.fixture
def example(tmp_path):
    file = tmp_path / "myboard.toml"
    file.write_text(blocks(PAGE, "toml")[0])
    return file


def test_the_example_is_a_board(example):
    board = load_board(example)
    assert board.name == "myboard" and board.plan_clock(100_000_000).frequency_hz == 100_000_000


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"BG256"', '"CABGA256"'),
        ('signals.UART_RX = "T14"', 'signals.UART_RX = "P11"'),
        ('active = "low"', 'activ = "low"'),
    ],
)
def test_the_errors_are_those_that_quantnn_gives(example, old, new):
    example.write_text(example.read_text().replace(old, new, 1))
    with pytest.raises(InputError) as error:
        load_board(example)
    said = str(error.value).replace(str(example), "myboard.toml")
    assert said in blocks(PAGE, "")[0].splitlines()


@pytest.mark.parametrize("pll", [pll for plls in PLLS.values() for pll in plls], ids=lambda pll: pll.primitive)
def test_the_ranges_of_the_plls_are_those_of_the_search(pll):
    (row,) = re.findall(rf"^\|.*\b{pll.primitive}\b.*$", TEXT.split("## Clocks")[1], re.MULTILINE)
    for limits in (pll.output, pll.detector, pll.vco):
        assert f"{format_mhz(limits.lo)} … {format_mhz(limits.hi)} MHz" in row
