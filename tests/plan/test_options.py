from dataclasses import replace
from math import ceil

import numpy as np
import pytest
from fold_choices import choices
from networks import device, random_network, random_rescale, tabulated

from quantnn.plan.cost import engine_cost, memory_cost
from quantnn.plan.drained_engine import ENGINE_PLANS
from quantnn.plan.options import LayerOptions
from quantnn.plan.queue import QueuePlan


def options_of(seed, **flags):
    """The options of a network with a table and maybe a rescale layer, on a device with some multipliers."""
    random = np.random.default_rng(seed)
    widths = [int(w) for w in random.integers(3, 10, 3)]
    network = random_network(seed, widths, rescale=False)
    first = tabulated(random, network.layers[0])
    layers = [first, *network.layers[1:]]
    if seed % 2:
        layers.insert(0, replace(random_rescale(random, widths[0])))
    network = replace(network, layers=tuple(layers))
    return LayerOptions(network, device(multipliers=int(random.integers(10, 60))), **flags)


def beaten(one, others):
    """Whether another point is no greater in any part."""
    return any(all(a <= b for a, b in zip(other, one, strict=True)) for other in others)


def merits(option):
    cost = option.cost + option.front
    return (cost.multipliers, cost.block_ram, option.interval, cost.logic, option.tail)


def group(layers, number, option):
    """Options are compared with those that send the same beats; in the first layer, take the same words too."""
    return option.fold.lanes if number else (option.fold.lanes, option.fold.word)


FLAGS = [{}, {"logic_memories": True}, {"logic_multipliers": True, "logic_memories": True}]


@pytest.mark.parametrize("flags", FLAGS, ids=str)
@pytest.mark.parametrize("seed", range(4))
def test_no_option_is_beaten_and_none_is_missing(seed, flags):
    layers = options_of(seed, **flags)
    last = len(layers.network.layers) - 1
    for number, layer in enumerate(layers.network.layers):
        for beat in (1, 2) if number else (1,):
            groups = {}
            for option in layers.of(number, beat):
                groups.setdefault(group(layers, number, option), []).append(merits(option))
            for points in groups.values():
                assert all(not beaten(p, points[:n] + points[n + 1 :]) for n, p in enumerate(points))
            for kind in ENGINE_PLANS[type(layer)]:
                for fold in choices(layer, beat, layers.resources.block_ram.shapes, 0 if number else 3):
                    if not allowed(fold, layers, flags):
                        continue
                    point = priced(layers, number, last, kind, fold, beat)
                    place = fold.lanes if number else (fold.lanes, fold.word)
                    assert beaten(point, groups.get(place, [])), fold


def allowed(fold, layers, flags):
    if fold.logic_memories and not flags.get("logic_memories"):
        return False
    if fold.logic_multipliers:
        return bool(flags.get("logic_multipliers"))
    return fold.pe * fold.word <= layers.resources.multipliers.count


def priced(layers, number, last, kind, fold, beat):
    """The merits of a fold: its engine, the queue in front, and behind the last engine that queue."""
    engine = layers.engine(number, kind, fold, layers.draft_queue(number, fold))
    whole = engine_cost(engine, layers.resources)
    behind = memory_cost([engine.queue.memory("queue")], layers.resources)
    words = ceil(engine.layer.in_features / engine.word)
    depth = 2 ** max(1, ceil(np.log2(2 * words)))
    front = QueuePlan(engine.layer.in_features, engine.input, beat, engine.word, engine.replays, depth)
    memory = front.memory("queue")
    if fold.logic_memories:
        memory = memory.in_logic_if_small(layers.resources.block_ram.shapes)
    cost = (whole if number == last else whole - behind) + memory_cost([memory], layers.resources)
    return (cost.multipliers, cost.block_ram, engine.interval, cost.logic, engine.tail)


@pytest.mark.parametrize("flags", FLAGS, ids=str)
@pytest.mark.parametrize("seed", range(6))
def test_an_option_costs_what_its_engine_does(seed, flags):
    layers = options_of(seed, **flags)
    last = len(layers.network.layers) - 1
    for number in range(last + 1):
        for option in layers.of(number, 1):
            engine = layers.engine(number, option.kind, option.fold, layers.draft_queue(number, option.fold))
            assert (engine.fold, engine.interval, engine.tail) == (option.fold, option.interval, option.tail)
            assert merits(option) == priced(layers, number, last, option.kind, option.fold, 1)
            assert option.direct == (number == 0 and engine.replays == 1)


def test_multipliers_of_logic_only_where_they_may_be():
    plain, logic = options_of(2), options_of(2, logic_multipliers=True, logic_memories=True)
    assert not any(option.fold.logic_multipliers or option.fold.logic_memories for option in plain.of(1, 1))
    made = [option for option in logic.of(1, 1) if option.fold.logic_multipliers]
    assert made
    for option in made:
        engine = logic.engine(1, option.kind, option.fold, logic.draft_queue(1, option.fold))
        assert engine.logic_multipliers == option.fold.pe * option.fold.word
        assert sum(count for count, _, _ in engine.multipliers) in (0, option.fold.lanes), "the drain's only"


def test_no_fold_beats_the_options_in_multipliers_and_interval():
    """Whatever PE and SIMD: some option takes no more multipliers and no more cycles."""
    layers = options_of(0)
    layer = layers.network.layers[1]
    points = [
        (o.fold.pe * o.fold.word, ceil(layer.out_features / o.fold.pe) * ceil(layer.in_features / o.fold.word))
        for o in layers.of(1, 1)
    ]
    for pe in range(1, layer.out_features + 1):
        for simd in range(1, layer.in_features + 1):
            if pe * simd <= layers.resources.multipliers.count:
                assert beaten((pe * simd, ceil(layer.out_features / pe) * ceil(layer.in_features / simd)), points)
