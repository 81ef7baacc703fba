"""Reference and simulated hardware on networks that nobody chose, and on some at the edges of the arithmetic.

All of a seed's cores are compiled into one simulation. The samples hold the ends of the input format and those that
drive the first layer's accumulators to their proven bounds.
"""

import oracle
import pytest
from drawn_networks import draw_plans, edge_samples, plans, unrolled_plans
from extreme_networks import EXTREMES
from many_cores import ManyCores, TestedCore
from networks import plan_of
from onnx_answers import compare
from unrolled import unrolled_plan

from quantnn.network.layers import Dense
from quantnn.network.reference import accumulate, evaluate
from quantnn.sim.frames import Frames

pytestmark = pytest.mark.xdist_group("random networks")

SEED = 20
COUNT = 16
SAMPLES = 64
SOME, MANY = 0.375, 0.92
"""Shares of the cycles that stall; with the greater one most cores wait for the bench and not the other way round."""
RESETS = (41, 190, 402, 521)

with_all_stalls = pytest.mark.parametrize(
    "stalls",
    [{}, {"stall_in": MANY}, {"stall_out": SOME}, {"stall_out": MANY}, {"stall_in": SOME, "stall_out": SOME}],
)


def with_samples(name, plan, seed):
    samples = edge_samples(plan.network, SAMPLES, seed)
    return TestedCore(name, plan, samples, evaluate(plan.network, samples))


def compiled(cores, folder):
    for core in cores:
        core.emit(folder)
    return ManyCores(cores, folder)


def drawn(seed, count, kind=plans):
    """``count`` random cores; the seed is in their names."""
    return [with_samples(f"core_{seed}_{n}", plan, n) for n, plan in enumerate(draw_plans(count, seed, kind))]


def folded(folder):
    extremes = [with_samples(f"extreme_{make.__name__}", plan_of(make(), multipliers=16), 0) for make in EXTREMES]
    return compiled(extremes + drawn(SEED, COUNT), folder)


def unrolled(folder):
    extremes = [with_samples(f"extreme_{make.__name__}", unrolled_plan(make())[0], 0) for make in EXTREMES]
    return compiled(extremes + drawn(SEED, COUNT, unrolled_plans), folder)


@pytest.fixture(scope="module", params=[folded, unrolled], ids=lambda kind: kind.__name__)
def cores(request, tmp_path_factory):
    print(f"networks drawn with seed {SEED}")
    return request.param(tmp_path_factory.mktemp("cores"))


def failures(cores, findings):
    return {core.name: found.failures[:2] for core, found in zip(cores.cores, findings, strict=True) if found.failures}


def check(cores, **stalls):
    """Every layer of every sample, every answer, the handshake; without stalls the planned timing."""
    findings = cores.run(**stalls)
    assert failures(cores, findings) == {}
    for core, found in zip(cores.cores, findings, strict=True):
        outputs = sum(layer.size for layer in core.expected.layers) + core.expected.logits.size
        classes = SAMPLES if core.expected.classes is not None else 0
        assert (found.values, found.mismatches) == (outputs + classes, 0), core.name
        if "stall_in" not in stalls and "stall_out" not in stalls:
            timing = core.plan.timing
            assert (found.interval, found.latency) == (timing.interval, timing.latency), core.name


@with_all_stalls
def test_every_output_is_the_references(cores, stalls):
    check(cores, **stalls)


def test_onnx_gives_every_output_of_these_networks(cores):
    """So that three programs agree: the reference, the simulated hardware above, and onnxruntime."""
    pytest.importorskip("onnxruntime", reason="pip install '.[onnx]'")
    for core in cores.cores:
        compare(core.plan.network, core.samples, core.expected)


def test_resets_in_mid_stream_leave_nothing_behind(cores):
    check(cores, resets=RESETS)


def test_from_power_up_without_a_reset(cores):
    check(cores, reset=False, seed=2)


@pytest.mark.parametrize("stalls", [{}, {"stall_in": SOME, "stall_out": SOME}, {"stall_out": MANY}])
def test_frames_that_end_early_or_late(cores, stalls):
    """Each is answered as documented, and leaves the next one alone."""
    findings = cores.run(any_frames=True, **stalls)
    assert failures(cores, findings) == {}
    assert [found.mismatches for found in findings] == [0] * len(cores.cores)


