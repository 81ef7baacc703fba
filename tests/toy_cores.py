"""Cores of a few lines of Verilog, right and wrong, that the bench is tried on.

All of them add 1 to each of a sample's two bytes, which come and go in a beat each.
"""

from pathlib import Path

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.interface import CoreInterface, TapInterface
from quantnn.sim.device import Device, Tap

__all__ = ["BYTES", "INTERFACE", "LATENCY", "PERIOD", "answers", "device"]

BYTES = BeatFormat(2, IntegerRange(0, 255))
LATENCY = 2
"""From the acceptance of the first beat to that of the last answer: a register, and the other beat."""
PERIOD = 2

INTERFACE = CoreInterface(BYTES, BYTES, (TapInterface("stage.strobe", "stage.sum", BYTES),), PERIOD, LATENCY)

_TEXT = """
module {name}_stage(input strobe, input [7:0] sum); endmodule
module {name}(
  input clk, rst, s_axis_tvalid, s_axis_tlast, m_axis_tready, input [7:0] s_axis_tdata,
  output s_axis_tready, m_axis_tvalid, m_axis_tlast, output [7:0] m_axis_tdata
);
  reg valid = 0, last = 0, waited = 0;
  reg [7:0] held = 0;
  reg [15:0] taken = 0, given = 0;
  wire free = !valid || m_axis_tready;
  wire accept = s_axis_tvalid && s_axis_tready;
  wire [7:0] sum = {sum};
  assign s_axis_tready = {ready};
  assign m_axis_tvalid = {valid};
  assign m_axis_tdata = {data};
  assign m_axis_tlast = {last};
  {name}_stage stage(.strobe(accept), .sum(sum));
  always @(posedge clk) begin
    waited <= m_axis_tvalid && !m_axis_tready;
    if (rst && {resets}) begin
      valid <= 0; last <= 0; taken <= 0; given <= 0;
    end else begin
      if (free) valid <= accept && {keep};
      if (accept) begin held <= sum; last <= s_axis_tlast; taken <= taken + 1; end
      if (m_axis_tvalid && m_axis_tready) given <= given + 1;
    end
  end
endmodule
"""
_RIGHT = {
    "sum": "s_axis_tdata + 8'd1", "ready": "free", "keep": "1", "valid": "valid", "data": "held", "last": "last",
    "resets": "1",
}


def answers(samples):
    """What a right core says, wherever it is looked into."""
    return (samples + 1) % 256


def device(folder: Path, name: str, **changes: str) -> Device:
    """A toy core with some of its expressions, the keys of ``_RIGHT``, changed."""
    verilog = folder / f"{name}.v"
    verilog.write_text(_TEXT.format(name=name, **(_RIGHT | changes)))
    taps = tuple(Tap(tap.valid, tap.data, tap.format) for tap in INTERFACE.taps)
    return Device(name, verilog, BYTES, BYTES, taps, f"{name}_")
