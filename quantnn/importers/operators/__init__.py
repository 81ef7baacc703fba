"""What every format's reader makes of its file: one operator after the other, from which a network is built."""
