# amaranth: UnusedElaboratable=no

import pytest
from cobs import cobs
from gateware import Stream, exchange, four_ways
from link_frames import some_frames

from quantnn.hdl.link.cobs_encoder import CobsEncoder
from quantnn.plan.memory import MemoryPlan


def encode(frames, room, **stalls):
    dut = CobsEncoder(MemoryPlan("encoder", room, 8, writable=True))
    items = [(byte, place == len(frame) - 1) for frame in frames for place, byte in enumerate(frame)]
    expected = [byte for frame in frames for byte in (*cobs.encode(frame), 0)]
    source = Stream(dut.i.valid, dut.i.ready, (dut.i.payload.data, dut.i.payload.last))
    sink = Stream(dut.o.valid, dut.o.ready, (dut.o.payload,))
    _, received = exchange(dut, source, items, sink, len(expected), **stalls)
    return received.items, expected


@four_ways
def test_frames_are_encoded_as_by_the_library(stall_in, stall_out):
    frames = [frame for frame in some_frames() if 0 < len(frame) < 70]
    found, expected = encode(frames, 64, stall_in=stall_in, stall_out=stall_out)
    assert found == expected


@pytest.mark.parametrize("size", [252, 253, 254, 255, 256, 508, 509])
@pytest.mark.parametrize("end", [b"", b"\0", b"x"])
def test_blocks_of_254_bytes(size, end):
    found, expected = encode([bytes([3]) * size + end], 600)
    assert found == expected


def test_a_frame_may_fill_the_memory():
    found, expected = encode([bytes([9]) * 63, bytes(63), b"\1"], 64)
    assert found == expected
