"""Files as PyTorch writes them, made without it: pickles operation by operation, and the archives around them."""

import struct
import zipfile
from dataclasses import dataclass

import numpy as np

STORAGES = {"float64": "Double", "float32": "Float", "float16": "Half", "int64": "Long", "bool": "Bool"}


@dataclass
class Named:
    """A class or function, by its module and name."""

    module: str
    name: str


@dataclass
class Called:
    """What calling it makes, and the state that it gets then."""

    of: Named
    args: tuple = ()
    state: object = None


@dataclass
class Outside:
    """What the pickle only refers to."""

    identifier: tuple


def pickled(value):
    """A pickle of protocol 2."""
    return b"\x80\x02" + _body(value) + b"."


def _body(value):
    match value:
        case bool() | None:
            return {True: b"\x88", False: b"\x89", None: b"N"}[value]
        case int():
            return b"\x8a" + bytes([9]) + value.to_bytes(9, "little", signed=True)
        case float():
            return b"G" + struct.pack(">d", value)
        case str():
            return b"X" + struct.pack("<I", len(value.encode())) + value.encode()
        case tuple():
            return b"(" + b"".join(map(_body, value)) + b"t"
        case list():
            return b"](" + b"".join(map(_body, value)) + b"e"
        case dict():
            return b"}(" + b"".join(_body(key) + _body(item) for key, item in value.items()) + b"u"
        case Named():
            return f"c{value.module}\n{value.name}\n".encode()
        case Called():
            made = _body(value.of) + _body(value.args) + b"R"
            return made if value.state is None else made + _body(value.state) + b"b"
        case Outside():
            return _body(value.identifier) + b"Q"
        case bytes():
            return value
    raise AssertionError(value)


def tensor(key, count, shape, strides=None, offset=0, kind="Float"):
    """The call that makes a tensor of the storage ``key``."""
    if strides is None:
        strides = tuple(int(np.prod(shape[place + 1 :])) for place in range(len(shape)))
    storage = Outside(("storage", Named("torch", f"{kind}Storage"), key, "cpu", count))
    hooks = Called(Named("collections", "OrderedDict"))
    return Called(Named("torch._utils", "_rebuild_tensor_v2"), (storage, offset, tuple(shape), strides, False, hooks))


def tensors(arrays):
    """Calls that make tensors of arrays, and the bytes of their storages by key."""
    made, storages = {}, {}
    for key, (name, array) in enumerate(arrays.items()):
        made[name] = tensor(str(key), array.size, array.shape, kind=STORAGES[array.dtype.name])
        storages[str(key)] = array.tobytes()
    return made, storages


def archive(path, saved, storages, **members):
    """Write a file as torch.save does."""
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("model/data.pkl", saved if isinstance(saved, bytes) else pickled(saved))
        for key, content in storages.items():
            file.writestr(f"model/data/{key}", content)
        file.writestr("model/version", "3\n")
        for name, content in members.items():
            file.writestr(f"model/{name}", content)
    return path


def legacy(path, saved, storages, sizes=None):
    """Write a file as torch.save did before version 1.6; ``sizes`` are those of a number of each storage."""
    machine = {"protocol_version": 1001, "little_endian": True}
    magic = b"\x80\x02\x8a\x0a" + (0x1950A86A20F9469CFC6C).to_bytes(10, "little") + b"."
    parts = [magic, *map(pickled, (1001, machine)), saved if isinstance(saved, bytes) else pickled(saved)]
    parts += [pickled(list(storages))]
    for key, content in storages.items():
        parts += [struct.pack("<q", len(content) // (sizes or {}).get(key, 4)), content]
    path.write_bytes(b"".join(parts))
    return path


def state_dict(path, arrays, write=archive):
    """Write a state dict of arrays."""
    made, storages = tensors(arrays)
    sizes = {str(key): array.dtype.itemsize for key, array in enumerate(arrays.values())}
    return write(path, made, storages, **({"sizes": sizes} if write is legacy else {}))
