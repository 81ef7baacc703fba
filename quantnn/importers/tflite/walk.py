"""Along the graph, from its input to its output."""

from __future__ import annotations

from quantnn.errors import InputError
from quantnn.importers.operators.operator import Operator
from quantnn.importers.reading import Entry
from quantnn.importers.tflite.call import Call, Constants, dequantized
from quantnn.importers.tflite.model_file import ModelFile, Node
from quantnn.importers.tflite.quantized import input_scale, moved
from quantnn.importers.tflite.table import DECISIVE, HANDLERS, MOVING, QUANTIZED, REFUSED
from quantnn.importers.tflite.tensor import Tensor
from quantnn.system.text import shortened

__all__ = ["Walk"]

_SHAPES = ("SHAPE", "RANK")
_MOST_FEATURES = 1 << 22
_HYBRID = (
    "weights of 8 bits are taken as the floats they stand for; the file's own kernels round each layer's inputs, too"
)


class Walk:
    """The operators of a file whose graph is a chain.

    Members
    -------
    operators : list of Operator
    notes : list of str
    integral : bool
        Whether the file takes integers that stand for floats.

    Raises
    ------
    InputError
        The graph branches, or an operator cannot be had.
    """

    def __init__(self, model: ModelFile, decision: str = "") -> None:
        self._model, self._decision = model, decision
        self.input, self._output = self._end(model.inputs, "inputs"), self._end(model.outputs, "outputs")
        self._constants = Constants(model, self.input.shape[0] if len(self.input.shape) > 1 else 1)
        self.operators: list[Operator] = []
        self.notes: list[str] = []
        self._shapes: list[str] = []
        self._here = self.input.number
        first = next((node for node in model.nodes if self._here in node.inputs and node.kind not in _SHAPES), None)
        self.integral = self.input.quantized and first is not None and first.kind != "CAST"
        if self.integral:
            self.operators.append(input_scale(self.input))
            self._shapes.append(_words(self.sample))
        self._of_shapes: set[int] = set()
        for node in model.nodes:
            if node.kind in DECISIVE and not node.custom and node.outputs:
                raise InputError(f"{model.path}: {self._where(node)}: {REFUSED[node.kind]}")
        for node in model.nodes:
            self._pass(node)
        if self._here != self._output.number:
            raise InputError(f"{model.path}: its operators do not lead to its output: convert the model again")

    @property
    def sample(self) -> tuple[int, ...]:
        """The input's shape without the batch."""
        return self.input.shape[1:] if len(self.input.shape) > 1 else self.input.shape

    def entries(self, fates: tuple[str, ...]) -> tuple[Entry, ...]:
        return tuple(
            Entry(operator.kind, operator.name, shape, fate)
            for operator, shape, fate in zip(self.operators, self._shapes, fates, strict=True)
        )

    def _end(self, numbers: tuple[int, ...], what: str) -> Tensor:
        tensors = [self._model.tensors[number] for number in numbers if number >= 0]
        if len(tensors) != 1:
            names = ", ".join(shortened(tensor.name, 40) for tensor in tensors[:6])
            raise InputError(f"{self._model.path} must have one tensor as {what}, not {len(tensors)} ({names})")
        if not 0 < tensors[0].size <= _MOST_FEATURES:
            raise InputError(
                f"{self._model.path}: tensor {tensors[0].name} must have 1 to {_MOST_FEATURES:,} elements, not"
                f" {tensors[0].size:,}: convert a smaller model"
            )
        return tensors[0]

    def _pass(self, node: Node) -> None:
        if not node.outputs or min(node.outputs) < 0:
            raise InputError(
                f"{self._model.path}: operator {node.number} ({node.kind}) has no output: convert it again"
            )
        open_ = [place for place, number in enumerate(node.inputs) if number >= 0 and not self._constants.known(number)]
        if node.kind in _SHAPES or (open_ and all(node.inputs[place] in self._of_shapes for place in open_)):
            self._of_shapes |= set(node.outputs)  # what only computes a shape, which a reshape then states
            return
        open_ = [place for place in open_ if node.inputs[place] not in self._of_shapes]
        try:
            if node.custom:
                raise ValueError("a custom operator cannot be had: convert with built-in operators only")
            if node.kind in REFUSED:
                raise ValueError(REFUSED[node.kind])
            if not open_:
                self._constant(node)
                return
            if len(open_) > 1 or node.inputs[open_[0]] != self._here:
                raise ValueError(
                    "only a chain can be had, each tensor used once: no branches, and no operators of two of them"
                )
            self._operator(Call(self._constants, node, open_[0]))
        except ValueError as error:
            raise InputError(f"{self._model.path}: {self._where(node)}: {error}") from None

    def _where(self, node: Node) -> str:
        given = self._model.tensors[node.outputs[0]]
        taken = next((self._model.tensors[number] for number in node.inputs if number >= 0), given)
        return f"{given.name} ({node.kind}, {_words(taken.shape)} → {_words(given.shape)})"

    def _constant(self, node: Node) -> None:
        """An operator of constants: weights that are kept in fewer bits."""
        if node.kind != "DEQUANTIZE" or len(node.inputs) != 1:
            raise ValueError("an operator of constants must be a DEQUANTIZE: convert the model again")
        tensor = self._model.tensors[node.inputs[0]]
        self._constants.computed[node.outputs[0]] = dequantized(self._constants.array(node.inputs[0]), tensor)

    def _operator(self, call: Call) -> None:
        node = call.node
        if not 0 < call.result.size <= _MOST_FEATURES:
            raise ValueError(f"it must have 1 to {_MOST_FEATURES:,} elements: convert a smaller model")
        quantized = call.operand.quantized or node.kind == "QUANTIZE"
        table = QUANTIZED if quantized and node.kind != "CAST" else HANDLERS
        if node.kind not in table:
            what = "of integers " if quantized else ""
            raise ValueError(f"it cannot be had: {what}{', '.join(table)} are read")
        if len(node.outputs) != 1 or node.outputs[0] == self._here or self._constants.known(node.outputs[0]):
            raise ValueError("it must have one output of its own: convert the model again")
        operators = table[node.kind].read(call)
        if quantized and node.kind in MOVING:
            moved(call)
        if quantized and node.kind == "LOGISTIC" and self._decides(call):
            operators = operators[:1]  # its integers would all be above 0
        shape = _words(call.sample(call.result))
        self.operators += operators
        self._shapes += [shape] * len(operators)
        if node.kind == "FULLY_CONNECTED" and call.operand.floating and not self._weights(node).floating:
            self.notes += [] if _HYBRID in self.notes else [_HYBRID]
        self._here = node.outputs[0]

    def _decides(self, call: Call) -> bool:
        """Whether a sigmoid is the last, over a single output, and that a class."""
        behind = self._model.nodes[call.node.number + 1 :]
        return (
            self._decision in ("", "threshold")
            and call.features(call.result) == 1
            and all(node.kind in ("DEQUANTIZE", *MOVING) for node in behind)
        )

    def _weights(self, node: Node) -> Tensor:
        return self._model.tensors[node.inputs[1]]


def _words(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "1"
