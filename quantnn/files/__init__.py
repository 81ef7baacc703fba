"""Reading and writing files safely: archives of numpy, tables of TOML, folders that appear whole or not at all."""
