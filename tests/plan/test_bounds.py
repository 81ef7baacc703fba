"""No choice of folds goes below the bounds, whatever beats go between its layers."""

import numpy as np
import pytest
from drawn_choices import drawn

from quantnn.plan.assemble import assemble
from quantnn.plan.bounds import Bounds
from quantnn.plan.cost import Cost

LIMITS = Cost(200, 64, 80_000)


@pytest.mark.parametrize("seed", range(120))
def test_no_choice_is_worth_less_than_the_bounds(seed):
    layers, choice = drawn(seed)
    bounds = Bounds(layers, LIMITS)
    plan = assemble(choice, layers)
    least = bounds.layers(plan.interval)
    for number, option in enumerate(choice.options):
        direct = number == 0 and plan.input_queue is None
        cost = option.cost if direct else option.cost + option.front
        worth = bounds.prices @ np.array([cost.multipliers, cost.block_ram, cost.logic])
        assert (least[number, :-1] <= worth + 1e-9).all()
        assert least[number, -1] <= option.tail


@pytest.mark.parametrize("seed", range(120))
def test_no_sample_is_quicker_than_its_tails_say(seed):
    layers, choice = drawn(seed)
    tail = sum(option.tail for option in choice.options)
    assert tail <= Bounds(layers, LIMITS).longest_tail(assemble(choice, layers).timing.latency)


@pytest.mark.parametrize("seed", range(20))
def test_what_they_allow_grows_with_the_interval(seed):
    layers, _ = drawn(seed)
    slowest = max(layer.macs for layer in layers.network.layers)
    bounds = Bounds(layers, Cost(12, 20, 9000))
    allowed = [bounds.allow(interval) for interval in range(1, slowest + 1)]
    assert allowed == sorted(allowed)
    if any(allowed):
        assert bounds.least_interval(1, slowest) == 1 + allowed.index(True)


def test_limits_that_one_resource_breaks_are_refused():
    layers, _ = drawn(5)
    slowest = max(layer.macs for layer in layers.network.layers)
    assert Bounds(layers, LIMITS).allow(slowest)
    assert not Bounds(layers, Cost(200, 64, 10)).allow(slowest)
