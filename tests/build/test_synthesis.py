import json
import random
import re
from collections import Counter

import numpy as np
import pytest

from quantnn.adders.solve import solve
from quantnn.arithmetic import Box, IntegerRange, Requantizer
from quantnn.build.synthesis import FAMILIES, LOG, synthesize
from quantnn.errors import ToolError
from quantnn.hdl.core.unrolled.datapath import UnrolledDatapath
from quantnn.hdl.core.verilog import emit_verilog
from quantnn.network.layers import Dense
from quantnn.plan.unrolled.pipeline import UnrolledPipeline, linear_maps
from quantnn.plan.unrolled.schedule import Pipelining

BLOCK_RAMS = {
    "ecp5": {"DP16KD"},
    "ice40": {"SB_RAM40_4K"},
    "gowin": {"SP", "SPX9", "SDPB", "SDPX9B", "pROM", "pROMX9", "DPB", "DPX9B"},
}
FLIP_FLOPS = {"ecp5": "TRELLIS_FF", "ice40": "SB_DFF", "gowin": "DFF"}
"""What their names start with."""
MULTIPLIERS = {"ecp5": "MULT18X18D", "ice40": "SB_MAC16", "gowin": "MULT9X9"}
"""For signed products of 8 × 8 bits."""
WORDS, BITS = 256, 8
ROM = """
module rom(input clk, input [7:0] address, output reg [7:0] word);
  %s reg [7:0] memory[0:255];
  initial $readmemb("rom.mem", memory);
  always @(posedge clk) word <= memory[address];
endmodule
"""
QUEUE = """
module queue(input clk, write, input [3:0] place, input [7:0] word, output reg [7:0] read);
  (* ramstyle = "logic" *) reg [7:0] memory[0:15];
  always @(posedge clk) begin
    if (write) memory[place] <= word;
    read <= memory[place];
  end
endmodule
"""
SUMS = """
module product(input clk, input signed [7:0] a, b, output reg signed [15:0] p);
  wire signed [7:0] mixed = a ^ b;
  always @(posedge clk) p <= mixed * b;
endmodule
module sums(input clk, input signed [7:0] a, b, output reg signed [17:0] sum);
  wire signed [15:0] p;
  product unit(.clk(clk), .a(a), .b(b), .p(p));
  always @(posedge clk) sum <= sum + p;
endmodule
"""
families = pytest.mark.parametrize("family", FAMILIES)


def write_words(path, count=WORDS):
    """A memory file; returns how many of its bits are 1."""
    text = "".join(f"{random.Random(place).getrandbits(BITS):0{BITS}b}\n" for place in range(count))
    path.write_text(text)
    return text.count("1")


@pytest.fixture
def made(tmp_path):
    """Synthesizes Verilog whose top module is written first or named; the netlist, and how many cells of each type."""

    def make(verilog, family, top, **options):
        source, work = tmp_path / "source", tmp_path / "work"
        source.mkdir(exist_ok=True)
        work.mkdir()
        (source / f"{top}.v").write_text(verilog)
        netlist = synthesize(family, [source / f"{top}.v"], top, work, **options)
        return netlist, Counter(cell["type"] for cell in netlist.cells.values())

    (tmp_path / "source").mkdir()
    write_words(tmp_path / "source" / "rom.mem")
    return make


def flip_flops(cells, family):
    return sum(count for kind, count in cells.items() if kind.startswith(FLIP_FLOPS[family]))


def block_rams(cells, family):
    return sum(cells[kind] for kind in BLOCK_RAMS[family])


class TestMemories:
    @families
    @pytest.mark.parametrize("style", ["M9K", "M9K, no_rw_check"])
    def test_what_is_planned_as_block_ram_becomes_block_ram(self, made, family, style):
        _, cells = made(ROM % f'(* ramstyle = "{style}" *)', family, "rom")
        assert block_rams(cells, family) == 1 and flip_flops(cells, family) == 0

    @families
    def test_what_is_planned_in_logic_does_not(self, made, family):
        _, cells = made(ROM % '(* ramstyle = "logic" *)', family, "rom")
        assert block_rams(cells, family) == 0 and flip_flops(cells, family) == BITS

    def test_on_its_own_yosys_decides_otherwise(self, made):
        """A ROM of 64 words would not fill a block RAM."""
        small = ROM.replace("[7:0] address", "[5:0] address").replace("0:255", "0:63")
        _, cells = made(small % "", "ecp5", "rom")
        assert block_rams(cells, "ecp5") == 0

    def test_unless_it_is_planned_as_block_ram(self, made):
        small = ROM.replace("[7:0] address", "[5:0] address").replace("0:255", "0:63")
        _, cells = made(small % '(* ramstyle = "M9K" *)', "ecp5", "rom")
        assert block_rams(cells, "ecp5") == 1

    @families
    def test_a_queue_in_logic_is_no_block_ram(self, made, family):
        """Its 16 words and the one that is read stand in flip-flops, or in an ECP5's cells of 16 words of 4 bits."""
        _, cells = made(QUEUE, family, "queue")
        assert block_rams(cells, family) == 0
        assert flip_flops(cells, family) + 16 * 4 * cells["TRELLIS_DPR16X4"] == (16 + 1) * BITS

    @families
    def test_contents_come_from_files_beside_the_verilog(self, tmp_path, family):
        """Of two folders. Every 1 stands once in the contents of the block RAMs."""
        ones = 0
        sources = []
        for number in range(2):
            source = tmp_path / f"source_{number}"
            source.mkdir()
            ones += write_words(source / f"rom_{number}.mem", WORDS - number)
            text = (ROM % '(* ramstyle = "M9K" *)').replace("module rom", f"module rom_{number}")
            (source / f"rom_{number}.v").write_text(text.replace("rom.mem", f"rom_{number}.mem"))
            sources.append(source / f"rom_{number}.v")
        (tmp_path / "both.v").write_text(
            "module both(input clk, input [7:0] a, output [7:0] x, y);\n"
            "  rom_0 first(clk, a, x);\n  rom_1 second(clk, a, y);\nendmodule\n"
        )
        (tmp_path / "work").mkdir()
        netlist = synthesize(family, [*sources, tmp_path / "both.v"], "both", tmp_path / "work")
        rams = [netlist.cells[name] for name in netlist.of_type(*BLOCK_RAMS[family])]
        contents = [
            value
            for cell in rams
            for name, value in cell["parameters"].items()
            if re.fullmatch(r"INIT(VAL|_RAM)?_[0-9A-F]+", name)
        ]
        assert len(rams) == 2 and sum(value.count("1") for value in contents) == ones


