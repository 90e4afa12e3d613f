"""Train the network that reads the digits, and write a run folder.

    python train.py                                    # from MNIST and digits written by rule, into data/runs/
    python train.py --strokes strokes.npz --epochs 30  # and from people's pen strokes: the shipped recipe
    python train.py --network light_reader --epochs 3  # a quick try
    python train.py --preset cnn                       # a tutorial's network, as it was published
    python train.py --start-from model/weights         # go on from the shipped network
    python train.py --start-from model/weights --corrections --epochs 3 --images 4500   # teach it a person's hand
    python train.py --mnist mnist.npz --seed 1         # MNIST from a file, another seed
    python train.py --resume data/runs/RUN             # go on with a run that was cut off

The run folder gets

    config.json                    the options
    status.json                    how far the run is
    metrics.jsonl, steps.jsonl     the accuracies and losses: a line an epoch, and twenty an epoch
    checkpoint.keras               to resume from; written after each epoch, deleted at the end
    model.keras, model.tflite      the network: to go on training, and to read with
    model.json                     its card, which is also printed at the end
    curves.png                     its learning curves
    quality.json, mistakes-*.png   what the page shows of how well it reads

Ctrl-C and SIGTERM end the training; ``--resume`` goes on after the last finished epoch.
"""

import argparse
import gc
import json
import os
import platform
import shlex
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from utils.libraries import tune_libraries

if __name__ == "__main__":
    tune_libraries()

import keras
import numpy as np
import tensorflow as tf

from model.card import LITERT_FILE, Card, CheckpointError, file_sha256, read_card, write_card
from model.corrections.teaching import compare, load_lessons
from model.data.examples import Examples, add_corrections, choose_recipe, make_sources, with_corrections
from model.data.mnist import find_mnist, load_mnist
from model.data.strokes import load_strokes, select_digits, select_readable, split_writers
from model.layers import describe_networks
from model.litert import LiteRTNetwork
from model.measure.quality import drawing_tests, judge, write_quality
from model.options import Options, add_data
from model.predictor import Predictor, accuracy_of
from model.runs.folder import CHECKPOINT_FILE, State, read_metrics
from model.runs.jobs import SWITCH, is_switched_off
from model.runs.keeper import Keeper, Origin, Progress, begin, keeping, resume
from model.runs.presets import SECONDS_TO_IMPORT
from model.training import (
    epochs_done,
    find_digit_threshold,
    find_temperature,
    fit,
    go_partly_back,
    load_or_build,
    save_network,
    split,
)
from model.tutorials import VALIDATED_ON_TEST, add_options_and_presets, parse
from utils.command_line import HelpFormatter
from utils.pictures.charts import learning_curves

LITERT_CHECK_IMAGES = 1000
VERSIONED = ("tensorflow", "keras", "numpy", "opencv-python-headless", "ai-edge-litert")


