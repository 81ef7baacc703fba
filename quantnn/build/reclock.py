"""An exported folder for another clock: the core stays, and what stands around it on the board is made anew."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from quantnn.board.board import Board
from quantnn.design.board_folder import board_link, write_around
from quantnn.design.board_part import BoardPart
from quantnn.design.report import Taken, load_report
from quantnn.design.summary import write_report
from quantnn.errors import InputError
from quantnn.files.staged_files import staged_files
from quantnn.plan.clock import ClockPlan
from quantnn.verify.genuine import GenuineCore
from quantnn.verify.genuine_board import planned_top, stored_replay, stored_samples

__all__ = ["reclock"]

_NOTE = "built for the highest clock: "


def reclock(design: Path, board: Board, clock: ClockPlan, reached_mhz: float) -> None:
    """Let a design run at another clock: its PLL, its serial line and its report change, and its build goes.

    The core is the same, and so is what was verified of it.

    Parameters
    ----------
    design : Path
    board : Board
        The board that it was exported for.
    clock : ClockPlan
    reached_mhz : float
        What the placement reached because of which this is done, for the report's note.

    Raises
    ------
    InputError, VerificationError
        The folder is no exported design, is damaged, was changed or cannot be written, or is of a quantnn that did not
        write down what the board's top was made for; or the clock cannot make the line's bits.
    """
    report = load_report(design)
    core = GenuineCore.load(design, report)
    try:
        top, old, labels = planned_top(core.interface, report, board)
    except ValueError as error:
        raise InputError(f"{design / 'report.json'} is damaged ({error}): export the model again") from None
    samples = stored_samples(design / "board", top)
    stored = stored_replay(design, core.interface, core.hardware.network, report)
    link = board_link(board, top.input, top.output, clock)
    if link is not None and top.link is not None:
        link = replace(link, slots=top.link.slots, replay=top.link.replay)
    top = replace(top, link=link)
    mhz = clock.frequency_hz / 1e6
    cost = top.cost(board.resources)
    part = BoardPart(top, cost, bytes.fromhex(report.fingerprint), clock, labels, samples, stored)
    taken = Taken(cost.multipliers, cost.block_ram, cost.logic)
    before = old.frequency_hz / 1e6
    said = f"{_NOTE}{mhz:g} MHz, of the {reached_mhz:.2f} MHz that a placement for {before:g} MHz reached"
    with staged_files(design, report.build_files) as staged:
        (staged / "board").mkdir()
        write_around(board, clock, top, core.files, samples, labels, staged / "board", core.hardware.module, stored)
        names = [f"board/{path.name}" for path in (staged / "board").iterdir()]
        changed = replace(
            report.without_build().with_files(*names),
            clock_mhz=mhz,
            link=part.link(board),
            board_top=part.entry(taken),
            totals=Taken(*(getattr(report.core, part) + getattr(taken, part) for part in ("multipliers", "m9k", "le"))),
            inferences_per_second=round(mhz * 1e6 / report.ii_cycles.planned, 1),
            latency_us=round(report.latency_cycles.planned / mhz, 3),
            notes=(*(note for note in report.notes if not note.startswith(_NOTE)), said),
        )
        write_report(changed, staged)
