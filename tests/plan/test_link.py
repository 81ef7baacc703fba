import re
from dataclasses import replace
from pathlib import Path

import pytest

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.hdl.core.verilog import emit_verilog
from quantnn.hdl.link.link import Link
from quantnn.plan.link import ErrorCode, FrameType, LinkPlan

M9K = ((8192, 1), (4096, 2), (2048, 4), (1024, 9), (512, 18), (256, 36))
EBR = ((2048, 2), (1024, 4), (512, 8), (256, 16))
PAGE = (Path(__file__).parents[2] / "docs" / "link.md").read_text()


def plan(elements=64, bits=5, per_beat=13, logits=10, **changes):
    """By default that of the digits example: 5 beats of 9 bytes in, 10 beats of 3 bytes out."""
    given = {
        "input": BeatFormat(elements, IntegerRange(0, (1 << bits) - 1), per_beat),
        "output": BeatFormat(logits, IntegerRange(-(1 << 17), (1 << 17) - 1), 1, 4),
        "clock_hz": 50_000_000,
        "baud": 1_000_000,
    }
    return LinkPlan(**given | changes)


def test_the_digits_example():
    found = plan()
    assert (found.sample_bytes, found.answer_bytes, found.divisor, found.window) == (45, 30, 50, 3)
    assert found.slot_bytes == 64, "two bytes of sequence and the sample"
    assert (found.frame_bytes, found.encoded_bytes) == (40, 41)
    assert found.facts.hex() == "2d00" + "1e00" + "0300" + "80f0fa02"


def test_a_short_answer_leaves_room_for_the_identity():
    assert plan(logits=1).frame_bytes == 6 + 20 + 4


@pytest.mark.parametrize(
    ("logits", "frame", "encoded"), [(81, 253, 254), (82, 256, 258), (164, 502, 504), (166, 508, 510)]
)
def test_the_encoder_s_room(logits, frame, encoded):
    """A byte more for every 254 or part of them."""
    assert (plan(logits=logits).frame_bytes, plan(logits=logits).encoded_bytes) == (frame, encoded)


@pytest.mark.parametrize(
    ("clock", "baud", "divisor"),
    [(50_000_000, 1_000_000, 50), (12_000_000, 1_000_000, 12), (25_000_000, 115_200, 217), (27_000_000, 3_000_000, 9),
     (130_000_000, 921_600, 141), (4_000_000, 1_000_000, 4)],
)  # fmt: skip
def test_cycles_of_a_bit(clock, baud, divisor):
    assert plan(clock_hz=clock, baud=baud).divisor == divisor
    assert abs(divisor * baud / clock - 1) <= 0.02


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"clock_hz": 12_000_000, "baud": 3_500_000}, "The clock must make 3500000 bits per second"),
        ({"clock_hz": 25_000_000, "baud": 3_000_000}, "The clock must make 3000000 bits per second"),
        ({"clock_hz": 3_000_000, "baud": 1_000_000}, "in at least 4 cycles each, but 3000000 Hz does not"),
        ({"slots": 1}, "A link must have 2, 4, 8 or 16 slots, not 1"),
        ({"slots": 3}, "A link must have 2, 4, 8 or 16 slots, not 3"),
        ({"slots": 32}, "A link must have 2, 4, 8 or 16 slots, not 32"),
        ({"elements": 65536, "bits": 8, "per_beat": 1}, "A sample must have at most 65535 bytes to go through"),
        ({"logits": 21846}, "An answer must have at most 65535 bytes to go through the link, not 65538"),
    ],
)
def test_what_a_link_cannot_do_is_refused(changes, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        plan(**changes)


@pytest.mark.parametrize(
    ("elements", "shapes", "slots"),
    [
        (64, M9K, 16),  # 16 slots of 64 bytes are a block
        (1000, M9K, 2),  # two of 1024 bytes, at 8 bits, are two blocks
        (400, M9K, 2),
        (200, M9K, 4),
        (64, EBR, 4),  # of 128 bytes: 512 are a block
        (13, M9K, 16),
    ],
)
def test_slots_that_cost_nothing_are_taken(elements, shapes, slots):
    two = plan(elements=elements, bits=8, per_beat=1) if elements != 64 or shapes is EBR else plan()
    found = two.with_free_slots(shapes)
    assert (found.slots, found.window) == (slots, slots + 1)
    assert found.sample_memory.blocks(shapes) == two.sample_memory.blocks(shapes)
    assert slots == 16 or replace(two, slots=2 * slots).sample_memory.blocks(shapes) > two.sample_memory.blocks(shapes)


def test_a_replay_costs_some_logic_and_no_longer_frame():
    without, found = plan(logits=1), plan(logits=1, replay=True)
    assert (without.replay_bytes, found.replay_bytes) == (0, 20)
    assert found.frame_bytes == without.frame_bytes and found.facts == without.facts
    assert found.logic_elements > without.logic_elements
    assert found.with_free_slots(M9K).replay


@pytest.mark.parametrize(("elements", "replay"), [(1, False), (64, False), (300, False), (64, True)])
def test_every_memory_of_the_verilog_is_planned(elements, replay, tmp_path):
    link = plan(elements=elements, per_beat=min(elements, 13), replay=replay)
    _, *memories = emit_verilog(Link(link, bytes(8)), "quantnn_link", tmp_path)
    found = {path.stem.removeprefix("quantnn_link_"): path.read_text().split() for path in memories}
    assert {name: (len(words), len(words[0])) for name, words in found.items()} == {
        memory.name: (memory.depth, memory.width) for memory in link.memories
    }


def test_time_on_the_line():
    """10 bits a byte; 45 bytes, 10 of header and CRC, one of encoding, one zero."""
    assert plan().cycles_per_sample == 57 * 10 * 50
    assert plan(logits=40).cycles_per_sample == (120 + 12) * 500


def test_types_and_codes_stand_on_the_page():
    for frame in FrameType:
        assert re.search(rf"\| `0x{frame.value:02x}` \| {frame.name} \|", PAGE, re.I)
        assert (frame.value & 0x80 != 0) == (frame.name in ("IDENTITY", "ANSWER", "REPLAYED", "ERROR"))
    for code in ErrorCode:
        assert re.search(rf"\| {code.value} \| {code.name} \|", PAGE, re.I)
