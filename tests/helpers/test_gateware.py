"""The drivers themselves: a stream that breaks the rules is caught."""

import pytest
from amaranth.hdl import Module, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out
from gateware import exchange, four_ways, native

ITEMS = [[n % 4, n // 4] for n in range(12)]
PAIR = stream.Signature(data.ArrayLayout(2, 2))


class Register(wiring.Component):
    """A register stage of a stream, sound or with a fault."""

    i: In(PAIR)
    o: Out(PAIR)

    def __init__(self, fault=None):
        self._fault = fault
        super().__init__()

    def elaborate(self, platform):
        m = Module()
        full = Signal()
        m.d.comb += [self.i.ready.eq(~full | self.o.ready), self.o.valid.eq(full)]
        with m.If(self.i.ready):
            m.d.sync += full.eq(self.i.valid)
        with m.If(self.i.ready & self.i.valid):
            m.d.sync += self.o.payload.eq(self.i.payload)
        if self._fault == "waits for ready":
            m.d.comb += self.o.valid.eq(full & self.o.ready)
        if self._fault == "withdraws":
            m.d.sync += full.eq(self.i.ready & self.i.valid)
        if self._fault == "changes":
            m.d.sync += self.o.payload.eq(self.i.payload)
        if self._fault == "hangs":
            m.d.comb += self.o.valid.eq(0)
        if self._fault == "deaf":
            m.d.comb += self.i.ready.eq(0)
        return m


@four_ways
def test_a_sound_stream_passes_every_item_in_order(stall_in, stall_out):
    dut = Register()
    sent, received = exchange(
        dut, native(dut.i), ITEMS, native(dut.o), len(ITEMS), stall_in=stall_in, stall_out=stall_out
    )
    assert sent.items == received.items == ITEMS
    if not stall_in and not stall_out:
        assert sent.cycles == list(range(12))
        assert received.cycles == list(range(1, 13))


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("waits for ready", "valid depends on ready"),
        ("withdraws", "withdrawn or changed"),
        ("changes", "withdrawn or changed"),
        ("hangs", "beat 0 never came"),
        ("deaf", "beat 0 (was never taken|never came)"),
    ],
)
def test_faults_are_seen(fault, message):
    dut = Register(fault)
    with pytest.raises(AssertionError, match=message):
        exchange(dut, native(dut.i), ITEMS, native(dut.o), len(ITEMS), stall_out=True)
