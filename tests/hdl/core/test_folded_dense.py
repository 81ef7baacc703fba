from itertools import pairwise

import numpy as np
import pytest
from engines import cut, extremes, folded, result_words, without_padding
from gateware import exchange, four_ways, native
from networks import SIGNED_NIBBLE, random_dense, tabulated
from oracle import accumulators, drained

from quantnn.arithmetic import IntegerRange
from quantnn.hdl.core.folded_dense import FoldedDense

FOLDS = [
    # inputs, outputs, PE, SIMD, lanes, word, replays
    (4, 3, 1, 1, 1, 1, 1),
    (5, 6, 2, 2, 2, 6, 2),
    (6, 7, 4, 3, 2, 4, 1),
    (3, 5, 5, 3, 5, 5, 3),
    (3, 5, 5, 3, 2, 4, 2),
    (1, 4, 2, 1, 1, 3, 1),
    (8, 1, 1, 8, 1, 1, 4),
    (2, 9, 4, 2, 4, 8, 1),
]
folds = pytest.mark.parametrize("fold", FOLDS, ids=str)


def pass_through(fold, input, seed, count=6, samples=2, table=False, **stalls):
    inputs, outputs, pe, simd, lanes, word, replays = fold
    random = np.random.default_rng(seed)
    layer = random_dense(random, inputs, outputs)
    layer = tabulated(random, layer) if table else layer
    plan = folded(layer, input, pe, simd, lanes, word, replays, samples)
    stimulus = extremes(input, inputs, random, count)
    answers = [[drained(layer, c, acc) for c, acc in enumerate(accumulators(layer, x))] for x in stimulus]
    items = [beat for x in stimulus for beat in cut(x, simd, plan.replays, padding=input.lo)]
    expected = result_words(answers, plan.queue)
    dut = FoldedDense(plan)
    sent, received = exchange(
        dut, native(dut.i), items, native(dut.o), len(expected), seed=seed, **stalls
    )
    assert without_padding(received.items, plan.queue) == expected
    return plan, sent, received


@folds
@four_ways
def test_equals_the_rule(fold, stall_in, stall_out):
    for seed, input in enumerate((SIGNED_NIBBLE, IntegerRange(0, 15))):
        pass_through(fold, input, seed, table=bool(seed), stall_in=stall_in, stall_out=stall_out)


@folds
def test_a_queue_of_one_sample_loses_nothing(fold):
    pass_through(fold, SIGNED_NIBBLE, 3, samples=1, stall_out=True)


@folds
def test_interval_and_latency_are_the_plan_s(fold):
    fold = (*fold[:5], fold[4], 1)
    plan, sent, received = pass_through(fold, SIGNED_NIBBLE, 5, count=8, samples=16)
    words = plan.columns * plan.folds
    finished = sent.cycles[words - 1 :: words]
    assert {b - a for a, b in pairwise(finished[2:])} == {plan.interval}
    first_fold = sent.cycles[plan.columns - 1]
    assert received.cycles[0] == first_fold + plan.latency + 4, "through the engine and its queue"
