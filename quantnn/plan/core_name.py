"""What a core may be called in Verilog: its module, the prefix of every module below it and of its memory files."""

from __future__ import annotations

import re

__all__ = ["CORE", "name_fault"]

CORE = "quantnn_core"
"""What it is called by default."""

_LONGEST = 64
_IDENTIFIER = re.compile(rf"[A-Za-z_][A-Za-z0-9_]{{0,{_LONGEST - 1}}}")

_KEYWORDS = """
accept_on alias always always_comb always_ff always_latch and assert assign assume automatic before begin bind bins
binsof bit break buf bufif0 bufif1 byte case casex casez cell chandle checker class clocking cmos config const
constraint context continue cover covergroup coverpoint cross deassign default defparam design disable dist do edge
else end endcase endchecker endclass endclocking endconfig endfunction endgenerate endgroup endinterface endmodule
endpackage endprimitive endprogram endproperty endsequence endspecify endtable endtask enum event eventually expect
export extends extern final first_match for force foreach forever fork forkjoin function generate genvar global
highz0 highz1 if iff ifnone ignore_bins illegal_bins implements implies import incdir include initial inout input
inside instance int integer interconnect interface intersect join join_any join_none large let liblist library local
localparam logic longint macromodule matches medium modport module nand negedge nettype new nexttime nmos nor
noshowcancelled not notif0 notif1 null or output package packed parameter pmos posedge primitive priority program
property protected pull0 pull1 pulldown pullup pulsestyle_ondetect pulsestyle_onevent pure rand randc randcase
randsequence rcmos real realtime ref reg reject_on release repeat restrict return rnmos rpmos rtran rtranif0
rtranif1 s_always s_eventually s_nexttime s_until s_until_with scalared sequence shortint shortreal showcancelled
signed small soft solve specify specparam static string strong strong0 strong1 struct super supply0 supply1
sync_accept_on sync_reject_on table tagged task this throughout time timeprecision timeunit tran tranif0 tranif1 tri
tri0 tri1 triand trior trireg type typedef union unique unique0 unsigned until until_with untyped use uwire var
vectored virtual void wait wait_order wand weak weak0 weak1 while wildcard wire with within wor xnor xor
"""
"""Reserved in SystemVerilog, and so in Verilog: IEEE 1800-2017, table B.1."""

_AROUND = ("quantnn_board", "quantnn_link", "quantnn_samples")
"""Modules beside the core, each the prefix of more modules and of files."""

_CELLS = """
altpll ehxplll rpll sb_pll40_core sb_pll40_pad sb_io bb ib ob obz ibuf obuf tbuf iobuf alt_inbuf alt_outbuf
alt_outbuf_tri alt_iobuf bench board_bench board_terminal pll_lock stall_generator stream_source stream_sink
beat_checker dp16kd mult18x18d mult18x18d_register
"""
"""What the board's top is made of, and modules of the simulations around a core."""


def name_fault(name: str) -> str | None:
    """Why a core may not be called so, in words that go on after "must"; None if it may.

    Case makes no difference: to Windows, macOS and VHDL, ``Quantnn_Board`` is ``quantnn_board``.
    """
    if not _IDENTIFIER.fullmatch(name):
        return f"be a Verilog identifier of up to {_LONGEST} letters, digits and underscores, not {name!r}"
    lower = name.lower()
    if lower in _KEYWORDS.split():
        return f"be a name, not {name}, a word of Verilog itself"
    beside = any(f"{own}_".startswith(f"{lower}_") or lower.startswith(f"{own}_") for own in _AROUND)
    if beside or lower in _CELLS.split():
        return f"be a name that is free, not {name}: what is around the core has that one"
    return None
