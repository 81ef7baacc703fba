import random
import time

import pytest

from quantnn.errors import ToolError
from quantnn.link.port import open_port
from quantnn.sim.board_simulation import BoardSimulation, Shown

pytestmark = pytest.mark.xdist_group("simulated boards")

TOY = """
module toy(input clock, input [1:0] sw, input key, input rxd, output txd, output [2:0] lamps, output [7:0] hex);
  // Says what it hears; lamps show switches and button, hex counts the cycles, inverted.
  reg [7:0] count = 0;
  reg [7:0] first [0:0];
  initial $readmemb("toy.mem", first);
  always @(posedge clock) count <= count + 1;
  assign txd = rxd;
  assign lamps = {key, sw};
  assign hex = ~first[0];
endmodule
"""
GROUPS = {
    "switch": [{"port": "sw", "bits": 2, "active_low": False}],
    "button": [{"port": "key", "bits": 1, "active_low": True}],
    "led": [{"port": "lamps", "bits": 3, "active_low": False}],
    "display": [{"port": "hex", "bits": 8, "active_low": True}],
    "uart_rx": [{"port": "rxd", "bits": 1, "active_low": False}],
    "uart_tx": [{"port": "txd", "bits": 1, "active_low": False}],
}


@pytest.fixture
def toy(tmp_path):
    """Makes a simulated board that repeats what it hears."""
    (tmp_path / "toy.v").write_text(TOY)
    (tmp_path / "toy.mem").write_text("10100101\n")
    return lambda listen="pty": BoardSimulation(tmp_path, "toy", "clock", GROUPS, divisor=4, listen=listen)


def hear(port, count, seconds=20):
    end, data = time.monotonic() + seconds, b""
    while len(data) < count and time.monotonic() < end:
        data += port.read(max(1, port.in_waiting))
    return data


@pytest.mark.parametrize("listen", ["pty", 0])
def test_bytes_go_there_and_back(toy, listen):
    """All values, and many more than any buffer on the way holds, as they are read."""
    message = bytes(range(256)) + random.Random(1).randbytes(1500)
    with toy(listen) as board:
        port = open_port(board.port, 1)
        heard = b""
        for start in range(0, len(message), 200):
            port.write(message[start : start + 200])
            heard += hear(port, min(200, len(message) - start))
        port.close()
    assert heard == message


def test_one_host_after_another(toy):
    with toy(0) as board:
        for number in range(3):
            port = open_port(board.port, 1)
            port.write(bytes([number, 0]))
            assert hear(port, 2) == bytes([number, 0])
            port.close()


def test_switches_buttons_lamps_and_segments(toy):
    with toy() as board:
        assert board.run(5) == Shown(led=0b100, display=0b1010_0101), "the button is low when pressed"
        assert board.run(5, switch=0b10).led == 0b110
        assert board.run(5, button=1).led == 0b010
        assert board.run(5, switch=0b01, button=0).led == 0b101
        assert board.run(0).led == 0b101


def test_the_simulation_ends_with_the_context(toy):
    with toy() as board:
        thread = board._thread
        assert thread.is_alive() and board._work.exists()
    assert not thread.is_alive() and not board._work.exists()


def test_a_simulation_that_breaks_off_says_so(toy):
    """A switch that there is not ends it."""
    with toy() as board, pytest.raises(ToolError, match=r"The simulation broke off; its output is in .*log"):
        board.run(5, switch=99)


def test_verilog_that_does_not_compile(toy, tmp_path):
    (tmp_path / "toy.v").write_text(TOY.replace("endmodule", ""))
    with pytest.raises(ToolError, match="verilator failed"), toy():
        pass
