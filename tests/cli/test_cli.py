"""The command line as people meet it: exit codes, one line per error, and nothing written where something is wrong."""

import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import typer
from exported import save_model

import quantnn.boards
from quantnn import __version__, cli
from quantnn.network.file import load_network
from quantnn.network.reference import evaluate

COMMANDS = typer.main.get_command(cli.app).commands
DE10_LITE = Path(quantnn.boards.__file__).with_name("de10_lite.toml").read_text()
RANDOM = np.random.default_rng(3)
SAMPLES = RANDOM.integers(0, 256, (9, 6))
BAD = np.ones((6, 5))


def with_value(place, value):
    changed = BAD.copy()
    changed[place] = value
    return changed


def save(name, values):
    np.save(name, values)
    return Path(name)


def shown(lines):
    return " ".join(" ".join(lines).split())


@pytest.mark.parametrize("name", [None, *COMMANDS])
def test_every_command_has_help(run, name):
    code, out, lines = run(*([name] if name else []), "--help")
    assert code == 0 and not lines
    if name is None:
        assert all(re.search(rf"^ +{command} +[A-Z]", out, re.MULTILINE) for command in COMMANDS)
        return
    assert COMMANDS[name].help.split(".")[0] in shown(out.splitlines())
    for parameter in COMMANDS[name].params:
        assert parameter.help
        words = parameter.opts if parameter.param_type_name == "option" else [f"  {parameter.name.upper()}"]
        assert all(word in out for word in words)


def test_version(run):
    assert run("--version") == (0, f"quantnn {__version__}\n", [])


def test_without_a_command_there_is_help(run):
    code, out, lines = run()
    assert code == 2 and "export" in out + shown(lines)


@pytest.mark.parametrize(
    "line, wrong",
    [
        ("exprot", "'exprot'"),
        ("export", "'MODEL'"),
        ("export m.npz --bords x", "--bords"),
        ("export m.npz --activation-bits x", "--activation-bits"),
        ("export m.npz --test", "--test"),
        ("simulate", "'DESIGN'"),
        ("verify design --jobs 0", "--jobs"),
    ],
)
def test_wrong_usage_says_which_word_is_wrong(run, line, wrong):
    code, out, lines = run(*line.split())
    assert (code, out) == (2, "")
    assert wrong in shown(lines) and "Traceback" not in shown(lines)
    assert not list(Path().iterdir())


def test_another_process_ends_with_one_line_and_exit_code_2(tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "quantnn", "export", "none.npz", "-o", "design"],
        cwd=tmp_path, capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]},
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Error: none.npz does not exist: check the path\n"
    assert not (tmp_path / "design").exists()


BAD_MODELS = {
    "nan": ({"W0": with_value((2, 3), np.nan)}, r"array W0 .*not finite .*NaN at \[2, 3\]"),
    "infinite": ({"W0": with_value((0, 1), np.inf)}, r"array W0 .*not finite .*infinite at \[0, 1\]"),
    "empty": ({"W0": np.zeros((0, 5))}, "array W0 is empty"),
    "objects": ({"W0": np.array([[{}] * 5] * 6)}, "array W0 holds Python objects"),
    "complex": ({"W0": BAD * 1j}, "array W0 holds complex numbers"),
    "text": ({"W0": np.full((6, 5), "1")}, "array W0 must hold numbers"),
    "three dimensions": ({"W0": np.ones((6, 5, 1))}, r"array W0 must have shape .*not \(6, 5, 1\)"),
    "bias too long": ({"b0": np.zeros(7)}, "array b0 has 7 values"),
    "transposed bias": ({"b0": np.zeros((5, 1))}, r"array b0 must have shape \(5,\)"),
    "no chain": ({"W1": np.ones((3, 4))}, "array W1 has 3 inputs, but the layer before it has 5"),
    "unknown activation": ({"activations": np.array(["relu", "gelu", "softmax"])}, "layer 1: .*gelu"),
    "an activation too few": ({"activations": np.array(["relu", "softmax"])}, "has 2 names for 3 layers"),
    "no activations": ({"activations": None}, "array activations is missing"),
    "calibration of another width": ({"calibration": SAMPLES[:, :4]}, r"calibration must have shape \(n, 6\)"),
    "calibration out of range": ({"calibration": SAMPLES + 256}, r"calibration must lie in 0\.\.255"),
    "input bits": ({"input_bits": 17}, r"input_bits must lie in 1\.\.16"),
    "std of zero": ({"input_std": 0}, "std"),
}


