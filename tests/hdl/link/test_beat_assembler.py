# amaranth: UnusedElaboratable=no

from itertools import pairwise

import numpy as np
import pytest
from gateware import Stream, exchange, four_ways
from link_frames import FORMATS

from quantnn.hdl.link.beat_assembler import BeatAssembler


def assemble(form, samples, **stalls):
    dut = BeatAssembler(form)
    beats = form.pack(samples)
    expected = [
        (int.from_bytes(bytes(beat), "little"), number == form.beats - 1)
        for sample in beats
        for number, beat in enumerate(sample)
    ]
    source = Stream(dut.i.valid, dut.i.ready, (dut.i.payload,))
    sink = Stream(dut.o.valid, dut.o.ready, (dut.o.payload.data, dut.o.payload.last))
    sent, received = exchange(dut, source, beats.ravel().tolist(), sink, len(expected), **stalls)
    return sent, received, expected


@four_ways
@pytest.mark.parametrize("form", FORMATS, ids=str)
def test_bytes_become_the_beats_of_samples(form, stall_in, stall_out):
    lo, hi = form.element.lo, form.element.hi
    samples = np.random.default_rng(1).integers(lo, hi, (4, form.elements), endpoint=True)
    _, received, expected = assemble(form, samples, stall_in=stall_in, stall_out=stall_out)
    assert received.items == expected


def test_a_beat_takes_its_bytes_and_a_cycle():
    samples = np.zeros((2, 7), dtype=np.int64)
    _, received, _ = assemble(FORMATS[0], samples)
    assert {b - a for a, b in pairwise(received.cycles)} == {FORMATS[0].bytes + 1}
