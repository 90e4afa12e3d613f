"""Search for a better network: as many workers as one likes, on one machine or many, share a study.

    python -m model.search --network dense --trials 20           # again, in a second terminal: a second worker
    python -m model.search --network dense --trials 40           # go on, until there are 40
    python -m model.search --network cnn --storage postgresql://user:password@host/database --trials 100

Each trial trains the network with other parameters, and is ended early if it does worse than half of those before it.
The first one is the baseline: 128 hidden neurons, as the tutorials train them. The trials are compared on the
validation part, digits of MNIST as they are and the same drawn again on the canvas: the page needs a network that reads
both. The test digits are not used.
"""

import argparse
import os
import signal
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

try:
    import optuna

    from model.search.studies import FAILURES, open_storage, open_study, work
    from model.search.trials import BASELINE, as_params, summarise, training_command, with_params
except ModuleNotFoundError as error:
    raise SystemExit(
        f"python -m model.search: {error.name} is missing. Install it: pip install -r requirements-extra.txt"
    ) from error

import keras

from model.data.examples import Examples, Sources, choose_recipe, make_sources
from model.data.mnist import Mnist, load_mnist, stratified_split
from model.networks import build
from model.options import NETWORKS, Options, add_mnist
from model.runs.jobs import LOW_PRIORITY, SWITCH, is_switched_off, sweeps_dir
from model.training import fit, make_validation_part
from model.tutorials import PUBLISHED
from utils.command_line import HelpFormatter, one_of
from utils.words import reason

# The options that are searched.
SPACE = {
    # The least and the most:
    "layers": [1, 3],
    "hidden": [16, 1024],  # neurons of each layer
    "dropout": [0.0, 0.5],  # in steps of 0.05
    "learning_rate": [1e-4, 1e-2],
    # All choices:
    "batch_size": [32, 64, 128, 256, 512],
    "constant_rate": [True, False],
    "as_it_is": [True, False],
}
BASELINE_PARAMS = as_params(PUBLISHED["dense"].options)  # Adam at its default rate, MNIST as it is


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; a value out of range ends the program with a message and exit status 2."""
    parser = argparse.ArgumentParser(
        prog="python -m model.search",
        description=__doc__.split("\n")[0],
        formatter_class=HelpFormatter,
    )
    parser.add_argument("--network", type=one_of(NETWORKS), default="dense", metavar="NAME", help=", ".join(NETWORKS))
    parser.add_argument("--trials", type=int, default=20, help="finished ones in the study, by all workers")
    parser.add_argument("--study", metavar="NAME", help="default: the network's name")
    parser.add_argument(
        "--storage", metavar="WHERE", help="a SQLite file, or postgresql://…; default: data/sweeps/STUDY.db"
    )
    parser.add_argument("--images", type=int, help="images in an epoch; default: as many as MNIST's training part has")
    parser.add_argument("--epochs", type=int, default=5, help="how often a trial is shown the images")
    parser.add_argument("--seed", type=int, default=0, help="of all that is random in each trial's training")
    add_mnist(parser)
    arguments = parser.parse_args(argv)
    least_images = max(SPACE["batch_size"])
    for name, least in (("trials", 1), ("images", least_images), ("epochs", 1), ("seed", 0)):
        value = getattr(arguments, name)
        if value is not None and value < least:
            parser.error(f"--{name} is {value}; expected {least} or more")
    arguments.study = arguments.study or arguments.network
    if not all(letter.isalnum() or letter in "-_." for letter in arguments.study):
        parser.error(f"--study is {arguments.study!r}; expected letters, digits, '-', '_' and '.': it names a file")
    arguments.storage = arguments.storage or str(sweeps_dir() / f"{arguments.study}.db")
    return arguments


def choose(trial: optuna.Trial, options: Options) -> Options:
    """Let Optuna choose the searched options that apply to the network; the others stay."""
    params = {}
    if options.network in ("dense", "scratch"):
        layers = params["layers"] = trial.suggest_int("layers", *SPACE["layers"])
        for layer in range(1, layers + 1):
            params[f"hidden_{layer}"] = trial.suggest_int(f"hidden_{layer}", *SPACE["hidden"], log=True)
    if options.network == "dense":
        params["dropout"] = trial.suggest_float("dropout", *SPACE["dropout"], step=0.05)
    params["learning_rate"] = trial.suggest_float("learning_rate", *SPACE["learning_rate"], log=True)
    for name in ("batch_size", "constant_rate", "as_it_is"):
        params[name] = trial.suggest_categorical(name, SPACE[name])
    return with_params(options, params)


class Reporter(keras.callbacks.Callback):
    """Tells the study after each epoch how well the network reads, and ends a trial that does worse than others."""

    def __init__(self, trial: optuna.Trial, epochs: int):
        super().__init__()
        self.trial, self.epochs = trial, epochs
        self.accuracy, self.pruned = 0.0, False

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Report the epoch."""
        self.accuracy = float(logs["val_accuracy"])
        self.trial.report(self.accuracy, epoch + 1)
        may_be_pruned = epoch + 1 < self.epochs and not self.trial.user_attrs.get(BASELINE)
        self.pruned = may_be_pruned and self.trial.should_prune()
        self.model.stop_training = self.pruned


