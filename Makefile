# The commands of the book. `make` alone lists them.

PYTHON ?= python3
OFFSET ?= 1000
READY := .venv/ready
SITE := _build/site

# What the pages are made of. Folders count too, so that a deleted file is noticed; plain "book" is the target below.
PAGES := $(shell find _config.yml _toc.yml ko book/. notebooks exercises \
           \( -name .ipynb_checkpoints -o -name __pycache__ \) -prune -o ! -name '* *' -print 2>/dev/null)

export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PYTHONDONTWRITEBYTECODE := 1
unexport PYTHONPATH

.PHONY: help book test lab sync run claims benchmarks pdf links clean

help:  ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

book: $(SITE)/built  ## build both editions, and say where to open them
	@echo "English:  $(CURDIR)/$(SITE)/index.html"
	@echo "한국어:   $(CURDIR)/$(SITE)/ko/index.html"

test: export OMP_NUM_THREADS := 1  # two workers, and two cores
test: $(READY) $(SITE)/built  ## everything that must hold: generated files, tests, pages, every notebook
	python tools/sync.py --check
	pytest -n 2 --dist loadfile
	pytest -n 2 --dist loadfile --nbval-lax --nbval-current-env notebooks/*.ipynb solutions/*/*.ipynb

lab: $(READY)  ## read and run the chapters in JupyterLab
	jupyter lab

sync: $(READY)  ## regenerate what is generated: package, exercises, Korean code cells, ledger
	python tools/sync.py

run: $(READY)  ## run the notebooks that changed, and store their outputs
	python tools/run.py

claims: $(READY)  ## run the claims on other seeds: make claims OFFSET=1000
	python tools/run.py --claims --offset $(OFFSET)

benchmarks: $(READY)  ## compare with PyTorch and others, about ten minutes; writes benchmarks/README.md
	python benchmarks/all.py

pdf: $(READY)  ## both editions as PDF, with xelatex and latexmk of your system
	@command -v xelatex latexmk >/dev/null && fc-list | grep -q "Noto Serif CJK" && fc-list | grep -q "DejaVu Sans" || { \
	  echo "A PDF needs xelatex, latexmk and the fonts Noto CJK and DejaVu. On Debian or Ubuntu:"; \
	  echo "  apt-get install texlive-xetex texlive-latex-extra texlive-fonts-recommended latexmk fonts-noto-cjk fonts-dejavu-core"; exit 1; }
	rm -rf _build/pdf
	jupyter-book build . --builder latex -q --path-output _build/pdf/en
	jupyter-book build ko --builder latex -q --path-output _build/pdf/ko
	for edition in en ko; do \
	  (cd _build/pdf/$$edition/_build/latex && latexmk -xelatex -interaction=nonstopmode -halt-on-error -quiet attention-by-hand.tex) && \
	  cp _build/pdf/$$edition/_build/latex/attention-by-hand.pdf _build/pdf/attention-by-hand-$$edition.pdf || exit 1; \
	done
	@ls -l _build/pdf/*.pdf

links: $(READY)  ## check the links that lead out of the book
	rm -rf _build/links
	jupyter-book build . --builder linkcheck --path-output _build/links/en
	jupyter-book build ko --builder linkcheck --path-output _build/links/ko

clean:  ## remove what was built (not .venv)
	rm -rf _build

# Brought up to date whenever the requirements change; the stamp is written last, so an interrupted set-up goes on.
$(READY): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "This book needs Python 3.11 or newer. Found: $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv .venv
	pip install --disable-pip-version-check --quiet -r requirements.txt
	@touch $@

# Always from scratch, so that no cache hides a warning. The Korean edition is laid at ko/ in the English one.
$(SITE)/built: $(READY) $(PAGES)
	rm -rf _build/en _build/ko $(SITE)
	$(MAKE) --no-print-directory -j 2 edition-en edition-ko
	mv _build/en/_build/html $(SITE)
	mv _build/ko/_build/html $(SITE)/ko
	@touch $@

.PHONY: edition-en edition-ko
edition-en:
	jupyter-book build . --all -W --keep-going -n -q --path-output _build/en
edition-ko:
	jupyter-book build ko --all -W --keep-going -n -q --path-output _build/ko
