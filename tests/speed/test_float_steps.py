from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from exported import save_model
from networks import BYTE, random_dense, random_network, random_rescale, random_samples, unsaturated

from quantnn.arithmetic import IntegerRange, Requantizer
from quantnn.errors import InputError
from quantnn.importers.npz import load_model
from quantnn.model.activation import FloatActivation
from quantnn.network.layers import Dense
from quantnn.network.network import IntegerNetwork
from quantnn.network.reference import evaluate
from quantnn.network.table import Table
from quantnn.quantization.post_training import quantize
from quantnn.speed.float_steps import FloatStep, dequantize, factors, forward


def dense(weights, bias, requantizer, **fields):
    weights = np.array(weights)
    return Dense(np.array(bias), requantizer, weights=weights, weight_range=IntegerRange(-99, 99), **fields)


def test_weights_and_biases_are_what_the_integers_stand_for():
    # A weight of 6, a shift by 2 and m = 3 give 4.5 output units per input unit; they are worth 0.5 and 1.
    first = dense([[6, 8]], [4, 0], Requantizer.make(2, BYTE, multiplier=(3, 1), shift=(2, 1)), scale=0.5)
    second = dense([[10], [-1]], [7], Requantizer.make(1, IntegerRange(-999, 999)), scale=0.25)
    steps = dequantize(IntegerNetwork(BYTE, (first, second))).steps
    np.testing.assert_array_equal(steps[0].weights, [[6 * 3 / 4 * 0.5, 8 / 2 * 0.5]])
    np.testing.assert_array_equal(steps[0].bias, [4 * 3 / 4 * 0.5, 0])
    np.testing.assert_array_equal(steps[1].weights, [[10 * 0.25 / 0.5], [-1 * 0.25 / 0.5]])
    np.testing.assert_array_equal(steps[1].bias, [7 * 0.25])
    assert all(array.dtype == np.float32 for step in steps for array in (step.weights, step.bias))


def test_inputs_may_stand_for_different_values():
    first = dense([[6, 8]], [4, 0], Requantizer.make(2, BYTE), scale=np.array([0.5, 2.0]))
    second = dense([[10, 4], [-1, 3]], [7, 7], Requantizer.make(2, BYTE), scale=np.array([0.25, 1.0]))
    steps = dequantize(IntegerNetwork(BYTE, (first, second))).steps
    np.testing.assert_array_equal(steps[1].weights, [[10 * 0.25 / 0.5, 4 / 0.5], [-1 * 0.25 / 2, 3 / 2]])


SIGNED = IntegerRange(-128, 127)


@pytest.mark.parametrize(
    ("multiplier", "negative", "output", "activation"),
    [
        (4, 0, SIGNED, FloatActivation("relu")),
        (4, 4, SIGNED, FloatActivation("linear")),
        (4, 1, SIGNED, FloatActivation("leaky_relu", 0.25)),
        (4, 4, BYTE, FloatActivation("relu")),
        (0, 0, SIGNED, FloatActivation("linear")),
        (4, 8, SIGNED, FloatActivation("linear")),
    ],
)
def test_the_requantizer_shows_the_activation(multiplier, negative, output, activation):
    requantizer = Requantizer.make(1, output, multiplier=multiplier, negative_multiplier=negative)
    (step,) = dequantize(IntegerNetwork(BYTE, (dense([[1]], [0], requantizer),))).steps
    assert step.activation == activation


@pytest.mark.parametrize("seed", range(30))
def test_a_layer_differs_from_its_integers_by_rounding_alone(seed):
    random = np.random.default_rng(seed)
    layer = random_rescale(random, 5) if seed % 3 == 0 else random_dense(random, 5, 4)
    column = [int(m) for m in random.integers(1, 9, layer.out_features)]
    negative = [(0,) * len(column), tuple(column)][seed % 2]
    requantizer = replace(layer.requantizer, multipliers=tuple(column), negative_multipliers=negative)
    scale = float(random.uniform(0.1, 3)) if seed % 4 else random.uniform(0.1, 3, layer.out_features)
    layer = replace(layer, requantizer=requantizer, scale=scale)
    network = unsaturated(IntegerNetwork(BYTE, (layer,), classify=False))
    layer = network.layers[0]
    samples = random_samples(network, 50, seed)
    got = forward(dequantize(network).steps, samples.astype(np.float32))
    off = got / layer.scale - evaluate(network, samples).logits
    assert got.dtype == np.float32 and np.abs(off).max() < 1.01, seed


