"""The board's project of an exported folder, compared with one that is made anew."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from quantnn.board.board import Board
from quantnn.board.project import PINS, PROJECT, board_features
from quantnn.design.board_folder import LINK, SAMPLES, board_link, write_around
from quantnn.design.board_part import samples_digest
from quantnn.design.interface import CoreInterface
from quantnn.design.replay_set import REPLAY, ReplaySet
from quantnn.design.report import ReplayEntry, Report
from quantnn.errors import InputError
from quantnn.files.memory_words import read_words
from quantnn.files.plain_file import read_plain
from quantnn.network.network import IntegerNetwork
from quantnn.plan.board import BoardPlan
from quantnn.plan.clock import ClockPlan, PllSetting
from quantnn.plan.pll import Dividers
from quantnn.plan.replay import ReplayPlan
from quantnn.system.scratch import scratch_folder
from quantnn.verify.comparison import compared_once
from quantnn.verify.genuine import MOST_BYTES, GenuineCore, check_list, compare, read_files

__all__ = ["GenuineBoard", "planned_top", "stored_replay", "stored_samples"]

_LISTED = re.compile(
    rf"board/({PROJECT}\.(?:v|qpf|qsf|sdc|lpf|pcf|cst)|{re.escape(PINS)}|(?:{LINK}|{SAMPLES}|{REPLAY})\w*\.(?:v|mem))",
    re.ASCII,
)

_STORED = re.compile(rf"board/({REPLAY}_\w+\.mem)", re.ASCII)


@dataclass(frozen=True, eq=False)
class GenuineBoard:
    """The project of an exported folder, after it was compared.

    Parameters
    ----------
    core : GenuineCore
        The core in it.
    files : mapping of str to bytes
        All that tools need of ``board/``, the core included.
    """

    core: GenuineCore
    files: Mapping[str, bytes]

    @classmethod
    def load(cls, design: Path, report: Report, board: Board, *, as_it_is: bool = False) -> Self:
        """Read the project once, and compare it with what this quantnn makes of network, plan, report and board.

        Verilog, memory files, constraints and project files have to be the same but for the lines that name versions.
        Built-in samples are data: they have to be those that the report has the digest of.

        Parameters
        ----------
        design : Path
        report : Report
            The folder's.
        board : Board
            What the folder was exported for. Nothing of it comes from the folder.
        as_it_is : bool
            As for :meth:`GenuineCore.load`: whatever the project's files say is done.

        Raises
        ------
        InputError, VerificationError
            As for :meth:`GenuineCore.load`.
        """
        core = GenuineCore.load(design, report, as_it_is=as_it_is)
        place = design / "board"
        names = [found[1] for name in report.files if (found := _LISTED.fullmatch(name))]
        files = {**read_files(place, names), **core.files}
        if not as_it_is:
            entry = repr((report.board_top, report.link, report.clock_mhz, board)).encode()
            with compared_once([*core.sources, entry], files) as same:
                if not same:
                    _compare_with_new(design, report, board, core, files)
        return cls(core, files)

    def write(self, folder: Path) -> None:
        """Put the files into a folder."""
        for name, content in self.files.items():
            (folder / name).write_bytes(content)


def _compare_with_new(
    design: Path, report: Report, board: Board, core: GenuineCore, files: Mapping[str, bytes]
) -> None:
    place = design / "board"
    try:
        top, clock, labels = planned_top(core.interface, report, board)
    except ValueError as error:
        raise InputError(f"{design / 'report.json'} is damaged ({error}): export the model again") from None
    stored = stored_replay(design, core.interface, core.hardware.network, report, files)
    samples = stored_samples(place, top, files.get(f"{SAMPLES}.mem"))
    if not stored and samples_digest(samples) != report.board_top.samples_sha256:
        raise InputError(f"{place / SAMPLES}.mem holds other samples than were exported: export the model again")
    with scratch_folder() as folder:
        write_around(board, clock, top, core.files, samples, labels, folder, core.hardware.module, stored)
        generated = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    check_list(design, files, generated)
    compare(place, files, generated, report)


def planned_top(
    interface: CoreInterface, report: Report, board: Board
) -> tuple[BoardPlan, ClockPlan, tuple[int | None, ...]]:
    """What stands around the core, its clock, and the labels of the built-in samples, as the report has them."""
    entry, pll = report.board_top, report.board_top.pll
    if entry.samples_sha256 is None or len(entry.labels) != entry.samples:
        raise ValueError("it does not say what the board's top was made for, as that of an older quantnn")
    setting = None
    if pll is not None:
        setting = PllSetting(pll.primitive, Dividers(pll.input, pll.multiplier, pll.output))
    clock = ClockPlan(board.clock_frequency, setting)
    if pll is not None and clock.frequency_hz / 1e6 != report.clock_mhz:
        raise ValueError(f"the PLL makes {clock.frequency_hz / 1e6:g} MHz")
    link = board_link(board, interface.input, interface.output, clock)
    if link is not None:
        if report.link is None:
            raise ValueError("it does not say what the host link was made for")
        link = replace(link, slots=report.link.window - 1, replay=entry.replay is not None)
    replay = None if entry.replay is None else _planned_replay(interface, entry.replay, board)
    return BoardPlan(interface.input, interface.output, entry.samples, link, replay), clock, entry.labels


def _planned_replay(interface: CoreInterface, entry: ReplayEntry, board: Board) -> ReplayPlan:
    return ReplayPlan(
        interface.input,
        interface.output,
        entry.samples,
        entry.labels_sha256 is not None,
        board.resources.block_ram.shapes,
        board_features(board).displays,
    )


def stored_replay(
    design: Path,
    interface: CoreInterface,
    network: IntegerNetwork,
    report: Report,
    files: Mapping[str, bytes] | None = None,
) -> ReplaySet | None:
    """The set that a design's board keeps for a replay, as it was exported. None where it keeps none.

    Parameters
    ----------
    design : Path
    interface : CoreInterface
    network : IntegerNetwork
    report : Report
        All of the design.
    files : mapping of str to bytes, optional
        Those of ``board/`` by name, if they are read already.

    Raises
    ------
    InputError
        A file is missing, damaged, or holds another set.
    """
    entry, place = report.board_top.replay, design / "board"
    if entry is None:
        return None
    if files is None:
        names = [found[1] for name in report.files if (found := _STORED.fullmatch(name))]
        files = read_files(place, names)
    stored = ReplaySet.stored(interface, entry.samples, entry.labels_sha256 is not None, network, files, place)
    if samples_digest(stored.samples) != report.board_top.samples_sha256:
        raise InputError(f"{place / REPLAY}_*.mem hold other samples than were exported: export the model again")
    if stored.labels_digest != entry.labels_sha256:
        raise InputError(f"{place / REPLAY}_*.mem hold other labels than were exported: export the model again")
    return stored


def stored_samples(place: Path, top: BoardPlan, content: bytes | None = None) -> npt.NDArray[np.uint8]:
    """The built-in samples as the board has them, shape (samples, beats, bytes); ``content`` of their file, if read.

    Of a board with a replay there are none: :func:`stored_replay` has them.

    Raises
    ------
    InputError
        The file is missing or damaged.
    """
    shape = top.samples if top.replay is None else 0, top.input.beats, top.input.bytes
    if not top.samples or top.replay:
        return np.zeros(shape, dtype=np.uint8)
    path = place / f"{SAMPLES}.mem"
    bits = read_words(read_plain(path, MOST_BYTES) if content is None else content, str(path))
    if bits.shape[1] != top.input.tdata_width or len(bits) < shape[0] * shape[1]:
        raise InputError(f"{path} has {len(bits)} words of {bits.shape[1]} bits, too few: export the model again")
    return np.packbits(bits, axis=1, bitorder="little")[: shape[0] * shape[1]].reshape(shape)
