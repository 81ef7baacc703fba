"""The version, for what must not know the package's face."""

__all__ = ["__version__"]

__version__ = "0.1.0"