@pytest.mark.parametrize("command", ["export", "inspect"])
@pytest.mark.parametrize("fault", BAD_MODELS)
def test_bad_models(refused, command, fault):
    changes, message = BAD_MODELS[fault]
    path = save_model(Path(), **changes)
    line = refused(command, path)
    assert re.search(message, line) and str(path) in line


def npy(array):
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def bombed(path):
    """A header that declares a terabyte."""
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": "<f8", "fortran_order": False, "shape": (1 << 20, 1 << 17)})
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("W0.npy", stream.getvalue())


def deflated_bomb(path):
    """A small file that unpacks to more than a gigabyte of numbers."""
    member = npy(np.zeros(1 << 24, np.uint8))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(9):
            archive.writestr(f"W{number}.npy", member)


BAD_FILES = {
    "missing": (Path.unlink, "does not exist"),
    "folder": (lambda path: (path.unlink(), path.mkdir()), "no exported design|is a folder"),
    "empty file": (lambda path: path.write_bytes(b""), "is an empty file"),
    "pickle": (lambda path: path.write_bytes(b"\x80\x04N."), "pickle"),
    "text": (lambda path: path.write_text("W0 = 1"), "is of an unknown kind; models are read from"),
    "one array": (lambda path: path.write_bytes(npy(np.ones(3))), r"is a single \.npy"),
    "truncated": (lambda path: path.write_bytes(path.read_bytes()[:-40]), "truncated or damaged"),
    "declares a terabyte": (bombed, "array W0 has 1.. bytes, but its shape|unpacks to"),
    "unpacks to a gigabyte": (deflated_bomb, "unpacks to [0-9]+ bytes, more than"),
}


@pytest.mark.parametrize("command", ["export", "inspect"])
@pytest.mark.parametrize("fault", BAD_FILES)
def test_bad_files(refused, command, fault):
    spoil, message = BAD_FILES[fault]
    path = save_model(Path())
    spoil(path)
    assert re.search(message, refused(command, path))


def test_a_pickle_in_a_model_is_never_run(refused):
    class Trace:
        def __reduce__(self):
            return Path.touch, (Path("trace"),)

    np.savez("model.npz", W0=np.array([Trace()]))
    assert "pickled arrays are refused" in refused("export", "model.npz")
    assert not Path("trace").exists()


BAD_OPTIONS = {
    "--weight-bits 1": "weight.bits must lie in 2..16, not be 1",
    "--weight-bits 17": "weight.bits must lie in 2..16, not be 17",
    "--weight-bits eight": "--weight-bits must be a number from 2 to 16, or auto, not 'eight'",
    "--weight-bits -8": "--weight-bits must be a number from 2 to 16, or auto, not '-8'",
    "--weight-bits 8.5": "--weight-bits must be a number from 2 to 16, or auto, not '8.5'",
    "--weight-bits ²": "--weight-bits must be a number from 2 to 16, or auto, not '²'",
    "--activation-bits 1": "activation.bits must lie in 2..16, not be 1",
    "--activation-bits 17": "activation.bits must lie in 2..16, not be 17",
    "--input-bits 0": "input_bits must lie in 1..16, not be 0",
    "--input-scale 0": "scale",
    "--input-scale nan": "scale",
    "--clock-mhz 0": "--clock-mhz must lie between 0 and 1000000, not be 0",
    "--clock-mhz max": "--clock-mhz max takes placing and routing: export without, then build with it",
    "--clock-mhz x": "--clock-mhz must be a number of MHz, not 'x'",
    "--clock-mhz nan": "--clock-mhz must lie between 0 and 1000000, not be nan",
    "--target-ii 0": "--target-ii 0 is out of reach",
    "--board de10-nano": "A board must be one of .*de10-lite, .*, or a .toml file, not 'de10-nano'",
    "--board none.toml": "none.toml",
    "--calibration none.npy": "none.npy does not exist",
}


@pytest.mark.parametrize("options", BAD_OPTIONS)
def test_bad_options(refused, options):
    path = save_model(Path())
    assert re.search(BAD_OPTIONS[options].replace("(", r"\("), refused("export", path, *options.split()))


