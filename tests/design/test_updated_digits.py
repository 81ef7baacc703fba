"""The digits example with other weights, in all that an update touches."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
from built import RESULT
from digests import digests
from perturbed import perturbed

from quantnn.demo_files import demo_files
from quantnn.design.build_record import add_build, keep_files
from quantnn.design.fingerprint import IDENTITY, fingerprint
from quantnn.design.interface import CoreInterface
from quantnn.design.report import load_report
from quantnn.design.update_weights import UpdateOptions, update_weights
from quantnn.importers.npz import load_model
from quantnn.network.file import load_network
from quantnn.verify.verify import verify

pytestmark = pytest.mark.xdist_group("exported designs")

CONTENTS = {"network.npz", "report.json", "summary.txt", "core/interface.json"}


def changed(before, after):
    return {name for name in before | after if before.get(name) != after.get(name)}


@pytest.fixture(scope="module")
def updated(digits, tmp_path_factory):
    """The digits example with other weights, and what the update said."""
    folder = tmp_path_factory.mktemp("updated")
    design = shutil.copytree(digits, folder / "digits")
    (design / "board" / "output_files").mkdir()
    (design / "board" / "output_files" / "quantnn_board.map.rpt").write_text("what Quartus wrote")
    with demo_files() as files:
        model = perturbed(files.model, folder / "new.npz")
    return design, update_weights(design, model, UpdateOptions(name="new.npz"))


class TestDigits:
    def test_only_contents_of_memories_change(self, digits, updated):
        design, update = updated
        names = changed(digests(digits), digests(design)) - {"board/output_files/quantnn_board.map.rpt"}
        memories = {name for name in names if name.endswith(".mem")} - {"board/quantnn_link_identity.mem"}
        contents = {*CONTENTS, "board/quantnn_link_identity.mem"}
        assert contents <= names
        assert names - memories - contents == {name for name in names if name.startswith("vectors/")}
        assert {f"{place}/{name}" for place in ("core", "board") for name in update.memories} == memories
        assert len(update.memories) == 6, "weights and parameters of three layers"
        assert not any("samples" in name for name in memories)

    def test_other_files_in_the_folder_stay_and_stay_foreign(self, updated):
        design, update = updated
        assert (design / "board" / "output_files" / "quantnn_board.map.rpt").read_text() == "what Quartus wrote"
        assert "board/output_files/quantnn_board.map.rpt" not in update.report.files
        assert set(update.report.files) == {n for n in digests(design) if "output_files" not in n}

    def test_a_bitstream_with_the_old_weights_goes(self, digits, copy_of, tmp_path):
        design = copy_of(digits)
        made = tmp_path / "made"
        made.write_text("a bitstream")
        keep_files(design, {"output_files/quantnn_board.sof": made}, load_report(design))
        add_build(design, replace(RESULT, files=("output_files/quantnn_board.sof",)), load_report(design))
        with demo_files() as files:
            report = update_weights(design, perturbed(files.model, tmp_path / "new.npz")).report
        assert report.build is None and report == load_report(design)
        assert not (design / "board" / "output_files" / "quantnn_board.sof").exists()
        assert set(report.files) == set(digests(design))
        assert "built by" not in (design / "summary.txt").read_text()

    def test_the_report_is_that_of_the_new_network(self, digits, updated):
        design, update = updated
        before, report = load_report(digits), load_report(design)
        assert report == update.report
        assert (report.model, report.verification) == ("new.npz", None)
        assert report.accuracy.samples == 360 and report.accuracy.integer > 0.8
        assert 20 < report.sqnr_db != before.sqnr_db
        for same in ("totals", "core", "board_top", "ii_cycles", "latency_cycles", "limits", "precision"):
            assert getattr(report, same) == getattr(before, same)
        network = load_network(design / "network.npz")
        for number, (old, new) in enumerate(zip(before.layers, report.layers, strict=True)):
            proven = network.accumulators[number]
            assert (new.accumulator.lo, new.accumulator.hi) == (proven.lo, proven.hi)
            assert new.accumulator.bits == old.accumulator.bits >= proven.width
            assert new.output.bits == old.output.bits
        assert "not yet: run quantnn verify" in (design / "summary.txt").read_text()

    def test_the_board_says_the_new_network_s_fingerprint_when_it_is_asked(self, digits, updated):
        design = updated[0]
        before, after = ((folder / "board" / IDENTITY).read_text().split() for folder in (digits, design))
        mark = bytes(int(line, 2) for line in after[:8])
        assert mark == fingerprint(design / "core") == bytes.fromhex(load_report(design).fingerprint)
        assert mark.hex() != load_report(digits).fingerprint
        assert after[8:] == before[8:]

    def test_the_interface_says_the_new_range_in_the_old_format(self, digits, updated):
        old, new = (CoreInterface.load(folder / "core" / "interface.json") for folder in (digits, updated[0]))
        assert (new.interval, new.latency, new.input) == (old.interval, old.latency, old.input)
        assert new.output.tdata_width == old.output.tdata_width
        assert new.output.element == load_network(updated[0] / "network.npz").layers[-1].output

    def test_the_samples_are_those_of_the_export(self, digits, updated):
        for name in ("inputs", "labels"):
            before, after = (np.load(folder / "vectors" / f"{name}.npy") for folder in (digits, updated[0]))
            assert (before[:360] == after[:360]).all() and len(before) == len(after)

    def test_it_is_bit_exact_with_the_old_cycles(self, digits, updated):
        design = updated[0]
        before, report = load_report(digits), verify(design)
        assert report.verification.passed and report.verification.samples > 360
        for cycles in ("ii_cycles", "latency_cycles"):
            assert getattr(report, cycles).measured == getattr(before, cycles).planned

    def test_the_first_weights_bring_the_first_bytes_back(self, digits, updated, copy_of):
        design = copy_of(updated[0])
        shutil.rmtree(design / "board" / "output_files")
        with demo_files() as files:
            update_weights(design, load_model(files.model), UpdateOptions(name="model.npz"))
        assert changed(digests(digits), digests(design)) <= {"report.json", "summary.txt"}
        report = load_report(design)
        assert report.verification is None
        assert report.notes == load_report(digits).notes
