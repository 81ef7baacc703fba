"""Board facts of quantnn, one TOML file per board, installed as ``quantnn.boards``."""
