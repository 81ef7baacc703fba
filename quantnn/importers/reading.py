"""What was understood of a model file."""

from __future__ import annotations

from dataclasses import dataclass

from quantnn.model.quantized import AnyNetwork

__all__ = ["Entry", "Reading"]


@dataclass(frozen=True)
class Entry:
    """One operator of the file.

    Parameters
    ----------
    operator : str
        The format's word for it, like ``Gemm``.
    name : str
        What the file calls it.
    shape : str
        Of its outputs, without the batch: ``64``, or ``1×28×28``; empty where it is not known.
    became : str
        What stands for it in the network: ``layer 0``, ``input scaling``, ``nothing: …``.
    """

    operator: str
    name: str
    shape: str
    became: str


@dataclass(frozen=True, eq=False)
class Reading:
    """A model and how it was read.

    Parameters
    ----------
    format : str
        Of the file, as people call it: ``ONNX, opset 13``.
    model : FloatNetwork or QuantizedNetwork
    entries : tuple of Entry
        Every operator of the file from input to output; none where the format is only arrays.
    """

    format: str
    model: AnyNetwork
    entries: tuple[Entry, ...] = ()
