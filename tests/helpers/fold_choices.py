"""Every useful fold of a layer, one after the other: what the tables of the plan are compared with."""

from itertools import product

from quantnn.arithmetic import ceil_div
from quantnn.network.layers import Dense
from quantnn.plan.engine import Fold
from quantnn.plan.fold_table import FoldLimits
from quantnn.plan.memory import split_depths


def limits(shapes, multipliers=10**6, logic=10**9, small=True):
    """Limits that no small fold exceeds."""
    return FoldLimits(shapes, multipliers, logic, small)


def folds_of(table):
    """The folds of a table's rows."""
    columns = zip(table.word, table.lanes, table.pe, table.depths, table.in_logic, table.small, strict=True)
    return [
        Fold(int(word), int(lanes), int(pe), tuple(int(d) for d in depths if d), bool(in_logic), bool(small))
        for word, lanes, pe, depths, in_logic, small in columns
    ]


def choices(layer, beat, shapes, spare=0):
    """For every number of output folds and of columns, the least PE and SIMD, with everything in logic or not."""
    if not isinstance(layer, Dense):
        for lanes in range(beat, layer.out_features + 1, beat):
            yield Fold(lanes, lanes)
            yield Fold(lanes, lanes, logic_memories=True)
        return
    outputs, inputs = layer.out_features, layer.in_features
    widths = {ceil_div(ceil_div(inputs, n), beat) * beat for n in range(1, inputs + 1)}
    widths |= {w + more for w in widths for more in range(spare + 1) if (w + more) % beat == 0}
    for folds, simd in product(sorted({ceil_div(outputs, n) for n in range(1, outputs + 1)}), sorted(widths)):
        columns = ceil_div(inputs, simd)
        for pe, lanes in _drained(ceil_div(outputs, folds), folds, columns):
            if pe > outputs or simd > inputs:
                continue
            words = ceil_div(outputs, pe) * columns
            depths = split_depths(words, pe * simd * layer.weight_range.width, shapes)
            for in_logic, small in product((False, True), repeat=2):
                yield Fold(simd, lanes, pe, depths, in_logic, small)


def _drained(pe: int, folds: int, columns: int) -> set[tuple[int, int]]:
    """PE and lanes with which a fold's accumulators are drained in ``columns`` cycles.

    With more than one fold the lanes must divide the PE: either more PE, or more lanes than needed.
    """
    lanes = ceil_div(pe, columns)
    if folds == 1:
        return {(pe, lanes)}
    divisor = next(n for n in range(lanes, pe + 1) if pe % n == 0)
    return {(ceil_div(pe, lanes) * lanes, lanes), (pe, divisor)}
