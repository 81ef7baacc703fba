"""The samples that an integer network is asked, as the integers that it takes."""

from __future__ import annotations

from dataclasses import dataclass

from quantnn.arithmetic import Integers
from quantnn.errors import InputError
from quantnn.model.data_options import Expected, Purpose
from quantnn.model.given import Given, check_given, given_labels, given_samples, same
from quantnn.model.sample_file import SampleFile, Values
from quantnn.network.network import IntegerNetwork
from quantnn.network.samples import Samples

__all__ = ["InputData"]


@dataclass(frozen=True, eq=False)
class InputData:
    """Samples, and what is known of them.

    Parameters
    ----------
    samples : int64 of shape (n, in_features), read when they are needed
    values : float64 of shape (n, in_features), read when they are needed
        The samples as they stand in the file, before a sensor rounds them.
    labels : int64 array of shape (n,) or None
        True classes, where they are known; None too for a network that gives values.
    class_names : tuple of str
        The network's, or, if it has none, those of the labels.
    notes : tuple of str
        What to say about how they were read.
    """

    samples: Samples
    values: Values
    labels: Integers | None = None
    class_names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @classmethod
    def load(
        cls,
        network: IntegerNetwork,
        x: Given,
        labels: Given | None = None,
        *,
        purpose: Purpose = "input",
        what: tuple[str, str] = ("samples", "labels"),
    ) -> InputData:
        """Read samples, and their labels, or those that stand beside the samples. The network's sensor takes floats.

        ``what`` is what messages call arrays of samples and of labels.

        Raises
        ------
        InputError
            A file or array cannot be used.
        """
        expected = Expected.by(network)
        check_given(x, labels)
        data = given_samples(x, expected, purpose, what[0], labels=labels is None or same(x, labels))
        file, order = SampleFile.of(data, expected.shape)
        samples = file.integers(network.input, network.sensor)
        notes = (*data.notes, *filter(None, [order]))
        if not network.classify:
            return cls(samples, file, None, network.class_names, notes)
        found = data.labels
        if labels is not None and not same(x, labels):
            found = given_labels(labels, purpose, what[1])
        if found is None and labels is not None:
            raise InputError(f"{data.source} holds no labels: give them in a second file or array")
        if found is None:
            return cls(samples, file, None, network.class_names, notes)
        known = found.of_samples(len(file), expected)
        names = network.class_names or known.names
        return cls(samples, file, known.numbers, names, (*notes, *filter(None, [known.note])))