@pytest.mark.parametrize("activation", ["relu", "leaky_relu:0.2", "sigmoid", "tanh"])
def test_a_quantized_model_becomes_the_model_again(tmp_path, activation):
    activations = np.array([activation, activation, "linear"])
    model = load_model(save_model(tmp_path, activations=activations))
    network = quantize(model)
    samples = np.random.default_rng(3).integers(0, 256, (200, network.in_features))
    exact = model.logits(samples)
    got = forward(dequantize(network).steps, samples.astype(np.float32))
    assert got.dtype == np.float32
    assert np.abs(got - exact).std() < 0.03 * exact.std()


def test_a_rescale_layer_multiplies_each_element():
    network = random_network(1, widths=[4, 3], rescale=True)
    steps = dequantize(network).steps
    assert [step.weights.shape for step in steps] == [(4,), (4, 3)] and steps[0].in_features == 4


def tabulated(function, name):
    index, output = IntegerRange(-512, 511), IntegerRange(-255, 255)
    values = tuple(round(255 * function(number / 64)) for number in range(index.lo, index.hi + 1))
    table = Table(index, values, output)
    layer = dense([[1]], [0], Requantizer.make(1, index), activation=name, scale=1 / 255, table=table)
    return IntegerNetwork(SIGNED, (layer,))


CURVES = {"sigmoid": lambda x: 1 / (1 + np.exp(-x)), "tanh": np.tanh}


@pytest.mark.parametrize(
    ("output", "activation"),
    [
        (IntegerRange(0, 3), FloatActivation("clip", lo=0.0, hi=1.5)),
        (IntegerRange(0, 15), FloatActivation("clip", lo=0.0, hi=7.5)),
        (IntegerRange(-2, 1), FloatActivation("clip", lo=-1.0, hi=0.5)),
        (IntegerRange(0, 16), FloatActivation("relu")),
    ],
)
def test_few_levels_saturate_where_they_are_hidden(output, activation):
    hidden = dense([[1]], [0], Requantizer.make(1, output, shift=2), scale=0.5)
    last = dense([[1]], [0], Requantizer.make(1, output, shift=2), scale=0.5)
    first, second = dequantize(IntegerNetwork(BYTE, (hidden, last))).steps
    assert first.activation == activation and second.activation.kind in ("relu", "linear")


@pytest.mark.parametrize("name", CURVES)
def test_a_table_s_index_is_worth_what_the_table_says(name):
    (step,) = dequantize(tabulated(CURVES[name], name)).steps
    assert step.activation == FloatActivation(name)
    assert step.weights[0, 0] == pytest.approx(1 / 64, rel=1e-3)


def test_a_table_of_another_function_is_refused():
    with pytest.raises(InputError, match="layer 0: the table of a float network must be sigmoid or tanh, not 'gelu'"):
        dequantize(tabulated(np.tanh, "gelu"))
    for function in (lambda x: 0.5, lambda x: 1 / (1 + np.exp(x))):
        with pytest.raises(InputError, match="layer 0: its table is not sigmoid, as its name says: export again"):
            dequantize(tabulated(function, "sigmoid"))


def test_forward_leaves_the_samples_alone():
    step = FloatStep(np.ones(3, np.float32), np.ones(3, np.float32), FloatActivation("linear"))
    samples = np.zeros((2, 3), np.float32)
    np.testing.assert_array_equal(forward([step], samples), np.ones((2, 3)))
    assert not samples.any()


def test_a_layer_type_without_a_float_form_is_an_error_of_whoever_adds_it():
    with pytest.raises(TypeError, match="no float form of a pool layer"):
        factors(SimpleNamespace(kind="pool"))
