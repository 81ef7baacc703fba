import numpy as np
import pytest
from engines import cut, extremes, result_words, streamed, without_padding
from gateware import exchange, four_ways, native
from networks import SIGNED_NIBBLE, random_rescale
from oracle import accumulators, drained

from quantnn.arithmetic import IntegerRange
from quantnn.hdl.core.streamed_rescale import StreamedRescale

SHAPES = [(1, 1, 1, 1), (5, 1, 1, 2), (6, 2, 4, 1), (7, 3, 6, 3), (4, 4, 4, 1)]
shapes = pytest.mark.parametrize(("features", "lanes", "word", "replays"), SHAPES)


def pass_through(features, lanes, word, replays, input, seed, samples=2, **stalls):
    random = np.random.default_rng(seed)
    layer = random_rescale(random, features)
    plan = streamed(layer, input, lanes, word, replays, samples)
    stimulus = extremes(input, features, random, 7)
    answers = [[drained(layer, c, acc) for c, acc in enumerate(accumulators(layer, x))] for x in stimulus]
    items = [beat for x in stimulus for beat in cut(x, lanes, padding=input.hi)]
    expected = result_words(answers, plan.queue)
    dut = StreamedRescale(plan)
    sent, received = exchange(dut, native(dut.i), items, native(dut.o), len(expected), **stalls)
    assert without_padding(received.items, plan.queue) == expected
    return plan, sent, received


@shapes
@four_ways
def test_equals_the_rule(features, lanes, word, replays, stall_in, stall_out):
    for seed, input in enumerate((SIGNED_NIBBLE, IntegerRange(0, 15))):
        pass_through(features, lanes, word, replays, input, seed, stall_in=stall_in, stall_out=stall_out)


@shapes
def test_a_queue_of_one_sample_loses_nothing(features, lanes, word, replays):
    pass_through(features, lanes, word, replays, SIGNED_NIBBLE, 5, samples=1, stall_out=True)


@pytest.mark.parametrize(("features", "lanes"), [(5, 1), (6, 2), (4, 4)])
def test_a_word_every_cycle_after_the_planned_latency_and_the_queue_s(features, lanes):
    plan, sent, received = pass_through(features, lanes, lanes, 1, SIGNED_NIBBLE, 2, samples=16)
    assert sent.cycles == list(range(len(sent.items)))
    assert received.cycles == [cycle + plan.latency + 4 for cycle in sent.cycles]