def read_command_line(argv: Sequence[str] | None) -> tuple[argparse.Namespace, Options]:
    """Read the command line; a value out of range ends the program with a message and exit status 2."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0], formatter_class=HelpFormatter)
    add_data(parser)
    add_options_and_presets(parser)
    output = parser.add_argument_group("output")
    output.add_argument("--run-dir", type=Path, metavar="DIR", help="the run folder; default: data/runs/ and the time")
    output.add_argument(
        "--resume", type=Path, metavar="DIR", help="go on with a run that was cut off, by its own options"
    )
    parser.add_argument("--list", action="store_true", help="print the networks and how they were published, and end")
    return parse(parser, lambda: parser.parse_args(argv))


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    if is_switched_off():
        raise SystemExit(
            f"train.py: Training is switched off on this machine (the environment variable {SWITCH} is off)."
        )
    arguments, options = read_command_line(argv)
    if arguments.list:
        print(describe_networks())
        return
    command = shlex.join(["python", "train.py", *(sys.argv[1:] if argv is None else argv)])
    mnist, strokes = arguments.mnist, arguments.strokes or os.environ.get("STROKES_PATH")
    # Absolute: the test digits are drawn, and a run may be resumed, from another folder.
    origin = Origin(*(str(Path(path).absolute()) if path else None for path in (mnist, strokes)), command)
    if options.start_from:
        options = replace(options, start_from=str(Path(options.start_from).absolute()))
        with suppress(CheckpointError):  # reported when the network is loaded
            options = replace(options, network=read_card(Path(options.start_from)).network)
    run_dir = arguments.resume
    try:
        if run_dir:
            options, origin = resume(run_dir)
        else:
            run_dir = begin(arguments.run_dir, options, origin)
    except ValueError as error:
        raise SystemExit(f"train.py: {error}") from error
    run_dir = run_dir.absolute()  # the page knows it by this path
    with keeping(run_dir, options) as progress:
        card = train(run_dir, options, origin, progress)
    print(f"Written to {run_dir}")
    print(json.dumps(asdict(card)))


def train(run_dir: Path, options: Options, origin: Origin, progress: Progress) -> Card:
    """Do it all, from loading the data to writing the card; return the card."""
    # Data
    imported = SECONDS_TO_IMPORT / progress.expected[State.PREPARING]
    progress.tell(State.PREPARING, "Loading the data", imported)
    mnist = load_mnist(
        origin.mnist,
        lambda got: progress.tell(State.PREPARING, f"Downloading MNIST: {got / 1e6:.1f} of 11.5 MB", imported),
    )
    writers = split_writers(load_strokes(Path(origin.strokes))) if origin.strokes else None
    recipe = choose_recipe(options, has_pens=bool(writers))
    lessons = None if options.corrections is None else load_lessons(options.corrections, recipe.classes)
    taught = lessons and lessons.taught
    with drawing_tests(mnist, origin.mnist or find_mnist(), origin.strokes) as drawing:
        keras.utils.set_random_seed(options.seed)
        if options.validate_on_test:
            print(VALIDATED_ON_TEST)
        chosen, validation = split(options, mnist, writers)
        pens = writers and select_readable(writers["train"])
        sources = make_sources(mnist.x_train[chosen], mnist.y_train[chosen], pens, recipe, options)
        if taught:
            sources, recipe = add_corrections(sources, taught), with_corrections(recipe, taught.labels)
        examples = Examples(sources, recipe, options)

        with on_all_gpus():
            # Network
            network = load_or_build(options, recipe.classes, run_dir / CHECKPOINT_FILE)

            # Fit
            keeper = Keeper(progress, options, len(examples), epochs_done(network, examples))
            fit(network, examples, options, validation, [keras.callbacks.TerminateOnNaN(), keeper])
            if taught:
                go_partly_back(network, Path(options.start_from))
        epochs = read_metrics(run_dir)

        # Save
        keeper.judge("Saving the network", 0)
        with ThreadPoolExecutor(1) as beside:  # on another core: saving takes only one
            curves = beside.submit(learning_curves(epochs).save, run_dir / "curves.png", scale_factor=2)
            difference = save_network(network, validation[0][:LITERT_CHECK_IMAGES], run_dir)
            curves.result()

        # Calibrate
        logits = LiteRTNetwork(run_dir / LITERT_FILE, os.cpu_count())(validation[0])
        card = Card(
            network=network.name,
            parameters=network.count_params(),
            epochs=options.epochs,
            seed=options.seed,
            train_images=len(chosen),
            train_writers=len(np.unique(select_digits(pens).writers)) if "pens" in recipe.shares else 0,
            validation_images=len(validation[1]),
            data_sha256=mnist.sha256(),
            temperature=find_temperature(logits, validation[1]),
            digit_threshold=find_digit_threshold(logits),
            validation_accuracy=accuracy_of(logits, validation[1]),
            accuracy={},
            images={},
            litert_max_difference=difference,
            litert_sha256=file_sha256(run_dir / LITERT_FILE),
            training_seconds=epochs[-1]["seconds"],
            date=f"{datetime.now(UTC):%Y-%m-%d}",
            command=origin.command,
            versions={"python": platform.python_version()} | {name: version(name) for name in VERSIONED},
            options=options,
            corrections=len(taught.labels) if taught else 0,
        )

        # Judge: the test parts are read once, here, and nothing is chosen by them.
        if drawing:
            keeper.judge("Drawing the test digits (only once)", 0.3)
            drawing.wait()
        keeper.judge("Reading the test digits", 0.5)
        sets = ("mnist", "redrawn", "strokes") if writers else ("mnist", "redrawn")
        predictor = Predictor(run_dir, card, os.cpu_count())
        summaries = write_quality(judge(predictor, sets, mnist, writers and writers["test"]), run_dir)
        held_back = lessons and compare(Predictor(Path(options.start_from)), predictor, lessons.held_back)

    # Card
    card = replace(
        card,
        accuracy={name: summary["accuracy"] for name, summary in summaries.items()},
        images={name: summary["n"] for name, summary in summaries.items()},
        held_back=held_back,
    )
    write_card(card, run_dir)
    (run_dir / CHECKPOINT_FILE).unlink()
    return card


def on_all_gpus() -> AbstractContextManager:
    """Return the scope in which a network is trained on all GPUs, or, with fewer than two, one that does nothing."""
    gpus = tf.config.list_logical_devices("GPU")
    return tf.distribute.MirroredStrategy(gpus).scope() if len(gpus) > 1 else nullcontext()


if __name__ == "__main__":
    gc.freeze()  # when TensorFlow collects garbage, it need not look through all that was imported
    main()
