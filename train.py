"""Train the network that reads the digits, and write a run folder.

    python train.py                                    # from MNIST and digits written by rule, into data/runs/
    python train.py --strokes strokes.npz              # and from people's pen strokes: the shipped recipe
    python train.py --epochs 3 --run-dir /tmp/try      # a quick try
    python train.py --mnist mnist.npz --seed 1         # MNIST from a file, another seed

The run folder gets ``config.json``, ``metrics.jsonl`` (a line an epoch), ``model.keras`` (to go on training),
``model.tflite`` (to read with), ``model.json`` (the card), ``curves.png``, and, for the page to
show, ``quality.json`` and pictures of the mistakes. The last line printed is the card as JSON.
"""

import argparse
import json
import os
import platform
import shlex
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before TensorFlow is imported: its start-up chatter

import cv2
import keras
import numpy as np

from model.architectures import reader
from model.checkpoint import KERAS_FILE, LITERT_FILE, Card, CheckpointError, write_atomically, write_card
from model.dataset import Mnist, load_mnist, stratified_split, to_unit_range
from model.evaluate import judge, summarise, write_quality
from model.examples import AT_HOME, WITH_PENS, Examples, make_sources
from model.predictor import LiteRTNetwork, Predictor, softmax
from model.skeleton import redraw
from model.strokes import Characters, is_unreadable, load_strokes, select_digits, split_writers
from model.training import draw_as_on_the_page, find_digit_threshold, find_temperature, fit
from utils.charts import learning_curves

LITERT_TOLERANCE = 1e-4
LITERT_CHECK_IMAGES = 1000
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
    training = parser.add_argument_group("training")
    training.add_argument("--epochs", type=int, default=25, help="each of as many images as MNIST's training part")
    training.add_argument("--batch-size", type=int, default=256)
    training.add_argument("--learning-rate", type=float, default=3e-3, help="at its peak; falls to 0 along a cosine")
    training.add_argument("--seed", type=int, default=0)
    output = parser.add_argument_group("output")
    output.add_argument("--run-dir", type=Path, metavar="DIR", help="default: data/runs/ and the time")
    arguments = parser.parse_args(argv)
    for name in ("epochs", "batch_size"):
        if getattr(arguments, name) < 1:
            parser.error(f"--{name.replace('_', '-')} is {getattr(arguments, name)}; expected 1 or more")
    if not 0 < arguments.learning_rate < float("inf"):
        parser.error(f"--learning-rate is {arguments.learning_rate}; expected a number above 0, such as 0.002")
    if not 0 < arguments.validation_split < 1:
        parser.error(f"--validation-split is {arguments.validation_split}; expected between 0 and 1, such as 0.1")
    if arguments.seed < 0:
        parser.error(f"--seed is {arguments.seed}; expected 0 or more")
    return arguments


def make_run_dir(path: Path | None) -> Path:
    """Make the folder of this run: `path`, or one named after the time in the state folder."""
    if path is None:
        state = Path(os.environ.get("DIGITS_DATA_DIR", "data"))
        path = state / "runs" / f"{datetime.now(UTC):%Y-%m-%dT%H-%M-%S}"
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SystemExit(
            f"The run folder {path} cannot be made: {error.strerror}. Choose another with --run-dir."
        ) from error
    if any(path.iterdir()):
        raise SystemExit(f"The run folder {path} is not empty. Choose another with --run-dir.")
    return path


