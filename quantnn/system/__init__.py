"""The machine that quantnn runs on: what it has, programs that are started, and what is told while they run."""
