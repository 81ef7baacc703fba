"""Samples in a ROM, played one at a time or all of them back to back."""

from amaranth.hdl import Array, EnableInserter, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from quantnn.hdl.board.sample_player import MAX_SAMPLES
from quantnn.hdl.core.counter import WrappingCounter
from quantnn.hdl.core.memory import ReadOnlyMemory
from quantnn.plan.replay import ReplayPlan

__all__ = ["ReplayPlayer"]


class ReplayPlayer(wiring.Component):
    """Streams the beats of a selected sample, or of all samples, once per start.

    The first beat is valid 3 cycles after the start, and from then on there is one in every cycle in which one is
    taken. Where none is taken everything stands still, the ROM too, so that no beat is lost or read twice.

    Parameters
    ----------
    plan : ReplayPlan
    samples : uint8 array of shape (plan.samples, beats, bytes)
        As :meth:`quantnn.beats.BeatFormat.pack` gives them.

    Members
    -------
    select : In(4)
        The sample to play, of the first 16; below their number.
    start, all : In(1), In(1)
        Play the sample, or with ``all`` every sample. Only counts while ``ready`` is high.
    ready : Out(1)
        Whether everything that was started has left.
    m_axis_tvalid, m_axis_tdata, m_axis_tlast : Out
        The beats, registers; ``tlast`` marks a sample's last.
    m_axis_tready : In(1)
        Whether a beat is accepted.

    Raises
    ------
    ValueError
        The samples are not those of the plan.
    """

    def __init__(self, plan: ReplayPlan, samples):
        shape = (plan.samples, plan.input.beats, plan.input.bytes)
        if samples.shape != shape:
            raise ValueError(f"Samples must have the shape {shape}, not {samples.shape}")
        self._plan = plan
        self._words = [int.from_bytes(beat.tobytes(), "little") for sample in samples for beat in sample]
        super().__init__(
            {
                "select": In(4),
                "start": In(1),
                "all": In(1),
                "ready": Out(1),
                "m_axis_tvalid": Out(1),
                "m_axis_tready": In(1),
                "m_axis_tdata": Out(plan.input.tdata_width),
                "m_axis_tlast": Out(1),
            }
        )

    def elaborate(self, platform):
        m = Module()
        plan, beats = self._plan, self._plan.input.beats
        step = Signal()
        memory = ReadOnlyMemory(plan.sample_memory, self._words)
        m.submodules.samples = EnableInserter(step)(memory)
        m.submodules.beat = beat = WrappingCounter(beats)

        firsts = Array(sample * beats for sample in range(min(MAX_SAMPLES, plan.samples)))
        left = Signal(range(plan.words))
        giving = Signal()
        read = Signal()
        read_last = Signal()
        m.d.comb += [
            step.eq(~self.m_axis_tvalid | self.m_axis_tready),
            beat.step.eq(giving & step),
            self.m_axis_tdata.eq(memory.data),
            self.ready.eq(~giving & ~read & ~self.m_axis_tvalid),
        ]
        with m.If(step):
            m.d.sync += [
                memory.address.eq(memory.address + 1),
                left.eq(left - 1),
                giving.eq(giving & (left != 0)),
                read.eq(giving),
                read_last.eq(beat.last),
                self.m_axis_tvalid.eq(read),
                self.m_axis_tlast.eq(read_last),
            ]
        with m.If(self.start & self.ready):
            m.d.sync += [memory.address.eq(firsts[self.select]), left.eq(beats - 1), giving.eq(1)]
            with m.If(self.all):
                m.d.sync += [memory.address.eq(0), left.eq(plan.words - 1)]
        return m
