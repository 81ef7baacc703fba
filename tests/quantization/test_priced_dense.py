import numpy as np
import pytest
from trained_networks import float_network, noise, samples

from quantnn.errors import InputError
from quantnn.model.input_scaling import InputScaling
from quantnn.model.network import FloatDense, FloatNetwork
from quantnn.network.reference import evaluate
from quantnn.quantization.post_training import quantize, quantize_layers
from quantnn.quantization.precision import Precision
from quantnn.quantization.priced_dense import PricedDense
from quantnn.quantization.sensitivity import sensitivities
from quantnn.quantization.signed_digits import digit_counts

BITS = 10


def priced(network, raw, price=0.0, weight_bits=BITS, activation_bits=BITS):
    widths = (activation_bits,) * (len(network.layers) - 1)
    layers = PricedDense(network, sensitivities(network, raw), price, widths)
    return quantize_layers(network, raw, Precision(weight_bits, 8), layers)


def digits(integer):
    return sum(int(digit_counts(layer.weights).sum()) for layer in integer.layers if layer.kind == "dense")


@pytest.mark.parametrize("decision", ["argmax", "none"])
@pytest.mark.parametrize(
    "activation", ["relu", "linear", "leaky_relu:0.1", "sigmoid", "tanh", "clip:0.0:1.5", "clip:-1.0:1.0"]
)
def test_with_many_bits_and_no_price_little_is_lost(activation, decision):
    network = float_network(activation=activation, decision=decision)
    raw = samples(network)
    assert noise(network, priced(network, raw), raw) < 2e-4


@pytest.mark.parametrize("last", ["sigmoid", "tanh", "relu", "clip:-0.5:0.5", "leaky_relu:0.25"])
def test_the_last_layer_may_have_an_activation(last):
    network = float_network(last=last, decision="none")
    raw = samples(network)
    layers = PricedDense(network, sensitivities(network, raw), 0.0, (BITS, BITS))
    integer = quantize_layers(network, raw, Precision(BITS, BITS), layers)
    assert noise(network, integer, raw) < 1e-3


def test_every_layer_stands_for_the_float_one():
    network = float_network()
    raw = samples(network)
    integer = priced(network, raw)
    found = evaluate(integer, raw).layers
    for layer, values, exact in zip(integer.layers, found, network.activations(raw), strict=True):
        assert np.square(values * layer.scale - exact).mean() < 1e-3 * exact.var()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("bits", [4, 5, 6])
def test_without_a_price_less_is_lost_than_by_rounding_each_weight(seed, bits):
    network = float_network(seed, decision="none")
    raw = samples(network)
    nearest = quantize(network, raw, Precision(bits, 8))
    assert noise(network, priced(network, raw, 0.0, bits, 8), raw) < noise(network, nearest, raw)


def test_a_higher_price_buys_fewer_digits():
    network = float_network()
    raw = samples(network)
    counts = [digits(priced(network, raw, price)) for price in (0, 1e-7, 1e-6, 1e-5, 1e-4)]
    assert counts == sorted(counts, reverse=True) and counts[-1] < counts[0] / 4


def test_at_the_same_loss_there_are_far_fewer_digits():
    network = float_network(decision="none")
    raw = samples(network)
    nearest = quantize(network, raw, Precision(6, 8))
    cheap = priced(network, raw, 1e-5, 8, 8)
    assert noise(network, cheap, raw) < noise(network, nearest, raw)
    assert digits(cheap) < 0.7 * digits(nearest)


@pytest.mark.parametrize(("activation", "output"), [("relu", (0, 7)), ("tanh", (-3, 3)), ("leaky_relu:0.1", (-4, 3))])
def test_outputs_have_the_bits_that_they_are_given(activation, output):
    network = float_network(activation=activation)
    raw = samples(network)
    layers = PricedDense(network, sensitivities(network, raw), 0.0, (3, 6))
    integer = quantize_layers(network, raw, Precision(8, 8), layers)
    assert (integer.layers[0].output.lo, integer.layers[0].output.hi) == output
    assert integer.layers[1].output.width == 6


def test_inputs_that_are_normalized_each_by_itself():
    scaling = InputScaling(1.0, np.linspace(100, 150, 8), np.geomspace(5, 60, 8))
    network = float_network(scaling=scaling, decision="none")
    raw = samples(network)
    assert noise(network, priced(network, raw), raw) < 2e-3


def test_neurons_that_are_silent_or_constant():
    network = float_network(widths=(8, 6, 6, 3))
    weights, bias = network.layers[0].weights.copy(), network.layers[0].bias.copy()
    weights[:, :3] = [0, 1e-200, 1e-3]
    bias[:3] = [0.7, -50, -5]
    layers = (FloatDense(weights, bias, "relu"), *network.layers[1:])
    network = FloatNetwork(layers, network.scaling)
    raw = samples(network)
    assert noise(network, priced(network, raw), raw) < 2e-4


def test_a_network_of_zeros():
    layers = (FloatDense(np.zeros((8, 3)), np.zeros(3), "relu"), FloatDense(np.zeros((3, 2)), np.ones(2)))
    network = FloatNetwork(layers)
    raw = samples(network)
    assert not digits(priced(network, raw, 1e-6))


def test_samples_are_needed():
    network = float_network()
    layers = PricedDense(network, sensitivities(network, samples(network)), 0.0, (8, 8))
    with pytest.raises(InputError, match="a price takes samples to weigh it against: give calibration samples"):
        quantize_layers(network, None, Precision(), layers)


@pytest.mark.parametrize("price", [-1.0, float("inf"), float("nan")])
def test_a_price_is_a_size(price):
    with pytest.raises(ValueError, match="A price must be at least 0 and finite, not"):
        PricedDense(float_network(), (), price, (8, 8))


def test_every_layer_but_the_last_has_activation_bits():
    with pytest.raises(ValueError, match="There must be activation bits behind 2 layers, not 1"):
        PricedDense(float_network(), (), 0.0, (8,))


def test_ends_of_a_clip_serve_all_outputs():
    network = float_network(last="clip:-0.5:0.5", decision="none")
    weights = network.layers[-1].weights * np.array([1, 1, 1, 1e-9])
    network = FloatNetwork(
        (*network.layers[:-1], FloatDense(weights, np.zeros(4), "clip:-0.5:0.5")), network.scaling, decision="none"
    )
    with pytest.raises(InputError, match="its outputs differ too much in size for ends of the same value"):
        priced(network, samples(network))
