"""The clock of a board's design: the oscillator's, or a PLL's."""

from amaranth.hdl import Cat, Const, Elaboratable, Instance, Module, Signal

from quantnn.plan.clock import ClockPlan
from quantnn.plan.pll import format_mhz

__all__ = ["ClockGenerator"]

_ICE40_FILTERS = ((17, 1), (26, 2), (44, 3), (66, 4), (101, 5))
"""FILTER_RANGE below each frequency of the phase detector in MHz, 6 above: https://github.com/YosysHQ/icestorm."""


class ClockGenerator(Elaboratable):
    """Makes the clock of a plan from the board's oscillator.

    Parameters
    ----------
    plan : ClockPlan

    Members
    -------
    i : Signal, in
        The oscillator, straight from its pin.
    o : Signal, out
        The clock; ``i`` itself without a PLL.
    locked : Signal, out
        Whether ``o`` may be used, asynchronous; always 1 without a PLL.
    """

    def __init__(self, plan: ClockPlan):
        self.plan = plan
        self.i = Signal()
        self.o = Signal()
        self.locked = Signal()

    def elaborate(self, platform):
        m = Module()
        if self.plan.pll is None:
            m.d.comb += [self.o.eq(self.i), self.locked.eq(1)]
            return m
        cells = {
            "altpll": self._max10,
            "EHXPLLL": self._ecp5,
            "SB_PLL40_CORE": self._ice40,
            "SB_PLL40_PAD": self._ice40,
            "rPLL": self._gowin,
        }
        # Quartus derives the clock of a PLL from that of its input, and needs no net kept for it.
        if platform is not None and self.plan.pll.primitive != "altpll":
            platform.add_clock_constraint(self.o, self.plan.frequency_hz)
            # The constraint goes by the signal's name, which synthesis may drop for another.
            self.o.attrs["keep"] = True
        m.submodules.pll = Instance(self.plan.pll.primitive, *cells[self.plan.pll.primitive]())
        return m

    def _max10(self):
        """Tied and declared as Quartus' own generator does.

        With a reset Quartus would add a register that the lock clocks and no constraint reaches; so there is none, and
        a PLL that loses its lock resets itself.
        """
        unused = ("areset", "inclk1", *(f"clk{output}" for output in range(1, 6)))
        return [
            *_items("p", lpm_type="altpll", intended_device_family="MAX 10", operation_mode="NORMAL", pll_type="AUTO"),
            *_items("p", bandwidth_type="AUTO", compensate_clock="CLK0", self_reset_on_loss_lock="ON", width_clock=5),
            *_items("p", inclk0_input_frequency=10**12 // self.plan.oscillator_hz),
            *_items("p", **self.plan.pll.parameters, clk0_duty_cycle=50, clk0_phase_shift="0"),
            *_items("p", port_inclk0="PORT_USED", port_clk0="PORT_USED", port_locked="PORT_USED"),
            *_items("p", **{f"port_{name}": "PORT_UNUSED" for name in unused}),
            *_items("i", inclk=Cat(self.i, Const(0)), areset=Const(0), pfdena=Const(1), pllena=Const(1), fbin=Const(1)),
            *_items("i", clkena=Const(0x3F, 6), extclkena=Const(0xF, 4)),
            *_items("o", clk=Cat(self.o, Signal(4, name="unused")), locked=self.locked),
        ]

    def _ecp5(self):
        """CLKOP feeds back, and is the clock unless there is a CLKOS.

        Loop filter and charge pump are those of Trellis' ecppll. A phase of DIV − 1 cycles of the VCO is none.
        """
        setting = self.plan.pll.parameters
        second = "CLKOS_DIV" in setting
        fed_back = Signal(name="fed_back") if second else self.o
        phases = {name.replace("_DIV", "_CPHASE"): setting[name] - 1 for name in setting if name.startswith("CLKO")}
        return [
            *_items("a", ICP_CURRENT="12", LPF_RESISTOR="8", MFG_ENABLE_FILTEROPAMP="1", MFG_GMCREF_SEL="2"),
            *_items("p", **setting, **phases, FEEDBK_PATH="CLKOP", CLKOP_ENABLE="ENABLED", CLKOP_FPHASE=0),
            *_items("p", PLLRST_ENA="DISABLED", INTFB_WAKE="DISABLED", STDBY_ENABLE="DISABLED"),
            *_items("p", DPHASE_SOURCE="DISABLED", OUTDIVIDER_MUXA="DIVA", OUTDIVIDER_MUXB="DIVB"),
            *_items("i", CLKI=self.i, CLKFB=fed_back, RST=Const(0), STDBY=Const(0), PLLWAKESYNC=Const(0)),
            *_items("i", PHASESEL0=Const(0), PHASESEL1=Const(0), PHASEDIR=Const(1), PHASESTEP=Const(1)),
            *_items("i", PHASELOADREG=Const(1), ENCLKOP=Const(0)),
            *_items("o", CLKOP=fed_back, LOCK=self.locked),
            *(_items("p", CLKOS_ENABLE="ENABLED", CLKOS_FPHASE=0) if second else ()),
            *([("i", "ENCLKOS", Const(0)), ("o", "CLKOS", self.o)] if second else ()),
        ]

    def _ice40(self):
        widths = {"DIVR": 4, "DIVF": 7, "DIVQ": 3}
        detector = self.plan.pll.dividers.detector(self.plan.oscillator_hz)
        filter_range = next((value for mhz, value in _ICE40_FILTERS if detector < mhz * 1_000_000), 6)
        pin = "PACKAGEPIN" if self.plan.pll.primitive.endswith("PAD") else "REFERENCECLK"
        return [
            *_items("p", **{name: Const(value, widths[name]) for name, value in self.plan.pll.parameters.items()}),
            *_items("p", FEEDBACK_PATH="SIMPLE", PLLOUT_SELECT="GENCLK", FILTER_RANGE=Const(filter_range, 3)),
            *_items("i", RESETB=Const(1), BYPASS=Const(0), **{pin: self.i}),
            *_items("o", PLLOUTGLOBAL=self.o, LOCK=self.locked),
        ]

    def _gowin(self):
        mhz = format_mhz(self.plan.oscillator_hz)
        static = {f"DYN_{name}": "false" for name in self.plan.pll.parameters}
        return [
            *_items("p", FCLKIN=mhz, CLKFB_SEL="internal", **self.plan.pll.parameters, **static),
            *_items("i", CLKIN=self.i, CLKFB=Const(0), RESET=Const(0), RESET_P=Const(0)),
            *_items("i", IDSEL=Const(0, 6), FBDSEL=Const(0, 6), ODSEL=Const(0, 6)),
            *_items("i", PSDA=Const(0, 4), DUTYDA=Const(0, 4), FDLY=Const(0, 4)),
            *_items("o", CLKOUT=self.o, LOCK=self.locked),
        ]


def _items(kind, **named):
    """Arguments of an ``Instance``, all of one kind."""
    return [(kind, name, value) for name, value in named.items()]
