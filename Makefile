# The commands of the project. `make run` and `make test` do all the set-up that they need.
PYTHON ?= python3
IN_VENV = .venv/bin/python
export PYTHONUNBUFFERED = 1

.DEFAULT_GOAL := help
.PHONY: help run test lint format bench messages screenshots clean

help: ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: python ## set up and run everything with demo data (PORT=8000, BIND=127.0.0.1)
	@$(PYTHON) -m liaison.run.bootstrap run

test: tools ## set up, lint, and run every test on SQLite, PostgreSQL with Redis, and in a browser
	@$(IN_VENV) -m tests.suite

lint: tools ## style, types, templates, import contracts
	@$(IN_VENV) -m tests.suite lint

format: tools ## rewrite Python and templates in the house style
	@$(IN_VENV) -m ruff check --fix --quiet . || true
	@$(IN_VENV) -m ruff format --quiet .

bench: tools ## measure, and print the table of figures
	@$(IN_VENV) -m tests.bench

messages: tools ## developers: collect texts for translation
	@$(IN_VENV) -m tests.messages

screenshots: tools ## take the pictures of the documentation anew (needs Chromium)
	@$(IN_VENV) -m tests.support.screenshots

clean: ## remove the environment, the demo database and all generated files
	rm -rf .venv var .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find liaison/locale -name '*.mo' -delete 2>/dev/null || true

.PHONY: python tools
python:
	@command -v $(PYTHON) >/dev/null || { echo "✗ 找不到 $(PYTHON)，请先安装 Python 3.11 或更高版本。 $(PYTHON) was not found: install Python 3.11 or newer." >&2; exit 1; }

tools: python
	@$(PYTHON) -m liaison.run.bootstrap test
