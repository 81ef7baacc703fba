"""Post-training quantization: a float network in, an integer network out.

Scales are powers of two, so that requantization is a shift: weights have one per output channel, activations one per
layer, chosen to lose least on the calibration samples.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from quantnn.arithmetic import Box, Integers
from quantnn.errors import InputError
from quantnn.model.activation import Floats
from quantnn.model.network import FloatDense, FloatNetwork
from quantnn.network.layers import Dense, Layer
from quantnn.network.network import IntegerNetwork
from quantnn.network.reference import accumulate, evaluate
from quantnn.network.samples import Samples, spread
from quantnn.quantization.balance import balanced
from quantnn.quantization.dense import quantize_dense
from quantnn.quantization.input import quantize_input
from quantnn.quantization.precision import Precision
from quantnn.quantization.weights import QuantizedTensor

__all__ = ["DenseQuantizer", "evened", "quantize", "quantize_layers"]

_CALIBRATION_SAMPLES = 2048
_CLEARLY = 2.0
"""How many times less the noise of a balanced network has to be."""
_TRIAL_SAMPLES = 256
_TOO_LARGE = "its numbers, or their squares, leave a float64; train it again with normalized inputs"


class DenseQuantizer(Protocol):
    """Makes the integer form of a dense layer that becomes layer ``number`` of the integer network."""

    def __call__(
        self, number: int, layer: FloatDense, tensor: QuantizedTensor, precision: Precision, *, decision: str
    ) -> Dense: ...


def _freely(
    number: int, layer: FloatDense, tensor: QuantizedTensor, precision: Precision, *, decision: str
) -> Dense:
    return quantize_dense(layer, tensor, precision, decision=decision)


def quantize(
    network: FloatNetwork,
    calibration: Samples | None = None,
    precision: Precision = Precision(),
    dense_layer: DenseQuantizer = _freely,
) -> IntegerNetwork:
    """Quantize a float network.

    Parameters
    ----------
    calibration : int64 of shape (n, in_features), optional
        Raw inputs, of which 2048 are read; without them the network's own are used, and without those the proven
        interval bounds, which are wide: accuracy then suffers.
    dense_layer : DenseQuantizer
        What makes the dense layers; by default whatever loses least.

    Raises
    ------
    InputError
        The network cannot be expressed: its scales are too far apart, or its numbers leave a float64.
    """
    given = network.calibration if calibration is None else calibration
    samples = None if given is None else spread(given, _CALIBRATION_SAMPLES)
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        return quantize_layers(evened(network, calibration, precision), samples, precision, dense_layer)


def evened(network: FloatNetwork, calibration: Samples | None, precision: Precision) -> FloatNetwork:
    """What :func:`quantize` quantizes: the network with balanced neurons, if that loses clearly less; else as it is."""
    given = network.calibration if calibration is None else calibration
    if given is None:
        return network
    samples = spread(given, _TRIAL_SAMPLES)
    try:
        even = balanced(network, samples)
        exact = network.logits(samples)
    except (ArithmeticError, InputError, ValueError):
        return network
    if even is network:
        return network

    def noise(candidate: FloatNetwork) -> float:
        try:
            integer = quantize_layers(candidate, samples, precision, _freely)
        except InputError:
            return float("inf")
        with np.errstate(all="ignore"):
            errors = exact - evaluate(integer, samples).logits * np.asarray(integer.layers[-1].scale)
            each: Floats = np.square(errors).sum(axis=0)
            if network.decision != "none":
                return float(each.sum())
            signal = np.square(exact).sum(axis=0)
            heard = signal > 0
            return float((each[heard] / signal[heard]).sum())

    return even if noise(even) < noise(network) / _CLEARLY else network


def quantize_layers(
    network: FloatNetwork, samples: Integers | None, precision: Precision, dense_layer: DenseQuantizer
) -> IntegerNetwork:
    """Quantize a network layer by layer, exactly as it is, on all of these samples.

    Raises
    ------
    InputError
        As :func:`quantize`.
    """
    layers: list[Layer] = []
    try:
        first, slope, offset = quantize_input(
            network.scaling, network.input, network.in_features, samples, precision, fold=network.sensor is not None
        )
    except ArithmeticError:
        raise InputError(f"The input scaling cannot be quantized: {_TOO_LARGE}") from None
    tensor = QuantizedTensor(Box.uniform(network.input, network.in_features), slope, offset, samples)
    if first is not None:
        layers.append(first)
        tensor = _after(first, tensor, slope, offset)
    for number, layer in enumerate(network.layers):
        try:
            last = number == len(network.layers) - 1
            dense = dense_layer(len(layers), layer, tensor, precision, decision=network.decision if last else "")
        except ValueError as error:
            raise InputError(f"Layer {number} cannot be quantized: {error}") from None
        except ArithmeticError:
            raise InputError(f"Layer {number} cannot be quantized: {_TOO_LARGE}") from None
        layers.append(dense)
        count = dense.out_features
        tensor = _after(dense, tensor, np.broadcast_to(dense.scale, count).astype(np.float64), np.zeros(count))
    return IntegerNetwork(
        network.input,
        tuple(layers),
        classify=network.decision != "none",
        input_scale=float(network.scaling.slope.flat[0]) if network.scaling.uniform else 1.0,
        sensor=network.sensor,
        class_names=network.class_names,
        input_shape=network.input_shape,
    )


def _after(layer: Layer, tensor: QuantizedTensor, slope: Floats, offset: Floats) -> QuantizedTensor:
    samples = None if tensor.samples is None else layer.finish(accumulate(layer, tensor.samples))
    return QuantizedTensor(layer.output_box(tensor.box), slope, offset, samples)
