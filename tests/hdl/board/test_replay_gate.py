# amaranth: UnusedElaboratable=no

from itertools import product

from amaranth.sim import Simulator

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.hdl.board.replay_gate import ReplayGate

INPUT = BeatFormat(elements=3, element=IntegerRange(0, 255))
OUTPUT = BeatFormat(elements=2, element=IntegerRange(-100, 100), class_width=3)


def test_every_stream_goes_where_it_shall():
    """All handshakes: in a replay the stored samples have the core, else who shares it; nobody hears the other."""
    dut = ReplayGate(INPUT, OUTPUT)

    async def bench(ctx):
        ctx.set(dut.samples.payload.data, 0x51)
        ctx.set(dut.share_i.payload.data, 0x52)
        ctx.set(dut.core_o.payload.data, 0b101 << 8 | 0x77)
        for running, stored, shared, core, player, answers, last, takes in product((0, 1), repeat=8):
            ctx.set(dut.running, running)
            ctx.set(dut.samples.valid, stored)
            ctx.set(dut.share_i.valid, shared)
            ctx.set(dut.core_i.ready, core)
            ctx.set(dut.player_i.ready, player)
            ctx.set(dut.core_o.valid, answers)
            ctx.set(dut.core_o.payload.last, last)
            ctx.set(dut.share_o.ready, takes)
            assert ctx.get(dut.core_i.valid) == (stored if running else shared)
            assert ctx.get(dut.core_i.payload.data) == (0x51 if running else 0x52)
            assert ctx.get(dut.samples.ready) == (core if running else player)
            assert ctx.get(dut.share_i.ready) == (core and not running)
            assert ctx.get(dut.player_i.valid) == (stored and not running)
            assert ctx.get(dut.player_i.payload.data) == 0x51
            assert ctx.get(dut.share_o.valid) == (answers and not running)
            assert ctx.get(dut.core_o.ready) == (takes or running)
            assert ctx.get(dut.share_o.payload.data) == (0b101 << 8 | 0x77)
            assert (ctx.get(dut.answered), ctx.get(dut.number)) == ((answers and last), 0b101)

    simulator = Simulator(dut)
    simulator.add_testbench(bench)
    simulator.run()
