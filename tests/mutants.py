"""Faults for generated cores: where one can be put into the Verilog, and which of them change nothing that matters."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["CATEGORIES", "Mutation", "harmless", "mutations", "proven_equivalent"]

_MODULE = re.compile(r"^module \\?(\S+?) ?\(.*?^endmodule", re.MULTILINE | re.DOTALL)
_NUMBER = re.compile(r"(\d+)'h([0-9a-f]+)")
_INSTANCE = re.compile(r"^  (\\?unmutated_\S+) +(\S+) +\(\n((?:    \..*\n)+)  \);\n", re.MULTILINE)
_CONNECTION = re.compile(r"^    \.\\?(\S+?) ?\((.*)\),?$", re.MULTILINE)
_WIRE = re.compile(r"^  wire (?:signed )?(?:\[\S+\] )?\\?(\S+) ?;", re.MULTILINE)
_PORT = re.compile(r"^  (input|output) (?:signed )?(\[\S+\] )?\\?(\S+) ?;", re.MULTILINE)
_PROOF = """
from pyosys import libyosys
design = libyosys.Design()
for command in (
    "read_verilog gold.v gate.v", "proc", "memory_map", "opt_clean -purge", "equiv_make -blacklist unmatched gold gate both",
    "equiv_simple both", "equiv_induct both",
):
    libyosys.Pass.call(design, "tee -q " + command)
