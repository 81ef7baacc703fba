"""What a network of pendigits costs unrolled, rounded by cost, beside the nearest integers with da4ml.

    python benchmarks/equal_accuracy.py pendigits.csv --peers PYTHON [--seeds 0 1 2] [--drop P] [--synthesize]

Trains 16-64-32-32-10 with scikit-learn on rows 1 to 7494 of the file, and tests on the rest. All networks of a seed
come from that one float network: nearest integers of 8 and 6 bits, 8 bits between layers, and what quantnn.optimize
picks, which sees the training samples without their labels. PYTHON is an interpreter that has da4ml (its hard_dc is 2,
its default); it computes every network on 500 samples, bit for bit the same, and says its adders and their cost in
bits, saturation included. Beside these stands quantnn's own estimate of LUTs. At the end stand the sums over all seeds.

--synthesize has the 6-bit network from da4ml and the pick from quantnn, as pipelines of as many register banks, go
through Yosys as unrolled.py does it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
import warnings
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.neural_network import MLPClassifier
from unrolled import HEAD, ours, theirs
from unrolled_designs import Case

import quantnn
from quantnn.adders.solve import Effort
from quantnn.api.optimized import DROP
from quantnn.quantization.unrolled_cells import digits, unrolled_cells

TRAINING = 7494
LAYERS = (64, 32, 32)
CHECKED = 500
CUTOFF, MOVES = 5, 20_000
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


def case_of(network: quantnn.Network, samples: np.ndarray, path: Path) -> Case:
    """For both tools; its file is what unrolled_peers.py takes."""
    integers = network.integers
    dims = [integers.in_features, *(layer.out_features for layer in integers.layers)]
    arrays = {"dims": np.array(dims), "inputs": np.array([0, integers.input.width])}
    for number, layer in enumerate(integers.layers):
        m, s, r = (np.array(getattr(layer.requantizer, name)) for name in ("multipliers", "shifts", "roundings"))
        arrays |= {f"W{number}": layer.weights * m, f"b{number}": layer.bias * m + r, f"s{number}": s}
        arrays[f"a{number}"] = layer.output.width
    case = Case.of(path.stem, list(integers.layers), integers.input, samples)
    np.savez(path, x=samples, y=case.answers[-1], **arrays)
    return replace(case, path=path)


def da4ml(python: Path, case: Case) -> tuple[int, float]:
    """Adders, and their cost in bits."""
    folder, script = case.path.with_suffix(""), Path(__file__).with_name("unrolled_peers.py")
    subprocess.run([python, script, "da4ml", case.path, str(CUTOFF), folder], check=True, stdout=subprocess.DEVNULL)
    made = json.loads((folder / "peer.json").read_text(encoding="utf-8"))
    return made["adders"], made["cost"]


def synthesize(python: Path, nearest: Case, picked: Case) -> None:
    options = argparse.Namespace(peers=python, cutoff=CUTOFF, route=False, simulate=False)
    peer = theirs("da4ml", nearest, None, options)
    print(HEAD)
    print(peer.text(nearest.name, None), flush=True)
    print(ours(picked, Effort(MOVES, 0), peer.banks, options).text(picked.name, peer.cells.lut4eq), flush=True)


@dataclass
class Total:
    """Of one kind of network, over seeds."""

    bits: float = 0
    right: int = 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--peers", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--drop", type=float, default=DROP)
    parser.add_argument("--synthesize", action="store_true")
    options = parser.parse_args()
    rows = np.genfromtxt(options.data, delimiter=",", skip_header=1)[:, 1:].astype(np.int64)
    (x, y), (test_x, test_y) = ((part[:, :16], part[:, 16]) for part in (rows[:TRAINING], rows[TRAINING:]))
    console, exact, total = Console(), 0, defaultdict(Total)
    for seed in options.seeds:
        model = trained(x, y, seed)
        start = time.process_time()
        found = quantnn.optimize(model, calibration=x, max_accuracy_drop=options.drop)
        seconds = time.process_time() - start
        console.print(found)
        networks = {f"nearest {bits}": quantnn.quantize(model, calibration=x, weight_bits=bits) for bits in (8, 6)}
        networks["by cost"] = found.pick
        table = Table("network", "digits", "adders, da4ml", "bits, da4ml", "× nearest 6", "LUTs", "right")
        with tempfile.TemporaryDirectory() as scratch:
            cases = {
                name: case_of(network, test_x[:CHECKED], Path(scratch) / f"{name}.npz")
                for name, network in networks.items()
            }
            figures = {name: da4ml(options.peers, case) for name, case in cases.items()}
            for name, network in networks.items():
                adders, bits = figures[name]
                right = int((network.predict(test_x) == test_y).sum())
                total[name].bits += bits
                total[name].right += right
                share = f"{bits / figures['nearest 6'][1]:.3f}"
                cells = f"{unrolled_cells(network.integers):,}"
                counts = (f"{digits(network.integers):,}", f"{adders:,}", f"{bits:,.0f}")
                table.add_row(name, *counts, share, cells, f"{right} = {right / len(test_y):.4f}")
            console.print(table)
            right = int((model.predict(test_x) == test_y).sum())
            exact += right
            print(f"seed {seed}: float {right} right of {len(test_y)}; {seconds:.0f} s of processor time", flush=True)
            if options.synthesize:
                synthesize(options.peers, cases["nearest 6"], cases["by cost"])
    peer = total["nearest 6"].bits
    print(f"all seeds: float {exact} right; " + "; ".join(
        f"{name} {each.right}, {each.bits / peer:.3f} of the bits" for name, each in total.items()
    ))  # fmt: skip


if __name__ == "__main__":
    main()
