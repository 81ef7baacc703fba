import hashlib
import json
import shutil
from dataclasses import replace

import numpy as np
import oracle
import pytest
from built import RESULT
from exported import SAMPLES, SHAPE, save_model, small_board
from reports import damage
from typer.testing import CliRunner

from quantnn.cli import app
from quantnn.demo_files import demo_files
from quantnn.design.build_record import add_build, keep_files
from quantnn.design.export import ExportOptions, export
from quantnn.design.fingerprint import IDENTITY, fingerprint
from quantnn.design.interface import CoreInterface
from quantnn.design.report import load_report
from quantnn.design.update_weights import UpdateOptions, update_weights
from quantnn.errors import DoesNotFitError, InputError, VerificationError
from quantnn.importers.npz import load_model
from quantnn.network.file import load_network, save_network
from quantnn.verify.verify import verify

pytestmark = pytest.mark.xdist_group("exported designs")

CONTENTS = {"network.npz", "report.json", "summary.txt", "core/interface.json"}


def digests(folder):
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def changed(before, after):
    return {name for name in before | after if before.get(name) != after.get(name)}


def perturbed(path, target, share=0.3, seed=1, **changes):
    """A model file whose weights are those of another plus noise, and whatever else is given."""
    random = np.random.default_rng(seed)
    with np.load(path) as file:
        arrays = dict(file)
    for name, values in arrays.items():
        if name[0] in "Wb":
            arrays[name] = values + share * values.std() * random.normal(size=values.shape)
    np.savez(target, **arrays | changes)
    return load_model(target)


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


@pytest.fixture(scope="module")
def model_file(tmp_path_factory):
    """The file that the design ``small`` was exported from."""
    return save_model(tmp_path_factory.mktemp("model"))


@pytest.fixture
def other(model_file, tmp_path):
    """Makes models like that of the design ``small``."""
    return lambda **changes: perturbed(model_file, tmp_path / "other.npz", **changes)


class TestSmall:
    def test_an_own_test_set(self, small, copy_of, other):
        design, model = copy_of(small), other()
        samples = np.random.default_rng(5).integers(0, 256, (40, SHAPE[0]))
        report = update_weights(design, model, UpdateOptions(None, samples, model.classes(samples))).report
        assert report.accuracy.samples == 40
        assert (np.load(design / "vectors" / "inputs.npy")[:40] == samples).all()
        assert len(np.load(design / "vectors" / "labels.npy")) == 40
        assert (design / "board" / "quantnn_samples.mem").read_bytes() == (
            small / "board" / "quantnn_samples.mem"
        ).read_bytes()
        assert verify(design).verification.passed

    def test_a_test_set_without_labels_leaves_none(self, small, copy_of, other):
        design = copy_of(small)
        samples = np.random.default_rng(5).integers(0, 256, (40, SHAPE[0]))
        report = update_weights(design, other(), UpdateOptions(test_inputs=samples)).report
        assert report.accuracy is None and report.sqnr_db is not None
        assert not (design / "vectors" / "labels.npy").exists() and "vectors/labels.npy" not in report.files

    def test_quality_is_measured_again_though_there_was_none(self, small, copy_of, other):
        """Where integers were exact before, say, and are not any more."""
        design, model = copy_of(small), other()
        (design / "vectors" / "labels.npy").unlink()
        damage(design, sqnr_db=None, accuracy=None)
        report = update_weights(design, model).report
        samples, network = np.load(design / "vectors" / "inputs.npy")[:SAMPLES], load_network(design / "network.npz")
        floats = model.logits(samples)
        noise = floats - np.array([oracle.outputs(network, s)[-1] for s in samples]) * network.layers[-1].scale
        assert report.sqnr_db == pytest.approx(10 * np.log10((floats**2).sum() / (noise**2).sum()), abs=0.005)
        assert report.accuracy is None

    def test_without_samples_there_is_no_quality(self, tmp_path):
        model = load_model(save_model(tmp_path, calibration=None))
        export(model, tmp_path / "design", ExportOptions(small_board()))
        report = update_weights(tmp_path / "design", model).report
        assert (report.sqnr_db, report.accuracy) == (None, None)

    def test_own_calibration_samples(self, small, copy_of, other):
        samples = np.random.default_rng(6).integers(0, 60, (20, SHAPE[0]))
        report = update_weights(copy_of(small), other(), UpdateOptions(samples)).report
        assert report.precision.calibration_samples == 20

    def test_a_waveform_of_the_weights_before_goes(self, small, copy_of, other):
        design = copy_of(small)
        (design / "wave.vcd").write_text("")
        damage(design, files=[*load_report(design).files, "wave.vcd"])
        assert "wave.vcd" not in update_weights(design, other(), UpdateOptions()).report.files
        assert not (design / "wave.vcd").exists()

    def test_steps_are_told(self, small, copy_of, other):
        steps = []
        update_weights(copy_of(small), other(), UpdateOptions(), steps.append)
        assert len(steps) == len(set(steps)) == 3

    def test_a_wrong_memory_would_be_found(self, small, copy_of, other):
        """The comparison is with what is on disk: an update that left a memory as it was does not pass verify."""
        design = copy_of(small)
        update = update_weights(design, other())
        shutil.copy(small / "core" / update.memories[-1], design / "core")
        with pytest.raises(VerificationError, match=rf"{update.memories[-1]}, line 1: .* in network.npz"):
            verify(design)


