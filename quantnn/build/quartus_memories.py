"""Memories that Quartus built of logic, which it does without an error."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from quantnn.build.places import describe_place

__all__ = [
    "LogicMemory", "VerilogMemory", "logic_memories", "missing_memories", "place_of", "read_memories",
    "refuses_contents", "unnamed_memories",
]

_MODULE = re.compile(r"^module\s+\\?(\S+?)\s*\((.*?)^endmodule", re.MULTILINE | re.DOTALL)
_INSTANCE = re.compile(r"^\s*\\?([^\s\\(]+)\s+\\?([^\s\\(]+)\s*\($", re.MULTILINE)
_MEMORY = re.compile(
    r"^\s*\(\*\s*(?:ramstyle|romstyle)\s*=\s*\"([^\"]*)\"\s*\*\)(?:\s*\(\*.*?\*\))*"
    r"\s*reg\s*\[(\d+):0\]\s*\\?(\S+)\s*\[(\d+):0\];",
    re.MULTILINE,
)
_UNINFERRED = re.compile(
    r"\((\d+)\): (?:RAM|ROM|Memory)? ?logic \"([^\"]+)\" is uninferred (?:due to|because(?: of)?) (.+?)"
    r"(?: File: .*)?$",
    re.MULTILINE | re.IGNORECASE,
)
_INFERRED = re.compile(r"(_rtl_\d+)?\|[^|]*auto_generated\|ALTSYNCRAM$")
"""What Quartus adds to the name of a memory that it made block RAM of."""

_FOUND = re.compile(r"\(276014\): Found (\d+) instances?\b")
_REFUSED = re.compile(r"^\s*Error \((16031|14703)\)", re.MULTILINE)


@dataclass(frozen=True)
class VerilogMemory:
    """A memory as the design asks for it.

    Parameters
    ----------
    words, width : int
    in_logic : bool
        Whether the design wants it built of logic.
    """

    words: int
    width: int
    in_logic: bool


@dataclass(frozen=True)
class LogicMemory:
    """A memory that should be block RAM and is not.

    Parameters
    ----------
    name : str
        As Quartus calls it.
    code : int
        The number of Quartus' message.
    reason : str
        What the message says after *due to* or *because*.
    memory : VerilogMemory or None
        None where the design does not know it.
    """

    name: str
    code: int
    reason: str
    memory: VerilogMemory | None

    def __str__(self) -> str:
        shape = f" ({self.memory.words} words of {self.memory.width} bits)" if self.memory else f" ({self.name})"
        return describe_place(place_of(self.name)) + shape


def read_memories(folder: Path) -> dict[str, VerilogMemory]:
    """The memories in a project's Verilog files, by place: instances below the top with dots between them."""
    modules: dict[str, str] = {}
    for path in sorted(folder.glob("*.v")):
        modules |= dict(_MODULE.findall(path.read_text(encoding="utf-8", errors="replace")))
    instances = {
        name: [(module, own) for module, own in _INSTANCE.findall(body) if module in modules]
        for name, body in modules.items()
    }
    inside = {module for below in instances.values() for module, _ in below}
    found = {}

    def descend(module: str, place: str) -> None:
        for style, width, name, depth in _MEMORY.findall(modules[module]):
            found[place + name] = VerilogMemory(int(depth) + 1, int(width) + 1, style == "logic")
        for below, own in instances[module]:
            descend(below, f"{place}{own}.")

    for top in modules.keys() - inside:
        descend(top, "")
    return found


def logic_memories(messages: str, memories: Mapping[str, VerilogMemory]) -> list[LogicMemory]:
    """The memories that Quartus' messages call uninferred, but for those that the design wants in logic."""
    found = {}
    for code, name, reason in _UNINFERRED.findall(messages):
        memory = memories.get(place_of(name))
        if memory is None or not memory.in_logic:
            found[name] = LogicMemory(name, int(code), reason.strip(), memory)
    return list(found.values())


def unnamed_memories(messages: str) -> int:
    """How many uninferred memories Quartus counts beyond those that it names."""
    named = len({name for _, name, _ in _UNINFERRED.findall(messages)})
    return max(0, max(map(int, _FOUND.findall(messages)), default=0) - named)


def missing_memories(built: Iterable[str], memories: Mapping[str, VerilogMemory]) -> list[str]:
    """The places of memories that should be among those ``built`` in block RAM, named by Quartus, and are not."""
    there = {place_of(_INFERRED.sub("", name)) for name in built}
    return [place for place, memory in memories.items() if not memory.in_logic and place not in there]


def refuses_contents(messages: str) -> bool:
    """Whether Quartus refuses memories with initial contents, which a configuration mode without them makes it do."""
    return _REFUSED.search(messages) is not None


def place_of(name: str) -> str:
    """The place of what Quartus calls ``quantnn_core:core|quantnn_core_layer_0:layer_0|a``: ``core.layer_0.a``."""
    return ".".join(part.rpartition(":")[2].strip("\\ ") for part in name.split("|"))
