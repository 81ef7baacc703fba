"""Faults for the memories of a core: one bit of a weight, a parameter or a table, and the network that it makes."""

from dataclasses import dataclass, replace
from pathlib import Path

from quantnn.arithmetic import half
from quantnn.network.layers import Dense
from quantnn.network.network import IntegerNetwork
from quantnn.plan.core import CorePlan

__all__ = ["MemoryFault", "memory_faults"]


@dataclass(frozen=True, eq=False)
class MemoryFault:
    """A bit of a memory file that is flipped.

    Parameters
    ----------
    category : str
    file : str
        Name of the memory's file without the core's.
    word, bit : int
    network : IntegerNetwork
        What the network has become.
    """

    category: str
    file: str
    word: int
    bit: int
    network: IntegerNetwork

    def apply(self, folder: Path, core: str) -> None:
        """Flip the bit in the files of ``core``."""
        path = folder / f"{core}{self.file}"
        lines = path.read_text().splitlines()
        digits = list(lines[self.word])
        digits[-1 - self.bit] = "10"[int(digits[-1 - self.bit])]
        lines[self.word] = "".join(digits)
        path.write_text("\n".join(lines) + "\n")

    def __str__(self) -> str:
        return f"{self.category} in {self.file}: bit {self.bit} of word {self.word}"


def memory_faults(plan: CorePlan, random, count: int) -> list[MemoryFault]:
    """``count`` different faults at random, each in a bit that some neuron uses."""
    found = {}
    while len(found) < count:
        number = int(random.integers(len(plan.engines)))
        try:
            category, layer = _faulty(plan.engines[number], random)
        except ValueError:
            continue
        fault = _fault(plan, number, category, layer)
        if fault:
            found[fault.file, fault.word, fault.bit] = fault
    return list(found.values())


def _faulty(engine, random):
    """The engine's layer with one bit of one number flipped; ValueError where that is no number of its format."""
    layer, fields = engine.layer, dict(engine.parameters.fields)
    kinds = ["bias", *(["weight", "weight"] if isinstance(layer, Dense) else [])]
    kinds += ["shift"] if "shift" in fields else []
    kinds += ["table"] if layer.table and engine.lanes == 1 else []
    category = str(random.choice(kinds))
    channel = int(random.integers(layer.out_features))
    if category == "weight":
        weights = layer.weights.copy()
        place = int(random.integers(layer.in_features)), channel
        weights[place] = _flipped(weights[place], layer.weight_range.width, random)
        return category, replace(layer, weights=weights)
    if category == "bias":
        bias = layer.bias.copy()
        bias[channel] = _flipped(bias[channel], fields["bias"], random)
        return category, replace(layer, bias=bias)
    if category == "table":
        values = list(layer.table.values)
        place = int(random.integers(len(values)))
        values[place] = _flipped(values[place], layer.table.output.width, random)
        return category, replace(layer, table=replace(layer.table, values=tuple(values)))
    shifts, roundings = list(layer.requantizer.shifts), list(layer.requantizer.roundings)
    shifts[channel] ^= 1 << int(random.integers(fields["shift"]))
    roundings[channel] = half(shifts[channel]) if roundings[channel] else 0
    return category, replace(
        layer, requantizer=replace(layer.requantizer, shifts=tuple(shifts), roundings=tuple(roundings))
    )


def _flipped(value, width: int, random) -> int:
    """The two's complement number with one bit flipped."""
    flipped = (int(value) ^ (1 << int(random.integers(width)))) % (1 << width)
    return flipped - (1 << width) if value < 0 or flipped >> (width - 1) else flipped


def _fault(plan, number, category, layer) -> MemoryFault | None:
    """The one bit in which the memories of a changed layer differ; None if it needs other hardware."""
    engine = plan.engines[number]
    changed = replace(engine, layer=layer, parameters=replace(engine.parameters, layer=layer))
    if changed.parameters.fields != engine.parameters.fields:
        return None
    contents = {
        "weight": ("mac_weights", lambda e: e.weight_words()),
        "table": ("drain_table_0", lambda e: e.layer.table.words()),
    }
    file, words = contents.get(category, ("drain_parameters", lambda e: e.parameters.words(e.lanes)))
    places = [(n, a ^ b) for n, (a, b) in enumerate(zip(words(engine), words(changed), strict=True)) if a != b]
    if len(places) != 1 or places[0][1].bit_count() != 1:
        return None
    layers = list(plan.network.layers)
    layers[number] = layer
    word, difference = places[0]
    network = replace(plan.network, layers=tuple(layers))
    return MemoryFault(category, f"_layer_{number}_{file}.mem", word, difference.bit_length() - 1, network)
