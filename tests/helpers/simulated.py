"""What tests of simulated boards share."""

from itertools import islice

import numpy as np

from quantnn.link.frame import FrameDecoder

__all__ = ["COUNT", "PATIENCE", "ask", "segments", "test_images"]

PATIENCE = 10.0
"""Seconds: a simulation on a busy machine is slow, and nothing that is sent to it is lost by itself."""

COUNT = 60


def test_images(digits):
    """Test images of the digits example, the extreme ones at the end, and their labels."""
    return tuple(np.load(digits / "vectors" / f"{name}.npy").astype(np.int64) for name in ("inputs", "labels"))


test_images.__test__ = False


def segments(shown):
    """The lit segments from left to right."""
    return [shown.display >> 8 * place & 0xFF for place in reversed(range(6))]


def ask(port, data, count=1, seconds=PATIENCE):
    """Frames that come within some time, as many as are expected at most."""
    decoder = FrameDecoder()
    port.write(data)

    def frames():
        for _ in range(round(50 * seconds)):
            yield from decoder.feed(port.read(max(1, port.in_waiting)))

    return list(islice(frames(), count))
