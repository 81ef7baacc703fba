"""The samples that a user gives beside a model, brought to the integers that the hardware takes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from quantnn.arithmetic import Integers
from quantnn.errors import InputError
from quantnn.model.class_labels import FoundLabels
from quantnn.model.data_options import Expected, Purpose
from quantnn.model.given import Given, check_given, given_labels, given_samples, pair, same
from quantnn.model.quantized import AnyNetwork, QuantizedNetwork
from quantnn.model.sample_file import SampleFile, Values
from quantnn.network.samples import Samples
from quantnn.network.sensor import Sensor

__all__ = ["UserData"]


@dataclass(frozen=True, eq=False)
class UserData:
    """A model and samples for it, all in raw inputs of the same format.

    Parameters
    ----------
    network : FloatNetwork or QuantizedNetwork
        Behind a sensor, if samples are floats.
    calibration, inputs : int64 of shape (n, in_features), read when they are needed, or None
    labels : int64 array of shape (n,) or None
        Classes of ``inputs``; None too for a network that gives values.
    values : float64 of shape (n, in_features), read when they are needed, or None
        ``inputs`` as they stand in the file, before a sensor rounds them.
    """

    network: AnyNetwork
    calibration: Samples | None = None
    inputs: Samples | None = None
    labels: Integers | None = None
    values: Values | None = None

    @classmethod
    def load(
        cls, network: AnyNetwork, calibration: Given | None = None, test: Given | tuple[Given, Given] | None = None, *,
        purpose: Purpose = "test",
    ) -> UserData:  # fmt: skip
        """Read the files, or take the arrays. Floats get a sensor: the model's own, else one fitted to the calibration
        samples if they are floats, else one fitted to the test samples.

        ``test`` are samples and their labels, or a file that holds both; ``purpose`` is what they are for. Where the
        model does not say what its classes are called, and the labels do, the network gets the names.

        Raises
        ------
        InputError
            A file or an array cannot be used, or some samples are floats and others integers.
        """
        if calibration is not None and isinstance(network, QuantizedNetwork):
            raise InputError("the model is quantized already, and its scales are the file's: leave --calibration out")
        expected = Expected.by(network)
        notes: list[str] = []
        check_given(calibration, *(() if test is None else pair(test, purpose)))

        def opened(given: Given, purpose: Purpose, what: str, labels: bool) -> tuple[SampleFile, FoundLabels | None]:
            data = given_samples(given, expected, purpose, what, labels=labels)
            file, order = SampleFile.of(data, expected.shape)
            if not len(file):
                raise InputError(f"{file.source} holds no samples: give some, or leave --{purpose} out")
            notes.extend(dict.fromkeys(note for note in (*data.notes, order) if note and note not in notes))
            return file, data.labels

        typical = None if calibration is None else opened(calibration, "calibration", "calibration", False)[0]
        inputs = labels = None
        names: tuple[str, ...] = ()
        if test is not None:
            x, y = pair(test, purpose)
            inputs, found = opened(x, purpose, f"{purpose} x", same(x, y))
            if expected.classifies:
                if not same(x, y):
                    found = given_labels(y, purpose, f"{purpose} y")
                if found is None:
                    raise InputError(f"{inputs.source} holds no labels: give them in a second file or array")
                known = found.of_samples(len(inputs), expected)
                labels, names = known.numbers, known.names
                notes += filter(None, [known.note])
        files = [file for file in (typical, inputs) if file is not None]
        network = _with_names(_behind_sensor(network, files), names)
        if notes:
            network = replace(network, notes=(*network.notes, *notes))

        def integers(file: SampleFile | None) -> Samples | None:
            return None if file is None else file.integers(network.input, network.sensor)

        return cls(network, integers(typical), integers(inputs), labels, inputs)


def _with_names(network: AnyNetwork, names: tuple[str, ...]) -> AnyNetwork:
    """The network whose classes are called so, if they are called anything."""
    if not names:
        return network
    if isinstance(network, QuantizedNetwork):
        return replace(network, network=replace(network.network, class_names=names))
    return replace(network, class_names=names)


def _behind_sensor(network: AnyNetwork, files: list[SampleFile]) -> AnyNetwork:
    """The network behind a sensor, if it has one or some of the samples are floats."""
    floats = [file for file in files if not file.survey.integral]
    if floats and network.sensor is None:
        first = floats[0]
        if network.calibration is not None:
            raise InputError(
                f"{first.source} holds floats, but the model's calibration samples are integers: give integers too"
            )
        try:
            network = network.with_sensor(first.typical, rows=first.typical_rows)
        except ValueError as error:
            raise InputError(f"{first.source}: {error}: give samples in another unit") from None
    for file in files:
        if network.sensor is not None and file not in floats:
            _check_unit(file, network, network.sensor)
    return network


def _check_unit(file: SampleFile, network: AnyNetwork, sensor: Sensor) -> None:
    if isinstance(network, QuantizedNetwork):
        remedy = "say with --input-scale what an integer stands for, as 0.00392157 for pixels in 0..1"
        file.check_unit(sensor, "the model quantizes inputs", remedy)
    else:
        file.check_unit(sensor, "other samples are floats", "give all samples in the same unit")
