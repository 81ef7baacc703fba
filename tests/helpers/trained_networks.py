"""Float networks and samples that are like trained ones: inputs depend on each other, and all neurons matter."""

from itertools import pairwise

import numpy as np

from quantnn.model.input_scaling import InputScaling
from quantnn.model.network import FloatDense, FloatNetwork
from quantnn.network.reference import evaluate


def float_network(seed=0, widths=(8, 12, 10, 4), activation="relu", last="linear", **fields):
    random = np.random.default_rng(seed)
    layers = []
    for number, (inputs, count) in enumerate(pairwise(widths)):
        weights, bias = random.normal(0, 1.4 / np.sqrt(inputs), (inputs, count)), random.normal(0, 0.2, count)
        layers.append(FloatDense(weights, bias, last if number == len(widths) - 2 else activation))
    fields.setdefault("scaling", InputScaling(1 / 64, 2.0, 1.0))
    return FloatNetwork(tuple(layers), **fields)


def samples(network, count=600, seed=1):
    """Inputs that depend on each other, as those of real data do."""
    random = np.random.default_rng(seed)
    mixed = random.normal(size=(count, 4)) @ random.normal(size=(4, network.in_features))
    return np.clip(np.round(128 + 30 * mixed), 0, 255).astype(np.int64)


def noise(network, integer, raw):
    """Mean square error of the outputs beside their variance."""
    exact = network.logits(raw)
    scale = np.asarray(integer.layers[-1].scale)
    return (np.square(evaluate(integer, raw).logits * scale - exact).mean(axis=0) / exact.var(axis=0)).mean()
