from dataclasses import replace

import numpy as np

from quantnn.design.quality import Quality
from quantnn.design.report import Accuracy
from quantnn.model.network import FloatDense, FloatNetwork
from quantnn.network import samples
from quantnn.network.reference import Evaluation, answers
from quantnn.quantize.post_training import quantize

IDENTITY = FloatNetwork((FloatDense(np.eye(2), np.zeros(2)),))
SAMPLES = np.array([[3, 4], [5, 0]])


def measured(logits, samples=SAMPLES, labels=None):
    """Of an integer network that answers ``logits``, in halves, where the float network answers the samples."""
    network = quantize(IDENTITY)
    network = replace(network, layers=(replace(network.layers[0], scale=0.5),))
    logits = np.array(logits)
    return Quality.measure(IDENTITY, network, samples, [Evaluation((logits,), logits.argmax(axis=1))], labels)


def test_signal_to_noise_and_accuracy_by_hand():
    """Logits 3.5, 3.5, 5, 0 for 3, 4, 5, 0: signal 9 + 16 + 25 = 50, noise 1/4 + 1/4, 10·log10(100) = 20 dB.

    The tie makes the first sample's class 0 instead of 1.
    """
    quality = measured([[7, 7], [10, 0]], labels=np.array([1, 0]))
    assert quality == Quality(samples=2, sqnr_db=20.0, float_correct=2, integer_correct=1)
    assert quality.accuracy == Accuracy(samples=2, float=1.0, integer=0.5)


def test_without_labels_there_is_no_accuracy():
    quality = measured([[7, 7], [10, 0]])
    assert quality == Quality(2, 20.0) and quality.accuracy is None


def test_without_noise_or_signal_there_is_no_ratio():
    assert measured([[6, 8], [10, 0]]).sqnr_db is None
    assert measured([[1, 0], [0, 0]], np.zeros((2, 2), np.int64)).sqnr_db is None


def test_accuracy_of_a_threshold():
    """One output: its class is whether it exceeds 0, in floats as in integers."""
    model = FloatNetwork((FloatDense([[1.0], [-1.0]], [0.5], "sigmoid"),))
    inputs, labels = np.array([[9, 1], [1, 9], [7, 2], [2, 7]]), np.array([1, 0, 0, 0])
    network = quantize(model)
    quality = Quality.measure(model, network, inputs, answers(network, inputs), labels)
    assert (quality.samples, quality.float_correct, quality.integer_correct) == (4, 3, 3)
    assert quality.accuracy == Accuracy(samples=4, float=0.75, integer=0.75)
    assert Quality.measure(model, network, inputs, answers(network, inputs), None).accuracy is None


def test_blocks_add_up(monkeypatch):
    """Signal, noise and classes of all samples, whatever the blocks."""
    model = FloatNetwork((FloatDense(np.random.default_rng(1).normal(size=(5, 3)), np.zeros(3)),))
    inputs, labels = np.random.default_rng(2).integers(0, 256, (23, 5)), np.arange(23) % 3
    network = quantize(model, inputs)
    whole = Quality.measure(model, network, inputs, answers(network, inputs), labels)
    monkeypatch.setattr(samples, "BLOCK", 4)
    assert Quality.measure(model, network, inputs, answers(network, inputs), labels) == whole
