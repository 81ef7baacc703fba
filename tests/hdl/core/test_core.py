"""Whole tiny networks, pin to pin, against exact fractions."""

import random
from itertools import pairwise

import pytest
from engines import cut
from gateware import Transfers, axi_master, axi_slave, exchange, four_ways, pace, receiver, run, sender
from networks import plan_of, random_network, random_samples
from oracle import elected, outputs

from quantnn.hdl.core.core import Core

NETWORKS = [
    # seed, widths, rescale, multipliers
    (0, (5, 4, 3), False, 6),
    (1, (6, 5, 4, 3), False, 20),
    (2, (4, 6, 2), True, 8),
    (3, (3, 1), False, 1),
    (4, (7, 3, 5), True, 60),
    (5, (2, 9), False, 2),
]
networks = pytest.mark.parametrize("shape", NETWORKS, ids=str)


def bits(values, width):
    """Values side by side, lowest first, two's complement."""
    return sum((value % (1 << width)) << (place * width) for place, value in enumerate(values))


def planned(shape, classify=True):
    seed, widths, rescale, multipliers = shape
    return plan_of(random_network(seed, widths, rescale, classify), multipliers=multipliers)


def beats_in(plan, samples):
    form = plan.input
    return [
        (bits(beat, form.element.width), int(number == form.beats - 1))
        for sample in samples
        for number, beat in enumerate(cut(sample, form.per_beat))
    ]


def check(plan, samples, received):
    """Logits in every beat, tlast in the last, and the class beside it."""
    form, beats = plan.output, iter(received)
    for sample in samples:
        logits = outputs(plan.network, sample)[-1]
        for number, expected in enumerate(cut(logits, form.per_beat)):
            data, last = next(beats)
            assert last == (number == form.beats - 1)
            used = min(form.per_beat, form.elements - number * form.per_beat) * form.element.width
            assert data % (1 << used) == bits(expected, form.element.width) % (1 << used)
        place = form.per_beat * form.element.width
        assert data >> place == (elected(logits) if plan.network.classify else 0)
    assert next(beats, None) is None


def pass_through(plan, samples, **stalls):
    dut = Core(plan)
    sent, received = exchange(
        dut,
        axi_slave(dut, "s_axis_t"),
        beats_in(plan, samples),
        axi_master(dut, "m_axis_t"),
        len(samples) * plan.output.beats,
        **stalls,
    )
    check(plan, samples, received.items)
    return sent, received


@networks
@four_ways
def test_equals_the_rule(shape, stall_in, stall_out):
    plan = planned(shape)
    samples = random_samples(plan.network, 6).tolist()
    input, features = plan.network.input, plan.network.in_features
    samples += [[input.lo] * features, [input.hi] * features]
    pass_through(plan, samples, stall_in=stall_in, stall_out=stall_out)


def test_without_classes():
    plan = planned(NETWORKS[0], classify=False)
    assert plan.output.class_width == 0
    pass_through(plan, random_samples(plan.network, 5).tolist(), stall_out=True)


@networks
def test_interval_and_latency_are_the_plan_s(shape):
    plan = planned(shape)
    samples = random_samples(plan.network, 4 * len(plan.engines) + 8).tolist()
    sent, received = pass_through(plan, samples)
    finished = received.cycles[plan.output.beats - 1 :: plan.output.beats]
    assert finished[0] - sent.cycles[0] == plan.timing.latency
    assert {b - a for a, b in list(pairwise(finished))[-4:]} == {plan.timing.interval} == {plan.interval}


@networks
@pytest.mark.parametrize("after", [1, 7, 23, 38])
def test_one_cycle_of_reset_in_mid_stream(shape, after):
    """Samples under way are lost; whatever follows is as after power-up."""
    plan = planned(shape)
    before, samples = random_samples(plan.network, 40, 1).tolist(), random_samples(plan.network, 4, 2).tolist()
    dut, received = Core(plan), Transfers()
    source, sink = axi_slave(dut, "s_axis_t"), axi_master(dut, "m_axis_t")
    draw = random.Random(after)

    def later(bench):
        async def wait(ctx):
            for _ in range(after + 1):
                await ctx.tick()
            await bench(ctx)

        return wait

    async def interrupt(ctx):
        items = beats_in(plan, before)
        ctx.set(source.valid, 1)
        for _ in range(after):
            for signal, value in zip(source.payload, items[0], strict=True):
                ctx.set(signal, value)
            ctx.set(sink.ready, draw.random() < 0.7)
            *_, taken = await ctx.tick().sample(source.ready)
            if taken:
                items.pop(0)
        ctx.set(source.valid, 0)
        ctx.set(sink.ready, 0)
        ctx.set(dut.rst, 1)
        await ctx.tick()
        ctx.set(dut.rst, 0)
        assert not ctx.get(source.ready) and not ctx.get(sink.valid)

    run(
        dut,
        interrupt,
        later(sender(source, beats_in(plan, samples), pace(False), Transfers())),
        later(receiver(sink, len(samples) * plan.output.beats, pace(True, 4), received)),
    )
    check(plan, samples, received.items)


@pytest.mark.parametrize("shape", NETWORKS[:2], ids=str)
def test_no_input_is_taken_for_the_reset_cycles(shape):
    plan = planned(shape)
    [sample] = random_samples(plan.network, 1).tolist()
    dut, sent = Core(plan), Transfers()
    source = axi_slave(dut, "s_axis_t")
    run(dut, sender(source, beats_in(plan, [sample]), pace(False), sent))
    assert plan.reset_cycles - 1 <= sent.cycles[0] <= plan.reset_cycles + 1


def test_short_and_long_frames_do_not_disturb_the_next():
    plan = planned(NETWORKS[0])
    [good] = random_samples(plan.network, 1).tolist()
    whole = beats_in(plan, [good])
    short = [(whole[0][0], 1)]
    long = [(data, 0) for data, _ in whole] + [(3, 0), (1, 1)]
    filled = cut(good, plan.input.per_beat)[0] + [0] * plan.network.in_features
    dut = Core(plan)
    source, sink = axi_slave(dut, "s_axis_t"), axi_master(dut, "m_axis_t")
    _, received = exchange(dut, source, [*whole, *short, *whole, *long, *whole], sink, 5 * plan.output.beats)
    check(plan, [good, filled[: plan.network.in_features], good, good, good], received.items)


def test_a_fault_in_the_network_is_seen():
    """The comparison can fail: another network's core does not pass as this one's."""
    plan, other = planned(NETWORKS[0]), planned((10, *NETWORKS[0][1:]))
    samples = random_samples(plan.network, 8).tolist()
    dut = Core(plan)
    _, received = exchange(
        dut,
        axi_slave(dut, "s_axis_t"),
        beats_in(plan, samples),
        axi_master(dut, "m_axis_t"),
        len(samples) * plan.output.beats,
    )
    with pytest.raises(AssertionError):
        check(other, samples, received.items)
