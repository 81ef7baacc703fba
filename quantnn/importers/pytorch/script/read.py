"""From a TorchScript archive to a network."""

from __future__ import annotations

import re
from pathlib import Path

from quantnn.importers.format import Hints
from quantnn.importers.pytorch.advice import SAVE_ONNX
from quantnn.importers.pytorch.archive import TorchArchive
from quantnn.importers.pytorch.aten.live import Live
from quantnn.importers.pytorch.aten.network import reading_of
from quantnn.importers.pytorch.named import allowed
from quantnn.importers.pytorch.pickle_machine import Global, Instance
from quantnn.importers.pytorch.script.code import Code
from quantnn.importers.pytorch.script.interpreter import Interpreter, NotFollowedError
from quantnn.importers.pytorch.tensor import Tensor
from quantnn.importers.reading import Reading

__all__ = ["is_script", "read_script"]

_OWN = re.compile(r"__torch__(\.\w+)*")


def is_script(names: tuple[str, ...]) -> bool:
    """Whether an archive with these members, without their common folder, is TorchScript."""
    return "constants.pkl" in names and any(name.startswith("code/") for name in names)


def read_script(archive: TorchArchive, path: Path, hints: Hints) -> Reading:
    """The network of a traced or scripted module.

    Raises
    ------
    InputError
        It is no chain of layers.
    ValueError
        The file is damaged, its code cannot be followed, or a function in it cannot be had.
    """
    module = archive.unpickled("data.pkl", named=_named)
    if not isinstance(module, Instance):
        raise ValueError("it holds no module: save it again")
    constants = archive.unpickled("constants.pkl", "constants", named=_named)
    interpreter = Interpreter(Code(archive), constants if isinstance(constants, tuple) else ())
    try:
        output = interpreter.forward(module, _input(archive))
    except NotFollowedError as error:
        raise ValueError(f"{error}: save it as ONNX instead, {SAVE_ONNX}") from None
    except RecursionError:
        raise ValueError(f"its code is nested too deep: save it as ONNX instead, {SAVE_ONNX}") from None
    return reading_of(output, str(path), "PyTorch, TorchScript", hints)


def _named(of: Global) -> Global:
    return of if _OWN.fullmatch(of.module) else allowed(of)


def _input(archive: TorchArchive) -> Live:
    """The input, with the shape that it was traced with; a scripted module has none."""
    if "traced_inputs.pkl" in archive.names:
        inputs = archive.unpickled("traced_inputs.pkl", "traced_inputs", filled=False)
        match inputs:
            case {"forward": [Tensor(shape=(batch, *shape))]}:
                return Live(tuple(shape), batch)
    return Live(None)
