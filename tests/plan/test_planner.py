"""The planner's choice against every choice there is, on tiny networks and invented devices."""

import re
from dataclasses import replace
from itertools import pairwise
from math import ceil

import numpy as np
import pytest
from networks import device, plan_of, random_network

from quantnn.arithmetic import IntegerRange, Requantizer
from quantnn.board.board import load_board
from quantnn.errors import DoesNotFitError
from quantnn.network.layers import Dense, Rescale
from quantnn.network.network import IntegerNetwork
from quantnn.plan.cost import Cost
from quantnn.plan.parameters import ParameterFormat
from quantnn.plan.planner import Goal, Planner
from quantnn.plan.resources import BlockRam

ENDLESS = {"blocks": 10_000, "logic": 10**7}
LITTLE_LOGIC = 1200


def elements(first, second, count):
    """Multipliers of the invented device: one for 9 × 9 bits, two for each 18 × 18 bits."""
    low, high = sorted((first, second))
    return count * min(ceil(low / 9) * ceil(high / 9), 2 * ceil(low / 18) * ceil(high / 18))


def folds(layer, accumulators, input):
    """(SIMD, lanes, multipliers, cycles) of every PE and SIMD on the fewest lanes that keep up with the columns."""
    inputs, outputs, requantizer = layer.in_features, layer.out_features, layer.requantizer
    drain = 0
    if ParameterFormat(layer, accumulators).multiplies:
        greatest = max(requantizer.multipliers + requantizer.negative_multipliers)
        union = accumulators.union
        drain = elements(union.width, greatest.bit_length() + 1, 1)
    operand = elements(input.width + (not input.signed), layer.weight_range.width, 1)
    for pe in range(1, outputs + 1):
        for simd in range(1, inputs + 1):
            columns, passes = ceil(inputs / simd), ceil(outputs / pe)
            lanes = ceil(pe / columns)
            if passes == 1 or pe % lanes == 0:
                yield simd, lanes, pe * simd * operand + lanes * drain, passes * columns


def reachable(network, multipliers, interval):
    """Whether any folds of all layers keep an interval, with input beats of at most twice the width they need."""
    least = ceil(network.in_features / interval)
    cheapest = None
    for layer, box, input in zip(network.layers, network.accumulator_boxes, network.formats, strict=False):
        reached = {}
        for simd, lanes, used, cycles in folds(layer, box, input):
            if cycles > interval:
                continue
            if cheapest is None:
                before = [0] if any(simd % beat == 0 for beat in range(least, 2 * least + 1)) else []
            else:
                before = [total for beat, total in cheapest.items() if simd % beat == 0]
            for total in before:
                reached[lanes] = min(reached.get(lanes, total + used), total + used)
        cheapest = reached
    return any(total <= multipliers for total in cheapest.values())


def shortest(network, multipliers):
    """The least interval of all, or None."""
    slowest = max(layer.macs for layer in network.layers)
    return next((n for n in range(1, slowest + 1) if reachable(network, multipliers, n)), None)


@pytest.mark.parametrize("seed", range(60))
def test_no_folds_have_a_lesser_interval(seed):
    random = np.random.default_rng(seed)
    widths = [int(w) for w in random.integers(1, 9, random.integers(2, 4))]
    network, multipliers = random_network(seed, widths, rescale=False), int(random.integers(6, 30))
    best = shortest(network, multipliers)
    if best is None:
        return
    plan = plan_of(network, multipliers=multipliers, **ENDLESS)
    assert plan.interval == plan.timing.interval == best


def test_the_exhaustive_search_is_no_formality():
    """Most of the cases above have an answer, and it is not the same for all."""
    answers = []
    for seed in range(60):
        random = np.random.default_rng(seed)
        widths = [int(w) for w in random.integers(1, 9, random.integers(2, 4))]
        answers.append(shortest(random_network(seed, widths, rescale=False), int(random.integers(6, 30))))
    assert sum(answer is not None for answer in answers) > 50
    assert len(set(answers)) > 6


