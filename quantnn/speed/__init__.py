"""How fast a network is on this computer and on the FPGA, side by side."""
