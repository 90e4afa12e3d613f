"""Train the network that finds digits in lines of writing.

python -m model.numbers.train --strokes strokes.npz --output data/numbers    # about an hour on two cores
"""

import argparse
import json
import os
import shlex
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from utils.libraries import tune_libraries

if __name__ == "__main__":
    tune_libraries()

import keras
import numpy as np
from keras import layers

from model.card import CARD_FILE, LITERT_FILE, file_sha256
from model.data.examples import choose_recipe, make_sources
from model.data.mnist import load_mnist, stratified_split
from model.data.strokes import load_strokes, select_digits, select_readable, split_writers
from model.numbers.locate import CLASSES, HEIGHT_PX, SHAPES
from model.numbers.strips import UNASKED, Strips, Writing
from model.options import Options, add_data
from model.training import fit, rate, save_network
from utils.command_line import HelpFormatter
from utils.json_files import write_json

BATCH_SIZE = 32


def locator() -> keras.Model:
    """Build the network: it maps strips ``(n, 32, width, 1)`` to logits for each two columns ``(n, width / 2, 12)``.

    Convolutions as in the reader; the last of them are as high as what is left of the strip, and look to both sides for
    what belongs to a digit and what to its neighbours.
    """
    strips = keras.Input((HEIGHT_PX, None, 1), name="strips")
    x = _convolve(strips, 32, 5, pool=(2, 2))
    x = _convolve(x, 64, 3, pool=(2, 1))
    x = _convolve(x, 96, 3)
    x = _convolve(x, 96, 3, pool=(2, 1))
    x = _convolve(x, 160, (HEIGHT_PX // 8, 1), padding="valid")
    x = _convolve(x, 160, (1, 9))
    x = _convolve(x, 160, (1, 9))
    x = layers.Dropout(0.2)(x)
    x = layers.Conv2D(CLASSES, 1)(x)
    return keras.Model(strips, layers.Reshape((-1, CLASSES), name="logits")(x), name="locator")


def _convolve(x, filters: int, size: int | tuple[int, int], pool: tuple[int, int] | None = None, padding="same"):
    x = layers.Conv2D(filters, size, padding=padding, use_bias=False)(x)
    if pool:
        x = layers.MaxPooling2D(pool)(x)
    return layers.ReLU()(layers.BatchNormalization()(x))


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m model.numbers.train", description=__doc__.split("\n")[0], formatter_class=HelpFormatter
    )
    add_data(parser)
    parser.add_argument("--epochs", type=int, default=30, help="how many epochs of new strips")
    parser.add_argument("--strips", type=int, default=10_240, help="strips in an epoch, each with about ten digits")
    parser.add_argument("--seed", type=int, default=0, help="of all that is random")
    parser.add_argument("--output", type=Path, default=Path("data/numbers"), metavar="DIR", help="where it is written")
    arguments = parser.parse_args(argv)
    command = shlex.join(["python", "-m", "model.numbers.train", *(sys.argv[1:] if argv is None else argv)])
    arguments.output.mkdir(parents=True, exist_ok=True)

    # Data: as for the reader, without what validates it
    try:
        if arguments.strips < BATCH_SIZE:
            raise ValueError(f"--strips is {arguments.strips}; expected {BATCH_SIZE} or more: so many are a step")
        options = Options(
            epochs=arguments.epochs,
            images=arguments.strips,
            batch_size=BATCH_SIZE,
            learning_rate=0.003,
            seed=arguments.seed,
        )
        keras.utils.set_random_seed(options.seed)
        mnist = load_mnist(arguments.mnist)
        strokes = arguments.strokes or os.environ.get("STROKES_PATH")
        pens = split_writers(load_strokes(strokes))["train"] if strokes else None
    except ValueError as error:
        raise SystemExit(str(error)) from error
    chosen, _ = stratified_split(mnist.y_train, options.validation_split, options.seed)
    pens = pens and select_readable(pens)
    recipe = choose_recipe(options, has_pens=bool(pens))
    sources = make_sources(mnist.x_train[chosen], mnist.y_train[chosen], pens, recipe, options)
    strips = Strips(Writing(sources.pools, pens and select_digits(pens).writers), options)

    # Network
    network = locator()
    network.compile(
        keras.optimizers.Adam(rate(options, options.epochs * len(strips))),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=UNASKED),
    )

    # Fit
    history = keras.callbacks.History()
    fit(network, strips, options, callbacks=[keras.callbacks.TerminateOnNaN(), history])

    # Save
    difference = save_network(network, strips[0][0][..., 0], arguments.output, SHAPES)
    card = {
        "network": network.name,
        "parameters": network.count_params(),
        "options": asdict(options),
        "train_writers": len(np.unique(select_digits(pens).writers)) if pens else 0,
        "data_sha256": mnist.sha256(),
        "loss": history.history["loss"][-1],
        "litert_max_difference": difference,
        "litert_sha256": file_sha256(arguments.output / LITERT_FILE),
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "command": command,
    }
    write_json(arguments.output / CARD_FILE, card)
    print(json.dumps(card))


if __name__ == "__main__":
    main()
