"""The same function of the inputs with hidden neurons of like size, so that one scale serves them all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from quantnn.arithmetic import Integers
from quantnn.model.activation import FloatActivation, Floats
from quantnn.model.network import FloatDense, FloatNetwork

__all__ = ["balanced"]

_KINDS = ("relu", "leaky_relu", "linear")
"""Activations that a positive factor passes through."""
_LEAST_BITS = 3
"""Factors below 2 to this are not worth a change."""
_CONSTANT = 4.0
"""How many times what varies of a neuron its constant part has to be."""


def balanced(network: FloatNetwork, samples: Integers) -> FloatNetwork:
    """The network with evened neurons; ``network`` itself where there is nothing to even out.

    Two changes are exact. A positive factor of a neuron passes through relu, leaky_relu and linear, so the next layer's
    weights take it back; factors are powers of two. And what a neuron is at least, over every possible input, is a
    constant that the next layer's bias can take over.

    A neuron gets the factor that makes its outputs as large, beside those of its layer, as its weights are in the next
    (Nagel et al., Data-Free Quantization Through Weight Equalization and Bias Correction, 2019).

    Parameters
    ----------
    samples : int64 array of shape (n, in_features)
        Raw inputs that are typical of what the network will see.
    """
    layers = list(network.layers)
    ends = np.array([[network.input.lo], [network.input.hi]]) * np.ones(network.in_features)
    low, high = np.sort(network.scaling(ends), axis=0)
    x = network.scaling(samples)
    changed = False
    for number in range(len(layers) - 1):
        layer, below = layers[number], layers[number + 1]
        if FloatActivation.named(layer.activation).kind in _KINDS:
            constant = _constant(layer, low, high)
            shifted = FloatDense(layer.weights, layer.bias - constant, layer.activation)
            factors = _factors(shifted, x, below.weights)
            if constant.any() or (factors != 1).any():
                changed = True
                layer = FloatDense(shifted.weights / factors, shifted.bias / factors, layer.activation)
                weights = below.weights * factors[:, np.newaxis]
                below = FloatDense(weights, below.bias + constant @ below.weights, below.activation)
                layers[number : number + 2] = [layer, below]
        positive, negative = np.maximum(layer.weights, 0), np.minimum(layer.weights, 0)
        low, high = low @ positive + high @ negative + layer.bias, high @ positive + low @ negative + layer.bias
        low, high = (FloatActivation.named(layer.activation).function(end) for end in (low, high))
        x = layer(x)
    return replace(network, layers=tuple(layers)) if changed else network


def _constant(layer: FloatDense, low: Floats, high: Floats) -> Floats:
    """What each neuron is at least, of those where it is far more than what varies; else 0."""
    positive, negative = np.maximum(layer.weights, 0), np.minimum(layer.weights, 0)
    least = low @ positive + high @ negative + layer.bias
    varies = (high - low) @ np.abs(layer.weights)
    return np.where((least > 0) & (least > _CONSTANT * varies), least, 0.0)


def _factors(layer: FloatDense, x: Floats, weights: Floats) -> Floats:
    """Powers of two by which to divide the outputs of a layer and multiply the next one's weights; 1 for most.

    A neuron that is silent on all samples only gets one where its weights would be larger than those of all others.
    """
    size = np.abs(layer(x)).max(axis=0)
    greatest = (np.abs(weights) * size[:, np.newaxis]).max(axis=0)
    importance = (np.abs(weights) / np.where(greatest > 0, greatest, np.inf)).max(axis=1)
    heard, silent = (size > 0) & (importance > 0), (size == 0) & (importance > 0)
    bits = np.zeros(len(size))
    if heard.any():
        bits[heard] = np.log2(size[heard] / importance[heard]) / 2
        bits[heard] -= np.median(bits[heard])
        most = (np.log2(importance[heard]) + bits[heard]).max()
        bits[silent] = np.minimum(most - np.log2(importance[silent]), 0.0)
    return np.exp2(np.where(np.abs(bits) >= _LEAST_BITS, np.round(bits), 0.0))
