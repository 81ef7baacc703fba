"""What the bench knows of a device under test: its pins, where its layers' results can be seen, and nothing more."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from quantnn.arithmetic import Integers
from quantnn.beats import BeatFormat
from quantnn.sim.frames import Frames

__all__ = ["Device", "Tap"]


@dataclass(frozen=True)
class Tap:
    """Signals inside a device that show a layer's results.

    Parameters
    ----------
    valid, data : str
        Paths below the device's module: a strobe, and the beat that it marks.
    format : BeatFormat
        How the layer's outputs are spread over beats.
    """

    valid: str
    data: str
    format: BeatFormat


@dataclass(frozen=True)
class Device:
    """A core in Verilog.

    Parameters
    ----------
    module : str
        Name of its top module.
    verilog : Path
        The file that holds it; memory files lie beside.
    input, output : BeatFormat
        Its streams.
    taps : tuple of Tap
        One per layer.
    files : str
        Prefix of its vector files, so that several devices may share a folder.
    """

    module: str
    verilog: Path
    input: BeatFormat
    output: BeatFormat
    taps: tuple[Tap, ...]
    files: str = ""

    def write_vectors(
        self, folder: Path, frames: Frames, layers: tuple[Integers, ...], *, behind: bool = False
    ) -> None:
        """Write the stimulus and every expected beat, and copy the memory files beside them.

        Parameters
        ----------
        frames : Frames
            n samples.
        layers : tuple of int64 arrays of shape (n, out_features)
            Expected output of every layer for what the frames are answered as; the last are the logits.
        behind : bool
            Whether they come behind what was written before, instead of replacing it.
        """
        classes = None
        if self.output.class_width:
            classes = running_class(layers[-1], self.output.per_beat)
        records = {"input": frames.records(), "output": _highest_first(self.output.pack(layers[-1], classes))}
        for number, (tap, values) in enumerate(zip(self.taps, layers, strict=True)):
            records[f"layer_{number}"] = _highest_first(tap.format.pack(values))
        for name, content in records.items():
            path = folder / f"{self.files}{name}.bin"
            with path.open("ab") if behind else path.open("wb") as file:
                file.write(content)
        for memory in self.verilog.parent.glob(f"{self.module}*.mem"):
            shutil.copyfile(memory, folder / memory.name)


def _highest_first(beats: np.ndarray) -> bytes:
    """The bytes of each beat, the highest first."""
    return np.ascontiguousarray(beats[..., ::-1]).tobytes()


def running_class(logits: Integers, per_beat: int) -> Integers:
    """Per beat, the class by the logits so far; shape (n, beats). A single logit is compared with 0."""
    if logits.shape[1] == 1:
        return (logits > 0).astype(np.int64)
    beats = -(-logits.shape[1] // per_beat)
    ends = [min(logits.shape[1], (beat + 1) * per_beat) for beat in range(beats)]
    return np.stack([logits[:, :end].argmax(axis=1) for end in ends], axis=1)
