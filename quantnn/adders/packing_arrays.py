"""Packings as arrays of integers, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TypeVar

import numpy as np

from quantnn.adders.logic_target import LUT_INPUTS
from quantnn.adders.packing import Bit, Identity, Packing, Sum, Table
from quantnn.arithmetic import Box, IntegerRange, Integers

__all__ = ["PACKING_PARTS", "packing_arrays", "packing_of"]

PACKING_PARTS = ("ranges", "nodes", "bits", "values", "outputs", "identities", "weights")
_TABLE = 0

_T = TypeVar("_T")


def packing_arrays(packing: Packing) -> dict[str, Integers]:
    """Arrays, named :data:`PACKING_PARTS`, that :func:`packing_of` takes.

    ``ranges`` holds both ends for each input. ``nodes`` has for each node 0, the number of address bits and 0, or the
    number of rows and the length of each; ``bits`` their bits, and ``values`` their contents or the ends of their
    range, one behind the other. ``identities`` has for each one how many outputs and inputs it has and the constant,
    ``weights`` their bits with a weight.
    """
    nodes, bits, values = [], list[Bit](), list[int]()
    for node in packing.nodes:
        bits += node.bits
        if isinstance(node, Table):
            nodes.append((_TABLE, len(node.bits), 0))
            values += node.contents
        else:
            lengths = [len(row) for row in node.rows]
            nodes.append((len(lengths), lengths[0], sum(lengths[1:])))
            values += [node.range.lo, node.range.hi]
    identities = [(len(each.outputs), len(each.inputs), each.constant) for each in packing.identities]
    weights = [(*bit, weight) for each in packing.identities for bit, weight in each.outputs + each.inputs]
    lists = [np.stack([packing.inputs.lo, packing.inputs.hi], axis=1), nodes, bits, values, packing.outputs]
    arrays = [np.array(each, dtype=np.int64) for each in [*lists, identities, weights]]
    widths = (2, 3, 2, None, None, 3, 3)
    shaped = [each if width is None else each.reshape(-1, width) for each, width in zip(arrays, widths, strict=True)]
    return dict(zip(PACKING_PARTS, shaped, strict=True))


def packing_of(arrays: Mapping[str, Integers]) -> Packing:
    """The packing that :func:`packing_arrays` was called on.

    Raises
    ------
    ValueError
        The arrays make none.
    """
    ranges, nodes, bits, values, outputs, identities, weights = (arrays[part].tolist() for part in PACKING_PARTS)
    each_bit, each_value = iter([(source, place) for source, place in bits]), iter(values)
    made: list[Table | Sum] = []
    for kind, first, second in nodes:
        if kind == _TABLE:
            if not 0 <= first <= LUT_INPUTS:
                raise ValueError(f"a table must have up to {LUT_INPUTS} address bits, not {first}")
            made.append(Table(_next(each_bit, first), _next(each_value, 1 << first)))
        else:
            rows = tuple(_next(each_bit, length) for length in (first, second)[:kind])
            made.append(Sum(rows, IntegerRange(*_next(each_value, 2))))
    each_weight = iter([((source, place), weight) for source, place, weight in weights])
    found = tuple(Identity(_next(each_weight, n), _next(each_weight, m), constant) for n, m, constant in identities)
    if any(next(left, None) is not None for left in (each_bit, each_value, each_weight)):
        raise ValueError("a packing must use all of its numbers")
    ends = np.array(ranges, dtype=np.int64).reshape(-1, 2).T
    return Packing(Box(*ends), tuple(made), tuple(outputs), found)


def _next(left: Iterator[_T], count: int) -> tuple[_T, ...]:
    taken = tuple(islice(left, max(count, 0)))
    if len(taken) != count:
        raise ValueError("a packing must have as many numbers as its nodes take")
    return taken
