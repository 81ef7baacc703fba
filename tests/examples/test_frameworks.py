"""The examples of hand-overs run as people run them, where their framework is there."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import quantnn

EXAMPLES = Path(__file__).parents[2] / "examples"
INSTALLED_BY = {
    "scikit_learn": ("sklearn", "pip install '.[train]'"),
    "onnx": ("onnx", "pip install '.[onnx]'"),
    "pytorch": ("torch", "pip install torch"),
    "keras": ("keras", "pip install '.[keras]' keras tensorflow"),
}
"""What an example imports, and what brings it."""


@pytest.mark.parametrize("name", INSTALLED_BY)
def test_the_hand_over(name, tmp_path):
    package, remedy = INSTALLED_BY[name]
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is missing: {remedy}")
    done = subprocess.run(
        [sys.executable, EXAMPLES / name / "digits.py"], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    first, *others = (float(share) for share in re.findall(r": (0\.\d{3})", done.stdout))
    assert first > 0.85 and all(abs(share - first) <= 0.05 for share in others)
    assert len(others) >= 2 and others[-1] == others[-2], "the design answers as the network does"
    design = quantnn.Design(tmp_path / f"digits-{name.replace('_', '-')}")
    assert f"an answer every {design.report.ii_cycles.planned} cycles" in done.stdout
    assert f"{design.report.accuracy.integer:.3f}" == f"{others[-1]:.3f}"


@pytest.mark.parametrize("name", INSTALLED_BY)
def test_it_says_what_it_takes_and_writes(name):
    text = (EXAMPLES / name / "digits.py").read_text(encoding="utf-8").split('"""')[1]
    assert "pip install" in text and f"digits-{name.replace('_', '-')}" in text
