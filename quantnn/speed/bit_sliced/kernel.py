"""Programs of full adders, compiled for this computer's processor."""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import get_num_threads, njit, prange, set_num_threads, types
from numba.extending import intrinsic

__all__ = ["WORDS", "answer", "threads"]

WORDS = 8
"""Words of a plane that go through the program together: 512 samples, as wide as a register may be."""

_HALVES = 0x00000000FFFFFFFF


def _rows(context: Any, builder: Any, planes: Any, array: Any, rows: Any) -> list[Any]:
    """Where rows of uint64 planes (rows, WORDS) lie, each as a vector.

    Rows that are read and written may be the same. A loop over their words would not be compiled to vectors therefore.
    """
    data = context.make_array(planes)(context, builder, array).data
    start = builder.bitcast(data, ir.VectorType(ir.IntType(64), WORDS).as_pointer())
    return [builder.gep(start, [row]) for row in rows]


@intrinsic  # type: ignore[untyped-decorator]
def _full_adder(_: Any, planes: Any, a: Any, b: Any, c: Any, total: Any, carry: Any) -> Any:
    """Sum and carry of three rows."""

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        places = _rows(context, builder, signature.args[0], given[0], given[1:])
        x, y, z = (builder.load(place, align=8) for place in places[:3])
        differ = builder.xor(x, y)
        builder.store(builder.xor(differ, z), places[3], align=8)
        builder.store(builder.or_(builder.and_(x, y), builder.and_(differ, z)), places[4], align=8)
        return context.get_dummy_value()

    return types.void(planes, *[types.int64] * 5), generate


@intrinsic  # type: ignore[untyped-decorator]
def _swap(_: Any, planes: Any, low: Any, high: Any, shift: Any, mask: Any) -> Any:
    """Bits of the row ``low`` above a shift for bits of the row ``high`` below it, where a mask is."""

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        places = _rows(context, builder, signature.args[0], given[0], given[1:3])
        x, y = (builder.load(place, align=8) for place in places)
        vector = ir.VectorType(ir.IntType(64), WORDS)
        shift, mask = (_spread(builder, value, vector) for value in given[3:])
        differ = builder.and_(builder.xor(builder.lshr(x, shift), y), mask)
        builder.store(builder.xor(y, differ), places[1], align=8)
        builder.store(builder.xor(x, builder.shl(differ, shift)), places[0], align=8)
        return context.get_dummy_value()

    return types.void(planes, types.int64, types.int64, types.uint64, types.uint64), generate


def _spread(builder: Any, value: Any, vector: Any) -> Any:
    """A vector whose elements are all the same."""
    one = builder.insert_element(ir.Constant(vector, ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
    places = ir.Constant(ir.VectorType(ir.IntType(32), WORDS), None)
    return builder.shuffle_vector(one, one, places)


@njit(cache=True)  # type: ignore[untyped-decorator]
def _transpose(planes: Any, first: int) -> None:
    """Bit i of row ``first + j`` to bit j of row ``first + i``, for 64 rows."""
    width = 32
    mask = np.uint64(_HALVES)
    while width:
        for block in range(first, first + 64, 2 * width):
            for row in range(block, block + width):
                _swap(planes, row, row + width, np.uint64(width), mask)
        width >>= 1
        mask ^= mask << np.uint64(width)


@njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def answer(samples: Any, adders: Any, rows: int, bits: Any, ends: Any, signed: bool, answers: Any) -> None:
    """Run a program.

    Parameters
    ----------
    samples : uint64 array of shape (64 · WORDS · blocks, words)
        A sample's bits, the lowest of the first word first.
    adders, rows :
        The program's.
    bits, ends : int32 arrays
        Rows of all answers' bits, one answer's after the other's, and where each ends.
    signed : bool
    answers : int64 array of shape (samples, len(ends))
        Is filled.
    """
    for block in prange(len(samples) // (64 * WORDS)):
        planes = np.empty((rows, WORDS), dtype=np.uint64)
        planes[0, :] = np.uint64(0)
        planes[1, :] = ~np.uint64(0)
        first = block * 64 * WORDS
        for sample in range(64):
            for word in range(WORDS):
                for part in range(samples.shape[1]):
                    planes[2 + 64 * part + sample, word] = samples[first + 64 * word + sample, part]
        for part in range(samples.shape[1]):
            _transpose(planes, 2 + 64 * part)
        for number in range(len(adders)):
            a, b, c, total, carry = adders[number]
            _full_adder(planes, np.int64(a), np.int64(b), np.int64(c), np.int64(total), np.int64(carry))
        begin = 0
        for output in range(len(ends)):
            for word in range(WORDS):
                for sample in range(64):
                    value = np.int64(0)
                    for bit in range(begin, ends[output]):
                        one = np.int64((planes[bits[bit], word] >> np.uint64(sample)) & np.uint64(1))
                        value |= one << np.int64(bit - begin)
                    if signed and value >> np.int64(ends[output] - begin - 1):
                        value -= np.int64(1) << np.int64(ends[output] - begin)
                    answers[first + 64 * word + sample, output] = value
            begin = ends[output]


def threads(count: int | None) -> int:
    """Let :func:`answer` use so many; None leaves it as it is. Returns how many it was."""
    before = int(get_num_threads())
    if count is not None:
        set_num_threads(count)
    return before
