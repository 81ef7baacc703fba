"""The outputs as sums of nodes, while what they share is looked for."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from quantnn.adders.search.bit_counts import digit_count
from quantnn.adders.search.compiled import compiled
from quantnn.adders.search.digits import own_of, pair_of, tag_of
from quantnn.adders.search.patterns import add, key_of, parts_of_key

__all__ = ["Columns", "allowed", "multiple_in", "new_columns", "new_node", "set_cell"]

Array = npt.NDArray[np.int64]
Short = npt.NDArray[np.int32]


class Columns(NamedTuple):
    """Integer vectors over nodes, of which the first are the leaves and the others patterns of two nodes.

    Parameters
    ----------
    cells : int64 array of shape (nodes, columns)
        How often each column holds each node.
    tags : int32 array of shape (nodes, columns)
        The same as :func:`tag_of` writes it, where it is not 0.
    places : int32 array of shape (nodes, columns)
        Where in ``terms``.
    terms : int32 array of shape (columns, k)
        The nodes that a column holds.
    lengths : int64 array of shape (columns,)
        How many.
    loads : int64 array of shape (columns,)
        Sum of 2 ** depth over the digits of a column, which has to stay within the limit of Kraft's inequality.
    limits : int64 array of shape (columns,)
        2 ** (adder levels that a column may have).
    keys : int64 array of shape (nodes,)
        The pattern that each node is, -1 for a leaf and -2 for a node not in use.
    depths, lo, hi, low : int64 arrays of shape (nodes,)
        Adder levels, range and number of low bits that are always 0.
    users : int64 array of shape (nodes,)
        Columns and nodes that hold a node.
    blocks : int64 array of shape (nodes,)
        Only what nodes of the same block share is looked for, which bounds the work for large matrices.
    scratch : int64 array of shape (256,)
        Zeros between calls.
    nodes : int64 array of shape (3,)
        One more than the last node in use; the first one that may be free; pairs of coefficients compared so far.
    """

    cells: Array
    tags: Short
    places: Short
    terms: Short
    lengths: Array
    loads: Array
    limits: Array
    keys: Array
    depths: Array
    lo: Array
    hi: Array
    low: Array
    users: Array
    blocks: Array
    scratch: Array
    nodes: Array


def new_columns(leaves: int, columns: int, nodes: int, terms: int) -> Columns:
    """Nothing but zeros: so many leaves and columns, room for so many nodes and for so many terms in a column."""
    lengths, loads = np.zeros((2, columns), dtype=np.int64)
    depths, lo, hi, low, users, blocks = np.zeros((6, nodes), dtype=np.int64)
    return Columns(
        np.zeros((nodes, columns), dtype=np.int64),
        np.zeros((nodes, columns), dtype=np.int32),
        np.zeros((nodes, columns), dtype=np.int32),
        np.zeros((columns, terms), dtype=np.int32),
        lengths,
        loads,
        np.ones(columns, dtype=np.int64),
        np.where(np.arange(nodes) < leaves, -1, -2).astype(np.int64),
        depths,
        lo,
        hi,
        low,
        users,
        blocks,
        np.zeros(256, dtype=np.int64),
        np.array([leaves, leaves, 0], dtype=np.int64),
    )


@compiled
def _count(digits, patterns, tag, tag_other, nodes, factor):
    """Counts what two coefficients share; ``nodes`` are the upper bits of the keys."""
    begin, end = digits.pairs[pair_of(digits, np.int64(tag >> 7), np.int64(tag_other >> 7))]
    moved = ((tag_other >> 1 & 63) - (tag >> 1 & 63)) << 1
    flipped = (tag ^ tag_other) & 1
    for entry in range(begin, end):
        add(patterns, nodes | (digits.codes[entry] + moved ^ flipped), factor * digits.entries[entry, 2])


@compiled
def _recount(digits, patterns, scratch, tag_old, other_old, tag, other, nodes):
    """Counts the difference between what two coefficients shared and what they share now."""
    begin, end = digits.pairs[pair_of(digits, np.int64(tag_old >> 7), np.int64(other_old >> 7))]
    moved = ((other_old >> 1 & 63) - (tag_old >> 1 & 63)) << 1
    flipped = (tag_old ^ other_old) & 1
    for entry in range(begin, end):
        scratch[digits.codes[entry] + moved ^ flipped] = digits.entries[entry, 2]
    begin_new, end_new = digits.pairs[pair_of(digits, np.int64(tag >> 7), np.int64(other >> 7))]
    moved_new = ((other >> 1 & 63) - (tag >> 1 & 63)) << 1
    flipped_new = (tag ^ other) & 1
    for entry in range(begin_new, end_new):
        code = digits.codes[entry] + moved_new ^ flipped_new
        change = digits.entries[entry, 2] - scratch[code]
        scratch[code] = 0
        if change:
            add(patterns, nodes | code, change)
    for entry in range(begin, end):
        code = digits.codes[entry] + moved ^ flipped
        if scratch[code]:
            add(patterns, nodes | code, -scratch[code])
            scratch[code] = 0


@compiled
def _own(digits, patterns, tag, node, factor):
    """Counts what a coefficient shares with itself."""
    begin, end = digits.pairs[own_of(digits, np.int64(tag >> 7))]
    for entry in range(begin, end):
        key = key_of(node, node, digits.entries[entry, 0], digits.entries[entry, 1])
        add(patterns, key, factor * digits.entries[entry, 2])


@compiled
def set_cell(columns, digits, patterns, node, column, value):
    """Writes a coefficient, and counts the patterns anew that it takes part in."""
    old = columns.cells[node, column]
    if old == value:
        return
    tag_old = columns.tags[node, column]
    tag = np.int32(tag_of(digits, value)) if value else np.int32(0)
    scratch = columns.scratch
    columns.nodes[2] += columns.lengths[column]
    for place in range(columns.lengths[column]):
        other = np.int64(columns.terms[column, place])
        if other != node and columns.blocks[other] == columns.blocks[node]:
            tag_other = columns.tags[other, column]
            if node < other:
                nodes = node << 32 | other << 8
                if not old:
                    _count(digits, patterns, tag, tag_other, nodes, 1)
                elif not value:
                    _count(digits, patterns, tag_old, tag_other, nodes, -1)
                else:
                    _recount(digits, patterns, scratch, tag_old, tag_other, tag, tag_other, nodes)
            else:
                nodes = other << 32 | node << 8
                if not old:
                    _count(digits, patterns, tag_other, tag, nodes, 1)
                elif not value:
                    _count(digits, patterns, tag_other, tag_old, nodes, -1)
                else:
                    _recount(digits, patterns, scratch, tag_other, tag_old, tag_other, tag, nodes)
    if old:
        _own(digits, patterns, tag_old, node, -1)
    if value:
        _own(digits, patterns, tag, node, 1)
    columns.cells[node, column], columns.tags[node, column] = value, tag
    columns.loads[column] += (digit_count(value) - digit_count(old)) << columns.depths[node]
    if not old:
        if columns.lengths[column] == columns.terms.shape[1]:
            raise MemoryError("a column holds more terms than it has digits")
        columns.terms[column, columns.lengths[column]] = node
        columns.places[node, column] = columns.lengths[column]
        columns.lengths[column] += 1
        columns.users[node] += 1
    elif not value:
        columns.lengths[column] -= 1
        last = columns.terms[column, columns.lengths[column]]
        columns.terms[column, columns.places[node, column]] = last
        columns.places[last, column] = columns.places[node, column]
        columns.users[node] -= 1


@compiled
def multiple_in(columns, digits, key, column):
    """How often a column can give up a pattern; 0 for not at all."""
    first, second, shift, sign = parts_of_key(key)
    tag = columns.tags[first, column]
    zeros, negative = tag >> 1 & 63, tag & 1
    if first == second:
        begin, end = digits.pairs[own_of(digits, np.int64(tag >> 7))]
        wanted, wanted_sign = shift, sign
    else:
        other = columns.tags[second, column]
        begin, end = digits.pairs[pair_of(digits, np.int64(tag >> 7), np.int64(other >> 7))]
        wanted = shift + zeros - (other >> 1 & 63)
        wanted_sign = sign * (1 - 2 * ((tag ^ other) & 1))
    for entry in range(begin, end):
        if digits.entries[entry, 0] == wanted and digits.entries[entry, 1] == wanted_sign:
            part = digits.entries[entry, 3] << zeros
            part = part >> -shift if shift < 0 else part
            return -part if negative else part
    return np.int64(0)


@compiled
def rest_of(columns, key, column, multiple):
    """The coefficients of the two nodes once a pattern is taken out; equal where it is one node."""
    first, second, shift, sign = parts_of_key(key)
    left = columns.cells[first, column] - (multiple << max(0, -shift))
    right = columns.cells[second, column] - sign * (multiple << max(0, shift))
    if first == second:
        left = right = left + right - columns.cells[first, column]
    return left, right


@compiled
def allowed(columns, key, column, multiple, depth):
    """Whether a column stays within its depth where a pattern becomes a node of a depth."""
    first, second, _, _ = parts_of_key(key)
    left, right = rest_of(columns, key, column, multiple)
    load = columns.loads[column] + (digit_count(multiple) << depth)
    load += (digit_count(left) - digit_count(columns.cells[first, column])) << columns.depths[first]
    if first != second:
        load += (digit_count(right) - digit_count(columns.cells[second, column])) << columns.depths[second]
    return load <= columns.limits[column]


@compiled
def new_node(columns, key):
    """A node that is a pattern; no column holds it yet."""
    node = columns.nodes[1]
    while columns.keys[node] != -2:
        node += 1
    columns.nodes[0], columns.nodes[1] = max(columns.nodes[0], node + 1), node + 1
    first, second, shift, sign = parts_of_key(key)
    left, right = max(0, -shift), max(0, shift)
    columns.keys[node] = key
    columns.depths[node] = 1 + max(columns.depths[first], columns.depths[second])
    lo, hi = columns.lo[second] << right, columns.hi[second] << right
    if sign < 0:
        lo, hi = -hi, -lo
    columns.lo[node] = (columns.lo[first] << left) + lo
    columns.hi[node] = (columns.hi[first] << left) + hi
    columns.low[node] = min(columns.low[first] + left, columns.low[second] + right)
    columns.blocks[node] = columns.blocks[first]
    columns.users[first] += 1
    columns.users[second] += 1
    return node
