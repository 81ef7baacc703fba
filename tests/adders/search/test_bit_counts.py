import numpy as np
import pytest
from numba import njit

from quantnn.adders.search.bit_counts import bits_to, digit_count, zeros_below


@njit
def counts(value):
    return bits_to(value), digit_count(value), zeros_below(value)


def fewest(value: int) -> int:
    """Signed powers of two that make a value, by what remains when the last one goes."""
    value = abs(value)
    if value < 2:
        return value
    return fewest(value // 2) if value % 2 == 0 else 1 + min(fewest(value - 1), fewest(value + 1))


@pytest.mark.parametrize("value", [*range(1, 70), 2**40 - 1, 2**40, 2**40 + 1, 2**60, 2**60 + 1])
def test_counts_of_positive_numbers(value):
    bits, digits, zeros = counts(value)
    assert bits == (value - 1).bit_length()
    assert digits == fewest(value)
    assert value % 2**zeros == 0 < value % 2 ** (zeros + 1)


@pytest.mark.parametrize("value", [-1, -2, -3, -40, -(2**50) - 4])
def test_negative_numbers_have_the_digits_and_zeros_of_their_size(value):
    assert counts(value)[1:] == counts(-value)[1:]
    assert counts(value)[0] == 0


def test_zero_has_no_digits():
    assert counts(0)[:2] == (0, 0)
    assert counts(np.int64(0))[:2] == (0, 0)
