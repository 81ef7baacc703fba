"""What answers for the network on this computer, ready to be timed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import numpy as np

from quantnn.arithmetic import ceil_div
from quantnn.errors import InputError
from quantnn.network.exact_float import Numbers
from quantnn.network.network import IntegerNetwork
from quantnn.network.reference import decide, layer_function
from quantnn.speed.bit_sliced.compiled import compiled
from quantnn.speed.cpu import blas_is_limited, blas_threads
from quantnn.speed.float_steps import Float32, FloatForm, dequantize, forward
from quantnn.speed.int8_graph import int8_model, zero_byte
from quantnn.speed.onnx_graph import INPUT, OUTPUT, empty_model, onnx_model
from quantnn.system.extras import missing_package

__all__ = [
    "CONTENDERS", "FLOATS", "BitSliced", "Contender", "IntegerReference", "NumpyFloat32", "OnnxRuntime",
    "OnnxRuntimeInt8",
]  # fmt: skip


class Contender(ABC):
    """One way to answer. What can be prepared before samples come is prepared when it is made.

    Members
    -------
    name, version : str
        What it is, and of which version the package is that does the work.
    elements : str
        As what samples lie in memory when the clock starts.
    limited : bool
        Whether it can be told how many threads to use.

    Raises
    ------
    InputError
        A package is missing, or the network has no such form.
    """

    name: str
    version: str
    elements: str = "float32"

    @abstractmethod
    def __init__(self, network: IntegerNetwork): ...

    @property
    def limited(self) -> bool:
        return True

    @abstractmethod
    def ready(self, samples: Float32, threads: int | None) -> AbstractContextManager[Callable[[], Numbers]]:
        """A context in which a function without parameters answers for samples (n, in_features).

        It returns n classes, or the outputs (n, out_features) of a network that does not classify. ``threads`` is how
        many it may use; None leaves that to the package.
        """


class _Numpy(Contender):
    version = np.__version__

    @property
    def limited(self) -> bool:
        return blas_is_limited()

    @contextmanager
    def ready(self, samples: Float32, threads: int | None) -> Iterator[Callable[[], Numbers]]:
        with blas_threads(threads):
            yield lambda: self.answer(samples)

    @abstractmethod
    def answer(self, samples: Float32) -> Numbers:
        """Classes, or outputs."""


class NumpyFloat32(_Numpy):
    """The float32 network, a matrix product per layer."""

    name = "numpy float32"

    def __init__(self, network: IntegerNetwork | FloatForm):
        self._form = dequantize(network) if isinstance(network, IntegerNetwork) else network

    def answer(self, samples: Float32) -> Numbers:
        outputs = forward(self._form.steps, samples)
        return decide(outputs) if self._form.classify else outputs


class IntegerReference(_Numpy):
    """The exact integers, as ``quantnn simulate`` computes them."""

    name = "numpy exact integers"

    def __init__(self, network: IntegerNetwork):
        pairs = zip(network.layers, network.formats, strict=False)
        self._functions = [layer_function(layer, format) for layer, format in pairs]
        self._classify = network.classify

    def answer(self, samples: Float32) -> Numbers:
        values: Numbers = samples
        for function in self._functions:
            values = function(values)
        return decide(values) if self._classify else values


class _OnnxRuntime(Contender):
    """A model in onnxruntime, its input and output bound beforehand, so that a call copies nothing."""

    def _prepare(self, model: Callable[[], bytes]) -> None:
        try:
            import onnxruntime

            self.version = str(onnxruntime.__version__)
            self._runtime: Any = onnxruntime
            self._model = model()
        except ImportError as error:
            raise InputError(missing_package(error.name or "onnxruntime", "bench")) from None

    def _stored(self, samples: Float32) -> Numbers:
        """Samples as they lie in memory."""
        return samples

    @contextmanager
    def ready(self, samples: Float32, threads: int | None) -> Iterator[Callable[[], Numbers]]:
        options = self._runtime.SessionOptions()
        options.intra_op_num_threads = threads or 0
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        session = self._runtime.InferenceSession(self._model, options, providers=["CPUExecutionProvider"])
        stored = self._stored(samples)
        answers: Numbers = session.run([OUTPUT], {INPUT: stored})[0]
        binding = session.io_binding()
        for bind, name, array in ((binding.bind_input, INPUT, stored), (binding.bind_output, OUTPUT, answers)):
            bind(name, "cpu", 0, array.dtype, array.shape, array.ctypes.data)

        def answer() -> Numbers:
            session.run_with_iobinding(binding)
            return answers

        yield answer


class OnnxRuntime(_OnnxRuntime):
    """The float32 network in onnxruntime.

    Parameters
    ----------
    network : IntegerNetwork or FloatForm
    empty : bool
        Take a model that does nothing instead: what it takes is the call from Python.
    """

    name = "onnxruntime float32"

    def __init__(self, network: IntegerNetwork | FloatForm, empty: bool = False):
        def model() -> bytes:
            if empty:
                return empty_model(network.in_features)
            form = dequantize(network) if isinstance(network, IntegerNetwork) else network
            return onnx_model(form.steps, form.classify)

        self._prepare(model)


class OnnxRuntimeInt8(_OnnxRuntime):
    """The integers in onnxruntime's kernels for quantized networks."""

    name = "onnxruntime int8"
    elements = "bytes"

    def __init__(self, network: IntegerNetwork):
        self._zero = zero_byte(network.input) or 0
        self._prepare(lambda: int8_model(network))

    def _stored(self, samples: Float32) -> Numbers:
        return (samples + self._zero).astype(np.uint8)


class BitSliced(Contender):
    """The exact integers of a network of 1-bit inputs, 64 samples a word: a full adder is five instructions for as many
    samples as a register has bits."""

    name = "numba bit-sliced"
    elements = "bits"

    def __init__(self, network: IntegerNetwork):
        self._program = compiled(network)
        self._classify = network.classify
        try:
            import numba

            from quantnn.speed.bit_sliced import kernel
        except ImportError as error:
            raise InputError(missing_package(error.name or "numba", "bench")) from None
        self.version = str(numba.__version__)
        self._kernel = kernel

    @contextmanager
    def ready(self, samples: Float32, threads: int | None) -> Iterator[Callable[[], Numbers]]:
        program, count = self._program, len(samples)
        blocks = ceil_div(count, 64 * self._kernel.WORDS)
        rows = 64 * self._kernel.WORDS * blocks
        packed = np.zeros((rows, 8 * ceil_div(program.inputs, 64)), np.uint8)
        bits = np.packbits(samples > 0, axis=1, bitorder="little")
        packed[:count, : bits.shape[1]] = bits
        words = packed.view("<u8").astype(np.uint64, copy=False)
        places = np.concatenate(program.outputs)
        ends = np.cumsum([len(planes) for planes in program.outputs])
        answers = np.zeros((rows, len(ends)), np.int64)
        kept = answers[:count, 0] if self._classify else answers[:count]
        given = words, program.adders, program.rows, places, ends, program.signed, answers

        def answer() -> Numbers:
            self._kernel.answer(*given)
            return kept

        # a thread without a block of its own is only waited for
        before = self._kernel.threads(None if threads is None else min(threads, blocks))
        try:
            yield answer
        finally:
            self._kernel.threads(before)


CONTENDERS: tuple[type[Contender], ...] = (NumpyFloat32, OnnxRuntime, OnnxRuntimeInt8, IntegerReference, BitSliced)
"""In the order in which they are shown."""

FLOATS = (NumpyFloat32, OnnxRuntime)
"""Those that also answer for a float network."""
