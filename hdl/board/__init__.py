"""What a board has around the core: clock, pins, samples, displays, host link."""
