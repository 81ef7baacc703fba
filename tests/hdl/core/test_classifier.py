from itertools import product

import numpy as np
import pytest
from gateware import axi_master, exchange, four_ways, native

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.hdl.core.classifier import Classifier
from quantnn.plan.core import classifier_latency

FORMATS = [
    BeatFormat(1, IntegerRange(-4, 3), 1, 1),
    BeatFormat(1, IntegerRange(0, 3), 1, 1),
    BeatFormat(3, IntegerRange(-2, 1), 1, 2),
    BeatFormat(3, IntegerRange(-2, 1), 2, 2),
    BeatFormat(3, IntegerRange(-2, 1), 3, 2),
    BeatFormat(5, IntegerRange(0, 3), 4, 3),
    BeatFormat(10, IntegerRange(-500, 500), 3, 4),
    BeatFormat(12, IntegerRange(-2, 1), 7, 4),
]


def beats(form, logits, garbage):
    """A sample's beats; places beyond the sample hold something."""
    padded = [*logits, *garbage[: form.beats * form.per_beat - len(logits)]]
    return [padded[b * form.per_beat : (b + 1) * form.per_beat] for b in range(form.beats)]


def word(form, elements, index):
    """tdata as the format says, from strings of binary digits."""
    width = form.element.width
    fields = [format(value % (1 << width), f"0{width}b") for value in elements]
    if form.class_width:
        fields.append(format(index, f"0{form.class_width}b"))
    return int("".join(reversed(fields)), 2)


def answers(form, samples, garbage):
    """(tdata, tlast) of every beat: the class is the first of the greatest so far, of a single logit its sign."""
    result = []
    for logits in samples:
        for number, beat in enumerate(beats(form, logits, garbage)):
            so_far = logits[: (number + 1) * form.per_beat]
            index = so_far.index(max(so_far)) if form.elements > 1 else int(logits[0] > 0)
            result.append((word(form, beat, index), int(number == form.beats - 1)))
    return result


def classify(form, samples, **stalls):
    garbage = [form.element.hi] * form.per_beat
    items = [beat for logits in samples for beat in beats(form, logits, garbage)]
    dut = Classifier(form)
    sent, received = exchange(dut, native(dut.i), items, axi_master(dut), len(items), **stalls)
    assert received.items == answers(form, samples, garbage)
    return sent, received


@four_ways
@pytest.mark.parametrize("form", FORMATS, ids=str)
def test_the_first_of_the_greatest_wins(form, stall_in, stall_out):
    random = np.random.default_rng(form.elements)
    samples = random.integers(form.element.lo, form.element.hi + 1, (8, form.elements)).tolist()
    samples += [[form.element.lo] * form.elements, [form.element.hi] * form.elements]
    samples += [[form.element.lo] * (form.elements - 1) + [form.element.hi]]
    classify(form, samples, stall_in=stall_in, stall_out=stall_out)


@pytest.mark.parametrize("per_beat", [1, 2, 3])
def test_every_order_of_three_logits(per_beat):
    classify(BeatFormat(3, IntegerRange(-1, 1), per_beat, 2), [list(c) for c in product((-1, 0, 1), repeat=3)])


@pytest.mark.parametrize(("per_beat", "levels"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3)])
def test_beats_leave_without_a_gap(per_beat, levels):
    form = BeatFormat(5, IntegerRange(-2, 1), per_beat, 3)
    sent, received = classify(form, [[1, 0, -1, 1, -2]] * 4)
    assert classifier_latency(form) == 2 + levels
    assert sent.cycles == list(range(4 * form.beats))
    assert received.cycles == [cycle + 2 + levels for cycle in sent.cycles]


@four_ways
def test_without_classes_the_logits_pass(stall_in, stall_out):
    form = BeatFormat(5, IntegerRange(-9, 9), 2)
    classify(form, [[1, -2, 3, 9, -9], [0] * 5], stall_in=stall_in, stall_out=stall_out)
