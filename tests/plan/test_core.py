import pytest
from networks import plan_of, random_network

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.plan.core import classifier_latency
from quantnn.plan.timing import simulate


@pytest.fixture
def plan():
    return plan_of(random_network(2, (6, 5, 4), rescale=True, classify=True), multipliers=20)


def test_one_engine_per_layer_in_order(plan):
    assert [engine.layer for engine in plan.engines] == list(plan.network.layers)


def test_streams(plan):
    assert (plan.input.elements, plan.input.element, plan.input.class_width) == (6, plan.network.input, 0)
    assert (plan.output.elements, plan.output.element) == (4, plan.network.layers[-1].output)
    assert plan.output.class_width == 2
    assert plan.output.per_beat == plan.engines[-1].lanes


@pytest.mark.parametrize(("outputs", "bits"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (9, 4)])
def test_the_class_index_has_just_enough_bits(outputs, bits):
    network = random_network(1, (3, outputs), rescale=False, classify=True)
    assert plan_of(network, multipliers=20).output.class_width == bits


def test_every_queue_is_shaped_for_its_reader():
    for seed in range(15):
        plan = plan_of(random_network(seed), multipliers=24, blocks=200)
        for writer, reader in zip(plan.engines, plan.engines[1:], strict=False):
            assert writer.queue.word == reader.word and writer.queue.replays == reader.replays
            assert writer.queue.elements == reader.layer.in_features
        last = plan.engines[-1].queue
        assert (last.word, last.replays) == (plan.engines[-1].lanes, 1)
        if plan.input_queue:
            assert (plan.input_queue.word, plan.input_queue.replays) == (plan.engines[0].word, plan.engines[0].replays)
        else:
            assert plan.input.per_beat == plan.engines[0].word and plan.engines[0].replays == 1


def test_memories_are_named_by_their_place(plan):
    names = [memory.name for memory in plan.memories]
    assert len(set(names)) == len(names)
    for number, engine in enumerate(plan.engines):
        own = [f"layer_{number}.{memory.name}" for memory in engine.memories]
        assert own and all(name in names for name in own)
    assert ("input_stage.queue.memory" in names) == (plan.input_queue is not None)
    assert len(names) == sum(len(engine.memories) for engine in plan.engines) + (plan.input_queue is not None)


def test_the_interval_is_the_slowest_part_s(plan):
    parts = [plan.input.beats, plan.output.beats, *(engine.interval for engine in plan.engines)]
    assert plan.interval == max(parts)


@pytest.mark.parametrize(("per_beat", "cycles"), [(1, 3), (2, 3), (3, 4), (4, 4), (5, 5), (8, 5), (9, 6)])
def test_a_class_takes_a_cycle_for_each_halving_of_the_beat_and_two_for_the_beats_before(per_beat, cycles):
    assert classifier_latency(BeatFormat(20, IntegerRange(-8, 7), per_beat, 5)) == cycles


def test_both_ends_of_the_core_count(plan):
    """A register slice each, and the classifier."""
    without = simulate(plan.input.beats, plan.input_queue, plan.engines, 0, samples=20)
    assert plan.timing.latency == without.latency + 1 + classifier_latency(plan.output) + 1
    assert plan.timing.interval == without.interval


def test_reset_outlasts_the_longest_pipeline(plan):
    assert plan.reset_cycles > max(engine.latency for engine in plan.engines)
