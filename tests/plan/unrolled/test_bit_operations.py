import numpy as np

from quantnn.adders.packing import CONSTANT
from quantnn.arithmetic import IntegerRange
from quantnn.plan.unrolled.bit_operations import BitSum, BitTable
from quantnn.plan.unrolled.delays import Delays, Profile

DELAYS = Delays(register=500, lut=900, adder=1000, carry=50, fanout=100)
TABLE = BitTable(IntegerRange(-1, 6), ((4, 1), (7, 0)), (5, -1, 6, 0))
SUM = BitSum(IntegerRange(-8, 7), (((4, 0), (7, 1), (4, 1)), ((CONSTANT, 0), (CONSTANT, 1), (7, 0), (7, 0))))


def test_bits_choose_from_the_contents():
    assert TABLE.sources == (4, 7)
    assert TABLE(np.array([0, 2, 1, 3]), np.array([0, 0, 1, 3])).tolist() == [5, -1, 6, 0]
    assert TABLE.luts() == 4


def test_rows_are_added_modulo_the_format():
    first, second = np.array([0b11, 0b01]), np.array([0b10, 0b01])
    rows = [0b111 + 0b0010, 0b001 + 0b1110]
    assert SUM(first, second).tolist() == [rows[0] - 16, rows[1] - 16]
    assert (SUM.passed, SUM.luts()) == (1, 3)


def test_a_single_row_is_wires():
    row = BitSum(IntegerRange(0, 7), (((4, 1), (4, 0), (7, 0)),))
    assert row(np.array([0b10]), np.array([1])).tolist() == [0b101]
    assert row.luts() == 0
    assert row.arrival(DELAYS, [], [Profile(0, 10), Profile(40)], 1) == Profile(60)


def test_sums_wait_for_their_bits():
    profile = SUM.arrival(DELAYS, [], [Profile(0), Profile(300)], 1)
    assert profile.flat == 1300
    assert profile.first == 1000 + 300 - 50
    assert TABLE.arrival(DELAYS, [], [Profile(0, 100), Profile(30)], 2) == Profile(150 + 900 + 100)


def test_both_are_renumbered():
    numbers = {4: 40, 7: 70}
    assert TABLE.renumbered(numbers).bits == ((40, 1), (70, 0))
    assert SUM.renumbered(numbers).rows[1] == ((CONSTANT, 0), (CONSTANT, 1), (70, 0), (70, 0))
