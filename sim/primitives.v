// Models of vendors' cells that a board's top may hold. A PLL gives its input as its output: in a simulation a clock has
// the frequency that the bench gives it. It is not locked at once.
`timescale 1ns / 1ps

module pll_lock #(parameter CYCLES = 40) (input clk, output lock);
  reg [7:0] seen = 0;
  assign lock = seen == CYCLES;
  always @(posedge clk) if (!lock) seen <= seen + 1;
endmodule

module altpll #(
    parameter lpm_type = "altpll", intended_device_family = "", operation_mode = "", pll_type = "", bandwidth_type = "",
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
    output locked
);
  assign clk = {{width_clock - 1{1'b0}}, inclk[0]};
  pll_lock lock (.clk(inclk[0]), .lock(locked));
endmodule

module EHXPLLL #(
    parameter CLKI_DIV = 1, CLKFB_DIV = 1, CLKOP_DIV = 1, CLKOS_DIV = 1,
    parameter CLKOP_CPHASE = 0, CLKOS_CPHASE = 0, CLKOP_FPHASE = 0, CLKOS_FPHASE = 0,
    parameter FEEDBK_PATH = "", CLKOP_ENABLE = "", CLKOS_ENABLE = "", PLLRST_ENA = "", INTFB_WAKE = "",
    parameter STDBY_ENABLE = "", DPHASE_SOURCE = "", OUTDIVIDER_MUXA = "", OUTDIVIDER_MUXB = ""
) (
    input CLKI, CLKFB, RST, STDBY, PLLWAKESYNC, PHASESEL0, PHASESEL1, PHASEDIR, PHASESTEP, PHASELOADREG,
    input ENCLKOP, ENCLKOS,
    output CLKOP, CLKOS, LOCK
);
  assign CLKOP = CLKI;
  assign CLKOS = CLKI;
  pll_lock lock (.clk(CLKI), .lock(LOCK));
endmodule

module SB_PLL40_CORE #(
    parameter DIVR = 4'd0, DIVF = 7'd0, DIVQ = 3'd0, FILTER_RANGE = 3'd0, FEEDBACK_PATH = "", PLLOUT_SELECT = ""
) (
    input REFERENCECLK, RESETB, BYPASS,
    output PLLOUTGLOBAL, LOCK
);
  assign PLLOUTGLOBAL = REFERENCECLK;
  pll_lock lock (.clk(REFERENCECLK), .lock(LOCK));
endmodule

module SB_PLL40_PAD #(
    parameter DIVR = 4'd0, DIVF = 7'd0, DIVQ = 3'd0, FILTER_RANGE = 3'd0, FEEDBACK_PATH = "", PLLOUT_SELECT = ""
) (
    input PACKAGEPIN, RESETB, BYPASS,
    output PLLOUTGLOBAL, LOCK
);
  assign PLLOUTGLOBAL = PACKAGEPIN;
  pll_lock lock (.clk(PACKAGEPIN), .lock(LOCK));
endmodule

module rPLL #(
    parameter FCLKIN = "", CLKFB_SEL = "", IDIV_SEL = 0, FBDIV_SEL = 0, ODIV_SEL = 0,
    parameter DYN_IDIV_SEL = "", DYN_FBDIV_SEL = "", DYN_ODIV_SEL = ""
) (
    input CLKIN, CLKFB, RESET, RESET_P,
    input [5:0] IDSEL, FBDSEL, ODSEL,
    input [3:0] PSDA, DUTYDA, FDLY,
    output CLKOUT, LOCK
);
  assign CLKOUT = CLKIN;
  pll_lock lock (.clk(CLKIN), .lock(LOCK));
endmodule
