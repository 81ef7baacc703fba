"""Quantizing a model so that it takes little logic."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from quantnn.api.arguments import check_numbers
from quantnn.api.model import Model, check_model
from quantnn.api.network import Network
from quantnn.api.told import Telling, told
from quantnn.design.planning import Quantized
from quantnn.design.report import TradeoffEntry, TradeoffPoint
from quantnn.errors import InputError, naming_parameters
from quantnn.model.given import Given
from quantnn.model.quantized import QuantizedNetwork
from quantnn.model.user_data import UserData
from quantnn.quantization.tradeoff import Tradeoff
from quantnn.system.html import Shown
from quantnn.system.progress import Progress

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["DROP", "Optimized", "optimize", "searched"]

DROP = 0.5
"""Percentage points that may be lost, unless told otherwise."""


@dataclass(frozen=True, eq=False)
class Optimized(Shown):
    """Networks of which none both is cheaper and loses less than another, and the one that was picked.

    Parameters
    ----------
    data : UserData
        The model, and the samples that weights were fitted to.
    tradeoff : Tradeoff
    max_accuracy_drop : float
    name : str
        What reports call the model.

    Members
    -------
    networks : tuple of Network
        The Pareto front, the cheapest first.
    pick : Network
        The cheapest that loses little enough.
    entry : TradeoffEntry
        All of it as figures: bits, digits, cells, quality and loss of each network.
    """

    data: UserData
    tradeoff: Tradeoff
    max_accuracy_drop: float
    name: str = "model"

    @cached_property
    def networks(self) -> tuple[Network, ...]:
        model = self.data.network
        given = self.data.calibration
        own = model.calibration if given is None and not isinstance(model, QuantizedNetwork) else given
        return tuple(
            Network(Quantized(point.network, model, max((8, *point.activation_bits)), own), self.name)
            for point in self.tradeoff.points
        )

    @property
    def pick(self) -> Network:
        return self.networks[self.entry.picked]

    @cached_property
    def entry(self) -> TradeoffEntry:
        found = self.tradeoff
        return TradeoffEntry(
            found.measure,
            found.reference,
            found.samples,
            self.max_accuracy_drop,
            found.points.index(found.pick(self.max_accuracy_drop)),
            tuple(
                TradeoffPoint(each.weight_bits, each.activation_bits, each.digits, each.cells, each.quality, each.loss)
                for each in found.points
            ),
        )

    def __rich__(self) -> RenderableType:
        from quantnn.design.summary import tradeoff_table

        return tradeoff_table(self.entry)

    def __repr__(self) -> str:
        return f"<Optimized {self.name}: {len(self.networks)} networks, picked {self.entry.picked}>"


@naming_parameters()
def optimize(
    model: Model,
    *,
    calibration: Given | None = None,
    validation: Given | tuple[Given, Given] | None = None,
    max_accuracy_drop: float = DROP,
    progress: Telling = False,
) -> Optimized:
    """Quantize a model in many ways, and pick the one that takes the least logic where weights are wires.

    Weights are rounded by what errors cost the answers and by their signed digits, of which each is an addition; bits
    of weights, bits between layers and the price of a digit differ from one way to the next.

    Parameters
    ----------
    model : Model
    calibration : array of shape (n, features) or (n, \\*input_shape), or the path of a file or folder, optional
        Typical samples; by default the model's own. Weights are fitted to up to 4096 of them. Without ``validation`` a
        third or more is held out, and networks are judged by how they agree with the model on these.
    validation : (samples, labels), or the path of a file or folder with both, optional
        What networks are judged by instead. No test samples: these would no longer tell what the network does on new
        ones.
    max_accuracy_drop : float
        Percentage points that the pick may lose: of its quality on the samples that it is judged by, and by the share
        of answers that is expected to change on new samples, which accuracy cannot lose more than.
    progress : bool
        Whether to show how far it is.

    Raises
    ------
    InputError
        The samples cannot be used, the model is quantized already, or no way loses little enough.
    """
    check_model(model, "optimize")
    check_numbers(max_accuracy_drop=max_accuracy_drop)
    if isinstance(model.network, QuantizedNetwork):
        raise InputError(f"{model.name} is quantized already: its integers are the file's")
    data = UserData.load(model.network, calibration)
    with told(progress) as telling:
        return searched(model.name, data, validation, max_accuracy_drop, telling)


def searched(
    name: str, data: UserData, validation: Given | tuple[Given, Given] | None, drop: float, progress: Progress
) -> Optimized:
    """What :func:`optimize` gives, of a model and samples that were read."""
    from quantnn.quantization.exploration import explore

    network = data.network
    if isinstance(network, QuantizedNetwork):
        raise InputError(f"{name} is quantized already: leave --optimize out")
    judged = None
    if validation is not None:
        known = UserData.load(network, None, validation, purpose="validation")
        assert known.inputs is not None
        judged = (known.inputs, known.labels)
    found = Optimized(data, explore(network, data.calibration, judged, float(drop), progress), float(drop), name)
    _ = found.entry
    return found