libyosys.Pass.call(design, "tee -q -o status equiv_status both")
"""
"""A process of its own, which an error of Yosys ends."""
_CORE = r"\w+_(input_stage|layer_\d|classifier|input_stage_framer)"
_QUEUE, _COUNTER = r"\w+_queue", r"\w+_(beat\S*|beats|words|passes|column|fold|position)"
_REQUANTIZER, _MAC, _CLASSIFIER = r"\w+_requantizer_\d", r"\w+_mac", r"\w+_classifier"
_STREAMING = rf"{_CORE}|{_QUEUE}|unmutated"
_SCALED = r"(product|\$signed\((?:product|accumulator|_\d+_)\))"
_STAGES = r"(?:product|sum|accumulator|rounded|shifted)"
_DRIVEN = r"assign (\w*(?:room|ready|valid|accept|advance|written|freed|reserve)) = (?!\S+ ?;).*;"
_TERM = r"(sum|base|stored|free|_\d+_|\$signed\(.*?\))"
_CONTROL = r"count|last|first\w*|o__valid|valid|stored|free|base|part|cutting|remaining|draining|finishing|flight"

RULES = [
    # category, modules, what a statement looks like, what it becomes
    ("rounding", _REQUANTIZER, rf"= {_SCALED} \+ (?!\$signed\(1'h0).*;", r"= \1;"),
    ("rounding", _REQUANTIZER, r"(round_\d) <= \S+;", r"\1 <= 1'h0;"),
    ("rounding", _REQUANTIZER, r"(round_\d) <= \S+;", r"\1 <= 1'h1;"),
    ("rounding", _REQUANTIZER, r"= (round_\d) << \w+;", r"= \1;"),
    ("rounding", _REQUANTIZER, r"\+ (_\d+_)\[(\d+):1\];", r"+ \1;"),
    ("shift", _REQUANTIZER, r">>>", ">>"),
    ("shift", _REQUANTIZER, r"(<<|>>>?) (\w+);", r"\1 (\2 + 1'h1);"),
    ("shift", _REQUANTIZER, r" (<<|>>>?) [\w']+;", ";"),
    ("shift", _REQUANTIZER, r"(>>>?) shift_3;", r"\1 shift_1;"),
    ("shift", _REQUANTIZER, r"(\w*shift_1) <= word\[(\d+):(\d+)\];", r"\1 <= word[\2:\3] & ~1'h1;"),
    ("saturation", _REQUANTIZER, r"(shifted\)?) ([<>]) ", r"\1 \2= "),
    ("saturation", _REQUANTIZER, r"shifted\)? [<>] .*", "+1"),
    ("saturation", _REQUANTIZER, r"shifted\)? [<>] .*", "-1"),
    ("saturation", _REQUANTIZER, r"= _\d+_ \? \d+'h\w+ : (shifted|_\d+_);", r"= \1;"),
    ("saturation", _REQUANTIZER, r"= _\d+_ \? \d+'h\w+ : (shifted|_\d+_);", "+1"),
    ("saturation", _REQUANTIZER, r"= _\d+_ \? \d+'h\w+ : (shifted|_\d+_);", "-1"),
    ("width", rf"{_MAC}|{_REQUANTIZER}|{_CLASSIFIER}", r"\$signed\((\w+)\)", r"$signed({ 1'h0, \1 })"),
    ("width", rf"{_MAC}|{_REQUANTIZER}|{_CLASSIFIER}", r" ([+*>]) \$signed\((\w+)\)", r" \1 $signed({ 1'h0, \2 })"),
    ("width", _MAC, r"\$signed\((data\[\S+\])\)", r"$signed({ 1'h0, \1 })"),
    ("width", rf"{_MAC}|{_REQUANTIZER}", rf"({_STAGES}\w*) <= (\w+)(\[\d+:0\])?;", "top"),
    ("width", _QUEUE, r": (_\d+_)\[\d+:0\];", "top"),
    ("handshake", _STREAMING, r"= (\S+) ? [&|] \S+ ?;", r"= \1 ;"),
    ("handshake", _STREAMING, r"= \S+ ? [&|] (\S+) ?;", r"= \1 ;"),
    ("handshake", _STREAMING, r"= ~ (\S+ ?);", r"= \1;"),
    ("handshake", _STREAMING, _DRIVEN, r"assign \1 = 1'h0;"),
    ("handshake", _STREAMING, _DRIVEN, r"assign \1 = 1'h1;"),
    ("handshake", _QUEUE, r"room = free >=", "room = free >"),
    ("handshake", _QUEUE, r"= stored > ", "= stored >= "),
    ("handshake", _CLASSIFIER, r"    last <= \S+;", "    last <= 1'h0;"),
    ("counter", _COUNTER, r"= count == .*", "+1"),
    ("counter", _COUNTER, r"= count == .*", "-1"),
    ("counter", _COUNTER, r"= last \? \d+'h0 : ", "+1"),
    ("counter", _COUNTER, r"= step \? (.*) : (count|last);", r"= \1;"),
    ("counter", rf"{_MAC}|\w+_layer_\d", r"= \\?last\S* +\? \d+'h\d : \d+'h\d;", "+1"),
    ("counter", rf"{_MAC}|\w+_layer_\d", r"= \\?last\S* +\? \d+'h\d : \d+'h\d;", "-1"),
    ("counter", _QUEUE, r"free >= .*", "+1"),
    ("counter", _QUEUE, r"free >= .*", "-1"),
    ("counter", _QUEUE, r"= reserve \? .*", "+1"),
    ("counter", _QUEUE, r"= reserve \? .*", "-1"),
    ("adder", rf"{_MAC}|{_QUEUE}|{_REQUANTIZER}", rf"= {_TERM} [+-] .*;", r"= \1;"),
    ("adder", rf"{_MAC}|{_REQUANTIZER}", r"= (?:sum|\$signed\(.*\)) \+ (.*);", r"= \1;"),
    ("reset", rf"{_STREAMING}|{_COUNTER}|{_MAC}|\w+_drain", rf"    ({_CONTROL}) <= (_\d+_);", "unreset"),
]
CATEGORIES = tuple(dict.fromkeys(category for category, *_ in RULES))

HARMLESS = [
    # category, module, what the mutation says, why no answer differs
    ("reset", r"\w+_layer_\d", r"draining <=", "counts to 0 by itself while the core holds itself in reset"),
    ("reset", r"\w+_mac", r"(finishing|remaining) <=", "runs out by itself while the core holds itself in reset"),
    (
        "handshake",
        r"\w+_queue",
        r"_007_ = step & _006_; → assign _007_ = step ;",
        "the last but one part of a word is only overwritten when the word is complete and written",
    ),
    (
        "handshake",
        r"\w+_layer_\d",
        r"= ~ first_fold",
        "a sample's last fold waits for the next one's room, one fold early: the queue has room for two samples",
    ),
]


@dataclass(frozen=True)
class Mutation:
    """A statement of a module, and what it is changed to.

    Parameters
    ----------
    category : str
    module : str
    position : int
        Of the first changed character in the file.
    before, after : str
        The whole line.
    """

    category: str
    module: str
    position: int
    before: str
    after: str

    def apply(self, text: str) -> str:
        end = self.position + len(self.before)
        assert text[self.position : end] == self.before
        return text[: self.position] + self.after + text[end:]

    def __str__(self) -> str:
        return f"{self.category} of {self.module}: {self.before.strip()} → {self.after.strip()}"


def mutations(text: str) -> list[Mutation]:
    """Every fault that the rules know for a core's Verilog."""
    found = {}
    for module in _MODULE.finditer(text):
        for category, modules, pattern, change in RULES:
            if not re.fullmatch(modules, module[1]):
                continue
            for match in re.finditer(pattern, module[0]):
                for mutation in _mutations(category, module, match, change):
                    found.setdefault((mutation.position, mutation.after), mutation)
    return list(found.values())


