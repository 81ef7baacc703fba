"""Models and weights that Keras saved: .keras, .h5, and JSON with weights beside it."""
