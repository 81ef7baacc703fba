"""Any choice of folds, not only the planner's, keeps its interval back to back."""

from dataclasses import replace

import pytest
from drawn_choices import drawn

from quantnn.plan.assemble import assemble
from quantnn.plan.planner import Planner

SEEDS = range(120)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_interval_is_that_of_the_slowest_part(seed):
    layers, choice = drawn(seed)
    plan = assemble(choice, layers)
    outputs = -(-layers.network.out_features // choice.options[-1].fold.lanes)
    inputs = -(-layers.network.in_features // choice.per_beat)
    slowest = max(inputs, outputs, *(option.interval for option in choice.options))
    assert plan.timing.interval == plan.interval == slowest


@pytest.mark.parametrize("seed", SEEDS)
def test_the_core_is_what_was_chosen(seed):
    layers, choice = drawn(seed)
    plan = assemble(choice, layers)
    assert [engine.fold for engine in plan.engines] == [option.fold for option in choice.options]
    assert [engine.interval for engine in plan.engines] == [option.interval for option in choice.options]
    for writer, reader in zip(plan.engines, plan.engines[1:], strict=False):
        assert (writer.queue.word, writer.queue.replays) == (reader.word, reader.replays)
    first = plan.engines[0]
    assert (plan.input_queue is None) == (choice.per_beat == first.word and first.replays == 1)
    queues = ([plan.input_queue] if plan.input_queue else []) + [engine.queue for engine in plan.engines]
    assert all(queue.depth >= max(2, queue.words) and queue.depth.bit_count() == 1 for queue in queues)
    assert plan.output.class_width == (
        (max(2, layers.network.out_features) - 1).bit_length() if plan.network.classify else 0
    )
    cost = Planner(layers.network, layers.resources).cost(plan)
    assert cost.multipliers == sum(option.cost.multipliers for option in choice.options)


def shallower(plan, place):
    """The plan with half the words in one of its queues, or None where a sample would not fit."""
    engine = plan.engines[place]
    if engine.queue.depth // 2 < max(2, engine.queue.words):
        return None
    halved = replace(engine, queue=replace(engine.queue, depth=engine.queue.depth // 2))
    return replace(plan, engines=(*plan.engines[:place], halved, *plan.engines[place + 1 :]))


def test_most_queues_are_not_deeper_than_needed():
    """Half of a queue's words would lengthen the interval more often than not, so the check above is no formality."""
    slower = kept = 0
    for seed in range(60):
        plan = assemble(*reversed(drawn(seed)))
        for place in range(len(plan.engines) - 1):
            less = shallower(plan, place)
            if less is not None:
                longer = less.simulate(60).interval > plan.interval or less.timing.interval > plan.interval
                slower, kept = slower + longer, kept + (not longer)
    assert slower > 0, (slower, kept)