class TestSums:
    @families
    def test_a_product_becomes_a_multiplier(self, made, family):
        _, cells = made(SUMS, family, "sums")
        assert cells[MULTIPLIERS[family]] == 1
        assert flip_flops(cells, family) == 16 + 18, "product and sum"

    @families
    @pytest.mark.parametrize("keep", [(), ("product/mixed",)])
    def test_a_signal_keeps_its_name_if_it_is_to(self, made, tmp_path, family, keep):
        """The instance of its module stands before it."""
        netlist, _ = made(SUMS.replace("mixed * b", "(mixed & b) + 1"), family, "sums", keep=keep)
        nets = json.loads((tmp_path / "work" / "sums.json").read_text())["modules"]["sums"]["netnames"]
        assert ("unit.mixed" in nets) == bool(keep)
        if keep:
            bits = nets["unit.mixed"]["bits"]
            assert len(set(bits)) == 8 and all(netlist.drivers[bit][0] for bit in bits)

    def test_the_netlist_is_the_file(self, made, tmp_path):
        netlist, _ = made(SUMS, "ecp5", "sums")
        assert json.loads((tmp_path / "work" / "sums.json").read_text())["modules"]["sums"]["cells"] == netlist.cells
        log = (tmp_path / "work" / LOG).read_text()
        assert re.search(r"^ +1 +MULT18X18D$", log, re.MULTILINE), "a table of the cells"


class TestFailure:
    @pytest.fixture
    def refused(self, tmp_path):
        """What is said of Verilog that fails."""

        def message(verilog):
            (tmp_path / "top.v").write_text(verilog)
            (tmp_path / "work").mkdir()
            with pytest.raises(ToolError) as caught:
                synthesize("ecp5", [tmp_path / "top.v"], "top", tmp_path / "work")
            assert not (tmp_path / "work" / "top.json").exists()
            return str(caught.value)

        return message

    @pytest.mark.parametrize(
        ("verilog", "why"),
        [
            ("module top(input a; endmodule\n", "top.v:1: syntax error, "),
            ("module other(input a); endmodule\n", "Module `top' not found"),
            ("module top(input a); missing m(a); endmodule\n", "missing"),
        ],
    )
    def test_it_says_why_and_where_to_look(self, refused, verilog, why):
        message = refused(verilog)
        assert "\n" not in message and message.startswith("Yosys failed (") and why in message
        assert message.endswith(f": see {LOG}")

    def test_a_memory_file_that_is_not_there(self, refused, tmp_path):
        message = refused('module top; reg m[0:1]; initial $readmemb("words.mem", m); endmodule\n')
        assert "\n" not in message and message.startswith("Yosys failed") and message.endswith(f": see {LOG}")
        assert "words.mem" in (tmp_path / "work" / LOG).read_text()


LUTS = {"ecp5": ("LUT4", "CCU2C", "CCU2C"), "ice40": ("SB_LUT4",), "gowin": ("LUT1", "LUT2", "LUT3", "LUT4", "ALU")}
"""What a design's logic is made of; two of the ECP5's LUTs are one cell of a carry chain."""


INVERTERS = {"ice40": 0.4}
"""There the subtrahend's bits are inverted in LUTs of their own; the plan counts cells that do without."""


def logic(cells, family):
    return sum(cells[kind] for kind in LUTS[family])


@families
def test_sums_of_sums_stay_carry_chains(made, family, tmp_path):
    """The stock flow would make carry-save trees of them, did the Verilog not keep them apart."""
    random = np.random.default_rng(5)
    layer = Dense(
        random.integers(-9, 9, 5),
        Requantizer.make(5, IntegerRange(-(2**20), 2**20)),
        weights=random.integers(-7, 8, (9, 5)),
        weight_range=IntegerRange(-7, 7),
    )
    inputs = Box.uniform(IntegerRange(-128, 127), 9)
    graphs = [solve(wanted) for wanted in linear_maps([layer], inputs)]
    pipeline = UnrolledPipeline.of([layer], inputs, Pipelining(9), graphs)
    (written,) = emit_verilog(UnrolledDatapath(pipeline), "sums", tmp_path)
    text = written.read_text()
    planned = sum(operation.luts() for operation in pipeline.operations)
    _, cells = made(text, family, "sums")
    assert logic(cells, family) == pytest.approx(planned, rel=INVERTERS.get(family, 0.12))
    (tmp_path / "work").rename(tmp_path / "kept")
    _, merged = made(re.sub(r"\(\* keep = .*?\*\)", "", text), family, "sums")
    assert logic(merged, family) > logic(cells, family)
