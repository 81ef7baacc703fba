# amaranth: UnusedElaboratable=no

import random
from itertools import pairwise

import pytest
from gateware import Stream, Transfers, pace, run, sender
from serial_line import CYCLE, bits_of, listen

from quantnn.hdl.link.uart_transmitter import UartTransmitter

MESSAGE = [0x00, 0xFF, 0x55, 0xAA, 0x01, 0x80, *random.Random(2).randbytes(10)]


def send(divisor, message, *benches, stalls=False):
    dut = UartTransmitter(divisor)
    found, sent = [], Transfers()

    async def collect(ctx):
        await listen(ctx, dut.tx, divisor * CYCLE, found, until=lambda: len(found) == len(message))

    stream = Stream(dut.i.valid, dut.i.ready, (dut.i.payload,))
    run(dut, sender(stream, message, pace(stalls), sent), collect, *(bench(dut) for bench in benches))
    return found, sent.cycles


@pytest.mark.parametrize("stalls", [False, True])
@pytest.mark.parametrize("divisor", [4, 7, 50])
def test_every_byte_leaves_whole(divisor, stalls):
    assert send(divisor, MESSAGE, stalls=stalls)[0] == MESSAGE


def test_a_byte_is_taken_every_ten_bits_and_a_cycle():
    _, cycles = send(8, MESSAGE)
    assert {b - a for a, b in pairwise(cycles)} == {81}


def test_every_bit_lasts_the_divisor():
    levels = []

    def watch(dut):
        async def bench(ctx):
            assert ctx.get(dut.tx) == 1
            while ctx.get(dut.tx):
                await ctx.tick()
            for _ in range(50):
                levels.append(ctx.get(dut.tx))
                await ctx.tick()

        return bench

    send(5, [0xA6], watch)
    assert levels == [level for level in bits_of(0xA6) for _ in range(5)]


def test_bits_of_one_cycle_are_refused():
    with pytest.raises(ValueError, match=r"^A bit must have at least 2 cycles, not 1$"):
        UartTransmitter(1)
