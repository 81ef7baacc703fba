import numpy as np
import pytest

from quantnn.adders.differences import Differences
from quantnn.adders.linear_map import LinearMap
from quantnn.adders.solve import Effort, solve
from quantnn.arithmetic import Box, IntegerRange


def problem(matrix, constants=()) -> LinearMap:
    matrix = np.array(matrix)
    return LinearMap(matrix, Box.uniform(IntegerRange(-128, 127), len(matrix)), np.array(constants, dtype=np.int64))


def alike(seed: int, outputs: int = 6) -> LinearMap:
    """Outputs that differ by little from one or its negative, some by nothing."""
    random = np.random.default_rng(seed)
    first = random.integers(-7, 8, (12, 1))
    signs = random.choice([-1, 1], outputs)
    changes = random.integers(-1, 2, (12, outputs)) * (random.random((12, outputs)) < 0.2)
    changes[:, 0] = 0
    return problem(first * signs + changes, random.integers(-5, 6, outputs) * random.integers(0, 2, outputs))


def test_an_output_that_is_nearly_another_is_a_difference():
    wanted = problem([[7, 7], [5, 5], [3, 3], [5, 6], [-3, -3]])
    found = Differences.of(wanted, 8, 4)
    child = int(np.flatnonzero(found.parents >= 0)[0])
    assert found.parents[child] == 1 - child
    assert found.parents[1 - child] == -1
    assert found.signs[child] == 1
    assert np.abs(found.rest(wanted).matrix[:, child]).sum() == 1


def test_a_gain_too_small_is_left():
    wanted = problem([[7, 7], [5, 5], [3, 3], [5, 6], [-3, -3]])
    assert not Differences.of(wanted, 8, 11).any


@pytest.mark.parametrize("extra", [0, 1, 2])
@pytest.mark.parametrize("seed", range(6))
def test_joined_graphs_are_right(seed, extra):
    wanted = alike(seed)
    depth = solve(wanted, Effort(0, 0)).depth + extra
    found = Differences.of(wanted, depth, 2)
    assert found.any or not extra
    assert (found.limits(depth) <= depth).all()
    rest = found.rest(wanted)
    graph = found.joined(solve(rest, Effort(0, None)))
    assert graph.proves(wanted)
    assert (graph.outputs[wanted.constants != 0, 2] == 1).all()


@pytest.mark.parametrize("seed", range(6))
def test_solved_with_differences_an_output_stays_within_its_depth(seed):
    wanted = alike(seed)
    least = solve(wanted, Effort(0, 0)).depth
    for extra in (0, 1, 2):
        graph = solve(wanted, Effort(50, extra))
        assert graph.proves(wanted)
        assert graph.depth <= least + extra
        assert (graph.outputs[wanted.constants != 0, 2] == 1).all()


def test_a_constant_that_only_the_parent_holds_is_not_subtracted():
    wanted = problem([[5, -5], [7, -7], [3, -4]], [3, -3])
    found = Differences.of(wanted, 8, 2)
    assert (found.signs[found.parents >= 0] == 1).all()


def test_limits_leave_room_for_a_chain():
    chain = Differences(np.array([-1, 0, 1, -1]), np.ones(4, dtype=np.int64))
    assert chain.above.tolist() == [0, 1, 2, 0]
    assert chain.limits(5).tolist() == [3, 3, 4, 5]


def test_outputs_of_zero_and_equal_ones():
    wanted = problem([[5, -5, 5, 0], [7, -7, 7, 0], [3, -3, 3, 0]])
    parents = Differences(np.array([-1, 0, 0, -1]), np.array([1, -1, 1, 1]))
    graph = parents.joined(solve(parents.rest(wanted), Effort()))
    assert graph.proves(wanted)
    nothing = Differences(np.array([3, -1, -1, -1]), np.ones(4, dtype=np.int64))
    assert nothing.joined(solve(nothing.rest(wanted), Effort())).proves(wanted)
