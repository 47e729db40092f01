# The two commands of the README are `make demo` and `make test`. `make help` lists all targets.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
PORT ?= 8000
ONCE ?=
SETTINGS ?=
VENV := .venv
INFRA := .venv-infra
ORIGINAL := .venv-original
KERAS2 := .venv-keras2
BIN := $(VENV)/bin
PIP := -m pip --quiet --disable-pip-version-check
LOCKED := --no-deps --require-hashes --requirement
EDITABLE := --no-deps --no-build-isolation --editable .
TORCH := torch==2.13.0
DOCKER ?= docker
# The tests that `make test-fast` runs: those of the runtime, which need no lab, without those that
# start and kill many processes or fill the memory.
FAST_TESTS := $(addprefix tests/,text model checks explain serving aws monitoring documents tables \
	batch) \
	$(addprefix --ignore=tests/,batch/test_interruption.py batch/test_pool.py \
	batch/test_resumption.py tables/test_decompression_bombs.py)

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast browser contract fuzz check fix audit sbom vendor image key bootstrap diff \
	deploy smoke rollback go-back prune destroy deploy-local e2e-tools e2e e2e-batch diagrams openapi lint-openapi image-serve \
	snapshot expected-scores reliability bench bench-image bench-threads bench-batch simulate-batch \
	bench-hostile soak soak-deployment benchmark-asap benchmark-unseen \
	benchmark-adapt \
	lab model fairness keras2 system-packages system-packages-local lock clean

help:  ## list the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 24

demo: $(VENV)/.serve  ## score four texts over HTTP, then serve on PORT until Ctrl-C (ONCE=1 exits)
	@$(BIN)/python examples/demo.py --port $(PORT) $(if $(ONCE),--once)

# ---- tests and checks --------------------------------------------------------------------------

# Two processes with a thread each train faster than two that share the cores with four.
test: $(VENV)/.dev $(INFRA)/.ready  ## run all tests; ARGS selects those of tests/
	@$(INFRA)/bin/python -m pytest -n 2 --dist loadfile infra/tests supply/tests
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

test-fast: $(VENV)/.test  ## run the runtime's tests, without installing torch (about a minute)
	@$(BIN)/python -m pytest $(FAST_TESTS) $(ARGS)

browser: $(VENV)/.dev  ## test the page in Chromium, which this installs (Debian)
	$(call debian,requirements/debian-browser.txt)
	@ESSAY_SCORER_BROWSER=required $(BIN)/python -m pytest -n 2 --dist loadfile tests/browser $(ARGS)

contract: $(VENV)/.dev  ## send CASES=2000 generated requests per operation of the OpenAPI document
	@CASES=$(or $(CASES),2000) $(BIN)/python -m pytest tests/openapi -s $(ARGS)

fuzz: $(VENV)/.fuzz  ## fuzz the event parser and the text stages for MINUTES=10
	@$(BIN)/python -m tests.fuzz.run_fuzzer --minutes $(or $(MINUTES),10)

keras2: $(KERAS2)/.ready $(VENV)/.dev  ## compare heads that Keras 2 saves with what the export makes of them
	@rm -rf build/keras2
	@$(KERAS2)/bin/python -W ignore -m tests.lab.export.keras_two_reference build/keras2
	@$(BIN)/python -m tests.lab.export.keras_two_comparison build/keras2

check: $(VENV)/.dev $(INFRA)/.ready  ## check formatting, lint, types and import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(INFRA)/bin/mypy app.py infra local_aws bench/image_startup.py bench/function_threads.py
	$(BIN)/lint-imports

fix: $(VENV)/.dev  ## format the code and fix lint where possible
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

audit: $(INFRA)/.ready  ## look up known vulnerabilities of all locked packages (Error 77: cannot)
	@$(INFRA)/bin/python -m supply.audit

sbom: $(VENV)/.test $(INFRA)/.ready  ## write build/sbom.json; IMAGE=essay-scorer adds its system packages
	@$(INFRA)/bin/python -m supply.sbom $(if $(IMAGE),--image=$(IMAGE) --docker=$(DOCKER)) $(ARGS)

vendor: $(INFRA)/.ready  ## copy the page's parsers from their locked npm packages
	@PATH="$(INFRA)/bin:$$PATH" $(INFRA)/bin/python -m supply.vendor

# ---- deployment --------------------------------------------------------------------------------

image: $(INFRA)/.ready  ## build the function's image; BASE= replaces AWS's base image
	@options=$$($(INFRA)/bin/python -m infra.image $(SETTINGS) $(if $(BASE),base_image=$(BASE))) && \
		DOCKER_BUILDKIT=1 $(DOCKER) build $$options --tag essay-scorer .
	@$(DOCKER) image ls essay-scorer

