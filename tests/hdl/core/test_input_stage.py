import pytest
from engines import cut
from gateware import axi_slave, exchange, four_ways, native
from networks import device, random_network, random_samples

from quantnn.hdl.core.input_stage import InputStage
from quantnn.plan.planner import Planner

SHAPES = [
    # widths, multipliers: what the planner makes of them is asserted below
    ((4, 3), 4),
    ((6, 5, 3), 10),
    ((7, 3), 64),
    ((5, 2), 3),
]


def plan_of(widths, multipliers, rescale=False):
    return Planner(random_network(3, widths, rescale=rescale), device(multipliers=multipliers)).best()


def beats_in(plan, samples):
    """tdata and tlast of every beat, by the documented format."""
    form, items = plan.input, []
    for sample in samples:
        beats = cut([value % (1 << form.element.width) for value in sample], form.per_beat)
        for number, beat in enumerate(beats):
            word = sum(value << (place * form.element.width) for place, value in enumerate(beat))
            items.append((word, int(number == len(beats) - 1)))
    return items


@four_ways
@pytest.mark.parametrize(("widths", "multipliers"), SHAPES)
def test_samples_arrive_in_the_engine_s_words_as_often_as_it_reads_them(widths, multipliers, stall_in, stall_out):
    plan = plan_of(widths, multipliers)
    samples = random_samples(plan.network, 6).tolist()
    width, replays = plan.engines[0].word, plan.engines[0].replays
    whole = [cut(sample, width) for sample in samples for _ in range(replays)]
    dut = InputStage(plan)
    items = beats_in(plan, samples)
    _, received = exchange(
        dut, axi_slave(dut), items, native(dut.o), sum(map(len, whole)), stall_in=stall_in, stall_out=stall_out
    )
    words = iter(received.items)
    for number, sample in enumerate(whole):
        got = [value for _ in sample for value in next(words)]
        elements = plan.network.in_features
        assert got[:elements] == samples[number // replays]


def test_both_kinds_of_stage_are_among_them():
    assert {plan_of(*shape).input_queue is None for shape in SHAPES} == {False, True}


def test_a_queue_only_where_the_engine_does_not_read_beats_as_they_come():
    for shape in SHAPES:
        plan = plan_of(*shape)
        direct = plan.engines[0].word == plan.input.per_beat and plan.engines[0].replays == 1
        assert (plan.input_queue is None) == direct


@four_ways
def test_a_rescale_layer_reads_beats_directly(stall_in, stall_out):
    plan = plan_of((5, 3), 8, rescale=True)
    samples = random_samples(plan.network, 5).tolist()
    assert plan.input_queue is None
    expected = [word for sample in samples for word in cut(sample, plan.engines[0].word)]
    dut, items = InputStage(plan), beats_in(plan, samples)
    _, received = exchange(
        dut, axi_slave(dut), items, native(dut.o), len(expected), stall_in=stall_in, stall_out=stall_out
    )
    assert received.items == expected
