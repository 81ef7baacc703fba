"""The trained network as it comes in: floats, before quantization."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from quantnn.arithmetic import IntegerRange, Integers
from quantnn.errors import InputError
from quantnn.model.activation import FloatActivation, Floats
from quantnn.model.decision import decide, needed
from quantnn.model.input_scaling import InputScaling
from quantnn.model.outliers import outliers
from quantnn.network.chain import check_chain
from quantnn.network.class_names import check_class_names
from quantnn.network.samples import Samples, blocks
from quantnn.network.sensor import Sensor

__all__ = ["MAX_INPUT_BITS", "FloatDense", "FloatNetwork"]

MAX_INPUT_BITS = 16


@dataclass(frozen=True, eq=False)
class FloatDense:
    """``y = activation(x · weights + bias)``.

    Parameters
    ----------
    weights : float64 array of shape (in_features, out_features)
        Finite.
    bias : float64 array of shape (out_features,)
        Finite.
    activation : str
        What :meth:`FloatActivation.named` knows; kept as its name, like ``relu`` or ``leaky_relu:0.01``.

    Raises
    ------
    ValueError
        A shape or a value is wrong, or the activation is unknown.
    """

    weights: Floats
    bias: Floats
    activation: str = "linear"

    def __post_init__(self) -> None:
        for name, dimensions in (("weights", 2), ("bias", 1)):
            values = np.array(getattr(self, name), dtype=np.float64)
            if values.ndim != dimensions or values.size == 0:
                raise ValueError(
                    f"{name} must be a non-empty array of {dimensions} dimensions, not shape {values.shape}"
                )
            if not np.isfinite(values).all():
                raise ValueError(f"{name} must be finite")
            values.flags.writeable = False
            object.__setattr__(self, name, values)
        if self.weights.shape[1] != len(self.bias):
            raise ValueError(
                f"weights of shape {self.weights.shape} must have one column per bias, of which there are"
                f" {len(self.bias)}"
            )
        object.__setattr__(self, "activation", FloatActivation.named(self.activation).name)

    @property
    def in_features(self) -> int:
        return int(self.weights.shape[0])

    @property
    def out_features(self) -> int:
        return int(self.weights.shape[1])

    def __call__(self, x: Floats) -> Floats:
        """Outputs of shape (n, out_features) for inputs of shape (n, in_features)."""
        return FloatActivation.named(self.activation).function(x @ self.weights + self.bias)


@dataclass(frozen=True, eq=False)
class FloatNetwork:
    """A chain of float layers behind an input scaling.

    Parameters
    ----------
    layers : tuple of FloatDense
        At least one; each takes what the one before gives. A last activation that leaves the decision as it is
        is replaced by linear, and noted.
    scaling : InputScaling
        From raw inputs to the first layer's.
    input_bits : int
        Bits of a raw input element as the sensor delivers it, 1 to 16.
    input_signed : bool
        Whether raw inputs are signed, two's complement.
    calibration : int64 of shape (n, in_features), optional
        Raw inputs that are typical of what the network will see, each in the input's range.
    notes : tuple of str
        What a report should say about how the model was read.
    decision : str
        What the answer is, one of :data:`~quantnn.model.decision.DECISIONS`. By default ``argmax`` for several
        outputs, ``threshold`` for a single sigmoid, and ``none``, the values themselves, for any other single output.
        State it here rather than by ``replace``, which finds the last activation dropped already.

    sensor : Sensor, optional
        What the host does with float values before they become raw inputs; ``scaling`` starts from the integers.
    input_shape : tuple of int
        The shape of one sample where the model was trained on images and the like, of in_features elements in all and
        flattened with its last axis fastest; by default flat.
    class_names : tuple of str
        What the outputs are called, one name each, or the two classes of a threshold; empty where nothing is known.

    Members
    -------
    input : IntegerRange
        The range of a raw input element.

    Raises
    ------
    ValueError
        A parameter is out of range, or the parts do not fit together.
    """

    layers: tuple[FloatDense, ...]
    scaling: InputScaling = field(default_factory=InputScaling)
    input_bits: int = 8
    input_signed: bool = False
    calibration: Samples | None = None
    notes: tuple[str, ...] = ()
    decision: str = ""
    sensor: Sensor | None = None
    input_shape: tuple[int, ...] = ()
    class_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_chain(self.layers)
        for number, layer in enumerate(self.layers[:-1]):
            if FloatActivation.named(layer.activation).last_only:
                raise ValueError(f"{layer.activation} must follow the last layer, not layer {number}")
        if not 1 <= self.input_bits <= MAX_INPUT_BITS:
            raise ValueError(f"input_bits must lie in 1..{MAX_INPUT_BITS}, not be {self.input_bits}")
        if self.scaling.features not in (None, self.in_features):
            raise ValueError(f"The input scaling must have 1 or {self.in_features} values, not {self.scaling.features}")
        if not self.input_shape:
            object.__setattr__(self, "input_shape", (self.in_features,))
        if math.prod(self.input_shape) != self.in_features or min(self.input_shape) < 1:
            raise ValueError(f"input_shape must have {self.in_features} elements, not {self.input_shape}")
        if self.calibration is not None:
            object.__setattr__(self, "calibration", self._checked(self.calibration))
        last = FloatActivation.named(self.layers[-1].activation)
        object.__setattr__(self, "decision", decide(last, self.out_features, self.decision))
        check_class_names(self.class_names, self.class_count)
        kept, note = needed(last, self.decision)
        if note:
            object.__setattr__(self, "layers", (*self.layers[:-1], replace(self.layers[-1], activation=kept.name)))
            object.__setattr__(self, "notes", (*self.notes, note))

    def _checked(self, samples: Samples) -> Samples:
        if len(samples.shape) != 2 or samples.shape[1] != self.in_features or not len(samples):
            raise ValueError(f"calibration must have shape (n, {self.in_features}), not {samples.shape}")
        for rows in blocks(len(samples)):
            block = samples[rows]
            if block.dtype.kind not in "iu":
                raise ValueError(f"calibration must hold integers, not {block.dtype}")
            if block.min() < self.input.lo or block.max() > self.input.hi:
                raise ValueError(f"calibration must lie in {self.input.lo}..{self.input.hi}")
        if not isinstance(samples, np.ndarray):
            return samples
        frozen = samples.astype(np.int64)
        frozen.flags.writeable = False
        return frozen

    def with_input(
        self, scale: float | None = None, bits: int | None = None, signed: bool | None = None
    ) -> FloatNetwork:
        """The same network for another input scaling or format; None keeps the model's.

        Raises
        ------
        InputError
            A value is out of range, the model's calibration samples do not fit the format, or they are floats.
        """
        if self.sensor is not None and (scale, bits, signed) != (None, None, None):
            raise InputError(
                "The model's calibration samples are floats, and its floats fix the input: save input_scale,"
                " input_bits and input_signed in the model"
            )
        try:
            return replace(
                self,
                scaling=self.scaling if scale is None else InputScaling(scale),
                input_bits=self.input_bits if bits is None else bits,
                input_signed=self.input_signed if signed is None else signed,
            )
        except ValueError as error:
            raise InputError(str(error)) from None

    def with_sensor(self, values: Floats, *, keep: bool = False, rows: Integers | None = None) -> FloatNetwork:
        """The same network behind a sensor fitted to float values of shape (n, in_features).

        ``keep`` makes the values its calibration samples; ``rows`` are their numbers, where they are some of many.

        Raises
        ------
        ValueError
            The values lie too close together, or too far apart, for a float64.
        """
        sensor = Sensor.fit(values, self.input, per_feature=not self.scaling.uniform)
        slope, offset = self.scaling.slope, self.scaling.offset
        one = "one step for all" if sensor.step.ndim == 0 else "a step for each input"
        note = f"inputs are floats: the host rounds them to {self.input_bits} bits first, {one}"
        with np.errstate(over="ignore", invalid="ignore"):  # InputScaling refuses what is not finite
            scale, mean = sensor.step * slope, -(sensor.zero * slope + offset)
        return replace(
            self,
            scaling=InputScaling(scale, mean, 1.0),
            calibration=sensor(values) if keep else self.calibration,
            notes=(*self.notes, note, *filter(None, [outliers(values, rows, per_feature=sensor.step.ndim > 0)])),
            sensor=sensor,
        )

    def with_class_names(self, names: tuple[str, ...]) -> Self:
        """The same network with names for its outputs.

        Raises
        ------
        ValueError
            They do not fit.
        """
        return replace(self, class_names=names)

    @property
    def in_features(self) -> int:
        return self.layers[0].in_features

    @property
    def out_features(self) -> int:
        return self.layers[-1].out_features

    @property
    def class_count(self) -> int:
        """Classes that the answer can be; of a network without them, its values."""
        return 2 if self.decision == "threshold" else self.out_features

    @property
    def input(self) -> IntegerRange:
        return IntegerRange.of_format(self.input_bits, self.input_signed)

    def positions(self, values: Floats) -> Floats:
        """Raw inputs of values of shape (n, in_features) in the user's own unit, but not rounded to integers."""
        if self.sensor is None:
            return values
        return np.asarray((values - self.sensor.zero) / self.sensor.step)

    def activations(self, raw: npt.NDArray[Any]) -> tuple[Floats, ...]:
        """Per layer its outputs, (n, out_features), for raw inputs of shape (n, in_features).

        Raises
        ------
        InputError
            A value leaves the range of a float64.
        """
        outputs, x = [], self.scaling(raw)
        for number, layer in enumerate(self.layers):
            with np.errstate(over="ignore", invalid="ignore"):
                x = layer(x)
            if not np.isfinite(x).all():
                raise InputError(f"Layer {number} overflows a float64: train it again with smaller weights")
            outputs.append(x)
        return tuple(outputs)

    def logits(self, raw: npt.NDArray[Any]) -> Floats:
        """The last layer's outputs, of shape (n, out_features)."""
        return self.activations(raw)[-1]

    def classes(self, raw: npt.NDArray[Any]) -> Integers:
        """Each sample's class, of shape (n,): the index of its greatest logit, where the lowest wins a tie, or
        whether its single logit exceeds 0.

        Raises
        ------
        InputError
            The decision is none, or a value leaves the range of a float64.
        """
        if self.decision == "none":
            raise InputError("The network gives values, not classes (its decision is none): compare its logits")
        logits = self.logits(raw)
        classes = logits[:, 0] > 0 if self.decision == "threshold" else np.argmax(logits, axis=1)
        return np.asarray(classes, dtype=np.int64)
