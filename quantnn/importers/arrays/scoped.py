"""Arrays under the name of their layer, as frameworks save them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from quantnn.errors import InputError
from quantnn.files.safe_npz import Array
from quantnn.importers.arrays.order import ordered
from quantnn.importers.arrays.spelling import NamedLayer, Spelling

__all__ = ["Scoped"]

_RUNNING = {"running_mean", "running_var", "num_batches_tracked", "moving_mean", "moving_variance"}
_NORMALIZATION = {"gamma", "beta"}
_OTHER = {
    "_ih": "a recurrent layer",
    "recurrent_kernel": "a recurrent layer",
    "in_proj": "an attention",
    "embeddings": "an embedding",
    "depthwise_kernel": "a convolution",
}
"""What the name of an array says of its layer."""
_SHOWN = 4


class Scoped(Spelling):
    """fc1.weight, fc1.bias, …: the layer's name, a separator, and which array of it that is.

    Layers come in the order of their numbers where their names differ in nothing else (0, 2, 10; fc1, fc2), else in the
    order of the file. A layer may have no bias.

    Parameters
    ----------
    separator, weights : str
        What stands between the layer's name and that of the array, and what the weights are called.
    transposed : bool
        Whether weights are (out_features, in_features).
    bare : bool
        Whether a single layer may have no name and no separator.
    """

    def __init__(self, separator: str, weights: str, transposed: bool = False, bare: bool = False) -> None:
        self._separator, self._weights = separator, weights
        self._transposed, self._bare = transposed, bare

    def recognises(self, names: Collection[str]) -> bool:
        return any(split is not None and split[1] in (self._weights, "bias") for split in map(self._split, names))

    def layers(self, arrays: Mapping[str, Array], source: Path) -> tuple[NamedLayer, ...]:
        scopes: dict[str, dict[str, str]] = {}
        for name in arrays:
            if split := self._split(name):
                scopes.setdefault(split[0], {})[split[1]] = name
        for parts in scopes.values():
            self._check(parts, arrays, source)
        layers = {scope: self._layer(parts, arrays) for scope, parts in scopes.items()}
        sizes = {scope: layer.size for scope, layer in layers.items()}
        return tuple(layers[scope] for scope in ordered(sizes, source))

    def _split(self, name: str) -> tuple[str, str] | None:
        """The layer's name and the array's; None for an array that is not under a layer."""
        scope, separator, part = name.removesuffix(":0").rpartition(self._separator)
        if not separator and not (self._bare and part in (self._weights, "bias")):
            return None
        return scope, part

    def _check(self, parts: Mapping[str, str], arrays: Mapping[str, Array], source: Path) -> None:
        weights = arrays[parts[self._weights]] if self._weights in parts else None
        shape = (1, 1) if weights is None else weights.shape
        if _RUNNING & parts.keys():
            raise InputError(
                f"{source}: {_belong(parts)} to a batch normalization, and weights alone do not say on which side of"
                " the activation it stands: save the whole model (as ONNX), or fold it (docs/formats.md says how, and"
                " torch.nn.utils.fusion.fuse_linear_bn_eval does it for one behind a dense layer) and leave it out"
            )
        if _NORMALIZATION & parts.keys() or (len(shape) == 1 and "bias" in parts):
            raise InputError(
                f"{source}: {_belong(parts)} to a normalization by each sample's own mean (like LayerNorm), which is"
                " not supported: train without it, or with BatchNorm and fold that"
            )
        if len(shape) > 2:
            raise InputError(
                f"{source}: {_belong(parts)} to a convolution (its weights have shape {shape}), which is coming with"
                " the convolution engine; until then dense layers only"
            )
        if len(shape) < 2 and parts.keys() <= {self._weights}:
            raise InputError(
                f"{source}: {_belong(parts)} to a PReLU or RMSNorm, which is not supported: train with relu or"
                " leaky_relu, and without the normalization"
            )
        if len(shape) < 2 or parts.keys() - {self._weights, "bias"}:
            kind = next((kind for mark, kind in _OTHER.items() if any(mark in part for part in parts)), "")
            raise InputError(
                f"{source}: {_belong(parts)} to {kind or 'a layer that is not dense'}: use dense layers only, or leave"
                " it out if no output depends on it"
            )
        if weights is None:
            head, _, tail = parts["bias"].rpartition("bias")
            raise InputError(
                f"{source}: array {head}{self._weights}{tail} is missing, but there is {parts['bias']}: add it"
            )

    def _layer(self, parts: Mapping[str, str], arrays: Mapping[str, Array]) -> NamedLayer:
        weights = parts[self._weights]
        bias = parts.get("bias", "")
        return NamedLayer(weights, bias, arrays[weights], arrays[bias] if bias else None, self._transposed)


def _belong(parts: Mapping[str, str]) -> str:
    names = [*parts.values()]
    if len(names) == 1:
        return f"array {names[0]} belongs"
    return f"arrays {', '.join(names[:_SHOWN])}{', …' if len(names) > _SHOWN else ''} belong"
