import numpy as np

from quantnn.float_network import FloatDense, FloatNetwork
from quantnn.quantize import quantize
from quantnn.reference import evaluate
from quantnn.report import Quality


def test_accuracy_of_a_threshold():
    """One output: its class is whether it exceeds 0, in floats as in integers."""
    model = FloatNetwork((FloatDense([[1.0], [-1.0]], [0.5], "sigmoid"),))
    inputs, labels = np.array([[9, 1], [1, 9], [7, 2], [2, 7]]), np.array([1, 0, 0, 0])
    network = quantize(model)
    quality = Quality.measure(model, network, inputs, evaluate(network, inputs), labels)
    assert (quality.samples, quality.float_correct, quality.integer_correct) == (4, 3, 3)
    assert quality.accuracy == {"samples": 4, "float": 0.75, "integer": 0.75}
    assert Quality.measure(model, network, inputs, evaluate(network, inputs), None).accuracy is None
