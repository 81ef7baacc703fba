"""Small quantized networks, as importers make them of a file's operators."""

from itertools import pairwise

import numpy as np

from quantnn.arithmetic import IntegerRange
from quantnn.importers.operators.float_network import InputFormat
from quantnn.importers.operators.integer_network import integer_network
from quantnn.importers.operators.operator import Activate, IntegerLinear, Quantize
from quantnn.model.activation import FloatActivation

__all__ = ["byte_network", "linear", "quantize"]


def linear(rng, inputs, outputs, scale=0.02):
    return IntegerLinear(
        f"fc{outputs}",
        "Gemm",
        integers=rng.integers(-127, 128, (inputs, outputs)),
        scale=np.asarray(scale),
        bias=rng.normal(size=outputs),
        range=IntegerRange(-127, 127),
    )


def quantize(scale, zero=0, lo=0, hi=255):
    return Quantize("q", "QuantizeLinear", scale=scale, zero=zero, lo=lo, hi=hi)


def byte_network(seed=1, sizes=(6, 5, 3), zero=0, **others):
    """Inputs of floats in 0..1, bytes between layers, a relu, and classes."""
    rng = np.random.default_rng(seed)
    operators = [quantize(1 / 255, zero)]
    for inputs, outputs in pairwise(sizes):
        operators += [linear(rng, inputs, outputs), Activate("", "Relu", FloatActivation("relu")), quantize(0.1)]
    operators = [*operators[:-2], quantize(0.1, 128)]
    return integer_network(operators, "model.onnx", InputFormat((sizes[0],)), **others)[0]
