"""Samples in a ROM, played as an AXI4-Stream."""

from amaranth.hdl import Array, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from quantnn.hdl.core.memory import block_ram
from quantnn.plan.memory import MemoryPlan

__all__ = ["MAX_SAMPLES", "SamplePlayer"]

MAX_SAMPLES = 16


class SamplePlayer(wiring.Component):
    """Streams the beats of a selected sample, once per start.

    The samples stand one after the other in a synchronous ROM. The first beat is valid 3 cycles after the
    start, and then there is one every 3 cycles. A sample that was started is always played to its end.

    Parameters
    ----------
    samples : uint8 array of shape (n, beats, bytes)
        1 to 16 samples, as :meth:`quantnn.beats.BeatFormat.pack` gives them.

    Members
    -------
    select : In(4)
        The sample to play, read when ``start`` and ``ready`` meet; below n.
    start : In(1)
        Play a sample. Like a stream's valid, held until ``ready``.
    ready : Out(1)
        Whether a start is accepted.
    m_axis_tvalid, m_axis_tdata, m_axis_tlast : Out
        The beats; ``tlast`` marks a sample's last.
    m_axis_tready : In(1)
        Whether a beat is accepted.

    Attributes
    ----------
    memory : MemoryPlan
        The ROM.

    Raises
    ------
    ValueError
        The samples have another shape.
    """

    def __init__(self, samples):
        if samples.ndim != 3 or 0 in samples.shape or len(samples) > MAX_SAMPLES:
            raise ValueError(
                f"Samples must have the shape (1 to {MAX_SAMPLES}, beats, bytes), not {samples.shape}"
            )
        self._count, self._beats, beat_bytes = samples.shape
        self._words = [int.from_bytes(beat.tobytes(), "little") for sample in samples for beat in sample]
        self.memory = MemoryPlan("memory", len(self._words), 8 * beat_bytes)
        super().__init__(
            {
                "select": In(4),
                "start": In(1),
                "ready": Out(1),
                "m_axis_tvalid": Out(1),
                "m_axis_tready": In(1),
                "m_axis_tdata": Out(self.memory.width),
                "m_axis_tlast": Out(1),
            }
        )

    def elaborate(self, platform):
        m = Module()
        m.submodules.memory = memory = block_ram(self.memory, self._words)
        read = memory.read_port()

        left = Signal(range(self._beats))
        address = Signal(range(self.memory.depth))
        firsts = Array(sample * self._beats for sample in range(self._count))
        beat = Signal(self.memory.width, reset_less=True)  # without enable or reset, it can be the block RAM's own
        m.d.comb += [
            read.addr.eq(address),
            read.en.eq(1),
            self.m_axis_tdata.eq(beat),
            self.m_axis_tlast.eq(left == 0),
        ]
        m.d.sync += beat.eq(read.data)
        with m.FSM():
            with m.State("wait"):
                m.d.comb += self.ready.eq(1)
                m.d.sync += [address.eq(firsts[self.select]), left.eq(self._beats - 1)]
                with m.If(self.start):
                    m.next = "fetch"
            with m.State("fetch"):
                m.next = "settle"
            with m.State("settle"):
                m.next = "give"
            with m.State("give"):
                m.d.comb += self.m_axis_tvalid.eq(1)
                with m.If(self.m_axis_tready):
                    m.d.sync += [address.eq(address + 1), left.eq(left - 1)]
                    m.next = "wait"
                    with m.If(left != 0):
                        m.next = "fetch"
        return m
