import itertools

import numpy as np
import pytest

from quantnn.adders.cost import adder_bits
from quantnn.adders.linear_map import LinearMap
from quantnn.adders.solve import Effort, solve
from quantnn.arithmetic import Box, IntegerRange
from quantnn.system.progress import Progress

BYTE = IntegerRange(-128, 127)


def digits(value: int) -> int:
    """Signed digits that a value needs at least: 1 for 0, -1, 2, ... by what remains when a digit goes."""
    value = abs(value)
    if value < 2:
        return value
    return digits(value // 2) if value % 2 == 0 else 1 + min(digits(value - 1), digits(value + 1))


def least_depth(wanted: LinearMap) -> int:
    counts = [
        sum(digits(int(value)) for value in column) + bool(constant)
        for column, constant in zip(wanted.matrix.T, wanted.constants, strict=True)
    ]
    return (max(*counts, 1) - 1).bit_length()


def problem(matrix, values: IntegerRange = BYTE, constants=()) -> LinearMap:
    matrix = np.array(matrix)
    return LinearMap(matrix, Box.uniform(values, len(matrix)), np.array(constants, dtype=np.int64))


def random_problem(seed: int, most: int = 12, size: int = 40) -> LinearMap:
    random = np.random.default_rng(seed)
    shape = random.integers(1, most, 2)
    matrix = random.integers(-size, size + 1, shape) * random.integers(0, 2, shape)
    return problem(matrix, IntegerRange(0, 15), random.integers(-9, 10, shape[1]) * random.integers(0, 2, shape[1]))


@pytest.mark.parametrize("moves", [0, 200])
@pytest.mark.parametrize("extra", [0, 1, 2, None])
@pytest.mark.parametrize("seed", range(5))
def test_graphs_are_right_and_as_deep_as_they_may_be(seed, extra, moves):
    wanted = random_problem(seed)
    graph = solve(wanted, Effort(moves, extra))
    samples = np.random.default_rng(seed).integers(0, 16, (50, len(wanted.matrix)))
    np.testing.assert_array_equal(graph(samples), wanted(samples))
    if extra is not None:
        assert graph.depth <= least_depth(wanted) + extra
    # A constant is added so that the output has its own sign.
    assert (graph.outputs[wanted.constants != 0, 2] == 1).all()


def test_the_search_gives_the_same_graph_each_time_and_another_for_another_seed():
    wanted = problem(np.random.default_rng(7).integers(-7, 8, (12, 12)))
    first, again, other = (solve(wanted, Effort(500, seed=seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first.adders, again.adders)
    np.testing.assert_array_equal(first.outputs, again.outputs)
    assert not np.array_equal(first.adders, other.adders)


@pytest.mark.parametrize("seed", range(3))
def test_a_search_is_no_worse_than_the_greedy_graph(seed):
    wanted = problem(np.random.default_rng(seed).integers(-7, 8, (8, 8)))
    greedy, searched = (adder_bits(solve(wanted, Effort(moves)), wanted.inputs).sum() for moves in (0, 2000))
    assert searched <= greedy


def fewest_adders(wanted: LinearMap, most: int) -> int:
    """Adders that a map of one or two inputs needs, by trying all graphs; up to so many, shifts up to 3."""
    width = len(wanted.matrix)
    targets = {normal(tuple(int(value) for value in column)) for column in wanted.matrix.T} - {(0,) * width}
    leaves = [tuple(int(i == j) for j in range(width)) for i in range(width)]
    states = {frozenset(leaves)}
    for count in range(most + 1):
        if any(targets <= state for state in states):
            return count
        states = {state | {made} for state in states for made in sums(state)}
    return most + 1


def sums(nodes):
    for left, right in itertools.product(nodes, repeat=2):
        for shift, sign in itertools.product(range(4), (1, -1)):
            made = normal(tuple(a + sign * (b << shift) for a, b in zip(left, right, strict=True)))
            if any(made):
                yield made


def normal(form):
    """The same up to shifts and signs."""
    if not any(form):
        return form
    while all(value % 2 == 0 for value in form):
        form = tuple(value // 2 for value in form)
    return form if next(value for value in form if value) > 0 else tuple(-value for value in form)


@pytest.mark.parametrize(
    ("matrix", "adders"),
    [
        ([[3]], 1),
        ([[5, 10, -5, 0]], 1),
        ([[1, 1], [1, 2]], 2),
        ([[1, 1], [3, -3]], 3),
        ([[7], [9]], 3),
        ([[3, 6, 0], [3, 6, 4]], 2),
    ],
)
def test_small_graphs_have_as_few_adders_as_any(matrix, adders):
    wanted = problem(matrix)
    assert fewest_adders(wanted, adders) == adders
    assert len(solve(wanted, Effort(500, None)).adders) == adders


@pytest.mark.parametrize(
    ("matrix", "adders"),
    [
        ([[0]], 0),
        ([[1]], 0),
        ([[-8]], 0),
        (np.zeros((3, 4), dtype=int), 0),
        (np.eye(5, dtype=int) << 3, 0),
        ([[1, -1, 2, 0], [1, -1, 2, 0]], 1),
        ([[32767, -32768, 21845]], 8),
    ],
)
@pytest.mark.parametrize("moves", [0, 100])
def test_degenerate_matrices(matrix, adders, moves):
    wanted = problem(matrix)
    assert len(solve(wanted, Effort(moves)).adders) <= adders


@pytest.mark.parametrize("ends", [(0, 0), (5, 5), (-1, 0), (0, 1)])
def test_narrow_inputs(ends):
    wanted = problem(np.random.default_rng(1).integers(-3, 4, (6, 6)), IntegerRange(*ends), [3, 0, -3, 0, 4, -8])
    graph = solve(wanted, Effort(200))
    assert graph.proves(wanted)


def test_wide_weights():
    random = np.random.default_rng(2)
    wanted = problem(random.integers(-(2**15), 2**15, (10, 10)))
    assert len(solve(wanted, Effort(200)).adders) < 10 * 10 * 5
    wanted = problem(random.integers(-(2**40), 2**40, (3, 3)))
    assert solve(wanted, Effort(200, None)).proves(wanted)


def test_levels_differ_in_nothing_but_the_length_of_the_search():
    low, standard, high = (Effort.named(level, 1, 5) for level in ("low", "standard", "high"))
    assert low == Effort(0, 1, 5)
    assert 0 < standard.moves < high.moves
    assert standard == Effort(standard.moves, 1, 5)


def test_sums_that_do_not_fit_are_refused():
    with pytest.raises(OverflowError, match="2\\*\\*60"):
        solve(problem([[2**53]]))


def test_large_matrices_are_divided_and_say_so(monkeypatch):
    steps = []

    class Heard(Progress):
        def __call__(self, step: str, total: int | None = None, unit: str = "") -> None:
            steps.append(step)

    wanted, heard = problem(np.random.default_rng(3).integers(-7, 8, (16, 16))), Heard()
    whole = solve(wanted, Effort(), heard)
    assert "blocks" not in steps[-1]
    monkeypatch.setattr("quantnn.adders.solve._WORK", 3000)
    divided = solve(wanted, Effort(), heard)
    assert "blocks" in steps[-1]
    assert len(whole.adders) < len(divided.adders)
