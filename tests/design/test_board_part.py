import hashlib
from dataclasses import replace

import numpy as np

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.board.board import load_board
from quantnn.design.board_part import BoardPart
from quantnn.design.report import LinkEntry, PllEntry, Taken
from quantnn.plan.board import BoardPlan
from quantnn.plan.clock import ClockPlan, PllSetting
from quantnn.plan.cost import Cost
from quantnn.plan.link import LinkPlan
from quantnn.plan.pll import Dividers

INPUT = BeatFormat(64, IntegerRange(0, 31), 13)
OUTPUT = BeatFormat(10, IntegerRange(-(1 << 17), (1 << 17) - 1), 1, 4)
LINK = LinkPlan(INPUT, OUTPUT, 50_000_000, 1_000_000)
CLOCK = ClockPlan(50_000_000)


def part(link, clock=CLOCK):
    samples = np.arange(4 * 5 * 9, dtype=np.uint8).reshape(4, 5, 9)
    return BoardPart(BoardPlan(INPUT, OUTPUT, 4, link), Cost(), bytes(8), clock, (7, 2, None, 0), samples)


def test_the_link_as_a_report_has_it():
    board = load_board("ulx3s-85f")
    assert part(LINK).link(board) == LinkEntry(
        baud=1_000_000, usb=("0403:6015",), sample_bytes=45, answer_bytes=30, window=3
    )
    assert part(replace(LINK, slots=8)).link(board).window == 9


def test_without_a_link_there_is_none():
    assert part(None).link(load_board("ulx3s-85f")) is None


def test_what_the_top_takes_and_was_made_for():
    pll = ClockPlan(50_000_000, PllSetting("altpll", Dividers(1, 12, 6)))
    entry = part(None, pll).entry(Taken(0, 3, 250))
    assert (entry.multipliers, entry.m9k, entry.le, entry.samples) == (0, 3, 250, 4)
    assert entry.samples_sha256 == hashlib.sha256(bytes(range(180))).hexdigest()
    assert (entry.labels, entry.pll) == ((7, 2, None, 0), PllEntry("altpll", 1, 12, 6))
    assert part(None).entry(Taken(0, 3, 250)).pll is None