@pytest.mark.parametrize("seed", range(40))
def test_a_plan_fits_and_its_cycle_model_keeps_its_interval(seed):
    random = np.random.default_rng(100 + seed)
    network = random_network(100 + seed)
    resources = device(multipliers=int(random.integers(6, 60)), blocks=int(random.integers(20, 80)), logic=40_000)
    planner = Planner(network, resources)
    try:
        plan = planner.best()
    except DoesNotFitError:
        return
    cost = planner.cost(plan)
    assert cost.multipliers <= resources.multipliers.count
    assert cost.block_ram <= resources.block_ram.count
    assert cost.logic <= resources.logic.count
    assert plan.timing.interval == plan.interval >= planner.device_bound
    recount = sum(
        min(ceil(depth / deep) * ceil(memory.width / wide) for deep, wide in resources.block_ram.shapes)
        for memory in plan.memories
        if not memory.in_logic
        for depth in memory.depths
    )
    assert recount == cost.block_ram


@pytest.mark.parametrize(("macs", "multipliers", "bound"), [((6, 5), 8, 4), ((6, 5), 30, 1), ((7, 3, 5), 9, 4)])
def test_device_bound(macs, multipliers, bound):
    network = random_network(1, macs, rescale=False)
    assert Planner(network, device(multipliers=multipliers)).device_bound == bound


def test_more_multipliers_never_lengthen_the_interval():
    network = random_network(3, (9, 8, 4), rescale=False)
    intervals = [plan_of(network, multipliers=count, **ENDLESS).interval for count in range(6, 80, 6)]
    assert intervals == sorted(intervals, reverse=True)
    assert intervals[0] > intervals[-1]


def test_what_is_reserved_is_not_used():
    network, resources = random_network(3, (9, 8, 4), rescale=False), device(multipliers=40, **ENDLESS)
    reserved = Cost(multipliers=28)
    plan = Planner(network, resources, reserved).best()
    assert Planner(network, resources).cost(plan).multipliers <= 12
    assert plan.interval == plan_of(network, multipliers=12, **ENDLESS).interval


def large(bits):
    """A network whose weights alone need more block RAM, and more logic, than a small device has."""
    limit = 2 ** (bits - 1) - 1
    layer = Dense(
        np.zeros(40, dtype=int),
        Requantizer.make(40, IntegerRange(-(2**20), 2**20)),
        weights=np.full((60, 40), limit),
        weight_range=IntegerRange(-limit, limit),
    )
    return IntegerNetwork(IntegerRange(0, 15), (layer,))


def message(network, **limits):
    with pytest.raises(DoesNotFitError) as caught:
        plan_of(network, **limits)
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_what_does_not_fit_names_the_limit_the_excess_and_the_flag():
    text = message(large(8), blocks=60, logic=LITTLE_LOGIC)
    found = re.search(r"it needs (\d+) block of (\d+) \((\d+) too many\)", text)
    needed, there, excess = map(int, found.groups())
    assert there == 60 and needed - there == excess > 0
    assert needed >= 60 * 40 * 8 / 256, "no fewer than the weights' bits"
    bits = int(re.search(r"--weight-bits (\d+) would make it fit", text)[1])
    plan_of(large(bits), blocks=60, logic=LITTLE_LOGIC)
    message(large(bits + 1), blocks=60, logic=LITTLE_LOGIC)


def test_where_no_weights_are_narrow_enough_it_says_so():
    text = message(large(8), blocks=30, logic=LITTLE_LOGIC)
    assert "No weight width makes it fit: use a smaller network or a larger board" in text
    message(large(2), blocks=30, logic=LITTLE_LOGIC)


def test_what_the_device_has_and_what_the_board_keeps_add_up():
    """60 blocks for the core of a device that has 64: a reader sees where the other four went."""
    with pytest.raises(DoesNotFitError) as caught:
        Planner(large(8), device(blocks=64, logic=LITTLE_LOGIC), Cost(block_ram=4)).best()
    said = str(caught.value)
    assert re.search(r"it needs \d+ block of 60 \(\d+ too many\)", said)
    assert "of the device's 64 block the board's top takes 4 (host link, built-in samples)" in said


