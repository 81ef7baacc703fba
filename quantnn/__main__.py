"""``python -m quantnn``."""

from quantnn.cli import main

main()
