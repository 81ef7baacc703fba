import itertools

import numpy as np
import pytest

from quantnn.adders.search.digits import digit_counts, new_digits, own_of, pair_of, removable, tag_of


def fewest(value: int) -> int:
    value = abs(value)
    if value < 2:
        return value
    return fewest(value // 2) if value % 2 == 0 else 1 + min(fewest(value - 1), fewest(value + 1))


def saved_by(first: int, second: int, shift: int, sign: int) -> int:
    """Digits that ``part`` of the first and its shifted self of the second can spare, by trying all parts."""
    best = 0
    for part in range(-4 * first, 4 * first + 1):
        other = sign * part << shift if shift >= 0 else sign * (part >> -shift)
        if part and (shift >= 0 or part % (1 << -shift) == 0):
            size = fewest(part)
            whole = fewest(first - part) == fewest(first) - size and fewest(second - other) == fewest(second) - size
            best = max(best, size * whole)
    return best


@pytest.mark.parametrize(("first", "second"), [(1, 1), (3, 1), (3, 5), (7, 7), (11, 13), (21, 5)])
def test_pairs_hold_every_pattern_and_what_it_saves(first, second):
    digits = new_digits(64)
    pair = pair_of(digits, tag_of(digits, first) >> 7, tag_of(digits, second) >> 7)
    begin, end = digits.pairs[pair]
    found = {(int(shift), int(sign)): int(saved) for shift, sign, saved, _ in digits.entries[begin:end]}
    for shift, sign in itertools.product(range(-5, 6), (1, -1)):
        assert found.get((shift, sign), 0) == saved_by(first, second, shift, sign)


def test_a_coefficient_shares_with_itself():
    digits = new_digits(64)
    begin, end = digits.pairs[own_of(digits, tag_of(digits, 45) >> 7)]
    # 45 = 5 · 9 is (1 + 4) + 8 (1 + 4), and 9 + 4 · 9.
    saved = {(int(shift), int(sign)): int(count) for shift, sign, count, _ in digits.entries[begin:end]}
    assert saved[2, 1] == saved[3, 1] == 2
    begin, end = digits.pairs[own_of(digits, tag_of(digits, 1) >> 7)]
    assert begin == end


def test_tags_tell_number_zeros_and_sign():
    digits = new_digits(64)
    three, six, less = (tag_of(digits, value) for value in (3, 6, -12))
    assert three >> 7 == six >> 7 == less >> 7 != tag_of(digits, 5) >> 7
    assert [tag >> 1 & 63 for tag in (three, six, less)] == [0, 1, 2]
    assert [tag & 1 for tag in (three, six, less)] == [0, 0, 1]


def test_removable_digits_are_those_that_leave_one_less():
    out = np.zeros(64, dtype=np.int64)
    for value in range(-40, 41):
        found = set(out[: removable(value, out)].tolist()) if value else set()
        powers = [sign * 2**shift for shift in range(8) for sign in (1, -1)]
        assert found == {power for power in powers if fewest(value - power) == fewest(value) - 1}


def test_digits_of_matrices():
    matrix = np.array([[0, 7], [-11, 64]])
    assert digit_counts(matrix).tolist() == [[0, 2], [3, 1]]


def test_too_many_coefficients_are_refused():
    digits = new_digits(1)
    with pytest.raises(MemoryError, match="coefficients"):
        for value in range(1, 99, 2):
            tag_of(digits, value)
