# amaranth: UnusedElaboratable=no

import random

import pytest
from gateware import run
from serial_line import CYCLE, bits_of, speak

from quantnn.hdl.link.uart_receiver import UartReceiver

MESSAGE = [0x00, 0xFF, 0x55, 0xAA, 0x01, 0x80, *random.Random(1).randbytes(20)]


def received(divisor, drive, wait=None):
    """What comes out while ``drive`` moves the line: bytes, None for an error."""
    dut = UartReceiver(divisor)
    found = []
    over = []

    async def line(ctx):
        ctx.set(dut.rx, 1)
        await ctx.delay(3 * CYCLE)
        await drive(ctx, dut.rx)
        await ctx.delay((wait or 12 * divisor) * CYCLE)
        over.append(True)

    async def collect(ctx):
        while not over:
            *_, valid, data, error = await ctx.tick().sample(dut.o.valid, dut.o.payload.data, dut.o.payload.error)
            if valid:
                found.append(None if error else data)

    run(dut, line, collect)
    return found


@pytest.mark.parametrize("divisor", [4, 5, 8, 50, 434])
def test_every_byte_comes_whole(divisor):
    message = MESSAGE if divisor < 100 else MESSAGE[:4]
    assert received(divisor, lambda ctx, rx: speak(ctx, rx, message, divisor * CYCLE)) == message


@pytest.mark.parametrize("speed", [0.96, 0.98, 1.02, 1.04])
def test_the_other_end_may_be_faster_or_slower(speed):
    """Ten bits may drift by less than half a bit in all: 4 % leave 0.12 bits."""
    assert received(32, lambda ctx, rx: speak(ctx, rx, MESSAGE, 32 * CYCLE * speed)) == MESSAGE


def test_a_speed_that_is_wrong_by_a_tenth_is_noticed():
    found = received(32, lambda ctx, rx: speak(ctx, rx, [0x00] * 20, 32 * CYCLE * 1.1))
    assert None in found


def test_a_missing_stop_bit_is_an_error_and_the_next_byte_is_whole():
    async def drive(ctx, rx):
        await speak(ctx, rx, [0x12], 8 * CYCLE)
        for level in [*bits_of(0x34)[:-1], 0, 0, 0]:
            ctx.set(rx, level)
            await ctx.delay(8 * CYCLE)
        ctx.set(rx, 1)
        await ctx.delay(8 * CYCLE)
        await speak(ctx, rx, [0x56], 8 * CYCLE)

    assert received(8, drive) == [0x12, None, 0x56]


def test_a_line_that_stays_low_is_one_error():
    async def drive(ctx, rx):
        ctx.set(rx, 0)
        await ctx.delay(500 * CYCLE)
        ctx.set(rx, 1)
        await ctx.delay(20 * CYCLE)
        await speak(ctx, rx, [0x78], 8 * CYCLE)

    assert received(8, drive) == [None, 0x78]


def test_glitches_of_a_cycle_are_no_start_and_change_no_bit():
    async def drive(ctx, rx):
        for _ in range(5):
            ctx.set(rx, 0)
            await ctx.delay(CYCLE)
            ctx.set(rx, 1)
            await ctx.delay(7 * CYCLE)
        for level in bits_of(0x5A):
            for cycle in range(16):
                ctx.set(rx, level ^ (cycle == 8))
                await ctx.delay(CYCLE)
        ctx.set(rx, 1)

    assert received(16, drive) == [0x5A]


def test_a_start_bit_that_is_over_by_its_middle_is_noise():
    async def drive(ctx, rx):
        ctx.set(rx, 0)
        await ctx.delay(5 * CYCLE)
        ctx.set(rx, 1)
        await ctx.delay(40 * CYCLE)
        await speak(ctx, rx, [0x9C], 16 * CYCLE)

    assert received(16, drive) == [0x9C]


def test_bits_of_fewer_than_four_cycles_are_refused():
    with pytest.raises(ValueError, match=r"^A bit must have at least 4 cycles, not 3$"):
        UartReceiver(3)
