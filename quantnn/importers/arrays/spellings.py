"""The ways in which model files name the arrays of their dense layers."""

from __future__ import annotations

from quantnn.importers.arrays.numbered import Numbered
from quantnn.importers.arrays.positional import Positional
from quantnn.importers.arrays.scoped import Scoped
from quantnn.importers.arrays.spelling import Spelling

__all__ = ["KERAS", "NUMBERED", "POSITIONAL", "PYTORCH", "SCIKIT_LEARN", "SPELLINGS"]

NUMBERED = Numbered()
SCIKIT_LEARN = Numbered("coefs_", "intercepts_")
PYTORCH = Scoped(".", "weight", transposed=True, bare=True)
KERAS = Scoped("/", "kernel")
POSITIONAL = Positional()

SPELLINGS: tuple[Spelling, ...] = (NUMBERED, SCIKIT_LEARN, PYTORCH, KERAS, POSITIONAL)
"""Every known spelling; a file must be spelled in one way only."""
