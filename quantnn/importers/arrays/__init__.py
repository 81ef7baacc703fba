"""The arrays of layers in files that hold nothing else: what they are called, and how they fit together."""