def make_objective(mnist: Mnist, options: Options) -> Callable[[optuna.Trial], float]:
    """Make the function that Optuna calls for each trial: it trains a network and returns the share read right.

    Parameters
    ----------
    mnist : Mnist
        What the networks are trained on and validated with.
    options : Options
        What all trials share: the network, the epochs, the images, and the seed of the split, of the first weights and
        of the images.
    """
    train, validation = stratified_split(mnist.y_train, options.validation_split, options.seed)
    x, y = mnist.x_train[validation], mnist.y_train[validation]
    validation_data = make_validation_part(x, y, len(y), None, options.seed)

    @cache
    def sources(as_it_is: bool) -> Sources:
        recipe = choose_recipe(replace(options, as_it_is=as_it_is))
        return make_sources(mnist.x_train[train], mnist.y_train[train], None, recipe, options)

    def objective(trial: optuna.Trial) -> float:
        begun = time.monotonic()
        trial.set_user_attr("worker", f"{socket.gethostname()}:{os.getpid()}")
        chosen = choose(trial, options)
        keras.utils.clear_session()  # else the networks of all trials stay in memory
        keras.utils.set_random_seed(options.seed)
        recipe = choose_recipe(chosen)
        network = build(chosen, recipe.classes)
        trial.set_user_attr("parameters", network.count_params())
        reporter = Reporter(trial, options.epochs)
        try:
            fit(network, Examples(sources(chosen.as_it_is), recipe, chosen), chosen, validation_data, [reporter])
        finally:
            trial.set_user_attr("seconds", round(time.monotonic() - begun, 1))
        if reporter.pruned:
            raise optuna.TrialPruned
        return reporter.accuracy

    return objective


def prepare(arguments: argparse.Namespace) -> tuple[optuna.Study, Callable[[optuna.Trial], float]]:
    """Open the study and load the data; a problem ends the program with a message."""
    try:
        storage = open_storage(arguments.storage)
        mnist = load_mnist(arguments.mnist)
        options = Options(
            network=arguments.network, epochs=arguments.epochs, images=arguments.images, seed=arguments.seed
        )
        images = options.images or round(len(mnist.y_train) * (1 - options.validation_split))
        budget = {"epochs": options.epochs, "images": images, "seed": options.seed}
        made_for = {"network": options.network, **budget, "MNIST": mnist.sha256()[:8], "parameters": SPACE}
        study = open_study(storage, arguments.study, made_for, BASELINE_PARAMS)
    except ValueError as error:
        raise SystemExit(f"python -m model.search: {error}") from error
    return study, make_objective(mnist, options)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    if is_switched_off():
        raise SystemExit(f"python -m model.search: Training is switched off on this machine ({SWITCH} is off).")
    arguments = parse_arguments(argv)
    os.nice(LOW_PRIORITY)  # as a training that the page starts, so that the page stays fast
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        study, objective = prepare(arguments)
        work(study, objective, arguments.trials)
    except KeyboardInterrupt:
        raise SystemExit("Interrupted. The same command goes on.") from None
    except FAILURES as error:
        raise SystemExit(f"python -m model.search: The study can no longer be written ({reason(error)}).") from error
    print(summarise(study))
    print(f"This trains the best one fully:\n  {training_command(study)}")