@pytest.mark.parametrize(
    "old, new, message",
    [
        ("count = 182", "count = 0", "resources.block_ram.count must be an integer from 1 to 16777216, not 0"),
        ('name = "quartus"', 'name = "vivado"', "toolchain.name must be 'quartus', 'ecp5', 'ice40' or 'gowin', not"),
        ("[device]", "[device", "own.toml"),
        ('signals.LEDR = "A8 ', 'signals.LEDR = "A9 ', "pins must be used once, but A9 is both LEDR[0] and LEDR[1]"),
    ],
)
def test_bad_boards(refused, old, new, message):
    assert old in DE10_LITE
    Path("own.toml").write_text(DE10_LITE.replace(old, new))
    assert message in refused("export", save_model(Path()), "--board", "own.toml", "-o", "design")


LABELS = np.arange(9) % 3
BAD_TESTS = {
    "too few labels": (SAMPLES, LABELS[:-1], "y.npy has 8 labels for 9 samples"),
    "label out of range": (SAMPLES, np.full(9, 3), r"y.npy must lie in 0..2, not be 3 at \[0\]"),
    "negative label": (SAMPLES, np.full(9, -1), r"y.npy must lie in 0..2, not be -1 at \[0\]"),
    "half a label": (SAMPLES, np.full(9, 0.5), "y.npy must hold integers"),
    "scores as labels": (SAMPLES, np.eye(3)[LABELS] / 2, "save its argmax over axis 1"),
    "wrong width": (SAMPLES[:, :5], LABELS, r"x.npy must have shape \(n, 6\), not \(9, 5\)"),
    "one sample flat": (SAMPLES[0], LABELS[:1], r"x.npy must have shape \(n, 6\)"),
    "no samples": (SAMPLES[:0], LABELS[:0], "x.npy is empty"),
    "nan in a sample": (np.where(SAMPLES[1, 2] == SAMPLES, np.nan, SAMPLES), LABELS, "NaN"),
    "sample out of range": (SAMPLES + 1000, LABELS, r"x.npy must lie in 0..255"),
    "floats": (SAMPLES / 255, LABELS, "x.npy holds floats"),
    "objects": (np.array([[None] * 6]), LABELS[:1], "Python objects"),
}


@pytest.mark.parametrize("fault", BAD_TESTS)
def test_bad_samples_and_labels(refused, fault):
    samples, labels, message = BAD_TESTS[fault]
    files = save("x.npy", samples), save("y.npy", labels)
    assert re.search(message, refused("export", save_model(Path()), "--test", *files))


@pytest.fixture(scope="module")
def tight(tmp_path_factory):
    """A model, and a board with less block RAM than its weights of 8 bits take."""
    folder = tmp_path_factory.mktemp("tight")
    weights = np.random.default_rng(0).normal(size=(64, 32))
    samples = np.random.default_rng(1).integers(0, 256, (20, 64))
    activations = np.array(["softmax"])
    np.savez(folder / "m.npz", W0=weights, b0=np.zeros(32), activations=activations, calibration=samples)
    text = DE10_LITE.replace("count = 182", "count = 6").replace("count = 49_760", "count = 3600")
    (folder / "tight.toml").write_text(text.replace("count = 288", "count = 4"))
    return [folder / "m.npz", "--board", folder / "tight.toml", "-o", "design", "--weight-bits"]


def test_a_network_that_does_not_fit(refused, run, tight):
    """The message names limit, excess, and a flag; that flag makes it fit, and one bit more does not."""
    line = refused("export", *tight, 8)
    found = re.search(r"needs (\d+) M9K of (\d+) \((\d+) too many\).*\. --weight-bits (\d) would make it fit$", line)
    needs, limit, excess, bits = map(int, found.groups())
    assert limit == 3, "three of the six hold samples"
    assert needs - limit == excess > 0
    assert "does not fit" in refused("export", *tight, bits + 1)
    code, _, lines = run("export", *tight, bits)
    assert (code, lines) == (0, [])


