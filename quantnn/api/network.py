"""An integer network that is called on samples."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from quantnn.api.arguments import check_wholes
from quantnn.api.model import Model, check_model
from quantnn.api.samples import Batch
from quantnn.arithmetic import Integers
from quantnn.design.planning import Quantized
from quantnn.errors import InputError, naming_parameters
from quantnn.files.whole_file import whole_file
from quantnn.model.activation import Floats
from quantnn.model.data_options import Expected
from quantnn.model.given import Given
from quantnn.model.quantized import QuantizedNetwork
from quantnn.model.user_data import UserData
from quantnn.network.file import load_network as read_network
from quantnn.network.file import save_network
from quantnn.network.network import IntegerNetwork
from quantnn.network.onnx_graph import save_onnx
from quantnn.network.reference import Evaluation, evaluate
from quantnn.quantization.precision import Precision
from quantnn.system.html import Shown
from quantnn.system.text import name_of, printable

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["Network", "load_network", "quantize"]


@dataclass(frozen=True, eq=False)
class Network(Shown):
    """A quantized network: the hardware answers exactly like it.

    :meth:`predict` and :meth:`logits` take samples in natural units: floats where the network has a sensor, because it
    was calibrated on floats; else raw integers as the sensor delivers them, like pixels 0..255. :meth:`evaluate` takes
    raw integers in either case.

    Parameters
    ----------
    quantized : Quantized
        The integer network, and what it was made of.
    name : str
        What reports call the model.

    Members
    -------
    integers : IntegerNetwork
        Layers with their integer weights, requantizers, scales; the input's range and sensor.
    input_shape : tuple of int
        Of one sample.
    class_names : tuple of str
        What the classes are called, in the order of their numbers; empty where nobody said.
    """

    quantized: Quantized
    name: str = "model"

    @property
    def integers(self) -> IntegerNetwork:
        return self.quantized.network

    @property
    def input_shape(self) -> tuple[int, ...]:
        return self.integers.input_shape

    @property
    def class_names(self) -> tuple[str, ...]:
        return self.integers.class_names

    @naming_parameters()
    def raw(self, x: Given) -> Integers:
        """What the hardware is given for samples in natural units: int64 of shape (n, features), or (features,).

        Raises
        ------
        InputError
            The samples have another size, or, without a sensor, are no integers in the input's range.
        """
        batch = Batch.of(x, Expected.by(self.integers))
        raw = batch.integers(self.integers.input, self.integers.sensor)[:]
        return raw[0] if batch.single else raw

    @naming_parameters()
    def predict(self, x: Given) -> Integers | Floats:
        """Each sample's class, of shape (n,); of a network that gives values, its :meth:`logits`.

        Parameters
        ----------
        x : array of shape (n, features), (n, \\*input_shape) or (features,), or the path of a file or folder
            Samples in natural units. A single one has a single answer.

        Raises
        ------
        InputError
            As :meth:`raw`.
        """
        if not self.integers.classify:
            return self.logits(x)
        found = self._answered(x)
        assert found.classes is not None
        return found.classes

    @naming_parameters()
    def logits(self, x: Given) -> Floats:
        """The last layer's outputs as real values, integers times their scale: float64 of shape (n, out_features).

        Parameters
        ----------
        x : array of shape (n, features), (n, \\*input_shape) or (features,), or the path of a file or folder
            Samples in natural units. A single one has logits of shape (out_features,).

        Raises
        ------
        InputError
            As :meth:`raw`.
        """
        return np.asarray(self._answered(x).logits * self.integers.layers[-1].scale, dtype=np.float64)

    @naming_parameters()
    def evaluate(self, raw: Given) -> Evaluation:
        """Every layer's integers, and the classes, for raw integers: what the hardware computes, bit for bit.

        Parameters
        ----------
        raw : array of shape (n, features), (n, \\*input_shape) or (features,), or the path of a file or folder
            Integers, as the hardware is given them, within the input's range; :meth:`raw` makes them of natural units.

        Returns
        -------
        Evaluation
            ``layers``, a tuple of int64 arrays of shape (n, out_features); ``logits``, the last of them; ``classes``,
            int64 of shape (n,), or None. Of a single sample without n.

        Raises
        ------
        InputError
            The samples have another size, or one is no integer in the input's range.
        """
        batch = Batch.of(raw, Expected.by(self.integers))
        return _unbatched(evaluate(self.integers, batch.raw(self.integers.input)), batch)

    @naming_parameters()
    def save(self, path: str | Path) -> None:
        """Write the integer network as an .npz, which :func:`quantnn.load_network` reads; the model stays out of it.

        Raises
        ------
        InputError
            The file cannot be written.
        """
        with whole_file(Path(path)) as place:
            save_network(self.integers, place)

    @naming_parameters()
    def to_onnx(self, path: str | Path) -> None:
        """Write the integer network as plain ONNX operators on int64: a second reference, which onnxruntime or any
        other program computes.

        Its input ``samples`` are raw integers (n, features); its outputs are every layer's integers, ``layer_0``,
        ``layer_1``, …, and ``classes`` of a network that has them.

        Raises
        ------
        InputError
            The file cannot be written, or onnx is not installed.
        """
        with whole_file(Path(path)) as place:
            save_onnx(self.integers, place)

    def _answered(self, x: Given) -> Evaluation:
        batch = Batch.of(x, Expected.by(self.integers))
        samples = batch.integers(self.integers.input, self.integers.sensor)
        return _unbatched(evaluate(self.integers, samples, hidden=False), batch)

    def __rich__(self) -> RenderableType:
        from quantnn.design.inspection import show_network

        return show_network(self.integers, self.name)

    def __repr__(self) -> str:
        layers = self.integers.layers
        shape = "→".join(str(size) for size in (self.integers.in_features, *(layer.out_features for layer in layers)))
        return f"<Network {printable(self.name)}: {shape}, input {self.integers.input.lo}..{self.integers.input.hi}>"


@naming_parameters()
def quantize(
    model: Model,
    *,
    calibration: Given | None = None,
    weight_bits: int | None = None,
    activation_bits: int | None = None,
) -> Network:
    """Make integers of a model's weights and activations.

    Parameters
    ----------
    model : Model
    calibration : array of shape (n, features) or (n, \\*input_shape), or the path of a file or folder, optional
        Typical samples, on which scales are chosen; by default the model's own. Integers are raw inputs; floats get a
        sensor, which the network keeps: it then takes floats. Without any samples scales come from proven bounds,
        which cost accuracy.
    weight_bits, activation_bits : int
        2 to 16, 8 by default: of weights, and between layers. A model whose file holds integers keeps them.

    Raises
    ------
    InputError
        The samples cannot be used, the network cannot be expressed in integers, or it is quantized already.
    """
    check_model(model, "quantize")
    if weight_bits == "auto":  # type: ignore[comparison-overlap]
        raise InputError("weight_bits must be a number, not auto, which takes a board: give it to export")
    check_wholes(weight_bits=weight_bits, activation_bits=activation_bits)
    if isinstance(model.network, QuantizedNetwork) and (weight_bits, activation_bits) != (None, None):
        raise InputError(f"{model.name} is quantized already: leave --weight-bits and --activation-bits out")
    precision = Precision(*(8 if bits is None else bits for bits in (weight_bits, activation_bits)))
    data = UserData.load(model.network, calibration)
    return Network(Quantized.of(data.network, data.calibration, precision), model.name)


@naming_parameters()
def load_network(path: str | Path) -> Network:
    """Read a network that :meth:`Network.save` wrote, or the network.npz of an exported design.

    Raises
    ------
    InputError
        The file is no saved network, or damaged.
    """
    path = Path(path)
    return Network(Quantized(read_network(path)), name_of(path))


def _unbatched(found: Evaluation, batch: Batch) -> Evaluation:
    """Without the axis of samples, if there was none."""
    if not batch.single:
        return found
    first: Any = None if found.classes is None else found.classes[0]
    return Evaluation(tuple(values[0] for values in found.layers), first)
