"""Adder graphs that were found before, kept in the user's cache."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import cache
from pathlib import Path

import numpy as np

from quantnn.adders.adder_graph import AdderGraph
from quantnn.adders.estimate import signed_digits
from quantnn.adders.file import load_graphs, save_graphs
from quantnn.adders.linear_map import LinearMap
from quantnn.adders.solve import Effort, solve
from quantnn.errors import InputError, ToolError
from quantnn.system.cache import Cache
from quantnn.system.progress import SILENT, Progress

__all__ = ["solve_once"]

_FILE = "graph.npz"


def solve_once(wanted: LinearMap, effort: Effort = Effort(), progress: Progress = SILENT) -> AdderGraph:
    """What :func:`solve` gives, from the cache if this version of it has been asked before.

    A graph from there is proven again. One that is damaged or computes something else is discarded, and a cache that
    cannot be used is done without.
    """
    try:
        kept = Cache("adder_graphs")
    except InputError:
        return solve(wanted, effort, progress)
    place = kept.place(_solver(), repr(effort), _content(wanted))
    if place.exists():
        if graph := _read(place / _FILE, wanted):
            kept.used(place)
            return graph
        kept.discard(place)
    graph = solve(wanted, effort, progress)
    with suppress(ToolError), kept.making(place) as made:
        save_graphs({0: graph}, made / _FILE)
    return graph


def _read(path: Path, wanted: LinearMap) -> AdderGraph | None:
    """The graph in a file, if there is one that computes what is wanted."""
    with suppress(InputError):
        graph = load_graphs(path).get(0)
        # To prove it takes memory for each node: more than there are digits, no graph needs.
        most = signed_digits(wanted.matrix).sum() + np.count_nonzero(wanted.constants)
        if isinstance(graph, AdderGraph) and max(len(graph.adders), len(graph.constants)) <= most:
            return graph if graph.proves(wanted) else None
    return None


def _content(wanted: LinearMap) -> str:
    parts = (wanted.matrix, wanted.constants, wanted.inputs.lo, wanted.inputs.hi)
    digest = hashlib.sha256(repr(wanted.matrix.shape).encode())
    for part in parts:
        digest.update(part.astype("<i8").tobytes())
    return digest.hexdigest()


@cache
def _solver() -> str:
    """What tells one version of the solver from another: the text of its modules."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
