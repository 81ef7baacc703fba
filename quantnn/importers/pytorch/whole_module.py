"""Whole modules that were pickled, where each is one of torch.nn."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from quantnn.importers.pytorch.advice import SAVE_ONNX
from quantnn.importers.pytorch.aten.budget import Budget
from quantnn.importers.pytorch.aten.live import Live, Node, Value
from quantnn.importers.pytorch.aten.table import called
from quantnn.importers.pytorch.pickle_machine import Instance
from quantnn.importers.pytorch.tensor import Tensor

__all__ = ["is_module", "output_of"]

_DEPTH = 20
_MOST_MODULES = 10_000


def is_module(saved: object) -> bool:
    """Whether a pickle holds a module of torch.nn."""
    return isinstance(saved, Instance) and saved.of.module.startswith("torch.nn.modules.")


def output_of(saved: object) -> Value:
    """What the module makes of an input of unknown shape.

    Raises
    ------
    ValueError
        It holds a module that is no layer of a dense network, or is damaged.
    """
    walk = _Walk()
    return walk.through(saved, Live(None), "", 0)


class _Walk:
    def __init__(self) -> None:
        self._budget = Budget()
        self._left = _MOST_MODULES

    def through(self, module: object, x: Value, name: str, depth: int) -> Value:
        """What the module called ``name`` makes of x."""
        self._left -= 1
        if not isinstance(module, Instance) or not isinstance(module.state, dict) or depth > _DEPTH or self._left < 0:
            raise ValueError(f"module {name[:80]} is damaged: save the model again")
        kind = module.of.name
        if kind == "Sequential":
            for key, part in _parts(module, "_modules").items():
                x = self.through(part, x, f"{name}.{key}" if name else str(key), depth + 1)
            return x
        label = Node(name[:80] or kind, kind, self._budget)
        if kind not in _FUNCTIONS:
            raise ValueError(
                f"{label.name} ({kind}): of pickled modules, an nn.Sequential of dense layers and activations is read:"
                f" save {SAVE_ONNX}"
            )
        function, arguments = _FUNCTIONS[kind]
        values = [argument(module) for argument in arguments]
        return called(function, label, [x, *map(self._known, values)], {})

    def _known(self, value: object) -> Value:
        if isinstance(value, Tensor):
            self._budget.spend(value.count)
            return value.array().astype(np.float64)
        return value


def _parts(module: Instance, kind: str) -> Mapping[object, object]:
    parts = module.state.get(kind) if isinstance(module.state, dict) else None
    return parts if isinstance(parts, dict) else {}


def _tensor(name: str) -> Callable[[Instance], object]:
    def get(module: Instance) -> object:
        found = _parts(module, "_parameters").get(name)
        return _parts(module, "_buffers").get(name) if found is None else found

    return get


def _plain(name: str, default: object = None) -> Callable[[Instance], object]:
    def get(module: Instance) -> object:
        value = module.state.get(name, default) if isinstance(module.state, dict) else default
        return default if value is None else value

    return get


def _fixed(value: object) -> Callable[[Instance], object]:
    return lambda module: value


_STATISTICS = tuple(map(_tensor, ("weight", "bias", "running_mean", "running_var")))
_FUNCTIONS: Mapping[str, tuple[str, tuple[Callable[[Instance], object], ...]]] = {
    "Linear": ("linear", (_tensor("weight"), _tensor("bias"))),
    "ReLU": ("relu", ()),
    "LeakyReLU": ("leaky_relu", (_plain("negative_slope"),)),
    "PReLU": ("prelu", (_tensor("weight"),)),
    "Sigmoid": ("sigmoid", ()),
    "Tanh": ("tanh", ()),
    "ReLU6": ("relu6", ()),
    "Hardtanh": ("hardtanh", (_plain("min_val"), _plain("max_val"))),
    "Hardsigmoid": ("hardsigmoid", ()),
    "Softmax": ("softmax", (_plain("dim", -1),)),
    "LogSoftmax": ("log_softmax", (_plain("dim", -1),)),
    "BatchNorm1d": ("batch_norm", (*_STATISTICS, _fixed(False), _fixed(0.1), _plain("eps", 1e-5))),
    "Flatten": ("flatten", (_plain("start_dim", 1), _plain("end_dim", -1))),
    "Dropout": ("dropout", ()),
    "AlphaDropout": ("alpha_dropout", ()),
    "Identity": ("identity", ()),
    **{f"Conv{dimensions}d": (f"conv{dimensions}d", ()) for dimensions in (1, 2, 3)},
    "LSTM": ("lstm", ()),
    "GRU": ("gru", ()),
    "LayerNorm": ("layer_norm", ()),
    "GELU": ("gelu", ()),
    "SiLU": ("silu", ()),
    "ELU": ("elu", ()),
}
"""By the module's class: the function that it calls, and what with, behind its input."""
