"""Faults for generated cores: where one can be put into the Verilog."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from grafts import MODULE
from unrolled_mutants import UNROLLED_RULES, is_idle

from quantnn.plan.core import CorePlan

__all__ = ["CATEGORIES", "Mutation", "mutations", "reason"]

_NUMBER = re.compile(r"(\d+)'h([0-9a-f]+)")
_DECLARATION = re.compile(r"module |  (?:wire|reg|input|output) ")
_CORE = r"\w+_(entry|input_stage|layer_\d|classifier|exit|input_stage_framer)"
_QUEUE, _COUNTER = r"\w+_queue(?:_output)?", r"\w+_(beat\S*|beats|words|passes|column|fold|position)"
_REQUANTIZER, _MAC, _CLASSIFIER = r"\w+_requantizer_\d", r"\w+_mac", r"\w+_classifier"
_STREAMING = rf"{_CORE}|{_QUEUE}|unmutated"
_SCALED = r"(product|\$signed\((?:product|accumulator|_\d+_)\))"
_STAGES = r"(?:product|sum|accumulator|rounded|shifted)"
_DRIVEN = r"assign (\\?\w*(?:ready|valid|accept|finish|advance|written|rewind|step|reserve)(?:\$\d+ )?) = (?!\S+ ?;).*;"
_TERM = r"(sum|ahead|free|draining|remaining|settling|\w+__addr|_\d+_|\$signed\(.*?\))"
_CONTROL = (
    r"count|last|first\w*|\w*valid\w*|part|cutting|filling|remaining|draining|drained|transfer|finishing|flight|waiting"
    r"|ahead|arrived|more|occupied|start|\w+__addr|free|freed|reserved|room|settling|held"
)

RULES = [
    *UNROLLED_RULES,
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
    ("width", _MAC, r"\$signed\((factors\[\S+\])\)", r"$signed({ 1'h0, \1 })"),
    ("width", rf"{_MAC}|{_REQUANTIZER}", rf"({_STAGES}\w*) <= (\w+)(\[\d+:0\])?;", "top"),
    ("width", _QUEUE, r": (_\d+_)\[\d+:0\];", "top"),
    ("handshake", _STREAMING, r"= (\S+) ? [&|] \S+ ?;", r"= \1 ;"),
    ("handshake", _STREAMING, r"= \S+ ? [&|] (\S+) ?;", r"= \1 ;"),
    ("handshake", _STREAMING, r"= ~ (\S+ ?);", r"= \1;"),
    ("handshake", _STREAMING, _DRIVEN, r"assign \1 = 1'h0;"),
    ("handshake", _STREAMING, _DRIVEN, r"assign \1 = 1'h1;"),
    ("handshake", _QUEUE, r" >= ", " > "),
    ("handshake", _QUEUE, r"= ahead (>|!=) ", "= ahead >= "),
    ("handshake", _CLASSIFIER, r"    last <= \S+;", "    last <= 1'h0;"),
    ("counter", _COUNTER, r"= count == .*", "+1"),
    ("counter", _COUNTER, r"= count == .*", "-1"),
    ("counter", _COUNTER, r"= last \? \d+'h0 : ", "+1"),
    ("counter", _COUNTER, r"= step \? (.*) : (count|last);", r"= \1;"),
    ("counter", rf"{_MAC}|\w+_layer_\d", r"= \\?last\S* +\? \d+'h\d : \d+'h\d;", "+1"),
    ("counter", rf"{_MAC}|\w+_layer_\d", r"= \\?last\S* +\? \d+'h\d : \d+'h\d;", "-1"),
    ("counter", _QUEUE, r">= .*", "+1"),
    ("counter", _QUEUE, r">= .*", "-1"),
    ("counter", _QUEUE, r"= (?:reserved|rewind) \? \d+'h\d : \d+'h\d;", "+1"),
    ("counter", _QUEUE, r"= (?:reserved|rewind) \? \d+'h\d : \d+'h\d;", "-1"),
    ("adder", rf"{_MAC}|{_QUEUE}|{_REQUANTIZER}|\w+_layer_\d|unmutated", rf"= {_TERM} [+-] .*;", r"= \1;"),
    ("adder", rf"{_MAC}|{_REQUANTIZER}", r"= (?:sum|\$signed\(.*\)) \+ (.*);", r"= \1;"),
    ("reset", rf"{_STREAMING}|{_COUNTER}|{_MAC}|\w+_drain", rf"    ({_CONTROL}) <= (_\d+_);", "unreset"),
]
CATEGORIES = tuple(dict.fromkeys(category for category, *_ in RULES))

REASONS = [
    # module, what the mutation says, what the plan must say, why no answer differs, and none comes later than planned
    (
        r"\w+_queue_output",
        r"(o__valid|waiting) <= _\d+_;",
        lambda plan: plan.reset_cycles > 4,
        "two words at most, which the stage behind takes and forgets while the core holds itself in reset",
    ),
    (
        r"\w+_classifier",
        r"advance = _\d+_ \| ready; → assign advance = ready ;",
        lambda plan: True,
        "waits longer where the sink stalls: gaps between the beats before it stay, and no cycles are promised for that",
    ),
    (
        r"\w+_layer_0_queue",
        r"reserved \? 3'h4 : 3'h0; → .* reserved \? 3'h5 : 3'h1;",
        lambda plan: plan.timing.peaks[-len(plan.engines)] < plan.engines[0].queue.depth,
        "keeps a word of room that the plan does not need, so it waits longer only where the sink stalls",
    ),
    (
        r"\w+_input_stage_queue",
        r">= \$signed\(4'h4\); → .* >= \$signed\(4'h3\);",
        lambda plan: plan.input_queue.words == 2 and plan.input_queue.beats > 1,
        "tells of room for a third sample right after a reservation, when the next sample's first beat cannot come yet",
    ),
    (
        r"\w+_input_stage_queue",
        r"(_\d+_) = (_\d+_) - _\d+_; → assign \1 = \2;",
        lambda plan: plan.input_queue.beats > 1,
        "differs where a reservation comes right after another, but the next sample's first beat cannot come yet",
    ),
    (
        r"\w+_queue",
        r"= free \+ freed; → .* = free;",
        lambda plan: True,
        "one of three sums: tells of room a cycle later, which is waited for only where the sink stalls",
    ),
    (
        r"\w+_layer_\d_queue",
        r"= (_\d+_) \| (_\d+_); → assign _\d+_ = \2 ;",
        lambda plan: plan.engines[-1].queue.replays == 1,
        "tells of a word a cycle later where it is written just as the last one is read, which takes a stall before it",
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
    for module in MODULE.finditer(text):
        for category, modules, pattern, change in RULES:
            if not re.fullmatch(modules, module[1]):
                continue
            for match in re.finditer(pattern, module[0]):
                for mutation in _mutations(category, module, match, change):
                    found.setdefault((mutation.position, mutation.after), mutation)
    return list(found.values())


def reason(mutation: Mutation, plan: CorePlan) -> str | None:
    """Why a fault does no harm that a verification could see, if the table knows and the plan is as it says."""
    for module, statement, holds, why in REASONS:
        if re.fullmatch(module, mutation.module) and re.search(statement, str(mutation)) and holds(plan):
            return why
    return None


def _mutations(category, module, match, change) -> Iterator[Mutation]:
    body = module[0]
    start = body.rfind("\n", 0, match.start() + 1) + 1
    end = body.index("\n", match.end() - 1)
    before, place = body[start:end], max(match.start() - start, 0)
    if _DECLARATION.match(before) or is_idle(before, body):
        return
    found = _CHANGES[change](body, match) if change in _CHANGES else [match.expand(change)]
    for new in found:
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
    reset = re.search(rf"assign {match[2]} = (?:rst|\\?held\S*) +\? \S+ : (.*);", body)
    return f"    {match[1]} <= {reset[1]};" if reset else match[0]


def _with_lower_slice(body: str, match: re.Match) -> str:
    """The slice that begins and ends a place lower."""
    name = match[0].split("[")[0]
    return f"{name}[{int(match[1]) - 1}:{int(match[2]) - 1}]"


def _with_other_bit(body: str, match: re.Match) -> str:
    """A value's next bit below, or the lowest instead of none."""
    before, after = match[0].split(f"[{match[1]}]")
    return f"{before}[{max(int(match[1]) - 1, 0)}]{after}"


