"""Choices of folds for all layers that fit an interval and limits, layer by layer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from quantnn.arithmetic import Integers, ceil_div
from quantnn.plan.assemble import Choice
from quantnn.plan.bounds import Bounds, Floats
from quantnn.plan.cost import Cost
from quantnn.plan.options import LayerOptions, Option, OptionTable, grouped
from quantnn.plan.pareto import pareto

__all__ = ["Partials", "Search"]

_LOGIC_GRAINS = 128
"""Steps of logic in which partial plans are told apart, of the whole device."""

_MIXES = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Between few resources and a short tail: what is kept where there is more than can be."""


_COLUMNS = ("cost", "tail", "lanes", "per_beat", "parent", "table", "row")


@dataclass(frozen=True, eq=False)
class Partials:
    """Choices for the layers so far, a row for each.

    Parameters
    ----------
    cost : Integers of shape (n, 3)
        Multipliers, block RAMs, logic.
    tail, lanes, per_beat : Integers
        Sum of the tails; elements of the beats that leave; elements of an input beat.
    before : Partials or None
        Choices for the layers before the last, of which ``parent`` are the rows.
    tables : list of OptionTable
        The last layer's options are rows ``row`` of tables ``table``.
    """

    cost: Integers
    tail: Integers
    lanes: Integers
    per_beat: Integers
    parent: Integers
    table: Integers
    row: Integers
    before: Partials | None = None
    tables: list[OptionTable] = field(default_factory=list)

    @classmethod
    def none(cls) -> Partials:
        """No layer, one choice."""
        zero, one = np.zeros(1, dtype=np.int64), np.ones(1, dtype=np.int64)
        return cls(np.zeros((1, 3), dtype=np.int64), zero, one, one, zero, zero, zero)

    def __len__(self) -> int:
        return len(self.tail)

    def rows(self, which: Integers) -> Partials:
        """Some of the choices."""
        return replace(self, **{name: getattr(self, name)[which] for name in _COLUMNS})

    def costs(self, row: int) -> Cost:
        return Cost(*self.cost[row].tolist())

    def choice(self, row: int) -> Choice:
        """The choice of a row."""
        options: list[Option] = []
        partials, per_beat = self, int(self.per_beat[row])
        while partials.before is not None:
            options.insert(0, partials.tables[partials.table[row]][int(partials.row[row])])
            row, partials = int(partials.parent[row]), partials.before
        return Choice(tuple(options), per_beat)


class Search:
    """A search over the layers that keeps, for each width of the beats in between, what no other partial choice beats.

    Parameters
    ----------
    options : LayerOptions
    limits : Cost
        What the choice may take.

    Members
    -------
    cut : bool
        Whether a search so far kept less than that, because it was too much.
    states : int
        Partial choices that were looked at so far.
    """

    def __init__(self, options: LayerOptions, limits: Cost) -> None:
        self.options, self.limits = options, limits
        self.bounds = Bounds(options, limits)
        self.cut = False
        self.states = 0
        self._there = np.array([limits.multipliers, limits.block_ram, limits.logic])
        self._grain = np.array([1, 1, max(1, limits.logic // _LOGIC_GRAINS)])

    def run(self, interval: int, most: int, *, by_tail: bool = False, beyond: bool = False) -> Partials:
        """Choices within an interval; ``by_tail`` keeps quick ones too, and ``beyond`` what exceeds the limits.

        At most ``most`` are kept of each layer.
        """
        bounds = self.bounds.layers(interval)
        rest = np.cumsum(bounds[::-1], axis=0)[::-1] - bounds
        found = Partials.none()
        for number in range(len(bounds)):
            found = self._layer(number, found, interval, rest[number, :-1], most, by_tail, beyond)
        return found

    def _layer(
        self, number: int, before: Partials, interval: int, rest: Floats, most: int, by_tail: bool, beyond: bool
    ) -> Partials:
        parts: list[Partials] = []
        tables: list[OptionTable] = []
        for members in grouped(before.lanes, np.arange(len(before))):
            table = self.options.of(number, int(before.lanes[members[0]])).within(interval, number == 0, by_tail)
            cost, per_beat = table.whole, np.zeros(len(table), dtype=np.int64)
            if number == 0:
                per_beat = _input_beats(table, ceil_div(self.options.network.in_features, interval))
                direct = table.direct & (per_beat == table.word)
                cost = np.where(direct[:, np.newaxis], table.cost, cost)
            which, row = (grid.ravel() for grid in np.meshgrid(members, np.arange(len(table)), indexing="xy"))
            if number == 0:
                which, row = which[per_beat[row] > 0], row[per_beat[row] > 0]
            self.states += len(row)
            total = before.cost[which] + cost[row]
            free = (total <= self._there).all(axis=1)
            free &= (total @ self.bounds.prices.T + rest <= self.bounds.worth).all(axis=1)
            free |= beyond
            which, row, total = which[free], row[free], total[free]
            parts.append(
                Partials(
                    total,
                    before.tail[which] + table.tail[row],
                    table.lanes[row],
                    before.per_beat[which] if number else per_beat[row],
                    which,
                    np.full(len(row), len(tables)),
                    row,
                )
            )
            tables.append(table)
        parts = parts or [before.rows(np.arange(0))]
        joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _COLUMNS}
        found = self._thinned(replace(parts[0], **joined, before=before, tables=tables), rest, 20 * most)
        keys = found.cost // self._grain
        if by_tail:
            keys = np.column_stack([keys, found.tail])
        kept = [group[pareto(keys[group])] for group in grouped(found.lanes, np.arange(len(found)))]
        return self._thinned(found.rows(np.concatenate(kept)), rest, most) if kept else found

    def _thinned(self, found: Partials, rest: Floats, most: int) -> Partials:
        """At most ``most`` of the choices: those that leave most room, those with short tails, and between."""
        if len(found) <= most:
            return found
        self.cut = True
        full = ((found.cost @ self.bounds.prices.T + rest) / np.maximum(self.bounds.worth, 1e-9)).max(axis=1)
        ranks = [np.argsort(np.argsort(values, kind="stable"), kind="stable") for values in (full, found.tail)]
        each = most // len(_MIXES)
        chosen = [
            np.argsort((1 - mix) * ranks[0] + mix * ranks[1], kind="stable")[:each] for mix in _MIXES
        ]
        return found.rows(np.unique(np.concatenate(chosen)))


def _input_beats(table: OptionTable, least: int) -> Integers:
    """Elements of an input beat for options of the first layer: the fewest that keep its pace and divide its words.

    0 where that would take more than twice as many as needed.
    """
    found = np.where(table.direct & (table.word <= 2 * least), table.word, 0)
    for beat in range(least, 2 * least + 1):
        found = np.where((found == 0) & (table.word % beat == 0) & (table.word >= beat), beat, found)
    return found
