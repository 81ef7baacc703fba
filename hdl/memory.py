"""Block RAM with a synchronous read port, as every synthesis tool infers it."""

from amaranth.hdl import Elaboratable, Module, Signal
from amaranth.lib.memory import Memory

from quantnn.plan.engine import EnginePlan
from quantnn.plan.memory import MemoryPlan

__all__ = ["ReadOnlyMemory", "block_ram"]


def block_ram(plan: MemoryPlan, init=()):
    """An Amaranth memory of the planned shape, marked as block RAM for Quartus."""
    words = [*init, *[0] * (plan.depth - len(init))]
    return Memory(shape=plan.width, depth=plan.depth, init=words, attrs={"ramstyle": "M9K, no_rw_check"})


class ReadOnlyMemory(Elaboratable):
    """A ROM with a register behind it: the word of ``address`` stands at ``data`` two cycles later.

    The register has neither enable nor reset, so that it can be the block RAM's own.

    Parameters
    ----------
    plan : MemoryPlan
    words : list of int
        Contents, one unsigned integer per word; 0 beyond them.
    """

    LATENCY = EnginePlan.ROM_LATENCY

    def __init__(self, plan: MemoryPlan, words):
        if len(words) != plan.words:
            raise ValueError(f"The memory {plan.name} must be given {plan.words} words, not {len(words)}")
        self._memory = block_ram(plan, words)
        self.address = Signal(range(plan.depth))
        self.data = Signal(plan.width, reset_less=True)

    def elaborate(self, platform):
        m = Module()
        m.submodules.memory = self._memory
        port = self._memory.read_port()
        m.d.comb += port.addr.eq(self.address)
        m.d.sync += self.data.eq(port.data)
        return m
