import re

import pytest
from amaranth.back import rtlil
from amaranth.hdl import Fragment
from amaranth.sim import Simulator

from quantnn.hdl.clock import ClockGenerator
from quantnn.plan.clock import ClockPlan, plan_clock

MHZ = 1_000_000


class Constraints:
    """A platform as far as a clock generator knows it."""

    def __init__(self):
        self.clocks = []

    def add_clock_constraint(self, signal, frequency):
        self.clocks.append((signal.name, frequency))


def cell(plan):
    """Type, parameters, attributes and connected ports of the one cell that a plan gives."""
    generator = ClockGenerator(plan)
    text = rtlil.convert(generator, ports=[generator.i, generator.o, generator.locked], emit_src=False)
    (found,) = re.findall(r"(?:^ *attribute .*\n)*^ *cell \\.*?^ *end$", text, re.MULTILINE | re.DOTALL)
    parameters = dict(re.findall(r"parameter \\(\w+) (.*)$", found, re.MULTILINE))
    attributes = dict(re.findall(r"attribute \\(\w+) (.*)$", found, re.MULTILINE))
    ports = dict(re.findall(r"connect \\(\w+) (.*?)(?: \[0\])?$", found, re.MULTILINE))
    return re.search(r"cell \\(\w+)", found)[1], parameters, attributes, ports


def integers(parameters, *names):
    """Parameters as numbers: 32-bit integers, or constants like 7'0110100."""
    values = {name: parameters[name] for name in names}
    return {name: int(value.split("'")[1], 2) if "'" in value else int(value) for name, value in values.items()}


def test_without_a_pll_the_oscillator_is_the_clock():
    generator = ClockGenerator(ClockPlan(50 * MHZ))

    async def bench(context):
        for level in (0, 1, 0):
            context.set(generator.i, level)
            assert context.get(generator.o) == level and context.get(generator.locked) == 1

    simulator = Simulator(generator)
    simulator.add_testbench(bench)
    simulator.run()


def test_without_a_pll_there_is_nothing_to_constrain():
    platform = Constraints()
    Fragment.get(ClockGenerator(ClockPlan(50 * MHZ)), platform)
    assert platform.clocks == []


@pytest.mark.parametrize(
    ("toolchain", "oscillator", "wanted"), [("ecp5", 25, 130), ("ice40", 12, 24), ("gowin", 27, 99)]
)
def test_a_plls_clock_is_constrained(toolchain, oscillator, wanted):
    platform = Constraints()
    Fragment.get(ClockGenerator(plan_clock(toolchain, oscillator * MHZ, wanted * MHZ)), platform)
    assert platform.clocks == [("o", wanted * MHZ)]


def test_an_ecp5_with_one_output():
    kind, parameters, attributes, ports = cell(plan_clock("ecp5", 25 * MHZ, 100 * MHZ))
    assert kind == "EHXPLLL"
    found = integers(parameters, "CLKI_DIV", "CLKFB_DIV", "CLKOP_DIV", "CLKOP_CPHASE", "CLKOP_FPHASE")
    assert found == {"CLKI_DIV": 1, "CLKFB_DIV": 4, "CLKOP_DIV": 6, "CLKOP_CPHASE": 5, "CLKOP_FPHASE": 0}
    assert parameters["FEEDBK_PATH"] == '"CLKOP"' and parameters["CLKOP_ENABLE"] == '"ENABLED"'
    assert not any(name.startswith("CLKOS") for name in (*parameters, *ports))
    assert ports["CLKI"] == "\\i" and ports["CLKOP"] == ports["CLKFB"] == "\\o" and ports["LOCK"] == "\\locked"
    assert all(ports[name] == "1'0" for name in ("RST", "STDBY", "ENCLKOP", "PLLWAKESYNC"))
    assert attributes["ICP_CURRENT"] == '"12"' and attributes["LPF_RESISTOR"] == '"8"'


def test_an_ecp5_with_an_output_of_its_own_for_the_feedback():
    _, parameters, _, ports = cell(plan_clock("ecp5", 25 * MHZ, 130 * MHZ))
    found = integers(parameters, "CLKI_DIV", "CLKFB_DIV", "CLKOP_DIV", "CLKOS_DIV", "CLKOS_CPHASE")
    assert found == {"CLKI_DIV": 1, "CLKFB_DIV": 13, "CLKOP_DIV": 2, "CLKOS_DIV": 5, "CLKOS_CPHASE": 4}
    assert parameters["CLKOS_ENABLE"] == '"ENABLED"'
    assert ports["CLKOS"] == "\\o" != ports["CLKOP"] == ports["CLKFB"] and ports["ENCLKOS"] == "1'0"


@pytest.mark.parametrize(("primitive", "pin"), [("SB_PLL40_CORE", "REFERENCECLK"), ("SB_PLL40_PAD", "PACKAGEPIN")])
def test_an_ice40(primitive, pin):
    """What icepll gives for 12 and 39.75 MHz."""
    kind, parameters, _, ports = cell(plan_clock("ice40", 12 * MHZ, 39_750_000, primitive))
    assert kind == primitive
    assert parameters["DIVR"] == "4'0000" and parameters["DIVF"] == "7'0110100" and parameters["DIVQ"] == "3'100"
    assert parameters["FILTER_RANGE"] == "3'001" and parameters["FEEDBACK_PATH"] == '"SIMPLE"'
    assert ports[pin] == "\\i" and ports["PLLOUTGLOBAL"] == "\\o" and ports["LOCK"] == "\\locked"
    assert ports["RESETB"] == "1'1" and ports["BYPASS"] == "1'0"


@pytest.mark.parametrize(
    ("oscillator", "filter_range"), [(16, 1), (17, 2), (25, 2), (26, 3), (43, 3), (44, 4), (66, 5), (100, 5), (101, 6)]
)
def test_the_filter_of_an_ice40_follows_its_phase_detector(oscillator, filter_range):
    """The ranges that icepll knows."""
    plan = next(
        plan
        for wanted in range(20, 200)
        if wanted != oscillator
        for plan in [plan_clock("ice40", oscillator * MHZ, wanted * MHZ)]
        if plan.pll.dividers.input == 1
    )
    assert integers(cell(plan)[1], "FILTER_RANGE") == {"FILTER_RANGE": filter_range}


def test_a_gowin():
    kind, parameters, _, ports = cell(plan_clock("gowin", 27 * MHZ, 99 * MHZ))
    assert kind == "rPLL"
    assert parameters["FCLKIN"] == '"27"' and parameters["CLKFB_SEL"] == '"internal"'
    found = integers(parameters, "IDIV_SEL", "FBDIV_SEL", "ODIV_SEL")
    assert found == {"IDIV_SEL": 2, "FBDIV_SEL": 10, "ODIV_SEL": 8}
    assert all(parameters[f"DYN_{name}"] == '"false"' for name in found)
    assert ports["CLKIN"] == "\\i" and ports["CLKOUT"] == "\\o" and ports["LOCK"] == "\\locked"
    assert ports["RESET"] == ports["RESET_P"] == "1'0"


def test_a_gowins_oscillator_need_not_be_whole_megahertz():
    assert cell(plan_clock("gowin", 24_576_000, 49_152_000))[1]["FCLKIN"] == '"24.576"'
