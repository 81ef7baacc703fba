"""TorchScript archives: modules with code in a small subset of Python, which is followed and never executed."""
