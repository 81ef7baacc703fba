"""Layer types of an integer network, one module each.

A layer type is a frozen dataclass derived from :class:`Layer`. CONTRIBUTING.md lists the places that a new one
adds a file to; nothing here has to change.
"""

from quantnn.network.layers.base import LAYER_TYPES, Layer
from quantnn.network.layers.dense import Dense
from quantnn.network.layers.rescale import Rescale

__all__ = ["LAYER_TYPES", "Dense", "Layer", "Rescale"]
