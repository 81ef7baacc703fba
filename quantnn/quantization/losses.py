"""What quantization lost, in sentences that name the layer, the cause and what helps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from quantnn.arithmetic import Integers
from quantnn.errors import InputError
from quantnn.model.activation import Floats
from quantnn.model.network import FloatNetwork
from quantnn.network.layers import Dense
from quantnn.network.network import IntegerNetwork
from quantnn.network.reference import Evaluation, decide, evaluate
from quantnn.network.samples import Samples
from quantnn.quantization.post_training import evened, quantize
from quantnn.quantization.precision import Precision

__all__ = ["losses"]

_MUCH = 0.01
"""Share of the samples whose class may differ, or be wrong instead of right, without a word."""
_ENOUGH_DB = 30.0
"""What an output that is a value should reach."""
_APART = 16.0
"""How many times a size has to be another for that to be the cause."""
_CLEAN = 6.0
"""Decimal logarithm of the ratio of signal to noise that inputs are taken to have."""
_SHOWN = 4


@dataclass(frozen=True, eq=False)
class _Outputs:
    """A layer's outputs over samples, (n, out_features): as floats, and what its integers stand for."""

    exact: Floats
    found: Floats
    at_end: float
    """Share of the integers that saturation made smaller."""

    @property
    def noise(self) -> Floats:
        """Variance of each output's error."""
        return np.asarray((self.found - self.exact).var(axis=0))

    @property
    def signal(self) -> Floats:
        """Variance of each output."""
        return np.asarray(self.exact.var(axis=0))


def losses(
    model: FloatNetwork,
    network: IntegerNetwork,
    inputs: Integers,
    evaluation: Evaluation,
    labels: Integers | None = None,
    calibration: Samples | None = None,
    activation_bits: int = 8,
) -> tuple[str, ...]:
    """One sentence for outputs that never change, one for a layer that saturates, and one for the layer that loses most
    where the whole answers clearly worse than the float network does.

    Parameters
    ----------
    inputs : int64 array of shape (n, in_features)
        Raw inputs, of which ``evaluation`` holds every layer's answers.
    labels : int64 array of shape (n,), optional
        Without them the float network's own classes count as right.
    calibration, activation_bits
        What the network was quantized with, to try more bits.
    """
    skipped = len(network.layers) - len(model.layers)
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        model = evened(model, calibration, Precision(_weight_bits(network), activation_bits))
    layers = _layers(model, network, inputs, evaluation)
    found = [*_constant(layers[-1]), *_saturated(layers[:-1], skipped)]
    worth = _worth(model, layers[-1].exact, layers[-1].found, labels)
    if worth.lost:
        place, cause = _worst(model, layers)
        more = _more_bits(model, network, inputs, labels, worth, calibration, activation_bits)
        found.append(f"{worth.words}: layer {place + skipped} loses most, {cause}; {more}")
    return tuple(found)


def _layers(
    model: FloatNetwork, network: IntegerNetwork, raw: Integers, evaluation: Evaluation
) -> list[_Outputs]:
    outputs = []
    skipped = len(network.layers) - len(model.layers)
    for number, exact in enumerate(model.activations(raw), start=skipped):
        layer, integers = network.layers[number], evaluation.layers[number]
        found: Floats = integers * np.asarray(layer.scale)
        at_end = ((integers == layer.output.hi) & (exact > found)) | ((integers == layer.output.lo) & (exact < found))
        outputs.append(_Outputs(exact, found, float((at_end & (np.abs(exact - found) > layer.scale)).mean())))
    return outputs


def _constant(last: _Outputs) -> Iterator[str]:
    """Outputs that stay the same whatever the input is."""
    if len(last.exact) < 2:
        return
    dead = np.flatnonzero(np.ptp(last.found, axis=0) == 0)
    if not len(dead):
        return
    names = ", ".join(map(str, dead[:_SHOWN].tolist())) + (", …" if len(dead) > _SHOWN else "")
    also = np.ptp(last.exact, axis=0)[dead] == 0
    why = "as in the float model, whose weights or inputs are dead there" if also.all() else "though floats do"
    what = f"outputs {names} never change" if len(dead) > 1 else f"output {names} never changes"
    yield f"{what} on these samples, {why}"


def _saturated(layers: list[_Outputs], start: int) -> Iterator[str]:
    for number, layer in enumerate(layers, start=start):
        if layer.at_end > 0.5:
            yield (
                f"layer {number} saturates {layer.at_end:.0%} of its outputs: the calibration samples are not typical"
                " of these; give others with --calibration"
            )
            return


