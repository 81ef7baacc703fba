import numpy as np
import pytest
from trained_networks import float_network, samples

from quantnn.network.reference import evaluate
from quantnn.quantization.post_training import quantize
from quantnn.quantization.precision import Precision
from quantnn.quantization.yardstick import Judgement, Yardstick


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
    assert 0.3 < yardstick(integer).quality == sum(same) / len(same) < 1


def test_with_labels_answers_are_right_or_wrong(case):
    network, raw, integer = case
    labels = np.random.default_rng(0).integers(0, 4, len(raw))
    yardstick = Yardstick.of(network, raw, labels)
    assert yardstick.measure == "accuracy"
    assert yardstick.reference == (network.classes(raw) == labels).sum() / len(raw)
    assert yardstick(integer).quality == (evaluate(integer, raw).classes == labels).sum() / len(raw)


def test_values_have_noise():
    network = float_network(decision="none")
    raw = samples(network)
    integer = quantize(network, raw, Precision(4, 4))
    yardstick = Yardstick.of(network, raw, None)
    exact, found = network.logits(raw), evaluate(integer, raw).logits * integer.layers[-1].scale
    shares = [np.mean((a - b) ** 2) / np.var(b) for a, b in zip(found.T, exact.T, strict=True)]
    assert yardstick.measure == "fidelity" and yardstick.reference == 1
    assert np.isclose(yardstick(integer).quality, 1 - np.mean(shares)) and yardstick(integer).quality < 0.999
    assert np.isclose(yardstick(integer).loss, 100 * np.mean(shares))


def test_values_that_never_change():
    network = float_network(decision="none")
    raw = samples(network)
    integer = quantize(network, raw)
    assert Yardstick.of(network, raw[:1])(integer) == Judgement(1.0, 0.0)


@pytest.mark.parametrize(("widths", "decision"), [((6, 10, 4), "argmax"), ((6, 10, 1), "threshold")])
@pytest.mark.parametrize("bits", [6, 7, 8])
def test_what_is_expected_to_change_does(widths, decision, bits):
    """On samples that were not counted: a few of thousands, as often as the others say."""
    network = float_network(widths=widths, decision=decision)
    raw = samples(network, 8000)
    integer = quantize(network, raw, Precision(bits, bits + 1))
    expected = Yardstick.of(network, raw[:4000])(integer).loss / 100
    changed = (evaluate(integer, raw[4000:]).classes != network.classes(raw[4000:])).mean()
    assert 0.8 * changed < expected < 4 * changed


def test_fewer_samples_are_less_certain():
    network = float_network()
    raw = samples(network)
    integer = quantize(network, raw, Precision(10, 10))
    few, many = (Yardstick.of(network, np.tile(raw, (times, 1)))(integer).loss for times in (1, 16))
    assert 0 < many < few


def test_nothing_changes_without_noise():
    network = float_network()
    raw = samples(network)
    yardstick = Yardstick.of(network, raw)
    fine, coarse = (yardstick(quantize(network, raw, Precision(bits, bits))).loss for bits in (14, 5))
    assert 0 <= fine < coarse / 20


def test_what_quality_has_lost_counts_and_a_single_sample_does_not():
    network = float_network()
    raw = samples(network)
    integer = quantize(network, raw, Precision(14, 14))
    right = evaluate(integer, raw).classes
    assert (right == network.classes(raw)).all()
    expected = Yardstick.of(network, raw)(integer).loss
    for wrong, loss in ((1, expected), (8, 100 * 8 / len(raw))):
        wanted = np.where(np.arange(len(raw)) < wrong, (right + 1) % 4, right)
        assert Yardstick(raw, "accuracy", wanted, network.logits(raw), 1.0)(integer).loss == pytest.approx(loss)
