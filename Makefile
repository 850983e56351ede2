# `make run` starts the hotline, `make test` tests it; `make` lists the other targets.
.PHONY: run stop test test-fast lint venv engine sipp postgresql prometheus prompts images translations clean help
.DEFAULT_GOAL := help
bin := .venv/bin
export PYTHON
# Where compiled files are forbidden, each process of the tests would compile all tests again.
export PYTHONDONTWRITEBYTECODE =

help:
	@echo "make run        the hotline: Asterisk and the service in Docker; prints how to call it"
	@echo "make stop       stop it; running calls end properly"
	@echo "make test       everything: lint, types, import contracts, unit tests, calls over SIP"
	@echo "make test-fast  the quick tests, without Docker or a database server: a minute on two cores"
	@echo "make translations  the sentences for people from the code into the Chinese catalogue"

run:
	@docker/up.sh

stop:
	@docker/down.sh

# Many tests wait for timers, so three processes keep two cores busy.
processes = $$(($$(nproc) * 3 / 2))

# Calls take long but need little of the processor, so four laboratories run at once. Of the tests
# that judge sound, or times to a tenth of a second, two do: they leave most of it free.
test: lint engine sipp postgresql prometheus prompts images
	IVR_RANDOM_CALLS=500 $(bin)/pytest -m "not sip" -n $(processes) --dist worksteal --cov
	$(bin)/pytest -m "sip and alone" -n 2 --dist loadfile
	$(bin)/pytest -m "sip and not alone" -n 4 --dist loadfile

test-fast: venv prompts
	$(bin)/pytest -q -m "not sip and not slow" -n $(processes) --dist worksteal --hypothesis-profile quick

lint: venv
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy
	$(bin)/lint-imports

venv:
	@.ci/venv

engine:
	@docker/engine.sh

sipp:
	@.ci/sipp

postgresql:
	@.ci/postgresql

prometheus: venv
	@.ci/prometheus

# Without a package index the voice cannot be fetched: the prompts are then spoken by espeak, and say so.
prompts: venv
	@$(bin)/ivr voices fetch baker || true
	@$(bin)/ivr prompts render

images: engine
	@docker/build.sh

# After a change of sentences for people; lists those without a translation.
translations: venv
	@$(bin)/python -m tools.translations

# Removes what can be made again; passwords and records in docker/run stay.
clean:
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache prompts/rendered prompts/learned
