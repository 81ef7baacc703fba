// altpll as it behaves on the chip: it measures its input and makes of it what its parameters say, and locks late.
`timescale 1ns / 1ps

module altpll #(
    parameter lpm_type = "", intended_device_family = "", operation_mode = "", pll_type = "", bandwidth_type = "",
    parameter compensate_clock = "", self_reset_on_loss_lock = "", width_clock = 6, inclk0_input_frequency = 1,
    parameter clk0_multiply_by = 1, clk0_divide_by = 1, clk0_duty_cycle = 50, clk0_phase_shift = "0",
    parameter port_inclk0 = "", port_inclk1 = "", port_locked = "", port_areset = "",
    parameter port_clk0 = "", port_clk1 = "", port_clk2 = "", port_clk3 = "", port_clk4 = "", port_clk5 = ""
) (
    input [1:0] inclk,
    input areset, pfdena, pllena, fbin,
    input [5:0] clkena,
    input [3:0] extclkena,
    output [width_clock-1:0] clk,
    output reg locked
);
  realtime started, period;
  reg made = 0;
  assign clk = {{width_clock - 1{1'b0}}, made};
  initial begin
    locked = 0;
    @(posedge inclk[0]) started = $realtime;
    repeat (16) @(posedge inclk[0]);
    period = ($realtime - started) / 16;
    // The real one is told the period in ps, and takes its counters for that.
    if (period * 1000 == inclk0_input_frequency && pfdena && pllena && !areset) begin
      locked <= #2000 1;
      forever #(period * clk0_divide_by / clk0_multiply_by / 2) made = ~made;
    end
  end
endmodule
