"""Engines whose sums leave through a drain."""

from amaranth.hdl import Module

from quantnn.hdl.core.drain import Drain
from quantnn.hdl.core.engine import Engine

__all__ = ["DrainedEngine"]


class DrainedEngine(Engine, shared=True):
    """A derived class drives ``drain`` and the queue's reservation."""

    def _output(self, m: Module):
        """Submodules ``drain`` and ``queue``, connected to each other and to ``o``."""
        m.submodules.drain = drain = Drain(self._plan)
        queue = self._queue(m)
        m.d.comb += [queue.valid.eq(drain.valid), queue.beat.eq(drain.o)]
        return drain, queue