def test_too_little_logic_is_named():
    text = message(random_network(3, (9, 8, 4), rescale=False), logic=50)
    assert re.search(r"it needs \d+ LE of \d+ \(\d+ too many\)", text)


def test_a_goal_of_interval_takes_less():
    network, resources = random_network(3, (9, 8, 4), rescale=False), device(multipliers=60, **ENDLESS)
    planner = Planner(network, resources)
    fastest, relaxed = planner.best(), planner.best(Goal(interval=30))
    assert relaxed.timing.interval <= 30
    assert planner.cost(relaxed).multipliers < planner.cost(fastest).multipliers


@pytest.mark.parametrize("interval", [1, 2])
def test_a_goal_out_of_reach_is_refused(interval):
    network = random_network(3, (9, 8, 4), rescale=False)
    with pytest.raises(DoesNotFitError, match=rf"--target-ii {interval} is out of reach: the least interval here is"):
        Planner(network, device(multipliers=8, **ENDLESS)).best(Goal(interval=interval))


def test_a_latency_out_of_reach_is_refused_with_the_least_found():
    network, resources = random_network(3, (6, 5), rescale=False), device(multipliers=20)
    with pytest.raises(DoesNotFitError, match="--max-latency 3 is out of reach: the least latency found is") as caught:
        Planner(network, resources).best(Goal(latency=3))
    least = int(re.search(r"found is (\d+) cycles", str(caught.value))[1])
    assert Planner(network, resources).best(Goal(latency=least)).timing.latency <= least


def test_the_same_network_gets_the_same_plan():
    network = random_network(8, (9, 8, 4), rescale=True)
    first, second = (plan_of(replace(network), multipliers=40) for _ in range(2))
    assert first.timing == second.timing and first.memories == second.memories


@pytest.mark.parametrize("seed", range(20))
def test_a_goal_of_interval_is_met_or_refused_in_one_line(seed):
    """It is met wherever some folds can."""
    random = np.random.default_rng(seed)
    network = random_network(seed, [int(w) for w in random.integers(2, 9, random.integers(2, 4))], rescale=False)
    multipliers, interval = int(random.integers(6, 30)), int(random.integers(1, 20))
    planner = Planner(network, device(multipliers=multipliers, **ENDLESS))
    try:
        plan = planner.best(Goal(interval=interval))
    except DoesNotFitError as refusal:
        assert "\n" not in str(refusal)
        assert not reachable(network, multipliers, interval)
        return
    assert plan.timing.interval <= interval
    assert planner.cost(plan).multipliers <= planner.limits.multipliers


@pytest.mark.parametrize("seed", range(4))
def test_a_goal_of_latency_is_met_or_refused_in_one_line(seed):
    random = np.random.default_rng(seed)
    network = random_network(seed, [int(w) for w in random.integers(2, 7, 2)])
    planner = Planner(network, device(multipliers=40, **ENDLESS))
    for latency in (1, int(random.integers(15, 60)), 10_000):
        try:
            plan = planner.best(Goal(latency=latency))
        except DoesNotFitError as refusal:
            assert f"--max-latency {latency} is out of reach" in str(refusal) and "\n" not in str(refusal)
            assert latency < 10_000
            continue
        assert plan.timing.latency <= latency and latency > 1


def test_multipliers_of_logic_shorten_the_interval_where_asked_for():
    network, resources = random_network(3, (9, 8, 4), rescale=False), device(multipliers=20, **ENDLESS)
    plain, logic = Planner(network, resources), Planner(network, resources, logic_multipliers=True)
    assert all(engine.logic_multipliers == 0 for engine in plain.best().engines)
    assert logic.best().timing.interval < plain.best().timing.interval
    assert any(engine.logic_multipliers for engine in logic.best().engines)


