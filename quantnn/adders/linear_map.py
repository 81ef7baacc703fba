"""What an adder graph has to compute: a matrix of constants times a vector, plus constants."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from quantnn.arithmetic import Box, Integers

__all__ = ["LinearMap"]


@dataclass(frozen=True, eq=False)
class LinearMap:
    """``y_j = constant_j + Σ_i x_i · matrix[i, j]``.

    Parameters
    ----------
    matrix : int64 array of shape (inputs, outputs)
    inputs : Box
        The range of each input.
    constants : int64 array of shape (outputs,)
        0 by default.

    Members
    -------
    outputs : Box
        The exact range of each output.

    Raises
    ------
    ValueError
        The shapes do not belong together.
    """

    matrix: Integers
    inputs: Box
    constants: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def __post_init__(self) -> None:
        matrix, constants = (np.array(values, dtype=np.int64) for values in (self.matrix, self.constants))
        if matrix.ndim != 2 or 0 in matrix.shape:
            raise ValueError(f"A matrix must have inputs and outputs, not the shape {matrix.shape}")
        if not constants.size:
            constants = np.zeros(matrix.shape[1], dtype=np.int64)
        if len(self.inputs) != len(matrix) or constants.shape != (matrix.shape[1],):
            raise ValueError(
                f"A matrix of {len(matrix)} × {matrix.shape[1]} must have as many input ranges and constants, not"
                f" {len(self.inputs)} and {constants.size}"
            )
        for name, values in (("matrix", matrix), ("constants", constants)):
            values.flags.writeable = False
            object.__setattr__(self, name, values)

    @cached_property
    def outputs(self) -> Box:
        return linear_box(self.matrix, self.inputs, self.constants)

    def __call__(self, samples: Integers) -> Integers:
        """The outputs of samples of shape (n, inputs), as the definition says."""
        return samples @ self.matrix + self.constants


def linear_box(forms: npt.NDArray[np.integer], inputs: Box, constants: Integers) -> Box:
    """The exact range of each column of ``forms`` (inputs, columns) over all inputs of a box."""
    positive, negative = np.maximum(forms, 0), np.minimum(forms, 0)
    lo = inputs.lo @ positive + inputs.hi @ negative + constants
    return Box(lo, inputs.hi @ positive + inputs.lo @ negative + constants)
