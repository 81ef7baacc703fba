"""What every kind of model file has."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from quantnn.importers.reading import Reading

__all__ = ["NO_HINTS", "Format", "Hints", "Support"]


@dataclass(frozen=True)
class Hints:
    """What the user says where a file does not.

    Parameters
    ----------
    activations : tuple of str
        One name per dense layer, for files that hold weights only; refused where the file states them itself.
    decision : str
        One of :data:`~quantnn.model.decision.DECISIONS`; empty for the file's own or the default.
    """

    activations: tuple[str, ...] = ()
    decision: str = ""


NO_HINTS = Hints()


@dataclass(frozen=True)
class Support:
    """What a reader does with an operator of its format, for the table in docs/formats.md.

    Parameters
    ----------
    operator : str
        The format's word for it.
    verdict : str
        ``exact``, ``approximate`` or ``refused``.
    remark : str
        Under which conditions, how far off, or why not and what instead; may be empty.
    """

    operator: str
    verdict: Literal["exact", "approximate", "refused"]
    remark: str = ""


class Format(ABC):
    """One kind of model file. To add one: derive from this class, in a module or package of its own that imports
    nothing heavy when it is imported, and add an instance to :data:`~quantnn.importers.formats.FORMATS`.

    Members
    -------
    name : str
        As people call it: ``ONNX``.
    suffixes : tuple of str
        Usual endings of such files, for texts; they decide nothing.
    extra : str
        The extra of this distribution that brings what reading takes; empty if nothing is needed.
    """

    name: ClassVar[str]
    suffixes: ClassVar[tuple[str, ...]]
    extra: ClassVar[str] = ""

    @abstractmethod
    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether a file is one of this kind, by its content; never raises.

        ``head`` are the file's first 4096 bytes, or all it has. Where these cannot tell, as of a zip archive, the
        file itself may be looked into, in bounded time.
        """

    def operators(self) -> tuple[Support, ...]:
        """Every operator that is known, made from the table that the reader itself looks them up in; empty for a format
        that holds only arrays."""
        return ()

    @abstractmethod
    def load(self, path: Path, hints: Hints) -> Reading:
        """Read a file that was recognised. No code in it runs, and nothing is unpickled.

        Raises
        ------
        InputError
            The file is damaged or not safe, or holds what cannot be had: one line with the operator's name, type and
            shapes, and what is supported instead.
        ImportError
            A package is missing, which ``extra`` brings.
        """
