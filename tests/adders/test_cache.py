from dataclasses import replace

import numpy as np
import pytest

from quantnn.adders import cache as module
from quantnn.adders.adder_graph import AdderGraph
from quantnn.adders.cache import solve_once
from quantnn.adders.file import save_graphs
from quantnn.adders.linear_map import LinearMap
from quantnn.adders.solve import Effort, solve
from quantnn.arithmetic import Box, IntegerRange

WANTED = LinearMap(np.array([[3, -5], [7, 6]]), Box.uniform(IntegerRange(-8, 7), 2), np.array([0, 9]))


@pytest.fixture
def solved(tmp_path, monkeypatch):
    """How often there was something to solve."""
    monkeypatch.setenv("QUANTNN_CACHE", str(tmp_path / "cache"))
    efforts = []

    def counted(wanted, effort, progress):
        efforts.append(effort)
        return solve(wanted, effort, progress)

    monkeypatch.setattr(module, "solve", counted)
    return efforts


@pytest.fixture
def kept(tmp_path):
    """The one file there is."""

    def find():
        (file,) = (tmp_path / "cache" / "adder_graphs").rglob("*.npz")
        return file

    return find


def test_what_was_solved_is_not_solved_again(solved):
    first, second = solve_once(WANTED), solve_once(WANTED)
    assert len(solved) == 1
    assert first.proves(WANTED) and second.proves(WANTED)
    np.testing.assert_array_equal(first.adders, second.adders)


@pytest.mark.parametrize(
    "other",
    [
        replace(WANTED, matrix=-WANTED.matrix),
        LinearMap(WANTED.matrix.reshape(1, 4), Box.uniform(IntegerRange(-8, 7), 1)),
        replace(WANTED, constants=np.array([9, 0])),
        replace(WANTED, inputs=Box.uniform(IntegerRange(-8, 6), 2)),
    ],
)
def test_another_matrix_is_another(solved, other):
    solve_once(WANTED)
    assert solve_once(other).proves(other)
    assert len(solved) == 2


def test_another_effort_or_solver_is_another(solved, monkeypatch):
    solve_once(WANTED)
    solve_once(WANTED, Effort(extra_depth=0))
    monkeypatch.setattr(module, "_solver", lambda: "the next")
    solve_once(WANTED)
    assert len(solved) == 3


def test_a_damaged_file_is_solved_again_and_replaced(solved, kept):
    solve_once(WANTED)
    whole = kept().read_bytes()
    for damaged in (b"", whole[: len(whole) // 2], b"x" + whole[1:], b"none"):
        kept().write_bytes(damaged)
        before = len(solved)
        assert solve_once(WANTED).proves(WANTED)
        assert solve_once(WANTED).proves(WANTED)
        assert len(solved) == before + 1


@pytest.mark.parametrize(
    "wrong",
    [
        {0: solve(replace(WANTED, matrix=WANTED.matrix + 1))},
        {0: AdderGraph(1, [], [], [[0, 0, 1]] * 2)},
        {0: AdderGraph(2, [], np.tile([[0, 1, 0, 0, 1]], (10_000, 1)), [[0, 0, 1]] * 2)},
        {1: solve(WANTED)},
        {},
    ],
)
def test_a_graph_of_something_else_is_not_believed(solved, kept, wrong):
    solve_once(WANTED)
    save_graphs(wrong, kept())
    assert solve_once(WANTED).proves(WANTED)
    assert len(solved) == 2


def test_nobody_proves_a_graph_that_is_far_too_large(solved, kept, monkeypatch):
    """Forms take memory for each node and input."""
    solve_once(WANTED)
    save_graphs({0: AdderGraph(2, [], np.tile([[0, 1, 0, 0, 1]], (10_000, 1)), [[0, 0, 1]] * 2)}, kept())
    proves = AdderGraph.proves

    def small_only(graph, wanted):
        assert graph.nodes < 100
        return proves(graph, wanted)

    monkeypatch.setattr(AdderGraph, "proves", small_only)
    solve_once(WANTED)
    assert len(solved) == 2


@pytest.mark.parametrize("place", ["relative", "/dev/null/cache"])
def test_a_cache_that_cannot_be_used_is_done_without(solved, monkeypatch, place):
    monkeypatch.setenv("QUANTNN_CACHE", place)
    assert solve_once(WANTED).proves(WANTED)
    assert solve_once(WANTED).proves(WANTED)
    assert len(solved) == 2
