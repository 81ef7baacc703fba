"""Undoes and redoes a few patterns at a time, and keeps what is better, or at first not much worse."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from quantnn.adders.search.columns import allowed, multiple_in, new_node, rest_of, set_cell
from quantnn.adders.search.compiled import compiled, making_arrays
from quantnn.adders.search.graphs import column_bits
from quantnn.adders.search.greedy import room_for, saving
from quantnn.adders.search.patterns import grown, own, owner_of, parts_of_key, rank, top
from quantnn.adders.search.trees import Terms, adder_width, new_terms

__all__ = ["Log", "anneal", "new_log", "price"]

Array = npt.NDArray[np.int64]

_COLD = 0.4
"""The temperature at the end, in bits."""
_MOST = 4
"""Nodes that a move undoes at most, beside those that use them."""
_WANDER = 8
"""Of so many patterns that save equally, one is taken by chance."""


class Log(NamedTuple):
    """What a move has changed.

    Parameters
    ----------
    cells : int64 array of shape (k, 4)
        Node, column, coefficient before and the one wanted, for each that was changed.
    slots : int32 array of shape (nodes, columns)
        One more than the row in ``cells`` of those changed; 0 for others.
    gone, made : int64 arrays of shape (nodes,)
        Nodes undone and made.
    keys : int64 array of shape (nodes,)
        The patterns of those undone.
    filled : int64 array of shape (3,)
        How many of each.
    touched : int64 array of shape (columns,)
        1 for a column that was changed.
    node_bits, bits : int64 arrays of shape (nodes,) and (columns,)
        What each node and each column's tree costs.
    numbers, nowhere, terms
        What :func:`column_bits` takes.
    random : uint64 array of shape (1,)
    """

    cells: Array
    slots: npt.NDArray[np.int32]
    gone: Array
    made: Array
    keys: Array
    filled: Array
    touched: Array
    node_bits: Array
    bits: Array
    numbers: Array
    nowhere: Array
    terms: Terms
    random: npt.NDArray[np.uint64]


def new_log(nodes: int, columns: int, terms: int, seed: int) -> Log:
    first = np.random.default_rng(seed).integers(1, 1 << 63, 1, dtype=np.uint64)
    return Log(
        np.zeros((1 << 20, 4), dtype=np.int64),
        np.zeros((nodes, columns), dtype=np.int32),
        np.zeros(nodes, dtype=np.int64),
        np.zeros(nodes, dtype=np.int64),
        np.zeros(nodes, dtype=np.int64),
        np.zeros(3, dtype=np.int64),
        np.zeros(columns, dtype=np.int64),
        np.zeros(nodes, dtype=np.int64),
        np.zeros(columns, dtype=np.int64),
        np.arange(nodes),
        np.zeros((0, 5), dtype=np.int64),
        new_terms(terms),
        first,
    )


@compiled
def below(random, count):
    """A random number of 0..count-1, by xorshift."""
    value = random[0]
    value ^= value << np.uint64(13)
    value ^= value >> np.uint64(7)
    value ^= value << np.uint64(17)
    random[0] = value
    return np.int64((value >> np.uint64(11)) % np.uint64(count))


@compiled
def node_bits(columns, node):
    """What the adder of a node costs."""
    first, second, shift, sign = parts_of_key(columns.keys[node])
    left, right = max(0, -shift), max(0, shift)
    return adder_width(
        columns.lo[first] << left,
        columns.hi[first] << left,
        columns.low[first] + left,
        columns.lo[second] << right,
        columns.hi[second] << right,
        columns.low[second] + right,
        sign < 0,
    )


@compiled
def _want(columns, log, node, column, value):
    """Notes a change of a coefficient, and what it was before the first one."""
    if not log.slots[node, column]:
        filled = log.filled[0]
        log.cells[filled, 0], log.cells[filled, 1], log.cells[filled, 2] = node, column, columns.cells[node, column]
        log.filled[0] = log.slots[node, column] = filled + 1
        log.touched[column] = 1
    log.cells[log.slots[node, column] - 1, 3] = value


@compiled
def _wanted(columns, log, node, column):
    slot = log.slots[node, column]
    return log.cells[slot - 1, 3] if slot else columns.cells[node, column]


@compiled
def undo_node(columns, patterns, log, node):
    """Notes that all columns should hold the two terms of a node instead of it, those of its users first."""
    for user in range(columns.nodes[0]):
        key = columns.keys[user]
        if key >= 0 and (key >> 32 == node or (key >> 8 & 0xFFFFFF) == node):
            undo_node(columns, patterns, log, user)
    key = columns.keys[node]
    first, second, shift, sign = parts_of_key(key)
    for column in range(columns.cells.shape[1]):
        multiple = _wanted(columns, log, node, column)
        if multiple:
            _want(columns, log, node, column, 0)
            _want(columns, log, first, column, _wanted(columns, log, first, column) + (multiple << max(0, -shift)))
            value = _wanted(columns, log, second, column) + sign * (multiple << max(0, shift))
            _want(columns, log, second, column, value)
    columns.keys[node] = -3
    own(patterns, key, 0)
    columns.users[first] -= 1
    columns.users[second] -= 1
    log.gone[log.filled[1]], log.keys[log.filled[1]] = node, key
    log.filled[1] += 1


@making_arrays
def _written(columns, digits, patterns, log, place):
    """Writes what was noted, or what was before: column 3 or 2 of ``cells``. What becomes 0 goes first."""
    for zero in (True, False):
        for number in range(log.filled[0]):
            node, column, value = log.cells[number, 0], log.cells[number, 1], log.cells[number, place]
            if (value == 0) == zero and value != columns.cells[node, column]:
                patterns = grown(patterns, 64 * (columns.lengths[column] + 2))
                set_cell(columns, digits, patterns, node, column, value)
    return patterns


@compiled
def _take(columns, digits, patterns, key, log):
    """The same as :func:`take`, logged."""
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
                for cell, value in ((first, left), (second, right), (node, columns.cells[node, column] + multiple)):
                    _want(columns, log, cell, column, value)
                    set_cell(columns, digits, patterns, cell, column, value)
    return node


@making_arrays
def redo(columns, digits, patterns, log, stray):
    """Takes patterns out until none pays: one by chance of those that save most, or ``stray`` of 100 times fewer."""
    while columns.nodes[0] < len(columns.keys) - 1:
        level = top(patterns)
        if level < 2:
            break
        while below(log.random, 100) < stray:
            lower = level - 1
            while lower >= 2 and patterns.heads[lower] < 0:
                lower -= 1
            if lower < 2:
                break
            level = lower
        pattern = patterns.heads[level]
        for _ in range(below(log.random, _WANDER)):
            if patterns.after[pattern] < 0:
                break
            pattern = patterns.after[pattern]
        key = patterns.keys[pattern]
        saved = saving(columns, digits, patterns, key)
        if saved < level:
            rank(patterns, pattern, saved)
            continue
        patterns = grown(patterns, room_for(columns, key))
        fresh = owner_of(patterns, key) == 0
        node = _take(columns, digits, patterns, key, log)
        if fresh:
            log.made[log.filled[2]] = node
            log.filled[2] += 1
            log.node_bits[node] = node_bits(columns, node)
    return patterns


@making_arrays
def revert(columns, digits, patterns, log):
    """Takes a move back."""
    patterns = _written(columns, digits, patterns, log, 2)
    for place in range(log.filled[2]):
        own(patterns, columns.keys[log.made[place]], 0)
        free_node(columns, log.made[place])
    for place in range(log.filled[1]):
        node, key = log.gone[place], log.keys[place]
        columns.keys[node] = key
        own(patterns, key, node + 1)
        first, second, _, _ = parts_of_key(key)
        columns.users[first] += 1
        columns.users[second] += 1
    return patterns


@compiled
def free_node(columns, node):
    if columns.keys[node] >= 0:
        first, second, _, _ = parts_of_key(columns.keys[node])
        columns.users[first] -= 1
        columns.users[second] -= 1
    columns.keys[node] = -2
    columns.nodes[1] = min(columns.nodes[1], node)


@compiled
def price(columns, log):
    """Writes down what every node and column costs."""
    for node in range(columns.nodes[0]):
        if columns.keys[node] >= 0:
            log.node_bits[node] = node_bits(columns, node)
    for column in range(len(log.bits)):
        log.bits[column] = column_bits(columns, column, log.terms, log.numbers, log.nowhere)


@making_arrays
def anneal(columns, digits, patterns, log, begun, work, until, hot, stray):
    """Moves until ``until`` pairs of coefficients have been compared; returns the patterns.

    The temperature falls from ``hot`` bits when ``begun`` were compared, until ``work`` more are.
    """
    fresh = np.zeros(len(log.bits), dtype=np.int64)
    leaves = 0
    while columns.keys[leaves] == -1:
        leaves += 1
    while columns.nodes[2] < until and columns.nodes[0] > leaves:
        columns.nodes[2] += 1
        temperature = hot * (_COLD / hot) ** ((columns.nodes[2] - begun) / work)
        log.filled[:] = 0
        log.touched[:] = 0
        for _ in range(1 + below(log.random, _MOST)):
            node = leaves + below(log.random, columns.nodes[0] - leaves)
            if columns.keys[node] >= 0:
                undo_node(columns, patterns, log, node)
        patterns = _written(columns, digits, patterns, log, 3)
        patterns = redo(columns, digits, patterns, log, stray)
        change = 0
        for place in range(log.filled[1]):
            change -= log.node_bits[log.gone[place]]
        for place in range(log.filled[2]):
            change += log.node_bits[log.made[place]]
        for column in range(len(fresh)):
            if log.touched[column]:
                fresh[column] = column_bits(columns, column, log.terms, log.numbers, log.nowhere)
                change += fresh[column] - log.bits[column]
        chance = (below(log.random, 1 << 30) + 1) / (1 << 30)
        if change <= 0 or chance < np.exp(-change / temperature):
            for column in range(len(fresh)):
                if log.touched[column]:
                    log.bits[column] = fresh[column]
            for place in range(log.filled[1]):
                free_node(columns, log.gone[place])
        else:
            patterns = revert(columns, digits, patterns, log)
        for place in range(log.filled[0]):
            log.slots[log.cells[place, 0], log.cells[place, 1]] = 0
    return patterns
