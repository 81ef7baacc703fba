"""The board's part of an exported folder: a project with the core, built-in samples and the host link."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.board.board import Board
from quantnn.board.project import board_features, write_project
from quantnn.design.board_part import BoardPart
from quantnn.design.fingerprint import fingerprint_of
from quantnn.design.replay_set import REPLAY, ReplaySet
from quantnn.design.vectors import Vectors
from quantnn.errors import DoesNotFitError, InputError
from quantnn.hdl.board.sample_player import MAX_SAMPLES, SamplePlayer
from quantnn.hdl.core.verilog import emit_verilog
from quantnn.hdl.link.link import Link
from quantnn.model.quantized import AnyNetwork
from quantnn.network.network import IntegerNetwork
from quantnn.plan.board import BoardPlan
from quantnn.plan.clock import ClockPlan
from quantnn.plan.core import CorePlan
from quantnn.plan.core_name import CORE
from quantnn.plan.cost import Cost
from quantnn.plan.link import LinkPlan
from quantnn.plan.replay import ReplayPlan

__all__ = ["LINK", "SAMPLES", "board_clock", "board_link", "reserve", "stated_clock", "write_around", "write_board"]

SAMPLES = "quantnn_samples"
LINK = "quantnn_link"
"""Names of the modules beside the core."""

_UNROLLED = "unrolled"
_WORTH_IT = 16
"""Samples from which on an unrolled core gets a replay unasked."""

_LOGIT_BITS = 28
_PER_BEAT = 4
"""Before there is a plan: bits of a logit, a class beside it included, and elements of an input beat."""


def board_clock(board: Board, mhz: float | None) -> ClockPlan:
    """The clock of a board's design: the highest not above ``mhz``, by default the board's ``default_mhz``.

    Raises
    ------
    InputError
        The board's PLL cannot make it.
    """
    mhz = board.default_mhz if mhz is None else mhz
    if mhz is None or not board.plls:
        return ClockPlan(board.clock_frequency)
    return board.plan_clock(round(mhz * 1_000_000))


def stated_clock(board: Board, clock: ClockPlan, mhz: float | None) -> tuple[float, list[str]]:
    """MHz for which a report states speeds, and what has to be said of them."""
    made = clock.frequency_hz / 1e6
    if mhz is None or clock.pll is not None or mhz == made:
        return made, []
    return mhz, [f"the board's project runs at {made:g} MHz: {board.name} has no PLL that we set"]


def reserve(model: AnyNetwork | IntegerNetwork, board: Board, clock: ClockPlan, *, replay: bool = False) -> Cost:
    """What the board's top needs, about: its logic, and block RAM for the link and a single sample, or its replay."""
    output = BeatFormat(model.out_features, IntegerRange.of_format(_LOGIT_BITS, signed=True))
    link = board_link(board, BeatFormat(model.in_features, model.input), output, clock)
    packed = BeatFormat(model.in_features, model.input, min(model.in_features, _PER_BEAT))
    stored = None
    if replay:
        classes = replace(output, class_width=max(1, (model.out_features - 1).bit_length()))
        shapes, displays = board.resources.block_ram.shapes, board_features(board).displays
        stored = ReplayPlan(packed, classes, 1, True, shapes, displays)
    return BoardPlan(packed, output, int(board_features(board).has_player), link, stored).cost(board.resources)


def write_board(
    plan: CorePlan,
    core: Cost,
    board: Board,
    clock: ClockPlan,
    vectors: Vectors,
    folder: Path,
    name: str = CORE,
    replay: bool | None = None,
) -> BoardPart:
    """The board's project with as many built-in samples, a power of two, as can be chosen and there is room for.

    ``name`` is the core's module, which stands in ``folder`` already. With ``replay`` as many samples are stored as
    there is room for, and the built-in ones are the first of them; by default, if the core is unrolled.

    Raises
    ------
    InputError
        A replay is asked for, and the network does not classify.
    DoesNotFitError
        There is no room for the link, or, without one or with a replay, for a single sample.
    """
    features = board_features(board)
    link = board_link(board, plan.input, plan.output, clock)
    choices = min(MAX_SAMPLES, features.choices) if features.has_player else 0
    most = min(choices, 1 << (len(vectors.inputs).bit_length() - 1))
    without = BoardPlan(plan.input, plan.output, most, link)
    if replay or (replay is None and _is_unrolled(plan)):
        top = _most_stored(replace(without, samples=choices), core, board, vectors, must=bool(replay))
    else:
        top = None
    top = top or _most_samples(without, core, board)
    if top.link:
        top = replace(top, link=top.link.with_free_slots(board.resources.block_ram.shapes))

    target = folder / "board"
    target.mkdir()
    core_files = {
        path.name: path.read_bytes()
        for path in sorted((folder / "core").iterdir())
        if path.suffix in (".v", ".mem") and path.name != f"{name}_template.v"
    }
    stored = ReplaySet.of(top.replay, vectors) if top.replay else None
    labels: list[int | None] = [None] * top.samples
    if top.samples and vectors.labels is not None:
        labels[: len(vectors.labels)] = vectors.labels[: top.samples].tolist()
    samples = plan.input.pack(vectors.inputs[: top.samples])
    write_around(board, clock, top, core_files, samples, tuple(labels), target, name, stored)
    return BoardPart(top, top.cost(board.resources), fingerprint_of(core_files), clock, tuple(labels), samples, stored)


