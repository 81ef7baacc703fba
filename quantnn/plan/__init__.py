"""From an integer network to a plan of hardware: folds, memories, cost and cycles. No hardware is described here.

Importing the package registers every engine's plan.
"""

from quantnn.plan import folded_dense, streamed_rescale

__all__ = ["folded_dense", "streamed_rescale"]