# Unlike the function's image, it needs nothing but Docker to build.
image-serve:  ## build the image of the server; BASE= replaces Python's base image
	@DOCKER_BUILDKIT=1 $(DOCKER) build --file image/Dockerfile.serve \
		$(if $(BASE),--build-arg BASE=$(BASE)) --tag essay-scorer-serve .
	@$(DOCKER) image ls essay-scorer-serve

key: $(VENV)/.serve  ## generate an API key and its hash, which a server or deployment stores
	@$(BIN)/essay-scorer key

OPERATE = @$(INFRA)/bin/python -m infra.command_line

bootstrap: $(INFRA)/.ready  ## create what CDK needs in an AWS account, once
	$(OPERATE) bootstrap $(SETTINGS)

diff: $(INFRA)/.ready  ## show what a deployment would change, and its maximum cost
	$(OPERATE) diff $(SETTINGS)

deploy: $(INFRA)/.ready  ## show changes and the maximum cost, ask (YES=1 does not), deploy, score
	$(OPERATE) deploy $(SETTINGS) $(if $(YES),--yes) $(if $(OUTPUTS),--outputs="$(OUTPUTS)")

smoke: $(INFRA)/.ready  ## score an essay with the deployment, as `make deploy` does at its end
	$(OPERATE) smoke $(SETTINGS)

rollback: $(INFRA)/.ready  ## roll back to the previous version
	$(OPERATE) rollback $(SETTINGS)

go-back: rollback

prune: $(INFRA)/.ready  ## delete old versions and their images; KEEP=5 of the newest stay
	$(OPERATE) prune $(SETTINGS) $(if $(YES),--yes) $(if $(KEEP),--keep=$(KEEP))

destroy: $(INFRA)/.ready  ## tear the deployment down and list what remains
	$(OPERATE) destroy $(SETTINGS) $(if $(YES),--yes)

deploy-local: system-packages-local $(INFRA)/.ready  ## run the whole deployment on this machine until Ctrl-C
	@$(INFRA)/bin/python -m local_aws $(SETTINGS) $(if $(ONCE),--once)

e2e-tools: system-packages-local $(VENV)/.test $(VENV)/.lab $(INFRA)/.ready
e2e: e2e-tools  ## test a deployment on this machine end to end (Error 77: this machine cannot)
	@$(INFRA)/bin/python -m pytest local_aws/tests

e2e-batch: e2e-tools  ## run the end-to-end tests of batches with 5,000 essays
	@ESSAYS=5000 $(INFRA)/bin/python -m pytest local_aws/tests/test_deployed_batch.py

# ---- generated files ---------------------------------------------------------------------------

