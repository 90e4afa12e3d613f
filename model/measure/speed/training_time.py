"""Measure training: how long it takes to an accuracy, and how much it slows readings meanwhile.

    python -m model.measure benchmark training            # all of it: some forty minutes
    python -m model.measure benchmark training --quick    # what Quick takes from the press to the end: some minutes

MNIST's test digits are read after each epoch, while the clock stands still; nothing is chosen by them.
"""

import os
import tempfile
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from statistics import mean, median, stdev

import keras
import numpy as np

from model.card import SHIPPED, read_card
from model.data.examples import Examples, Recipe, make_sources
from model.data.mnist import Mnist, load_mnist, to_unit_range
from model.data.redrawn import has_drawn
from model.litert import DIGITS
from model.measure.speed.report import draw_seven, report
from model.networks import light_reader
from model.options import Options
from model.predictor import Predictor
from model.runs.folder import State, Status
from model.runs.jobs import cancel, latest_job, start_training
from model.runs.presets import PRESETS, expected_seconds
from model.training import fit, read_right, split
from utils.timing import median_ms

SEEDS = range(3)
EPOCHS = 4
TARGETS = (0.993, 0.995)


def read_test_digits(network: keras.Model, mnist: Mnist) -> float:
    """Return the share of MNIST's test digits that the network reads right."""
    return read_right(network, to_unit_range(mnist.x_test), mnist.y_test)


class Clock(keras.callbacks.Callback):
    """Notes after each epoch the seconds of training so far, and the share of MNIST's test digits read right."""

    def __init__(self, mnist: Mnist):
        super().__init__()
        self.mnist, self.seconds, self.reached = mnist, 0.0, []

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Start the clock."""
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Stop the clock, and read the test digits."""
        self.seconds += time.perf_counter() - self.start
        self.reached.append((self.seconds, read_test_digits(self.model, self.mnist)))

    def seconds_to(self, accuracy: float) -> float:
        """Return the seconds of training until an accuracy was reached; infinite if it was not."""
        return next((seconds for seconds, reached in self.reached if reached >= accuracy), float("inf"))


def train_ours(mnist: Mnist, seed: int) -> Clock:
    """Train as `train.py` does, on MNIST alone."""
    clock, recipe = Clock(mnist), Recipe({"mnist": 1.0}, habits=False)
    options = Options(network="light_reader", epochs=EPOCHS, seed=seed)
    sources = make_sources(mnist.x_train, mnist.y_train, None, recipe, options)
    fit(light_reader(recipe.classes), Examples(sources, recipe, options), options, callbacks=[clock])
    return clock


def train_plainly(mnist: Mnist, seed: int) -> Clock:
    """Train the same network as the tutorials do: Adam as it comes, MNIST as it is, batches of 128."""
    clock, network = Clock(mnist), light_reader(DIGITS)
    network.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    images = to_unit_range(mnist.x_train)[..., np.newaxis]
    network.fit(images, mnist.y_train, batch_size=128, epochs=EPOCHS, callbacks=[clock], verbose=0)
    return clock


def measure_time_to_accuracy() -> None:
    """Time both ways of training from scratch, to each accuracy."""
    mnist = load_mnist()
    clocks = {"ours": [], "plain Keras": []}
    for seed in SEEDS:
        for name, train in (("ours", train_ours), ("plain Keras", train_plainly)):
            keras.utils.set_random_seed(seed)
            clocks[name].append(train(mnist, seed))
    for name, clocks_of_name in clocks.items():
        last = [clock.reached[-1][1] for clock in clocks_of_name]
        print(f"the light reader from scratch, {name}: {mean(last):.2%} ± {stdev(last):.2%} after {EPOCHS} epochs")
        report("  training", median(clock.seconds for clock in clocks_of_name), "s", len(SEEDS))
        for target in TARGETS:
            report(f"  to {target:.1%}", median(clock.seconds_to(target) for clock in clocks_of_name), "s", len(SEEDS))


