"""Pipelines of unrolled layers for tests."""

from quantnn.adders.solve import solve
from quantnn.arithmetic import Box
from quantnn.plan.unrolled.pipeline import UnrolledPipeline, linear_maps
from quantnn.plan.unrolled.schedule import Pipelining

LEVELS = Pipelining(3)


def unrolled(network, pipelining=LEVELS):
    """The whole network as one pipeline."""
    inputs = Box.uniform(network.input, network.in_features)
    graphs = [solve(wanted) for wanted in linear_maps(network.layers, inputs)]
    return UnrolledPipeline.of(network.layers, inputs, pipelining, graphs)
