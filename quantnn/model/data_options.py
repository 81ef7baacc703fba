"""What reading samples of a file takes besides the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from quantnn.model.quantized import AnyNetwork
from quantnn.network.network import IntegerNetwork

__all__ = ["DataOptions", "Expected", "Purpose"]

Purpose = Literal["test", "calibration", "validation", "input"]
"""What samples are for: which are taken of a file that has those of training and of test apart."""


@dataclass(frozen=True)
class DataOptions:
    """What the user says of the files of samples.

    Parameters
    ----------
    label_column : str
        Of a table: name, or number from 0 on, of the column that holds the classes; empty for the usual one.
    resize : bool
        Whether images of another size than the model's are resized.
    """

    label_column: str = ""
    resize: bool = False


@dataclass(frozen=True)
class Expected:
    """What a network takes and answers.

    Parameters
    ----------
    shape : tuple of int
        Of one sample, as the model file has it.
    class_count : int
        Classes that the answer can be; of a network that gives values, these.
    class_names : tuple of str
        As far as the model says.
    classifies : bool
    """

    shape: tuple[int, ...]
    class_count: int = 1
    class_names: tuple[str, ...] = ()
    classifies: bool = True

    @classmethod
    def by(cls, network: AnyNetwork | IntegerNetwork) -> Expected:
        """What a network expects."""
        classifies = network.classify if isinstance(network, IntegerNetwork) else network.decision != "none"
        return cls(network.input_shape, network.class_count, network.class_names, classifies)
