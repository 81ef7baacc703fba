"""Pipelines of unrolled layers for tests."""

from quantnn.adders.pack import pack
from quantnn.adders.solve import solve
from quantnn.arithmetic import Box
from quantnn.plan.unrolled.pipeline import UnrolledPipeline, linear_maps
from quantnn.plan.unrolled.schedule import Pipelining

LEVELS = Pipelining(3)


def unrolled(network, pipelining=LEVELS, target=None):
    """The whole network as one pipeline; with a target, of tables and short sums."""
    inputs = Box.uniform(network.input, network.in_features)
    maps = linear_maps(network.layers, inputs)
    graphs = [solve(wanted) if target is None else pack(wanted, target) for wanted in maps]
    return UnrolledPipeline.of(network.layers, inputs, pipelining, graphs)
