"""A layer that only requantizes, its lanes in gateware, and what they have to answer."""

import numpy as np
from amaranth.hdl import Module
from gateware import run
from oracle import drained

from quantnn.arithmetic import IntegerRange, Requantizer
from quantnn.hdl.core.requantizer import Requantizer as RequantizerLane
from quantnn.network.layers import Rescale

__all__ = ["expected", "layer", "stream_through"]


def layer(columns, output, biases=None):
    """A layer of these (m, negative m, s, half) columns, one per channel."""
    m, n, s, half = zip(*columns, strict=True)
    r = tuple(2 ** (shift - 1) if shift and rounds else 0 for shift, rounds in zip(s, half, strict=True))
    bias = np.array([0] * len(m) if biases is None else biases)
    return Rescale(bias, Requantizer(m, n, s, r, IntegerRange(*output)))


def stream_through(formats, accumulators):
    """Outputs of lanes side by side: per format the same list of (channel, accumulator), a pair per cycle."""
    m = Module()
    lanes = [RequantizerLane(parameters) for parameters in formats]
    m.submodules += lanes
    results = [[] for _ in formats]
    latest = max(parameters.latency for parameters in formats)

    async def bench(ctx):
        for cycle in range(len(accumulators) + latest):
            for parameters, lane, result in zip(formats, lanes, results, strict=True):
                if 0 <= cycle - parameters.latency < len(accumulators):
                    result.append(ctx.get(lane.o))
                if cycle < len(accumulators):
                    channel, accumulator = accumulators[cycle]
                    total = accumulator - int(parameters.layer.bias[channel])
                    ctx.set(lane.sum, total & ((1 << parameters.accumulator.width) - 1))
                    ctx.set(lane.word, parameters.word(channel))
            await ctx.tick()

    run(m, bench)
    return results


def expected(layer, accumulators):
    """By fractions; the software half has to agree."""
    exact = [drained(layer, channel, accumulator) for channel, accumulator in accumulators]
    for channel in {channel for channel, _ in accumulators}:
        row = np.zeros((len(accumulators), layer.out_features), dtype=np.int64)
        row[:, channel] = [accumulator for _, accumulator in accumulators]
        software = layer.requantizer(row)[:, channel].tolist()
        assert all(
            a == b for a, b, (of, _) in zip(software, exact, accumulators, strict=True) if of == channel
        )
    return exact
