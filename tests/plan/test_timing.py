"""The cycle model against cycles counted by hand; against the gateware, see test_hdl_core."""

from dataclasses import replace

import numpy as np
import pytest
from engines import folded, streamed
from networks import SIGNED_NIBBLE, plan_of, random_dense, random_network, random_rescale
from stepped_model import step_by_step

from quantnn.arithmetic import IntegerRange
from quantnn.plan.folded_dense import FoldedDensePlan
from quantnn.plan.memory import next_power_of_two
from quantnn.plan.queue import QueuePlan
from quantnn.plan.timing import simulate

QUEUE, FRAMED, ENDS = 4, 1, 5
"""Cycles through a queue, from the beat that completes a word to the word, from the core's input to a queue behind it,
and through both ends of the core."""


def dense(inputs, outputs, pe, simd, lanes, samples=16):
    layer = random_dense(np.random.default_rng(1), inputs, outputs)
    return folded(layer, SIGNED_NIBBLE, pe, simd, lanes, samples=samples)


def test_one_engine_that_reads_beats_directly():
    """The last of 4 words in cycle 3, its sum ``latency`` later in the queue, and through that to the pins."""
    engine = dense(4, 1, 1, 1, 1)
    timing = simulate(4, None, [engine], ENDS, samples=5)
    assert timing.latency == 3 + engine.latency + QUEUE + ENDS
    assert timing.interval == 4


def test_a_rescale_layer_adds_its_pipeline():
    engine = streamed(random_rescale(np.random.default_rng(2), 3), SIGNED_NIBBLE, 1, samples=16)
    timing = simulate(3, None, [engine], ENDS, samples=6)
    assert (timing.latency, timing.interval) == (2 + engine.latency + QUEUE + ENDS, 3)


def test_several_logits_leave_one_after_the_other():
    """Three neurons at once, a lane: the last of three sums two cycles behind the first."""
    engine = dense(5, 3, 3, 1, 1)
    timing = simulate(5, None, [engine], ENDS, samples=6)
    assert (timing.latency, timing.interval) == (4 + engine.latency + 2 + QUEUE + ENDS, 5)


def test_a_queue_in_front_holds_samples_that_are_read_more_than_once():
    """Two folds of 4: the first can only follow the input, a word four cycles behind its beat, which takes one more."""
    engine = dense(4, 2, 1, 1, 1)
    front = QueuePlan(4, SIGNED_NIBBLE, 1, 1, 2, 16)
    timing = simulate(4, front, [engine], ENDS, samples=8)
    assert timing.latency == 3 + FRAMED + QUEUE + 4 + engine.latency + QUEUE + ENDS
    assert timing.interval == 8


def test_draining_longer_than_the_columns_take():
    """Six sums leave one by one while only two words come: the drain limits."""
    engine = dense(2, 6, 6, 1, 1)
    assert simulate(2, None, [engine], ENDS, samples=8).interval == 6


def test_a_fold_waits_until_the_one_before_has_drained():
    """Four sums and one sum, two columns each: 4 + 2 cycles, though input and output take 4 and 5."""
    engine = dense(2, 5, 4, 1, 1)
    front = QueuePlan(2, SIGNED_NIBBLE, 1, 1, 2, 16)
    assert simulate(2, front, [engine], ENDS, samples=12).interval == 6


def test_a_slow_source_sets_the_pace():
    engine = dense(4, 1, 1, 1, 1)
    fast, slow = (simulate(4, None, [engine], ENDS, samples=8, pace=pace) for pace in (0, 11))
    assert (fast.interval, slow.interval) == (4, 11)
    assert fast.latency == slow.latency


def test_the_slowest_of_several_engines_limits():
    first, second = dense(4, 3, 1, 1, 1), dense(3, 5, 1, 1, 1)
    front = QueuePlan(4, SIGNED_NIBBLE, 1, 1, 3, 16)
    between = folded(first.layer, SIGNED_NIBBLE, 1, 1, 1, word=1, replays=5, samples=16)
    timing = simulate(4, front, [between, second], ENDS, samples=20)
    assert timing.interval == max(3 * 4, 5 * 3)


