// Source, checkers and stall generator of the bench. Streams come from and are compared with binary files, one record
// per beat, most significant byte first, so that nothing of Python runs on a clock edge.
`timescale 1ns / 1ps

// Pseudo-random stalls (xorshift32, Marsaglia 2003): high in rate/65536 of the cycles.
module stall_generator #(parameter SEED = 1) (
    input clk,
    input [15:0] rate,
    output stall
);
  reg [31:0] state = SEED;
  wire [31:0] a = state ^ (state << 13);
  wire [31:0] b = a ^ (a >> 17);
  always @(posedge clk) state <= b ^ (b << 5);
  assign stall = state[23:8] < rate;
endmodule

// AXI4-Stream master that sends a file: for each beat a byte with tlast, then tdata. While tvalid is low, tdata and tlast
// are anything, and change.
module stream_source #(parameter BYTES = 1, SEED = 1, FILE = "") (
    input clk,
    input rst,
    input run,
    input [15:0] stall_rate,
    output reg tvalid,
    input tready,
    output reg [8*BYTES-1:0] tdata,
    output reg tlast
);
  wire stall;
  stall_generator #(.SEED(SEED)) stalls (.clk(clk), .rate(stall_rate), .stall(stall));

  integer file, count;
  reg [8*BYTES+7:0] record;
  reg ended;
  initial begin
    file = $fopen(FILE, "rb");
    tvalid = 0;
    ended = 0;
    tdata = 0;
    tlast = 0;
  end
  always @(posedge clk)
    if (rst) begin
      count = $fseek(file, 0, 0);
      tvalid <= 0;
      ended <= 0;
    end else if (!tvalid || tready) begin
      tvalid <= 0;
      tdata <= ~tdata;
      tlast <= ~tlast;
      if (run && !stall && !ended) begin
        count = $fread(record, file);
        if (count == BYTES + 1) begin
          tvalid <= 1;
          tdata <= record[8*BYTES-1:0];
          tlast <= record[8*BYTES];
        end else ended <= 1;
      end
    end
endmodule

// Compares the beats that a strobe marks with a file, and keeps the first difference, also over a reset, after which the
// file begins anew. X counts as a difference.
module beat_checker #(parameter WIDTH = 1, FILE = "") (
    input clk,
    input rst,
    input strobe,
    input [WIDTH-1:0] got
);
  localparam BYTES = (WIDTH + 7) / 8;
  reg [31:0] beats /* verilator public_flat_rd */ = 0;
  reg [31:0] mismatches /* verilator public_flat_rd */ = 0;
  reg [31:0] first_beat /* verilator public_flat_rd */ = 0;
  reg [WIDTH-1:0] first_got /* verilator public_flat_rd */ = 0;
  reg [8*BYTES-1:0] first_expected /* verilator public_flat_rd */ = 0;
  reg first_surplus /* verilator public_flat_rd */ = 0;

  integer file, count;
  reg [8*BYTES-1:0] record;
  initial file = $fopen(FILE, "rb");
  always @(posedge clk)
    if (rst) begin
      count = $fseek(file, 0, 0);
      beats <= 0;
    end else if (strobe !== 1'b0) begin
      count = $fread(record, file);
      beats <= beats + 1;
      if (strobe !== 1'b1 || count != BYTES || got !== record[WIDTH-1:0]) begin
        mismatches <= mismatches + 1;
        if (mismatches == 0) begin
          first_beat <= beats;
          first_got <= got;
          first_expected <= record;
          first_surplus <= count != BYTES;
        end
      end
    end
endmodule

// AXI4-Stream slave that checks the handshake (valid and data stay until they are taken, tlast ends each sample) and
// notes the cycles of the last beats. Where it stalls it also waits for valid, so that a core whose valid waits for
// ready stops; it decides in mid-cycle, so that no loop of logic goes through it.
module stream_sink #(parameter WIDTH = 8, BEATS = 1, SEED = 1, FILE = "") (
    input clk,
    input rst,
    input run,
    input [15:0] stall_rate,
    input [31:0] cycle,
    input [31:0] warm,
    input tvalid,
    output tready,
    input [WIDTH-1:0] tdata,
    input tlast
);
  wire stall;
  stall_generator #(.SEED(SEED)) stalls (.clk(clk), .rate(stall_rate), .stall(stall));
  reg willing = 0;
  always @(negedge clk) willing <= !stall && tvalid === 1'b1;
  assign tready = run && (stall_rate == 0 || willing);
  wire taken = tvalid && tready;
  beat_checker #(.WIDTH(WIDTH), .FILE(FILE)) data (.clk(clk), .rst(rst), .strobe(taken), .got(tdata));

  reg [31:0] samples /* verilator public_flat_rd */ = 0;
  reg [31:0] protocol_errors /* verilator public_flat_rd */ = 0;
  reg [31:0] first_cycle /* verilator public_flat_rd */ = 0;
  reg [31:0] warm_cycle /* verilator public_flat_rd */ = 0;
  reg [31:0] last_cycle /* verilator public_flat_rd */ = 0;

  integer beat = 0;
  reg waiting = 0;
  reg [WIDTH:0] waited;
  always @(posedge clk)
    if (rst) begin
      samples <= 0;
      beat <= 0;
      waiting <= 0;
    end else begin
      waiting <= tvalid && !tready;
      waited <= {tlast, tdata};
      if ((waiting && !(tvalid === 1'b1 && {tlast, tdata} === waited)) || ^tvalid === 1'bx
          || (taken && tlast !== (beat == BEATS - 1)))
        protocol_errors <= protocol_errors + 1;
      if (taken) begin
        beat <= beat == BEATS - 1 ? 0 : beat + 1;
        if (beat == BEATS - 1) begin
          samples <= samples + 1;
          last_cycle <= cycle;
          if (samples == 0) first_cycle <= cycle;
          if (samples == warm) warm_cycle <= cycle;
        end
      end
    end
endmodule
