"""What holds for every engine, whatever its fold."""

from dataclasses import replace
from math import ceil

import numpy as np
import pytest
from fold_choices import choices
from networks import device, random_network

from quantnn.network.layers import Dense, Rescale
from quantnn.plan.cost import engine_cost
from quantnn.plan.drained_engine import ENGINE_PLANS
from quantnn.plan.folded_dense import FoldedDensePlan
from quantnn.plan.options import LayerOptions
from quantnn.plan.streamed_rescale import StreamedRescalePlan

RESOURCES = device(multipliers=100)
SHAPES = RESOURCES.block_ram.shapes


def engines(seed):
    """Every engine that some layer of a random network can be built as, with its fold."""
    random = np.random.default_rng(seed)
    layers = LayerOptions(random_network(seed, [int(w) for w in random.integers(2, 8, 3)]), RESOURCES)
    for number, layer in enumerate(layers.network.layers):
        for kind in ENGINE_PLANS[type(layer)]:
            for fold in choices(layer, 1, SHAPES):
                yield layers.engine(number, kind, fold, layers.draft_queue(number, fold)), fold


def test_each_layer_type_has_its_engines():
    assert ENGINE_PLANS[Dense] == [FoldedDensePlan] and ENGINE_PLANS[Rescale] == [StreamedRescalePlan]


@pytest.mark.parametrize("seed", range(12))
def test_an_engine_is_its_fold(seed):
    for engine, fold in engines(seed):
        assert engine.fold == fold
        assert (engine.word, engine.lanes) == (fold.word, fold.lanes)


@pytest.mark.parametrize("seed", range(12))
def test_every_output_leaves_and_the_interval_is_no_less_than_the_work(seed):
    for engine, _ in engines(seed):
        words = ceil(engine.layer.in_features / engine.word)
        assert len(engine.emissions) == words * engine.replays
        assert sum(engine.emissions) == engine.queue.beats if engine.replays == 1 else True
        assert sum(engine.emissions) * engine.lanes >= engine.layer.out_features
        assert engine.interval >= max(len(engine.emissions), sum(engine.emissions))
        assert engine.tail >= engine.latency


def blocks(memory):
    """Block RAMs of a memory whose depths are what they are, by the shapes' rule."""
    return sum(min(ceil(d / deep) * ceil(memory.width / wide) for deep, wide in SHAPES) for d in memory.depths)


@pytest.mark.parametrize("seed", range(12))
def test_memories_stand_in_block_ram_or_in_logic_and_are_counted_there(seed):
    for engine, fold in engines(seed):
        cost = engine_cost(engine, RESOURCES)
        there = [memory for memory in engine.memories if not memory.in_logic]
        assert cost.block_ram == sum(blocks(memory) for memory in there)
        in_logic = [memory for memory in engine.memories if memory.in_logic]
        assert cost.logic == engine.logic_elements + sum(memory.logic_elements for memory in in_logic)
        assert fold.logic_memories or not in_logic
        for memory in in_logic:
            assert memory.blocks(SHAPES) == 0
            assert memory.logic_elements >= memory.width * memory.words / 16, "a LUT holds 16 bits at most"


@pytest.mark.parametrize("seed", range(12))
def test_a_table_stands_once_per_lane(seed):
    for engine, fold in engines(seed):
        table, memories = engine.layer.table, engine.table_memories
        assert len(memories) == (0 if table is None else fold.lanes)
        assert engine.drain_latency == engine.parameters.latency + (0 if table is None else engine.ROM_LATENCY)
        for memory in memories:
            assert memory.words >= len(table.values)
            assert memory.width == table.output.width
        assert {memory.name for memory in engine.memories} >= {memory.name for memory in memories}


@pytest.mark.parametrize("seed", range(12))
def test_multipliers_of_logic_are_no_hardware_multipliers(seed):
    compared = 0
    for engine, fold in engines(seed):
        if not fold.logic_multipliers:
            assert engine.logic_multipliers == 0
            continue
        other = replace(engine, in_logic=False)
        products = fold.pe * fold.word
        assert engine.logic_multipliers == products
        assert sum(n for n, _, _ in other.multipliers) - sum(n for n, _, _ in engine.multipliers) == products
        assert engine.logic_elements - other.logic_elements >= products, "no product is free"
        saved = engine_cost(other, RESOURCES).multipliers - engine_cost(engine, RESOURCES).multipliers
        assert saved >= products
        compared += 1
    assert compared
