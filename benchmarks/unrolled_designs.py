"""Networks for unrolled.py, as layers with samples and their answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from quantnn.arithmetic import Box, IntegerRange, Integers, Requantizer
from quantnn.network.layers import Dense
from quantnn.network.network import IntegerNetwork
from quantnn.network.reference import evaluate

__all__ = ["Case", "kernels", "narrow", "pendigits"]

BYTE, PIXEL = IntegerRange(0, 255), IntegerRange(0, 100)
ACCUMULATOR = IntegerRange(-(2**40), 2**40)
SAMPLES = 500


@dataclass(frozen=True, eq=False)
class Case:
    """A network as layers, with samples and the answers of all layers.

    Parameters
    ----------
    path : Path or None
        The file that peers can read it from.
    """

    name: str
    layers: tuple[Dense, ...]
    inputs: Box
    samples: Integers
    answers: tuple[Integers, ...]
    path: Path | None = None

    @classmethod
    def of(cls, name: str, layers: list[Dense], values: IntegerRange, samples: Integers) -> Case:
        network = IntegerNetwork(values, layers)
        answers = tuple(evaluate(network, samples).layers)
        return cls(name, tuple(layers), Box.uniform(values, network.in_features), samples, answers)

    @classmethod
    def load(cls, path: Path) -> Case:
        """Of a file as unrolled.py says; its answers must be what the reference gives."""
        with np.load(path) as arrays:
            dims, layers = arrays["dims"].tolist(), []
            for number, channels in enumerate(dims[1:]):
                weights, shift = arrays[f"W{number}"].astype(np.int64), arrays["shifts"]
                rule = Requantizer.make(channels, ACCUMULATOR)
                if number < len(dims) - 2:
                    shifts = {"shift": int(shift[number]), "truncate": True}
                    rule = Requantizer.make(channels, BYTE, negative_multiplier=0, **shifts)
                layers.append(dense(weights, rule, arrays[f"b{number}"].astype(np.int64)))
            made = cls.of(path.stem, layers, IntegerRange(-128, 127), arrays["x"].astype(np.int64))
            if not np.array_equal(made.answers[-1], arrays["y"]):
                raise SystemExit(f"the reference must give the answers of {path}")
            return cls(made.name, made.layers, made.inputs, made.samples, made.answers, path)


def dense(weights: Integers, rule: Requantizer, bias: Integers | None = None) -> Dense:
    limit = max(1, int(np.abs(weights).max()))
    bias = np.zeros(weights.shape[1], dtype=np.int64) if bias is None else bias
    return Dense(bias, rule, weights=weights, weight_range=IntegerRange(-limit, limit))


def kernels(folder: Path, most: int = 32) -> Iterator[Case]:
    """The matrices `W` of a folder, up to so many outputs: a layer without bias each, of signed bytes."""
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as arrays:
            if "W" in arrays and arrays["W"].shape[1] <= most:
                weights = arrays["W"].astype(np.int64)
                layer = dense(weights, Requantizer.make(weights.shape[1], ACCUMULATOR))
                samples = np.random.default_rng(1).integers(-128, 128, (SAMPLES, len(weights)))
                yield Case.of(path.stem, [layer], IntegerRange(-128, 127), samples)


def narrow(bits: int, inputs: int = 256, outputs: tuple[int, int] = (32, 10)) -> Case:
    """Two layers of random ternary weights, a tenth of them not 0, with values of so many bits."""
    random, values = np.random.default_rng(bits), IntegerRange(0, (1 << bits) - 1)
    samples = random.integers(0, 1 << bits, (SAMPLES, inputs))
    first, last = (
        np.where(random.random(shape) < density, random.choice([-1, 1], shape), 0)
        for shape, density in (((inputs, outputs[0]), 0.1), (outputs, 0.5))
    )
    sums = samples @ first
    shift = max(0, int(np.log2(max(1.0, float(sums.std())))) - bits + 1)
    rule = Requantizer.make(outputs[0], values, negative_multiplier=0, shift=shift)
    layers = [dense(first, rule, np.rint(-sums.mean(axis=0)).astype(np.int64))]
    layers.append(dense(last, Requantizer.make(outputs[1], ACCUMULATOR)))
    return Case.of(f"{inputs}-{outputs[0]}-{outputs[1]} {bits}-bit", layers, values, samples)


def pendigits(data: Path, layers: tuple[int, ...] = (32, 16), epochs: int = 30) -> Case:
    """A network trained on a file as equal_accuracy.py takes it, rounded to weights of 6 bits."""
    import warnings

    from sklearn.neural_network import MLPClassifier

    import quantnn

    rows = np.genfromtxt(data, delimiter=",", skip_header=1)[:, 1:].astype(np.int64)
    x, y = rows[:7494, :16], rows[:7494, 16]
    float_network = MLPClassifier(layers, max_iter=epochs, random_state=0, learning_rate_init=2e-3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # so few epochs are enough for what is measured here
        float_network.fit((x - 50) / 50, y)
    model = quantnn.from_arrays(
        weights=float_network.coefs_,
        biases=float_network.intercepts_,
        activations=["relu"] * len(layers) + ["linear"],
        input_scale=1 / 50,
        input_mean=1.0,
        input_std=1.0,
        input_bits=7,
    )
    network = quantnn.quantize(model, calibration=x, weight_bits=6).integers
    name = "-".join(map(str, (16, *layers, 10)))
    return Case.of(f"pendigits {name}", list(network.layers), network.input, rows[7494 : 7494 + SAMPLES, :16])
