"""The exported core and board, simulated and compared with the reference."""