def test_multipliers_of_logic_are_the_last_resort():
    network, logic_used = random_network(3, (9, 8, 4), rescale=False), []
    for multipliers in (2, 20):
        planner = Planner(network, device(multipliers=multipliers, **ENDLESS))
        plan = planner.best()
        assert planner.cost(plan).multipliers <= multipliers
        logic_used.append(any(engine.logic_multipliers for engine in plan.engines))
    assert logic_used == [True, False]


def test_what_fits_at_its_slowest_is_never_refused():
    refused = 0
    for blocks in range(4, 12):
        planner = Planner(
            random_network(1, (20, 18, 9), rescale=False), device(multipliers=40, blocks=blocks, logic=1500)
        )
        try:
            planner.best()
        except DoesNotFitError:
            refused += 1
            assert not planner.possible
    assert 0 < refused < 8


def byte_network(widths):
    """Random weights of 8 bits, behind relus, with logits that are not rounded."""
    random = np.random.default_rng(sum(widths))
    limit, byte = 127, IntegerRange(0, 255)
    layers = []
    for inputs, outputs in pairwise(widths):
        last = len(layers) == len(widths) - 2
        output = IntegerRange(-(2**23), 2**23 - 1) if last else byte
        relu = Requantizer.make(outputs, output, shift=0 if last else 8, negative_multiplier=1 if last else 0)
        weights = random.integers(-limit, limit + 1, (inputs, outputs))
        layers.append(
            Dense(np.zeros(outputs, dtype=int), relu, weights=weights, weight_range=IntegerRange(-limit, limit))
        )
    return IntegerNetwork(byte, tuple(layers))


@pytest.mark.parametrize(
    ("widths", "cycles"), [((784, 128, 64, 10), 400), ((784, 200, 100, 60, 30, 10), 1000)], ids=str
)
def test_known_networks_on_the_de10_lite(widths, cycles):
    """288 multipliers of 9 bits and 182 M9K, of which the board's top needs two."""
    resources = load_board("de10-lite").resources
    assert (resources.multipliers.count, resources.block_ram.count) == (288, 182)
    planner = Planner(byte_network(widths), resources, Cost(block_ram=2))
    assert planner.device_bound == ceil(sum(a * b for a, b in pairwise(widths)) / 288)
    plan = planner.best()
    cost = planner.cost(plan)
    assert planner.device_bound <= plan.timing.interval <= cycles
    assert cost.multipliers <= 288 and cost.block_ram <= 180


def plain_dense(inputs, outputs, output, seed):
    weights = np.random.default_rng(seed).integers(-127, 128, (inputs, outputs))
    requantizer = Requantizer.make(outputs, output, shift=8)
    return Dense(np.zeros(outputs, np.int64), requantizer, weights=weights, weight_range=IntegerRange(-127, 127))


def test_what_only_fits_with_exact_queues_is_found():
    """A queue that never holds two samples takes half of what it is priced at: the search alone would refuse."""
    byte = IntegerRange(0, 255)
    layers = plain_dense(30, 520, byte, 1), plain_dense(520, 2, IntegerRange(-(2**20), 2**20), 2)
    network = IntegerNetwork(byte, layers)
    m9k = ((8192, 1), (4096, 2), (2048, 4), (1024, 9), (512, 18), (256, 36))
    resources = replace(device(6, 23, 1500), block_ram=BlockRam("M9K", 23, 9216, m9k, ("made up",)))
    planner = Planner(network, resources)
    assert not any(each.fits(each.slowest) for each in (planner, planner._with(logic_memories=True)))
    assert planner.cost(planner.best()).within(planner.limits) and planner.possible


def test_multiplications_by_powers_of_two_are_no_bound():
    """They take no multiplier, so an input's normalization by shifts does not hold the interval up."""
    byte = IntegerRange(-128, 127)
    normalization = Rescale(np.zeros(8, np.int64), Requantizer.make(8, byte, multiplier=(1, 2) * 4))
    network = IntegerNetwork(byte, (normalization, plain_dense(8, 2, IntegerRange(-(2**20), 2**20), 3)))
    planner = Planner(network, device(multipliers=16))
    assert (planner.device_bound, planner.best().timing.interval) == (1, 1)
