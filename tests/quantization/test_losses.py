import re

import numpy as np
import pytest

from quantnn.model.input_scaling import InputScaling
from quantnn.model.network import FloatDense, FloatNetwork
from quantnn.network.reference import evaluate
from quantnn.quantization import post_training
from quantnn.quantization.losses import losses
from quantnn.quantization.post_training import quantize
from quantnn.quantization.precision import Precision

RANDOM = np.random.default_rng(11)
RAW = RANDOM.integers(0, 256, (600, 8))
FIRST, LAST = RANDOM.normal(size=(8, 24)), RANDOM.normal(size=(24, 4))


@pytest.fixture(autouse=True)
def unbalanced(monkeypatch):
    """As if a layer's neurons were never evened out, so that there is something to lose."""
    monkeypatch.setattr(post_training, "balanced", lambda network, samples: network)


def network(sizes=1.0, bias=0.0, last=LAST, decision="argmax"):
    """Hidden neurons of other sizes, which the last layer takes back, and biases; the mean answer is 0."""
    hidden_bias = np.full(24, 1.0) + bias
    hidden = FloatDense(FIRST * sizes, hidden_bias * sizes, "relu")
    weights = last / np.reshape(sizes, (-1, 1))
    answer = FloatDense(weights, -hidden(RAW / 255).mean(axis=0) @ weights)
    return FloatNetwork((hidden, answer), InputScaling(1 / 255), decision=decision)


def notes(model, raw=RAW, calibration=RAW, bits=8, labels=None):
    integer = quantize(model, calibration, Precision(bits, bits))
    return losses(model, integer, raw, evaluate(integer, raw), labels, calibration, bits)


def test_a_network_that_loses_nothing_worth_a_word():
    assert notes(network()) == ()
    assert notes(network(), labels=network().classes(RAW)) == ()
    assert notes(network(decision="none")) == ()


def test_neurons_of_very_different_size():
    """Half the neurons are 2000 times the others, whose share of the answer is the same."""
    [*_, note] = notes(network(np.where(np.arange(24) % 2, 2000.0, 1.0)))
    match = re.fullmatch(
        r"integers choose the class of the floats for ([0-9.]+)% of the samples only: layer 0 loses most, as its"
        r" outputs share one scale but their sizes differ (\d+)-fold \(batch normalization evens them out\); (.*)",
        note,
    )
    assert float(match[1]) < 90 and 500 < int(match[2]) < 20000
    assert "bits" in match[3]


def test_a_bias_far_beyond_what_varies():
    [note] = notes(network(bias=2000.0))
    assert re.search(r"layer 0 loses most, as a bias makes its outputs \d{3,4} times what varies in them", note)


def test_against_labels():
    model = network(np.where(np.arange(24) % 2, 2000.0, 1.0))
    [*_, note] = notes(model, labels=model.classes(RAW))
    assert re.match(r"integers get \d+\.\d% of the samples less right than floats: layer 0 loses most", note)
    assert notes(network(), labels=np.zeros(600, np.int64)) == ()


def test_few_bits():
    [note] = notes(network(), bits=2)
    assert "layer 1 loses most" in note or "layer 0 loses most" in note
    flags = re.search(r"(--activation-bits \d+(?: --weight-bits \d+)?) reaches ([01]\.\d{4})$", note)
    assert flags and float(flags[2]) > 0.9


def test_an_output_that_reaches_little():
    last = LAST * [1, 1, 1, 0] + np.where(np.arange(24)[:, np.newaxis] < 12, 1, -1) * [0, 0, 0, 1e-3]
    model = network(np.where(np.arange(24) % 2, 2000.0, 1.0), last=last, decision="none")
    [*_, note] = notes(model)
    assert re.match(r"output \d reaches -?\d+ dB only: layer 0 loses most", note)


def test_outputs_that_never_change():
    model = network(last=LAST * [1, 0, 1, 0], decision="none")
    assert notes(model) == (
        "outputs 1, 3 never change on these samples, as in the float model, whose weights or inputs are dead there",
    )


def test_an_output_that_changes_in_floats_only():
    model = FloatNetwork((FloatDense(np.full((8, 2), [1.0, 1e-9]), [0.0, 1.0]),), InputScaling(1 / 255))
    first, *_ = notes(model)
    assert first == "output 1 never changes on these samples, though floats do"


def test_a_layer_that_saturates():
    """Scales chosen on dark samples, tried on bright ones."""
    model = FloatNetwork((FloatDense(np.abs(FIRST), np.zeros(24), "relu"), FloatDense(LAST, np.zeros(4))))
    found = notes(model, RAW // 2 + 128, RAW // 16)
    saturated = next(note for note in found if "saturates" in note)
    assert re.fullmatch(
        r"layer 0 saturates \d+% of its outputs: the calibration samples are not typical of these; give others with"
        r" --calibration",
        saturated,
    )


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_few_samples(count):
    assert notes(network(), RAW[:count]) == () or count == 1
