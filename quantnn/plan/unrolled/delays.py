"""How long signals take through logic, in picoseconds."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LEVELS", "Delays", "Profile"]

_NEVER = -(1 << 40)


@dataclass(frozen=True)
class Profile:
    """When the bits of a value are there: bit i at ``max(flat, first + i · carry)``.

    A sum's bits come one after the other along its carry chain, and a sum of sums starts as soon as their lowest
    bits are there; so chains that follow each other overlap, and only one of them is waited for in full.

    Parameters
    ----------
    flat : int
        Picoseconds after the clock's edge, as everything here.
    first : int
    """

    flat: int
    first: int = _NEVER

    def bit(self, place: int, carry: int) -> int:
        """When one bit is there."""
        return max(self.flat, self.first + place * carry)


@dataclass(frozen=True)
class Delays:
    """Delays of a device family, each with the wires in front of it, as a placed and routed design has them.

    Parameters
    ----------
    register : int
        From the clock's edge to a register's output, and from the last logic into a register.
    lut : int
        Through one LUT.
    adder : int
        Onto a carry chain and off it.
    carry : int
        Along it, per bit.
    fanout : int
        What each doubling of a value's readers adds.
    """

    register: int
    lut: int
    adder: int
    carry: int
    fanout: int

    def loaded(self, readers: int) -> int:
        """What a value with so many readers takes longer."""
        return self.fanout * max(0, readers - 1).bit_length()

    def registered(self, readers: int) -> Profile:
        """A value that comes from a register."""
        return Profile(self.register + self.loaded(readers))

    def sum(self, left: Profile, right: Profile, place: int, readers: int) -> Profile:
        """A sum whose right operand begins at bit ``place`` of the left one, and with it the carry chain."""
        flat = max(left.flat, right.flat)
        chain = max(flat - place * self.carry, left.first, right.first - place * self.carry)
        through = self.adder + self.loaded(readers)
        return Profile(flat + through, chain + through)

    def function(self, operands: list[int], levels: int, readers: int) -> Profile:
        """So many levels of LUTs behind bits that are there at these times."""
        return Profile(max(operands) + levels * self.lut + self.loaded(readers))


LEVELS = Delays(register=0, lut=1, adder=1, carry=0, fanout=0)
"""Not times but levels of logic: sums, saturations and tables one each."""
