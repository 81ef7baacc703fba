# The two commands of the README, for machines with make. The same as plain commands stand there too.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test slow lint clean

demo: $(VENV)/installed
	$(BIN)/quantnn demo

test: lint
	$(BIN)/pytest

slow: $(VENV)/installed
	$(BIN)/pytest -m slow

# mypy reads an installed copy: hdl/, sim/ and boards/ are part of the package only there.
lint: $(VENV)/installed
	$(BIN)/ruff check .
	rm -rf .typing && $(BIN)/pip install --quiet --no-deps --target .typing .
	MYPYPATH=.typing $(BIN)/mypy -p quantnn

$(VENV)/installed: pyproject.toml
	@$(PYTHON) quantnn/system/machine.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet -e '.[test]'
	@touch $@

clean:
	rm -rf $(VENV) .typing build dist *.egg-info
