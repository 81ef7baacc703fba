"""A graph of shifts and additions, which can be evaluated, proven and saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt

from quantnn.adders.linear_map import LinearMap, linear_box
from quantnn.arithmetic import Box, Integers

__all__ = ["AdderGraph"]


@dataclass(frozen=True, eq=False)
class AdderGraph:
    """Every node is ``(left << left_shift) + sign · (right << right_shift)`` of two nodes before it.

    Nodes are numbered: first the inputs, then the constants, then one for each adder.

    Parameters
    ----------
    inputs : int
        How many there are.
    constants : int64 array of shape (k,)
        Leaves with a value that never changes.
    adders : int64 array of shape (n, 5)
        Per adder: left, right, left_shift, right_shift, sign (1 or -1). Shifts lie in 0..62.
    outputs : int64 array of shape (m, 3)
        Per output: node, shift, sign; the output is ``sign · (node << shift)``, and 0 where node is -1.

    Members
    -------
    depths : int64 array of shape (nodes,)
        Adders on the longest way from a leaf to each node.

    Raises
    ------
    ValueError
        A node does not exist yet where it is used, or a number is out of its range.
    """

    inputs: int
    constants: Integers
    adders: Integers
    outputs: Integers

    def __post_init__(self) -> None:
        for name, columns in (("constants", 0), ("adders", 5), ("outputs", 3)):
            values = np.array(getattr(self, name), dtype=np.int64).reshape((-1, columns) if columns else -1)
            values.flags.writeable = False
            object.__setattr__(self, name, values)
        if self.inputs < 1 or not len(self.outputs):
            raise ValueError("An adder graph must have inputs and outputs")
        own = np.arange(len(self.adders)) + self.leaves
        left, right, *amounts, sign = self.adders.T
        if (left >= own).any() or (right >= own).any() or self.adders[:, :2].min(initial=0) < 0:
            raise ValueError("An adder must add nodes before it")
        if self.outputs[:, 0].max() >= self.leaves + len(self.adders) or self.outputs[:, 0].min() < -1:
            raise ValueError("An output must be a node, or -1 for 0")
        shifts = np.concatenate([*amounts, self.outputs[:, 1]])
        if shifts.min() < 0 or shifts.max() > 62:
            raise ValueError("Shifts must lie in 0..62")
        if (np.abs(np.concatenate([sign, self.outputs[:, 2]])) != 1).any():
            raise ValueError("Signs must be 1 or -1")

    @property
    def leaves(self) -> int:
        """Inputs and constants."""
        return self.inputs + len(self.constants)

    @property
    def nodes(self) -> int:
        """Leaves and adders."""
        return self.leaves + len(self.adders)

    @property
    def proof_numbers(self) -> int:
        """Integers that :meth:`proves` has to work out."""
        return self.nodes * (self.inputs + 1)

    @cached_property
    def depths(self) -> Integers:
        depths = [0] * self.leaves
        for left, right, *_ in self.adders.tolist():
            depths.append(1 + max(depths[left], depths[right]))
        return np.array(depths, dtype=np.int64)

    @property
    def depth(self) -> int:
        """The most adders on a way to an output."""
        used = self.outputs[self.outputs[:, 0] >= 0, 0]
        return int(self.depths[used].max(initial=0))

    def __call__(self, samples: Integers) -> Integers:
        """The outputs, int64 of shape (n, outputs), of samples of shape (n, inputs)."""
        values = list(np.asarray(samples, dtype=np.int64).T)
        values += [np.full(len(samples), constant) for constant in self.constants.tolist()]
        for left, right, left_shift, right_shift, sign in self.adders.tolist():
            values.append((values[left] << left_shift) + sign * (values[right] << right_shift))
        zero = np.zeros(len(samples), dtype=np.int64)
        columns = [zero if node < 0 else sign * (values[node] << shift) for node, shift, sign in self.outputs.tolist()]
        return np.stack(columns, axis=1)

    @cached_property
    def forms(self) -> Integers:
        """What each node is of the inputs, expanded over the integers: int64 of shape (inputs + 1, nodes).

        Row i holds the factors of input i, the last row what is added.
        """
        forms = np.zeros((self.nodes, self.inputs + 1), dtype=np.int64)
        forms[: self.inputs, : self.inputs] = np.eye(self.inputs, dtype=np.int64)
        forms[self.inputs : self.leaves, -1] = self.constants
        for number, (left, right, left_shift, right_shift, sign) in enumerate(self.adders.tolist(), start=self.leaves):
            np.left_shift(forms[left], left_shift, out=forms[number])
            forms[number] += sign * (forms[right] << right_shift)
        return forms.T

    def boxes(self, inputs: Box) -> Box:
        """The exact range of each node over all inputs of a box."""
        return linear_box(self.forms[:-1], inputs, self.forms[-1])

    def proves(self, wanted: LinearMap) -> bool:
        """Whether the graph computes exactly that, for every input: its outputs' forms are the matrix's columns."""
        if self.inputs != len(wanted.matrix) or len(self.outputs) != wanted.matrix.shape[1]:
            return False
        nodes, shifts, signs = self.outputs.T
        forms = np.where(nodes >= 0, (self.forms[:, nodes] << shifts) * signs, 0)
        return np.array_equal(forms[:-1], wanted.matrix) and np.array_equal(forms[-1], wanted.constants)

    def arrays(self) -> dict[str, npt.NDArray[np.int64]]:
        """What :meth:`from_arrays` takes."""
        shape = np.array([self.inputs], dtype=np.int64)
        return {"inputs": shape, "constants": self.constants, "adders": self.adders, "outputs": self.outputs}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[np.int64]]) -> Self:
        """The graph that :meth:`arrays` was called on."""
        return cls(int(arrays["inputs"][0]), arrays["constants"], arrays["adders"], arrays["outputs"])
