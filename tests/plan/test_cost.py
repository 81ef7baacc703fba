import pytest
from networks import device

from quantnn.plan.cost import Cost, memory_cost, multiplier_elements
from quantnn.plan.memory import MemoryPlan
from quantnn.plan.resources import MultiplierMode, Multipliers

MODES = (MultiplierMode((9, 9), 1), MultiplierMode((18, 18), 2))
MAX10 = Multipliers("9-bit multiplier element", 288, MODES, ("a test",))


@pytest.mark.parametrize(
    ("operands", "elements"),
    [
        ((9, 8), 1),
        ((8, 9), 1),
        ((9, 9), 1),
        ((10, 9), 2),
        ((9, 10), 2),
        ((18, 18), 2),
        ((9, 18), 2),
        ((9, 27), 3),
        ((19, 9), 3),
        ((36, 18), 4),
        ((1, 1), 1),
    ],
)
def test_elements_of_a_product(operands, elements):
    assert multiplier_elements(operands, MAX10) == elements


def test_modes_need_not_be_square():
    dsp = Multipliers("DSP", 10, (MultiplierMode((25, 18), 1),), ("a test",))
    assert [multiplier_elements(pair, dsp) for pair in ((18, 25), (25, 18), (19, 19), (19, 26))] == [1, 1, 2, 4]


def test_sums_and_differences():
    a, b = Cost(1, 2, 3), Cost(10, 20, 30)
    assert a + b == Cost(11, 22, 33) and b - a == Cost(9, 18, 27)


@pytest.mark.parametrize(
    ("cost", "excess"),
    [
        (Cost(8, 4, 100), {}),
        (Cost(9, 4, 100), {"multipliers": 1}),
        (Cost(8, 6, 100), {"block_ram": 2}),
        (Cost(10, 5, 103), {"multipliers": 2, "block_ram": 1, "logic": 3}),
    ],
)
def test_excess(cost, excess):
    limits = Cost(8, 4, 100)
    assert cost.excess(limits) == excess
    assert cost.within(limits) == (not excess)


def test_limits_are_the_device_s():
    assert Cost.limits(device(multipliers=7, blocks=5, logic=90)) == Cost(7, 5, 90)


def test_share_adds_multipliers_and_block_ram():
    assert Cost(4, 1, 99).share(Cost(8, 4, 100)) == pytest.approx(0.75)


def test_memories_by_shape():
    """256 bits a block, as 64 × 4, 32 × 8 or 16 × 16."""
    resources = device()
    memories = [MemoryPlan("a", 32, 8), MemoryPlan("b", 16, 17), MemoryPlan("c", 100, 4)]
    assert memory_cost(memories, resources).block_ram == 1 + 2 + 2


def test_what_memory_and_logic_hold_to_the_last_bit():
    """Ten blocks of 256 bits, and five logic elements of 12: with all of them a ROM of 2,620 bits, and none wider."""
    limits, resources = Cost(0, 10, 5), device(blocks=10, logic=5)
    assert limits.holds(10 * 256 + 5 * 12, resources)
    assert not limits.holds(10 * 256 + 5 * 12 + 1, resources)
    assert MemoryPlan("m", 12, 5, in_logic=True).logic_elements >= 5
