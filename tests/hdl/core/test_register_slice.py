from itertools import product

import pytest
from gateware import exchange, four_ways, native, run

from quantnn.hdl.core.register_slice import RegisterSlice

ITEMS = [*range(16), *range(15, -1, -1), 0, 0, 7, 9]


@four_ways
def test_everything_passes_in_order(stall_in, stall_out):
    dut = RegisterSlice(4)
    _, received = exchange(dut, native(dut.i), ITEMS, native(dut.o), len(ITEMS), stall_in=stall_in, stall_out=stall_out)
    assert received.items == ITEMS


def test_a_transfer_takes_the_latency_and_leaves_no_gap():
    dut = RegisterSlice(4)
    sent, received = exchange(dut, native(dut.i), ITEMS, native(dut.o), len(ITEMS))
    start = sent.cycles[0]
    assert sent.cycles == list(range(start, start + len(ITEMS)))
    assert received.cycles == [cycle + RegisterSlice.LATENCY for cycle in sent.cycles]


def test_while_the_sink_stalls_it_holds_two_transfers():
    """The one at the output, and the one that was already under way."""
    dut, accepted = RegisterSlice(4), []

    async def offer(ctx):
        ctx.set(dut.i.valid, 1)
        for value in range(6):
            ctx.set(dut.i.payload, value)
            if ctx.get(dut.i.ready):
                accepted.append(value)
            await ctx.tick()
        assert ctx.get(dut.o.payload) == 0

    run(dut, offer)
    assert accepted == [0, 1]


@pytest.mark.parametrize("held", range(3))
def test_no_output_follows_an_input_within_the_cycle(held):
    """However many transfers it holds."""
    dut = RegisterSlice(4)

    def outputs(ctx):
        return [ctx.get(signal) for signal in (dut.i.ready, dut.o.valid, dut.o.payload)]

    async def bench(ctx):
        ctx.set(dut.i.valid, 1)
        for _ in range(held):
            await ctx.tick()
        assert (ctx.get(dut.i.ready), ctx.get(dut.o.valid)) == (held < 2, held > 0)
        before = outputs(ctx)
        for valid, payload, ready in product((0, 1), (0, 15), (0, 1)):
            ctx.set(dut.i.valid, valid)
            ctx.set(dut.i.payload, payload)
            ctx.set(dut.o.ready, ready)
            assert outputs(ctx) == before

    run(dut, bench)
