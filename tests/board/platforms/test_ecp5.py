import re

import pytest
from pin_design import every_signal, written

from quantnn.board.board import load_board

BOARDS = ["ulx3s-85f", "colorlight-i9"]


def constraints(lpf):
    """Sites and attributes by port."""
    sites = dict(re.findall(r'^LOCATE COMP "(\S+)" SITE "(\S+)";$', lpf, re.MULTILINE))
    buffers = re.findall(r'^IOBUF PORT "(\S+)" (.*);$', lpf, re.MULTILINE)
    return sites, {port: dict(item.split("=") for item in items.split()) for port, items in buffers}


@pytest.mark.parametrize("name", BOARDS)
def test_every_pin_of_the_board_can_be_used(name):
    board = load_board(name)
    sites, attributes = constraints(written(board, *every_signal(board))["blinker.lpf"])
    assert sites == board.bits
    for group in board.pins:
        for bit in group.bits:
            assert attributes[bit] == {"IO_TYPE": group.io_standard, **group.attributes}


def test_only_the_pins_in_use_are_located():
    sites, _ = constraints(written(load_board("ulx3s-85f"), ("uart_rx", 0))["blinker.lpf"])
    assert sites == {"clk_25mhz": "G2", "ftdi_txd": "M1", "wifi_gpio0": "L2"}


def test_the_oscillator_is_the_clock():
    lines = written(load_board("ulx3s-85f"))["blinker.lpf"].splitlines()
    assert [line for line in lines if line.startswith("FREQUENCY")] == ['FREQUENCY PORT "clk_25mhz" 25000000.0 HZ;']


def test_a_plls_clock_is_stated_beside_the_oscillator():
    board = load_board("ulx3s-85f")
    files = written(board, clock=board.plan_clock(130_000_000))
    lines = files["blinker.lpf"].splitlines()
    assert [line for line in lines if line.startswith("FREQUENCY")] == [
        'FREQUENCY NET "clock.o" 130000000.0 HZ;',
        'FREQUENCY PORT "clk_25mhz" 25000000.0 HZ;',
    ]
    assert re.search(r"^  EHXPLLL #\($", files["blinker.v"], re.MULTILINE)
