from dataclasses import replace

from rich.console import Console

from quantnn.board.board import board_names, load_board
from quantnn.board.table import list_boards, show_board


def shown(renderable, width=400):
    console = Console(width=width, color_system=None, markup=False)
    with console.capture() as capture:
        console.print(renderable)
    return [" ".join(line.split()) for line in capture.get().splitlines() if line.strip()]


def test_every_board_has_a_line_in_the_list():
    lines = shown(list_boards())
    assert lines[0] == "name FPGA toolchain logic block RAM multipliers clock baud"
    assert [line.split()[0] for line in lines[2:]] == list(board_names())


def test_what_the_list_says():
    lines = shown(list_boards())
    assert "de10-lite 10M50DAF484C7G quartus 49,760 LE 182 M9K 288 × 9×9 50 MHz 1,000,000" in lines
    assert "ulx3s-85f LFE5U-85F-6BG381C ecp5 83,640 LUT4 208 EBR 156 × 18×18 25 MHz 1,000,000" in lines


def test_names_are_whole_however_narrow_the_terminal_is():
    text = "\n".join(shown(list_boards(), width=60))
    assert all(name in text for name in board_names())


def test_a_board_with_its_device_settings_pins_and_sources():
    lines = shown(show_board(load_board("de10-lite")))
    assert lines[0] == "de10-lite: Terasic DE10-Lite"
    for line in (
        "FPGA 10M50DAF484C7G: MAX 10, package F484, speed C7 golden-top, litex-boards, amaranth-boards",
        "multipliers 288 9-bit multiplier element: 9×9 takes 1, 18×18 takes 2 max10-overview, max10-multipliers",
        "setting INTERNAL_FLASH_UPDATE_MODE = SINGLE IMAGE WITH ERAM litex-boards, max10-eram, max10-memory",
        "serial link 1,000,000 baud, an adapter of your own, 3.3 V, on header JP1 ft232r",
        "uart_rx input 3.3-V LVTTL, WEAK_PULL_UP_RESISTOR ON UART_RX: V10 amaranth-boards, max10-pull-up,"
        " quartus-pull-up",
        "button input 3.3 V SCHMITT TRIGGER, active low KEY: B8 A7"
        " golden-top, litex-boards, amaranth-boards, active-levels",
        "max10-eram https://github.com/litex-hub/litex-boards/pull/188",
    ):
        assert line in lines
    assert any(line.startswith("clock 50 MHz; with altpll, 1.171875 to 402.5 MHz ") for line in lines)


def test_a_board_without_a_pll():
    board = load_board("de10-lite")
    other = replace(board, device=replace(board.device, family="Cyclone V"))
    assert any(line.startswith("clock 50 MHz; no PLL yet ") for line in shown(show_board(other)))


def test_a_board_with_a_pll_usb_ids_and_a_held_pin():
    lines = shown(show_board(load_board("ulx3s-85f")))
    assert any(line.startswith("clock 25 MHz; with EHXPLLL, 3.125 to 400 MHz ") for line in lines)
    assert any("FT231X on the board, socket US1 (0403:6015)" in line for line in lines)
    assert "wifi_gpio0 output LVCMOS33, held high wifi_gpio0: L2 ulx3s-constraints, koika" in lines
    program = "programmer openFPGALoader -b ulx3s, takes bit; to keep it: -b ulx3s -f openfpgaloader"
    assert program in lines
    assert any("SB_PLL40_PAD" in line for line in shown(show_board(load_board("icebreaker"))))


def test_every_signal_fact_and_source_of_every_board_is_shown():
    for name in board_names():
        board = load_board(name)
        text = "\n".join(shown(show_board(board)))
        assert all(f"{signal}: {' '.join(pins)}" in text for g in board.pins for signal, pins in g.signals.items())
        assert all(f"{source} {address}" in text for source, address in board.sources.items())


def test_a_board_without_a_serial_line():
    board = load_board("ulx3s-85f")
    pins = tuple(group for group in board.pins if not group.name.startswith("uart"))
    assert not any("serial" in line for line in shown(show_board(replace(board, link=None, pins=pins))))


def test_brackets_in_a_board_are_shown_as_they_are():
    board = load_board("ulx3s-85f")
    assert shown(show_board(replace(board, title="[red]x[/red]")))[0] == "ulx3s-85f: [red]x[/red]"
    odd = replace(board.link, bridge="[/red]")
    assert any("[/red]" in line for line in shown(show_board(replace(board, link=odd))))
