"""What every engine is: a component between two streams, made from its plan."""

from typing import ClassVar

from amaranth.hdl import Module
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from quantnn.hdl.core.requantizer import shape_of
from quantnn.hdl.core.sample_queue import SampleQueue
from quantnn.plan.engine import EnginePlan

__all__ = ["ENGINES", "Engine"]

ENGINES: dict[type, type] = {}
"""Engine components by the type of their plan."""


class Engine(wiring.Component):
    """Words of activations in, words of results out, shaped as the plan says.

    A derived class names its ``plan_type``, unless it is ``shared``: what other engines derive from.

    Parameters
    ----------
    plan : EnginePlan

    Members
    -------
    i : In(stream of arrays of plan.word elements)
        Each sample ``plan.replays`` times.
    o : Out(stream of arrays of plan.queue.word elements)
    """

    plan_type: ClassVar[type]

    def __init_subclass__(cls, *, shared=False, **kwargs):
        super().__init_subclass__(**kwargs)
        if not shared:
            ENGINES[cls.plan_type] = cls

    def __init__(self, plan: EnginePlan):
        self._plan = plan
        super().__init__(
            {
                "i": In(stream.Signature(data.ArrayLayout(shape_of(plan.input), plan.word))),
                "o": Out(stream.Signature(data.ArrayLayout(shape_of(plan.output), plan.queue.word))),
            }
        )

    def _queue(self, m: Module):
        """Submodule ``queue``, connected to ``o``."""
        m.submodules.queue = queue = SampleQueue(self._plan.queue)
        wiring.connect(m, queue.o, wiring.flipped(self.o))
        return queue
