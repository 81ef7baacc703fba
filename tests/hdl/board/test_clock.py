import json
import re
from pathlib import Path

import clock_bench
import pytest
from amaranth.back import rtlil, verilog
from amaranth.hdl import Fragment
from amaranth.sim import Simulator

from quantnn.hdl.board.clock import ClockGenerator
from quantnn.plan.clock import ClockPlan, plan_clock
from quantnn.sim.program import Program

HELPERS = Path(__file__).parents[2] / "helpers"
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


def test_a_max10s_clock_is_derived_by_quartus():
    platform = Constraints()
    generator = ClockGenerator(plan_clock("quartus", 50 * MHZ, 100 * MHZ))
    Fragment.get(generator, platform)
    assert platform.clocks == [] and "keep" not in generator.o.attrs


def test_a_max10():
    kind, parameters, _, ports = cell(plan_clock("quartus", 50 * MHZ, 80 * MHZ))
    assert kind == "altpll" == parameters["lpm_type"].strip('"')
    found = integers(parameters, "clk0_multiply_by", "clk0_divide_by", "clk0_duty_cycle", "inclk0_input_frequency")
    assert found == {
        "clk0_multiply_by": 8, "clk0_divide_by": 5, "clk0_duty_cycle": 50, "inclk0_input_frequency": 20_000,
    }  # fmt: skip
    assert integers(parameters, "width_clock") == {"width_clock": 5}
    texts = {
        "intended_device_family": "MAX 10", "operation_mode": "NORMAL", "pll_type": "AUTO", "bandwidth_type": "AUTO",
        "compensate_clock": "CLK0", "clk0_phase_shift": "0", "self_reset_on_loss_lock": "ON",
    }  # fmt: skip
    assert {name: parameters[name].strip('"') for name in texts} == texts
    used = {name for name, value in parameters.items() if value == '"PORT_USED"'}
    unused = {name for name, value in parameters.items() if value == '"PORT_UNUSED"'}
    assert used == {"port_inclk0", "port_clk0", "port_locked"}
    assert unused == {"port_areset", "port_inclk1", *(f"port_clk{output}" for output in range(1, 6))}
    assert ports["inclk"] == "{ 1'0 \\i [0] }" and ports["areset"] == "1'0" and ports["locked"] == "\\locked"
    assert all(ports[name] == "1'1" for name in ("pfdena", "pllena", "fbin"))
    assert (ports["clkena"], ports["extclkena"]) == ("6'111111", "4'1111")


@pytest.mark.parametrize(
    ("oscillator", "picoseconds"), [(50 * MHZ, 20_000), (10 * MHZ, 100_000), (12 * MHZ, 83_333), (76_800_000, 13_020)]
)
def test_a_max10_is_told_the_oscillators_period(oscillator, picoseconds):
    """In whole ps, cut off, as Quartus' own generator writes them."""
    parameters = cell(plan_clock("quartus", oscillator, 100 * MHZ))[1]
    assert integers(parameters, "inclk0_input_frequency") == {"inclk0_input_frequency": picoseconds}


CLOCKS = {"slow": 12.5, "half": 25, "more": 62.5, "third": 66.666667, "odd": 80, "twice": 100, "most": 137}
"""MHz to ask of a MAX 10 with 50 MHz."""


def test_a_max10_in_simulation_makes_the_planned_clock_and_waits_for_its_lock(tmp_path):
    """Of a true 50 MHz, by a model that goes by the cell's parameters alone; the last is told a wrong oscillator."""
    plans = {name: plan_clock("quartus", 50 * MHZ, round(mhz * MHZ)) for name, mhz in CLOCKS.items()}
    plans["wrong"] = plan_clock("quartus", 48 * MHZ, 96 * MHZ)
    sources, body = [(HELPERS / "max10_pll.v").read_text()], ""
    for place, (name, plan) in enumerate(plans.items()):
        made = ClockGenerator(plan)
        ports = [made.i, made.o, made.locked]
        sources.append(verilog.convert(made, name=f"clock_{name}", ports=ports, emit_src=False))
        body += f"""
  wire {name};
  reg [31:0] count_{name} /* verilator public_flat_rd */ = 0;
  clock_{name} made_{name} (.i(clk), .o({name}), .locked(locked[{place}]));
  always @(posedge {name}) count_{name} <= count_{name} + 1;
"""
    bench = f"""`timescale 1ns / 1ps
module clock_bench;
  reg clk = 0;
  always #10 clk = ~clk;
  wire [{len(plans) - 1}:0] locked /* verilator public_flat_rd */;
{body}endmodule
"""
    found = tmp_path / "found.json"
    environment = {"QUANTNN_CLOCKS": json.dumps(list(plans)), "QUANTNN_FOUND": str(found)}
    Program([bench, *sources], "clock_bench", optimize=False).run("clock_bench", tmp_path, environment)
    seen = json.loads(found.read_text())
    assert seen["early"] == 0 and seen["locked"] == (1 << len(CLOCKS)) - 1
    assert seen["risen"].pop("wrong") == 0
    for name, risen in seen["risen"].items():
        assert abs(risen - clock_bench.MICROSECONDS * plans[name].frequency_hz / MHZ) <= 1, name
        assert plans[name].frequency_hz == round(CLOCKS[name] * MHZ)


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
