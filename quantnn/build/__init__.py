"""From an exported folder to a bitstream: the tools of each board's maker, and what they say of the design."""
