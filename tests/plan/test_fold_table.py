"""The columns of every engine's table against its plans, fold by fold."""

import numpy as np
import pytest
from fold_choices import choices, folds_of, limits
from networks import device, random_network, random_rescale, tabulated

from quantnn.plan.cost import Cost, engine_cost
from quantnn.plan.drained_engine import ENGINE_PLANS
from quantnn.plan.fold_table import bit_lengths, powers_of_two
from quantnn.plan.memory import next_power_of_two
from quantnn.plan.options import LayerOptions

RESOURCES = device(multipliers=1000)
SHAPES = RESOURCES.block_ram.shapes


def case(seed):
    """Options of a dense layer, with a table or not, or of a rescale layer; the layer's number and its only engine."""
    random = np.random.default_rng(seed)
    network = random_network(seed, [int(w) for w in random.integers(1, 15, 3)], rescale=False)
    layers = [tabulated(random, network.layers[0]) if seed % 2 else network.layers[0], *network.layers[1:]]
    if seed % 3 == 0:
        layers.insert(0, random_rescale(random, layers[0].in_features))
    changed = type(network)(network.input, tuple(layers), network.classify)
    options = LayerOptions(changed, RESOURCES, logic_multipliers=True, logic_memories=True)
    number = int(random.integers(len(layers)))
    return options, number, ENGINE_PLANS[type(layers[number])][0]


@pytest.mark.parametrize("spare", [0, 3])
@pytest.mark.parametrize("beat", [1, 2, 3])
@pytest.mark.parametrize("seed", range(12))
def test_every_fold_has_a_row_with_what_its_engine_takes(seed, beat, spare):
    options, number, kind = case(seed)
    layer, format = options.network.layers[number], options.network.formats[number]
    table = kind.table(layer, options.stages[number].parameters, format, beat, limits(SHAPES), spare)
    folds = folds_of(table)
    assert set(folds) == set(choices(layer, beat, SHAPES, spare))
    products = options.products(table)
    for row, fold in enumerate(folds):
        engine = options.engine(number, kind, fold, options.draft_queue(number, fold))
        assert engine.fold == fold
        assert (table.replays[row], table.interval[row], table.tail[row]) == (
            engine.replays,
            engine.interval,
            engine.tail,
        )
        own = sum((Cost(*memory.cost[row].tolist()) for memory in table.memories), Cost(*products[row].tolist()))
        assert own == engine_cost(engine, RESOURCES, engine.own_memories)
        behind = Cost(*options.back(number, table).cost[row].tolist())
        assert own + behind == engine_cost(engine, RESOURCES)


@pytest.mark.parametrize("logic", [False, True])
def test_folds_that_the_device_cannot_hold_have_no_row(logic):
    options, number, kind = case(2)
    layer, format = options.network.layers[number], options.network.formats[number]
    product = (format.width + (not format.signed)) * layer.weight_range.width
    few = limits(SHAPES, multipliers=5, logic=7 * product if logic else 0, small=False)
    folds = folds_of(kind.table(layer, options.stages[number].parameters, format, 1, few, 0))
    wanted = {
        fold
        for fold in choices(layer, 1, SHAPES)
        if not fold.logic_memories and (logic or not fold.logic_multipliers)
        if fold.pe * fold.word <= (7 if fold.logic_multipliers else 5)
    }
    assert set(folds) == wanted and folds


@pytest.mark.parametrize("seed", range(12))
def test_a_memory_is_worth_no_less_than_a_narrower_one(seed):
    """What the bounds rest on: with more columns for a cycle, at any price, no memory of a row gets cheaper."""
    options, number, kind = case(seed)
    layer, format = options.network.layers[number], options.network.formats[number]
    for beat in (2, 3):
        wide, narrow = (
            kind.table(layer, options.stages[number].parameters, format, b, limits(SHAPES), 0) for b in (beat, 1)
        )
        for block, element in ((1.0, 0.0), (0.0, 1.0), (1.0, 0.002)):
            worth = [
                sum(memory.least(block, element) for memory in (*table.memories, options.front(number, table)))
                + options.products(table)[:, 2] * element
                for table in (wide, narrow)
            ]
            for row in range(len(wide.word)):
                assert any(
                    worth[1][other] <= worth[0][row] and narrow.interval[other] <= wide.interval[row]
                    for other in range(len(narrow.word))
                )


def test_lengths_and_powers():
    values = np.arange(5000)
    assert bit_lengths(values).tolist() == [int(value).bit_length() for value in values]
    assert powers_of_two(values[1:]).tolist() == [max(2, next_power_of_two(int(value))) for value in values[1:]]
