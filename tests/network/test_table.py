import numpy as np
import pytest

from quantnn.arithmetic import Box, IntegerRange
from quantnn.network.table import Table

INDEX = IntegerRange(-2, 3)
TABLE = Table(INDEX, (9, -4, 0, 5, 5, 1), IntegerRange(-4, 9))


def test_values_start_at_the_least_index():
    assert TABLE(np.array([[-2, -1, 0], [1, 2, 3]])).tolist() == [[9, -4, 0], [5, 5, 1]]


def test_the_interval_is_exact():
    values = dict(zip(range(-2, 4), TABLE.values, strict=True))
    for lo in values:
        for hi in range(lo, 4):
            reached = [values[index] for index in range(lo, hi + 1)]
            assert TABLE.interval(Box([lo, -2], [hi, 3])) == Box([min(reached), -4], [max(reached), 9])


def test_a_rom_is_addressed_by_two_s_complement():
    """Index −2 … 3 takes three bits: 0 1 2 3 −4 −3 −2 −1; values are five bits wide."""
    assert TABLE.words() == [0, 5, 5, 1, 0, 0, 9, 32 - 4]
    assert Table(IntegerRange(0, 2), (1, 2, 3), IntegerRange(0, 3)).words() == [1, 2, 3, 0]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((1, 2), r"A table over -2..3 must have 6 values, not 2"),
        ((0, 0, 0, 0, 0, 10), r"A table's values must lie in -4..9, not be 10"),
        ((-5, 0, 0, 0, 0, 0), r"A table's values must lie in -4..9, not be -5"),
    ],
)
def test_refuses(values, message):
    with pytest.raises(ValueError, match=message):
        Table(INDEX, values, IntegerRange(-4, 9))
