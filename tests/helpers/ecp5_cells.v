// Memories of every width and kind that Yosys makes block RAM of, and multipliers, with and without registers behind.
// A port that writes must not meet one that reads: what comes out then is nobody's promise.
module ecp5_cells (
    input clk, enable,
    input [1:0] bytes,
    input [13:0] address, elsewhere,
    input [35:0] data,
    output reg rom_1, output reg [1:0] rom_2, output reg [3:0] rom_4, output reg [8:0] rom_9, output reg [17:0] rom_18,
    output reg [35:0] rom_36, rom_36_late, wide_late, output reg [17:0] rom_18_late, narrow, bytewise, held,
    output reg [17:0] earlier, later, kept, first, second,
    output reg [35:0] signeds, unsigneds, mixed
);
  (* ram_style = "block" *) reg memory_1[0:16383];
  (* ram_style = "block" *) reg [1:0] memory_2[0:8191];
  (* ram_style = "block" *) reg [3:0] memory_4[0:4095];
  (* ram_style = "block" *) reg [8:0] memory_9[0:2047];
  (* ram_style = "block" *) reg [17:0] memory_18[0:1023];
  (* ram_style = "block" *) reg [35:0] memory_36[0:511];
  (* ram_style = "block" *) reg [17:0] memory_18_late[0:1023];
  (* ram_style = "block" *) reg [35:0] memory_36_late[0:511];
  initial begin
    $readmemb("memory_1.mem", memory_1);
    $readmemb("memory_2.mem", memory_2);
    $readmemb("memory_4.mem", memory_4);
    $readmemb("memory_9.mem", memory_9);
    $readmemb("memory_18.mem", memory_18);
    $readmemb("memory_36.mem", memory_36);
    $readmemb("memory_18_late.mem", memory_18_late);
    $readmemb("memory_36_late.mem", memory_36_late);
    rom_36_late = 0; rom_18_late = 0; wide_late = 0;
    rom_36_soon = 0; rom_18_soon = 0; wide_soon = 0;
    signeds = 0; unsigneds = 0; mixed = 0; a = 0; b = 0; c = 0; d = 0;
  end
  reg [35:0] rom_36_soon, wide_soon;
  reg [17:0] rom_18_soon;
  always @(posedge clk) begin
    rom_1 <= memory_1[address];
    rom_2 <= memory_2[address[12:0]];
    rom_4 <= memory_4[address[11:0]];
    rom_9 <= memory_9[address[10:0]];
    rom_18 <= memory_18[address[9:0]];
    rom_36 <= memory_36[address[8:0]];
    rom_18_soon <= memory_18_late[address[9:0]];
    rom_36_soon <= memory_36_late[address[8:0]];
    rom_18_late <= rom_18_soon;
    rom_36_late <= rom_36_soon;
  end

  (* ram_style = "block" *) reg [35:0] wide_memory[0:511];
  (* ram_style = "block" *) reg [17:0] narrow_memory[0:1023], byte_memory[0:1023], held_memory[0:1023];
  initial begin
    $readmemb("wide_memory.mem", wide_memory);
    $readmemb("narrow_memory.mem", narrow_memory);
    $readmemb("byte_memory.mem", byte_memory);
    $readmemb("held_memory.mem", held_memory);
  end
  always @(posedge clk) begin
    if (enable) wide_memory[address[8:0]] <= data;
    wide_soon <= wide_memory[elsewhere[8:0]];
    wide_late <= wide_soon;
    if (enable) narrow_memory[address[9:0]] <= data;
    narrow <= narrow_memory[elsewhere[9:0]];
    if (bytes[0]) byte_memory[address[9:0]][8:0] <= data[8:0];
    if (bytes[1]) byte_memory[address[9:0]][17:9] <= data[17:9];
    bytewise <= byte_memory[elsewhere[9:0]];
    held_memory[address[9:0]] <= data;
    if (enable) held <= held_memory[elsewhere[9:0]];
  end

  // One port that reads and writes: the old word, the new one, or none while it writes; and two of them.
  (* ram_style = "block" *) reg [17:0] before_memory[0:1023], after_memory[0:1023], kept_memory[0:1023];
  (* ram_style = "block" *) reg [17:0] double_memory[0:1023];
  initial begin
    $readmemb("before_memory.mem", before_memory);
    $readmemb("after_memory.mem", after_memory);
    $readmemb("kept_memory.mem", kept_memory);
    $readmemb("double_memory.mem", double_memory);
  end
  always @(posedge clk) begin
    if (enable) before_memory[address[9:0]] <= data;
    earlier <= before_memory[address[9:0]];
    if (enable) begin
      after_memory[address[9:0]] <= data;
      later <= data;
    end else later <= after_memory[address[9:0]];
    if (enable) kept_memory[address[9:0]] <= data;
    else kept <= kept_memory[address[9:0]];
  end
  always @(posedge clk) begin
    if (enable) double_memory[address[9:0]] <= data;
    else first <= double_memory[address[9:0]];
  end
  always @(posedge clk) begin
    if (bytes[0]) double_memory[elsewhere[9:0]] <= ~data;
    else second <= double_memory[elsewhere[9:0]];
  end

  reg signed [17:0] a, b;
  reg [17:0] c, d;
  always @(posedge clk) begin
    a <= data;
    b <= {address, 4'h3};
    c <= ~data;
    d <= {elsewhere, 4'h5};
    signeds <= a * b;
    unsigneds <= c * d;
    mixed <= data[16:0] * {address[9:0], 8'h77};
  end
endmodule
