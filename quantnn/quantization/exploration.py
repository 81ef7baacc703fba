"""The search for cheap integer networks that answer as well as the float one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from quantnn.arithmetic import Integers
from quantnn.errors import DoesNotFitError, InputError
from quantnn.model.network import FloatNetwork
from quantnn.network.network import IntegerNetwork
from quantnn.network.samples import Samples, spread, spread_rows, taken
from quantnn.quantization.post_training import quantize_layers
from quantnn.quantization.precision import Precision
from quantnn.quantization.priced_dense import PricedDense
from quantnn.quantization.sensitivity import LayerSensitivity, sensitivities
from quantnn.quantization.tradeoff import Point, Tradeoff
from quantnn.quantization.unrolled_cells import digit_bits, digits, unrolled_cells
from quantnn.quantization.yardstick import Judgement, Yardstick
from quantnn.system.one_thread import one_thread
from quantnn.system.progress import SILENT, Progress

__all__ = ["explore"]

_FITTED = 4096
"""Samples that weights are fitted to."""
_MEASURED = 16384
"""Samples that answers are compared on."""
_WIDE = ((8, 8), (10, 10), (12, 12), (16, 16))
"""Bits of weights and between layers where the search starts: the first that loses little enough."""
_NARROW = (6, 5, 4, 3)
"""Bits of weights, and bits between layers, that are then tried."""
_CHEAPEST, _STEP = 1e-10, 10.0**0.25
"""The least price, and each one beside the one before."""
_STEPS = 28
_START = 12
_TRIALS = ((1 << 13, 60), (1 << 15, 36), (1 << 24, 16))
"""Of a network with at most so many weights so many roundings are tried."""
_CLOSE = 1.08
"""How much more by the quick estimate may be less by the exact one."""
_PATIENCE = 4
"""Prices that are still tried, one below the other, where the loss falls but is too great."""
_COUNTED = 16
"""Networks of which the logic is estimated exactly; half as many where there are few trials."""


@dataclass(frozen=True)
class _Way:
    """A way to quantize."""

    weight_bits: int
    activation_bits: tuple[int, ...]
    step: int

    @property
    def price(self) -> float:
        return float(_CHEAPEST * _STEP**self.step)


@dataclass(frozen=True, eq=False)
class _Trial:
    """What a way comes to."""

    way: _Way
    network: IntegerNetwork
    bits: int
    judgement: Judgement


@dataclass(eq=False)
class _Search:
    """Trials so far, none of which is made twice."""

    network: FloatNetwork
    samples: Integers
    sensitivities: tuple[LayerSensitivity, ...]
    yardstick: Yardstick
    drop: float
    left: int
    progress: Progress
    trials: dict[_Way, _Trial | None] = field(default_factory=dict)
    best: _Trial | None = None

    def good(self, way: _Way) -> bool:
        """Whether a way loses little enough; False for what was not tried, too."""
        if way not in self.trials and self.left > 0:
            self.left -= 1
            self.trials[way] = self._trial(way)
            found = self.trials[way]
            if found and self.passes(found) and (self.best is None or found.bits < self.best.bits):
                self.best = found
            self.progress.advance(1, self._said())
        trial = self.trials.get(way)
        return trial is not None and self.passes(trial)

    def passes(self, trial: _Trial) -> bool:
        return trial.judgement.loss <= self.drop

    def dearer(self, way: _Way) -> bool:
        """Whether a way that was tried takes more than the best."""
        trial = self.trials.get(way)
        return trial is not None and self.best is not None and trial.bits >= self.best.bits

    def raised(self, way: _Way) -> _Way | None:
        """The same way at the highest price that loses little enough, or else None; stops where it gets too dear."""
        if self.good(way):
            while way.step < _STEPS and self.good(replace(way, step=way.step + 1)):
                way = replace(way, step=way.step + 1)
            return way
        while way.step > 0 and not self.dearer(way) and not self._vain(way):
            way = replace(way, step=way.step - 1)
            if self.good(way):
                return way
        return None

    def _vain(self, way: _Way) -> bool:
        """Whether lower prices will not do: at the rate of the last, it would take more than some."""
        trial, before = (self.trials.get(each) for each in (way, replace(way, step=way.step + 1)))
        if trial is None or before is None:
            return False
        gained = before.judgement.loss - trial.judgement.loss
        return trial.judgement.loss - self.drop > _PATIENCE * gained

    def _trial(self, way: _Way) -> _Trial | None:
        precision = Precision(way.weight_bits, max((8, *way.activation_bits)))
        layers = PricedDense(self.network, self.sensitivities, way.price, way.activation_bits)
        try:
            with np.errstate(over="raise", divide="raise", invalid="raise"):
                network = quantize_layers(self.network, self.samples, precision, layers)
        except InputError:
            return None
        return _Trial(way, network, digit_bits(network), self.yardstick(network))

    def _said(self) -> str:
        if self.best is None:
            return ""
        way = self.best.way
        return f"best {way.weight_bits}-bit weights, {self.best.bits:,} bits of digits"


def explore(
    network: FloatNetwork,
    calibration: Samples | None = None,
    validation: tuple[Samples, Integers | None] | None = None,
    drop: float = 0.5,
    progress: Progress = SILENT,
) -> Tradeoff:
    """Round in many ways: with other bits of weights, other bits behind each layer, and other prices for a digit.

    The search goes for the cheapest that loses at most ``drop`` percentage points, and keeps what it finds on the way.
    It is the same each time.

    Parameters
    ----------
    calibration : int64 of shape (n, in_features), optional
        Raw inputs that weights are fitted to, 4096 of them; by default the network's own. Without ``validation`` a
        third or more is held out to judge by.
    validation : (int64 of shape (n, in_features), int64 array of shape (n,) or None), optional
        Raw inputs, and their labels, to judge by, 16384 of them; by default the samples held out, and their agreement
        with the float network.

    Raises
    ------
    InputError
        There are no calibration samples, or the network cannot be expressed.
    """
    given = network.calibration if calibration is None else calibration
    if given is None:
        raise InputError("rounding by cost takes samples to weigh errors on: give --calibration")
    if not 0 <= drop <= 100:
        raise InputError(f"--max-accuracy-drop must lie in 0..100 percentage points, not be {drop:g}")
    if validation is None:
        fitted, measured = _apart(given)
        yardstick = Yardstick.of(network, measured)
    else:
        fitted, (judged, labels) = spread(given, _FITTED), validation
        rows = spread_rows(len(judged), _MEASURED)
        yardstick = Yardstick.of(network, taken(judged, rows), None if labels is None else labels[rows])
    weights = sum(layer.weights.size for layer in network.layers)
    trials = next((count for most, count in _TRIALS if weights <= most), _TRIALS[-1][1])
    progress("rounding by cost", trials, "roundings")
    with one_thread():
        search = _Search(
            network, fitted, sensitivities(network, fitted), yardstick, drop, trials, progress,
        )  # fmt: skip
        _run(search)
        points = list(_points(search, progress))
    if not points:
        raise InputError("The network cannot be expressed in integers that can be unrolled: train it again")
    return Tradeoff.of(points, yardstick.measure, yardstick.reference, len(yardstick.samples))


def _apart(samples: Samples) -> tuple[Integers, Integers]:
    """Samples to fit to and others to judge by, drawn at random but always the same: a third, or all that are left."""
    order = np.random.default_rng(0).permutation(len(samples))
    count = min(_FITTED, len(samples) - len(samples) // 3)
    fitted, judged = np.sort(order[:count]), np.sort(order[count:][:_MEASURED])
    return taken(samples, fitted), taken(samples, judged if len(judged) else fitted)


def _run(search: _Search) -> None:
    hidden = len(search.network.layers) - 1
    start = None
    for weight_bits, activation_bits in _WIDE:
        way = _Way(weight_bits, (activation_bits,) * hidden, _START)
        while way.step > 0 and not search.good(way):
            way = replace(way, step=max(0, way.step - 4))
        if search.good(way):
            start = search.raised(way)
            break
    if start is None:
        return
    few = search.left < _TRIALS[0][1] // 2
    narrow = _NARROW[::2] if few else _NARROW
    for activation_bits in narrow if hidden else (8,):
        warm = start
        for weight_bits in narrow:
            way = replace(warm, weight_bits=weight_bits, activation_bits=(activation_bits,) * hidden)
            warm = search.raised(way) or warm
    while search.left > 0 and (best := search.best) is not None:
        for way in _neighbours(best.way):
            search.raised(way)
            if search.best is not best:
                break
        else:
            return


def _neighbours(way: _Way) -> Iterator[_Way]:
    """Ways that differ in one thing, or in the bits behind all layers."""
    for change in (-1, 1):
        everywhere = tuple(bits + change for bits in way.activation_bits)
        if everywhere and all(2 <= bits <= 16 for bits in everywhere):
            yield replace(way, activation_bits=everywhere)
    for layer, bits in enumerate(way.activation_bits):
        for other in (bits - 1, bits + 1):
            if 2 <= other <= 16:
                changed = (*way.activation_bits[:layer], other, *way.activation_bits[layer + 1 :])
                yield replace(way, activation_bits=changed)
    for other in (way.weight_bits - 1, way.weight_bits + 1):
        if 2 <= other <= 16:
            yield replace(way, weight_bits=other)


def _points(search: _Search, progress: Progress) -> Iterator[Point]:
    """Those trials that may be on the front, with their logic counted."""
    trials = sorted(filter(None, search.trials.values()), key=lambda trial: (trial.bits, trial.judgement.loss))
    front: list[_Trial] = []
    for trial in trials:
        if not front or trial.judgement.loss < front[-1].judgement.loss:
            front.append(trial)
    close = [t for t in trials if search.best and search.passes(t) and t.bits <= _CLOSE * search.best.bits]
    most = _COUNTED if len(trials) > _COUNTED else _COUNTED // 2
    chosen = {id(trial): trial for trial in (*close[: most // 2], *_thinned(front, search, most // 2))}
    progress("counting logic", len(chosen), "networks")
    for trial in chosen.values():
        try:
            cells = unrolled_cells(trial.network)
        except (DoesNotFitError, OverflowError):
            progress.advance()
            continue
        progress.advance()
        way = trial.way
        yield Point(
            trial.network, way.weight_bits, way.activation_bits, way.price, digits(trial.network), cells,
            trial.judgement.quality, trial.judgement.loss,
        )  # fmt: skip


def _thinned(front: list[_Trial], search: _Search, most: int) -> list[_Trial]:
    """At most so many of a front, those around what loses just little enough."""
    middle = next((n for n, trial in enumerate(front) if search.passes(trial)), len(front))
    first = max(0, min(middle - most // 2, len(front) - most))
    return front[first : first + most]
