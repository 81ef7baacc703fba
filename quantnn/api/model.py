"""A trained model as it was read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from quantnn.api.arguments import check_flags, check_numbers, check_texts, check_wholes, hints
from quantnn.api.samples import Batch
from quantnn.arithmetic import Integers
from quantnn.errors import InputError, naming_parameters
from quantnn.importers.arrays.model import is_needed
from quantnn.importers.formats import read_model
from quantnn.importers.npz import OPTIONS, arrays_model
from quantnn.importers.reading import Reading
from quantnn.model.activation import Floats
from quantnn.model.array_checks import given_array
from quantnn.model.data_options import Expected
from quantnn.model.given import Given
from quantnn.model.quantized import AnyNetwork, QuantizedNetwork
from quantnn.system.html import Shown
from quantnn.system.text import name_of, printable

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["Model", "check_model", "from_arrays", "load"]

_ARRAYS = Path("from_arrays")
"""What messages call arrays that come from no file."""


@dataclass(frozen=True, eq=False)
class Model(Shown):
    """A trained model: what :func:`quantnn.load` and its like return, and what :func:`quantnn.quantize` takes.

    Its samples are in natural units: whatever the network takes in front of its input scaling, be it raw integers or
    floats. A notebook shows what was understood of the file, operator by operator.

    Parameters
    ----------
    reading : Reading
        The network, and how it was read.
    name : str
        What reports call it; by default the file's name.

    Members
    -------
    network : FloatNetwork or QuantizedNetwork
        Layers with their weights and activations, input scaling and format, notes; of a file that is quantized already,
        its integers.
    input_shape : tuple of int
        Of one sample.
    class_names : tuple of str
        What the classes are called, in the order of their numbers; empty where nobody said.
    """

    reading: Reading
    name: str = "model"

    @property
    def network(self) -> AnyNetwork:
        return self.reading.model

    @property
    def input_shape(self) -> tuple[int, ...]:
        return self.network.input_shape

    @property
    def class_names(self) -> tuple[str, ...]:
        return self.network.class_names

    @naming_parameters()
    def logits(self, x: Given) -> Floats:
        """The last layer's values, of shape (n, out_features); of a single sample, (out_features,).

        Parameters
        ----------
        x : array of shape (n, features), (n, \\*input_shape) or (features,), or the path of a file or folder
            Samples in natural units.

        Raises
        ------
        InputError
            The samples have another size or are no numbers.
        """
        batch = Batch.of(x, Expected.by(self.network))
        values = self.network.logits(self.network.positions(batch.floats()))
        return values[0] if batch.single else values

    @naming_parameters()
    def predict(self, x: Given) -> Integers | Floats:
        """Each sample's class, of shape (n,), or the logits of a network that gives values; see :meth:`logits`."""
        if self.network.decision == "none":
            return self.logits(x)
        batch = Batch.of(x, Expected.by(self.network))
        classes = self.network.classes(self.network.positions(batch.floats()))
        return classes[0] if batch.single else classes

    @naming_parameters()
    def with_input(
        self, *, scale: float | None = None, bits: int | None = None, signed: bool | None = None
    ) -> Model:
        """The same model for another input.

        Parameters
        ----------
        scale : float, optional
            The value that a raw input of 1 stands for.
        bits : int, optional
            Of a raw input, 1 to 16.
        signed : bool, optional
            Whether raw inputs are signed.

        Raises
        ------
        InputError
            A value is out of range, or the model's own calibration samples contradict it.
        """
        check_numbers(input_scale=scale)
        check_wholes(input_bits=bits)
        check_flags(input_signed=signed)
        network = self.network.with_input(scale, bits, signed)
        return replace(self, reading=replace(self.reading, model=network))

    def __rich__(self) -> RenderableType:
        from quantnn.design.inspection import show_reading

        return show_reading(self.reading, self.name)

    def __repr__(self) -> str:
        network = self.network.network if isinstance(self.network, QuantizedNetwork) else self.network
        shape = "→".join(str(n) for n in (network.in_features, *(x.out_features for x in network.layers)))
        return f"<Model {printable(self.name)}: {shape}, {self.reading.format}>"


