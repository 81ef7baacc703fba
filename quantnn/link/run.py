"""A design on a board, asked by this computer and compared with the reference."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from quantnn.arithmetic import Integers
from quantnn.beats import BeatFormat
from quantnn.design.interface import CoreInterface
from quantnn.design.report import LinkEntry, load_report
from quantnn.errors import InputError, LinkError, VerificationError
from quantnn.link.client import Client, Identity
from quantnn.link.port import AUTO, open_port
from quantnn.network.class_names import numbered_name
from quantnn.network.file import load_network
from quantnn.network.reference import evaluate
from quantnn.system.progress import SILENT, Progress
from quantnn.system.text import typed

__all__ = ["BoardDifference", "BoardRun", "check_identity", "run_on_board"]

_LEAST_PATIENCE = 0.5
_ATTEMPTS = 8
_LEAST_SILENCE = 4.0
"""Seconds in which a board may say nothing, however impatient somebody is."""


@dataclass(frozen=True)
class BoardDifference:
    """A value that is not the reference's.

    Parameters
    ----------
    sample : int
    logit : int or None
        Which output; None for the class.
    got, expected : int
    class_names : tuple of str
        What classes are called; empty where nobody said.
    """

    sample: int
    logit: int | None
    got: int
    expected: int
    class_names: tuple[str, ...] = ()

    def __str__(self) -> str:
        what = "class" if self.logit is None else f"logit {self.logit}"
        names = self.class_names if self.logit is None else ()
        got, expected = (numbered_name(names, number) for number in (self.got, self.expected))
        return f"sample {self.sample}, {what}: got {got}, expected {expected}"


@dataclass(frozen=True, eq=False)
class BoardRun:
    """What a board answered.

    Parameters
    ----------
    logits : int64 array of shape (n, out_features)
    classes : int64 array of shape (n,) or None
        None where the network does not classify.
    correct : int or None
        Classes that are the label; None without labels.
    seconds : float
        From the first question to the last answer.
    wrong : int
        Samples whose answer is not the reference's.
    difference : BoardDifference or None
        The first value that is not.
    repeated, damaged : int
        Questions that had to be asked again, and damaged frames that came from the board.
    identity : Identity
        The board's.
    """

    logits: Integers
    classes: Integers | None
    correct: int | None
    seconds: float
    wrong: int
    difference: BoardDifference | None
    repeated: int
    damaged: int
    identity: Identity

    @property
    def samples_per_second(self) -> float:
        """Answers per second, the line included."""
        return len(self.logits) / self.seconds

    @property
    def accuracy(self) -> float | None:
        """Share of right classes; None without labels."""
        return None if self.correct is None else self.correct / len(self.logits)

    def check(self) -> None:
        """Raise if an answer is not the reference's.

        Raises
        ------
        VerificationError
            Names the first difference.
        """
        if self.difference is not None:
            count = f"{self.wrong} of {len(self.logits)} answers"
            raise VerificationError(f"The board differs from the reference in {count}: {self.difference}")


def run_on_board(
    design: Path,
    inputs: Integers,
    labels: Integers | None = None,
    port: str = AUTO,
    *,
    patience: float | None = None,
    progress: Progress = SILENT,
) -> BoardRun:
    """Let a board answer, and compare every logit and class with the reference.

    Parameters
    ----------
    design : Path
        A folder that ``quantnn export`` wrote, and that the board was built from.
    inputs : int64 array of shape (n, in_features), n at least 1
    labels : int64 array of shape (n,), optional
    port : str
        Where the board is, as :func:`quantnn.link.port.open_port` has it.
    patience : float, optional
        Seconds after which a question is asked again.

    Raises
    ------
    InputError
        The folder is no exported design, its board has no link, the samples do not suit the network, there are labels
        for one without classes, or the patience is no time.
    LinkError
        The board cannot be reached, stopped answering, or has another network in it.
    """
    report = load_report(design)
    link = report.link
    if link is None:
        raise InputError(f"{design} has no host link: its board has no serial line, or an old quantnn exported it")
    path = design / "core" / "interface.json"
    interface = CoreInterface.load(path)
    network = load_network(design / "network.npz")
    interface.check(network, path)
    if not len(inputs):
        raise InputError("There must be at least one sample")
    if labels is not None and not network.classify:
        raise InputError(f"The network of {design} gives values and no classes: leave the labels out")
    if patience is not None and not 0 < patience < math.inf:
        raise InputError(f"The patience must be a number of seconds above 0, not {patience}")
    progress("computing the expected answers", len(inputs), "samples")
    try:
        expected = evaluate(network, inputs, progress.advance, hidden=False)
        samples = [sample.tobytes() for sample in interface.input.pack(inputs)]
    except ValueError as error:
        raise InputError(f"The samples do not suit the network: {error}") from None

    opened = open_port(port, link.baud, link.usb)
    try:
        if patience is None:
            patience = _patience(link)
        client = Client(opened, patience, max(_ATTEMPTS, math.ceil(_LEAST_SILENCE / patience)))
        progress("asking the board who it is")
        identity = client.hello()
        check_identity(identity, report.fingerprint, link, design)
        progress(f"asking for {len(samples):,} samples", len(samples), "samples")
        started = time.monotonic()
        answers = []
        for answer in client.infer(samples, identity.window):
            answers.append(answer)
            progress.advance()
        seconds = time.monotonic() - started
    finally:
        opened.close()

    logits, classes = _unpack(interface.output, answers)
    expected_classes = expected.classes if classes is not None else None
    wrong, difference = _compare(logits, classes, expected.logits, expected_classes)
    if difference is not None:
        difference = replace(difference, class_names=network.class_names)
    correct = None
    if labels is not None and classes is not None:
        correct = int((classes == labels).sum())
    return BoardRun(
        logits, classes, correct, seconds, wrong, difference, client.repeated, client.damaged, identity
    )


def _patience(link: LinkEntry) -> float:
    """Twice as long as everything that may be under way takes on the line, both ways."""
    line = 10 * (link.sample_bytes + link.answer_bytes + 40) * link.window / link.baud
    return max(_LEAST_PATIENCE, 2 * line)


def check_identity(identity: Identity, wanted: str, link: LinkEntry, design: Path) -> None:
    """Refuse a board that says to be another than the one of ``design``.

    Raises
    ------
    LinkError
        Its network is another one, or its samples and answers have other sizes.
    """
    found = identity.fingerprint.hex()
    if found != wanted:
        raise LinkError(
            f"Another network is in the board: its fingerprint is {found}, that of {design} is {wanted}."
            f" Build and flash this design: quantnn build {typed(design)}, quantnn flash {typed(design)}"
        )
    sizes = (identity.sample_bytes, identity.answer_bytes)
    if sizes != (link.sample_bytes, link.answer_bytes):
        raise LinkError(f"The board's samples and answers have {sizes} bytes, not those of {design}: flash it again")


def _unpack(form: BeatFormat, answers: list[bytes]) -> tuple[Integers, Integers | None]:
    """Logits and classes from the bytes of answers."""
    logits = np.zeros((len(answers), form.beats * form.per_beat), dtype=np.int64)
    classes = np.zeros(len(answers), dtype=np.int64)
    for number, answer in enumerate(answers):
        if len(answer) != form.beats * form.bytes:
            raise LinkError(f"The answer to sample {number} has {len(answer)} bytes, not {form.beats * form.bytes}")
        for beat in range(form.beats):
            word = int.from_bytes(answer[beat * form.bytes : (beat + 1) * form.bytes], "little")
            logits[number, beat * form.per_beat : (beat + 1) * form.per_beat], classes[number] = form.unpack(word)
    return logits[:, : form.elements], classes if form.class_width else None


def _compare(
    logits: Integers, classes: Integers | None, expected: Integers, expected_classes: Integers | None
) -> tuple[int, BoardDifference | None]:
    """How many samples differ, and the first value that does."""
    differs = logits != expected
    if classes is not None and expected_classes is not None:
        differs = np.column_stack([differs, classes != expected_classes])
        logits = np.column_stack([logits, classes])
        expected = np.column_stack([expected, expected_classes])
    wrong = differs.any(axis=1)
    if not wrong.any():
        return 0, None
    sample = int(wrong.argmax())
    place = int(differs[sample].argmax())
    values = int(logits[sample, place]), int(expected[sample, place])
    is_class = classes is not None and place == logits.shape[1] - 1
    return int(wrong.sum()), BoardDifference(sample, None if is_class else place, *values)
