import re

from pin_design import every_signal, written

from quantnn.board.board import load_board

BOARD = load_board("tang-nano-20k")


def test_every_pin_of_the_board_can_be_used():
    cst = written(BOARD, *every_signal(BOARD))["blinker.cst"]
    assert dict(re.findall(r'^IO_LOC "(\S+)" (\d+);$', cst, re.MULTILINE)) == BOARD.bits
    ports = re.findall(r'^IO_PORT "(\S+)" (\w+)=(\w+);$', cst, re.MULTILINE)
    for group in BOARD.pins:
        for bit in group.bits:
            wanted = {"IO_TYPE": group.io_standard, **group.attributes}
            assert {name: value for port, name, value in ports if port == bit} == wanted


def test_clocks():
    """nextpnr derives no clock from this family's PLL, so it has to stand there."""
    sdc = written(BOARD)["blinker.sdc"]
    assert re.findall(r"^create_clock .*$", sdc, re.MULTILINE) == [
        f"create_clock -name clk_27mhz -period {1000 / 27} [get_ports clk_27mhz]"
    ]
    sdc = written(BOARD, clock=BOARD.plan_clock(100_000_000))["blinker.sdc"]
    period = re.search(r"^create_clock -name \w+ -period (\S+) \[get_nets clock\.o\]$", sdc, re.MULTILINE)[1]
    assert round(1000 / float(period), 6) == 99


def test_comments_are_what_each_reader_takes_for_one():
    files = written(BOARD, ("led", 0))
    assert files["blinker.cst"].startswith("// ") and files["blinker.sdc"].startswith("# ")
