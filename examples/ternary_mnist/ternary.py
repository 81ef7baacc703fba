"""Sparse ternary networks: trained with straight-through estimators, in numpy.

Weights are −1, 0 or 1, inputs 0 or 1, hidden activations 0 to 3. Floats stand behind all of them while the network is
trained: an optimizer moves these, what is computed with are the integers, and gradients pass the rounding as if it were
not there. Every neuron has a batch normalization whose gain is a power of two, so that in hardware it is a shift.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

__all__ = ["IntegerLayer", "TernaryLayer", "TernaryRecipe", "classes", "train_ternary"]

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]

LEVELS = 3
"""The greatest hidden activation."""

_SAME = 1e-5
_MOST_SHIFT = 12


@dataclass(frozen=True)
class TernaryRecipe:
    """How a network is trained.

    Parameters
    ----------
    sizes : tuple of int
        Inputs, hidden neurons of each layer, classes.
    densities : tuple of float
        Share of a layer's weights that are not 0 at the end, above 0 and at most 1.
    epochs : int
        Weights are pruned, from half of them on, over the first 60 % of the epochs.
    rate : float
        Adam's learning rate at first; it falls to 0 along a cosine.
    batch : int
    seed : int
    """

    sizes: tuple[int, ...]
    densities: tuple[float, ...]
    epochs: int = 30
    rate: float = 3e-3
    batch: int = 250
    seed: int = 0

    def __post_init__(self) -> None:
        if len(self.sizes) < 2 or len(self.densities) != len(self.sizes) - 1:
            raise ValueError(f"There must be a density per layer, not {self.densities} for sizes {self.sizes}")
        if not all(0 < density <= 1 for density in self.densities):
            raise ValueError(f"Densities must lie in 0..1, not be {self.densities}")


@dataclass(frozen=True, eq=False)
class IntegerLayer:
    """``saturate((x @ weights + bias) >> shift)`` to 0..3; of the last layer, the sums.

    Parameters
    ----------
    weights : int64 array of shape (inputs, outputs)
        −1, 0, 1.
    bias, shift : int64 array of shape (outputs,)
    """

    weights: Integers
    bias: Integers
    shift: Integers


class Adam:
    """One array, moved against its gradient."""

    def __init__(self, values: Floats) -> None:
        self.values = values
        self._mean, self._square = np.zeros_like(values), np.zeros_like(values)
        self._steps = 0

    def step(self, gradient: Floats, rate: float) -> None:
        self._steps += 1
        self._mean += 0.1 * (gradient - self._mean)
        self._square += 0.001 * (gradient * gradient - self._square)
        bias = np.sqrt(1 - 0.999**self._steps) / (1 - 0.9**self._steps)
        self.values -= np.float32(rate * bias) * self._mean / (np.sqrt(self._square) + np.float32(1e-8))


class TernaryLayer:
    """A layer in training."""

    def __init__(self, random: np.random.Generator, inputs: int, outputs: int, last: bool) -> None:
        self.weights = Adam(random.uniform(-0.5, 0.5, (inputs, outputs)).astype(np.float32))
        self.gain = Adam(np.ones(outputs, np.float32))
        self.offset = Adam(np.full(outputs, 0.0 if last else 1.0, np.float32))
        self.last = last
        self.ternary = np.zeros((inputs, outputs), np.float32)
        self.prune(0.5)

    def prune(self, density: float) -> None:
        """Let that share of the weights be ±1: the largest."""
        sizes = np.abs(self.weights.values)
        kept = max(1, round(density * sizes.size))
        least = np.partition(sizes.ravel(), sizes.size - kept)[sizes.size - kept]
        self.ternary = (np.sign(self.weights.values) * (sizes >= least)).astype(np.float32)

    def forward(self, x: Floats) -> Floats:
        """Activations of a batch, and what :meth:`backward` needs."""
        sums = x @ self.ternary
        self._x = x
        mean, deviation = sums.mean(axis=0), sums.std(axis=0) + np.float32(_SAME)
        self._centred = (sums - mean) / deviation
        if self.last:
            # one scale for all classes, as they are compared
            self._scale = np.float32(4) / np.sqrt(np.mean(deviation**2))
            return np.asarray(sums * self._scale + self.offset.values)
        self._scale = power_of_two(np.abs(self.gain.values) / deviation)
        self._z = self._scale * (sums - mean) + self.offset.values
        return np.clip(np.floor(self._z + np.float32(0.5)), 0, LEVELS)

    def backward(self, gradient: Floats, rate: float) -> Floats:
        """Move the parameters; returns the gradient at the inputs."""
        if not self.last:
            gradient = gradient * ((self._z > -0.5) & (self._z < LEVELS + 0.5))
        offset = gradient.sum(axis=0)
        if not self.last:
            gain = (gradient * self._centred).sum(axis=0)
            count = np.float32(len(gradient))
            gradient = gradient - offset / count - self._centred * (gain / count)
            self.gain.step(gain, rate)
        self.offset.step(offset, rate)
        sums = gradient * self._scale
        before: Floats = sums @ self.ternary.T
        self.weights.step(self._x.T @ sums, rate)
        np.clip(self.weights.values, -1, 1, out=self.weights.values)
        return before

    def integers(self, x: Integers) -> tuple[IntegerLayer, Integers]:
        """The layer whose means and deviations are those of samples (n, inputs), and its outputs for them."""
        weights = self.ternary.astype(np.int64)
        sums = (x.astype(np.float32) @ self.ternary).astype(np.int64)
        if self.last:
            deviation = sums.std(axis=0)
            scale = 4 / np.sqrt(np.mean(deviation**2))
            bias = np.rint(self.offset.values / scale).astype(np.int64)
            return IntegerLayer(weights, bias, np.zeros_like(bias)), sums + bias
        gain = power_of_two(np.abs(self.gain.values) / (sums.std(axis=0) + _SAME))
        shift = np.clip(-np.log2(gain), 0, _MOST_SHIFT).astype(np.int64)
        bias = np.floor((self.offset.values + 0.5) * 2.0**shift - sums.mean(axis=0) + 0.5).astype(np.int64)
        layer = IntegerLayer(weights, bias, shift)
        return layer, np.clip((sums + bias) >> shift, 0, LEVELS)


def power_of_two(values: Floats) -> Floats:
    """The nearest power of two up to 1, on a logarithmic scale."""
    return np.asarray(np.exp2(np.clip(np.rint(np.log2(values + np.float32(1e-12))), -_MOST_SHIFT, 0)), np.float32)


def train_ternary(
    x: npt.NDArray[np.integer],
    y: npt.NDArray[np.integer],
    recipe: TernaryRecipe,
    tell: Callable[[str], None] = lambda text: None,
) -> tuple[IntegerLayer, ...]:
    """Train on samples (n, inputs) of zeros and ones, and their classes.

    The same version of numpy on the same machine makes the same network.
    """
    random = np.random.default_rng(recipe.seed)
    count = len(recipe.densities)
    layers = [TernaryLayer(random, a, b, number == count - 1) for number, (a, b) in enumerate(pairwise(recipe.sizes))]
    samples = x.astype(np.float32)
    batches = max(1, len(x) // recipe.batch)
    steps, step = recipe.epochs * batches, 0
    for epoch in range(recipe.epochs):
        order = random.permutation(len(x))
        loss = 0.0
        for rows in np.array_split(order, batches):
            done = min(1.0, step / (0.6 * steps))
            for layer, density in zip(layers, recipe.densities, strict=True):
                layer.prune(density + max(0.0, 0.5 - density) * (1 - done) ** 3)
            rate = recipe.rate * (1 + np.cos(np.pi * step / steps)) / 2
            loss += _step(layers, samples[rows], y[rows], rate)
            step += 1
        tell(f"epoch {epoch + 1} of {recipe.epochs}: loss {loss / batches:.4f}")
    for layer, density in zip(layers, recipe.densities, strict=True):
        layer.prune(density)
    made, values = [], x.astype(np.int64)
    for layer in layers:
        integers, values = layer.integers(values)
        made.append(integers)
    return tuple(made)


def _step(layers: list[TernaryLayer], x: Floats, y: npt.NDArray[np.integer], rate: float) -> float:
    values = x
    for layer in layers:
        values = layer.forward(values)
    values = values - values.max(axis=1, keepdims=True)
    shares = np.exp(values)
    shares /= shares.sum(axis=1, keepdims=True)
    rows = np.arange(len(y))
    loss = -float(np.log(shares[rows, y] + 1e-12).mean())
    shares[rows, y] -= 1
    gradient: Floats = shares / np.float32(len(y))
    for layer in reversed(layers):
        gradient = layer.backward(gradient, rate)
    return loss


def classes(layers: tuple[IntegerLayer, ...], x: npt.NDArray[np.integer]) -> Integers:
    """What integers answer to samples (n, inputs)."""
    values = x.astype(np.int64)
    for layer in layers[:-1]:
        values = np.clip((values @ layer.weights + layer.bias) >> layer.shift, 0, LEVELS)
    return np.asarray((values @ layers[-1].weights + layers[-1].bias).argmax(axis=1))
