# The two commands of the README: `make demo` and `make test`. `make help` lists the rest.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
PORT ?= 8000
ONCE ?=
VENV := .venv
INFRA := .venv-infra
ORIGINAL := .venv-original
SUPPLY := .venv-supply
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
LOCKED := --no-deps --require-hashes --requirement
TORCH := torch==2.13.0
DOCKER ?= docker

.DEFAULT_GOAL := help
.PHONY: help demo test browser contract fuzz check fix bench bench-image bench-batch bench-hostile soak soak-local benchmark-asap benchmark-unseen lab model \
	audit sbom image key bootstrap deploy go-back destroy deploy-local e2e e2e-tools e2e-batch pictures snapshot reliability system system-local lock clean

help:  ## list the commands
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 18

demo: $(VENV)/.serve  ## score three essays over HTTP, then serve on PORT until Ctrl-C (ONCE=1 stops)
	@$(BIN)/python examples/demo.py --port $(PORT) $(if $(ONCE),--once)

test: $(VENV)/.dev $(INFRA)/.ready $(SUPPLY)/.ready  ## install what the tests need and run them
	@$(INFRA)/bin/python -m pytest infra/tests
	@$(SUPPLY)/bin/python -m pytest supply/tests
	@$(BIN)/python -m pytest $(ARGS)

browser: $(VENV)/.dev  ## test the page in a real browser, which this installs (Debian)
	$(call debian,requirements/debian-browser.txt)
	@ESSAY_SCORER_BROWSER=required $(BIN)/python -m pytest tests/browser $(ARGS)

contract: $(VENV)/.dev  ## make CASES=2000 requests of each operation from the contract, all checked
	@CASES=$(or $(CASES),2000) $(BIN)/python -m pytest tests/contract -s $(ARGS)

fuzz: $(VENV)/.fuzz  ## look for inputs that break the event parser or the text rooms, MINUTES=10
	@$(BIN)/python -m tests.fuzz.run_fuzzer --minutes $(or $(MINUTES),10)

check: $(VENV)/.dev $(INFRA)/.ready  ## formatting, lint, types, import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(INFRA)/bin/mypy app.py infra local_aws bench/image.py
	$(BIN)/lint-imports

audit: $(SUPPLY)/.ready  ## ask for advisories about every locked package (Error 77: cannot be asked)
	@$(SUPPLY)/bin/python -m supply.audit

sbom: $(VENV)/.serve $(SUPPLY)/.ready  ## write the bill of materials, build/sbom.json (IMAGE=essay-scorer: its system's too)
	@$(SUPPLY)/bin/python -m supply.sbom $(if $(IMAGE),--image=$(IMAGE) --docker=$(DOCKER)) $(ARGS)

image: $(INFRA)/.ready  ## build the function's image (BASE=, where AWS's registry is out of reach)
	@options=$$($(INFRA)/bin/python -m infra.image $(SETTINGS) $(if $(BASE),base_image=$(BASE))) && \
		DOCKER_BUILDKIT=1 $(DOCKER) build $$options --tag essay-scorer .
	@$(DOCKER) image ls essay-scorer

SETTINGS ?=
bootstrap: $(INFRA)/.ready  ## make what CDK needs in an AWS account, once
	@$(INFRA)/bin/python -m infra.operations bootstrap $(SETTINGS)

deploy: $(INFRA)/.ready  ## deploy to AWS: show the difference and the worst day, ask, deploy, score
	@$(INFRA)/bin/python -m infra.operations deploy $(SETTINGS) $(if $(YES),--yes)

go-back: $(INFRA)/.ready  ## let the version before the present one answer
	@$(INFRA)/bin/python -m infra.operations rollback $(SETTINGS)

destroy: $(INFRA)/.ready  ## take the deployment away, and say what is left
	@$(INFRA)/bin/python -m infra.operations destroy $(SETTINGS) $(if $(YES),--yes)

deploy-local: system-local $(INFRA)/.ready  ## the whole deployment on this machine, until Ctrl-C
	@$(INFRA)/bin/python -m local_aws $(SETTINGS) $(if $(ONCE),--once)

e2e-tools: system-local $(VENV)/.lab $(INFRA)/.ready
e2e: e2e-tools  ## test a deployment on this machine, end to end (Error 77: this machine cannot)
	@$(INFRA)/bin/python -m pytest local_aws/tests

