"""Files of TensorFlow Lite, by what they are recognised."""

from __future__ import annotations

from pathlib import Path

from quantnn.importers.format import Format, Hints, Support
from quantnn.importers.reading import Reading

__all__ = ["TfLite"]


class TfLite(Format):
    """A flatbuffer: https://ai.google.dev/edge/litert."""

    name = "TensorFlow Lite"
    suffixes = (".tflite",)
    extra = "tflite"

    def recognises(self, path: Path, head: bytes) -> bool:
        return head[4:8] == b"TFL3"

    def operators(self) -> tuple[Support, ...]:
        from quantnn.importers.tflite.table import SUPPORT

        return SUPPORT

    def load(self, path: Path, hints: Hints) -> Reading:
        from quantnn.importers.tflite.reader import read

        return read(path, hints)
