from pathlib import Path

import pytest

from quantnn.board.names import board_names, check_board_name
from quantnn.errors import InputError


def test_names_are_those_of_the_files():
    files = Path(__file__).parents[2].joinpath("boards").glob("*.toml")
    assert {name.replace("-", "_") for name in board_names()} == {file.stem for file in files}


@pytest.mark.parametrize("name", [*board_names(), "own.toml", Path("folder", "own.toml")])
def test_what_may_be_a_board(name):
    check_board_name(name)


@pytest.mark.parametrize("name", ["", "de10_lite", "DE10-LITE", "own.tom", Path("folder")])
def test_what_is_none(name):
    with pytest.raises(InputError, match=rf"A board must be one of .*de10-lite.*, not '{name}'$"):
        check_board_name(name)
