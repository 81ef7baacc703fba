"""Every function of PyTorch's graphs that is known."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from quantnn.importers.format import Support
from quantnn.importers.pytorch.advice import SAVE_ONNX
from quantnn.importers.pytorch.aten.activations import ACTIVATIONS
from quantnn.importers.pytorch.aten.affine import AFFINE
from quantnn.importers.pytorch.aten.layout import LAYOUT
from quantnn.importers.pytorch.aten.linear import LINEAR
from quantnn.importers.pytorch.aten.live import Live, Node, Value

__all__ = ["HANDLERS", "called", "support"]

HANDLERS: Mapping[str, Callable[..., Value]] = MappingProxyType({**LINEAR, **ACTIVATIONS, **AFFINE, **LAYOUT})
"""By the function's name, without its namespace and overload. Parameters are called as in PyTorch's schema."""

_REMARKS = {
    "prelu": "one slope for all channels, in 0..1",
    "leaky_relu": "slope in 0..1",
    "linear": "on flat features",
    "mm": "weights on the right",
    "matmul": "weights on the right",
    **dict.fromkeys(("batch_norm", "native_batch_norm"), "in eval mode; folded"),
    **dict.fromkeys(("add", "sub", "rsub", "mul"), "with a constant; folded"),
    "div": "by a constant; folded, as a product with its inverse",
    **dict.fromkeys(("softmax", "_softmax", "log_softmax", "_log_softmax"), "at the end, over the features"),
    "argmax": "at the end, over the features",
    **dict.fromkeys(("to", "_to_copy", "type_as"), "between floating types"),
    **dict.fromkeys(("dropout", "feature_dropout", "alpha_dropout", "native_dropout"), "nothing at inference"),
}
_COMING = "convolutions are not supported yet: their engine is coming"
_OTHER = "it is no piece of a dense layer: train with relu, leaky_relu, clips, sigmoid or tanh"
_STEPS = "recurrent layers are not supported: use dense layers"
_SAMPLE = "it normalizes by each sample's own mean, which cannot be folded: train with BatchNorm1d or without"
_REFUSED = {
    **dict.fromkeys(("conv1d", "conv2d", "conv3d", "convolution", "_convolution", "conv_transpose2d"), _COMING),
    **dict.fromkeys(("max_pool1d", "max_pool2d", "max_pool2d_with_indices", "avg_pool2d"), _COMING),
    **dict.fromkeys(("adaptive_avg_pool2d", "_adaptive_avg_pool2d", "mean"), _COMING),
    **dict.fromkeys(("lstm", "gru", "rnn_tanh", "rnn_relu"), _STEPS),
    **dict.fromkeys(("layer_norm", "native_layer_norm", "group_norm", "native_group_norm", "instance_norm"), _SAMPLE),
    **dict.fromkeys(("gelu", "silu", "elu", "celu", "mish", "softplus", "hardswish", "log_sigmoid", "selu"), _OTHER),
    "embedding": "a table is no dense layer: give one-hot inputs to a linear layer",
    "scaled_dot_product_attention": "attention is not supported: use dense layers",
    "cat": "branches are not supported: use a chain of layers",
    "bmm": "products of two tensors are not supported: use dense layers",
}


def called(function: str, node: Node, args: Sequence[Value], named: Mapping[str, Value]) -> Value:
    """What calling a function makes.

    Raises
    ------
    ValueError
        The function is not known, or cannot be had here. The message names the node, its kind and its shape.
    """
    handler = HANDLERS.get(function) or HANDLERS.get(function.removesuffix("_"))
    lives = [value for value in (*args, *named.values()) if isinstance(value, Live)]
    try:
        if handler is None:
            why = _REFUSED.get(function) or _REFUSED.get(function.removesuffix("_"))
            raise ValueError(why or "it is not known: a chain of dense layers and activations is supported")
        try:
            bound = inspect.signature(handler).bind(node, *args, **named)
        except TypeError:
            raise ValueError(f"its arguments are not those that are known: export it as {SAVE_ONNX}") from None
        return handler(*bound.args, **bound.kwargs)
    except ValueError as error:
        shape = f", input {lives[0].text}" if lives and lives[0].text else ""
        raise ValueError(f"{node.name} ({node.kind}{shape}): {error}") from None


def support() -> tuple[Support, ...]:
    """What becomes of every function, in the table's order."""
    known = [Support(name, "exact", _REMARKS.get(name, "")) for name in HANDLERS if not name.startswith(("sym_", "_"))]
    return (*known, *(Support(name, "refused", why) for name, why in _REFUSED.items() if not name.startswith("_")))
