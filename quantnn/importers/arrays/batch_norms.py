"""Batch normalizations beside dense layers, where the numbers of an nn.Sequential say on which side they stand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from quantnn.errors import InputError
from quantnn.files.safe_npz import Array
from quantnn.importers.arrays.spelling import NamedLayer
from quantnn.model.activation import Floats
from quantnn.model.array_checks import numeric
from quantnn.model.input_scaling import InputScaling

__all__ = ["EPSILON", "STATISTICS", "BatchNorm", "without_batch_norms"]

EPSILON = 1e-5
"""PyTorch's default, which no file of weights states."""

STATISTICS = ("running_mean", "running_var")
"""What ends the names of such a layer's own arrays."""
_PARTS = ("weight", "bias", *STATISTICS, "num_batches_tracked")


@dataclass(frozen=True, eq=False)
class BatchNorm:
    """``y = x · slope + offset``, feature by feature.

    Parameters
    ----------
    scope : str
        What the file calls it.
    layer : str
        The name of the weights that it is folded into.
    behind : bool
        Whether it stands between that layer and its activation, else directly before the layer.
    closed : bool
        Whether the next layer follows at once, so that there is no activation between.
    """

    scope: str
    layer: str
    behind: bool
    closed: bool
    slope: Floats
    offset: Floats

    def fold(
        self,
        layers: Sequence[NamedLayer],
        chain: list[tuple[Floats, Floats]],
        scaling: InputScaling,
        activations: Sequence[str],
        source: Path,
    ) -> InputScaling:
        """Fold it into its layer within ``chain``; before the first layer, into the input scaling that is returned.

        Raises
        ------
        InputError
            Its length is not that of what it stands beside, or an activation has no place.
        """
        place = next(number for number, layer in enumerate(layers) if layer.weights_name == self.layer)
        weights, bias = chain[place]
        features = weights.shape[1 if self.behind else 0]
        if len(self.slope) != features:
            raise InputError(
                f"{source}: batch normalization {self.scope} has {len(self.slope)} features, but {self.layer} beside it"
                f" {features}: save the model again"
            )
        if self.closed and activations[place] != "linear":
            raise InputError(
                f"{source}: {self.layer}, batch normalization {self.scope} and the next layer follow one another, so"
                f" there is no place for the {activations[place]} of layer {place}: call it linear if there is none"
            )
        if self.behind:
            chain[place] = (weights * self.slope, bias * self.slope + self.offset)
        elif place:
            chain[place] = (weights * self.slope[:, np.newaxis], bias + self.offset @ weights)
        else:
            mean = scaling.mean * self.slope - self.offset * scaling.std
            return replace(scaling, scale=scaling.scale * self.slope, mean=mean)
        return scaling

    @property
    def note(self) -> str:
        """What a report says of it."""
        where = "in front of its activation" if self.behind else "as it stands before it"
        return f"batch normalization {self.scope} goes into {self.layer}, {where}; its epsilon is taken as {EPSILON:g}"


def without_batch_norms(arrays: Mapping[str, Array], source: Path) -> tuple[dict[str, Array], list[BatchNorm]]:
    """The arrays without the normalizations that have a clear place, and these.

    In an nn.Sequential the number tells: one directly behind a dense layer comes before the activation; one directly
    before a dense layer, but not directly behind another, comes behind the activation. All others stay where they are.

    Raises
    ------
    InputError
        A value of one is not finite, or a variance negative.
    """
    scopes = [name.removesuffix(f".{STATISTICS[0]}") for name in arrays if name.endswith(f".{STATISTICS[0]}")]
    norms = [norm for scope in scopes if (norm := _placed(scope, arrays, source))]
    gone = {f"{norm.scope}.{part}" for norm in norms for part in _PARTS}
    return {name: array for name, array in arrays.items() if name not in gone}, norms


def _placed(scope: str, arrays: Mapping[str, Array], source: Path) -> BatchNorm | None:
    match = re.fullmatch(r"(.*?)([0-9]{1,6})", scope)
    parts = {part: arrays[f"{scope}.{part}"] for part in _PARTS if f"{scope}.{part}" in arrays}
    if match is None or not set(STATISTICS) <= parts.keys():
        return None
    if len({array.shape for part, array in parts.items() if part != _PARTS[-1]}) > 1 or parts[STATISTICS[0]].ndim != 1:
        return None
    above, below = (f"{match[1]}{int(match[2]) + step}.weight" for step in (-1, 1))
    dense = [name for name in (above, below) if name in arrays and arrays[name].ndim == 2]
    if not dense:
        return None
    values = {part: numeric(parts[part], f"{scope}.{part}", source) for part in _PARTS[:-1] if part in parts}
    if (values["running_var"] < 0).any():
        raise InputError(f"{source}: array {scope}.running_var has negative values, but is a variance: save it again")
    slope = values.get("weight", np.float64(1)) / np.sqrt(values["running_var"] + EPSILON)
    offset = values.get("bias", np.float64(0)) - values["running_mean"] * slope
    return BatchNorm(scope, dense[0], dense[0] == above, dense == [above, below], slope, offset)
