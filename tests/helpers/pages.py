"""The project's pages, and the demo's export that they tell of."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from datasets import load_inputs, load_labels

from quantnn.board.board import load_board
from quantnn.demo_files import demo_files
from quantnn.design.export import ExportOptions, export
from quantnn.design.interface import CoreInterface
from quantnn.design.report import Verification, load_report
from quantnn.importers.npz import load_model

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
CORE, FORMATS, FOLDER, CLI = (ROOT / "docs" / f"{name}.md" for name in ("core", "formats", "folder", "cli"))
PAGES = [ROOT / n for n in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")] + [
    *sorted(ROOT.glob("docs/*.md")),
    *sorted(ROOT.glob("examples/*/README.md")),
]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def name_of(page):
    return page.relative_to(ROOT).as_posix()


def blocks(page, language):
    return [text for kind, text in FENCE.findall(page.read_text()) if kind == language]


def command_lines(page):
    """Lines after a prompt in the page's console blocks."""
    return [line[2:] for block in blocks(page, "console") for line in block.splitlines() if line.startswith("$ ")]


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
    count = report.accuracy.samples + 30
    found = Verification(True, count, len(report.layers), int(compared[1].replace(",", "")), 0, None, "Verilator", 0.0)
    return report.with_verification(found, report.ii_cycles.planned, report.latency_cycles.planned)
