from dataclasses import replace

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.board.board import load_board
from quantnn.design.board_part import BoardPart
from quantnn.design.report import LinkEntry
from quantnn.plan.board import BoardPlan
from quantnn.plan.cost import Cost
from quantnn.plan.link import LinkPlan

INPUT = BeatFormat(64, IntegerRange(0, 31), 13)
OUTPUT = BeatFormat(10, IntegerRange(-(1 << 17), (1 << 17) - 1), 1, 4)
LINK = LinkPlan(INPUT, OUTPUT, 50_000_000, 1_000_000)


def part(link):
    return BoardPart(BoardPlan(INPUT, OUTPUT, 4, link), Cost(), bytes(8))


def test_the_link_as_a_report_has_it():
    board = load_board("ulx3s-85f")
    assert part(LINK).link(board) == LinkEntry(
        baud=1_000_000, usb=("0403:6015",), sample_bytes=45, answer_bytes=30, window=3
    )
    assert part(replace(LINK, slots=8)).link(board)["window"] == 9


def test_without_a_link_there_is_none():
    assert part(None).link(load_board("ulx3s-85f")) is None
