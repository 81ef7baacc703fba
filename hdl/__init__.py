"""Amaranth gateware of quantnn, installed as ``quantnn.hdl``."""
