from dataclasses import replace

import numpy as np
import pytest
from networks import random_network, random_samples
from oracle import accumulators, elected, outputs

from quantnn.arithmetic import IntegerRange, Requantizer
from quantnn.network.layers import Dense, Layer, Rescale
from quantnn.network.network import IntegerNetwork
from quantnn.network.reference import accumulate, decide, evaluate

WIDE = IntegerRange(-(2**60), 2**60)


def dense(weights, bias):
    weights = np.array(weights)
    limit = int(abs(weights).max())
    return Dense(
        np.array(bias),
        Requantizer.make(weights.shape[1], WIDE),
        weights=weights,
        weight_range=IntegerRange(-limit, limit),
    )


@pytest.mark.parametrize("seed", range(25))
def test_every_layer_equals_exact_integers(seed):
    network = random_network(seed, classify=True)
    samples = random_samples(network, 12, seed)
    answers = evaluate(network, samples)
    for number, sample in enumerate(samples.tolist()):
        expected = outputs(network, sample)
        assert [layer[number].tolist() for layer in answers.layers] == expected
        assert answers.classes[number] == elected(expected[-1])
    assert answers.logits is answers.layers[-1]
    assert all(layer.dtype == np.int64 for layer in answers.layers)


@pytest.mark.parametrize("edge", [2**24, 2**53])
@pytest.mark.parametrize("beyond", [-1, 0, 1, 2, 3])
def test_exact_at_and_just_beyond_a_float_s_bound(edge, beyond):
    """Sums of an even and an odd part that a float of the smaller type would round."""
    total = edge + beyond
    big = 1 << (total.bit_length() // 2)
    terms = [total // big, 1]
    layer = dense([[terms[0], -terms[0]], [terms[1], -terms[1]]], [0, 0])
    sample = [big, total - big * terms[0]]
    assert accumulators(layer, sample) == [total, -total]
    assert accumulate(layer, np.array([sample])).tolist() == [[total, -total]]
    if total > 2**46:
        return  # beyond what a requantizer takes
    network = IntegerNetwork(IntegerRange(-max(map(abs, sample)), max(map(abs, sample))), (layer,))
    assert evaluate(network, np.array([sample])).logits.tolist() == [[total, -total]]


def test_a_float32_would_be_wrong_beyond_its_bound():
    """The edge cases above are able to fail."""
    assert int(np.float32(2**24) + np.float32(1)) == 2**24


def test_the_bias_is_added_exactly():
    layer = dense([[1]], [2**53 + 1])
    assert accumulate(layer, np.array([[2]])).tolist() == [[2**53 + 3]]


def test_rescale_adds_its_offset():
    layer = Rescale(np.array([-3, 5]), Requantizer.make(2, WIDE))
    assert accumulate(layer, np.array([[10, 20], [-1, 0]])).tolist() == [[7, 25], [-4, 5]]


@pytest.mark.parametrize(
    ("logits", "expected"),
    [
        ([[1, 3, 3], [0, 0, 0], [-5, -7, -5], [2, 1, 0]], [1, 0, 0, 0]),
        ([[-1], [0], [1]], [0, 0, 1]),
    ],
)
def test_ties_go_to_the_lowest_index_and_a_single_logit_is_compared_with_0(logits, expected):
    assert decide(np.array(logits)).tolist() == expected


def test_batches_and_progress():
    network = random_network(2, (3, 2))
    samples = random_samples(network, 2100)
    seen = []
    whole = evaluate(network, samples, seen.append)
    assert sum(seen) == 2100 and len(seen) > 1
    apart = [evaluate(network, samples[start : start + 700]).logits for start in range(0, 2100, 700)]
    assert np.array_equal(np.concatenate(apart), whole.logits)


def test_no_samples():
    network = random_network(2, (3, 2), classify=True)
    answers = evaluate(network, np.zeros((0, 3), dtype=np.int64))
    assert answers.logits.shape == (0, 2) and answers.classes.shape == (0,)


def test_the_head_of_an_evaluation():
    network = random_network(2, (3, 2), classify=True)
    samples = random_samples(network, 9)
    head, short = evaluate(network, samples).head(4), evaluate(network, samples[:4])
    assert all(np.array_equal(a, b) for a, b in zip(head.layers, short.layers, strict=True))
    assert np.array_equal(head.classes, short.classes)
    assert evaluate(replace(network, classify=False), samples).head(4).classes is None


def test_refuses_samples_that_do_not_suit():
    network = IntegerNetwork(IntegerRange(0, 3), (dense([[1], [1]], [0]),))
    for shape in ((2,), (1, 3)):
        with pytest.raises(ValueError, match=r"Samples must have shape \(n, 2\), not"):
            evaluate(network, np.zeros(shape, dtype=np.int64))
    for wrong in (-1, 4):
        with pytest.raises(ValueError, match=r"Samples must lie in 0..3, not"):
            evaluate(network, np.array([[0, wrong]]))


def test_an_unknown_layer_type_is_refused():
    class Other:
        kind = "other"

    assert not issubclass(Other, Layer)
    with pytest.raises(TypeError, match="The reference knows no other layer"):
        accumulate(Other(), np.zeros((1, 1), dtype=np.int64))
