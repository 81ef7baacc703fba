import json
import re

import pytest

from quantnn.build.nextpnr_report import NextpnrReport
from quantnn.build.synthesis import FAMILIES, synthesize
from quantnn.design.report import CriticalPath, Usage
from quantnn.errors import ToolError

CLOCK = "posedge clk"
PARTS = """
module parts(input clk, write, input signed [7:0] a, b, input [7:0] address, input [3:0] place,
             output reg [7:0] word, kept, output reg [17:0] sum);
  (* ramstyle = "M9K" *) reg [7:0] words[0:255];
  initial $readmemb("words.mem", words);
  (* ramstyle = "logic" *) reg [7:0] queue[0:15];
  reg signed [15:0] product;
  reg [7:0] read;
  always @(posedge clk) begin
    product <= a * b;
    sum <= sum + product;
    read <= words[address];
    word <= read ^ a;
    if (write) queue[place] <= b;
    kept <= queue[place];
  end
endmodule
"""
SIGNAL = r"(clk|write|a|b|address|place|read|word|kept|sum|product)"
NAMES = SIGNAL + r"(\[\d+\])?|(words|queue)(\.\d+\.\d+|\[\d+\])?(\[\d+\])?"
"""What the signals above may be called: a bit of one, or a part of a memory."""
ENDS = {
    "ecp5": ("TRELLIS_FF", "MULT18X18D", "DP16KD", "TRELLIS_DPR16X4"),
    "ice40": ("SB_DFF", "SB_MAC16", "SB_RAM40_4K"),
    "gowin": ("DFF", "MULT9X9", "SP", "pROM"),
}
"""What the types of cells start with that a path may begin or end at."""


def step(delay, start, end, net=None):
    entry = {"delay": delay, "from": {"cell": start, "port": "Q"}, "to": {"cell": end, "port": "D"}, "type": "logic"}
    return entry if net is None else {**entry, "net": net, "type": "routing"}


def path(*steps, start=CLOCK, end=CLOCK):
    return {"from": start, "to": end, "path": list(steps)}


@pytest.fixture
def load(tmp_path):
    """Reads a report that the test writes."""

    def read(toolchain="ecp5", *, utilization=(), fmax=(), paths=()):
        report = {"utilization": dict(utilization), "fmax": dict(fmax), "critical_paths": list(paths)}
        (tmp_path / "report.json").write_text(json.dumps(report))
        return NextpnrReport.load(tmp_path / "report.json", toolchain)

    return read


class TestClock:
    def test_the_clock_that_was_reached(self, load):
        report = load(fmax={"clk": {"achieved": 123.5, "constraint": 50.0}})
        assert (report.fmax_mhz, report.critical_path) == (123.5, None)

    def test_of_several_the_lowest(self, load):
        assert load(fmax={"a": {"achieved": 90}, "b": {"achieved": 80}, "c": {"achieved": 85}}).fmax_mhz == 80.0

    def test_without_one_the_slowest_path_tells(self, load):
        """8 ns are 125 MHz."""
        assert load(paths=[path(step(8.0, "a", "b")), path(step(2.0, "a", "b"))]).fmax_mhz == 125.0

    def test_nothing_limits_it(self, load):
        report = load(paths=[path(step(9.0, "a", "b"), end="<async>")])
        assert (report.fmax_mhz, report.critical_path) == (None, None)


class TestResources:
    @pytest.mark.parametrize(
        ("toolchain", "utilization", "usages"),
        [
            (
                "ecp5",
                {"TRELLIS_COMB": (9, 83640), "TRELLIS_FF": (8, 83640), "DP16KD": (3, 208), "MULT18X18D": (2, 156)},
                [("LUT4", 9, 83640), ("flip-flop", 8, 83640), ("DP16KD", 3, 208), ("MULT18X18D", 2, 156)],
            ),
            (
                "ice40",
                {"ICESTORM_LC": (9, 5280), "ICESTORM_RAM": (3, 30), "ICESTORM_DSP": (2, 8)},
                [("LC", 9, 5280), ("EBR", 3, 30), ("SB_MAC16", 2, 8)],
            ),
            (
                "gowin",
                {"LUT4": (9, 20736), "DFF": (8, 15552), "BSRAM": (3, 46), "MULT9X9": (2, 96)},
                [("LUT4", 9, 20736), ("flip-flop", 8, 15552), ("BSRAM", 3, 46), ("MULT9X9", 2, 96)],
            ),
        ],
    )
    def test_by_the_vendors_names(self, load, toolchain, utilization, usages):
        entries = {name: {"used": used, "available": available} for name, (used, available) in utilization.items()}
        others = {"TRELLIS_IO": {"used": 5, "available": 365}, "GSR": {"used": 1, "available": 1}}
        report = load(toolchain, utilization={**others, **entries})
        assert report.resources == tuple(Usage(*usage) for usage in usages)

    def test_what_a_device_does_not_have_is_left_out(self, load):
        entries = {"ICESTORM_LC": {"used": 9, "available": 1280}, "ICESTORM_DSP": {"used": 0, "available": 0}}
        assert load("ice40", utilization=entries).resources == (Usage("LC", 9, 1280),)