@pytest.mark.parametrize(("depth", "interval", "peak"), [(4, 9, 4), (16, 4, 9)])
def test_a_word_that_was_read_is_free_three_cycles_later(depth, interval, peak):
    """Beats in cycles 0 to 3, read in 3 to 6: all are free in cycle 9, and in cycle 8, when the third sample's four are
    reserved, three of them: 12 − 3 are taken."""
    front = QueuePlan(4, SIGNED_NIBBLE, 1, 1, 1, depth)
    timing = simulate(4, front, [dense(4, 1, 1, 1, 1)], ENDS, samples=8)
    assert (timing.interval, timing.peaks[0]) == (interval, peak)


def test_a_queue_of_one_sample_makes_its_writer_wait():
    def timing(samples):
        first = folded(
            random_dense(np.random.default_rng(1), 4, 3), SIGNED_NIBBLE, 3, 1, 1, replays=5, samples=samples
        )
        return simulate(4, None, [first, dense(3, 5, 1, 1, 1)], ENDS, samples=20)

    assert timing(1).interval > timing(16).interval == 15


@pytest.mark.parametrize("seed", range(25))
def test_peaks_are_enough(seed):
    """With depths of the peaks found by endless queues, the core keeps its interval."""
    random = np.random.default_rng(seed)
    plan = plan_of(random_network(seed), multipliers=int(random.integers(10, 60)), blocks=400)
    assert plan.timing.interval == plan.interval
    queues = ([plan.input_queue] if plan.input_queue else []) + [engine.queue for engine in plan.engines]
    peaks = plan.simulate(30, pace=plan.interval).peaks
    assert all(peak <= queue.depth for queue, peak in zip(queues, peaks, strict=True))


def test_one_sample_has_no_interval():
    timing = simulate(4, None, [dense(4, 1, 1, 1, 1)], ENDS, samples=1)
    assert timing.interval == 0 and timing.latency > 0


def test_wider_inputs_are_read_in_fewer_cycles():
    layer = random_dense(np.random.default_rng(3), 8, 1)
    narrow, wide = (folded(layer, IntegerRange(0, 3), 1, simd, 1) for simd in (1, 8))
    slow, fast = simulate(8, None, [narrow], ENDS, samples=6), simulate(1, None, [wide], ENDS, samples=6)
    assert (slow.interval, fast.interval) == (8, 1)
    assert fast.latency == 0 + wide.latency + QUEUE + ENDS


@pytest.mark.parametrize("seed", range(60))
def test_whole_samples_at_once_are_word_after_word(seed):
    """Latency, interval and peaks, with queues of any depth, paced and back to back, against the rules step by step."""
    random = np.random.default_rng(seed)
    widths = [int(w) for w in random.integers(1, 20, random.integers(2, 6))]
    plan = plan_of(random_network(seed, widths), multipliers=int(random.integers(20, 90)), blocks=900)
    queues = ([plan.input_queue] if plan.input_queue else []) + [engine.queue for engine in plan.engines]
    for samples, pace in ((1, 0), (2, 0), (25, 0), (25, plan.interval), (25, plan.interval + 3), (12, 1)):
        deep = [int(random.choice([0, queue.depth, least_depth(queue), 4 * queue.depth])) for queue in queues]
        changed = [replace(queue, depth=depth) for queue, depth in zip(queues, deep, strict=True)]
        front = changed.pop(0) if plan.input_queue else None
        engines = [replace(engine, queue=queue) for engine, queue in zip(plan.engines, changed, strict=True)]
        arguments = (plan.input.beats, front, engines, ENDS)
        expected = step_by_step(*arguments, samples=samples, pace=pace)
        assert simulate(*arguments, samples=samples, pace=pace) == expected, (seed, samples, pace, deep)


def least_depth(queue):
    return max(2, next_power_of_two(queue.words))


def test_a_first_pass_that_sends_faster_than_its_queue_takes_is_refused(monkeypatch):
    greedy = dense(4, 4, 4, 1, 1)
    monkeypatch.setattr(FoldedDensePlan, "emissions", (3, 3, 3, 1))  # three beats with each of two words
    with pytest.raises(ValueError, match="first pass must end with beats, and send them before others come"):
        simulate(4, None, [greedy], ENDS, samples=2)
