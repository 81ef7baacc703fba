"""Block RAM with a synchronous read port, as every synthesis tool infers it."""

from amaranth.hdl import Elaboratable, Module, Signal
from amaranth.lib.memory import Memory

from quantnn.plan.drained_engine import DrainedEnginePlan
from quantnn.plan.memory import MemoryPlan

__all__ = ["ReadOnlyMemory", "block_ram"]


def block_ram(plan: MemoryPlan, init=()):
    """An Amaranth memory as planned, in one part, marked for Quartus."""
    if len(plan.depths) != 1:
        raise ValueError(f"The memory {plan.name} must have one part, not {len(plan.depths)}")
    return _part(plan, plan.depth, list(init))


def _part(plan, depth, words):
    words = [*words, *[0] * (depth - len(words))]
    style = "logic" if plan.in_logic else "M9K, no_rw_check"
    return Memory(shape=plan.width, depth=depth, init=words, attrs={"ramstyle": style})


class ReadOnlyMemory(Elaboratable):
    """A ROM with a register behind it: the word of ``address`` stands at ``data`` two cycles later.

    The register has neither enable nor reset, so that it can be the block RAM's own. The parts of a split memory
    stand one behind the other; since their depths are falling powers of two, the address' low bits address each.

    Parameters
    ----------
    plan : MemoryPlan
    words : list of int
        Contents, one unsigned integer per word; 0 beyond them.
    """

    LATENCY = DrainedEnginePlan.ROM_LATENCY

    def __init__(self, plan: MemoryPlan, words):
        if len(words) != plan.words:
            raise ValueError(f"The memory {plan.name} must be given {plan.words} words, not {len(words)}")
        self._plan = plan
        self._words = list(words)
        self.address = Signal(range(plan.depth))
        self.data = Signal(plan.width, reset_less=True)

    def elaborate(self, platform):
        m = Module()
        depths = self._plan.depths
        start = 0
        for number, depth in enumerate(depths):
            words = self._words[start : start + depth]
            memory = _part(self._plan, depth, words)
            m.submodules["memory" if len(depths) == 1 else f"memory_{number}"] = memory
            port = memory.read_port()
            m.d.comb += port.addr.eq(self.address)
            if number == 0:
                m.d.sync += self.data.eq(port.data)
            else:
                behind = Signal(reset_less=True, name=f"behind_{number}")
                m.d.sync += behind.eq(self.address >= start)
                with m.If(behind):
                    m.d.sync += self.data.eq(port.data)
            start += depth
        return m
