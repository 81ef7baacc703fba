"""Modules of PyTorch in memory. The only module that imports torch."""

from __future__ import annotations

import logging
import operator
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from typing import Any

import numpy as np

from quantnn.errors import InputError
from quantnn.importers.format import NO_HINTS, Hints
from quantnn.importers.pytorch.aten.budget import Budget
from quantnn.importers.pytorch.aten.live import BATCH, Live, Node, Value
from quantnn.importers.pytorch.aten.network import reading_of
from quantnn.importers.pytorch.aten.table import called
from quantnn.importers.reading import Reading
from quantnn.model.activation import Floats

__all__ = ["from_torch"]


def from_torch(module: Any, example: Any, hints: Hints = NO_HINTS) -> Reading:
    """The network of a torch.nn.Module, as it is in eval mode; the module itself is not changed.

    Parameters
    ----------
    module : torch.nn.Module
        One whose forward is a chain of layers, with one input and one output.
    example : torch.Tensor or array
        A batch of inputs as the module takes them; the first dimension is the batch. Its values do not matter.
    hints : Hints
        A decision.

    Raises
    ------
    InputError
        torch is not installed, the example does not fit, or forward is no chain of layers that are known: the message
        names the first function that is not.
    """
    try:
        import torch
    except ImportError:
        raise InputError("a module of PyTorch takes PyTorch itself: pip install torch") from None
    source = type(module).__name__
    if not isinstance(module, torch.nn.Module):
        raise InputError(f"{source} is no torch.nn.Module: give the module, and an example of its inputs")
    batch = _batch(module, example, torch)
    with _in_eval_mode(module), torch.no_grad():
        try:
            with _silence():
                program = torch.export.export(module, (batch,))
        except Exception as error:  # what forward itself raises is of any kind
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
            raise InputError(
                f"{source} cannot be followed by torch.export with an example of shape {tuple(batch.shape)} ({reason}):"
                " give an example that it takes, and leave branches on values out of forward"
            ) from None
        try:
            walk = _Walk(program, torch)
            return reading_of(walk.output(), source, f"PyTorch {torch.__version__}", hints)
        except ValueError as error:
            raise InputError(f"{source}: {error}") from None


def _batch(module: Any, example: Any, torch: Any) -> Any:
    try:
        batch = example if isinstance(example, torch.Tensor) else torch.as_tensor(np.asarray(example))
    except (TypeError, ValueError):
        raise InputError(f"the example must be a batch of inputs, not {type(example).__name__}") from None
    if batch.ndim < 2 or not batch.numel():
        raise InputError(
            f"the example must be a batch of inputs, not of shape {tuple(batch.shape)}: give example[None] for one"
        )
    kinds = [tensor for tensor in module.parameters() if tensor.is_floating_point()]
    if kinds:
        batch = batch.to(kinds[0].device, kinds[0].dtype)
    return batch.detach()


@contextmanager
def _silence() -> Iterator[None]:
    """Keep back what torch.export logs and prints, whole graphs, before it raises."""
    level = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            yield
    finally:
        logging.disable(level)


@contextmanager
def _in_eval_mode(module: Any) -> Iterator[None]:
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, training in modes:
            part.training = training


class _Walk:
    """The values in a program's graph, node by node."""

    def __init__(self, program: Any, torch: Any) -> None:
        self._program, self._torch = program, torch
        self._budget = Budget()
        self._values: dict[Any, Value] = {}
        self._known = self._constants()

    def _constants(self) -> Mapping[str, Any]:
        program, signature = self._program, self._program.graph_signature
        stored = {**program.constants, **program.state_dict}
        names = {
            **signature.inputs_to_parameters,
            **signature.inputs_to_buffers,
            **signature.inputs_to_lifted_tensor_constants,
        }
        return {name: stored[target] for name, target in names.items()}

    def output(self) -> Value:
        """What the program gives back.

        Raises
        ------
        ValueError
            A function on the way to it cannot be had.
        """
        for node in self._program.graph.nodes:
            if node.op == "placeholder":
                self._values[node] = self._placed(node)
            elif node.op == "output":
                return [self._value(item) for item in node.args[0]]
            elif node.op == "call_function":
                self._values[node] = self._called(node)
            else:
                raise ValueError(f"{node.name} is a part of the graph that is not known ({node.op}): write it plainly")
        raise ValueError("it gives nothing back")

    def _placed(self, node: Any) -> Value:
        if node.name in self._known:
            return self._array(self._known[node.name])
        return Live(tuple(node.meta["val"].shape[1:]), node.meta["val"].shape[0])

    def _array(self, tensor: Any) -> Floats:
        """The same numbers as float64, which holds every number of the smaller types."""
        self._budget.spend(tensor.numel())
        return np.asarray(tensor.detach().cpu().to(self._torch.float64).numpy())

    def _called(self, node: Any) -> Value:
        if node.target is operator.getitem:
            whole, place = self._value(node.args[0]), node.args[1]
            if not isinstance(whole, (list, tuple)) or not 0 <= place < len(whole):
                raise ValueError(f"{node.name} takes a part of what has none")
            return whole[place]
        schema = getattr(node.target, "_schema", None)
        function = schema.name.removeprefix("aten::") if schema else str(node.target)
        stack = [*node.meta.get("nn_module_stack", {}).values()]
        label = Node((stack[-1][0] if stack else "") or node.name, function, self._budget)
        args = [self._value(argument) for argument in node.args]
        named = {name: self._value(argument) for name, argument in node.kwargs.items()}
        if schema:  # positions as names, for parameters that this version has and others have not
            named |= {parameter.name: value for parameter, value in zip(schema.arguments, args, strict=False)}
            args = []
        return called(function, label, args, named)

    def _value(self, argument: Any) -> Value:
        torch = self._torch
        match argument:
            case torch.fx.Node():
                return self._values[argument]
            case torch.dtype():
                return str(argument).removeprefix("torch.")
            case list() | tuple():
                return [self._value(item) for item in argument]
            case torch.SymInt():
                return BATCH
            case None | bool() | int() | float() | str():
                return argument
        return None
