import numpy as np
import pytest
from trained_networks import float_network, samples

from quantnn.network.reference import evaluate
from quantnn.quantization.post_training import quantize
from quantnn.quantization.precision import Precision
from quantnn.quantization.yardstick import Yardstick


@pytest.fixture
def case():
    network = float_network()
    raw = samples(network)
    return network, raw, quantize(network, raw, Precision(3, 3))


def test_without_labels_classes_agree_with_the_float_network(case):
    network, raw, integer = case
    yardstick = Yardstick.of(network, raw)
    same = [a == b for a, b in zip(evaluate(integer, raw).classes, network.classes(raw), strict=True)]
    assert yardstick.measure == "agreement" and yardstick.reference == 1
    assert 0.3 < yardstick(integer) == sum(same) / len(same) < 1


def test_with_labels_answers_are_right_or_wrong(case):
    network, raw, integer = case
    labels = np.random.default_rng(0).integers(0, 4, len(raw))
    yardstick = Yardstick.of(network, raw, labels)
    assert yardstick.measure == "accuracy"
    assert yardstick.reference == (network.classes(raw) == labels).sum() / len(raw)
    assert yardstick(integer) == (evaluate(integer, raw).classes == labels).sum() / len(raw)


def test_values_have_noise():
    network = float_network(decision="none")
    raw = samples(network)
    integer = quantize(network, raw, Precision(4, 4))
    yardstick = Yardstick.of(network, raw, None)
    exact, found = network.logits(raw), evaluate(integer, raw).logits * integer.layers[-1].scale
    shares = [np.mean((a - b) ** 2) / np.var(b) for a, b in zip(found.T, exact.T, strict=True)]
    assert yardstick.measure == "fidelity" and yardstick.reference == 1
    assert np.isclose(yardstick(integer), 1 - np.mean(shares)) and yardstick(integer) < 0.999


def test_values_that_never_change():
    network = float_network(decision="none")
    raw = samples(network)
    integer = quantize(network, raw)
    assert Yardstick.of(network, raw[:1])(integer) == 1
