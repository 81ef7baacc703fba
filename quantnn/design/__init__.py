"""An exported folder: writing it, reading it, and what stands in it."""
