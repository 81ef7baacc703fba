"""How a model file names the arrays of its dense layers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from quantnn.files.safe_npz import Array

__all__ = ["NamedLayer", "Spelling"]


@dataclass(frozen=True, eq=False)
class NamedLayer:
    """One dense layer as the file has it, unchecked.

    Parameters
    ----------
    weights_name, bias_name : str
        What the file calls the arrays, for messages.
    weights : array
        Meant to be of shape (in_features, out_features), or the other way round if ``transposed``.
    bias : array or None
        Meant to be of shape (out_features,); None for a layer without.
    transposed : bool

    Members
    -------
    order : str
        What the two dimensions of the weights are, for messages.
    size : (int, int)
        in_features and out_features, of weights that have two dimensions.
    """

    weights_name: str
    bias_name: str
    weights: Array
    bias: Array | None
    transposed: bool = False

    @property
    def order(self) -> str:
        return "(outputs, inputs)" if self.transposed else "(inputs, outputs)"

    @property
    def size(self) -> tuple[int, int]:
        rows, columns = self.weights.shape
        return (columns, rows) if self.transposed else (rows, columns)


class Spelling(ABC):
    """One way to name arrays. To add one, derive from this class and add an instance to
    :data:`~quantnn.importers.arrays.spellings.SPELLINGS`."""

    @abstractmethod
    def recognises(self, names: Collection[str]) -> bool:
        """Whether a file with these arrays, options left out, is spelled so; wrongly perhaps, but so."""

    @abstractmethod
    def layers(self, arrays: Mapping[str, Array], source: Path) -> tuple[NamedLayer, ...]:
        """The layers from input to output, at least one; arrays that belong to none are left alone.

        Raises
        ------
        InputError
            A layer's array is missing, or an array belongs to a layer that is not dense.
        """
