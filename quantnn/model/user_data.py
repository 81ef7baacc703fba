"""The samples that a user gives beside a model, brought to the integers that the hardware takes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from quantnn.arithmetic import Integers
from quantnn.errors import InputError
from quantnn.model.dataset import load_labels
from quantnn.model.network import FloatNetwork
from quantnn.model.sample_file import SampleFile, Survey, Values
from quantnn.network.samples import Samples
from quantnn.network.sensor import Sensor

__all__ = ["UserData"]


@dataclass(frozen=True, eq=False)
class UserData:
    """A model and samples for it, all in raw inputs of the same format.

    Parameters
    ----------
    network : FloatNetwork
        Behind a sensor, if samples are floats.
    calibration, inputs : int64 of shape (n, in_features), read when they are needed, or None
    labels : int64 array of shape (n,) or None
        Classes of ``inputs``; None too for a network that gives values.
    values : float64 of shape (n, in_features), read when they are needed, or None
        ``inputs`` as they stand in the file, before a sensor rounds them.
    """

    network: FloatNetwork
    calibration: Samples | None = None
    inputs: Samples | None = None
    labels: Integers | None = None
    values: Values | None = None

    @classmethod
    def load(
        cls, network: FloatNetwork, calibration: Path | None = None, test: tuple[Path, Path] | None = None
    ) -> UserData:
        """Read the files. Floats get a sensor: the model's own, else one fitted to the calibration samples if they are
        floats, else one fitted to the test samples.

        Raises
        ------
        InputError
            A file cannot be used, or some samples are floats and others integers.
        """
        files = [path for path in (calibration, test[0] if test else None) if path is not None]
        raw = {path: SampleFile.of(path, network.in_features) for path in files}
        floats = [path for path, file in raw.items() if not file.survey.integral]
        if floats and network.sensor is None:
            if network.calibration is not None:
                raise InputError(
                    f"{floats[0]} holds floats, but the model's calibration samples are integers: give integers too"
                )
            try:
                file = raw[floats[0]]
                network = network.with_sensor(file.typical, rows=file.typical_rows)
            except ValueError as error:
                raise InputError(f"{floats[0]}: {error}: give samples in another unit") from None

        for path in files:
            if network.sensor is not None and path not in floats:
                _check_unit(raw[path].survey, network.sensor, path)

        def integers(path: Path | None) -> Samples | None:
            return None if path is None else raw[path].integers(network.input, network.sensor)

        labels = None
        if test and network.decision != "none":
            classes = max(2, network.out_features)
            labels = load_labels(test[1], len(raw[test[0]]), classes)
        inputs = test[0] if test else None
        return cls(network, integers(calibration), integers(inputs), labels, None if inputs is None else raw[inputs])


def _check_unit(survey: Survey, sensor: Sensor, path: Path) -> None:
    """Refuse integers that lie far beyond what a sensor sees: they are no values of it, but raw inputs."""
    lo, hi = sensor.output.lo, sensor.output.hi
    seen = sensor.zero + sensor.step * lo, sensor.zero + sensor.step * hi
    least, greatest = seen[0].min(), seen[1].max()
    room = greatest - least
    if survey.greatest.max() > greatest + room or survey.least.min() < least - room:
        found = f"{survey.least.min():g}..{survey.greatest.max():g}"
        raise InputError(
            f"{path} holds integers in {found}, but other samples are floats in"
            f" {least:.6g}..{greatest:.6g}: give all samples in the same unit"
        )
