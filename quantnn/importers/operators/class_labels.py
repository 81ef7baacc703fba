"""What a file calls the classes of its network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from quantnn.model.quantized import AnyNetwork

__all__ = ["with_labels"]


def with_labels(network: AnyNetwork, labels: Sequence[object], what: str) -> AnyNetwork:
    """The network with labels as the names of its classes, where these are more than their indices.

    Parameters
    ----------
    what : str
        What the file calls the labels, for the note where they cannot be taken.
    """
    if network.decision == "none" or tuple(labels) == tuple(range(len(labels))):
        return network
    try:
        return network.with_class_names(tuple(str(label) for label in labels))
    except ValueError as error:
        return replace(network, notes=(*network.notes, f"the names of {what} cannot be taken: {error}"))
