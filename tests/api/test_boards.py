import pytest

from quantnn.api.boards import board_names, describe_board, describe_boards
from quantnn.errors import InputError


def test_all_boards_with_their_facts():
    found = describe_boards()
    assert [board["name"] for board in found.values] == list(board_names())
    assert all(name in found._repr_html_() for name in board_names())
    assert describe_board("icebreaker").values in found.values
    assert "up5k" in describe_board("icebreaker")._repr_html_().lower()


def test_no_such_board():
    with pytest.raises(InputError, match="A board must be one of"):
        describe_board("de10-nano")
