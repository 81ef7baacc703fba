"""The samples that a user gives beside a model, brought to the integers that the hardware takes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from quantnn.arithmetic import Integers
from quantnn.errors import InputError
from quantnn.model.dataset import load_labels
from quantnn.model.quantized import AnyNetwork, QuantizedNetwork
from quantnn.model.sample_file import Given, SampleFile, Survey, Values
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
        cls, network: AnyNetwork, calibration: Given | None = None, test: tuple[Given, Given] | None = None
    ) -> UserData:
        """Read the files, or take the arrays. Floats get a sensor: the model's own, else one fitted to the calibration
        samples if they are floats, else one fitted to the test samples.

        Raises
        ------
        InputError
            A file or an array cannot be used, or some samples are floats and others integers.
        """
        if calibration is not None and isinstance(network, QuantizedNetwork):
            raise InputError("the model is quantized already, and its scales are the file's: leave --calibration out")
        own = None if calibration is None else SampleFile.given(calibration, network.in_features, "calibration")
        tested = None if test is None else SampleFile.given(test[0], network.in_features, "test x")
        given = [file for file in (own, tested) if file is not None]
        floats = [file for file in given if not file.survey.integral]
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

        for file in given:
            if network.sensor is not None and file not in floats:
                _check_unit(file.survey, network, network.sensor, file.source)

        def integers(file: SampleFile | None) -> Samples | None:
            return None if file is None else file.integers(network.input, network.sensor)

        labels = None
        if test and tested is not None and network.decision != "none":
            labels = load_labels(test[1], len(tested), max(2, network.out_features), "test y")
        return cls(network, integers(own), integers(tested), labels, tested)


def _check_unit(survey: Survey, network: AnyNetwork, sensor: Sensor, source: str | Path) -> None:
    """Refuse integers that lie far beyond what a sensor sees: they are no values of it, but raw inputs."""
    lo, hi = sensor.output.lo, sensor.output.hi
    seen = sensor.zero + sensor.step * lo, sensor.zero + sensor.step * hi
    least, greatest = seen[0].min(), seen[1].max()
    room = greatest - least
    if survey.greatest.max() > greatest + room or survey.least.min() < least - room:
        found = f"{survey.least.min():g}..{survey.greatest.max():g}"
        if isinstance(network, QuantizedNetwork):
            raise InputError(
                f"{source} holds integers in {found}, but the model quantizes inputs in {least:.6g}..{greatest:.6g}:"
                " say with --input-scale what an integer stands for, as 0.00392157 for pixels in 0..1"
            )
        raise InputError(
            f"{source} holds integers in {found}, but other samples are floats in"
            f" {least:.6g}..{greatest:.6g}: give all samples in the same unit"
        )
