"""The integer network: layers, its file, and the numpy reference that says what hardware has to compute."""
