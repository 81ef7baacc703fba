"""The compiled kernel, against bits one by one."""

import numba
import numpy as np
import pytest

from quantnn.speed.bit_sliced.kernel import WORDS, answer, threads

SAMPLES = 64 * WORDS


def packed(bits):
    """Samples (n, features) of bits as words, the lowest bit of the first word first."""
    count, features = bits.shape
    words = np.zeros((count, -(-features // 64)), dtype=np.uint64)
    for feature in range(features):
        words[:, feature // 64] |= bits[:, feature].astype(np.uint64) << np.uint64(feature % 64)
    return words


def run(bits, adders, outputs, signed=False):
    parts = -(-bits.shape[1] // 64)
    rows = max([2 + 64 * parts, *(1 + row for adder in adders for row in adder)])
    answers = np.full((len(bits), len(outputs)), -99)
    ends = np.cumsum([len(planes) for planes in outputs])
    table = np.array(adders, dtype=np.int32).reshape(-1, 5)
    answer(packed(bits), table, rows, np.concatenate(outputs).astype(np.int32), ends, signed, answers)
    return answers


@pytest.mark.parametrize("blocks", [1, 3])
@pytest.mark.parametrize("features", [1, 64, 70])
def test_every_input_is_the_plane_behind_the_constants(blocks, features):
    bits = np.random.default_rng(features).integers(0, 2, (blocks * SAMPLES, features))
    got = run(bits, [], [[2 + feature] for feature in range(features)])
    np.testing.assert_array_equal(got, bits)
    np.testing.assert_array_equal(run(bits, [], [[0], [1]]), np.tile([0, 1], (len(bits), 1)))


def test_full_adders_one_after_the_other():
    bits = np.random.default_rng(1).integers(0, 2, (SAMPLES, 5))
    free = 2 + 64
    adders = [(2, 3, 4, free, free + 1), (free, 5, 6, free, free + 2), (free + 1, free + 2, 0, free + 1, free + 2)]
    got = run(bits, adders, [[free, free + 1, free + 2]])
    np.testing.assert_array_equal(got[:, 0], bits.sum(axis=1))


def test_a_wrong_adder_is_seen():
    bits = np.random.default_rng(1).integers(0, 2, (SAMPLES, 3))
    free = 2 + 64
    got = run(bits, [(2, 3, 1, free, free + 1)], [[free, free + 1]])
    assert (got[:, 0] != bits.sum(axis=1)).any()


def test_twos_complement():
    bits = np.random.default_rng(2).integers(0, 2, (SAMPLES, 3))
    got = run(bits, [], [[2, 3, 4], [2, 3]], signed=True)
    np.testing.assert_array_equal(got, np.stack([bits @ [1, 2, -4], bits[:, :2] @ [1, -2]], axis=1))


def test_threads():
    before = threads(1)
    assert numba.get_num_threads() == 1 and threads(None) == 1 and threads(before) == 1
    assert numba.get_num_threads() == before
