"""Dense layers in integers that fit hardware which was built for other weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from quantnn.arithmetic import MAX_MULTIPLIER_BITS, MAX_SHIFT, Integers, Requantizer, half
from quantnn.errors import DoesNotFitError
from quantnn.model.activation import FloatActivation
from quantnn.model.network import FloatDense
from quantnn.network.layers import Dense
from quantnn.plan.datapath import Misfit, Part, same_format
from quantnn.plan.layer_record import LayerRecord
from quantnn.quantization.dense import TABULATED, quantize_dense, slope_below, slope_multiplier
from quantnn.quantization.precision import Precision
from quantnn.quantization.scale_limits import LOGIT_SPREAD, ScaleLimits
from quantnn.quantization.weights import QuantizedTensor

__all__ = ["LOST_BITS", "Fitter"]

LOST_BITS = 3
"""Bits by which the coarsest weights of a layer, or its outputs, may get coarser so that they fit."""


@dataclass(eq=False)
class Fitter:
    """Quantizes dense layers for the hardware that is there.

    Where a channel does not fit, its weights and bias are rounded anew from the float ones with one fractional bit
    less, and its shift is smaller by one; where that does not help, the outputs of the layer get one bit less.

    Parameters
    ----------
    layers : sequence of LayerRecord
        The hardware, layer by layer.

    Members
    -------
    notes : list of str
        What was lost so far, for a report.
    """

    layers: Sequence[LayerRecord]
    notes: list[str] = field(default_factory=list)

    def __call__(
        self, number: int, layer: FloatDense, tensor: QuantizedTensor, precision: Precision, *, decision: str
    ) -> Dense:
        """The integer layer for hardware layer ``number``.

        Raises
        ------
        DoesNotFitError
            It cannot be made to fit: says the first thing that does not.
        ValueError
            The layer's scales cannot be expressed.
        """
        record = self.layers[number]
        free = quantize_dense(layer, tensor, precision, decision=decision)
        limits = _limits(record, layer.activation)
        channels, outputs = np.zeros(layer.out_features, dtype=np.int64), 0
        shifts = "{}..{}".format(*limits.shifts)
        reason = f"its weights would lose more than {LOST_BITS} bits, as the hardware shifts by {shifts} only"
        while True:
            limits = limits.coarser_by(channels, outputs)
            try:
                dense = quantize_dense(layer, tensor, precision, decision=decision, limits=limits)
            except ValueError:
                raise DoesNotFitError(f"layer {number}: {reason}: export again") from None
            dense = _in_the_same_format(dense, record)
            if difference := record.difference(dense):
                raise DoesNotFitError(f"layer {number}: {difference}: export again")
            misfits = list(record.misfits(dense, dense.accumulator_box(tensor.box)))
            if misfits and not channels.any() and not outputs:
                reason = misfits[0].reason
            stuck = any(misfit.part is Part.PARAMETER for misfit in misfits)
            stuck = stuck or outputs > LOST_BITS or int(channels.max()) > MAX_SHIFT
            if stuck or max(_lost_precision(dense, free), 0 if decision else _lost_outputs(dense, free)) > LOST_BITS:
                raise DoesNotFitError(f"layer {number}: {reason}: export again")
            if not misfits:
                self._note(number, dense, free, rounded=not decision)
                return dense
            finer = [misfit.channel for misfit in misfits if _helped_by_weights(misfit, dense)]
            channels[finer] += 1
            outputs += len(finer) < len(misfits)

    def _note(self, number: int, dense: Dense, free: Dense, *, rounded: bool) -> None:
        """What was lost beside the layer as a new export would have it."""
        lost = _fractions(free) - _fractions(dense)
        coarse = int((lost > 0).sum())
        if coarse:
            self.notes.append(
                f"layer {number}: to fit the hardware, the weights of {coarse} of {len(lost)} outputs have up to"
                f" {_bits(int(lost.max()))} less than after a new export"
            )
        outputs = _lost_outputs(dense, free) if rounded else 0
        if outputs > 0:
            self.notes.append(f"layer {number}: to fit the hardware, its outputs have {_bits(outputs)} less")


def _bits(count: int) -> str:
    return f"{count} bit{'s' if count > 1 else ''}"


def _lost_precision(dense: Dense, free: Dense) -> int:
    """By how many bits a channel errs more than the coarsest one would if nothing had to fit.

    Channels that share a scale behind the requantizer have errors of that size anyway.
    """
    bound = _fractions(free) if np.ndim(free.scale) else _fractions(free).min()
    return int((bound - _fractions(dense)).max())


def _lost_outputs(dense: Dense, free: Dense) -> int:
    return round(float(np.max(np.log2(dense.scale / free.scale))))


def _fractions(dense: Dense) -> Integers:
    """Fractional bits of each channel's accumulator; of a table's, but for a constant."""
    requantizer = dense.requantizer
    shifts = [s - m.bit_length() for s, m in zip(requantizer.shifts, requantizer.multipliers, strict=True)]
    return np.array(shifts, dtype=np.int64) - np.round(np.log2(dense.scale)).astype(np.int64)


def _helped_by_weights(misfit: Misfit, dense: Dense) -> bool:
    """Whether fewer bits in the channel's weights make less of what does not fit.

    They do not where the accumulator is shifted left: the shift then grows by as much.
    """
    if misfit.part is not Part.PRODUCT:
        return misfit.part is Part.ACCUMULATOR
    shifts, multipliers = dense.requantizer.shifts, dense.requantizer.multipliers
    return shifts[misfit.channel] > 0 and multipliers[misfit.channel] == min(multipliers)


def _in_the_same_format(dense: Dense, record: LayerRecord) -> Dense:
    """The layer with outputs in the hardware's range, or in one of the same format where that does not suffice.

    Only logits have outputs of their own.
    """
    there, own = record.datapath.output, dense.requantizer.output
    both = there.union(own)
    is_clip = FloatActivation.named(dense.activation).kind == "clip"  # whose ends are no matter of the format
    if dense.table is not None or is_clip or not same_format(both, there):
        return dense
    return replace(dense, requantizer=replace(dense.requantizer, output=both))


def _limits(record: LayerRecord, activation: str) -> ScaleLimits:
    """What shifts the hardware can do."""
    kind = FloatActivation.named(activation)
    slope_bits, negative = (0, 1) if kind.kind in TABULATED else slope_multiplier(slope_below(kind))

    def possible(left: int, right: int) -> bool:
        m, n = 1 << (left + slope_bits), negative << left
        if max(m, n) >= 1 << MAX_MULTIPLIER_BITS or right > MAX_SHIFT:
            return False
        one = Requantizer((m,), (n,), (right,), (half(right),), record.datapath.output)
        return not record.datapath.allows(one, 0)

    shifts = [
        shift
        for shift in range(1 - MAX_MULTIPLIER_BITS, MAX_SHIFT + 1)
        if possible(max(0, -shift), max(0, shift) + slope_bits)
    ]
    spread = 0
    while spread < LOGIT_SPREAD and possible(spread + 1, 0):
        spread += 1
    return ScaleLimits((shifts[0], shifts[-1]), spread) if shifts else ScaleLimits(spread=spread)
