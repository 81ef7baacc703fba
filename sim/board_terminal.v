// What a simulated board is plugged into: a serial line, written from the definition of 8N1, with a buffer at either end
// that Python fills and empties many bytes at a time.
`timescale 1ns / 1ps

module board_terminal #(parameter real BIT_NS = 1000.0, parameter integer CHUNK = 128) (
    input clk,
    output reg to_board,
    input from_board
);
  // Python puts bytes into give_data, least significant first, sets give_count, and turns give over.
  reg [8*CHUNK-1:0] give_data /* verilator public_flat_rw */ = 0;
  reg [15:0] give_count /* verilator public_flat_rw */ = 0;
  reg give /* verilator public_flat_rw */ = 0;
  reg given /* verilator public_flat_rd */ = 0;
  reg [15:0] unsent /* verilator public_flat_rd */ = 0;

  // Python reads take_count bytes of take_data, and turns take over.
  reg [8*CHUNK-1:0] take_data /* verilator public_flat_rd */ = 0;
  reg [15:0] take_count /* verilator public_flat_rd */ = 0;
  reg take /* verilator public_flat_rw */ = 0;
  reg taken /* verilator public_flat_rd */ = 0;
  reg [31:0] lost /* verilator public_flat_rd */ = 0;

  reg [7:0] outbox[0:2*CHUNK-1];
  integer first = 0, place, number;
  reg sending = 0, sent = 0, heard = 0, hearing = 0;
  reg [7:0] leaving, arriving;

  // The buffers change with the clock alone; the line has a time of its own.
  always @(posedge clk) begin
    if (give != given) begin
      for (number = 0; number < give_count; number = number + 1) begin
        place = (first + unsent + number) % (2 * CHUNK);
        outbox[place] = give_data[8*number+:8];
      end
      unsent = unsent + give_count;
      given = give;
    end
    if (sending == sent && unsent != 0) begin
      leaving = outbox[first];
      first = (first + 1) % (2 * CHUNK);
      unsent = unsent - 1;
      sending = !sending;
    end
    if (take != taken) begin
      take_count = 0;
      taken = take;
    end
    if (heard != hearing) begin
      hearing = heard;
      if (take_count < CHUNK) begin
        take_data[8*take_count+:8] = arriving;
        take_count = take_count + 1;
      end else lost = lost + 1;
    end
  end

  integer bit_out;
  initial begin
    to_board = 1;
    forever begin
      @(sending);
      to_board = 0;
      #(BIT_NS);
      for (bit_out = 0; bit_out < 8; bit_out = bit_out + 1) begin
        to_board = leaving[bit_out];
        #(BIT_NS);
      end
      to_board = 1;
      #(BIT_NS);
      sent = sending;
    end
  end

  // A byte without a stop bit is lost, as most serial ports have it.
  integer bit_in;
  reg [7:0] shift;
  initial
    forever begin
      @(negedge from_board);
      #(BIT_NS / 2);
      if (!from_board) begin
        for (bit_in = 0; bit_in < 8; bit_in = bit_in + 1) begin
          #(BIT_NS);
          shift[bit_in] = from_board;
        end
        #(BIT_NS);
        if (from_board) begin
          arriving = shift;
          heard = !heard;
        end
      end
    end
endmodule
