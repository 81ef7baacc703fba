// Multipliers and memories with registers around them that an ECP5's cells can take in, and with some that they cannot.
module registers (
    input clk, other, enable, clear,
    input [7:0] a, b, c, d,
    input [8:0] address,
    output reg [15:0] plain, shared, half, odd, enabled, cleared, started, falling, foreign, seen,
    output [15:0] early,
    output reg [7:0] operand,
    output reg [35:0] wide,
    output reg [17:0] narrow, held, torn, reset, looked_at,
    output [17:0] ahead
);
  initial begin
    plain = 0; shared = 0; half = 0; odd = 0; enabled = 0; cleared = 0; started = 16'hffff; falling = 0; foreign = 0;
    seen = 0; operand = 0; wide = 0; narrow = 0; held = 0; torn = 0; reset = 0;
    looked_at = 0;
  end

  reg [7:0] x = 0, y = 0, u = 0, v = 0;
  assign early = (a ^ 8'h55) * b;
  always @(posedge clk) begin
    x <= c;
    y <= d;
    plain <= x * y;
    operand <= b ^ 8'h77;
    shared <= operand * a;
    u <= a ^ 8'h0f;
    half <= {u[7:4], a[3:0]} * b;
    v <= a ^ 8'hf0;
    odd <= {v[6:0], 1'b1} * (b ^ 8'h11);
    if (enable) enabled <= a * b;
    cleared <= clear ? 0 : a * (b ^ 8'h5a);
    started <= a * (b ^ 8'h33);
    seen <= early;
  end
  always @(negedge clk) falling <= (a ^ 8'h66) * b;
  reg [7:0] z = 0;
  always @(posedge clk) z <= b ^ 8'h22;
  always @(posedge other) foreign <= z * (a ^ 8'h44);

  (* ram_style = "block" *) reg [35:0] wide_memory[0:511];
  (* ram_style = "block" *) reg [17:0] narrow_memory[0:511], held_memory[0:511], reset_memory[0:511];
  (* ram_style = "block" *) reg [17:0] open_memory[0:511], torn_memory[0:511];
  integer n;
  initial
    for (n = 0; n < 512; n = n + 1) begin
      wide_memory[n] = 36'h123456789 * n;
      narrow_memory[n] = 18'h12345 * n;
      held_memory[n] = 18'h23451 * n;
      reset_memory[n] = 18'h34512 * n;
      open_memory[n] = 18'h05123 * n;
      torn_memory[n] = 18'h30512 * n;
    end
  reg [35:0] wide_word = 0;
  reg [17:0] narrow_word = 0, held_word = 0, reset_word = 0, open_word = 0, torn_word = 0;
  assign ahead = open_word;
  always @(posedge clk) begin
    wide_word <= wide_memory[address];
    wide <= wide_word;
    narrow_word <= narrow_memory[address];
    narrow <= narrow_word;
    held_word <= held_memory[address];
    if (enable) held <= held_word;
    torn_word <= torn_memory[address];
    if (enable) torn[8:0] <= torn_word[8:0];
    if (a[0]) torn[17:9] <= torn_word[17:9];
    reset_word <= clear ? 0 : reset_memory[address];
    reset <= reset_word;
    open_word <= open_memory[address];
    looked_at <= open_word;
  end
endmodule
