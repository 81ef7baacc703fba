"""A small design to export, and faults to plant into what was exported."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import oracle

import quantnn.boards
from quantnn.arithmetic import IntegerRange, ceil_div
from quantnn.board.board import load_board
from quantnn.design.export import ExportOptions, export
from quantnn.model.network import FloatDense, FloatNetwork
from quantnn.plan.core_name import CORE

__all__ = [
    "SHAPE", "export_tiny", "faulty_network", "first_difference", "flip_bit", "flip_weight", "invented_board",
    "random_model", "save_model", "small_board", "small_options",
]

DE10_LITE = Path(quantnn.boards.__file__).with_name("de10_lite.toml")
SHAPE = (6, 5, 4, 3)
SAMPLES = 30
CALIBRATION = 50


def save_model(folder: Path, **changes) -> Path:
    """A model file of three layers with random weights; changes are arrays, or None to leave one out."""
    random = np.random.default_rng(7)
    arrays = {"activations": np.array(["relu", "relu", "softmax"]), "input_scale": 1 / 255}
    for number, (inputs, outputs) in enumerate(pairwise(SHAPE)):
        arrays |= {f"W{number}": random.normal(size=(inputs, outputs)), f"b{number}": random.normal(size=outputs) / 4}
    arrays["calibration"] = random.integers(0, 256, (CALIBRATION, SHAPE[0]))
    path = folder / "small.npz"
    np.savez(path, **{name: array for name, array in (arrays | changes).items() if array is not None})
    return path


def small_board(multipliers=20):
    """A board so small that the layers have to be folded."""
    board = load_board("de10-lite")
    scarce = replace(board.resources.multipliers, count=multipliers)
    return replace(board, resources=replace(board.resources, multipliers=scarce))


def invented_board(folder, block_rams, logic_elements, multipliers):
    """A board of one's own: a small device on a DE10-Lite."""
    text = DE10_LITE.read_text().replace('name = "de10-lite"', 'name = "own"')
    counts = {"count = 182": block_rams, "count = 49_760": logic_elements, "count = 288": multipliers}
    for old, new in counts.items():
        assert text.count(old) == 1
        text = text.replace(old, f"count = {new}")
    (folder / "own.toml").write_text(text)
    return load_board(folder / "own.toml")


def random_model(inputs, outputs, samples=20):
    random = np.random.default_rng(0)
    layer = FloatDense(random.normal(size=(inputs, outputs)), np.zeros(outputs))
    return FloatNetwork((layer,), calibration=random.integers(0, 256, (samples, inputs)))


def small_options(model, **changes):
    """With test samples, labelled as the float model answers but for the first three."""
    samples = np.random.default_rng(8).integers(0, 256, (SAMPLES, SHAPE[0]))
    labels = model.classes(samples)
    labels[:3] = (labels[:3] + 1) % SHAPE[-1]
    given = {"test_inputs": samples, "test_labels": labels, "name": "small.npz", "board": small_board()}
    return ExportOptions(**(given | changes))


def export_tiny(folder: Path, multipliers: int, samples: int = 20) -> Path:
    """Two small layers on few multipliers, for what takes long."""
    random = np.random.default_rng(3)
    layers = tuple(
        FloatDense(random.normal(size=(inputs, outputs)), random.normal(size=outputs), activation)
        for inputs, outputs, activation in ((5, 4, "relu"), (4, 3, "softmax"))
    )
    model = FloatNetwork(layers, calibration=random.integers(0, 256, (CALIBRATION, 5)))
    inputs = random.integers(0, 256, (samples, 5))
    export(model, folder, ExportOptions(board=small_board(multipliers), test_inputs=inputs, name="tiny"))
    return folder


def flip_bit(design: Path, memory: str, word: int, bit: int) -> None:
    """Turn a bit of a memory of the exported core; a memory in parts is one file after the other."""
    for path in sorted((design / "core").glob(f"{CORE}_{memory}*.mem")):
        lines = path.read_text().splitlines()
        if word < len(lines):
            digits = list(lines[word])
            digits[-1 - bit] = "10"[int(digits[-1 - bit])]
            lines[word] = "".join(digits)
            path.write_text("\n".join(lines) + "\n")
            return
        word -= len(lines)
    raise LookupError(f"{memory} has no such word")


def flip_weight(design: Path, report, layer: int, input: int, neuron: int, bit: int) -> None:
    """Turn a bit of one weight, where docs/core.md says that it stands."""
    entry = report.layers[layer]
    columns = ceil_div(entry.in_features, entry.simd)
    word = neuron // entry.pe * columns + input // entry.simd
    place = neuron % entry.pe * entry.simd + input % entry.simd
    flip_bit(design, f"layer_{layer}_mac_weights", word, place * entry.weights.bits + bit)


def faulty_network(network, layer: int, input: int, neuron: int, bit: int):
    """The network with that weight."""
    right = network.layers[layer]
    bits = right.weight_range.width
    weights = right.weights.copy()
    stored = (int(weights[input, neuron]) ^ (1 << bit)) & ((1 << bits) - 1)
    weights[input, neuron] = stored - ((stored >> (bits - 1)) << bits)
    wrong = replace(right, weights=weights, weight_range=IntegerRange.of_format(bits, signed=True))
    return replace(network, layers=(*network.layers[:layer], wrong, *network.layers[layer + 1 :]))


def first_difference(network, faulty, samples):
    """(layer, neuron, sample, got, expected) of the first output that differs, by exact rational arithmetic."""
    for number, sample in enumerate(samples):
        pairs = zip(oracle.outputs(faulty, sample), oracle.outputs(network, sample), strict=True)
        for layer, (got, expected) in enumerate(pairs):
            for neuron, (a, b) in enumerate(zip(got, expected, strict=True)):
                if a != b:
                    return layer, neuron, number, a, b
    return None
