"""Takes out the pattern that occurs most, again and again."""

from __future__ import annotations

import numpy as np

from quantnn.adders.search.bit_counts import digit_count
from quantnn.adders.search.columns import allowed, multiple_in, new_node, rest_of, set_cell
from quantnn.adders.search.compiled import compiled, making_arrays
from quantnn.adders.search.digits import pair_of
from quantnn.adders.search.patterns import count_of, grown, own, owner_of, parts_of_key, rank, top

__all__ = ["fill", "greedy"]


@compiled
def saving(columns, digits, patterns, key):
    """The digits that a pattern really saves, within the depth that each column may have; one more if it is a node."""
    first, second, _, _ = parts_of_key(key)
    depth = 1 + max(columns.depths[first], columns.depths[second])
    saved = 0
    for column in range(columns.cells.shape[1]):
        if columns.cells[first, column] and columns.cells[second, column]:
            multiple = multiple_in(columns, digits, key, column)
            if multiple and allowed(columns, key, column, multiple, depth):
                saved += digit_count(multiple)
    return saved + (saved and owner_of(patterns, key) > 0)


@compiled
def take(columns, digits, patterns, key):
    """Makes a node of a pattern, in all columns that may hold it; returns the node."""
    first, second, _, _ = parts_of_key(key)
    node = np.int64(owner_of(patterns, key)) - 1
    if node < 0:
        node = new_node(columns, key)
        own(patterns, key, node + 1)
    for column in range(columns.cells.shape[1]):
        if columns.cells[first, column] and columns.cells[second, column]:
            multiple = multiple_in(columns, digits, key, column)
            if multiple and allowed(columns, key, column, multiple, columns.depths[node]):
                left, right = rest_of(columns, key, column, multiple)
                set_cell(columns, digits, patterns, first, column, left)
                set_cell(columns, digits, patterns, second, column, right)
                set_cell(columns, digits, patterns, node, column, columns.cells[node, column] + multiple)
    return node


@compiled
def room_for(columns, key):
    """More patterns than the taking out of one can bring about."""
    first, second, _, _ = parts_of_key(key)
    terms = 0
    for column in range(columns.cells.shape[1]):
        if columns.cells[first, column] and columns.cells[second, column]:
            terms += columns.lengths[column] + 2
    return terms * 64


@compiled
def _lost(columns, digits, patterns, column, node, value, skip):
    """What of the other patterns in a column goes with the change of a coefficient."""
    lost = 0
    tag_old = columns.tags[node, column]
    total = digit_count(columns.cells[node, column])
    share = total - digit_count(value)
    for place in range(columns.lengths[column]):
        other = np.int64(columns.terms[column, place])
        if other in (node, skip) or columns.blocks[other] != columns.blocks[node]:
            continue
        if node < other:
            tag, tag_other, first, second = tag_old, columns.tags[other, column], node, other
        else:
            tag, tag_other, first, second = columns.tags[other, column], tag_old, other, node
        begin, end = digits.pairs[pair_of(digits, np.int64(tag >> 7), np.int64(tag_other >> 7))]
        moved = ((tag_other >> 1 & 63) - (tag >> 1 & 63)) << 1
        flipped = (tag ^ tag_other) & 1
        for entry in range(begin, end):
            lost += count_of(patterns, first << 32 | second << 8 | (digits.codes[entry] + moved ^ flipped)) >= 2
    return lost * share // total


@compiled
def look_ahead(columns, digits, patterns, key):
    """What a pattern destroys of the others."""
    first, second, _, _ = parts_of_key(key)
    depth = 1 + max(columns.depths[first], columns.depths[second])
    lost = 0
    for column in range(columns.cells.shape[1]):
        if columns.cells[first, column] and columns.cells[second, column]:
            multiple = multiple_in(columns, digits, key, column)
            if multiple and allowed(columns, key, column, multiple, depth):
                left, right = rest_of(columns, key, column, multiple)
                lost += _lost(columns, digits, patterns, column, first, left, second)
                if first != second:
                    lost += _lost(columns, digits, patterns, column, second, right, first)
    return lost


@compiled
def best(columns, digits, patterns, ties):
    """A pattern that saves most digits, of several one that destroys least of the others; -1 where none pays."""
    while True:
        level = top(patterns)
        if level < 2:
            return np.int64(-1)
        found, least, looked = np.int64(-1), np.int64(0), 0
        pattern = patterns.heads[level]
        while pattern >= 0 and looked < ties:
            after, key = patterns.after[pattern], patterns.keys[pattern]
            saved = saving(columns, digits, patterns, key)
            if saved < level:
                rank(patterns, pattern, saved)
            else:
                looked += 1
                lost = look_ahead(columns, digits, patterns, key)
                if found < 0 or lost < least:
                    found, least = key, lost
            pattern = after
        if found >= 0:
            return found


@making_arrays
def greedy(columns, digits, patterns, ties):
    """Takes patterns out until none pays; returns the patterns, which may have grown."""
    while columns.nodes[0] < len(columns.keys):
        key = best(columns, digits, patterns, ties)
        if key < 0:
            break
        patterns = grown(patterns, room_for(columns, key))
        take(columns, digits, patterns, key)
    return patterns


@making_arrays
def fill(columns, digits, patterns, matrix):
    """Writes a matrix into empty columns; returns the patterns, which may have grown."""
    for column in range(matrix.shape[1]):
        for node in range(len(matrix)):
            if matrix[node, column]:
                patterns = grown(patterns, 64 * (columns.lengths[column] + 2))
                set_cell(columns, digits, patterns, node, column, matrix[node, column])
    return patterns
