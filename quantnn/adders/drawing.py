"""An adder graph as a picture."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from quantnn.adders.adder_graph import AdderGraph
from quantnn.system.text import shortened

__all__ = ["drawing"]

_ACROSS, _DOWN, _WIDTH, _HEIGHT, _MARGIN = 210, 44, 120, 28, 20
"""Pixels from column to column, from row to row, of a box, and around it all."""
_LETTERS = 17
"""That a box has room for."""
_STYLE = (
    "text{font:12px sans-serif;text-anchor:middle;fill:#222}.edge{fill:none;stroke:#777}"
    ".minus{stroke:#b03030;stroke-dasharray:5 3}.leaf{fill:#dbe9f6}.adder{fill:#fff}.output{fill:#e2f0d9}"
    "rect{stroke:#555}.shift{fill:#b05000;font-size:11px}"
)


@dataclass(frozen=True)
class _Edge:
    """From a box to another, shifted, with a sign."""

    source: int
    shift: int
    sign: int


def drawing(graph: AdderGraph) -> str:
    """An SVG: inputs and constants on the left, a column for each level of adders, outputs on the right.

    A box says what it is of the inputs; where that is long, the pointer over it shows all. On a line stands by which
    power of two it multiplies, and one that is subtracted is broken.
    """
    last = max(graph.depths.tolist(), default=0) + 1
    columns = [*graph.depths.tolist(), *[last] * len(graph.outputs)]
    edges: list[list[_Edge]] = [[] for _ in range(graph.leaves)]
    for left, right, left_shift, right_shift, sign in graph.adders.tolist():
        edges.append([_Edge(left, left_shift, 1), _Edge(right, right_shift, sign)])
    edges += [[_Edge(*end)] if end[0] >= 0 else [] for end in graph.outputs.tolist()]
    rows = _rows(columns, edges)
    across = [_MARGIN + column * _ACROSS for column in columns]
    places = list(zip(across, (_MARGIN + round(row * _DOWN) for row in rows), strict=True))
    ends = zip(places, edges, strict=True)
    parts = [_line(edge, places[edge.source], place) for place, each in ends for edge in each]
    forms = [_form(factors) for factors in graph.forms.T.tolist()]
    forms += [f"y{number}" for number in range(len(graph.outputs))]
    kinds = ["leaf"] * graph.leaves + ["adder"] * len(graph.adders) + ["output"] * len(graph.outputs)
    parts += [_box(kind, form, place) for kind, form, place in zip(kinds, forms, places, strict=True)]
    width = 2 * _MARGIN + last * _ACROSS + _WIDTH
    height = max(y for _, y in places) + _HEIGHT + _MARGIN
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
    return "\n".join([head, f"<style>{_STYLE}</style>", *parts, "</svg>\n"])


def _rows(columns: list[int], edges: list[list[_Edge]]) -> list[float]:
    """Where each box stands in its column: near what leads to it, in the middle of the highest column."""
    rows = [0.0] * len(columns)
    members = [[box for box, own in enumerate(columns) if own == column] for column in range(max(columns) + 1)]
    most = max(map(len, members))
    for boxes in members:
        near = {
            box: sum(rows[edge.source] for edge in edges[box]) / len(edges[box]) if edges[box] else 0.0 for box in boxes
        }
        boxes.sort(key=lambda box: (near[box], box))
        for row, box in enumerate(boxes):
            rows[box] = row + (most - len(boxes)) / 2
    return rows


def _line(edge: _Edge, start: tuple[int, int], end: tuple[int, int]) -> str:
    x0, y0, x1, y1 = start[0] + _WIDTH, start[1] + _HEIGHT // 2, end[0], end[1] + _HEIGHT // 2
    bend = (_ACROSS - _WIDTH) // 2
    kind = "edge" if edge.sign > 0 else "edge minus"
    line = f'<path class="{kind}" d="M{x0} {y0}C{x0 + bend} {y0} {x1 - bend} {y1} {x1} {y1}"/>'
    if not edge.shift:
        return line
    # Near the end, where lines from one box have parted.
    x, y = x1 - 16, y1 - 5 if y1 >= y0 else y1 + 13
    return f'{line}<text class="shift" x="{x}" y="{y}">×{1 << edge.shift}</text>'


def _box(kind: str, form: str, place: tuple[int, int]) -> str:
    x, y = place
    text = f'<text x="{x + _WIDTH // 2}" y="{y + 18}">{escape(shortened(form, _LETTERS))}</text>'
    box = f'<rect class="{kind}" x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="5"/>'
    return f"<g><title>{escape(form)}</title>{box}{text}</g>"


def _form(factors: list[int]) -> str:
    """``3x0 - x2 + 5``, of the factors of the inputs and what is added."""
    *weights, constant = factors
    terms = [(weight, f"x{number}") for number, weight in enumerate(weights) if weight]
    if constant or not terms:
        terms.append((constant, ""))
    text = ""
    for value, name in terms:
        sign = "- " if value < 0 else "+ " if text else ""
        size = "" if abs(value) == 1 and name else str(abs(value))
        text += f"{' ' if text else ''}{sign if text else sign.strip()}{size}{name}"
    return text
