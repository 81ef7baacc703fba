"""The samples that a user gives beside a model, brought to the integers that the hardware takes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from quantnn.arithmetic import Integers
from quantnn.errors import InputError
from quantnn.model.activation import Floats
from quantnn.model.dataset import integer_samples, is_integral, load_labels, load_raw
from quantnn.model.network import FloatNetwork
from quantnn.network.sensor import Sensor

__all__ = ["UserData"]


@dataclass(frozen=True, eq=False)
class UserData:
    """A model and samples for it, all in raw inputs of the same format.

    Parameters
    ----------
    network : FloatNetwork
        Behind a sensor, if samples are floats.
    calibration, inputs : int64 arrays of shape (n, in_features) or None
    labels : int64 array of shape (n,) or None
        Classes of ``inputs``; None too for a network that gives values.
    """

    network: FloatNetwork
    calibration: Integers | None = None
    inputs: Integers | None = None
    labels: Integers | None = None

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
        raw = {path: load_raw(path, network.in_features) for path in files}
        floats = [path for path, values in raw.items() if not is_integral(values)]
        if floats and network.sensor is None:
            if network.calibration is not None:
                raise InputError(
                    f"{floats[0]} holds floats, but the model's calibration samples are integers: give integers too"
                )
            try:
                network = network.with_sensor(raw[floats[0]])
            except ValueError as error:
                raise InputError(f"{floats[0]}: {error}: give samples in another unit") from None

        for path in files:
            if network.sensor is not None and path not in floats:
                _check_unit(raw[path], network.sensor, path)

        def integers(path: Path | None) -> Integers | None:
            if path is None:
                return None
            values: Floats = raw[path]
            if network.sensor is not None:
                return network.sensor(values)
            return integer_samples(values, "", path, network.in_features, network.input)

        labels = None
        if test and network.decision != "none":
            classes = max(2, network.out_features)
            labels = load_labels(test[1], len(raw[test[0]]), classes)
        return cls(network, integers(calibration), integers(test[0] if test else None), labels)


def _check_unit(values: Floats, sensor: Sensor, path: Path) -> None:
    """Refuse integers that lie far beyond what a sensor sees: they are no values of it, but raw inputs."""
    lo, hi = sensor.output.lo, sensor.output.hi
    seen = sensor.zero + sensor.step * lo, sensor.zero + sensor.step * hi
    least, greatest = seen[0].min(), seen[1].max()
    room = greatest - least
    if values.max() > greatest + room or values.min() < least - room:
        raise InputError(
            f"{path} holds integers in {values.min():g}..{values.max():g}, but other samples are floats in"
            f" {least:.6g}..{greatest:.6g}: give all samples in the same unit"
        )
