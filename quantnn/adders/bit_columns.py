"""Sums as columns of bits, and what they have in common."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["BitColumns", "Triple"]

Place = tuple[int, int]
"""An output, and a place of it."""


@dataclass(frozen=True)
class Triple:
    """``Σ sign · atom`` of three atoms, which the users have, or its opposite.

    The sum of the atoms, each inverted where its sign is -1, makes the next two atoms: its bits, the lower first.
    """

    atoms: tuple[int, ...]
    signs: tuple[int, ...]
    users: tuple[tuple[Place, int], ...]


@dataclass
class BitColumns:
    """The bits that are added to and taken from each place of each output, as sets: bit n of a mask is atom n.

    Parameters
    ----------
    atoms : int
        How many there are; each triple makes two more.
    widths : list of int
        Per output: places from there on do not count.
    """

    atoms: int
    widths: list[int]
    added: dict[Place, int] = field(default_factory=dict)
    taken: dict[Place, int] = field(default_factory=dict)

    def put(self, output: int, place: int, atom: int, sign: int) -> None:
        """One more bit, unless it lies above what counts."""
        if place < self.widths[output]:
            for masks, own in ((self.added, sign > 0), (self.taken, sign < 0)):
                masks[output, place] = masks.get((output, place), 0) | own << atom

    def common(self, one: Place, other: Place, sign: int) -> int:
        """Atoms that both have, with the same sign, or with the opposite one."""
        added, taken = (self.added, self.taken) if sign > 0 else (self.taken, self.added)
        return self.added[one] & added[other] | self.taken[one] & taken[other]

    def shared(self) -> Iterator[Triple]:
        """Takes out triples that two places or more have in common, and puts in the two bits of each one's sum.

        The pair of places with most in common comes first. Of what these have in common, it takes what further places
        have as well, and then the atoms that fewest others use.
        """
        queue: list[tuple[int, Place, Place, int]] = []
        places = sorted(self.added)
        for number, one in enumerate(places):
            for other in places[:number]:
                self._push(queue, one, other, 1)
                self._push(queue, one, other, -1)
        while queue:
            before, one, other, sign = heapq.heappop(queue)
            atoms = self.common(one, other, sign)
            if atoms.bit_count() != -before:
                self._push(queue, one, other, sign)
                continue
            users = [(one, 1), (other, sign)]
            while found := self._further(users, atoms):
                atoms, user = found
                users.append(user)
            triple = self._take(users, atoms)
            yield triple
            self._push(queue, one, other, sign)
            above, beyond = (one[0], one[1] + 1), (other[0], other[1] + 1)
            if above in self.added and beyond in self.added:
                self._push(queue, above, beyond, sign)

    def _push(self, queue: list[tuple[int, Place, Place, int]], one: Place, other: Place, sign: int) -> None:
        count = self.common(one, other, sign).bit_count()
        if count >= 3:
            heapq.heappush(queue, (-count, one, other, sign))

    def _further(self, users: list[tuple[Place, int]], atoms: int) -> tuple[int, tuple[Place, int]] | None:
        """The place that has most of these atoms, at least three, and what it has."""
        known, first, most, found = {place for place, _ in users}, users[0][0], 2, None
        for place in self.added:
            if place in known:
                continue
            for sign in (1, -1):
                both = self.common(first, place, sign) & atoms
                if both and (count := both.bit_count()) > most:
                    most, found = count, (both, (place, sign))
        return found

    def _take(self, users: list[tuple[Place, int]], atoms: int) -> Triple:
        each = [number for number in range(atoms.bit_length()) if atoms >> number & 1]
        if len(each) > 3:
            every = [self.added[place] | self.taken[place] for place in self.added]
            each.sort(key=lambda atom: sum(mask >> atom & 1 for mask in every))
        chosen = tuple(each[:3])
        first = users[0][0]
        signs = tuple(1 if self.added[first] >> atom & 1 else -1 for atom in chosen)
        keep = ~sum(1 << atom for atom in chosen)
        for (output, place), sign in users:
            for masks in (self.added, self.taken):
                masks[output, place] &= keep
            self.put(output, place, self.atoms, sign)
            self.put(output, place + 1, self.atoms + 1, sign)
        self.atoms += 2
        return Triple(chosen, signs, tuple(users))