def _mutations(category, module, match, change) -> Iterator[Mutation]:
    body = module[0]
    start = body.rfind("\n", 0, match.start() + 1) + 1
    end = body.index("\n", match.end() - 1)
    before = body[start:end]
    place = before.index(match[0])
    if change in ("+1", "-1"):
        new = _NUMBER.sub(lambda number: _moved(number, int(change)), match[0])
    elif change == "top":
        new = _without_top(body, match)
    elif change == "unreset":
        new = _without_reset(body, match)
    else:
        new = match.expand(change)
    after = before[:place] + new + before[place + len(match[0]) :]
    if after != before:
        yield Mutation(category, module[1], module.start() + start, before, after)


def _moved(number: re.Match, by: int) -> str:
    """The constant plus or minus one, within its own width."""
    return f"{number[1]}'h{(int(number[2], 16) + by) % (1 << int(number[1])):x}"


def _without_top(body: str, match: re.Match) -> str:
    """The assignment with its value's top bit at 0."""
    name = match[2] if match.re.groups > 1 else match[1]
    width = re.search(r"\[(\d+):0\];$", match[0]) or re.search(rf"\[(\d+):0\] {re.escape(name)};", body)
    if not width:
        return match[0]
    value = re.search(rf"{re.escape(name)}(\[\d+:0\])?;$", match[0])
    return match[0][: value.start()] + f"{{ 1'h0, {name}[{int(width[1]) - 1}:0] }};"


def _without_reset(body: str, match: re.Match) -> str:
    """The assignment to a register that keeps its value in a reset."""
    outer = re.search(rf"assign {match[2]} = rst \? \S+ : (_\d+_);", body)
    inner = outer and re.search(rf"assign {outer[1]} = \\?held\S* +\? \S+ : (.*);", body)
    return f"    {match[1]} <= {inner[1]};" if inner else match[0]


def proven_equivalent(text: str, mutation: Mutation) -> bool:
    """Whether Yosys proves, by induction over its registers, that the changed module does what it did.

    Submodules are cut out: what they give may be anything, and what they get has to be the same.
    """
    modules = {match[1]: match[0] for match in _MODULE.finditer(text)}
    changed = {match[1]: match[0] for match in _MODULE.finditer(mutation.apply(text))}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name, body in (("gold", modules[mutation.module]), ("gate", changed[mutation.module])):
            (folder / f"{name}.v").write_text(_renamed(_alone(body, modules), name))
        ports = {name for _, _, name in _PORT.findall(modules[mutation.module])}
        wires = set(_WIRE.findall(modules[mutation.module])) - ports
        (folder / "unmatched").write_text("".join(f"\\{wire}\n" for wire in sorted(wires)))
        subprocess.run([sys.executable, "-c", _PROOF], cwd=folder, check=True, capture_output=True)
        return "Equivalence successfully proven!" in (folder / "status").read_text()


def _renamed(body: str, name: str) -> str:
    return re.sub(r"^module [^\s(]+", f"module {name}", body)


def _alone(body: str, modules: dict[str, str]) -> str:
    """The module without its submodules, whose outputs become inputs of it, and their inputs outputs.

    A memory's first contents are left out: what it holds may be anything.
    """
    ports, statements = [], []

    def cut(instance: re.Match) -> str:
        ends = {name: (way, width) for way, width, name in _PORT.findall(modules[instance[1].lstrip("\\")])}
        for name, value in _CONNECTION.findall(instance[3]):
            way, width = ends[name]
            port = f"cut_{len(ports)}"
            ports.append(port)
            driven = way == "output"
            statements.append(f"  {'input' if driven else 'output'} {width}{port};\n")
            statements.append(f"  assign {value} = {port};\n" if driven else f"  assign {port} = {value};\n")
        return ""

    body = re.sub(r"  initial \$readmemb.*\n", "", _INSTANCE.sub(cut, body))
    head, rest = body.split(");\n", 1)
    return f"{', '.join([head, *ports])});\n" + rest.replace("endmodule", "".join([*statements, "endmodule"]))


def harmless(mutation: Mutation) -> str | None:
    """Why a fault changes no answer, if the table says so."""
    for category, module, statement, why in HARMLESS:
        known = mutation.category == category and re.fullmatch(module, mutation.module)
        if known and re.search(statement, str(mutation)):
            return why
    return None
