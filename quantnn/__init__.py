"""quantnn: a trained neural network goes in, an FPGA design that is proven bit-exact comes out."""

from quantnn.errors import QuantnnError

__all__ = ["QuantnnError", "__version__"]

__version__ = "0.1.0"
