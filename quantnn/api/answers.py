"""Answers to samples, for people: how many, how good, and the first of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from quantnn.arithmetic import Integers
from quantnn.network.class_names import class_name
from quantnn.system.html import Shown

if TYPE_CHECKING:
    from rich.console import RenderableType

    from quantnn.link.run import BoardRun

__all__ = ["Answers", "BoardAnswers"]

_FIRST = 10
"""Lines that are printed without being asked for more."""


@dataclass(frozen=True, eq=False, repr=False)
class Answers(Shown):
    """What a network says of samples.

    Parameters
    ----------
    logits : int64 array of shape (n, out_features)
        As integers; times the network's scale they are real values.
    classes : int64 array of shape (n,) or None
        None where the network does not classify.
    labels : int64 array of shape (n,) or None
        True classes, where they are known; only with classes.
    class_names : tuple of str
        What the classes are called; empty where nobody said.
    notes : tuple of str
        What to say about how the samples were read.
    """

    logits: Integers
    classes: Integers | None
    labels: Integers | None = None
    class_names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @cached_property
    def correct(self) -> int | None:
        """Classes that are the label; None without labels."""
        if self.classes is None or self.labels is None:
            return None
        return int((self.classes == self.labels).sum())

    @property
    def accuracy(self) -> float | None:
        """Share of right classes; None without labels."""
        return None if self.correct is None else self.correct / len(self.logits)

    def values(self) -> dict[str, Any]:
        """All of them as JSON values."""
        return {
            "samples": len(self.logits),
            "correct": self.correct,
            "accuracy": self.accuracy,
            "classes": None if self.classes is None else self.classes.tolist(),
            "logits": self.logits.tolist(),
            **({"class_names": list(self.class_names)} if self.class_names else {}),
        }

    def lines(self, *, whole: bool, remedy: str = "") -> Iterator[str]:
        """A line per sample: of the first few, and of the first few that are wrong, or of all; ``remedy`` says how to
        have all."""
        count = len(self.logits)
        shown = count if whole else min(_FIRST, count)
        yield from (self._line(sample) for sample in range(shown))
        if shown < count:
            yield f"… {count - shown:,} more{remedy}"
        if self.classes is None or self.labels is None or whole:
            return
        wrong = (self.classes != self.labels).nonzero()[0]
        if len(wrong):
            yield "wrong:" if len(wrong) <= _FIRST else f"the first {_FIRST} of {len(wrong):,} wrong:"
            yield from (self._line(int(sample)) for sample in wrong[:_FIRST])

    def quality(self) -> str:
        """The accuracy, to go behind a count of samples; empty without labels."""
        if self.accuracy is None:
            return ""
        return f", accuracy {self.accuracy:.4f} ({self.correct:,} of {len(self.logits):,} right)"

    def __rich__(self) -> RenderableType:
        from rich.console import Group

        from quantnn.system.paragraph import Paragraph

        heading = Paragraph(f"{len(self.logits):,} samples{self.quality()}", "bold")
        lines = [*self.lines(whole=False), *(f"note: {note}" for note in self.notes)]
        return Group(heading, *map(Paragraph, lines))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self.logits):,} samples{self.quality()}>"

    def _line(self, sample: int) -> str:
        chosen = "" if self.classes is None else f"class {self._called(self.classes[sample])}  "
        if self.classes is not None and self.labels is not None and self.classes[sample] != self.labels[sample]:
            chosen = f"class {self._called(self.classes[sample])} for {self._called(self.labels[sample])}  "
        return f"{sample}: {chosen}{' '.join(map(str, self.logits[sample].tolist()))}"

    def _called(self, number: int) -> str:
        return class_name(self.class_names, number)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class BoardAnswers(Answers):
    """What a board says of samples, and how it compares.

    Parameters
    ----------
    run : BoardRun
        Seconds, questions that had to be asked again, and the first answer that is not the reference's.
    """

    run: BoardRun

    def values(self) -> dict[str, Any]:
        """All of it as JSON values."""
        run = self.run
        line = {"seconds": run.seconds, "repeated": run.repeated, "damaged": run.damaged}
        return {**super().values(), "differing": run.wrong, **line}

    def check(self) -> None:
        """Raise if an answer is not the reference's.

        Raises
        ------
        VerificationError
            Names the first difference.
        """
        self.run.check()
