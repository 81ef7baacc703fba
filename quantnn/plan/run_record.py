"""What was built for layers that are unrolled together: enough to build the same again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from quantnn.adders.sums import Sums
from quantnn.arithmetic import Box, IntegerRange
from quantnn.files.field_types import Count, Size, Words
from quantnn.files.record import RECORD
from quantnn.network.layers import Dense, Layer
from quantnn.plan.datapath import Misfit
from quantnn.plan.memory import Shapes
from quantnn.plan.queue import QueuePlan
from quantnn.plan.unrolled.pipeline import UnrolledPipeline
from quantnn.plan.unrolled.schedule import Pipelining
from quantnn.plan.unrolled_engine import UnrolledPlan

__all__ = ["RunRecord", "UnrolledLayer"]


@dataclass(frozen=True, config=RECORD)
class UnrolledLayer:
    """A layer whose weights are logic."""

    kind: Words
    activation: Words
    in_features: Size
    out_features: Size

    @classmethod
    def of(cls, layer: Layer) -> UnrolledLayer:
        return cls(layer.kind, layer.activation, layer.in_features, layer.out_features)

    @property
    def shape(self) -> tuple[str, int, int, str]:
        """As :attr:`LayerRecord.shape <quantnn.plan.layer_record.LayerRecord.shape>`."""
        return self.kind, self.in_features, self.out_features, self.activation

    def difference(self, layer: Layer) -> str:
        """Why a layer is of another kind, or ''."""
        own = self.of(layer).shape
        return "" if own == self.shape else "it is {} {}→{} {}, the hardware {} {}→{} {}".format(*own, *self.shape)

    def misfits(self, layer: Layer, accumulators: Box) -> Iterator[Misfit]:
        """Nothing: a pipeline is made for its weights, and refuses others when it is made."""
        return iter(())


@dataclass(frozen=True, config=RECORD)
class RunRecord:
    """The pipeline of some layers in a row.

    Parameters
    ----------
    first : int
        Number of the first of them.
    layers : tuple of UnrolledLayer
    pipelining : Pipelining
        Where it has registers.
    word : int
    queue : QueuePlan
    small_in_logic : bool
        As :class:`~quantnn.plan.unrolled_engine.UnrolledPlan` has them.
    """

    first: Count
    layers: Annotated[tuple[UnrolledLayer, ...], Field(min_length=1)]
    pipelining: Pipelining
    word: Size
    queue: QueuePlan
    small_in_logic: bool

    @classmethod
    def of(cls, first: int, engine: UnrolledPlan) -> RunRecord:
        """The record of layers that are built so."""
        return cls(
            first,
            tuple(UnrolledLayer.of(layer) for layer in engine.layers),
            engine.pipeline.pipelining,
            engine.word,
            engine.queue,
            engine.small_in_logic is not None,
        )

    def engine_plan(
        self,
        layers: tuple[Layer, ...],
        input: IntegerRange,
        inputs: Box,
        graphs: Mapping[int, Sums],
        shapes: Shapes,
    ) -> UnrolledPlan:
        """The same hardware, from a network's layers and the graphs of its dense ones, by the layers' numbers."""
        dense = [graphs[self.first + place] for place, layer in enumerate(layers) if isinstance(layer, Dense)]
        pipeline = UnrolledPipeline.of(layers, inputs, self.pipelining, dense)
        small = shapes if self.small_in_logic else None
        return UnrolledPlan(pipeline, input, self.word, self.queue, small_in_logic=small)
