from dataclasses import replace

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.board.board import load_board
from quantnn.plan.board import BoardPlan
from quantnn.plan.cost import Cost
from quantnn.plan.link import LinkPlan
from quantnn.plan.replay import ReplayPlan

INPUT = BeatFormat(64, IntegerRange(0, 31), 13)
OUTPUT = BeatFormat(10, IntegerRange(-(1 << 17), (1 << 17) - 1), 1, 4)
LINK = LinkPlan(INPUT, OUTPUT, 50_000_000, 1_000_000)
RESOURCES = load_board("de10-lite").resources


def test_block_ram_is_that_of_samples_and_link():
    """16 samples of 5 beats of 72 bits: 128 words, 36 wide; two slots of 64 bytes; 64 bytes for an answer."""
    assert BoardPlan(INPUT, OUTPUT, 16, None).cost(RESOURCES).block_ram == 2
    assert BoardPlan(INPUT, OUTPUT, 0, LINK).cost(RESOURCES).block_ram == 2
    assert BoardPlan(INPUT, OUTPUT, 16, LINK).cost(RESOURCES).block_ram == 4


def test_what_is_not_there_costs_nothing():
    nothing, samples, link, both = (
        BoardPlan(INPUT, OUTPUT, count, plan).cost(RESOURCES)
        for count, plan in ((0, None), (16, None), (0, LINK), (16, LINK))
    )
    assert nothing.block_ram == 0 and nothing.logic > 0
    assert nothing.logic < samples.logic < link.logic < both.logic
    assert both - link == samples - nothing


def test_it_takes_no_multiplier_and_little_of_a_board():
    cost = BoardPlan(INPUT, OUTPUT, 16, LINK).cost(RESOURCES)
    assert cost.multipliers == 0
    assert cost.within(Cost(0, 4, 2000))


def test_memories_have_names():
    names = [memory.name for memory in BoardPlan(INPUT, OUTPUT, 4, LINK).memories]
    assert names == ["samples", "samples", "encoder", "identity"]


def test_a_replay_takes_the_samples_place():
    """Of 100 samples of 5 beats of 72 bits: four M9K and two for the classes; and more logic, here and in the link."""
    replay = ReplayPlan(INPUT, OUTPUT, 100, True, RESOURCES.block_ram.shapes, 6)
    without = BoardPlan(INPUT, OUTPUT, 16, LINK)
    found = BoardPlan(INPUT, OUTPUT, 16, replace(LINK, replay=True), replay)
    names = [memory.name for memory in found.memories]
    assert names == ["player.samples", "counters.expected", "counters.labels", "samples", "encoder", "identity"]
    assert found.cost(RESOURCES).block_ram == without.cost(RESOURCES).block_ram - 2 + 6
    extra = replay.logic_elements + found.link.logic_elements - LINK.logic_elements
    assert found.logic_elements - without.logic_elements == extra > 0