diagrams: $(VENV)/.dev  ## draw the documentation's diagrams and take its screenshots
	$(call debian,requirements/debian-docs.txt)
	for diagram in docs/*.dot; do dot -Tsvg $$diagram -o $${diagram%.dot}.svg || exit; done
	$(call debian,requirements/debian-browser.txt)
	$(BIN)/python -m tests.browser.screenshots

openapi: $(VENV)/.serve  ## write the OpenAPI document
	@$(BIN)/python -m essay_scorer.serving.openapi

lint-openapi: $(INFRA)/.ready  ## lint the OpenAPI document with Redocly's recommended rules
	@$(INFRA)/bin/python -m pytest --quiet infra/tests/test_openapi_document.py

snapshot: $(INFRA)/.ready  ## write the reviewed CloudFormation templates
	@WRITE_SNAPSHOT=1 $(INFRA)/bin/python -m pytest --quiet infra/tests -k reviewed

expected-scores: $(VENV)/.dev  ## write the scores that the tests expect of the shipped bundle
	@WRITE_EXPECTED_SCORES=1 $(BIN)/python -m pytest --quiet tests/test_expected_scores.py

reliability: $(VENV)/.dev  ## write docs/reliability.md from what the fault tests observe
	@WRITE_RELIABILITY=1 $(BIN)/python -m pytest tests/faults

# ---- benchmarks --------------------------------------------------------------------------------

bench: system-packages $(VENV)/.lab $(ORIGINAL)/.ready  ## measure speed beside the original: docs/performance.md
	@$(BIN)/python -m bench.speed --original $(ORIGINAL) $(ARGS)

bench-image: e2e-tools $(ORIGINAL)/.ready  ## measure the startup of both images, after `make bench`
	@$(INFRA)/bin/python -m bench.image_startup --original $(ORIGINAL) $(ARGS)
	@$(BIN)/python -m bench.performance

bench-threads: e2e-tools  ## measure scores with the processor time of several memory sizes, after `make bench`
	@$(INFRA)/bin/python -m bench.function_threads $(ARGS)
	@$(BIN)/python -m bench.performance

bench-batch: $(VENV)/.lab $(ORIGINAL)/.ready  ## measure the throughput of a batch beside one-by-one scoring
	@$(BIN)/python -m bench.batch_throughput --original $(ORIGINAL)

simulate-batch: $(INFRA)/.ready  ## simulate batches of a million essays in AWS: the table of docs/scale.md
	@$(INFRA)/bin/python -m infra.batch_figures

bench-hostile: $(VENV)/.serve  ## measure texts that are designed to be slow beside prose of the same size
	@$(BIN)/python -m bench.hostile $(ARGS)

soak: $(VENV)/.serve  ## send mixed traffic at 80% of capacity to the local server for MINUTES=30
	@$(BIN)/python -m bench.soak --minutes $(or $(MINUTES),30) $(ARGS)

soak-deployment: e2e-tools  ## send the same traffic to a deployment on this machine
	@$(INFRA)/bin/python -m local_aws.soak_deployment --minutes $(or $(MINUTES),30)

benchmark-asap: $(VENV)/.lab  ## run the public benchmark on DATA=asap.parquet: forty scorers per recipe
	$(BIN)/python -m bench.agreement asap --data $(DATA) --folds $(dir $(DATA))asap_folds \
		--out docs/benchmark-asap.md

benchmark-unseen: $(VENV)/.lab  ## leave out each prompt of DATA=asap2.parquet in turn; ALSO adds files
	$(BIN)/python -m bench.agreement unseen --data $(DATA) $(ALSO:%=--also %) \
		--out docs/benchmark-unseen.md

benchmark-adapt: $(VENV)/.lab  ## test profiles that are learned from few marks; DATA is a folder
	$(BIN)/python -m bench.adaptation --data $(DATA) --out docs/adapt.md

# ---- the lab -----------------------------------------------------------------------------------

lab: $(VENV)/.lab  ## install the lab: torch, Keras and what training needs

# About half an hour on two cores.
model: $(VENV)/.lab  ## train the shipped bundle from DATA=asap2.parquet; ALSO adds files
	$(BIN)/essay-scorer train --recipe default --data $(DATA) $(ALSO:%=--also %) --out runs/default \
		--name essay-scorer-en --version 1.4.0 --license CC-BY-NC-SA-4.0 \
		--credit "ASAP 2.0, from PERSUADE 2.0 (Crossley et al. 2024), CC BY-NC-SA 4.0" \
		--prompts examples/prompts.json --overwrite
	rm -rf models/default && cp -r runs/default/bundle models/default

fairness: $(VENV)/.lab  ## measure fairness on DATA=ellipse.parquet, and record it in the shipped bundle
	$(BIN)/essay-scorer evaluate --data $(DATA) --score overall --other-scale \
		--split test --split dev \
		--group gender --group race_ethnicity --group ses --group grade \
		--bundle models/default --markdown \
		--record "English learners in US grades 8-12, ELLIPSE corpus (Crossley et al. 2023)"

# ---- environments ------------------------------------------------------------------------------

SUDO = $(shell [ "$$(id -u)" = 0 ] || echo sudo)
define debian  # install the packages that a file lists, unless they are installed
@packages=$$(sed 's/#.*//' $(1)) && { dpkg --status $$packages >/dev/null 2>&1 || \
	{ $(SUDO) apt-get update --quiet --quiet && $(SUDO) env DEBIAN_FRONTEND=noninteractive \
	apt-get install --yes --quiet --quiet --no-install-recommends $$packages; }; }
endef

system-packages:  ## install the Debian packages of some tests and of the recipe classic
	$(call debian,requirements/debian.txt)

# The local deployment needs root anyway, and says so itself.
system-packages-local:  ## install the Debian packages of the local deployment
	$(if $(filter 0,$(shell id -u)),$(call debian,requirements/debian-local.txt))

CHECK_PYTHON = @"$(or $(PYTHON),false)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo "essay-scorer needs Python 3.11 or later; name one with PYTHON=" >&2; exit 1; }

$(BIN)/python:
	$(CHECK_PYTHON)
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.serve: requirements/serve.txt pyproject.toml | $(BIN)/python
	@echo "installing the runtime into $(VENV)" >&2
	@$(BIN)/python $(PIP) install $(LOCKED) requirements/serve.txt
	@$(BIN)/python $(PIP) install $(EDITABLE)
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.serve
	@echo "installing the tools of the runtime's tests into $(VENV)" >&2
	@$(BIN)/python $(PIP) install $(LOCKED) requirements/test.txt
	@touch $@

