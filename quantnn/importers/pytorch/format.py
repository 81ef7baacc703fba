"""Files of PyTorch, recognised by what is in them."""

from __future__ import annotations

from pathlib import Path

from quantnn.errors import InputError
from quantnn.files.safe_zip import SafeZip, zip_names
from quantnn.importers.arrays.weights_only import network_of_weights
from quantnn.importers.format import Format, Hints, Support
from quantnn.importers.pytorch.advice import SAVE_ONNX
from quantnn.importers.pytorch.archive import TorchArchive, without_folder
from quantnn.importers.pytorch.aten.network import reading_of
from quantnn.importers.pytorch.aten.table import support
from quantnn.importers.pytorch.exported import is_exported, read_exported
from quantnn.importers.pytorch.legacy import MAGIC, read_legacy
from quantnn.importers.pytorch.script.read import is_script, read_script
from quantnn.importers.pytorch.state_dict import arrays_of, state_dict
from quantnn.importers.pytorch.whole_module import is_module, output_of
from quantnn.importers.reading import Reading

__all__ = ["PyTorch"]


class PyTorch(Format):
    """State dicts and checkpoints, as ``torch.save`` writes them."""

    name = "PyTorch"
    suffixes = (".pt", ".pth", ".pt2")

    def recognises(self, path: Path, head: bytes) -> bool:
        if head.startswith(MAGIC):
            return True
        names = zip_names(path) if head.startswith(b"PK") else None
        return names is not None and (
            any(name.endswith("/data.pkl") for name in names) or is_exported(without_folder(names)[1])
        )

    def operators(self) -> tuple[Support, ...]:
        return support()

    def load(self, path: Path, hints: Hints) -> Reading:
        try:
            return self._load(path, hints)
        except ValueError as error:
            raise InputError(f"{path}: {error}") from None

    def _load(self, path: Path, hints: Hints) -> Reading:
        with path.open("rb") as file:
            legacy = file.read(len(MAGIC)) == MAGIC
        if legacy:
            return self._saved(read_legacy(path), path, hints)
        with SafeZip.opened(path) as opened:
            archive = TorchArchive(opened, path)
            if is_exported(archive.names):
                return read_exported(archive, path, hints)
            if is_script(archive.names):
                return read_script(archive, path, hints)
            return self._saved(archive.unpickled("data.pkl"), path, hints)

    def _saved(self, saved: object, path: Path, hints: Hints) -> Reading:
        if is_module(saved):
            return reading_of(output_of(saved), str(path), f"{self.name}, pickled module", hints)
        tensors, notes = state_dict(saved, path)
        network = network_of_weights(arrays_of(tensors, path), path, hints, SAVE_ONNX, notes)
        return Reading(f"{self.name}, state dict", network)
