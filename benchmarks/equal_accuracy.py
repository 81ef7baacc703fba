"""What a network of pendigits costs unrolled, rounded by cost, beside the nearest integers with da4ml.

    python benchmarks/equal_accuracy.py pendigits.csv --peers PYTHON [--seeds 0 1 2] [--drop 0.1]

Trains 16-64-32-32-10 with scikit-learn on rows 1 to 7494 of the file, and tests on the rest. All networks of a seed
come from that one float network: nearest integers of 8 and 6 bits, 8 bits between layers, and what quantnn.optimize
picks, judged by agreement on the training samples without their labels. PYTHON is an interpreter that has da4ml (its
hard_dc is 2, its default); it computes every network on 500 samples, bit for bit the same, and says its adders and
their cost in bits, saturation included. Beside these stands quantnn's own estimate of LUTs. Nothing is synthesized.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.neural_network import MLPClassifier

import quantnn
from quantnn.network.reference import evaluate
from quantnn.quantization.unrolled_cells import digits, unrolled_cells

TRAINING = 7494
LAYERS = (64, 32, 32)
CHECKED = 500
DA4ML = """
import sys
import numpy as np
from da4ml.trace import FixedVariableArray, HWConfig, comb_trace
from da4ml.trace.ops import quantize, relu
d = np.load(sys.argv[1])
n, last = int(d["inputs"]), int(d["layers"]) - 1
x = inputs = FixedVariableArray.from_kif(
    np.zeros(n, int), np.full(n, int(d["bits"])), np.zeros(n, int), HWConfig(1, -1, -1), 0.0, {"hard_dc": 2}
)
for l in range(last + 1):
    x = x @ d[f"W{l}"].astype(float) + d[f"b{l}"].astype(float)
    if l < last:
        x = quantize(relu(x) * 2.0 ** -d[f"s{l}"].astype(float), 0, int(d[f"a{l}"]), 0, "SAT", "TRN")
comb = comb_trace(inputs, x)
assert np.array_equal(comb.predict(d["x"].astype(float)).astype(int), d["y"])
print(sum(op.opcode in (0, 1) for op in comb.ops), comb.cost)
"""


def trained(x: np.ndarray, y: np.ndarray, seed: int) -> quantnn.Model:
    network = MLPClassifier(LAYERS, max_iter=60, random_state=seed, learning_rate_init=2e-3, alpha=1e-3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # sixty epochs are few, and enough
        network.fit((x - 50) / 50, y)
    activations = ["relu"] * len(LAYERS) + ["linear"]
    options = {"input_scale": 1 / 50, "input_mean": 1.0, "input_std": 1.0, "input_bits": 7}
    return quantnn.from_arrays(
        weights=network.coefs_, biases=network.intercepts_, activations=activations, **options
    )


def da4ml(python: Path, network: quantnn.Network, samples: np.ndarray) -> tuple[int, float]:
    """Adders, and their cost in bits."""
    integers = network.integers
    arrays = {"inputs": integers.in_features, "layers": len(integers.layers), "bits": integers.input.width}
    for number, layer in enumerate(integers.layers):
        m, s, r = (np.array(getattr(layer.requantizer, name)) for name in ("multipliers", "shifts", "roundings"))
        arrays |= {f"W{number}": layer.weights * m, f"b{number}": layer.bias * m + r, f"s{number}": s}
        arrays[f"a{number}"] = layer.output.width
    arrays |= {"x": samples, "y": evaluate(integers, samples).logits}
    with tempfile.TemporaryDirectory() as scratch:
        np.savez(Path(scratch) / "network.npz", **arrays)
        command = [str(python), "-c", DA4ML, str(Path(scratch) / "network.npz")]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return int(told[-2]), float(told[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--peers", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--drop", type=float, default=0.1)
    options = parser.parse_args()
    rows = np.genfromtxt(options.data, delimiter=",", skip_header=1)[:, 1:].astype(np.int64)
    (x, y), (test_x, test_y) = ((part[:, :16], part[:, 16]) for part in (rows[:TRAINING], rows[TRAINING:]))
    console = Console()
    for seed in options.seeds:
        model = trained(x, y, seed)
        start = time.process_time()
        found = quantnn.optimize(model, calibration=x, max_accuracy_drop=options.drop)
        seconds = time.process_time() - start
        console.print(found)
        networks = {f"nearest {bits}": quantnn.quantize(model, calibration=x, weight_bits=bits) for bits in (8, 6)}
        networks["by cost"] = found.pick
        table = Table("network", "digits", "adders, da4ml", "bits, da4ml", "× nearest 6", "LUTs", "test accuracy")
        figures = {name: da4ml(options.peers, network, test_x[:CHECKED]) for name, network in networks.items()}
        for name, network in networks.items():
            adders, bits = figures[name]
            right = float((network.predict(test_x) == test_y).mean())
            share = f"{bits / figures['nearest 6'][1]:.3f}"
            cells = f"{unrolled_cells(network.integers):,}"
            counts = (f"{digits(network.integers):,}", f"{adders:,}", f"{bits:,.0f}")
            table.add_row(name, *counts, share, cells, f"{right:.4f}")
        console.print(table)
        exact = float((model.predict(test_x) == test_y).mean())
        print(f"seed {seed}: float {exact:.4f}; the search took {seconds:.0f} s of processor time", flush=True)


if __name__ == "__main__":
    main()
