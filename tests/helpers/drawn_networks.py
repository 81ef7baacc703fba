"""Hypothesis draws small integer networks, the devices that they are planned for, and samples at their extremes."""

from dataclasses import replace

import hypothesis
import numpy as np
from hypothesis import strategies as st
from networks import device
from unrolled import unrolled_plan

from quantnn.arithmetic import MAX_SHIFT, Box, IntegerRange, Requantizer, half
from quantnn.errors import DoesNotFitError
from quantnn.network.layers import Dense, Rescale
from quantnn.network.network import IntegerNetwork
from quantnn.network.table import Table
from quantnn.plan.planner import Planner

__all__ = ["draw_plans", "edge_samples", "plans", "unrolled_plans"]

FORMATS = st.builds(IntegerRange.of_format, st.integers(1, 9), st.booleans())
SPARE = 4
"""Networks drawn for each that is kept."""
LEAST_MACS = 12
"""Hypothesis likes the smallest; a few of those are enough, and stand in extreme_networks.py."""
WIDTHS = st.lists(st.integers(1, 20), min_size=2, max_size=5)
WEIGHTS = ("uniform", "least", "greatest", "ends", "sparse")


def draw_weights(random, kind, shape, limit):
    ends = random.choice([-limit, limit], shape)
    uniform = random.integers(-limit, limit + 1, shape)
    full = {"least": np.full(shape, -limit), "greatest": np.full(shape, limit), "ends": ends, "uniform": uniform}
    return full[kind] if kind in full else np.where(random.random(shape) < 0.3, uniform, 0)


