"""What answers for the network on this computer, ready to be timed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import numpy as np

from quantnn.errors import InputError
from quantnn.network.exact_float import Numbers
from quantnn.network.network import IntegerNetwork
from quantnn.network.reference import decide, layer_function
from quantnn.speed.cpu import blas_threads
from quantnn.speed.float_steps import Float32, dequantize, forward
from quantnn.speed.onnx_graph import INPUT, OUTPUT, empty_model, onnx_model
from quantnn.system.extras import missing_package

__all__ = ["CONTENDERS", "Contender", "IntegerReference", "NumpyFloat32", "OnnxRuntime"]


class Contender(ABC):
    """One way to answer. What can be prepared before samples come is prepared when it is made.

    Members
    -------
    name, version : str
        What it is, and of which version the package is that does the work.

    Raises
    ------
    InputError
        A package is missing, or the network has no such form.
    """

    name: str
    version: str

    @abstractmethod
    def __init__(self, network: IntegerNetwork): ...

    @abstractmethod
    def ready(self, samples: Float32, threads: int | None) -> AbstractContextManager[Callable[[], Numbers]]:
        """A context in which a function without parameters answers for samples (n, in_features).

        It returns n classes, or the outputs (n, out_features) of a network that does not classify. ``threads`` is how
        many it may use; None leaves that to the package.
        """


class _Numpy(Contender):
    version = np.__version__

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

    def __init__(self, network: IntegerNetwork):
        self._steps = dequantize(network)
        self._classify = network.classify

    def answer(self, samples: Float32) -> Numbers:
        outputs = forward(self._steps, samples)
        return decide(outputs) if self._classify else outputs


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


class OnnxRuntime(Contender):
    """The float32 network in onnxruntime, its input and output bound beforehand, so that a call copies nothing.

    Parameters
    ----------
    network : IntegerNetwork
    empty : bool
        Take a model that does nothing instead: what it takes is the call from Python.
    """

    name = "onnxruntime float32"

    def __init__(self, network: IntegerNetwork, empty: bool = False):
        try:
            import onnxruntime

            self.version = str(onnxruntime.__version__)
            self._runtime: Any = onnxruntime
            self._model = (
                empty_model(network.in_features) if empty else onnx_model(dequantize(network), network.classify)
            )
        except ImportError as error:
            raise InputError(missing_package(error.name or "onnxruntime", "bench")) from None

    @contextmanager
    def ready(self, samples: Float32, threads: int | None) -> Iterator[Callable[[], Numbers]]:
        options = self._runtime.SessionOptions()
        options.intra_op_num_threads = threads or 0
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        session = self._runtime.InferenceSession(self._model, options, providers=["CPUExecutionProvider"])
        answers: Numbers = session.run([OUTPUT], {INPUT: samples})[0]
        binding = session.io_binding()
        for bind, name, array in ((binding.bind_input, INPUT, samples), (binding.bind_output, OUTPUT, answers)):
            bind(name, "cpu", 0, array.dtype, array.shape, array.ctypes.data)

        def answer() -> Numbers:
            session.run_with_iobinding(binding)
            return answers

        yield answer


CONTENDERS: tuple[type[Contender], ...] = (NumpyFloat32, OnnxRuntime, IntegerReference)
"""In the order in which they are shown."""
