"""Train the network that reads the digits, and write a run folder.

    python train.py                                    # from MNIST and digits written by rule, into data/runs/
    python train.py --strokes strokes.npz              # and from people's pen strokes: the shipped recipe
    python train.py --network light_reader --epochs 3  # a quick try
    python train.py --preset cnn                       # a tutorial's network, as it was published
    python train.py --start-from model/weights         # go on from the shipped network
    python train.py --mnist mnist.npz --seed 1         # MNIST from a file, another seed
    python train.py --resume data/runs/RUN             # go on with a run that was cut off

The run folder gets ``config.json``, ``status.json`` (where it is), ``metrics.jsonl`` (a line an epoch),
``steps.jsonl`` (twenty an epoch), ``checkpoint.keras`` (after each epoch, until the end), ``model.keras`` (to go on
training), ``model.tflite`` (to read with), ``model.json`` (the card), ``curves.png``, and, for the page to show,
``quality.json`` and pictures of the mistakes. The last line printed is the card as JSON. Ctrl-C and SIGTERM end the
training; ``--resume`` goes on after the last whole epoch.
"""

import argparse
import json
import os
import platform
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from threading import Event
from typing import Annotated, Literal, TypedDict

from utils.libraries import tune_libraries

if __name__ == "__main__":
    tune_libraries()

import keras
import numpy as np
import tensorflow as tf
from msgspec import Meta

from model import presets
from model.card import (
    CARD_FILE,
    KERAS_FILE,
    LITERT_FILE,
    Card,
    CheckpointError,
    file_sha256,
    read_card,
    write_card,
)
from model.data.examples import AS_IT_IS, AT_HOME, WITH_PENS, Examples, make_sources
from model.data.mnist import Mnist, find_mnist, load_mnist, stratified_split, to_unit_range
from model.data.redrawn import is_kept
from model.data.strokes import Characters, is_unreadable, load_strokes, select_digits, split_writers
from model.layers import read_layers
from model.measure.quality import JUDGED_SEED, MAX_SLANT, judge, write_quality
from model.networks import NETWORKS, dense, scratch
from model.predictor import LiteRTNetwork, Predictor
from model.runs.folder import (
    CHECKPOINT_FILE,
    CONFIG_FILE,
    LOG_FILE,
    STEPS_FILE,
    State,
    Status,
    append_metrics,
    keep_metrics,
    read_metrics,
    write_status,
)
from model.runs.jobs import ROOT, SWITCH, BusyError, is_switched_off, new_run_dir, only_training
from model.scratch import OPTIMIZERS as OPTIMIZERS_OF_SCRATCH
from model.training import (
    LOSSES,
    OPTIMIZERS,
    find_digit_threshold,
    find_temperature,
    fit,
    make_validation_part,
    save_network,
)
from utils.charts import learning_curves
from utils.files import write_atomically
from utils.json_files import Count, Positive, UnreadableError, read_json, write_json
from utils.words import counted, one_of

