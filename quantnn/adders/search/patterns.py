"""How often each two-term pattern occurs, and which occurs most."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

__all__ = ["Patterns", "add", "count_of", "grown", "key_of", "new_patterns", "parts_of_key", "rank", "top"]

Array = npt.NDArray[np.int64]
Short = npt.NDArray[np.int32]

LEVELS = 1 << 10
"""Counts of this and more are not told apart."""
_USED, _FREE, _TOP = range(3)


class Patterns(NamedTuple):
    """Patterns ``first + sign · (second << shift)`` of nodes, by a key, each with the digits that it saves.

    Parameters
    ----------
    table : int32 array
        Hash of keys to patterns, as one more than their number.
    keys : int64 array
    counts : int32 array
        Digits that the pattern saves in all columns together.
    ranks : int32 array
        The list in which the pattern waits, at most its count; 0 where it is in none.
    after, before : int32 arrays
        The lists; -1 ends one.
    heads : int32 array of shape (LEVELS,)
    numbers : int64 array of shape (3,)
        Patterns ever used, the first one free, and a level above which no list holds anything.
    """

    table: Short
    keys: Array
    counts: Short
    ranks: Short
    after: Short
    before: Short
    heads: Short
    numbers: Array


def new_patterns(room: int) -> Patterns:
    """No patterns; room for so many."""
    patterns: Patterns = _new(1 << max(10, int(room).bit_length()))
    return patterns


@njit(cache=True)
def _new(room):
    return Patterns(
        np.zeros(2 * room, dtype=np.int32),
        np.zeros(room, dtype=np.int64),
        np.zeros(room, dtype=np.int32),
        np.zeros(room, dtype=np.int32),
        np.zeros(room, dtype=np.int32),
        np.zeros(room, dtype=np.int32),
        np.full(LEVELS, -1, dtype=np.int32),
        np.array([0, -1, 0]),
    )


@njit(cache=True)
def key_of(first, second, shift, sign):
    """Nodes are below 2**24, shifts in -64..63."""
    return first << 32 | second << 8 | (shift + 64) << 1 | (sign < 0)


@njit(cache=True)
def parts_of_key(key):
    """First, second, shift, sign."""
    return key >> 32, key >> 8 & 0xFFFFFF, (key >> 1 & 127) - 64, 1 - 2 * (key & 1)


@njit(cache=True)
def _place(patterns, key):
    """Where the table holds a key, or would."""
    mask = len(patterns.table) - 1
    mixed = key * -7046029254386353131
    place = (mixed ^ mixed >> 29) >> 17 & mask
    while patterns.table[place]:
        if patterns.keys[patterns.table[place] - 1] == key:
            break
        place = place + 1 & mask
    return place


@njit(cache=True)
def count_of(patterns, key):
    pattern = patterns.table[_place(patterns, key)]
    return patterns.counts[pattern - 1] if pattern else np.int32(0)


@njit(cache=True)
def _unlink(patterns, pattern):
    before, after = patterns.before[pattern], patterns.after[pattern]
    if before < 0:
        patterns.heads[patterns.ranks[pattern]] = after
    else:
        patterns.after[before] = after
    if after >= 0:
        patterns.before[after] = before
    patterns.ranks[pattern] = 0


@njit(cache=True)
def rank(patterns, pattern, level):
    """Puts a pattern into the list of a level; into none where that is below 2."""
    level = min(level, LEVELS - 1)
    if patterns.ranks[pattern] == level:
        return
    if patterns.ranks[pattern]:
        _unlink(patterns, pattern)
    if level >= 2:
        head = patterns.heads[level]
        patterns.after[pattern], patterns.before[pattern] = head, -1
        if head >= 0:
            patterns.before[head] = pattern
        patterns.heads[level] = pattern
        patterns.ranks[pattern] = level
        patterns.numbers[_TOP] = max(patterns.numbers[_TOP], level)


@njit(cache=True)
def add(patterns, key, digits):
    """So many more digits are saved by a pattern."""
    place = _place(patterns, key)
    pattern = patterns.table[place] - 1
    if pattern < 0:
        pattern = patterns.numbers[_FREE]
        if pattern >= 0:
            patterns.numbers[_FREE] = patterns.after[pattern]
        else:
            pattern = patterns.numbers[_USED]
            patterns.numbers[_USED] += 1
        patterns.table[place] = pattern + 1
        patterns.keys[pattern], patterns.counts[pattern], patterns.ranks[pattern] = key, 0, 0
    count = patterns.counts[pattern] + digits
    patterns.counts[pattern] = count
    if digits > 0 or patterns.ranks[pattern] > count:
        rank(patterns, pattern, count)
    if not count:
        _forget(patterns, place)


@njit(cache=True)
def _forget(patterns, place):
    pattern = patterns.table[place] - 1
    patterns.after[pattern] = patterns.numbers[_FREE]
    patterns.numbers[_FREE] = pattern
    mask = len(patterns.table) - 1
    patterns.table[place] = 0
    place = place + 1 & mask
    while patterns.table[place]:
        moved = patterns.table[place]
        patterns.table[place] = 0
        patterns.table[_place(patterns, patterns.keys[moved - 1])] = moved
        place = place + 1 & mask


@njit(cache=True)
def top(patterns):
    """The highest level whose list holds something; 1 where none does."""
    level = patterns.numbers[_TOP]
    while level >= 2 and patterns.heads[level] < 0:
        level -= 1
    patterns.numbers[_TOP] = max(level, 1)
    return patterns.numbers[_TOP]


@njit(cache=True)
def grown(patterns, room):
    """The same patterns, with room for so many more."""
    used = patterns.numbers[_USED]
    size = len(patterns.keys)
    if used + room <= size:
        return patterns
    while size < used + room:
        size *= 2
    more = _new(size)
    more.heads[:] = patterns.heads
    more.numbers[:] = patterns.numbers
    for old, new in (
        (patterns.counts, more.counts),
        (patterns.ranks, more.ranks),
        (patterns.after, more.after),
        (patterns.before, more.before),
    ):
        new[:used] = old[:used]
    more.keys[:used] = patterns.keys[:used]
    for pattern in patterns.table:
        if pattern:
            more.table[_place(more, more.keys[pattern - 1])] = pattern
    return more