def dense(inputs, outputs):
    return np.random.default_rng(3).normal(size=(inputs, outputs))


REFUSED = {
    "more outputs in a layer": (
        {"W1": dense(5, 5), "b1": np.zeros(5), "W2": dense(5, 3)},
        "layer 1: it is dense 5→5 relu, the hardware dense 5→4 relu: export again",
    ),
    "other inputs": ({"W0": dense(7, 5), "calibration": None}, "layer 0: it is dense 7→5 relu, the hardware dense 6→5"),
    "another layer": (
        {"W3": dense(3, 3), "b3": np.zeros(3), "activations": np.array(["relu", "relu", "relu", "softmax"])},
        "the model has 4 layers, the hardware 3: export again",
    ),
    "another activation": (
        {"activations": np.array(["relu", "tanh", "softmax"])},
        "layer 1: it is dense 5→4 tanh, the hardware dense 5→4 relu: export again",
    ),
    "another input format": (
        {"input_bits": np.array(9)},
        "the model's inputs are 9 bits unsigned, those of the hardware 8 bits unsigned: export again",
    ),
    "another answer": (
        {"decision": np.array("none")},
        "the model answers with values, the hardware with classes: export again",
    ),
    "a normalization of inputs": (
        {"input_mean": np.linspace(0, 1, 6), "input_std": np.linspace(1, 2, 6)},
        "the model has 4 layers, the hardware 3: export again",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_needs_other_hardware_is_refused_and_nothing_touched(case, small, copy_of, model_file, tmp_path):
    changes, reason = REFUSED[case]
    with np.load(model_file) as file:
        arrays = {**file, **changes}
    np.savez(tmp_path / "new.npz", **{name: values for name, values in arrays.items() if values is not None})
    design = copy_of(small)
    before = digests(design)
    with pytest.raises(DoesNotFitError) as caught:
        update_weights(design, load_model(tmp_path / "new.npz"))
    assert str(caught.value).startswith(reason) and "\n" not in str(caught.value)
    assert caught.value.exit_code == 2
    assert digests(design) == before and list(design.parent.glob(".*")) == []


def test_a_wider_range_than_coarser_weights_can_make_up_for(small, copy_of, other, monkeypatch):
    """Without a bit to lose, what spans more is refused; with some, the same model fits, and a note says so."""
    design, model = copy_of(small), other(W2=np.ones((4, 3)), b2=np.full(3, 900.0))
    before = digests(design)
    with monkeypatch.context() as patch:
        patch.setattr("quantnn.quantize.fitted.LOST_BITS", 0)
        with pytest.raises(DoesNotFitError, match=r"layer 2: its outputs are 18 bits unsigned, .* 17 bits signed"):
            update_weights(design, model)
    assert digests(design) == before
    fitting = "layer 2: to fit the hardware, the weights of 3 of 3 outputs have up to 2 bits less"
    assert any(note.startswith(fitting) for note in update_weights(design, model).report.notes)
    assert verify(design).verification.passed


def rewrite(path, change):
    path.write_text(json.dumps(change(json.loads(path.read_text()))))


DAMAGES = {
    "no report": (lambda d: (d / "report.json").unlink(), "is no exported design"),
    "report without precision": (
        lambda d: rewrite(d / "report.json", lambda r: {**r, "precision": {}}), "report.json is damaged"
    ),
    "report without layers": (
        lambda d: rewrite(d / "report.json", lambda r: {**r, "layers": []}), "report.json is damaged"
    ),
    "no plan": (lambda d: (d / "core" / "plan.json").unlink(), "plan.json is missing: export the model again"),
    "half a plan": (
        lambda d: (d / "core" / "plan.json").write_text((d / "core" / "plan.json").read_text()[:900]),
        "plan.json is damaged",
    ),
    "a plan that cannot be": (
        lambda d: rewrite(d / "core" / "plan.json", lambda p: deep(p, ("layers", 0, "fold", "pe"), 99)),
        "plan.json is damaged",
    ),
    "a plan of another engine": (
        lambda d: rewrite(d / "core" / "plan.json", lambda p: deep(p, ("layers", 0, "engine"), "steam")),
        "plan.json is damaged",
    ),
    "a plan that does not hold the network": (
        lambda d: rewrite(d / "core" / "plan.json", lambda p: deep(p, ("layers", 1, "accumulator"), [-3, 3])),
        "plan.json is not that of network.npz",
    ),
    "no network": (lambda d: (d / "network.npz").unlink(), "network.npz does not exist"),
    "half a network": (
        lambda d: (d / "network.npz").write_bytes((d / "network.npz").read_bytes()[:-40]), "truncated or damaged"
    ),
    "no Verilog": (lambda d: (d / "core" / "quantnn_core.v").unlink(), "quantnn_core.v cannot be read"),
    "other Verilog": (
        lambda d: (d / "core" / "quantnn_core.v").write_text("/* */\nmodule quantnn_core; endmodule\n"),
        "core/quantnn_core.v was changed, or written by another quantnn",
    ),
    "other Verilog for the board": (
        lambda d: (d / "board" / "quantnn_core.v").write_text("/* */\n"), "board/quantnn_core.v was changed"
    ),
    "a missing memory": (
        lambda d: (d / "core" / "quantnn_core_layer_1_mac_weights.mem").unlink(), "mac_weights.mem is missing"
    ),
    "a memory missing for the board": (
        lambda d: (d / "board" / "quantnn_core_layer_1_mac_weights.mem").unlink(), "mac_weights.mem is missing"
    ),
    "no identity": (lambda d: (d / "board" / IDENTITY).unlink(), "identity.mem is missing or damaged"),
    "half an identity": (
        lambda d: (d / "board" / IDENTITY).write_text("01010101\n" * 7), "identity.mem is missing or damaged"
    ),
    "no vectors": (lambda d: shutil.rmtree(d / "vectors"), "inputs.npy does not exist"),
    "other vectors": (
        lambda d: np.save(d / "vectors" / "classes.npy", np.zeros(60, np.uint8)), "does not hold what the network"
    ),
}


def deep(value, path, new):
    """The value with another one at a path of keys."""
    at = value
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = new
    return value


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_design_is_refused_in_a_line(damage, small, copy_of, other):
    change, reason = DAMAGES[damage]
    design = copy_of(small)
    change(design)
    before = digests(design)
    with pytest.raises(InputError) as caught:
        update_weights(design, other())
    message = str(caught.value)
    assert reason in message and "\n" not in message and caught.value.exit_code == 2
    assert digests(design) == before


def test_a_network_of_another_export_is_refused(small, digits, copy_of, other):
    design = copy_of(small)
    save_network(load_network(digits / "network.npz"), design / "network.npz")
    with pytest.raises(InputError, match=r"plan.json is not that of network.npz"):
        update_weights(design, other())


def test_the_command_line(small, copy_of, other, tmp_path):
    design = copy_of(small)
    other()
    result = CliRunner().invoke(app, ["update-weights", str(design), str(tmp_path / "other.npz")])
    assert result.exit_code == 0, result.output
    text = " ".join(result.output.split())
    assert f"6 memory files changed in {design}/core and {design}/board, no logic." in text
    assert f"Next: quantnn verify {design}, then quantnn build {design}" in text
    assert load_report(design).model == "other.npz"


class TestAnotherCommand:
    """It changes the folder while the answers are computed."""

    @staticmethod
    def update(design, tmp_path, meanwhile):
        model = perturbed(save_model(tmp_path), tmp_path / "new.npz")
        steps = {"computing the expected answers": meanwhile}
        return update_weights(design, model, step=lambda step: steps.get(step, lambda: None)()).report

    def test_a_build_that_ended_is_one_of_the_old_weights(self, small, copy_of, tmp_path):
        design = copy_of(small)
        (tmp_path / "made").write_text("a bitstream")

        def build():
            begun = load_report(design)
            keep_files(design, {"output_files/a.bit": tmp_path / "made"}, begun)
            add_build(design, replace(RESULT, files=("output_files/a.bit",)), begun)

        report = self.update(design, tmp_path, build)
        assert report.build is None and report == load_report(design)
        assert not (design / "board" / "output_files" / "a.bit").exists() and set(report.files) == set(digests(design))

    def test_another_design_stays_as_it_is(self, small, copy_of, tmp_path):
        design, found = copy_of(small), []

        def export():
            damage(design, fingerprint="0123456789abcdef")
            found.append(digests(design))

        with pytest.raises(InputError, match=r"must stay the design that it was at the start; its fingerprint is 0123"):
            self.update(design, tmp_path, export)
        assert digests(design) == found[0]
