"""The useful folds of a dense layer, as columns."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from quantnn.arithmetic import IntegerRange, Integers
from quantnn.network.layers import Dense
from quantnn.plan.fold_table import Drains, FoldLimits, FoldTable, MemoryColumns, bit_lengths, ceil_divs
from quantnn.plan.parameters import ParameterFormat

__all__ = ["dense_folds"]


def dense_folds(
    layer: Dense,
    parameters: ParameterFormat,
    input: IntegerRange,
    beat: int,
    limits: FoldLimits,
    spare: int,
    mac_latency: int,
    rom_latency: int,
) -> FoldTable:
    """For every number of output folds and of columns, the least PE and SIMD, as far as the device may hold them.

    ``spare`` as :meth:`EnginePlan.table <quantnn.plan.engine.EnginePlan.table>` says; latencies in cycles.
    """
    outputs, inputs, weight = layer.out_features, layer.in_features, layer.weight_range.width
    operands = input.width + (not input.signed), weight
    product = operands[0] * operands[1]
    shapes = [
        (pe, simd, lanes, in_logic, small)
        for in_logic, small in limits.ways()
        for pe, simd, lanes in [
            _shapes(outputs, inputs, beat, spare, max(1, limits.logic // product if in_logic else limits.multipliers))
        ]
    ]
    pe, simd, lanes = (np.concatenate([each[place] for each in shapes]) for place in range(3))
    rows = [len(each[0]) for each in shapes]
    in_logic, small = (np.repeat(np.array([each[place] for each in shapes]), rows) for place in (3, 4))
    order = np.argsort(np.concatenate([np.arange(n) for n in rows]), kind="stable")
    pe, simd, lanes, in_logic, small = (column[order] for column in (pe, simd, lanes, in_logic, small))

    folds, columns = ceil_divs(outputs, pe), ceil_divs(inputs, simd)
    levels = bit_lengths(simd - 1)
    width = pe * simd * weight
    weights, depths = MemoryColumns.split(folds * columns, width, limits.shapes, small)
    tree = sum(
        ((simd >> level) * (input.width + weight + level) for level in range(1, inputs.bit_length() + 1)),
        np.zeros_like(simd),
    )
    drains = Drains(layer, parameters, lanes, small, limits.shapes)
    full, last = ceil_divs(pe, lanes), ceil_divs(np.minimum(pe, outputs - (folds - 1) * pe), lanes)
    latency = mac_latency + levels + parameters.latency + (rom_latency if layer.table else 0)
    logic = pe * (tree + 2 * parameters.accumulator.width) + 2 * simd * input.width
    logic += 3 * bit_lengths(folds * columns) + 30 + np.where(in_logic, pe * simd * product, 0)
    return FoldTable(
        word=simd,
        lanes=lanes,
        pe=pe,
        depths=depths,
        in_logic=in_logic,
        small=small,
        replays=folds,
        interval=(folds - 1) * np.maximum(columns, full) + np.maximum(columns, last),
        tail=(folds - 1) * columns + last + latency,
        multipliers=((np.where(in_logic, 0, pe * simd), *operands), *drains.multipliers),
        logic=logic + drains.logic,
        memories=(weights, *drains.memories),
    )


@lru_cache(maxsize=4096)
def _shapes(outputs: int, inputs: int, beat: int, spare: int, most: int) -> tuple[Integers, Integers, Integers]:
    """PE, SIMD and lanes with at most ``most`` products.

    A fold's accumulators are drained in the columns of the next. With more than one fold the lanes must divide the
    PE: either more PE, or more lanes than needed.
    """
    widths = np.unique(ceil_divs(ceil_divs(inputs, np.arange(1, inputs + 1)), beat) * beat)
    if spare:
        widths = np.unique(widths[:, np.newaxis] + np.arange(spare + 1))
        widths = widths[widths % beat == 0]
    widths = widths[widths <= inputs]
    found = []
    for folds in np.unique(ceil_divs(outputs, np.arange(1, outputs + 1))).tolist():
        least = -(-outputs // folds)
        simd = widths[: int(np.searchsorted(widths, most // least, "right"))]
        lanes = ceil_divs(least, ceil_divs(inputs, simd))
        pe = ceil_divs(least, lanes) * lanes
        found.append(np.stack([np.where(folds == 1, least, pe), simd, lanes]))
        if folds > 1:
            divisors = np.flatnonzero(least % np.arange(1, least + 1) == 0) + 1
            more = divisors[np.searchsorted(divisors, lanes)]
            found.append(np.stack([np.full_like(simd, least), simd, more])[:, (more != lanes) | (pe != least)])
    pe, simd, lanes = np.concatenate(found, axis=1)
    useful = (pe <= outputs) & (pe * simd <= most)
    return pe[useful], simd[useful], lanes[useful]