e2e-batch: e2e-tools  ## the same with 5,000 essays in a batch
	@ESSAYS=5000 $(INFRA)/bin/python -m pytest local_aws/tests/test_batch.py

pictures: $(VENV)/.dev  ## draw the documents' pictures from their sources
	$(call debian,requirements/debian-docs.txt)
	dot -Tsvg docs/architecture.dot -o docs/architecture.svg
	$(call debian,requirements/debian-browser.txt)
	$(BIN)/python -m tests.browser.screenshots

snapshot: $(INFRA)/.ready  ## write the reviewed template of the deployment again
	@WRITE_SNAPSHOT=1 $(INFRA)/bin/python -m pytest --quiet infra/tests -k reviewed

reliability: $(VENV)/.dev  ## write the page on faults again, from what the tests see
	@WRITE_RELIABILITY=1 $(BIN)/python -m pytest tests/faults

bench-hostile: $(VENV)/.serve  ## measure texts made to be slow beside prose of the same size
	@$(BIN)/python bench/hostile.py $(ARGS)

soak: $(VENV)/.serve  ## mixed traffic at 80 % of capacity of the local server, MINUTES=30
	@$(BIN)/python bench/soak.py --minutes $(or $(MINUTES),30) $(ARGS)

soak-local: e2e-tools  ## the same against a deployment on this machine, MINUTES=30
	@$(INFRA)/bin/python -m local_aws.soak --minutes $(or $(MINUTES),30)

key: $(VENV)/.serve  ## make a key for a server, and the hash that it keeps
	@$(BIN)/essay-scorer key

fix: $(VENV)/.dev  ## format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: system $(VENV)/.lab $(ORIGINAL)/.ready  ## measure the handler beside the first system's: docs/performance.md
	@$(BIN)/python -m bench.speed --original $(ORIGINAL) $(ARGS)

bench-image: e2e-tools $(ORIGINAL)/.ready  ## the same through both images, after `make bench`
	@$(INFRA)/bin/python -m bench.image --original $(ORIGINAL) $(ARGS)
	@$(BIN)/python -m bench.performance

bench-batch: $(VENV)/.lab $(ORIGINAL)/.ready  ## measure a batch beside scoring one by one, ours and the original's
	@$(BIN)/python -m bench.batch_throughput --original $(ORIGINAL)

benchmark-asap: $(VENV)/.lab  ## the public benchmark on DATA=asap.parquet: forty scorers a recipe
	$(BIN)/python bench/agreement.py asap --data $(DATA) --folds $(dir $(DATA))asap_folds \
		--out docs/benchmark-asap.md

benchmark-unseen: $(VENV)/.lab  ## leave one prompt out of DATA=asap2.parquet, each in turn
	$(BIN)/python bench/agreement.py unseen --data $(DATA) --out docs/benchmark-unseen.md

lab: $(VENV)/.lab  ## install the lab: torch, Keras and what training needs

# The shipped bundle, from the essays in DATA: about twenty minutes on two cores.
model: $(VENV)/.lab  ## train the shipped bundle again from DATA=essays.parquet
	$(BIN)/essay-scorer train --recipe default --data $(DATA) --out runs/default \
		--name essay-scorer-en --version 1.3.0 --licence CC-BY-NC-SA-4.0 \
		--credit "ASAP 2.0, from PERSUADE 2.0 (Crossley et al. 2024), CC BY-NC-SA 4.0" \
		--assignments examples/assignments.json
	rm -rf models/default && cp -r runs/default/bundle models/default

SUDO = $(shell [ "$$(id -u)" = 0 ] || echo sudo)
define debian  # the packages that a list names, unless they are there
@packages=$$(sed 's/#.*//' $(1)) && { dpkg --status $$packages >/dev/null 2>&1 || \
	{ $(SUDO) apt-get update --quiet --quiet && $(SUDO) env DEBIAN_FRONTEND=noninteractive \
	apt-get install --yes --quiet --quiet --no-install-recommends $$packages; }; }
endef

system:  ## install the Debian packages that some tests and the recipe classic want
	$(call debian,requirements/debian.txt)

# Whoever is not root hears from the program itself that it needs root.
system-local:  ## install the Debian packages that the local deployment starts
	$(if $(filter 0,$(shell id -u)),$(call debian,requirements/debian-local.txt))

