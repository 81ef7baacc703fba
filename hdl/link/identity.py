"""What the board says of itself when the host asks."""

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from quantnn.hdl.core.memory import block_ram
from quantnn.plan.link import FINGERPRINT_BYTES, LinkPlan

__all__ = ["LinkIdentity"]


class LinkIdentity(wiring.Component):
    """The payload of an identity frame: the design's fingerprint, facts of the link, and the frames dropped so far.

    All but the last stands in a memory of logic, the fingerprint first, so that another network in the same hardware is
    other contents of a memory and no other logic.

    Parameters
    ----------
    plan : LinkPlan
    fingerprint : bytes
        The design's, 8 bytes.

    Members
    -------
    place : In(range(plan.identity_bytes))
    byte : Out(8)
        The byte at the place of the cycle before.
    dropped : In(16)

    Raises
    ------
    ValueError
        The fingerprint has another length.
    """

    def __init__(self, plan: LinkPlan, fingerprint: bytes):
        if len(fingerprint) != FINGERPRINT_BYTES:
            raise ValueError(f"A fingerprint must have {FINGERPRINT_BYTES} bytes, not {len(fingerprint)}")
        self._plan = plan
        self._words = [*fingerprint, *plan.facts]
        super().__init__({"place": In(range(plan.identity_bytes)), "byte": Out(8), "dropped": In(16)})

    def elaborate(self, platform):
        m = Module()
        m.submodules.memory = memory = block_ram(self._plan.identity_memory, self._words)
        read = memory.read_port()
        low = Signal()
        high = Signal()
        count = Signal(16)
        m.d.comb += [read.addr.eq(self.place), read.en.eq(1), self.byte.eq(read.data)]
        m.d.sync += [low.eq(self.place == len(self._words)), high.eq(self.place == len(self._words) + 1)]
        with m.If(self.place == 0):
            m.d.sync += count.eq(self.dropped)
        with m.If(low):
            m.d.comb += self.byte.eq(count[:8])
        with m.Elif(high):
            m.d.comb += self.byte.eq(count[8:])
        return m