LITERT_CHECK_IMAGES = 1000
VALIDATION_REDRAWN = 2000
MOST_NEURONS = 10_000
SECONDS_BETWEEN_STATUSES = 0.5
STEPS_AN_EPOCH = 20  # that are kept, for the curves to grow
# What a signal raises is lost where it meets code that lets nothing out, such as a callback from C.
CANCEL_ASKED = Event()
VALIDATED_ON_TEST = (
    "With --validate-on-test the test digits are looked at while it trains. Whatever is chosen by them (when to stop, "
    "which network) is chosen for them, so their accuracy no longer says how it reads digits that nobody has seen."
)
VERSIONED = ("tensorflow", "keras", "numpy", "opencv-python-headless", "ai-edge-litert")


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; a value out of range ends with a sentence and exit status 2."""
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    data = parser.add_argument_group("data")
    data.add_argument("--mnist", type=Path, metavar="PATH", help="mnist.npz; else MNIST_PATH, else Keras downloads it")
    data.add_argument("--strokes", type=Path, metavar="PATH", help="people's pen strokes; else STROKES_PATH; else none")
    data.add_argument("--validation-split", type=float, default=0.1, help="share of the training images")
    data.add_argument(
        "--validate-on-test", action="store_true", help="on the test digits, as some tutorials do: flatters, see --list"
    )
    training = parser.add_argument_group("training")
    training.add_argument(
        "--network", type=one_of(NETWORKS), default="reader", metavar="NAME", help="--list says which there are"
    )
    training.add_argument(
        "--hidden", type=int, nargs="+", default=[128], metavar="N", help="neurons of each layer of dense and scratch"
    )
    training.add_argument("--dropout", type=float, default=0.0, help="share of dense's neurons left out in each step")
    training.add_argument(
        "--preset",
        type=one_of(presets.PUBLISHED),
        metavar="NAME",
        help="a network as it was published: with the options that --list shows, but for those beside this one",
    )
    training.add_argument("--start-from", type=Path, metavar="DIR", help="the folder of a network to go on from")
    training.add_argument("--epochs", type=int, default=25)
    training.add_argument("--images", type=int, help="an epoch; default: as many as MNIST's training part has")
    training.add_argument("--batch-size", type=int, default=256)
    training.add_argument(
        "--loss", type=one_of(LOSSES), default="sparse", metavar="NAME", help="cross-entropy: sparse, or one-hot"
    )
    training.add_argument(
        "--optimizer", type=one_of(OPTIMIZERS), default="adam", metavar="NAME", help=", ".join(OPTIMIZERS)
    )
    training.add_argument(
        "--learning-rate", type=float, default=presets.RATE_ANEW, help="at its peak; falls to 0 along a cosine"
    )
    training.add_argument("--seed", type=int, default=0)
    training.add_argument("--constant-rate", action="store_true", help="the learning rate neither rises nor falls")
    training.add_argument("--as-it-is", action="store_true", help="MNIST as it is: nothing distorted, drawn or added")
    output = parser.add_argument_group("output")
    output.add_argument("--run-dir", type=Path, metavar="DIR", help="default: data/runs/ and the time")
    output.add_argument("--resume", type=Path, metavar="DIR", help="go on with a run that was cut off; as it was begun")
    parser.add_argument("--list", action="store_true", help="print the networks, and how they were published; then end")
    arguments = parser.parse_args(argv)
    if arguments.preset:
        parser.set_defaults(**presets.PUBLISHED[arguments.preset].options)
        arguments = parser.parse_args(argv)
    for name in ("epochs", "batch_size", "images"):
        value = getattr(arguments, name)
        if value is not None and value < 1:
            parser.error(f"--{name.replace('_', '-')} is {value}; expected 1 or more")
    for neurons in arguments.hidden:
        if not 1 <= neurons <= MOST_NEURONS:
            parser.error(
                f"--hidden is {neurons}; expected from 1 to {MOST_NEURONS:,} neurons in a layer ({neurons:,} after the "
                f"pixels would take {max(neurons, 0) * 784 * 16 / 1e9:,.1f} GB to train)"
            )
    if not 0 <= arguments.dropout < 1:
        parser.error(f"--dropout is {arguments.dropout}; expected from 0 to below 1, such as 0.2")
    if arguments.network == "scratch" and arguments.optimizer not in OPTIMIZERS_OF_SCRATCH:
        parser.error(
            f"--optimizer is {arguments.optimizer}; scratch, which is written out in NumPy, knows "
            f"{' and '.join(OPTIMIZERS_OF_SCRATCH)}"
        )
    if not 0 < arguments.learning_rate < float("inf"):
        parser.error(f"--learning-rate is {arguments.learning_rate}; expected a number above 0, such as 0.002")
    if not 0 < arguments.validation_split < 1:
        parser.error(f"--validation-split is {arguments.validation_split}; expected between 0 and 1, such as 0.1")
    strokes = os.environ.get("STROKES_PATH")
    arguments.strokes = arguments.strokes or (Path(strokes) if strokes else None)
    if arguments.seed < 0:
        parser.error(f"--seed is {arguments.seed}; expected 0 or more")
    return arguments


def make_run_dir(path: Path | None) -> Path:
    """Make the folder of this run: `path`, or one named after the time in the state folder.

    It may be there already, with a ``log.txt`` of whoever started this process, but nothing else.
    """
    path = path or new_run_dir()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(
            f"The run folder {path} cannot be made: {error.strerror}. Choose another with --run-dir."
        ) from error
    if any(file.name != LOG_FILE for file in path.iterdir()):
        raise ValueError(f"The run folder {path} is not empty. Choose another with --run-dir.")
    return path


class Config(TypedDict):
    """What a run that goes on keeps of its command line; `parse_arguments` says what is what."""

    mnist: str | None
    strokes: str | None
    validation_split: Annotated[float, Meta(gt=0, lt=1)]
    network: Literal[*NETWORKS]
    start_from: str | None
    epochs: Positive
    images: Positive | None
    batch_size: Positive
    hidden: list[Annotated[int, Meta(ge=1, le=MOST_NEURONS)]]
    dropout: Annotated[float, Meta(ge=0, lt=1)]
    loss: Literal[*LOSSES]
    optimizer: Literal[*OPTIMIZERS]
    learning_rate: Annotated[float, Meta(gt=0)]
    constant_rate: bool
    seed: Count
    as_it_is: bool
    validate_on_test: bool
    command: str


def write_config(run_dir: Path, arguments: argparse.Namespace, command: str) -> None:
    """Write how the run was started, for people and for `--resume`."""
    values = {name: str(value) if isinstance(value, Path) else value for name, value in vars(arguments).items()}
    values["command"] = command
    write_json(run_dir / CONFIG_FILE, {name: values[name] for name in Config.__annotations__})


def read_config(run_dir: Path) -> tuple[argparse.Namespace, str]:
    """Read how the run was started: the arguments and the command.

    Raises
    ------
    ValueError
        If there is no run to go on with.
    """
    if (run_dir / CARD_FILE).exists():
        raise ValueError(f"The run {run_dir} is finished. Start another one.")
    try:
        config = read_json(run_dir / CONFIG_FILE, Config)
    except FileNotFoundError as error:
        raise ValueError(f"{run_dir} has no {CONFIG_FILE} to go on from. Start another run.") from error
    except UnreadableError as error:
        raise ValueError(f"{error} Start another run.") from error
    command = config.pop("command")
    paths = {name: config[name] and Path(config[name]) for name in ("mnist", "strokes", "start_from")}
    return argparse.Namespace(**config | paths), command


def describe_networks() -> str:
    """Describe each network: its layers, its parameters, its history; then how they were published."""
    lines = []
    for name, layers in read_layers().items():
        parameters = sum(layer.parameters for layer in layers)
        lines.append(f"{name}: {presets.NETWORKS[name].history} {parameters:,} parameters")
        lines.append("  " + ", ".join(f"{layer.kind} {layer.shape}" for layer in layers[1:]))
    for name, published in presets.PUBLISHED.items():
        options = " ".join(
            f"--{option.replace('_', '-')}" + (f" {value}" if value is not True else "")
            for option, value in published.options.items()
        )
        lines.append(f"--preset {name} is {options}")
    return "\n".join([*lines, VALIDATED_ON_TEST])


class Cancelled(BaseException):
    """Somebody asked the training to end. Like KeyboardInterrupt no Exception, so that nothing takes it for a fault."""


class Progress:
    """Says in the run folder how far a run is, over loading, training and judging: `expected` seconds each."""

    def __init__(self, run_dir: Path, expected: dict[State, float]):
        self.run_dir, self.expected = run_dir, expected

    def tell(self, state: State, message: str, done: float, seconds_left: float | None = None, **counts) -> None:
        """Write the status: so much of a phase is done, from 0 to 1; it takes as long as expected, or as is said."""
        seconds = [*self.expected.values()]
        place = [*self.expected].index(state)
        before, present, after = sum(seconds[:place]), seconds[place], sum(seconds[place + 1 :])
        left = (1 - done) * present if seconds_left is None else seconds_left
        share = (before + done * present) / sum(seconds)
        write_status(
            self.run_dir, Status(state, message, **counts, seconds_left=round(left + after, 1), share=round(share, 3))
        )


def expect(arguments: argparse.Namespace) -> dict[State, float]:
    """Estimate how long loading, training and judging take."""
    network = arguments.network
    if arguments.start_from:
        with suppress(CheckpointError):  # said later
            network = read_card(arguments.start_from).network
    images = arguments.images or presets.MNIST_IMAGES
    return presets.expected_seconds(images, arguments.epochs, network, arguments.as_it_is)


class Keeper(keras.callbacks.Callback):
    """Keeps the run folder: says where the training is, and after each epoch writes its metrics and a checkpoint."""

    def __init__(self, progress: Progress, epochs: int, batches: int, first_epoch: int, seconds_between: float):
        super().__init__()
        self.progress, self.run_dir, self.epochs, self.batches = progress, progress.run_dir, epochs, batches
        self.first_epoch = self.epoch = first_epoch
        before = read_metrics(self.run_dir)
        self.seconds_before = before[-1]["seconds"] if before else 0.0
        self.start = self.told = time.monotonic()
        self.noted, self.sums = 0, {}
        # How long a batch takes, without the first of each epoch; and from an epoch's last to the next one's first.
        self.batch, self.ended, self.timed, self.timed_seconds = 0, None, 0, 0.0
        self.seconds_between = seconds_between

    @property
    def seconds(self) -> float:
        """Of training, those before a resumption too."""
        return self.seconds_before + time.monotonic() - self.start

    def tell(self, batch: int) -> None:
        """Write the status."""
        left = None
        if self.timed:
            batches_left = (self.epochs - self.epoch) * self.batches - batch
            left = batches_left * self.timed_seconds / self.timed + (self.epochs - self.epoch) * self.seconds_between
        self.told = time.monotonic()
        self.progress.tell(
            State.TRAINING,
            f"Epoch {min(self.epoch + 1, self.epochs)} of {self.epochs}",
            (self.epoch + batch / self.batches) / self.epochs,
            left,
            epoch=self.epoch,
            epochs=self.epochs,
            batch=batch,
            batches=self.batches,
            seconds=round(self.seconds, 1),
        )

    def clock(self, batch: int) -> None:
        """Note how long it took to come here, `batch` batches into the epoch."""
        now = time.monotonic()
        if self.batch:
            self.timed, self.timed_seconds = self.timed + batch - self.batch, self.timed_seconds + now - self.ended
        elif self.ended:
            self.seconds_between = now - self.ended
        self.batch, self.ended = batch, now

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Say that it begins."""
        self.tell(0)

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Say where it is, now and then; end if that was asked for."""
        if CANCEL_ASKED.is_set():
            raise Cancelled
        self.clock(batch + 1)
        if (batch + 1) * STEPS_AN_EPOCH // self.batches > self.noted * STEPS_AN_EPOCH // self.batches:
            self.note_step(batch + 1, logs)
        if time.monotonic() - self.told >= SECONDS_BETWEEN_STATUSES:
            self.tell(batch + 1)

    def note_step(self, batch: int, logs: dict[str, float]) -> None:
        """Write the metrics since the last step; Keras gives their means since the epoch's begin."""
        sums = {name: float(value) * batch for name, value in logs.items()}
        since = {name: (total - self.sums.get(name, 0.0)) / (batch - self.noted) for name, total in sums.items()}
        if np.isfinite([*since.values()]).all():
            append_metrics(self.run_dir, {"epoch": round(self.epoch + batch / self.batches, 3)} | since, STEPS_FILE)
        self.noted, self.sums = batch, sums

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Count from the start."""
        self.noted, self.sums, self.batch = 0, {}, 0

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Write the epoch's metrics, then the checkpoint: resuming forgets a line that is ahead of it."""
        if not np.isfinite([*logs.values()]).all():
            raise ValueError("The loss is no longer a number, so training stopped. Try a smaller --learning-rate.")
        line = {"epoch": epoch + 1, "seconds": round(self.seconds, 2)}
        append_metrics(self.run_dir, line | {name: float(value) for name, value in logs.items()})
        write_atomically(self.run_dir / CHECKPOINT_FILE, self.model.save)
        self.epoch = epoch + 1
        self.tell(0)


