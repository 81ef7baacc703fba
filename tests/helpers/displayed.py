"""What seven-segment displays show, as text."""

from quantnn.hdl.board.seven_segment import DASH, DIGITS

__all__ = ["displayed"]

SIGNS = {0: " ", DASH: "-", **{segments: f"{digit:X}" for digit, segments in enumerate(DIGITS)}}


def displayed(segments, count):
    """The signs of ``count`` displays from left to right; ``segments`` has seven bits of each, the rightmost lowest."""
    return "".join(SIGNS[segments >> 7 * place & 0x7F] for place in reversed(range(count)))
