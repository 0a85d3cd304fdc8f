# `make run` opens the desktop, `make test` checks everything. Both set themselves up.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

bin := .venv/bin

.PHONY: help setup run test lint bench soak tour lock clean

help:
	@echo "make run    open the desktop (on the fictional demo county, made on first use)"
	@echo "make test   check everything: lint, types, layers, tests"
	@echo "make setup  only the environment in .venv, which the others make themselves"
	@echo "make lint · bench · soak · tour · lock · clean"

setup:
	@resources/setup/environment.sh

run: setup
	@$(bin)/python -m ui

lint: setup
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy
	$(bin)/lint-imports

test: lint
	$(bin)/python -m pytest -n 2 --dist loadscope

bench: setup
	$(bin)/python -m tests.bench

# Searches for a lost edit or two stores that differ, afresh each time: `make soak SECONDS=600`.
SECONDS ?= 600
soak: setup
	$(bin)/python -m tests.sync.soak $(SECONDS)

tour: setup demo/county
	$(bin)/siji tour demo/county out/tour

demo/county: | setup
	$(bin)/siji demo demo

# Remakes requirements.lock from pyproject.toml, with every release's hash and no address in it.
# `make lock upgrade=--upgrade` takes the newest versions. Needs uv (pip install uv).
lock:
	uv pip compile pyproject.toml --extra dev --no-config --universal --python-version 3.11 $(upgrade) \
		--generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate \
		--custom-compile-command "make lock" --quiet --output-file requirements.lock

clean:
	rm -rf .venv build out *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