def on_all_gpus() -> AbstractContextManager:
    """Give the scope in which a network is spread over this machine's GPUs; where there are not several, none."""
    gpus = tf.config.list_logical_devices("GPU")
    return tf.distribute.MirroredStrategy(gpus).scope() if len(gpus) > 1 else nullcontext()


def begin_with(arguments: argparse.Namespace, classes: int, run_dir: Path) -> keras.Model:
    """Give the network to train: what this run had reached, with the optimizer's state; or another's; or a new one."""
    checkpoint = run_dir / CHECKPOINT_FILE
    if not checkpoint.exists() and not arguments.start_from:
        build = NETWORKS[arguments.network]
        if build is dense:
            return dense(classes, arguments.hidden, arguments.dropout)
        return build(classes, arguments.hidden) if build is scratch else build(classes)
    path = checkpoint if checkpoint.exists() else arguments.start_from / KERAS_FILE
    try:
        network = keras.saving.load_model(path, safe_mode=True)
    except Exception as error:  # Keras raises all kinds, by where the file is broken
        raise CheckpointError(f"{path} cannot be loaded: it is missing or broken ({error}). Start anew.") from error
    if network.output_shape[1] < classes:
        raise CheckpointError(
            f"The network in {path} learned from digits alone. It can only go on with --as-it-is, or start anew."
        )
    return network


