"""Runs Amaranth components in its simulator: stream drivers that stall, and checks of what every stream owes."""

import random
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import pytest
from amaranth.hdl import ClockDomain, Module, Signal
from amaranth.lib import data
from amaranth.sim import Simulator

__all__ = ["Stream", "Transfers", "axi_master", "axi_slave", "exchange", "four_ways", "native", "pace", "run"]

four_ways = pytest.mark.parametrize(("stall_in", "stall_out"), list(product([False, True], repeat=2)))
"""With and without stalls on each side."""

PATIENCE = 2000
"""Cycles without a transfer after which a stream hangs."""


@dataclass(frozen=True)
class Stream:
    """The signals of one stream, whatever it is called where it comes from."""

    valid: Any
    ready: Any
    payload: tuple[Any, ...]


@dataclass
class Transfers:
    """What passed a stream, and in which cycle each beat did."""

    items: list = field(default_factory=list)
    cycles: list[int] = field(default_factory=list)


def native(stream):
    """An Amaranth stream of arrays; an item is a list of elements."""
    return Stream(stream.valid, stream.ready, (stream.payload,))


def axi_slave(component, prefix=""):
    """An AXI4-Stream input; an item is (data, last)."""
    ports = (getattr(component, prefix + name) for name in ("valid", "ready", "data", "last"))
    valid, ready, *payload = ports
    return Stream(valid, ready, tuple(payload))


axi_master = axi_slave


def pace(stalls, seed=0):
    """Whether to be ready, cycle by cycle, without end."""
    draw = random.Random(seed)
    while True:
        yield not stalls or draw.random() < 0.5


def run(component, *benches, reset=None):
    """Clock a component until every bench has returned; ``reset`` is a signal that resets it."""
    m = Module()
    m.domains.sync = domain = ClockDomain()
    m.submodules.dut = component
    if reset is not None:
        m.d.comb += domain.rst.eq(reset)
    m.d.sync += Signal(name="clocked").eq(1)
    simulator = Simulator(m)
    simulator.add_clock(1e-6)
    for bench in benches:
        simulator.add_testbench(bench)
    simulator.run()


def get(ctx, value):
    """A signal as an integer, an array as a list of integers."""
    if isinstance(value, data.View):
        return [ctx.get(value[place]) for place in range(value.shape().length)]
    return ctx.get(value)


def sender(stream, items, ready_to_send, sent):
    """A bench that offers every item until it is taken."""

    async def bench(ctx):
        cycle = 0
        for item in items:
            while not next(ready_to_send):
                await ctx.tick()
                cycle += 1
            ctx.set(stream.valid, 1)
            for signal, value in zip(stream.payload, item if len(stream.payload) > 1 else (item,), strict=True):
                ctx.set(signal, value)
            for _ in range(PATIENCE):
                *_, taken = await ctx.tick().sample(stream.ready)
                cycle += 1
                if taken:
                    break
            else:
                raise AssertionError(f"beat {len(sent.items)} was never taken")
            sent.items.append(item)
            sent.cycles.append(cycle - 1)
            ctx.set(stream.valid, 0)

    return bench


def receiver(stream, count, ready_to_take, received):
    """A bench that takes ``count`` items. An item that is offered has to stay, and valid may not look at ready."""

    async def bench(ctx):
        cycle, offered, waited = 0, None, 0
        while len(received.items) < count:
            ctx.set(stream.ready, 0)
            valid = ctx.get(stream.valid)
            ready = next(ready_to_take)
            ctx.set(stream.ready, ready)
            assert ctx.get(stream.valid) == valid, "valid depends on ready"
            values = tuple(get(ctx, signal) for signal in stream.payload)
            item = values if len(values) > 1 else values[0]
            if offered is not None:
                assert valid and item == offered, "an offered beat was withdrawn or changed"
            offered = item if valid and not ready else None
            if valid and ready:
                received.items.append(item)
                received.cycles.append(cycle)
                waited = 0
            waited += 1
            assert waited < PATIENCE, f"beat {len(received.items)} never came"
            await ctx.tick()
            cycle += 1

    return bench


def exchange(component, source, items, sink, count, *, stall_in=False, stall_out=False, benches=(), seed=0):
    """Send items into one stream and take ``count`` from another; returns what passed each."""
    sent, received = Transfers(), Transfers()
    run(
        component,
        sender(source, items, pace(stall_in, seed + 1), sent),
        receiver(sink, count, pace(stall_out, seed + 2), received),
        *benches,
    )
    return sent, received
