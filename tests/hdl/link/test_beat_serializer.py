# amaranth: UnusedElaboratable=no

import numpy as np
import pytest
from gateware import Stream, exchange, four_ways
from link_frames import FORMATS

from quantnn.hdl.link.beat_serializer import BeatSerializer


@four_ways
@pytest.mark.parametrize("form", FORMATS, ids=str)
def test_beats_become_bytes_and_the_last_is_marked(form, stall_in, stall_out):
    dut = BeatSerializer(form)
    lo, hi = form.element.lo, form.element.hi
    beats = form.pack(np.random.default_rng(2).integers(lo, hi, (3, form.elements), endpoint=True))
    items = [
        (int.from_bytes(bytes(beat), "little"), number == form.beats - 1)
        for sample in beats
        for number, beat in enumerate(sample)
    ]
    size = form.beats * form.bytes
    expected = [(byte, place % size == size - 1) for place, byte in enumerate(beats.ravel().tolist())]
    source = Stream(dut.i.valid, dut.i.ready, (dut.i.payload.data, dut.i.payload.last))
    sink = Stream(dut.o.valid, dut.o.ready, (dut.o.payload.data, dut.o.payload.last))
    _, received = exchange(dut, source, items, sink, len(expected), stall_in=stall_in, stall_out=stall_out)
    assert received.items == expected
