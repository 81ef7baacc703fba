"""Files of samples of which there is more to say than their path."""

from __future__ import annotations

from quantnn.model.given import Data

__all__ = ["Data"]