@st.composite
def requantizers(draw, accumulators, output):
    """Parameters that leave a part of the output's range unsaturated, or whose scale is about 1 (all shifts are then
    about the multiplier's own exponent); the same for all channels, or not."""
    channels = len(accumulators)
    random = np.random.default_rng(draw(st.integers(0, 2**32)))

    def column(values):
        chosen = random.choice(values, channels if draw(st.booleans()) else 1)
        return tuple(np.broadcast_to(chosen, channels).tolist())

    multipliers = column(draw(st.sampled_from([[1], [256], [1, 4, 32], [1, 3, 200], [1, 40_000, 65_535]])))
    negative = draw(st.sampled_from([multipliers, (0,) * channels, tuple(m // 4 for m in multipliers)]))
    spread = column(draw(st.sampled_from([[0], [-1], [-2, -1, 0, 1]])))
    largest = [magnitude.bit_length() for magnitude in accumulators.magnitudes.tolist()]
    if draw(st.integers(0, 4)) == 0:
        largest = [output.width - 1] * channels
    wanted = [a + m.bit_length() - output.width + x for a, m, x in zip(largest, multipliers, spread, strict=True)]
    if len(set(spread)) == 1:
        wanted = [max(wanted)] * channels
    shifts = tuple(min(max(s, 0), MAX_SHIFT) for s in wanted)
    rounds = column(draw(st.sampled_from([[True], [False], [True, False]])))
    roundings = tuple(half(s) if r else 0 for s, r in zip(shifts, rounds, strict=True))
    return Requantizer(multipliers, negative, shifts, roundings, output)


@st.composite
def finished(draw, layer, box, last):
    """The layer with a requantizer of its own, maybe with a table; the last one perhaps unsaturated."""
    accumulators = layer.accumulator_box(box)
    if last and draw(st.booleans()):
        channels = layer.out_features
        shifts = tuple(1 << draw(st.integers(0, 2)) for _ in range(channels))
        wide = Requantizer.make(channels, IntegerRange(-(1 << 50), 1 << 50), multiplier=shifts)
        return replace(layer, requantizer=replace(wide, output=wide.interval(accumulators).union))
    table, output = None, draw(FORMATS)
    if draw(st.integers(0, 5)) == 0:
        random = np.random.default_rng(draw(st.integers(0, 2**32)))
        values = random.integers(output.lo, output.hi + 1, 32).tolist()
        table = Table(IntegerRange(-16, 15), tuple(values), output)
    requantizer = draw(requantizers(accumulators, table.index if table else output))
    return replace(layer, requantizer=requantizer, table=table)


@st.composite
def networks(draw):
    """A random network."""
    input, widths = draw(FORMATS), draw(WIDTHS)
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    layers, box = [], Box.uniform(input, widths[0])
    if draw(st.integers(0, 3)) == 0:
        draft = Rescale(random.integers(-99, 100, widths[0]), Requantizer.make(widths[0], input))
        layers.append(draw(finished(draft, box, False)))
        box = layers[-1].output_box(box)
    for number in range(1, len(widths)):
        limit = (1 << (draw(st.integers(2, 9)) - 1)) - 1
        weights = draw_weights(random, draw(st.sampled_from(WEIGHTS)), widths[number - 1 : number + 1], limit)
        largest = draw(st.sampled_from([0, 9, 30_000]))
        bias = random.integers(-largest, largest + 1, widths[number])
        empty = Requantizer.make(widths[number], IntegerRange(0, 0))
        draft = Dense(bias, empty, weights=weights, weight_range=IntegerRange(-limit, limit))
        layers.append(draw(finished(draft, box, number == len(widths) - 1)))
        box = layers[-1].output_box(box)
    network = IntegerNetwork(input, tuple(layers), draw(st.booleans()))
    hypothesis.assume(network.macs >= LEAST_MACS)
    return network


@st.composite
def plans(draw):
    """The planner's best core of a random network on a random device."""
    network = draw(networks())
    multipliers, blocks = draw(st.integers(1, 60)), draw(st.integers(8, 400))
    while True:
        try:
            return Planner(network, device(multipliers, blocks)).best()
        except DoesNotFitError:
            multipliers, blocks = 2 * multipliers, 2 * blocks


@st.composite
def unrolled_plans(draw):
    """The core of a random network of which some layers are unrolled, with registers at random depths."""
    network = draw(networks())
    count = len(network.layers)
    names = draw(st.lists(st.sampled_from(["folded", "unrolled"]), min_size=count, max_size=count))
    names[draw(st.integers(0, count - 1))] = "unrolled"
    plan, _ = unrolled_plan(network, ",".join(names), draw(st.integers(1, 5)))
    return plan


def kinds(plan):
    """What there is in a plan of which a few networks drawn at random may have none."""
    network, engines = plan.network, plan.engines
    requantizers = [layer.requantizer for layer in network.layers]
    return {
        ("layers", len(engines)),
        ("classes", network.classify),
        ("signed", network.input.signed),
        ("queue", plan.input_queue is not None),
        *(("beat", stream, form.per_beat > 1) for stream, form in (("in", plan.input), ("out", plan.output))),
        *(("kind", layer.kind) for layer in network.layers),
        *(("engine", engine.engine, len(engine.layers) > 1) for engine in engines),
        *(("table", True) for layer in network.layers if layer.table),
        *((name, value > 1) for engine in engines for name in ("word", "lanes", "replays")
          for value in [getattr(engine, name)]),
        *((name, True) for each in requantizers for name in ("multipliers", "shifts", "roundings")
          if len(set(getattr(each, name))) > 1),
    }  # fmt: skip


def varied(plans, count):
    """``count`` of the plans: first those that have what none before had."""
    found, first, rest = set(), [], []
    for plan in plans:
        (rest if kinds(plan) <= found else first).append(plan)
        found |= kinds(plan)
    return [*first, *rest][:count]


def draw_plans(count, seed, kind=plans):
    """``count`` plans of :data:`SPARE` times as many that hypothesis draws, of all kinds among them.

    The seed alone does not say which: hypothesis also draws constants that it finds in the modules that are imported.
    """
    drawn = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=SPARE * count,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(kind())
    def collect(plan):
        drawn.append(plan)

    collect()
    return varied(drawn[1:], count)


def edge_samples(network, count, seed):
    """Samples that drive the first layer's accumulators to their bounds, all ends, and noise; int64 (count, n)."""
    lo, hi, first = network.input.lo, network.input.hi, network.layers[0]
    rows = [np.full(network.in_features, lo), np.full(network.in_features, hi)]
    if isinstance(first, Dense):
        for column in first.weights.T[:8]:
            rows += [np.where(column > 0, hi, lo), np.where(column > 0, lo, hi)]
    random = np.random.default_rng(seed)
    noise = random.integers(lo, hi + 1, (count - len(rows), network.in_features))
    return np.concatenate([np.stack(rows), noise]).astype(np.int64)