def log_epochs(run_dir: Path) -> keras.callbacks.Callback:
    """Make the callback that appends a line to ``metrics.jsonl`` after each epoch."""
    start = time.monotonic()

    def append(epoch: int, logs: dict[str, float]) -> None:
        line = {"epoch": epoch + 1, "seconds": round(time.monotonic() - start, 2)}
        line |= {name: float(value) for name, value in logs.items()}
        with (run_dir / "metrics.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    return keras.callbacks.LambdaCallback(on_epoch_end=append)


def save_network(network: keras.Model, images: np.ndarray, run_dir: Path) -> float:
    """Write ``model.keras`` and ``model.tflite``; return how far their probabilities differ at most.

    Parameters
    ----------
    network : keras.Model
    images : ndarray of float32, shape (n, 28, 28)
        What the two are compared on.
    run_dir : Path

    Raises
    ------
    CheckpointError
        If they differ by more than 1e-4.
    """
    # A model around the same layers, without the optimizer's state: a third of the size.
    weights_only = keras.Model(network.inputs, network.outputs, name=network.name)
    write_atomically(run_dir / KERAS_FILE, weights_only.save)
    write_atomically(run_dir / LITERT_FILE, lambda path: weights_only.export(str(path), format="litert", verbose=False))
    loaded = keras.saving.load_model(run_dir / KERAS_FILE, safe_mode=True)
    expected = softmax(loaded.predict(images[..., np.newaxis], verbose=0))
    read = softmax(LiteRTNetwork(run_dir / LITERT_FILE)(images))
    difference = float(np.abs(expected - read).max())
    if not difference <= LITERT_TOLERANCE:
        raise CheckpointError(
            f"{run_dir / LITERT_FILE} gives probabilities up to {difference:.1e} apart from {KERAS_FILE}; expected at "
            f"most {LITERT_TOLERANCE}. Do not use this run; train again."
        )
    return difference


def train(arguments: argparse.Namespace, mnist: Mnist, pens: Characters | None, run_dir: Path, command: str) -> Card:
    """Train, calibrate, save and judge; return the card."""
    cv2.setNumThreads(1)  # its thread pool would fight TensorFlow's for the cores: a step took 1.6 times as long
    keras.utils.set_random_seed(arguments.seed)
    train_indices, validation_indices = stratified_split(mnist.y_train, arguments.validation_split, arguments.seed)
    x_validation = to_unit_range(mnist.x_train[validation_indices])
    y_validation = mnist.y_train[validation_indices].astype(int)
    redrawn = redraw(mnist.x_train[validation_indices], y_validation)
    writers = pens and split_writers(pens)
    validation_parts = [(x_validation, y_validation), draw_as_on_the_page(redrawn, arguments.seed)]
    if writers:
        validation_parts.append(draw_as_on_the_page(select_digits(writers["validation"]), arguments.seed))
    validation = tuple(np.concatenate(arrays) for arrays in zip(*validation_parts, strict=True))

    sources = make_sources(
        mnist.x_train[train_indices],
        mnist.y_train[train_indices],
        writers and writers["train"].select(np.flatnonzero(~is_unreadable(writers["train"]))),
        arguments.seed,
    )
    recipe = WITH_PENS if writers else AT_HOME
    examples = Examples(sources, recipe, len(train_indices), arguments.batch_size, arguments.seed)
    network = reader()
    start = time.monotonic()
    history = fit(
        network,
        examples,
        arguments.epochs,
        arguments.learning_rate,
        validation,
        callbacks=[keras.callbacks.TerminateOnNaN(), log_epochs(run_dir)],
    )
    seconds = time.monotonic() - start
    if not np.isfinite(history.history["loss"][-1]):
        raise SystemExit("The loss is no longer a number, so training stopped. Try a smaller --learning-rate.")

    difference = save_network(network, x_validation[:LITERT_CHECK_IMAGES], run_dir)
    logits = LiteRTNetwork(run_dir / LITERT_FILE)(validation[0])
    epochs = [json.loads(line) for line in (run_dir / "metrics.jsonl").read_text().splitlines()]
    learning_curves(epochs).save(run_dir / "curves.png", scale_factor=2)
    card = Card(
        network=network.name,
        parameters=network.count_params(),
        epochs=arguments.epochs,
        seed=arguments.seed,
        train_images=len(train_indices),
        train_writers=len(np.unique(select_digits(writers["train"]).writers)) if writers else 0,
        validation_images=len(validation[1]),
        data_sha256=mnist.sha256(),
        temperature=find_temperature(logits, validation[1]),
        digit_threshold=find_digit_threshold(logits),
        validation_accuracy=epochs[-1]["val_accuracy"],
        accuracy={},
        images={},
        litert_max_difference=difference,
        training_seconds=round(seconds, 1),
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        command=command,
        versions={"python": platform.python_version()} | {name: version(name) for name in VERSIONED},
    )
    # The test parts are read once, here, and choose nothing.
    quality = judge(Predictor(run_dir, card), mnist, writers and writers["test"])
    write_quality(quality, run_dir)
    summaries = {name: summarise(answers) for name, answers in quality.items()}
    card = replace(
        card,
        accuracy={name: summary["accuracy"] for name, summary in summaries.items()},
        images={name: summary["n"] for name, summary in summaries.items()},
    )
    write_card(card, run_dir)
    return card


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    arguments = parse_arguments(argv)
    try:
        mnist = load_mnist(arguments.mnist)
        pens = load_strokes(arguments.strokes) if arguments.strokes or os.environ.get("STROKES_PATH") else None
        run_dir = make_run_dir(arguments.run_dir)
        config = {name: str(value) if isinstance(value, Path) else value for name, value in vars(arguments).items()}
        write_atomically(run_dir / "config.json", lambda path: path.write_text(json.dumps(config, indent=2) + "\n"))
        command = shlex.join(["python", "train.py", *(sys.argv[1:] if argv is None else argv)])
        card = train(arguments, mnist, pens, run_dir, command)
    except (ValueError, CheckpointError) as error:
        raise SystemExit(f"train.py: {error}") from error
    print(f"Written to {run_dir}")
    print(json.dumps(asdict(card)))


if __name__ == "__main__":
    main()
