"""Layers of QKeras."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from quantnn.importers.format import Support
from quantnn.importers.keras.dense import checked_dense
from quantnn.importers.keras.layer import Layer, Shape
from quantnn.importers.keras.quantized_activations import quantized_activation
from quantnn.importers.keras.quantized_weights import quantized_kernel, quantized_values
from quantnn.importers.keras.quantizer import Quantizer
from quantnn.importers.keras.scaling import batch_normalization
from quantnn.importers.operators.operator import IntegerLinear, Linear, Operator
from quantnn.model.activation import Floats

__all__ = ["QUANTIZERS", "q_activation", "q_batch_normalization", "q_dense"]

Weights = Mapping[str, Floats]
Result = tuple[list[Operator], Shape]


def q_dense(layer: Layer, shape: Shape, weights: Weights) -> Result:
    """A dense layer whose weights and biases are quantized each time, and its activation."""
    kernel, bias, behind = checked_dense(shape, weights)
    bias = quantized_values(Quantizer.parsed(layer.config.get("bias_quantizer")), bias)
    quantizer = Quantizer.parsed(layer.config.get("kernel_quantizer"))
    if quantizer is None:
        return [Linear(layer.name, layer.kind, kernel, bias), *quantized_activation(layer)], behind
    whole = quantized_kernel(quantizer, kernel)
    linear = IntegerLinear(
        layer.name, layer.kind, integers=whole.integers, scale=whole.scale, bias=bias, range=whole.range
    )
    return [linear, *quantized_activation(layer)], behind


def q_activation(layer: Layer, shape: Shape, weights: Weights) -> Result:
    return quantized_activation(layer), shape


def q_batch_normalization(layer: Layer, shape: Shape, weights: Weights) -> Result:
    """A normalization whose four arrays are quantized."""
    named = {"gamma": "gamma", "beta": "beta", "moving_mean": "mean", "moving_variance": "variance"}
    found = {
        role: quantized_values(Quantizer.parsed(layer.config.get(f"{named[role]}_quantizer")), np.asarray(values))
        for role, values in weights.items()
    }
    if layer.config.get("inverse_quantizer") is not None:
        raise ValueError("its inverse_quantizer must be none: give quantizers of gamma and variance")
    return batch_normalization(layer, shape, found), shape


QUANTIZERS = (
    Support("quantized_bits", "exact", "integers kept; alpha a number, and for weights auto or auto_po2, too"),
    Support("quantized_relu", "exact", "with a slope that is a power of two; without use_sigmoid"),
    Support("binary, ternary", "exact", "integers kept; of tensors with alpha as a number"),
    Support("quantized_po2, quantized_relu_po2", "exact", "of weights that 16 bits can hold; refused for tensors"),
    Support(
        "quantized_tanh, quantized_sigmoid, quantized_ulaw, quantized_hswish, stochastic_ternary, stochastic_binary,"
        " bernoulli",
        "refused",
        "train with one of the quantizers above",
    ),
)
"""What becomes of QKeras' quantizers."""
