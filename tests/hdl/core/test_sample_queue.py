import numpy as np
import pytest
from gateware import Transfers, four_ways, native, pace, receiver, run

from quantnn.arithmetic import IntegerRange
from quantnn.hdl.core.sample_queue import SampleQueue
from quantnn.plan.queue import QueuePlan

NIBBLE = IntegerRange(-8, 7)
PLANS = [
    QueuePlan(1, NIBBLE, 1, 1, 1, 1),
    QueuePlan(1, NIBBLE, 1, 1, 3, 2),
    QueuePlan(5, NIBBLE, 1, 1, 1, 8),
    QueuePlan(4, NIBBLE, 1, 1, 3, 4),
    QueuePlan(7, NIBBLE, 1, 3, 2, 4),
    QueuePlan(7, NIBBLE, 2, 4, 1, 2),
    QueuePlan(9, NIBBLE, 2, 6, 4, 8),
    QueuePlan(6, IntegerRange(0, 30), 3, 3, 2, 4),
    QueuePlan(3, IntegerRange(0, 30), 2, 8, 2, 1),
]
plans = pytest.mark.parametrize("plan", PLANS, ids=str)


def random_samples(plan, count):
    random = np.random.default_rng(plan.elements)
    return random.integers(plan.element.lo, plan.element.hi + 1, (count, plan.elements)).tolist()


def in_beats(plan, sample):
    padded = [*sample, *[plan.element.hi] * (plan.beats * plan.lanes - plan.elements)]
    return [padded[first : first + plan.lanes] for first in range(0, len(padded), plan.lanes)]


def in_words(plan, samples):
    """What leaves: the words of each sample, as often as the plan says, without places beyond the sample."""
    return [
        sample[first : first + plan.word]
        for sample in samples
        for _ in range(plan.replays)
        for first in range(0, plan.elements, plan.word)
    ]


def without_padding(plan, words):
    """The words, cut where their sample ends."""
    return [word[: plan.elements - (n % plan.words) * plan.word] for n, word in enumerate(words)]


def writer(dut, plan, samples, reserves, writes, completed=None, reserved=None):
    """A bench that reserves samples as soon as it may, and writes the reserved ones' beats when it likes.

    ``completed`` takes the cycles of the beats that complete a word, ``reserved`` those of the reservations.
    """
    completed, reserved = ([] if cycles is None else cycles for cycles in (completed, reserved))

    async def bench(ctx):
        waiting, beats, cycle, written = list(samples), [], 0, 0
        while waiting or beats:
            reserve = bool(waiting and ctx.get(dut.room) and next(reserves))
            if reserve:
                beats += in_beats(plan, waiting.pop(0))
                reserved.append(cycle)
            write = bool(beats and next(writes))
            ctx.set(dut.reserve, reserve)
            ctx.set(dut.valid, write)
            if write:
                ctx.set(dut.beat, beats.pop(0))
                written += 1
                last = written % plan.beats == 0
                if last or (written % plan.beats) % (plan.word // plan.lanes) == 0:
                    completed.append(cycle)
            await ctx.tick()
            cycle += 1
            assert cycle < 5000, "room never came"
        ctx.set(dut.valid, 0)
        ctx.set(dut.reserve, 0)

    return bench


@plans
@four_ways
def test_every_sample_leaves_whole_in_order_and_as_often_as_planned(plan, stall_in, stall_out):
    samples = random_samples(plan, 9)
    expected = in_words(plan, samples)
    dut, received = SampleQueue(plan), Transfers()
    run(
        dut,
        writer(dut, plan, samples, pace(stall_in, 1), pace(stall_in, 2)),
        receiver(native(dut.o), len(expected), pace(stall_out, 3), received),
    )
    assert without_padding(plan, received.items) == expected


@plans
def test_room_comes_back_to_the_last_word(plan):
    """After any traffic as many samples fit as at the start: the depth's worth."""
    dut, samples = SampleQueue(plan), random_samples(plan, 7)
    words = len(in_words(plan, samples))

    async def count_room(ctx):
        await writer(dut, plan, samples, pace(True, 1), pace(True, 2))(ctx)
        await receiver_done(ctx)
        fitting = 0
        while ctx.get(dut.room):
            ctx.set(dut.reserve, 1)
            await ctx.tick()
            fitting += 1
        assert fitting == plan.depth // plan.words

    received = Transfers()

    async def receiver_done(ctx):
        while len(received.items) < words:
            await ctx.tick()

    run(dut, count_room, receiver(native(dut.o), words, pace(True, 3), received))


@plans
def test_a_word_leaves_four_cycles_after_the_beat_that_completes_it(plan):
    [sample] = random_samples(plan, 1)
    dut, received, completed = SampleQueue(plan), Transfers(), []
    run(
        dut,
        writer(dut, plan, [sample], pace(False), pace(True, 5), completed),
        receiver(native(dut.o), plan.words * plan.replays, pace(False), received),
    )
    assert received.cycles[: plan.words] == [cycle + 4 for cycle in completed]
    again = received.cycles[plan.words - 1 :]
    assert again == list(range(again[0], again[0] + len(again))), "later passes have no gaps"


@plans
def test_a_word_s_place_is_free_behind_the_cycle_in_which_it_is_at_the_output_for_the_last_time(plan):
    """The next sample is reserved as soon as the words that it lacks are there."""
    samples, reserved, received = random_samples(plan, 4), [], Transfers()
    dut, words = SampleQueue(plan), plan.words * plan.replays
    run(
        dut,
        writer(dut, plan, samples, pace(False), pace(False), reserved=reserved),
        receiver(native(dut.o), len(samples) * words, pace(False), received),
    )
    freed = [cycle for n, cycle in enumerate(received.cycles) if n % words >= words - plan.words]
    for number, cycle in enumerate(reserved[1:], 1):
        lacking = (number + 1) * plan.words - plan.depth
        assert cycle == max(reserved[number - 1] + 1, freed[lacking - 1] + 1 if lacking > 0 else 0)


def test_a_full_queue_has_no_room():
    plan = QueuePlan(3, NIBBLE, 1, 1, 1, 4)
    dut = SampleQueue(plan)

    async def bench(ctx):
        assert ctx.get(dut.room)
        ctx.set(dut.reserve, 1)
        await ctx.tick()
        ctx.set(dut.reserve, 0)
        assert not ctx.get(dut.room), "1 word is left, and a sample has 3"
        for _ in range(20):
            await ctx.tick()
            assert not ctx.get(dut.o.valid), "nothing was written"

    run(dut, bench)
