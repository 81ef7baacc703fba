from itertools import product

import numpy as np
import pytest

from quantnn.speed.bit_sliced.program import ONE, ZERO, Writer

TABLE = np.array(list(product([0, 1], repeat=3)), dtype=bool)


def run(program, inputs):
    """What a program's outputs are for samples (n, inputs) of bits, row by row in plain numpy."""
    rows = np.zeros((program.rows, len(inputs)), dtype=bool)
    rows[ONE] = True
    rows[2 : 2 + program.inputs] = inputs.T
    for a, b, c, total, carry in program.adders.tolist():
        ones = rows[a].astype(int) + rows[b] + rows[c]
        rows[total], rows[carry] = ones % 2 == 1, ones >= 2
    return [rows[planes] for planes in program.outputs]


def written(formula):
    writer = Writer(3)
    return writer.finished([[formula(writer, 2, 3, 4)]], signed=False)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (lambda w, a, b, c: w.full(a, b, c)[0], lambda a, b, c: a ^ b ^ c),
        (lambda w, a, b, c: w.full(a, b, c)[1], lambda a, b, c: (a & b) | (a & c) | (b & c)),
        (lambda w, a, b, c: w.invert(a), lambda a, b, c: ~a),
        (lambda w, a, b, c: w.both(a, b), lambda a, b, c: a & b),
        (lambda w, a, b, c: w.either(a, b), lambda a, b, c: a | b),
        (lambda w, a, b, c: w.choose(a, b, c), lambda a, b, c: (a & b) | (~a & c)),
        (lambda w, a, b, c: w.choose(a, ONE, c), lambda a, b, c: a | c),
        (lambda w, a, b, c: w.choose(a, b, ZERO), lambda a, b, c: a & b),
        (lambda w, a, b, c: w.choose(a, ONE, ZERO), lambda a, b, c: a),
        (lambda w, a, b, c: w.choose(a, ZERO, ONE), lambda a, b, c: ~a),
    ],
)
def test_each_for_all_bits(formula, expected):
    ((got,),) = run(written(formula), TABLE)
    np.testing.assert_array_equal(got, expected(*TABLE.T))


@pytest.mark.parametrize(("one", "other"), list(product([ZERO, ONE], repeat=2)))
def test_constants_take_no_adder(one, other):
    writer = Writer(1)
    total, carry = writer.full(2, one, other)
    program = writer.finished([[carry], [writer.both(2, ONE)], [writer.either(2, ZERO)]], signed=False)
    assert not len(program.adders) and carry == (2 if one != other else one)
    if one == other:
        assert total == 2


def test_what_nobody_needs_is_left_out():
    writer = Writer(3)
    total, _ = writer.full(2, 3, 4)
    writer.full(total, 2, 3)
    assert len(writer.finished([[total]], signed=False).adders) == 1


def test_an_inverse_of_an_inverse_is_the_plane():
    writer = Writer(1)
    assert writer.invert(writer.invert(2)) == 2 and (writer.invert(ZERO), writer.invert(ONE)) == (ONE, ZERO)


def test_rows_are_used_again():
    writer, plane = Writer(2), 2
    for _ in range(50):
        plane = writer.full(plane, 3, ONE)[0]
    program = writer.finished([[plane]], signed=False)
    assert len(program.adders) == 50 and program.rows <= 2 + 64 + 4
    ((got,),) = run(program, np.array([[False, True], [True, False]]))
    np.testing.assert_array_equal(got, [False, True])
