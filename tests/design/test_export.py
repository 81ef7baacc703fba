import json
import re
import shutil
from dataclasses import replace

import numpy as np
import pytest
from exported import SHAPE, invented_board, random_model, save_model, small_board, small_options
from told import Told

from quantnn.design import export as module
from quantnn.design.export import ONNX, ExportOptions, export
from quantnn.design.report import PrecisionEntry, load_report
from quantnn.design.update_weights import update_weights
from quantnn.errors import DoesNotFitError, InputError
from quantnn.importers.npz import load_model
from quantnn.network.file import load_network
from quantnn.network.onnx_graph import onnx_network
from quantnn.plan.planner import Goal
from quantnn.quantization.precision import Precision


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return load_model(save_model(tmp_path_factory.mktemp("model")))


def tree(folder):
    """Every file of a folder, hidden ones too, and its content."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


class TestFolder:
    def test_it_holds_a_core_a_board_vectors_and_a_report(self, small):
        files = set(tree(small))
        layers = {f"vectors/layer_{number}.npy" for number in range(len(SHAPE) - 1)}
        assert layers < files
        assert {f"vectors/{name}.npy" for name in ("inputs", "classes", "labels")} < files
        assert {"network.npz", "report.json", "summary.txt"} < files
        assert {f"core/{name}" for name in ("quantnn_core.v", "quantnn_core_template.v", "interface.json")} < files
        assert {f"board/quantnn_board.{suffix}" for suffix in ("qpf", "qsf", "sdc", "v")} < files
        assert {"board/quantnn_core.v", "board/quantnn_samples.v", "board/quantnn_samples.mem"} < files

    def test_every_layer_s_weights_are_a_file_of_their_own(self, small):
        verilog = (small / "core" / "quantnn_core.v").read_text()
        read = set(re.findall(r'\$readmemb\("([^"]+)"', verilog))
        assert read == {path.name for path in (small / "core").glob("*.mem")}
        for layer in range(len(SHAPE) - 1):
            assert any(re.match(rf"quantnn_core_layer_{layer}_mac_weights", name) for name in read)

    def test_the_board_has_the_same_core_and_all_that_its_project_names(self, small):
        core, board = small / "core", small / "board"
        for path in core.iterdir():
            if path.suffix == ".mem" or path.name == "quantnn_core.v":
                assert (board / path.name).read_bytes() == path.read_bytes()
        settings = (board / "quantnn_board.qsf").read_text()
        named = set(re.findall(r'_FILE "?([\w.]+)', settings))
        assert {"quantnn_core.v", "quantnn_samples.v", "quantnn_board.v"} <= named
        assert named <= {path.name for path in board.iterdir()}
        for verilog in board.glob("*.v"):
            assert all((board / name).is_file() for name in re.findall(r'\$readmemb\("([^"]+)"', verilog.read_text()))

    def test_the_report_lists_every_file(self, small):
        assert load_report(small).files == tuple(sorted(tree(small)))

    def test_no_file_says_where_it_was_made(self, small):
        for name, content in tree(small).items():
            assert str(small.parent).encode() not in content, name

    def test_the_vectors_begin_with_the_test_samples(self, small, model):
        options = small_options(model)
        count = len(options.test_inputs)
        inputs = np.load(small / "vectors" / "inputs.npy")
        np.testing.assert_array_equal(inputs[:count], options.test_inputs)
        assert len(inputs) > count
        assert (inputs.min(axis=0) == 0).all() and (inputs.max(axis=0) == 255).all()
        np.testing.assert_array_equal(np.load(small / "vectors" / "labels.npy"), options.test_labels)


def test_the_same_input_gives_the_same_bytes(small, model, tmp_path):
    export(model, tmp_path / "elsewhere" / "again", small_options(model))
    assert tree(tmp_path / "elsewhere" / "again") == tree(small)


def test_steps_are_told(model, tmp_path):
    told = Told()
    export(model, tmp_path / "design", small_options(model), told)
    assert len(told.steps) == len(set(told.steps)) == 6 and "quantizing" in told.steps[0]
    written = "writing the vectors"
    assert told.totals[written] == told.done[written] == len(np.load(tmp_path / "design" / "vectors" / "inputs.npy"))


STEPS = [
    "_planned", "emit_verilog", "_write_template", "save_network", "write_board", "planned_report", "write_report",
]  # fmt: skip


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_fails_leaves_everything_as_it_was(small, model, tmp_path, monkeypatch, step):
    class Broken(Exception):
        pass

    right = getattr(module, step)

    def fail(*arguments, **options):
        right(*arguments, **options)
        raise Broken

    shutil.copytree(small, tmp_path / "earlier")
    before = tree(tmp_path)
    monkeypatch.setattr(module, step, fail)
    for name in ("earlier", "new"):
        with pytest.raises(Broken):
            export(model, tmp_path / name, small_options(model))
    assert tree(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["earlier"]


def test_a_network_that_does_not_fit_leaves_nothing(tmp_path):
    board = invented_board(tmp_path, block_rams=2, logic_elements=1000, multipliers=4)
    with pytest.raises(DoesNotFitError, match="M9K"):
        export(random_model(64, 32), tmp_path / "design", ExportOptions(board))
    assert [path.name for path in tmp_path.iterdir()] == ["own.toml"]


def test_an_earlier_export_is_replaced_as_a_whole(small, tmp_path):
    """Two layers where there were three: no file of the third stays."""
    design = shutil.copytree(small, tmp_path / "design")
    random = np.random.default_rng(1)
    changes = {"W1": random.normal(size=(SHAPE[1], 2)), "b1": np.zeros(2), "W2": None, "b2": None}
    other = load_model(save_model(tmp_path, activations=np.array(["relu", "softmax"]), **changes))
    options = {"board": small_board(), "name": "other"}
    export(other, design, ExportOptions(**options))
    export(other, tmp_path / "fresh", ExportOptions(**options))
    assert tree(design) == tree(tmp_path / "fresh")
    assert not any("layer_2" in name for name in tree(design))


def test_a_folder_of_something_else_is_refused_before_any_work(model, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    told = Told()
    with pytest.raises(InputError, match="holds something else"):
        export(model, tmp_path, small_options(model), told)
    assert told.steps == [] and tree(tmp_path) == {"thesis.txt": b"mine"}


def test_the_widest_weights_that_fit(tmp_path):
    model = random_model(64, 32)
    board = invented_board(tmp_path, block_rams=5, logic_elements=3000, multipliers=4)
    report = export(model, tmp_path / "auto", ExportOptions(board, widest_that_fit=True))
    bits = report.precision.weight_bits
    assert 2 <= bits < 8
    assert report.totals.m9k <= report.limits.m9k == 5
    with pytest.raises(DoesNotFitError):
        export(model, tmp_path / "wider", ExportOptions(board, Precision(bits + 1)))
    export(model, tmp_path / "given", ExportOptions(board, Precision(bits)))
    assert tree(tmp_path / "given") == tree(tmp_path / "auto")


def test_the_widest_weights_are_8_bits_where_there_is_room(model, tmp_path):
    options = small_options(model, widest_that_fit=True)
    assert export(model, tmp_path / "auto", options).precision.weight_bits == 8


def test_weights_that_no_device_holds_are_not_even_quantized(tmp_path):
    """16 block RAMs of 9,216 bits and 3,000 logic elements of 12 hold 183,456 bits, 2 for each of 74,000 weights."""
    model = random_model(64, 1000)
    board = invented_board(tmp_path, block_rams=16, logic_elements=3000, multipliers=40)
    told = Told()
    with pytest.raises(DoesNotFitError, match="does not fit"):
        export(model, tmp_path / "auto", ExportOptions(board, widest_that_fit=True), told)
    assert sum(layer.weights.size for layer in model.layers) * 3 > 183_456
    assert told.steps == ["quantizing to weights of 2 bits", "planning with weights of 2 bits"]


def test_a_search_that_was_cut_short_is_noted(tmp_path, monkeypatch):
    model, board = random_model(64, 32), invented_board(tmp_path, block_rams=20, logic_elements=30_000, multipliers=40)
    said = "the planner kept the most promising of very many choices of folds: a slightly better plan may exist"
    options = ExportOptions(board, goal=Goal(interval=2000))
    assert said not in export(model, tmp_path / "whole", options).notes
    monkeypatch.setattr("quantnn.plan.planner._MANY", 5)
    assert said in export(model, tmp_path / "cut", options).notes


def test_what_the_report_says_of_the_options(small, model, tmp_path):
    options = small_options(model, clock_mhz=80.0, precision=Precision(5, 6), calibration=np.full((7, SHAPE[0]), 9))
    report = export(model, tmp_path / "design", options)
    assert report == load_report(tmp_path / "design")
    assert report.precision == PrecisionEntry(weight_bits=5, activation_bits=6, calibration_samples=7)
    assert report.inferences_per_second == round(80e6 / report.ii_cycles.planned, 1)
    assert report.latency_us == round(report.latency_cycles.planned / 80, 3)
    assert load_report(small).clock_mhz == 50


def test_without_calibration_a_note_says_what_to_do(model, tmp_path):
    bare = replace(model, calibration=None)
    report = export(bare, tmp_path / "design", ExportOptions(small_board()))
    assert any(note.endswith("give --calibration") for note in report.notes)
    assert report.precision.calibration_samples == 0
    assert not any("calibration" in note for note in load_report(tmp_path / "design").notes[:-1])


def test_the_saved_network_is_the_one_that_was_built(small):
    network = load_network(small / "network.npz")
    record = json.loads((small / "core" / "interface.json").read_text())
    assert len(record["taps"]) == len(network.layers) == len(SHAPE) - 1
    widths = [network.in_features, *(layer.out_features for layer in network.layers)]
    assert tuple(widths) == SHAPE


def test_the_network_as_onnx_follows_its_weights(model, tmp_path):
    onnx = pytest.importorskip("onnx", reason="pip install '.[onnx]'")
    export(model, tmp_path / "design", replace(small_options(model), onnx=True))
    file = tmp_path / "design" / ONNX
    assert ONNX in load_report(tmp_path / "design").files
    assert onnx.load(file) == onnx_network(load_network(tmp_path / "design" / "network.npz"))
    before = file.read_bytes()
    other = replace(model, layers=(replace(model.layers[0], weights=-model.layers[0].weights), *model.layers[1:]))
    update_weights(tmp_path / "design", other)
    assert file.read_bytes() != before
    assert onnx.load(file) == onnx_network(load_network(tmp_path / "design" / "network.npz"))
