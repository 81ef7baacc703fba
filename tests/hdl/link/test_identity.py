# amaranth: UnusedElaboratable=no

import struct

import pytest
from gateware import run
from link_frames import PLAN

from quantnn.hdl.link.identity import LinkIdentity

FINGERPRINT = bytes(range(1, 9))


def test_the_payload_of_an_identity_frame():
    dut = LinkIdentity(PLAN, FINGERPRINT)
    found = []

    async def bench(ctx):
        for dropped in (0, 0x1234):
            ctx.set(dut.dropped, dropped)
            content = bytearray()
            for place in range(20):
                ctx.set(dut.place, place)
                await ctx.tick()
                content.append(ctx.get(dut.byte))
                ctx.set(dut.dropped, dropped ^ 0xFFFF)
            found.append(bytes(content))

    run(dut, bench)
    # Fingerprint, bytes of a sample and of an answer, window, clock, dropped.
    assert found == [struct.pack("<8sHHHIH", FINGERPRINT, 6, 6, 3, 4_000_000, dropped) for dropped in (0, 0x1234)]


def test_a_fingerprint_of_another_length_is_refused():
    with pytest.raises(ValueError, match=r"^A fingerprint must have 8 bytes, not 7$"):
        LinkIdentity(PLAN, b"1234567")
