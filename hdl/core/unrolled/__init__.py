"""Unrolled layers as gateware."""
