"""Boards as data: what a TOML file says of one, and the project that its tools read."""
