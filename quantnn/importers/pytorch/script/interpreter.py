"""Following the code of TorchScript on a tensor that nothing is known of but its shape.

Statements are taken one by one from their syntax tree. Nothing is executed: the only functions there are, are those of
:mod:`quantnn.importers.pytorch.aten` and a few on plain numbers.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from quantnn.importers.pytorch.aten.budget import Budget
from quantnn.importers.pytorch.aten.live import Batch, Live, Node, Value
from quantnn.importers.pytorch.aten.table import called
from quantnn.importers.pytorch.pickle_machine import Instance
from quantnn.importers.pytorch.script.code import Code
from quantnn.importers.pytorch.tensor import Tensor

__all__ = ["Interpreter", "NotFollowedError"]

_MOST_STEPS = 50_000
_DEEPEST = 60
_ROOTS = ("torch", "ops", "__torch__", "CONSTANTS")


class NotFollowedError(ValueError):
    """The code is more than a chain of layers, or damaged."""


@dataclass(frozen=True)
class _Named:
    """A function of PyTorch or of the archive."""

    name: str


class _Return(Exception):
    def __init__(self, value: Value) -> None:
        self.value = value


class Interpreter:
    """Follows methods of modules.

    Parameters
    ----------
    code : Code
    constants : tuple
        What the code calls ``CONSTANTS.c0``, ….
    """

    def __init__(self, code: Code, constants: Sequence[object]) -> None:
        self._code, self._constants = code, constants
        self._budget = Budget()
        self._arrays: dict[int, tuple[Tensor, Value]] = {}
        self._steps = self._depth = 0
        self._names: dict[int, str] = {}
        self._path: list[str] = []

    def forward(self, module: Instance, x: Live) -> Value:
        """What the module's forward makes of its input.

        Raises
        ------
        ValueError
            The code cannot be followed, or calls what cannot be had.
        """
        self._names = _paths(module)
        return self._method(module, "forward", [x], {})

    def _method(self, module: Instance, name: str, args: list[Value], named: dict[str, Value]) -> Value:
        return self._run(self._code.method(module.of, name), [module, *args], named)

    def _run(self, function: ast.FunctionDef, args: list[Value], named: dict[str, Value]) -> Value:
        names = [argument.arg for argument in function.args.args]
        defaults = function.args.defaults
        scope: dict[str, Value] = {}
        if len(args) > len(names) or not named.keys() <= {*names}:
            raise NotFollowedError(f"{function.name[:40]} is called with other arguments than it has")
        self._depth += 1
        if self._depth > _DEEPEST:
            raise NotFollowedError("its code calls itself")
        for place, name in enumerate(names):
            if place < len(args):
                scope[name] = args[place]
            elif name in named:
                scope[name] = named[name]
            elif place >= len(names) - len(defaults):
                scope[name] = self._value(defaults[place - len(names) + len(defaults)], {})
            else:
                raise NotFollowedError(f"{function.name[:40]} also takes {name[:40]}")
        try:
            self._block(function.body, scope)
        except _Return as result:
            return result.value
        finally:
            self._depth -= 1
        return None

    def _block(self, statements: Sequence[ast.stmt], scope: dict[str, Value]) -> None:
        for statement in statements:
            self._step()
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    scope[name] = self._value(value, scope)
                case ast.Assign(targets=[ast.Tuple(elts=targets)], value=value):
                    values = self._value(value, scope)
                    if not isinstance(values, (list, tuple)) or len(values) != len(targets):
                        raise NotFollowedError("its code takes apart what has other parts")
                    names = [target.id if isinstance(target, ast.Name) else "" for target in targets]
                    scope.update(zip(names, values, strict=True))
                case ast.Return(value=value):
                    raise _Return(None if value is None else self._value(value, scope))
                case ast.If(test=test, body=body, orelse=other):
                    self._block(body if self._decided(test, scope) else other, scope)
                case ast.Expr(value=value):
                    self._value(value, scope)
                case ast.Pass():
                    pass
                case _:
                    kind = type(statement).__name__.lower()
                    raise NotFollowedError(f"its code has a {kind} statement, which is not followed")

    def _decided(self, test: ast.expr, scope: Mapping[str, Value]) -> bool:
        value = self._value(test, scope)
        if isinstance(value, bool) or type(value) in (int, float):
            return bool(value)
        raise NotFollowedError("its code branches on values that depend on the input")

    def _step(self) -> None:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise NotFollowedError(f"its code takes more than {_MOST_STEPS:,} steps")

    def _value(self, expression: ast.expr, scope: Mapping[str, Value]) -> Value:
        self._step()
        match expression:
            case ast.Constant(value=value) if value is None or isinstance(value, (bool, int, float, str)):
                return value
            case ast.Name(id=name) if name in scope:
                return scope[name]
            case ast.Tuple(elts=items) | ast.List(elts=items):
                return [self._value(item, scope) for item in items]
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                positive = self._value(operand, scope)
                if type(positive) in (int, float):
                    return -positive  # type: ignore[operator]
            case ast.Subscript(value=whole, slice=place):
                parts, number = self._value(whole, scope), self._value(place, scope)
                if isinstance(parts, (list, tuple)) and type(number) is int and -len(parts) <= number < len(parts):
                    return parts[number]
            case ast.Attribute(value=whole, attr=name):
                return self._attribute(expression, whole, name, scope)
            case ast.Call(func=function, args=args, keywords=keywords):
                return self._call(function, args, keywords, scope)
        raise NotFollowedError(f"its code has {ast.unparse(expression)[:60]}, which is not followed")

    def _attribute(self, expression: ast.expr, whole: ast.expr, name: str, scope: Mapping[str, Value]) -> Value:
        dotted = _dotted(expression)
        if dotted.partition(".")[0] in _ROOTS and dotted.partition(".")[0] not in scope:
            if not dotted.startswith("CONSTANTS."):
                return _Named(dotted)
            place = name[1:]
            if not place.isdecimal() or len(place) > 6 or int(place) >= len(self._constants):
                raise NotFollowedError(f"constant {name[:20]} is missing")
            return self._known(self._constants[int(place)])
        return self._member(self._value(whole, scope), name)

    def _member(self, module: Value, name: str) -> Value:
        if isinstance(module, Instance):
            if isinstance(module.state, dict) and name in module.state:
                return self._known(module.state[name])
            constants = self._code.constants(module.of)
            if name in constants:
                return constants[name]
        raise NotFollowedError(f"its code takes {name[:40]} of what has none")

    def _known(self, value: object) -> Value:
        if not isinstance(value, Tensor):
            return value
        if id(value) not in self._arrays:
            self._budget.spend(value.count)
            self._arrays[id(value)] = value, value.array().astype(np.float64)
        return self._arrays[id(value)][1]

    def _call(
        self, function: ast.expr, args: Sequence[ast.expr], keywords: Sequence[ast.keyword], scope: Mapping[str, Value]
    ) -> Value:
        if isinstance(function, ast.Name) and function.id not in scope:
            return self._builtin(function.id, args, scope)
        values = [self._value(argument, scope) for argument in args]
        named = {keyword.arg or "": self._value(keyword.value, scope) for keyword in keywords}
        if isinstance(function, ast.Attribute) and _dotted(function).partition(".")[0] not in _ROOTS:
            module = self._value(function.value, scope)
            if isinstance(module, Instance):
                self._path.append(self._names.get(id(module), ""))
                try:
                    return self._method(module, function.attr, values, named)
                finally:
                    self._path.pop()
        target = self._value(function, scope)
        if not isinstance(target, _Named):
            raise NotFollowedError(f"its code calls {ast.unparse(function)[:60]}, which is not followed")
        if target.name.startswith("__torch__."):
            return self._run(self._code.function(target.name), values, named)
        return self._function(target.name, values, named)

    def _builtin(self, name: str, args: Sequence[ast.expr], scope: Mapping[str, Value]) -> Value:
        if name in ("annotate", "unchecked_cast") and len(args) == 2:
            return self._value(args[1], scope)
        if name == "uninitialized":
            return None
        values = [self._value(argument, scope) for argument in args]
        match name, values:
            case "getattr", [module, str(attribute)]:
                return self._member(module, attribute)
            case ("int" | "float" | "bool"), [Batch() as batch]:
                return batch
            case "int", [value] if _is_number(value) and math.isfinite(value):  # type: ignore[arg-type]
                return int(value)  # type: ignore[call-overload]
            case "float", ["inf" | "-inf" as text]:
                return float(text)
            case "float", [value] if _is_number(value):
                return float(value)  # type: ignore[arg-type]
            case "bool", [value] if _is_number(value):
                return bool(value)
        raise NotFollowedError(f"its code calls {name[:40]}, which is not followed")

    def _function(self, name: str, args: list[Value], named: dict[str, Value]) -> Value:
        kind = name.removeprefix("torch.").removeprefix("ops.prim.").removeprefix("ops.aten.")
        match kind, args:
            case "RaiseException", _:
                raise NotFollowedError("its code refuses every input of that shape")
            case ("__is__" | "__isnot__"), [one, other]:
                same = _is_plain(one) and _is_plain(other) and one == other
                return same is (kind == "__is__")
            case "__not__", [bool(value)]:
                return not value
            case ("warn" | "format" | "device"), _:
                return None
            case "len", [list() | tuple() as whole]:
                return len(whole)
            case "dim", [Live() as x]:
                return 2 if x.shape is None else 1 + len(x.shape)
            case "dim", [np.ndarray() as array]:
                return array.ndim
            case "NumToTensor" | "ImplicitTensorToNum" | "data", [value]:
                return value
            case _, [one, other] if kind in _ARITHMETIC and _is_number(one) and _is_number(other):
                return _arithmetic(kind, one, other)
            case ("eq" | "ne"), [Batch(), int()] | [int(), Batch()]:
                return kind == "ne"
        label = Node((self._path[-1] if self._path else "")[:80] or kind, kind, self._budget)
        return called(kind, label, args, named)


def _arithmetic(kind: str, one: Value, other: Value) -> Value:
    try:
        result = _ARITHMETIC[kind](one, other)
    except (ZeroDivisionError, OverflowError, TypeError):
        raise NotFollowedError(f"its code divides by 0 or overflows ({kind})") from None
    if isinstance(result, int) and abs(result) > 1 << 63:
        raise NotFollowedError("its code computes numbers beyond 64 bits")
    return result


_ARITHMETIC: dict[str, Callable[[object, object], Value]] = {
    **{name: getattr(operator, name) for name in ("add", "sub", "mul", "floordiv", "eq", "ne", "lt", "le", "gt", "ge")},
    "div": operator.truediv,
    "remainder": operator.mod,
}


def _is_number(value: Value) -> bool:
    return isinstance(value, (bool, int, float))


def _is_plain(value: Value) -> bool:
    return value is None or isinstance(value, (bool, int, float, str))


def _dotted(expression: ast.expr) -> str:
    parts: list[str] = []
    while isinstance(expression, ast.Attribute):
        parts.append(expression.attr)
        expression = expression.value
    return ".".join([expression.id, *reversed(parts)]) if isinstance(expression, ast.Name) else ""


def _paths(module: Instance) -> dict[int, str]:
    """The modules within one, by their identity: their paths, as PyTorch calls them."""
    paths, waiting = {id(module): ""}, [module]
    while waiting:
        outer = waiting.pop()
        for name, part in outer.state.items() if isinstance(outer.state, dict) else ():
            if isinstance(part, Instance) and id(part) not in paths:
                above = paths[id(outer)][:80]
                paths[id(part)] = f"{above}.{name}" if above else str(name)
                waiting.append(part)
    return paths
