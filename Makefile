# Two commands do everything: make run, make test. The virtual environment is made once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: run test lab lint notebooks example bench clean

run: $(READY)
	@$(BIN)/korus run --pdf
	@echo "Next, your own: $(BIN)/korus check 'The US deficit with Mexico was \$$63.3 billion in 2016'"
	@echo "Or a text of your own: $(BIN)/korus read article.txt"

test: $(READY)
	@$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder --cov=korus_helpers tests
	@$(BIN)/pytest -n auto --dist loadfile --nbval notebooks

lab: $(READY)
	@$(BIN)/jupyter lab notebooks/00_start_here.ipynb

lint: $(READY)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports

# Execute the committed notebooks with their default parameters on the shipped figures (KORUS_DATA
# empty), and keep nothing of the machine.
KEEP := --ClearMetadataPreprocessor.enabled=True \
  --ClearMetadataPreprocessor.preserve_cell_metadata_mask tags \
  --ClearMetadataPreprocessor.preserve_nb_metadata_mask kernelspec \
  --ClearMetadataPreprocessor.preserve_nb_metadata_mask language_info
notebooks: $(READY)
	@KORUS_DATA= $(BIN)/jupyter nbconvert --to notebook --execute --inplace $(KEEP) notebooks/[0-9]*.ipynb

# The run that is kept under outputs/example, and the picture of it in the README.
example: $(READY)
	@$(BIN)/python tests/make_example.py

# Other ways to execute the notebooks beside this one: outputs/bench.json and the table in tests/README.md.
bench: $(READY)
	@$(BIN)/python tests/benchmarks/bench_runs.py && $(BIN)/python tests/test_readme.py

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "This needs Python 3.11 or newer. Type: make PYTHON=python3.11 run"; exit 1; }
	@test -x $(BIN)/python -a -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "The module venv is missing. On Debian or Ubuntu type: sudo apt install python3-venv"; exit 1; }
	@echo "Installing the pinned packages into $(VENV) (once, about a minute) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .coverage*
