"""Faults for the pipelines of unrolled layers and the engine around them: rules as mutants.py has them."""

import re

__all__ = ["UNROLLED_CATEGORIES", "UNROLLED_RULES", "is_idle"]

_PIPELINE, _ENGINE = r"\w+_pipeline", r"\w+_layer_\d"
_VALUE = r"(?:\$signed\([^()]*\)|\{[^{}]*\}|\\?\w+(?:\[[\d:]+\])?)"
_RIGHT = r"(?=[^=\n]*;)"
"""Right of an assignment's sign."""

UNROLLED_RULES = [
    ("sum", _PIPELINE, rf"= ({_VALUE}) [+-] {_VALUE};", r"= \1;"),
    ("sum", _PIPELINE, rf"= {_VALUE} [+-] ({_VALUE});", r"= \1;"),
    ("sum", _PIPELINE, rf"= ({_VALUE}) \+ ", r"= \1 - "),
    ("sum", _PIPELINE, rf"= ({_VALUE}) - ", r"= \1 + "),
    ("sum", _PIPELINE, rf"= ({_VALUE}) - ({_VALUE});", r"= \2 - \1;"),
    ("sum", _PIPELINE, rf"= ({_VALUE}) \| ({_VALUE});", r"= \1;"),
    ("constant", _PIPELINE, r"\$signed\(\d+'h\w+\)", "+1"),
    ("constant", _PIPELINE, r"\$signed\(\d+'h\w+\)", "-1"),
    ("constant", _PIPELINE, r"(?<=[{,] )\d+'h\w+(?=.* \+ )", "+1"),
    ("constant", _PIPELINE, r"(?<=[{,] )\d+'h\w+(?=.* \+ )", "-1"),
    ("bits shift", _PIPELINE, r"(<<|>>>) \d+'h\w+;", "+1"),
    ("bits shift", _PIPELINE, r"(<<|>>>) \d+'h\w+;", "-1"),
    ("bits shift", _PIPELINE, r" (<<|>>>) \d+'h\w+;", ";"),
    ("bits shift", _PIPELINE, rf"\w+\[(\d+):([1-9]\d*)\]{_RIGHT}", "lower"),
    ("bits shift", _PIPELINE, rf"(?<=v)\d+\w*\[(\d+)\]{_RIGHT}", "other bit"),
    ("limit", _PIPELINE, r"= (\S+) & (\S+);", r"= \1 | \2;"),
    ("limit", _PIPELINE, r"= (\S+) \| (\S+);", r"= \1 & \2;"),
    ("limit", _PIPELINE, r"= ~ (\S+);", r"= \1;"),
    ("limit", _PIPELINE, r"(?:\? |: )\d+'h\w+", "+1"),
    ("limit", _PIPELINE, r"(?:\? |: )\d+'h\w+", "-1"),
    ("limit", _PIPELINE, r"= _\d+_ \? (.*) : (.*);", r"= \1;"),
    ("limit", _PIPELINE, r"= _\d+_ \? (.*) : (.*);", r"= \2;"),
    ("selection", _PIPELINE, r"= v\S+ \? (.*) : (.*);", r"= \1;"),
    ("selection", _PIPELINE, r"= v\S+ \? (.*) : (.*);", r"= \2;"),
    ("selection", _PIPELINE, r"= (v\S+) \? (.*) : (.*);", r"= \1 ? \3 : \2;"),
    ("sign or top", _PIPELINE, r"\$signed\((\w+(?:\[[\d:]+\])?)\)", r"$signed({ 1'h0, \1 })"),
    ("sign or top", _PIPELINE, r"\$signed\(\{ ", "$signed({ 1'h0, "),
    ("sign or top", _PIPELINE, r"(v\w+) <= (\w+)(\[\d+:0\])?;", "top"),
    ("sign or top", _PIPELINE, r"(v\w+) <= \{ (\w+)\[(\d+):", r"\1 <= { 1'h0 & \2[\3:"),
    ("logic table", _PIPELINE, r"= \d+'h\w+ >>", "flips"),
    ("logic table", _PIPELINE, r">> \{ (\S+), (\S+)(,| \})", r">> { \2, \2\3"),
    ("stage", _PIPELINE, rf"\bv(\d+)_(\d){_RIGHT}", "early"),
    ("stage", _PIPELINE, rf"\bv(\d+)(?:_(\d))?\b{_RIGHT}", "late"),
    ("flight", _PIPELINE, r"= flight\[(\d+)\];", "other bit"),
    ("flight", _PIPELINE, r"\{ flight(\S+), valid \};", r"{ flight\1, 1'h0 };"),
    ("flight", _PIPELINE, r"\{ flight(\S+), valid \};", r"{ flight\1, 1'h1 };"),
    ("flight", _PIPELINE, r"\{ flight(\S+), valid \};", r"{ flight\1, flight[0] };"),
    ("flight", _PIPELINE, r"    (flight) <= (_\d+_);", "unreset"),
    ("flight", _ENGINE, r"    (left|waiting) <= (_\d+_);", "unreset"),
    ("flight", _ENGINE, r"= room & (\S+);", r"= \1;"),
    ("flight", _ENGINE, r"= room & (\S+);", r"= room;"),
    ("flight", _ENGINE, r"\.(reserve|valid)\(accept\)", r".\1(i__valid)"),
    ("flight", _ENGINE, r"\.(reserve|valid)\(accept\)", r".\1(i__ready)"),
    ("flight", _ENGINE, r"\.(reserve|valid)\(accept\)", r".\1(1'h0)"),
    ("serializer", _ENGINE, r"= accept \? \d+'h\w+", "+1"),
    ("serializer", _ENGINE, r"= accept \? \d+'h\w+ : (_\d+_);", r"= \1;"),
    ("serializer", _ENGINE, r"(waiting|left) [=!]= \d+'h\w+;", "+1"),
    ("serializer", _ENGINE, r"(waiting|left) - \d+'h\w+;", "-1"),
    ("serializer", _ENGINE, r"= done \? \d+'h\w+", "+1"),
    ("serializer", _ENGINE, r"= done \? \d+'h\w+", "-1"),
    ("serializer", _ENGINE, r"= done \? (\d+'h\w+|\{.*\}) : (_\d+_);", r"= \2;"),
    ("serializer", _ENGINE, r"= done \? (\{.*\}) : (_\d+_);", r"= \1;"),
    ("serializer", _ENGINE, r"= done \? \{ (.*)\w+\[\d+\], (\w+)\[", r"= done ? { \g<1>1'h0, \2["),
    ("serializer", _ENGINE, r"leaving >> \d+'h\w+;", "+1"),
    ("serializer", _ENGINE, r"leaving >> \d+'h\w+;", "-1"),
    ("serializer", _ENGINE, r"\.beat\(leaving\[(\d+):0\]\)", r".beat({ 1'h0, leaving[\1:1] })"),
]
UNROLLED_CATEGORIES = tuple(dict.fromkeys(category for category, *_ in UNROLLED_RULES))

_ALIAS = re.compile(r"  assign _\d+_\[[\d:]+\] = ")
_SHIFT = re.compile(r"  assign (_\d+_) = .* >>> \d+'h\w+;")


def is_idle(line: str, body: str) -> bool:
    """Whether a line of a module's body gives nothing but bits that are left out, or single bits of a comparison.

    A comparison shifts the whole value for each bit of it, so most faults there would change nothing.
    """
    shift = _SHIFT.match(line)
    whole = shift and rf"\$signed\({shift[1]}\)|\b{shift[1]}\[\d+:0\]"
    return bool(_ALIAS.match(line) or (shift and not re.search(whole, body)))
