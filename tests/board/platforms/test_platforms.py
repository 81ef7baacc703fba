import pytest
from pin_design import written

from quantnn.board.board import board_names, load_board
from quantnn.board.platforms import make_platform
from quantnn.plan.clock import ClockPlan

SUFFIXES = {
    "quartus": {"qpf", "qsf", "sdc", "v"},
    "ecp5": {"lpf", "v"},
    "ice40": {"pcf", "v"},
    "gowin": {"cst", "sdc", "v"},
}


@pytest.mark.parametrize("name", board_names())
def test_every_board_has_the_files_of_its_tools_and_no_others_and_always_the_same(name):
    board = load_board(name)
    files = written(board, ("led", 0))
    assert set(files) == {f"blinker.{suffix}" for suffix in SUFFIXES[board.toolchain.name]}
    assert files == written(board, ("led", 0))
    for content in files.values():
        assert "placeholder" not in content and "src =" not in content and "/home" not in content


@pytest.mark.parametrize("name", board_names())
def test_a_platform_knows_its_board_and_its_clock(name):
    board = load_board(name)
    platform = make_platform(board, ["a.v"])
    assert platform.board is board and platform.design_files == ("a.v",)
    assert platform.clock == ClockPlan(board.clock_frequency)


def test_a_clock_can_be_given():
    board = load_board("ulx3s-85f")
    plan = board.plan_clock(100_000_000)
    assert make_platform(board, clock=plan).clock is plan
