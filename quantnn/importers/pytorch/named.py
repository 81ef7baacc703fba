"""What pickles of PyTorch may name, and what stands for it."""

from __future__ import annotations

import re
from collections.abc import Callable

from quantnn.importers.pytorch.advice import SAVE_ONNX, SAVE_STATE
from quantnn.importers.pytorch.dtypes import STORAGES
from quantnn.importers.pytorch.pickle_machine import Global, Instance
from quantnn.importers.pytorch.tensor import Storage, Tensor

__all__ = ["allowed", "made", "storage_dtype"]

_TENSORS = r"torch\._utils\._rebuild_(tensor(_v[23])?|parameter(_with_state)?)|torch\._tensor\._rebuild_from_type_v2"
_KNOWN = re.compile(
    rf"{_TENSORS}|collections\.(OrderedDict|defaultdict|Counter|deque)|argparse\.Namespace|_codecs\.encode"
    r"|(builtins|__builtin__)\.(set|frozenset|list|dict|tuple|int|float|str|bytes|bool|complex|bytearray|slice|range|object)"
    r"|copy_?reg\._reconstructor|types\.SimpleNamespace|datetime\.(datetime|date|timedelta)"
    r"|(pathlib|pathlib\._local)\.(Pure)?(Posix|Windows)?Path"
    r"|numpy(\._?core)?(\.multiarray)?\.(scalar|_reconstruct|dtype|ndarray|(u?int|float)\d+|bool_?)"
    r"|torch\.(Size|Tensor|device|dtype|layout|strided|contiguous_format|[u]?int\d+|float\d+|bfloat16|bool|half)"
    r"|torch\.(storage\.)?((?!Q)\w+Storage)|torch\.nn\.parameter\.(Parameter|Buffer)"
    r"|torch\.nn\.modules\.\w+\.\w+|torch\.nn\.(modules\.)?functional\.\w+|torch\.jit\._pickle\.(build_\w+list|restore_type_tag)"
    r"|torch\.nn\.backends\.thnn\._get_thnn_function_backend|torch\.(relu|tanh|sigmoid)|torch\.optim\.\w+(\.\w+)?|torch\.utils\.hooks\.\w+"
    r"|(pytorch_)?lightning(_fabric)?\.[\w.]+|omegaconf\.[\w.]+"
)
"""Nothing of it is imported or called: what is not listed is refused so that a file that tries something is named."""
_QUANTIZED = (
    r"torch\._utils\._rebuild_qtensor|torch\.Q\w*Storage|torch\.(per_\w+|q\w*int\w+)|torch\.ao\..*"
    r"|torch\.\w+\.quantiz\w+\..*"
)
_REFUSED = (
    (_QUANTIZED, "belongs to a model that is quantized already: save the float model, quantnn quantizes it itself"),
    (r"torch\._utils\._rebuild_sparse\w*", "is a sparse tensor: save it behind .to_dense()"),
    (r"torch\._utils\._rebuild_meta\w*", "is a tensor without values (device meta): load the weights and save again"),
    (r"torch\.jit\..*|__torch__\..*", "belongs to TorchScript, of which the rest is missing: save with torch.jit.save"),
)
_DEPTH = 20


def allowed(of: Global) -> Global:
    """The name itself, if it may stand in a file.

    Raises
    ------
    ValueError
        It may not; with the line that saves the model without it.
    """
    text = str(of)
    if _KNOWN.fullmatch(text) is None:
        for pattern, why in _REFUSED:
            if re.fullmatch(pattern, text):
                raise ValueError(f"{text[:80]} {why}")
        raise ValueError(
            f"it names {text[:80]}, which is no part of a state dict; nothing of it was run: save the weights alone"
            f" with {SAVE_STATE}, or all of the model with {SAVE_ONNX}"
        )
    return of


def made(of: Global, args: tuple[object, ...], depth: int = 0) -> object:
    """What stands for the result of calling something allowed: tensors and dicts are made, all else is a record.

    Raises
    ------
    ValueError
        A tensor is damaged.
    """
    text = str(of)
    if text in _MADE:
        return _MADE[text](args)
    if text == "torch._tensor._rebuild_from_type_v2":
        inner, inner_args = args[0], args[2]
        if not isinstance(inner, Global) or not isinstance(inner_args, tuple) or depth > _DEPTH:
            raise ValueError("a tensor in it is damaged: save it again")
        return made(inner, inner_args, depth + 1)
    return Instance(of, args)


def _dict(args: tuple[object, ...]) -> object:
    items: dict[object, object] = {}
    pairs = args[0] if args else []
    if not isinstance(pairs, list):
        raise ValueError("a dict in it is damaged: save it again")
    for pair in pairs:
        if not isinstance(pair, (list, tuple)) or len(pair) != 2 or not isinstance(pair[0], (str, int)):
            raise ValueError("a dict in it is damaged: save it again")
        items[pair[0]] = pair[1]
    return items


def _default_dict(args: tuple[object, ...]) -> object:
    return {}


def _tensor(args: tuple[object, ...], dtype: str = "") -> object:
    storage, offset, shape, strides = (*args, None, None, None, None)[:4]
    match storage, offset, shape, strides:
        case Storage(), int(offset), tuple(shape), tuple(strides):
            return Tensor(storage, dtype or storage.dtype, offset, shape, strides)
    raise ValueError("a tensor in it is damaged: save it again")


def _typed_tensor(args: tuple[object, ...]) -> object:
    dtype = args[6] if len(args) > 6 else None
    if not isinstance(dtype, Global):
        raise ValueError("a tensor in it is damaged: save it again")
    return _tensor(args, dtype.name)


def _first(args: tuple[object, ...]) -> object:
    if not args:
        raise ValueError("a tensor in it is damaged: save it again")
    return args[0]


_MADE: dict[str, Callable[[tuple[object, ...]], object]] = {
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_tensor_v3": _typed_tensor,
    "torch._utils._rebuild_parameter": _first,
    "torch.nn.parameter.Parameter": _first,  # as versions before 1.0 wrote it
    "torch._utils._rebuild_parameter_with_state": _first,
    "collections.OrderedDict": _dict,
    "collections.defaultdict": _default_dict,
    "builtins.dict": _dict,
    "torch.Size": _first,
    **dict.fromkeys((f"torch.jit._pickle.build_{kind}list" for kind in ("int", "double", "bool", "tensor")), _first),
    "torch.jit._pickle.restore_type_tag": _first,
}


def storage_dtype(of: object) -> str:
    """The number type of a storage, by the class that a pickle names for it.

    Raises
    ------
    ValueError
        There is none of that name.
    """
    name = of.name if isinstance(of, Global) else ""
    if name not in STORAGES:
        raise ValueError(f"a storage in it is of no known kind ({name[:40]}): save it as float32")
    return STORAGES[name]
