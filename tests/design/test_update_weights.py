import shutil

import numpy as np
import oracle
import pytest
from digests import digests
from exported import SAMPLES, SHAPE, save_model, small_board, small_options
from perturbed import perturbed
from reports import damage
from typer.testing import CliRunner

from quantnn.cli import app
from quantnn.design.export import ExportOptions, export
from quantnn.design.report import load_report
from quantnn.design.update_weights import UpdateOptions, update_weights
from quantnn.errors import DoesNotFitError, VerificationError
from quantnn.importers.npz import load_model
from quantnn.network.file import load_network
from quantnn.verify.verify import verify

pytestmark = pytest.mark.xdist_group("exported designs")


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

    def test_no_samples_at_all(self, tmp_path):
        """Scales come from bounds then, which a note says, and there is nothing to measure on."""
        model = load_model(save_model(tmp_path, calibration=None))
        export(model, tmp_path / "design", ExportOptions(small_board()))
        report = update_weights(tmp_path / "design", model).report
        assert report.notes[-1].startswith("no calibration samples: scales come from the proven interval bounds")
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
        patch.setattr("quantnn.quantization.fitted.LOST_BITS", 0)
        with pytest.raises(DoesNotFitError, match=r"layer 2: its outputs are 18 bits unsigned, .* 17 bits signed"):
            update_weights(design, model)
    assert digests(design) == before
    fitting = "layer 2: to fit the hardware, the weights of 3 of 3 outputs have up to 2 bits less"
    assert any(note.startswith(fitting) for note in update_weights(design, model).report.notes)
    assert verify(design).verification.passed


def test_the_command_line(small, copy_of, other, tmp_path):
    design = copy_of(small)
    other()
    result = CliRunner().invoke(app, ["update-weights", str(design), str(tmp_path / "other.npz")])
    assert result.exit_code == 0, result.output
    text = " ".join(result.output.split())
    assert f"6 memory files changed in {design}/core and {design}/board, no logic." in text
    assert f"Next: quantnn verify {design}, then quantnn build {design}" in text
    assert load_report(design).model == "other.npz"


class TestSensor:
    """Float inputs, which the host rounds: the samples in the folder are those of one sensor."""

    @pytest.fixture
    def design(self, tmp_path):
        values = np.random.default_rng(9).uniform(-1, 1, (40, SHAPE[0]))
        model = load_model(save_model(tmp_path, calibration=values, input_scale=None))
        samples = model.sensor(values)
        labelled = {"test_inputs": samples, "test_labels": model.classes(samples)}
        export(model, tmp_path / "design", small_options(model, **labelled))
        return tmp_path / "design", tmp_path / "small.npz", values

    def test_the_same_one(self, design):
        folder, path, values = design
        report = update_weights(folder, perturbed(path, folder.parent / "new.npz")).report
        note = "the float network's accuracy is that on the samples in vectors/, which a sensor has rounded"
        assert note in report.notes
        assert report.accuracy.samples == len(values)

    def test_another_one_leaves_no_samples_to_measure_on(self, design):
        folder, path, values = design
        report = update_weights(folder, perturbed(path, folder.parent / "new.npz", calibration=3 * values)).report
        assert any(note.startswith("the sensor is another one: samples in vectors/ ") for note in report.notes)
        assert (report.accuracy, report.sqnr_db) == (None, None)
        assert verify(folder).verification.passed

    def test_none_any_more(self, design):
        folder, path, _ = design
        raw = np.random.default_rng(9).integers(0, 256, (40, SHAPE[0]))
        with np.load(path) as file:
            arrays = {**file, "calibration": raw, "input_scale": np.array(1 / 255)}
        np.savez(folder.parent / "new.npz", **arrays)
        report = update_weights(folder, load_model(folder.parent / "new.npz")).report
        assert any(note.startswith("the sensor is another one") for note in report.notes)
