import numpy as np
import pytest
from gateware import axi_slave, exchange, four_ways, native

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.hdl.core.framer import Framer

FORMATS = [
    BeatFormat(1, IntegerRange(0, 255)),
    BeatFormat(4, IntegerRange(-8, 7)),
    BeatFormat(7, IntegerRange(-100, 100), 3),
    BeatFormat(6, IntegerRange(0, 5), 3),
    BeatFormat(2, IntegerRange(0, 1), 5),
    BeatFormat(5, IntegerRange(-300, 2000), 4),
]


def frames(form, lengths, seed=1):
    """Beats of frames of these lengths: every bit random, padding included."""
    random = np.random.default_rng(seed)
    draw = [[int.from_bytes(random.bytes(form.bytes), "little") for _ in range(length)] for length in lengths]
    return [(word, place == len(frame) - 1) for frame in draw for place, word in enumerate(frame)], draw


def framed(form, frame):
    """The beats of the one sample that a frame gives: filled with zeros or cut."""
    width, sign = form.element.width, form.element.signed
    elements = []
    for word in frame:
        for place in range(form.per_beat):
            raw = (word >> (place * width)) % (1 << width)
            elements.append(raw - (1 << width) if sign and raw >> (width - 1) else raw)
    elements = (elements + [0] * form.elements)[: form.elements]
    elements += [0] * (form.beats * form.per_beat - form.elements)
    return [elements[b * form.per_beat : (b + 1) * form.per_beat] for b in range(form.beats)]


@four_ways
@pytest.mark.parametrize("form", FORMATS, ids=str)
def test_every_frame_gives_one_sample(form, stall_in, stall_out):
    exact = form.beats
    lengths = [exact, max(1, exact - 1), exact + 1, 1, exact, exact + 3, exact, 1, 1, exact + 1, exact]
    items, draw = frames(form, lengths)
    expected = [beat for frame in draw for beat in framed(form, frame)]
    dut = Framer(form)
    _, received = exchange(
        dut, axi_slave(dut), items, native(dut.o), len(expected), stall_in=stall_in, stall_out=stall_out
    )
    assert received.items == expected


@pytest.mark.parametrize("form", FORMATS, ids=str)
def test_exact_frames_pass_without_delay_or_gap(form):
    items, _ = frames(form, [form.beats] * 3)
    dut = Framer(form)
    sent, received = exchange(dut, axi_slave(dut), items, native(dut.o), len(items))
    assert sent.cycles == received.cycles == list(range(len(items)))


def test_a_frame_that_never_ends_gives_one_sample_and_is_taken():
    form = BeatFormat(2, IntegerRange(0, 255))
    items = [(7, False), (8, False), *[(9, False)] * 20, (9, True), (5, False), (6, True)]
    dut = Framer(form)
    sent, received = exchange(dut, axi_slave(dut), items, native(dut.o), 4)
    assert received.items == [[7], [8], [5], [6]]
    assert sent.items == items
