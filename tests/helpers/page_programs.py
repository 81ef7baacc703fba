"""Programs on a page, run one behind the other."""

import ast
import contextlib
import io
import re

from pages import blocks

EXPECTED = re.compile(r"# → (.*)$")


def run(page, names=None):
    """Runs a page's python blocks in one namespace, which it returns.

    What a line prints must be what stands behind ``# →`` in it.
    """
    names = {} if names is None else names
    for number, block in enumerate(blocks(page, "python")):
        lines = block.splitlines()
        for statement in ast.parse(block).body:
            source = "\n".join(lines[statement.lineno - 1 : statement.end_lineno])
            said = io.StringIO()
            with contextlib.redirect_stdout(said):
                exec(compile(source, f"{page.name}, program {number}", "exec"), names)
            wanted = [match[1] for line in source.splitlines() if (match := EXPECTED.search(line))]
            assert said.getvalue().splitlines() == wanted, source
    return names
