"""The arithmetic rule in exact rational numbers, spelled apart from the code that it judges."""

from fractions import Fraction
from math import floor

from quantnn.network.layers import Dense


def requantize(acc, m, *, s=0, lo, hi, negative_m=None, truncate=False):
    """Multiply, divide by 2**s, round to the nearest integer (ties toward +infinity) or down, saturate."""
    chosen = m if acc >= 0 or negative_m is None else negative_m
    quotient = Fraction(acc * chosen, 2**s)
    rounded = floor(quotient) if truncate else floor(quotient + Fraction(1, 2))
    return lo if rounded < lo else hi if rounded > hi else rounded


def drained(layer, channel, acc):
    """What a channel makes of an accumulator, by its requantizer's parameters and its table, if it has one."""
    requantizer, table = layer.requantizer, layer.table
    index = requantize(
        acc,
        requantizer.multipliers[channel],
        s=requantizer.shifts[channel],
        lo=requantizer.output.lo,
        hi=requantizer.output.hi,
        negative_m=requantizer.negative_multipliers[channel],
        truncate=requantizer.roundings[channel] == 0,
    )
    return index if table is None else table.values[index - requantizer.output.lo]


def accumulators(layer, values):
    """Exact sums of one layer, Python integers."""
    bias = layer.bias.tolist()
    if isinstance(layer, Dense):
        columns = layer.weights.T.tolist()
        sums = [sum(w * x for w, x in zip(column, values, strict=True)) for column in columns]
        return [b + total for b, total in zip(bias, sums, strict=True)]
    return [x + b for x, b in zip(values, bias, strict=True)]


def outputs(network, sample):
    """Every layer's outputs for one sample, lists of Python integers."""
    values, result = [int(x) for x in sample], []
    for layer in network.layers:
        values = [drained(layer, channel, acc) for channel, acc in enumerate(accumulators(layer, values))]
        result.append(values)
    return result


def elected(logits):
    """The least index of a greatest logit; a single one is compared with 0."""
    return logits.index(max(logits)) if len(logits) > 1 else int(logits[0] > 0)
