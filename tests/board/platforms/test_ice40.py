import re

from pin_design import every_signal, written

from quantnn.board.board import load_board

BOARD = load_board("icebreaker")


def test_every_pin_of_the_board_can_be_used():
    pcf = written(BOARD, *every_signal(BOARD))["blinker.pcf"]
    located = re.findall(r"^set_io (?:-pullup (\S+) )?(\S+) (\d+)$", pcf, re.MULTILINE)
    assert {port: pin for _, port, pin in located} == BOARD.bits
    assert {port: pull for pull, port, _ in located if pull} == {"RX": "yes", "BTN_N": "yes"}


def test_there_is_nothing_that_nextpnr_does_not_know():
    lines = written(BOARD, *every_signal(BOARD))["blinker.pcf"].splitlines()
    assert all(re.match(r"#|set_io |set_frequency ", line) for line in lines if line)


def test_clocks():
    def clocks(plan=None):
        lines = written(BOARD, clock=plan)["blinker.pcf"].splitlines()
        return [line for line in lines if line.startswith("set_frequency")]

    assert clocks() == ["set_frequency CLK 12.0"]
    assert clocks(BOARD.plan_clock(24_000_000)) == ["set_frequency clock.o 24.0", "set_frequency CLK 12.0"]


def test_the_pll_is_the_one_at_the_oscillators_pin():
    assert "SB_PLL40_PAD #(" in written(BOARD, clock=BOARD.plan_clock(24_000_000))["blinker.v"]
