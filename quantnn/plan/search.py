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

__all__ = ["Effort", "Partials", "Search"]

_LOGIC_GRAINS = 128
"""Steps of logic in which partial plans are told apart, of the whole device."""

_ROWS = 600_000
"""Partial choices that a search looks at, of all layers together, about."""

_LEAST_ROWS, _MOST_ROWS = 15_000, 200_000
"""The same of one layer: at least, and at most."""

_LOOKED_AT = 10
"""How many times as many as are kept are compared with each other."""

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


@dataclass(frozen=True, eq=False)
class _Layer:
    """A layer of one search.

    Parameters
    ----------
    number, interval, most : int
    by_tail, beyond : bool
        As :meth:`Search.run` says.
    others, rest : Floats
        The bounds of all other layers together, and of those behind.
    there : Integers of shape (3,)
    worth : Floats
        What there is, and what that is worth at the bounds' prices.
    tail : float
        Cycles that the tails of the layers up to this one may have.
    """

    number: int
    interval: int
    most: int
    by_tail: bool
    beyond: bool
    others: Floats
    rest: Floats
    there: Integers
    worth: Floats
    tail: float


@dataclass
class Effort:
    """What searching for a plan took.

    Parameters
    ----------
    states : int
        Partial choices that were looked at so far.
    cut : bool
        Whether the choices for the last plan were not all that there are.
    """

    states: int = 0
    cut: bool = False


class Search:
    """A search over the layers that keeps, for each width of the beats in between, what no other partial choice beats.

    Where that is more than may be kept or looked at, those stay that leave most room, those with the shortest tails,
    and some between.

    Parameters
    ----------
    options : LayerOptions
    limits : Cost
        What the choice may take.
    effort : Effort, optional
        Is told what searches take.

    Members
    -------
    cut : bool
        Whether the last search kept less than all.
    """

    def __init__(self, options: LayerOptions, limits: Cost, effort: Effort | None = None) -> None:
        self.options, self.limits = options, limits
        self.bounds = Bounds(options, limits)
        self.cut = False
        self.effort = effort or Effort()
        self._rows = min(max(_ROWS // len(options.stages), _LEAST_ROWS), _MOST_ROWS)
        self._there = np.array([limits.multipliers, limits.block_ram, limits.logic])
        self._grain = np.array([1, 1, max(1, limits.logic // _LOGIC_GRAINS)])

    def run(
        self,
        interval: int,
        most: int,
        *,
        spare: Cost = Cost(),
        tail: float = np.inf,
        by_tail: bool = False,
        beyond: bool = False,
    ) -> Partials:
        """Choices within an interval that leave ``spare``, with tails of ``tail`` cycles together at most.

        At most ``most`` are kept of each layer; ``by_tail`` keeps quick ones too, ``beyond`` what exceeds the limits.
        """
        self.cut = False
        less = np.array([spare.multipliers, spare.block_ram, spare.logic])
        there, worth = self._there - less, self.bounds.worth - self.bounds.prices @ less
        bounds = self.bounds.layers(interval)
        tails = tail - (np.cumsum(bounds[::-1, -1])[::-1] - bounds[:, -1])
        bounds = bounds[:, :-1]
        others = bounds.sum(axis=0) - bounds
        rest = np.cumsum(bounds[::-1], axis=0)[::-1] - bounds
        found = Partials.none()
        for number in range(len(bounds)):
            bound = others[number], rest[number], there, worth, tails[number]
            layer = _Layer(number, interval, most, by_tail, beyond, *bound)
            found = self._unbeaten(self._extended(found, layer), layer)
        return found

    def _options(self, beat: int, layer: _Layer) -> OptionTable:
        """The options that are of use, for arriving beats of ``beat`` elements."""
        table = self.options.of(layer.number, beat)
        useful = table.interval <= layer.interval
        if not layer.beyond:
            cost = np.where(table.direct[:, np.newaxis], table.cost, table.whole)
            useful &= (cost @ self.bounds.prices.T + layer.others <= layer.worth).all(axis=1)
        return table.rows(np.flatnonzero(useful)).cheapest(layer.number == 0, layer.by_tail)

    def _extended(self, before: Partials, layer: _Layer) -> Partials:
        """Every choice with every option of the next layer, as far as that fits."""
        tables = {beat: self._options(beat, layer) for beat in dict.fromkeys(before.lanes.tolist())}
        rows = sum(len(tables[beat]) for beat in before.lanes.tolist())
        if rows > self._rows:
            before = self._thinned(before, layer.others, max(len(_MIXES), len(before) * self._rows // rows))
        parts = [before.rows(np.arange(0))]
        for place, (beat, table) in enumerate(tables.items()):
            cost, per_beat = table.whole, np.zeros(len(table), dtype=np.int64)
            row = np.arange(len(table))
            if layer.number == 0:
                per_beat = _input_beats(table, ceil_div(self.options.network.in_features, layer.interval))
                direct = table.direct & (per_beat == table.word)
                cost = np.where(direct[:, np.newaxis], table.cost, cost)
                row = np.flatnonzero(per_beat)
            members = np.flatnonzero(before.lanes == beat)
            which, row = np.tile(members, len(row)), np.repeat(row, len(members))
            soon = np.flatnonzero(before.tail[which] + table.tail[row] <= layer.tail)
            which, row = which[soon], row[soon]
            self.effort.states += len(row)
            total = before.cost[which] + cost[row]
            if not layer.beyond:
                free = np.flatnonzero((total <= layer.there).all(axis=1))
                free = free[(total[free] @ self.bounds.prices.T + layer.rest <= layer.worth).all(axis=1)]
                which, row, total = which[free], row[free], total[free]
            parts.append(
                Partials(
                    total,
                    before.tail[which] + table.tail[row],
                    table.lanes[row],
                    before.per_beat[which] if layer.number else per_beat[row],
                    which,
                    np.full(len(row), place),
                    row,
                )
            )
        joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _COLUMNS}
        return replace(parts[0], **joined, before=before, tables=list(tables.values()))

    def _unbeaten(self, found: Partials, layer: _Layer) -> Partials:
        """Those that no other with the same lanes beats, as many as may be kept."""
        found = self._thinned(found, layer.rest, _LOOKED_AT * layer.most)
        keys = found.cost // self._grain
        if layer.by_tail:
            keys = np.column_stack([keys, found.tail])
        kept = [group[pareto(keys[group])] for group in grouped(found.lanes, np.arange(len(found)))]
        return self._thinned(found.rows(np.concatenate(kept)), layer.rest, layer.most) if kept else found

    def _thinned(self, found: Partials, rest: Floats, most: int) -> Partials:
        if len(found) <= most:
            return found
        self.cut = True
        full = ((found.cost @ self.bounds.prices.T + rest) / np.maximum(self.bounds.worth, 1e-9)).max(axis=1)
        ranks = [np.argsort(np.argsort(values, kind="stable"), kind="stable") for values in (full, found.tail)]
        each = max(1, most // len(_MIXES))
        chosen = [np.argsort((1 - mix) * ranks[0] + mix * ranks[1], kind="stable")[:each] for mix in _MIXES]
        return found.rows(np.unique(np.concatenate(chosen)))


def _input_beats(table: OptionTable, least: int) -> Integers:
    """Elements of an input beat for options of the first layer: the fewest that keep its pace and divide its words.

    0 where that would take more than twice as many as needed.
    """
    found = np.where(table.direct & (table.word <= 2 * least), table.word, 0)
    for beat in range(least, 2 * least + 1):
        found = np.where((found == 0) & (table.word % beat == 0) & (table.word >= beat), beat, found)
    return found
