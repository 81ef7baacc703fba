"""Shapes as Keras states them."""

from __future__ import annotations

__all__ = ["stated_shape"]


def stated_shape(value: object) -> tuple[int, ...] | None:
    """A shape with its batch, without it; None if nothing is stated, or not all of it."""
    if isinstance(value, dict):
        value = value.get("items")
    if not isinstance(value, list) or len(value) < 2:
        return None
    found = tuple(size for size in value[1:] if isinstance(size, int) and not isinstance(size, bool) and size > 0)
    return found if len(found) == len(value) - 1 else None