@pytest.mark.parametrize("kind", ["folder of something else", "export with a file more", "file"])
def test_an_output_that_is_something_else_is_left_alone(refused, small, kind):
    if kind == "export with a file more":
        shutil.copytree(small, "design")
    elif kind == "folder of something else":
        Path("design", "core").mkdir(parents=True)
    Path("design" if kind == "file" else "design/core/thesis.txt").write_text("mine")
    said = {"file": "design is not a folder", "folder of something else": "design holds something else"}
    line = refused("export", save_model(Path()), "-o", "design")
    assert said.get(kind, "design holds core/thesis.txt, which the export there did not write") in line
    assert "-o" in line


@pytest.mark.parametrize("command", ["verify", "simulate", "inspect", "update-weights"])
@pytest.mark.parametrize("kind", ["missing", "empty", "something else"])
def test_a_folder_that_is_no_export(refused, command, kind):
    if kind != "missing":
        Path("design").mkdir()
    if kind == "something else":
        Path("design", "thesis.txt").write_text("mine")
    more = {"simulate": ["-i", save("x.npy", SAMPLES)], "update-weights": [save_model(Path())]}
    assert "design" in refused(command, "design", *more.get(command, []))


@pytest.mark.parametrize("command", ["verify", "inspect", "export"])
@pytest.mark.parametrize("text", ["", "{", "[]", "\xff", '{"format": "quantnn report", "version": 1}'])
def test_a_damaged_report(refused, small, command, text):
    shutil.copytree(small, "design")
    Path("design", "report.json").write_bytes(text.encode("latin1"))
    words = [save_model(Path()), "-o", "design"] if command == "export" else ["design"]
    assert "report.json" in refused(command, *words)


@pytest.mark.parametrize("command", ["verify", "simulate", "inspect"])
@pytest.mark.parametrize("size", [0, 100, -100])
def test_a_damaged_network(refused, small, command, size):
    shutil.copytree(small, "design")
    network = Path("design", "network.npz")
    network.write_bytes(network.read_bytes()[:size])
    words = ["design", "-i", save("x.npy", SAMPLES)] if command == "simulate" else ["design"]
    assert "network.npz" in refused(command, *(words if command != "inspect" else [network]))


def test_verify_of_no_samples(refused, small):
    shutil.copytree(small, "design")
    assert "--samples must be at least 1, not 0" in refused("verify", "design", "--samples", 0)


@pytest.mark.parametrize("output", ["answers.npy", "none/answers.npz"])
def test_answers_that_cannot_be_written(refused, small, output):
    assert output in refused("simulate", small, "-i", save("x.npy", SAMPLES), "-o", output)


def test_samples_for_another_design(refused, small):
    assert "must have shape (n, 6), not (9, 5)" in refused("simulate", small, "-i", save("x.npy", SAMPLES[:, 1:]))


def test_export_simulate_and_inspect(run):
    model = save_model(Path())
    tests = save("x.npy", SAMPLES), save("y.npy", LABELS)
    code, out, lines = run("export", model, "--test", *tests)
    assert (code, lines) == (0, [])
    assert out.endswith("Written to small-de10-lite. Next: quantnn verify small-de10-lite\n")

    code, out, lines = run("simulate", "small-de10-lite", "-i", "x.npy", "-o", "answers.npz")
    assert (code, lines) == (0, [])
    expected = evaluate(load_network("small-de10-lite/network.npz"), SAMPLES)
    with np.load("answers.npz", allow_pickle=False) as answers:
        assert set(answers) == {"classes", "layer_0", "layer_1", "layer_2"}
        np.testing.assert_array_equal(answers["classes"], expected.classes)
        for number, layer in enumerate(expected.layers):
            np.testing.assert_array_equal(answers[f"layer_{number}"], layer)
    *rows, said = out.splitlines()
    assert said == "9 samples. Next: quantnn verify small-de10-lite"
    rows = [re.findall(r"-?\d+", line) for line in rows]
    logits = [[str(logit) for logit in row] for row in expected.logits.tolist()]
    classes = [str(chosen) for chosen in expected.classes.tolist()]
    assert rows == [[str(n), classes[n], *logits[n]] for n in range(len(SAMPLES))]

    for file, words in {
        model: "float model (NumPy), 6 inputs, 3 outputs",
        Path("small-de10-lite", "network.npz"): "integer network, input 0 … 255",
        Path("small-de10-lite"): "small.npz on de10-lite",
    }.items():
        code, out, lines = run("inspect", file)
        assert (code, lines) == (0, [])
        assert words in out and out.count("→") >= 3
