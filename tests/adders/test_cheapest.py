import numpy as np

from quantnn.adders import cheapest as module
from quantnn.adders.adder_graph import AdderGraph
from quantnn.adders.cheapest import cheapest_sums
from quantnn.adders.linear_map import LinearMap
from quantnn.adders.logic_target import LOGIC_ELEMENTS
from quantnn.adders.packing import Packing
from quantnn.adders.solve import Effort, solve
from quantnn.arithmetic import Box, IntegerRange


def ternary(bits):
    random = np.random.default_rng(0)
    matrix = random.integers(-1, 2, (40, 6))
    return LinearMap(matrix, Box.uniform(IntegerRange(0, 2**bits - 1), 40))


def test_bits_are_packed_and_bytes_are_not(monkeypatch):
    monkeypatch.setattr(module, "solve_once", solve)
    assert isinstance(cheapest_sums(ternary(1)), Packing)
    assert isinstance(cheapest_sums(ternary(8)), AdderGraph)


def test_what_takes_less_is_taken(monkeypatch):
    """Three times a number of two bits is one adder of four, or more bits in tables."""
    efforts = []

    def counted(wanted, effort, progress):
        efforts.append(effort.moves)
        return solve(wanted, effort, progress)

    monkeypatch.setattr(module, "solve_once", counted)
    wanted = LinearMap(np.array([[5, 0, 1], [0, 5, 2]]), Box.uniform(IntegerRange(0, 7), 2))
    sums = cheapest_sums(wanted, Effort(moves=3))
    packing = module.pack(wanted, LOGIC_ELEMENTS)
    graph = solve(wanted)
    least = min(sum(packing.costs(LOGIC_ELEMENTS)), LOGIC_ELEMENTS.adders(graph, wanted.inputs).sum())
    taken = sums.costs(LOGIC_ELEMENTS) if isinstance(sums, Packing) else LOGIC_ELEMENTS.adders(sums, wanted.inputs)
    assert sum(taken) == least
    assert efforts == [0, 3]
