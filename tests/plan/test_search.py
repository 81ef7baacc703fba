"""The search over the layers against every combination of options, on tiny networks."""

from itertools import pairwise

import numpy as np
import pytest
from networks import device, random_network

from quantnn.arithmetic import IntegerRange, Requantizer, ceil_div
from quantnn.network.layers import Dense
from quantnn.network.network import IntegerNetwork
from quantnn.plan.assemble import assemble
from quantnn.plan.cost import Cost
from quantnn.plan.options import LayerOptions
from quantnn.plan.search import Effort, Search

LOTS = 10**6
NAMES = ("multipliers", "block_ram", "logic")


def case(seed):
    """A network of two layers, all of its options, and limits that some of its choices keep."""
    random = np.random.default_rng(seed)
    network = random_network(seed, [int(w) for w in random.integers(1, 7, 3)], rescale=bool(seed % 3 == 0))
    flags = {"logic_multipliers": bool(seed % 2), "logic_memories": bool(seed % 2)}
    options = LayerOptions(network, device(multipliers=40), **flags)
    limits = Cost(int(random.integers(3, 30)), int(random.integers(2, 30)), int(random.integers(500, 3000)))
    return options, limits, int(random.integers(2, 30))


def every_choice(options, interval, number=0, beat=1):
    """(total cost, tail) of every chain of options within an interval; beats of the input as the search allows them."""
    if number == len(options.network.layers):
        yield Cost(), 0
        return
    least = ceil_div(options.network.in_features, interval)
    for option in options.of(number, beat):
        if option.interval > interval:
            continue
        direct = number == 0 and option.direct and option.fold.word <= 2 * least
        divisors = [n for n in range(least, 2 * least + 1) if option.fold.word % n == 0]
        if number == 0 and not direct and not divisors:
            continue
        direct |= number == 0 and option.direct and option.fold.word in divisors[:1]
        own = option.cost if direct else option.cost + option.front
        for cost, tail in every_choice(options, interval, number + 1, option.fold.lanes):
            yield own + cost, option.tail + tail


def grains(cost, limits):
    return cost.multipliers, cost.block_ram, cost.logic // max(1, limits.logic // 128)


@pytest.mark.parametrize("seed", range(30))
def test_what_is_found_is_as_good_as_every_choice(seed):
    """Nothing is found where nothing fits; else no choice has less of anything than all that are found."""
    options, limits, interval = case(seed)
    fitting = [(cost, tail) for cost, tail in every_choice(options, interval) if cost.within(limits)]
    search = Search(options, limits)
    for by_tail in (False, True):
        found = search.run(interval, LOTS, by_tail=by_tail)
        assert not search.cut
        assert bool(len(found)) == bool(fitting)
        if not fitting:
            continue
        costs = [found.costs(row) for row in range(len(found))]
        assert all(cost.within(limits) for cost in costs)
        assert min(c.multipliers for c in costs) == min(c.multipliers for c, _ in fitting)
        assert min(c.block_ram for c in costs) == min(c.block_ram for c, _ in fitting)
        if by_tail:
            assert found.tail.min() == min(tail for _, tail in fitting)


@pytest.mark.parametrize("seed", range(30))
def test_a_choice_is_what_its_row_says(seed):
    options, limits, interval = case(seed)
    found = Search(options, limits).run(interval, LOTS, by_tail=True)
    for row in range(0, len(found), 7):
        choice = found.choice(row)
        assert len(choice.options) == len(options.network.layers)
        assert sum(option.tail for option in choice.options) == found.tail[row]
        assert all(b.fold.word % a.fold.lanes == 0 for a, b in pairwise(choice.options))
        assert all(option.interval <= interval for option in choice.options)
        assert sum(option.cost.multipliers for option in choice.options) == found.costs(row).multipliers
        assert assemble(choice, options).interval <= interval


@pytest.mark.parametrize("seed", range(12))
def test_room_that_is_to_be_spared_and_tails_are_kept(seed):
    options, limits, interval = case(seed)
    search = Search(options, limits)
    everything = [(cost, tail) for cost, tail in every_choice(options, interval) if cost.within(limits)]
    if not everything:
        return
    spare = Cost(0, limits.block_ram - min(cost.block_ram for cost, _ in everything), 0)
    found = search.run(interval, LOTS, spare=spare)
    assert len(found) and (found.cost[:, 1] <= limits.block_ram - spare.block_ram).all()
    assert not len(search.run(interval, LOTS, spare=spare + Cost(0, 1, 0)))
    quickest = min(tail for _, tail in everything)
    assert (search.run(interval, LOTS, tail=quickest, by_tail=True).tail == quickest).all()
    assert not len(search.run(interval, LOTS, tail=quickest - 1, by_tail=True))


def test_beyond_the_limits_there_is_always_a_choice():
    options, _, interval = case(3)
    nothing = Cost(0, 0, 0)
    assert not len(Search(options, nothing).run(interval, LOTS))
    found = Search(options, nothing).run(max(layer.macs for layer in options.network.layers), LOTS, beyond=True)
    assert len(found)


def deep(layers, width=24):
    """Many layers, with many ways to build each."""
    random = np.random.default_rng(layers)
    built = [
        Dense(
            np.zeros(width, dtype=int),
            Requantizer.make(width, IntegerRange(0, 255), shift=8, negative_multiplier=0),
            weights=random.integers(-7, 8, (width, width)),
            weight_range=IntegerRange(-7, 7),
        )
        for _ in range(layers)
    ]
    return IntegerNetwork(IntegerRange(0, 255), tuple(built))


@pytest.mark.parametrize("layers", [4, 16, 40])
def test_the_work_of_a_search_is_bounded_whatever_the_depth(layers):
    """Partial choices that are looked at: no more for 40 layers than a bound that does not know their number."""
    options = LayerOptions(deep(layers), device(100 * layers, 900 * layers, 10**6), logic_memories=True)
    effort = Effort()
    search = Search(options, Cost(100 * layers, 900 * layers, 10**6), effort)
    found = search.run(500, 300, by_tail=True)
    assert len(found) and search.cut
    assert effort.states < 1_500_000
    assert len(found) <= 300


def test_a_cut_search_still_finds_the_roomiest_and_the_quickest_of_few_layers():
    options, limits = LayerOptions(deep(3, 12), device(60, 300, 10**6)), Cost(60, 300, 10**6)
    search = Search(options, limits)
    everything, few = (search.run(60, most, by_tail=True) for most in (LOTS, 40))
    assert search.cut and len(few) <= 40
    assert few.tail.min() == everything.tail.min()
    shares = [min(found.costs(row).share(limits) for row in range(len(found))) for found in (few, everything)]
    assert shares[0] <= 1.05 * shares[1]
