"""Counts of bits, each one instruction of the processor."""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from quantnn.adders.search.compiled import compiled

__all__ = ["bits_to", "digit_count", "zeros_below"]


@intrinsic
def _ones(typing, value):
    """The bits of an integer that are 1."""
    return types.int64(types.int64), lambda context, builder, signature, given: builder.ctpop(given[0])


@intrinsic
def _leading_zeros(typing, value):
    def code(context, builder, signature, given):
        return builder.ctlz(given[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(types.int64), code


@intrinsic
def _trailing_zeros(typing, value):
    def code(context, builder, signature, given):
        return builder.cttz(given[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(types.int64), code


@compiled
def bits_to(value):
    """Bits that count from 0 to below a value; 0 up to 1."""
    return 64 - _leading_zeros(max(value, 1) - 1)


@compiled
def digit_count(value):
    """The least number of signed digits of a value of less than 62 bits."""
    rest = abs(value)
    return _ones(rest ^ 3 * rest)


@compiled
def zeros_below(value):
    """How often a value that is not 0 can be halved."""
    return _trailing_zeros(value)
