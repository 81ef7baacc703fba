"""The reference's answers as a file."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from quantnn.files.npy_rows import RowWriter
from quantnn.network.network import IntegerNetwork
from quantnn.network.reference import answers
from quantnn.network.samples import Samples
from quantnn.system.scratch import scratch_folder

__all__ = ["save_answers"]


def save_answers(
    network: IntegerNetwork, samples: Samples, path: Path, progress: Callable[[int], None] | None = None
) -> None:
    """Write an .npz of int64 arrays: every layer's outputs for n samples as ``layer_<number>``, of shape
    (n, out_features), and ``classes``, of shape (n,), if the network has them.

    Raises
    ------
    OSError
        The file cannot be written.
    ToolError
        There is no room for a copy of it among the temporary files.
    """
    count = len(samples)
    shapes: dict[str, tuple[int, ...]] = {
        f"layer_{number}": (count, layer.out_features) for number, layer in enumerate(network.layers)
    }
    if network.classify:
        shapes["classes"] = (count,)
    with scratch_folder() as folder:
        with ExitStack() as files:
            writers = [
                files.enter_context(RowWriter(folder / f"{name}.npy", "int64", shape))
                for name, shape in shapes.items()
            ]
            for answer in answers(network, samples, progress):
                columns = [*answer.layers, *([] if answer.classes is None else [answer.classes])]
                for writer, values in zip(writers, columns, strict=True):
                    writer.write(values)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in shapes:
                archive.write(folder / f"{name}.npy", f"{name}.npy")
