"""Cores of a few lines of Verilog, right and wrong, that the bench is tried on.

All of them add 1 to each of a sample's two bytes, which come and go in a beat each.
"""

from pathlib import Path

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.design.interface import CoreInterface, TapSignals
from quantnn.sim.device import Device, Tap

__all__ = ["BYTES", "INTERFACE", "LATENCY", "PERIOD", "answers", "device"]

BYTES = BeatFormat(2, IntegerRange(0, 255))
LATENCY = 2
"""From the acceptance of the first beat to that of the last answer: a register, and the other beat."""
PERIOD = 2

INTERFACE = CoreInterface.of(BYTES, BYTES, (TapSignals.at("stage.strobe", "stage.sum", BYTES),), PERIOD, LATENCY, 0)

_TEXT = """
module {name}_stage(input strobe, input [7:0] sum); endmodule
module {name}(
  input clk, rst, s_axis_tvalid, s_axis_tlast, m_axis_tready, input [7:0] s_axis_tdata,
  output s_axis_tready, m_axis_tvalid, m_axis_tlast, output [7:0] m_axis_tdata
);
  reg valid{zero}, last{zero}, second{zero}, filling{zero}, cutting{zero}, waited = 0;
  reg [7:0] held = 0, one = 1, unset;
  reg [7:0] ones [0:1], unset_memory [0:1];
  initial begin ones[0] = 1; ones[1] = 1; end
  reg [15:0] taken{zero}, given{zero};
  wire free = !valid || m_axis_tready;
  wire accept = filling ? free : s_axis_tvalid && s_axis_tready && !cutting;
  wire [7:0] element = filling ? {filler} : s_axis_tdata;
  wire [7:0] sum = {sum};
  assign s_axis_tready = {ready};
  assign m_axis_tvalid = {valid};
  assign m_axis_tdata = {data};
  assign m_axis_tlast = {last};
  {name}_stage stage(.strobe(accept), .sum(sum));
  always @(posedge clk) begin
    waited <= m_axis_tvalid && !m_axis_tready;
    if (rst && {resets}) begin
      valid <= 0; last <= 0; second <= 0; filling <= 0; cutting <= 0; taken <= 0; given <= 0;
    end else begin
      if (free) valid <= accept && {keep};
      if (accept) begin
        held <= sum; last <= second; second <= !second; taken <= taken + 1;
        if (second) begin filling <= 0; cutting <= !filling && !s_axis_tlast; end
        else filling <= {early};
      end
      if (cutting && {cut}) cutting <= 0;
      if (m_axis_tvalid && m_axis_tready) given <= given + 1;
    end
  end
endmodule
"""
_RIGHT = {
    "sum": "element + 8'd1", "ready": "cutting || (free && !filling)", "keep": "1", "valid": "valid", "data": "held",
    "last": "last", "resets": "1", "zero": " = 0", "filler": "8'd0", "early": "s_axis_tlast",
    "cut": "s_axis_tvalid && s_axis_tlast",
}


def answers(samples):
    """What a right core says, wherever it is looked into."""
    return (samples + 1) % 256


def device(folder: Path, name: str, input: BeatFormat = BYTES, **changes: str) -> Device:
    """A toy core with some of its expressions, the keys of ``_RIGHT``, changed; its input fits into bytes."""
    verilog = folder / f"{name}.v"
    verilog.write_text(_TEXT.format(name=name, **(_RIGHT | changes)))
    taps = tuple(Tap(tap.valid, tap.data, tap.format) for tap in INTERFACE.taps)
    return Device(name, verilog, input, BYTES, taps, f"{name}_")
