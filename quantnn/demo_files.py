"""The files of the digits example, wherever the package is installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

__all__ = ["DemoFiles", "demo_files"]


@dataclass(frozen=True)
class DemoFiles:
    """Paths of one example.

    Parameters
    ----------
    model : Path
        The model file.
    inputs : Path
        Test samples, .npy.
    labels : Path
        Their classes, .npy.
    """

    model: Path
    inputs: Path
    labels: Path


@contextmanager
def demo_files() -> Iterator[DemoFiles]:
    """The digits example's files; the paths hold while the context is open."""
    folder = files("quantnn.examples.digits")
    with ExitStack() as stack:
        names = ("model.npz", "test_x.npy", "test_y.npy")
        yield DemoFiles(*(stack.enter_context(as_file(folder / name)) for name in names))
