"""The command line: thin, every command prints what to do next."""

from quantnn.cli.app import app, main

__all__ = ["app", "main"]
