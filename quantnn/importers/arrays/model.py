"""A network of arrays that have names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from quantnn.errors import InputError
from quantnn.files.safe_npz import Array
from quantnn.importers.arrays.batch_norms import STATISTICS, BatchNorm, without_batch_norms
from quantnn.importers.arrays.foreign import is_training_state, refuse_foreign, without_training_state
from quantnn.importers.arrays.reparametrized import is_factor, recomposed
from quantnn.importers.arrays.spelling import NamedLayer
from quantnn.importers.arrays.spellings import NUMBERED, SPELLINGS
from quantnn.model.activation import DEFAULT_SLOPE, FloatActivation, Floats
from quantnn.model.input_scaling import InputScaling
from quantnn.model.network import FloatDense, FloatNetwork

__all__ = ["NamedLayers", "check_activations", "is_needed", "named_layers", "with_last"]


@dataclass(frozen=True, eq=False)
class NamedLayers:
    """The dense layers of a file, from input to output.

    Parameters
    ----------
    layers : tuple of NamedLayer
        At least one.
    norms : tuple of BatchNorm
        To be folded into them.
    unknown : tuple of str
        Arrays that belong to none.
    notes : tuple of str
        What a report should say.
    """

    layers: tuple[NamedLayer, ...]
    norms: tuple[BatchNorm, ...]
    unknown: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def sizes(self) -> str:
        """How many features there are from input to output, for messages."""
        pairs = [layer.size for layer in self.layers if layer.weights.ndim == 2]
        sizes = [str(size) for size in (*(pairs[0][:1] if pairs else ()), *(size[1] for size in pairs))]
        return " → ".join(sizes if len(sizes) < 10 else (*sizes[:3], "…", *sizes[-2:]))

    def network(
        self,
        chain: Sequence[tuple[Floats, Floats]],
        activations: Sequence[str],
        source: Path,
        scaling: InputScaling,
        *,
        bits: int = 8,
        signed: bool = False,
        decision: str = "",
        notes: tuple[str, ...] = (),
    ) -> FloatNetwork:
        """The network of the layers' weights and biases, as :func:`chained` makes them, with one activation per layer.

        Raises
        ------
        InputError
            A normalization does not fit.
        ValueError
            The parts do not fit together.
        """
        chain = list(chain)
        for norm in self.norms:
            scaling = norm.fold(self.layers, chain, scaling, activations, source)
        dense = tuple(FloatDense(w, b, a) for (w, b), a in zip(chain, activations, strict=True))
        notes = (*self.notes, *(norm.note for norm in self.norms), *_slopes(activations), *notes)
        return FloatNetwork(dense, scaling, bits, signed, notes=notes, decision=decision)


def is_needed(name: str) -> bool:
    """Whether an array may be a layer's, by its name."""
    return not is_training_state(name) and (
        is_factor(name) or name.endswith(STATISTICS) or any(spelling.recognises([name]) for spelling in SPELLINGS)
    )


def named_layers(arrays: Mapping[str, Array], source: Path) -> NamedLayers:
    """Find the dense layers among arrays.

    Raises
    ------
    InputError
        A layer is not dense or misses an array, their order is not clear, they are named in several ways, or an array
        is known to make another network of them.
    """
    candidates, training = without_training_state(arrays)
    candidates, products = recomposed(candidates, source)
    refuse_foreign(candidates, source)
    candidates, norms = without_batch_norms(candidates, source)
    spellings = [spelling for spelling in SPELLINGS if spelling.recognises(candidates)]
    if len(spellings) > 1:
        some = ", ".join(sorted(candidates)[:8])
        raise InputError(f"{source} names its layers in more than one way ({some}): keep one of them")
    layers = spellings[0].layers(candidates, source) if spellings else ()
    unknown = sorted(candidates.keys() - {name for layer in layers for name in (layer.weights_name, layer.bias_name)})
    notes = [*training, *products]
    if layers and NUMBERED not in spellings:
        names = ", ".join(layer.weights_name for layer in layers)
        notes.append(f"the weights, from input to output, are {names}, each {layers[0].order}")
    notes += [f"{layer.weights_name} has no bias: zeros are taken" for layer in layers if layer.bias is None]
    notes += [
        f"{layer.weights_name} holds 8-bit integers: if they are a quantized model's, save its float weights instead"
        for layer in layers
        if layer.weights.dtype.itemsize == 1 and layer.weights.dtype.kind in "iu" and layer.weights.max() > 7
    ]
    return NamedLayers(layers, tuple(norms), tuple(unknown), tuple(notes))


def with_last(given: Sequence[str], count: int) -> tuple[str, ...]:
    """What ``--activations`` says for ``count`` layers: where the last one is left out, it is linear."""
    return (*given, "linear") if len(given) == count - 1 and given else tuple(given)


def check_activations(names: Sequence[str], count: int, where: str) -> None:
    """Check one activation per layer; ``where`` begins messages: ``model.npz: array activations``.

    Raises
    ------
    InputError
        One is unknown, or may only follow the last layer.
    """
    for number, name in enumerate(names):
        try:
            last_only = FloatActivation.named(name).last_only
        except ValueError as error:
            raise InputError(f"{where}, layer {number}: {error}") from None
        if last_only and number < count - 1:
            raise InputError(f"{where} has {name} at layer {number}: it may only follow the last, layer {count - 1}")


def _slopes(activations: Sequence[str]) -> tuple[str, ...]:
    if any(FloatActivation.named(name).kind == "leaky_relu" and ":" not in name for name in activations):
        return (f"leaky_relu states no slope: {DEFAULT_SLOPE} is taken, PyTorch's (Keras has 0.3): leaky_relu:0.3",)
    return ()
