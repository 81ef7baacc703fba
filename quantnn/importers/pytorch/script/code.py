"""The source text in a TorchScript archive, parsed when it is asked for."""

from __future__ import annotations

import ast
import warnings

from quantnn.importers.pytorch.archive import TorchArchive
from quantnn.importers.pytorch.pickle_machine import Global

__all__ = ["Code"]

_MOST_TEXT = 1 << 20
_LONGEST_LINE = 10_000


class Code:
    """Classes and functions by their names."""

    def __init__(self, archive: TorchArchive) -> None:
        self._archive = archive
        self._files: dict[str, dict[str, ast.ClassDef | ast.FunctionDef]] = {}
        self._left = _MOST_TEXT

    def function(self, name: str) -> ast.FunctionDef:
        """A function by its name with all that is in front: ``__torch__.torch.nn.functional.relu``.

        Raises
        ------
        ValueError
            There is none, or its text is damaged.
        """
        module, _, last = name.rpartition(".")
        found = self._file(module).get(last)
        if not isinstance(found, ast.FunctionDef):
            raise ValueError(f"the code of {name[:80]} is missing: save it again")
        return found

    def method(self, of: Global, name: str) -> ast.FunctionDef:
        """A method of a class.

        Raises
        ------
        ValueError
            There is none, or its text is damaged.
        """
        for statement in self._class(of).body:
            if isinstance(statement, ast.FunctionDef) and statement.name == name:
                return statement
        raise ValueError(f"the code of {str(of)[:80]} has no {name[:40]}: save it again")

    def constants(self, of: Global) -> dict[str, object]:
        """The plain values that a class has itself, like an epsilon.

        Raises
        ------
        ValueError
            The class is missing, or its text is damaged.
        """
        values: dict[str, object] = {}
        for statement in self._class(of).body:
            match statement:
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=value)):
                    values[name] = value
                case ast.AnnAssign(
                    target=ast.Name(id=name), value=ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=value))
                ) if type(value) in (int, float):
                    values[name] = -value  # type: ignore[operator]
        return values

    def _class(self, of: Global) -> ast.ClassDef:
        found = self._file(of.module).get(of.name)
        if not isinstance(found, ast.ClassDef):
            raise ValueError(f"the code of {str(of)[:80]} is missing: save it again")
        return found

    def _file(self, module: str) -> dict[str, ast.ClassDef | ast.FunctionDef]:
        if module not in self._files:
            name = f"code/{module.replace('.', '/')}.py"
            text = self._archive.text(name) if name in self._archive.names else ""
            self._left -= len(text)
            if self._left < 0 or max(map(len, text.splitlines()), default=0) > _LONGEST_LINE:
                raise ValueError(f"its code has more than {_MOST_TEXT:,} characters, or far too long lines")
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # of what only damaged code has
                    statements = ast.parse(text).body
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                raise ValueError(f"the code in {name[:80]} is damaged: save it again") from None
            definitions = (item for item in statements if isinstance(item, (ast.ClassDef, ast.FunctionDef)))
            self._files[module] = {item.name: item for item in definitions}
        return self._files[module]