class TestCriticalPath:
    def test_its_delay_is_the_sum_of_its_steps(self, load):
        steps = step(0.5, "a", "a"), step(1.25, "a", "lut", "a[0]"), step(0.25, "lut", "lut"), step(1, "lut", "b", "n")
        assert load(paths=[path(*steps)]).critical_path == CriticalPath(3.0, "a[0]", "b", "the board's top")

    def test_the_slowest_counts(self, load):
        """The sum of the steps, not their number or their order."""
        paths = [path(step(1, "a", "b"), step(1, "b", "c")), path(step(5, "d", "e")), path(step(4, "f", "g"))]
        assert load(paths=paths).critical_path.start == "d"

    @pytest.mark.parametrize(
        ("start", "end"),
        [
            ("<async>", CLOCK),
            (CLOCK, "<async>"),
            ("<async>", "<async>"),
            ("posedge clk", "posedge other"),
            ("posedge clk", "negedge clk"),
        ],
    )
    def test_only_from_a_clock_to_the_same(self, load, start, end):
        paths = [path(step(9.0, "slow", "slow"), start=start, end=end), path(step(3.0, "a", "b"))]
        assert load(paths=paths).critical_path == CriticalPath(3.0, "a", "b", "the board's top")

    @pytest.mark.parametrize(
        ("start", "end", "where"),
        [
            ("core.layer_0.mac.weights.memory.0.1", "core.layer_0.mac.weights.memory.0.2", "layer 0's weights"),
            (
                "core.layer_0.mac.product_3_TRELLIS_FF_Q_4",
                "core.layer_1.drain.requantizer.sum_TRELLIS_FF_Q",
                "from layer 0's multipliers and accumulators to layer 1's requantizer",
            ),
            ("link.reader.count", "core.classifier.best", "from the host link to the choice of the class"),
        ],
    )
    def test_where_it_is_in_the_networks_terms(self, load, start, end, where):
        assert load(paths=[path(step(3.0, start, end))]).critical_path.where == where

    def test_it_starts_at_what_its_first_cell_drives(self, load):
        """A register that is packed with logic may have the name of that logic; the net has the register's."""
        first = "link.sum_SB_LUT4_I3_O_SB_DFF_Q_D_SB_LUT4_O_LC"
        steps = step(1, first, first), step(1, first, "lut", "core.held[3]"), step(1, "lut", "end", "other")
        assert load("ice40", paths=[path(*steps)]).critical_path.start == "core.held[3]"

    def test_a_net_of_another_cell_does_not_count(self, load):
        steps = step(1, "core.held", "core.held"), step(1, "lut", "end", "other")
        assert load(paths=[path(*steps)]).critical_path.start == "core.held"


