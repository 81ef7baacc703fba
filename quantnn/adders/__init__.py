"""Constant matrices as graphs of shifts and additions: what multiplies by known weights without a multiplier."""