def test_the_reference_is_the_rule(cores):
    """Rational arithmetic, spelled apart from the product's, says the same."""
    for core in cores.cores:
        if any(layer.table for layer in core.plan.network.layers):
            continue
        for number in range(0, SAMPLES, 7):
            expected = oracle.outputs(core.plan.network, core.samples[number])
            assert [layer[number].tolist() for layer in core.expected.layers] == expected, core.name


def test_first_layers_reach_their_proven_bounds(cores):
    for core in cores.cores:
        first, box = core.plan.network.layers[0], core.plan.network.accumulator_boxes[0]
        if isinstance(first, Dense):
            values = accumulate(first, core.samples)
            reached = [(int(column.min()), int(column.max())) for column in values.T[:8]]
            assert reached == [(r.lo, r.hi) for r in list(box)[:8]], core.name


def test_extremes_are_what_they_are_called(cores):
    plans = {core.name: core for core in cores.cores}
    registers = plans["extreme_full_registers"].plan.network.accumulator_boxes[0]
    assert [(r.lo, r.hi) for r in registers] == [(-8, 7), (-128, 127), (-256, 255)]
    second = plans["extreme_full_second_layer"]
    sums = accumulate(second.plan.network.layers[1], second.expected.layers[0])
    bounds = second.plan.network.accumulator_boxes[1]
    assert [(r.lo, r.hi) for r in bounds] == [(int(c.min()), int(c.max())) for c in sums.T]
    assert set(plans["extreme_ties"].expected.classes.tolist()) == {0}


def test_the_draw_reaches_what_can_vary(cores):
    """Folds, lanes, wide and narrow words, queues, tables, thresholds: a draw without them would show less."""
    plans = [core.plan for core in cores.cores]
    engines = [engine for plan in plans for engine in plan.engines]
    layers = [layer for plan in plans for layer in plan.network.layers]
    dense = [engine for engine in engines if engine.engine == "folded"]
    requantizers = [layer.requantizer for layer in layers]
    assert {len(plan.network.layers) for plan in plans} >= {1, 2, 3, 4}
    assert any(engine.replays > 1 for engine in dense) and any(engine.word > 1 for engine in dense)
    assert any(engine.lanes > 1 for engine in engines) and any(layer.table for layer in layers)
    assert any(layer.kind == "rescale" for layer in layers)
    assert {len(engine.layers) > 1 for engine in engines if engine.engine == "unrolled"} in (set(), {False, True})
    assert any(plan.input_queue for plan in plans) and any(plan.input_queue is None for plan in plans)
    assert any(plan.input.per_beat > 1 for plan in plans) and any(plan.output.per_beat > 1 for plan in plans)
    assert {plan.network.classify for plan in plans} == {False, True}
    assert {plan.network.input.signed for plan in plans} == {False, True}
    for name in ("multipliers", "shifts", "roundings"):
        assert any(len(set(getattr(requantizer, name))) > 1 for requantizer in requantizers), name


def test_a_wrong_expectation_is_found_where_it_stands(cores):
    """The comparison looks at every core by itself, to the bit."""
    number, sample = 3, 50
    core, device = cores.cores[number], cores.devices[number]
    layers = [layer.copy() for layer in core.expected.layers]
    layers[0][sample, 1] ^= 1
    frames = Frames(core.interface.input, core.samples)
    findings = cores.run(lambda folder: device.write_vectors(folder, frames, tuple(layers)))
    assert set(failures(cores, findings)) == {core.name}
    found = findings[number].difference
    right, wrong = core.expected.layers[0][sample, 1], layers[0][sample, 1]
    assert (found.sample, found.layer, found.neuron) == (sample, 0, 1)
    assert (found.got, found.expected) == (str(right), str(wrong))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 104))
@pytest.mark.parametrize("kind", [plans, unrolled_plans], ids=lambda kind: kind.__name__)
def test_more_networks(seed, kind, tmp_path):
    print(f"networks drawn with seed {seed}")
    cores = compiled(drawn(seed, 40, kind), tmp_path)
    check(cores)
    check(cores, stall_in=SOME, stall_out=SOME)
    check(cores, stall_out=MANY)
    check(cores, resets=RESETS)