@naming_parameters()
def load(
    path: str | Path,
    *,
    activations: Sequence[str] = (),
    decision: str = "",
    input_scale: float | None = None,
    input_bits: int | None = None,
    input_signed: bool | None = None,
) -> Model:
    """Read a trained model from a file of any known kind, which its content tells and not its name.

    Parameters
    ----------
    path : str or Path
    activations : sequence of str
        One name per dense layer, for files that hold weights only: ``["relu", "linear"]``.
    decision : str
        What the answer is: ``argmax``, ``threshold`` or ``none``; by default as the model says.
    input_scale, input_bits, input_signed : optional
        Instead of the model's, as :meth:`Model.with_input` has them.

    Raises
    ------
    InputError
        The file is missing, of no known kind or damaged, or holds what cannot be had.
    """
    path = Path(path)
    model = Model(read_model(path, hints(activations, decision)), name_of(path))
    return model.with_input(scale=input_scale, bits=input_bits, signed=input_signed)


@naming_parameters()
def from_arrays(
    arrays: Mapping[str, npt.ArrayLike] | None = None,
    *,
    weights: Sequence[npt.ArrayLike] = (),
    biases: Sequence[npt.ArrayLike | None] | None = None,
    activations: Sequence[str] = (),
    decision: str = "",
    name: str = "model",
    **options: npt.ArrayLike,
) -> Model:
    """A model of numpy arrays.

    Parameters
    ----------
    arrays : mapping of str to array, optional
        Everything by its name in an .npz, see docs/formats.md: then weights and biases are left out.
    weights : sequence of arrays of shape (inputs, outputs)
        From input to output; PyTorch's are the other way round: give their transposes.
    biases : sequence of arrays of shape (outputs,) or None, optional
        One per layer, None for a layer without; by default no layer has one.
    activations : sequence of str
        One name per layer.
    decision : str
        What the answer is: ``argmax``, ``threshold`` or ``none``.
    name : str
        What reports call the model.
    **options
        ``input_scale``, ``input_mean``, ``input_std``, ``input_bits``, ``input_signed``, ``calibration``,
        ``class_names``, as in an .npz.

    Raises
    ------
    InputError
        An array is missing, unknown or wrong.
    """
    check_texts(name=name)
    biases = () if biases is None else biases
    if arrays is not None and not isinstance(arrays, Mapping):
        raise InputError(f"arrays must be a mapping of names to arrays, not {type(arrays).__name__}: give weights=[…]")
    given: dict[str, Any] = dict(arrays or {})
    if arrays is None:
        if not len(weights) and not options:
            raise InputError("from_arrays must get weights, a list of a matrix per layer, or a mapping of arrays")
        if len(biases) and len(biases) != len(weights):
            raise InputError(f"biases must be as many as weights, {len(weights)}, not {len(biases)}: None for none")
        for number, matrix in enumerate(weights):
            given[f"W{number}"] = matrix
            bias = biases[number] if len(biases) else None
            if bias is None:
                columns = given_array(matrix, f"weights[{number}]").shape[-1:]
                bias = [0.0] * math.prod(columns)
            given[f"b{number}"] = bias
    elif len(weights) or len(biases):
        raise InputError("weights and biases must stand in the mapping of arrays, if there is one: give one of both")
    given |= options
    checked = {key: given_array(values, f"from_arrays: array {key}") for key, values in given.items()}
    network = arrays_model(checked, _ARRAYS, hints(activations, decision))
    if unknown := [key for key in options if key not in OPTIONS and not is_needed(key)]:
        raise InputError(f"from_arrays takes no {unknown[0]}: its options are {', '.join(OPTIONS[2:])}")
    return Model(Reading("arrays", network), name)


def check_model(given: object, taker: str) -> None:
    """Refuse what is no model; ``taker`` is the function that takes one.

    Raises
    ------
    InputError
        Says how to make one of it.
    """
    if isinstance(given, Model):
        return
    if isinstance(given, str | PurePath):
        raise InputError(f"{taker} takes a model, not the path of one: give quantnn.load({str(given)!r})")
    raise InputError(
        f"{taker} takes a model, not {type(given).__name__}: quantnn.load, from_torch, from_sklearn or from_arrays"
        " makes one"
    )
