"""Files that hold the weights of a network and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from quantnn.errors import InputError
from quantnn.files.safe_npz import Array
from quantnn.importers.arrays.chain import chained
from quantnn.importers.arrays.model import check_activations, named_layers, with_last
from quantnn.importers.format import Hints
from quantnn.model.input_scaling import InputScaling
from quantnn.model.network import FloatNetwork

__all__ = ["network_of_weights"]


def network_of_weights(
    arrays: Mapping[str, Array], source: Path, hints: Hints, whole: str, notes: tuple[str, ...] = ()
) -> FloatNetwork:
    """The network of named weights, with the activations that the user states.

    Parameters
    ----------
    whole : str
        How to save the whole model instead, for messages.

    Raises
    ------
    InputError
        The weights are no chain of dense layers, or the activations are missing, unknown or too few.
    """
    found = named_layers(arrays, source)
    if not found.layers:
        some = ", ".join(sorted(arrays)[:6])
        raise InputError(f"{source} holds no weights of dense layers, only {some or 'nothing'}: save {whole}")
    if found.unknown:
        raise InputError(
            f"{source}: {', '.join(found.unknown[:4])} belongs to no dense layer, and weights alone do not say what the"
            f" model does with it: leave it out if the output does not depend on it, or save the whole model: {whole}"
        )
    chain = chained(found.layers, source)
    count = len(chain)
    shown = f"{count} layer{'' if count == 1 else 's'} ({found.sizes})"
    example = ",".join([*(["relu"] * (count - 1) if count < 9 else ["relu", "relu", "…"]), "linear"])
    if not hints.activations:
        raise InputError(
            f"{source} holds weights alone, of {shown}, but no activation functions: say them, like --activations"
            f" {example}, or save the whole model: {whole}"
        )
    names = with_last(hints.activations, count)
    if len(names) != count:
        raise InputError(
            f"{source}: --activations has {len(names)} names for {shown}: give one per layer, like {example}"
        )
    check_activations(names, count, f"{source}: --activations")
    try:
        return found.network(chain, names, source, InputScaling(), decision=hints.decision, notes=notes)
    except ValueError as error:
        raise InputError(f"{source}: {error}") from None