def _with_flips(body: str, match: re.Match) -> list[str]:
    """The constant with one of its bits flipped, once for each."""
    number = _NUMBER.search(match[0])
    width = int(number[1])
    words = [int(number[2], 16) ^ 1 << bit for bit in range(width)]
    return [f"= {width}'h{word:x} >>" for word in words]


def _in_other_stage(by: int):
    """A value as it is a stage later, or earlier, if there is a register or a wire with it."""

    def change(body: str, match: re.Match) -> list[str]:
        register = body[body.rfind("\n", 0, match.start()) : match.start()].strip().removesuffix(" <=")
        stage = int(match[2] or 0) + by
        name = f"v{match[1]}_{stage}" if stage else f"v{match[1]}"
        known = re.search(rf"^  (?:wire|reg) .*\b{name}(?: =.*)?;$", body, re.MULTILINE)
        return [name] if known and name != register else []

    return change


_CHANGES: dict[str, Callable[[str, re.Match], list[str]]] = {
    "+1": lambda body, match: [_NUMBER.sub(lambda number: _moved(number, 1), match[0])],
    "-1": lambda body, match: [_NUMBER.sub(lambda number: _moved(number, -1), match[0])],
    "top": lambda body, match: [_without_top(body, match)],
    "unreset": lambda body, match: [_without_reset(body, match)],
    "lower": lambda body, match: [_with_lower_slice(body, match)],
    "other bit": lambda body, match: [_with_other_bit(body, match)],
    "flips": _with_flips,
    "early": _in_other_stage(-1),
    "late": _in_other_stage(1),
}
