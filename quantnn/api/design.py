"""An exported design, and what can be done with it."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from quantnn.api.answers import Answers
from quantnn.api.arguments import check_wholes
from quantnn.api.board_side import BoardSide
from quantnn.api.model import Model, check_model
from quantnn.api.netlist import check_netlist_family
from quantnn.api.network import Network, load_network
from quantnn.api.speed import Speed
from quantnn.api.told import Telling, told
from quantnn.design.report import Report
from quantnn.errors import InputError, naming_parameters
from quantnn.files.whole_file import whole_file
from quantnn.model.given import Given
from quantnn.model.input_data import InputData
from quantnn.model.user_data import UserData
from quantnn.network.answer_file import save_answers
from quantnn.network.file import load_network as read_network
from quantnn.network.reference import evaluate
from quantnn.system.extras import needing
from quantnn.system.html import Shown
from quantnn.system.text import printable

if TYPE_CHECKING:
    from rich.console import RenderableType

    from quantnn.build.netlist_check import NetlistCheck
    from quantnn.design.update_weights import Update

__all__ = ["Design", "Report"]


class Design(BoardSide, Shown):
    """A folder that :func:`quantnn.export` wrote. It stands on its own: open it again at any time.

    Methods do what the commands of the same names do. They are silent; ``progress=True`` shows how far long work is.
    Samples are in natural units: what the design's network takes, see :class:`quantnn.Network`.

    Parameters
    ----------
    path : str or Path
        The folder.
    board : str or Path, optional
        The board's TOML file, if it is one of your own.

    Members
    -------
    report : Report
        Read anew each time: layers, resources, cycles, accuracy, verification, build.
    network : Network
        What is in it.

    Raises
    ------
    InputError
        It is no exported design.
    """

    @property
    @naming_parameters()
    def network(self) -> Network:
        return load_network(self.path / "network.npz")

    @naming_parameters()
    def verify(
        self,
        *,
        samples: int | None = None,
        wave: int | Literal["failing"] | None = None,
        jobs: int | None = None,
        as_it_is: bool = False,
        progress: Telling = False,
    ) -> Report:
        """Simulate the core and compare every layer of every sample with the reference, bit for bit.

        Parameters
        ----------
        samples : int, optional
            Only this many; all by default.
        wave : int or "failing", optional
            Keep a waveform of this sample, or of the first that fails, as wave.vcd.
        jobs : int, optional
            Simulations at the same time; by default one per core.
        as_it_is : bool
            Whether files are simulated that this quantnn would write otherwise: only of people you trust, they run.

        Raises
        ------
        VerificationError
            The hardware differs: names layer, neuron, sample, what was got and what expected.
        InputError
            The folder was changed, or the simulator is not installed.
        """
        check_wholes(samples=samples)
        check_wholes(1, jobs=jobs)
        if isinstance(wave, str) and wave != "failing":
            raise InputError(f"--wave must be the number of a sample, or failing, not {wave!r}")
        check_wholes(wave=None if wave == "failing" else wave)
        with needing("sim", what="the simulator"):
            from quantnn.verify.verify import VerifyOptions, verify
        with told(progress) as telling:
            return verify(self.path, VerifyOptions(samples, wave, jobs, as_it_is), telling)

    @naming_parameters()
    def check_netlist(self, family: str, *, as_it_is: bool = False, progress: Telling = False) -> NetlistCheck:
        """Simulate what Yosys makes of the core for a family of devices, ``ecp5`` or ``ice40``.

        Raises
        ------
        VerificationError
            The netlist differs from the reference.
        InputError
            There are no models of the family's cells, or the simulator is not installed.
        """
        check_netlist_family(family)
        from quantnn.build.netlist_check import check_netlist

        with told(progress) as telling:
            return check_netlist(self.path, family, telling, as_it_is=as_it_is)

    @property
    def waveform(self) -> Path:
        """Where :meth:`verify` leaves a waveform."""
        from quantnn.verify.verify import WAVE

        return self.path / WAVE

    @naming_parameters()
    def simulate(
        self,
        x: Given,
        labels: Given | None = None,
        *,
        output: str | Path | None = None,
        progress: Telling = False,
    ) -> Answers:
        """Let the numpy reference answer: what the hardware will say, bit for bit.

        Parameters
        ----------
        x : array of shape (n, features), or the path of a file or folder, of which an .npy may be larger than memory
            Samples in natural units.
        labels : array of shape (n,), or the path of a file, optional
            Their true classes; by default those that stand beside the samples, if there are any.
        output : str or Path, optional
            Write classes and every layer's outputs to this .npz.

        Raises
        ------
        InputError
            The samples cannot be used, or ``output`` cannot be written.
        """
        place = None if output is None else Path(output)
        if place is not None and place.suffix != ".npz":
            raise InputError(f"{place} must end in .npz: choose such a name")
        network = read_network(self.path / "network.npz")
        if labels is not None and not network.classify:
            raise InputError(f"The network of {self.path} gives values and no classes: leave --labels out")
        data = InputData.load(network, x, labels)
        samples = data.samples
        with nullcontext() if place is None else whole_file(place) as file, told(progress) as telling:
            telling("evaluating", len(samples), "samples")
            answer = evaluate(network, samples, telling.advance, hidden=False)
            if file is not None:
                telling(f"writing {place}", len(samples), "samples")
                save_answers(network, samples, file, telling.advance)
        return Answers(answer.logits, answer.classes, data.labels, data.class_names, data.notes)

    @naming_parameters()
    def bench(self, *, equal: str | Path | None = None, progress: Telling = False) -> Speed:
        """Time the network on this computer, with numpy and onnxruntime, and put the FPGA's speed beside it.

        Parameters
        ----------
        equal : str or Path, optional
            A model file of about the same accuracy, perhaps a much smaller one: its float32 network is timed, too.

        Raises
        ------
        InputError
            The folder is damaged, or the model file does not suit it.
        """
        from quantnn.speed.comparison import compare_speed

        with told(progress) as telling:
            return Speed(compare_speed(self.path, equal=None if equal is None else Path(equal), progress=telling))

    @naming_parameters()
    def update_weights(
        self,
        model: Model,
        *,
        calibration: Given | None = None,
        test: Given | tuple[Given, Given] | None = None,
        progress: Telling = False,
    ) -> Update:
        """Put a model of the same shape into the hardware: only contents of memories change.

        Parameters
        ----------
        model : Model
        calibration : array of shape (n, features), or the path of a file or folder, optional
            Samples that the scales are chosen on; by default the model's own.
        test : (samples, labels), or the path of a file or folder with both, optional
            What the design is verified and its accuracy measured with; by default what the folder has.

        Raises
        ------
        DoesNotFitError
            The model needs other hardware: says what for.
        """
        check_model(model, "update_weights")
        from quantnn.design.update_weights import UpdateOptions, update_weights

        data = UserData.load(model.network, calibration, test)
        options = UpdateOptions(data.calibration, data.inputs, data.labels, model.name, data.values)
        with told(progress) as telling:
            return update_weights(self.path, data.network, options, telling)

    def __rich__(self) -> RenderableType:
        from quantnn.design.summary import summary

        return summary(self.report)

    def __repr__(self) -> str:
        report = self.report
        return f"<Design {printable(str(self.path))}: {printable(report.model)} on {printable(report.board)}>"
