"""A serial line in Amaranth's simulator: the other end of a UART, written from the definition of 8N1."""

__all__ = ["CYCLE", "bits_of", "listen", "speak"]

CYCLE = 1e-6
"""The period of the clock of :func:`gateware.run`."""


def bits_of(byte):
    """The levels of a byte on the line, from the start bit to the stop bit."""
    return [0, *(byte >> place & 1 for place in range(8)), 1]


async def speak(ctx, line, data, bit, stop=1.0):
    """Send bytes, each bit ``bit`` seconds long, each stop bit ``stop`` times that."""
    for byte in data:
        for level in bits_of(byte)[:-1]:
            ctx.set(line, level)
            await ctx.delay(bit)
        ctx.set(line, 1)
        await ctx.delay(stop * bit)


async def listen(ctx, line, bit, received, until=None):
    """Append every byte to ``received``; a byte without a stop bit as None. Returns when ``until`` says so."""
    while until is None or not until():
        if ctx.get(line):
            await ctx.delay(bit / 16)
            continue
        await ctx.delay(bit / 2)
        assert ctx.get(line) == 0, "a start bit must last"
        levels = []
        for _ in range(9):
            await ctx.delay(bit)
            levels.append(ctx.get(line))
        received.append(sum(level << place for place, level in enumerate(levels[:8])) if levels[8] else None)
        while not ctx.get(line):
            await ctx.delay(bit / 16)