$(BIN)/python:
	@"$(or $(PYTHON),false)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "essay-scorer needs Python 3.11 or newer; name one with PYTHON=" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.serve: requirements/serve.txt pyproject.toml | $(BIN)/python
	@echo "installing the runtime into $(VENV)" >&2
	@$(PIP) install $(LOCKED) requirements/serve.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.lab: requirements/lab.txt requirements/lab-encoder.txt $(VENV)/.serve
	@echo "installing the lab into $(VENV)" >&2
	@$(PIP) install $(TORCH)
	@$(PIP) install $(LOCKED) requirements/lab.txt
	@$(PIP) install $(LOCKED) requirements/lab-encoder.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.lab
	@echo "installing the tests' tools into $(VENV)" >&2
	@$(PIP) install $(LOCKED) requirements/dev.txt
	@touch $@

$(VENV)/.fuzz: requirements/fuzz.txt $(VENV)/.dev
	@$(PIP) install $(LOCKED) requirements/fuzz.txt
	@touch $@

# The first system's handler, as the benchmark stands in for it, with what it loads.
$(ORIGINAL)/.ready: bench/original/requirements.txt bench/original/prepare.py $(VENV)/.lab
	@echo "installing the first system's stand-in into $(ORIGINAL)" >&2
	@$(PYTHON) -m venv $(ORIGINAL)
	@$(ORIGINAL)/bin/python -m pip --quiet --disable-pip-version-check install $(TORCH)
	@$(ORIGINAL)/bin/python -m pip --quiet --disable-pip-version-check install \
		$(LOCKED) bench/original/requirements.txt
	@$(ORIGINAL)/bin/python bench/original/prepare.py \
		$$($(BIN)/python -c 'from essay_scorer.lab.artefacts import find_encoder; \
			from essay_scorer.lab.recipe import Recipe; \
			print(find_encoder(Recipe.load("default").encoder))') \
		/usr/share/wordnet src/essay_scorer/lab/recipes/classic.toml $(ORIGINAL)/models
	@touch $@

$(INFRA)/.ready: requirements/infra.txt | $(BIN)/python
	@echo "installing the deployment's tools into $(INFRA)" >&2
	@$(PYTHON) -m venv $(INFRA)
	@$(INFRA)/bin/python -m pip --quiet --disable-pip-version-check install \
		$(LOCKED) requirements/infra.txt
	@touch $@

$(SUPPLY)/.ready: requirements/supply.txt | $(BIN)/python
	@echo "installing what audits the packages into $(SUPPLY)" >&2
	@$(PYTHON) -m venv $(SUPPLY)
	@$(SUPPLY)/bin/python -m pip --quiet --disable-pip-version-check install \
		$(LOCKED) requirements/supply.txt
	@touch $@

# Resolves every lock anew, within the bounds of pyproject.toml; needs the package index.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-emit-index-url --no-header --no-annotate
NO_TORCH = $(foreach name,torch triton setuptools $(shell sed -nE 's/^((nvidia|cuda)-[a-z0-9-]+)$$/\1/p' \
	requirements/torch-parts.txt),--no-emit-package $(name))

lock: $(VENV)/.dev  ## lock all dependencies again, with hashes
	$(COMPILE) --no-deps requirements/runtime.in --output-file image/requirements.txt
	$(COMPILE) --no-deps requirements/serve.in --constraints image/requirements.txt \
		--output-file requirements/serve.txt
	$(COMPILE) requirements/lab.in --constraints requirements/serve.txt $(NO_TORCH) \
		--output-file requirements/lab.txt
	$(COMPILE) --no-deps requirements/lab-encoder.in --output-file requirements/lab-encoder.txt
	$(COMPILE) requirements/dev.in --constraints requirements/serve.txt \
		--constraints requirements/lab.txt --output-file requirements/dev.txt
	$(COMPILE) requirements/fuzz.in --output-file requirements/fuzz.txt
	$(COMPILE) bench/original/requirements.in --constraints requirements/lab.txt $(NO_TORCH) \
		--output-file bench/original/requirements.txt
	$(COMPILE) requirements/infra.in --output-file requirements/infra.txt
	$(COMPILE) requirements/supply.in --output-file requirements/supply.txt
	$(COMPILE) --no-deps requirements/local-image.in --output-file requirements/local-image.txt

clean:  ## remove the environment and everything that was built
	rm -rf $(VENV) $(INFRA) $(ORIGINAL) $(SUPPLY) infra/node_modules build dist runs cdk.out
