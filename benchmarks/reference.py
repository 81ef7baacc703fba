"""Exact integer inference beside the plain float32 forward pass, both in numpy with the same threads.

python benchmarks/reference.py MODEL.npz SAMPLES.npy
"""

from __future__ import annotations

import statistics
import sys
import time

import numpy as np

from quantnn.importers.npz import load_model
from quantnn.network.reference import accumulate, evaluate
from quantnn.quantization.post_training import quantize

REPEATS = 15


def main(model: str, samples: str) -> None:
    network = load_model(model)
    integer = quantize(network)
    x = np.load(samples)
    layers = [(w.weights.astype(np.float32), w.bias.astype(np.float32), w.activation) for w in network.layers]
    scale = np.float32(network.scaling.slope)

    def plain() -> np.ndarray:
        values = x.astype(np.float32) * scale
        for weights, bias, activation in layers:
            values = values @ weights + bias
            if activation == "relu":
                values = np.maximum(values, 0)
        return values.argmax(axis=1)

    def exact() -> np.ndarray:
        return evaluate(integer, x, hidden=False).classes

    slow = x.astype(np.int64)
    for layer in integer.layers:
        slow = layer.finish(accumulate(layer, slow))
    assert np.array_equal(evaluate(integer, x).logits, slow), "not identical to the int64 evaluation"

    times: dict[str, list[float]] = {"plain": [], "exact": []}
    for _ in range(REPEATS):
        for name, function in (("plain", plain), ("exact", exact)):
            start = time.perf_counter()
            function()
            times[name].append(time.perf_counter() - start)
    plain_ms, exact_ms = (1e3 * statistics.median(times[name]) for name in ("plain", "exact"))
    print(
        f"{len(x)} samples: float32 {plain_ms:.1f} ms, exact integers {exact_ms:.1f} ms,"
        f" speed ratio {plain_ms / exact_ms:.2f}; identical to int64"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
