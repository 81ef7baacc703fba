"""What became of each operator of a file, collected while a network is built."""

from __future__ import annotations

from collections.abc import Iterable

from quantnn.importers.operators.operator import Operator

__all__ = ["Fates"]


class Fates:
    """Per operator, a text like ``layer 0`` or ``folded into layer 1``."""

    def __init__(self, operators: Iterable[Operator]) -> None:
        self._texts: dict[int, str] = {}
        self._operators = tuple(operators)

    def say(self, operator: Operator, text: str) -> None:
        """State it; the last statement counts."""
        self._texts[id(operator)] = text

    @property
    def texts(self) -> tuple[str, ...]:
        """In the operators' order."""
        return tuple(self._texts.get(id(operator), "") for operator in self._operators)
