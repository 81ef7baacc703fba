"""Coefficients as signed digits, and what two of them have in common."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from quantnn.adders.search.bit_counts import digit_count, zeros_below
from quantnn.adders.search.compiled import compiled, making_arrays

__all__ = [
    "Digits",
    "digit_counts",
    "new_digits",
    "own_of",
    "pair_of",
    "removable",
    "tag_of",
]

Array = npt.NDArray[np.int64]

REACH = 64
"""Shifts between two terms lie in -REACH..REACH-1."""
_FEW = 6
"""Up to so many digits, every part of a coefficient is considered for sharing, beyond that parts of two digits."""


class Digits(NamedTuple):
    """What coefficients have in common, worked out when it is first asked for.

    An odd magnitude has a number. For two numbers, entries say by which patterns ``x + sign · (y << shift)`` the digits
    of the coefficients can be had, and how many digits each saves.

    Parameters
    ----------
    odd : int64 array
        The odd magnitude of each number.
    numbers : int64 array
        Hash of magnitudes to numbers.
    pairs : int64 array of shape (pairs, 2)
        First entry and end of pairs met so far.
    own : int32 array
        One more than the pair by which each number's digits are shared among themselves; 0 where it was not met.
    direct : int32 array of shape (256, 256)
        One more than the pair of two small numbers; 0 where it was not met.
    pair_index : int64 array of shape (k, 2)
        Hash of the others: two numbers, and one more than their pair.
    entries : int64 array of shape (entries, 4)
        Shift, sign, digits saved and the part of the first magnitude that goes.
    codes : int64 array of shape (entries,)
        Shift and sign as the last bits of a pattern's key.
    used : int64 array of shape (3,)
        Numbers, pairs, entries.
    """

    odd: Array
    numbers: Array
    pairs: Array
    own: npt.NDArray[np.int32]
    direct: npt.NDArray[np.int32]
    pair_index: Array
    entries: Array
    codes: Array
    used: Array


def new_digits(magnitude: int) -> Digits:
    """Nothing known yet. No coefficient is larger than that."""
    numbers = 1 << min(22, max(4, magnitude.bit_length() + 1))
    return Digits(
        np.zeros(numbers, dtype=np.int64),
        np.zeros(2 * numbers, dtype=np.int64),
        np.zeros((1 << 17, 2), dtype=np.int64),
        np.zeros(numbers, dtype=np.int32),
        np.zeros((256, 256), dtype=np.int32),
        np.zeros((1 << 18, 2), dtype=np.int64),
        np.zeros((1 << 21, 4), dtype=np.int64),
        np.zeros(1 << 21, dtype=np.int64),
        np.zeros(3, dtype=np.int64),
    )


@making_arrays
def digit_counts(values):
    """The same of each value of a matrix."""
    counts = np.zeros(values.shape, dtype=np.int64)
    for row in range(values.shape[0]):
        for column in range(values.shape[1]):
            counts[row, column] = digit_count(values[row, column])
    return counts


@compiled
def removable(value, out):
    """Writes the signed powers of two whose removal leaves a digit less; returns how many there are."""
    count, digits, power = 0, digit_count(value), np.int64(1)
    while power <= 2 * abs(value):
        for digit in (power, -power):
            if digit_count(value - digit) == digits - 1:
                out[count] = digit
                count += 1
        power *= 2
    return count


@making_arrays
def parts_of(value, most):
    """The values of at most ``most`` digits that can be taken from a value with all their digits saved."""
    parts = np.empty(1 << 12, dtype=np.int64)
    digits = np.empty(128, dtype=np.int64)
    filled = removable(value, parts)
    begin, total = 0, digit_count(value)
    for size in range(2, most + 1):
        end = filled
        for number in range(begin, end):
            found = removable(value - parts[number], digits)
            for digit in digits[:found]:
                part = parts[number] + digit
                if digit_count(part) == size and digit_count(value - part) == total - size and filled < len(parts):
                    known = False
                    for other in range(end, filled):
                        known |= parts[other] == part
                    if not known:
                        parts[filled] = part
                        filled += 1
        begin = end
    return parts[:filled]


@compiled
def tag_of(digits, value):
    """A coefficient as number · 128 + zeros below · 2 + (1 where it is negative)."""
    zeros = zeros_below(value)
    magnitude = abs(value) >> zeros
    place = (magnitude * 0x9E3779B1 >> 8) % len(digits.numbers)
    while digits.numbers[place]:
        number = digits.numbers[place] - 1
        if digits.odd[number] == magnitude:
            return number << 7 | zeros << 1 | (value < 0)
        place = (place + 1) % len(digits.numbers)
    number = digits.used[0]
    if number == len(digits.odd):
        raise MemoryError("too many different coefficients")
    digits.odd[number] = magnitude
    digits.numbers[place] = number + 1
    digits.used[0] += 1
    return number << 7 | zeros << 1 | (value < 0)


@compiled
def pair_of(digits, first, second):
    """The pair of two numbers, a row of ``pairs``; that of two equal ones says what two coefficients have in common."""
    if first < 256 and second < 256:
        pair = digits.direct[first, second]
        if not pair:
            pair = _new_pair(digits, first, second)
            digits.direct[first, second] = pair
        return pair - 1
    key = first << 32 | second
    place = (key * 0x9E3779B97F4A7C1 >> 20) % len(digits.pair_index)
    while digits.pair_index[place, 1]:
        if digits.pair_index[place, 0] == key:
            return digits.pair_index[place, 1] - 1
        place = (place + 1) % len(digits.pair_index)
    pair = _new_pair(digits, first, second)
    if pair > 1:
        digits.pair_index[place] = key, pair
    return pair - 1


@compiled
def own_of(digits, number):
    """The pair that says how often a coefficient holds ``x + sign · (x << shift)``, where shift is at least 1."""
    if not digits.own[number]:
        digits.own[number] = _new_own(digits, number)
    return digits.own[number] - 1


@making_arrays
def _new_own(digits, number):
    pair, begin = max(1, digits.used[1]), digits.used[2]
    if pair == len(digits.pairs) or begin + 4 * REACH > len(digits.entries):
        return 1
    odd = digits.odd[number]
    total, end = digit_count(odd), begin
    for part in parts_of(odd, _FEW if total <= _FEW else 1):
        size = digit_count(part)
        for shift in range(1, REACH):
            if part << shift > 4 * odd or part << shift < -4 * odd or 2 * size > total:
                break
            for sign in (1, -1):
                # 3x = x + 2x = 4x - x is one pattern.
                if (shift, sign) != (2, -1) and digit_count(odd - part * (1 + sign * (1 << shift))) == total - 2 * size:
                    end = _entry(digits, begin, end, part, sign * (part << shift))
    digits.used[1], digits.used[2] = pair + 1, end
    digits.pairs[pair] = begin, end
    return pair + 1


@making_arrays
def _new_pair(digits, first, second):
    """Fills in what the odd magnitudes of two numbers have in common; the empty first pair where there is no room."""
    pair, begin = max(1, digits.used[1]), digits.used[2]
    if pair == len(digits.pairs) or begin + 4 * REACH > len(digits.entries):
        return 1
    left, right = digits.odd[first], digits.odd[second]
    few = digit_count(left) <= _FEW and digit_count(right) <= _FEW
    end = begin
    others = parts_of(right, _FEW if few else 2)
    for part in parts_of(left, _FEW if few else 2):
        for other in others:
            end = _entry(digits, begin, end, part, other)
    digits.used[1], digits.used[2] = pair + 1, end
    digits.pairs[pair] = begin, end
    return pair + 1


@compiled
def _entry(digits, begin, end, part, other):
    """Adds or betters the entry by which ``other`` is a signed and shifted ``part``, if it is."""
    zeros, zeros_other = zeros_below(part), zeros_below(other)
    if abs(part) >> zeros != abs(other) >> zeros_other:
        return end
    shift, sign, saved = zeros_other - zeros, 1 if (part < 0) == (other < 0) else -1, digit_count(part)
    for entry in range(begin, end):
        if digits.entries[entry, 0] == shift and digits.entries[entry, 1] == sign:
            if saved > digits.entries[entry, 2]:
                digits.entries[entry, 2], digits.entries[entry, 3] = saved, part
            return end
    if end < len(digits.entries):
        digits.entries[end] = shift, sign, saved, part
        digits.codes[end] = (shift + REACH) << 1 | (sign < 0)
        end += 1
    return end