$(VENV)/.lab: requirements/lab.txt requirements/lab-encoder.txt $(VENV)/.serve
	@echo "installing the lab into $(VENV)" >&2
	@$(BIN)/python $(PIP) install $(TORCH)
	@$(BIN)/python $(PIP) install $(LOCKED) requirements/lab.txt
	@$(BIN)/python $(PIP) install $(LOCKED) requirements/lab-encoder.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.test $(VENV)/.lab
	@echo "installing the development tools into $(VENV)" >&2
	@$(BIN)/python $(PIP) install $(LOCKED) requirements/dev.txt
	@touch $@

$(VENV)/.fuzz: requirements/fuzz.txt $(VENV)/.dev
	@$(BIN)/python $(PIP) install $(LOCKED) requirements/fuzz.txt
	@touch $@

# The stand-in for the original system's handler, which the benchmarks measure, and its models.
$(ORIGINAL)/.ready: bench/original/requirements.txt bench/original/prepare.py $(VENV)/.lab
	@echo "installing the stand-in for the original system into $(ORIGINAL)" >&2
	@$(PYTHON) -m venv $(ORIGINAL)
	@$(ORIGINAL)/bin/python $(PIP) install $(TORCH)
	@$(ORIGINAL)/bin/python $(PIP) install $(LOCKED) bench/original/requirements.txt
	@$(ORIGINAL)/bin/python bench/original/prepare.py \
		$$($(BIN)/python -c 'from essay_scorer.lab.export.encoder_folder import find_encoder; \
			from essay_scorer.lab.recipe import Recipe; \
			print(find_encoder(Recipe.load("default").encoder.source))') \
		/usr/share/wordnet src/essay_scorer/lab/recipes/classic.toml $(ORIGINAL)/models
	@touch $@

$(KERAS2)/.ready: requirements/keras2.txt
	$(CHECK_PYTHON)
	@echo "installing Keras 2 into $(KERAS2)" >&2
	@$(PYTHON) -m venv $(KERAS2)
	@$(KERAS2)/bin/python $(PIP) install $(LOCKED) requirements/keras2.txt
	@touch $@

$(INFRA)/.ready: requirements/infra.txt pyproject.toml
	$(CHECK_PYTHON)
	@echo "installing the deployment tools into $(INFRA)" >&2
	@$(PYTHON) -m venv $(INFRA)
	@$(INFRA)/bin/python $(PIP) install $(LOCKED) requirements/infra.txt
	@$(INFRA)/bin/python $(PIP) install $(EDITABLE)
	@touch $@

# Resolves all locks again, within the bounds of pyproject.toml; needs the package index.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-emit-index-url --no-header --no-annotate
NO_TORCH = $(foreach name,torch triton setuptools $(shell sed -nE 's/^((nvidia|cuda)-[a-z0-9-]+)$$/\1/p' \
	requirements/torch-parts.txt),--no-emit-package $(name))

lock: $(VENV)/.dev  ## resolve all dependencies again and lock them with hashes
	$(COMPILE) --no-deps requirements/image.in --output-file image/requirements.txt
	$(COMPILE) --no-deps requirements/serve.in --constraints image/requirements.txt \
		--output-file requirements/serve.txt
	$(COMPILE) --no-deps requirements/serve-image.in --constraints requirements/serve.txt \
		--output-file image/requirements-serve.txt
	$(COMPILE) requirements/lab.in --constraints image/requirements.txt \
		--constraints requirements/serve.txt $(NO_TORCH) --output-file requirements/lab.txt
	$(COMPILE) --no-deps requirements/lab-encoder.in --output-file requirements/lab-encoder.txt
	$(COMPILE) requirements/test.in --constraints image/requirements.txt \
		--constraints requirements/serve.txt --constraints requirements/lab.txt \
		--output-file requirements/test.txt
	$(COMPILE) requirements/dev.in --constraints requirements/serve.txt \
		--constraints requirements/lab.txt --constraints requirements/test.txt \
		--output-file requirements/dev.txt
	$(COMPILE) requirements/fuzz.in --output-file requirements/fuzz.txt
	$(COMPILE) requirements/keras2.in --no-emit-package tensorflow --output-file requirements/keras2.txt
	$(COMPILE) bench/original/requirements.in --constraints requirements/lab.txt $(NO_TORCH) \
		--output-file bench/original/requirements.txt
	$(COMPILE) requirements/infra.in --constraints image/requirements.txt \
		--constraints requirements/serve.txt --output-file requirements/infra.txt
	$(COMPILE) --no-deps requirements/local-image.in --output-file requirements/local-image.txt

clean:  ## remove the environments and everything that was built
	rm -rf $(VENV) $(INFRA) $(ORIGINAL) $(KERAS2) node_modules build dist runs cdk.out
