"""quantnn: a trained neural network goes in, an FPGA design that is proven bit-exact comes out.

    model = quantnn.load("model.npz")                                    # or from_torch, from_sklearn, from_arrays
    network = quantnn.quantize(model, calibration=x)                     # integers: network.predict(x)
    design = quantnn.export(network, board="de10-lite", test=(x, y))     # a folder: design.verify(), design.build()

docs/python.md has the whole of it. What is used is imported when it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from quantnn.errors import QuantnnError
from quantnn.version import __version__

if TYPE_CHECKING:
    from quantnn.api.answers import Answers, BoardAnswers
    from quantnn.api.boards import Board, board_names, load_board
    from quantnn.api.data import Data
    from quantnn.api.design import Design
    from quantnn.api.export import export, export_demo
    from quantnn.api.frameworks import from_sklearn, from_torch
    from quantnn.api.inspection import Description, inspect
    from quantnn.api.model import Model, from_arrays, load
    from quantnn.api.network import Network, load_network, quantize
    from quantnn.api.optimized import Optimized, optimize
    from quantnn.api.speed import Speed

__all__ = [
    "Answers", "Board", "BoardAnswers", "Data", "Description", "Design", "Model", "Network", "Optimized",
    "QuantnnError", "Speed", "__version__", "board_names", "export", "export_demo", "from_arrays", "from_sklearn",
    "from_torch", "inspect", "load", "load_board", "load_network", "optimize", "quantize",
]  # fmt: skip

_MODULES = {
    "answers": ("Answers", "BoardAnswers"),
    "boards": ("Board", "board_names", "load_board"),
    "data": ("Data",),
    "design": ("Design",),
    "export": ("export", "export_demo"),
    "frameworks": ("from_sklearn", "from_torch"),
    "inspection": ("Description", "inspect"),
    "model": ("Model", "from_arrays", "load"),
    "network": ("Network", "load_network", "quantize"),
    "optimized": ("Optimized", "optimize"),
    "speed": ("Speed",),
}
"""Modules of quantnn.api and what of them is public."""
_PLACES = {name: f"quantnn.api.{module}" for module, names in _MODULES.items() for name in names}


if not TYPE_CHECKING:  # which would let every misspelt name pass

    def __getattr__(name: str) -> Any:
        if name not in _PLACES:
            raise AttributeError(f"module 'quantnn' has no attribute {name!r}")
        return getattr(import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
