"""TensorFlow Lite and LiteRT."""
