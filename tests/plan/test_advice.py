"""What the advice promises is so: its numbers add up, and its flag makes the network fit."""

import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from networks import device, random_network

from quantnn.arithmetic import IntegerRange
from quantnn.errors import DoesNotFitError
from quantnn.network.layers import Dense
from quantnn.plan.cost import Cost
from quantnn.plan.planner import Planner

SEEDS = range(24)
NAMES = {"multiplier": "multipliers", "block": "block_ram", "LE": "logic"}


def narrowed(network, bits):
    limit = 2 ** (bits - 1) - 1
    layers = [
        replace(layer, weights=np.clip(layer.weights, -limit, limit), weight_range=IntegerRange(-limit, limit))
        if isinstance(layer, Dense)
        else layer
        for layer in network.layers
    ]
    return replace(network, layers=tuple(layers))


def case(seed):
    """A network with weights of 5 to 12 bits, and a device that is often too small."""
    random = np.random.default_rng(seed)
    network = random_network(seed, [int(w) for w in random.integers(4, 24, random.integers(2, 4))])
    limit = 2 ** int(random.integers(4, 12)) - 1
    layers = [
        replace(
            layer,
            weights=random.integers(-limit, limit + 1, layer.weights.shape),
            weight_range=IntegerRange(-limit, limit),
        )
        if isinstance(layer, Dense)
        else layer
        for layer in network.layers
    ]
    logits = replace(layers[-1].requantizer, output=IntegerRange(-(2**40), 2**40))
    layers[-1] = replace(layers[-1], requantizer=logits)
    size = {"multipliers": int(random.integers(1, 12)), "blocks": int(random.integers(4, 40))}
    return replace(network, layers=tuple(layers)), device(**size, logic=int(random.integers(300, 4000)))


def advice(network, resources):
    """What is said, or None where it fits."""
    try:
        Planner(network, resources).best()
    except DoesNotFitError as error:
        assert "\n" not in str(error)
        return str(error)
    return None


@cache
def said_of(seed):
    return advice(*case(seed))


pytestmark = pytest.mark.xdist_group("advice")  # each case planned once


@pytest.mark.parametrize("seed", SEEDS)
def test_the_flag_makes_it_fit_and_one_bit_more_does_not(seed):
    network, resources = case(seed)
    said = said_of(seed)
    if said is None:
        return
    widest = max(layer.weight_range.width for layer in network.layers if isinstance(layer, Dense))
    found = re.search(r"--weight-bits (\d+) would make it fit", said)
    if not found:
        assert said.endswith("No weight width makes it fit: use a smaller network or a larger board")
        assert advice(narrowed(network, 2), resources) is not None
        return
    bits = int(found[1])
    assert 2 <= bits < widest
    assert advice(narrowed(network, bits), resources) is None
    assert bits + 1 == widest or advice(narrowed(network, bits + 1), resources) is not None


@pytest.mark.parametrize("seed", SEEDS)
def test_the_limits_that_break_add_up(seed):
    network, resources = case(seed)
    said = said_of(seed)
    if said is None:
        return
    assert said.startswith("The network does not fit: even at its slowest it")
    broken = re.findall(r"(\d+) (multiplier|block|LE) of (\d+) \((\d+) too many\)", said)
    limits = Planner(network, resources).limits
    for needed, name, limit, excess in broken:
        assert int(limit) == getattr(limits, NAMES[name])
        assert int(needed) - int(limit) == int(excess) > 0
    assert broken or "its queues need more block RAM than is left" in said


def test_both_answers_occur():
    said = [said_of(seed) for seed in SEEDS]
    assert any(s is None for s in said)
    assert sum("would make it fit" in s for s in said if s) >= 3
    assert sum("No weight width" in s for s in said if s) >= 3


def test_what_is_reserved_counts():
    network, resources = random_network(3, (9, 8, 4), rescale=False), device(multipliers=40, blocks=60)
    fits = Planner(network, resources).limits
    with pytest.raises(DoesNotFitError, match="LE of 0 "):
        Planner(network, resources, Cost(logic=fits.logic)).best()


def test_room_for_routing_is_named():
    with pytest.raises(DoesNotFitError) as caught:
        Planner(random_network(3, (9, 8, 4), rescale=False), device(logic=50)).best()
    assert " LE of 40 (" in str(caught.value)
    assert "of the device's 50 LE 10 stay free, as full devices do not route" in str(caught.value)
