"""Train the network that reads the digits, and write a run folder.

    python train.py                                    # the shipped recipe, into data/runs/
    python train.py --epochs 3 --run-dir /tmp/try      # a quick try
    python train.py --mnist mnist.npz --seed 1         # MNIST from a file, another seed

The run folder gets ``config.json``, ``metrics.jsonl`` (a line an epoch), ``model.keras`` (to go on training),
``model.tflite`` (to read with), ``model.json`` (the card), ``curves.png`` and ``confusion.png``. The last line
printed is the card as JSON.
"""

import argparse
import json
import os
import platform
import shlex
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before TensorFlow is imported: its start-up chatter

import cv2
import keras
import numpy as np

from model.architectures import reader
from model.augment import random_affine
from model.checkpoint import KERAS_FILE, LITERT_FILE, Card, CheckpointError, write_atomically, write_card
from model.dataset import Mnist, load_mnist, stratified_split, to_unit_range
from model.predictor import LiteRTNetwork, softmax
from utils.charts import confusion_chart, learning_curves

LITERT_TOLERANCE = 1e-4
LITERT_CHECK_IMAGES = 1000
VERSIONED = ("tensorflow", "keras", "numpy", "opencv-python-headless", "ai-edge-litert")


class AugmentedBatches(keras.utils.PyDataset):
    """Shuffled batches of freshly distorted images; batch `i` of an epoch is the same whichever thread makes it."""

    def __init__(self, images: np.ndarray, labels: np.ndarray, batch_size: int, seed: int):
        super().__init__(workers=1)
        self.images, self.labels, self.batch_size, self.seed = images, labels, batch_size, seed
        self.epoch = -1
        self.on_epoch_begin()

    def __len__(self) -> int:
        return -(-len(self.labels) // self.batch_size)

    def on_epoch_begin(self) -> None:
        """Shuffle anew."""
        self.epoch += 1
        self.order = np.random.default_rng((self.seed, self.epoch)).permutation(len(self.labels))

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        chosen = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        rng = np.random.default_rng((self.seed, self.epoch, index))
        images = random_affine(to_unit_range(self.images[chosen]), rng)
        return images[..., np.newaxis], self.labels[chosen]


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; a value out of range ends with a sentence and exit status 2."""
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    data = parser.add_argument_group("data")
    data.add_argument("--mnist", type=Path, metavar="PATH", help="mnist.npz; else MNIST_PATH, else Keras downloads it")
    data.add_argument("--validation-split", type=float, default=0.1, help="share of the training images")
    training = parser.add_argument_group("training")
    training.add_argument("--epochs", type=int, default=25)
    training.add_argument("--batch-size", type=int, default=128)
    training.add_argument("--learning-rate", type=float, default=2e-3, help="at its peak; falls to 0 along a cosine")
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


def train(arguments: argparse.Namespace, mnist: Mnist, run_dir: Path, command: str) -> Card:
    """Train, save and judge; return the card."""
    cv2.setNumThreads(1)  # its thread pool would fight TensorFlow's for the cores: a step took 1.6 times as long
    keras.utils.set_random_seed(arguments.seed)
    train_indices, validation_indices = stratified_split(mnist.y_train, arguments.validation_split, arguments.seed)
    batches = AugmentedBatches(
        mnist.x_train[train_indices], mnist.y_train[train_indices], arguments.batch_size, arguments.seed
    )
    x_validation = to_unit_range(mnist.x_train[validation_indices])
    y_validation = mnist.y_train[validation_indices]

    network = reader()
    steps = arguments.epochs * len(batches)
    network.compile(
        optimizer=keras.optimizers.Adam(
            keras.optimizers.schedules.CosineDecay(
                initial_learning_rate=arguments.learning_rate / 10,
                warmup_target=arguments.learning_rate,
                warmup_steps=max(1, steps // 10),
                decay_steps=max(1, steps - steps // 10),
            )
        ),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    start = time.monotonic()
    history = network.fit(
        batches,
        epochs=arguments.epochs,
        validation_data=(x_validation[..., np.newaxis], y_validation),
        validation_batch_size=500,
        callbacks=[keras.callbacks.TerminateOnNaN(), log_epochs(run_dir)],
    )
    seconds = time.monotonic() - start
    if not np.isfinite(history.history["loss"][-1]):
        raise SystemExit("The loss is no longer a number, so training stopped. Try a smaller --learning-rate.")

    difference = save_network(network, x_validation[:LITERT_CHECK_IMAGES], run_dir)
    # The test set is read once, here, and chooses nothing.
    logits = network.predict(to_unit_range(mnist.x_test)[..., np.newaxis], batch_size=500, verbose=0)
    predictions = logits.argmax(axis=1)
    confusion = np.zeros((10, 10), int)
    np.add.at(confusion, (mnist.y_test, predictions), 1)
    epochs = [json.loads(line) for line in (run_dir / "metrics.jsonl").read_text().splitlines()]
    learning_curves(epochs).save(run_dir / "curves.png", scale_factor=2)
    confusion_chart(confusion).save(run_dir / "confusion.png", scale_factor=2)

    card = Card(
        network=network.name,
        parameters=network.count_params(),
        epochs=arguments.epochs,
        seed=arguments.seed,
        train_images=len(train_indices),
        validation_images=len(validation_indices),
        test_images=len(mnist.y_test),
        data_sha256=mnist.sha256(),
        validation_accuracy=epochs[-1]["val_accuracy"],
        test_accuracy=float((predictions == mnist.y_test).mean()),
        litert_max_difference=difference,
        training_seconds=round(seconds, 1),
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        command=command,
        versions={"python": platform.python_version()} | {name: version(name) for name in VERSIONED},
    )
    write_card(card, run_dir)
    return card


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    arguments = parse_arguments(argv)
    try:
        mnist = load_mnist(arguments.mnist)
        run_dir = make_run_dir(arguments.run_dir)
        config = {name: str(value) if isinstance(value, Path) else value for name, value in vars(arguments).items()}
        write_atomically(run_dir / "config.json", lambda path: path.write_text(json.dumps(config, indent=2) + "\n"))
        command = shlex.join(["python", "train.py", *(sys.argv[1:] if argv is None else argv)])
        card = train(arguments, mnist, run_dir, command)
    except (ValueError, CheckpointError) as error:
        raise SystemExit(f"train.py: {error}") from error
    print(f"Written to {run_dir}")
    print(json.dumps(asdict(card)))


if __name__ == "__main__":
    main()
