"""Train every network as it was published, and write the table of docs/training.md and the plot beside it.

    python -m model.measure table              # two hours on two slow cores
    python -m model.measure table --seeds 5

Each is trained with several seeds as ``train.py --preset NAME`` does. Then it reads MNIST's test digits, those digits
drawn again on the canvas, and, if there is a file of pen strokes, what its test writers drew. The app's own networks
stand beside them: ``light_reader`` after five epochs without people's strokes, as a person trains it at home, and the
shipped one, from its card.
"""

import argparse
import os
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np

from model.card import LITERT_FILE, SHIPPED, read_card
from model.data.examples import Examples, choose_recipe, make_sources
from model.data.mnist import Mnist, load_mnist, stratified_split, to_unit_range
from model.data.redrawn import draw_kept, redraw_kept
from model.data.strokes import load_strokes, select_digits, split_writers
from model.litert import DIGITS, time_a_digit
from model.measure.quality import JUDGED_SEED, MAX_SLANT
from model.networks import build
from model.options import Options
from model.training import fit, read_right, save_network
from model.tutorials import PUBLISHED
from utils.files import ROOT, write_atomically
from utils.pictures.charts import over_hidden_neurons
from utils.words import SET_TITLES, mean_and_spread

DOCUMENT = ROOT / "docs" / "training.md"
PLOT = DOCUMENT.with_name("hidden.png")
BEGIN = "<!-- python -m model.measure table writes from here -->\n"
END = "<!-- to here -->"
PLACE = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
HIDDEN = (8, 16, 32, 64, 128, 256, 512, 1024)
AT_HOME = Options(network="light_reader", epochs=5)
Tests = dict[str, tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Result:
    """The result of one training.

    Attributes
    ----------
    accuracy : dict of str to float
        For each test set the share read right.
    parameters : int
        How many the network has.
    seconds : float
        How long the training took.
    microseconds : float
        How long LiteRT takes to read a digit.
    """

    accuracy: dict[str, float]
    parameters: int
    seconds: float
    microseconds: float


def draw_tests(mnist: Mnist, strokes: Path | None) -> Tests:
    """Make the test sets, once for all networks: for each its images ``(n, 28, 28) float32`` and their digits."""
    tests = {
        "mnist": (to_unit_range(mnist.x_test), mnist.y_test),
        "redrawn": redraw_kept(mnist.x_test, JUDGED_SEED, MAX_SLANT).to_read(mnist.y_test),
    }
    if strokes:
        digits = select_digits(split_writers(load_strokes(strokes))["test"])
        tests["strokes"] = draw_kept(digits.strokes, JUDGED_SEED).to_read(digits.labels.astype(int))
    return tests


def train(network: keras.Model, options: Options, mnist: Mnist) -> float:
    """Train as `train.py` does, but without validating; return how many seconds that took."""
    images, labels = mnist.x_train, mnist.y_train
    if not options.validate_on_test:
        chosen, _ = stratified_split(labels, options.validation_split, options.seed)
        images, labels = images[chosen], labels[chosen]
    recipe = choose_recipe(options)
    sources = make_sources(images, labels, None, recipe, options)
    begun = time.perf_counter()
    fit(network, Examples(sources, recipe, options), options)
    return time.perf_counter() - begun


def judge(network: keras.Model, tests: Tests, seconds: float) -> Result:
    """Let a network read the test sets, and time it as the page reads."""
    with tempfile.TemporaryDirectory() as folder:
        save_network(network, tests["mnist"][0][:100], Path(folder))
        microseconds = time_a_digit(Path(folder, LITERT_FILE))
    accuracy = {name: read_right(network, *tests[name]) for name in tests}
    return Result(accuracy, network.count_params(), seconds, microseconds)


def train_all(mnist: Mnist, tests: Tests, seeds: Sequence[int]) -> dict[str, list[Result]]:
    """Train each network with each seed, and print each result as it comes."""
    options_by_name = {name: published.options for name, published in PUBLISHED.items()} | {"light_reader": AT_HOME}
    results = {}
    for name, options in options_by_name.items():
        results[name] = []
        for seed in seeds:
            keras.utils.set_random_seed(seed)
            network = build(options, choose_recipe(options).classes)
            seconds = train(network, replace(options, seed=seed), mnist)
            results[name].append(judge(network, tests, seconds))
            print(name, seed, results[name][-1], file=sys.stderr, flush=True)
    return results


def vary_hidden(mnist: Mnist, tests: Tests, seeds: Sequence[int]) -> list[dict[str, float]]:
    """Train `dense` with each number of hidden neurons and each seed; return rows for the plot."""
    rows = []
    for neurons in HIDDEN:
        for seed in seeds:
            keras.utils.set_random_seed(seed)
            options = replace(PUBLISHED["dense"].options, hidden=(neurons,), seed=seed)
            network = build(options, DIGITS)
            seconds = train(network, options, mnist)
            figures = {"accuracy": read_right(network, *tests["mnist"]), "parameters": network.count_params()}
            rows.append({"neurons": neurons, "seed": seed, "seconds": seconds} | figures)
            print(rows[-1], file=sys.stderr, flush=True)
    return rows


def as_table(results: dict[str, list[Result]], tests: Tests) -> str:
    """Format the results as a table in Markdown: mean ± standard deviation over the seeds."""
    columns = [name for name in SET_TITLES if name in tests]
    heads = [*(SET_TITLES[name] for name in columns), "as published", "parameters", "training", "a digit"]
    lines = ["| `--preset` | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    for name, runs in results.items():
        cells = [f"{mean_and_spread([run.accuracy[column] for run in runs])}%" for column in columns]
        published = PUBLISHED[name].accuracy if name in PUBLISHED else None
        lines.append(
            f"| {f'`{name}`' if name in PUBLISHED else f'{name}, five epochs at home'} | "
            + " | ".join([*cells, f"{published:.2%}" if published else "–", *costs(runs)])
            + " |"
        )
    card = read_card(SHIPPED)
    shipped = Result(card.accuracy, card.parameters, card.training_seconds, time_a_digit(SHIPPED / LITERT_FILE))
    cells = [f"{card.accuracy[column]:.2%}" for column in columns]
    lines.append(f"| {card.network}, as shipped (one run) | " + " | ".join([*cells, "–", *costs([shipped])]) + " |")
    return "\n".join(lines).replace("%", " %")


def costs(runs: Sequence[Result]) -> list[str]:
    """Format what a network costs, the median over its runs: parameters, training, reading a digit."""
    seconds, microseconds = (np.median([getattr(run, name) for run in runs]) for name in ("seconds", "microseconds"))
    return [f"{runs[0].parameters:,}", f"{seconds:,.0f} s", f"{microseconds:,.0f} µs"]


def write_into_document(table: str, document: Path = DOCUMENT) -> None:
    """Replace the table in the document."""
    text = PLACE.sub(lambda _: f"{BEGIN}{table}\n{END}", document.read_text(encoding="utf-8"))
    write_atomically(document, lambda path: Path(path).write_text(text, encoding="utf-8"))


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m model.measure table", description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=3, help="how many")
    arguments = parser.parse_args(argv)
    if arguments.seeds < 3:
        parser.error(f"--seeds is {arguments.seeds}; expected 3 or more, for a spread that says something")
    if not PLACE.search(DOCUMENT.read_text(encoding="utf-8")):
        parser.error(f"{DOCUMENT.name} has no place for the table: the lines {BEGIN.strip()} and {END}")
    try:
        mnist = load_mnist()
        strokes = os.environ.get("STROKES_PATH")
        tests = draw_tests(mnist, Path(strokes) if strokes else None)
    except ValueError as error:
        raise SystemExit(f"python -m model.measure table: {error}") from error
    seeds = range(arguments.seeds)
    table = as_table(train_all(mnist, tests, seeds), tests)
    print(table)
    write_into_document(table)
    over_hidden_neurons(vary_hidden(mnist, tests, seeds)).save(PLOT, scale_factor=2)
