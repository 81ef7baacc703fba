"""How often each two-term pattern occurs, and which occurs most."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from quantnn.adders.search.compiled import compiled, making_arrays

__all__ = [
    "Patterns",
    "add",
    "count_of",
    "grown",
    "key_of",
    "new_patterns",
    "own",
    "owner_of",
    "parts_of_key",
    "rank",
    "top",
]

Array = npt.NDArray[np.int64]
Short = npt.NDArray[np.int32]

LEVELS = 1 << 10
"""Counts of this and more are not told apart."""
_USED, _TOP = range(2)


class Patterns(NamedTuple):
    """Patterns ``first + sign · (second << shift)`` of nodes, by a key, each with the digits that it saves.

    They stand in a hash, all that is known of one side by side. One that occurs no more keeps its place until there
    are too many.

    Parameters
    ----------
    keys : int64 array
        -1 for a place that is free.
    counts : int32 array
        Digits that the pattern saves in all columns together.
    owners : int32 array
        One more than the node that the pattern is, so that to use it again costs no adder; 0 for none.
    ranks : int32 array
        The list in which the pattern waits, at most its count, and one more with an owner; 0 where it is in none.
    after, before : int32 arrays
        The lists; -1 ends one.
    heads : int32 array of shape (LEVELS,)
    numbers : int64 array of shape (2,)
        Places in use, and a level above which no list holds anything.
    """

    keys: Array
    counts: Short
    owners: Short
    ranks: Short
    after: Short
    before: Short
    heads: Short
    numbers: Array


def new_patterns(room: int) -> Patterns:
    """No patterns; room for so many."""
    patterns: Patterns = _new(1 << max(10, int(2 * room).bit_length()))
    return patterns


@making_arrays
def _new(places):
    rows = np.zeros((places, 8), dtype=np.int32)
    keys = rows.view(np.int64)[:, 0]
    keys[:] = -1
    return Patterns(
        keys,
        rows[:, 2],
        rows[:, 3],
        rows[:, 4],
        rows[:, 5],
        rows[:, 6],
        np.full(LEVELS, -1, dtype=np.int32),
        np.zeros(2, dtype=np.int64),
    )


@compiled
def key_of(first, second, shift, sign):
    """Nodes are below 2**24, shifts in -64..63."""
    return first << 32 | second << 8 | (shift + 64) << 1 | (sign < 0)


@compiled
def parts_of_key(key):
    """First, second, shift, sign."""
    return key >> 32, key >> 8 & 0xFFFFFF, (key >> 1 & 127) - 64, 1 - 2 * (key & 1)


@compiled
def _place(keys, key):
    """Where a key stands, or would."""
    mask = len(keys) - 1
    mixed = key * -7046029254386353131
    place = (mixed ^ mixed >> 32) & mask
    while keys[place] != key and keys[place] >= 0:
        place = place + 1 & mask
    return place


@compiled
def count_of(patterns, key):
    place = _place(patterns.keys, key)
    return patterns.counts[place]


@compiled
def _unlink(patterns, pattern):
    before, after = patterns.before[pattern], patterns.after[pattern]
    if before < 0:
        patterns.heads[patterns.ranks[pattern]] = after
    else:
        patterns.after[before] = after
    if after >= 0:
        patterns.before[after] = before
    patterns.ranks[pattern] = 0


@compiled
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


@compiled
def _entered(patterns, key):
    """The place of a key, which is taken if it was free."""
    pattern = _place(patterns.keys, key)
    if patterns.keys[pattern] < 0:
        patterns.keys[pattern] = key
        patterns.numbers[_USED] += 1
    return pattern


@compiled
def add(patterns, key, digits):
    """So many more digits are saved by a pattern."""
    pattern = _entered(patterns, key)
    count = patterns.counts[pattern] + digits
    patterns.counts[pattern] = count
    level = count + (count and patterns.owners[pattern] > 0)
    if (digits > 0 and level >= 2) or patterns.ranks[pattern] > level:
        rank(patterns, pattern, level)


@compiled
def own(patterns, key, owner):
    """A pattern is a node from now on, one less than ``owner``; none where that is 0."""
    pattern = _entered(patterns, key)
    patterns.owners[pattern] = owner
    count = patterns.counts[pattern]
    rank(patterns, pattern, count + (count and owner > 0))


@compiled
def owner_of(patterns, key):
    return patterns.owners[_place(patterns.keys, key)]


@compiled
def top(patterns):
    """The highest level whose list holds something; 1 where none does."""
    level = patterns.numbers[_TOP]
    while level >= 2 and patterns.heads[level] < 0:
        level -= 1
    patterns.numbers[_TOP] = max(level, 1)
    return patterns.numbers[_TOP]


@making_arrays
def grown(patterns, room):
    """The same patterns, with room for so many more."""
    size = len(patterns.keys)
    if 2 * (patterns.numbers[_USED] + room) <= size:
        return patterns
    live = 0
    for pattern in range(size):
        live += patterns.counts[pattern] > 0 or patterns.owners[pattern] > 0
    while 3 * (live + room) > size:
        size *= 2
    more = _new(size)
    moved = np.zeros(len(patterns.keys), dtype=np.int32)
    for pattern in range(len(patterns.keys)):
        if patterns.counts[pattern] or patterns.owners[pattern]:
            place = _place(more.keys, patterns.keys[pattern])
            more.keys[place], more.counts[place] = patterns.keys[pattern], patterns.counts[pattern]
            more.owners[place] = patterns.owners[pattern]
            more.ranks[place] = patterns.ranks[pattern]
            moved[pattern] = place
    # The lists keep their order.
    for level in range(LEVELS):
        pattern, last = patterns.heads[level], np.int32(-1)
        while pattern >= 0:
            place = moved[pattern]
            more.before[place], more.after[place] = last, -1
            if last < 0:
                more.heads[level] = place
            else:
                more.after[last] = place
            last, pattern = place, patterns.after[pattern]
    more.numbers[_USED], more.numbers[_TOP] = live, patterns.numbers[_TOP]
    return more
