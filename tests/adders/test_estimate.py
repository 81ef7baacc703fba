from itertools import product

import numpy as np

from quantnn.adders.estimate import few_bits, signed_digits
from quantnn.adders.linear_map import LinearMap
from quantnn.arithmetic import Box, IntegerRange


def fewest(limit, places):
    """The least number of signed powers of two for each value up to a limit, by trying all."""
    found = {}
    for digits in product((-1, 0, 1), repeat=places):
        value = sum(digit << place for place, digit in enumerate(digits))
        found[value] = min(found.get(value, places), sum(map(abs, digits)))
    return [found[value] for value in range(limit + 1)]


def test_no_sum_of_powers_of_two_has_fewer_digits():
    wanted = fewest(100, 8)
    assert signed_digits(np.arange(101)).tolist() == wanted
    assert signed_digits(-np.arange(101)).tolist() == wanted


def test_more_digits_and_wider_inputs_take_more_bits():
    def bits(weight, hi):
        return few_bits(LinearMap(np.full((30, 4), weight), Box.uniform(IntegerRange(0, hi), 30)))

    assert bits(0, 255) == 0
    assert bits(1, 255) < bits(3, 255) < bits(11, 255)
    assert bits(3, 1) < bits(3, 255)
