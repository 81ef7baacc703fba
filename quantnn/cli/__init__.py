"""The command line: thin, every command prints what to do next."""

from quantnn.cli import board, design  # noqa: F401  these register their commands
from quantnn.cli.app import app, main

__all__ = ["app", "main"]
