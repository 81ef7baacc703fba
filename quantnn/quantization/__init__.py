"""From the float network to the integer network."""
