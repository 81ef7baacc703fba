from dataclasses import replace

import numpy as np

from quantnn.design.quality import Quality
from quantnn.design.report import Accuracy
from quantnn.model.network import FloatDense, FloatNetwork
from quantnn.network import samples
from quantnn.network.reference import Evaluation, answers
from quantnn.quantization.post_training import quantize

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


def test_a_ratio_for_each_of_several_values():
    """Of 30 and 40 with errors of 3 and 0.4: 10·log10(900 / 9) = 20 dB and 10·log10(1600 / 0.16) = 40 dB."""
    model = replace(IDENTITY, decision="none")
    network = replace(quantize(model), layers=(replace(quantize(model).layers[0], scale=np.array([1.0, 0.4])),))
    found = Evaluation((np.array([[27, 101]]),), None)
    quality = Quality.measure(model, network, np.array([[30, 40]]), [found], None)
    assert quality.sqnr_db_outputs == (20.0, 40.0) and quality.accuracy is None
    assert measured([[7, 7], [10, 0]]).sqnr_db_outputs == ()


def test_floats_are_those_of_the_user():
    """A sensor over 0..255 with steps of 100 makes 0 of 40 and 1 of 60: the class of (40, 45) is lost in rounding, not
    in the float model."""
    values = np.array([[40.0, 45.0], [255.0, 0.0], [0.0, 200.0]])
    model = FloatNetwork((FloatDense(np.eye(2), np.zeros(2)),), input_bits=1).with_sensor(values)
    network, inputs = quantize(model, model.sensor(values)), model.sensor(values)
    labels = np.array([1, 0, 1])
    quality = Quality.measure(model, network, inputs, answers(network, inputs), labels, values)
    assert (quality.float_correct, quality.rounded_correct, quality.integer_correct) == (3, 2, 2)
    assert quality.accuracy == Accuracy(3, 1.0, 2 / 3, 2 / 3)
    assert Quality.measure(model, network, inputs, answers(network, inputs), labels).float_correct == 2
