import numpy as np
import pytest

from quantnn.arithmetic import Box, IntegerRange
from quantnn.model.network import FloatDense
from quantnn.quantization.least_squares import LeastSquares
from quantnn.quantization.sensitivity import LayerSensitivity
from quantnn.quantization.weights import QuantizedTensor


def problem(seed=0, inputs=5, outputs=3, samples=60, slope=0.25, offset=-3.0, noise=0.0):
    """A layer behind integers that stand for its inputs, exactly or but for noise."""
    random = np.random.default_rng(seed)
    integers = random.integers(0, 100, (samples, inputs))
    layer = FloatDense(random.normal(size=(inputs, outputs)), random.normal(size=outputs))
    x = slope * integers + offset + noise * random.normal(size=integers.shape)
    sensitivity = LayerSensitivity(x @ layer.weights + layer.bias, random.uniform(0, 1, (samples, outputs)))
    box = Box.uniform(IntegerRange(0, 100), inputs)
    return layer, QuantizedTensor(box, np.full(inputs, slope), np.full(inputs, offset), integers), sensitivity


SHARED = pytest.mark.parametrize("largest", [1 << 21, 1], ids=["apart", "shared"])


@SHARED
def test_exact_integers_leave_the_layer_as_it_is(largest, monkeypatch):
    monkeypatch.setattr("quantnn.quantization.least_squares._LARGEST", largest)
    layer, tensor, sensitivity = problem()
    fit = LeastSquares.of(layer, tensor, sensitivity)
    assert np.allclose(fit.targets, layer.weights * 0.25)
    assert np.allclose(fit.bias(fit.targets), layer.bias - 3.0 * layer.weights.sum(axis=0))
    assert len(fit.curvatures) == (3 if largest > 1 else 1)


def loss(fit, tensor, sensitivity, weights, column):
    """The weighted square error of an output, with the best bias there is."""
    share = sensitivity.weights[:, column] + 0.02 * sensitivity.weights[:, column].mean()
    errors = tensor.samples @ weights - sensitivity.sums[:, column]
    errors = errors - np.average(errors, weights=share)
    return np.average(np.square(errors), weights=share) * fit.worth[column]


def test_a_change_costs_what_the_curvature_says():
    layer, tensor, sensitivity = problem(noise=3.0)
    fit = LeastSquares.of(layer, tensor, sensitivity)
    held = layer.weights * 0.25
    for column in range(3):
        damping = 0.01 * np.trace(fit.curvatures[column]) / 1.01 / 5 * fit.worth[column]

        def cost(weights, column=column, damping=damping):
            kept = damping * np.square(weights - held[:, column]).sum()
            return loss(fit, tensor, sensitivity, weights, column) + kept

        change = np.random.default_rng(column).normal(size=5)
        changed = fit.targets[:, column] + change
        expected = fit.worth[column] * change @ fit.curvatures[column] @ change
        assert np.isclose(cost(changed) - cost(fit.targets[:, column]), expected)


def test_the_fit_makes_up_for_the_errors_in_front():
    layer, tensor, sensitivity = problem(noise=3.0)
    fit = LeastSquares.of(layer, tensor, sensitivity)
    for column in range(3):
        before = loss(fit, tensor, sensitivity, layer.weights[:, column] * 0.25, column)
        assert loss(fit, tensor, sensitivity, fit.targets[:, column], column) < before


def test_the_bias_keeps_the_weighted_mean():
    layer, tensor, sensitivity = problem(noise=3.0)
    fit = LeastSquares.of(layer, tensor, sensitivity)
    weights = np.round(fit.targets * 8) / 8
    share = sensitivity.weights + 0.02 * sensitivity.weights.mean(axis=0)
    errors = tensor.samples @ weights + fit.bias(weights) - sensitivity.sums
    assert np.abs(np.average(errors, axis=0, weights=share)).max() < 1e-9


@SHARED
def test_inputs_that_never_change_and_outputs_that_never_matter(largest, monkeypatch):
    monkeypatch.setattr("quantnn.quantization.least_squares._LARGEST", largest)
    layer, tensor, sensitivity = problem()
    tensor.samples[:, 2] = 7
    sensitivity.weights[:, 1] = 0
    fit = LeastSquares.of(layer, tensor, sensitivity)
    assert np.isfinite(fit.targets).all() and (fit.worth > 0).all()
    assert all(np.linalg.eigvalsh(each).min() > 0 for each in fit.curvatures)
