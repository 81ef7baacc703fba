from dataclasses import replace
from math import ceil

import numpy as np
import pytest
from networks import device, random_network
from unrolled import unrolled_plan, unroller_of

from quantnn.plan.cost import engine_cost
from quantnn.plan.engine import Fold
from quantnn.plan.fold_table import FoldLimits
from quantnn.plan.options import LayerOptions
from quantnn.plan.unrolled_engine import UnrolledPlan

RESOURCES = device(multipliers=100)


def options_of(seed, widths=(9, 7, 5)):
    network = random_network(seed, widths, rescale=False)
    stages = unroller_of(network).stages((True,) * (len(widths) - 1))
    return LayerOptions(network, RESOURCES, logic_memories=True, stages=stages)


@pytest.mark.parametrize("seed", range(4))
def test_a_row_of_the_table_is_the_engine_of_its_fold(seed):
    """Costs, cycles and beats are those of the plan, with the queue in two samples' size."""
    layers = options_of(seed)
    table = layers.of(0, 1)
    assert len(table)
    for option in table:
        engine = layers.engine(0, option.kind, option.fold, layers.draft_queue(0, option.fold))
        assert isinstance(engine, UnrolledPlan) and engine.fold == option.fold
        assert (engine.interval, engine.tail) == (option.interval, option.tail)
        assert engine_cost(engine, RESOURCES) == option.cost


def test_every_number_of_beats_is_offered_once():
    stage = options_of(1).stages[0]
    limits = FoldLimits(RESOURCES.block_ram.shapes, 100, 0, logic_memories=False)
    table = stage.table(UnrolledPlan, 1, limits, 0)
    assert sorted(table.interval.tolist()) == [1, 2, 3, 5], "5 outputs leave in 1, 2, 3 or 5 beats"
    for lanes, beats in zip(table.lanes.tolist(), table.interval.tolist(), strict=True):
        assert beats == ceil(5 / lanes)


def test_words_are_whole_beats():
    stage = options_of(1).stages[0]
    limits = FoldLimits(RESOURCES.block_ram.shapes, 100, 0, logic_memories=False)
    for beat in (1, 2, 4, 9):
        words = set(stage.table(UnrolledPlan, beat, limits, 0).word.tolist())
        assert words == {ceil(9 / beat) * beat}


def test_a_word_holds_a_sample():
    layers = options_of(2)
    fold = Fold(8, 5)
    with pytest.raises(ValueError, match="a sample's 9 elements, not 8"):
        layers.engine(0, UnrolledPlan, fold, layers.draft_queue(0, replace(fold, word=9)))


@pytest.mark.parametrize("seed", range(6))
def test_a_run_has_one_queue_and_a_tap_for_each_layer(seed):
    network = random_network(seed, (6, 5, 4, 3))
    plan, graphs = unrolled_plan(network)
    (engine,) = plan.engines
    assert plan.timing.interval == 1 == engine.interval
    assert [memory.name for memory in plan.memories] == ["layer_0.queue.memory"]
    assert engine.layers == network.layers
    assert [tap.format.elements for tap in engine.taps] == [layer.out_features for layer in network.layers]
    assert [values.lo for values in engine.accumulators] == [values.lo for values in network.accumulators]
    assert sum(engine.layer_logic) == engine.logic_elements
    assert len(graphs) == sum(layer.kind == "dense" for layer in network.layers)


def test_the_queue_holds_what_is_under_way():
    """A sample enters only with room for its answer, so that many answers are reserved at interval 1."""
    plan, _ = unrolled_plan(random_network(3, (6, 5, 4)))
    assert plan.engines[0].queue.depth > plan.engines[0].latency


@pytest.mark.parametrize("names", ["folded,unrolled,unrolled", "unrolled,folded,folded", "folded,unrolled,folded"])
def test_engines_of_both_kinds_stand_in_a_row(names):
    network = random_network(5, (9, 7, 5, 3), rescale=False)
    plan, _ = unrolled_plan(network, names)
    built = [engine.engine for engine in plan.engines for _ in engine.layers]
    assert built == names.split(",")
    assert plan.places == tuple(np.cumsum([0, *(len(engine.layers) for engine in plan.engines[:-1])]))
    for before, after in zip(plan.engines, plan.engines[1:], strict=False):
        assert (before.queue.word, before.queue.replays) == (after.word, after.replays)
