// Models of the ECP5's block RAM and multiplier, of which Yosys has none, with the modes that its synthesis uses and
// their registers. Behaviour: Lattice TN1264 (memory) and TN1267 (sysDSP). What stands where in INITVAL and on the
// pins: Yosys, techlibs/lattice/brams_map_16kd.v. Not modelled: cascades of multipliers, and their third operand.
`timescale 1ns / 1ps

// Two ports to 2048 groups of 9 bits. A port of 1, 2 or 4 bits sees 8 of the 9. In the widest mode port A writes and
// port B reads, with the data pins of both. A port that reads what the other writes at the same edge gets anything; the
// model takes both for clocked alike.
module DP16KD #(
    parameter DATA_WIDTH_A = 18, DATA_WIDTH_B = 18, REGMODE_A = "NOREG", REGMODE_B = "NOREG",
    parameter RESETMODE = "SYNC", ASYNC_RESET_RELEASE = "SYNC", GSR = "ENABLED", INIT_DATA = "STATIC",
    parameter CSDECODE_A = "0b000", CSDECODE_B = "0b000", CLKAMUX = "CLKA", CLKBMUX = "CLKB",
    parameter WRITEMODE_A = "NORMAL", WRITEMODE_B = "NORMAL",
    parameter [319:0] INITVAL_00 = 0, INITVAL_01 = 0, INITVAL_02 = 0, INITVAL_03 = 0,
    parameter [319:0] INITVAL_04 = 0, INITVAL_05 = 0, INITVAL_06 = 0, INITVAL_07 = 0,
    parameter [319:0] INITVAL_08 = 0, INITVAL_09 = 0, INITVAL_0A = 0, INITVAL_0B = 0,
    parameter [319:0] INITVAL_0C = 0, INITVAL_0D = 0, INITVAL_0E = 0, INITVAL_0F = 0,
    parameter [319:0] INITVAL_10 = 0, INITVAL_11 = 0, INITVAL_12 = 0, INITVAL_13 = 0,
    parameter [319:0] INITVAL_14 = 0, INITVAL_15 = 0, INITVAL_16 = 0, INITVAL_17 = 0,
    parameter [319:0] INITVAL_18 = 0, INITVAL_19 = 0, INITVAL_1A = 0, INITVAL_1B = 0,
    parameter [319:0] INITVAL_1C = 0, INITVAL_1D = 0, INITVAL_1E = 0, INITVAL_1F = 0,
    parameter [319:0] INITVAL_20 = 0, INITVAL_21 = 0, INITVAL_22 = 0, INITVAL_23 = 0,
    parameter [319:0] INITVAL_24 = 0, INITVAL_25 = 0, INITVAL_26 = 0, INITVAL_27 = 0,
    parameter [319:0] INITVAL_28 = 0, INITVAL_29 = 0, INITVAL_2A = 0, INITVAL_2B = 0,
    parameter [319:0] INITVAL_2C = 0, INITVAL_2D = 0, INITVAL_2E = 0, INITVAL_2F = 0,
    parameter [319:0] INITVAL_30 = 0, INITVAL_31 = 0, INITVAL_32 = 0, INITVAL_33 = 0,
    parameter [319:0] INITVAL_34 = 0, INITVAL_35 = 0, INITVAL_36 = 0, INITVAL_37 = 0,
    parameter [319:0] INITVAL_38 = 0, INITVAL_39 = 0, INITVAL_3A = 0, INITVAL_3B = 0,
    parameter [319:0] INITVAL_3C = 0, INITVAL_3D = 0, INITVAL_3E = 0, INITVAL_3F = 0
) (
    input DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9,
    input DIA8, DIA7, DIA6, DIA5, DIA4, DIA3, DIA2, DIA1, DIA0,
    input ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0,
    input CEA, OCEA, CLKA, WEA, RSTA, CSA2, CSA1, CSA0,
    input DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9,
    input DIB8, DIB7, DIB6, DIB5, DIB4, DIB3, DIB2, DIB1, DIB0,
    input ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0,
    input CEB, OCEB, CLKB, WEB, RSTB, CSB2, CSB1, CSB0,
    output DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9,
    output DOA8, DOA7, DOA6, DOA5, DOA4, DOA3, DOA2, DOA1, DOA0,
    output DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9,
    output DOB8, DOB7, DOB6, DOB5, DOB4, DOB3, DOB2, DOB1, DOB0
);
  localparam [20479:0] INIT = {
    INITVAL_3F, INITVAL_3E, INITVAL_3D, INITVAL_3C, INITVAL_3B, INITVAL_3A, INITVAL_39, INITVAL_38,
    INITVAL_37, INITVAL_36, INITVAL_35, INITVAL_34, INITVAL_33, INITVAL_32, INITVAL_31, INITVAL_30,
    INITVAL_2F, INITVAL_2E, INITVAL_2D, INITVAL_2C, INITVAL_2B, INITVAL_2A, INITVAL_29, INITVAL_28,
    INITVAL_27, INITVAL_26, INITVAL_25, INITVAL_24, INITVAL_23, INITVAL_22, INITVAL_21, INITVAL_20,
    INITVAL_1F, INITVAL_1E, INITVAL_1D, INITVAL_1C, INITVAL_1B, INITVAL_1A, INITVAL_19, INITVAL_18,
    INITVAL_17, INITVAL_16, INITVAL_15, INITVAL_14, INITVAL_13, INITVAL_12, INITVAL_11, INITVAL_10,
    INITVAL_0F, INITVAL_0E, INITVAL_0D, INITVAL_0C, INITVAL_0B, INITVAL_0A, INITVAL_09, INITVAL_08,
    INITVAL_07, INITVAL_06, INITVAL_05, INITVAL_04, INITVAL_03, INITVAL_02, INITVAL_01, INITVAL_00
  };
  reg [8:0] groups[0:2047];
  integer n;
  initial for (n = 0; n < 2048; n = n + 1) groups[n] = INIT[20 * (n / 2) + 9 * (n % 2) +: 9];

  // The first group of the word at an address, and how many of them the word has.
  function [10:0] first(input integer width, input [13:0] address);
    first = width == 36 ? {address[13:5], 2'b00} : width == 18 ? {address[13:4], 1'b0} : address[13:3];
  endfunction
  function integer count(input integer width);
    count = width == 36 ? 4 : width == 18 ? 2 : 1;
  endfunction
  function overlap(input [13:0] address_a, input [13:0] address_b);
    overlap = first(DATA_WIDTH_A, address_a) < first(DATA_WIDTH_B, address_b) + count(DATA_WIDTH_B)
        && first(DATA_WIDTH_B, address_b) < first(DATA_WIDTH_A, address_a) + count(DATA_WIDTH_A);
  endfunction

  // What a word narrower than a group makes of it, and of it what was asked for.
  function [8:0] merged(input integer width, input [2:0] place, input [8:0] group, input [8:0] data);
    begin
      merged = group;
      case (width)
        1: merged[place] = data[0];
        2: merged[2 * place[2:1] +: 2] = data[1:0];
        4: merged[4 * place[2] +: 4] = data[3:0];
        default: merged = data;
      endcase
    end
  endfunction
  function [8:0] part(input integer width, input [2:0] place, input [8:0] group);
    case (width)
      1: part = group[place];
      2: part = group[2 * place[2:1] +: 2];
      4: part = group[4 * place[2] +: 4];
      default: part = group;
    endcase
  endfunction

  wire [13:0] address_a = {ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0};
  wire [13:0] address_b = {ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0};
  wire [17:0] pins_a = {
    DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9,
    DIA8, DIA7, DIA6, DIA5, DIA4, DIA3, DIA2, DIA1, DIA0
  };
  wire [17:0] pins_b = {
    DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9,
    DIB8, DIB7, DIB6, DIB5, DIB4, DIB3, DIB2, DIB1, DIB0
  };
  wire [35:0] data_a = {pins_b, pins_a};
  wire [35:0] data_b = {18'd0, pins_b};
  wire clock_a = CLKAMUX == "INV" ? ~CLKA : CLKA;
  wire enable_a = CEA && !{CSA2, CSA1, CSA0};
  wire write_a = enable_a && WEA;
  wire [3:0] bytes_a = DATA_WIDTH_A == 36 ? address_a[3:0] : DATA_WIDTH_A == 18 ? address_a[1:0] : 1;
  wire clock_b = CLKBMUX == "INV" ? ~CLKB : CLKB;
  wire enable_b = CEB && !{CSB2, CSB1, CSB0};
  wire write_b = enable_b && WEB;
  wire [3:0] bytes_b = DATA_WIDTH_B == 36 ? address_b[3:0] : DATA_WIDTH_B == 18 ? address_b[1:0] : 1;
  wire clear_a = RESETMODE == "ASYNC" && RSTA;
  wire clear_b = RESETMODE == "ASYNC" && RSTB;
  reg [35:0] latch_a = 0, latch_b = 0, register_a = 0, register_b = 0;

  reg [8:0] old_a, new_a;
  integer place_a;
  always @(posedge clock_a, posedge clear_a) begin
    register_a <= RSTA ? 0 : OCEA ? latch_a : register_a;
    if (!clear_a)
      for (place_a = 0; place_a < count(DATA_WIDTH_A); place_a = place_a + 1) begin
        old_a = groups[first(DATA_WIDTH_A, address_a) + place_a];
        new_a = merged(DATA_WIDTH_A, address_a[2:0], old_a, data_a[9 * place_a +: 9]);
        if (write_a && bytes_a[place_a]) groups[first(DATA_WIDTH_A, address_a) + place_a] <= new_a;
        else new_a = old_a;
        if (enable_a && !(WEA && WRITEMODE_A == "NORMAL"))
          latch_a[9 * place_a +: 9] <= write_b && overlap(address_a, address_b) ? $random
              : part(DATA_WIDTH_A, address_a[2:0], WRITEMODE_A == "WRITETHROUGH" ? new_a : old_a);
      end
    if (RSTA) latch_a <= 0;
  end

  reg [8:0] old_b, new_b;
  integer place_b;
  always @(posedge clock_b, posedge clear_b) begin
    register_b <= RSTB ? 0 : OCEB ? latch_b : register_b;
    if (!clear_b)
      for (place_b = 0; place_b < count(DATA_WIDTH_B); place_b = place_b + 1) begin
        old_b = groups[first(DATA_WIDTH_B, address_b) + place_b];
        new_b = merged(DATA_WIDTH_B, address_b[2:0], old_b, data_b[9 * place_b +: 9]);
        if (write_b && bytes_b[place_b]) groups[first(DATA_WIDTH_B, address_b) + place_b] <= new_b;
        else new_b = old_b;
        if (enable_b && !(WEB && WRITEMODE_B == "NORMAL"))
          latch_b[9 * place_b +: 9] <= write_a && overlap(address_a, address_b) ? $random
              : part(DATA_WIDTH_B, address_b[2:0], WRITEMODE_B == "WRITETHROUGH" ? new_b : old_b);
      end
    if (RSTB) latch_b <= 0;
  end

  wire [35:0] word_a = REGMODE_A == "OUTREG" ? register_a : latch_a;
  wire [35:0] word_b = REGMODE_B == "OUTREG" ? register_b : latch_b;
  assign {
    DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9,
    DOA8, DOA7, DOA6, DOA5, DOA4, DOA3, DOA2, DOA1, DOA0
  } = DATA_WIDTH_B != 36 ? word_a[17:0] : REGMODE_A == "OUTREG" ? register_b[17:0] : latch_b[17:0];
  assign {
    DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9,
    DOB8, DOB7, DOB6, DOB5, DOB4, DOB3, DOB2, DOB1, DOB0
  } = DATA_WIDTH_B == 36 ? word_b[35:18] : word_b[17:0];
endmodule

// A register of a multiplier, or a wire in its place.
module mult18x18d_register #(
    parameter WIDTH = 18, CLK = "NONE", CE = "CE0", RST = "RST0", RESETMODE = "SYNC"
) (
    input [3:0] clk, ce, rst,
    input [WIDTH-1:0] d,
    output [WIDTH-1:0] q
);
  wire clock = CLK == "CLK3" ? clk[3] : CLK == "CLK2" ? clk[2] : CLK == "CLK1" ? clk[1] : CLK == "CLK0" && clk[0];
  wire enable = CE == "CE3" ? ce[3] : CE == "CE2" ? ce[2] : CE == "CE1" ? ce[1] : ce[0];
  wire reset = RST == "RST3" ? rst[3] : RST == "RST2" ? rst[2] : RST == "RST1" ? rst[1] : rst[0];
  wire clear = CLK != "NONE" && RESETMODE == "ASYNC" && reset;
  reg [WIDTH-1:0] register = 0;
  always @(posedge clock, posedge clear)
    if (reset) register <= 0;
    else if (enable) register <= d;
  assign q = CLK == "NONE" ? d : register;
endmodule

module MULT18X18D #(
    parameter REG_INPUTA_CLK = "NONE", REG_INPUTA_CE = "CE0", REG_INPUTA_RST = "RST0",
    parameter REG_INPUTB_CLK = "NONE", REG_INPUTB_CE = "CE0", REG_INPUTB_RST = "RST0",
    parameter REG_PIPELINE_CLK = "NONE", REG_PIPELINE_CE = "CE0", REG_PIPELINE_RST = "RST0",
    parameter REG_OUTPUT_CLK = "NONE", REG_OUTPUT_CE = "CE0", REG_OUTPUT_RST = "RST0", RESETMODE = "SYNC"
) (
    input A17, A16, A15, A14, A13, A12, A11, A10, A9, A8, A7, A6, A5, A4, A3, A2, A1, A0,
    input B17, B16, B15, B14, B13, B12, B11, B10, B9, B8, B7, B6, B5, B4, B3, B2, B1, B0,
    input C17, C16, C15, C14, C13, C12, C11, C10, C9, C8, C7, C6, C5, C4, C3, C2, C1, C0,
    input SIGNEDA, SIGNEDB, SOURCEA, SOURCEB, CLK3, CLK2, CLK1, CLK0, CE3, CE2, CE1, CE0, RST3, RST2, RST1, RST0,
    output P35, P34, P33, P32, P31, P30, P29, P28, P27, P26, P25, P24, P23, P22, P21, P20, P19, P18,
    output P17, P16, P15, P14, P13, P12, P11, P10, P9, P8, P7, P6, P5, P4, P3, P2, P1, P0
);
  wire [3:0] clk = {CLK3, CLK2, CLK1, CLK0};
  wire [3:0] ce = {CE3, CE2, CE1, CE0};
  wire [3:0] rst = {RST3, RST2, RST1, RST0};
  wire signed [18:0] a, b;
  wire [35:0] ahead, product;
  wire [17:0] pins_a = {A17, A16, A15, A14, A13, A12, A11, A10, A9, A8, A7, A6, A5, A4, A3, A2, A1, A0};
  wire [17:0] pins_b = {B17, B16, B15, B14, B13, B12, B11, B10, B9, B8, B7, B6, B5, B4, B3, B2, B1, B0};
  mult18x18d_register #(
      .WIDTH(19), .CLK(REG_INPUTA_CLK), .CE(REG_INPUTA_CE), .RST(REG_INPUTA_RST), .RESETMODE(RESETMODE)
  ) input_a (.clk(clk), .ce(ce), .rst(rst), .d({SIGNEDA & A17, pins_a}), .q(a));
  mult18x18d_register #(
      .WIDTH(19), .CLK(REG_INPUTB_CLK), .CE(REG_INPUTB_CE), .RST(REG_INPUTB_RST), .RESETMODE(RESETMODE)
  ) input_b (.clk(clk), .ce(ce), .rst(rst), .d({SIGNEDB & B17, pins_b}), .q(b));
  wire signed [37:0] exact = a * b;
  mult18x18d_register #(
      .WIDTH(36), .CLK(REG_PIPELINE_CLK), .CE(REG_PIPELINE_CE), .RST(REG_PIPELINE_RST), .RESETMODE(RESETMODE)
  ) pipeline (.clk(clk), .ce(ce), .rst(rst), .d(exact[35:0]), .q(ahead));
  mult18x18d_register #(
      .WIDTH(36), .CLK(REG_OUTPUT_CLK), .CE(REG_OUTPUT_CE), .RST(REG_OUTPUT_RST), .RESETMODE(RESETMODE)
  ) result (.clk(clk), .ce(ce), .rst(rst), .d(ahead), .q(product));
  assign {P35, P34, P33, P32, P31, P30, P29, P28, P27, P26, P25, P24, P23, P22, P21, P20, P19, P18,
      P17, P16, P15, P14, P13, P12, P11, P10, P9, P8, P7, P6, P5, P4, P3, P2, P1, P0} = product;
endmodule