def press(options: Options) -> tuple[Path, list[tuple[float, Status]]]:
    """Train as the page's button does; return the run folder, and each status with its seconds since the press."""
    begun = time.perf_counter()
    job = start_training(options.as_arguments())
    statuses = []
    while (job := latest_job()).running:
        if not statuses or statuses[-1][1] != job.status:
            statuses.append((time.perf_counter() - begun, job.status))
        time.sleep(0.05)
    statuses.append((time.perf_counter() - begun, job.status))
    if job.status.state is not State.DONE:
        raise SystemExit(f"The training ended without a network: {job.status.message}")
    return job.run_dir, statuses


def measure_preset(name: str, start_from: Path | None, network: str) -> None:
    """Time each phase of a preset, trained as the page trains it, and how wrong the time left was."""
    options = PRESETS[name].options(network, start_from and str(start_from))
    expected = expected_seconds(options)
    accuracies, phases, worst, cpu = [], {state: [] for state in expected}, [], []
    for seed in SEEDS:
        if has_drawn():  # so are the digits to validate with, if somebody trains again: the page changes no seed
            split(replace(options, seed=seed), load_mnist(), None)
        before = sum(os.times()[2:4])
        run_dir, statuses = press(replace(options, seed=seed))
        cpu.append(sum(os.times()[2:4]) - before)
        accuracies.append(read_card(run_dir).accuracy["mnist"])
        end = statuses[-1][0]
        begins = [next(seconds for seconds, status in statuses if status.state is state) for state in phases] + [end]
        for durations, (begin, then) in zip(phases.values(), pairwise([0, *begins[1:]]), strict=True):
            durations.append(then - begin)
        # Not of the last three seconds: the page looks once a second, so there it may be a third off anyway.
        left = [(status.seconds_left, end - seconds) for seconds, status in statuses if end - seconds > 3]
        worst.append(max(abs(said / then - 1) for said, then in left if said is not None))
    start = "the shipped network" if start_from else f"scratch, {network}"
    print(f"{name}, {options.epochs} × {options.images:,} images, from {start}:")
    print(f"  {mean(accuracies):.2%} ± {stdev(accuracies):.2%} of MNIST's test digits are read right")
    for state, seconds in phases.items():
        report(
            f"  {state} (the first time {seconds[0]:.1f} s, expected {expected[state]:.1f})", median(seconds), "s", 3
        )
    report("  from the press to the end", median(map(sum, zip(*phases.values(), strict=True))), "s", 3)
    report("  of the processors, user and system", median(cpu), "s", 3)
    report("  the time left was wrong by at most", 100 * median(worst), "%", 3)


def measure_quick() -> None:
    """Time the preset Quick for several networks."""
    for network in ("dense", "cnn", PRESETS["Quick"].network):
        measure_preset("Quick", None, network)
    measure_preset("Quick", SHIPPED, read_card(SHIPPED).network)


def measure_presets() -> None:
    """Time the presets Quick and Thorough."""
    measure_quick()
    measure_preset("Thorough", None, PRESETS["Thorough"].network)
    measure_preset("Thorough", SHIPPED, read_card(SHIPPED).network)


def measure_readings_meanwhile() -> None:
    """Time readings alone, and while a training goes on."""
    predictor, ink = Predictor(), draw_seven()
    alone = median_ms(lambda: predictor.read(ink), 500)
    start_training(["--epochs=100", "--network=light_reader"])
    while latest_job().status.state != State.TRAINING:
        time.sleep(0.1)
    meanwhile = median_ms(lambda: predictor.read(ink), 500)
    cancel(latest_job())
    report("readings a second, nothing else going on", 1000 / alone, "", 500)
    report("  while a training goes on", 1000 / meanwhile, "", 500)
    report("  how many times as long a reading takes then", meanwhile / alone, "", 500)


def main(quick: bool) -> None:
    """Print all figures, or those of *Quick* alone."""
    keras.config.disable_interactive_logging()  # no progress bars among the figures
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DIGITS_DATA_DIR"] = folder
        if quick:
            measure_quick()
            return
        measure_readings_meanwhile()
        measure_presets()
        measure_time_to_accuracy()
