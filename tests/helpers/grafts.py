"""Copies of a core in which one module is another, so that most of many copies is compiled only once."""

import re

__all__ = ["MODULE", "graft", "reader_of"]

MODULE = re.compile(r"^module \\?(\S+?) ?\(.*?^endmodule", re.MULTILINE | re.DOTALL)
_INSTANCE = re.compile(r"^  \\?(\S+) +\S+ +\($", re.MULTILINE)


def graft(text: str, module: str, body: str, name: str) -> str:
    """Verilog to compile beside a core's own: its ``module`` with another body, and all modules above that one.

    Their names begin with ``name`` instead of the core's, the first module's, so ``name`` is the copy's top; the
    modules below and beside them, and the memory files of those, are the core's.
    """
    bodies = {match[1]: match[0] for match in MODULE.finditer(text)}
    core = next(iter(bodies))
    parents = {child: parent for parent, found in bodies.items() for child in _INSTANCE.findall(found)}
    line = [module]
    while line[-1] != core:
        line.append(parents[line[-1]])
    bodies[module] = body
    whole = "\n\n".join(bodies[one] for one in line) + "\n"
    for one in line:
        whole = re.sub(rf"(?<![\w$]){re.escape(one)}(?![\w$.])", lambda m: name + m[0][len(core) :], whole)
    return whole


def reader_of(text: str, memory: str) -> str:
    """The module that reads a memory file."""
    return next(match[1] for match in MODULE.finditer(text) if f'$readmemb("{memory}"' in match[0])
