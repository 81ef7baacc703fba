"""A pickle, read without running anything that it names.

Python's own reader imports what a pickle names and calls it. This one has no way to: what is named stays a name, and
what would be called becomes a record of the call, or what a given function makes of it.
"""

from __future__ import annotations

import pickletools
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO

__all__ = ["Global", "Instance", "unpickled"]

_MOST_OPERATIONS = 150_000
_LARGEST_INTEGER = (1 << 61) - 2
"""Python's hash of greater ones is a remainder: many of one hash would take for ever to be told apart."""
_PLAIN_KEYS = (str, int, float, bytes, bool, type(None))


@dataclass(frozen=True)
class Global:
    """A class or function that a pickle names."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


@dataclass(eq=False)
class Instance:
    """What a call would have made.

    Parameters
    ----------
    of : Global
    args : tuple
    state : object
        What it would have been given afterwards; None without.
    items : dict
        What would have been put into it by key.
    """

    of: Global
    args: tuple[object, ...] = ()
    state: object = None
    items: dict[object, object] = field(default_factory=dict)


_Call = Callable[[Global, tuple[object, ...]], object]


class _Mark:
    pass


_MARK = _Mark()


def unpickled(
    file: BytesIO, name: Callable[[Global], Global], call: _Call, persistent: Callable[[object], object]
) -> object:
    """The object that a pickle describes; the file is left behind its end.

    Parameters
    ----------
    name : function
        What stands for a class or function that is named; refuses by raising.
    call : function
        What stands for the result of calling one with these arguments.
    persistent : function
        What stands for an object that lies outside the pickle, by its identifier.

    Raises
    ------
    ValueError
        It is damaged, has too many operations, or uses an operation that no tensors need.
    """
    machine = _Machine(name, call, persistent)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes in names, which only damaged files have
            for count, (opcode, arg, _) in enumerate(pickletools.genops(file)):
                if count >= _MOST_OPERATIONS:
                    raise ValueError(f"it takes more than {_MOST_OPERATIONS:,} operations to read")
                if opcode.name == "STOP":
                    return machine.pop()
                machine.step(opcode.name, arg)
    except (IndexError, OverflowError, MemoryError) as error:
        raise ValueError(f"a pickle in it is damaged ({type(error).__name__})") from None
    raise ValueError("a pickle in it ends early")


def _check_key(key: int) -> None:
    if not -_LARGEST_INTEGER <= key <= _LARGEST_INTEGER:
        raise ValueError("a pickle in it numbers something with more than 61 bits, which no saved tensors need")


class _Machine:
    def __init__(self, name: Callable[[Global], Global], call: _Call, persistent: Callable[[object], object]) -> None:
        self._name, self._call, self._persistent = name, call, persistent
        self._stack: list[object] = []
        self._memo: dict[int, object] = {}

    def pop(self) -> object:
        if not self._stack or self._stack[-1] is _MARK:
            raise ValueError("a pickle in it is damaged: it takes more than there is")
        return self._stack.pop()

    def step(self, opcode: str, arg: object) -> None:
        if opcode in _CONSTANTS:
            self._stack.append(_CONSTANTS[opcode])
        elif opcode in _ARGUMENTS:
            self._stack.append(arg)
        elif opcode in _OPERATIONS:
            _OPERATIONS[opcode](self, arg)
        elif opcode not in _NOTHING:
            raise ValueError(f"a pickle in it has {opcode}, which no saved tensors need")

    def _marked(self) -> list[object]:
        """What lies above the last mark, which goes too."""
        place = len(self._stack) - 1
        while place >= 0 and self._stack[place] is not _MARK:
            place -= 1
        if place < 0:
            raise ValueError("a pickle in it is damaged: a mark is missing")
        items = self._stack[place + 1 :]
        del self._stack[place:]
        return items

    def _mark(self, arg: object) -> None:
        self._stack.append(_MARK)

    def _drop(self, arg: object) -> None:
        if not self._stack:
            raise ValueError("a pickle in it is damaged: it takes more than there is")
        self._stack.pop()

    def _drop_mark(self, arg: object) -> None:
        self._marked()

    def _copy(self, arg: object) -> None:
        top = self.pop()
        self._stack += [top, top]

    def _put(self, arg: object) -> None:
        top = self.pop()
        self._stack.append(top)
        place = len(self._memo) if arg is None else int(str(arg))
        _check_key(place)
        self._memo[place] = top

    def _get(self, arg: object) -> None:
        place = int(str(arg))
        if place not in self._memo:
            raise ValueError("a pickle in it is damaged: it refers to what is not there")
        self._stack.append(self._memo[place])

    def _empty(self, kind: Callable[[], object]) -> None:
        self._stack.append(kind())

    def _tuple(self, count: int) -> None:
        items = [self.pop() for _ in range(count)]
        self._stack.append(tuple(reversed(items)))

    def _append(self, items: list[object]) -> None:
        whole = self.pop()
        self._stack.append(whole)
        if isinstance(whole, list):
            whole.extend(items)
        elif not isinstance(whole, Instance):
            raise ValueError("a pickle in it is damaged: it appends to what is no list")

    def _set(self, items: list[object]) -> None:
        whole = self.pop()
        self._stack.append(whole)
        items_of = whole.items if isinstance(whole, Instance) else whole
        if not isinstance(items_of, dict) or len(items) % 2:
            raise ValueError("a pickle in it is damaged: it sets items of what is no dict")
        # Other keys are not hashed: tuples of tuples of … would exhaust the stack of the interpreter.
        keys = [key if isinstance(key, _PLAIN_KEYS) else object() for key in items[::2]]
        for key in keys:
            if isinstance(key, int):
                _check_key(key)
        items_of.update(zip(keys, items[1::2], strict=True))

    def _dict(self, arg: object) -> None:
        items = self._marked()
        self._stack.append({})
        self._set(items)

    def _set_one(self, arg: object) -> None:
        value, key = self.pop(), self.pop()
        self._set([key, value])

    def _append_one(self, arg: object) -> None:
        self._append([self.pop()])

    def _global(self, arg: object) -> None:
        module, _, name = str(arg).partition(" ")
        self._stack.append(self._name(Global(module, name)))

    def _stack_global(self, arg: object) -> None:
        name, module = self.pop(), self.pop()
        if not isinstance(name, str) or not isinstance(module, str):
            raise ValueError("a pickle in it is damaged: it names something by no text")
        self._stack.append(self._name(Global(module, name)))

    def _reduce(self, arg: object) -> None:
        args, of = self.pop(), self.pop()
        if not isinstance(of, Global) or not isinstance(args, tuple):
            raise ValueError("a pickle in it is damaged: it calls what is no function")
        self._stack.append(self._call(of, args))

    def _new_with_names(self, arg: object) -> None:
        self.pop()
        self._reduce(arg)

    def _build(self, arg: object) -> None:
        state, whole = self.pop(), self.pop()
        if isinstance(whole, Instance):
            whole.state = state
        self._stack.append(whole)

    def _outside(self, arg: object) -> None:
        self._stack.append(self._persistent(self.pop()))


_CONSTANTS: dict[str, object] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
_ARGUMENTS = {
    *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"),
    *("STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"),
    *("BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"),
}
_NOTHING = {"PROTO", "FRAME"}
_OPERATIONS: dict[str, Callable[[_Machine, object], None]] = {
    "MARK": _Machine._mark,
    "POP": _Machine._drop,
    "POP_MARK": _Machine._drop_mark,
    "DUP": _Machine._copy,
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"), _Machine._put),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), _Machine._get),
    "EMPTY_LIST": lambda machine, arg: machine._empty(list),
    "EMPTY_DICT": lambda machine, arg: machine._empty(dict),
    "EMPTY_SET": lambda machine, arg: machine._empty(list),
    "TUPLE": lambda machine, arg: machine._stack.append(tuple(machine._marked())),
    "DICT": _Machine._dict,
    "LIST": lambda machine, arg: machine._stack.append(machine._marked()),
    "FROZENSET": lambda machine, arg: machine._stack.append(tuple(machine._marked())),
    "TUPLE1": lambda machine, arg: machine._tuple(1),
    "TUPLE2": lambda machine, arg: machine._tuple(2),
    "TUPLE3": lambda machine, arg: machine._tuple(3),
    "APPEND": _Machine._append_one,
    "APPENDS": lambda machine, arg: machine._append(machine._marked()),
    "ADDITEMS": lambda machine, arg: machine._append(machine._marked()),
    "SETITEM": _Machine._set_one,
    "SETITEMS": lambda machine, arg: machine._set(machine._marked()),
    "GLOBAL": _Machine._global,
    "STACK_GLOBAL": _Machine._stack_global,
    "REDUCE": _Machine._reduce,
    "NEWOBJ": _Machine._reduce,
    "NEWOBJ_EX": _Machine._new_with_names,
    "BUILD": _Machine._build,
    "BINPERSID": _Machine._outside,
}
