"""A fitted estimator, in the few terms that reading it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from quantnn.errors import InputError
from quantnn.model.activation import Floats
from quantnn.model.array_checks import numeric

__all__ = ["Estimator", "Opaque", "Step"]


@dataclass(frozen=True)
class Opaque:
    """A value that nothing is read of: a function, a generator of random numbers, a sparse matrix.

    Parameters
    ----------
    kind : str
        What it is, for messages.
    """

    kind: str


@dataclass(frozen=True, eq=False)
class Estimator:
    """What scikit-learn calls an estimator, with its parameters and what fitting gave it.

    Parameters
    ----------
    kind, module : str
        The class's name and where it is defined: ``MLPClassifier``, ``sklearn.neural_network._multilayer_perceptron``.
    attributes : mapping
        By name: None, booleans, numbers, text, numpy arrays and numbers, tuples and lists of all these, other
        estimators, :class:`Opaque`. Computed when they are asked for, so a value that nobody needs may be of any kind.
    """

    kind: str
    module: str
    attributes: Mapping[str, object]


@dataclass(frozen=True, eq=False)
class Step:
    """An estimator in its place in a pipeline.

    Parameters
    ----------
    name : str
        As the pipeline calls it, with those around it in front: ``scale``, ``outer.inner``.
    estimator : Estimator
    source : str
        What all of it comes from, for messages.
    """

    name: str
    estimator: Estimator
    source: str

    def __str__(self) -> str:
        return f"step {self.name} ({self.estimator.kind})" if self.name else self.estimator.kind

    def bad(self, problem: str) -> InputError:
        return InputError(f"{self.source}: {self}: {problem}")

    def get(self, name: str, default: object = None) -> object:
        """An attribute, or the default where there is none."""
        return self.estimator.attributes.get(name, default)

    def fit_result(self, name: str) -> object:
        """An attribute that fitting leaves.

        Raises
        ------
        InputError
            There is none.
        """
        if name not in self.estimator.attributes:
            raise self.bad(f"it is not fitted (no {name}): call fit before it is saved or handed over")
        return self.estimator.attributes[name]

    def floats(self, name: str, dimensions: int) -> Floats:
        """What fitting left, as an array of ``dimensions``, or fewer; a number is an array of none.

        Raises
        ------
        InputError
            It is missing, no array of numbers, or not finite.
        """
        return self.array(self.fit_result(name), name, dimensions)

    def array(self, value: object, name: str, dimensions: int) -> Floats:
        """A value as :meth:`floats` gives it."""
        if isinstance(value, Opaque):
            raise self.bad(f"{name} must be an array of numbers, not a {value.kind}: call densify first")
        if not isinstance(value, np.ndarray | np.generic | float | int):
            raise self.bad(f"{name} must be an array of numbers, not {type(value).__name__}: fit it again")
        array = np.asarray(value)
        if array.ndim > dimensions or not array.size or array.dtype.kind not in "biuf":
            shape = f"{array.dtype} of shape {array.shape}"
            raise self.bad(
                f"{name} must be an array of numbers with {dimensions} dimensions, not {shape}: fit it again"
            )
        return numeric(array, name, Path(f"{self.source}: {self}"))

    def flag(self, name: str, default: bool) -> bool:
        """A parameter that is true or false."""
        return bool(self.get(name, default))
