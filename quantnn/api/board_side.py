"""What can be done with a design and its board."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Literal

from quantnn.api.answers import BoardAnswers
from quantnn.api.arguments import check_numbers, check_texts, check_wholes
from quantnn.api.exported_folder import ExportedFolder
from quantnn.api.told import Telling, told
from quantnn.design.report import Report
from quantnn.errors import InputError, naming_parameters
from quantnn.model.given import Given
from quantnn.model.input_data import InputData
from quantnn.network.file import load_network
from quantnn.system.extras import needing

if TYPE_CHECKING:
    from quantnn.link.flash import Flashed
    from quantnn.link.replay import ReplayRun
    from quantnn.sim.board_simulation import BoardSimulation

__all__ = ["BoardSide"]

_WELL_ABOVE = 1.2
"""Times the clock that was asked for from which on a build leaves much of the board unused."""


class BoardSide(ExportedFolder):
    """The part of :class:`quantnn.Design` that leads to a board that answers."""

    @naming_parameters()
    def build(
        self,
        *,
        seeds: int | None = None,
        jobs: int | None = None,
        clock_mhz: Literal["max"] | None = None,
        as_it_is: bool = False,
        progress: Telling = False,
    ) -> Report:
        """Make the bitstream: with Quartus for the DE10-Lite, with Yosys and nextpnr for open boards.

        Parameters
        ----------
        seeds : int, optional
            Placements to try, of which the best is kept; by default, until the clock is met.
        jobs : int, optional
            Placements at the same time; by default one per core.
        clock_mhz : "max", optional
            Build for the highest clock that the board reaches.
        as_it_is : bool
            Whether files are built that this quantnn would write otherwise: only of people you trust.

        Raises
        ------
        BuildError
            The clock is out of reach.
        ToolError
            A tool is missing or failed.
        """
        board, begun = self.board, self.report
        if clock_mhz not in (None, "max"):
            raise InputError(f"--clock-mhz must be max, not {clock_mhz}: another clock is chosen with quantnn export")
        check_wholes(1, seeds=seeds, jobs=jobs)
        with told(progress) as telling:
            if clock_mhz is not None:
                from quantnn.build.fastest import build_fastest

                return build_fastest(self.path, board, seeds, jobs, telling)
            from quantnn.design.build_record import add_build

            if board.toolchain.name == "quartus":
                from quantnn.build.quartus import compile_quartus

                result = compile_quartus(self.path, telling, board, as_it_is=as_it_is)
            else:
                from quantnn.build.open_flow import build_open

                result = build_open(self.path, board, seeds, jobs, telling, as_it_is=as_it_is)
            return add_build(self.path, result, begun)

    def spare_clock_mhz(self, report: Report) -> float | None:
        """The clock that a build reached, if the board's PLL could make one that is well above what was asked for."""
        built = report.build
        if built is None or built.fmax_mhz is None or not self.board.plls:
            return None
        return built.fmax_mhz if built.fmax_mhz >= _WELL_ABOVE * built.clock_mhz else None

    @naming_parameters()
    def flash(self, *, lasting: bool = False, as_it_is: bool = False, progress: Telling = False) -> Flashed:
        """Load the bitstream into the board that is plugged in.

        Parameters
        ----------
        lasting : bool
            Whether it shall be there after the next power-on.
        as_it_is : bool
            Whether whatever lies in board/output_files is loaded, compiled by hand perhaps.

        Raises
        ------
        InputError
            There is no bitstream of a build.
        ToolError
            No programmer is installed, or it failed.
        """
        from quantnn.link.flash import flash

        with told(progress) as telling:
            return flash(self.path, self.board, lasting=lasting, step=telling, as_it_is=as_it_is)

    @naming_parameters()
    def run(
        self,
        x: Given,
        labels: Given | None = None,
        *,
        port: str = "auto",
        patience: float | None = None,
        check: bool = True,
        progress: Telling = False,
    ) -> BoardAnswers:
        """Let the board answer, and compare every answer with the reference.

        Parameters
        ----------
        x : array of shape (n, features), or the path of a file or folder
            Samples in natural units.
        labels : array of shape (n,), or the path of a file, optional
            Their true classes; by default those that stand beside the samples, if there are any.
        port : str
            Serial port, ``socket://host:port``, or ``auto``: the board's USB bridge.
        patience : float, optional
            Seconds after which a question is asked again.
        check : bool
            Whether a wrong answer is an error; else :meth:`BoardAnswers.check` tells.

        Raises
        ------
        LinkError
            The board cannot be reached, stopped answering, or has another network in it.
        VerificationError
            An answer is not the reference's.
        InputError
            The samples cannot be used, or the host link is not installed.
        """
        check_texts(port=port)
        check_numbers(patience=patience)
        with needing("link", what="the host link"):
            from quantnn.link.run import run_on_board
        network = load_network(self.path / "network.npz")
        if labels is not None and not network.classify:
            raise InputError(f"The network of {self.path} gives values and no classes: leave --labels out")
        data = InputData.load(network, x, labels)
        with told(progress) as telling:
            found = run_on_board(self.path, data.samples[:], data.labels, port, patience=patience, progress=telling)
        answers = BoardAnswers(found.logits, found.classes, data.labels, data.class_names, data.notes, run=found)
        if check:
            answers.check()
        return answers

    @naming_parameters()
    def replay(
        self, *, port: str = "auto", patience: float | None = None, check: bool = True, progress: Telling = False
    ) -> ReplayRun:
        """Have the board send all samples that it keeps through the core back to back, and count.

        Parameters
        ----------
        port : str
            As for :meth:`run`.
        patience : float, optional
            Seconds after which the board is asked again.
        check : bool
            Whether a count that is not the reference's is an error; else :meth:`ReplayRun.check` tells.

        Raises
        ------
        LinkError
            The board cannot be reached, stopped answering, or has another network or other samples in it.
        VerificationError
            A count is not the reference's.
        InputError
            The design has no replay, or the host link is not installed.
        """
        check_texts(port=port)
        check_numbers(patience=patience)
        with needing("link", what="the host link"):
            from quantnn.link.replay import replay_on_board
        with told(progress) as telling:
            found = replay_on_board(self.path, port, patience=patience, progress=telling)
        if check:
            found.check()
        return found

    @contextmanager
    def simulated_board(
        self, *, port: str = "pty", exact: bool = False, as_it_is: bool = False, progress: Telling = False
    ) -> Iterator[BoardSimulation]:
        """The whole board with the design in it, simulated while the context lasts: :meth:`run` talks to its ``port``.

        Parameters
        ----------
        port : str
            ``pty`` for a pseudo-terminal, or ``socket://127.0.0.1:N``, where 0 is any port.
        exact : bool
            At the serial line's own speed, instead of as fast as may be.
        as_it_is : bool
            Whether files are simulated that this quantnn would write otherwise: only of people you trust, they run.

        Raises
        ------
        InputError
            The board has no link, or the simulator is not installed.
        """
        with naming_parameters(), needing("sim", "link"):
            from quantnn.verify.simulated_board import simulated_board
        target = self.board
        with ExitStack() as stack:
            with naming_parameters(), told(progress) as telling:
                telling("compiling the board (kept for the next time)")
                running = simulated_board(self.path, port, exact=exact, board=target, as_it_is=as_it_is)
                simulation = stack.enter_context(running)
            yield simulation
