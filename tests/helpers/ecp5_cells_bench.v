// The cells of ecp5_cells.v beside the Verilog that they were made of, under random inputs.
`timescale 1ns / 1ps
module ecp5_cells_bench;
  reg clk = 0;
  always #5 clk = ~clk;
  reg run /* verilator public_flat_rw */ = 0;
  reg spoil /* verilator public_flat_rw */ = 0;
  reg [31:0] cycles /* verilator public_flat_rd */ = 0;
  reg [31:0] mismatches /* verilator public_flat_rd */ = 0;
  reg [31:0] changes /* verilator public_flat_rd */ = 0;
  reg [411:0] differ /* verilator public_flat_rd */ = 0;

  reg enable = 0;
  reg [1:0] bytes = 0;
  reg [13:0] address = 0, elsewhere = 1;
  reg [35:0] data = 0;
  always @(posedge clk) begin
    enable <= run && $random;
    bytes <= run ? $random : 0;
    address <= $random;
    data <= {$random, $random};
  end
  // Another address of every memory; few addresses are written, so that what was written is read.
  wire [13:0] written = {address[13:11], 7'd0, address[3:0]};
  wire [13:0] at = enable || bytes != 0 ? written : address;
  wire [13:0] next = {at[13:11], at[10:4], ~at[3:0]};

  wire [411:0] right, made;
  `define OUTPUTS(all) \
      .rom_1(all[0]), .rom_2(all[2:1]), .rom_4(all[6:3]), .rom_9(all[15:7]), .rom_18(all[33:16]), .rom_36(all[69:34]), \
      .rom_36_late(all[105:70]), .wide_late(all[141:106]), .rom_18_late(all[159:142]), .narrow(all[177:160]), \
      .bytewise(all[195:178]), .held(all[213:196]), .earlier(all[231:214]), .later(all[249:232]), .kept(all[267:250]), \
      .first(all[285:268]), .second(all[303:286]), \
      .signeds(all[339:304]), .unsigneds(all[375:340]), .mixed(all[411:376])
  ecp5_cells verilog (
      .clk(clk), .enable(enable), .bytes(bytes), .address(at), .elsewhere(next), .data(data), `OUTPUTS(right)
  );
  ecp5_netlist netlist (
      .clk(clk), .enable(enable), .bytes(bytes), .address(at), .elsewhere(next), .data(data ^ spoil), `OUTPUTS(made)
  );

  // One port writes a word in every cycle; the other reads it too, or its neighbour, which holds 0.
  wire [8:0] met, missed;
  wire [8:0] word = data[8:0];
  reg [8:0] word_1 = 0, word_2 = 0;
  always @(posedge clk) {word_2, word_1} <= {word_1, word};
  `define WRITES .DIA0(word[0]), .DIA1(word[1]), .DIA2(word[2]), .DIA3(word[3]), .DIA4(word[4]), .DIA5(word[5]), \
      .DIA6(word[6]), .DIA7(word[7]), .DIA8(word[8]), .CLKA(clk), .CLKB(clk), .CEA(1'b1), .CEB(1'b1), .WEA(1'b1), \
      .OCEA(1'b0), .OCEB(1'b0), .RSTA(1'b0), .RSTB(1'b0), .CSA0(1'b0), .CSA1(1'b0), .CSA2(1'b0), .CSB0(1'b0), \
      .CSB1(1'b0), .CSB2(1'b0), .WEB(1'b0), `ZERO(ADA), `ZERO(ADB)
  `define ZERO(name) .name``0(1'b0), .name``1(1'b0), .name``2(1'b0), .name``4(1'b0), .name``5(1'b0), .name``6(1'b0), \
      .name``7(1'b0), .name``8(1'b0), .name``9(1'b0), .name``10(1'b0), .name``11(1'b0), .name``12(1'b0), .name``13(1'b0)
  `define READS(word) .DOB0(word[0]), .DOB1(word[1]), .DOB2(word[2]), .DOB3(word[3]), .DOB4(word[4]), .DOB5(word[5]), \
      .DOB6(word[6]), .DOB7(word[7]), .DOB8(word[8])
  DP16KD #(.DATA_WIDTH_A(9), .DATA_WIDTH_B(9)) collides (.ADA3(1'b0), .ADB3(1'b0), `WRITES, `READS(met));
  DP16KD #(.DATA_WIDTH_A(9), .DATA_WIDTH_B(9)) passes (.ADA3(1'b0), .ADB3(1'b1), `WRITES, `READS(missed));
  reg [31:0] garbage /* verilator public_flat_rd */ = 0;
  reg [31:0] strays /* verilator public_flat_rd */ = 0;

  reg [411:0] last = 0;
  always @(negedge clk) begin
    cycles <= cycles + 1;
    last <= right;
    if (cycles > 4) begin
      changes <= changes + (last != right);
      mismatches <= mismatches + (made != right);
      differ <= differ | (made ^ right);
      garbage <= garbage + (met != word_1 && met != word_2);
      strays <= strays + (missed != 0);
    end
  end
endmodule