def split(
    arguments: argparse.Namespace, mnist: Mnist, writers: dict[str, Characters] | None
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Say which of MNIST's training images to train on, and what to validate with: images and labels, MNIST's first."""
    if arguments.validate_on_test:
        print(VALIDATED_ON_TEST)
        return np.arange(len(mnist.y_train)), (to_unit_range(mnist.x_test), mnist.y_test.astype(int))
    train_indices, validation_indices = stratified_split(mnist.y_train, arguments.validation_split, arguments.seed)
    images, labels = mnist.x_train[validation_indices], mnist.y_train[validation_indices]
    pens = writers and select_digits(writers["validation"])
    return train_indices, make_validation_part(images, labels, VALIDATION_REDRAWN, pens, arguments.seed)


@contextmanager
def drawing_tests(mnist: Path, strokes: Path | None) -> Iterator[subprocess.Popen]:
    """Have the test digits drawn by a process of its own, on the core that loading and small networks leave idle."""
    command = [sys.executable, "-m", "model.measure.quality", str(mnist)]
    command += ["--strokes", str(strokes)] if strokes else []
    # In a group of its own: Ctrl-C is for this process, which then ends that one.
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, process_group=0) as drawing:
        try:
            yield drawing
        finally:
            drawing.kill()


def train(
    arguments: argparse.Namespace,
    mnist: Mnist,
    pens: Characters | None,
    progress: Progress,
    command: str,
    drawing: subprocess.Popen | None,
) -> Card:
    """Train, calibrate, save and judge, once the test digits are drawn; return the card."""
    run_dir = progress.run_dir
    keras.utils.set_random_seed(arguments.seed)
    writers = pens and split_writers(pens)
    train_indices, validation = split(arguments, mnist, writers)
    recipe = AS_IT_IS if arguments.as_it_is else WITH_PENS if writers else AT_HOME
    images = arguments.images or len(train_indices)
    if arguments.batch_size > images:
        raise ValueError(
            f"--batch-size is {arguments.batch_size:,}; expected at most the {images:,} images of an epoch."
        )
    sources = make_sources(
        mnist.x_train[train_indices],
        mnist.y_train[train_indices],
        writers and writers["train"].select(np.flatnonzero(~is_unreadable(writers["train"]))),
        recipe,
        images * arguments.epochs,
        arguments.seed,
    )
    examples = Examples(sources, recipe, images, arguments.batch_size, arguments.seed, arguments.epochs)
    with on_all_gpus():
        network = begin_with(arguments, recipe.classes, run_dir)
        # The optimizer counts its steps, so that one file says all; the metrics may be an epoch ahead of it.
        first_epoch = int(network.optimizer.iterations) // len(examples) if network.compiled else 0
        keep_metrics(run_dir, first_epoch)
        between = presets.seconds_between_epochs(images, network.name, arguments.as_it_is)
        keeper = Keeper(progress, arguments.epochs, len(examples), first_epoch, between)
        fit(
            network,
            examples,
            arguments.epochs,
            arguments.learning_rate,
            validation,
            [keras.callbacks.TerminateOnNaN(), keeper],
            first_epoch,
            arguments.constant_rate,
            arguments.optimizer,
            arguments.loss,
        )
    epochs = read_metrics(run_dir)

    def tell(message: str, done: float) -> None:
        counts = {"epoch": arguments.epochs, "epochs": arguments.epochs, "seconds": round(keeper.seconds, 1)}
        progress.tell(State.JUDGING, message, done, **counts)

    tell("Saving the network", 0)
    difference = save_network(network, validation[0][:LITERT_CHECK_IMAGES], run_dir)
    logits = LiteRTNetwork(run_dir / LITERT_FILE, os.cpu_count())(validation[0])
    learning_curves(epochs).save(run_dir / "curves.png", scale_factor=2)
    card = Card(
        network=network.name,
        parameters=network.count_params(),
        epochs=arguments.epochs,
        seed=arguments.seed,
        train_images=len(train_indices),
        train_writers=len(np.unique(select_digits(writers["train"]).writers)) if "pens" in recipe.shares else 0,
        validation_images=len(validation[1]),
        data_sha256=mnist.sha256(),
        temperature=find_temperature(logits, validation[1]),
        digit_threshold=find_digit_threshold(logits),
        validation_accuracy=epochs[-1]["val_accuracy"],
        accuracy={},
        images={},
        litert_max_difference=difference,
        litert_sha256=file_sha256(run_dir / LITERT_FILE),
        training_seconds=epochs[-1]["seconds"],
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        command=command,
        versions={"python": platform.python_version()} | {name: version(name) for name in VERSIONED},
    )
    # The test parts are read once, here, and choose nothing.
    sets = ("mnist", "redrawn", "strokes") if writers else ("mnist", "redrawn")
    if drawing:
        tell("Drawing the test digits, this once", 0.3)
        drawing.wait()
    tell("Reading the test digits", 0.6)
    predictor = Predictor(run_dir, card, os.cpu_count())
    summaries = write_quality(judge(predictor, sets, mnist, writers and writers["test"]), run_dir)
    card = replace(
        card,
        accuracy={name: summary["accuracy"] for name, summary in summaries.items()},
        images={name: summary["n"] for name, summary in summaries.items()},
    )
    write_card(card, run_dir)
    (run_dir / CHECKPOINT_FILE).unlink()
    return card


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    if is_switched_off():
        raise SystemExit(
            f"train.py: Training is switched off on this machine (the environment variable {SWITCH} is off)."
        )
    arguments = parse_arguments(argv)
    if arguments.list:
        print(describe_networks())
        return
    command = shlex.join(["python", "train.py", *(sys.argv[1:] if argv is None else argv)])
    try:
        if arguments.resume:
            run_dir = arguments.resume
            arguments, command = read_config(run_dir)
        else:
            run_dir = make_run_dir(arguments.run_dir)
            write_config(run_dir, arguments, command)
    except ValueError as error:
        raise SystemExit(f"train.py: {error}") from error

    signal.signal(signal.SIGTERM, cancel)
    try:
        with only_training(run_dir):
            card = run(arguments, run_dir, command)
    except BusyError as error:
        tell_failure(run_dir, str(error))
        raise SystemExit(f"train.py: {error}") from error
    print(f"Written to {run_dir}")
    print(json.dumps(asdict(card)))


def run(arguments: argparse.Namespace, run_dir: Path, command: str) -> Card:
    """Load the data and train; however it ends, the status says so before the lock is released."""
    try:
        progress = Progress(run_dir, expect(arguments))
        done = presets.SECONDS_TO_LOAD / progress.expected[State.PREPARING]  # most of it were the imports above
        progress.tell(State.PREPARING, "Loading the data", done)

        def tell_download(got: float) -> None:
            progress.tell(State.PREPARING, f"Downloading MNIST: {got / 1e6:.1f} of 11.5 MB", done)

        mnist = load_mnist(arguments.mnist, tell_download)
        pens = load_strokes(arguments.strokes) if arguments.strokes else None
        drawn = is_kept(mnist.x_test, JUDGED_SEED, MAX_SLANT)
        with nullcontext() if drawn else drawing_tests(arguments.mnist or find_mnist(), arguments.strokes) as drawing:
            card = train(arguments, mnist, pens, progress, command, drawing)
        write_status(run_dir, Status(State.DONE, "Trained and judged", arguments.epochs, arguments.epochs, share=1.0))
    except (Cancelled, KeyboardInterrupt):
        finished = len(read_metrics(run_dir))
        write_status(
            run_dir,
            Status(State.CANCELLED, f"Cancelled after {counted(finished, 'epoch')}", finished, arguments.epochs),
        )
        raise SystemExit(f"Cancelled. `python train.py --resume {run_dir}` goes on after epoch {finished}.") from None
    except (ValueError, CheckpointError, OSError) as error:
        tell_failure(run_dir, str(error))
        raise SystemExit(f"train.py: {error}") from error
    except Exception as error:
        tell_failure(run_dir, f"{type(error).__name__}: {error}")
        raise
    return card


def cancel(*_) -> None:
    """End the training, wherever it is: what SIGTERM does."""
    CANCEL_ASKED.set()
    raise Cancelled


def tell_failure(run_dir: Path, message: str) -> None:
    """Write that the run failed and why, if that can still be written."""
    with suppress(OSError):
        write_status(run_dir, Status(State.FAILED, message))


if __name__ == "__main__":
    main()
