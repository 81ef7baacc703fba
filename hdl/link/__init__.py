"""The host link: a serial line, frames, samples in and results out."""