@dataclass(frozen=True)
class _Worth:
    """What the integer network is worth, and in ``words`` beside the float one."""

    value: float
    goal: float
    lost: bool
    words: str


def _worth(model: FloatNetwork, exact: Floats, found: Floats, labels: Integers | None) -> _Worth:
    """The accuracy of classes, or the least signal to noise ratio of values."""
    if model.decision == "none":
        noise = np.square(found - exact).sum(axis=0)
        signal = np.square(exact).sum(axis=0)
        heard = (noise > 0) & (signal > 0)
        ratios = np.full(exact.shape[1], np.inf)
        ratios[heard] = 10 * np.log10(signal[heard] / noise[heard])
        least = int(ratios.argmin())
        words = f"output {least} reaches {ratios[least]:.0f} dB only"
        return _Worth(float(ratios[least]), _ENOUGH_DB, bool(ratios[least] < _ENOUGH_DB), words)
    truth = decide(exact)
    if labels is None:
        value, goal = float((decide(found) == truth).mean()), 1.0
        words = f"integers choose the class of the floats for {value:.1%} of the samples only"
    else:
        value, goal = float((decide(found) == labels).mean()), float((truth == labels).mean())
        words = f"integers get {goal - value:.1%} of the samples less right than floats"
    allowed = max(_MUCH, 3 / len(exact)) * (1 if labels is not None else 3)
    return _Worth(value, goal, value < goal - allowed, words)


def _worst(model: FloatNetwork, layers: list[_Outputs]) -> tuple[int, str]:
    """The layer behind which the ratio of signal to noise falls most, as the next layer hears it, and why."""
    ratios = []
    for number, layer in enumerate(layers):
        heard = np.ones(layer.exact.shape[1])
        if number + 1 < len(layers):
            heard = np.square(model.layers[number + 1].weights).sum(axis=1)
        tiny = np.finfo(np.float64).tiny
        ratios.append(float(np.log10(((layer.signal @ heard) + tiny) / ((layer.noise @ heard) + tiny))))
    place = int(np.argmin(np.diff([_CLEAN, *ratios])))
    layer = layers[place]
    if place + 1 < len(layers):
        heard = np.square(model.layers[place + 1].weights).sum(axis=1)
        worst = int(np.argmax(layer.noise * heard))
        varies = float(layer.exact[:, worst].std())
        size, others = np.abs(layer.exact[:, worst]).max(), np.abs(layer.exact).max()
        constant = abs(float(layer.exact[:, worst].mean()))
        if others > _APART * size:
            cause = f"as its outputs share one scale but their sizes differ {others / max(size, 1e-300):.0f}-fold"
            return place, cause + " (batch normalization evens them out)"
        if constant > _APART * varies:
            cause = f"as a bias makes its outputs {constant / max(varies, 1e-300):.0f} times what varies in them"
            return place, cause + " (batch normalization or a smaller bias evens them out)"
    return place, "as its rounding is too coarse"


def _weight_bits(network: IntegerNetwork) -> int:
    return max(layer.weight_range.width for layer in network.layers if isinstance(layer, Dense))


def _more_bits(
    model: FloatNetwork,
    network: IntegerNetwork,
    raw: Integers,
    labels: Integers | None,
    worth: _Worth,
    calibration: Samples | None,
    activation_bits: int,
) -> str:
    """What more bits would bring, tried out."""
    weight_bits = _weight_bits(network)
    exact = model.logits(raw)
    for weights, activations in ((weight_bits, 12), (12, 12), (16, 16)):
        if activations <= activation_bits and weights <= weight_bits:
            continue
        try:
            wider = quantize(model, calibration, Precision(weights, max(activations, activation_bits)))
        except InputError:
            continue
        found: Floats = evaluate(wider, raw).logits * np.asarray(wider.layers[-1].scale)
        reached = _worth(model, exact, found, labels).value
        if reached >= worth.value + 0.8 * (worth.goal - worth.value):
            flags = f"--activation-bits {activations}" + (f" --weight-bits {weights}" if weights > weight_bits else "")
            figure = f"{reached:.0f} dB" if model.decision == "none" else f"{reached:.4f}"
            return f"{flags} reaches {figure}"
    return "more bits do not help: train again with weights of a similar size"
