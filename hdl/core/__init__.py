"""The core: engines, queues and streams of a network, and how they become Verilog."""
