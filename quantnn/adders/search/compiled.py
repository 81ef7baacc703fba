"""How the functions here are compiled.

An array that is handed on is counted by numba, at the cost of an atomic instruction each, of which a pattern takes
dozens. What makes no arrays can do without: whoever called from Python holds them all.
"""

from __future__ import annotations

from numba import njit

__all__ = ["compiled", "making_arrays"]

compiled = njit(cache=True, _nrt=False)
making_arrays = njit(cache=True, _nrt=True)