def write_around(
    board: Board,
    clock: ClockPlan,
    top: BoardPlan,
    core: Mapping[str, bytes],
    samples: npt.NDArray[np.uint8],
    labels: tuple[int | None, ...],
    target: Path,
    name: str,
    stored: ReplaySet | None = None,
) -> None:
    """The project of a board around a core; the same arguments, the same bytes.

    Parameters
    ----------
    board : Board
    clock : ClockPlan
        The design's.
    top : BoardPlan
    core : mapping of str to bytes
        The core's files by name.
    samples : uint8 array of shape (top.samples, beats, bytes)
        The built-in samples.
    labels : tuple of int or None
        Their true classes.
    target : Path
        The folder to write into.
    name : str
        The core's module.
    stored : ReplaySet, optional
        What the board keeps for a replay, if ``top`` has one; ``samples`` are not needed then.
    """
    for file, content in core.items():
        (target / file).write_bytes(content)
    files = list(core)
    if stored and top.replay:
        files += [path.name for path in emit_verilog(stored.gateware(top.replay, clock), REPLAY, target)]
    elif top.samples:
        files += [path.name for path in emit_verilog(SamplePlayer(samples), SAMPLES, target)]
    if top.link:
        files += [path.name for path in emit_verilog(Link(top.link, fingerprint_of(core)), LINK, target)]
    write_project(
        board,
        target,
        input=top.input,
        output=top.output,
        labels=labels,
        files=files,
        clock=clock,
        core=name,
        replay=top.replay,
    )


def board_link(board: Board, input: BeatFormat, output: BeatFormat, clock: ClockPlan) -> LinkPlan | None:
    """The link of a board that has one, with the fewest slots.

    Raises
    ------
    InputError
        The clock cannot make the line's bits.
    """
    if board.link is None:
        return None
    try:
        return LinkPlan(input, output, clock.frequency_hz, board.link.baud)
    except ValueError as error:
        raise InputError(f"{board.name}: {error}") from None


def _most_samples(top: BoardPlan, core: Cost, board: Board) -> BoardPlan:
    """With half the built-in samples, and half of these, until it fits."""
    limits = Cost.limits(board.resources)
    while not (core + top.cost(board.resources)).within(limits):
        if top.samples == (0 if top.link else 1):
            needed = "the host link" if top.link else "a built-in sample"
            raise DoesNotFitError(f"{board.name} has no room left for {needed}: use --weight-bits")
        top = replace(top, samples=top.samples // 2)
    return top


def _is_unrolled(plan: CorePlan) -> bool:
    """Whether the core is one whose speed is worth to be seen, and classifies."""
    return bool(plan.output.class_width) and any(engine.engine == _UNROLLED for engine in plan.engines)


def _most_stored(without: BoardPlan, core: Cost, board: Board, vectors: Vectors, *, must: bool) -> BoardPlan | None:
    """With the most samples for a replay that fit; None if these are few and it is no ``must``."""
    limits = Cost.limits(board.resources)
    count = len(vectors.inputs) if vectors.labels is None else len(vectors.labels)
    if not without.output.class_width:
        raise InputError("--replay counts right classes, and this network gives values: leave it out")

    def stored(samples: int) -> BoardPlan:
        replay = ReplayPlan(
            without.input,
            without.output,
            samples,
            vectors.labels is not None,
            board.resources.block_ram.shapes,
            board_features(board).displays,
        )
        link = without.link and replace(without.link, replay=True)
        return replace(without, samples=min(without.samples, samples), link=link, replay=replay)

    def fits(samples: int) -> bool:
        return (core + stored(samples).cost(board.resources)).within(limits)

    most = bisect_left(range(1, count + 1), True, key=lambda samples: not fits(samples))
    if most >= (1 if must else min(_WORTH_IT, count)):
        return stored(most)
    if must:
        raise DoesNotFitError(f"{board.name} has no room left for a replay of one sample: leave --replay out")
    return None
