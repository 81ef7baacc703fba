# The two commands of the README, for machines with make. The same as plain commands stand there too.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test slow coverage lint clean

demo: $(VENV)/installed
	$(BIN)/quantnn demo

test: lint
	$(BIN)/pytest

slow: $(VENV)/installed
	$(BIN)/pytest -m slow

# Which branches the tests take, those of the long ones left out; a page for each file in htmlcov/.
coverage: $(VENV)/installed
	$(BIN)/pytest --cov --cov-report=term --cov-report=html

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
	rm -rf $(VENV) .typing build dist *.egg-info htmlcov .coverage .coverage.*
