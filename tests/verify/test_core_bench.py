import json
import re

import numpy as np
import pytest
from as_found import as_found

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.design.interface import CoreInterface
from quantnn.design.vectors import Vectors
from quantnn.errors import VerificationError
from quantnn.network.file import load_network
from quantnn.network.reference import evaluate
from quantnn.sim.simulator import Run
from quantnn.verify.core_bench import CoreBench, adversities, any_frames
from quantnn.verify.findings import Difference, Findings
from quantnn.verify.verify import verify

pytestmark = pytest.mark.xdist_group("exported designs")

BYTE = IntegerRange(0, 255)
FAST_SOURCE = CoreInterface.of(BeatFormat(4, BYTE, 2), BeatFormat(3, BYTE), (), interval=20, latency=70, recovery=12)


@pytest.fixture(scope="module")
def network(small):
    return load_network(small / "network.npz")


@pytest.fixture(scope="module")
def bench(small, network):
    vectors = Vectors.load(small / "vectors", network)
    return CoreBench.of_design(small, CoreInterface.load(small / "core" / "interface.json"), vectors)


def test_each_end_stalls_alone_and_both_together():
    """Two beats go in every 20 cycles, so a source is slower that is ready in less than a tenth of them.

    The one that stalls alone sends them in 140 cycles, twice the latency, so that the core runs empty in between.
    """
    stalls = {(run.stall_in, run.stall_out) for run in adversities(FAST_SOURCE).values()}
    assert stalls >= {(1 - 2 / 140, 0), (0, 0.925), (0.95, 0.925)}
    frames = any_frames(FAST_SOURCE)
    assert (frames.stall_in, frames.stall_out) == (0.375, 0.925)


def test_resets_meet_a_full_pipeline_at_different_places_of_a_sample():
    runs = [run for run in adversities(FAST_SOURCE).values() if run.resets]
    assert runs
    for run in runs:
        pauses = np.diff([0, *run.resets])
        assert len(pauses) == 12 and pauses.min() > FAST_SOURCE.latency + 2 * FAST_SOURCE.interval
        assert len({int(pause) % FAST_SOURCE.interval for pause in pauses}) > 6


def test_one_run_starts_without_a_reset_and_each_from_other_values():
    runs = [Run(0, 0), *adversities(FAST_SOURCE).values(), any_frames(FAST_SOURCE)]
    assert [run.reset for run in runs].count(False) == 1
    assert len({run.seed for run in runs}) == len(runs) and min(run.seed for run in runs) >= 1


def test_other_frames_are_answered_as_what_came(bench, network):
    other = bench.with_other_frames(network)
    count, form = len(other.vectors.inputs), bench.interface.input
    assert count == len(other.lengths) <= len(bench.vectors.inputs)
    assert len(set(other.lengths)) > 3 and {int(n) for n in other.lengths} >= {1, form.beats}
    for number in range(count):
        came = form.per_beat * int(other.lengths[number])
        [sent] = bench.vectors.inputs[number : number + 1]
        assert other.vectors.inputs[number].tolist() == [*sent[:came], *[0] * len(sent[came:])]
    expected = evaluate(network, other.vectors.inputs)
    assert other.vectors.expected.logits.tolist() == expected.logits.tolist()


WRAPPER = """
module quantnn_core(
  input clk, rst, s_axis_tvalid, s_axis_tlast, m_axis_tready, input [{input}-1:0] s_axis_tdata,
  output s_axis_tready, m_axis_tvalid, m_axis_tlast, output [{output}-1:0] m_axis_tdata
);
  reg [7:0] beat = 0;
  wire last = beat == {beats} - 1;
  always @(posedge clk)
    if (rst) beat <= 0;
    else if (s_axis_tvalid && s_axis_tready) beat <= last ? 0 : beat + 1;
  quantnn_core_proper proper (
    .clk(clk), .rst(rst), .s_axis_tvalid(s_axis_tvalid), .s_axis_tready(s_axis_tready), .s_axis_tdata(s_axis_tdata),
    .s_axis_tlast(last), .m_axis_tvalid(m_axis_tvalid), .m_axis_tready(m_axis_tready), .m_axis_tdata(m_axis_tdata),
    .m_axis_tlast(m_axis_tlast)
  );
endmodule
"""


def test_a_core_that_counts_beats_instead_of_looking_at_tlast_is_found(small, copy_of, bench, monkeypatch):
    """Frames of the right length do not tell it from a right one."""
    as_found(monkeypatch)
    design, form = copy_of(small), bench.interface
    path = design / "core" / "quantnn_core.v"
    text = path.read_text()
    assert text.count("module quantnn_core(") == 1
    widths = {"input": form.input.tdata_width, "output": form.output.tdata_width, "beats": form.input.beats}
    path.write_text(text.replace("module quantnn_core(", "module quantnn_core_proper(") + WRAPPER.format(**widths))
    description = json.loads((design / "core" / "interface.json").read_text())
    for tap in description["taps"]:
        tap |= {name: f"proper.{tap[name]}" for name in ("valid", "data")}
    (design / "core" / "interface.json").write_text(json.dumps(description))
    with pytest.raises(VerificationError) as caught:
        verify(design)
    assert re.search(r": with tlast early or late, (layer 0|answer)", str(caught.value))


@pytest.mark.parametrize(("alone", "runs"), [(True, [(5, 6)]), (False, [(5, 6), (0, 6)])])
def test_a_sample_that_fails_only_behind_others_is_recorded_with_them(bench, monkeypatch, tmp_path, alone, runs):
    ran = []

    def run(self, first, end, **options):
        ran.append((first, end))
        assert options["keep"] == tmp_path / "wave.vcd"
        return Findings(1, 0, ("it differs",) if alone else ())

    monkeypatch.setattr(CoreBench, "run", run)
    assert bench.record_failure(Difference(5, 1, 0, "1", "2"), tmp_path / "wave.vcd") == 5
    assert ran == runs
