# The commands of the book. `make` alone lists them.

PYTHON ?= python3
OFFSET ?= 1000
EDITION ?=
PY := .venv/bin/python

export PYTHONDONTWRITEBYTECODE := 1
unexport PYTHONPATH

.PHONY: help ready book check test lab practice sync run claims benchmarks pdf links clean

help:  ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

book: ready  ## build both editions, and say where to open them
	@$(PY) tools/build.py

lab: practice  ## your own copy of the chapters and exercises, in JupyterLab
	$(PY) -m jupyterlab --LabApp.default_url=/lab/tree/practice

practice: ready  ## put new chapters and exercises into practice/, which is yours (EDITION=ko: in Korean)
	@$(PY) tools/practice.py $(EDITION)

check: ready  ## before every commit, under two minutes: format, lint, generated files, sources, what changed
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) tools/sync.py --check
	$(PY) -m pytest -q -n 2 --changed $(filter-out %_live.py %_live_digits.py %_site.py,$(wildcard tests/test_*.py))

test: export OMP_NUM_THREADS := 1
test: ready  ## everything that must hold: check, tests, pages, every notebook (WHOLE=1: and no Korean lags)
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) tools/sync.py --check $(if $(WHOLE),--whole)
	@$(PY) tools/build.py
	$(PY) -m pytest -n 2 --dist loadfile
	$(PY) tools/run.py --validate

sync: ready  ## regenerate what is generated: package, exercises, Korean code cells, tables
	$(PY) tools/sync.py

run: ready  ## run the notebooks whose code changed, store their outputs, and sync
	$(PY) tools/run.py
	$(PY) tools/sync.py

claims: ready  ## run the claims on other seeds: make claims OFFSET=1000
	$(PY) tools/run.py --claims --offset $(OFFSET)

benchmarks: ready  ## compare with PyTorch and others, about ten minutes; writes benchmarks/README.md
	$(PY) benchmarks/all.py

pdf: ready  ## both editions as PDF, with xelatex and latexmk of your system
	$(PY) tools/build.py pdf

links: ready  ## check the links that lead out of the book
	$(PY) tools/build.py links

clean:  ## remove what was built; practice/ and .venv stay
	rm -rf _build

ready:
	@$(PYTHON) tools/environment.py
