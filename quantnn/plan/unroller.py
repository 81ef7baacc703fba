"""Layers as pipelines: adder graphs are searched once for each layer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from quantnn.adders.cheapest import cheapest_sums
from quantnn.adders.logic_target import LOGIC_ELEMENTS, LogicTarget
from quantnn.adders.solve import Effort
from quantnn.adders.sums import Sums
from quantnn.network.layers import Dense
from quantnn.network.network import IntegerNetwork
from quantnn.plan.engine_choice import EngineChoice
from quantnn.plan.run_stage import RunStage
from quantnn.plan.stage import LayerStage, Stage
from quantnn.plan.unrolled.pipeline import UnrolledPipeline, linear_maps
from quantnn.plan.unrolled.schedule import Pipelining
from quantnn.system.progress import SILENT, Progress

__all__ = ["Unroller"]


@dataclass(eq=False)
class Unroller:
    """Makes stages of a network's layers.

    Parameters
    ----------
    network : IntegerNetwork
    folded : tuple of LayerStage
        Every layer alone, time-multiplexed.
    pipelining : Pipelining
    effort : Effort
        How hard to look for adder graphs.
    target : LogicTarget
        What logic they are to take little of.
    progress : Progress

    Members
    -------
    graphs : dict of int to Sums
        Those that were found, by the layers' numbers.
    """

    network: IntegerNetwork
    folded: tuple[LayerStage, ...]
    pipelining: Pipelining
    effort: Effort = Effort()
    target: LogicTarget = LOGIC_ELEMENTS
    progress: Progress = SILENT
    graphs: dict[int, Sums] = field(default_factory=dict)

    def stages(self, mask: tuple[bool, ...]) -> tuple[Stage, ...]:
        """What the engines are to build where layers are unrolled as ``mask`` says.

        Raises
        ------
        DoesNotFitError
            A layer cannot be unrolled.
        """
        return tuple(
            self._run(range(first, end)) if unrolled else self.folded[first]
            for first, end, unrolled in EngineChoice.runs(mask)
        )

    def _run(self, numbers: range) -> RunStage:
        layers, inputs = self.network.layers[numbers.start : numbers.stop], self.network.input_boxes[numbers.start]
        dense = [number for number in numbers if isinstance(self.network.layers[number], Dense)]
        for number, wanted in zip(dense, linear_maps(layers, inputs), strict=True):
            if number not in self.graphs:
                self.progress(f"layer {number}: sharing sums between its {wanted.matrix.shape[1]:,} outputs")
                self.graphs[number] = cheapest_sums(wanted, self.effort, self.target, self.progress)
        graphs = [self.graphs[number] for number in dense]
        pipeline = UnrolledPipeline.of(layers, inputs, self.pipelining, graphs)
        return RunStage(pipeline, self.network.formats[numbers.start])

    def chosen(self, numbers: Iterable[int]) -> dict[int, Sums]:
        """The graphs of some layers."""
        return {number: self.graphs[number] for number in numbers if number in self.graphs}
