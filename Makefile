# make run    the page, on http://localhost:8501, for this machine only (PORT=… for another port, ADDRESS=0.0.0.0 for others)
# make test   every check and test
# make quick  the checks, and every test but those that need TensorFlow, start the page or are slow
# make table  train every network as it was published, three times, and write the table in docs/training.md (two hours)
# make tutorials  train the tutorials' networks that come with the app again; STROKES_PATH names the file of pen strokes
# make weights  train the shipped network again (about 20 minutes on two cores); STROKES_PATH names the file of pen strokes
# make numbers  train the network that finds the digits of a number again (about an hour); STROKES_PATH as above
# make clean  delete .venv

PORT ?= 8501
ADDRESS ?= localhost
# The first Python from 3.11 to 3.13 that is installed.
PYTHON ?= $(shell for python in python3 python3.12 python3.13 python3.11; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
	&& echo $$python && break; done)
PIP_INSTALL = .venv/bin/python -m pip install --quiet --disable-pip-version-check

.PHONY: run test quick table tutorials weights numbers clean

run: .venv/run.stamp
	.venv/bin/python -m streamlit run app.py --server.port=$(PORT) --server.address=$(ADDRESS)

CHECK = .venv/bin/ruff check && .venv/bin/ruff format --check && .venv/bin/mypy

test: .venv/test.stamp
	$(CHECK)
	.venv/bin/python -m pytest

quick: .venv/test.stamp
	$(CHECK)
	.venv/bin/python -m pytest --quick --quiet

weights: .venv/run.stamp
	@test -n "$(STROKES_PATH)" || { echo "Name the file of pen strokes: make weights STROKES_PATH=strokes.npz (docs/training.md says how to make it)"; exit 1; }
	rm -rf data/runs/shipped
	STROKES_PATH="$(STROKES_PATH)" .venv/bin/python train.py --epochs 30 --run-dir data/runs/shipped
	cd data/runs/shipped && cp metrics.jsonl curves.png quality.json mistakes-*.png model.* ../../../model/weights/

numbers: .venv/run.stamp
	@test -n "$(STROKES_PATH)" || { echo "Name the file of pen strokes: make numbers STROKES_PATH=strokes.npz (docs/training.md says how to make it)"; exit 1; }
	STROKES_PATH="$(STROKES_PATH)" .venv/bin/python -m model.numbers.train --output data/numbers
	mkdir -p model/weights/numbers && cp data/numbers/model.tflite data/numbers/model.json model/weights/numbers/

table: .venv/run.stamp
	.venv/bin/python -m model.measure table

tutorials: .venv/run.stamp
	.venv/bin/python -m model.export.tutorials

clean:
	rm -rf .venv

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "No Python from 3.11 to 3.13 was found. Install one, or name it: make PYTHON=/path/to/python3.12"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/run.stamp: requirements.txt | .venv/bin/python
	$(PIP_INSTALL) -r requirements.txt
	touch $@

.venv/test.stamp: requirements.txt requirements-extra.txt requirements-dev.txt tests/install_browser.sh | .venv/bin/python
	$(PIP_INSTALL) -r requirements-dev.txt
	sh tests/install_browser.sh
	touch $@ .venv/run.stamp
