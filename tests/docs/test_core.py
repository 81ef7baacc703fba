"""docs/core.md is enough to use a core: somebody's testbench, written from it alone, passes, and sees what differs."""

import json
import re

import numpy as np
import pytest
from exported import small_board

from quantnn.design.export import ExportOptions, export
from quantnn.errors import ToolError
from quantnn.importers.npz import load_model
from quantnn.network.file import load_network
from quantnn.network.reference import evaluate
from quantnn.sim.program import Program

COUNT = 24
HARNESS = """
module harness;
  reg clk /* verilator public_flat_rd */ = 0;
  always #5 clk = ~clk;
  reg rst /* verilator public_flat_rw */ = 0;
  reg sample_valid /* verilator public_flat_rw */ = 0, sample_last /* verilator public_flat_rw */ = 0;
  reg answer_ready /* verilator public_flat_rw */ = 0;
  reg [{input}-1:0] sample_data /* verilator public_flat_rw */ = 0;
  wire sample_ready /* verilator public_flat_rd */, answer_valid /* verilator public_flat_rd */;
  wire answer_last /* verilator public_flat_rd */;
  wire [{output}-1:0] answer_data /* verilator public_flat_rd */;
{template}
endmodule
"""


@pytest.fixture(scope="module")
def core(tmp_path_factory):
    """A core whose beats have padding, whose last beats have places to spare, and that is several beats wide."""
    folder = tmp_path_factory.mktemp("stranger")
    draw = np.random.default_rng(3)
    weights = {"W0": draw.normal(size=(7, 5)), "W1": draw.normal(size=(5, 3))}
    biases = {"b0": draw.normal(size=5) / 4, "b1": draw.normal(size=3) / 4}
    calibration = draw.integers(0, 32, (50, 7))
    activations = np.array(["relu", "softmax"])
    np.savez(folder / "m.npz", **weights, **biases, activations=activations, input_bits=5, calibration=calibration)
    options = ExportOptions(small_board(17), test_inputs=calibration[:COUNT], name="m.npz")
    export(load_model(folder / "m.npz"), folder / "design", options)
    interface = json.loads((folder / "design" / "core" / "interface.json").read_text())
    one, other = interface["s_axis"], interface["m_axis"]
    assert one["beats"] > 2 and 7 % one["elements_per_beat"] and one["tdata_bits"] > 5 * one["elements_per_beat"]
    assert other["beats"] > 1 and other["class_bits"] == 2
    return folder / "design"


@pytest.fixture(scope="module")
def given(core):
    """What the stranger gets: the description, samples, and the reference's answers."""
    interface = json.loads((core / "core" / "interface.json").read_text())
    network = load_network(core / "network.npz")
    samples = np.random.default_rng(4).integers(0, 32, (COUNT, 7))
    beats, per_beat = interface["s_axis"]["beats"], interface["s_axis"]["elements_per_beat"]
    cut = [np.where(np.arange(7) < per_beat * (beat + 1), samples, 0) for beat in range(beats - 1)]
    answers = [evaluate(network, values).logits.tolist() for values in (samples, *cut)]
    cases = zip(samples.tolist(), answers[0], zip(*answers[1:], strict=True), strict=True)
    return {
        "interface": interface,
        "samples": [{"elements": e, "answer": whole, "cut": parts} for e, whole, parts in cases],
    }


@pytest.fixture
def use(core, given, tmp_path):
    """Runs the stranger's testbench with what it is given; returns the log."""

    def run(given=given):
        core_folder, interface = core / "core", given["interface"]
        template = (core_folder / "quantnn_core_template.v").read_text()
        widths = {"input": interface["s_axis"]["tdata_bits"], "output": interface["m_axis"]["tdata_bits"]}
        verilog = (core_folder / "quantnn_core.v").read_text()
        for path in core_folder.glob("*.mem"):
            (tmp_path / path.name).write_bytes(path.read_bytes())
        (tmp_path / "given.json").write_text(json.dumps(given))
        program = Program([HARNESS.format(template=template, **widths), verilog], "harness", optimize=False)
        program.run("stranger", tmp_path, {"STRANGER": str(tmp_path / "given.json"), "COCOTB_RANDOM_SEED": "5"})
        return (tmp_path / "simulation.log").read_text()

    return run


def passed(log):
    return set(re.findall(r"stranger\.(\w+) passed", log))


TESTS = {
    "without_a_reset", "latency_and_interval", "stalls", "frames_of_another_length", "no_tlast_at_all",
    "resets_in_mid_stream", "valid_does_not_wait_for_ready",
}


def test_the_page_is_enough_to_use_a_core(use):
    assert passed(use()) == TESTS


def told(given, change):
    """What the stranger is given, a part of it wrong."""
    wrong = json.loads(json.dumps(given))
    change(wrong)
    return wrong


def off_by_one(name, by):
    return lambda given: given["interface"].update({name: given["interface"][name] + by})


def wrong_class(given):
    given["samples"][3]["answer"] = given["samples"][3]["answer"][::-1]


def wrong_cut(given):
    for sample in given["samples"]:
        sample["cut"] = [[logit + 1 for logit in answer] for answer in sample["cut"]]


@pytest.mark.parametrize(("change", "tests"), [
    (off_by_one("latency", 1), {"latency_and_interval"}),
    (off_by_one("interval", 1), {"latency_and_interval"}),
    (off_by_one("recovery_cycles", 1), {"without_a_reset", "resets_in_mid_stream"}),
    (off_by_one("recovery_cycles", -1), {"without_a_reset", "resets_in_mid_stream"}),
    (wrong_class, {"latency_and_interval", "stalls", "frames_of_another_length"}),
    (wrong_cut, {"frames_of_another_length"}),
])  # fmt: skip
def test_what_is_not_as_described_is_seen(use, given, tmp_path, change, tests):
    with pytest.raises(ToolError):
        use(given=told(given, change))
    assert TESTS - passed((tmp_path / "simulation.log").read_text()) >= tests
