from quantnn.plan.unrolled.delays import LEVELS, Delays, Profile

DELAYS = Delays(register=500, lut=900, adder=1000, carry=50, fanout=100)


def test_a_sum_of_registers_is_waited_for_along_its_chain():
    start = DELAYS.registered(1)
    first = DELAYS.sum(start, start, 0, 1)
    assert [first.bit(place, 50) for place in (0, 1, 8)] == [1500, 1550, 1900]


def test_chains_that_follow_each_other_overlap():
    first = DELAYS.sum(DELAYS.registered(1), DELAYS.registered(1), 0, 1)
    assert DELAYS.sum(first, first, 0, 1).bit(8, 50) == 500 + 2 * 1000 + 8 * 50


def test_a_chain_begins_where_the_right_operand_does():
    start = Profile(0)
    assert DELAYS.sum(start, start, 4, 1).bit(10, 50) == 1000 + 6 * 50
    late = Profile(0, 700)
    assert DELAYS.sum(late, start, 4, 1).bit(10, 50) == 1000 + 700 + 10 * 50
    assert DELAYS.sum(start, late, 4, 1).bit(10, 50) == 1000 + 700 + 6 * 50


def test_each_doubling_of_readers_adds():
    assert [DELAYS.loaded(readers) for readers in (0, 1, 2, 3, 4, 5, 64)] == [0, 0, 100, 200, 200, 300, 600]
    assert DELAYS.registered(64).flat == 500 + 600
    assert DELAYS.function([100, 200], 2, 2) == Profile(200 + 1800 + 100)


def test_levels_count_logic_and_nothing_else():
    both = LEVELS.sum(LEVELS.registered(100), LEVELS.registered(1), 3, 50)
    assert both.bit(30, LEVELS.carry) == 1
    assert LEVELS.function([both.bit(9, 0)], 1, 1).flat == 2
