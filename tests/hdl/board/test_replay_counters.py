# amaranth: UnusedElaboratable=no

import random

import pytest
from amaranth.back import rtlil
from gateware import run

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.hdl.board.replay_counters import ReplayCounters
from quantnn.plan.replay import ReplayPlan

INPUT = BeatFormat(2, IntegerRange(0, 255), 2)
OUTPUT = BeatFormat(3, IntegerRange(-9, 9), class_width=4)
M9K = ((1024, 9), (512, 18), (256, 36))
COUNT = 12
EXPECTED = [random.Random(1).randrange(16) for _ in range(COUNT)]
LABELS = [random.Random(2).randrange(4) for _ in range(COUNT)]


def replays(rounds, *, labels=LABELS, gap=0.0, samples=COUNT, expected=EXPECTED):
    """The counts after each round of answers, and how long after the last they were said to be final."""
    dut = ReplayCounters(ReplayPlan(INPUT, OUTPUT, samples, labels is not None, M9K), expected, labels)
    draw = random.Random(4)
    found = []

    async def bench(ctx):
        for wait, answers in rounds:
            ctx.set(dut.begin, 1)
            await ctx.tick()
            ctx.set(dut.begin, 0)
            await ctx.tick().repeat(3)
            ctx.set(dut.taken, 1)
            await ctx.tick().repeat(wait)
            cycles = wait
            for place, answer in enumerate(answers):
                while draw.random() < gap:
                    ctx.set(dut.number, draw.randrange(16))
                    await ctx.tick()
                    cycles += 1
                ctx.set(dut.taken, place < len(answers) // 2)
                ctx.set(dut.answered, 1)
                ctx.set(dut.number, answer)
                await ctx.tick()
                ctx.set(dut.answered, 0)
                cycles += 1
            ctx.set(dut.number, 0)
            after = 0
            while not ctx.get(dut.done):
                await ctx.tick()
                after += 1
                assert after < 20
            found.append([ctx.get(getattr(dut, name)) for name in ("samples", "correct", "matching", "cycles")])
            assert found[-1][-1] == cycles - 1
            assert after == 3, "four cycles after the last answer, whose cycle is over already"
            await ctx.tick().repeat(draw.randrange(1, 9))
            counts = [ctx.get(getattr(dut, name)) for name in ("samples", "correct", "matching", "cycles")]
            assert counts == found[-1] and not ctx.get(dut.done), "they stay"

    run(dut, bench)
    return found


def counted(answers, labels=LABELS, expected=EXPECTED):
    same = [sum(a == b for a, b in zip(answers, stored, strict=True)) for stored in (labels, expected)]
    return [len(answers), *same]


ANSWERS = [
    EXPECTED,
    LABELS,
    [EXPECTED[n] ^ (n == 7) for n in range(COUNT)],
    [(a + 1) % 16 for a in EXPECTED],
    EXPECTED[1:] + EXPECTED[:1],
]


@pytest.mark.parametrize("gap", [0.0, 0.3, 0.9])
def test_answers_are_compared_each_with_its_own(gap):
    found = replays([(5, answers) for answers in ANSWERS], gap=gap)
    assert [counts[:3] for counts in found] == [counted(answers) for answers in ANSWERS]


def test_without_labels_the_reference_says_what_is_right():
    found = replays([(3, answers) for answers in ANSWERS], labels=None)
    assert [counts[:3] for counts in found] == [counted(answers, EXPECTED) for answers in ANSWERS]


@pytest.mark.parametrize("place", range(COUNT))
def test_every_stored_class_counts(place):
    """Another label, or another class of the reference, is seen in one count and not in the other."""
    labels = [label ^ 1 if n == place else label for n, label in enumerate(LABELS)]
    expected = [label ^ 1 if n == place else label for n, label in enumerate(EXPECTED)]
    [[_, correct, matching, _]] = replays([(4, EXPECTED)], labels=labels)
    assert abs(correct - counted(EXPECTED)[1]) == (EXPECTED[place] in (LABELS[place], labels[place]))
    assert matching == COUNT
    [[_, correct, matching, _]] = replays([(4, EXPECTED)], expected=expected)
    assert (correct, matching) == (counted(EXPECTED)[1], COUNT - 1)


def test_a_single_sample():
    assert replays([(9, [5]), (2, [6])], labels=[5], samples=1, expected=[6]) == [[1, 1, 0, 9], [1, 0, 1, 2]]


@pytest.mark.parametrize(
    ("labelled", "expected", "labels", "kinds"),
    [(True, [0] * 3, None, "expected and true"), (False, [0] * 4, None, "expected"),
     (False, [0] * 3, [0] * 3, "expected"), (True, [0] * 3, [0] * 2, "expected and true")],
)  # fmt: skip
def test_other_classes_than_planned_are_refused(labelled, expected, labels, kinds):
    with pytest.raises(ValueError) as error:
        ReplayCounters(ReplayPlan(INPUT, OUTPUT, 3, labelled, M9K), expected, labels)
    assert str(error.value) == f"A replay of 3 samples must be given as many {kinds} classes"


def test_every_signal_has_a_name():
    dut = ReplayCounters(ReplayPlan(INPUT, OUTPUT, COUNT, True, M9K), EXPECTED, LABELS)
    assert "$signal" not in rtlil.convert(dut)
