"""The graph of a functional model, which must be a chain."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

__all__ = ["chained"]


def chained(config: Mapping[str, object]) -> list[Mapping[str, object]]:
    """The layers of a functional model from its input to its output.

    Raises
    ------
    ValueError
        It branches, or is no graph: the layer's name, and what is possible.
    """
    layers = config["layers"]
    if not isinstance(layers, list):
        raise ValueError("a functional model must list its layers: save it again")
    found: dict[str, Mapping[str, object]] = {}
    sources: dict[str, str] = {}
    for layer in layers:
        name = layer.get("name") if isinstance(layer, dict) else None
        if not isinstance(name, str) or name in found:
            raise ValueError("each layer of a functional model must have a name of its own: save it again")
        found[name] = layer
        if source := _source(layer, name):
            sources[name] = source
    begin, end = _end(config, "input_layers"), _end(config, "output_layers")
    names = [end]
    while names[-1] in sources and len(names) <= len(found):
        names.append(sources[names[-1]])
    if names[-1] != begin or any(name not in found for name in names):
        raise ValueError(f"{end} must be computed from the input {begin} alone: save the model again")
    if unused := [name for name in found if name not in names]:
        raise ValueError(
            f"{_shown(found[unused[0]])} is not on the way from the input to the output, but only chains of layers are"
            " built: give a model without branches"
        )
    return [found[name] for name in reversed(names)]


def _shown(layer: Mapping[str, object]) -> str:
    return f"{layer.get('name')} ({layer.get('class_name')})"


def _end(config: Mapping[str, object], key: str) -> str:
    """The only layer that a model begins or ends with: [["name", 0, 0]] or ["name", 0, 0]."""
    ends = config.get(key)
    if isinstance(ends, dict):
        ends = list(ends.values())
    if isinstance(ends, list) and len(ends) == 1:
        ends = ends[0]
    if isinstance(ends, list) and ends and isinstance(ends[0], str):
        return ends[0]
    if isinstance(ends, list) and len(ends) > 1:
        names = ", ".join(str(end[0]) for end in ends if isinstance(end, list) and end)
        raise ValueError(f"the model has several {key.replace('_', ' ')} ({names[:80]}): give one with a single one")
    raise ValueError(f"the model must state its {key.replace('_', ' ')}: save it again")


def _source(layer: Mapping[str, object], name: str) -> str:
    """The only layer that a layer reads; empty if it reads none."""
    nodes = layer.get("inbound_nodes") or []
    if not isinstance(nodes, list):
        raise ValueError(f"{_shown(layer)} must list what it reads: save the model again")
    if len(nodes) > 1:
        raise ValueError(f"{_shown(layer)} is used {len(nodes)} times, but only chains of layers are built")
    sources = [source for node in nodes for source in _tensors(node)]
    if len(sources) > 1:
        raise ValueError(
            f"{_shown(layer)} reads {' and '.join(sources)[:80]}, but only chains of layers are built: give a model"
            " without branches"
        )
    if nodes and not sources:
        raise ValueError(f"{_shown(layer)} must say what it reads: save the model again")
    return sources[0] if sources else ""


def _tensors(node: object) -> list[str]:
    """The layers whose outputs a node reads."""
    waiting, found = deque([node]), []
    while waiting:
        value = waiting.popleft()
        if isinstance(value, dict):
            history = value.get("keras_history")
            if isinstance(history, list) and history and isinstance(history[0], str):
                found.append(history[0])
            else:
                waiting += value.values()
        elif isinstance(value, list):
            if len(value) in (3, 4) and isinstance(value[0], str) and all(isinstance(n, int) for n in value[1:3]):
                found.append(value[0])
                waiting += value[3:]
            else:
                waiting += value
    return found
