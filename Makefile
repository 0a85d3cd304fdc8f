# `make run` opens the desktop, `make test` checks everything. Both set themselves up.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

bin := .venv/bin

.PHONY: help setup run test lint bench soak tour pictures lock clean

help:
	@echo "make run    open the desktop on the fictional demo county, made on first use; desk=… another of its offices"
	@echo "make test   check everything: lint, types, layers, tests"
	@echo "make setup  only the environment in .venv, which the others make themselves"
	@echo "make lint · bench · soak · tour · pictures · lock · clean"

setup:
	@resources/setup/environment.sh

run: setup demo/county
	@$(bin)/python -m tests.e2e.run $(desk)

lint: setup
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy
	$(bin)/lint-imports

test: lint
	$(bin)/python -m pytest -n 2 --dist loadscope

bench: setup
	$(bin)/python -m pip install -qq --require-hashes -r requirements-bench.lock
	$(bin)/python -m tests.bench

# Searches for a lost edit or two stores that differ, afresh each time: `make soak SECONDS=600`.
SECONDS ?= 600
soak: setup
	$(bin)/python -m tests.sync.soak $(SECONDS)

tour: setup demo/county
	$(bin)/siji tour demo/county out/tour

# The pictures of the manual and of the README, from the demonstration: look at them before they are kept.
pictures: setup demo/county
	$(bin)/python -m ui.manual_pictures demo resources

demo/county: | setup
	$(bin)/siji demo demo

# Remakes both locks from pyproject.toml, with every release's hash and no address in it; what `make bench` adds stands
# in a lock of its own. `make lock upgrade=--upgrade` takes the newest versions. Needs uv (pip install uv).
compile := uv pip compile --no-config --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-annotate --custom-compile-command "make lock" --quiet

lock:
	$(compile) $(upgrade) pyproject.toml --extra dev --output-file requirements.lock
	$(compile) $(upgrade) pyproject.toml --extra bench --constraint requirements.lock --output-file requirements-bench.lock

clean:
	rm -rf .venv build out *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
