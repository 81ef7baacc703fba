import pytest
import quartus_texts as texts

from quantnn.build.quartus_memories import (
    VerilogMemory,
    logic_memories,
    missing_memories,
    place_of,
    read_memories,
    refuses_contents,
    unnamed_memories,
)
from quantnn.design.hardware import ExportedHardware

VERILOG = """\
module top(clk);
  input clk;
  middle first (
    .clk(clk)
  );
  \\middle second (
    .clk(clk)
  );
  (* ramstyle = "logic" *)
  (* keep = 32'd1 *)
  reg [6:0] own [3:0];
endmodule

module middle(clk);
  (* ramstyle = "M9K, no_rw_check" *)
  reg [1663:0] \\memory$1  [15:0];
  reg [3:0] no_memory;
endmodule
"""
MEMORIES = {"layer_0.a": VerilogMemory(16, 8, False), "small": VerilogMemory(4, 7, True)}


def test_memories_of_a_project_by_place(tmp_path):
    (tmp_path / "top.v").write_text(VERILOG)
    wide = VerilogMemory(16, 1664, False)
    assert read_memories(tmp_path) == {
        "first.memory$1": wide, "second.memory$1": wide, "own": VerilogMemory(4, 7, True),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["digits", "small"])
def test_they_are_those_of_the_plan(name, request):
    folder = request.getfixturevalue(name)
    hardware = ExportedHardware.load(folder)
    planned = {memory.name: memory for memory in hardware.record.core_plan(hardware.network).memories}
    found = {
        place.removeprefix("core.").removesuffix(".memory"): memory
        for place, memory in read_memories(folder / "board").items()
        if place.startswith("core.")
    }
    assert {name.removesuffix(".memory") for name in planned} == found.keys()
    for name, memory in planned.items():
        shape = VerilogMemory(memory.depth, memory.width, memory.in_logic)
        assert found[name.removesuffix(".memory")] == shape


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("quantnn_core:core|quantnn_core_layer_0:layer_0|a[3]", "core.layer_0.a[3]"),
        ("memory", "memory"),
        ("\\a$1 :b$1|c", "b$1.c"),
        ("core|x", "core.x"),
    ],
)
def test_places(name, place):
    assert place_of(name) == place


class TestMessages:
    def test_what_became_logic(self):
        text = texts.uninferred("layer:layer_0|a", 276007, "due to asynchronous read logic") + texts.uninferred("b")
        first, second = logic_memories(text, MEMORIES)
        assert (first.name, first.code, first.reason) == ("layer:layer_0|a", 276007, "asynchronous read logic")
        assert (second.code, second.reason) == (276013, "MIF is not supported for the selected family")
        assert str(first) == "layer 0's control (16 words of 8 bits)"
        assert str(second) == "the board's top (b)"

    def test_what_was_meant_to(self):
        assert logic_memories(texts.uninferred("small", 276004, "due to inappropriate RAM size"), MEMORIES) == []

    def test_twice_is_once(self):
        assert len(logic_memories(2 * texts.uninferred("b"), MEMORIES)) == 1

    def test_without_a_file(self):
        (found,) = logic_memories('Info (276004): RAM logic "b" is uninferred due to inappropriate RAM size\n', {})
        assert found.reason == "inappropriate RAM size"

    def test_what_was_inferred_is_fine(self):
        text = 'Info (276031): Inferred altsyncram megafunction from the following design logic: "b_rtl_0"\n'
        assert logic_memories(text, MEMORIES) == [] and unnamed_memories(text) == 0

    def test_counted_but_not_named(self):
        text = "Info (276014): Found 3 instances of uninferred RAM logic\n" + texts.uninferred("b")
        assert unnamed_memories(text) == 2
        assert unnamed_memories(text + texts.uninferred("c") + texts.uninferred("d")) == 0

    @pytest.mark.parametrize("code", [16031, 14703])
    def test_contents_are_refused(self, code):
        assert refuses_contents(f"x\n    Error ({code}): Current mode does not support memory initialization\n")
        assert not refuses_contents(f"Info ({code}): all is well\nError (1): x\n")


@pytest.mark.parametrize(
    "built",
    [
        "layer:layer_0|altsyncram:a_rtl_0|altsyncram_9k1:auto_generated|ALTSYNCRAM",
        "layer_0|a_rtl_0|auto_generated|ALTSYNCRAM",
    ],
)
def test_missing(built):
    assert missing_memories([built], MEMORIES) == []
    assert missing_memories([built.replace("layer_0", "layer_1")], MEMORIES) == ["layer_0.a"]
