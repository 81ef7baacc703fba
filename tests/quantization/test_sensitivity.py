import numpy as np
import pytest

from quantnn.model.activation import FloatActivation
from quantnn.model.input_scaling import InputScaling
from quantnn.model.network import FloatDense, FloatNetwork
from quantnn.quantization.sensitivity import sensitivities


def network_of(activations=("relu", "tanh", "linear"), outputs=3, decision="", seed=0):
    random = np.random.default_rng(seed)
    widths = [4, *range(6, 6 + len(activations) - 1), outputs]
    layers = tuple(
        FloatDense(random.normal(size=(a, b)), random.normal(size=b), name)
        for a, b, name in zip(widths, widths[1:], activations, strict=False)
    )
    return FloatNetwork(layers, InputScaling(1 / 64), decision=decision)


def samples(count=200, seed=1):
    return np.random.default_rng(seed).integers(0, 256, (count, 4))


def answers(network, raw, layer=None, errors=0.0):
    """The network's outputs, with errors added to the accumulators of one layer."""
    x = network.scaling(raw)
    for number, each in enumerate(network.layers):
        sums = x @ each.weights + each.bias + (errors if number == layer else 0.0)
        x = FloatActivation.named(each.activation).function(sums)
    return x


def test_sums_are_the_accumulators():
    network, raw = network_of(), samples()
    found = sensitivities(network, raw)
    assert np.allclose(np.maximum(found[0].sums, 0), network.activations(raw)[0])
    assert np.allclose(found[-1].sums, network.logits(raw))


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_of_values_it_is_their_square_error_beside_the_variance(layer):
    network, raw = network_of(decision="none"), samples()
    exact = answers(network, raw)
    unit = (np.square(exact - exact.mean(axis=0)) / exact.var(axis=0)).sum(axis=1).mean()
    weights = sensitivities(network, raw)[layer].weights
    for channel in range(weights.shape[1]):
        error = np.zeros(weights.shape[1])
        error[channel] = 1e-5
        lost = (np.square(answers(network, raw, layer, error) - exact) / exact.var(axis=0)).sum(axis=1)
        assert np.median(np.abs(weights[:, channel] * 1e-10 * unit - lost)) <= 1e-3 * np.median(lost) + 1e-16


def divergence(exact, changed, temperature):
    """Kullback-Leibler of softmaxes."""

    def logarithms(logits):
        scaled = logits / temperature
        return scaled - np.log(np.exp(scaled).sum(axis=1, keepdims=True))

    return (np.exp(logarithms(exact)) * (logarithms(exact) - logarithms(changed))).sum(axis=1)


@pytest.mark.parametrize("activations", [("relu", "linear"), ("relu", "tanh", "linear"), ("leaky_relu:0.1", "linear")])
def test_of_classes_layers_compare_by_what_the_probabilities_lose(activations):
    network, raw = network_of(activations), samples()
    exact = answers(network, raw)
    ordered = np.sort(exact, axis=1)
    temperature = np.median(ordered[:, -1] - ordered[:, -2]) / 4
    found = sensitivities(network, raw)
    lost, weights = [], []
    for layer, each in enumerate(found):
        for channel in range(each.weights.shape[1]):
            error = np.zeros(each.weights.shape[1])
            error[channel] = 1e-4
            lost.append(divergence(exact, answers(network, raw, layer, error), temperature))
            weights.append(each.weights[:, channel])
    lost, weights = np.array(lost), np.array(weights)
    seen = weights > 1e-2 * weights.max()
    ratios = lost[seen] / weights[seen]
    assert np.allclose(ratios, np.median(ratios), rtol=1e-2)


def test_a_threshold_is_a_sigmoid():
    network, raw = network_of(("relu", "linear"), outputs=1, decision="threshold"), samples()
    logits = answers(network, raw)[:, 0]
    probability = 1 / (1 + np.exp(-logits * 4 / np.median(np.abs(logits))))
    weights = sensitivities(network, raw)[-1].weights[:, 0]
    spread = probability * (1 - probability)
    assert np.allclose(weights / weights.max(), spread / spread.max())


def test_an_accumulator_that_a_relu_hides_does_not_matter():
    network, raw = network_of(("relu", "linear")), samples()
    first = sensitivities(network, raw)[0]
    assert not first.weights[first.sums < -1e-3].any()
    assert (first.weights[first.sums > 1e-3] > 0).any()


def test_blocks_do_not_matter(monkeypatch):
    network, raw = network_of(), samples(50)
    whole = sensitivities(network, raw)
    monkeypatch.setattr("quantnn.quantization.sensitivity._BLOCK", 7 * 3 * 7)
    for one, other in zip(whole, sensitivities(network, raw), strict=True):
        assert np.allclose(one.weights, other.weights)


def test_a_network_that_always_says_the_same_counts_every_error():
    layers = (FloatDense(np.zeros((4, 2)), np.array([1.0, 0.0])),)
    assert (sensitivities(FloatNetwork(layers), samples(5))[0].weights == 1).all()
