from itertools import combinations, product

import numpy as np
import pytest

from quantnn.quantization.signed_digits import cheapest, digit_counts


def fewest_digits(reach):
    """The least number of signed powers of two for every value up to ``reach``, by trying all sums of few."""
    powers = [1 << place for place in range(reach.bit_length() + 1)]
    found = {0: 0}
    for count in (1, 2, 3, 4, 5):
        for chosen in combinations(powers, count):
            for signs in product((1, -1), repeat=count):
                value = sum(sign * power for sign, power in zip(signs, chosen, strict=True))
                found.setdefault(value, count)
    return {value: found[value] for value in range(-reach, reach + 1)}


def test_digits_are_the_fewest_powers_of_two():
    expected = fewest_digits(300)
    values = np.array(list(expected))
    assert digit_counts(values).tolist() == list(expected.values())


def test_digits_of_large_values():
    assert digit_counts(np.array([1 << 60, (1 << 60) - 1, -(1 << 59)])).tolist() == [1, 2, 1]


@pytest.mark.parametrize("greatest", [1, 3, 7, 31, 127])
def test_of_all_integers_the_cheapest_is_taken(greatest):
    random = np.random.default_rng(greatest)
    targets = random.uniform(-1.3 * greatest, 1.3 * greatest, 300)
    curvatures, prices = random.uniform(0.01, 2, 300), random.uniform(0, 20, 300) * (random.random(300) > 0.2)
    values = np.arange(-greatest, greatest + 1)
    losses = curvatures[:, None] * (values - targets[:, None]) ** 2 + prices[:, None] * digit_counts(values)
    found = cheapest(targets, curvatures, prices, greatest)
    assert np.abs(found).max() <= greatest
    taken = curvatures * (found - targets) ** 2 + prices * digit_counts(found)
    assert np.allclose(taken, losses.min(axis=1))


def test_what_has_no_price_is_rounded_to_the_nearest():
    targets = np.array([-200.0, -2.4, 0.4, 5.6, 90.2])
    assert cheapest(targets, np.ones(5), np.zeros(5), 100).tolist() == [-100, -2, 0, 6, 90]
