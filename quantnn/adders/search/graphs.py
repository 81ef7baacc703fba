"""From columns over shared nodes to the graph that they stand for."""

from __future__ import annotations

import numpy as np

from quantnn.adders.search.compiled import compiled, making_arrays
from quantnn.adders.search.patterns import parts_of_key
from quantnn.adders.search.trees import put_term, sum_up

__all__ = ["column_bits", "put_column", "written"]


@compiled
def put_column(columns, column, terms, numbers):
    """Writes the signed digits of a column as terms of numbered nodes; returns how many there are."""
    count = 0
    for place in range(columns.lengths[column]):
        node = columns.terms[column, place]
        rest, shift = columns.cells[node, column], 0
        while rest:
            if rest & 1:
                digit = 2 - (rest & 3)
                rest -= digit
                put_term(
                    terms,
                    count,
                    numbers[node],
                    shift,
                    digit,
                    columns.depths[node],
                    columns.lo[node],
                    columns.hi[node],
                    columns.low[node],
                )
                count += 1
            rest >>= 1
            shift += 1
    return count


@making_arrays
def written(columns, terms, adders, outputs):
    """Writes adders and outputs; returns how many adders there are."""
    numbers = np.arange(len(columns.keys))
    leaves = 0
    while leaves < len(columns.keys) and columns.keys[leaves] == -1:
        leaves += 1
    filled = 0
    deepest = 0
    for node in range(columns.nodes[0]):
        if columns.keys[node] >= 0:
            deepest = max(deepest, columns.depths[node])
    for depth in range(1, deepest + 1):
        for node in range(columns.nodes[0]):
            if columns.keys[node] >= 0 and columns.depths[node] == depth:
                first, second, shift, sign = parts_of_key(columns.keys[node])
                adders[filled] = numbers[first], numbers[second], max(0, -shift), max(0, shift), sign
                numbers[node] = leaves + filled
                filled += 1
    for column in range(columns.cells.shape[1]):
        count = put_column(columns, column, terms, numbers)
        sum_up(terms, count, columns.limits[column], adders[filled:], leaves + filled)
        filled += max(0, count - 1)
        if count:
            outputs[column] = terms.node[0], terms.shift[0], terms.sign[0]
        else:
            outputs[column] = -1, 0, 1
    return filled


@compiled
def column_bits(columns, column, terms, numbers, nowhere):
    """The bits of a column's tree; ``numbers`` are any, ``nowhere`` has no rows."""
    return sum_up(terms, put_column(columns, column, terms, numbers), columns.limits[column], nowhere, 0)
