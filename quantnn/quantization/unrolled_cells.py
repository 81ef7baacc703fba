"""The logic that an integer network takes where its weights are wires."""

from __future__ import annotations

import numpy as np

from quantnn.adders.solve import Effort, solve
from quantnn.network.layers import Dense
from quantnn.network.network import IntegerNetwork
from quantnn.plan.unrolled.pipeline import UnrolledPipeline, linear_maps
from quantnn.plan.unrolled.schedule import Pipelining
from quantnn.quantization.signed_digits import digit_counts

__all__ = ["digit_bits", "digits", "unrolled_cells"]


def digits(network: IntegerNetwork) -> int:
    """Signed powers of two of all weights."""
    return sum(int(digit_counts(layer.weights).sum()) for layer in network.layers if isinstance(layer, Dense))


def digit_bits(network: IntegerNetwork) -> int:
    """A quick measure of the same logic, for comparisons: digits times the bits of the inputs that they multiply."""
    total = 0
    for layer, box in zip(network.layers, network.input_boxes, strict=True):
        if isinstance(layer, Dense):
            widths = np.ceil(np.log2((box.hi - box.lo).astype(np.float64) + 1)).astype(np.int64)
            total += int((digit_counts(layer.weights) * widths[:, np.newaxis]).sum())
    return total


def unrolled_cells(network: IntegerNetwork) -> int:
    """An estimate of the 4-input LUTs, with sums shared as far as the first, quick search finds, and no registers.

    Raises
    ------
    DoesNotFitError
        The network cannot be unrolled.
    """
    box = network.input_boxes[0]
    graphs = [solve(wanted, Effort()) for wanted in linear_maps(network.layers, box)]
    pipeline = UnrolledPipeline.of(network.layers, box, Pipelining(1), graphs)
    return sum(operation.luts() for operation in pipeline.operations)