class TestNames:
    @pytest.mark.parametrize(
        ("cell", "name"),
        [
            ("core.held_TRELLIS_FF_Q_3", "core.held"),
            ("core.held_TRELLIS_FF_Q_3_DI_LUT4_Z_B_CCU2C_S0", "core.held"),
            ("core.held_TRELLIS_FF_Q_copy_12", "core.held"),
            ("product_3_MULT18X18D_P0", "product_3"),
            ("count_SB_DFFESR_Q_D_SB_LUT4_O_I3_SB_CARRY_CO", "count"),
            ("queue[3]_DFFE_Q_7", "queue[3]"),
            ("product_3_MULT9X9_DOUT", "product_3"),
            ("more_LUT3_I0_F", "more"),
            ("led_OBUF_O_3_I_DFF_Q", "led"),
            ("rx_IBUF_I_O", "rx"),
            ("memory.0.12_DOB10", "memory.0.12"),
            ("memory.0.0_RDATA_2_SB_LUT4_I1", "memory.0.0"),
            ("memory.0.0", "memory.0.0"),
            ("accumulator_3[7]", "accumulator_3[7]"),
            ("_TRELLIS_FF_Q", "_TRELLIS_FF_Q"),
        ],
    )
    def test_what_synthesis_added_is_gone(self, load, cell, name):
        found = load(paths=[path(step(3.0, cell, cell))]).critical_path
        assert (found.start, found.end) == (name, name)

    @pytest.mark.parametrize("family", FAMILIES)
    def test_of_what_yosys_makes(self, load, tmp_path, family):
        """Names of registers, memories and multipliers, and of the nets that they drive, are names of the Verilog."""
        (tmp_path / "parts.v").write_text(PARTS)
        (tmp_path / "words.mem").write_text("".join(f"{word * 37 % 256:08b}\n" for word in range(256)))
        (tmp_path / "work").mkdir()
        netlist = synthesize(family, [tmp_path / "parts.v"], "parts", tmp_path / "work")
        nets = json.loads((tmp_path / "work" / "parts.json").read_text())["modules"]["parts"]["netnames"]
        names = {bit: name for name, net in nets.items() for bit in net["bits"]}
        ends = [name for name, cell in netlist.cells.items() if cell["type"].startswith(ENDS[family])]
        assert len(ends) > 8 + 8 + 18
        driven = [names[bit] for bit, pin in netlist.drivers.items() if pin[0] in ends and netlist.sinks.get(bit)]
        places = set()
        for name in (*ends, *driven):
            found = load(paths=[path(step(3.0, name, name))]).critical_path
            assert re.fullmatch(NAMES, found.start) and re.fullmatch(NAMES, found.end), name
            places.add(found.start.partition("[")[0].partition(".")[0])
        assert places >= {"word", "kept", "sum", "product", "words", "queue"}


GOOD = {
    "utilization": {"TRELLIS_FF": {"used": 1, "available": 2}},
    "fmax": {"clk": {"achieved": 100.0}},
    "critical_paths": [path(step(3.0, "a", "b"))],
}
"""What the reports below differ from."""


class TestFailure:
    def refused(self, path):
        with pytest.raises(ToolError) as caught:
            NextpnrReport.load(path, "ecp5")
        message = str(caught.value)
        assert "\n" not in message and message.startswith(f"{path} cannot be read (")
        assert message.endswith("): nextpnr of another version?")

    def test_a_report_as_it_should_be(self, tmp_path):
        (tmp_path / "report.json").write_text(json.dumps(GOOD))
        assert NextpnrReport.load(tmp_path / "report.json", "ecp5").fmax_mhz == 100.0

    def test_a_missing_file(self, tmp_path):
        self.refused(tmp_path / "report.json")

    @pytest.mark.parametrize("text", ["", "{", "[]", "null", "3", '"report"', "\udcff"])
    def test_no_report(self, tmp_path, text):
        (tmp_path / "report.json").write_bytes(text.encode(errors="surrogateescape"))
        self.refused(tmp_path / "report.json")

    @pytest.mark.parametrize(
        "change",
        [
            {"utilization": []},
            {"utilization": {"TRELLIS_FF": {"used": 1}}},
            {"utilization": {"TRELLIS_FF": {"used": -1, "available": 2}}},
            {"utilization": {"TRELLIS_FF": {"used": "some", "available": 2}}},
            {"utilization": {"TRELLIS_FF": 3}},
            {"fmax": None},
            {"fmax": {"clk": {}}},
            {"fmax": {"clk": {"achieved": "quick"}}},
            {"critical_paths": None},
            {"critical_paths": [{"from": CLOCK, "to": CLOCK}]},
            {"critical_paths": [path()]},
            {"critical_paths": [path({})]},
            {"critical_paths": [path({**step(3.0, "a", "b"), "to": {}})]},
            {"critical_paths": [path(step("slow", "a", "b"))]},
            {"critical_paths": [path(step(3.0, 1, 2))]},
        ],
    )
    def test_another_form(self, tmp_path, change):
        (tmp_path / "report.json").write_text(json.dumps({**GOOD, **change}))
        self.refused(tmp_path / "report.json")

    @pytest.mark.parametrize("name", GOOD)
    def test_a_part_is_missing(self, tmp_path, name):
        (tmp_path / "report.json").write_text(json.dumps({key: GOOD[key] for key in GOOD if key != name}))
        self.refused(tmp_path / "report.json")
